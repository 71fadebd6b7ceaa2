//! Types of MySQL and MariaDB. <https://dev.mysql.com/doc/refman/9.7/en/data-types.html>

use relata_schema::{Kind, Size, SqlType, Width};

use crate::ColumnCheck;

pub(crate) fn cast(kind: Kind, precision: u8, scale: u8) -> String {
    match kind {
        Kind::Bool | Kind::SmallInt | Kind::Integer | Kind::BigInt => "SIGNED",
        Kind::UnsignedBigInt => "UNSIGNED",
        Kind::Real | Kind::Double => "DOUBLE",
        Kind::Decimal if precision > 0 => return format!("DECIMAL({precision}, {scale})"),
        // The most digits before the point that leave enough behind it.
        Kind::Decimal => "DECIMAL(65, 30)",
        Kind::Instant | Kind::Naive => "DATETIME(6)",
        Kind::Day => "DATE",
        Kind::Time => "TIME(6)",
        Kind::Json => "JSON",
        Kind::Bytes => "BINARY",
        _ => "CHAR",
    }
    .to_owned()
}

/// Text compares by code point, and spaces at its end count.
pub(crate) fn column(ty: &SqlType, is_key: bool, collation: &str, srid: &str) -> String {
    match ty {
        SqlType::Bool => "BOOLEAN".to_owned(),
        SqlType::TinyInt => "TINYINT".to_owned(),
        SqlType::SmallInt => "SMALLINT".to_owned(),
        SqlType::MediumInt => "MEDIUMINT".to_owned(),
        SqlType::Integer => "INT".to_owned(),
        SqlType::BigInt => "BIGINT".to_owned(),
        SqlType::Unsigned(width) => {
            let signed = match width {
                Width::Tiny => "TINYINT",
                Width::Small => "SMALLINT",
                Width::Medium => "MEDIUMINT",
                Width::Regular => "INT",
                Width::Big => "BIGINT",
            };
            format!("{signed} UNSIGNED")
        }
        SqlType::Real => "FLOAT".to_owned(),
        SqlType::Char(length) => format!("CHAR({length}) {collation}"),
        SqlType::String(length) => format!("VARCHAR({length}) {collation}"),
        // A key has a length: what is longer is refused, and not cut.
        SqlType::Text | SqlType::SizedText(_) if is_key => format!("VARCHAR(255) {collation}"),
        SqlType::SizedText(Size::Tiny) => format!("TINYTEXT {collation}"),
        SqlType::SizedText(Size::Medium) => format!("MEDIUMTEXT {collation}"),
        SqlType::Text | SqlType::SizedText(Size::Long) => format!("LONGTEXT {collation}"),
        SqlType::Enum(labels) => {
            let longest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(1).max(1);
            format!("VARCHAR({longest}) {collation}")
        }
        SqlType::Uuid => format!("CHAR(36) {collation}"),
        SqlType::Decimal { precision, scale } => format!("DECIMAL({precision}, {scale})"),
        // TIMESTAMP ends in 2038; the connection's time zone is UTC, so nothing is lost.
        SqlType::Timestamp(p) | SqlType::NaiveTimestamp(p) => format!("DATETIME({p})"),
        SqlType::Time(p) => format!("TIME({p})"),
        SqlType::Binary(length) => format!("VARBINARY({length})"),
        SqlType::Bytes | SqlType::SizedBytes(_) if is_key => "VARBINARY(255)".to_owned(),
        SqlType::SizedBytes(Size::Tiny) => "TINYBLOB".to_owned(),
        SqlType::SizedBytes(Size::Medium) => "MEDIUMBLOB".to_owned(),
        SqlType::Bytes | SqlType::SizedBytes(Size::Long) => "LONGBLOB".to_owned(),
        SqlType::Geometry(shape) => {
            let of = shape.of.map_or_else(|| "GEOMETRY".to_owned(), |of| of.name().to_ascii_uppercase());
            shape.srid.map_or_else(|| of.clone(), |number| format!("{of} {srid}{number}"))
        }
        other => cast(other.kind(), 0, 0),
    }
}

/// A shorter text is taken for `CHAR(n)`, and loses the spaces at its end.
pub(crate) fn check(ty: &SqlType) -> Option<ColumnCheck> {
    match ty {
        SqlType::Char(length) => Some(ColumnCheck::Length(*length)),
        _ => None,
    }
}

/// A decimal says how many digits it has, and a key has a length.
pub(crate) fn keeps(ty: &SqlType) -> bool {
    *ty != SqlType::Numeric && has(ty.kind())
}

pub(crate) fn has(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::CiText
            | Kind::Inet
            | Kind::Cidr
            | Kind::MacAddr
            | Kind::MacAddr8
            | Kind::TsVector
            | Kind::Hstore
            | Kind::Geography
    ) && kind.element().is_none()
        && kind.bound().is_none()
}

/// Everything but integers and doubles stands in JSON as text: a number there is a double.
pub(crate) fn json_column(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool | Kind::SmallInt | Kind::Integer | Kind::BigInt => "BIGINT",
        Kind::UnsignedBigInt => "BIGINT UNSIGNED",
        Kind::Real | Kind::Double => "DOUBLE",
        Kind::Decimal => "DECIMAL(65, 30)",
        Kind::Instant | Kind::Naive => "DATETIME(6)",
        Kind::Day => "DATE",
        Kind::Time => "TIME(6)",
        _ => "LONGTEXT",
    }
}
