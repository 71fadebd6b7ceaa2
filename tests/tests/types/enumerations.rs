//! Columns of an enumeration type of the server, in tables that relata has not made: asked, written and counted like any
//! other attribute with labels.

use std::sync::Arc;

use relata::{Database, DynFind, ErrorKind, ModelSet, Result, SchemaDoc, orm::DynModel, request::doc::RequestDoc};
use relata_testkit::databases::{mariadb, mysql, postgres};
use serde_json::{Value as Json, json};

const LABELS: &str = "'sad','it''s ok','glad'";

#[test]
fn enumerations_of_postgres_are_attributes() {
    if let Some(db) = postgres("enumerations") {
        db.hold().unwrap().session().batch(&format!("CREATE TYPE mood AS ENUM ({LABELS})")).unwrap();
        check(&db, "mood");
    }
}

#[test]
fn enumerations_of_mysql_are_attributes() {
    if let Some(db) = mysql("enumerations") {
        check(&db, &format!("ENUM({LABELS})"));
    }
}

#[test]
fn enumerations_of_mariadb_are_attributes() {
    if let Some(db) = mariadb("enumerations") {
        check(&db, &format!("ENUM({LABELS})"));
    }
}

fn models() -> Arc<ModelSet> {
    let doc: SchemaDoc = serde_json::from_value(json!({ "models": { "Day": {
        "table": "days",
        "timestamps": false,
        "attributes": {
            "id": { "type": "integer", "primary_key": true },
            "mood": { "type": format!("enum({LABELS})"), "default": "sad" },
            "earlier": { "type": format!("enum({LABELS})") },
            "note": { "type": "text" },
        },
    } } }))
    .unwrap();
    doc.build().unwrap()
}

fn ask(db: &Database, models: &Arc<ModelSet>, request: Json) -> Result<Json> {
    Ok(serde_json::from_str(&DynFind::from_doc(models, RequestDoc::from_json(&request)?).json(db)?).unwrap())
}

fn check(db: &Database, ty: &str) {
    let column = format!("mood {ty} NOT NULL DEFAULT 'sad', earlier {ty}");
    let sql = format!("CREATE TABLE days (id INT PRIMARY KEY, {column}, note TEXT)");
    db.hold().unwrap().session().batch(&sql).unwrap();
    let models = models();
    let days = DynModel::of(&models, "Day").unwrap();
    for (id, mood, before, note) in
        [(1, "sad", None, "glad"), (2, "it's ok", Some("sad"), "it's ok"), (3, "glad", Some("glad"), "no")]
    {
        let mut draft = days.draft();
        draft.set("id", id).unwrap();
        draft.set("mood", mood).unwrap();
        draft.set("note", note).unwrap();
        if let Some(before) = before {
            draft.set("earlier", before).unwrap();
        }
        let made = days.create(db, draft).unwrap();
        assert_eq!(*made.get("mood").unwrap(), relata::Value::from(mood));
    }
    let mut wrong = Vec::new();
    for (condition, right) in [
        (json!({ "mood": "it's ok" }), vec![2]),
        (json!({ "mood": { "ne": "it's ok" } }), vec![1, 3]),
        (json!({ "mood": ["sad", "glad"] }), vec![1, 3]),
        (json!({ "mood": { "not_in": ["sad", "glad"] } }), vec![2]),
        (json!({ "mood": vec!["sad"; 40] }), vec![1]),
        (json!({ "mood": { "eq": { "any": ["sad", "glad"] } } }), vec![1, 3]),
        (json!({ "mood": { "eq": { "col": "earlier" } } }), vec![3]),
        (json!({ "mood": { "in": { "query": { "model": "Day", "attributes": ["earlier"] } } } }), vec![1, 3]),
        (json!({ "earlier": null }), vec![1]),
        (json!({ "or": [{ "mood": "sad" }, { "mood": "glad", "note": "no" }] }), vec![1, 3]),
    ] {
        let request = json!({ "model": "Day", "attributes": ["id"], "where": condition, "order": ["id"] });
        let right: Vec<Json> = right.into_iter().map(|id| json!({ "id": id })).collect();
        wrong.extend(judged(&request, &json!(right), ask(db, &models, request.clone())));
    }
    for (attributes, more, right) in [
        // The server orders labels as they were declared.
        (json!(["mood"]), json!({ "order": [["mood", "desc"]] }), json!([["glad"], ["it's ok"], ["sad"]])),
        (
            json!(["mood", [{ "fn": "count" }, "n"]]),
            json!({ "group": ["mood"], "order": ["mood"] }),
            json!([["sad", 1], ["it's ok", 1], ["glad", 1]]),
        ),
        (
            json!([[{ "fn": "coalesce", "args": [{ "col": "earlier" }, { "col": "mood" }] }, "first"]]),
            json!({ "order": ["id"] }),
            json!([["sad"], ["sad"], ["glad"]]),
        ),
    ] {
        let mut request = more;
        request["model"] = json!("Day");
        request["attributes"] = attributes;
        let found = ask(db, &models, request.clone()).map(|rows| {
            let values = |row: &Json| row.as_object().unwrap().values().cloned().collect::<Vec<_>>();
            json!(rows.as_array().unwrap().iter().map(values).collect::<Vec<_>>())
        });
        wrong.extend(judged(&request, &right, found));
    }
    // PostgreSQL has no patterns and no functions of texts for enumerations: it says so, and answers nothing else.
    for condition in [json!({ "mood": { "like": "%a%" } }), json!({ "mood": { "eq": { "col": "note" } } })] {
        let request = json!({ "model": "Day", "attributes": ["id"], "where": condition, "order": ["id"] });
        match (ask(db, &models, request.clone()), db.dialect().name) {
            (Err(error), "postgres") => assert_eq!(error.kind(), ErrorKind::Database),
            (found, "postgres") => wrong.push(format!("{request} is answered: {found:?}")),
            (found, _) => assert!(found.is_ok(), "{request}: {found:?}"),
        }
    }
    let mut draft = days.draft();
    draft.set("id", 9).unwrap();
    draft.set("mood", "angry").unwrap();
    assert_eq!(days.create(db, draft).unwrap_err().kind(), ErrorKind::Validation);
    assert!(wrong.is_empty(), "{} on {}:\n{}", wrong.len(), db.dialect().name, wrong.join("\n"));
}

fn judged(request: &Json, right: &Json, found: Result<Json>) -> Option<String> {
    let is_right = found.as_ref().is_ok_and(|found| found == right);
    (!is_right).then(|| format!("{request}: {right} is right, and it is {found:?}"))
}
