//! Types of SQLite. <https://www.sqlite.org/datatype3.html>

use relata_schema::{Kind, SqlType, Width};

use super::numbers;
use crate::ColumnCheck;

pub(crate) fn cast(kind: Kind, _precision: u8, _scale: u8) -> String {
    match kind {
        kind if kind.is_integer() || kind == Kind::Bool => "INTEGER",
        Kind::Double | Kind::Real => "REAL",
        Kind::Decimal => "NUMERIC",
        Kind::Bytes => "BLOB",
        _ => "TEXT",
    }
    .to_owned()
}

/// Declared types say what a column is for a reader; what counts is the affinity that SQLite takes from them.
pub(crate) fn column(ty: &SqlType, _is_key: bool) -> String {
    match ty {
        SqlType::Bool => "BOOLEAN".to_owned(),
        SqlType::Decimal { precision, scale } => format!("DECIMAL({precision}, {scale})"),
        SqlType::CiText => "TEXT COLLATE NOCASE".to_owned(),
        other => cast(other.kind(), 0, 0),
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

/// There are no integers beyond 64 bits with a sign, and a decimal says how many digits it has, since not all are kept.
pub(crate) fn keeps(ty: &SqlType) -> bool {
    !matches!(ty, SqlType::Unsigned(Width::Big) | SqlType::Numeric) && has(ty.kind())
}

pub(crate) fn has(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::UnsignedBigInt
            | Kind::Inet
            | Kind::Cidr
            | Kind::MacAddr
            | Kind::MacAddr8
            | Kind::TsVector
            | Kind::Hstore
            | Kind::Geometry
            | Kind::Geography
    ) && kind.element().is_none()
        && kind.bound().is_none()
}
