//! The class of a value: all that the compiler sees of it.

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $byte:literal => $name:literal,)+) => {
        /// The class of a value: all that the compiler learns of a bind.
        ///
        /// One byte in the shape of a request. A class comes from the column that a value meets, so `i32` and `i64`
        /// values bound against one column make one shape.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Kind {
            $($(#[$doc])* $variant = $byte,)+
        }

        impl Kind {
            /// Every kind, in the order of its byte.
            pub const ALL: &'static [Kind] = &[$(Kind::$variant,)+];

            /// The word for it in messages and in the text form of the IR.
            pub fn name(self) -> &'static str {
                match self {
                    $(Kind::$variant => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// `boolean`
    Bool = 0 => "boolean",
    /// A 16-bit integer.
    SmallInt = 1 => "smallint",
    /// A 32-bit integer.
    Integer = 2 => "integer",
    /// A 64-bit integer.
    BigInt = 3 => "bigint",
    /// A binary floating point number of 64 bits.
    Double = 4 => "double",
    /// An exact decimal.
    Decimal = 5 => "decimal",
    /// Text, of any length or limited.
    Text = 6 => "text",
    /// A UUID.
    Uuid = 7 => "uuid",
    /// A point in time, kept in UTC.
    Instant = 8 => "timestamp",
    /// A date and time of day without a zone.
    Naive = 9 => "naive_timestamp",
    /// A calendar day.
    Day = 10 => "date_only",
    /// A time of day.
    Time = 11 => "time",
    /// A JSON document.
    Json = 12 => "json",
    /// Bytes.
    Bytes = 13 => "bytes",
    /// A binary floating point number of 32 bits.
    Real = 14 => "real",
    /// A 64-bit integer without a sign.
    UnsignedBigInt = 15 => "unsigned_bigint",
    /// Text whose case does not count.
    CiText = 16 => "citext",
    /// An address of a host, perhaps with its network.
    Inet = 17 => "inet",
    /// An address of a network.
    Cidr = 18 => "cidr",
    /// A hardware address of six bytes.
    MacAddr = 19 => "macaddr",
    /// A hardware address of eight bytes.
    MacAddr8 = 20 => "macaddr8",
    /// The words of a text, made ready to be searched.
    TsVector = 21 => "tsvector",
    /// Texts by key.
    Hstore = 22 => "hstore",
    /// A shape in a plane, as GeoJSON.
    Geometry = 23 => "geometry",
    /// A shape on the earth, as GeoJSON.
    Geography = 24 => "geography",
    /// A range of 32-bit integers.
    IntegerRange = 25 => "integer_range",
    /// A range of 64-bit integers.
    BigIntRange = 26 => "bigint_range",
    /// A range of decimals.
    DecimalRange = 27 => "decimal_range",
    /// A range of instants.
    InstantRange = 28 => "timestamp_range",
    /// A range of dates and times of day without a zone.
    NaiveRange = 29 => "naive_timestamp_range",
    /// A range of calendar days.
    DayRange = 30 => "date_only_range",
    /// An array of booleans.
    BoolArray = 31 => "boolean_array",
    /// An array of 16-bit integers.
    SmallIntArray = 32 => "smallint_array",
    /// An array of 32-bit integers.
    IntegerArray = 33 => "integer_array",
    /// An array of 64-bit integers.
    BigIntArray = 34 => "bigint_array",
    /// An array of floating point numbers of 32 bits.
    RealArray = 35 => "real_array",
    /// An array of floating point numbers of 64 bits.
    DoubleArray = 36 => "double_array",
    /// An array of decimals.
    DecimalArray = 37 => "decimal_array",
    /// An array of texts.
    TextArray = 38 => "text_array",
    /// An array of UUIDs.
    UuidArray = 39 => "uuid_array",
    /// An array of instants.
    InstantArray = 40 => "timestamp_array",
    /// An array of dates and times of day without a zone.
    NaiveArray = 41 => "naive_timestamp_array",
    /// An array of calendar days.
    DayArray = 42 => "date_only_array",
    /// An array of times of day.
    TimeArray = 43 => "time_array",
    /// An array of JSON documents.
    JsonArray = 44 => "json_array",
    /// An array of bytes.
    BytesArray = 45 => "bytes_array",
}

/// Each kind that has arrays, with the kind of these.
const ARRAYS: [(Kind, Kind); 15] = [
    (Kind::Bool, Kind::BoolArray),
    (Kind::SmallInt, Kind::SmallIntArray),
    (Kind::Integer, Kind::IntegerArray),
    (Kind::BigInt, Kind::BigIntArray),
    (Kind::Real, Kind::RealArray),
    (Kind::Double, Kind::DoubleArray),
    (Kind::Decimal, Kind::DecimalArray),
    (Kind::Text, Kind::TextArray),
    (Kind::Uuid, Kind::UuidArray),
    (Kind::Instant, Kind::InstantArray),
    (Kind::Naive, Kind::NaiveArray),
    (Kind::Day, Kind::DayArray),
    (Kind::Time, Kind::TimeArray),
    (Kind::Json, Kind::JsonArray),
    (Kind::Bytes, Kind::BytesArray),
];

/// Each kind that has ranges, with the kind of these.
const RANGES: [(Kind, Kind); 6] = [
    (Kind::Integer, Kind::IntegerRange),
    (Kind::BigInt, Kind::BigIntRange),
    (Kind::Decimal, Kind::DecimalRange),
    (Kind::Instant, Kind::InstantRange),
    (Kind::Naive, Kind::NaiveRange),
    (Kind::Day, Kind::DayRange),
];

fn second(pairs: &[(Kind, Kind)], first: Kind) -> Option<Kind> {
    pairs.iter().find(|pair| pair.0 == first).map(|pair| pair.1)
}

fn first(pairs: &[(Kind, Kind)], second: Kind) -> Option<Kind> {
    pairs.iter().find(|pair| pair.1 == second).map(|pair| pair.0)
}

impl Kind {
    /// The kind of a byte in a shape.
    pub fn from_byte(byte: u8) -> Option<Kind> {
        Self::ALL.get(usize::from(byte)).copied()
    }

    /// The kind of that name, as [`Kind::name`] writes it.
    pub fn from_name(name: &str) -> Option<Kind> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Whether this is one of the integers.
    pub fn is_integer(self) -> bool {
        matches!(self, Kind::SmallInt | Kind::Integer | Kind::BigInt | Kind::UnsignedBigInt)
    }

    /// Whether this is a number.
    pub fn is_number(self) -> bool {
        self.is_integer() || matches!(self, Kind::Double | Kind::Decimal | Kind::Real)
    }

    /// Whether this is text that is matched against patterns.
    pub fn is_text(self) -> bool {
        matches!(self, Kind::Text | Kind::CiText)
    }

    /// Whether values of this kind are compared with one another.
    pub fn is_compared(self) -> bool {
        !matches!(self, Kind::Json | Kind::JsonArray | Kind::Geometry | Kind::Geography)
    }

    /// Whether values of this kind can be ordered and de-duplicated wherever they are kept.
    pub fn is_ordered(self) -> bool {
        self.is_compared()
    }

    /// Whether values of this kind tell rows apart: nothing that holds several, and no document.
    pub fn is_key(self) -> bool {
        let holds_several = self.element().is_some() || self.bound().is_some();
        self.is_compared() && !holds_several && !matches!(self, Kind::TsVector | Kind::Hstore)
    }

    /// Whether some values of this kind have a least and a greatest one wherever they are kept.
    pub fn has_extremes(self) -> bool {
        let is_scalar = self.is_number()
            || self.is_text()
            || matches!(self, Kind::Instant | Kind::Naive | Kind::Day | Kind::Time | Kind::Inet | Kind::Cidr);
        is_scalar || self.element().is_some_and(|element| element != Kind::Json)
    }

    /// The kind in whose form its values are given and taken: addresses are text.
    pub fn carrier(self) -> Kind {
        match self {
            Kind::CiText | Kind::Inet | Kind::Cidr | Kind::MacAddr | Kind::MacAddr8 | Kind::TsVector => Kind::Text,
            Kind::Hstore | Kind::Geometry | Kind::Geography => Kind::Json,
            own => own,
        }
    }

    /// The kind of arrays of this kind.
    pub fn array(self) -> Option<Kind> {
        second(&ARRAYS, self)
    }

    /// The kind of ranges of this kind.
    pub fn range(self) -> Option<Kind> {
        second(&RANGES, self)
    }

    /// The kind of the elements of an array.
    pub fn element(self) -> Option<Kind> {
        first(&ARRAYS, self)
    }

    /// The kind of the bounds of a range.
    pub fn bound(self) -> Option<Kind> {
        first(&RANGES, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_found_by_its_byte_and_its_name() {
        for &kind in Kind::ALL {
            assert_eq!(Kind::from_byte(kind as u8), Some(kind));
            assert_eq!(Kind::from_name(kind.name()), Some(kind));
        }
        assert_eq!(Kind::from_byte(Kind::ALL.len() as u8), None);
    }

    #[test]
    fn collections_know_what_they_hold() {
        assert_eq!(Kind::Text.array().and_then(Kind::element), Some(Kind::Text));
        assert_eq!(Kind::Day.range().and_then(Kind::bound), Some(Kind::Day));
        assert_eq!((Kind::Text.range(), Kind::TextArray.array(), Kind::Text.element()), (None, None, None));
    }
}
