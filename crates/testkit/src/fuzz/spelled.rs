//! A reader of SQL text that shares nothing with the printer: what stands in quotes, and what stands between.

use std::collections::BTreeSet;

use relata::dialect::{Capabilities, Placeholder};

/// A part of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part<'s> {
    /// What is in no quotes.
    Bare(&'s str),
    /// A quoted name, as it is meant.
    Name(String),
    /// A quoted text, as it is meant.
    Text(String),
}

/// The parts of a statement, as a database would read them.
pub(super) fn parts<'s>(sql: &'s str, dialect: &Capabilities) -> Vec<Part<'s>> {
    let mut found = Vec::new();
    let mut rest = sql;
    loop {
        let quote = rest.find(['\'', dialect.quote]).unwrap_or(rest.len());
        if quote > 0 {
            found.push(Part::Bare(&rest[..quote]));
        }
        let Some(mark) = rest[quote..].chars().next() else { return found };
        let escapes = mark == '\'' && dialect.lexis.backslash_strings;
        let inside = &rest[quote + mark.len_utf8()..];
        let (meant, length) =
            quoted(inside, mark, escapes).unwrap_or_else(|| panic!("{}: {mark} is not closed: {sql}", dialect.name));
        found.push(if mark == '\'' { Part::Text(meant) } else { Part::Name(meant) });
        rest = &inside[length..];
    }
}

/// What a text means up to the mark that ends it, and how many bytes that takes.
fn quoted(text: &str, mark: char, escapes: bool) -> Option<(String, usize)> {
    let mut meant = String::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        if c == '\\' && escapes {
            meant.push(characters.next()?.1);
        } else if c != mark {
            meant.push(c);
        } else if characters.next_if(|(_, next)| *next == mark).is_some() {
            meant.push(mark);
        } else {
            return Some((meant, at + mark.len_utf8()));
        }
    }
    None
}

/// How many values a statement asks for.
pub(super) fn placeholders(sql: &str, dialect: &Capabilities) -> usize {
    let mut questions = 0;
    let mut numbers = BTreeSet::new();
    for part in parts(sql, dialect) {
        let Part::Bare(text) = part else { continue };
        questions += text.matches('?').count();
        for behind in text.split('$').skip(1) {
            let digits = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
            numbers.insert(behind[..digits].parse::<usize>().unwrap_or(0));
        }
    }
    if dialect.placeholder != Placeholder::Dollar {
        assert!(numbers.is_empty(), "{}: {sql}", dialect.name);
        return questions;
    }
    assert_eq!(questions, 0, "{}: {sql}", dialect.name);
    assert!(numbers.iter().copied().eq(1..=numbers.len()), "{}: a number is left out: {sql}", dialect.name);
    numbers.len()
}
