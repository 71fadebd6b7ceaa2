//! The scanner of SQL that an application writes.

use relata::{
    ErrorKind,
    dialect::raw::{Lexis, Marker, Piece, Scan, scan},
};

use super::text_of;

/// Every switch on: no database reads text like that, and the scanner must survive it all the same.
const EVERYTHING: Lexis = Lexis {
    dollar_quotes: true,
    escape_strings: true,
    nested_comments: true,
    brackets: true,
    backticks: true,
    double_colon: true,
    backslash_strings: true,
    hash_comments: true,
    double_quoted_strings: true,
    at_names: true,
};

/// The parts of a text make the text again, and no marker is found inside of quotes.
///
/// # Panics
///
/// When that is not so.
pub fn raw_sql(data: &[u8]) {
    let Some(text) = text_of(data) else { return };
    for lexis in relata::dialect::ALL.map(|dialect| dialect.lexis).into_iter().chain([Lexis::STANDARD, EVERYTHING]) {
        match scan(text, &lexis) {
            Ok(found) => check(text, &found),
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::Request | ErrorKind::Unsupported), "{error:?}");
                assert!(error.remedy().is_some(), "{error:?}");
            }
        }
        if !text.contains('\0') {
            inside(&quoted(text, '\'', lexis.backslash_strings), &lexis);
            inside(&quoted(text, '"', lexis.backslash_strings && lexis.double_quoted_strings), &lexis);
        }
    }
}

fn check(text: &str, found: &Scan<'_>) {
    let mut at = 0;
    let mut first = None;
    for piece in &found.pieces {
        let rest = &text[at..];
        match piece {
            Piece::Text(part) => {
                assert!(!part.is_empty() && rest.starts_with(part), "{part:?} at {at}");
                at += part.len();
                // A question mark that is no marker is written twice. Nothing else ends a part with one, but a comment at
                // the very end of the text.
                if part.ends_with('?') && text[at..].starts_with('?') {
                    at += 1;
                }
            }
            Piece::Marker(marker) => {
                at += length(*marker, rest).unwrap_or_else(|| panic!("{marker:?} at {at}"));
                let form = std::mem::discriminant(marker);
                assert_eq!(*first.get_or_insert(form), form, "{marker:?} at {at} is of another form");
            }
        }
    }
    assert_eq!(at, text.len(), "a part is missing");
    for opening in &found.statements {
        for word in [opening.first, opening.second, opening.third] {
            assert!(text.contains(word) && !word.contains([' ', ';', '(', ')', '\'', '?']), "{opening:?}");
        }
    }
    assert!(found.statements.len() <= text.matches(';').count() + 1, "{:?}", found.statements);
}

/// How long a marker is in the text, if it begins there.
fn length(marker: Marker<'_>, text: &str) -> Option<usize> {
    let behind = |signs: &[char]| text.strip_prefix(signs);
    match marker {
        Marker::Positional => behind(&['?']).map(|_| 1),
        Marker::Numbered(number) => {
            let rest = behind(&['?', '$'])?;
            let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            (rest[..digits].parse() == Ok(number)).then_some(1 + digits)
        }
        Marker::Named(name) => behind(&[':', '$', '@'])?.starts_with(name).then_some(1 + name.len()),
    }
}

/// A statement in which a text stands between quotes.
fn quoted(text: &str, quote: char, backslash: bool) -> String {
    let mut sql = String::from("SELECT ");
    sql.push(quote);
    for c in text.chars() {
        if c == quote || (c == '\\' && backslash) {
            sql.push(c);
        }
        sql.push(c);
    }
    sql.push(quote);
    sql
}

fn inside(sql: &str, lexis: &Lexis) {
    let found = scan(sql, lexis).unwrap_or_else(|error| panic!("{error:?}: {sql}"));
    assert_eq!(found.pieces, [Piece::Text(sql)]);
    assert_eq!(found.statements.len(), 1, "{sql}");
}
