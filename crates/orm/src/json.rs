//! Answers as JSON text.

use relata_driver::Row;
use relata_planner::{Field, Slot};
use relata_schema::{Datum, Error, ErrorKind, Result, write_json_datum, write_json_string};

use crate::Sink;

/// Writes the rows of an answer as a JSON array of nested objects.
#[derive(Debug)]
pub struct JsonSink {
    out: String,
    /// For each open edge: whether it is an array, and whether it has a row.
    edges: Vec<(bool, bool)>,
}

impl JsonSink {
    /// A sink that has written the bracket of the array.
    pub fn new() -> Self {
        JsonSink { out: "[".to_owned(), edges: vec![(true, false)] }
    }

    /// The array.
    pub fn finish(mut self) -> String {
        self.out.push(']');
        self.out
    }

    fn fields(&mut self, row: &dyn Row, start: usize, fields: &[Field]) -> Result<()> {
        for (i, field) in fields.iter().enumerate() {
            if !self.out.ends_with('{') {
                self.out.push(',');
            }
            write_json_string(&mut self.out, &field.name);
            self.out.push(':');
            let value = row.get(start + i, field.kind).map_err(|error| error.at(&field.name))?;
            match value {
                Datum::Json(text) => self.document(&text).map_err(|error| error.at(&field.name))?,
                value => write_json_datum(&mut self.out, &value, field.scale),
            }
        }
        Ok(())
    }

    /// A document of the database as it is kept, number by number, without the spaces that one database puts between.
    fn document(&mut self, text: &str) -> Result<()> {
        serde_json::from_str::<serde::de::IgnoredAny>(text)
            .map_err(|error| Error::new(ErrorKind::Decode, "the column holds no JSON").because(error))?;
        let (mut in_text, mut escaped) = (false, false);
        for c in text.chars() {
            if in_text || !c.is_ascii_whitespace() {
                self.out.push(c);
            }
            if c == '"' && !escaped {
                in_text = !in_text;
            }
            escaped = in_text && c == '\\' && !escaped;
        }
        Ok(())
    }
}

impl Default for JsonSink {
    fn default() -> Self {
        JsonSink::new()
    }
}

impl Sink for JsonSink {
    fn open(&mut self, slot: &Slot, _rows: usize) -> Result<()> {
        if !self.out.ends_with('{') {
            self.out.push(',');
        }
        write_json_string(&mut self.out, &slot.key);
        self.out.push(':');
        if !slot.single {
            self.out.push('[');
        }
        self.edges.push((!slot.single, false));
        Ok(())
    }

    fn row<'s>(&'s mut self, slot: &Slot, row: &dyn Row) -> Result<&'s mut dyn Sink> {
        if let Some((_, has_row)) = self.edges.last_mut() {
            if *has_row {
                self.out.push(',');
            }
            *has_row = true;
        }
        self.out.push('{');
        self.fields(row, slot.columns.start, &slot.fields)?;
        if let Some(through) = &slot.through {
            if !self.out.ends_with('{') {
                self.out.push(',');
            }
            write_json_string(&mut self.out, &through.key);
            self.out.push_str(":{");
            self.fields(row, through.columns.start, &through.fields)?;
            self.out.push('}');
        }
        Ok(self)
    }

    fn close(&mut self, _slot: &Slot) -> Result<()> {
        match self.edges.pop() {
            Some((true, _)) => self.out.push(']'),
            Some((false, false)) => self.out.push_str("null"),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        self.out.push('}');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_keeps_its_numbers_and_texts() {
        let mut sink = JsonSink { out: String::new(), edges: Vec::new() };
        sink.document("{ \"a b\\\" c\": [1, 12345678901234567890123, 0.10 ] }").unwrap();
        assert_eq!(sink.out, "{\"a b\\\" c\":[1,12345678901234567890123,0.10]}");
        assert!(sink.document("{no").is_err());
    }
}
