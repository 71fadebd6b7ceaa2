//! Rows that wait for rows of other statements, and how they belong together.

use std::{borrow::Cow, cell::Cell, ops::Range};

use relata_driver::{Row, int_of, text_of};
use relata_planner::{Plan, Slot, Step};
use relata_schema::{Datum, Error, Kind, Result, Value};

use crate::{
    decode::kept,
    keys::{Known, NONE, Seen, number_of_key},
};

/// The rows of a step, kept.
#[derive(Debug, Default)]
struct Stage {
    cells: Vec<Value>,
    width: usize,
}

impl Stage {
    fn row(&self, row: u32) -> &[Value] {
        &self.cells[self.place(row)]
    }

    fn place(&self, row: u32) -> Range<usize> {
        row as usize * self.width..(row as usize + 1) * self.width
    }
}

/// The instances of a group: the first, the last, and how many there are.
#[derive(Debug, Clone, Copy)]
struct Group {
    first: u32,
    last: u32,
    len: u32,
}

impl Group {
    const EMPTY: Group = Group { first: NONE, last: NONE, len: 0 };
}

/// The rows of a slot: which rows of the stage, and in which groups. A group is the children of one parent, or of all
/// parents that share a key.
#[derive(Debug, Default)]
struct Instances {
    rows: Vec<u32>,
    next: Vec<u32>,
    groups: Vec<Group>,
    /// The group of each instance of the parent's slot.
    of_parent: Vec<u32>,
    /// Whether several parents share a group, whose rows are then handed over to each of them.
    shared: bool,
}

/// All rows of an answer, as a forest over the slots of a plan.
#[derive(Debug)]
pub(crate) struct Forest {
    stages: Vec<Stage>,
    slots: Vec<Instances>,
    known: Known,
}

/// A kept row.
struct StagedRow<'s>(&'s [Value]);

impl Row for StagedRow<'_> {
    fn get(&self, column: usize, _kind: Kind) -> Result<Datum<'_>> {
        self.0.get(column).map(Datum::borrowed).ok_or_else(lacks_column)
    }

    fn is_null(&self, column: usize) -> bool {
        self.0.get(column).is_none_or(Datum::is_null)
    }
}

/// A kept row that is handed over for the last time: each value is given away when it is read.
struct LastRow<'s>(&'s [Cell<Value>]);

impl Row for LastRow<'_> {
    fn get(&self, column: usize, _kind: Kind) -> Result<Datum<'_>> {
        self.0.get(column).map(|cell| cell.replace(Value::Null)).ok_or_else(lacks_column)
    }

    fn int(&self, column: usize, _kind: Kind) -> Result<Option<i64>> {
        int_of(self.0.get(column).ok_or_else(lacks_column)?.replace(Value::Null))
    }

    fn text(&self, column: usize) -> Result<Option<Cow<'_, str>>> {
        text_of(self.0.get(column).ok_or_else(lacks_column)?.replace(Value::Null))
    }

    fn is_null(&self, column: usize) -> bool {
        self.0.get(column).is_none_or(|cell| {
            let value = cell.replace(Value::Null);
            let is_null = value.is_null();
            cell.set(value);
            is_null
        })
    }
}

#[cold]
fn lacks_column() -> Error {
    Error::internal("a row lacks a column of its plan")
}

impl Instances {
    fn add(&mut self, group: u32, row: u32) -> u32 {
        let instance = self.rows.len() as u32;
        self.rows.push(row);
        self.next.push(NONE);
        if self.groups.len() <= group as usize {
            self.groups.resize(group as usize + 1, Group::EMPTY);
        }
        let group = &mut self.groups[group as usize];
        if group.len == 0 {
            group.first = instance;
        } else {
            self.next[group.last as usize] = instance;
        }
        group.last = instance;
        group.len += 1;
        instance
    }

