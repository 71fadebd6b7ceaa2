//! Values in the binary protocol. <https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_binary_resultset.html>

use std::borrow::Cow;

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::Offset,
};
use mysql::{
    Column, Value as Raw,
    consts::{ColumnFlags, ColumnType},
};
use relata_driver::{Param, Values, geometry};
use relata_schema::{
    Datum, Error, ErrorKind, Kind, Result, format_instant, format_naive, format_time, parse_naive, write_json_string,
};
use rust_decimal::Decimal;
use uuid::Uuid;

/// The number of the character set that is none.
const BINARY: u16 = 63;

/// A parameter as the `mysql` crate takes it.
pub(crate) fn bound(param: &Param<'_>) -> Result<Raw> {
    match param {
        Param::One(value, kind) => {
            check(value, *kind)?;
            one(value, *kind)
        }
        Param::JsonRows(values, kinds) => rows(values, kinds),
        Param::Array(values, kind) => rows(values, &[*kind]),
    }
}

fn rows(values: &Values<'_>, kinds: &[Kind]) -> Result<Raw> {
    for (value, kind) in values.iter().zip(kinds.iter().cycle()) {
        check(&value, *kind)?;
    }
    Ok(Raw::Bytes(json_rows(values, kinds).into_bytes()))
}

/// The server bends a value to what it meets: the number 0 equals every word. That a text never meets a number is for us
/// to see.
fn check(value: &Datum<'_>, kind: Kind) -> Result<()> {
    let double = match value {
        Datum::Double(double) => *double,
        Datum::Real(real) => f64::from(*real),
        _ => 0.0,
    };
    if !double.is_finite() {
        let message = format!("MySQL and MariaDB keep no {double}");
        return Err(Error::new(ErrorKind::TypeMismatch, message).help("keep NULL, or another value that you choose"));
    }
    if value.fits(kind) && value.kind().is_none_or(|own| own.element().is_none() && own.bound().is_none()) {
        return Ok(());
    }
    let found = value.kind().map_or("null", Kind::name);
    Err(Error::new(ErrorKind::TypeMismatch, format!("a value of kind {found} meets one of kind {}", kind.name())))
}

fn one(value: &Datum<'_>, kind: Kind) -> Result<Raw> {
    let text = |text: String| Raw::Bytes(text.into_bytes());
    Ok(match value {
        Datum::Null => Raw::NULL,
        Datum::Bool(v) => Raw::Int(i64::from(*v)),
        Datum::Int(v) => Raw::Int(*v),
        Datum::UnsignedInt(v) => Raw::UInt(*v),
        Datum::Real(v) => Raw::Double(f64::from(*v)),
        // What the column would make of it, so that it is found again.
        Datum::Double(v) if kind == Kind::Real => Raw::Double(f64::from(*v as f32)),
        Datum::Double(v) => Raw::Double(*v),
        Datum::Decimal(v) => text(v.to_string()),
        Datum::Json(v) if kind == Kind::Geometry => Raw::Bytes(geometry::to_mysql(v)?),
        Datum::Text(v) | Datum::Json(v) => Raw::Bytes(v.as_bytes().to_vec()),
        Datum::Bytes(v) => Raw::Bytes(v.to_vec()),
        Datum::Uuid(v) => text(v.to_string()),
        Datum::Instant(v) => date_time(Offset::UTC.to_datetime(*v))?,
        Datum::Naive(v) => date_time(*v)?,
        Datum::Day(v) => date_time(v.to_datetime(Time::midnight()))?,
        Datum::Time(v) => {
            let [hour, minute, second] = [v.hour(), v.minute(), v.second()].map(|part| part.unsigned_abs());
            Raw::Time(false, 0, hour, minute, second, micros(v.subsec_nanosecond()))
        }
        Datum::Array(_) | Datum::Range(_) => return Err(Error::internal("a collection meets a column without any")),
    })
}

