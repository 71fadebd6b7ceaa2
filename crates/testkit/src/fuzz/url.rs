//! The URL of a database, as far as it can be read without connecting.

use std::error::Error as _;

use relata::{Database, Error, ErrorKind, Result};
use relata_mysql::Mysql;
use relata_postgres::Postgres;

use super::text_of;

/// The longest URL that is looked at.
const LONGEST: usize = 1_024;

/// The schemes whose drivers read their URLs themselves.
const SCHEMES: [&str; 4] = ["postgres", "postgresql", "mysql", "mariadb"];

/// A password that no message has by chance.
const SECRET: &str = "Sesame4711";

/// No URL makes a driver panic, and neither a message nor what a driver shows of itself has the password.
///
/// # Panics
///
/// When that is not so.
pub fn url(data: &[u8]) {
    // Where the input itself has the password, it may stand anywhere and be shown.
    // A reader of URLs drops tabs and ends of lines, wherever they are.
    let plain = |text: &str| text.replace(['\t', '\n', '\r'], "");
    let fits = |text: &&str| text.len() <= LONGEST && !plain(text).contains(SECRET);
    let Some(text) = text_of(data).filter(fits) else { return };
    unknown(text);
    for scheme in SCHEMES {
        if let Err(error) = shown(&format!("{scheme}:{text}")) {
            judge(&error);
        }
        // The password stands where it should, and anything behind it.
        secret(&format!("{scheme}://ann:{SECRET}@{text}"), true);
        // It begins with anything, which nobody has escaped. What is a path or a query by every reading may be shown as
        // one, but no message repeats it.
        let escaped = !text.contains(['/', '?', '#']);
        secret(&format!("{scheme}://ann:{text}{SECRET}@host/shop"), escaped);
    }
}

/// What a driver shows of itself.
fn shown(url: &str) -> Result<String> {
    if url.starts_with("postgres") {
        Postgres::from_url(url).map(|driver| format!("{driver:?}"))
    } else {
        Mysql::from_url(url).map(|driver| format!("{driver:?}"))
    }
}

fn secret(url: &str, also_shown: bool) {
    match shown(url) {
        Ok(shown) => assert!(!also_shown || !shown.contains(SECRET), "{shown}"),
        Err(error) => {
            judge(&error);
            let mut said = format!("{error} {error:?} {error:#?} {:?}", error.remedy());
            let mut source = error.source();
            while let Some(cause) = source {
                said.push_str(&format!(" {cause} {cause:?}"));
                source = cause.source();
            }
            assert!(!said.contains(SECRET), "{said}");
        }
    }
}

fn judge(error: &Error) {
    assert!(matches!(error.kind(), ErrorKind::Connection | ErrorKind::Unsupported), "{error:?}");
}

/// A URL whose scheme is that of no database. Only one without letters is tried: it will not be one tomorrow either, and
/// nothing is opened.
fn unknown(text: &str) {
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    if !scheme.contains(|c: char| c.is_ascii_alphabetic()) {
        match Database::open(text) {
            Ok(_) => panic!("a database without a name was opened: {text}"),
            Err(error) => judge(&error),
        }
    }
}
