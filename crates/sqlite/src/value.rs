//! Values in the five storage classes of SQLite. <https://www.sqlite.org/datatype3.html>

use std::borrow::Cow;

use relata_driver::{Param, Values};
use relata_schema::{
    Datum, Error, ErrorKind, Kind, Result, format_instant, format_naive, format_time, nearest_double, parse_day,
    parse_instant, parse_naive, parse_time, write_json_string,
};
use rusqlite::{
    ToSql,
    types::{ToSqlOutput, Value as Owned, ValueRef},
};
use rust_decimal::{Decimal, prelude::ToPrimitive};

/// How long an instant is as text.
const INSTANT_WIDTH: usize = 32;

/// A parameter as rusqlite takes it.
pub(crate) struct Bound<'p, 'a>(pub &'p Param<'a>);

impl ToSql for Bound<'_, '_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Param::One(value, kind) => {
                check(value, *kind).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
                one(value, *kind)
            }
            Param::Array(values, kind) => rows(values, &[*kind])?,
            Param::JsonRows(values, kinds) => rows(values, kinds)?,
        })
    }
}

fn rows(values: &Values<'_>, kinds: &[Kind]) -> rusqlite::Result<ToSqlOutput<'static>> {
    for (value, kind) in values.iter().zip(kinds.iter().cycle()) {
        check(&value, *kind).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    }
    Ok(ToSqlOutput::Owned(Owned::Text(json_rows(values, kinds))))
}

/// SQLite takes any value for any column. That a text never meets a number is for us to see.
#[inline]
fn check(value: &Datum<'_>, kind: Kind) -> Result<()> {
    let is_plain = match (value, kind) {
        (Datum::Null, _)
        | (Datum::Int(_), Kind::SmallInt | Kind::Integer | Kind::BigInt)
        | (Datum::Bool(_), Kind::Bool)
        | (Datum::Instant(_), Kind::Instant) => true,
        (Datum::Text(text), Kind::Text) => !text.as_bytes().contains(&0),
        _ => false,
    };
    if is_plain { Ok(()) } else { check_any(value, kind) }
}

fn check_any(value: &Datum<'_>, kind: Kind) -> Result<()> {
    let is_nan = match value {
        Datum::Double(double) => double.is_nan(),
        Datum::Real(real) => real.is_nan(),
        _ => false,
    };
    if is_nan {
        return Err(Error::new(ErrorKind::TypeMismatch, "SQLite keeps no NaN: it would become NULL")
            .help("keep NULL, or another value that you choose"));
    }
    if let Datum::Text(text) = value
        && text.contains('\0')
    {
        return Err(Error::new(ErrorKind::TypeMismatch, "SQLite's own patterns and functions end at a NUL character")
            .help("keep the text as bytes"));
    }
    if value.fits(kind) && value.kind().is_none_or(|own| own.element().is_none() && own.bound().is_none()) {
        return Ok(());
    }
    let found = value.kind().map_or("null", Kind::name);
    Err(Error::new(ErrorKind::TypeMismatch, format!("a value of kind {found} meets one of kind {}", kind.name())))
}

fn one<'v>(value: &'v Datum<'_>, kind: Kind) -> ToSqlOutput<'v> {
    let text = |text: String| ToSqlOutput::Owned(Owned::Text(text));
    match value {
        // What the column would make of it, so that it is found again.
        Datum::Decimal(v) if kind == Kind::Real => {
            ToSqlOutput::Owned(Owned::Real(f64::from(nearest_double(*v) as f32)))
        }
        Datum::Double(v) if kind == Kind::Real => ToSqlOutput::Owned(Owned::Real(f64::from(*v as f32))),
        Datum::Null => ToSqlOutput::Owned(Owned::Null),
        Datum::Bool(v) => ToSqlOutput::Owned(Owned::Integer(i64::from(*v))),
        Datum::Int(v) => ToSqlOutput::Owned(Owned::Integer(*v)),
        Datum::UnsignedInt(v) => ToSqlOutput::Owned(unsigned(*v)),
        Datum::Real(v) => ToSqlOutput::Owned(Owned::Real(f64::from(*v))),
        Datum::Double(v) => ToSqlOutput::Owned(Owned::Real(*v)),
        Datum::Decimal(v) => ToSqlOutput::Owned(decimal(*v)),
        Datum::Text(v) | Datum::Json(v) => ToSqlOutput::Borrowed(ValueRef::Text(v.as_bytes())),
        Datum::Bytes(v) => ToSqlOutput::Borrowed(ValueRef::Blob(v)),
        Datum::Uuid(v) => text(v.to_string()),
        Datum::Day(v) => text(v.to_string()),
        Datum::Instant(_) | Datum::Naive(_) | Datum::Time(_) => {
            let mut out = String::with_capacity(INSTANT_WIDTH);
            write_time(&mut out, value);
            text(out)
        }
        // There are none here: they were refused before.
        Datum::Array(_) | Datum::Range(_) => ToSqlOutput::Owned(Owned::Null),
    }
}

/// A number beyond 64 bits with a sign is compared as a double, as SQLite reads it.
fn unsigned(value: u64) -> Owned {
    i64::try_from(value).map_or(Owned::Real(value as f64), Owned::Integer)
}

/// A decimal in the class that its column's numeric affinity would choose.
fn decimal(value: Decimal) -> Owned {
    match (value.fract().is_zero(), value.to_i64()) {
        (true, Some(whole)) => Owned::Integer(whole),
        _ => Owned::Real(nearest_double(value)),
    }
}

/// Times are text of one width, so that the order of text is the order of time.
fn write_time(out: &mut String, value: &Datum<'_>) {
    match value {
        Datum::Instant(v) => format_instant(out, *v, ' ', 6, "+00:00"),
        Datum::Naive(v) => format_naive(out, *v, ' ', 6),
        Datum::Time(v) => format_time(out, *v, 6),
        _ => {}
    }
}

fn json_rows(values: &Values<'_>, kinds: &[Kind]) -> String {
    let mut out = String::with_capacity(2 + values.len() * 8);
    out.push('[');
    for (i, value) in values.iter().enumerate() {
        let (first, last) = (i % kinds.len() == 0, i % kinds.len() == kinds.len() - 1);
        if i > 0 {
            out.push(',');
        }
        if kinds.len() > 1 && first {
            out.push('[');
        }
        json_value(&mut out, &value);
        if kinds.len() > 1 && last {
            out.push(']');
        }
    }
    out.push(']');
    out
}

/// A value as `json_each` gives it back in the class in which a column would hold it.
fn json_value(out: &mut String, value: &Datum<'_>) {
    use std::fmt::Write;
    // Writing to a string cannot fail.
    let _ = match value {
        Datum::Null => write!(out, "null"),
        Datum::Bool(v) => write!(out, "{}", i64::from(*v)),
        Datum::Int(v) => write!(out, "{v}"),
        Datum::UnsignedInt(v) => write!(out, "{v}"),
        Datum::Real(v) => write!(out, "{:?}", f64::from(*v)),
        Datum::Double(v) => write!(out, "{v:?}"),
        Datum::Decimal(v) => match decimal(*v) {
            Owned::Integer(whole) => write!(out, "{whole}"),
            Owned::Real(real) => write!(out, "{real:?}"),
            _ => write!(out, "{v}"),
        },
        Datum::Text(v) | Datum::Json(v) => {
            write_json_string(out, v);
            Ok(())
        }
        Datum::Bytes(v) => {
            out.push('"');
            v.iter().for_each(|byte| {
                let _ = write!(out, "{byte:02x}");
            });
            write!(out, "\"")
        }
        Datum::Uuid(v) => write!(out, "\"{v}\""),
        Datum::Day(v) => write!(out, "\"{v}\""),
        Datum::Instant(_) | Datum::Naive(_) | Datum::Time(_) => {
            out.push('"');
            write_time(out, value);
            write!(out, "\"")
        }
        // There are none here: they were refused before.
        Datum::Array(_) | Datum::Range(_) => write!(out, "null"),
    };
}

/// What is stored is of another kind.
#[cold]
pub(crate) fn wrong(stored: ValueRef<'_>, kind: Kind) -> Error {
    let class = stored.data_type();
    Error::new(ErrorKind::Decode, format!("the column holds {class} where {} is expected", kind.name()))
}

/// Reads text.
#[inline]
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| Error::new(ErrorKind::Decode, "the column holds text that is not UTF-8"))
}

