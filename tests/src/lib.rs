//! Integration tests of relata: see `tests/`. What they share is here.

pub mod chinook;

pub mod models;

pub mod sequence;

use std::{path::PathBuf, sync::Arc};

use relata::{ModelSet, SchemaDoc};

/// The folder of this crate.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A schema document of `tests/schemas`.
///
/// # Panics
///
/// When it is not there or not valid: the tests are worth nothing then.
pub fn schema(name: &str) -> Arc<ModelSet> {
    let path = folder().join("schemas").join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let doc: SchemaDoc = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    doc.build().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files of a folder below this crate, by name.
///
/// # Panics
///
/// When the folder is not there.
pub fn files(below: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder().join(below)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let Ok(path) = entry.map(|entry| entry.path()) else { continue };
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
