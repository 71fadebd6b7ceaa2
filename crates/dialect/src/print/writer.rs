//! The only way that text gets into a statement.

use relata_ir::{BindId, Ir, NameId};

use crate::{Capabilities, Placeholder};

/// What a writer finds out about the binds of a statement. Used again and again.
#[derive(Debug, Default)]
pub struct Scratch {
    /// The binds, in the order of their placeholders.
    pub binds: Vec<BindId>,
    /// Where in the text the placeholder is that stands for each element of a list.
    pub spread: Option<usize>,
    places: Vec<Option<u32>>,
}

/// Appends to a statement, and keeps the order of its placeholders.
#[derive(Debug)]
pub struct Writer<'w> {
    pub(super) dialect: &'static Capabilities,
    pub(super) out: &'w mut String,
    binds: &'w mut Vec<BindId>,
    spread: &'w mut Option<usize>,
    /// The place of each bind among them, where values have numbers: one value, one number.
    places: &'w mut Vec<Option<u32>>,
    /// Placeholders of the rows of an insert beyond the first: they have numbers and no binds of their own.
    repeated: usize,
    /// Columns stand without the alias of their table.
    bare: bool,
    /// A table that goes by its own name, and the number of the alias that it would have.
    named: Option<(usize, NameId)>,
}

impl<'w> Writer<'w> {
    /// A writer into the caller's buffers.
    pub fn new(dialect: &'static Capabilities, out: &'w mut String, scratch: &'w mut Scratch) -> Self {
        let Scratch { binds, spread, places } = scratch;
        binds.clear();
        places.clear();
        *spread = None;
        Writer { dialect, out, binds, spread, places, repeated: 0, bare: false, named: None }
    }

    /// A keyword or punctuation, known when relata was built.
    #[inline]
    pub(super) fn word(&mut self, word: &'static str) {
        self.out.push_str(word);
    }

    /// A type name, made by the dialect from a type.
    pub(super) fn type_name(&mut self, name: &str) {
        self.out.push_str(name);
    }

    /// A number of the planner.
    pub(super) fn number(&mut self, number: i64) {
        self.out.push_str(itoa::Buffer::new().format(number));
    }

    /// A quoted identifier.
    pub(super) fn name(&mut self, name: &str) {
        let quote = self.dialect.quote;
        self.out.push_str(mark(quote));
        // A quote is one byte, which is part of no other character.
        if name.as_bytes().contains(&(quote as u8)) {
            for c in name.chars() {
                if c == quote {
                    self.out.push(quote);
                }
                self.out.push(c);
            }
        } else {
            self.out.push_str(name);
        }
        self.out.push_str(mark(quote));
    }

    /// A name of the statement, as it is kept where the database has the quotes of the standard.
    #[inline]
    pub(super) fn name_of(&mut self, ir: &Ir, id: NameId) {
        match ir.quoted(id) {
            Some(quoted) if self.dialect.quote == '"' => self.out.push_str(quoted),
            _ => self.name(ir.name(id)),
        }
    }

    /// The alias of a table.
    pub(super) fn table_alias(&mut self, number: usize) {
        // Nearly always one of these, and a text of a known length is written without a call.
        match number {
            0 if self.dialect.quote == '"' => self.word("\"t0\""),
            1 if self.dialect.quote == '"' => self.word("\"t1\""),
            2 if self.dialect.quote == '"' => self.word("\"t2\""),
            3 if self.dialect.quote == '"' => self.word("\"t3\""),
            _ => self.alias('t', number),
        }
    }

    /// The alias of a column of a derived table.
    pub(super) fn column_alias(&mut self, number: usize) {
        match COLUMNS.get(number) {
            Some(alias) if self.dialect.quote == '"' => self.word(alias),
            _ => self.alias('c', number),
        }
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
                while self.places.len() <= bind.index() {
                    self.places.push(None);
                }
                let next = self.binds.len();
                let place = *self.places[bind.index()].get_or_insert(next as u32) as usize;
                if place == next {
                    self.binds.push(bind);
                }
                let number = place + self.repeated;
                self.out.push('$');
                self.number(number as i64 + 1);
            }
        }
    }

    /// A placeholder that stands for each element of a list, of which a statement has one.
    pub(super) fn placeholder_of_each(&mut self, bind: BindId) {
        *self.spread = Some(self.out.len());
        self.placeholder(bind);
    }

    /// A row of an insert: its placeholders. The binds of the first row stand for all.
    pub(super) fn row(&mut self, template: &[BindId], row: usize) {
        if row == 0 {
            for bind in template {
                self.places.resize(self.places.len().max(bind.index() + 1), None);
                self.places[bind.index()] = Some(self.binds.len() as u32);
                self.binds.push(*bind);
            }
        } else {
            self.repeated += template.len();
        }
        for i in 0..template.len() {
            if i > 0 {
                self.word(", ");
            }
            match self.dialect.placeholder {
                Placeholder::Question => self.out.push('?'),
                Placeholder::Dollar => {
                    self.out.push('$');
                    self.number((row * template.len() + i + 1) as i64);
                }
            }
        }
    }

    /// Whether columns stand without the alias of their table.
    pub(super) fn bare_columns(&mut self, bare: bool) {
        self.bare = bare;
    }

    /// The alias of a table before a column of it.
    pub(super) fn qualifier(&mut self, ir: &Ir, number: usize) {
        if self.bare {
            return;
        }
        match self.named {
            Some((named, name)) if named == number => self.name_of(ir, name),
            _ => self.table_alias(number),
        }
        self.word(".");
    }

    /// From here on a table goes by its own name and not by an alias: where some database knows no alias.
    pub(super) fn by_name(&mut self, number: usize, name: NameId) {
        self.named = Some((number, name));
    }

    /// A boolean constant.
    pub(super) fn boolean(&mut self, value: bool) {
        let (yes, no) = self.dialect.types.booleans;
        self.word(if value { yes } else { no });
    }
}

/// A placeholder without a number, before another one.
pub const ANOTHER_PLACEHOLDER: &str = "?, ";

/// Aliases of columns as most databases quote them.
const COLUMNS: [&str; 16] = [
    "\"c0\"", "\"c1\"", "\"c2\"", "\"c3\"", "\"c4\"", "\"c5\"", "\"c6\"", "\"c7\"", "\"c8\"", "\"c9\"", "\"c10\"",
    "\"c11\"", "\"c12\"", "\"c13\"", "\"c14\"", "\"c15\"",
];

fn mark(quote: char) -> &'static str {
    if quote == '"' { "\"" } else { "`" }
}
