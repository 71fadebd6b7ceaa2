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
    /// How the keys of parents are looked for, where they are looked for in one column.
    pub keys: KeysForm,
    /// How the keys of parents become a relation, where they have several columns or a limit counts their rows.
    pub feed: FeedForm,
    /// How a limit for each parent is written.
    pub per_parent: PerParentForm,
    /// How texts are matched.
    pub pattern: PatternForm,
    /// Which row locks there are.
    pub lock: LockForm,
    /// How a statement says which indexes it uses.
    pub index_hints: IndexHintForm,
    /// What stands before `EXISTS`: nothing, or what keeps the server from an optimization that is wrong.
    pub exists_prefix: &'static str,
    /// Whether the server must be kept from making joins of subqueries.
    pub subqueries: Subqueries,
    /// How rows that have children are counted.
    pub count: CountForm,
    /// Which queries may be the list of `IN`.
    pub in_select: InSelectForm,
    /// How a value is compared with any or all values of a query.
    pub quantified: QuantifiedForm,
    /// Whether a derived table may name the rows around the query in which it stands.
    pub outer_in_derived: bool,
    /// How decimals are kept and computed.
    pub decimal: DecimalForm,
    /// As what numbers of 32 bits are computed with.
    pub real: RealForm,
    /// Which writes answer with rows.
    pub returning: Returning,
    /// How an insert says what becomes of a row that is there already.
    pub conflict: ConflictForm,
    /// By which name a removal calls its table.
    pub delete: DeleteForm,
    /// Whether a write may look at the table that it changes.
    pub own_table: OwnTable,
    /// Whether the assignments of an update see one another.
    pub assignments: Assignments,
    /// How an order says where NULL stands.
    pub nulls: NullsForm,
    /// How functions are written.
    pub functions: FunctionNames,
    /// How regular expressions are matched.
    pub regexp: RegexpForm,
    /// How full text is searched.
    pub search: SearchForm,
    /// How JSON documents are asked.
    pub json: JsonForm,
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
    /// Values bring their types, but a decimal is sent as text: beside anything but a column that takes it, it is
    /// converted explicitly.
    DecimalsAreText,
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
    /// `IN (SELECT c1 FROM JSON_TABLE(?, '$[*]' COLUMNS (...)))`.
    /// <https://dev.mysql.com/doc/refman/9.7/en/json-table-functions.html>
    JsonTable,
}

/// How the keys of parents are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeysForm {
    /// As a list of the request is.
    List,
    /// `IN (?, ?, ...)`: a placeholder for each, as many as the next power of two, and at most so many in a statement. The
    /// server looks for them in an index, where it would join what it reads out of JSON. Placeholders have no numbers.
    Placeholders(u16),
}

/// How the keys of parents become a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedForm {
    /// `unnest($1::bigint[], ...) WITH ORDINALITY`: one array a column.
    Unnest,
    /// `json_each(?)`: one JSON array for all; its `key` numbers the rows from zero.
    JsonEach,
    /// `JSON_TABLE(?, '$[*]' COLUMNS (c0 FOR ORDINALITY, ...))`: one JSON array for all, numbered from one.
    JsonTable,
}

impl FeedForm {
    /// The number of the first row.
    pub fn first(self) -> i64 {
        match self {
            FeedForm::Unnest | FeedForm::JsonTable => 1,
            FeedForm::JsonEach => 0,
        }
    }
}

/// How "at most this many rows for each parent" is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PerParentForm {
    /// A lateral join: the server stops early for each parent.
    Lateral,
    /// `row_number()` over the rows of each parent.
    RowNumber,
    /// Rows whose key is in a select of the first keys of the parent, which stops early; a row number where rows are of
    /// several tables.
    FirstKeys,
}

/// How texts are matched against patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatternForm {
    /// `LIKE` respects case and `ILIKE` folds it; a backslash escapes.
    LikeIlike,
    /// `LIKE` folds the case of ASCII letters and `GLOB` respects it. <https://www.sqlite.org/lang_expr.html#like>
    GlobLike,
    /// `LIKE` respects case, as the collation does; where it is folded, both sides are made small. A backslash escapes.
    LikeLower,
}

/// How a statement says which indexes it uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexHintForm {
    /// It does not: the planner of the database decides.
    None,
    /// `USE INDEX (a, b)`, `FORCE INDEX`, `IGNORE INDEX` behind the table.
    /// <https://dev.mysql.com/doc/refman/9.7/en/index-hints.html>
    Words,
    /// `INDEXED BY a`: one, without which the statement fails. <https://www.sqlite.org/lang_indexedby.html>
    IndexedBy,
}

