//! Which Rust values may meet which column.

use std::borrow::Cow;

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
};
use relata_schema::{Comparison, Datum, Kind, Range, Result, SqlType};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Literal, Scalar};
use crate::Encoder;

/// A Rust type that a column can have.
pub trait SqlValue: 'static {
    /// The kind of its values.
    const KIND: Kind;

    /// The type of a column for it, where that is not the plain one of its kind.
    fn sql_type() -> Option<SqlType> {
        None
    }
}

/// Something that may stand on the right side of a test of a `T`.
pub trait Operand<'q, M, T> {
    /// Whether it is NULL, which changes the test and not only its value.
    #[inline]
    fn is_null(&self) -> bool {
        false
    }

    /// Writes it.
    ///
    /// # Errors
    ///
    /// Those of the encoder.
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()>;

    /// Writes the comparison of which it is the right side.
    ///
    /// # Errors
    ///
    /// Those of the encoder.
    #[inline]
    fn compare<L: Scalar<'q, M>>(self, comparison: Comparison, left: L, out: &mut Encoder<'_, 'q>) -> Result<()>
    where
        Self: Sized,
    {
        out.compare(comparison as u8);
        left.write(out)?;
        self.write(out)
    }
}

impl<'q, M, T, V: Operand<'q, M, T>> Operand<'q, M, T> for Option<V> {
    #[inline]
    fn is_null(&self) -> bool {
        self.as_ref().is_none_or(V::is_null)
    }

    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        match self {
            Some(value) => value.write(out),
            None => {
                out.null();
                Ok(())
            }
        }
    }

    #[inline]
    fn compare<L: Scalar<'q, M>>(self, comparison: Comparison, left: L, out: &mut Encoder<'_, 'q>) -> Result<()> {
        match self {
            Some(value) => value.compare(comparison, left, out),
            None => {
                out.compare(comparison as u8);
                left.write(out)?;
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
                #[inline]
                fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
                    out.value_with(move || Datum::from(self));
                    Ok(())
                }
            }

            impl<'q> Literal<'q, $ty> for $from {
                #[inline]
                fn datum(self) -> Datum<'q> {
                    Datum::from(self)
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
    u64: UnsignedBigInt, from u64;
    f32: Real, from f32;
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
    Vec<bool>: BoolArray, from Vec<bool>;
    Vec<i16>: SmallIntArray, from Vec<i16>;
    Vec<i32>: IntegerArray, from Vec<i32>;
    Vec<i64>: BigIntArray, from Vec<i64>;
    Vec<f32>: RealArray, from Vec<f32>;
    Vec<f64>: DoubleArray, from Vec<f64>;
    Vec<Decimal>: DecimalArray, from Vec<Decimal>;
    Vec<String>: TextArray, from Vec<String>, Vec<&'q str>;
    Vec<Uuid>: UuidArray, from Vec<Uuid>;
    Vec<Timestamp>: InstantArray, from Vec<Timestamp>;
    Vec<DateTime>: NaiveArray, from Vec<DateTime>;
    Vec<Date>: DayArray, from Vec<Date>;
    Vec<Time>: TimeArray, from Vec<Time>;
    Vec<serde_json::Value>: JsonArray, from Vec<serde_json::Value>;
    Vec<Vec<u8>>: BytesArray, from Vec<Vec<u8>>;
    Range<i32>: IntegerRange, from Range<i32>;
    Range<i64>: BigIntRange, from Range<i64>;
    Range<Decimal>: DecimalRange, from Range<Decimal>;
    Range<Timestamp>: InstantRange, from Range<Timestamp>;
    Range<DateTime>: NaiveRange, from Range<DateTime>;
    Range<Date>: DayRange, from Range<Date>;
}

impl<'q> Literal<'q, String> for &'q String {
    fn datum(self) -> Datum<'q> {
        Datum::Text(Cow::Borrowed(self))
    }
}

impl<'q, M> Operand<'q, M, String> for &'q String {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.value(Datum::Text(Cow::Borrowed(self)));
        Ok(())
    }
}
