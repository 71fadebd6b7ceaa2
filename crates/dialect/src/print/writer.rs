//! The only way that text gets into a statement.

use relata_ir::BindId;
use relata_schema::{Datum, Kind, Value, format_instant, format_naive, format_time};

use crate::{Capabilities, Placeholder};

/// Appends to a statement, and keeps the order of its placeholders.
#[derive(Debug)]
pub struct Writer<'w> {
    pub(super) dialect: &'static Capabilities,
    out: &'w mut String,
    binds: &'w mut Vec<BindId>,
}

impl<'w> Writer<'w> {
    /// A writer into the caller's buffers.
    pub fn new(dialect: &'static Capabilities, out: &'w mut String, binds: &'w mut Vec<BindId>) -> Self {
        Writer { dialect, out, binds }
    }

    /// A keyword or punctuation, known when relata was built.
    pub(super) fn word(&mut self, word: &'static str) {
        self.out.push_str(word);
    }

    /// A type name, made by the dialect from a type.
    pub(super) fn type_name(&mut self, name: &str) {
        self.out.push_str(name);
    }

    /// A number of the planner.
    pub(super) fn number(&mut self, number: i64) {
        use std::fmt::Write;
        // Writing to a string cannot fail.
        let _ = write!(self.out, "{number}");
    }

    /// A quoted identifier.
    pub(super) fn name(&mut self, name: &str) {
        let quote = self.dialect.quote;
        self.out.push(quote);
        for c in name.chars() {
            if c == quote {
                self.out.push(quote);
            }
            self.out.push(c);
        }
        self.out.push(quote);
    }

    /// An alias of the planner: a letter and a number, quoted like any name.
    pub(super) fn alias(&mut self, letter: char, number: usize) {
        let quote = self.dialect.quote;
        self.out.push(quote);
        self.out.push(letter);
        self.number(number as i64);
        self.out.push(quote);
    }

    /// A placeholder.
    pub(super) fn placeholder(&mut self, bind: BindId) {
        match self.dialect.placeholder {
            Placeholder::Question => {
                self.out.push('?');
                self.binds.push(bind);
            }
            Placeholder::Dollar => {
                // One value, one number: else two equal expressions in GROUP BY and SELECT would not be equal.
                let number = self.binds.iter().rposition(|&known| known == bind).unwrap_or_else(|| {
                    self.binds.push(bind);
                    self.binds.len() - 1
                });
                self.out.push('$');
                self.number(number as i64 + 1);
            }
        }
    }

    /// A boolean constant.
    pub(super) fn boolean(&mut self, value: bool) {
        let (yes, no) = self.dialect.types.booleans;
        self.word(if value { yes } else { no });
    }

    /// A literal: of DDL, or a constant that the schema states.
    pub(super) fn literal(&mut self, value: &Value) {
        match value {
            Datum::Null => self.word("NULL"),
            Datum::Bool(v) => self.boolean(*v),
            Datum::Int(v) => self.number(*v),
            Datum::Double(v) => self.quoted_cast(&format!("{v:?}"), Kind::Double),
            Datum::Decimal(v) => self.out.push_str(&v.to_string()),
            Datum::Text(v) | Datum::Json(v) => self.quoted(v),
            Datum::Bytes(v) => {
                use std::fmt::Write;
                let (before, after) = self.dialect.types.bytes;
                self.word(before);
                for byte in v.iter() {
                    let _ = write!(self.out, "{byte:02x}");
                }
                self.word(after);
            }
            Datum::Uuid(v) => self.quoted(&v.to_string()),
            Datum::Day(v) => self.quoted(&v.to_string()),
            Datum::Instant(v) => self.formatted(&mut |out| format_instant(out, *v, ' ', 6, "+00:00")),
            Datum::Naive(v) => self.formatted(&mut |out| format_naive(out, *v, ' ', 6)),
            Datum::Time(v) => self.formatted(&mut |out| format_time(out, *v, 6)),
        }
    }

    fn formatted(&mut self, format: &mut dyn FnMut(&mut String)) {
        let mut text = String::new();
        format(&mut text);
        self.quoted(&text);
    }

    fn quoted(&mut self, text: &str) {
        self.out.push('\'');
        for c in text.chars() {
            if c == '\'' {
                self.out.push('\'');
            }
            self.out.push(c);
        }
        self.out.push('\'');
    }

    fn quoted_cast(&mut self, text: &str, kind: Kind) {
        self.word("CAST(");
        self.quoted(text);
        self.word(" AS ");
        let name = (self.dialect.types.cast)(kind, 0, 0);
        self.type_name(&name);
        self.word(")");
    }
}
