//! What is read where a value was kept: the normal form that a database gives it, the JSON of an answer, and what a raw
//! query finds. Nothing here is asked of relata; `docs/DIFFERENCES.md` says the same in words.

use std::ops::Bound;

use relata::{Instant, Kind, Range, SqlType, Value};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};

use crate::{
    json::{Doc, Number},
    values::{decimal, naive, text},
};

/// A kept value, as it comes back.
pub(crate) struct Expected {
    /// In a record, in a tuple, and of a condition that finds it.
    pub(crate) record: Value,
    /// In a find that answers with JSON.
    pub(crate) answer: Doc,
    /// In a raw query, of the kind that the database has for it.
    pub(crate) natural: Value,
}

pub(crate) fn of(database: &str, ty: &SqlType, value: &Value) -> Expected {
    let record = record(database, ty, value);
    let answer = answer(ty, &record);
    let natural = natural(database, &record);
    Expected { record, answer, natural }
}

fn record(database: &str, ty: &SqlType, value: &Value) -> Value {
    let scale = ty.scale().unwrap_or(6);
    match (ty.kind(), value) {
        (Kind::Real, Value::Int(v)) => Value::Real(*v as f32),
        (Kind::Real, Value::Double(v)) => Value::Real(*v as f32),
        (Kind::Real, Value::Decimal(v)) => Value::Real(v.to_string().parse().unwrap()),
        (Kind::UnsignedBigInt, Value::Int(v)) => Value::UnsignedInt(u64::try_from(*v).unwrap()),
        (Kind::Double, Value::Int(v)) => Value::Double(*v as f64),
        (Kind::Double, Value::Decimal(v)) => Value::Double(v.to_string().parse().unwrap()),
        (Kind::Decimal, Value::Int(v)) => Value::Decimal((*v).into()),
        (Kind::Decimal, Value::Double(v)) => decimal(&v.to_string()),
        // SQLite keeps what it is given, to 15 digits; the others round a half away from zero.
        (Kind::Decimal, Value::Decimal(v)) if *ty != SqlType::Numeric && database != "sqlite" => {
            Value::Decimal(rounded_decimal(*v, scale))
        }
        (Kind::Instant | Kind::Naive | Kind::Time, v) if !v.is_null() => {
            let known = cut(&clock_text(v), 6);
            let kept = match database {
                // SQLite keeps microseconds in whatever column; MariaDB cuts, the other two round.
                "sqlite" => known,
                "mariadb" => cut(&known, scale),
                _ => rounded(&known, scale),
            };
            like(v, &kept)
        }
        (_, v) => v.clone(),
    }
}

/// What a document means on a database.
pub(crate) fn document(database: &str, text: &str) -> Doc {
    let doc = Doc::read(text);
    // MySQL has integers of 64 bits and doubles.
    if database == "mysql" { doc.with_doubles() } else { doc }
}

fn rounded_decimal(value: Decimal, scale: u8) -> Decimal {
    value.round_dp_with_strategy(u32::from(scale), RoundingStrategy::MidpointAwayFromZero)
}

/// Date and time, or time, as text without a zone.
fn clock_text(value: &Value) -> String {
    match value {
        Value::Instant(v) => v.to_string().trim_end_matches('Z').to_owned(),
        Value::Naive(v) => v.to_string(),
        Value::Time(v) => v.to_string(),
        other => panic!("{other:?} is no time"),
    }
}

/// A value of the same kind, of such a text.
fn like(value: &Value, text: &str) -> Value {
    match value {
        Value::Instant(_) => Value::Instant(format!("{text}Z").parse().unwrap()),
        Value::Naive(_) => Value::Naive(text.parse().unwrap()),
        _ => Value::Time(text.parse().unwrap()),
    }
}

/// At most so many digits behind the point.
fn cut(text: &str, digits: u8) -> String {
    let Some((whole, fraction)) = text.split_once('.') else { return text.to_owned() };
    let kept: String = fraction.chars().take(usize::from(digits)).collect();
    if kept.is_empty() { whole.to_owned() } else { format!("{whole}.{kept}") }
}

/// Exactly so many.
fn padded(text: &str, digits: u8) -> String {
    let short = cut(text, digits);
    let (whole, fraction) = short.split_once('.').unwrap_or((short.as_str(), ""));
    if digits == 0 { whole.to_owned() } else { format!("{whole}.{fraction:0<width$}", width = usize::from(digits)) }
}

