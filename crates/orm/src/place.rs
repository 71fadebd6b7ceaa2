//! Rows that go to their parents as they come: what they are read into is read once, and nothing waits.
//!
//! Derived and dynamic records can be found again by their places, so that the rows of a later statement, or of a join whose
//! root repeats, find the record that they belong to. A sink that writes in order gets its rows from a
//! [forest](crate::stage::Forest).

use relata_driver::Row;
use relata_planner::{Plan, Slot, Step};
use relata_schema::{Datum, Error, Kind, Result, Value};

use crate::{
    Sink,
    decode::kept,
    keys::{Known, NONE, Seen, number_of_key},
};

/// Where a record is.
#[derive(Debug, Clone, Copy)]
struct Placed {
    /// The instance of the parent's slot that it is a child of; none of the root.
    parent: u32,
    /// Which of its rows of this slot it is.
    place: u32,
}

/// The records of a slot.
#[derive(Debug, Default)]
struct Branch {
    placed: Vec<Placed>,
    /// How many each instance of the parent's slot has.
    counts: Vec<u32>,
    /// The last one of each.
    last: Vec<u32>,
}

impl Branch {
    /// Adds a record of a parent.
    fn add(&mut self, parent: u32) -> u32 {
        let instance = self.placed.len() as u32;
        if parent == NONE {
            self.placed.push(Placed { parent, place: instance });
            return instance;
        }
        let at = parent as usize;
        if self.counts.len() <= at {
            self.counts.resize(at + 1, 0);
            self.last.resize(at + 1, NONE);
        }
        self.placed.push(Placed { parent, place: self.counts[at] });
        self.counts[at] += 1;
        self.last[at] = instance;
        instance
    }

    /// The last record of a parent.
    fn last_of(&self, parent: u32) -> Option<u32> {
        self.last.get(parent as usize).copied().filter(|&instance| instance != NONE)
    }
}

/// The keys that a statement is fed with, and which records have them.
#[derive(Debug, Default)]
struct Fed {
    known: Known,
    values: Vec<Value>,
    /// The first and the last record with each key.
    ends: Vec<(u32, u32)>,
    /// The next record with the same key, for each.
    next: Vec<u32>,
}

/// Where the records of an answer are.
#[derive(Debug)]
pub(crate) struct Places {
    branches: Vec<Branch>,
    /// By the number of the step.
    fed: Vec<Fed>,
    bytes: Vec<u8>,
}

impl Places {
    pub(crate) fn new(plan: &Plan) -> Self {
        Places {
            branches: plan.slots.iter().map(|_| Branch::default()).collect(),
            fed: plan.steps.iter().map(|_| Fed::default()).collect(),
            bytes: Vec::new(),
        }
    }

    /// The keys of the parents of a step, each once.
    pub(crate) fn keys(&mut self, plan: &Plan, number: usize) -> Option<Vec<Value>> {
        plan.steps[number].feed.as_ref().map(|_| std::mem::take(&mut self.fed[number].values))
    }

    pub(crate) fn placer<'p>(&'p mut self, plan: &'p Plan, number: usize, sink: &'p mut dyn Sink) -> Placer<'p> {
        let step = &plan.steps[number];
        let feeds =
            |slot: usize| plan.steps.iter().any(|step| step.feed.as_ref().is_some_and(|feed| feed.slot == slot));
        Placer {
            plan,
            step,
            number,
            feeds: step.slots.clone().any(feeds),
            repeats: step.slots.clone().next().is_some_and(|base| !plan.slots[base].identity.is_empty()),
            seen: Seen::default(),
            current: vec![NONE; plan.slots.len()],
            key: Vec::new(),
            places: self,
            sink,
        }
    }

    /// Notes the keys that a new record has for later statements.
    fn note_keys(&mut self, plan: &Plan, slot: usize, instance: u32, row: &dyn Row) -> Result<()> {
        let kinds = &plan.steps[plan.slots[slot].step].kinds;
        for (number, step) in plan.steps.iter().enumerate() {
            let Some(feed) = step.feed.as_ref().filter(|feed| feed.slot == slot) else { continue };
            let fed = &mut self.fed[number];
            fed.next.resize(instance as usize + 1, NONE);
            let start = fed.values.len();
            for &column in &feed.columns {
                let column = usize::from(column);
                fed.values.push(kept(row, column, kinds.get(column).copied().unwrap_or(Kind::BigInt))?);
            }
            let key = fed.values[start..].iter();
            if key.clone().any(Datum::is_null) {
                fed.values.truncate(start);
                continue;
            }
            match fed.known.get(key.clone(), &mut self.bytes) {
                Some(group) => {
                    fed.values.truncate(start);
                    let (_, last) = &mut fed.ends[group as usize];
                    fed.next[*last as usize] = instance;
                    *last = instance;
                }
                None => {
                    fed.known.add(key);
                    fed.ends.push((instance, instance));
                }
            }
        }
        Ok(())
    }
}

