//! How two values compare (rule 0).

use std::cmp::Ordering;

use relata::schema::{Datum, Value};
use rust_decimal::{Decimal, prelude::ToPrimitive};

/// Compares two values: text and bytes by code point and byte, numbers by value whatever their types. `None` where
/// either is NULL, which is SQL's unknown.
pub(super) fn compare(left: &Value, right: &Value) -> Result<Option<Ordering>, String> {
    Ok(Some(match (left, right) {
        (Datum::Null, _) | (_, Datum::Null) => return Ok(None),
        (Datum::Bool(l), Datum::Bool(r)) => l.cmp(r),
        (Datum::Int(l), Datum::Int(r)) => l.cmp(r),
        (Datum::Decimal(l), Datum::Decimal(r)) => l.cmp(r),
        (Datum::Int(l), Datum::Decimal(r)) => Decimal::from(*l).cmp(r),
        (Datum::Decimal(l), Datum::Int(r)) => l.cmp(&Decimal::from(*r)),
        (Datum::Double(_), Datum::Double(_) | Datum::Int(_) | Datum::Decimal(_))
        | (Datum::Int(_) | Datum::Decimal(_), Datum::Double(_)) => doubles(to_double(left)?, to_double(right)?),
        // The order of UTF-8 is that of code points.
        (Datum::Text(l), Datum::Text(r)) => l.as_bytes().cmp(r.as_bytes()),
        (Datum::Bytes(l), Datum::Bytes(r)) => l.cmp(r),
        (Datum::Uuid(l), Datum::Uuid(r)) => l.as_bytes().cmp(r.as_bytes()),
        (Datum::Instant(l), Datum::Instant(r)) => l.cmp(r),
        (Datum::Naive(l), Datum::Naive(r)) => l.cmp(r),
        (Datum::Day(l), Datum::Day(r)) => l.cmp(r),
        (Datum::Time(l), Datum::Time(r)) => l.cmp(r),
        _ => return Err(format!("{left:?} and {right:?} do not compare")),
    }))
}

/// Adding zero makes the two zeros one; the data has no NaN.
fn doubles(left: f64, right: f64) -> Ordering {
    (left + 0.0).total_cmp(&(right + 0.0))
}

/// A number as a double.
pub(super) fn to_double(value: &Value) -> Result<f64, String> {
    match value {
        Datum::Int(v) => Ok(*v as f64),
        Datum::Double(v) => Ok(*v),
        Datum::Decimal(v) => v.to_f64().ok_or_else(|| format!("{v} is no double")),
        other => Err(format!("{other:?} is not a number")),
    }
}

/// The order of two sort keys in ascending direction, with NULL before or after all values. Keys are of one column, so
/// they compare; JSON, which does not, is refused where the keys are made.
pub(super) fn sort_order(left: &Value, right: &Value, nulls_first: bool) -> Ordering {
    match (left, right) {
        (Datum::Null, Datum::Null) => Ordering::Equal,
        (Datum::Null, _) if nulls_first => Ordering::Less,
        (Datum::Null, _) => Ordering::Greater,
        (_, Datum::Null) => sort_order(right, left, nulls_first).reverse(),
        _ => compare(left, right).ok().flatten().unwrap_or(Ordering::Equal),
    }
}

/// Whether rows of cells are the same to `group` and `distinct`, for which NULL is like NULL.
pub(super) fn same_cells(left: &[Value], right: &[Value]) -> bool {
    left.iter().zip(right).all(|(l, r)| sort_order(l, r, true).is_eq())
}

/// Refuses JSON where values are ordered, grouped or de-duplicated.
pub(super) fn refuse_json(values: &[Value]) -> Result<(), String> {
    if values.iter().any(|value| matches!(value, Datum::Json(_))) {
        return Err("JSON has no order".to_owned());
    }
    Ok(())
}
