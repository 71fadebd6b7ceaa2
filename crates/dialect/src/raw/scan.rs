//! The scanner: one pass over the bytes of a text.
//!
//! Every byte that decides something is ASCII, and in UTF-8 such a byte is never part of another character. So bytes
//! are enough to read, and a cut beside an ASCII byte, or at an end of the text, is between two characters.
//!
//! It goes forward only, but for two short looks ahead: for the tag of a dollar quote, and for the continuation of an
//! escape string on a next line. What they read is read once more at most, so the time stays linear.

use std::mem::{discriminant, take};

use relata_schema::{Error, ErrorKind, Result};

use super::{Lexis, Marker, Opening, Piece, Scan, is};

/// Finds the bind markers and the beginnings of the statements of a text.
///
/// # Errors
///
/// [`ErrorKind::Request`] with line and column when a string, a quoted name or a comment is not closed, when a marker
/// has no valid number or name, when markers of different forms are mixed, and when the text contains a NUL.
/// [`ErrorKind::Unsupported`] for the operator `::` where the database has none.
pub fn scan<'s>(sql: &'s str, lexis: &Lexis) -> Result<Scan<'s>> {
    let mut scanner = Scanner {
        sql,
        bytes: sql.as_bytes(),
        lexis: *lexis,
        at: 0,
        from: 0,
        word_end: None,
        first: None,
        statement: Statement::default(),
        scan: Scan { pieces: Vec::new(), statements: Vec::new() },
    };
    if let Some(at) = sql.find('\0') {
        let error = scanner.error(at, "raw SQL has a NUL character");
        return Err(error.help("remove it: a database may take it for the end of the text"));
    }
    while scanner.at < sql.len() {
        scanner.step()?;
    }
    scanner.flush(sql.len())?;
    let last = scanner.statement.end();
    scanner.scan.statements.extend(last);
    Ok(scanner.scan)
}

struct Scanner<'s> {
    sql: &'s str,
    bytes: &'s [u8],
    lexis: Lexis,
    /// The next byte to read.
    at: usize,
    /// Where the text begins that is in no piece yet.
    from: usize,
    /// Where the last word, number, or marker with a name or number ended.
    word_end: Option<usize>,
    /// The first marker: all others have its form.
    first: Option<Marker<'s>>,
    statement: Statement<'s>,
    scan: Scan<'s>,
}

impl<'s> Scanner<'s> {
    /// Reads one token.
    fn step(&mut self) -> Result<()> {
        let (here, next) = (self.byte(0), self.byte(1));
        match here {
            _ if is_space(here) => self.at += 1,
            b'-' if next == b'-' => self.line_comment()?,
            b'#' if self.lexis.hash_comments => self.line_comment()?,
            b'/' if next == b'*' => self.block_comment()?,
            b'\'' => self.quoted("string", b'\'', self.lexis.backslash_strings)?,
            b'"' if self.lexis.double_quoted_strings => self.quoted("string", b'"', self.lexis.backslash_strings)?,
            b'"' => self.quoted("quoted name", b'"', false)?,
            b'`' if self.lexis.backticks => self.quoted("quoted name", b'`', false)?,
            b'[' if self.lexis.brackets => self.quoted("quoted name", b']', false)?,
            b'?' => self.question(next)?,
            b'$' => self.dollar(next)?,
            b':' => self.colon(next)?,
            // `@@name` is a variable of the server.
            b'@' if self.lexis.at_names && next == b'@' => self.symbol(2),
            b'@' if self.lexis.at_names && is_name_start(next) => self.named()?,
            b';' => self.semicolon(),
            b'(' => {
                self.statement.open();
                self.at += 1;
            }
            b')' => {
                self.statement.close();
                self.at += 1;
            }
            b'0'..=b'9' => self.number(),
            _ if is_word(here) => self.word()?,
            _ => self.symbol(1),
        }
        Ok(())
    }

