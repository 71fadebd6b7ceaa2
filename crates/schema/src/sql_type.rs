//! Column types as a model states them.

use std::fmt;

use crate::{Error, ErrorKind, Kind, Result};

/// The type of an attribute, as a model states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SqlType {
    /// `boolean`
    Bool,
    /// `smallint`
    SmallInt,
    /// `integer`
    Integer,
    /// `bigint`
    BigInt,
    /// `double`
    Double,
    /// `decimal(precision,scale)`
    Decimal {
        /// Significant digits.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// `string(n)`: text of at most that many characters.
    String(u32),
    /// `text`
    Text,
    /// `uuid`
    Uuid,
    /// `timestamp(p)`: an instant, with that many digits of a second (0 to 6).
    Timestamp(u8),
    /// `naive_timestamp(p)`
    NaiveTimestamp(u8),
    /// `date_only`
    DateOnly,
    /// `time(p)`
    Time(u8),
    /// `json`
    Json,
    /// `bytes`
    Bytes,
    /// `enum('a','b')`
    Enum(Vec<String>),
}

impl SqlType {
    /// The class of its values.
    pub fn kind(&self) -> Kind {
        match self {
            SqlType::Bool => Kind::Bool,
            SqlType::SmallInt => Kind::SmallInt,
            SqlType::Integer => Kind::Integer,
            SqlType::BigInt => Kind::BigInt,
            SqlType::Double => Kind::Double,
            SqlType::Decimal { .. } => Kind::Decimal,
            SqlType::String(_) | SqlType::Text | SqlType::Enum(_) => Kind::Text,
            SqlType::Uuid => Kind::Uuid,
            SqlType::Timestamp(_) => Kind::Instant,
            SqlType::NaiveTimestamp(_) => Kind::Naive,
            SqlType::DateOnly => Kind::Day,
            SqlType::Time(_) => Kind::Time,
            SqlType::Json => Kind::Json,
            SqlType::Bytes => Kind::Bytes,
        }
    }

    /// Digits after the point of a decimal, or of a second.
    pub fn scale(&self) -> Option<u8> {
        match self {
            SqlType::Decimal { scale, .. } => Some(*scale),
            SqlType::Timestamp(p) | SqlType::NaiveTimestamp(p) | SqlType::Time(p) => Some(*p),
            _ => None,
        }
    }

    /// Reads the JSON form, such as `string(255)` or `enum('a','b')`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Schema`] for a type that is not known, with the nearest that is.
    pub fn parse(text: &str) -> Result<SqlType> {
        let text = text.trim();
        let (name, arguments) = match text.split_once('(') {
            Some((name, rest)) => {
                let inner = rest.strip_suffix(')').ok_or_else(|| bad(text, "the parenthesis is not closed"))?;
                (name.trim(), Some(inner.trim()))
            }
            None => (text, None),
        };
        let numbers = || -> Result<Vec<u32>> {
            arguments
                .unwrap_or_default()
                .split(',')
                .filter(|part| !part.trim().is_empty())
                .map(|part| part.trim().parse().map_err(|_| bad(text, "its arguments are whole numbers")))
                .collect()
        };
        let second_digits = || -> Result<u8> {
            match numbers()?.as_slice() {
                [] => Ok(6),
                [p] if *p <= 6 => Ok(*p as u8),
                _ => Err(bad(text, "it takes 0 to 6 digits of a second")),
            }
        };
        let plain = |kind: SqlType| match arguments {
            None => Ok(kind),
            Some(_) => Err(bad(text, "it takes no arguments")),
        };
        match name.to_ascii_lowercase().as_str() {
            "boolean" | "bool" => plain(SqlType::Bool),
            "smallint" | "tinyint" => plain(SqlType::SmallInt),
            "integer" | "int" | "mediumint" => plain(SqlType::Integer),
            "bigint" => plain(SqlType::BigInt),
            "double" | "float" | "real" => plain(SqlType::Double),
            "decimal" => match numbers()?.as_slice() {
                [precision @ 1..=28, scale] if scale <= precision => {
                    Ok(SqlType::Decimal { precision: *precision as u8, scale: *scale as u8 })
                }
                [] => Err(bad(text, "it takes precision and scale, as in decimal(10,2)")),
                _ => Err(bad(text, "precision is 1 to 28 digits and scale is no more than precision")),
            },
            "string" => match numbers()?.as_slice() {
                [] => Ok(SqlType::String(255)),
                [length] if *length > 0 => Ok(SqlType::String(*length)),
                _ => Err(bad(text, "it takes one length above zero")),
            },
            "text" => plain(SqlType::Text),
            "uuid" => plain(SqlType::Uuid),
            "timestamp" => second_digits().map(SqlType::Timestamp),
            "naive_timestamp" => second_digits().map(SqlType::NaiveTimestamp),
            "date_only" => plain(SqlType::DateOnly),
            "time" => second_digits().map(SqlType::Time),
            "json" | "jsonb" => plain(SqlType::Json),
            "bytes" | "blob" => plain(SqlType::Bytes),
            "enum" => enum_labels(text, arguments.unwrap_or_default()).map(SqlType::Enum),
            "date" => Err(bad(text, "say timestamp for an instant or date_only for a calendar day")),
            _ => Err(Error::new(ErrorKind::Schema, format!("there is no type \"{text}\"")).near(
                name,
                [
                    "boolean",
                    "smallint",
                    "integer",
                    "bigint",
                    "double",
                    "decimal",
                    "string",
                    "text",
                    "uuid",
                    "timestamp",
                    "naive_timestamp",
                    "date_only",
                    "time",
                    "json",
                    "bytes",
                    "enum",
                ],
            )),
        }
    }
}

