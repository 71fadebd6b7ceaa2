//! The kept inputs of the fuzz targets, run through the same properties without a fuzzer.
//!
//! What a fuzzer once found is kept as an input, and so is an ordinary test from then on.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
};

use relata_testkit::fuzz;
use relata_tests::folder;

/// The fewest inputs that are worth the name of a corpus.
const FEWEST: usize = 10;

/// The longest kept input: small ones are read by people, and mutate better.
const LONGEST: usize = 4 * 1024;

fn fuzz_folder() -> PathBuf {
    folder().join("../fuzz")
}

/// Names of what is in a folder, without what a file manager leaves there.
fn names(folder: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(fuzz_folder().join(folder)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !name.starts_with('.')).collect()
}

fn inputs(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = format!("corpus/{target}");
    let read = |name: String| {
        let bytes = std::fs::read(fuzz_folder().join(&folder).join(&name)).unwrap();
        (name, bytes)
    };
    names(&folder).into_iter().map(read).collect()
}

/// Runs every kept input of a target, and says which of them fail: the panics themselves are printed above.
fn hold(target: &str, property: fuzz::Property) {
    let inputs = inputs(target);
    assert!(inputs.len() >= FEWEST, "{target} has only {} inputs", inputs.len());
    let mut failed = Vec::new();
    for (name, bytes) in inputs {
        assert!(bytes.len() <= LONGEST, "{target}/{name} has {} bytes", bytes.len());
        if catch_unwind(AssertUnwindSafe(|| property(&bytes))).is_err() {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "the property {target} does not hold of: {}", failed.join(", "));
}

#[test]
fn request_bytes_have_plans_or_errors() {
    hold("request_bytes", fuzz::request_bytes);
}

#[test]
fn json_requests_survive_and_have_plans() {
    hold("json_request", fuzz::json_request);
}

#[test]
fn json_schemas_survive_and_have_tables() {
    hold("json_schema", fuzz::json_schema);
}

#[test]
fn ir_text_survives() {
    hold("ir_text", fuzz::ir_text);
}

#[test]
fn identifiers_stay_in_their_quotes() {
    hold("identifier", fuzz::identifier);
}

#[test]
fn raw_sql_comes_back_from_its_parts() {
    hold("raw_sql", fuzz::raw_sql);
}

#[test]
fn urls_keep_their_passwords() {
    hold("url", fuzz::url);
}

/// The inputs of `request_bytes` are of the form that requests have: those of documents plan alike when they are written
/// as such inputs.
#[test]
fn requests_survive_as_bytes() {
    hold("json_request", fuzz::survives_as_bytes);
}

#[test]
fn every_target_has_a_corpus_and_a_program() {
    let targets: BTreeSet<String> = fuzz::TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names("corpus"), targets);
    assert_eq!(names("fuzz_targets"), targets.iter().map(|name| format!("{name}.rs")).collect::<BTreeSet<_>>());
}
