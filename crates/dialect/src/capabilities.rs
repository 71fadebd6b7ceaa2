//! The questions that relata asks of a database.

use relata_schema::{Kind, SqlType};

/// What a database, of one version, can say and how it says it.
#[derive(Debug)]
pub struct Capabilities {
    /// Its name, in URLs, snapshots and messages.
    pub name: &'static str,
    /// Tells plans for different dialects apart.
    pub id: u16,
    /// What stands around an identifier; doubled inside of one.
    pub quote: char,
    /// How a placeholder is written.
    pub placeholder: Placeholder,
    /// Whether a placeholder has a type only by what it stands beside.
    pub bind_typing: BindTyping,
    /// How a limit is written.
    pub limit: LimitForm,
    /// How a list that is one bind is written.
    pub list: ListForm,
    /// How the keys of parents are fed to a statement.
    pub feed: FeedForm,
    /// How a limit for each parent is written.
    pub per_parent: PerParentForm,
    /// How texts are matched.
    pub pattern: PatternForm,
    /// Which row locks there are.
    pub lock: LockForm,
    /// What stands before `EXISTS`: nothing, or what keeps the server from an optimization that is wrong.
    pub exists_prefix: &'static str,
    /// How decimals are kept and computed.
    pub decimal: DecimalForm,
    /// How all rows of a table are removed.
    pub truncate: TruncateForm,
    /// How an insert of no values is written.
    pub default_values: &'static str,
    /// How transactions begin and end.
    pub transaction: TransactionForm,
    /// How text is read: what a scanner of raw SQL must know.
    pub lexis: crate::raw::Lexis,
    /// Whether a sum of 64-bit integers is one, or must be made one.
    pub sum_is_bigint: bool,
    /// Whether an average is a double, or must be made one.
    pub average_is_double: bool,
    /// The most binds of one statement.
    pub max_binds: usize,
    /// The longest identifier, in bytes.
    pub identifier_bytes: usize,
    /// Names of types.
    pub types: TypeNames,
}

/// How a placeholder is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// `?`, by position.
    Question,
    /// `$1`, by number: one value may stand in several places.
    Dollar,
}

/// Whether a placeholder has a type only by what it stands beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindTyping {
    /// Values bring their types.
    ByValue,
    /// The server infers the type when the statement is prepared. Where nothing beside the placeholder has a type, it
    /// is converted explicitly. PostgreSQL, "Parameter type inference" in the chapter on `PREPARE`.
    Inferred,
}

/// How a statement says "at most this many rows, after skipping that many".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitForm {
    /// `LIMIT n OFFSET m`.
    LimitOffset {
        /// What stands for no limit where an offset needs one.
        unlimited: Option<&'static str>,
        /// What stands before a placeholder. SQLite prepares a statement anew whenever the value behind a plain
        /// `LIMIT ?` changes, and leaves `LIMIT +?` alone.
        prefix: &'static str,
    },
}

/// How "is one of the elements of this one bind" is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListForm {
    /// `= ANY($1)`: an array. <https://www.postgresql.org/docs/15/functions-comparisons.html>
    Any,
    /// `IN (SELECT value FROM json_each(?))`. <https://www.sqlite.org/json1.html#jeach>
    JsonEach,
}

/// How the keys of parents become a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedForm {
    /// `unnest($1::bigint[], ...) WITH ORDINALITY`: one array a column.
    Unnest,
    /// `json_each(?)`: one JSON array for all; its `key` numbers the rows from zero.
    JsonEach,
}

/// How "at most this many rows for each parent" is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PerParentForm {
    /// A lateral join: the server stops early for each parent.
    Lateral,
    /// `row_number()` over the rows of each parent.
    RowNumber,
}

/// How texts are matched against patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatternForm {
    /// `LIKE` respects case and `ILIKE` folds it; a backslash escapes.
    LikeIlike,
    /// `LIKE` folds the case of ASCII letters and `GLOB` respects it. <https://www.sqlite.org/lang_expr.html#like>
    GlobLike,
}

/// Which row locks there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockForm {
    /// None.
    None,
    /// `FOR UPDATE OF t`, with the other strengths and ways to wait of the request.
    ForUpdateOf,
}

/// How all rows of a table are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TruncateForm {
    /// `TRUNCATE TABLE`.
    Truncate,
    /// `DELETE` without a condition, which the server makes fast by itself.
    Delete,
}

/// How transactions begin and end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransactionForm {
    /// Begins one that may write.
    pub begin: &'static str,
    /// Begins one that only reads.
    pub begin_read_only: &'static str,
    /// Makes the connection of one that only read writable again.
    pub end_read_only: &'static str,
    /// Whether an isolation level may be said; a database without has only the strongest.
    pub isolation: bool,
    /// Commits, and fails where the transaction has failed.
    pub commit: &'static str,
    /// Whether an error inside ends the use of a transaction. Where it does not, what a call of several statements has
    /// done so far must be taken back by a savepoint.
    pub error_aborts: bool,
    /// A statement that fails outside of a transaction and does nothing within, where the connection does not say in
    /// which state it is.
    pub probe: Option<&'static str>,
}

/// How decimals are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalForm {
    /// Exactly.
    Exact,
    /// As integers or doubles, whichever a value fits: right to so many significant digits, and a quotient of two
    /// that happen to be integers is truncated unless one is made a double.
    /// <https://www.sqlite.org/datatype3.html#type_affinity>
    Affinity {
        /// The significant digits that survive.
        digits: u8,
    },
}

/// Names of types.
#[derive(Debug)]
pub struct TypeNames {
    /// In `CAST`.
    pub cast: fn(kind: Kind, precision: u8, scale: u8) -> String,
    /// In `CREATE TABLE`, with what the type needs behind it (a collation).
    pub column: fn(ty: &SqlType) -> String,
    /// Behind the type of a numbered column.
    pub numbered: &'static str,
    /// Whether a numbered key is declared `PRIMARY KEY` with its column and not with the table.
    pub numbered_is_key: bool,
    /// How bytes are written as a literal: before and after their hexadecimal digits.
    pub bytes: (&'static str, &'static str),
    /// How true and false are written as literals.
    pub booleans: (&'static str, &'static str),
}
