//! One value of one column.

use std::borrow::Cow;

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{Kind, Range};

/// A value, borrowed where it can be: from the caller on its way in, from the row on its way out.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum<'a> {
    /// SQL NULL.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer of any width.
    Int(i64),
    /// An integer without a sign.
    UnsignedInt(u64),
    /// A floating point number of 32 bits.
    Real(f32),
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
    /// An array of values of one kind, NULL among them.
    Array(Cow<'a, [Value]>),
    /// A range of values of one kind.
    Range(Box<Range<Value>>),
}

/// A value that owns what it holds.
pub type Value = Datum<'static>;

impl<'a> Datum<'a> {
    /// Whether this is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Datum::Null)
    }

    /// The kind that the value has by itself, or nothing for NULL. Integers of any width are `BigInt`; an array of which no
    /// element has a kind is one of texts.
    pub fn kind(&self) -> Option<Kind> {
        Some(match self {
            Datum::Null => return None,
            Datum::Bool(_) => Kind::Bool,
            Datum::Int(_) => Kind::BigInt,
            Datum::UnsignedInt(_) => Kind::UnsignedBigInt,
            Datum::Real(_) => Kind::Real,
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
            Datum::Array(values) => {
                values.iter().find_map(Datum::kind).and_then(Kind::array).unwrap_or(Kind::TextArray)
            }
            Datum::Range(range) => {
                range.bounds().find_map(Datum::kind).and_then(Kind::range).unwrap_or(Kind::BigIntRange)
            }
        })
    }

    /// Whether a column of a kind takes the value: numbers of any type meet numbers of any other.
    pub fn fits(&self, kind: Kind) -> bool {
        match self {
            Datum::Null => true,
            Datum::Array(values) => {
                kind.element().is_some_and(|element| values.iter().all(|value| value.fits(element)))
            }
            Datum::Range(range) => kind.bound().is_some_and(|bound| range.bounds().all(|value| value.fits(bound))),
            other => match other.kind() {
                Some(own) if own.is_number() => kind.is_number(),
                own => own == Some(kind.carrier()),
            },
        }
    }

    /// The same value without borrowing.
    pub fn into_owned(self) -> Value {
        match self {
            Datum::Text(text) => Datum::Text(Cow::Owned(text.into_owned())),
            Datum::Bytes(bytes) => Datum::Bytes(Cow::Owned(bytes.into_owned())),
            Datum::Json(json) => Datum::Json(Cow::Owned(json.into_owned())),
            Datum::Array(values) => Datum::Array(Cow::Owned(values.into_owned())),
            Datum::Range(range) => Datum::Range(range),
            Datum::Null => Datum::Null,
            Datum::Bool(v) => Datum::Bool(v),
            Datum::Int(v) => Datum::Int(v),
            Datum::UnsignedInt(v) => Datum::UnsignedInt(v),
            Datum::Real(v) => Datum::Real(v),
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
            Datum::Array(values) => Datum::Array(Cow::Borrowed(values)),
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
    i8 => v => Datum::Int(i64::from(v));
    i16 => v => Datum::Int(i64::from(v));
    i32 => v => Datum::Int(i64::from(v));
    i64 => v => Datum::Int(v);
    u64 => v => Datum::UnsignedInt(v);
    f32 => v => Datum::Real(v);
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

macro_rules! from_array {
    ($($element:ty),+) => {
        $(impl From<Vec<$element>> for Datum<'_> {
            fn from(values: Vec<$element>) -> Self {
                Datum::Array(values.into_iter().map(|value| Datum::from(value).into_owned()).collect())
            }
        }

        impl From<Vec<Option<$element>>> for Datum<'_> {
            fn from(values: Vec<Option<$element>>) -> Self {
                Datum::Array(values.into_iter().map(|value| Datum::from(value).into_owned()).collect())
            }
        })+
    };
}

// A vector of bytes is bytes, which is why there is no array of them here.
from_array!(
    bool,
    i16,
    i32,
    i64,
    f32,
    f64,
    Decimal,
    String,
    &str,
    Uuid,
    Timestamp,
    DateTime,
    Date,
    Time,
    serde_json::Value,
    Vec<u8>
);

macro_rules! from_range {
    ($($bound:ty),+) => {
        $(impl From<Range<$bound>> for Datum<'_> {
            fn from(range: Range<$bound>) -> Self {
                Datum::Range(Box::new(range.map(|value| Datum::from(value).into_owned())))
            }
        })+
    };
}

from_range!(i32, i64, Decimal, Timestamp, DateTime, Date);

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
