//! Times as text, at the edges where text is what a database or a document keeps.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::Offset,
};

use crate::fixed;

/// The digits of a second that `scale` asks for, with their point: `.123456`, `.123`, or nothing.
fn fraction(out: &mut String, nanoseconds: i32, scale: u8) {
    if scale > 0 {
        let digits = format!("{:09}", nanoseconds);
        out.push('.');
        out.push_str(&digits[..usize::from(scale.min(9))]);
    }
}

fn clock(out: &mut String, time: Time, scale: u8) {
    use std::fmt::Write;
    // Writing to a string cannot fail.
    let _ = write!(out, "{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    fraction(out, time.subsec_nanosecond(), scale);
}

/// `2024-01-31 12:00:00.000000`, with the given separator and digits of a second.
pub fn format_naive(out: &mut String, value: DateTime, separator: char, scale: u8) {
    use std::fmt::Write;
    if fixed::write(out, value, separator, scale) {
        return;
    }
    let _ = write!(out, "{}", value.date());
    out.push(separator);
    clock(out, value.time(), scale);
}

/// The UTC text of an instant, followed by `zone` as it is (`Z` or `+00:00`).
pub fn format_instant(out: &mut String, value: Timestamp, separator: char, scale: u8, zone: &str) {
    format_naive(out, Offset::UTC.to_datetime(value), separator, scale);
    out.push_str(zone);
}

/// `12:00:00.000000`, with the given digits of a second.
pub fn format_time(out: &mut String, value: Time, scale: u8) {
    clock(out, value, scale);
}

/// An instant without what is finer than a microsecond.
pub fn cut_instant(value: Timestamp) -> Timestamp {
    let micros = value.as_nanosecond().div_euclid(1_000);
    i64::try_from(micros).ok().and_then(|micros| Timestamp::from_microsecond(micros).ok()).unwrap_or(value)
}

/// A date and time without what is finer than a microsecond.
pub fn cut_naive(value: DateTime) -> DateTime {
    let nanoseconds = value.subsec_nanosecond();
    value.with().subsec_nanosecond(nanoseconds - nanoseconds % 1_000).build().unwrap_or(value)
}

/// Whether rounding to so many digits of a second leaves the day.
pub fn rounds_beyond_day(value: Time, scale: u8) -> bool {
    (value.hour(), value.minute(), value.second()) == (23, 59, 59)
        && i64::from(value.subsec_nanosecond()) / 1_000 * 1_000 + half_unit(scale) >= 1_000_000_000
}

/// Whether rounding to so many digits of a second leaves the years that an instant can be in.
pub fn rounds_beyond_instants(value: Timestamp, scale: u8) -> bool {
    let rounded = value.as_nanosecond().div_euclid(1_000) * 1_000 + i128::from(half_unit(scale));
    // The last instant that there is ends with a full second of nines.
    rounded > Timestamp::MAX.as_nanosecond()
}

/// Half of the last digit, in nanoseconds; nothing where microseconds are kept.
fn half_unit(scale: u8) -> i64 {
    match scale {
        0..=5 => 10_i64.pow(9 - u32::from(scale)) / 2,
        _ => 0,
    }
}

/// Reads a day, and nothing beside it: a time of day would be lost.
pub fn parse_day(text: &str) -> Option<Date> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+'));
    text.parse().ok().filter(|_| plain)
}

/// Reads a time of day, and nothing beside it: a day or a zone would be lost.
pub fn parse_time(text: &str) -> Option<Time> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    text.parse().ok().filter(|_| plain)
}

/// Reads an instant: RFC 3339, or the same with a space; without a zone it is UTC.
pub fn parse_instant(text: &str) -> Option<Timestamp> {
    let own = text.strip_suffix("+00:00").and_then(|moment| fixed::read(moment.as_bytes()));
    if let Some(instant) = own.and_then(|moment| Offset::UTC.to_timestamp(moment).ok()) {
        return Some(instant);
    }
    let compact = text.trim();
    // `2024-01-31 12:00:00.000 +00:00` is how Sequelize writes it on SQLite.
    let joined = match compact.rsplit_once(' ') {
        Some((head, zone)) if zone.starts_with(['+', '-']) || zone == "Z" => format!("{head}{zone}"),
        _ => compact.to_owned(),
    };
    if let Ok(instant) = joined.parse::<Timestamp>() {
        return Some(instant);
    }
    parse_naive(&joined).and_then(|naive| Offset::UTC.to_timestamp(naive).ok())
}

/// Reads a date and time without a zone; a bare day is its midnight.
pub fn parse_naive(text: &str) -> Option<DateTime> {
    if let Some(moment) = fixed::read(text.as_bytes()) {
        return Some(moment);
    }
    let text = text.trim();
    // What stands behind the time of day is a zone, and would be lost.
    let time = text.find([':', 'T', 't', ' ']).map_or("", |start| &text[start..]);
    if text.contains('[') || time.contains(['Z', 'z', '+', '-']) {
        return None;
    }
    text.parse::<DateTime>().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_survive_text() {
        let instant = parse_instant("2024-01-31T12:34:56.789012Z").unwrap();
        for text in [
            "2024-01-31 12:34:56.789012+00:00",
            "2024-01-31 12:34:56.789012 +00:00",
            "2024-01-31 13:34:56.789012+01:00",
            "2024-01-31 12:34:56.789012",
        ] {
            assert_eq!(parse_instant(text), Some(instant), "{text}");
        }
        let mut out = String::new();
        format_instant(&mut out, instant, 'T', 3, "Z");
        assert_eq!(out, "2024-01-31T12:34:56.789Z");
    }
}
