//! Moments as text of one width, `2024-01-31 12:00:00.000000`: digit by digit, since nearly all that is read and written has
//! this form. What has another is left to those who know them all.

use jiff::civil::DateTime;

/// How long a moment with microseconds is.
const WIDTH: usize = 26;

/// What stands between the digits, and where.
const MARKS: [(usize, u8); 5] = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':'), (19, b'.')];

/// Reads a moment; `None` for another width, and for days and times that there are not.
pub(crate) fn read(text: &[u8]) -> Option<DateTime> {
    let text: &[u8; WIDTH] = text.try_into().ok()?;
    if !matches!(text[10], b' ' | b'T') || MARKS.iter().any(|&(place, mark)| text[place] != mark) {
        return None;
    }
    let mut all_digits = true;
    let mut number = |from: usize, to: usize| {
        text[from..to].iter().fold(0i32, |number, &byte| {
            let digit = byte.wrapping_sub(b'0');
            all_digits &= digit <= 9;
            number.wrapping_mul(10).wrapping_add(i32::from(digit))
        })
    };
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let (hour, minute, second) = (number(11, 13), number(14, 16), number(17, 19));
    let micros = number(20, WIDTH);
    // A second that is skipped is for others to read: it is none of a clock.
    if !all_digits || second > 59 {
        return None;
    }
    DateTime::new(year as i16, month as i8, day as i8, hour as i8, minute as i8, second as i8, micros * 1_000).ok()
}

/// Writes a moment with so many digits of a second, at most six; false, and nothing written, where that is not its form.
pub(crate) fn write(out: &mut String, moment: DateTime, separator: char, scale: u8) -> bool {
    let (Ok(year), Ok(separator)) = (u32::try_from(moment.year()), u8::try_from(separator)) else { return false };
    if year > 9_999 || scale > 6 {
        return false;
    }
    let mut text = *b"0000-00-00 00:00:00.000000";
    text[10] = separator;
    let mut number = |from: usize, to: usize, mut number: u32| {
        for place in (from..to).rev() {
            text[place] = b'0' + (number % 10) as u8;
            number /= 10;
        }
    };
    number(0, 4, year);
    number(5, 7, moment.month() as u32);
    number(8, 10, moment.day() as u32);
    number(11, 13, moment.hour() as u32);
    number(14, 16, moment.minute() as u32);
    number(17, 19, moment.second() as u32);
    number(20, WIDTH, moment.subsec_nanosecond() as u32 / 1_000);
    let width = if scale == 0 { 19 } else { 20 + usize::from(scale) };
    match std::str::from_utf8(&text[..width]) {
        Ok(text) => out.push_str(text),
        Err(_) => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for moment in [
            DateTime::constant(0, 1, 1, 0, 0, 0, 0),
            DateTime::constant(1999, 12, 31, 23, 59, 59, 999_999_000),
            DateTime::constant(2024, 2, 29, 1, 2, 3, 456_789_000),
            DateTime::constant(9999, 12, 31, 23, 59, 59, 1_000),
        ] {
            for scale in 0..=6 {
                let mut text = String::new();
                assert!(write(&mut text, moment, 'T', scale));
                let micros = format!("{moment:.6}");
                let width = if scale == 0 { 19 } else { 20 + usize::from(scale) };
                assert_eq!(text, micros[..width], "as the library writes it");
            }
            let mut text = String::new();
            assert!(write(&mut text, moment, ' ', 6));
            assert_eq!(read(text.as_bytes()), Some(moment), "{text}");
            assert_eq!(text.parse().ok(), Some(moment), "{text}");
        }
        assert!(!write(&mut String::new(), DateTime::constant(-1, 1, 1, 0, 0, 0, 0), ' ', 6));
        assert!(!write(&mut String::new(), DateTime::constant(1, 1, 1, 0, 0, 0, 0), ' ', 9));
    }

    #[test]
    fn what_is_no_moment_of_this_width_is_left_to_others() {
        for text in [
            "2024-02-30 00:00:00.000000",
            "2024-02-28 24:00:00.000000",
            "2024-02-28 23:59:60.000000",
            "2024-02-28_00:00:00.000000",
            "2024-02-28 00:00:00.00000a",
            "2024-02-28 00:00:00.00000/",
            "2024-02-28 00:00:00",
            "",
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }
}
