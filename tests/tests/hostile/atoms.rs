//! The texts, class by class: what has broken a library somewhere, and what looks like it.

/// A text and the class that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Atom {
    pub class: &'static str,
    pub text: String,
}

const QUOTES: [&str; 17] =
    ["'", "''", "\"", "\"\"", "`", "``", "]", "]]", "[", "$$", "$a$", "U&'", "N'", "q'[", "E'", "X'", "_utf8'"];

const BACKSLASHES: [&str; 11] = [r"\", r"\\", r"\'", r#"\""#, r"\0", r"\Z", r"\n", r"x\", r"\u0027", r"\%", r"\_"];

const STATEMENTS: [&str; 45] = [
    ";",
    "; DROP TABLE zz_canary; --",
    "'; DROP TABLE zz_canary; --",
    "\"; DROP TABLE zz_canary; --",
    "`; DROP TABLE zz_canary; --",
    "]; DROP TABLE zz_canary; --",
    r"\'; DROP TABLE zz_canary; -- ",
    ") UNION SELECT secret FROM zz_canary --",
    "') OR 1=1 --",
    "1 OR 1=1",
    "x' OR '1'='1",
    "' OR 'a'='a",
    "'||(SELECT secret FROM zz_canary)||'",
    "'+(SELECT secret FROM zz_canary)+'",
    "1; WAITFOR DELAY '0:0:5'",
    "(select pg_sleep(3))",
    "sleep(3)",
    "' OR sleep(3) OR '",
    "' OR pg_sleep(3) IS NULL OR '",
    "randomblob(1e9)",
    "'); DELETE FROM zz_canary WHERE id = 1 --')",
    "OR true; DROP TABLE zz_canary;",
    "id; DELETE FROM users --",
    "1 UNION SELECT 1",
    "first' as \"first\" from \"people\"; drop table \"zz_canary\" -- ",
    r"first\' as x from people; drop table zz_canary -- ",
    "a\" FROM zz_canary; --",
    "TO_DATE((SELECT secret FROM users WHERE ROWNUM=1),'YYYY/MM/DD')",
    "TO_DATE('2025/03/21','YYYY/MM/DD') /* injected */",
    "asc, (select sleep(5))",
    "ASC NULLS LAST; --",
    "1) AND 1=CAST((SELECT version()) AS INT)--",
    "year' FROM now()) --",
    "(SELECT secret FROM zz_canary LIMIT 1)",
    "count(id)",
    "id AS x, text",
    "MD5(1); drop table p -- )",
    "role::text) OR 1=1 --",
    "id::int) FROM users UNION SELECT",
    "{\"where\":\"1=1\"}",
    "-1",
    "0) OR 1=1--",
    "a' = 'a') OR 1=1 OR ('d",
    "SELECT tbl_name FROM sqlite_master",
    "INSERT INTO",
];

const COMMENTS: [&str; 12] = [
    "--",
    "-- ",
    "-- COMMIT",
    "#",
    "/*",
    "*/",
    "/*!50000",
    "/*!50000 1,*/ 2",
    "/*M!100000 1,*/ 2",
    "/*+",
    "*/ UNION",
    "<!--",
];

const PLACEHOLDERS: [&str; 14] =
    ["?", "??", "$1", "$$1", ":name", ":param", "::text", "@p0", "%s", "%(x)s", "{0}", ":0", "@@version", "?1"];

const NUMBERS: [&str; 15] = [
    "1e309",
    "-0",
    "NaN",
    "Infinity",
    "0x41",
    "1_000",
    "\u{661}",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1e1000000000",
    "0.1",
    "--1",
    "'0'",
];

/// Letters that look like quotes, that fold to others, that nobody sees, and the sign that ends texts of C.
const UNICODE: [&str; 21] = [
    "\0",
    "a\0' OR 1=1 --",
    "\u{2bc} OR 1=1 --",
    "\u{2019}",
    "\u{ff07} OR 1=1 --",
    "\u{ff02}",
    "\u{ff3c}'",
    "\u{feff}x",
    "\u{200b}",
    "\u{2028}",
    "\u{202e}txt",
    "\u{130}",
    "\u{131}",
    "\u{df}",
    "ss",
    "e\u{301}",
    "\u{e9}",
    "K",
    "\u{212a}",
    "\u{1f4a9}'",
    "\u{fffd}",
];

const NAMES: [&str; 36] = [
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
    "$gt",
    "$ne",
    "$or",
    "_connector",
    "sqlite_master",
    "information_schema",
    "rowid",
    "ctid",
    "xmin",
    "USER",
    "current_user",
    "",
    " ",
    " leading",
    "trailing ",
    "a.b",
    ".",
    "*",
    "**",
    "auth.login_count",
    "[0]",
    "$",
    "a\"b",
    "a[0].b",
    "last",
    "#-1",
    "data.name.first}'); INSERT INJECTION HERE! SELECT ('",
    "a')) AS DECIMAL) = 1 UNION SELECT VERSION(); -- ",
    "meta->>'a'",
    "Straße",
    "STRASSE",
];

/// Words that mean something to at least one database. None of them means something to a document of relata.
const RESERVED: [&str; 40] = [
    "select",
    "SELECT",
    "from",
    "table",
    "by",
    "union",
    "join",
    "on",
    "as",
    "case",
    "when",
    "then",
    "else",
    "end",
    "drop",
    "alter",
    "insert",
    "into",
    "delete",
    "null",
    "true",
    "false",
    "check",
    "primary",
    "foreign",
    "references",
    "constraint",
    "user",
    "rank",
    "rows",
    "system",
    "lateral",
    "window",
    "over",
    "partition",
    "recursive",
    "grant",
    "excluded",
    "interval",
    "key",
];

/// Names of SQLAlchemy's `DifficultParametersTest`.
const DIFFICULT: [&str; 20] = [
    "per cent",
    "per % cent",
    "%percent",
    "par(ens)",
    "percent%(ens)yah",
    "col:ons",
    "_starts_with_underscore",
    "dot.s",
    "more :: %colons%",
    "_name",
    "___name",
    "[BracketsAndCase]",
    "42numbers",
    "percent%signs",
    "has spaces",
    "/slashes/",
    "more/slashes",
    "q?marks",
    "1param",
    "1col:on",
];

const TERMINAL: [&str; 10] = [
    "\u{1b}[31m",
    "\u{1b}[2J",
    "\u{1b}]0;x\u{7}",
    "x\r",
    "x\n[ERROR] forged line",
    "\u{8}",
    "\u{7f}",
    "\u{9b}31m",
    "a\tb",
    "a\u{1}b",
];

/// Lengths around the limits of identifiers and of aliases.
const LENGTHS: [usize; 9] = [62, 63, 64, 65, 128, 129, 255, 256, 257];

/// Every text, each once.
pub(crate) fn atoms() -> Vec<Atom> {
    let classes: [(&'static str, &[&str]); 11] = [
        ("quotes", &QUOTES),
        ("backslashes", &BACKSLASHES),
        ("statements", &STATEMENTS),
        ("comments", &COMMENTS),
        ("placeholders", &PLACEHOLDERS),
        ("numbers", &NUMBERS),
        ("unicode", &UNICODE),
        ("names", &NAMES),
        ("reserved", &RESERVED),
        ("difficult", &DIFFICULT),
        ("terminal", &TERMINAL),
    ];
    let mut found: Vec<Atom> = Vec::new();
    let mut add = |class: &'static str, text: String| {
        if found.iter().all(|atom| atom.text != text) {
            found.push(Atom { class, text });
        }
    };
    for (class, texts) in classes {
        texts.iter().for_each(|text| add(class, (*text).to_owned()));
    }
    for length in LENGTHS {
        add("lengths", "x".repeat(length));
        add("lengths", "é".repeat(length / 2));
    }
    // Two that are one to a database which cuts names at 63 bytes.
    add("lengths", format!("{}a", "y".repeat(63)));
    add("lengths", format!("{}b", "y".repeat(63)));
    found
}

/// Texts for places that take values: words and lengths mean nothing there.
pub(crate) fn values() -> Vec<Atom> {
    atoms().into_iter().filter(|atom| !matches!(atom.class, "reserved" | "lengths")).collect()
}

/// Bytes, most of which are no text: overlong forms, halves of characters of other encodings, a character that is cut
/// off, half of a surrogate pair.
pub(crate) const BYTES: [&[u8]; 8] = [
    &[0xc0, 0xa7],
    &[0xbf, 0x27],
    &[0xbf, 0x5c, 0x27],
    &[0xff],
    &[0xf0, 0x9f, 0x98],
    &[0xed, 0xa0, 0x80],
    &[0],
    b"'; DROP TABLE zz_canary; --\\",
];

#[test]
fn there_are_as_many_texts_as_the_plan_asks_for() {
    let all = atoms();
    assert!(all.len() >= 96, "only {} texts", all.len());
    assert!(values().len() >= 96);
}
