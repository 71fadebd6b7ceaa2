//! The words that requests and queries share: functions, aggregates, comparisons, patterns.

use crate::Kind;

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $byte:literal => $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum $name {
            $($(#[$doc])* $variant = $byte,)+
        }

        impl $name {
            /// Every one of them.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The word for it in documents, messages and the text form of the IR.
            pub fn name(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)+
                }
            }

            /// The one of that name.
            pub fn from_name(name: &str) -> Option<$name> {
                Self::ALL.iter().copied().find(|word| word.name() == name)
            }

            /// The one of that byte in a shape.
            pub fn from_byte(byte: u8) -> Option<$name> {
                Self::ALL.iter().copied().find(|word| *word as u8 == byte)
            }
        }
    };
}

words! {
    /// A scalar function.
    Function {
        /// Lower case, of ASCII letters at least.
        Lower = 0 => "lower",
        /// Upper case, of ASCII letters at least.
        Upper = 1 => "upper",
        /// Number of characters.
        Length = 2 => "length",
        /// Without spaces at both ends.
        Trim = 3 => "trim",
        /// Absolute value.
        Abs = 4 => "abs",
        /// The first argument that is not NULL.
        Coalesce = 5 => "coalesce",
        /// One text after another; NULL if any is NULL.
        Concat = 6 => "concat",
        /// Sum of two.
        Add = 7 => "add",
        /// Difference of two.
        Sub = 8 => "sub",
        /// Product of two.
        Mul = 9 => "mul",
        /// Quotient of two; of integers it truncates.
        Div = 10 => "div",
        /// What is left of an integer division; it has the sign of what is divided.
        Mod = 11 => "mod",
        /// The nearest number with so many digits behind the point, halves away from zero.
        Round = 12 => "round",
        /// NULL where both are equal, else the first.
        Nullif = 13 => "nullif",
        /// A text with each occurrence of another replaced by a third.
        Replace = 14 => "replace",
        /// A part of a text: from a character, counted from one, and so many of them.
        Substr = 15 => "substr",
        /// The moment at which the statement runs, by the clock of the database.
        Now = 16 => "now",
        /// A number from 0 up to 1, another for each row.
        Random = 17 => "random",
        /// The year of a moment or a day, in UTC.
        Year = 18 => "year",
        /// The month, from 1 to 12.
        Month = 19 => "month",
        /// The day of the month, from 1 to 31.
        Day = 20 => "day",
        /// The hour, from 0 to 23.
        Hour = 21 => "hour",
        /// The minute.
        Minute = 22 => "minute",
        /// The second, without its fraction.
        Second = 23 => "second",
        /// The text at a path in a JSON document; NULL where there is none, or something else.
        JsonText = 24 => "json_text",
        /// The number at a path in a JSON document, as a double; NULL where there is none, or something else.
        JsonNumber = 25 => "json_number",
        /// The boolean at a path in a JSON document; NULL where there is none, or something else.
        JsonBool = 26 => "json_boolean",
        /// Whether there is anything but null at a path in a JSON document.
        JsonPresent = 27 => "json_present",
        /// Whether a JSON document contains another: each member and each element of it, at the same place.
        JsonContains = 28 => "json_contains",
        /// Whether a JSON object has one of some keys.
        JsonAnyKey = 29 => "json_any_key",
        /// Whether a JSON object has all of some keys.
        JsonAllKeys = 30 => "json_all_keys",
        /// Whether an array or a range contains another, or a range a value.
        Contains = 31 => "contains",
        /// Whether two arrays have an element in common, or two ranges a value.
        Overlap = 32 => "overlap",
        /// Whether two ranges touch and have no value in common.
        Adjacent = 33 => "adjacent",
        /// Whether all of a range is less than all of another.
        StrictLeft = 34 => "strict_left",
        /// Whether all of a range is greater than all of another.
        StrictRight = 35 => "strict_right",
        /// Whether a range has nothing that is greater than all of another.
        NoExtendRight = 36 => "no_extend_right",
        /// Whether a range has nothing that is less than all of another.
        NoExtendLeft = 37 => "no_extend_left",
    }
}