    /// The byte so far ahead; zero behind the end, since no text has a NUL.
    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Where a run of bytes ends.
    fn run(&self, from: usize, belongs: impl Fn(u8) -> bool) -> usize {
        let mut end = from;
        while self.bytes.get(end).is_some_and(|&byte| belongs(byte)) {
            end += 1;
        }
        end
    }

    fn cut(&self, from: usize, to: usize) -> Result<&'s str> {
        self.sql.get(from..to).ok_or_else(|| Error::internal("raw SQL was cut inside of a character"))
    }

    /// Makes a piece of the text so far, and goes on behind what follows it.
    fn flush(&mut self, next: usize) -> Result<()> {
        if self.from < self.at {
            let text = self.cut(self.from, self.at)?;
            self.scan.pieces.push(Piece::Text(text));
        }
        (self.at, self.from) = (next, next);
        Ok(())
    }

    fn symbol(&mut self, length: usize) {
        self.statement.token();
        self.at += length;
    }

    fn semicolon(&mut self) {
        if self.statement.is_inside() {
            return self.symbol(1);
        }
        self.at += 1;
        let ended = self.statement.end();
        self.scan.statements.extend(ended);
    }

    fn word(&mut self) -> Result<()> {
        let start = self.at;
        let end = self.run(start, is_word);
        let word = self.cut(start, end)?;
        self.at = end;
        if self.lexis.escape_strings && is(word, &["E"]) && self.byte(0) == b'\'' {
            return self.escape_string();
        }
        self.word_end = Some(end);
        let qualified = start.checked_sub(1).and_then(|before| self.bytes.get(before)) == Some(&b'.');
        self.statement.word(word, qualified);
        Ok(())
    }

    /// A number has no `$` in it, unlike a word.
    fn number(&mut self) {
        self.statement.token();
        self.at = self.run(self.at, is_tag);
        self.word_end = Some(self.at);
    }

    fn line_comment(&mut self) -> Result<()> {
        while self.at < self.bytes.len() {
            match self.byte(0) {
                b'\n' => break,
                // PostgreSQL ends the comment here and SQLite does not.
                b'\r' if !matches!(self.byte(1), b'\n' | 0) => {
                    let error = self.error(self.at, "a line comment has a carriage return without a line feed");
                    return Err(error.help("end the line with a line feed, since databases differ in where it ends"));
                }
                _ => self.at += 1,
            }
        }
        Ok(())
    }

    fn block_comment(&mut self) -> Result<()> {
        let start = self.at;
        let mut depth = 0usize;
        while self.at < self.bytes.len() {
            match (self.byte(0), self.byte(1)) {
                // The first of them is the one that begins the comment.
                (b'/', b'*') if depth == 0 || self.lexis.nested_comments => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth = depth.saturating_sub(1);
                    self.at += 2;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                _ => self.at += 1,
            }
        }
        let nests = if self.lexis.nested_comments { ", and each comment inside of it too" } else { "" };
        Err(self.unclosed("comment", start).help(format!("close it with */{nests}")))
    }

    /// A literal or a name that ends with a quote; the quote stands for itself when it is doubled.
    fn quoted(&mut self, what: &str, close: u8, backslash: bool) -> Result<()> {
        self.statement.token();
        let start = self.at;
        self.at += 1;
        while self.at < self.bytes.len() {
            let byte = self.byte(0);
            self.at += 1;
            if byte == close {
                if self.byte(0) != close {
                    return Ok(());
                }
                self.at += 1;
            } else if byte == b'\\' && backslash {
                self.at += 1;
            }
        }
        let close = char::from(close);
        Err(self.unclosed(what, start).help(format!("close it with {close} and double each {close} inside of it")))
    }

    /// A string whose `E` is read. It goes on when white space with a line end and another quote follow, and there too
    /// a backslash escapes: <https://www.postgresql.org/docs/15/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS>.
    fn escape_string(&mut self) -> Result<()> {
        loop {
            self.quoted("string", b'\'', true)?;
            let end = self.at;
            let mut line_end = false;
            loop {
                let byte = self.byte(0);
                if is_space(byte) {
                    line_end |= byte == b'\n' || byte == b'\r';
                    self.at += 1;
                } else if byte == b'-' && self.byte(1) == b'-' {
                    self.line_comment()?;
                } else {
                    break;
                }
            }
            if !line_end || self.byte(0) != b'\'' {
                self.at = end;
                return Ok(());
            }
        }
    }

    /// A dollar sign that is not part of a word.
    fn dollar(&mut self, next: u8) -> Result<()> {
        if self.lexis.dollar_quotes && !next.is_ascii_digit() {
            let tag_end = self.run(self.at + 1, is_tag);
            if self.bytes.get(tag_end) == Some(&b'$') {
                return self.dollar_quoted(tag_end + 1);
            }
        }
        match next {
            b'0'..=b'9' => self.numbered(),
            _ if is_name_start(next) => self.named(),
            _ => {
                self.symbol(1);
                Ok(())
            }
        }
    }

    fn dollar_quoted(&mut self, inside: usize) -> Result<()> {
        self.statement.token();
        let start = self.at;
        let tag = self.cut(start, inside)?;
        match self.cut(inside, self.bytes.len())?.find(tag) {
            Some(length) => {
                self.at = inside + length + tag.len();
                Ok(())
            }
            None => Err(self.unclosed("dollar-quoted string", start).help(format!("close it with {tag}"))),
        }
    }

    fn question(&mut self, next: u8) -> Result<()> {
        match next {
            b'?' => {
                // The first one stays in the text and the second one goes.
                self.symbol(1);
                self.flush(self.at + 1)
            }
            b'0'..=b'9' => self.numbered(),
            _ => self.mark(Marker::Positional, self.at + 1),
        }
    }

    fn colon(&mut self, next: u8) -> Result<()> {
        if next == b':' {
            if !self.lexis.double_colon {
                let message = format!("the database has no operator :: (at {})", self.place(self.at));
                return Err(Error::new(ErrorKind::Unsupported, message).help("write CAST(value AS type)"));
            }
            self.symbol(2);
        } else if is_name_start(next) && self.word_end != Some(self.at) {
            return self.named();
        } else {
            self.symbol(1);
        }
        Ok(())
    }

    /// A marker with a number, behind its sign.
    fn numbered(&mut self) -> Result<()> {
        let end = self.run(self.at + 1, |byte| byte.is_ascii_digit());
        match self.cut(self.at + 1, end)?.parse::<u16>() {
            Ok(0) => {
                Err(self.error(self.at, "a marker has the number 0").help("number the markers from 1, as their values"))
            }
            Ok(number) => self.mark(Marker::Numbered(number), end),
            Err(_) => {
                let error = self.error(self.at, "the number of a marker is too large");
                Err(error.help(format!("the largest is {}", u16::MAX)))
            }
        }
    }

    /// A marker with a name, behind its sign.
    fn named(&mut self) -> Result<()> {
        let end = self.run(self.at + 1, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let name = self.cut(self.at + 1, end)?;
        self.mark(Marker::Named(name), end)
    }

    fn mark(&mut self, marker: Marker<'s>, end: usize) -> Result<()> {
        let first = *self.first.get_or_insert(marker);
        if discriminant(&first) != discriminant(&marker) {
            let message = format!("markers {} and {} are mixed in raw SQL", first.form(), marker.form());
            let help = "write all of them in one form; a question mark that is no marker is written ??";
            return Err(self.error(self.at, &message).help(help));
        }
        if marker != Marker::Positional {
            // `$1a` and `:größe` would be spelled as something else altogether.
            if self.bytes.get(end).is_some_and(|&byte| is_word(byte)) {
                let error = self.error(self.at, "a marker runs into the word behind it");
                return Err(error.help("name it with ASCII letters, digits and underscores, and put a space behind it"));
            }
            self.word_end = Some(end);
        }
        self.statement.token();
        self.flush(end)?;
        self.scan.pieces.push(Piece::Marker(marker));
        Ok(())
    }

    #[cold]
    fn error(&self, at: usize, message: &str) -> Error {
        Error::new(ErrorKind::Request, format!("{message} at {}", self.place(at)))
    }

    #[cold]
    fn unclosed(&self, what: &str, start: usize) -> Error {
        let message = format!("the {what} that begins at {} is not closed", self.place(start));
        Error::new(ErrorKind::Request, message)
    }

    /// Line and column, both from one, the column in characters.
    fn place(&self, at: usize) -> String {
        let before = self.sql.get(..at).unwrap_or(self.sql);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
        format!("line {line}, column {column}")
    }
}

