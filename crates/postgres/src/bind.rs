//! Parameters in the binary format of PostgreSQL, by the types that the server has inferred.

use std::{error::Error as StdError, ops::Bound as End};

use postgres::types::{Format, IsNull, Kind as TypeKind, ToSql, Type, private::BytesMut, to_sql_checked};
use postgres_protocol::types::{RangeBound, empty_range_to_sql, hstore_to_sql, range_to_sql};
use relata_driver::{Param, Values, geometry};
use relata_schema::{Datum, Error, ErrorKind, Kind, Range, Result, Value, cut_instant, cut_naive, nearest_double};
use rust_decimal::{Decimal, prelude::ToPrimitive};

type Boxed = Box<dyn StdError + Sync + Send>;

/// A parameter as the `postgres` crate takes it.
pub(crate) struct Bound<'p, 'a>(pub &'p Param<'a>);

impl std::fmt::Debug for Bound<'_, '_> {
    /// The client logs its parameters: what they are stays here.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }
}

impl ToSql for Bound<'_, '_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Boxed> {
        match self.0 {
            Param::One(value, _) => one(value, ty, out),
            Param::Array(values, _) => {
                let TypeKind::Array(element) = ty.kind() else { return Err(mismatch("a list", ty)) };
                if is_read_as_text(element) {
                    return texts(values, element, out);
                }
                match values {
                    Values::Ints(values) if *element == Type::INT8 => values.to_sql(ty, out),
                    _ => values.iter().map(One).collect::<Vec<_>>().to_sql(ty, out),
                }
            }
            Param::JsonRows(..) => Err(mismatch("rows in JSON", ty)),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, ty: &Type) -> Format {
        match self.0 {
            Param::One(value, _) if matches!(**value, Datum::Text(_)) && is_read_as_text(ty) => Format::Text,
            Param::Array(..) if matches!(ty.kind(), TypeKind::Array(element) if is_read_as_text(element)) => {
                Format::Text
            }
            _ => Format::Binary,
        }
    }

    to_sql_checked!();
}

/// Addresses and prepared texts: the server reads what it would write.
pub(crate) fn is_read_as_text(ty: &Type) -> bool {
    [Type::INET, Type::CIDR, Type::MACADDR, Type::MACADDR8, Type::TS_VECTOR, Type::TSQUERY].contains(ty)
}

/// A list of such, as the server reads one. <https://www.postgresql.org/docs/15/arrays.html#ARRAYS-INPUT>
fn texts(values: &Values<'_>, element: &Type, out: &mut BytesMut) -> Result<IsNull, Boxed> {
    out.extend_from_slice(b"{");
    for (i, value) in values.iter().enumerate() {
        let mut text = BytesMut::new();
        out.extend_from_slice(if i > 0 { b"," } else { b"" });
        if let IsNull::Yes = one(&value, element, &mut text)? {
            out.extend_from_slice(b"NULL");
            continue;
        }
        out.extend_from_slice(b"\"");
        for byte in text {
            if matches!(byte, b'"' | b'\\') {
                out.extend_from_slice(b"\\");
            }
            out.extend_from_slice(&[byte]);
        }
        out.extend_from_slice(b"\"");
    }
    out.extend_from_slice(b"}");
    Ok(IsNull::No)
}

struct One<'d>(Datum<'d>);

impl std::fmt::Debug for One<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }
}