words! {
    /// An aggregate function.
    Aggregate {
        /// How many rows, or values that are not NULL.
        Count = 0 => "count",
        /// Sum: of integers a 64-bit integer, of decimals a decimal.
        Sum = 1 => "sum",
        /// The least.
        Min = 2 => "min",
        /// The greatest.
        Max = 3 => "max",
        /// The mean, as a double.
        Avg = 4 => "avg",
    }
}

words! {
    /// A comparison.
    Comparison {
        /// Equal.
        Eq = 0 => "eq",
        /// Not equal.
        Ne = 1 => "ne",
        /// Less.
        Lt = 2 => "lt",
        /// Less or equal.
        Lte = 3 => "lte",
        /// Greater.
        Gt = 4 => "gt",
        /// Greater or equal.
        Gte = 5 => "gte",
    }
}

words! {
    /// How a text is matched against a pattern.
    Pattern {
        /// `%` any run, `_` any one character, `\` takes the next as it is. Case matters.
        Like = 0 => "like",
        /// The same, folding the case of ASCII letters at least.
        Ilike = 1 => "ilike",
        /// The text begins with the value, taken literally.
        StartsWith = 2 => "starts_with",
        /// The text ends with the value, taken literally.
        EndsWith = 3 => "ends_with",
        /// The text contains the value, taken literally.
        Substring = 4 => "substring",
        /// A regular expression finds something, in the syntax of the database. Case matters.
        Regexp = 5 => "regexp",
        /// The same, folding case.
        Iregexp = 6 => "iregexp",
        /// The words of the value are found by the full text search of the database.
        Match = 7 => "match",
    }
}

words! {
    /// What is said of an index of a table.
    IndexHint {
        /// It may be used, and no other.
        Use = 0 => "use",
        /// It is used, unless that cannot be.
        Force = 1 => "force",
        /// It is not used.
        Ignore = 2 => "ignore",
    }
}

/// What a function takes at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameter {
    /// Text.
    Text,
    /// A number, of whichever kind the others are.
    Number,
    /// A whole number.
    Integer,
    /// A number with a fraction.
    Fraction,
    /// A moment, a day or a time of day.
    Moment,
    /// A JSON document.
    Json,
    /// The way to a place in a JSON document: keys and numbers of elements, as an array.
    Path,
    /// Keys of a JSON object, as an array.
    Keys,
    /// How many digits: a number that stands in the request.
    Digits,
    /// Anything, of one kind with the others.
    Any,
    /// An array, a range, or what is in one: see [`Function::is_of_collections`].
    Collection,
}

impl Function {
    /// How many arguments it takes: at least, at most.
    pub fn arity(self) -> (usize, usize) {
        match self {
            Function::Now | Function::Random => (0, 0),
            Function::Lower | Function::Upper | Function::Length | Function::Trim | Function::Abs => (1, 1),
            Function::Year | Function::Month | Function::Day | Function::Hour | Function::Minute | Function::Second => {
                (1, 1)
            }
            Function::Round => (1, 2),
            Function::Substr => (2, 3),
            Function::Replace => (3, 3),
            Function::Coalesce | Function::Concat => (2, 32),
            Function::Add
            | Function::Sub
            | Function::Mul
            | Function::Div
            | Function::Mod
            | Function::Nullif
            | Function::JsonText
            | Function::JsonNumber
            | Function::JsonBool
            | Function::JsonPresent
            | Function::JsonContains
            | Function::JsonAnyKey
            | Function::JsonAllKeys
            | Function::Contains
            | Function::Overlap
            | Function::Adjacent
            | Function::StrictLeft
            | Function::StrictRight
            | Function::NoExtendRight
            | Function::NoExtendLeft => (2, 2),
        }
    }

    /// Whether it asks something of two arrays or ranges.
    pub fn is_of_collections(self) -> bool {
        self.parameter(0) == Parameter::Collection
    }

    /// Whether it can be asked of a collection of one kind and of something of another.
    pub fn relates(self, left: Kind, right: Kind) -> bool {
        let (is_array, is_range) = (left.element().is_some(), left.bound().is_some());
        match self {
            Function::Contains => (left == right && (is_array || is_range)) || left.bound() == Some(right),
            Function::Overlap => left == right && (is_array || is_range),
            _ => left == right && is_range,
        }
    }

