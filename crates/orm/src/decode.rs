//! From values to Rust types.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
};
use relata_schema::{Datum, Error, ErrorKind, Kind, Result};
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
    i64: BigInt, Datum::Int(v) => v, "an integer";
    f64: Double, Datum::Double(v) => v, "a double";
    Decimal: Decimal, Datum::Decimal(v) => v, "a decimal";
    String: Text, Datum::Text(v) => v.into_owned(), "text";
    Vec<u8>: Bytes, Datum::Bytes(v) => v.into_owned(), "bytes";
    Uuid: Uuid, Datum::Uuid(v) => v, "a uuid";
    Timestamp: Instant, Datum::Instant(v) => v, "an instant";
    DateTime: Naive, Datum::Naive(v) => v, "a date and time without a zone";
    Date: Day, Datum::Day(v) => v, "a calendar day";
    Time: Time, Datum::Time(v) => v, "a time of day";
}

macro_rules! narrow {
    ($($ty:ty: $kind:ident),+) => {
        $(impl FromDatum for $ty {
            const KIND: Kind = Kind::$kind;

            fn from_datum(datum: Datum<'_>) -> Result<Self> {
                match datum {
                    Datum::Int(v) => <$ty>::try_from(v).map_err(|_| {
                        Error::new(ErrorKind::Decode, format!("{v} is out of the range of {}", stringify!($ty)))
                    }),
                    other => Err(wrong(&other, "an integer")),
                }
            }
        })+
    };
}

narrow!(i16: SmallInt, i32: Integer);

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