    /// A group, which is empty when nothing was added to it.
    fn group(&self, group: u32) -> Group {
        self.groups.get(group as usize).copied().unwrap_or(Group::EMPTY)
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
    seen: Seen,
    /// The slot that each column is of, where it is of one alone: of a row that repeats, it is not kept again.
    of_slot: Vec<Option<usize>>,
    /// The instance of each slot in the row at hand, and whether this row is its first.
    current: Vec<(u32, bool)>,
    key: Vec<u8>,
}

impl Forest {
    pub(crate) fn new(plan: &Plan) -> Self {
        Forest {
            stages: plan.steps.iter().map(|step| Stage { cells: Vec::new(), width: step.kinds.len() }).collect(),
            slots: plan.slots.iter().map(|_| Instances::default()).collect(),
            known: Known::default(),
        }
    }

    pub(crate) fn collector<'f, 'p>(&'f mut self, plan: &'p Plan, number: usize) -> Collector<'f, 'p> {
        let step = &plan.steps[number];
        let repeats = step.slots.clone().next().is_some_and(|base| !plan.slots[base].identity.is_empty());
        let of_slot = if repeats { columns_by_slot(plan, number) } else { Vec::new() };
        let current = vec![(NONE, false); plan.slots.len()];
        Collector {
            plan,
            step,
            number,
            forest: self,
            repeats,
            seen: Seen::default(),
            of_slot,
            current,
            key: Vec::new(),
        }
    }

    /// The keys of the parents, each once, and by the way which key each parent has.
    pub(crate) fn keys(&mut self, plan: &Plan, number: usize) -> Option<Vec<Value>> {
        let feed = plan.steps[number].feed.as_ref()?;
        let stage = &self.stages[plan.slots[feed.slot].step];
        let mut values: Vec<Value> = Vec::new();
        let mut shared = false;
        self.known.clear();
        let mut of_parent = Vec::with_capacity(self.slots[feed.slot].rows.len());
        let mut bytes = Vec::new();
        for &row in &self.slots[feed.slot].rows {
            let row = stage.row(row);
            let key = feed.columns.iter().map(|&column| &row[usize::from(column)]);
            if key.clone().any(Datum::is_null) {
                of_parent.push(NONE);
                continue;
            }
            if let Some(number) = self.known.get(key.clone(), &mut bytes) {
                shared = true;
                of_parent.push(number);
                continue;
            }
            of_parent.push(self.known.add(key.clone()));
            values.extend(key.cloned());
        }
        let base = &mut self.slots[plan.steps[number].slots.start];
        (base.of_parent, base.shared) = (of_parent, shared);
        Some(values)
    }

    /// Hands everything to a sink.
    pub(crate) fn emit(&mut self, plan: &Plan, sink: &mut dyn crate::Sink) -> Result<()> {
        self.emit_group(plan, 0, 0, true, sink)
    }

    /// Hands the rows of a group over. `is_last` says that it is for the last time.
    fn emit_group(
        &mut self,
        plan: &Plan,
        slot: usize,
        group: u32,
        is_last: bool,
        sink: &mut dyn crate::Sink,
    ) -> Result<()> {
        let is_last = is_last && !self.slots[slot].shared;
        let mut instance = self.slots[slot].group(group).first;
        while instance != NONE {
            self.emit_row(plan, slot, instance, is_last, sink)?;
            instance = self.slots[slot].next[instance as usize];
        }
        Ok(())
    }