impl ToSql for One<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Boxed> {
        one(&self.0, ty, out)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn mismatch(what: &str, ty: &Type) -> Boxed {
    Box::new(Error::new(ErrorKind::TypeMismatch, format!("{what} meets the PostgreSQL type {ty}")))
}

/// What is wrong with a value, as an error of ours.
pub(crate) fn refused(error: Boxed) -> Error {
    match error.downcast::<Error>() {
        Ok(ours) => *ours,
        Err(error) => Error::new(ErrorKind::TypeMismatch, error.to_string()),
    }
}

pub(crate) fn one(value: &Datum<'_>, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Boxed> {
    let wrong = || mismatch(&format!("a value of kind {}", value.kind().map_or("null", Kind::name)), ty);
    let range = |v: &dyn std::fmt::Display| mismatch(&format!("{v}, which is out of range,"), ty);
    let is_text = [Type::TEXT, Type::VARCHAR, Type::BPCHAR, Type::NAME].contains(ty)
        || *ty == Type::UNKNOWN
        || ty.name() == "citext"
        || matches!(ty.kind(), TypeKind::Enum(_));
    match value {
        Datum::Null => Ok(IsNull::Yes),
        Datum::Bool(v) if *ty == Type::BOOL => v.to_sql(ty, out),
        Datum::Int(v) => match *ty {
            Type::INT2 => i16::try_from(*v).map_err(|_| range(v))?.to_sql(ty, out),
            Type::INT4 => i32::try_from(*v).map_err(|_| range(v))?.to_sql(ty, out),
            Type::INT8 => v.to_sql(ty, out),
            Type::FLOAT8 => (*v as f64).to_sql(ty, out),
            Type::FLOAT4 => (*v as f32).to_sql(ty, out),
            Type::NUMERIC => Decimal::from(*v).to_sql(ty, out),
            _ => Err(wrong()),
        },
        Datum::UnsignedInt(v) => match *ty {
            Type::NUMERIC => Decimal::from(*v).to_sql(ty, out),
            Type::FLOAT8 => (*v as f64).to_sql(ty, out),
            _ => one(&Datum::Int(i64::try_from(*v).map_err(|_| range(v))?), ty, out),
        },
        Datum::Real(v) => match *ty {
            Type::FLOAT4 => v.to_sql(ty, out),
            _ => one(&Datum::Double(f64::from(*v)), ty, out),
        },
        Datum::Double(v) => match *ty {
            Type::FLOAT8 => v.to_sql(ty, out),
            Type::FLOAT4 => (*v as f32).to_sql(ty, out),
            Type::NUMERIC => Decimal::try_from(*v).map_err(|_| range(v))?.to_sql(ty, out),
            _ => Err(wrong()),
        },
        Datum::Decimal(v) => match *ty {
            Type::NUMERIC => v.to_sql(ty, out),
            Type::FLOAT8 => nearest_double(*v).to_sql(ty, out),
            Type::FLOAT4 => (nearest_double(*v) as f32).to_sql(ty, out),
            Type::INT8 | Type::INT4 if v.fract().is_zero() => {
                one(&Datum::Int(v.to_i64().ok_or_else(|| range(v))?), ty, out)
            }
            _ => Err(wrong()),
        },
        Datum::Text(v) if is_text || is_read_as_text(ty) => {
            if v.contains('\0') {
                return Err(Box::new(
                    Error::new(ErrorKind::TypeMismatch, "PostgreSQL keeps no text with a NUL character")
                        .help("keep it as bytes"),
                ));
            }
            out.extend_from_slice(v.as_bytes());
            Ok(IsNull::No)
        }
        Datum::Json(v) if *ty == Type::JSONB => {
            // The binary form of jsonb is its version and its text.
            out.extend_from_slice(&[1]);
            out.extend_from_slice(v.as_bytes());
            Ok(IsNull::No)
        }
        Datum::Json(v) if *ty == Type::JSON || is_text => {
            out.extend_from_slice(v.as_bytes());
            Ok(IsNull::No)
        }
        Datum::Json(v) if matches!(ty.name(), "geometry" | "geography") => {
            out.extend_from_slice(&geometry::to_ewkb(v)?);
            Ok(IsNull::No)
        }
        Datum::Json(v) if ty.name() == "hstore" => {
            let pairs: serde_json::Map<String, serde_json::Value> = serde_json::from_str(v)?;
            hstore_to_sql(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())), out)?;
            Ok(IsNull::No)
        }
        Datum::Bytes(v) if *ty == Type::BYTEA => v.as_ref().to_sql(ty, out),
        Datum::Uuid(v) if *ty == Type::UUID => v.to_sql(ty, out),
        Datum::Instant(v) if *ty == Type::TIMESTAMPTZ => cut_instant(*v).to_sql(ty, out),
        Datum::Naive(v) if *ty == Type::TIMESTAMP => cut_naive(*v).to_sql(ty, out),
        Datum::Day(v) if *ty == Type::DATE => v.to_sql(ty, out),
        Datum::Time(v) if *ty == Type::TIME => v.to_sql(ty, out),
        Datum::Array(values) => {
            let TypeKind::Array(_) = ty.kind() else { return Err(wrong()) };
            values.iter().map(|value| One(value.borrowed())).collect::<Vec<_>>().to_sql(ty, out)
        }
        Datum::Range(range) => {
            let TypeKind::Range(of) = ty.kind() else { return Err(wrong()) };
            match &**range {
                Range::Empty => empty_range_to_sql(out),
                Range::Between(lower, upper) => {
                    range_to_sql(|out| end(lower, of, out), |out| end(upper, of, out), out)?;
                }
            }
            Ok(IsNull::No)
        }
        _ => Err(wrong()),
    }
}

fn end(end: &End<Value>, of: &Type, out: &mut BytesMut) -> Result<RangeBound<postgres_protocol::IsNull>, Boxed> {
    Ok(match end {
        End::Unbounded => RangeBound::Unbounded,
        End::Included(value) => {
            one(value, of, out)?;
            RangeBound::Inclusive(postgres_protocol::IsNull::No)
        }
        End::Excluded(value) => {
            one(value, of, out)?;
            RangeBound::Exclusive(postgres_protocol::IsNull::No)
        }
    })
}
