//! Text, labels, UUIDs, bytes and JSON documents.

use relata::Value;

use crate::values::{Class, Subject, bytes, document, noise, text};

pub(crate) fn subjects() -> Vec<Subject> {
    vec![
        one_letter(),
        ten_letters(),
        long_strings("string(255)"),
        long_strings("string"),
        texts(),
        labels(),
        uuids(),
        bytes_of("bytes"),
        bytes_of("blob"),
        documents(),
        Subject::new("jsonb").with(Class::Fits, ["1", "{\"a\":[]}", "\"text\""].map(document)),
    ]
}

/// Of at most ten characters each.
const HOSTILE: [&str; 44] = [
    "",
    " ",
    "a",
    "A",
    "a ",
    " a",
    "a\t",
    "\n",
    "\r\n",
    "\t",
    "\\",
    "\\\\",
    "\\'",
    "'",
    "''",
    "\"",
    "`",
    "%",
    "_",
    "a%_b",
    "?",
    "$1",
    ":name",
    "--",
    "/*",
    "';DROP--",
    "NULL",
    "null",
    "0",
    "1e3",
    "true",
    "{}",
    "é",
    "e\u{301}",
    "ß",
    "İıSs",
    "ﬃ",
    "\u{200B}",
    "\u{2028}\u{2029}",
    "\u{FEFF}a",
    "\u{FFFD}",
    "\u{FFFE}\u{FFFF}",
    "😀👩\u{200D}👩",
    "\u{10FFFF}",
];

fn one_letter() -> Subject {
    Subject::new("string(1)")
        .with(Class::Fits, [Value::Null])
        .with(Class::Fits, ["", " ", "a", "\n", "'", "\\", "%", "\u{1}", "é", "\u{FFFF}", "😀"].map(text))
        .with(Class::Nul, [text("\0")])
        .with(Class::Beyond, ["ab", "a ", "  ", "e\u{301}", "😀😀"].map(text))
}

fn ten_letters() -> Subject {
    let full = ["abcdefghij", "ääääääääää", "😀😀😀😀😀😀😀😀😀😀", "          "];
    Subject::new("string(10)")
        .with(Class::Fits, [Value::Null])
        .with(Class::Fits, HOSTILE.map(text))
        .with(Class::Fits, full.map(text))
        .with(Class::Fits, (1_u8..0x20).step_by(4).map(|control| text(&char::from(control).to_string())))
        .with(Class::Nul, ["\0", "a\0b", "a\0", "\0a"].map(text))
        .with(Class::Beyond, ["abcdefghijk", "abcdefghij ", "äääääääääää"].map(text))
        .with(Class::OtherKind, [Value::Int(1), Value::Double(1.5), Value::Bool(true), bytes(b"abc")])
}

fn long_strings(ty: &str) -> Subject {
    Subject::new(ty)
        .with(Class::Fits, ["x", "é", "😀"].map(|letter| text(&letter.repeat(255))))
        .with(Class::Beyond, ["x", "é", "😀"].map(|letter| text(&letter.repeat(256))))
}

fn texts() -> Subject {
    Subject::new("text")
        .with(Class::Fits, [Value::Null])
        .with(Class::Fits, HOSTILE.map(text))
        .with(Class::Fits, [256, 65_535, 65_536, 100_000].map(|length| text(&"x".repeat(length))))
        .with(Class::Fits, [text(&"😀é\\'\"".repeat(1_000))])
        .with(Class::Nul, ["\0", "a\0b", "a\0"].map(text))
        .with(Class::OtherKind, [Value::Int(1), Value::Bool(true), bytes(b"abc"), document("\"a\"")])
}

fn labels() -> Subject {
    Subject::new("enum('a','B','it''s','','ä',' ','a b','\\')")
        .with(Class::Fits, [Value::Null])
        .with(Class::Fits, ["a", "B", "it's", "", "ä", " ", "a b", "\\"].map(text))
        .with(Class::Beyond, ["A", "b", "c", "a ", "  ", "Ä", "its", "\\\\"].map(text))
        .with(Class::OtherKind, [Value::Int(1), Value::Bool(true), bytes(b"a")])
}

