//! Values that come as JSON: nothing is bent on its way in.

use relata::{ErrorKind, SqlType, Value, schema::datum_from_json};
use serde_json::Value as Json;

use crate::values::{day, decimal, instant, naive, time};

fn read(ty: &str, text: &str) -> relata::Result<Value> {
    let json: Json = serde_json::from_str(text).unwrap();
    datum_from_json(&json, &SqlType::parse(ty).unwrap())
}

#[test]
fn what_a_document_says_is_what_is_meant() {
    let cases = [
        ("bigint", "\"9223372036854775807\"", Value::Int(i64::MAX)),
        ("bigint", "-9223372036854775808", Value::Int(i64::MIN)),
        ("double", "0.1", Value::Double(0.1)),
        ("double", "9007199254740992", Value::Double(9_007_199_254_740_992.0)),
        // Each of these is read as its neighbour by a reader that rounds twice.
        ("double", "10928588.983213553", Value::Double(10_928_588.983_213_553)),
        ("double", "-1.4074705188261364e113", Value::Double(-1.407_470_518_826_136_4e113)),
        ("double", "5.7804021771411506e-220", Value::Double(5.780_402_177_141_150_6e-220)),
        ("decimal(10,2)", "1.005", decimal("1.005")),
        ("decimal(28,2)", "1e15", decimal("1000000000000000")),
        ("decimal(28,2)", "1e20", decimal("100000000000000000000")),
        ("decimal(10,2)", "\"99999999.99\"", decimal("99999999.99")),
        ("timestamp", "\"2024-01-31T13:00:00+01:00\"", instant("2024-01-31T12:00:00")),
        ("timestamp", "\"2024-01-31 13:00:00 +01:00\"", instant("2024-01-31T12:00:00")),
        ("timestamp", "\"2024-01-31 12:00:00\"", instant("2024-01-31T12:00:00")),
        ("timestamp", "\"2024-01-31T13:00:00+01:00[Europe/Berlin]\"", instant("2024-01-31T12:00:00")),
        ("naive_timestamp", "\"2024-01-31 12:00:00.5\"", naive("2024-01-31T12:00:00.5")),
        ("date_only", "\"-000043-03-15\"", day("-000043-03-15")),
        ("time", "\"12:34\"", time("12:34:00")),
    ];
    let wrong: Vec<String> = cases
        .into_iter()
        .filter_map(|(ty, text, expected)| {
            let found = read(ty, text);
            let is_right = found.as_ref().is_ok_and(|found| *found == expected);
            (!is_right).then(|| format!("{text} as {ty}: {found:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A number has as many digits as are written, or is refused: a reader that makes a double of it drops some.
#[test]
fn a_number_of_many_digits_is_exact_or_refused() {
    let cases = [
        ("decimal(28,10)", "12345678901234567.8912", decimal("12345678901234567.8912")),
        ("decimal(28,0)", "12345678901234567890123", decimal("12345678901234567890123")),
        ("decimal(28,28)", "0.1234567890123456789", decimal("0.1234567890123456789")),
    ];
    let bent: Vec<String> = cases
        .into_iter()
        .filter_map(|(ty, text, exact)| match read(ty, text) {
            Ok(found) if found == exact => None,
            Err(error) if error.kind() == ErrorKind::TypeMismatch => None,
            other => Some(format!("{text} as {ty}: {other:?}")),
        })
        .collect();
    assert!(bent.is_empty(), "{}", bent.join("\n"));
}

/// "Nothing is coerced that would lose or invent information."
#[test]
fn what_a_type_cannot_hold_is_refused_and_not_dropped() {
    let cases = [
        // A time of day.
        ("date_only", "\"2024-01-31T12:00:00\""),
        ("date_only", "\"2024-01-31 12:00\""),
        ("date_only", "\"2024-01-31T12:00:00Z\""),
        // A day, or a zone.
        ("time", "\"2024-01-31T12:00:00\""),
        ("time", "\"12:00:00+01:00\""),
        ("time", "\"12:00:00Z\""),
        ("naive_timestamp", "\"2024-01-31T12:00:00+01:00\""),
        ("naive_timestamp", "\"2024-01-31T12:00:00Z\""),
        ("naive_timestamp", "\"2024-01-31T12:00:00[Europe/Berlin]\""),
        // A zone without its offset would be taken for UTC.
        ("timestamp", "\"2024-01-31T12:00:00[Europe/Berlin]\""),
        ("timestamp", "\"infinity\""),
        ("timestamp", "\"2024-02-30T00:00:00Z\""),
        ("date_only", "\"2023-02-29\""),
        ("date_only", "\"0000-00-00\""),
        ("time", "\"24:00:00\""),
        // No double is this integer.
        ("double", "9007199254740993"),
        ("double", "\"NaN\""),
        ("double", "\"1.5\""),
        ("integer", "1.0"),
        ("integer", "1e3"),
        ("integer", "2147483648"),
        ("smallint", "-32769"),
        ("bigint", "9223372036854775808"),
        ("bigint", "\"\""),
        ("bigint", "\" 1\""),
        ("bigint", "true"),
        ("boolean", "1"),
        ("boolean", "\"true\""),
        ("decimal(10,2)", "\"NaN\""),
        ("decimal(10,2)", "\"79228162514264337593543950336\""),
        ("string(10)", "1"),
        ("uuid", "\"67e55044\""),
        ("bytes", "\"AA\""),
        ("bytes", "[1]"),
        ("enum('a')", "\"A\""),
    ];
    let taken: Vec<String> = cases
        .into_iter()
        .filter_map(|(ty, text)| match read(ty, text) {
            Err(error) if error.kind() == ErrorKind::TypeMismatch => None,
            other => Some(format!("{text} as {ty}: {other:?}")),
        })
        .collect();
    assert!(taken.is_empty(), "{}", taken.join("\n"));
}