/// What is known of the statement that is being read.
#[derive(Default)]
struct Statement<'s> {
    /// Whether there is anything in it.
    seen: bool,
    opening: Opening<'s>,
    /// How many words of the opening are decided.
    words: usize,
    body: Body,
    /// How many parentheses are open.
    parens: usize,
    /// How many `BEGIN` and `CASE` of its body are open.
    blocks: usize,
}

/// Whether a statement may have statements inside, between `BEGIN` and `END`. Without this question the body of a
/// trigger would be split, and its `END` would be one that ends a transaction.
#[derive(Default, Clone, Copy)]
enum Body {
    #[default]
    Unknown,
    /// It begins with `CREATE`, and what it creates is not yet said.
    Creating,
    Possible,
    Impossible,
}

/// How many words an [`Opening`] has.
const WORDS: usize = 3;

impl<'s> Statement<'s> {
    /// Something that is neither a word nor space.
    fn token(&mut self) {
        self.seen = true;
        self.words = WORDS;
    }

    fn open(&mut self) {
        if self.words > 0 {
            self.token();
        }
        self.seen = true;
        self.parens += 1;
    }

    fn close(&mut self) {
        self.token();
        self.parens = self.parens.saturating_sub(1);
    }

    /// Whether a semicolon here ends something inside of the statement.
    fn is_inside(&self) -> bool {
        self.parens > 0 || self.blocks > 0
    }

