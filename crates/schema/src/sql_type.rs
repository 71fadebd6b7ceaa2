//! Column types as a model states them.

use std::fmt;

use crate::{Error, ErrorKind, Kind, Result};

/// The type of an attribute, as a model states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SqlType {
    /// `boolean`
    Bool,
    /// `tinyint`: 8 bits.
    TinyInt,
    /// `smallint`: 16 bits.
    SmallInt,
    /// `mediumint`: 24 bits.
    MediumInt,
    /// `integer`: 32 bits.
    Integer,
    /// `bigint`: 64 bits.
    BigInt,
    /// `integer unsigned` and its kin.
    Unsigned(Width),
    /// `real`: a floating point number of 32 bits.
    Real,
    /// `double`: a floating point number of 64 bits.
    Double,
    /// `decimal(precision,scale)`
    Decimal {
        /// Significant digits.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// `decimal`: of as many digits as a value has.
    Numeric,
    /// `char(n)`: text of exactly that many characters, of which the last is no space.
    Char(u8),
    /// `string(n)`: text of at most that many characters.
    String(u32),
    /// `text`
    Text,
    /// `text(tiny)` and its kin: text of at most so many bytes.
    SizedText(Size),
    /// `citext`: text whose case does not count.
    CiText,
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
    /// `bytes(n)`: at most that many bytes.
    Binary(u16),
    /// `bytes(tiny)` and its kin: at most so many bytes.
    SizedBytes(Size),
    /// `enum('a','b')`
    Enum(Vec<String>),
    /// `inet`: the address of a host, perhaps with its network.
    Inet,
    /// `cidr`: the address of a network.
    Cidr,
    /// `macaddr`: a hardware address of six bytes.
    MacAddr,
    /// `macaddr8`: a hardware address of eight bytes.
    MacAddr8,
    /// `tsvector`: the words of a text, made ready to be searched.
    TsVector,
    /// `hstore`: texts by key.
    Hstore,
    /// `array(type)`
    Array(Box<SqlType>),
    /// `range(integer)` and its kin.
    Range(RangeOf),
    /// `geometry(point,4326)`: a shape in a plane.
    Geometry(Shape),
    /// `geography(point,4326)`: a shape on the earth.
    Geography(Shape),
}

/// The width of an integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// 8 bits.
    Tiny,
    /// 16 bits.
    Small,
    /// 24 bits.
    Medium,
    /// 32 bits.
    Regular,
    /// 64 bits.
    Big,
}

/// How much a text or a run of bytes may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// 255 bytes.
    Tiny,
    /// 16,777,215 bytes.
    Medium,
    /// 4,294,967,295 bytes.
    Long,
}

/// What a range is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeOf {
    /// 32-bit integers.
    Integer,
    /// 64-bit integers.
    BigInt,
    /// Decimals.
    Decimal,
    /// Instants.
    Timestamp,
    /// Dates and times of day without a zone.
    NaiveTimestamp,
    /// Calendar days.
    DateOnly,
}

/// What a column of shapes holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shape {
    /// Which shapes; any where none is said.
    pub of: Option<ShapeOf>,
    /// The number of the reference system of its coordinates.
    pub srid: Option<u32>,
}

/// A kind of shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShapeOf {
    /// One place.
    Point,
    /// A line through places.
    LineString,
    /// An area.
    Polygon,
    /// Places.
    MultiPoint,
    /// Lines.
    MultiLineString,
    /// Areas.
    MultiPolygon,
    /// Shapes of any kind.
    GeometryCollection,
}

const UNSIGNED: [(Width, &str); 5] = [
    (Width::Tiny, "tinyint"),
    (Width::Small, "smallint"),
    (Width::Medium, "mediumint"),
    (Width::Regular, "integer"),
    (Width::Big, "bigint"),
];

const SIZES: [(Size, &str); 3] = [(Size::Tiny, "tiny"), (Size::Medium, "medium"), (Size::Long, "long")];

