//! The planner: runs the stages for every statement of a request.

use std::sync::atomic::{AtomicU64, Ordering};

use relata_dialect::{Capabilities, KeysForm, print};
use relata_ir::Ir;
use relata_request::{Call, Request};
use relata_schema::{Error, ErrorKind, Result};

use crate::{
    cut, legalize, loading,
    lower::{Lowering, Nodes, Pending, Scratch},
    passes::{self, PASSES},
    plan::{Loading, Note, Plan, Slot, Spread, Step},
    share::{Lists, Share, Text},
};

/// Plans requests, on scratch that is reused.
#[derive(Debug, Default)]
pub struct Planner {
    ir: Ir,
    scratch: Scratch,
    spelled: print::Scratch,
}

/// How to plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Names of passes that do not run. Results never depend on it.
    pub without: Vec<&'static str>,
    /// Loadings that are not left to relata.
    pub force: Vec<Force>,
    /// Check the IR between any two stages. On in debug builds.
    pub verify: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { without: Vec::new(), force: Vec::new(), verify: cfg!(debug_assertions) }
    }
}

impl Options {
    /// Whether a plan made with these is the one that everybody gets.
    pub fn is_default(&self) -> bool {
        self.without.is_empty() && self.force.is_empty()
    }
}

/// The loading of one edge, forced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Force {
    /// The edge: keys from the root with dots between.
    pub path: String,
    /// How it is loaded.
    pub loading: Loading,
}

/// What a statement looked like after each stage.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// Name of the stage, whether it changed anything, and the text form of the IR after it.
    pub stages: Vec<(String, bool, String)>,
}

impl Planner {
    /// A planner.
    pub fn new() -> Self {
        Planner::default()
    }

    /// Plans a request for a database.
    ///
    /// # Errors
    ///
    /// What is wrong with the request, or what the database cannot do, with the model path and what to do instead.
    pub fn plan(&mut self, request: &Request<'_>, dialect: &'static Capabilities, options: &Options) -> Result<Plan> {
        self.run(request, dialect, options, None)
    }

    /// Plans a request and keeps what each statement looked like after each stage.
    ///
    /// # Errors
    ///
    /// As [`plan`](Planner::plan).
    pub fn trace(
        &mut self,
        request: &Request<'_>,
        dialect: &'static Capabilities,
        options: &Options,
    ) -> Result<(Plan, Trace)> {
        let mut trace = Trace::default();
        let plan = self.run(request, dialect, options, Some(&mut trace))?;
        Ok((plan, trace))
    }

