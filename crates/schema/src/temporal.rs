//! Times as text, at the edges where text is what a database or a document keeps.

use jiff::{
    Timestamp,
    civil::{DateTime, Time},
    tz::Offset,
};

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

/// Reads an instant: RFC 3339, or the same with a space; without a zone it is UTC.
pub fn parse_instant(text: &str) -> Option<Timestamp> {
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
    let text = text.trim();
    if text.ends_with(['Z', 'z']) {
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
