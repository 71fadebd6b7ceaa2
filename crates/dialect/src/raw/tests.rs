//! What the scanner takes for a marker, for text, and for the beginning of a statement.

use std::fmt::Write;

use relata_schema::{Error, ErrorKind};

use super::{Lexis, Marker, Opening, Piece, Transaction, scan, transaction_control};

const PLAIN: Lexis = Lexis::STANDARD;

/// Like PostgreSQL.
const P: Lexis =
    Lexis { dollar_quotes: true, escape_strings: true, nested_comments: true, double_colon: true, ..PLAIN };

/// Like SQLite.
const S: Lexis = Lexis { brackets: true, backticks: true, at_names: true, ..PLAIN };

/// Like MySQL.
const M: Lexis =
    Lexis { backticks: true, backslash_strings: true, hash_comments: true, double_quoted_strings: true, ..PLAIN };

/// The text again, with what is a marker between `before` and `after`.
fn render(sql: &str, lexis: &Lexis, before: &str, after: &str) -> String {
    let mut out = String::new();
    for piece in scan(sql, lexis).unwrap_or_else(|error| panic!("{sql}: {error}")).pieces {
        match piece {
            Piece::Text(text) => {
                assert!(!text.is_empty(), "{sql}");
                out.push_str(text);
            }
            Piece::Marker(Marker::Positional) => out.push_str(&format!("{before}?{after}").replace("??", "?")),
            Piece::Marker(Marker::Numbered(number)) => write!(out, "{before}{number}{after}").unwrap(),
            Piece::Marker(Marker::Named(name)) => write!(out, "{before}{name}{after}").unwrap(),
        }
    }
    out
}

/// Markers stand between angle brackets in what is expected. The source comes back with a sign instead of them.
fn check(lexis: &Lexis, sql: &str, expected: &str) {
    assert_eq!(render(sql, lexis, "⟨", "⟩"), expected, "{sql}");
    let back = [":", "$", "?", "@"].iter().any(|sign| render(sql, lexis, sign, "") == sql);
    assert!(back || sql.contains("??"), "{sql} does not come back");
}

fn text(lexis: &Lexis, sql: &str) {
    assert_eq!(scan(sql, lexis).unwrap().pieces, [Piece::Text(sql)], "{sql}");
}

fn fails(lexis: &Lexis, sql: &str) -> Error {
    let error = scan(sql, lexis).expect_err(sql);
    assert!(error.remedy().is_some(), "{error}");
    error
}

fn refuses(lexis: &Lexis, sql: &str, message: &str) {
    let error = fails(lexis, sql);
    assert_eq!((error.kind(), error.message()), (ErrorKind::Request, message), "{sql}");
}

fn openings<'s>(lexis: &Lexis, sql: &'s str) -> Vec<Opening<'s>> {
    scan(sql, lexis).unwrap().statements
}

fn firsts<'s>(lexis: &Lexis, sql: &'s str) -> Vec<&'s str> {
    openings(lexis, sql).into_iter().map(|opening| opening.first).collect()
}

#[test]
fn markers_have_three_forms() {
    for lexis in [&P, &S, &M] {
        check(lexis, "a = ? AND b IN (?,?)", "a = ⟨?⟩ AND b IN (⟨?⟩,⟨?⟩)");
        check(lexis, "a=$1 AND b=$2 OR c=$1", "a=⟨1⟩ AND b=⟨2⟩ OR c=⟨1⟩");
        check(lexis, "a = ?2 AND b = ?1", "a = ⟨2⟩ AND b = ⟨1⟩");
        check(lexis, ":a + :_b2 - :C", "⟨a⟩ + ⟨_b2⟩ - ⟨C⟩");
        check(lexis, "f($a, $b_1)", "f(⟨a⟩, ⟨b_1⟩)");
    }
    let pieces = scan("$65535", &P).unwrap().pieces;
    assert_eq!(pieces, [Piece::Marker(Marker::Numbered(65_535))]);
    assert_eq!(scan("$01", &P).unwrap().pieces, [Piece::Marker(Marker::Numbered(1))]);
}

