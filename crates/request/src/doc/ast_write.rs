//! The documents of calls that change rows. Which rows is said by the finder options beside them.

use serde_json::{Map, Value as Json};

use super::{ExprDoc, WhereDoc};

/// A call that changes rows.
#[derive(Debug, Clone, PartialEq)]
pub struct WriteDoc {
    /// What is done.
    pub action: ActionDoc,
    /// Of an update or destroy: it is meant for all rows when there is no condition.
    pub all: bool,
    /// What is answered of the rows.
    pub returning: ReturningDoc,
}

/// What is done.
#[derive(Debug, Clone, PartialEq)]
pub enum ActionDoc {
    /// `{"create": "User", "values": {...}}`
    Create {
        /// The rows.
        rows: Vec<Map<String, Json>>,
        /// Whether they were written as an array, and so are answered as one.
        many: bool,
        /// What becomes of rows that are there already.
        conflict: ConflictDoc,
    },
    /// `{"upsert": "User", "values": {...}}`
    Upsert {
        /// The row.
        row: Map<String, Json>,
        /// What is updated if the row is there; all that is given but the key, if nothing is said.
        update: Option<Vec<String>>,
        /// When it is there.
        target: Box<TargetDoc>,
    },
    /// `{"update": "User", "set": {...}}`
    Update {
        /// What is set, in order.
        set: Vec<(String, ExprDoc)>,
    },
    /// `{"destroy": "User"}`
    Destroy {
        /// Soft-deletion is no question.
        force: bool,
    },
    /// `{"restore": "User"}`
    Restore,
    /// `{"increment": "User", "by": {"score": 5}}`, and `"decrement"`.
    Increment {
        /// By how much.
        by: Vec<(String, Json)>,
        /// It is a decrement.
        down: bool,
    },
    /// `{"truncate": "User"}`
    Truncate {
        /// And tables that refer to it.
        cascade: bool,
        /// And numbers new rows from the start.
        restart: bool,
    },
}

impl ActionDoc {
    /// The key of the document that names the model.
    pub fn name(&self) -> &'static str {
        match self {
            ActionDoc::Create { .. } => "create",
            ActionDoc::Upsert { .. } => "upsert",
            ActionDoc::Update { .. } => "update",
            ActionDoc::Destroy { .. } => "destroy",
            ActionDoc::Restore => "restore",
            ActionDoc::Increment { down: false, .. } => "increment",
            ActionDoc::Increment { down: true, .. } => "decrement",
            ActionDoc::Truncate { .. } => "truncate",
        }
    }
}

/// What becomes of rows that are there already.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum ConflictDoc {
    /// It is an error.
    #[default]
    Error,
    /// They stay as they are, and the new row is left out: `"ignore_duplicates": true`.
    Ignore,
    /// They are updated: `"update_on_duplicate": [...]`.
    Update {
        /// The attributes that take what was to be inserted.
        attributes: Vec<String>,
        /// When they are there.
        target: Box<TargetDoc>,
    },
}

/// When a row is there already, and whether it is changed then.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TargetDoc {
    /// The unique key, the first that is given when nothing is said: `"conflict_attributes": [...]`.
    pub attributes: Option<Vec<String>>,
    /// The condition of a unique index over some of the rows: `"conflict_where": {...}`.
    pub predicate: Option<WhereDoc>,
    /// Only a row for which this holds is changed: `"update_where": {...}`.
    pub filter: Option<WhereDoc>,
}

/// What is answered of the rows that were changed.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum ReturningDoc {
    /// What the call answers by itself: a create its rows, everything else how many there were.
    #[default]
    Default,
    /// Nothing but how many.
    Nothing,
    /// Everything.
    All,
    /// These attributes.
    Attributes(Vec<String>),
}
