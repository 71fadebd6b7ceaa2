//! Real data: the Chinook database, loaded from its own scripts, answers alike everywhere.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

use relata::{Database, DynFind, Executor, request::doc::RequestDoc};
use relata_testkit::databases;
use relata_tests::{files, folder, schema};
use serde_json::Value as Json;

/// The scripts stand beside the project; a clone without them skips these tests.
fn script(name: &str) -> Option<String> {
    let path: PathBuf = folder().join("../../shared/data/chinook").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("skipped: the Chinook scripts are not beside the project ({name})");
    }
    text
}

fn load(db: &Database, script: &str) {
    db.with(&mut |session| session.batch(script)).unwrap();
}

/// The script's own database is created by the test: what creates and enters it is left out.
fn postgres_script(script: &str) -> String {
    script
        .lines()
        .filter(|line| {
            let line = line.trim_start_matches('\u{feff}').trim_start();
            !(line.starts_with("DROP DATABASE") || line.starts_with("CREATE DATABASE") || line.starts_with("\\c "))
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn answers(db: &Database, schema_name: &str) -> Vec<(String, Json)> {
    let models = schema(schema_name);
    let mut answers = Vec::new();
    for path in files("chinook", "json") {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let doc: RequestDoc = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let answer = DynFind::from_doc(&models, doc).json(db).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        answers.push((name, serde_json::from_str(&answer).unwrap()));
    }
    answers
}

/// Doubles that the two databases add up in another order may differ in their last digits.
fn rounded(json: &Json) -> Json {
    match json {
        Json::Number(number) if number.is_f64() => {
            let value = number.as_f64().unwrap();
            Json::from((value * 1e9).round() / 1e9)
        }
        Json::Array(items) => Json::Array(items.iter().map(rounded).collect()),
        Json::Object(fields) => {
            Json::Object(fields.iter().map(|(name, value)| (name.clone(), rounded(value))).collect())
        }
        other => other.clone(),
    }
}

#[test]
fn every_request_answers_alike_on_both_databases() {
    let (Some(sqlite_script), Some(postgres_text)) =
        (script("Chinook_Sqlite_AutoIncrementPKs.sql"), script("Chinook_PostgreSql_AutoIncrementPKs.sql"))
    else {
        return;
    };
    let sqlite = databases::sqlite();
    load(&sqlite, sqlite_script.trim_start_matches('\u{feff}'));
    let from_sqlite = answers(&sqlite, "chinook-sqlite");
    assert!(from_sqlite.len() >= 12);
    for (name, answer) in &from_sqlite {
        let empty = answer.as_array().is_some_and(Vec::is_empty);
        assert!(!empty, "{name} answers nothing");
    }
    let tracks = DynFind::of(&schema("chinook-sqlite"), "Track").count(&sqlite).unwrap();
    assert_eq!(tracks, 3_503);
    let Some(postgres) = databases::postgres("chinook") else {
        eprintln!("skipped on PostgreSQL: no server; cargo xtask test starts one");
        return;
    };
    load(&postgres, &postgres_script(&postgres_text));
    for ((name, one), (_, other)) in from_sqlite.iter().zip(&answers(&postgres, "chinook-postgres")) {
        assert_eq!(rounded(one), rounded(other), "{name}");
    }
}