    fn emit_row(
        &mut self,
        plan: &Plan,
        slot: usize,
        instance: u32,
        is_last: bool,
        sink: &mut dyn crate::Sink,
    ) -> Result<()> {
        let layout: &Slot = &plan.slots[slot];
        let stage = &mut self.stages[layout.step];
        let place = stage.place(self.slots[slot].rows[instance as usize]);
        let cells = &mut stage.cells[place];
        let below = if is_last {
            sink.row(layout, &LastRow(Cell::from_mut(cells).as_slice_of_cells()))?
        } else {
            sink.row(layout, &StagedRow(cells))?
        };
        for child in layout.children.iter().map(|&child| usize::from(child)) {
            let group = self.slots[child].of_parent.get(instance as usize).copied().unwrap_or(NONE);
            below.open(&plan.slots[child], self.slots[child].group(group).len as usize)?;
            if group != NONE {
                self.emit_group(plan, child, group, is_last, below)?;
            }
            below.close(&plan.slots[child])?;
        }
        below.end()
    }
}

/// The slot of each column of a step that is of one slot alone: what it shows, what tells its rows apart, and the keys of
/// statements below it.
fn columns_by_slot(plan: &Plan, number: usize) -> Vec<Option<usize>> {
    let step = &plan.steps[number];
    let mut slots: Vec<Vec<usize>> = vec![Vec::new(); step.kinds.len()];
    for slot in step.slots.clone() {
        let layout = &plan.slots[slot];
        let through = layout.through.iter().flat_map(|through| through.columns.clone());
        let own =
            layout.columns.clone().chain(through).chain(layout.identity.iter().map(|&column| usize::from(column)));
        let feeds = plan.steps.iter().filter_map(|step| step.feed.as_ref()).filter(|feed| feed.slot == slot);
        for column in own.chain(feeds.flat_map(|feed| feed.columns.iter().map(|&column| usize::from(column)))) {
            if let Some(slots) = slots.get_mut(column)
                && !slots.contains(&slot)
            {
                slots.push(slot);
            }
        }
    }
    slots
        .into_iter()
        .map(|slots| match slots.as_slice() {
            &[slot] => Some(slot),
            _ => None,
        })
        .collect()
}

impl Collector<'_, '_> {
    /// Keeps a row.
    pub(crate) fn row(&mut self, row: &dyn Row) -> Result<()> {
        let stage = &self.forest.stages[self.number];
        let number = (stage.cells.len() / stage.width.max(1)) as u32;
        let (group, key) = match &self.step.feed {
            None => (0, None),
            Some(feed) => {
                let kind = self.step.kinds.first().copied().unwrap_or(Kind::BigInt);
                number_of_key(feed, &self.forest.known, kind, row, &mut self.key)
                    .map(|(number, key)| (number, Some(key)))?
            }
        };
        if !self.repeats && self.step.slots.len() == 1 {
            // Every row is one of the slot.
            self.forest.slots[self.step.slots.start].add(group, number);
            let cells = &mut self.forest.stages[self.number].cells;
            let read = usize::from(key.is_some());
            cells.extend(key);
            for (column, &kind) in self.step.kinds.iter().enumerate().skip(read) {
                cells.push(kept(row, column, kind)?);
            }
            return Ok(());
        }
        let mut is_new = false;
        for at in 0..self.step.slots.len() {
            let slot = self.step.slots.start + at;
            let layout = &self.plan.slots[slot];
            let parent = if at == 0 { None } else { layout.parent };
            let group = match parent {
                None => group,
                Some(parent) => self.current[parent].0,
            };
            self.current[slot] = self.instance(slot, layout, at > 0, group, number, row)?;
            is_new |= self.current[slot].1;
        }
        if !is_new {
            return Ok(());
        }
        let cells = &mut self.forest.stages[self.number].cells;
        for (column, &kind) in self.step.kinds.iter().enumerate() {
            let is_kept = match self.of_slot.get(column) {
                Some(&Some(slot)) => self.current[slot].1,
                _ => true,
            };
            cells.push(if is_kept { kept(row, column, kind)? } else { Value::Null });
        }
        Ok(())
    }

    /// The instance of a slot in a row, and whether it is its first row.
    fn instance(
        &mut self,
        slot: usize,
        layout: &Slot,
        joined: bool,
        group: u32,
        number: u32,
        row: &dyn Row,
    ) -> Result<(u32, bool)> {
        if group == NONE || (joined && layout.identity.iter().any(|&column| row.is_null(usize::from(column)))) {
            return Ok((NONE, false));
        }
        let slots = &mut self.forest.slots;
        let mut add = || {
            let instance = slots[slot].add(group, number);
            if joined && let Some(parent) = layout.parent {
                // The group of a joined edge is its parent's instance.
                let parents = slots[parent].rows.len();
                let of_parent = &mut slots[slot].of_parent;
                (of_parent.len()..parents).for_each(|parent| of_parent.push(parent as u32));
            }
            instance
        };
        if !self.repeats {
            return Ok((add(), true));
        }
        self.seen.find_or(slot, group, row, layout, &self.step.kinds, add)
    }
}