/// The nearest with so many digits.
fn rounded(text: &str, digits: u8) -> String {
    if cut(text, digits) == text {
        return text.to_owned();
    }
    let date = if text.contains('T') { "" } else { "2024-01-01T" };
    let instant: Instant = format!("{date}{text}Z").parse().unwrap();
    let unit = 10_i64.pow(6 - u32::from(digits));
    let micros = (instant.as_microsecond() + unit / 2).div_euclid(unit) * unit;
    let nearest = Instant::from_microsecond(micros).unwrap().to_string();
    let nearest = nearest.trim_end_matches('Z');
    nearest.strip_prefix(date).unwrap_or(nearest).to_owned()
}

/// The JSON of a value in an answer.
fn answer(ty: &SqlType, record: &Value) -> Doc {
    let scale = ty.scale().unwrap_or(6);
    match record {
        Value::Null => Doc::Null,
        Value::Bool(v) => Doc::Bool(*v),
        // Beyond 2^53 readers of JSON lose digits.
        Value::Int(v) if v.unsigned_abs() < 1 << 53 => Doc::Number(Number::read(&v.to_string())),
        Value::Int(v) => Doc::Text(v.to_string()),
        Value::Double(v) if v.is_finite() => Doc::Number(Number::read(&format!("{v:?}"))),
        Value::Double(v) => Doc::Text(v.to_string()),
        Value::Decimal(v) if *ty == SqlType::Numeric || matches!(ty, SqlType::Range(_)) => Doc::Text(v.to_string()),
        Value::Decimal(v) => {
            let digits = usize::from(scale);
            Doc::Text(format!("{:.digits$}", rounded_decimal(*v, scale)))
        }
        Value::Text(v) => Doc::Text(v.to_string()),
        Value::Bytes(v) => Doc::Text(base64(v)),
        Value::Uuid(v) => Doc::Text(v.to_string()),
        Value::Instant(_) => Doc::Text(format!("{}Z", padded(&clock_text(record), scale))),
        Value::Naive(_) | Value::Time(_) => Doc::Text(padded(&clock_text(record), scale)),
        Value::Day(v) => Doc::Text(v.to_string()),
        Value::UnsignedInt(v) if *v < 1 << 53 => Doc::Number(Number::read(&v.to_string())),
        Value::UnsignedInt(v) => Doc::Text(v.to_string()),
        Value::Real(v) if v.is_finite() => Doc::Number(Number::read(&format!("{v:?}"))),
        Value::Real(v) => Doc::Text(v.to_string()),
        Value::Array(values) => {
            let SqlType::Array(element) = ty else { panic!("{ty} holds an array") };
            Doc::List(values.iter().map(|value| answer(element, value)).collect())
        }
        Value::Range(range) => match &**range {
            Range::Empty => Doc::List(Vec::new()),
            Range::Between(lower, upper) => {
                let bound = |bound: &Bound<Value>| {
                    let (value, included) = match bound {
                        Bound::Included(value) => (value, true),
                        Bound::Excluded(value) => (value, false),
                        Bound::Unbounded => (&Value::Null, false),
                    };
                    let members = [("value", answer(ty, value)), ("inclusive", Doc::Bool(included))];
                    Doc::Object(members.map(|(key, doc)| (key.to_owned(), doc)).into())
                };
                Doc::List(vec![bound(lower), bound(upper)])
            }
        },
        // Compared by what it means, which the cell says.
        Value::Json(_) => Doc::Null,
    }
}

/// What a database has for a value, read without a type.
fn natural(database: &str, record: &Value) -> Value {
    match (database, record) {
        ("postgres", _) | (_, Value::Null) => record.clone(),
        ("sqlite", Value::Real(v)) => Value::Double((*v).into()),
        (_, Value::Bool(v)) => Value::Int(i64::from(*v)),
        (_, Value::Uuid(v)) => text(&v.to_string()),
        ("sqlite", Value::Decimal(v)) => match v.to_i64().filter(|_| v.fract().is_zero()) {
            Some(whole) => Value::Int(whole),
            None => Value::Double(v.to_string().parse().unwrap()),
        },
        ("sqlite", Value::Instant(_)) => text(&format!("{}+00:00", padded(&clock_text(record), 6).replace('T', " "))),
        ("sqlite", Value::Naive(_)) => text(&padded(&clock_text(record), 6).replace('T', " ")),
        ("sqlite", Value::Time(_)) => text(&padded(&clock_text(record), 6)),
        ("sqlite", Value::Day(v)) => text(&v.to_string()),
        ("sqlite" | "mariadb", Value::Json(v)) => text(v),
        ("mysql" | "mariadb", Value::Instant(_)) => naive(&clock_text(record)),
        _ => record.clone(),
    }
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len() * 4 / 3 + 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_usize, |group, byte| (group << 8) | usize::from(*byte));
        let group = group << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = char::from(LETTERS[(group >> (18 - 6 * place)) & 63]);
            out.push(if place <= chunk.len() { letter } else { '=' });
        }
    }
    out
}