fn micros(nanoseconds: i32) -> u32 {
    nanoseconds.unsigned_abs() / 1_000
}

fn date_time(value: DateTime) -> Result<Raw> {
    let year = u16::try_from(value.year()).ok().filter(|year| (1..=9_999).contains(year)).ok_or_else(|| {
        Error::new(ErrorKind::TypeMismatch, format!("MySQL and MariaDB keep no day in the year {}", value.year()))
            .help("keep it as text or as a number")
    })?;
    let [month, day, hour, minute, second] =
        [value.month(), value.day(), value.hour(), value.minute(), value.second()].map(|part| part.unsigned_abs());
    Ok(Raw::Date(year, month, day, hour, minute, second, micros(value.subsec_nanosecond())))
}

fn json_rows(values: &Values<'_>, kinds: &[Kind]) -> String {
    let mut out = String::with_capacity(2 + values.len() * 8);
    out.push('[');
    for (i, value) in values.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        if kinds.len() > 1 && i % kinds.len() == 0 {
            out.push('[');
        }
        json_value(&mut out, &value);
        if kinds.len() > 1 && i % kinds.len() == kinds.len() - 1 {
            out.push(']');
        }
    }
    out.push(']');
    out
}

/// A number with a fraction in JSON is a double: everything but integers and doubles is text.
fn json_value(out: &mut String, value: &Datum<'_>) {
    let mut text = String::new();
    match value {
        Datum::Null => return out.push_str("null"),
        Datum::Bool(v) => return out.push(if *v { '1' } else { '0' }),
        Datum::Int(v) => return out.push_str(&v.to_string()),
        Datum::UnsignedInt(v) => return out.push_str(&v.to_string()),
        Datum::Real(v) => return out.push_str(&format!("{:?}", f64::from(*v))),
        Datum::Double(v) => return out.push_str(&format!("{v:?}")),
        Datum::Text(v) | Datum::Json(v) => return write_json_string(out, v),
        Datum::Decimal(v) => text = v.to_string(),
        Datum::Uuid(v) => text = v.to_string(),
        Datum::Day(v) => text = v.to_string(),
        Datum::Bytes(v) => v.iter().for_each(|byte| text.push_str(&format!("{byte:02x}"))),
        Datum::Instant(v) => format_instant(&mut text, *v, ' ', 6, ""),
        Datum::Naive(v) => format_naive(&mut text, *v, ' ', 6),
        Datum::Time(v) => format_time(&mut text, *v, 6),
        // There are none here: they were refused before.
        Datum::Array(_) | Datum::Range(_) => return out.push_str("null"),
    }
    write_json_string(out, &text);
}

/// Whether bytes of a column are a text as they stand, if they are text at all.
pub(crate) fn is_text(column: &Column) -> bool {
    !matches!(column.column_type(), ColumnType::MYSQL_TYPE_BIT | ColumnType::MYSQL_TYPE_GEOMETRY)
}

/// Bytes of a text.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| Error::new(ErrorKind::Decode, "the server sent no UTF-8"))
}