#[test]
fn an_at_sign_is_a_marker_only_where_it_is_no_operator() {
    check(&S, "a = @a AND b=@b", "a = ⟨a⟩ AND b=⟨b⟩");
    text(&S, "@@version @ @1");
    for sql in ["@a", "a <@ b", "a @> b", "@@v"] {
        text(&P, sql);
        text(&M, sql);
    }
}

#[test]
fn a_text_has_one_form_of_markers() {
    for lexis in [&P, &S] {
        refuses(lexis, "? :a", "markers by position and by name are mixed in raw SQL at line 1, column 3");
        refuses(lexis, "$1\n ?", "markers by number and by position are mixed in raw SQL at line 2, column 2");
        refuses(lexis, ":a $1", "markers by name and by number are mixed in raw SQL at line 1, column 4");
        check(lexis, "'?' :a /* $1 */", "'?' ⟨a⟩ /* $1 */");
    }
}

#[test]
fn a_marker_has_a_number_or_a_name_that_can_be_one() {
    for lexis in [&P, &S] {
        refuses(lexis, "a = $0", "a marker has the number 0 at line 1, column 5");
        refuses(lexis, "?00", "a marker has the number 0 at line 1, column 1");
        refuses(lexis, "$65536", "the number of a marker is too large at line 1, column 1");
        refuses(lexis, "$99999999999999999999999", "the number of a marker is too large at line 1, column 1");
        for sql in [":größe", "$1a", "?1a", ":a$", ":a$1"] {
            refuses(lexis, sql, "a marker runs into the word behind it at line 1, column 1");
        }
    }
}

#[test]
fn two_question_marks_are_one_in_the_text() {
    for lexis in [&P, &S] {
        check(lexis, "a ??| b", "a ?| b");
        check(lexis, "a ??& ? ?? ?", "a ?& ⟨?⟩ ? ⟨?⟩");
        check(lexis, "???", "?⟨?⟩");
        check(lexis, "????", "??");
        check(lexis, "'??'", "'??'");
    }
    assert_eq!(scan("a ?? b", &P).unwrap().pieces, [Piece::Text("a ?"), Piece::Text(" b")]);
}

#[test]
fn a_colon_is_not_always_a_marker() {
    for lexis in [&P, &M] {
        check(lexis, "f(a := :b)", "f(a := ⟨b⟩)");
        check(lexis, "a:=:b", "a:=⟨b⟩");
        for sql in ["a[1:2]", "a[lo:hi]", "a[1:n]", "a[:]", "a[:1]", ": a", "a:b", ":", ":é", "\"a:b\""] {
            text(lexis, sql);
        }
        check(lexis, "a[:lo : :hi]", "a[⟨lo⟩ : ⟨hi⟩]");
        check(lexis, ":a:b", "⟨a⟩:b");
        check(lexis, "/**/:a(:b)", "/**/⟨a⟩(⟨b⟩)");
    }
    text(&P, "a::text");
    check(&P, ":a::text::int[]", "⟨a⟩::text::int[]");
    check(&P, "$1::text || ($2)::text", "⟨1⟩::text || (⟨2⟩)::text");
    for (sql, column) in [("a::text", 2), (":a::text", 3)] {
        let error = fails(&S, sql);
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert_eq!(error.message(), format!("the database has no operator :: (at line 1, column {column})"));
    }
}

