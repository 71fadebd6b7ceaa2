//! Rows that wait for rows of other statements, and how they belong together.

use relata_driver::Row;
use relata_planner::{Plan, Slot, Step};
use relata_schema::{Datum, Error, Kind, Result, Value};
use rustc_hash::FxHashMap;

/// No group, or no instance.
const NONE: u32 = u32::MAX;

/// The rows of a step, kept.
#[derive(Debug, Default)]
pub(crate) struct Stage {
    cells: Vec<Value>,
    width: usize,
}

/// The rows of a slot: which rows of the stage, and in which groups. A group is the children of one parent, or of all
/// parents that share a key.
#[derive(Debug, Default)]
struct Instances {
    rows: Vec<u32>,
    next: Vec<u32>,
    groups: Vec<(u32, u32)>,
    /// The group of each instance of the parent's slot.
    of_parent: Vec<u32>,
}

/// All rows of an answer, as a forest over the slots of a plan.
#[derive(Debug)]
pub(crate) struct Forest {
    stages: Vec<Stage>,
    slots: Vec<Instances>,
}

/// A kept row.
pub(crate) struct StagedRow<'s>(&'s [Value]);

impl Row for StagedRow<'_> {
    fn get(&self, column: usize, _kind: Kind) -> Result<Datum<'_>> {
        self.0.get(column).map(Datum::borrowed).ok_or_else(|| Error::internal("a row lacks a column of its plan"))
    }

    fn is_null(&self, column: usize) -> bool {
        self.0.get(column).is_none_or(Datum::is_null)
    }
}

impl Instances {
    fn add(&mut self, group: u32, row: u32) -> u32 {
        let instance = self.rows.len() as u32;
        self.rows.push(row);
        self.next.push(NONE);
        if self.groups.len() <= group as usize {
            self.groups.resize(group as usize + 1, (NONE, NONE));
        }
        let (first, last) = &mut self.groups[group as usize];
        if *first == NONE {
            *first = instance;
        } else {
            self.next[*last as usize] = instance;
        }
        *last = instance;
        instance
    }
}

/// Collects the rows of one step.
pub(crate) struct Collector<'f, 'p> {
    plan: &'p Plan,
    step: &'p Step,
    number: usize,
    forest: &'f mut Forest,
    /// Whether rows of the base slot repeat, because an edge of several rows is joined.
    repeats: bool,
    seen: FxHashMap<(usize, u32, Vec<u8>), u32>,
    /// The instance of each slot in the row at hand.
    current: Vec<u32>,
}

impl Forest {
    pub(crate) fn new(plan: &Plan) -> Self {
        Forest {
            stages: plan.steps.iter().map(|step| Stage { cells: Vec::new(), width: step.kinds.len() }).collect(),
            slots: plan.slots.iter().map(|_| Instances::default()).collect(),
        }
    }

    pub(crate) fn collector<'f, 'p>(&'f mut self, plan: &'p Plan, number: usize) -> Collector<'f, 'p> {
        let step = &plan.steps[number];
        let repeats = step.slots.clone().next().is_some_and(|base| !plan.slots[base].identity.is_empty());
        let current = vec![NONE; plan.slots.len()];
        Collector { plan, step, number, forest: self, repeats, seen: FxHashMap::default(), current }
    }

    fn staged(&self, step: usize, row: u32) -> StagedRow<'_> {
        let stage = &self.stages[step];
        StagedRow(&stage.cells[row as usize * stage.width..(row as usize + 1) * stage.width])
    }

    /// The keys of the parents, each once, and by the way which key each parent has.
    pub(crate) fn keys(&mut self, plan: &Plan, number: usize) -> Option<Vec<Value>> {
        let feed = plan.steps[number].feed.as_ref()?;
        let step = plan.slots[feed.slot].step;
        let mut values: Vec<Value> = Vec::new();
        let mut known: FxHashMap<Vec<u8>, u32> = FxHashMap::default();
        let mut of_parent = Vec::with_capacity(self.slots[feed.slot].rows.len());
        for &row in &self.slots[feed.slot].rows {
            let row = self.staged(step, row);
            if feed.columns.iter().any(|&column| row.is_null(usize::from(column))) {
                of_parent.push(NONE);
                continue;
            }
            let mut key = Vec::new();
            feed.columns.iter().for_each(|&column| write_key(&mut key, &row.0[usize::from(column)]));
            let next = known.len() as u32;
            let number = *known.entry(key).or_insert(next);
            if number == next {
                values.extend(feed.columns.iter().map(|&column| row.0[usize::from(column)].clone()));
            }
            of_parent.push(number);
        }
        let base = plan.steps[number].slots.start;
        self.slots[base].of_parent = of_parent;
        Some(values)
    }

    /// The instances of a slot in a group, in order.
    fn group(&self, slot: usize, group: u32) -> impl Iterator<Item = u32> + '_ {
        let instances = &self.slots[slot];
        let first = instances.groups.get(group as usize).map_or(NONE, |(first, _)| *first);
        let some = |at: u32| (at != NONE).then_some(at);
        std::iter::successors(some(first), move |&at| some(instances.next[at as usize]))
    }

    /// Hands everything to a sink.
    pub(crate) fn emit(&self, plan: &Plan, sink: &mut dyn crate::Sink) -> Result<()> {
        for instance in self.group(0, 0) {
            self.emit_row(plan, 0, instance, sink)?;
        }
        Ok(())
    }

    fn emit_row(&self, plan: &Plan, slot: usize, instance: u32, sink: &mut dyn crate::Sink) -> Result<()> {
        let layout: &Slot = &plan.slots[slot];
        let row = self.staged(layout.step, self.slots[slot].rows[instance as usize]);
        let below = sink.row(layout, &row)?;
        for &child in &layout.children {
            below.open(&plan.slots[child])?;
            let group = self.slots[child].of_parent.get(instance as usize).copied().unwrap_or(NONE);
            if group != NONE {
                for instance in self.group(child, group) {
                    self.emit_row(plan, child, instance, below)?;
                }
            }
            below.close(&plan.slots[child])?;
        }
        below.end()
    }
}

