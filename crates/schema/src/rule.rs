//! What values of an attribute, or of several together, must be like beyond their type.

use std::sync::OnceLock;

use regex::Regex;

use crate::{Error, ErrorKind, Result, Value};

/// A rule for the values of one attribute.
#[derive(Debug, Clone)]
pub struct Check {
    /// The rule.
    pub rule: Rule,
    /// What is said when it is broken, instead of relata's own sentence.
    pub message: Option<String>,
}

/// The rules.
#[derive(Debug, Clone)]
pub enum Rule {
    /// A text has so many characters, a list of bytes so many bytes.
    Len {
        /// At least.
        min: usize,
        /// At most; none for no limit.
        max: Option<usize>,
    },
    /// Not less than.
    Min(Value),
    /// Not greater than.
    Max(Value),
    /// A text matches, somewhere in it.
    Is(PatternText),
    /// A text does not match anywhere.
    IsNot(PatternText),
    /// A text is an email address.
    Email,
    /// A text is an absolute URL.
    Url,
    /// Not only white space.
    NotEmpty,
    /// One of these.
    In(Vec<Value>),
    /// None of these.
    NotIn(Vec<Value>),
    /// What a function of the application says.
    Custom {
        /// Its name, for messages.
        name: String,
        /// Says what is wrong.
        check: fn(&Value) -> std::result::Result<(), String>,
    },
}

impl Rule {
    /// The word for it, in documents and messages.
    pub fn name(&self) -> &str {
        match self {
            Rule::Len { .. } => "len",
            Rule::Min(_) => "min",
            Rule::Max(_) => "max",
            Rule::Is(_) => "is",
            Rule::IsNot(_) => "not",
            Rule::Email => "email",
            Rule::Url => "url",
            Rule::NotEmpty => "not_empty",
            Rule::In(_) => "in",
            Rule::NotIn(_) => "not_in",
            Rule::Custom { name, .. } => name,
        }
    }

    /// The words, for documents.
    pub const NAMES: [&'static str; 10] =
        ["len", "min", "max", "is", "not", "email", "url", "not_empty", "in", "not_in"];
}

/// A regular expression, as it was written. <https://docs.rs/regex/latest/regex/#syntax>
#[derive(Debug, Clone)]
pub struct PatternText {
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

impl PatternText {
    /// A regular expression. It runs in time that is linear in the text.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Schema`] with what is wrong with it.
    pub fn new(text: &str) -> Result<PatternText> {
        let regex = Regex::new(text).map_err(|error| {
            Error::new(ErrorKind::Schema, format!("{text:?} is no regular expression")).because(error)
        })?;
        Ok(PatternText { text: text.to_owned(), compiled: OnceLock::from(Some(regex)) })
    }

    /// A regular expression of a model that is declared in code; a wrong one is a mistake of the model.
    pub fn declared(text: &str) -> PatternText {
        PatternText { text: text.to_owned(), compiled: OnceLock::new() }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a text matches somewhere.
    pub fn matches(&self, text: &str) -> bool {
        self.compiled.get_or_init(|| Regex::new(&self.text).ok()).as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

/// A rule for the values of a record together.
#[derive(Debug, Clone)]
pub struct ModelRule {
    /// Its name, which failures carry as their path.
    pub name: String,
    /// Says what is wrong.
    pub check: fn(&dyn Values) -> std::result::Result<(), String>,
}

/// Values by the names of attributes.
pub trait Values {
    /// The value of an attribute; nothing where none is known.
    fn value_of(&self, attribute: &str) -> Option<&Value>;
}
