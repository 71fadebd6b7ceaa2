//! How databases read SQL text, from their manuals and not from the printer: the two share nothing, so that one mistake
//! cannot hide in both.
//!
//! - PostgreSQL, "Lexical Structure": <https://www.postgresql.org/docs/15/sql-syntax-lexical.html>
//! - SQLite, "SQLite Keywords" and "Expression": <https://www.sqlite.org/lang_expr.html>, <https://www.sqlite.org/lang_comment.html>
//! - MySQL, "Language Structure": <https://dev.mysql.com/doc/refman/9.7/en/language-structure.html>; MariaDB differs in
//!   nothing that is read here.
//!
//! MySQL and MariaDB are read with their default modes: a backslash escapes, and `"..."` is a text.

/// A piece of a statement. Texts and names are what they say, without quotes and escapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    Word(String),
    Number(String),
    Text(String),
    Name(String),
    Placeholder(String),
    Comment(String),
    Symbol(char),
}

/// Where databases differ.
#[derive(Debug, Clone, Copy)]
struct Rules {
    /// Two dashes begin a comment only before a blank.
    dashes_need_blank: bool,
    hash_comments: bool,
    nested_comments: bool,
    /// A backslash escapes in every text.
    backslashes: bool,
    double_quotes_are_text: bool,
    backticks: bool,
    brackets: bool,
    /// `$tag$ ... $tag$`, `$1` and `E'...'`.
    dollars_and_escapes: bool,
    /// `?`
    questions: bool,
    /// `?1`, `:a`, `@a` and `$a`.
    named_placeholders: bool,
}

const POSTGRES: Rules = Rules {
    dashes_need_blank: false,
    hash_comments: false,
    nested_comments: true,
    backslashes: false,
    double_quotes_are_text: false,
    backticks: false,
    brackets: false,
    dollars_and_escapes: true,
    questions: false,
    named_placeholders: false,
};

const SQLITE: Rules = Rules {
    nested_comments: false,
    backticks: true,
    brackets: true,
    dollars_and_escapes: false,
    questions: true,
    named_placeholders: true,
    ..POSTGRES
};

const MYSQL: Rules = Rules {
    dashes_need_blank: true,
    hash_comments: true,
    nested_comments: false,
    backslashes: true,
    double_quotes_are_text: true,
    backticks: true,
    dollars_and_escapes: false,
    questions: true,
    ..POSTGRES
};

/// Reads a text as the database of that name does.
///
/// # Errors
///
/// A text, name or comment that is not closed, or a NUL, at which some databases stop reading.
pub(crate) fn lex(sql: &str, database: &str) -> Result<Vec<Token>, String> {
    let rules = match database {
        "postgres" => POSTGRES,
        "sqlite" => SQLITE,
        "mysql" | "mariadb" => MYSQL,
        other => return Err(format!("nobody has told this lexer how {other} reads")),
    };
    if sql.contains('\0') {
        return Err("the text has a NUL".to_owned());
    }
    let text: Vec<char> = sql.chars().collect();
    let mut lexer = Lexer { text: &text, at: 0, rules, tokens: Vec::new() };
    while lexer.at < text.len() {
        lexer.step()?;
    }
    Ok(lexer.tokens)
}