const RANGES: [(RangeOf, &str); 6] = [
    (RangeOf::Integer, "integer"),
    (RangeOf::BigInt, "bigint"),
    (RangeOf::Decimal, "decimal"),
    (RangeOf::Timestamp, "timestamp"),
    (RangeOf::NaiveTimestamp, "naive_timestamp"),
    (RangeOf::DateOnly, "date_only"),
];

const SHAPES: [(ShapeOf, &str); 7] = [
    (ShapeOf::Point, "point"),
    (ShapeOf::LineString, "linestring"),
    (ShapeOf::Polygon, "polygon"),
    (ShapeOf::MultiPoint, "multipoint"),
    (ShapeOf::MultiLineString, "multilinestring"),
    (ShapeOf::MultiPolygon, "multipolygon"),
    (ShapeOf::GeometryCollection, "geometrycollection"),
];

fn word<T: Copy + PartialEq>(words: &[(T, &'static str)], of: T) -> &'static str {
    words.iter().find(|word| word.0 == of).map_or("", |word| word.1)
}

fn of_word<T: Copy>(words: &[(T, &'static str)], text: &str) -> Option<T> {
    words.iter().find(|word| word.1 == text).map(|word| word.0)
}

impl Size {
    /// The most bytes.
    pub fn bytes(self) -> usize {
        match self {
            Size::Tiny => 255,
            Size::Medium => 16_777_215,
            Size::Long => 4_294_967_295,
        }
    }
}

impl RangeOf {
    /// The type of its bounds.
    pub fn bound(self) -> SqlType {
        match self {
            RangeOf::Integer => SqlType::Integer,
            RangeOf::BigInt => SqlType::BigInt,
            RangeOf::Decimal => SqlType::Numeric,
            RangeOf::Timestamp => SqlType::Timestamp(6),
            RangeOf::NaiveTimestamp => SqlType::NaiveTimestamp(6),
            RangeOf::DateOnly => SqlType::DateOnly,
        }
    }

    /// The range of values of a kind.
    pub fn of(kind: Kind) -> Option<RangeOf> {
        RANGES.iter().map(|range| range.0).find(|range| range.bound().kind() == kind)
    }
}

impl ShapeOf {
    /// Its name in SQL and, but for case, in GeoJSON.
    pub fn name(self) -> &'static str {
        word(&SHAPES, self)
    }
}

impl SqlType {
    /// The class of its values.
    pub fn kind(&self) -> Kind {
        match self {
            SqlType::Bool => Kind::Bool,
            SqlType::TinyInt | SqlType::SmallInt | SqlType::Unsigned(Width::Tiny) => Kind::SmallInt,
            SqlType::MediumInt | SqlType::Integer | SqlType::Unsigned(Width::Small | Width::Medium) => Kind::Integer,
            SqlType::BigInt | SqlType::Unsigned(Width::Regular) => Kind::BigInt,
            SqlType::Unsigned(Width::Big) => Kind::UnsignedBigInt,
            SqlType::Real => Kind::Real,
            SqlType::Double => Kind::Double,
            SqlType::Decimal { .. } | SqlType::Numeric => Kind::Decimal,
            SqlType::Char(_) | SqlType::String(_) | SqlType::Text | SqlType::SizedText(_) | SqlType::Enum(_) => {
                Kind::Text
            }
            SqlType::CiText => Kind::CiText,
            SqlType::Uuid => Kind::Uuid,
            SqlType::Timestamp(_) => Kind::Instant,
            SqlType::NaiveTimestamp(_) => Kind::Naive,
            SqlType::DateOnly => Kind::Day,
            SqlType::Time(_) => Kind::Time,
            SqlType::Json => Kind::Json,
            SqlType::Bytes | SqlType::Binary(_) | SqlType::SizedBytes(_) => Kind::Bytes,
            SqlType::Inet => Kind::Inet,
            SqlType::Cidr => Kind::Cidr,
            SqlType::MacAddr => Kind::MacAddr,
            SqlType::MacAddr8 => Kind::MacAddr8,
            SqlType::TsVector => Kind::TsVector,
            SqlType::Hstore => Kind::Hstore,
            // A model whose array is of something that has none is refused when it is built.
            SqlType::Array(element) => element.kind().array().unwrap_or(Kind::TextArray),
            SqlType::Range(RangeOf::Integer) => Kind::IntegerRange,
            SqlType::Range(RangeOf::BigInt) => Kind::BigIntRange,
            SqlType::Range(RangeOf::Decimal) => Kind::DecimalRange,
            SqlType::Range(RangeOf::Timestamp) => Kind::InstantRange,
            SqlType::Range(RangeOf::NaiveTimestamp) => Kind::NaiveRange,
            SqlType::Range(RangeOf::DateOnly) => Kind::DayRange,
            SqlType::Geometry(_) => Kind::Geometry,
            SqlType::Geography(_) => Kind::Geography,
        }
    }

    /// Digits after the point of a decimal, or of a second.
    pub fn scale(&self) -> Option<u8> {
        match self {
            SqlType::Decimal { scale, .. } => Some(*scale),
            SqlType::Timestamp(p) | SqlType::NaiveTimestamp(p) | SqlType::Time(p) => Some(*p),
            SqlType::Array(element) => element.scale(),
            _ => None,
        }
    }

    /// The least and the greatest number, of an integer.
    pub fn limits(&self) -> Option<(i64, u64)> {
        let signed = |bits: u32| (-1_i64 << (bits - 1), (1_u64 << (bits - 1)) - 1);
        Some(match self {
            SqlType::TinyInt => signed(8),
            SqlType::SmallInt => signed(16),
            SqlType::MediumInt => signed(24),
            SqlType::Integer => signed(32),
            SqlType::BigInt => signed(64),
            SqlType::Unsigned(Width::Tiny) => (0, 0xFF),
            SqlType::Unsigned(Width::Small) => (0, 0xFFFF),
            SqlType::Unsigned(Width::Medium) => (0, 0xFF_FFFF),
            SqlType::Unsigned(Width::Regular) => (0, 0xFFFF_FFFF),
            SqlType::Unsigned(Width::Big) => (0, u64::MAX),
            _ => return None,
        })
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
        let name = name.to_ascii_lowercase();
        if let Some(width) = name.strip_suffix(" unsigned") {
            let width = of_word(&UNSIGNED, if width == "int" { "integer" } else { width });
            return match (width, arguments) {
                (Some(width), None) => Ok(SqlType::Unsigned(width)),
                _ => Err(bad(text, "an integer is unsigned, and has no width to be shown with")),
            };
        }
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
        let size = || arguments.and_then(|argument| of_word(&SIZES, argument.trim_matches('\'')));
        match name.as_str() {
            "boolean" | "bool" => plain(SqlType::Bool),
            "tinyint" => plain(SqlType::TinyInt),
            "smallint" => plain(SqlType::SmallInt),
            "mediumint" => plain(SqlType::MediumInt),
            "integer" | "int" => plain(SqlType::Integer),
            "bigint" => plain(SqlType::BigInt),
            "double" => plain(SqlType::Double),
            "real" | "float" => plain(SqlType::Real),
            "decimal" => match numbers()?.as_slice() {
                [precision @ 1..=28, scale] if scale <= precision => {
                    Ok(SqlType::Decimal { precision: *precision as u8, scale: *scale as u8 })
                }
                [] if arguments.is_none() => Ok(SqlType::Numeric),
                [] | [_] => Err(bad(text, "it takes precision and scale, as in decimal(10,2)")),
                _ => Err(bad(text, "precision is 1 to 28 digits and scale is no more than precision")),
            },
            "char" => match numbers()?.as_slice() {
                [length @ 1..=255] => Ok(SqlType::Char(*length as u8)),
                _ => Err(bad(text, "it takes a length of 1 to 255 characters")),
            },
            "string" => match numbers()?.as_slice() {
                [] => Ok(SqlType::String(255)),
                [length] if *length > 0 => Ok(SqlType::String(*length)),
                _ => Err(bad(text, "it takes one length above zero")),
            },
            "text" => match size() {
                Some(size) => Ok(SqlType::SizedText(size)),
                None if arguments.is_none() => Ok(SqlType::Text),
                None => Err(bad(text, "it is tiny, medium or long")),
            },
            "citext" => plain(SqlType::CiText),
            "uuid" => plain(SqlType::Uuid),
            "timestamp" => second_digits().map(SqlType::Timestamp),
            "naive_timestamp" => second_digits().map(SqlType::NaiveTimestamp),
            "date_only" => plain(SqlType::DateOnly),
            "time" => second_digits().map(SqlType::Time),
            "json" | "jsonb" => plain(SqlType::Json),
            "bytes" | "blob" => match (size(), arguments) {
                (Some(size), _) => Ok(SqlType::SizedBytes(size)),
                (None, None) => Ok(SqlType::Bytes),
                (None, Some(length)) => match length.parse() {
                    Ok(length @ 1..) => Ok(SqlType::Binary(length)),
                    _ => Err(bad(text, "it is tiny, medium or long, or takes a length of 1 to 65535 bytes")),
                },
            },
            "enum" => enum_labels(text, arguments.unwrap_or_default()).map(SqlType::Enum),
            "inet" => plain(SqlType::Inet),
            "cidr" => plain(SqlType::Cidr),
            "macaddr" => plain(SqlType::MacAddr),
            "macaddr8" => plain(SqlType::MacAddr8),
            "tsvector" => plain(SqlType::TsVector),
            "hstore" => plain(SqlType::Hstore),
            "array" => {
                let element = arguments.ok_or_else(|| bad(text, "it takes the type of its elements"))?;
                // One level: an array has no arrays in it, and so this is as deep as it goes.
                if element.trim_start().get(..5).is_some_and(|start| start.eq_ignore_ascii_case("array")) {
                    return Err(bad(text, "its elements are no arrays"));
                }
                let array = SqlType::Array(Box::new(SqlType::parse(element)?));
                array.check_array()?;
                Ok(array)
            }
            "range" => match arguments.and_then(|argument| of_word(&RANGES, argument)) {
                Some(of) => Ok(SqlType::Range(of)),
                None => Err(bad(
                    text,
                    "it is of integer, bigint, decimal, timestamp, naive_timestamp or date_only, as in range(integer)",
                )),
            },
            "geometry" => shape(text, arguments).map(SqlType::Geometry),
            "geography" => shape(text, arguments).map(SqlType::Geography),
            "date" => Err(bad(text, "say timestamp for an instant or date_only for a calendar day")),
            "virtual" => Err(bad(text, "a value that no column keeps is a function of the application")),
            _ if name.ends_with(" zerofill") => {
                Err(bad(text, "zeros before a number are a matter of how it is shown: write them in the application"))
            }
            _ => Err(Error::new(ErrorKind::Schema, format!("there is no type \"{text}\"")).near(&name, NAMES)),
        }
    }

    /// Whether an array can be of what it says.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Schema`] when it cannot.
    pub(crate) fn check_array(&self) -> Result<()> {
        match self {
            SqlType::Array(element) if element.kind().array().is_none() => {
                Err(bad(&self.to_string(), "there are no arrays of that"))
            }
            _ => Ok(()),
        }
    }
}

const NAMES: [&str; 30] = [
    "boolean",
    "tinyint",
    "smallint",
    "mediumint",
    "integer",
    "bigint",
    "real",
    "double",
    "decimal",
    "char",
    "string",
    "text",
    "citext",
    "uuid",
    "timestamp",
    "naive_timestamp",
    "date_only",
    "time",
    "json",
    "bytes",
    "enum",
    "inet",
    "cidr",
    "macaddr",
    "macaddr8",
    "tsvector",
    "hstore",
    "array",
    "range",
    "geometry",
];

impl fmt::Display for SqlType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SqlType::TinyInt => f.write_str("tinyint"),
            SqlType::MediumInt => f.write_str("mediumint"),
            SqlType::Unsigned(width) => write!(f, "{} unsigned", word(&UNSIGNED, *width)),
            SqlType::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            SqlType::Char(length) => write!(f, "char({length})"),
            SqlType::String(length) => write!(f, "string({length})"),
            SqlType::SizedText(size) => write!(f, "text({})", word(&SIZES, *size)),
            SqlType::Timestamp(p) => write!(f, "timestamp({p})"),
            SqlType::NaiveTimestamp(p) => write!(f, "naive_timestamp({p})"),
            SqlType::Time(p) => write!(f, "time({p})"),
            SqlType::Binary(length) => write!(f, "bytes({length})"),
            SqlType::SizedBytes(size) => write!(f, "bytes({})", word(&SIZES, *size)),
            SqlType::Enum(labels) => {
                f.write_str("enum(")?;
                for (i, label) in labels.iter().enumerate() {
                    let comma = if i > 0 { "," } else { "" };
                    write!(f, "{comma}'{}'", label.replace('\'', "''"))?;
                }
                f.write_str(")")
            }
            SqlType::Array(element) => write!(f, "array({element})"),
            SqlType::Range(of) => write!(f, "range({})", word(&RANGES, *of)),
            SqlType::Geometry(Shape { of, srid }) | SqlType::Geography(Shape { of, srid }) => {
                f.write_str(self.kind().name())?;
                match (of, srid) {
                    (None, None) => Ok(()),
                    (Some(of), None) => write!(f, "({})", of.name()),
                    (Some(of), Some(srid)) => write!(f, "({},{srid})", of.name()),
                    (None, Some(srid)) => write!(f, "({srid})"),
                }
            }
            other => f.write_str(other.kind().name()),
        }
    }
}

fn shape(text: &str, arguments: Option<&str>) -> Result<Shape> {
    let mut shape = Shape::default();
    for argument in arguments.unwrap_or_default().split(',').map(str::trim).filter(|argument| !argument.is_empty()) {
        let of = of_word(&SHAPES, &argument.to_ascii_lowercase());
        match (of, argument.parse()) {
            (Some(of), _) if shape.of.is_none() && shape.srid.is_none() => shape.of = Some(of),
            (None, Ok(srid)) if shape.srid.is_none() => shape.srid = Some(srid),
            _ => {
                return Err(bad(
                    text,
                    "it takes a kind of shape and the number of a reference system, as in (point,4326)",
                ));
            }
        }
    }
    Ok(shape)
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
            "tinyint",
            "smallint",
            "mediumint",
            "integer",
            "bigint",
            "tinyint unsigned",
            "bigint unsigned",
            "real",
            "double",
            "decimal(10,2)",
            "decimal",
            "char(2)",
            "string(255)",
            "text",
            "text(medium)",
            "citext",
            "uuid",
            "timestamp(6)",
            "naive_timestamp(0)",
            "date_only",
            "time(3)",
            "json",
            "bytes",
            "bytes(16)",
            "bytes(tiny)",
            "enum('a','it''s')",
            "inet",
            "cidr",
            "macaddr",
            "macaddr8",
            "tsvector",
            "hstore",
            "array(string(20))",
            "array(decimal(10,2))",
            "array(enum('a','b'))",
            "range(integer)",
            "range(naive_timestamp)",
            "geometry",
            "geometry(point)",
            "geometry(4326)",
            "geometry(point,4326)",
            "geography(polygon,4326)",
        ] {
            assert_eq!(SqlType::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_wrong_type_says_what_is_near() {
        assert!(SqlType::parse("intger").unwrap_err().to_string().contains("\"integer\""));
        assert!(SqlType::parse("date").unwrap_err().to_string().contains("date_only"));
        for text in [
            "decimal(10)",
            "char",
            "char(0)",
            "text(huge)",
            "bytes(0)",
            "integer(11)",
            "integer(11) unsigned",
            "integer zerofill",
            "string unsigned",
            "array",
            "array(array(integer))",
            "array(inet)",
            "array()",
            "range",
            "range(text)",
            "geometry(circle)",
            "geometry(point,point)",
            "virtual",
        ] {
            assert!(SqlType::parse(text).is_err(), "{text}");
        }
        assert!(SqlType::parse("enum('a',)").is_err());
    }
}