#[test]
fn strings_and_quoted_names_are_text() {
    for lexis in [&P, &S] {
        for sql in ["'it''s :x'", "''", "''''", "'--' ", "'/*'", "'\\'", "'\n?'"] {
            text(lexis, sql);
        }
        for sql in ["\"a:b\"", "\"a\"\":b\"", "\"'\" '\"'"] {
            text(lexis, sql);
        }
        check(lexis, "'--' :a", "'--' ⟨a⟩");
        check(lexis, "'''' :a ''", "'''' ⟨a⟩ ''");
        check(lexis, r"'\' :a '\'", r"'\' ⟨a⟩ '\'");
        check(lexis, "\"'\" :a '\"'", "\"'\" ⟨a⟩ '\"'");
        check(lexis, "'😀 :x' || :y || \"😀:\" || 😀", "'😀 :x' || ⟨y⟩ || \"😀:\" || 😀");
    }
    for sql in ["[a:b]", "[a']", "[a]]:b]", "`a:b`", "`a``:b`", "[😀?]"] {
        text(&S, sql);
    }
    check(&S, "[a']:b", "[a']⟨b⟩");
    check(&P, "` :a", "` ⟨a⟩");
    check(&P, "a[:b]", "a[⟨b⟩]");
}

#[test]
fn backslashes_escape_where_the_dialect_says_so() {
    for sql in [r"E'\' :x'", r"e'\\\' :x'", r"E'\''", r"E''' :x'", r"E'\é :x'", "E''"] {
        text(&P, sql);
    }
    check(&P, r"E'\\' :x", r"E'\\' ⟨x⟩");
    check(&P, r"fooE'\' :x", r"fooE'\' ⟨x⟩");
    check(&P, r"éE'\' :x", r"éE'\' ⟨x⟩");
    check(&P, r"B'1' U&'\' :x", r"B'1' U&'\' ⟨x⟩");
    refuses(&S, r"E'\' :x'", "the string that begins at line 1, column 8 is not closed");
    check(&S, r"E'\' :x", r"E'\' ⟨x⟩");

    check(&M, r#"'\' :x' "\" :x" :y"#, r#"'\' :x' "\" :x" ⟨y⟩"#);
    check(&M, r"`\` :y", r"`\` ⟨y⟩");
    refuses(&M, r"'\'", "the string that begins at line 1, column 1 is not closed");
}

#[test]
fn an_escape_string_goes_on_behind_a_line_end() {
    text(&P, "E'a'\n'\\' :x'");
    check(&P, "E'a' -- it's\r\n  -- :x\n '\\' :x' :y", "E'a' -- it's\r\n  -- :x\n '\\' :x' ⟨y⟩");
    check(&P, "E'a' '\\' :y", "E'a' '\\' ⟨y⟩");
    check(&P, "E'a' /*\n*/ '\\' :y", "E'a' /*\n*/ '\\' ⟨y⟩");
    check(&P, "'a'\n'\\' :y", "'a'\n'\\' ⟨y⟩");
    check(&P, "E'a'\n :y", "E'a'\n ⟨y⟩");
}

#[test]
fn dollar_quotes_are_text_where_there_are_any() {
    check(&P, "$$ :x $$ :y", "$$ :x $$ ⟨y⟩");
    check(&P, "$é$ $ $e$ :x $é$ :y", "$é$ $ $e$ :x $é$ ⟨y⟩");
    for sql in ["$a$ $b$ $a$", "$a$ $$ $b$a$", "$$$$", "$a$$a$", "$_1$'$_1$", "$$\n--$$", "$", "$ a"] {
        text(&P, sql);
    }
    check(&P, "$a + 1", "⟨a⟩ + 1");
    check(&P, "$1,$2", "⟨1⟩,⟨2⟩");
    check(&S, "$$ :x $$ :y", "$$ ⟨x⟩ $$ ⟨y⟩");
    refuses(&S, "$a$ $b$ $a$", "a marker runs into the word behind it at line 1, column 1");
    for lexis in [&P, &S] {
        for sql in ["a$1", "a$b", "a$b$ ", "a$$ ", "é$1", "a1$b"] {
            text(lexis, sql);
        }
    }
}

#[test]
fn comments_are_text() {
    for lexis in [&P, &S] {
        check(lexis, "/* ' */ :a", "/* ' */ ⟨a⟩");
        check(lexis, "-- ' :x\n:a", "-- ' :x\n⟨a⟩");
        check(lexis, "-- :x\r\n:a", "-- :x\r\n⟨a⟩");
        check(lexis, "a - - :a / * :b", "a - - ⟨a⟩ / * ⟨b⟩");
        check(lexis, "a<--:x\n:a", "a<--:x\n⟨a⟩");
        check(lexis, "/***/:a/*/ :x */", "/***/⟨a⟩/*/ :x */");
        for sql in ["--", "-- :x", "-- :x\r", "/* -- */", "/*:x\n?*/", "-- /* :x"] {
            text(lexis, sql);
        }
        let message = "a line comment has a carriage return without a line feed at line 1, column 5";
        refuses(lexis, "-- a\r:b", message);
    }
    check(&P, "/* /* */ :x */ :b", "/* /* */ :x */ ⟨b⟩");
    check(&S, "/* /* */ :x */ :b", "/* /* */ ⟨x⟩ */ ⟨b⟩");
    check(&M, "# ' :x\n:a", "# ' :x\n⟨a⟩");
    check(&P, "a #> :b # :c", "a #> ⟨b⟩ # ⟨c⟩");
}

#[test]
fn what_is_open_must_be_closed() {
    for lexis in [&P, &S] {
        for sql in ["'", "'a''", "'é😀"] {
            refuses(lexis, sql, "the string that begins at line 1, column 1 is not closed");
        }
        for sql in ["\"", "\"a\"\"", "\"a'"] {
            refuses(lexis, sql, "the quoted name that begins at line 1, column 1 is not closed");
        }
        for sql in ["/*", "/*/", "/* *", "/* '*'/"] {
            refuses(lexis, sql, "the comment that begins at line 1, column 1 is not closed");
        }
        refuses(lexis, "SELECT 1,\n 'é', 'a", "the string that begins at line 2, column 7 is not closed");
    }
    for sql in ["[", "[a", "[a]]", "`a", "`a``"] {
        refuses(&S, sql, "the quoted name that begins at line 1, column 1 is not closed");
    }
    for sql in ["E'", r"E'\", r"E'\'", r"E'a''"] {
        refuses(&P, sql, "the string that begins at line 1, column 2 is not closed");
    }
    for sql in ["$$", "$$ $", "$a$ $b$", "$a$ $A$", "$a$b"] {
        refuses(&P, sql, "the dollar-quoted string that begins at line 1, column 1 is not closed");
    }
    refuses(&P, "/* /* */", "the comment that begins at line 1, column 1 is not closed");
    refuses(&M, "\"a", "the string that begins at line 1, column 1 is not closed");
}

#[test]
fn a_nul_is_refused_wherever_it_stands() {
    for lexis in [&P, &S] {
        refuses(lexis, "SELECT 'a\0b'", "raw SQL has a NUL character at line 1, column 10");
        refuses(lexis, "\0", "raw SQL has a NUL character at line 1, column 1");
    }
}

#[test]
fn statements_are_told_apart() {
    for lexis in [&P, &S] {
        for sql in ["", " \n", ";", " ;; -- a;\n/* b; */ ;", "\u{feff} "] {
            assert!(openings(lexis, sql).is_empty(), "{sql}");
        }
        assert_eq!(
            firsts(lexis, "select 1; ((WITH a AS (SELECT 1) SELECT 2)) ;/* ; */Commit"),
            ["select", "WITH", "Commit"]
        );
        assert_eq!(firsts(lexis, "SELECT ';', \";\" -- ;\n; END;"), ["SELECT", "END"]);
        assert_eq!(firsts(lexis, "\u{feff}COMMIT"), ["COMMIT"]);
        // No keyword, and yet something.
        assert_eq!(firsts(lexis, "?; 1; \"a\" b; (;"), ["", "", "", ""]);
        // What is inside of parentheses is not a statement of the text.
        assert_eq!(
            firsts(lexis, "CREATE RULE r AS ON INSERT TO a DO ALSO (DELETE FROM b; DELETE FROM c); x"),
            ["CREATE", "x"]
        );
        assert_eq!(firsts(lexis, ")); a"), ["", "a"]);
    }
    assert_eq!(firsts(&P, "DO $$ BEGIN; END; $$; SELECT E'\\';'"), ["DO", "SELECT"]);
}

#[test]
fn the_opening_is_what_stands_together() {
    let words = |sql| {
        let Opening { first, second, third } = openings(&P, sql)[0];
        [first, second, third]
    };
    assert_eq!(words("prepare /* a */ Transaction 'x'"), ["prepare", "Transaction", ""]);
    assert_eq!(words("rollback work to savepoint a"), ["rollback", "work", "to"]);
    assert_eq!(words("SELECT 1 a"), ["SELECT", "", ""]);
    assert_eq!(words("SELECT E'a' b"), ["SELECT", "", ""]);
    assert_eq!(words("(SELECT (a) b)"), ["SELECT", "", ""]);
    assert_eq!(words("COMMIT"), ["COMMIT", "", ""]);
    assert_eq!(words(":a b"), ["", "", ""]);
}

#[test]
fn the_body_of_a_trigger_is_not_split() {
    let trigger = "CREATE TEMP TRIGGER t AFTER INSERT ON a WHEN CASE WHEN 1 THEN 1 END BEGIN
        UPDATE a SET b = CASE WHEN 1 THEN 2 END; DELETE FROM c WHERE d = new.end; END; COMMIT";
    let function = "create or replace function f() returns int begin atomic select 1; select (2); end; commit";
    for lexis in [&P, &S] {
        assert_eq!(firsts(lexis, trigger), ["CREATE", "COMMIT"]);
        assert_eq!(firsts(lexis, function), ["create", "commit"]);
        // These have none.
        assert_eq!(firsts(lexis, "BEGIN; SELECT 1; END"), ["BEGIN", "SELECT", "END"]);
        assert_eq!(firsts(lexis, "CREATE TABLE function (a int); BEGIN; END"), ["CREATE", "BEGIN", "END"]);
    }
}

#[test]
fn transactions_are_noticed() {
    use Transaction::{Begins, Ends, Savepoint};
    for (keyword, expected) in [
        ("BEGIN", Some(Begins)),
        ("start", Some(Begins)),
        ("Commit", Some(Ends)),
        ("END", Some(Ends)),
        ("rollback", Some(Ends)),
        ("ABORT", Some(Ends)),
        ("SAVEPOINT", Some(Savepoint)),
        ("release", Some(Savepoint)),
        ("PREPARE", None),
        ("SELECT", None),
        ("", None),
    ] {
        assert_eq!(transaction_control(keyword), expected, "{keyword}");
    }
    for (sql, expected) in [
        ("begin immediate", Some(Begins)),
        ("START TRANSACTION", Some(Begins)),
        ("END TRANSACTION", Some(Ends)),
        ("ROLLBACK WORK", Some(Ends)),
        ("-- a\n(COMMIT)", Some(Ends)),
        ("rollback to a", Some(Savepoint)),
        ("ROLLBACK /**/ TRANSACTION TO SAVEPOINT a", Some(Savepoint)),
        ("RELEASE a", Some(Savepoint)),
        ("PREPARE TRANSACTION 'a'", Some(Ends)),
        ("PREPARE a AS SELECT 1", None),
        ("COMMIT PREPARED 'a'", None),
        ("SELECT 1", None),
    ] {
        for lexis in [&P, &S] {
            assert_eq!(openings(lexis, sql)[0].transaction(), expected, "{sql}");
        }
    }
}

#[test]
fn long_texts_need_no_stack() {
    for part in ["(", "/*", "[", "$a ", "E'\\''\n", "$a$", "''", "??", ":", "a;", "é", "BEGIN "] {
        let sql = part.repeat(50_000);
        for lexis in [&P, &S, &M] {
            // Whether it is right or wrong is not the question.
            let _ = scan(&sql, lexis);
        }
    }
}
