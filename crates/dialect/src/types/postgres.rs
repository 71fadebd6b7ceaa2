//! Types of PostgreSQL. <https://www.postgresql.org/docs/15/datatype.html>

use relata_schema::{Kind, Shape, SqlType, Width};

use super::numbers;
use crate::ColumnCheck;

pub(crate) fn cast(kind: Kind, precision: u8, scale: u8) -> String {
    if let Some(element) = kind.element() {
        return cast(element, 0, 0) + "[]";
    }
    match kind {
        Kind::Bool => "boolean",
        Kind::SmallInt => "smallint",
        Kind::Integer => "integer",
        Kind::BigInt => "bigint",
        Kind::Real => "real",
        Kind::Double => "double precision",
        Kind::Decimal if precision > 0 => return format!("numeric({precision}, {scale})"),
        Kind::Decimal | Kind::UnsignedBigInt => "numeric",
        Kind::Uuid => "uuid",
        Kind::Instant => "timestamp with time zone",
        Kind::Naive => "timestamp without time zone",
        Kind::Day => "date",
        Kind::Time => "time without time zone",
        Kind::Json => "jsonb",
        Kind::Bytes => "bytea",
        Kind::IntegerRange => "int4range",
        Kind::BigIntRange => "int8range",
        Kind::DecimalRange => "numrange",
        Kind::InstantRange => "tstzrange",
        Kind::NaiveRange => "tsrange",
        Kind::DayRange => "daterange",
        own => own.name(),
    }
    .to_owned()
}

/// Text compares by code point, hence the collation `C`.
pub(crate) fn column(ty: &SqlType, _is_key: bool) -> String {
    match ty {
        SqlType::Array(element) => {
            let (element, collation) = base(element);
            format!("{element}[]{collation}")
        }
        own => {
            let (own, collation) = base(own);
            own + collation
        }
    }
}

fn base(ty: &SqlType) -> (String, &'static str) {
    const BY_CODE_POINT: &str = " COLLATE \"C\"";
    let name = match ty {
        SqlType::String(length) => return (format!("varchar({length})"), BY_CODE_POINT),
        SqlType::Char(length) => return (format!("char({length})"), BY_CODE_POINT),
        SqlType::Text | SqlType::SizedText(_) | SqlType::Enum(_) => return ("text".to_owned(), BY_CODE_POINT),
        SqlType::Timestamp(p) => format!("timestamp({p}) with time zone"),
        SqlType::NaiveTimestamp(p) => format!("timestamp({p}) without time zone"),
        SqlType::Time(p) => format!("time({p}) without time zone"),
        SqlType::Decimal { precision, scale } => format!("numeric({precision}, {scale})"),
        SqlType::Geometry(shape) | SqlType::Geography(shape) => ty.kind().name().to_owned() + &arguments(shape),
        other => cast(other.kind(), 0, 0),
    };
    (name, "")
}

/// The arguments of a type of PostGIS. <https://postgis.net/docs/using_postgis_dbmanagement.html>
fn arguments(shape: &Shape) -> String {
    let of = shape.of.map_or("geometry", |of| of.name());
    match (shape.of, shape.srid) {
        (None, None) => String::new(),
        (_, None) => format!("({of})"),
        (_, Some(srid)) => format!("({of}, {srid})"),
    }
}

pub(crate) fn check(ty: &SqlType) -> Option<ColumnCheck> {
    match ty {
        SqlType::TinyInt | SqlType::MediumInt | SqlType::Unsigned(_) => numbers(ty),
        SqlType::Char(length) => Some(ColumnCheck::Length(*length)),
        SqlType::Binary(length) => Some(ColumnCheck::AtMost(*length)),
        _ => None,
    }
}

pub(crate) fn keeps(ty: &SqlType) -> bool {
    !matches!(ty, SqlType::Unsigned(Width::Big))
}

pub(crate) fn has(kind: Kind) -> bool {
    kind != Kind::UnsignedBigInt
}

pub(crate) fn extension(ty: &SqlType) -> Option<&'static str> {
    match ty {
        SqlType::CiText => Some("citext"),
        SqlType::Hstore => Some("hstore"),
        SqlType::Geometry(_) | SqlType::Geography(_) => Some("postgis"),
        _ => None,
    }
}