/// The sink of what is below a record; none where another one has taken its place.
fn again<'s>(
    plan: &Plan,
    branches: &[Branch],
    sink: &'s mut dyn Sink,
    slot: usize,
    instance: u32,
) -> Option<&'s mut dyn Sink> {
    let layout = &plan.slots[slot];
    let placed = branches[slot].placed[instance as usize];
    let above = match layout.parent {
        None => sink,
        Some(parent) => again(plan, branches, sink, parent, placed.parent)?,
    };
    if placed.place == NONE { None } else { above.again(layout, placed.place as usize) }
}

/// Hands the rows of one step over.
pub(crate) struct Placer<'p> {
    plan: &'p Plan,
    step: &'p Step,
    number: usize,
    places: &'p mut Places,
    sink: &'p mut dyn Sink,
    /// Whether later statements are fed with keys of these rows.
    feeds: bool,
    /// Whether rows of the base slot repeat, because an edge of several rows is joined.
    repeats: bool,
    seen: Seen,
    /// The instance of each slot in the row at hand.
    current: Vec<u32>,
    key: Vec<u8>,
}

impl Placer<'_> {
    /// Hands a row over, to each of its parents.
    pub(crate) fn row(&mut self, row: &dyn Row) -> Result<()> {
        let Some(feed) = &self.step.feed else { return self.row_of(NONE, row) };
        let kind = self.step.kinds.first().copied().unwrap_or(Kind::BigInt);
        let fed = &self.places.fed[self.number];
        let (group, _) = number_of_key(feed, &fed.known, kind, row, &mut self.key)?;
        let ends = fed.ends.get(group as usize).copied();
        let (mut parent, _) = ends.ok_or_else(|| Error::internal("a fed statement answered a key of nobody"))?;
        while parent != NONE {
            self.row_of(parent, row)?;
            parent = self.places.fed[self.number].next.get(parent as usize).copied().unwrap_or(NONE);
        }
        Ok(())
    }

    /// Hands a row over to one parent: the parts of it that have not come before.
    fn row_of(&mut self, parent: u32, row: &dyn Row) -> Result<()> {
        let plan = self.plan;
        for slot in self.step.slots.clone() {
            let layout = &plan.slots[slot];
            let is_base = slot == self.step.slots.start;
            self.current[slot] = match layout.parent {
                Some(above) if !is_base => self.joined(slot, layout, self.current[above], row)?,
                _ => self.base(slot, layout, parent, row)?,
            };
        }
        Ok(())
    }

    /// The record of the slot that the statement starts from.
    fn base(&mut self, slot: usize, layout: &Slot, parent: u32, row: &dyn Row) -> Result<u32> {
        let branch = &mut self.places.branches[slot];
        let before = branch.last_of(parent).filter(|_| layout.single);
        let (instance, is_new) = if self.repeats {
            self.seen.find_or(slot, parent, row, layout, &self.step.kinds, || branch.add(parent))?
        } else {
            (branch.add(parent), true)
        };
        if is_new {
            if let Some(before) = before {
                // The key that should tell them apart does not: the last one stays, without what belongs to the others.
                self.places.branches[slot].placed[before as usize].place = NONE;
            }
            self.read(slot, layout, instance, parent, row)?;
        }
        Ok(instance)
    }

    /// The record of a slot that is joined. Of an edge of one row the first has all there is; and since one edge of several
    /// is joined at most, each row has another one of it.
    fn joined(&mut self, slot: usize, layout: &Slot, parent: u32, row: &dyn Row) -> Result<u32> {
        if parent == NONE {
            return Ok(NONE);
        }
        let branch = &mut self.places.branches[slot];
        if layout.single
            && let Some(known) = branch.last_of(parent)
        {
            return Ok(known);
        }
        if layout.identity.iter().any(|&column| row.is_null(usize::from(column))) {
            return Ok(NONE);
        }
        let instance = branch.add(parent);
        self.read(slot, layout, instance, parent, row)?;
        Ok(instance)
    }

    fn read(&mut self, slot: usize, layout: &Slot, instance: u32, parent: u32, row: &dyn Row) -> Result<()> {
        let Places { branches, .. } = &*self.places;
        let above: &mut dyn Sink = match layout.parent {
            None => self.sink,
            Some(above) => match again(self.plan, branches, self.sink, above, parent) {
                Some(sink) => sink,
                None => return Ok(()),
            },
        };
        let below = above.row(layout, row)?;
        for &child in &layout.children {
            below.open(&self.plan.slots[usize::from(child)], 0)?;
        }
        if self.feeds {
            self.places.note_keys(self.plan, slot, instance, row)?;
        }
        Ok(())
    }
}