/// Which row locks there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockForm {
    /// None.
    None,
    /// `FOR UPDATE`, with the ways to wait of the request.
    Rows {
        /// The words for the strengths, strongest first. Where there are fewer, a weaker one is as strong as the next.
        strengths: [&'static str; 4],
        /// Whether the tables whose rows are locked can be named; else rows of joined tables are locked too.
        of: bool,
    },
}

/// Which writes answer with the rows that they have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Returning {
    /// An insert.
    pub insert: bool,
    /// An update.
    pub update: bool,
    /// A removal.
    pub delete: bool,
}

impl Returning {
    /// All of them.
    pub const ALL: Returning = Returning { insert: true, update: true, delete: true };
    /// None.
    pub const NONE: Returning = Returning { insert: false, update: false, delete: false };
}

/// How an insert says what becomes of a row that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConflictForm {
    /// `ON CONFLICT (key) DO UPDATE SET a = excluded.a WHERE ...`, or `DO NOTHING`.
    OnConflict,
    /// `AS excluded ON DUPLICATE KEY UPDATE a = excluded.a`: whichever unique key it is that the row meets.
    DuplicateKeyAlias,
    /// `ON DUPLICATE KEY UPDATE a = VALUES(a)`.
    DuplicateKeyValues,
}

impl ConflictForm {
    /// Whether the unique key can be named, and the row that is there be asked.
    pub fn names_key(self) -> bool {
        self == ConflictForm::OnConflict
    }
}

/// By which name a removal calls its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeleteForm {
    /// By an alias, like everything else.
    Alias,
    /// By its own name: there is no alias.
    OwnName,
}

/// Whether an update or removal may look at the table that it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnTable {
    /// Like at any other.
    Readable,
    /// Only where its rows were put aside first: in a derived table with a limit.
    /// <https://dev.mysql.com/doc/refman/9.7/en/update.html>
    Derived,
}

/// Whether the assignments of an update see one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignments {
    /// Each sees the row as it was.
    Simultaneous,
    /// Each sees what those before it have done.
    InOrder,
}

/// How an order says where NULL stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullsForm {
    /// `NULLS FIRST`.
    Words,
    /// There are no words; NULL is less than anything.
    Least,
}

/// How functions are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FunctionNames {
    /// Between the parts of a text that is put together; none where a function does it.
    pub concat: Option<&'static str>,
    /// The characters of a text.
    pub length: &'static str,
    /// Between two integers whose quotient is cut to one.
    pub integer_division: &'static str,
    /// The moment at which the statement runs.
    pub now: &'static str,
    /// A number from 0 up to 1.
    pub random: &'static str,
    /// How a part of a moment is taken.
    pub part: DatePartForm,
    /// Whether a double must be made a decimal before it is rounded, so that halves go away from zero.
    pub rounds_decimals: bool,
}

/// How a part of a moment is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatePartForm {
    /// `extract(year FROM x)`, a decimal.
    Extract,
    /// `strftime('%Y', x)`, a text.
    Strftime,
    /// `year(x)`.
    Named,
}

/// How regular expressions are matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegexpForm {
    /// There are none.
    None,
    /// `~` and `~*`.
    Tilde,
    /// `regexp_like(x, pattern, 'c')`.
    RegexpLike,
    /// `REGEXP`, with what concerns case at the front of the pattern.
    Regexp,
}

/// How full text is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchForm {
    /// There is none for ordinary tables.
    None,
    /// `to_tsvector('simple', x) @@ plainto_tsquery('simple', words)`: all of the words.
    TsVector,
    /// `MATCH (x) AGAINST (words)`: any of the words, by an index over the column.
    MatchAgainst,
}

/// How JSON documents are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonForm {
    /// `jsonb` and its operators. <https://www.postgresql.org/docs/15/functions-json.html>
    Jsonb,
    /// `json_type(x, path)` and `json_extract(x, path)`. <https://www.sqlite.org/json1.html>
    TypeOfPath,
    /// `json_type(json_extract(x, path))`. <https://dev.mysql.com/doc/refman/9.7/en/json-functions.html>
    TypeOfExtract,
}

impl FunctionNames {
    /// What the standard says, or nearly everybody.
    pub const STANDARD: FunctionNames = FunctionNames {
        concat: Some(" || "),
        length: "length(",
        integer_division: " / ",
        now: "statement_timestamp()",
        random: "random()",
        part: DatePartForm::Extract,
        rounds_decimals: true,
    };
}