/// Reads a cell as a kind. The same bytes are another thing in a column of bits, of shapes or of text.
pub(crate) fn read_column<'r>(raw: &'r Raw, kind: Kind, column: Option<&Column>) -> Result<Datum<'r>> {
    let (Raw::Bytes(bytes), Some(column)) = (raw, column) else { return read(raw, kind) };
    let wrong = |found: &str| {
        Error::new(ErrorKind::Decode, format!("the column holds {found} where {} is expected", kind.name()))
    };
    match (column.column_type(), kind) {
        (_, Kind::Bytes) => read(raw, kind),
        (ColumnType::MYSQL_TYPE_BIT, Kind::Bool | Kind::SmallInt | Kind::Integer | Kind::BigInt) => {
            // The most significant byte comes first.
            let bits = bytes.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            match kind {
                Kind::Bool => Ok(Datum::Bool(bits != 0)),
                _ => i64::try_from(bits).map(Datum::Int).map_err(|_| wrong("64 bits, of which the first is set,")),
            }
        }
        (ColumnType::MYSQL_TYPE_BIT, _) => Err(wrong("bits")),
        (ColumnType::MYSQL_TYPE_GEOMETRY, Kind::Geometry) => Ok(Datum::Json(geometry::from_mysql(bytes)?.into())),
        (ColumnType::MYSQL_TYPE_GEOMETRY, _) => Err(wrong("a shape")),
        (_, Kind::Uuid) if column.character_set() != BINARY => {
            let text = std::str::from_utf8(bytes).map_err(|_| wrong("text or bytes"))?;
            text.parse().map(Datum::Uuid).map_err(|_| wrong("text or bytes"))
        }
        _ => read(raw, kind),
    }
}

/// Reads a cell as a kind.
pub(crate) fn read<'r>(raw: &'r Raw, kind: Kind) -> Result<Datum<'r>> {
    let wrong = || {
        let found = match raw {
            Raw::NULL => "NULL",
            Raw::Bytes(_) => "text or bytes",
            Raw::Int(_) | Raw::UInt(_) => "an integer",
            Raw::Float(_) | Raw::Double(_) => "a double",
            Raw::Date(..) => "a date",
            Raw::Time(..) => "a time",
        };
        Error::new(ErrorKind::Decode, format!("the column holds {found} where {} is expected", kind.name()))
    };
    if matches!(raw, Raw::NULL) {
        return Ok(Datum::Null);
    }
    let text = || match raw {
        Raw::Bytes(bytes) => utf8(bytes),
        _ => Err(wrong()),
    };
    let int = || match raw {
        Raw::Int(v) => Ok(*v),
        Raw::UInt(v) => i64::try_from(*v).map_err(|_| {
            Error::new(ErrorKind::Decode, format!("{v} does not fit an integer of 64 bits with a sign"))
                .help("keep it as a decimal")
        }),
        // A sum of integers is a decimal without a fraction.
        _ => text()?.parse().map_err(|_| wrong()),
    };
    Ok(match kind {
        Kind::Bool => match raw {
            // One bit of a column `BIT(1)`.
            Raw::Bytes(bytes) if matches!(bytes[..], [0 | 1]) => Datum::Bool(bytes[..] == [1]),
            _ => Datum::Bool(int()? != 0),
        },
        Kind::SmallInt | Kind::Integer | Kind::BigInt => Datum::Int(int()?),
        Kind::UnsignedBigInt => Datum::UnsignedInt(match raw {
            Raw::UInt(v) => *v,
            Raw::Int(v) => u64::try_from(*v).map_err(|_| wrong())?,
            _ => text()?.parse().map_err(|_| wrong())?,
        }),
        Kind::Real => Datum::Real(match raw {
            Raw::Float(v) => *v,
            // What a function makes of one.
            Raw::Double(v) if f64::from(*v as f32) == *v => *v as f32,
            // The protocol of texts.
            Raw::Bytes(_) => text()?.parse().map_err(|_| wrong())?,
            _ => return Err(wrong()),
        }),
        Kind::Double => Datum::Double(match raw {
            Raw::Double(v) => *v,
            Raw::Float(v) => f64::from(*v),
            Raw::Int(v) => *v as f64,
            Raw::UInt(v) => *v as f64,
            _ => text()?.parse().map_err(|_| wrong())?,
        }),
        Kind::Decimal => Datum::Decimal(match raw {
            Raw::Int(v) => (*v).into(),
            Raw::UInt(v) => (*v).into(),
            Raw::Double(v) => Decimal::try_from(*v).map_err(|_| wrong())?,
            Raw::Float(v) => Decimal::try_from(*v).map_err(|_| wrong())?,
            _ => decimal(text()?).ok_or_else(wrong)?,
        }),
        Kind::Text => Datum::Text(Cow::Borrowed(text()?)),
        Kind::Json => Datum::Json(Cow::Borrowed(text()?)),
        Kind::Bytes => match raw {
            Raw::Bytes(bytes) => Datum::Bytes(Cow::Borrowed(bytes)),
            _ => return Err(wrong()),
        },
        Kind::Uuid => match raw {
            Raw::Bytes(bytes) if bytes.len() == 16 => Datum::Uuid(Uuid::from_slice(bytes).map_err(|_| wrong())?),
            _ => Datum::Uuid(text()?.parse().map_err(|_| wrong())?),
        },
        Kind::Instant => Datum::Instant(instant(naive(raw, &wrong)?).ok_or_else(wrong)?),
        Kind::Naive => Datum::Naive(naive(raw, &wrong)?),
        Kind::Day => {
            let found = naive(raw, &wrong)?;
            if found.time() != Time::midnight() {
                // The column has a time of day, which would be lost.
                return Err(wrong());
            }
            Datum::Day(found.date())
        }
        Kind::Time => Datum::Time(match raw {
            Raw::Time(false, 0, hour, minute, second, micros) => clock(*hour, *minute, *second, *micros)?,
            Raw::Time(..) => {
                return Err(Error::new(
                    ErrorKind::Decode,
                    "a time of more than a day, or less than none, is no time of day",
                ));
            }
            _ => text()?.parse().map_err(|_| wrong())?,
        }),
        _ => return Err(wrong()),
    })
}

