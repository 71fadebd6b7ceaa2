//! What a cell is about: a type, and a value that meets it.

use relata::{Kind, SqlType, Value};

use crate::{numbers, others, texts, times};

/// What a value is to its type, which decides what is expected of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// A value of the type.
    Fits,
    /// A number of another kind that is exactly a value of the type.
    Converted,
    /// It has more digits than the column, and is near another value of the type.
    Finer,
    /// The same, and the nearest value is beyond the type.
    RoundsBeyond,
    /// Too long, too large, or no label.
    Beyond,
    /// A value of another kind.
    OtherKind,
    /// A number of another kind that is no value of the type.
    Inexact,
    /// No number.
    NotANumber,
    /// An infinite number.
    Infinite,
    /// A text with a NUL character.
    Nul,
    /// A document with a NUL character in a text.
    NulInDocument,
    /// A document with a number that is no double and no integer of 64 bits.
    WideNumber,
    /// A document with a number that is larger than any double.
    HugeNumber,
    /// A document of 40 levels.
    Deep,
    /// A document of 101 levels.
    Deeper,
    /// A text that is no document.
    NoDocument,
    /// A day before the year 1.
    BeforeTheYearOne,
    /// A day before the first of PostgreSQL.
    BeforeDays,
    /// A date and time without a zone, later than the last instant.
    AfterInstants,
}

impl Class {
    /// Whether every database keeps such a value, but for those of the exceptions.
    pub(crate) fn is_kept(self) -> bool {
        !matches!(self, Class::RoundsBeyond | Class::Beyond | Class::OtherKind | Class::Inexact | Class::NoDocument)
    }

    /// Whether a document can say the value itself: a number of another kind reads as one of the type.
    pub(crate) fn has_document(self) -> bool {
        // A reader of JSON makes a double of a number beyond 64 bits before anything else sees it.
        let another = matches!(self, Class::Converted | Class::OtherKind | Class::Inexact | Class::WideNumber);
        !another && !matches!(self, Class::NotANumber | Class::Infinite | Class::NoDocument | Class::HugeNumber)
    }
}

/// A value and what is expected of it.
pub(crate) struct Case {
    pub(crate) class: Class,
    pub(crate) value: Value,
}

impl Case {
    /// The value in a message.
    pub(crate) fn shown(&self) -> String {
        let shown: String = format!("{:?}", self.value).chars().take(90).collect();
        format!("{:?} {shown}", self.class)
    }
}

/// A type, as a schema document writes it, and its values.
pub(crate) struct Subject {
    pub(crate) ty: String,
    pub(crate) cases: Vec<Case>,
}

impl Subject {
    pub(crate) fn new(ty: impl Into<String>) -> Subject {
        Subject { ty: ty.into(), cases: Vec::new() }
    }

    pub(crate) fn with(mut self, class: Class, values: impl IntoIterator<Item = Value>) -> Subject {
        self.cases.extend(values.into_iter().map(|value| Case { class, value }));
        self
    }

    pub(crate) fn sql_type(&self) -> SqlType {
        SqlType::parse(&self.ty).unwrap()
    }

    pub(crate) fn kind(&self) -> Kind {
        self.sql_type().kind()
    }
}

/// Every type with its values.
pub(crate) fn subjects() -> Vec<Subject> {
    [numbers::subjects(), texts::subjects(), times::subjects(), others::subjects()].into_iter().flatten().collect()
}

pub(crate) fn text(text: &str) -> Value {
    Value::from(text.to_owned())
}

pub(crate) fn bytes(bytes: &[u8]) -> Value {
    Value::from(bytes.to_vec())
}

pub(crate) fn decimal(text: &str) -> Value {
    Value::Decimal(text.parse().unwrap())
}

pub(crate) fn document(text: &str) -> Value {
    Value::Json(text.to_owned().into())
}

pub(crate) fn instant(text: &str) -> Value {
    Value::Instant(format!("{text}Z").parse().unwrap())
}

pub(crate) fn naive(text: &str) -> Value {
    Value::Naive(text.parse().unwrap())
}

pub(crate) fn day(text: &str) -> Value {
    Value::Day(text.parse().unwrap())
}

pub(crate) fn time(text: &str) -> Value {
    Value::Time(text.parse().unwrap())
}

/// Numbers without a pattern, the same in every run.
pub(crate) fn noise(count: usize) -> impl Iterator<Item = u64> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    (0..count).map(move |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    })
}
