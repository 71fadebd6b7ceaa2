//! Writes as documents, and models that are defined at run time: the rows they leave, on every database.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use relata::{
    Database, DynFind, DynRecord, ErrorKind, ModelSet, SchemaDoc, Value,
    orm::DynModel,
    request::doc::{RequestDoc, col},
};
use relata_testkit::databases::databases;
use serde_json::{Value as Json, json};

fn models() -> Arc<ModelSet> {
    let doc: SchemaDoc = serde_json::from_value(json!({ "models": {
        "User": {
            "version": true,
            "attributes": {
                "email": { "type": "string(100)", "null": false, "unique": true,
                           "validate": { "email": true, "len": { "args": [6, 40], "msg": "six to forty letters" } } },
                "score": { "type": "integer", "default": 0, "validate": { "min": 0 } },
                "meta": { "type": "json" },
                "born": { "type": "date_only", "validate": { "min": "1900-01-01" } },
            },
            "associations": {
                "posts": { "has_many": "Post", "foreign_key": "author_id" },
                "roles": { "belongs_to_many": "Role", "through": "UserRole", "foreign_key": "user_id", "other_key": "role_id" },
            },
        },
        "Post": {
            "paranoid": true,
            "attributes": { "title": { "type": "text", "null": false }, "author_id": { "type": "bigint" } },
            "associations": { "author": { "belongs_to": "User", "foreign_key": "author_id" } },
        },
        "Role": { "attributes": { "name": { "type": "text", "null": false } } },
        "UserRole": { "attributes": {
            "user_id": { "type": "bigint", "primary_key": true }, "role_id": { "type": "bigint", "primary_key": true },
            "level": { "type": "integer", "default": 1 },
        } },
    } }))
    .unwrap();
    let models = doc.build().unwrap();
    assert_eq!(models.to_doc().build().unwrap().to_doc(), models.to_doc());
    models
}

fn on_all(test: &str, run: impl Fn(&Database, &Arc<ModelSet>)) {
    for db in databases(test) {
        let models = models();
        relata::create_missing(&db, &models.views().collect::<Vec<_>>()).unwrap();
        run(&db, &models);
    }
}

fn ask(db: &Database, models: &Arc<ModelSet>, request: Json) -> relata::Result<Json> {
    let doc = RequestDoc::from_json(&request)?;
    // What is run is the document after it was written and read again.
    let doc = RequestDoc::from_json(&doc.to_json())?;
    Ok(serde_json::from_str(&DynFind::from_doc(models, doc).json(db)?).unwrap())
}

#[test]
fn documents_change_rows() {
    on_all("doc_writes", |db, models| {
        let ask = |request: Json| ask(db, models, request).unwrap();
        let ann = ask(json!({"create": "User", "values": {"email": "ann@example.org", "meta": {"a": [1]}}}));
        assert_eq!(
            ann,
            json!({"id": 1, "email": "ann@example.org", "score": 0, "meta": {"a": [1]}, "born": null, "version": 0})
        );
        let rows = json!([{"email": "bob@example.org", "score": 2}, {"email": "cy@example.org"}]);
        let ids = ask(json!({"create": "User", "values": rows, "returning": ["id"]}));
        assert_eq!(ids, json!([{"id": 2}, {"id": 3}]));
        let again = json!([{"email": "bob@example.org", "score": 9}, {"email": "di@example.org", "score": 4}]);
        let ignored =
            ask(json!({"create": "User", "values": again, "ignore_duplicates": true, "returning": ["email"]}));
        assert_eq!(ignored, json!([{"email": "di@example.org"}]));
        let upserted =
            ask(json!({"upsert": "User", "values": {"email": "bob@example.org", "score": 5}, "update": ["score"],
                                  "returning": ["id", "score", "version"]}));
        assert_eq!(upserted, json!({"id": 2, "score": 5, "version": 1}));
        let updated =
            ask(json!({"update": "User", "set": {"score": {"fn": "mul", "args": [{"col": "score"}, {"value": 2}]}},
                                 "where": {"score": {"gt": 3}}, "returning": ["email", "score"]}));
        assert_eq!(updated.as_array().unwrap().len(), 2);
        assert_eq!(
            ask(json!({"increment": "User", "by": {"score": 1}, "where": {"id": [1, 3]}})),
            json!({"affected": 2})
        );
        assert_eq!(ask(json!({"decrement": "User", "by": {"score": 1}, "where": {"id": 3}})), json!({"affected": 1}));
        let found = ask(json!({"model": "User", "attributes": ["score", "version"], "order": ["id"]}));
        assert_eq!(
            found,
            json!([{"score": 1, "version": 1}, {"score": 10, "version": 2}, {"score": 0, "version": 2},
                                 {"score": 8, "version": 1}])
        );
        ask(json!({"create": "Post", "values": [{"title": "a", "author_id": 1}, {"title": "b", "author_id": 2}]}));
        assert_eq!(
            ask(json!({"destroy": "Post", "where": {"$author.email$": "ann@example.org"}})),
            json!({"affected": 1})
        );
        assert_eq!(ask(json!({"count": "Post"})), json!({"count": 1}));
        assert_eq!(ask(json!({"count": "Post", "paranoid": false})), json!({"count": 2}));
        assert_eq!(ask(json!({"restore": "Post", "where": {"title": ["a", "b"]}})), json!({"affected": 1}));
        assert_eq!(ask(json!({"destroy": "Post", "all": true, "force": true})), json!({"affected": 2}));
        assert_eq!(ask(json!({"count": "Post", "paranoid": false})), json!({"count": 0}));
        ask(json!({"create": "Role", "values": [{"name": "x"}, {"name": "y"}]}));
        ask(json!({"truncate": "Role"}));
        assert_eq!(ask(json!({"count": "Role"})), json!({"count": 0}));
        if db.dialect().name == "postgres" {
            ask(json!({"truncate": "Role", "cascade": true, "restart_identity": true}));
            assert_eq!(ask(json!({"create": "Role", "values": {"name": "z"}, "returning": ["id"]})), json!({"id": 1}));
        }
    });
}

