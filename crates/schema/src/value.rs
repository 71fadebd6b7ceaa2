//! One value of one column.

use std::borrow::Cow;

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::Kind;

/// A value, borrowed where it can be: from the caller on its way in, from the row on its way out.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum<'a> {
    /// SQL NULL.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer of any width.
    Int(i64),
    /// A floating point number.
    Double(f64),
    /// An exact decimal.
    Decimal(Decimal),
    /// Text.
    Text(Cow<'a, str>),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
    /// A UUID.
    Uuid(Uuid),
    /// An instant.
    Instant(Timestamp),
    /// A date and time of day without a zone.
    Naive(DateTime),
    /// A calendar day.
    Day(Date),
    /// A time of day.
    Time(Time),
    /// A JSON document, as text.
    Json(Cow<'a, str>),
}

/// A value that owns what it holds.
pub type Value = Datum<'static>;

impl<'a> Datum<'a> {
    /// Whether this is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Datum::Null)
    }

    /// The kind that the value has by itself, or nothing for NULL. Integers of any width are `BigInt`.
    pub fn kind(&self) -> Option<Kind> {
        Some(match self {
            Datum::Null => return None,
            Datum::Bool(_) => Kind::Bool,
            Datum::Int(_) => Kind::BigInt,
            Datum::Double(_) => Kind::Double,
            Datum::Decimal(_) => Kind::Decimal,
            Datum::Text(_) => Kind::Text,
            Datum::Bytes(_) => Kind::Bytes,
            Datum::Uuid(_) => Kind::Uuid,
            Datum::Instant(_) => Kind::Instant,
            Datum::Naive(_) => Kind::Naive,
            Datum::Day(_) => Kind::Day,
            Datum::Time(_) => Kind::Time,
            Datum::Json(_) => Kind::Json,
        })
    }

    /// The same value without borrowing.
    pub fn into_owned(self) -> Value {
        match self {
            Datum::Text(text) => Datum::Text(Cow::Owned(text.into_owned())),
            Datum::Bytes(bytes) => Datum::Bytes(Cow::Owned(bytes.into_owned())),
            Datum::Json(json) => Datum::Json(Cow::Owned(json.into_owned())),
            Datum::Null => Datum::Null,
            Datum::Bool(v) => Datum::Bool(v),
            Datum::Int(v) => Datum::Int(v),
            Datum::Double(v) => Datum::Double(v),
            Datum::Decimal(v) => Datum::Decimal(v),
            Datum::Uuid(v) => Datum::Uuid(v),
            Datum::Instant(v) => Datum::Instant(v),
            Datum::Naive(v) => Datum::Naive(v),
            Datum::Day(v) => Datum::Day(v),
            Datum::Time(v) => Datum::Time(v),
        }
    }

    /// The same value, borrowed from this one.
    pub fn borrowed(&self) -> Datum<'_> {
        match self {
            Datum::Text(text) => Datum::Text(Cow::Borrowed(text)),
            Datum::Bytes(bytes) => Datum::Bytes(Cow::Borrowed(bytes)),
            Datum::Json(json) => Datum::Json(Cow::Borrowed(json)),
            other => other.clone().into_owned(),
        }
    }
}

macro_rules! from_value {
    ($($from:ty => $value:ident => $datum:expr;)+) => {
        $(impl From<$from> for Datum<'_> {
            fn from($value: $from) -> Self {
                $datum
            }
        })+
    };
}

from_value! {
    bool => v => Datum::Bool(v);
    i16 => v => Datum::Int(i64::from(v));
    i32 => v => Datum::Int(i64::from(v));
    i64 => v => Datum::Int(v);
    f64 => v => Datum::Double(v);
    Decimal => v => Datum::Decimal(v);
    Uuid => v => Datum::Uuid(v);
    Timestamp => v => Datum::Instant(v);
    DateTime => v => Datum::Naive(v);
    Date => v => Datum::Day(v);
    Time => v => Datum::Time(v);
    String => v => Datum::Text(Cow::Owned(v));
    Vec<u8> => v => Datum::Bytes(Cow::Owned(v));
    serde_json::Value => v => Datum::Json(Cow::Owned(v.to_string()));
}

impl<'a> From<&'a str> for Datum<'a> {
    fn from(v: &'a str) -> Self {
        Datum::Text(Cow::Borrowed(v))
    }
}

impl<'a> From<&'a [u8]> for Datum<'a> {
    fn from(v: &'a [u8]) -> Self {
        Datum::Bytes(Cow::Borrowed(v))
    }
}

impl<'a, T: Into<Datum<'a>>> From<Option<T>> for Datum<'a> {
    fn from(v: Option<T>) -> Self {
        v.map_or(Datum::Null, Into::into)
    }
}
