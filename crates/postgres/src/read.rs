//! Values in the binary format of PostgreSQL, by the types of their columns.

use std::{borrow::Cow, error::Error as StdError, fmt::Write, net::IpAddr, ops::Bound as End};

use fallible_iterator::FallibleIterator;
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
};
use postgres::types::{FromSql, Kind as TypeKind, Type};
use postgres_protocol::types::{self as protocol, RangeBound};
use relata_driver::geometry;
use relata_schema::{Datum, Error, ErrorKind, Kind, Range, Result, Value, nearest_double};
use rust_decimal::Decimal;
use uuid::Uuid;

type Boxed = Box<dyn StdError + Sync + Send>;

/// A cell as the server sent it.
pub(crate) struct Raw<'r>(pub &'r [u8]);

impl<'r> FromSql<'r> for Raw<'r> {
    fn from_sql(_: &Type, raw: &'r [u8]) -> Result<Self, Boxed> {
        Ok(Raw(raw))
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

/// From the first moment of 1970 to that of 2000, which the server counts from.
const TO_2000: i64 = 946_684_800_000_000;

/// A moment that there is: its microseconds, counted. jiff's own way adds up a span of them.
fn instant(bytes: &[u8]) -> Option<Timestamp> {
    let microseconds = protocol::timestamp_from_sql(bytes).ok()?.checked_add(TO_2000)?;
    Timestamp::from_microsecond(microseconds).ok()
}

/// The bytes of a text.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| Error::new(ErrorKind::Decode, "the server sent no UTF-8"))
}

/// Reads a cell of a type as a kind.
pub(crate) fn read<'r>(ty: &Type, bytes: Option<&'r [u8]>, kind: Kind) -> Result<Datum<'r>> {
    let Some(bytes) = bytes else { return Ok(Datum::Null) };
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
    let text = || utf8(bytes);
    Ok(match kind {
        Kind::Bool if *ty == Type::BOOL => Datum::Bool(bool::from_sql(ty, bytes).map_err(failed)?),
        Kind::SmallInt | Kind::Integer | Kind::BigInt => Datum::Int(int()?),
        Kind::UnsignedBigInt => match u64::try_from(int()?) {
            Ok(v) => Datum::UnsignedInt(v),
            Err(_) => return Err(wrong()),
        },
        Kind::Real if *ty == Type::FLOAT4 => Datum::Real(f32::from_sql(ty, bytes).map_err(failed)?),
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
        Kind::Text | Kind::CiText if <&str as FromSql>::accepts(ty) || matches!(ty.kind(), TypeKind::Enum(_)) => {
            // The binary form of the types of ltree is a version and the text.
            let versioned = matches!(ty.name(), "ltree" | "lquery" | "ltxtquery");
            Datum::Text(Cow::Borrowed(text()?.strip_prefix('\u{1}').filter(|_| versioned).map_or_else(text, Ok)?))
        }
        Kind::Json if *ty == Type::JSONB && bytes.first() == Some(&1) => Datum::Json(Cow::Borrowed(utf8(&bytes[1..])?)),
        Kind::Json if *ty == Type::JSON => Datum::Json(Cow::Borrowed(text()?)),
        Kind::Bytes if *ty == Type::BYTEA => Datum::Bytes(Cow::Borrowed(bytes)),
        Kind::Uuid if *ty == Type::UUID => Datum::Uuid(Uuid::from_sql(ty, bytes).map_err(failed)?),
        Kind::Instant if *ty == Type::TIMESTAMPTZ => Datum::Instant(match instant(bytes) {
            Some(instant) => instant,
            None => Timestamp::from_sql(ty, bytes).map_err(failed)?,
        }),
        Kind::Naive if *ty == Type::TIMESTAMP => Datum::Naive(DateTime::from_sql(ty, bytes).map_err(failed)?),
        Kind::Day if *ty == Type::DATE => Datum::Day(Date::from_sql(ty, bytes).map_err(failed)?),
        Kind::Time if *ty == Type::TIME => Datum::Time(Time::from_sql(ty, bytes).map_err(failed)?),
        Kind::Inet if *ty == Type::INET => Datum::Text(address(bytes, false).map_err(failed)?.into()),
        Kind::Cidr if *ty == Type::CIDR => Datum::Text(address(bytes, true).map_err(failed)?.into()),
        Kind::MacAddr if *ty == Type::MACADDR => Datum::Text(hardware(bytes).into()),
        Kind::MacAddr8 if *ty == Type::MACADDR8 => Datum::Text(hardware(bytes).into()),
        Kind::TsVector if *ty == Type::TS_VECTOR => Datum::Text(words(bytes).ok_or_else(wrong)?.into()),
        Kind::Geometry | Kind::Geography if matches!(ty.name(), "geometry" | "geography") => {
            Datum::Json(geometry::from_ewkb(bytes)?.into())
        }
        Kind::Hstore if ty.name() == "hstore" => Datum::Json(pairs(bytes).map_err(failed)?.into()),
        kind => match (kind.element(), kind.bound(), ty.kind()) {
            (Some(element), _, TypeKind::Array(of)) => {
                let cells = Vec::<Option<Raw<'_>>>::from_sql(ty, bytes).map_err(failed)?;
                let bytes = cells.into_iter().map(|cell| cell.map(|Raw(bytes)| bytes));
                let values = bytes.map(|bytes| read(of, bytes, element).map(Datum::into_owned));
                Datum::Array(values.collect::<Result<_>>()?)
            }
            (_, Some(bound), TypeKind::Range(of)) => {
                let range = match protocol::range_from_sql(bytes).map_err(failed)? {
                    protocol::Range::Empty => Range::Empty,
                    protocol::Range::Nonempty(lower, upper) => {
                        Range::Between(end(lower, of, bound)?, end(upper, of, bound)?)
                    }
                };
                Datum::Range(Box::new(range))
            }
            _ => return Err(wrong()),
        },
    })
}

