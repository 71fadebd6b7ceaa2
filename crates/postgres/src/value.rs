//! Values in the binary format of PostgreSQL, by the types that the server has inferred.

use std::{borrow::Cow, error::Error as StdError};

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
};
use postgres::types::{FromSql, IsNull, Kind as TypeKind, ToSql, Type, private::BytesMut, to_sql_checked};
use relata_driver::Param;
use relata_schema::{Datum, Error, ErrorKind, Kind, Result, cut_instant, cut_naive, nearest_double};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use uuid::Uuid;

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
                let TypeKind::Array(_) = ty.kind() else { return Err(mismatch("a list", ty)) };
                let elements: Vec<One<'_, '_>> = values.iter().map(One).collect();
                elements.to_sql(ty, out)
            }
            Param::JsonRows(..) => Err(mismatch("rows in JSON", ty)),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

struct One<'d, 'a>(&'d Datum<'a>);

impl std::fmt::Debug for One<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }
}

impl ToSql for One<'_, '_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Boxed> {
        one(self.0, ty, out)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn mismatch(what: &str, ty: &Type) -> Boxed {
    Box::new(Error::new(ErrorKind::TypeMismatch, format!("{what} meets the PostgreSQL type {ty}")))
}

fn one(value: &Datum<'_>, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Boxed> {
    let wrong = || mismatch(&format!("a value of kind {}", value.kind().map_or("null", Kind::name)), ty);
    let range = |v: &dyn std::fmt::Display| mismatch(&format!("{v}, which is out of range,"), ty);
    let is_text = [Type::TEXT, Type::VARCHAR, Type::BPCHAR, Type::NAME].contains(ty)
        || *ty == Type::UNKNOWN
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
        Datum::Double(v) => match *ty {
            Type::FLOAT8 => v.to_sql(ty, out),
            Type::FLOAT4 => (*v as f32).to_sql(ty, out),
            Type::NUMERIC => Decimal::try_from(*v).map_err(|_| range(v))?.to_sql(ty, out),
            _ => Err(wrong()),
        },
        Datum::Decimal(v) => match *ty {
            Type::NUMERIC => v.to_sql(ty, out),
            Type::FLOAT8 => nearest_double(*v).to_sql(ty, out),
            Type::INT8 | Type::INT4 if v.fract().is_zero() => {
                one(&Datum::Int(v.to_i64().ok_or_else(|| range(v))?), ty, out)
            }
            _ => Err(wrong()),
        },
        Datum::Text(v) if is_text => {
            if v.contains('\0') {
                return Err(Box::new(
                    Error::new(ErrorKind::TypeMismatch, "PostgreSQL keeps no text with a NUL character")
                        .help("keep it as bytes"),
                ));
            }
            v.as_ref().to_sql(ty, out)
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
        Datum::Bytes(v) if *ty == Type::BYTEA => v.as_ref().to_sql(ty, out),
        Datum::Uuid(v) if *ty == Type::UUID => v.to_sql(ty, out),
        Datum::Instant(v) if *ty == Type::TIMESTAMPTZ => cut_instant(*v).to_sql(ty, out),
        Datum::Naive(v) if *ty == Type::TIMESTAMP => cut_naive(*v).to_sql(ty, out),
        Datum::Day(v) if *ty == Type::DATE => v.to_sql(ty, out),
        Datum::Time(v) if *ty == Type::TIME => v.to_sql(ty, out),
        _ => Err(wrong()),
    }
}

/// A cell as the server sent it.
pub(crate) struct Raw<'r> {
    ty: Type,
    pub bytes: Option<&'r [u8]>,
}

