//! From values to Rust types.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
};
use relata_schema::{Datum, Error, ErrorKind, Result};
use rust_decimal::Decimal;
use uuid::Uuid;

/// A Rust type that a value can be read as.
pub trait FromDatum: Sized {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`] when the value is of another type, or out of range.
    fn from_datum(datum: Datum<'_>) -> Result<Self>;
}

#[cold]
fn wrong(datum: &Datum<'_>, wanted: &str) -> Error {
    let found = datum.kind().map_or("NULL", relata_schema::Kind::name);
    let error = Error::new(ErrorKind::Decode, format!("the value is {found} where {wanted} is asked for"));
    if datum.is_null() { error.help("read it as an Option") } else { error }
}

macro_rules! exact {
    ($($ty:ty: $pattern:pat => $value:expr, $name:literal;)+) => {
        $(impl FromDatum for $ty {
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
    bool: Datum::Bool(v) => v, "a boolean";
    i64: Datum::Int(v) => v, "an integer";
    f64: Datum::Double(v) => v, "a double";
    Decimal: Datum::Decimal(v) => v, "a decimal";
    String: Datum::Text(v) => v.into_owned(), "text";
    Vec<u8>: Datum::Bytes(v) => v.into_owned(), "bytes";
    Uuid: Datum::Uuid(v) => v, "a uuid";
    Timestamp: Datum::Instant(v) => v, "an instant";
    DateTime: Datum::Naive(v) => v, "a date and time without a zone";
    Date: Datum::Day(v) => v, "a calendar day";
    Time: Datum::Time(v) => v, "a time of day";
}

macro_rules! narrow {
    ($($ty:ty),+) => {
        $(impl FromDatum for $ty {
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

narrow!(i16, i32);

impl FromDatum for serde_json::Value {
    fn from_datum(datum: Datum<'_>) -> Result<Self> {
        match datum {
            Datum::Json(text) => serde_json::from_str(&text)
                .map_err(|error| Error::new(ErrorKind::Decode, "the column holds no JSON").because(error)),
            other => Err(wrong(&other, "JSON")),
        }
    }
}

impl<T: FromDatum> FromDatum for Option<T> {
    fn from_datum(datum: Datum<'_>) -> Result<Self> {
        if datum.is_null() { Ok(None) } else { T::from_datum(datum).map(Some) }
    }
}