#[test]
fn rows_that_are_there_are_found_by_an_index_over_some_of_them() {
    on_all("doc_partial", |db, models| {
        if !db.dialect().conflict.names_key() {
            return;
        }
        db.batch("CREATE UNIQUE INDEX live_titles ON posts (title) WHERE deleted_at IS NULL").unwrap();
        let write = |author: i64| {
            let values = json!([{"title": "one", "author_id": author}]);
            let request = json!({"create": "Post", "values": values, "update_on_duplicate": ["author_id"],
                                 "conflict_attributes": ["title"], "conflict_where": {"deleted_at": null}, "returning": ["id"]});
            ask(db, models, request).unwrap()
        };
        let users = json!([{"email": "ann@example.org"}, {"email": "bob@example.org"}]);
        ask(db, models, json!({"create": "User", "values": users})).unwrap();
        assert_eq!((write(1), write(2)), (json!([{"id": 1}]), json!([{"id": 1}])));
        ask(db, models, json!({"destroy": "Post", "where": {"title": "one"}})).unwrap();
        assert_ne!(write(1), json!([{"id": 1}]), "the one that is soft-deleted is not in the index");
        // An index is told by its values, which stand in the text.
        db.batch("CREATE UNIQUE INDEX lines ON posts (author_id) WHERE title IN ('it''s', 'b')").unwrap();
        let upsert = |title: &str, of: Json| {
            ask(
                db,
                models,
                json!({"upsert": "Post", "values": {"title": title, "author_id": 2}, "update": ["title"],
                                   "conflict_attributes": ["author_id"], "conflict_where": {"title": of},
                                   "returning": ["id", "title"]}),
            )
        };
        let first = upsert("it's", json!(["it's", "b"])).unwrap();
        assert_eq!(upsert("b", json!(["it's", "b"])).unwrap(), json!({"id": first["id"], "title": "b"}));
        let other = upsert("b", json!(["x", "y"]));
        assert!(other.is_err(), "there is no index of that condition");
    });
}

#[test]
fn a_row_that_is_there_is_updated_under_a_condition() {
    on_all("doc_update_where", |db, models| {
        let write = |score: i64| {
            let request = json!({"upsert": "User", "values": {"email": "ann@example.org", "score": score},
                                 "update_where": {"score": {"lt": score}}, "returning": ["score"]});
            ask(db, models, request).unwrap()
        };
        assert_eq!(write(5), json!({"score": 5}));
        assert_eq!(write(3), json!(null), "it stays as it is");
        assert_eq!(write(9), json!({"score": 9}));
        let many = json!({"create": "User", "update_on_duplicate": ["score"], "conflict_attributes": ["email"],
                          "values": [{"email": "ann@example.org", "score": 1}, {"email": "bob@example.org", "score": 1}],
                          "update_where": {"score": {"lt": 9}}, "returning": ["email"]});
        assert_eq!(ask(db, models, many).unwrap(), json!([{"email": "bob@example.org"}]));
        let scores = json!({"model": "User", "attributes": ["score"], "order": ["id"]});
        assert_eq!(ask(db, models, scores).unwrap(), json!([{"score": 9}, {"score": 1}]));
    });
}

#[test]
fn documents_are_validated_as_drafts_are() {
    on_all("doc_refused", |db, models| {
        let refused = |request: Json, kind: ErrorKind| {
            let error = ask(db, models, request).unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            error
        };
        let error = refused(
            json!({"create": "User", "values": {"email": "x", "score": -1, "born": "1800-01-01"}}),
            ErrorKind::Validation,
        );
        let failures: Vec<(&str, &str)> =
            error.failures().iter().map(|failure| (failure.path.as_str(), failure.rule.as_str())).collect();
        assert_eq!(failures, [("email", "email"), ("email", "len"), ("score", "min"), ("born", "min")]);
        assert_eq!(error.failures()[1].message, "six to forty letters");
        refused(json!({"update": "User", "set": {"score": -5}, "all": true}), ErrorKind::Validation);
        refused(json!({"update": "User", "set": {"score": 1}}), ErrorKind::Request);
        refused(json!({"destroy": "User", "where": {}}), ErrorKind::Request);
        refused(json!({"create": "User", "values": {"email": null}}), ErrorKind::NotNullViolation);
        assert_eq!(ask(db, models, json!({"count": "User"})).unwrap(), json!({"count": 0}));
    });
}

