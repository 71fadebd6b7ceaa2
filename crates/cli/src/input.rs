//! Schema documents and requests, from files and from standard input, and the database that they are for.

use std::{io::Read, path::Path, sync::Arc};

use relata::{Database, Error, ErrorKind, ModelSet, SchemaDoc, request::doc::RequestDoc};
use serde_json::Value as Json;

use crate::failure::Failure;

/// One request, and where it came from. What is wrong with it is said in its turn.
pub(crate) struct Input {
    pub place: String,
    pub doc: Result<RequestDoc, Error>,
}

fn read(path: &str) -> Result<String, Failure> {
    let result = if path == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    result.map_err(|error| Failure::at(path, Error::new(ErrorKind::Document, format!("it cannot be read: {error}"))))
}

fn parse(text: &str) -> Result<Json, Error> {
    serde_json::from_str(text).map_err(|error| Error::new(ErrorKind::Document, format!("it is not JSON: {error}")))
}

/// The database of a URL, or of the URL that a variable of the environment holds: `env:NAME`.
pub(crate) fn database(url: &str) -> Result<Database, Failure> {
    let url = match url.strip_prefix("env:") {
        None => url.to_owned(),
        Some(name) => std::env::var(name).map_err(|_| {
            Failure::at("--url", Error::new(ErrorKind::Connection, format!("the environment has no variable {name}")))
        })?,
    };
    Ok(Database::open(&url)?)
}

/// The models of a schema document.
pub(crate) fn schema(path: &str) -> Result<Arc<ModelSet>, Failure> {
    let at = |error| Failure::at(path, error);
    let json = parse(&read(path)?).map_err(at)?;
    SchemaDoc::from_json(&json).and_then(|doc| doc.build()).map_err(at)
}

/// The requests of some files, in order. A `.jsonl` file and standard input have one a line, or are one document.
pub(crate) fn requests(paths: &[String]) -> Result<Vec<Input>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        let text = read(path)?;
        let lines = path == "-" || Path::new(path).extension().is_some_and(|extension| extension == "jsonl");
        if !lines || parse(&text).is_ok_and(|json| json.is_object()) {
            let place = if path == "-" { "standard input" } else { path };
            found.push(input(place.to_owned(), &text));
            continue;
        }
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            found.push(input(format!("{path}:{}", number + 1), line));
        }
    }
    Ok(found)
}

fn input(place: String, text: &str) -> Input {
    Input { place, doc: parse(text).and_then(|json| RequestDoc::from_json(&json)) }
}