impl fmt::Display for SqlType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SqlType::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            SqlType::String(length) => write!(f, "string({length})"),
            SqlType::Timestamp(p) => write!(f, "timestamp({p})"),
            SqlType::NaiveTimestamp(p) => write!(f, "naive_timestamp({p})"),
            SqlType::Time(p) => write!(f, "time({p})"),
            SqlType::Enum(labels) => {
                f.write_str("enum(")?;
                for (i, label) in labels.iter().enumerate() {
                    let comma = if i > 0 { "," } else { "" };
                    write!(f, "{comma}'{}'", label.replace('\'', "''"))?;
                }
                f.write_str(")")
            }
            other => f.write_str(other.kind().name()),
        }
    }
}

fn bad(text: &str, why: &str) -> Error {
    Error::new(ErrorKind::Schema, format!("the type \"{text}\" is not complete: {why}"))
}

/// Labels are quoted with `'`, doubled inside, as SQL writes them.
fn enum_labels(text: &str, arguments: &str) -> Result<Vec<String>> {
    let mut labels = Vec::new();
    let mut rest = arguments.trim_start();
    while !rest.is_empty() {
        let Some(quoted) = rest.strip_prefix('\'') else {
            return Err(bad(text, "labels are written 'like this'"));
        };
        let mut label = String::new();
        let mut characters = quoted.char_indices();
        let end = loop {
            match characters.next() {
                Some((i, '\'')) if quoted[i + 1..].starts_with('\'') => {
                    label.push('\'');
                    characters.next();
                }
                Some((i, '\'')) => break i,
                Some((_, c)) => label.push(c),
                None => return Err(bad(text, "a label is not closed")),
            }
        };
        if labels.contains(&label) {
            return Err(bad(text, "a label stands twice"));
        }
        labels.push(label);
        rest = quoted[end + 1..].trim_start();
        if let Some(more) = rest.strip_prefix(',') {
            rest = more.trim_start();
            if rest.is_empty() {
                return Err(bad(text, "a label is missing after the last comma"));
            }
        } else if !rest.is_empty() {
            return Err(bad(text, "labels are separated by commas"));
        }
    }
    if labels.is_empty() { Err(bad(text, "it needs at least one label")) } else { Ok(labels) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_reads_back_what_it_prints() {
        for text in [
            "boolean",
            "smallint",
            "integer",
            "bigint",
            "double",
            "decimal(10,2)",
            "string(255)",
            "text",
            "uuid",
            "timestamp(6)",
            "naive_timestamp(0)",
            "date_only",
            "time(3)",
            "json",
            "bytes",
            "enum('a','it''s')",
        ] {
            assert_eq!(SqlType::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_wrong_type_says_what_is_near() {
        assert!(SqlType::parse("intger").unwrap_err().to_string().contains("\"integer\""));
        assert!(SqlType::parse("date").unwrap_err().to_string().contains("date_only"));
        assert!(SqlType::parse("decimal").is_err());
        assert!(SqlType::parse("enum('a',)").is_err());
    }
}
