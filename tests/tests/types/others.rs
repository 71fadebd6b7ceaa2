//! Types that only some databases keep, and those of one width or length.

use relata::{Range, Value};

use crate::values::{Class, Subject, bytes, day, decimal, document, instant, naive, text, time};

pub(crate) fn subjects() -> Vec<Subject> {
    let mut found = vec![reals(), characters(), unlimited(), citext(), short_bytes(), hstore()];
    found.extend(unsigned());
    found.extend(sized());
    found.extend(addresses());
    found.extend(arrays());
    found.extend(ranges());
    found
}

fn reals() -> Subject {
    let fits = [
        0.0,
        1.0,
        -1.5,
        0.1,
        1.0 / 3.0,
        f32::MAX,
        f32::MIN,
        f32::MIN_POSITIVE,
        f32::EPSILON,
        16_777_216.0,
        16_777_215.0,
        1e-7,
        1e10,
        3.402_823e38,
    ];
    Subject::new("real")
        .with(Class::Fits, [Value::Null])
        .with(Class::Fits, fits.map(Value::Real))
        .with(Class::NotANumber, [Value::Real(f32::NAN), Value::Double(f64::NAN)])
        .with(Class::Infinite, [f32::INFINITY, f32::NEG_INFINITY].map(Value::Real))
        .with(Class::Converted, [Value::Int(1), Value::Int(1 << 24), Value::Double(0.1), Value::Double(-1.5)])
        .with(Class::Converted, [decimal("0.5"), decimal("0.1")])
        .with(Class::Inexact, [Value::Int((1 << 24) + 1), Value::Double(1e39), Value::Double(f64::MAX)])
        .with(Class::OtherKind, [text("1.5"), Value::Bool(true), bytes(&[1])])
}

fn unsigned() -> Vec<Subject> {
    let mut found: Vec<Subject> = [("tinyint", 8), ("smallint", 16), ("mediumint", 24), ("integer", 32)]
        .into_iter()
        .map(|(ty, bits)| {
            let most = (1_i64 << bits) - 1;
            Subject::new(format!("{ty} unsigned"))
                .with(Class::Fits, [Value::Null, Value::Int(0), Value::Int(1), Value::Int(most)])
                .with(
                    Class::Beyond,
                    [Value::Int(-1), Value::Int(most + 1), Value::Int(i64::MIN), Value::UnsignedInt(u64::MAX)],
                )
                .with(Class::OtherKind, [Value::Double(1.0), text("1")])
        })
        .collect();
    let edges = [0, 1, 1 << 53, i64::MAX as u64, 1 << 63, u64::MAX];
    found.push(
        Subject::new("bigint unsigned")
            .with(Class::Fits, [Value::Null])
            .with(Class::Fits, edges.map(Value::UnsignedInt))
            .with(Class::Converted, [Value::Int(0), Value::Int(i64::MAX)])
            .with(Class::Beyond, [Value::Int(-1), Value::Int(i64::MIN)])
            .with(Class::OtherKind, [Value::Double(1.0), text("1")]),
    );
    found
}

fn characters() -> Subject {
    Subject::new("char(3)")
        .with(Class::Fits, [Value::Null])
        .with(Class::Fits, ["abc", "ABC", " ab", "a b", "äöü", "😀😀😀", "\\'\"", "%_%", "a\tb"].map(text))
        .with(Class::Beyond, ["", "ab", "abcd", "ab ", "   ", "abc "].map(text))
        .with(Class::OtherKind, [Value::Int(123), Value::Bool(true), bytes(b"abc")])
}

fn sized() -> Vec<Subject> {
    let letters = |count: usize| text(&"x".repeat(count));
    vec![
        Subject::new("text(tiny)")
            .with(Class::Fits, [Value::Null, text(""), letters(255), text("ä"), text(&"ä".repeat(127))])
            .with(Class::Beyond, [letters(256), text(&"ä".repeat(128))]),
        Subject::new("text(medium)").with(Class::Fits, [Value::Null, letters(70_000)]),
        Subject::new("text(long)").with(Class::Fits, [Value::Null, letters(70_000)]),
        Subject::new("bytes(tiny)")
            .with(Class::Fits, [Value::Null, bytes(b""), bytes(&[0; 255])])
            .with(Class::Beyond, [bytes(&[0; 256])]),
        Subject::new("bytes(medium)").with(Class::Fits, [Value::Null, bytes(&[255; 70_000])]),
        Subject::new("bytes(long)").with(Class::Fits, [Value::Null, bytes(&[255; 70_000])]),
    ]
}