impl Collector<'_, '_> {
    /// Keeps a row.
    pub(crate) fn row(&mut self, row: &dyn Row) -> Result<()> {
        let stage = &mut self.forest.stages[self.number];
        let number = (stage.cells.len() / stage.width.max(1)) as u32;
        for (column, &kind) in self.step.kinds.iter().enumerate() {
            stage.cells.push(row.get(column, kind)?.into_owned());
        }
        let group = match &self.step.feed {
            None => 0,
            Some(feed) => match self.forest.staged(self.number, number).0.first() {
                Some(Datum::Int(ordinal)) => u32::try_from(ordinal - feed.first)
                    .map_err(|_| Error::internal("a fed statement answered a key that it was not given"))?,
                _ => return Err(Error::internal("a fed statement answered without the number of its key")),
            },
        };
        for at in 0..self.step.slots.len() {
            let slot = self.step.slots.start + at;
            let layout = &self.plan.slots[slot];
            let parent = if at == 0 { None } else { layout.parent };
            let group = match parent {
                None => group,
                Some(parent) => self.current[parent],
            };
            self.current[slot] = self.instance(slot, layout, at > 0, group, number);
        }
        Ok(())
    }

    fn instance(&mut self, slot: usize, layout: &Slot, joined: bool, group: u32, row: u32) -> u32 {
        if group == NONE {
            return NONE;
        }
        let staged = self.forest.staged(self.number, row);
        if joined && layout.identity.iter().any(|&column| staged.is_null(usize::from(column))) {
            return NONE;
        }
        let mut key = None;
        if self.repeats {
            let mut bytes = Vec::new();
            layout.identity.iter().for_each(|&column| write_key(&mut bytes, &staged.0[usize::from(column)]));
            let entry = (slot, group, bytes);
            if let Some(&instance) = self.seen.get(&entry) {
                return instance;
            }
            key = Some(entry);
        }
        let instance = self.forest.slots[slot].add(group, row);
        if joined && let Some(parent) = layout.parent {
            // The group of a joined edge is its parent's instance.
            let parents = self.forest.slots[parent].rows.len();
            let of_parent = &mut self.forest.slots[slot].of_parent;
            (of_parent.len()..parents).for_each(|parent| of_parent.push(parent as u32));
        }
        if let Some(key) = key {
            self.seen.insert(key, instance);
        }
        instance
    }
}

/// Appends a value so that two keys are equal as bytes only if they are equal value by value: each has its class and
/// its length.
fn write_key(out: &mut Vec<u8>, value: &Datum<'_>) {
    let text = |out: &mut Vec<u8>, tag: u8, bytes: &[u8]| {
        out.push(tag);
        out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        out.extend_from_slice(bytes);
    };
    match value {
        Datum::Null => out.push(0),
        Datum::Bool(v) => out.extend_from_slice(&[1, u8::from(*v)]),
        Datum::Int(v) => {
            out.push(2);
            out.extend_from_slice(&v.to_le_bytes());
        }
        Datum::Double(v) => {
            out.push(3);
            out.extend_from_slice(&v.to_bits().to_le_bytes());
        }
        Datum::Decimal(v) => text(out, 4, v.normalize().to_string().as_bytes()),
        Datum::Text(v) => text(out, 5, v.as_bytes()),
        Datum::Bytes(v) => text(out, 6, v),
        Datum::Uuid(v) => text(out, 7, v.as_bytes()),
        Datum::Instant(v) => text(out, 8, &v.as_nanosecond().to_le_bytes()),
        Datum::Naive(v) => text(out, 9, v.to_string().as_bytes()),
        Datum::Day(v) => text(out, 10, v.to_string().as_bytes()),
        Datum::Time(v) => text(out, 11, v.to_string().as_bytes()),
        Datum::Json(v) => text(out, 12, v.as_bytes()),
        Datum::UnsignedInt(v) => match i64::try_from(*v) {
            Ok(v) => write_key(out, &Datum::Int(v)),
            Err(_) => text(out, 13, &v.to_le_bytes()),
        },
        Datum::Real(v) => text(out, 14, &v.to_bits().to_le_bytes()),
        Datum::Array(values) => {
            out.push(15);
            out.extend_from_slice(&(values.len() as u32).to_le_bytes());
            values.iter().for_each(|value| write_key(out, value));
        }
        Datum::Range(range) => text(out, 16, format!("{range:?}").as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sequelize joins the values of a composite key as text: ("1", "11") and ("11", "1") become one.
    #[test]
    fn keys_that_differ_value_by_value_differ_as_bytes() {
        let key = |values: &[Value]| {
            let mut bytes = Vec::new();
            values.iter().for_each(|value| write_key(&mut bytes, value));
            bytes
        };
        assert_ne!(key(&["1".into(), "11".into()]), key(&["11".into(), "1".into()]));
        assert_ne!(key(&["a\u{5}".into(), "b".into()]), key(&["a".into(), "\u{5}b".into()]));
        assert_ne!(key(&[Value::Null, "a".into()]), key(&["a".into(), Value::Null]));
        assert_ne!(key(&[Value::Int(1)]), key(&[Value::Bool(true)]));
        assert_eq!(key(&[Value::Decimal("1.50".parse().unwrap())]), key(&[Value::Decimal("1.5".parse().unwrap())]));
    }
}
