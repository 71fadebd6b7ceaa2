//! Tables that relata has not made: whatever a column holds, a model, a raw query and an answer in JSON read the value, or
//! say which column they cannot read. Never another value, and never a panic.

use std::sync::Arc;

use relata::{
    Database, DynFind, DynModel, ErrorKind, Executor, ModelSet, Result, SchemaDoc, Sql, SqlType, Value,
    schema::write_json_datum,
};
use relata_testkit::databases::{mariadb, mysql, postgres, sqlite};
use serde_json::json;

use crate::{
    foreign_tables::{Column, MARIADB, MYSQL, MYSQL_AND_MARIADB, POSTGRES, Reads, SQLITE},
    json::Doc,
};

#[test]
fn columns_of_sqlite_are_read_or_refused_by_name() {
    check(&sqlite(), SQLITE);
}

#[test]
fn columns_of_postgres_are_read_or_refused_by_name() {
    if let Some(db) = postgres("foreign") {
        check(&db, POSTGRES);
    }
}

#[test]
fn columns_of_mysql_are_read_or_refused_by_name() {
    if let Some(db) = mysql("foreign") {
        check(&db, MYSQL_AND_MARIADB);
        check(&db, MYSQL);
    }
}

#[test]
fn columns_of_mariadb_are_read_or_refused_by_name() {
    if let Some(db) = mariadb("foreign") {
        check(&db, MYSQL_AND_MARIADB);
        check(&db, MARIADB);
    }
}

fn check(db: &Database, columns: &[Column]) {
    let mut wrong = Vec::new();
    for (number, column) in columns.iter().enumerate() {
        // The name of the column is not that of the table, nor of the model.
        let table = format!("foreign_{}_{number}", columns.len());
        create(db, &table, column);
        wrong.extend(judged(db, column, "raw", column.raw, raw(db, &table)));
        for &(ty, reads) in column.models {
            let models = models(&table, ty);
            wrong.extend(judged(db, column, ty, reads, records(db, &models, ty)));
            wrong.extend(judged(db, column, &format!("{ty} in JSON"), reads, answers(db, &models)));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), db.dialect().name, wrong.join("\n"));
}

/// A value as an answer writes it.
fn shown(value: &Value, scale: Option<u8>) -> Doc {
    let mut text = String::new();
    write_json_datum(&mut text, value, scale);
    Doc::read(&text)
}

fn raw(db: &Database, table: &str) -> Result<Vec<Doc>> {
    let sql = format!("SELECT v FROM {table}");
    let rows = db.query(Sql::trusted(&sql), ()).values()?;
    rows.iter().map(|row| Ok(shown(row.get("v")?, None))).collect()
}

fn records(db: &Database, models: &Arc<ModelSet>, ty: &str) -> Result<Vec<Doc>> {
    let scale = SqlType::parse(ty)?.scale();
    let rows = DynModel::of(models, "Foreign")?.find().all(db)?;
    rows.iter().map(|row| Ok(shown(row.get("v")?, scale))).collect()
}

fn answers(db: &Database, models: &Arc<ModelSet>) -> Result<Vec<Doc>> {
    match Doc::read(&DynFind::of(models, "Foreign").json(db)?) {
        Doc::List(rows) => Ok(rows.iter().filter_map(|row| row.key("v").cloned()).collect()),
        other => Ok(vec![other]),
    }
}

/// Makes the table in SQL of the database's own, on a connection that is not used again: it may be set otherwise.
fn create(db: &Database, table: &str, column: &Column) {
    let Column { before, ddl, literal, .. } = column;
    let sql = format!(
        "{before} CREATE TABLE {table} (id INT PRIMARY KEY, v {ddl}); INSERT INTO {table} VALUES (1, {literal})"
    );
    let mut held = db.hold().unwrap();
    let made = held.session().batch(&sql);
    made.unwrap_or_else(|error| panic!("{ddl} on {}: {error:?}", db.dialect().name));
    if db.dialect().name != "sqlite" {
        held.discard();
    }
}

fn models(table: &str, ty: &str) -> Arc<ModelSet> {
    let doc: SchemaDoc = serde_json::from_value(json!({ "models": { "Foreign": {
        "table": table,
        "attributes": { "id": { "type": "integer", "primary_key": true }, "v": { "type": ty } },
    } } }))
    .unwrap();
    doc.build().unwrap()
}

/// What is wrong with what was read, if anything is.
fn judged(db: &Database, column: &Column, by: &str, reads: Reads, found: Result<Vec<Doc>>) -> Option<String> {
    let is_right = match (&found, reads) {
        (Ok(rows), Reads::Value(json) | Reads::ValueOrError(json)) => *rows == [Doc::read(json)],
        (Err(error), Reads::Error | Reads::ValueOrError(_)) => {
            error.kind() == ErrorKind::Decode && error.path().split('.').next_back() == Some("v")
        }
        (Ok(_), Reads::Error) | (Err(_), Reads::Value(_)) => false,
    };
    let name = db.dialect().name;
    let Column { ddl, literal, .. } = column;
    (!is_right).then(|| format!("{name} {ddl} {literal} by {by}: {reads:?} is right, and it is {found:?}"))
}
