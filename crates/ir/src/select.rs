//! Relations and selects.

use relata_schema::{IndexHint, Kind};

use crate::{ExprId, List, NameId, RelId, SelectId, TableId};

/// A table, as far as a statement needs to know it.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name.
    pub name: NameId,
    /// Its columns, all of them, in the order of the model.
    pub columns: List<Column>,
    /// Sets of columns that no two rows share, unless a column of them is NULL. Each is a run of column places.
    pub keys: List<List<u16>>,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: NameId,
    /// The kind of its values.
    pub kind: Kind,
    /// Whether it may be NULL.
    pub null: bool,
    /// Digits after the point of a decimal, or of a second.
    pub scale: Option<u8>,
}

/// An occurrence of something with rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rel {
    /// What it is.
    pub source: RelSource,
    /// The number of its alias within the statement.
    pub alias: u16,
    /// What is said of indexes of its table.
    pub hints: List<Hint>,
}

/// What is said of an index of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hint {
    /// What.
    pub kind: IndexHint,
    /// Of which.
    pub index: NameId,
}

/// What a relation is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RelSource {
    /// A table.
    Table(TableId),
    /// The rows of a select; its columns are the select's.
    Derived(SelectId),
    /// The keys of the parents that a feed gives: column 0 is the number of the row from zero, then the keys.
    Keys(List<Kind>),
    /// One row without columns.
    Unit,
    /// The row that an insert was to add to a table, where there is one already.
    Excluded(TableId),
}

/// How a relation is joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// Pairs only.
    Inner,
    /// Rows without a partner stay, with NULLs.
    Left,
    /// Pairs only; the right side may name relations to its left.
    Lateral,
}

/// One join.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Join {
    /// How.
    pub kind: JoinKind,
    /// What.
    pub rel: RelId,
    /// On which condition.
    pub on: ExprId,
}

/// Where NULLs go in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// Where the database puts them.
    Default,
    /// Before all values.
    First,
    /// After all values.
    Last,
}

/// One item of an order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Order {
    /// What is ordered by.
    pub expr: ExprId,
    /// Greatest first.
    pub descending: bool,
    /// Where NULLs go.
    pub nulls: Nulls,
}

/// How many rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// None at all: a class of its own, so that no database sees a `LIMIT 0` it reads in its own way.
    Zero,
    /// One: what the planner asks for when it wants to know whether there is any.
    One,
    /// All of them, said in words: what keeps a database from merging a derived table into the query around it.
    All,
    /// As a bind says.
    Bind(ExprId),
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageScope {
    /// Rows of this select.
    Rows,
    /// Rows for each row of the keys relation that the select starts from.
    PerParent,
}

/// Limit and offset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Page {
    /// At most that many.
    pub limit: Option<Limit>,
    /// After skipping that many.
    pub offset: Option<ExprId>,
    /// Of what.
    pub scope: PageScope,
}

impl Page {
    /// Everything.
    pub const ALL: Page = Page { limit: None, offset: None, scope: PageScope::Rows };

    /// Whether anything is cut.
    pub fn cuts(&self) -> bool {
        self.limit.is_some() || self.offset.is_some()
    }
}

/// A row lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lock {
    /// How strong, 0 the strongest: update, no key update, share, key share.
    pub strength: u8,
    /// 0 waits, 1 leaves locked rows out, 2 fails.
    pub wait: u8,
    /// Whose rows.
    pub of: RelId,
}

/// A query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Select {
    /// Where it starts.
    pub from: RelId,
    /// What is joined, in order.
    pub joins: List<Join>,
    /// Which rows.
    pub filter: Option<ExprId>,
    /// Group keys.
    pub group: List<ExprId>,
    /// Which groups.
    pub having: Option<ExprId>,
    /// What is selected.
    pub columns: List<ExprId>,
    /// De-duplicated.
    pub distinct: bool,
    /// In which order.
    pub order: List<Order>,
    /// How many.
    pub page: Page,
    /// Locked.
    pub lock: Option<Lock>,
}

impl Select {
    /// A select of nothing from a relation.
    pub fn from(from: RelId) -> Select {
        Select {
            from,
            joins: List::EMPTY,
            filter: None,
            group: List::EMPTY,
            having: None,
            columns: List::EMPTY,
            distinct: false,
            order: List::EMPTY,
            page: Page::ALL,
            lock: None,
        }
    }
}
