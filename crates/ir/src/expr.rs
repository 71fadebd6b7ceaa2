//! Expressions.

use relata_schema::{Aggregate, Comparison, Function, Kind, Pattern};

use crate::{BindId, ExprId, List, LiteralId, Order, RelId, SelectId, WindowId};

/// An expression: sixteen bytes, `Copy`, children by id.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Expr {
    /// A column of a relation of this statement. Correlation is a column of an outer relation.
    Column {
        /// The relation.
        rel: RelId,
        /// The column's place among those of its table, or of its derived table.
        column: u16,
    },
    /// A value that comes with each run.
    Bind(BindId),
    /// NULL.
    Null,
    /// A boolean constant. Made by the planner, never from a value of the request.
    Bool(bool),
    /// An integer constant. Made by the planner, never from a value of the request.
    Int(i32),
    /// A constant that the schema states.
    Literal(LiteralId),
    /// All hold. Two members at least, none of them an `and` or a constant.
    And(List<ExprId>),
    /// Any holds. Two members at least, none of them an `or` or a constant.
    Or(List<ExprId>),
    /// Three-valued not, never of a not.
    Not(ExprId),
    /// A comparison.
    Compare(Comparison, ExprId, ExprId),
    /// Is NULL.
    IsNull(ExprId),
    /// Is true, or is false; never NULL.
    IsBool(ExprId, bool),
    /// Is one of some expressions. One at least.
    InList(ExprId, List<ExprId>),
    /// Is an element of a list that is one bind.
    InArray(ExprId, BindId),
    /// Is one of the values of a select of one column, or of its rows where several are compared at once.
    InSelect(ExprId, SelectId),
    /// Compares with the values of a select of one column: with any of them, or with all.
    Quantified {
        /// How each is compared; not `= ANY`, which is [`InSelect`](Expr::InSelect), and not `<> ALL`, which is its not.
        comparison: Comparison,
        /// It must hold for all of them.
        all: bool,
        /// What is compared.
        left: ExprId,
        /// With what.
        select: SelectId,
    },
    /// Several that are compared at once, the first first.
    Row(List<ExprId>),
    /// Lies between two, both included.
    Between(ExprId, ExprId, ExprId),
    /// Matches a pattern.
    Match(Pattern, ExprId, ExprId),
    /// Matches a pattern of `GLOB`: what legalization makes of a match where `LIKE` folds case.
    Glob(ExprId, ExprId),
    /// A scalar function.
    Call(Function, List<ExprId>),
    /// An aggregate; of rows when there is no argument.
    Aggregate {
        /// Which.
        function: Aggregate,
        /// Over distinct values.
        distinct: bool,
        /// What it is taken of.
        argument: Option<ExprId>,
    },
    /// A conversion.
    Cast {
        /// What is converted.
        expr: ExprId,
        /// To what.
        kind: Kind,
        /// Digits of a decimal.
        precision: u8,
        /// Digits after its point.
        scale: u8,
    },
    /// Whether a select has a row: a semi-join, and under a not an anti-join.
    Exists(SelectId),
    /// The one value of a select of one column and at most one row.
    Scalar(SelectId),
    /// The number of a row within its partition, from one.
    RowNumber(WindowId),
}

const _: () = assert!(size_of::<Expr>() <= 16);

/// The partition and order of a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Rows with equal values of these belong together.
    pub partition: List<ExprId>,
    /// The order within.
    pub order: List<Order>,
}
