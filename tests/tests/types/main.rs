//! Every type on every database: values at the edges of a type, just beyond them, and hostile ones. A cell is one value of
//! one type on one database. It is written in each way that there is and read in each way that there is, and what comes
//! back is exactly the value, or its normal form as `expected` says, or nothing was written and the error has a kind.
//! Whatever differs from that is an exception that the document of differences names.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cells;
mod enumerations;
mod exceptions;
mod expected;
mod foreign;
mod foreign_tables;
mod input;
mod json;
mod numbers;
mod others;
mod texts;
mod times;
mod values;

use std::collections::BTreeSet;

use relata::{Database, Kind, Value, orm::insert_rows, schema::SchemaDoc};
use relata_testkit::databases::{databases, mariadb, mysql, postgres, sqlite};
use serde_json::{Value as Json, json};

use crate::{exceptions::EXCEPTIONS, values::subjects};

fn check(db: &Database) {
    let report = cells::run(db);
    assert_eq!(report.cells, subjects().iter().map(|subject| subject.cases.len()).sum::<usize>());
    let shown: Vec<&str> = report.failures.iter().take(80).map(String::as_str).collect();
    let name = db.dialect().name;
    assert!(shown.is_empty(), "{name}, {} findings:\n{}", report.failures.len(), shown.join("\n"));
}

#[test]
fn sqlite_keeps_each_value_or_refuses_it() {
    check(&sqlite());
}

#[test]
fn postgres_keeps_each_value_or_refuses_it() {
    if let Some(db) = postgres("types") {
        check(&db);
    }
}

#[test]
fn mysql_keeps_each_value_or_refuses_it() {
    if let Some(db) = mysql("types") {
        check(&db);
    }
}

#[test]
fn mariadb_keeps_each_value_or_refuses_it() {
    if let Some(db) = mariadb("types") {
        check(&db);
    }
}

#[test]
fn there_are_three_thousand_cells() {
    let values: usize = subjects().iter().map(|subject| subject.cases.len()).sum();
    assert!(4 * values >= 3_000, "{values} values on four databases");
}

#[test]
fn every_kind_of_value_has_cells() {
    let met: BTreeSet<Kind> = subjects().iter().map(values::Subject::kind).collect();
    // Documents in arrays and shapes are not compared: they have tests of their own.
    let apart = [Kind::JsonArray, Kind::Geometry, Kind::Geography];
    assert_eq!(met, Kind::ALL.iter().copied().filter(|kind| !apart.contains(kind)).collect());
}

#[test]
fn every_exception_stands_in_the_document() {
    let path = relata_tests::folder().join("../docs/DIFFERENCES.md");
    let text = std::fs::read_to_string(path).unwrap();
    let rows: BTreeSet<&str> =
        text.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next()).map(str::trim).collect();
    for exception in EXCEPTIONS {
        assert!(rows.contains(exception.row), "no row \"{}\"", exception.row);
    }
}

/// What a database keeps of a document is no less in the JSON of a record than it is in a find that answers with JSON.
#[test]
fn a_record_as_json_drops_no_document() {
    for db in databases("types_documents") {
        let doc: SchemaDoc = serde_json::from_value(json!({ "models": { "Page": { "attributes": {
            "id": { "type": "bigint", "primary_key": true }, "body": { "type": "json" },
        } } } }))
        .unwrap();
        let models = doc.build().unwrap();
        relata::create_missing(&db, &models.views().collect::<Vec<_>>()).unwrap();
        let pages = relata::DynModel::of(&models, "Page").unwrap();
        for (id, body) in [(1_i64, "1.7976931348623157e308"), (2, "[1e300, 0.1]"), (3, "{\"a\": [null]}")] {
            let row = vec![Value::Int(id), Value::Json(body.to_owned().into())];
            insert_rows(&db, pages.model().clone(), &["id", "body"], &[row]).unwrap();
            let page = pages.find().filter(relata::request::doc::col("id").eq(id)).one(&db).unwrap().unwrap();
            assert_ne!(page.to_json()["body"], Json::Null, "{body} on {}", db.dialect().name);
        }
    }
}
