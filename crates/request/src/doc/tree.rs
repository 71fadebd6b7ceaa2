//! Conditions and expressions made at run time, without JSON text.
//!
//! ```
//! use relata_request::doc::{all, any, col};
//! let tree = any([col("score").gt(10), all([col("name").is_null(), col("posts.title").like("A%")])]);
//! # let _ = tree;
//! ```

use serde_json::Value as Json;

use super::ast::*;

/// An expression of a tree, with the operators as methods.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree(pub ExprDoc);

/// An attribute, or a path of associations and an attribute with dots between.
pub fn col(path: &str) -> Tree {
    Tree(ExprDoc::Column(path.split('.').map(str::to_owned).collect()))
}

/// An alias that the request gives.
pub fn alias(name: &str) -> Tree {
    Tree(ExprDoc::Alias(name.to_owned()))
}

/// A value as an expression.
pub fn value(value: impl Into<Json>) -> Tree {
    Tree(ExprDoc::Value(value.into()))
}

/// A function or an aggregate, by name.
pub fn call(name: &str, args: impl IntoIterator<Item = Tree>) -> Tree {
    let args = args.into_iter().map(|tree| tree.0).collect();
    Tree(ExprDoc::Function { name: name.to_owned(), args, distinct: false })
}

/// The number of rows.
pub fn count() -> Tree {
    call("count", [])
}

/// A conversion to a type, written as in a schema document.
pub fn cast(expr: Tree, ty: &str) -> Tree {
    Tree(ExprDoc::Cast(Box::new(expr.0), ty.to_owned()))
}

/// All hold. Of none: true.
pub fn all(conditions: impl IntoIterator<Item = WhereDoc>) -> WhereDoc {
    WhereDoc::All(conditions.into_iter().collect())
}

/// Any holds. Of none: false.
pub fn any(conditions: impl IntoIterator<Item = WhereDoc>) -> WhereDoc {
    WhereDoc::Any(conditions.into_iter().collect())
}

/// Three-valued not.
pub fn not(condition: WhereDoc) -> WhereDoc {
    WhereDoc::Not(Box::new(condition))
}

macro_rules! tests {
    ($($(#[$doc:meta])* $method:ident => $op:ident;)+) => {
        $($(#[$doc])*
        pub fn $method(self, value: impl Into<OperandDoc>) -> WhereDoc {
            self.test(OpDoc::$op, value.into())
        })+
    };
}

impl Tree {
    fn test(self, op: OpDoc, right: OperandDoc) -> WhereDoc {
        WhereDoc::Test { left: self.0, op, right }
    }

    tests! {
        /// Equal; to NULL: is null.
        eq => Eq;
        /// Not equal; to NULL: is not null.
        ne => Ne;
        /// Greater.
        gt => Gt;
        /// Greater or equal.
        gte => Gte;
        /// Less.
        lt => Lt;
        /// Less or equal.
        lte => Lte;
        /// Matches a pattern with `%` and `_`.
        like => Like;
        /// Matches a pattern with `%` and `_`, folding case.
        ilike => Ilike;
        /// Begins with the value.
        starts_with => StartsWith;
        /// Ends with the value.
        ends_with => EndsWith;
        /// Contains the value.
        substring => Substring;
        /// A regular expression finds something. Case matters.
        regexp => Regexp;
        /// A regular expression finds something, folding case.
        iregexp => Iregexp;
        /// The full text search of the database finds the words.
        search => Match;
        /// A JSON document contains another.
        contains => Contains;
        /// A JSON document is contained in another.
        contained => Contained;
    }

    /// Is NULL.
    pub fn is_null(self) -> WhereDoc {
        self.test(OpDoc::Is, OperandDoc::Value(Json::Null))
    }

    /// Is not NULL.
    pub fn is_not_null(self) -> WhereDoc {
        self.test(OpDoc::IsNot, OperandDoc::Value(Json::Null))
    }

    /// Is one of the values.
    pub fn is_in<V: Into<Json>>(self, values: impl IntoIterator<Item = V>) -> WhereDoc {
        self.test(OpDoc::In, OperandDoc::List(values.into_iter().map(Into::into).collect()))
    }

    /// Is none of the values.
    pub fn not_in<V: Into<Json>>(self, values: impl IntoIterator<Item = V>) -> WhereDoc {
        self.test(OpDoc::NotIn, OperandDoc::List(values.into_iter().map(Into::into).collect()))
    }

    /// Lies between two values, both included.
    pub fn between(self, low: impl Into<OperandDoc>, high: impl Into<OperandDoc>) -> WhereDoc {
        self.test(OpDoc::Between, OperandDoc::Range(Box::new(low.into()), Box::new(high.into())))
    }

    /// Ascending, as an item of order.
    pub fn asc(self) -> OrderDoc {
        OrderDoc { expr: self.0, descending: false, nulls: None }
    }

    /// Descending, as an item of order.
    pub fn desc(self) -> OrderDoc {
        OrderDoc { expr: self.0, descending: true, nulls: None }
    }
}

impl<T: Into<Json>> From<T> for OperandDoc {
    fn from(value: T) -> Self {
        OperandDoc::Value(value.into())
    }
}

impl From<Tree> for OperandDoc {
    fn from(tree: Tree) -> Self {
        OperandDoc::Expr(tree.0)
    }
}