    fn run(
        &mut self,
        request: &Request<'_>,
        dialect: &'static Capabilities,
        options: &Options,
        mut trace: Option<&mut Trace>,
    ) -> Result<Plan> {
        request.check()?;
        let nodes = Nodes::read(request)?;
        let mut lowering = Lowering::new(request, nodes, &mut self.ir, std::mem::take(&mut self.scratch));
        lowering.scratch.lists.clear();
        let root = request.root().view().def().name.as_str();
        if lowering.nodes.explicit && lowering.nodes.nodes[0].selection.is_empty() && request.flags().call == Call::Find
        {
            return Err(Error::new(ErrorKind::Request, "nothing is selected")
                .at(format!("{root}.attributes"))
                .help("name an attribute, or count the rows"));
        }
        loading::choose(&mut lowering.nodes, request.flags(), &options.force)?;
        let mut steps: Vec<Step> = Vec::with_capacity(1);
        // The nodes whose statements are still to be lowered, in their order.
        let mut waiting: Vec<usize> = Vec::new();
        loop {
            let number = steps.len();
            let next = match number {
                0 => Pending::Root,
                _ => match waiting.get(number - 1) {
                    Some(&node) => Pending::Child(node),
                    None => break,
                },
            };
            let mut step = lowering.statement(&next, number)?;
            let name = |stage: &str| format!("step {number}: {stage}");
            check(lowering.ir, options, || name("lower"))?;
            if let Some(trace) = &mut trace {
                trace.stages.push((name("lower"), true, lowering.ir.dump()));
            }
            // What has nothing to look at is looked at only by who wants to see it all.
            let shows_all = trace.is_some() || options.verify;
            for pass in PASSES {
                if !shows_all && !lowering.ir.made().meets(pass.concerns) || options.without.contains(&pass.name) {
                    continue;
                }
                let changed = lowering.ir.made().meets(pass.concerns) && (pass.run)(lowering.ir);
                check(lowering.ir, options, || name(pass.name))?;
                if let Some(trace) = &mut trace {
                    trace.stages.push((name(pass.name), changed, lowering.ir.dump()));
                }
            }
            let written = lowering.ir.command().map_or(0, |command| command.written());
            passes::check_columns(lowering.ir, written + step.kinds.drafted_len())?;
            for legalization in legalize::LEGALIZATIONS {
                if !shows_all && !lowering.ir.made().meets(legalization.concerns) {
                    continue;
                }
                let changed = lowering.ir.made().meets(legalization.concerns)
                    && (legalization.run)(lowering.ir, dialect).map_err(|error| error.at(root))?;
                check(lowering.ir, options, || name(legalization.name))?;
                if let Some(trace) = &mut trace {
                    trace.stages.push((name(legalization.name), changed, lowering.ir.dump()));
                }
            }
            if let Some(feed) = &mut step.feed {
                feed.first = dialect.feed.first();
            }
            if lowering.ir.command().is_some_and(|command| !legalize::answers(command, dialect)) {
                // The answer is read in a statement of its own: what it is, the rows that were written decide.
                step.kinds.clear();
            }
            // As many rows as the request says are spelled one by one, so their number is looked at before.
            check_binds(step.repeated.map_or(0, |rows| rows.width.saturating_mul(rows.rows)), dialect, root)?;
            let lists = &mut lowering.scratch.lists;
            let text = lists.text.len();
            let mut writer = print::Writer::new(dialect, &mut lists.text, &mut self.spelled);
            print::statement(&mut writer, lowering.ir);
            step.sql = Text::drafted(text..lists.text.len());
            step.cut_by_value = cut::is_cut_by_value(lowering.ir);
            let start = lists.binds.len();
            lists.binds.extend(self.spelled.binds.iter().map(|&bind| lowering.ir.bind(bind)));
            step.binds = Share::drafted(start..lists.binds.len());
            check_binds(step.drafted_placeholders(), dialect, root)?;
            step.spread = self.spelled.spread.map(|at| {
                let others = step.drafted_placeholders().saturating_sub(1);
                Spread { at: at - text, most: most_keys(dialect, others) }
            });
            steps.push(step);
            for (node, _) in &lowering.feeds {
                if !waiting.contains(node) {
                    waiting.push(*node);
                }
            }
        }
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        let grouped = lowering.is_grouped();
        let Lowering { nodes, mut slots, mut scratch, .. } = lowering;
        order_children(&mut slots, &mut scratch.lists);
        let mut notes: Vec<Note> = (1..nodes.nodes.len())
            .filter(|&node| nodes.nodes[node].included)
            .map(|node| Note {
                path: scratch.lists.write_with(|text| nodes.write_dotted(node, text)),
                loading: nodes.nodes[node].loading,
                why: nodes.nodes[node].why,
            })
            .collect();
        scratch.lists.settle(&mut steps, &mut slots, &mut notes);
        self.scratch = scratch;
        Ok(Plan {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            call: request.flags().call,
            grouped,
            steps,
            slots,
            notes,
        })
    }
}

fn check_binds(binds: usize, dialect: &Capabilities, path: &str) -> Result<()> {
    if binds <= dialect.max_binds {
        return Ok(());
    }
    let message = format!("the statement has {binds} binds, and {} takes {}", dialect.name, dialect.max_binds);
    Err(Error::new(ErrorKind::LimitExceeded, message)
        .at(path)
        .help("pass the values as one list: a list over 32 is a single bind"))
}

/// How many keys a statement takes that has so many other binds: a power of two.
fn most_keys(dialect: &Capabilities, others: usize) -> usize {
    let KeysForm::Placeholders(most) = dialect.keys else { return 1 };
    let most = usize::from(most).min(dialect.max_binds.saturating_sub(others)).max(1);
    1 << most.ilog2()
}

/// Children are shown in the order asked for, whatever the order in which their statements were lowered.
fn order_children(slots: &mut [Slot], lists: &mut Lists) {
    let mut start = lists.places.len();
    lists.places.extend((0..slots.len() as u16).filter(|&slot| slots[usize::from(slot)].parent.is_some()));
    lists.places[start..].sort_by_key(|&child| {
        let slot = &slots[usize::from(child)];
        (slot.parent, slot.rank)
    });
    // Those of one parent stand together.
    while let Some(&first) = lists.places.get(start) {
        let parent = slots[usize::from(first)].parent;
        let is_sibling = |child: &&u16| slots[usize::from(**child)].parent == parent;
        let end = start + lists.places[start..].iter().take_while(is_sibling).count();
        if let Some(parent) = parent {
            slots[parent].children = Share::drafted(start..end);
        }
        start = end;
    }
}

fn check(ir: &Ir, options: &Options, stage: impl Fn() -> String) -> Result<()> {
    if !options.verify {
        return Ok(());
    }
    ir.verify().map_err(|violation| Error::internal(format!("after {}: {violation}\n{}", stage(), ir.dump())))
}
