//! What a statement is made of, as a set: what a rewrite can know without looking at the statement.

use relata_schema::Kind;

use crate::{BindDef, Expr, Join, JoinKind, RelSource, Select, Transform};

/// Kinds of nodes that have been made since the statement was cleared. A node that nothing refers to any more still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Made(u64);

macro_rules! made {
    ($($(#[$doc:meta])* $name:ident = $bit:literal;)+) => {
        impl Made {
            $($(#[$doc])* pub const $name: Made = Made(1 << $bit);)+
        }
    };
}

made! {
    /// Constants that are true or false.
    BOOL = 0;
    /// Disjunctions.
    OR = 1;
    /// Tests for being one of the values of a select.
    IN_SELECT = 2;
    /// Matches of patterns.
    MATCH = 3;
    /// Functions.
    CALL = 4;
    /// Aggregates.
    AGGREGATE = 5;
    /// Conversions.
    CAST = 6;
    /// Tests for rows of a select.
    EXISTS = 7;
    /// Selects that are one value.
    SCALAR = 8;
    /// Numbers of rows.
    ROW_NUMBER = 9;
    /// Derived tables.
    DERIVED = 10;
    /// The relation of one row without columns.
    UNIT = 11;
    /// Left joins.
    LEFT_JOIN = 12;
    /// Inner joins.
    INNER_JOIN = 13;
    /// Items of an order.
    ORDER = 14;
    /// Lists that are one bind, binds of lists, and relations of keys.
    LIST = 15;
    /// Comparisons with any or all of the values of a select.
    QUANTIFIED = 16;
    /// A command: the statement does more than read.
    COMMAND = 17;
    /// What is said of indexes.
    HINT = 18;
    /// Row locks.
    LOCK = 19;
    /// Binds that stand where nothing beside them has a type.
    LONE_BIND = 20;
}

impl Made {
    /// Nothing.
    pub const NOTHING: Made = Made(0);
    /// Anything: of a rewrite that always looks.
    pub const ANYTHING: Made = Made(u64::MAX);

    /// Both.
    pub const fn and(self, other: Made) -> Made {
        Made(self.0 | other.0)
    }

    /// Whether a rewrite that concerns the others has something to look at.
    pub const fn meets(self, other: Made) -> bool {
        self.0 & other.0 != 0 || other.0 == Made::ANYTHING.0
    }

    pub(crate) fn add(&mut self, other: Made) {
        self.0 |= other.0;
    }

    /// What an expression is.
    #[inline]
    pub(crate) fn of(expr: &Expr) -> Made {
        match expr {
            Expr::Bool(_) => Made::BOOL,
            Expr::Or(_) => Made::OR,
            Expr::InSelect(..) => Made::IN_SELECT,
            Expr::Quantified { .. } => Made::QUANTIFIED,
            Expr::Match(..) => Made::MATCH,
            Expr::Call(..) => Made::CALL,
            Expr::Aggregate { .. } => Made::AGGREGATE,
            Expr::Cast { .. } => Made::CAST,
            Expr::Exists(_) => Made::EXISTS,
            Expr::Scalar(_) => Made::SCALAR,
            Expr::RowNumber(_) => Made::ROW_NUMBER,
            Expr::InArray(..) => Made::LIST,
            _ => Made::NOTHING,
        }
    }

    pub(crate) fn of_select(select: &Select) -> Made {
        if select.lock.is_some() { Made::LOCK } else { Made::NOTHING }
    }

    pub(crate) fn of_bind(bind: BindDef) -> Made {
        if bind.transform == Transform::Array { Made::LIST } else { Made::NOTHING }
    }

    pub(crate) fn of_source(source: RelSource) -> Made {
        match source {
            RelSource::Derived(_) => Made::DERIVED,
            RelSource::Unit => Made::UNIT,
            RelSource::Keys(_) => Made::LIST,
            RelSource::Table(_) | RelSource::Excluded(_) => Made::NOTHING,
        }
    }

    pub(crate) fn of_joins(joins: &[Join]) -> Made {
        joins.iter().fold(Made::NOTHING, |made, join| {
            made.and(match join.kind {
                JoinKind::Left => Made::LEFT_JOIN,
                JoinKind::Inner => Made::INNER_JOIN,
                JoinKind::Lateral => Made::NOTHING,
            })
        })
    }
}

/// A set of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kinds(u64);

const _: () = assert!(Kind::ALL.len() <= 64);

impl Kinds {
    pub(crate) fn add(&mut self, kind: Kind) {
        self.0 |= 1 << kind as u8;
    }

    pub(crate) fn add_all(&mut self, others: Kinds) {
        self.0 |= others.0;
    }

    /// Whether a kind is among them.
    pub fn has(self, kind: Kind) -> bool {
        self.0 >> kind as u8 & 1 != 0
    }

    /// Whether any of them passes a test.
    pub fn any(self, test: impl Fn(Kind) -> bool) -> bool {
        let mut rest = self.0;
        while rest != 0 {
            if Kind::from_byte(rest.trailing_zeros() as u8).is_some_and(&test) {
                return true;
            }
            rest &= rest - 1;
        }
        false
    }
}
