//! Instants, dates and times without a zone, days, and times of day.

use relata::Value;

use crate::values::{Class, Subject, day, instant, naive, text, time};

pub(crate) fn subjects() -> Vec<Subject> {
    let mut found: Vec<Subject> = [0, 3, 6].map(instants).into_iter().chain([0, 3, 6].map(naives)).collect();
    found.push(days());
    found.extend([0, 3, 6].map(times));
    found
}

/// Whole seconds.
const SECONDS: [&str; 16] = [
    "1970-01-01T00:00:00",
    "2024-02-29T12:34:56",
    "0001-01-01T00:00:00",
    "0999-12-31T23:59:59",
    "1000-01-01T00:00:00",
    "1582-10-10T00:00:00",
    "1900-02-28T12:00:00",
    "1969-12-31T23:59:59",
    "1999-12-31T23:59:59",
    "2000-01-01T00:00:00",
    "2000-02-29T23:59:59",
    "2024-03-31T02:30:00",
    "2038-01-19T03:14:08",
    "2106-02-07T06:28:16",
    "2262-04-11T23:47:16",
    "9999-12-30T22:00:00",
];
const MILLISECONDS: [&str; 4] =
    ["2024-02-29T12:34:56.789", "1969-12-31T23:59:59.999", "2024-01-31T12:00:00.001", "9999-12-30T22:00:00.999"];
const MICROSECONDS: [&str; 4] = [
    "2024-02-29T12:34:56.789012",
    "1969-12-31T23:59:59.999999",
    "0001-01-01T00:00:00.000001",
    "9999-12-30T22:00:00.999999",
];
const BEFORE_THE_YEAR_ONE: [&str; 5] = [
    "0000-12-31T23:59:59",
    "0000-01-01T00:00:00",
    "-000001-01-01T00:00:00",
    "-000043-03-15T12:00:00",
    "-004713-11-24T00:00:00",
];
const BEFORE_DAYS: [&str; 2] = ["-004713-11-23T23:59:59", "-009998-01-01T00:00:00"];

/// What a column of a precision holds.
fn points(precision: u8, make: fn(&str) -> Value) -> Vec<Value> {
    let mut found: Vec<Value> = SECONDS.map(make).into();
    found.push(Value::Null);
    if precision >= 3 {
        found.extend(MILLISECONDS.map(make));
    }
    if precision >= 6 {
        found.extend(MICROSECONDS.map(make));
    }
    found
}

/// What has more digits than a column of a precision.
fn finer(precision: u8, make: fn(&str) -> Value) -> Vec<Value> {
    let texts: &[&str] = match precision {
        0 => &[
            "2024-01-31T12:00:00.5",
            "2024-01-31T12:00:00.499999",
            "2024-01-31T12:00:00.25",
            "2024-12-31T23:59:59.75",
            "2024-01-31T12:00:00.9999999",
        ],
        3 => &["2024-01-31T12:00:00.1235", "2024-01-31T12:00:00.9996", "2024-01-31T12:00:00.0004"],
        // Before 2000 too, from which PostgreSQL counts.
        _ => &["2024-01-31T12:00:00.1234567", "1969-12-31T23:59:59.1234567", "2024-01-31T12:00:00.000000999"],
    };
    texts.iter().map(|text| make(text)).collect()
}

fn instants(precision: u8) -> Subject {
    let beyond: &[&str] = if precision < 6 { &["9999-12-30T22:00:00.999999"] } else { &[] };
    Subject::new(format!("timestamp({precision})"))
        .with(Class::Fits, points(precision, instant))
        .with(Class::BeforeTheYearOne, BEFORE_THE_YEAR_ONE.map(instant))
        .with(Class::BeforeDays, BEFORE_DAYS.map(instant))
        .with(Class::Finer, finer(precision, instant))
        .with(Class::RoundsBeyond, beyond.iter().map(|text| instant(text)))
        .with(
            Class::OtherKind,
            [naive("2024-01-31T12:00:00"), day("2024-01-31"), text("2024-01-31T12:00:00Z"), Value::Int(0)],
        )
}

fn naives(precision: u8) -> Subject {
    let beyond: &[&str] = if precision < 6 { &["9999-12-31T23:59:59.999999"] } else { &[] };
    let mut last = vec!["9999-12-30T22:00:01", "9999-12-31T00:00:00", "9999-12-31T23:59:59"];
    if precision >= 6 {
        last.push("9999-12-31T23:59:59.999999");
    }
    Subject::new(format!("naive_timestamp({precision})"))
        .with(Class::Fits, points(precision, naive))
        .with(Class::BeforeTheYearOne, BEFORE_THE_YEAR_ONE.map(naive))
        .with(Class::BeforeDays, BEFORE_DAYS.map(naive))
        .with(Class::AfterInstants, last.into_iter().map(naive))
        .with(Class::Finer, finer(precision, naive))
        .with(Class::RoundsBeyond, beyond.iter().map(|text| naive(text)))
        .with(
            Class::OtherKind,
            [instant("2024-01-31T12:00:00"), day("2024-01-31"), text("2024-01-31T12:00:00"), Value::Int(0)],
        )
}

fn days() -> Subject {
    let fits = [
        "1970-01-01",
        "2024-02-29",
        "0001-01-01",
        "9999-12-31",
        "1582-10-04",
        "1582-10-10",
        "1582-10-15",
        "1752-09-10",
        "1900-02-28",
        "2000-02-29",
        "0999-12-31",
        "1000-01-01",
        "2038-01-20",
    ];
    Subject::new("date_only")
        .with(Class::Fits, [Value::Null])
        .with(Class::Fits, fits.map(day))
        .with(Class::BeforeTheYearOne, ["0000-12-31", "0000-01-01", "-000001-12-31", "-004713-11-24"].map(day))
        .with(Class::BeforeDays, ["-004713-11-23", "-009999-01-01"].map(day))
        .with(
            Class::OtherKind,
            [instant("2024-01-31T00:00:00"), naive("2024-01-31T00:00:00"), text("2024-01-31"), Value::Int(20_240_131)],
        )
}

fn times(precision: u8) -> Subject {
    let mut fits = vec!["00:00:00", "23:59:59", "12:34:56", "00:00:01"];
    if precision >= 3 {
        fits.extend(["00:00:00.001", "23:59:59.999"]);
    }
    if precision >= 6 {
        fits.extend(["00:00:00.000001", "23:59:59.999999", "12:34:56.789012"]);
    }
    let (finer, beyond): (&[&str], &[&str]) = match precision {
        0 => (&["12:34:56.5", "12:34:56.4", "12:34:56.789012"], &["23:59:59.5", "23:59:59.999999"]),
        3 => (&["12:34:56.1235", "12:34:56.0004"], &["23:59:59.9996", "23:59:59.999999"]),
        _ => (&["12:34:56.1234567", "23:59:59.999999999"], &[]),
    };
    Subject::new(format!("time({precision})"))
        .with(Class::Fits, [Value::Null])
        .with(Class::Fits, fits.into_iter().map(time))
        .with(Class::Finer, finer.iter().map(|text| time(text)))
        .with(Class::RoundsBeyond, beyond.iter().map(|text| time(text)))
        .with(Class::OtherKind, [naive("2024-01-31T12:00:00"), text("12:00:00"), Value::Int(0)])
}
