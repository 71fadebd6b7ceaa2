//! From values to Rust types.

use std::borrow::Cow;

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
};
use relata_driver::Row;
use relata_schema::{Datum, Error, ErrorKind, Kind, Range, Result, Value};
use rust_decimal::Decimal;
use uuid::Uuid;

/// A Rust type that a value can be read as.
pub trait FromDatum: Sized {
    /// The kind as which a column is read for it.
    const KIND: Kind;

    /// Reads it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`] when the value is of another type, or out of range.
    fn from_datum(datum: Datum<'_>) -> Result<Self>;

    /// Reads it from a column of a row, which is of such a kind.
    ///
    /// # Errors
    ///
    /// As [`from_datum`](FromDatum::from_datum), and when what is stored is of another kind.
    fn from_row(row: &dyn Row, column: usize, kind: Kind) -> Result<Self> {
        Self::from_datum(row.get(column, kind)?)
    }
}

/// The value of a column, to be kept.
#[inline]
pub(crate) fn kept(row: &dyn Row, column: usize, kind: Kind) -> Result<Value> {
    Ok(match kind {
        // Nearly all of them, for which drivers have ways of their own.
        Kind::SmallInt | Kind::Integer | Kind::BigInt => row.int(column, kind)?.map_or(Value::Null, Value::Int),
        Kind::Text => row.text(column)?.map_or(Value::Null, |text| Value::Text(text.into_owned().into())),
        _ => row.get(column, kind)?.into_owned(),
    })
}

#[cold]
fn wrong(datum: &Datum<'_>, wanted: &str) -> Error {
    let found = datum.kind().map_or("NULL", Kind::name);
    let error = Error::new(ErrorKind::Decode, format!("the value is {found} where {wanted} is asked for"));
    if datum.is_null() { error.help("read it as an Option") } else { error }
}

macro_rules! exact {
    ($($ty:ty: $kind:ident, $pattern:pat => $value:expr, $name:literal;)+) => {
        $(impl FromDatum for $ty {
            const KIND: Kind = Kind::$kind;

            fn from_datum(datum: Datum<'_>) -> Result<Self> {
                match datum {
                    $pattern => Ok($value),
                    other => Err(wrong(&other, $name)),
                }
            }
        })+
    };
}

exact! {
    bool: Bool, Datum::Bool(v) => v, "a boolean";
    f32: Real, Datum::Real(v) => v, "a real";
    Decimal: Decimal, Datum::Decimal(v) => v, "a decimal";
    Vec<u8>: Bytes, Datum::Bytes(v) => v.into_owned(), "bytes";
    Uuid: Uuid, Datum::Uuid(v) => v, "a uuid";
    Timestamp: Instant, Datum::Instant(v) => v, "an instant";
    DateTime: Naive, Datum::Naive(v) => v, "a date and time without a zone";
    Date: Day, Datum::Day(v) => v, "a calendar day";
    Time: Time, Datum::Time(v) => v, "a time of day";
}

impl FromDatum for String {
    const KIND: Kind = Kind::Text;

    fn from_datum(datum: Datum<'_>) -> Result<Self> {
        match datum {
            Datum::Text(v) => Ok(v.into_owned()),
            other => Err(wrong(&other, "text")),
        }
    }

    fn from_row(row: &dyn Row, column: usize, kind: Kind) -> Result<Self> {
        if kind != Kind::Text {
            return Self::from_datum(row.get(column, kind)?);
        }
        row.text(column)?.map(Cow::into_owned).ok_or_else(|| wrong(&Datum::Null, "text"))
    }
}

impl FromDatum for f64 {
    const KIND: Kind = Kind::Double;