/// Whether the server must be kept from making joins of subqueries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subqueries {
    /// It makes of them what it likes.
    Free,
    /// Where they stand beside a join or beside rows out of JSON, it gets some of them wrong.
    Guarded,
}

/// How rows that have children are counted best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountForm {
    /// By a test for each, of which the database makes what it likes.
    Tests,
    /// By a list of the children's keys: the database runs a test once for each row.
    Lists,
    /// By a list of the different ones among the children's keys: of a test, or of a list as it is, the database makes a loop
    /// that it takes for cheaper than it is.
    DistinctLists,
}

/// Which queries may be the list of `IN`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InSelectForm {
    /// Any.
    Free,
    /// None with a limit. <https://dev.mysql.com/doc/refman/9.7/en/subquery-restrictions.html>
    NoLimit,
}

/// How a value is compared with any or all values of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuantifiedForm {
    /// `> ANY (SELECT ...)`
    AnyAll,
    /// By the greatest or the least of what the comparisons come to.
    Extremes,
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
    /// How an isolation level is said.
    pub isolation: IsolationForm,
    /// Whether a transaction that only reads may wait for a snapshot with which it cannot fail.
    pub deferrable: bool,
    /// Commits, and fails where the transaction has failed.
    pub commit: &'static str,
    /// Whether an error inside ends the use of a transaction. Where it does not, what a call of several statements has
    /// done so far must be taken back by a savepoint.
    pub error_aborts: bool,
    /// Whether a statement that creates, alters or drops something commits what was done before it.
    pub definitions_commit: bool,
    /// A statement that fails outside of a transaction and does nothing within, where the connection does not say in
    /// which state it is.
    pub probe: Option<&'static str>,
}

/// How a transaction says how it is isolated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsolationForm {
    /// It does not: there is only the strongest.
    Strongest,
    /// Behind the words that begin it.
    Behind,
    /// In a statement before.
    Before,
}

/// How decimals are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalForm {
    /// Exactly, and so are quotients, to many digits.
    Exact,
    /// Exactly, but a quotient has only a few digits more than what is divided: it is computed as a double.
    ExactButQuotients,
    /// As integers or doubles, whichever a value fits: right to so many significant digits, and a quotient of two
    /// that happen to be integers is truncated unless one is made a double.
    /// <https://www.sqlite.org/datatype3.html#type_affinity>
    Affinity {
        /// The significant digits that survive.
        digits: u8,
    },
}

/// As what floating point numbers of 32 bits are computed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RealForm {
    /// As doubles.
    Double,
    /// As what they are.
    Real,
}

/// What a column asks of its values beyond their type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnCheck {
    /// A number from one to another.
    Between(i64, u64),
    /// So many characters.
    Length(u8),
    /// At most so many bytes.
    AtMost(u16),
}

/// Names of types.
#[derive(Debug)]
pub struct TypeNames {
    /// In `CAST`.
    pub cast: fn(kind: Kind, precision: u8, scale: u8) -> String,
    /// In `CREATE TABLE`, with what the type needs behind it (a collation). A column of a key may need another type.
    pub column: fn(ty: &SqlType, is_key: bool) -> String,
    /// What the type asks of its values that the column's own type does not.
    pub check: fn(ty: &SqlType) -> Option<ColumnCheck>,
    /// Whether there are columns of a type.
    pub keeps: fn(ty: &SqlType) -> bool,
    /// Whether there are values of a kind.
    pub has: fn(kind: Kind) -> bool,
    /// Whether values of a kind have a least and a greatest.
    pub extremes: fn(kind: Kind) -> bool,
    /// What must be installed for columns of a type.
    pub extension: fn(ty: &SqlType) -> Option<&'static str>,
    /// The columns of a table that is read out of JSON.
    pub json_column: fn(kind: Kind) -> &'static str,
    /// Behind the last parenthesis of `CREATE TABLE`.
    pub table_options: &'static str,
    /// Whether an index can be made where it is missing; else it is part of its table.
    pub index_if_missing: bool,
    /// Behind the type of a numbered column.
    pub numbered: &'static str,
    /// Whether a numbered key is declared `PRIMARY KEY` with its column and not with the table.
    pub numbered_is_key: bool,
    /// How bytes are written as a literal: before and after their hexadecimal digits.
    pub bytes: (&'static str, &'static str),
    /// Behind an instant that is written as a literal.
    pub instant_zone: &'static str,
    /// What stands around the default of a column.
    pub default: (&'static str, &'static str),
    /// How true and false are written as literals.
    pub booleans: (&'static str, &'static str),
}