/// Digits that no decimal of ours holds are zeros, where a column has many of them behind its point.
fn decimal(text: &str) -> Option<Decimal> {
    let short =
        if text.contains('.') && text.len() > 28 { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    Decimal::from_str_exact(short).ok()
}

fn instant(naive: DateTime) -> Option<Timestamp> {
    Offset::UTC.to_timestamp(naive).ok()
}

fn naive(raw: &Raw, wrong: &dyn Fn() -> Error) -> Result<DateTime> {
    match raw {
        Raw::Date(0, ..) | Raw::Date(_, 0, ..) | Raw::Date(_, _, 0, ..) => {
            Err(Error::new(ErrorKind::Decode, "a zero date is no day").help("make it NULL, or a day that there is"))
        }
        Raw::Date(year, month, day, hour, minute, second, micros) => {
            let narrow = |part: u8| i8::try_from(part).map_err(|_| wrong());
            let year = i16::try_from(*year).map_err(|_| wrong())?;
            let date = Date::new(year, narrow(*month)?, narrow(*day)?).map_err(|_| wrong())?;
            Ok(date.to_datetime(clock(*hour, *minute, *second, *micros)?))
        }
        Raw::Bytes(bytes) => {
            let text = std::str::from_utf8(bytes).map_err(|_| wrong())?;
            parse_naive(text).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

fn clock(hour: u8, minute: u8, second: u8, micros: u32) -> Result<Time> {
    let wrong = || Error::new(ErrorKind::Decode, "the server sent a time that there is not");
    let narrow = |part: u8| i8::try_from(part).map_err(|_| wrong());
    let nanoseconds = i32::try_from(micros.saturating_mul(1_000)).map_err(|_| wrong())?;
    Time::new(narrow(hour)?, narrow(minute)?, narrow(second)?, nanoseconds).map_err(|_| wrong())
}

/// The kind of a column of the server.
pub(crate) fn natural_kind(column: &Column) -> Result<Kind> {
    use ColumnType::*;
    Ok(match column.column_type() {
        MYSQL_TYPE_LONGLONG if column.flags().contains(ColumnFlags::UNSIGNED_FLAG) => Kind::UnsignedBigInt,
        MYSQL_TYPE_TINY | MYSQL_TYPE_SHORT | MYSQL_TYPE_INT24 | MYSQL_TYPE_LONG | MYSQL_TYPE_LONGLONG
        | MYSQL_TYPE_YEAR => Kind::BigInt,
        MYSQL_TYPE_FLOAT => Kind::Real,
        MYSQL_TYPE_DOUBLE => Kind::Double,
        MYSQL_TYPE_DECIMAL | MYSQL_TYPE_NEWDECIMAL => Kind::Decimal,
        MYSQL_TYPE_DATE | MYSQL_TYPE_NEWDATE => Kind::Day,
        MYSQL_TYPE_DATETIME | MYSQL_TYPE_DATETIME2 | MYSQL_TYPE_TIMESTAMP | MYSQL_TYPE_TIMESTAMP2 => Kind::Naive,
        MYSQL_TYPE_TIME | MYSQL_TYPE_TIME2 => Kind::Time,
        MYSQL_TYPE_JSON => Kind::Json,
        MYSQL_TYPE_GEOMETRY => Kind::Geometry,
        MYSQL_TYPE_BIT => Kind::Bytes,
        MYSQL_TYPE_VARCHAR
        | MYSQL_TYPE_VAR_STRING
        | MYSQL_TYPE_STRING
        | MYSQL_TYPE_ENUM
        | MYSQL_TYPE_SET
        | MYSQL_TYPE_TINY_BLOB
        | MYSQL_TYPE_MEDIUM_BLOB
        | MYSQL_TYPE_LONG_BLOB
        | MYSQL_TYPE_BLOB => {
            if column.character_set() == BINARY {
                Kind::Bytes
            } else {
                Kind::Text
            }
        }
        MYSQL_TYPE_NULL => Kind::Text,
        other => {
            return Err(Error::new(ErrorKind::Decode, format!("a value of the type {other:?} is not read"))
                .help("cast it in the query, to CHAR for one"));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_from_either_protocol() {
        assert_eq!(read(&Raw::Bytes(b"12".to_vec()), Kind::BigInt).unwrap(), Datum::Int(12));
        assert_eq!(read(&Raw::Bytes(b"1.50".to_vec()), Kind::Decimal).unwrap(), Datum::Decimal(Decimal::new(150, 2)));
        let long = format!("1.5{}", "0".repeat(29));
        assert_eq!(read(&Raw::Bytes(long.into_bytes()), Kind::Decimal).unwrap(), Datum::Decimal(Decimal::new(15, 1)));
        let naive: DateTime = "2024-02-29T12:00:00.5".parse().unwrap();
        assert_eq!(read(&Raw::Date(2024, 2, 29, 12, 0, 0, 500_000), Kind::Naive).unwrap(), Datum::Naive(naive));
        assert_eq!(read(&Raw::Bytes(b"2024-02-29 12:00:00.5".to_vec()), Kind::Naive).unwrap(), Datum::Naive(naive));
        for (raw, kind) in [
            (Raw::Date(0, 0, 0, 0, 0, 0, 0), Kind::Day),
            (Raw::UInt(u64::MAX), Kind::BigInt),
            (Raw::Time(false, 2, 1, 0, 0, 0), Kind::Time),
            (Raw::Bytes(vec![0xFF]), Kind::Text),
            (Raw::Int(1), Kind::Text),
        ] {
            assert_eq!(read(&raw, kind).unwrap_err().kind(), ErrorKind::Decode);
        }
    }

    #[test]
    fn values_that_would_be_bent_are_refused() {
        for (value, kind) in [
            (Datum::Int(0), Kind::Text),
            (Datum::from("1"), Kind::BigInt),
            (Datum::Double(f64::NAN), Kind::Double),
            (Datum::Double(f64::INFINITY), Kind::Double),
            (Datum::Day(Date::new(-1, 1, 1).unwrap()), Kind::Day),
        ] {
            assert_eq!(bound(&Param::made(value, kind)).unwrap_err().kind(), ErrorKind::TypeMismatch);
        }
    }
}
