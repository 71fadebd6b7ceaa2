//! Raw SQL text, read as far as relata must: where bind markers stand in it, and how its statements begin.
//!
//! This is no parser. It knows what a database takes for a literal, a quoted name or a comment, described by a
//! [`Lexis`], so that nothing inside of them is taken for a marker or for the end of a statement. Everything else is
//! text that passes through, and the database says what it thinks of it.
//!
//! A marker is `?`, `?1`, `$1`, `:name` or `$name`, and `@name` where the database has no operator `@`. One text has
//! one form of markers: by position, by number or by name. What looks like a marker and is none:
//!
//! - `??` is a question mark that is no marker, so an operator `?|` is written `??|`;
//! - a colon right behind a word, a number or a marker belongs to a slice (`a[lo:hi]`), and one before a digit too.
//!   Behind anything else a slice needs a space: `a[f(x): hi]`;
//! - a dollar sign inside a word is part of that word.
//!
//! Strings are read with the settings that a database has by default. A server that is told to read backslashes in
//! plain strings (`standard_conforming_strings = off`) needs a [`Lexis`] that says so.

mod scan;

pub use scan::scan;

/// How a database divides SQL text into literals, names, comments and the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lexis {
    /// Whether `$tag$ ... $tag$` is a string.
    pub dollar_quotes: bool,
    /// Whether a backslash escapes in strings written `E'...'`.
    pub escape_strings: bool,
    /// Whether a block comment may contain others.
    pub nested_comments: bool,
    /// Whether `[name]` is a quoted name.
    pub brackets: bool,
    /// Whether a name may be quoted with backticks.
    pub backticks: bool,
    /// Whether `::` is an operator.
    pub double_colon: bool,
    /// Whether a backslash escapes in every string.
    pub backslash_strings: bool,
    /// Whether `#` begins a comment.
    pub hash_comments: bool,
    /// Whether `"..."` is a string and not a name.
    pub double_quoted_strings: bool,
    /// Whether `@name` is a bind marker. Elsewhere `@` is an operator or begins a variable, and is text.
    pub at_names: bool,
}

impl Lexis {
    /// What the standard says: strings in single quotes, names in double quotes, comments that do not nest.
    pub const STANDARD: Lexis = Lexis {
        dollar_quotes: false,
        escape_strings: false,
        nested_comments: false,
        brackets: false,
        backticks: false,
        double_colon: false,
        backslash_strings: false,
        hash_comments: false,
        double_quoted_strings: false,
        at_names: false,
    };
}

/// A place for a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker<'s> {
    /// `?`: the next value.
    Positional,
    /// `$1` or `?1`: the value of that number, from one.
    Numbered(u16),
    /// `:name`, `$name` or `@name`: the value of that name, here without its sign.
    Named(&'s str),
}

impl Marker<'_> {
    fn form(self) -> &'static str {
        match self {
            Marker::Positional => "by position",
            Marker::Numbered(_) => "by number",
            Marker::Named(_) => "by name",
        }
    }
}

/// A part of raw SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'s> {
    /// Text to send as it is. It is never empty.
    Text(&'s str),
    /// A marker, which the dialect spells in its own way.
    Marker(Marker<'s>),
}

/// What [`scan()`] finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan<'s> {
    /// The text in parts. One behind the other they are the source, but for `??`, which is `?` here.
    pub pieces: Vec<Piece<'s>>,
    /// How each statement begins. Empty statements are left out.
    pub statements: Vec<Opening<'s>>,
}

/// The words with which a statement begins, as they are written. Comments, white space and parentheses before the first
/// are skipped. A word is empty when something else stands in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Opening<'s> {
    /// The keyword that says what the statement is.
    pub first: &'s str,
    /// The word right behind it.
    pub second: &'s str,
    /// The word right behind that.
    pub third: &'s str,
}

impl Opening<'_> {
    /// What the statement does to the transaction of its connection. It knows more than [`transaction_control`], which
    /// sees one word: `PREPARE TRANSACTION` ends a transaction, `ROLLBACK TO` does not, and `COMMIT PREPARED` is about
    /// the transaction of somebody else.
    pub fn transaction(&self) -> Option<Transaction> {
        if is(self.first, &["PREPARE"]) {
            return is(self.second, &["TRANSACTION"]).then_some(Transaction::Ends);
        }
        // ROLLBACK [WORK | TRANSACTION] TO [SAVEPOINT] name
        let noise = is(self.second, &["WORK", "TRANSACTION"]);
        let behind = if noise { self.third } else { self.second };
        match transaction_control(self.first) {
            Some(Transaction::Ends) if is(behind, &["PREPARED"]) => None,
            Some(Transaction::Ends) if is(self.first, &["ROLLBACK"]) && is(behind, &["TO"]) => {
                Some(Transaction::Savepoint)
            }
            other => other,
        }
    }
}

/// What a statement does to a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transaction {
    /// It begins one.
    Begins,
    /// It ends one, for good or ill.
    Ends,
    /// It makes, drops or returns to a savepoint inside of one.
    Savepoint,
}

/// What a statement with this first keyword does to a transaction. Where the words behind the keyword are known, ask
/// [`Opening::transaction`].
pub fn transaction_control(keyword: &str) -> Option<Transaction> {
    if is(keyword, &["BEGIN", "START"]) {
        Some(Transaction::Begins)
    } else if is(keyword, &["COMMIT", "END", "ROLLBACK", "ABORT"]) {
        Some(Transaction::Ends)
    } else if is(keyword, &["SAVEPOINT", "RELEASE"]) {
        Some(Transaction::Savepoint)
    } else {
        None
    }
}

/// Whether a text may change settings of its session that outlive its transaction. It says so too often rather than too
/// seldom.
pub fn changes_settings(sql: &str) -> bool {
    sql.split(';').any(|statement| {
        let mut words = statement.split_whitespace();
        let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let sets = is(first, &["SET", "RESET", "USE", "DISCARD"]) && !is(second, &["LOCAL", "TRANSACTION"]);
        sets || sql.contains("set_config") || (first.starts_with("/*") || first.starts_with("--"))
    })
}

/// Whether a word is one of these keywords.
fn is(word: &str, keywords: &[&str]) -> bool {
    keywords.iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
}

#[cfg(test)]
mod tests;