fn short_bytes() -> Subject {
    Subject::new("bytes(3)")
        .with(Class::Fits, [Value::Null, bytes(b""), bytes(&[0]), bytes(&[0, 0]), bytes(&[32, 32, 32]), bytes(b"abc")])
        .with(Class::Beyond, [bytes(b"abcd"), bytes(&[0; 4])])
        .with(Class::OtherKind, [text("abc"), Value::Int(1)])
}

/// A decimal of as many digits as it has.
fn unlimited() -> Subject {
    Subject::new("decimal")
        .with(Class::Fits, [Value::Null])
        .with(
            Class::Fits,
            ["0", "1.5", "-0.0000000000000000000000000001", "79228162514264337593543950335", "123456789.987654321"]
                .map(decimal),
        )
        .with(Class::Converted, [Value::Int(7)])
        .with(Class::OtherKind, [text("1.5"), Value::Bool(true)])
}

fn citext() -> Subject {
    Subject::new("citext")
        .with(Class::Fits, [Value::Null])
        .with(Class::Fits, ["", "a", "Ann", "it's", "ä", "😀", "100%"].map(text))
        .with(Class::OtherKind, [Value::Int(1), bytes(b"abc")])
}

fn addresses() -> Vec<Subject> {
    vec![
        Subject::new("inet")
            .with(Class::Fits, [Value::Null])
            .with(
                Class::Fits,
                ["10.0.0.1", "10.0.0.1/8", "0.0.0.0", "255.255.255.255", "::1", "2001:db8::1/64", "::ffff:1.2.3.4"]
                    .map(text),
            )
            .with(Class::Beyond, ["", "x", "10.0.0", "10.0.0.256", "10.0.0.1/33", "::1/129", "1.2.3.4/-1"].map(text))
            .with(Class::OtherKind, [Value::Int(1), bytes(&[10, 0, 0, 1])]),
        Subject::new("cidr")
            .with(Class::Fits, [Value::Null])
            .with(Class::Fits, ["10.0.0.0/8", "0.0.0.0/0", "10.0.0.1/32", "2001:db8::/32", "::/0"].map(text))
            .with(Class::Beyond, ["", "10.0.0.1/8", "2001:db8::1/32", "x/8"].map(text)),
        Subject::new("macaddr")
            .with(Class::Fits, [Value::Null])
            .with(Class::Fits, ["08:00:2b:01:02:03", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"].map(text))
            .with(Class::Beyond, ["", "08:00:2b:01:02", "08:00:2b:01:02:0g", "08:00:2b:01:02:03:04"].map(text)),
        Subject::new("macaddr8")
            .with(Class::Fits, [Value::Null])
            .with(Class::Fits, ["08:00:2b:01:02:03:04:05", "ff:ff:ff:ff:ff:ff:ff:ff"].map(text))
            .with(Class::Beyond, ["", "08:00:2b:01:02:03", "x"].map(text)),
        Subject::new("tsvector")
            .with(Class::Fits, [Value::Null])
            .with(Class::Fits, ["", "'a' 'b'", "'cat':3 'fat':2,4C", "'it''s':1A", "'back\\\\slash'"].map(text)),
    ]
}

fn hstore() -> Subject {
    Subject::new("hstore")
        .with(Class::Fits, [Value::Null])
        .with(
            Class::Fits,
            [
                "{}",
                "{\"a\":\"1\"}",
                "{\"a\":null,\"b\":\"it's\"}",
                "{\"\":\"\",\"k=>v\":\"\\\"\\\\\"}",
                "{\"ä\":\"😀\"}",
            ]
            .map(document),
        )
        .with(Class::OtherKind, [text("a=>1"), Value::Int(1)])
}

fn array(values: impl IntoIterator<Item = Value>) -> Value {
    Value::Array(values.into_iter().collect())
}

fn arrays() -> Vec<Subject> {
    let of = |ty: &str, values: Vec<Value>| {
        let with_null = array(values.iter().cloned().chain([Value::Null]));
        let ones: Vec<Value> = values.iter().map(|value| array([value.clone()])).collect();
        Subject::new(format!("array({ty})"))
            .with(Class::Fits, [Value::Null, array([]), array([Value::Null]), with_null, array(values)])
            .with(Class::Fits, ones)
            .with(Class::OtherKind, [text("{}"), Value::Int(1), document("[]")])
    };
    vec![
        of("boolean", vec![Value::Bool(true), Value::Bool(false)]),
        of("smallint", [0, -32_768, 32_767].map(Value::Int).to_vec())
            .with(Class::Beyond, [array([Value::Int(32_768)])]),
        of("integer", [0, i64::from(i32::MIN), i64::from(i32::MAX)].map(Value::Int).to_vec())
            .with(Class::Beyond, [array([Value::Int(0), Value::Int(1 << 31)])])
            .with(Class::OtherKind, [array([text("1")]), array([array([Value::Int(1)])])]),
        of("bigint", [0, i64::MIN, i64::MAX].map(Value::Int).to_vec()),
        of("real", [0.1, f32::MAX].map(Value::Real).to_vec()),
        of("double", [0.1, f64::MAX, -0.0].map(Value::Double).to_vec()),
        of("decimal(10,2)", ["1.25", "-99999999.99"].map(decimal).to_vec())
            .with(Class::Beyond, [array([decimal("100000000")])]),
        of("text", ["", "a", "NULL", "null", "{}", "a,b", "it's", "\"", "\\", " ", "ä😀", "%_"].map(text).to_vec())
            .with(Class::Nul, [array([text("a\0b")])]),
        of("string(3)", ["", "abc", "äöü"].map(text).to_vec()).with(Class::Beyond, [array([text("abcd")])]),
        of("enum('a','b')", ["a", "b"].map(text).to_vec()).with(Class::Beyond, [array([text("c")])]),
        of("uuid", vec![Value::Uuid("67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap())]),
        of("timestamp(6)", ["0001-01-01T00:00:00", "2024-02-29T12:00:00.123456"].map(instant).to_vec()),
        of("naive_timestamp(6)", ["0001-01-01T00:00:00", "2024-02-29T12:00:00.123456"].map(naive).to_vec()),
        of("date_only", ["0001-01-01", "9999-12-31"].map(day).to_vec()),
        of("time(6)", ["00:00:00", "23:59:59.999999"].map(time).to_vec()),
        of("bytes", [&b""[..], b"\0", b"\xFF\\"].map(bytes).to_vec()),
    ]
}

fn ranges() -> Vec<Subject> {
    let range = |range: Range<Value>| Value::Range(Box::new(range));
    // Where values are counted the server answers with the lower bound included and the upper one excluded.
    let of = |ty: &str, low: Value, high: Value| {
        let fits = [
            Range::Empty,
            Range::from(..),
            Range::from(low.clone()..high.clone()),
            Range::from(low.clone()..),
            Range::from(..high.clone()),
        ];
        Subject::new(format!("range({ty})"))
            .with(Class::Fits, [Value::Null])
            .with(Class::Fits, fits.map(range))
            .with(Class::Beyond, [range(Range::from(high..low))])
            .with(Class::OtherKind, [text("[1,2)"), Value::Int(1), range(Range::from(text("a")..))])
    };
    let inclusive = |low: Value, high: Value| range(Range::from(low..=high));
    vec![
        of("integer", Value::Int(-5), Value::Int(i64::from(i32::MAX)))
            .with(Class::Beyond, [range(Range::from(Value::Int(1 << 40)..))]),
        of("bigint", Value::Int(i64::MIN), Value::Int(i64::MAX)),
        of("decimal", decimal("-1.5"), decimal("1000000.25"))
            .with(Class::Fits, [inclusive(decimal("0.1"), decimal("0.2"))]),
        of("timestamp", instant("2024-01-01T00:00:00"), instant("2024-02-29T12:00:00.123456"))
            .with(Class::Fits, [inclusive(instant("2024-01-01T00:00:00"), instant("2024-01-02T00:00:00"))]),
        of("naive_timestamp", naive("2024-01-01T00:00:00"), naive("2024-02-29T12:00:00.5")),
        of("date_only", day("2024-01-01"), day("2024-12-31")),
    ]
}
