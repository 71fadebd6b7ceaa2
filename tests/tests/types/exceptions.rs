//! Where a database does otherwise with a class of values than `values` says. Each stands in `docs/DIFFERENCES.md`.

use relata::{ErrorKind, Kind};

use crate::values::Class;

/// What happens to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Happens {
    /// It comes back as `expected` says.
    Kept,
    /// Every way to write it is refused, with one of these kinds, and nothing is stored.
    Refused(&'static [ErrorKind]),
    /// It is kept as a text, and where a document is asked for that is an error.
    KeptAsText,
    /// The table is refused.
    NoTable,
}

/// An exception.
pub(crate) struct Exception {
    pub(crate) databases: &'static [&'static str],
    pub(crate) classes: &'static [Class],
    /// Of values of these kinds; of any where there is none.
    pub(crate) kinds: &'static [Kind],
    pub(crate) happens: Happens,
    /// The row of the document.
    pub(crate) row: &'static str,
}

/// What a value that is no value of its type is refused with.
pub(crate) const REFUSALS: &[ErrorKind] = &[
    ErrorKind::TypeMismatch,
    ErrorKind::Validation,
    ErrorKind::LimitExceeded,
    ErrorKind::Unsupported,
    ErrorKind::CheckViolation,
    ErrorKind::Database,
];

const MISMATCH: Happens = Happens::Refused(&[ErrorKind::TypeMismatch]);
const DATABASE: Happens = Happens::Refused(&[ErrorKind::Database]);
const CHECK: Happens = Happens::Refused(&[ErrorKind::CheckViolation]);

pub(crate) const EXCEPTIONS: &[Exception] = &[
    Exception {
        databases: &["sqlite"],
        classes: &[],
        kinds: &[Kind::Decimal],
        happens: Happens::NoTable,
        row: "decimals over 15 digits",
    },
    Exception {
        databases: &["mysql", "mariadb"],
        classes: &[],
        kinds: &[Kind::Decimal],
        happens: Happens::NoTable,
        row: "decimals of any number of digits",
    },
    Exception {
        databases: &["sqlite", "postgres"],
        classes: &[],
        kinds: &[Kind::UnsignedBigInt],
        happens: Happens::NoTable,
        row: "64-bit integers without a sign",
    },
    Exception {
        databases: &["mysql", "mariadb"],
        classes: &[],
        kinds: &[Kind::CiText],
        happens: Happens::NoTable,
        row: "text whose case does not count",
    },
    Exception {
        databases: &["sqlite", "mysql", "mariadb"],
        classes: &[],
        kinds: &[Kind::Inet, Kind::Cidr, Kind::MacAddr, Kind::MacAddr8, Kind::TsVector, Kind::Hstore],
        happens: Happens::NoTable,
        row: "addresses, search vectors and hstore",
    },
    Exception {
        databases: &["sqlite", "mysql", "mariadb"],
        classes: &[],
        kinds: &[
            Kind::BoolArray,
            Kind::SmallIntArray,
            Kind::IntegerArray,
            Kind::BigIntArray,
            Kind::RealArray,
            Kind::DoubleArray,
            Kind::DecimalArray,
            Kind::TextArray,
            Kind::UuidArray,
            Kind::InstantArray,
            Kind::NaiveArray,
            Kind::DayArray,
            Kind::TimeArray,
            Kind::BytesArray,
        ],
        happens: Happens::NoTable,
        row: "arrays",
    },
    Exception {
        databases: &["sqlite", "mysql", "mariadb"],
        classes: &[],
        kinds: &[
            Kind::IntegerRange,
            Kind::BigIntRange,
            Kind::DecimalRange,
            Kind::InstantRange,
            Kind::NaiveRange,
            Kind::DayRange,
        ],
        happens: Happens::NoTable,
        row: "ranges",
    },
    Exception {
        databases: &["sqlite", "mysql", "mariadb"],
        classes: &[Class::NotANumber],
        kinds: &[],
        happens: MISMATCH,
        row: "a double that is no number",
    },
    Exception {
        databases: &["mysql", "mariadb"],
        classes: &[Class::Infinite],
        kinds: &[],
        happens: MISMATCH,
        row: "an infinite double",
    },
    Exception {
        databases: &["sqlite", "postgres"],
        classes: &[Class::Nul],
        kinds: &[],
        happens: MISMATCH,
        row: "text with a NUL character",
    },
    Exception {
        databases: &["postgres"],
        classes: &[Class::NulInDocument],
        kinds: &[],
        happens: DATABASE,
        row: "a JSON document with a NUL character in a text",
    },
    Exception {
        databases: &["mysql", "mariadb"],
        classes: &[Class::BeforeTheYearOne, Class::BeforeDays],
        kinds: &[],
        happens: MISMATCH,
        row: "days before the year 1",
    },
    Exception {
        databases: &["postgres"],
        classes: &[Class::BeforeDays],
        kinds: &[],
        happens: DATABASE,
        row: "days before 24 November 4714 BC",
    },
    Exception {
        databases: &["postgres"],
        classes: &[Class::AfterInstants],
        kinds: &[],
        happens: DATABASE,
        row: "dates without a zone after 9999-12-30 22:00",
    },
    Exception {
        databases: &["sqlite"],
        classes: &[Class::RoundsBeyond],
        kinds: &[Kind::Decimal],
        happens: Happens::Kept,
        row: "a decimal finer than its column",
    },
    Exception {
        databases: &["sqlite"],
        classes: &[Class::NoDocument],
        kinds: &[],
        happens: Happens::KeptAsText,
        row: "a text that is no document, as a JSON value",
    },
    Exception {
        databases: &["mariadb"],
        classes: &[Class::Deep, Class::Deeper],
        kinds: &[],
        happens: CHECK,
        row: "how deep a JSON document may be nested",
    },
    Exception {
        databases: &["mysql"],
        classes: &[Class::Deeper],
        kinds: &[],
        happens: DATABASE,
        row: "how deep a JSON document may be nested",
    },
    Exception {
        databases: &["mysql"],
        classes: &[Class::HugeNumber],
        kinds: &[],
        happens: DATABASE,
        row: "numbers of a JSON document beyond 64 bits and doubles",
    },
];

/// The exception that is stated for a value, and its place.
pub(crate) fn stated(database: &str, class: Class, kind: Kind) -> Option<(usize, &'static Exception)> {
    EXCEPTIONS.iter().enumerate().find(|(_, exception)| {
        exception.databases.contains(&database)
            && exception.classes.contains(&class)
            && (exception.kinds.is_empty() || exception.kinds.contains(&kind))
    })
}

/// The exception that is stated for a table that cannot be made, and its place.
pub(crate) fn without_table(database: &str, kind: Kind) -> Option<usize> {
    EXCEPTIONS.iter().position(|exception| {
        exception.databases.contains(&database)
            && exception.happens == Happens::NoTable
            && exception.kinds.contains(&kind)
    })
}
