//! Statements that change rows.
//!
//! A command is a select with something to do: it starts from the table that it changes, its filter says which rows, and
//! its columns are first the values that are written and then what is returned. So every pass and every legalization
//! that knows selects knows commands.

use crate::{ExprId, List, RelId};

/// What a statement does beside reading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Command {
    /// What is done.
    pub kind: CommandKind,
    /// The columns that are written. Their values are the first columns of the root select.
    pub sets: List<u16>,
    /// How many rows an insert has. Its values are the template of a row: each is a bind, and a later row takes the binds
    /// that follow.
    pub rows: u32,
    /// What an insert does with a row that is there already.
    pub conflict: Option<Conflict>,
}

/// The kinds of commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandKind {
    /// Adds rows.
    Insert,
    /// Changes rows.
    Update,
    /// Removes rows.
    Delete,
    /// Removes all rows.
    Truncate {
        /// And those of tables that refer to it.
        cascade: bool,
        /// And numbers new rows from the start.
        restart: bool,
    },
}

/// What an insert does with a row that is there already.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conflict {
    /// The columns of the unique key; none means any key.
    pub target: List<u16>,
    /// The condition of a unique index over some of the rows.
    pub predicate: Option<ExprId>,
    /// The row that was to be inserted.
    pub excluded: RelId,
    /// The columns that are updated; none leaves the row alone. Their values follow those of the insert in the columns of
    /// the root select.
    pub sets: List<u16>,
    /// Which rows are updated.
    pub filter: Option<ExprId>,
}

impl Command {
    /// How many columns of the root select are written: what follows is returned.
    pub fn written(&self) -> usize {
        self.sets.len() + self.conflict.map_or(0, |conflict| conflict.sets.len())
    }
}