struct Lexer<'t> {
    text: &'t [char],
    at: usize,
    rules: Rules,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    /// What stands between two places.
    fn cut(&self, from: usize, to: usize) -> String {
        self.text[from..to.min(self.text.len())].iter().collect()
    }

    fn run(&self, from: usize, belongs: impl Fn(char) -> bool) -> usize {
        let mut end = from;
        while self.text.get(end).is_some_and(|&c| belongs(c)) {
            end += 1;
        }
        end
    }

    fn step(&mut self) -> Result<(), String> {
        let Some(c) = self.peek(0) else { return Ok(()) };
        let next = self.peek(1);
        match c {
            _ if is_blank(c) => self.at += 1,
            '-' if next == Some('-') && self.dashes_comment() => self.line_comment(),
            '#' if self.rules.hash_comments => self.line_comment(),
            '/' if next == Some('*') => self.block_comment()?,
            '\'' => self.quoted('\'', self.rules.backslashes, Token::Text)?,
            '"' if self.rules.double_quotes_are_text => self.quoted('"', true, Token::Text)?,
            '"' => self.quoted('"', false, Token::Name)?,
            '`' if self.rules.backticks => self.quoted('`', false, Token::Name)?,
            '[' if self.rules.brackets => self.bracketed()?,
            '?' if self.rules.questions => {
                let end = if self.rules.named_placeholders {
                    self.run(self.at + 1, |c| c.is_ascii_digit())
                } else {
                    self.at + 1
                };
                self.push(end, Token::Placeholder);
            }
            '$' if self.rules.dollars_and_escapes => self.dollar(next)?,
            ':' | '@' | '$' if self.rules.named_placeholders && next.is_some_and(is_word) => {
                let end = self.run(self.at + 1, is_word);
                self.push(end, Token::Placeholder);
            }
            _ if c.is_ascii_digit() => self.number(),
            _ if is_word(c) => self.word()?,
            _ => {
                self.tokens.push(Token::Symbol(c));
                self.at += 1;
            }
        }
        Ok(())
    }

    fn push(&mut self, end: usize, token: fn(String) -> Token) {
        let text = self.cut(self.at, end);
        self.tokens.push(token(text));
        self.at = end;
    }

    fn dashes_comment(&self) -> bool {
        !self.rules.dashes_need_blank || self.peek(2).is_none_or(|c| is_blank(c) || c.is_control())
    }

    fn line_comment(&mut self) {
        let end = self.run(self.at, |c| c != '\n');
        self.push(end, Token::Comment);
    }

    fn block_comment(&mut self) -> Result<(), String> {
        let (start, mut depth, mut at) = (self.at, 0, self.at);
        loop {
            match (self.text.get(at), self.text.get(at + 1)) {
                (Some('/'), Some('*')) if depth == 0 || self.rules.nested_comments => {
                    depth += 1;
                    at += 2;
                }
                (Some('*'), Some('/')) => {
                    depth -= 1;
                    at += 2;
                    if depth == 0 {
                        self.push(at, Token::Comment);
                        return Ok(());
                    }
                }
                (Some(_), _) => at += 1,
                (None, _) => return Err(format!("a comment is not closed: {}", self.cut(start, at))),
            }
        }
    }

    /// What ends with a quote that is not doubled and, where backslashes escape, not escaped.
    fn quoted(&mut self, quote: char, backslashes: bool, token: fn(String) -> Token) -> Result<(), String> {
        let start = self.at;
        let mut said = String::new();
        self.at += 1;
        while let Some(c) = self.peek(0) {
            self.at += 1;
            match (c, self.peek(0)) {
                (_, Some(escaped)) if c == '\\' && backslashes => {
                    self.at += 1;
                    unescape(escaped, &mut said);
                }
                (_, Some(again)) if c == quote && again == quote => {
                    self.at += 1;
                    said.push(quote);
                }
                _ if c == quote => {
                    self.tokens.push(token(said));
                    return Ok(());
                }
                _ => said.push(c),
            }
        }
        Err(format!("not closed: {}", self.cut(start, self.text.len())))
    }

    fn bracketed(&mut self) -> Result<(), String> {
        let end = self.run(self.at, |c| c != ']');
        if end == self.text.len() {
            return Err(format!("not closed: {}", self.cut(self.at, end)));
        }
        self.tokens.push(Token::Name(self.cut(self.at + 1, end)));
        self.at = end + 1;
        Ok(())
    }

    fn dollar(&mut self, next: Option<char>) -> Result<(), String> {
        if next.is_some_and(|c| c.is_ascii_digit()) {
            let end = self.run(self.at + 1, |c| c.is_ascii_digit());
            self.push(end, Token::Placeholder);
            return Ok(());
        }
        let tag_end = self.run(self.at + 1, |c| is_word(c) && c != '$');
        if self.text.get(tag_end) != Some(&'$') {
            self.tokens.push(Token::Symbol('$'));
            self.at += 1;
            return Ok(());
        }
        let tag = &self.text[self.at..=tag_end];
        let inside = tag_end + 1;
        let length = self.text[inside..].windows(tag.len()).position(|window| window == tag);
        let length = length.ok_or_else(|| format!("not closed: {}", self.cut(self.at, self.text.len())))?;
        let said = self.cut(inside, inside + length);
        let end = inside + length + tag.len();
        self.tokens.push(Token::Text(said));
        self.at = end;
        Ok(())
    }

    fn number(&mut self) {
        let mut end = self.run(self.at, |c| c.is_ascii_alphanumeric() || c == '.' || c == '_');
        let exponent = self.text[end - 1].eq_ignore_ascii_case(&'e') && matches!(self.text.get(end), Some('+' | '-'));
        if exponent {
            end = self.run(end + 1, |c| c.is_ascii_digit());
        }
        self.push(end, Token::Number);
    }

    fn word(&mut self) -> Result<(), String> {
        let end = self.run(self.at, is_word);
        let escapes = self.rules.dollars_and_escapes
            && self.text.get(end) == Some(&'\'')
            && matches!(self.text[self.at..end], ['e' | 'E']);
        if escapes {
            self.at = end;
            return self.quoted('\'', true, Token::Text);
        }
        self.push(end, Token::Word);
        Ok(())
    }
}