#[test]
fn run_time_models_have_records() {
    on_all("dyn_records", |db, models| {
        let users = DynModel::of(models, "User").unwrap();
        let posts = DynModel::of(models, "Post").unwrap();
        let graph = users
            .draft()
            .with("email", "ann@example.org")
            .nest("posts", posts.draft().with("title", "one"))
            .nest("posts", posts.draft().with("title", "two"));
        let mut ann = users.create(db, graph).unwrap();
        assert_eq!(ann.rows("posts").unwrap().len(), 2);
        assert!(ann.changed().is_empty());
        ann.set("score", 3_i64).unwrap();
        assert_eq!((ann.changed(), ann.previous("score").unwrap()), (vec!["score"], &Value::Int(0)));
        let mut stale = users.find().one(db).unwrap().unwrap();
        assert!(ann.equals(&stale) && ann.save(db).unwrap() && !ann.save(db).unwrap());
        stale.set("score", 9_i64).unwrap();
        assert_eq!(stale.save(db).unwrap_err().kind(), ErrorKind::Stale);
        stale.reload(db).unwrap();
        assert_eq!(stale.get("score").unwrap(), &Value::Int(3));
        ann.increment("score", 2_i64, db).unwrap();
        assert_eq!((ann.get("score").unwrap(), ann.get("version").unwrap()), (&Value::Int(5), &Value::Int(2)));
        let mut one = posts.find().filter(col("title").eq("one")).one(db).unwrap().unwrap();
        one.destroy(db).unwrap();
        assert_eq!((posts.find().count(db).unwrap(), posts.find().with_deleted().count(db).unwrap()), (1, 2));
        one.restore(db).unwrap();
        assert_eq!(posts.update().set("title", "all").unwrap().filter(col("id").gt(0)).run(db).unwrap(), 2);
        assert_eq!(posts.destroy().filter(col("author_id").eq(1)).limit(1).run(db).unwrap(), 1);
        assert_eq!(posts.restore().run(db).unwrap(), 1);
        let wrong = users.draft().with("emial", "x");
        let error = users.create(db, wrong).unwrap_err().to_string();
        assert!(error.contains("did you mean \"email\""), "{error}");
        let kept =
            users.upsert(db, users.draft().with("email", "ann@example.org").with("score", 1_i64), Some(&[])).unwrap();
        assert!(kept.is_none());
        let many = (0..3).map(|i| users.draft().with("email", format!("u{i}@example.org"))).collect();
        assert_eq!(users.create_many(db, many).unwrap().len(), 3);
        let free = DynRecord::default().save(db).unwrap_err();
        assert_eq!(free.kind(), ErrorKind::Request);
    });
}

#[test]
fn run_time_models_have_links() {
    on_all("dyn_links", |db, models| {
        let (users, roles) = (DynModel::of(models, "User").unwrap(), DynModel::of(models, "Role").unwrap());
        let mut ann = users.create(db, users.draft().with("email", "ann@example.org")).unwrap();
        let role = |name: &str| roles.create(db, roles.draft().with("name", name.to_owned())).unwrap();
        let (reader, writer) = (role("reader"), role("writer"));
        ann.links("roles").unwrap().through("level", 7_i64).unwrap().add(&[&reader, &writer], db).unwrap();
        assert!(ann.links("roles").unwrap().has(&[&reader, &writer], db).unwrap());
        assert_eq!(ann.links("roles").unwrap().remove(&[&reader], db).unwrap(), 1);
        let editor = ann.links("roles").unwrap().create(db, roles.draft().with("name", "editor")).unwrap();
        ann.links("roles").unwrap().set(&[&editor], db).unwrap();
        let found = ask(
            db,
            models,
            json!({"model": "User", "attributes": ["id"], "include": [
            {"association": "roles", "attributes": ["name"], "through": {"attributes": ["level"]}}]}),
        );
        assert_eq!(found.unwrap()[0]["roles"], json!([{"name": "editor", "UserRole": {"level": 1}}]));
        assert_eq!(ann.links("roels").err().unwrap().kind(), ErrorKind::UnknownAssociation);
    });
}

/// A member of a list that looks like an expression is written as the value that it is.
#[test]
fn values_that_look_like_expressions_stay_values() {
    let list = json!(["a", { "value": { "col": "score" } }]);
    let mut made = RequestDoc::from_json(&json!({ "model": "User" })).unwrap();
    made.find.filter = Some(relata::request::doc::col("email").is_in([json!("a"), json!({ "col": "score" })]));
    assert_eq!(made.to_json()["where"]["in"], list);
    let refused = |doc| DynFind::from_doc(&models(), doc).request().unwrap_err().to_string();
    assert_eq!(refused(made.clone()), refused(RequestDoc::from_json(&made.to_json()).unwrap()));
}
