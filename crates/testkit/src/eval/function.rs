//! Scalar functions and casts.

use std::borrow::Cow;

use relata::request::doc::ExprDoc;
use relata::schema::{Datum, Kind, SqlType, Value};
use rust_decimal::Decimal;

use super::{compare::to_double, expression::Env, tree::Tree};

impl Tree<'_> {
    /// The value of a scalar function.
    pub(super) fn function(&self, name: &str, args: &[ExprDoc], env: &Env<'_, '_>) -> Result<Value, String> {
        match (name, args) {
            ("lower" | "upper" | "trim" | "length", [arg]) => {
                let Some(text) = self.text(arg, env)? else { return Ok(Datum::Null) };
                Ok(match name {
                    "lower" if self.semantics.folds_unicode => owned(text.to_lowercase()),
                    "upper" if self.semantics.folds_unicode => owned(text.to_uppercase()),
                    // Folding is of ASCII letters only: more than that the databases do not have in common.
                    "lower" => owned(text.to_ascii_lowercase()),
                    "upper" => owned(text.to_ascii_uppercase()),
                    "trim" => owned(text.trim_matches(' ').to_owned()),
                    _ => Datum::Int(text.chars().count() as i64),
                })
            }
            ("concat", [_, ..]) => {
                let mut all = Some(String::new());
                for arg in args {
                    let text = self.text(arg, env)?;
                    all = all.zip(text).map(|(all, text)| all + &text);
                }
                Ok(all.map_or(Datum::Null, owned))
            }
            ("abs", [arg]) => match self.value(arg, None, env)? {
                Datum::Null => Ok(Datum::Null),
                Datum::Int(v) => v.checked_abs().map(Datum::Int).ok_or_else(|| overflow(name)),
                Datum::Double(v) => Ok(Datum::Double(v.abs())),
                Datum::Decimal(v) => Ok(Datum::Decimal(v.abs())),
                other => Err(format!("abs of {other:?}")),
            },
            ("coalesce", [_, ..]) => {
                let ty = self.common_type(env.base, args)?;
                for arg in args {
                    let value = bring(self.value(arg, Some(&ty), env)?, &ty)?;
                    if value != Datum::Null {
                        return Ok(value);
                    }
                }
                Ok(Datum::Null)
            }
            ("add" | "sub" | "mul" | "div", [left, right]) => {
                let ty = self.common_type(env.base, args)?;
                let left = bring(self.value(left, Some(&ty), env)?, &ty)?;
                let right = bring(self.value(right, Some(&ty), env)?, &ty)?;
                arithmetic(name, left, right, ty.kind())
            }
            _ => Err(format!("there is no function {name} of {} arguments", args.len())),
        }
    }

    fn text(&self, arg: &ExprDoc, env: &Env<'_, '_>) -> Result<Option<String>, String> {
        match self.value(arg, Some(&SqlType::Text), env)? {
            Datum::Null => Ok(None),
            Datum::Text(text) => Ok(Some(text.into_owned())),
            other => Err(format!("{other:?} is not text")),
        }
    }

    /// Casts of integers only. What a cast of text to a number does with text that is none, or how a double is written,
    /// differs between databases.
    pub(super) fn cast(&self, inner: &ExprDoc, target: &str, env: &Env<'_, '_>) -> Result<Value, String> {
        let ty = SqlType::parse(target).map_err(|error| error.to_string())?;
        if self.type_of(env.base, inner)?.is_some_and(|from| !from.kind().is_integer()) {
            return Err("only integers are cast".to_owned());
        }
        let number = match self.value(inner, None, env)? {
            Datum::Null => return Ok(Datum::Null),
            Datum::Int(number) => number,
            other => return Err(format!("a cast of {other:?}")),
        };
        match ty {
            SqlType::Integer | SqlType::BigInt => whole(target, Some(number), ty.kind()),
            SqlType::Double => Ok(Datum::Double(number as f64)),
            SqlType::Text => Ok(owned(number.to_string())),
            SqlType::Decimal { precision, scale } => {
                let fits = u128::from(number.unsigned_abs()) < 10_u128.pow(u32::from(precision - scale));
                if fits { Ok(Datum::Decimal(Decimal::from(number))) } else { Err(overflow(target)) }
            }
            _ => Err(format!("a cast to {target}")),
        }
    }
}

fn arithmetic(name: &str, left: Value, right: Value, kind: Kind) -> Result<Value, String> {
    match (left, right) {
        (Datum::Null, _) | (_, Datum::Null) => Ok(Datum::Null),
        (Datum::Int(_), Datum::Int(0)) if name == "div" => Err("a division by zero".to_owned()),
        (Datum::Int(l), Datum::Int(r)) => {
            let number = match name {
                "add" => l.checked_add(r),
                "sub" => l.checked_sub(r),
                "mul" => l.checked_mul(r),
                // Truncates towards zero.
                _ => l.checked_div(r),
            };
            whole(name, number, kind)
        }
        (Datum::Double(l), Datum::Double(r)) => {
            let number = match name {
                "add" => l + r,
                "sub" => l - r,
                "mul" => l * r,
                _ => l / r,
            };
            // A division by zero ends here too.
            if number.is_finite() { Ok(Datum::Double(number)) } else { Err(overflow(name)) }
        }
        (Datum::Decimal(l), Datum::Decimal(r)) => {
            let number = match name {
                "add" => l.checked_add(r),
                "sub" => l.checked_sub(r),
                _ => return Err(format!("the scale of {name} of decimals is not defined")),
            };
            number.map(Datum::Decimal).ok_or_else(|| overflow(name))
        }
        (left, right) => Err(format!("{name} of {left:?} and {right:?}")),
    }
}

/// An integer of a type, or an overflow. Databases that compute in the width of the operands refuse what does not fit;
/// those that compute wider answer it, so it has no common meaning.
fn whole(name: &str, number: Option<i64>, kind: Kind) -> Result<Value, String> {
    let fits = |number: &i64| match kind {
        Kind::SmallInt => i16::try_from(*number).is_ok(),
        Kind::Integer => i32::try_from(*number).is_ok(),
        _ => true,
    };
    number.filter(fits).map(Datum::Int).ok_or_else(|| overflow(name))
}

/// A number as the wider type that it is brought to.
fn bring(value: Value, ty: &SqlType) -> Result<Value, String> {
    match (&value, ty.kind()) {
        (Datum::Int(number), Kind::Decimal) => Ok(Datum::Decimal(Decimal::from(*number))),
        (Datum::Int(_) | Datum::Decimal(_), Kind::Double) => Ok(Datum::Double(to_double(&value)?)),
        _ => Ok(value),
    }
}

fn owned(text: String) -> Value {
    Datum::Text(Cow::Owned(text))
}

fn overflow(what: &str) -> String {
    format!("{what} overflows")
}
