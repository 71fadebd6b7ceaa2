//! The JSON document of a request, as plain data.
//!
//! A document knows names and JSON values, no model: it is checked against a model when it is encoded. It is also what
//! the reference evaluator of the tests reads, so that the evaluator shares nothing with the compiler.

use relata_schema::IndexHint;
use serde_json::Value as Json;

/// One request, as it is written in JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestDoc {
    /// What is asked of the rows.
    pub call: CallDoc,
    /// The root model's name.
    pub model: String,
    /// The finder options.
    pub find: FindDoc,
}

/// What is asked of the rows that a find keeps.
#[derive(Debug, Clone, PartialEq)]
pub enum CallDoc {
    /// The rows: `{"model": "User", ...}`.
    Find,
    /// The rows of the page and the number of all: `{"find_and_count": "User", ...}`.
    FindAndCount,
    /// The number of rows, or of rows per group: `{"count": "User", ...}`.
    Count,
    /// One aggregate over the rows: `{"aggregate": "sum", "model": "User", "attribute": "score"}`.
    Aggregate {
        /// `sum`, `min`, `max`, `avg` or `count`.
        function: String,
        /// The attribute it is taken of.
        attribute: String,
    },
    /// Rows are changed.
    Write(Box<super::WriteDoc>),
}

/// The finder options of a request.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FindDoc {
    /// Which attributes; all when absent.
    pub attributes: Option<AttributesDoc>,
    /// The condition.
    pub filter: Option<WhereDoc>,
    /// What is loaded along.
    pub include: Vec<IncludeDoc>,
    /// The order, most significant first.
    pub order: Vec<OrderDoc>,
    /// Group keys.
    pub group: Vec<ExprDoc>,
    /// The condition on groups.
    pub having: Option<WhereDoc>,
    /// At most that many root rows (or groups).
    pub limit: Option<u64>,
    /// Skip that many.
    pub offset: Option<u64>,
    /// De-duplicate the selected attributes.
    pub distinct: bool,
    /// `false` includes rows that were soft-deleted. Defaults to `true`.
    pub paranoid: Option<bool>,
    /// Scopes that apply, in order; the default one when nothing is said. An empty list is none at all.
    pub scope: Option<Vec<ScopeDoc>>,
    /// A row lock.
    pub lock: Option<LockDoc>,
    /// What is said of indexes of the root's table, and of which.
    pub index_hints: Vec<(IndexHint, String)>,
}

/// A scope by name: `"adults"` or `{"older_than": {"age": 18}}`. The default one is `"default"`.
#[derive(Debug, Clone, PartialEq)]
pub struct ScopeDoc {
    /// Its name.
    pub name: String,
    /// Its arguments by name.
    pub args: Vec<(String, Json)>,
}

/// `"attributes"`.
#[derive(Debug, Clone, PartialEq)]
pub enum AttributesDoc {
    /// Exactly these.
    List(Vec<SelectDoc>),
    /// All, with some more and without others: `{"include": [...], "exclude": [...]}`.
    Adjust {
        /// Added after the attributes of the model.
        include: Vec<SelectDoc>,
        /// Left out.
        exclude: Vec<String>,
    },
}