    /// What it takes at a place.
    pub fn parameter(self, place: usize) -> Parameter {
        match (self, place) {
            (Function::Lower | Function::Upper | Function::Length | Function::Trim, _) => Parameter::Text,
            (Function::Concat | Function::Replace | Function::Substr, 0) => Parameter::Text,
            (Function::Concat | Function::Replace, _) => Parameter::Text,
            (Function::Substr | Function::Mod, _) => Parameter::Integer,
            (Function::Round, 0) => Parameter::Fraction,
            (Function::Round, _) => Parameter::Digits,
            (Function::Abs | Function::Add | Function::Sub | Function::Mul | Function::Div, _) => Parameter::Number,
            (
                Function::Year | Function::Month | Function::Day | Function::Hour | Function::Minute | Function::Second,
                _,
            ) => Parameter::Moment,
            (
                Function::JsonText
                | Function::JsonNumber
                | Function::JsonBool
                | Function::JsonPresent
                | Function::JsonContains
                | Function::JsonAnyKey
                | Function::JsonAllKeys,
                0,
            ) => Parameter::Json,
            (Function::JsonContains, _) => Parameter::Json,
            (Function::JsonAnyKey | Function::JsonAllKeys, _) => Parameter::Keys,
            (Function::JsonText | Function::JsonNumber | Function::JsonBool | Function::JsonPresent, _) => {
                Parameter::Path
            }
            (Function::Coalesce | Function::Nullif | Function::Now | Function::Random, _) => Parameter::Any,
            (
                Function::Contains
                | Function::Overlap
                | Function::Adjacent
                | Function::StrictLeft
                | Function::StrictRight
                | Function::NoExtendRight
                | Function::NoExtendLeft,
                _,
            ) => Parameter::Collection,
        }
    }

    /// The kind of its value, where that does not depend on its arguments.
    pub fn own_kind(self) -> Option<Kind> {
        Some(match self {
            Function::Lower
            | Function::Upper
            | Function::Trim
            | Function::Concat
            | Function::Replace
            | Function::Substr
            | Function::JsonText => Kind::Text,
            Function::Length
            | Function::Year
            | Function::Month
            | Function::Day
            | Function::Hour
            | Function::Minute
            | Function::Second => Kind::Integer,
            Function::Now => Kind::Instant,
            Function::Random | Function::JsonNumber => Kind::Double,
            Function::JsonBool
            | Function::JsonPresent
            | Function::JsonContains
            | Function::JsonAnyKey
            | Function::JsonAllKeys
            | Function::Contains
            | Function::Overlap
            | Function::Adjacent
            | Function::StrictLeft
            | Function::StrictRight
            | Function::NoExtendRight
            | Function::NoExtendLeft => Kind::Bool,
            Function::Abs
            | Function::Coalesce
            | Function::Add
            | Function::Sub
            | Function::Mul
            | Function::Div
            | Function::Mod
            | Function::Round
            | Function::Nullif => return None,
        })
    }
}

impl Parameter {
    /// Whether a kind fits.
    pub fn takes(self, kind: Kind) -> bool {
        match self {
            Parameter::Text => kind.is_text(),
            Parameter::Number => kind.is_number(),
            Parameter::Integer | Parameter::Digits => kind.is_integer(),
            Parameter::Fraction => matches!(kind, Kind::Real | Kind::Double | Kind::Decimal),
            Parameter::Moment => matches!(kind, Kind::Instant | Kind::Naive | Kind::Day | Kind::Time),
            Parameter::Json | Parameter::Path | Parameter::Keys => kind == Kind::Json,
            Parameter::Any => kind.is_compared(),
            Parameter::Collection => true,
        }
    }
}

impl Comparison {
    /// The comparison with its sides exchanged.
    pub fn flipped(self) -> Comparison {
        match self {
            Comparison::Lt => Comparison::Gt,
            Comparison::Lte => Comparison::Gte,
            Comparison::Gt => Comparison::Lt,
            Comparison::Gte => Comparison::Lte,
            same => same,
        }
    }
}
