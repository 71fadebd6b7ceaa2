//! Constants: of DDL, and those that the schema states.

use std::{fmt::Write, ops::Bound};

use relata_schema::{Datum, Kind, Range, Value, format_instant, format_naive, format_time};

use super::Writer;

impl Writer<'_> {
    /// A literal: of DDL, or a constant that the schema states.
    pub(super) fn literal(&mut self, value: &Value) {
        match value {
            Datum::Null => self.word("NULL"),
            Datum::Bool(v) => self.boolean(*v),
            Datum::Int(v) => self.number(*v),
            Datum::UnsignedInt(v) => self.out.push_str(&v.to_string()),
            Datum::Real(v) => self.quoted_cast(&format!("{v:?}"), Kind::Real),
            Datum::Double(v) => self.quoted_cast(&format!("{v:?}"), Kind::Double),
            Datum::Decimal(v) => self.out.push_str(&v.to_string()),
            Datum::Text(v) | Datum::Json(v) => self.quoted(v),
            Datum::Bytes(v) => {
                let (before, after) = self.dialect.types.bytes;
                self.word(before);
                for byte in v.iter() {
                    let _ = write!(self.out, "{byte:02x}");
                }
                self.word(after);
            }
            Datum::Uuid(v) => self.quoted(&v.to_string()),
            Datum::Day(v) => self.quoted(&v.to_string()),
            Datum::Instant(v) => {
                self.formatted(&mut |out| format_instant(out, *v, ' ', 6, self.dialect.types.instant_zone))
            }
            Datum::Naive(v) => self.formatted(&mut |out| format_naive(out, *v, ' ', 6)),
            Datum::Time(v) => self.formatted(&mut |out| format_time(out, *v, 6)),
            Datum::Array(_) | Datum::Range(_) => self.formatted(&mut |out| input(out, value)),
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
            // The character that ends the text, and the one that would make something else of the next.
            if c == '\'' || (c == '\\' && self.dialect.lexis.backslash_strings) {
                self.out.push(c);
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

/// A value as PostgreSQL reads it, within an array or a range or as one.
/// <https://www.postgresql.org/docs/15/arrays.html#ARRAYS-INPUT>
fn input(out: &mut String, value: &Value) {
    // Writing to a string cannot fail.
    let _ = match value {
        Datum::Null => write!(out, "NULL"),
        Datum::Bool(v) => write!(out, "{v}"),
        Datum::Int(v) => write!(out, "{v}"),
        Datum::UnsignedInt(v) => write!(out, "{v}"),
        Datum::Real(v) => write!(out, "{v:?}"),
        Datum::Double(v) => write!(out, "{v:?}"),
        Datum::Decimal(v) => write!(out, "{v}"),
        Datum::Uuid(v) => write!(out, "{v}"),
        Datum::Day(v) => write!(out, "{v}"),
        Datum::Text(v) | Datum::Json(v) => {
            quoted(out, v);
            Ok(())
        }
        Datum::Bytes(v) => {
            let digits = v.iter().fold("\\x".to_owned(), |digits, byte| digits + &format!("{byte:02x}"));
            quoted(out, &digits);
            Ok(())
        }
        Datum::Instant(_) | Datum::Naive(_) | Datum::Time(_) => {
            let mut text = String::new();
            match value {
                Datum::Instant(v) => format_instant(&mut text, *v, ' ', 6, "+00:00"),
                Datum::Naive(v) => format_naive(&mut text, *v, ' ', 6),
                Datum::Time(v) => format_time(&mut text, *v, 6),
                _ => {}
            }
            quoted(out, &text);
            Ok(())
        }
        Datum::Array(values) => {
            out.push('{');
            for (i, value) in values.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                input(out, value);
            }
            out.push('}');
            Ok(())
        }
        Datum::Range(range) => {
            match &**range {
                Range::Empty => out.push_str("empty"),
                Range::Between(lower, upper) => {
                    out.push(if matches!(lower, Bound::Included(_)) { '[' } else { '(' });
                    bound(out, lower);
                    out.push(',');
                    bound(out, upper);
                    out.push(if matches!(upper, Bound::Included(_)) { ']' } else { ')' });
                }
            }
            Ok(())
        }
    };
}

fn bound(out: &mut String, bound: &Bound<Value>) {
    if let Bound::Included(value) | Bound::Excluded(value) = bound {
        input(out, value);
    }
}

fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
}