    fn from_datum(datum: Datum<'_>) -> Result<Self> {
        match datum {
            Datum::Double(v) => Ok(v),
            Datum::Real(v) => Ok(v.into()),
            other => Err(wrong(&other, "a double")),
        }
    }
}

macro_rules! narrow {
    ($($ty:ty: $kind:ident),+) => {
        $(impl FromDatum for $ty {
            const KIND: Kind = Kind::$kind;

            fn from_datum(datum: Datum<'_>) -> Result<Self> {
                match datum {
                    Datum::Int(v) => <$ty>::try_from(v).map_err(|_| out_of_range(&v, stringify!($ty))),
                    Datum::UnsignedInt(v) => <$ty>::try_from(v).map_err(|_| out_of_range(&v, stringify!($ty))),
                    other => Err(wrong(&other, "an integer")),
                }
            }

            fn from_row(row: &dyn Row, column: usize, kind: Kind) -> Result<Self> {
                if !matches!(kind, Kind::SmallInt | Kind::Integer | Kind::BigInt) {
                    return Self::from_datum(row.get(column, kind)?);
                }
                match row.int(column, kind)? {
                    Some(v) => <$ty>::try_from(v).map_err(|_| out_of_range(&v, stringify!($ty))),
                    None => Err(wrong(&Datum::Null, "an integer")),
                }
            }
        })+
    };
}

narrow!(i16: SmallInt, i32: Integer, i64: BigInt, u64: UnsignedBigInt);

#[cold]
fn out_of_range(number: &dyn std::fmt::Display, ty: &str) -> Error {
    Error::new(ErrorKind::Decode, format!("{number} is out of the range of {ty}"))
}

macro_rules! arrays {
    ($($ty:ty: $kind:ident),+) => {
        $(impl FromDatum for Vec<$ty> {
            const KIND: Kind = Kind::$kind;

            fn from_datum(datum: Datum<'_>) -> Result<Self> {
                match datum {
                    Datum::Array(values) => {
                        values.iter().map(|value| <$ty>::from_datum(value.borrowed())).collect()
                    }
                    other => Err(wrong(&other, "an array")),
                }
            }
        })+
    };
}

arrays!(
    bool: BoolArray, i16: SmallIntArray, i32: IntegerArray, i64: BigIntArray, f32: RealArray, f64: DoubleArray,
    Decimal: DecimalArray, String: TextArray, Uuid: UuidArray, Timestamp: InstantArray, DateTime: NaiveArray,
    Date: DayArray, Time: TimeArray, serde_json::Value: JsonArray, Vec<u8>: BytesArray,
    Option<bool>: BoolArray, Option<i16>: SmallIntArray, Option<i32>: IntegerArray, Option<i64>: BigIntArray,
    Option<f32>: RealArray, Option<f64>: DoubleArray, Option<Decimal>: DecimalArray, Option<String>: TextArray,
    Option<Uuid>: UuidArray, Option<Timestamp>: InstantArray, Option<DateTime>: NaiveArray, Option<Date>: DayArray,
    Option<Time>: TimeArray, Option<Vec<u8>>: BytesArray
);

macro_rules! ranges {
    ($($ty:ty: $kind:ident),+) => {
        $(impl FromDatum for Range<$ty> {
            const KIND: Kind = Kind::$kind;

            fn from_datum(datum: Datum<'_>) -> Result<Self> {
                match datum {
                    Datum::Range(range) => range.try_map(<$ty>::from_datum),
                    other => Err(wrong(&other, "a range")),
                }
            }
        })+
    };
}

ranges!(
    i32: IntegerRange, i64: BigIntRange, Decimal: DecimalRange, Timestamp: InstantRange, DateTime: NaiveRange,
    Date: DayRange
);

impl FromDatum for serde_json::Value {
    const KIND: Kind = Kind::Json;

    fn from_datum(datum: Datum<'_>) -> Result<Self> {
        match datum {
            Datum::Json(text) => serde_json::from_str(&text)
                .map_err(|error| Error::new(ErrorKind::Decode, "the column holds no JSON").because(error)),
            other => Err(wrong(&other, "JSON")),
        }
    }
}

impl<T: FromDatum> FromDatum for Option<T> {
    const KIND: Kind = T::KIND;

    fn from_datum(datum: Datum<'_>) -> Result<Self> {
        if datum.is_null() { Ok(None) } else { T::from_datum(datum).map(Some) }
    }
}