/// Reads what is stored as a kind.
pub(crate) fn read(stored: ValueRef<'_>, kind: Kind) -> Result<Datum<'_>> {
    let wrong = || wrong(stored, kind);
    if stored == ValueRef::Null {
        return Ok(Datum::Null);
    }
    let text = || match stored {
        ValueRef::Text(bytes) => utf8(bytes),
        _ => Err(wrong()),
    };
    Ok(match (kind, stored) {
        (Kind::Bool, ValueRef::Integer(v @ 0..=1)) => Datum::Bool(v == 1),
        (Kind::SmallInt | Kind::Integer | Kind::BigInt, ValueRef::Integer(v)) => Datum::Int(v),
        (Kind::Real, ValueRef::Real(v)) if f64::from(v as f32) == v => Datum::Real(v as f32),
        (Kind::Real, ValueRef::Integer(v)) if (v as f32) as i128 == i128::from(v) => Datum::Real(v as f32),
        (Kind::Double, ValueRef::Real(v)) => Datum::Double(v),
        (Kind::Double, ValueRef::Integer(v)) => Datum::Double(v as f64),
        (Kind::Decimal, ValueRef::Integer(v)) => Datum::Decimal(v.into()),
        (Kind::Decimal, ValueRef::Real(v)) => Datum::Decimal(Decimal::try_from(v).map_err(|_| wrong())?),
        (Kind::Decimal, ValueRef::Text(_)) => Datum::Decimal(Decimal::from_str_exact(text()?).map_err(|_| wrong())?),
        (Kind::Text | Kind::CiText, _) => Datum::Text(Cow::Borrowed(text()?)),
        (Kind::Json, _) => Datum::Json(Cow::Borrowed(text()?)),
        (Kind::Bytes, ValueRef::Blob(bytes)) => Datum::Bytes(Cow::Borrowed(bytes)),
        (Kind::Uuid, _) => Datum::Uuid(text()?.parse().map_err(|_| wrong())?),
        (Kind::Instant, _) => Datum::Instant(parse_instant(text()?).ok_or_else(wrong)?),
        (Kind::Naive, _) => Datum::Naive(parse_naive(text()?).ok_or_else(wrong)?),
        (Kind::Day, _) => Datum::Day(parse_day(text()?).ok_or_else(wrong)?),
        (Kind::Time, _) => Datum::Time(parse_time(text()?).ok_or_else(wrong)?),
        _ => return Err(wrong()),
    })
}

/// The kind of a storage class.
pub(crate) fn natural_kind(stored: ValueRef<'_>) -> Kind {
    match stored {
        ValueRef::Integer(_) => Kind::BigInt,
        ValueRef::Real(_) => Kind::Double,
        ValueRef::Blob(_) => Kind::Bytes,
        ValueRef::Text(_) | ValueRef::Null => Kind::Text,
    }
}
