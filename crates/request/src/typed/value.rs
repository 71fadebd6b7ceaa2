//! Which Rust values may meet which column.

use std::borrow::Cow;

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
};
use relata_schema::{Datum, Kind, Result};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::Encoder;

/// A Rust type that a column can have.
pub trait SqlValue: 'static {
    /// The kind of its values.
    const KIND: Kind;
}

/// Something that may stand on the right side of a test of a `T`.
pub trait Operand<'q, M, T> {
    /// Whether it is NULL, which changes the test and not only its value.
    fn is_null(&self) -> bool {
        false
    }

    /// Writes it.
    ///
    /// # Errors
    ///
    /// Those of the encoder.
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()>;
}

impl<'q, M, T, V: Operand<'q, M, T>> Operand<'q, M, T> for Option<V> {
    fn is_null(&self) -> bool {
        self.as_ref().is_none_or(V::is_null)
    }

    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        match self {
            Some(value) => value.write(out),
            None => {
                out.null();
                Ok(())
            }
        }
    }
}

macro_rules! values {
    ($($ty:ty: $kind:ident, from $($from:ty),+;)+) => {
        $(
            impl SqlValue for $ty {
                const KIND: Kind = Kind::$kind;
            }

            $(impl<'q, M> Operand<'q, M, $ty> for $from {
                fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
                    out.value(Datum::from(self));
                    Ok(())
                }
            })+
        )+
    };
}

values! {
    bool: Bool, from bool;
    i16: SmallInt, from i16;
    i32: Integer, from i32;
    i64: BigInt, from i64;
    f64: Double, from f64;
    Decimal: Decimal, from Decimal;
    String: Text, from &'q str, String;
    Uuid: Uuid, from Uuid;
    Timestamp: Instant, from Timestamp;
    DateTime: Naive, from DateTime;
    Date: Day, from Date;
    Time: Time, from Time;
    Vec<u8>: Bytes, from &'q [u8], Vec<u8>;
    serde_json::Value: Json, from serde_json::Value;
}

impl<'q, M> Operand<'q, M, String> for &'q String {
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.value(Datum::Text(Cow::Borrowed(self)));
        Ok(())
    }
}
