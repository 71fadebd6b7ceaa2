//! From Rust types to values, by the type of the field that they are for.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
};
use relata_schema::{Datum, Range, Value};
use rust_decimal::Decimal;
use uuid::Uuid;

/// A Rust value that a field of type `T` may take.
pub trait IntoValue<T> {
    /// The value.
    fn into_value(self) -> Value;
}

/// The type of a plain field.
pub trait ToDatum {
    /// The value, borrowed where it can be.
    fn to_datum(&self) -> Datum<'_>;
}

impl<T, V: IntoValue<T>> IntoValue<T> for Option<V> {
    fn into_value(self) -> Value {
        self.map_or(Datum::Null, V::into_value)
    }
}

impl<T: ToDatum> ToDatum for Option<T> {
    fn to_datum(&self) -> Datum<'_> {
        self.as_ref().map_or(Datum::Null, T::to_datum)
    }
}

macro_rules! values {
    ($($ty:ty: $($from:ty),+ => $read:expr;)+) => {
        $(
            impl ToDatum for $ty {
                fn to_datum(&self) -> Datum<'_> {
                    let read: fn(&$ty) -> Datum<'_> = $read;
                    read(self)
                }
            }

            $(impl IntoValue<$ty> for $from {
                fn into_value(self) -> Value {
                    Datum::from(self).into_owned()
                }
            })+
        )+
    };
}

values! {
    bool: bool => |v| Datum::Bool(*v);
    i16: i16 => |v| Datum::Int(i64::from(*v));
    i32: i32 => |v| Datum::Int(i64::from(*v));
    i64: i64 => |v| Datum::Int(*v);
    u64: u64 => |v| Datum::UnsignedInt(*v);
    f32: f32 => |v| Datum::Real(*v);
    f64: f64 => |v| Datum::Double(*v);
    Decimal: Decimal => |v| Datum::Decimal(*v);
    String: &str, String => |v| Datum::from(v.as_str());
    Uuid: Uuid => |v| Datum::Uuid(*v);
    Timestamp: Timestamp => |v| Datum::Instant(*v);
    DateTime: DateTime => |v| Datum::Naive(*v);
    Date: Date => |v| Datum::Day(*v);
    Time: Time => |v| Datum::Time(*v);
    Vec<u8>: &[u8], Vec<u8> => |v| Datum::from(v.as_slice());
    serde_json::Value: serde_json::Value => |v| Datum::Json(v.to_string().into());
}

macro_rules! collections {
    ($($ty:ty),+) => {
        $(impl ToDatum for $ty {
            fn to_datum(&self) -> Datum<'_> {
                Datum::from(self.clone())
            }
        }

        impl IntoValue<$ty> for $ty {
            fn into_value(self) -> Value {
                Datum::from(self).into_owned()
            }
        })+
    };
}

collections!(
    Vec<bool>,
    Vec<i16>,
    Vec<i32>,
    Vec<i64>,
    Vec<f32>,
    Vec<f64>,
    Vec<Decimal>,
    Vec<String>,
    Vec<Uuid>,
    Vec<Timestamp>,
    Vec<DateTime>,
    Vec<Date>,
    Vec<Time>,
    Vec<serde_json::Value>,
    Vec<Vec<u8>>,
    Vec<Option<bool>>,
    Vec<Option<i16>>,
    Vec<Option<i32>>,
    Vec<Option<i64>>,
    Vec<Option<f32>>,
    Vec<Option<f64>>,
    Vec<Option<Decimal>>,
    Vec<Option<String>>,
    Vec<Option<Uuid>>,
    Vec<Option<Timestamp>>,
    Vec<Option<DateTime>>,
    Vec<Option<Date>>,
    Vec<Option<Time>>,
    Vec<Option<Vec<u8>>>,
    Range<i32>,
    Range<i64>,
    Range<Decimal>,
    Range<Timestamp>,
    Range<DateTime>,
    Range<Date>
);

impl IntoValue<Vec<String>> for Vec<&str> {
    fn into_value(self) -> Value {
        Datum::from(self).into_owned()
    }
}

impl<T, const N: usize, V: IntoValue<T>> IntoValue<Vec<T>> for [V; N]
where
    T: ToDatum,
{
    fn into_value(self) -> Value {
        Datum::Array(self.into_iter().map(V::into_value).collect())
    }
}

impl IntoValue<String> for &String {
    fn into_value(self) -> Value {
        Datum::from(self.as_str()).into_owned()
    }
}

/// Whether two values are the same for a record that asks what has changed: a NaN is itself.
pub(crate) fn same(left: &Datum<'_>, right: &Datum<'_>) -> bool {
    match (left, right) {
        (Datum::Double(left), Datum::Double(right)) => left == right || (left.is_nan() && right.is_nan()),
        (left, right) => left == right,
    }
}
