//! The class of a value: all that the compiler sees of it.

/// The class of a value: all that the compiler learns of a bind.
///
/// One byte in the shape of a request. A class comes from the column that a value meets, so `i32` and `i64` values bound
/// against one column make one shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// `boolean`
    Bool = 0,
    /// A 16-bit integer.
    SmallInt = 1,
    /// A 32-bit integer.
    Integer = 2,
    /// A 64-bit integer.
    BigInt = 3,
    /// A binary floating point number of 64 bits.
    Double = 4,
    /// An exact decimal.
    Decimal = 5,
    /// Text, of any length or limited.
    Text = 6,
    /// A UUID.
    Uuid = 7,
    /// A point in time, kept in UTC.
    Instant = 8,
    /// A date and time of day without a zone.
    Naive = 9,
    /// A calendar day.
    Day = 10,
    /// A time of day.
    Time = 11,
    /// A JSON document.
    Json = 12,
    /// Bytes.
    Bytes = 13,
}

impl Kind {
    /// Every kind, in the order of its byte.
    pub const ALL: [Kind; 14] = [
        Kind::Bool,
        Kind::SmallInt,
        Kind::Integer,
        Kind::BigInt,
        Kind::Double,
        Kind::Decimal,
        Kind::Text,
        Kind::Uuid,
        Kind::Instant,
        Kind::Naive,
        Kind::Day,
        Kind::Time,
        Kind::Json,
        Kind::Bytes,
    ];

    /// The kind of a byte in a shape.
    pub fn from_byte(byte: u8) -> Option<Kind> {
        Self::ALL.get(usize::from(byte)).copied()
    }

    /// Whether this is one of the integers.
    pub fn is_integer(self) -> bool {
        matches!(self, Kind::SmallInt | Kind::Integer | Kind::BigInt)
    }

    /// Whether this is a number.
    pub fn is_number(self) -> bool {
        self.is_integer() || matches!(self, Kind::Double | Kind::Decimal)
    }

    /// Whether values of this kind can be ordered and de-duplicated everywhere.
    pub fn is_ordered(self) -> bool {
        self != Kind::Json
    }

    /// The word for it in messages and in the text form of the IR.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Bool => "boolean",
            Kind::SmallInt => "smallint",
            Kind::Integer => "integer",
            Kind::BigInt => "bigint",
            Kind::Double => "double",
            Kind::Decimal => "decimal",
            Kind::Text => "text",
            Kind::Uuid => "uuid",
            Kind::Instant => "timestamp",
            Kind::Naive => "naive_timestamp",
            Kind::Day => "date_only",
            Kind::Time => "time",
            Kind::Json => "json",
            Kind::Bytes => "bytes",
        }
    }

    /// The kind of that name, as [`Kind::name`] writes it.
    pub fn from_name(name: &str) -> Option<Kind> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