    /// A word; one behind a dot is no keyword.
    fn word(&mut self, word: &'s str, qualified: bool) {
        // SQLite skips a byte order mark, which is a letter to others.
        let word = word.trim_start_matches('\u{feff}');
        if word.is_empty() {
            return;
        }
        self.seen = true;
        match self.words {
            0 => self.opening.first = word,
            1 => self.opening.second = word,
            2 => self.opening.third = word,
            _ => {}
        }
        self.words = WORDS.min(self.words + 1);
        match self.body {
            Body::Unknown if is(word, &["CREATE"]) => self.body = Body::Creating,
            Body::Unknown => self.body = Body::Impossible,
            Body::Creating if is(word, &["TRIGGER", "FUNCTION", "PROCEDURE"]) => self.body = Body::Possible,
            Body::Creating if is(word, &["OR", "REPLACE", "TEMP", "TEMPORARY", "CONSTRAINT"]) => {}
            Body::Creating => self.body = Body::Impossible,
            Body::Possible if !qualified && self.parens == 0 => self.block(word),
            Body::Possible | Body::Impossible => {}
        }
    }

    fn block(&mut self, word: &str) {
        // A CASE before the body, in the condition of a trigger, has its END before the body too.
        if is(word, &["BEGIN"]) || (self.blocks > 0 && is(word, &["CASE"])) {
            self.blocks += 1;
        } else if is(word, &["END"]) {
            self.blocks = self.blocks.saturating_sub(1);
        }
    }

    /// Ends the statement and begins the next one.
    fn end(&mut self) -> Option<Opening<'s>> {
        let ended = take(self);
        ended.seen.then_some(ended.opening)
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// What a name of a marker begins with.
fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

/// What a tag of a dollar quote is made of, behind its first byte, which is no digit.
fn is_tag(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// What a name without quotes is made of, behind its first byte, which is no digit and no `$`.
fn is_word(byte: u8) -> bool {
    is_tag(byte) || byte == b'$'
}
