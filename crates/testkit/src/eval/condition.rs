//! Conditions, in SQL's three-valued logic: `None` is unknown.

use std::cmp::Ordering;

use relata::request::doc::{ExprDoc, OpDoc, OperandDoc, WhereDoc};
use relata::schema::{Datum, SqlType, Value};
use serde_json::Value as Json;

use super::{
    compare::compare,
    expression::{Env, literal},
    pattern::{Fold, like},
    tree::Tree,
};

pub(super) type Truth = Option<bool>;

impl Tree<'_> {
    /// Whether a condition holds. Every part is evaluated, so that whether a request is refused does not depend on the
    /// order in which its parts are written.
    pub(super) fn holds(&self, condition: &WhereDoc, env: &Env<'_, '_>) -> Result<Truth, String> {
        match condition {
            WhereDoc::All(parts) => {
                let mut truth = Some(true);
                for part in parts {
                    truth = and(truth, self.holds(part, env)?);
                }
                Ok(truth)
            }
            WhereDoc::Any(parts) => {
                let mut truth = Some(false);
                for part in parts {
                    truth = not(and(not(truth), not(self.holds(part, env)?)));
                }
                Ok(truth)
            }
            WhereDoc::Not(part) => Ok(not(self.holds(part, env)?)),
            WhereDoc::Exists(query) => Ok(Some(!self.rows_of(query, env)?.is_empty())),
            WhereDoc::Test { left: ExprDoc::Row(members), op, right } => {
                let truth = self.row_test(members, *op, right, env)?;
                Ok(if is_negative(*op) { not(truth) } else { truth })
            }
            WhereDoc::Test {
                left,
                op: op @ (OpDoc::In | OpDoc::NotIn),
                right: OperandDoc::Expr(ExprDoc::Query(query)),
            } => {
                let left = self.value(left, None, env)?;
                let truth = self.in_query(&[left], query, env)?;
                Ok(if *op == OpDoc::NotIn { not(truth) } else { truth })
            }
            WhereDoc::Test { left, op, right: OperandDoc::Quantified { all, query } } => {
                let left = self.value(left, None, env)?;
                self.quantified(&left, *op, *all, query, env)
            }
            WhereDoc::Test { left, op, right } => self.test(left, *op, right, env),
        }
    }

    fn test(&self, left: &ExprDoc, op: OpDoc, right: &OperandDoc, env: &Env<'_, '_>) -> Result<Truth, String> {
        let truth = match op {
            OpDoc::Regexp
            | OpDoc::NotRegexp
            | OpDoc::Iregexp
            | OpDoc::NotIregexp
            | OpDoc::Match
            | OpDoc::Contains
            | OpDoc::Contained
            | OpDoc::AnyKeyExists
            | OpDoc::AllKeysExist
            | OpDoc::Overlap
            | OpDoc::Adjacent
            | OpDoc::StrictLeft
            | OpDoc::StrictRight
            | OpDoc::NoExtendRight
            | OpDoc::NoExtendLeft => return Err(format!("{} is asked in tests of its own", op.name())),
            OpDoc::Eq | OpDoc::Ne => self.equal(left, op, right, env)?,
            OpDoc::Gt => self.ordered(left, right, env, Ordering::is_gt)?,
            OpDoc::Gte => self.ordered(left, right, env, Ordering::is_ge)?,
            OpDoc::Lt => self.ordered(left, right, env, Ordering::is_lt)?,
            OpDoc::Lte => self.ordered(left, right, env, Ordering::is_le)?,
            OpDoc::Is | OpDoc::IsNot => self.is(left, right, env)?,
            OpDoc::In | OpDoc::NotIn => match list(right) {
                Some(list) => self.member(left, list, env)?,
                None => return Err("in takes a list".to_owned()),
            },
            OpDoc::Between | OpDoc::NotBetween => self.between(left, right, env)?,
            OpDoc::Like
            | OpDoc::NotLike
            | OpDoc::Ilike
            | OpDoc::NotIlike
            | OpDoc::StartsWith
            | OpDoc::NotStartsWith
            | OpDoc::EndsWith
            | OpDoc::NotEndsWith
            | OpDoc::Substring
            | OpDoc::NotSubstring => self.matches(left, op, right, env)?,
        };
        // `not_x` is the three-valued not of `x`, for every x.
        Ok(if is_negative(op) { not(truth) } else { truth })
    }

    /// `eq` with null is a test for NULL, and with a list it is `in`.
    fn equal(&self, left: &ExprDoc, op: OpDoc, right: &OperandDoc, env: &Env<'_, '_>) -> Result<Truth, String> {
        match (list(right), plain(right)) {
            (Some(list), _) if op == OpDoc::Eq => self.member(left, list, env),
            (Some(_), _) => Err("ne takes no list: say not_in".to_owned()),
            (None, Some(Json::Null)) => Ok(Some(self.value(left, None, env)? == Datum::Null)),
            _ => self.ordered(left, right, env, Ordering::is_eq),
        }
    }

    fn ordered(
        &self,
        left: &ExprDoc,
        right: &OperandDoc,
        env: &Env<'_, '_>,
        accepts: fn(Ordering) -> bool,
    ) -> Result<Truth, String> {
        let meets = match right {
            OperandDoc::Expr(expr) => self.type_of(env.base, expr)?,
            _ => None,
        };
        let left_value = self.value(left, meets.as_ref(), env)?;
        let right_value = self.operand(right, self.type_of(env.base, left)?.as_ref(), env)?;
        Ok(compare(&left_value, &right_value)?.map(accepts))
    }

    fn operand(&self, right: &OperandDoc, meets: Option<&SqlType>, env: &Env<'_, '_>) -> Result<Value, String> {
        match right {
            OperandDoc::Value(json) => literal(json, meets),
            OperandDoc::Expr(expr) => self.value(expr, meets, env),
            OperandDoc::List(_) | OperandDoc::Range(..) | OperandDoc::Quantified { .. } => {
                Err("this operator takes one value".to_owned())
            }
        }
    }

    /// `is` knows null, true and false, and is never unknown.
    fn is(&self, left: &ExprDoc, right: &OperandDoc, env: &Env<'_, '_>) -> Result<Truth, String> {
        let value = self.value(left, None, env)?;
        match (plain(right), &value) {
            (Some(Json::Null), _) => Ok(Some(value == Datum::Null)),
            (Some(Json::Bool(wanted)), Datum::Bool(is)) => Ok(Some(wanted == is)),
            (Some(Json::Bool(_)), Datum::Null) => Ok(Some(false)),
            _ => Err("is takes null, true or false".to_owned()),
        }
    }

    /// An empty list holds nothing, not even unknown: `in` is false and `not_in` true also for NULL.
    fn member(&self, left: &ExprDoc, list: &[Json], env: &Env<'_, '_>) -> Result<Truth, String> {
        let ty = self.type_of(env.base, left)?;
        let value = self.value(left, None, env)?;
        if list.iter().any(Json::is_null) {
            return Err("NULL in a list".to_owned());
        }
        let mut truth = Some(false);
        for item in list {
            let equal = compare(&value, &literal(item, ty.as_ref())?)?.map(Ordering::is_eq);
            truth = not(and(not(truth), not(equal)));
        }
        Ok(truth)
    }

    /// Both ends belong to it.
    fn between(&self, left: &ExprDoc, right: &OperandDoc, env: &Env<'_, '_>) -> Result<Truth, String> {
        let ends = match right {
            OperandDoc::Range(low, high) => Some(((**low).clone(), (**high).clone())),
            _ => match list(right) {
                Some([low, high]) => Some((OperandDoc::Value(low.clone()), OperandDoc::Value(high.clone()))),
                _ => None,
            },
        };
        let Some((low, high)) = ends else { return Err("between takes two values".to_owned()) };
        let above = self.ordered(left, &low, env, Ordering::is_ge)?;
        let below = self.ordered(left, &high, env, Ordering::is_le)?;
        Ok(and(above, below))
    }

    /// The operators on text. Only the two likes read their right side as a pattern.
    fn matches(&self, left: &ExprDoc, op: OpDoc, right: &OperandDoc, env: &Env<'_, '_>) -> Result<Truth, String> {
        let text = Some(&SqlType::Text);
        match (self.value(left, text, env)?, self.operand(right, text, env)?) {
            (Datum::Text(text), Datum::Text(part)) => Ok(Some(match op {
                OpDoc::Like | OpDoc::NotLike => like(&text, &part, Fold::Nothing)?,
                OpDoc::Ilike | OpDoc::NotIlike if self.semantics.folds_unicode => like(&text, &part, Fold::Unicode)?,
                OpDoc::Ilike | OpDoc::NotIlike => like(&text, &part, Fold::Ascii)?,
                OpDoc::StartsWith | OpDoc::NotStartsWith => text.starts_with(&*part),
                OpDoc::EndsWith | OpDoc::NotEndsWith => text.ends_with(&*part),
                _ => text.contains(&*part),
            })),
            (Datum::Null, Datum::Null | Datum::Text(_)) | (Datum::Text(_), Datum::Null) => Ok(None),
            (left, right) => Err(format!("{left:?} and {right:?} are not both text")),
        }
    }
}

pub(super) fn and(left: Truth, right: Truth) -> Truth {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

pub(super) fn not(truth: Truth) -> Truth {
    truth.map(|truth| !truth)
}

fn is_negative(op: OpDoc) -> bool {
    matches!(
        op,
        OpDoc::Ne
            | OpDoc::IsNot
            | OpDoc::NotIn
            | OpDoc::NotBetween
            | OpDoc::NotLike
            | OpDoc::NotIlike
            | OpDoc::NotStartsWith
            | OpDoc::NotEndsWith
            | OpDoc::NotSubstring
    )
}

/// The value that the right side is, in either way of writing one.
fn plain(right: &OperandDoc) -> Option<&Json> {
    match right {
        OperandDoc::Value(json) | OperandDoc::Expr(ExprDoc::Value(json)) => Some(json),
        _ => None,
    }
}

fn list(right: &OperandDoc) -> Option<&[Json]> {
    match (right, plain(right)) {
        (OperandDoc::List(items), _) => Some(items),
        (_, Some(Json::Array(items))) => Some(items),
        _ => None,
    }
}