/// What an escaped character stands for; before a character that means nothing by itself the backslash is dropped.
fn unescape(escaped: char, said: &mut String) {
    match escaped {
        '0' => said.push('\0'),
        'b' => said.push('\u{8}'),
        'n' => said.push('\n'),
        'r' => said.push('\r'),
        't' => said.push('\t'),
        'Z' => said.push('\u{1a}'),
        // Only in a pattern do these stand for one character: elsewhere the backslash stays.
        '%' | '_' => said.extend(['\\', escaped]),
        other => said.push(other),
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

fn text(said: &str) -> Token {
    Token::Text(said.to_owned())
}

#[test]
fn databases_read_the_same_text_in_different_ways() {
    let (name, word) = (|said: &str| Token::Name(said.to_owned()), |said: &str| Token::Word(said.to_owned()));
    let read = |sql: &str, database: &str| lex(sql, database).unwrap();
    // A backslash before the quote: a text on two of them, and one that goes on on the others.
    for database in ["postgres", "sqlite"] {
        assert_eq!(read(r"'x\'", database), [text(r"x\")]);
        assert_eq!(read("\"x\"\"y\"", database), [name("x\"y")]);
    }
    for database in ["mysql", "mariadb"] {
        assert!(lex(r"'x\'", database).is_err());
        assert_eq!(read(r"'x\\'", database), [text(r"x\")]);
        assert_eq!(read(r"'\'' '\%'", database), [text("'"), text(r"\%")]);
        assert_eq!(read("\"x\"\"y\"", database), [text("x\"y")]);
        assert_eq!(read("`x``y`", database), [name("x`y")]);
        assert_eq!(read("1--1", database).len(), 4, "two signs, since no blank follows");
        assert!(matches!(read("# x", database)[..], [Token::Comment(_)]));
    }
    assert!(matches!(read("5--1", "postgres")[..], [Token::Number(_), Token::Comment(_)]));
    assert!(matches!(read("/* /* */ */", "postgres")[..], [Token::Comment(_)]));
    assert_eq!(read("/* /* */ */", "mysql").len(), 3);
    assert!(matches!(read("/*!50000 1,*/ 2", "mariadb")[..], [Token::Comment(_), Token::Number(_)]));
    assert_eq!(read("$a$ it's $a$", "postgres"), [text(" it's ")]);
    assert_eq!(read(r"E'\'' $12", "postgres"), [text("'"), Token::Placeholder("$12".to_owned())]);
    assert_eq!(read("[a b] `c`", "sqlite"), [name("a b"), name("c")]);
    assert_eq!(read("?1 :a ?", "sqlite").len(), 3);
    assert_eq!(read("größe1 x_$", "postgres"), [word("größe1"), word("x_$")]);
    for open in ["'x", "\"x", "/* x", "x\0"] {
        assert!(lex(open, "postgres").is_err(), "{open}");
    }
}

/// What is glued together breaks out, and the lexer sees it: else the matrix would prove nothing.
#[test]
fn glued_text_is_seen_to_break_out() {
    let attacks = [
        ("postgres", "' OR 'a'='a"),
        ("sqlite", "'; DROP TABLE zz_canary; --"),
        // What a writer that only doubles quotes makes of `\' OR 1=1 -- `.
        ("mysql", r"\'' OR 1=1 -- "),
        ("mariadb", r"x\"),
    ];
    for (database, attack) in attacks {
        let glue = |said: &str| lex(&format!("SELECT * FROM notes WHERE text = '{said}'"), database);
        let harmless = glue("harmless").unwrap();
        let same = glue(attack).is_ok_and(|tokens| {
            tokens.len() == harmless.len() && tokens.iter().all(|token| !matches!(token, Token::Comment(_)))
        });
        assert!(!same, "{attack} on {database}");
    }
}