fn end(end: RangeBound<Option<&[u8]>>, of: &Type, kind: Kind) -> Result<End<Value>> {
    let value = |bytes| read(of, bytes, kind).map(Datum::into_owned);
    Ok(match end {
        RangeBound::Unbounded => End::Unbounded,
        RangeBound::Inclusive(bytes) => End::Included(value(bytes)?),
        RangeBound::Exclusive(bytes) => End::Excluded(value(bytes)?),
    })
}

/// An address, with the bits of its network where they are not all, or where it is one.
fn address(bytes: &[u8], is_network: bool) -> Result<String, Boxed> {
    let inet = protocol::inet_from_sql(bytes)?;
    let all = if matches!(inet.addr(), IpAddr::V4(_)) { 32 } else { 128 };
    let shows_bits = is_network || inet.netmask() != all;
    Ok(if shows_bits { format!("{}/{}", inet.addr(), inet.netmask()) } else { inet.addr().to_string() })
}

fn hardware(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}

/// Texts by key as a JSON object.
fn pairs(bytes: &[u8]) -> Result<String, Boxed> {
    let mut object = serde_json::Map::new();
    protocol::hstore_from_sql(bytes)?.for_each(|(key, value)| {
        object.insert(key.to_owned(), value.map_or(serde_json::Value::Null, Into::into));
        Ok(())
    })?;
    Ok(serde_json::Value::Object(object).to_string())
}

/// Words with their places, as the server writes them: their number, and for each its text to a zero byte, the number of
/// its places, and these, of which two bits are a weight.
fn words(bytes: &[u8]) -> Option<String> {
    let mut out = String::new();
    let (count, mut rest) = bytes.split_first_chunk::<4>()?;
    for i in 0..u32::from_be_bytes(*count) {
        let end = rest.iter().position(|byte| *byte == 0)?;
        let word = std::str::from_utf8(&rest[..end]).ok()?;
        out.push_str(if i > 0 { " '" } else { "'" });
        for c in word.chars() {
            if matches!(c, '\'' | '\\') {
                out.push(c);
            }
            out.push(c);
        }
        out.push('\'');
        let (places, after) = rest[end + 1..].split_first_chunk::<2>()?;
        rest = after;
        for place in 0..u16::from_be_bytes(*places) {
            let (two, after) = rest.split_first_chunk::<2>()?;
            rest = after;
            let two = u16::from_be_bytes(*two);
            let weight = ["", "C", "B", "A"][usize::from(two >> 14)];
            // Writing to a string cannot fail.
            let _ = write!(out, "{}{}{weight}", if place > 0 { ',' } else { ':' }, two & 0x3FFF);
        }
    }
    rest.is_empty().then_some(out)
}

/// The kind of a type of the server.
pub(crate) fn natural_kind(ty: &Type) -> Result<Kind> {
    Ok(match *ty {
        Type::BOOL => Kind::Bool,
        Type::INT2 => Kind::SmallInt,
        Type::INT4 => Kind::Integer,
        Type::INT8 => Kind::BigInt,
        Type::FLOAT4 => Kind::Real,
        Type::FLOAT8 => Kind::Double,
        Type::NUMERIC => Kind::Decimal,
        Type::UUID => Kind::Uuid,
        Type::TIMESTAMPTZ => Kind::Instant,
        Type::TIMESTAMP => Kind::Naive,
        Type::DATE => Kind::Day,
        Type::TIME => Kind::Time,
        Type::JSON | Type::JSONB => Kind::Json,
        Type::BYTEA => Kind::Bytes,
        Type::INET => Kind::Inet,
        Type::CIDR => Kind::Cidr,
        Type::MACADDR => Kind::MacAddr,
        Type::MACADDR8 => Kind::MacAddr8,
        Type::TS_VECTOR => Kind::TsVector,
        ref ty if <&str as FromSql>::accepts(ty) || matches!(ty.kind(), TypeKind::Enum(_)) => Kind::Text,
        ref ty if ty.name() == "hstore" => Kind::Hstore,
        ref ty if ty.name() == "geometry" => Kind::Geometry,
        ref ty if ty.name() == "geography" => Kind::Geography,
        ref ty => {
            let collection = match ty.kind() {
                TypeKind::Array(element) => natural_kind(element)?.array(),
                TypeKind::Range(bound) => natural_kind(bound)?.range(),
                _ => None,
            };
            if let Some(kind) = collection {
                return Ok(kind);
            }
            return Err(Error::new(ErrorKind::Decode, format!("a value of the type {ty} is not read"))
                .help("cast it in the query, to text for one"));
        }
    })
}