fn uuids() -> Subject {
    let known = [
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "67e55044-10b1-426f-9247-bb680e5fe0c8",
        "c232ab00-9414-11ec-b3c8-9f6bdeced846",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "61626364-6566-6768-696a-6b6c6d6e6f70",
        "00ff00ff-0a0d-5c27-2200-000000000001",
    ];
    Subject::new("uuid")
        .with(Class::Fits, [Value::Null])
        .with(Class::Fits, known.map(|text| Value::Uuid(text.parse().unwrap())))
        .with(Class::OtherKind, [text("67e55044-10b1-426f-9247-bb680e5fe0c8"), bytes(&[7; 16]), Value::Int(1)])
}

fn bytes_of(ty: &str) -> Subject {
    let every: Vec<u8> = (0..=255).collect();
    let long: Vec<u8> = noise(70_000).map(|number| number.to_le_bytes()[0]).collect();
    Subject::new(ty)
        .with(Class::Fits, [Value::Null])
        .with(Class::Fits, [&b""[..], b"\0", b"\0\0\0", b"\xFF", b"abc", b"'\"\\%_", b"0x41", b"\n\r\x1A"].map(bytes))
        // No UTF-8: alone, cut short, overlong, a surrogate, beyond the last character.
        .with(Class::Fits, [&b"\x80"[..], b"\xC3", b"\xC0\xAF", b"\xED\xA0\x80", b"\xF5\x80\x80\x80"].map(bytes))
        .with(Class::Fits, [bytes("é😀".as_bytes()), bytes(&every), bytes(&long)])
        .with(Class::OtherKind, [text("abc"), text(""), Value::Int(1)])
}

fn nested(levels: usize) -> Value {
    document(&format!("{}{}", "[".repeat(levels), "]".repeat(levels)))
}

fn documents() -> Subject {
    let fits = [
        "true",
        "false",
        "0",
        "-0.0",
        "1",
        "-1",
        "1.0",
        "1.10",
        "1e2",
        "1E5",
        "1e-7",
        "0.1",
        "0.30000000000000004",
        "10928588.983213553",
        "9007199254740993",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
        "1.7976931348623157e308",
        "5e-324",
        "\"\"",
        "\"text\"",
        "\" spaces  stay \"",
        "\"\\\\\\\"\\/\\b\\f\\n\\r\\t\"",
        "\"\\u00e9\"",
        "\"\\ud83d\\ude00\"",
        "\"\u{2028}\"",
        "\"😀é\"",
        "\"it's\"",
        "[]",
        "{}",
        "[null]",
        "[[],{},\"\",0,null,true]",
        "{\"a\":null}",
        "{\"\":\"\"}",
        "{\"b\":1,\"a\":2,\"aa\":3}",
        "{\"é\":1,\"z\":2,\"😀\":3}",
        "{\"a\":1,\"a\":2}",
        " { \"a\" : [ 1 , 2 ] } ",
        "{\"$ref\":\"?\",\"a.b\":{\"c d\":\"%\"}}",
    ];
    Subject::new("json")
        .with(Class::Fits, [Value::Null])
        .with(Class::Fits, fits.map(document))
        .with(Class::Fits, [nested(31), document(&format!("\"{}\"", "x".repeat(70_000)))])
        // The value null of a document is not the NULL of SQL; a document of a request says the latter.
        .with(Class::Converted, [document("null")])
        .with(Class::Deep, [nested(40)])
        .with(Class::Deeper, [nested(101)])
        .with(Class::NulInDocument, ["\"a\\u0000b\"", "{\"a\\u0000\":1}"].map(document))
        .with(
            Class::WideNumber,
            ["123456789012345678901234567890", "18446744073709551616", "-9223372036854775809"].map(document),
        )
        .with(Class::WideNumber, ["0.1234567890123456789", "[1.00000000000000000001]"].map(document))
        .with(Class::HugeNumber, ["1e400"].map(document))
        .with(Class::NoDocument, ["", "{no", "nul", "'a'", "NaN", "[1,]", "1 2"].map(document))
        .with(Class::OtherKind, [text("{}"), Value::Int(1), Value::Bool(true), bytes(b"{}")])
}