/// One selected column.
#[derive(Debug, Clone, PartialEq)]
pub enum SelectDoc {
    /// `"name"`
    Name(String),
    /// `[expression, "alias"]`
    Aliased(ExprDoc, String),
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprDoc {
    /// An attribute of the model at hand (one name) or of an association path (`posts.title` is two names).
    Column(Vec<String>),
    /// An alias that `attributes` gives.
    Alias(String),
    /// A function or an aggregate over arguments. `count` with no argument counts rows.
    Function {
        /// Name in lower case.
        name: String,
        /// Arguments.
        args: Vec<ExprDoc>,
        /// `count(distinct x)` and its like.
        distinct: bool,
    },
    /// A conversion to a type, written as in the schema.
    Cast(Box<ExprDoc>, String),
    /// A value; it takes the type of what it meets.
    Value(Json),
    /// The one value of a query, or with `in` its values.
    Query(Box<RequestDoc>),
    /// An attribute of the row that the query is asked for.
    Outer(String),
    /// Several that are compared at once, the first first: the left side of a test.
    Row(Vec<ExprDoc>),
}

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub enum WhereDoc {
    /// All hold. Empty: true.
    All(Vec<WhereDoc>),
    /// Any holds. Empty: false.
    Any(Vec<WhereDoc>),
    /// Three-valued not.
    Not(Box<WhereDoc>),
    /// A query has a row.
    Exists(Box<RequestDoc>),
    /// A test of one expression.
    Test {
        /// Left side.
        left: ExprDoc,
        /// Operator.
        op: OpDoc,
        /// Right side.
        right: OperandDoc,
    },
}

/// The operators, by the names of their JSON form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the operator of that name")]
pub enum OpDoc {
    Eq,
    Ne,
    Gt,
    Gte,
    Lt,
    Lte,
    Is,
    IsNot,
    In,
    NotIn,
    Between,
    NotBetween,
    Like,
    NotLike,
    Ilike,
    NotIlike,
    StartsWith,
    NotStartsWith,
    EndsWith,
    NotEndsWith,
    Substring,
    NotSubstring,
    Regexp,
    NotRegexp,
    Iregexp,
    NotIregexp,
    Match,
    Contains,
    Contained,
    AnyKeyExists,
    AllKeysExist,
    Overlap,
    Adjacent,
    StrictLeft,
    StrictRight,
    NoExtendRight,
    NoExtendLeft,
}

/// The right side of a test.
#[derive(Debug, Clone, PartialEq)]
pub enum OperandDoc {
    /// One value (`null` too: `eq null` is `is null`). With `in`, an array of which its left side says whether it is one
    /// value or a list of them.
    Value(Json),
    /// A list, of `in` and `not_in`.
    List(Vec<Json>),
    /// Two values, of `between` and `not_between`; both ends belong to it.
    Range(Box<OperandDoc>, Box<OperandDoc>),
    /// An expression.
    Expr(ExprDoc),
    /// Any, or all, of the values of a query, of a comparison.
    Quantified {
        /// It must hold for all of them.
        all: bool,
        /// The query.
        query: Box<RequestDoc>,
    },
}

/// One item of `include`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IncludeDoc {
    /// The association's name.
    pub association: String,
    /// The key under which the answer carries it; the association's name when absent.
    pub alias: Option<String>,
    /// Said explicitly whether a parent needs a child to be kept.
    pub required: Option<bool>,
    /// Force a statement of its own (`true`) or a join (`false`).
    pub separate: Option<bool>,
    /// Of the junction of a belongs-to-many.
    pub through: Option<ThroughDoc>,
    /// Options that an include shares with a find: attributes, where, include, order, limit, offset, paranoid.
    pub find: FindDoc,
}

/// `"through"`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ThroughDoc {
    /// Which attributes of the junction row; none when the list is empty.
    pub attributes: Option<AttributesDoc>,
    /// A condition on the junction row.
    pub filter: Option<WhereDoc>,
    /// `false` includes junction rows that were soft-deleted.
    pub paranoid: Option<bool>,
}

/// One item of `order`.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderDoc {
    /// What is ordered by.
    pub expr: ExprDoc,
    /// Greatest first.
    pub descending: bool,
    /// Where NULLs go; the database's own place when absent.
    pub nulls: Option<NullsDoc>,
}

/// Where NULLs go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullsDoc {
    /// Before all values.
    First,
    /// After all values.
    Last,
}

/// `"lock"`, with `skip_locked` and `nowait`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockDoc {
    /// How strong.
    pub strength: LockStrengthDoc,
    /// What happens to rows that are locked already.
    pub wait: LockWaitDoc,
}

/// How strong a row lock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockStrengthDoc {
    /// `"update"`
    Update,
    /// `"no_key_update"`
    NoKeyUpdate,
    /// `"share"`
    Share,
    /// `"key_share"`
    KeyShare,
}

/// What happens to rows that are locked already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockWaitDoc {
    /// Wait for them.
    Wait,
    /// Leave them out: `skip_locked`.
    SkipLocked,
    /// Fail: `nowait`.
    NoWait,
}