impl<'r> FromSql<'r> for Raw<'r> {
    fn from_sql(ty: &Type, raw: &'r [u8]) -> Result<Self, Boxed> {
        Ok(Raw { ty: ty.clone(), bytes: Some(raw) })
    }

    fn from_sql_null(ty: &Type) -> Result<Self, Boxed> {
        Ok(Raw { ty: ty.clone(), bytes: None })
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A decimal, unless digits of the server's number are missing in it. The form is a number of groups, the weight of the
/// first, a sign, a scale, and the groups of four digits each.
fn exact(bytes: &[u8], decimal: Decimal) -> Option<Decimal> {
    let group = |place: usize| bytes.get(place * 2..place * 2 + 2).map(|two| u16::from_be_bytes([two[0], two[1]]));
    let (groups, weight) = (usize::from(group(0)?), i32::from(group(1)? as i16));
    let Some(last) = (0..groups).rev().find(|place| group(4 + place) != Some(0)) else { return Some(decimal) };
    let zeros =
        (1..4).take_while(|digits| group(4 + last).is_some_and(|group| group % 10_u16.pow(*digits) == 0)).count();
    let behind_point = (last as i32 - weight) * 4 - zeros as i32;
    (i64::from(decimal.normalize().scale()) == i64::from(behind_point.max(0))).then_some(decimal)
}

/// Reads a cell as a kind.
pub(crate) fn read<'r>(raw: &Raw<'r>, kind: Kind) -> Result<Datum<'r>> {
    let Some(bytes) = raw.bytes else { return Ok(Datum::Null) };
    let ty = &raw.ty;
    let wrong = || Error::new(ErrorKind::Decode, format!("the column is {ty} where {} is expected", kind.name()));
    let failed = |error: Boxed| {
        Error::new(ErrorKind::Decode, format!("a value of type {ty} cannot be read as {}: {error}", kind.name()))
    };
    let long = || {
        Error::new(ErrorKind::Decode, "the number has more digits than a decimal holds: 28")
            .help("round it in the query, or cast it to text")
    };
    let int = || -> Result<i64> {
        match *ty {
            Type::INT2 => i16::from_sql(ty, bytes).map(i64::from),
            Type::INT4 => i32::from_sql(ty, bytes).map(i64::from),
            Type::INT8 => i64::from_sql(ty, bytes),
            _ => return Err(wrong()),
        }
        .map_err(failed)
    };
    let text = || std::str::from_utf8(bytes).map_err(|_| Error::new(ErrorKind::Decode, "the server sent no UTF-8"));
    Ok(match kind {
        Kind::Bool if *ty == Type::BOOL => Datum::Bool(bool::from_sql(ty, bytes).map_err(failed)?),
        Kind::SmallInt | Kind::Integer | Kind::BigInt => Datum::Int(int()?),
        Kind::Double => match *ty {
            Type::FLOAT8 => Datum::Double(f64::from_sql(ty, bytes).map_err(failed)?),
            Type::FLOAT4 => Datum::Double(f32::from_sql(ty, bytes).map_err(failed)?.into()),
            Type::NUMERIC => {
                let decimal = exact(bytes, Decimal::from_sql(ty, bytes).map_err(failed)?).ok_or_else(long)?;
                Datum::Double(nearest_double(decimal))
            }
            _ => Datum::Double(int()? as f64),
        },
        Kind::Decimal => match *ty {
            Type::NUMERIC => {
                Datum::Decimal(exact(bytes, Decimal::from_sql(ty, bytes).map_err(failed)?).ok_or_else(long)?)
            }
            Type::FLOAT8 => {
                let double = f64::from_sql(ty, bytes).map_err(failed)?;
                Datum::Decimal(Decimal::try_from(double).map_err(|_| wrong())?)
            }
            _ => Datum::Decimal(int()?.into()),
        },
        // Text comes as its bytes from every textual type, enums and domains too.
        Kind::Text if <&str as FromSql>::accepts(ty) || matches!(ty.kind(), TypeKind::Enum(_)) => {
            // The binary form of the types of ltree is a version and the text.
            let versioned = matches!(ty.name(), "ltree" | "lquery" | "ltxtquery");
            Datum::Text(Cow::Borrowed(text()?.strip_prefix('\u{1}').filter(|_| versioned).map_or_else(text, Ok)?))
        }
        Kind::Json if *ty == Type::JSONB && bytes.first() == Some(&1) => {
            let body = std::str::from_utf8(&bytes[1..]);
            Datum::Json(Cow::Borrowed(body.map_err(|_| Error::new(ErrorKind::Decode, "the server sent no UTF-8"))?))
        }
        Kind::Json if *ty == Type::JSON => Datum::Json(Cow::Borrowed(text()?)),
        Kind::Bytes if *ty == Type::BYTEA => Datum::Bytes(Cow::Borrowed(bytes)),
        Kind::Uuid if *ty == Type::UUID => Datum::Uuid(Uuid::from_sql(ty, bytes).map_err(failed)?),
        Kind::Instant if *ty == Type::TIMESTAMPTZ => Datum::Instant(Timestamp::from_sql(ty, bytes).map_err(failed)?),
        Kind::Naive if *ty == Type::TIMESTAMP => Datum::Naive(DateTime::from_sql(ty, bytes).map_err(failed)?),
        Kind::Day if *ty == Type::DATE => Datum::Day(Date::from_sql(ty, bytes).map_err(failed)?),
        Kind::Time if *ty == Type::TIME => Datum::Time(Time::from_sql(ty, bytes).map_err(failed)?),
        _ => return Err(wrong()),
    })
}

/// The kind of a type of the server.
pub(crate) fn natural_kind(raw: &Raw<'_>) -> Result<Kind> {
    Ok(match raw.ty {
        Type::BOOL => Kind::Bool,
        Type::INT2 | Type::INT4 | Type::INT8 => Kind::BigInt,
        Type::FLOAT4 | Type::FLOAT8 => Kind::Double,
        Type::NUMERIC => Kind::Decimal,
        Type::UUID => Kind::Uuid,
        Type::TIMESTAMPTZ => Kind::Instant,
        Type::TIMESTAMP => Kind::Naive,
        Type::DATE => Kind::Day,
        Type::TIME => Kind::Time,
        Type::JSON | Type::JSONB => Kind::Json,
        Type::BYTEA => Kind::Bytes,
        ref ty if <&str as FromSql>::accepts(ty) || matches!(ty.kind(), TypeKind::Enum(_)) => Kind::Text,
        ref ty => {
            return Err(Error::new(ErrorKind::Decode, format!("a value of the type {ty} is not read"))
                .help("cast it in the query, to text for one"));
        }
    })
}
