//! What goes wrong, in words and in JSON, and the exit status for it.

use std::process::ExitCode;

use relata::Error;
use serde_json::json;

/// A failure of the whole command.
pub(crate) struct Failure {
    error: Error,
    place: String,
}

impl Failure {
    /// A failure at a place: a file, or a file and a line.
    pub(crate) fn at(place: impl Into<String>, error: Error) -> Self {
        Failure { error, place: place.into() }
    }

    /// Prints it, and says with which status to exit.
    pub(crate) fn report(&self) -> ExitCode {
        let place = if self.place.is_empty() { String::new() } else { format!("{}: ", self.place) };
        eprintln!("error: {place}{}", self.error);
        ExitCode::from(status(&self.error))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure { error, place: String::new() }
    }
}

/// 1 failed, 3 the database refused.
pub(crate) fn status(error: &Error) -> u8 {
    if error.kind().is_database() { 3 } else { 1 }
}

/// The line that stands for a request that failed.
pub(crate) fn json(error: &Error) -> String {
    let mut message = error.message().to_owned();
    if let Some(remedy) = error.remedy() {
        message = format!("{message}; {remedy}");
    }
    let text =
        json!({ "error": { "kind": error.kind().name(), "message": message, "path": error.path() } }).to_string();
    // JSON escapes what moves a cursor; what turns the direction of writing is for us to escape.
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\u{7f}'..='\u{9f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}
