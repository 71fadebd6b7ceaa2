//! Sequelize.

use relata::{ErrorKind, Executor, Sql, list, schema::Outcome};
use relata_testkit::databases::{POSTGRES_URL, postgres_url};
use serde_json::{Value as Json, json};

use crate::{
    ask, compile, compile_of, count, inert, inert_or_refused, literal, models_of, on_all, refusal, refused, schema,
    unknown,
};

/// An `order` was glued into the statement.
#[test]
fn cve_2015_1369_order_is_a_name() {
    for order in ["id; DELETE FROM users --", "id, (select 1)", "1", "id desc"] {
        refused(&json!({ "model": "User", "order": [order] }), ErrorKind::UnknownAttribute);
    }
}

/// `limit` and `offset` were glued in: CVE-2016-10550 (GHSA-98pq-pmw9-4gpm), and of others CVE-2012-0805 (SQLAlchemy),
/// CVE-2008-4094, CVE-2011-0448, OSVDB-95376 (ActiveRecord), CVE-2021-43608 (Doctrine), GHSA-4mg9-vhxq-vm7j (Laravel),
/// the Propel advisory of 2018.
#[test]
fn cve_2016_10550_a_limit_is_a_number() {
    let texts = ["1; DROP TABLE u", "1 UNION SELECT 1", "1", "", "1e9"].map(Json::from);
    let numbers =
        [json!(-1), json!(1e9), json!(1.5), json!(18_446_744_073_709_551_616.0), json!([1]), json!({}), Json::Null];
    for limit in texts.into_iter().chain(numbers) {
        for option in ["limit", "offset"] {
            refused(&json!({ "model": "User", option: limit }), ErrorKind::Document);
            refused(
                &json!({ "model": "User", "include": [{ "association": "posts", option: limit }] }),
                ErrorKind::Document,
            );
        }
        refused(&json!({ "destroy": "User", "where": { "id": 1 }, "limit": limit }), ErrorKind::Document);
    }
    refused(&json!({ "model": "User", "limit": u64::MAX }), ErrorKind::LimitExceeded);
}

/// SQLite was escaped by the rules of MySQL (GHSA-x2jc-pwfj-h9p3): a literal has no dialect of its own.
#[test]
fn cve_2016_10554_each_dialect_escapes_in_its_own_way() {
    for text in [r"\'; DROP TABLE u; --", r"\", r"\\", "'", r"it\'s \0"] {
        let mut schema = schema();
        schema["models"]["Post"]["default_scope"] = json!({ "where": { "title": text } });
        let models = models_of(&schema).unwrap();
        for dialect in relata::dialect::ALL {
            let statements = compile_of(&models, &json!({ "count": "Post" }), dialect).unwrap();
            let expected = literal(text, dialect.name);
            assert!(statements[0].0.contains(&expected), "{} has no {expected}: {statements:?}", dialect.name);
        }
    }
}

/// An array among replacements was taken for a text, and escaped with backslashes (GHSA-9c2p-jw8p-f84v).
#[test]
fn cve_2016_10556_a_list_is_as_many_binds() {
    on_all("cve_2016_10556", |db, models| {
        let names = ["test", "'); DELETE FROM users WHERE id = 1 --')", "ann"];
        let sql = "SELECT name FROM users WHERE name IN (:names)";
        let found: Vec<(String,)> = db.query(sql, [("names", list(names))]).all().unwrap();
        assert_eq!(found, [("ann".to_owned(),)]);
        assert_eq!(count(db, models, "User", json!({ "name": names })), 1);
        assert_eq!(count(db, models, "User", json!({})), 2);
    });
}

/// Quotes in GeoJSON were not escaped (GHSA-5v9h-q3gj-c32x). There are no geometries here; documents are bound.
#[test]
fn cve_2016_1000225_a_document_is_bound() {
    on_all("cve_2016_1000225", |db, models| {
        let point = json!({ "type": "Point", "properties": { "exploit": "'); DELETE YOLO INJECTIONS; -- " },
                            "coordinates": [39.8, "'); DELETE YOLO INJECTIONS; --"] });
        ask(db, models, &json!({ "update": "User", "set": { "meta": { "value": point } }, "where": { "id": 1 } }))
            .unwrap();
        let found = ask(db, models, &json!({ "model": "User", "attributes": ["meta"], "where": { "id": 1 } })).unwrap();
        assert_eq!(found, json!([{ "meta": point }]));
    });
}

/// Operators came from data: a login with `{"password": {"$ne": ""}}` (GHSA-wfp9-vr4j-f49j; Prisma's "operator injection").
#[test]
fn ghsa_wfp9_vr4j_f49j_operators_are_not_data() {
    for sent in [json!({ "$ne": "" }), json!({ "$gt": "" }), json!({ "$or": [{}] }), json!({ "$in": ["x"] })] {
        refused(&json!({ "model": "User", "where": { "password": sent } }), ErrorKind::Document);
    }
    // Where the application writes the operator, what was sent is a value.
    for sent in [json!({ "ne": "" }), json!({ "gt": "" }), json!({ "or": [] }), json!(["x"])] {
        for operator in ["eq", "ne", "gt"] {
            let condition = json!({ "password": { operator: { "value": sent } } });
            refused(&json!({ "model": "User", "where": condition }), ErrorKind::TypeMismatch);
        }
        refused(&json!({ "create": "User", "values": { "id": 9, "password": sent } }), ErrorKind::TypeMismatch);
        refused(
            &json!({ "update": "User", "set": { "password": sent }, "where": { "id": 1 } }),
            ErrorKind::TypeMismatch,
        );
    }
    // And so is the argument of a scope.
    let scope = |sent: Json| json!({ "model": "User", "scope": [{ "of_token": { "password": sent } }] });
    inert(|text| scope(json!(text)), &["' OR 1=1 --", "{\"ne\": \"\"}"]);
    refusal(&scope(json!({ "ne": "" })));
}

/// Keys of JSON paths were not escaped: CVE-2019-10748 (GHSA-j9xp-92vc-559j, MySQL), CVE-2019-10749
/// (GHSA-2598-2f59-rmhq, PostgreSQL), CVE-2019-10752 (GHSA-m9jw-237r-gvfv, sub-paths).
#[test]
fn cve_2019_10749_json_path_keys() {
    let keys = [
        "name.first}'); INSERT INJECTION HERE! SELECT ('",
        "a') = 1 OR 1=1 -- ",
        "a\")) AS DECIMAL) = 1 UNION SELECT VERSION(); -- ",
        "target.id')) = 10 UNION SELECT VERSION(); -- ",
    ];
    inert_or_refused(|key| json!({ "model": "User", "where": { format!("meta.{key}"): 1 } }), &keys);
    inert_or_refused(|key| json!({ "model": "User", "order": [format!("meta.{key}")] }), &keys);
    inert_or_refused(|key| json!({ "model": "User", "attributes": [format!("meta.{key}")] }), &keys);
    for key in keys {
        unknown(&json!({ "model": "User", "where": { format!("meta->>'{key}"): 1 } }));
        unknown(&json!({ "model": "User", "order": [format!("meta->>'{key}")] }));
    }
}

/// `standard_conforming_strings` was not forced, so that a backslash ended a literal early (GHSA-2777-2vq8-c4v4).
#[test]
fn cve_2019_11069_strings_are_read_as_they_are_written() {
    let Some(url) = postgres_url("cve_2019_11069") else {
        eprintln!("skipped: no PostgreSQL server, {POSTGRES_URL} is not set");
        return;
    };
    let first = relata::Database::open(&url).unwrap();
    first
        .batch(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET standard_conforming_strings = off', current_database()); \
             EXECUTE format('ALTER DATABASE %I SET backslash_quote = on', current_database()); END $$",
        )
        .unwrap();
    let db = relata::Database::open(&url).unwrap();
    let setting: Vec<(String,)> = db.query("SHOW standard_conforming_strings", ()).all().unwrap();
    assert_eq!(setting, [("on".to_owned(),)]);
    let mut schema = schema();
    schema["models"]["Post"]["default_scope"] = json!({ "where": { "title": r"x\' || '; select 1 --" } });
    let models = models_of(&schema).unwrap();
    relata::create_missing(&db, &models.views().collect::<Vec<_>>()).unwrap();
    let post = json!({ "create": "Post", "values": { "id": 1, "title": r"x\' || '; select 1 --" } });
    ask(&db, &models, &post).unwrap();
    assert_eq!(count(&db, &models, "Post", json!({})), 1);
}

/// The SQLite layer looked into the text of statements, values among it, for words like `sqlite_master`, and crashed
/// (GMS-2020-771).
#[test]
fn ghsa_fw4p_36j9_rrj3_text_is_never_looked_into() {
    on_all("ghsa_fw4p", |db, models| {
        let texts = [
            "SELECT tbl_name FROM sqlite_master",
            "RETURNING id",
            "INSERT INTO",
            "SHOW INDEXES",
            "-- COMMIT",
            ":param",
            "$1",
            "?",
            "COMMIT",
            "ROLLBACK; BEGIN",
            "PRAGMA query_only = 1",
        ];
        for (id, text) in (10..).zip(texts) {
            let values = json!({ "id": id, "name": text, "email": text, "password": text });
            ask(db, models, &json!({ "create": "User", "values": values })).unwrap();
            let found =
                ask(db, models, &json!({ "model": "User", "attributes": ["password"], "where": { "name": text } }));
            assert_eq!(found.unwrap(), json!([{ "password": text }]));
        }
        let all = json!({ "count": "User", "where": { "name": texts } });
        assert_eq!(ask(db, models, &all).unwrap(), json!({ "count": texts.len() }));
    });
}

/// Attributes with parentheses were passed on as SQL (GHSA-vqfx-gj96-3w95).
#[test]
fn cve_2023_22578_attributes_are_names() {
    for attribute in
        ["(SELECT password FROM users LIMIT 1)", "count(id)", "id AS x, password", "*", "users.password", ""]
    {
        unknown(&json!({ "model": "User", "attributes": [attribute] }));
        unknown(&json!({ "model": "User", "attributes": [[attribute, "x"]] }));
        unknown(&json!({ "model": "User", "attributes": { "include": [attribute] } }));
        let returning = json!({ "create": "User", "values": { "id": 9 }, "returning": [attribute] });
        refused(&returning, ErrorKind::UnknownAttribute);
    }
}

/// A `where` that was no object was passed over, and every row was meant (GHSA-f598-mfpv-gmfx).
#[test]
fn cve_2023_22579_a_where_that_is_none_is_refused() {
    for condition in [Json::Null, json!("x"), json!(5), json!(true), json!(1.5)] {
        for call in [json!({ "model": "User" }), json!({ "count": "User" }), json!({ "destroy": "User" })] {
            let mut request = call;
            request["where"] = condition.clone();
            refused(&request, ErrorKind::Document);
        }
        let update = json!({ "update": "User", "set": { "score": 1 }, "where": condition });
        refused(&update, ErrorKind::Document);
    }
    for condition in [json!([]), json!({}), json!([{}]), json!({ "and": [] })] {
        refused(&json!({ "destroy": "User", "where": condition }), ErrorKind::Request);
        refused(&json!({ "update": "User", "set": { "score": 1 }, "where": condition }), ErrorKind::Request);
    }
    refused(&json!({ "destroy": "User" }), ErrorKind::Request);
}

/// A query that was crafted made the answer of an application show the statement (GHSA-8c25-f3mj-v6h8).
#[test]
fn cve_2023_22580_an_error_shows_no_statement() {
    on_all("cve_2023_22580", |db, models| {
        let fails = [
            ask(db, models, &json!({ "create": "User", "values": { "id": 3, "email": "ann@example.org" } })).map(drop),
            ask(db, models, &json!({ "create": "User", "values": { "id": 1, "name": "canary" } })).map(drop),
            ask(db, models, &json!({ "create": "Post", "values": { "id": 1, "author_id": 77 } })).map(drop),
            ask(db, models, &json!({ "update": "Post", "set": { "author_id": 77 }, "all": true, "limit": 1 }))
                .map(drop),
            db.execute("INSERT INTO users (id, role) VALUES (7, 'none')", ()).map(drop),
            db.execute("SELECT password FROM nowhere", ()).map(drop),
        ];
        let mut failed = 0;
        for error in fails.into_iter().filter_map(Result::err) {
            let shown = error.to_string();
            for part in ["SELECT", "INSERT", "UPDATE", "ann@example.org", "canary"] {
                assert!(!shown.contains(part), "{}: {part} in {shown}", db.dialect().name);
            }
            failed += usize::from(error.outcome() == Outcome::NotApplied);
        }
        assert!(failed >= 4, "{failed} failed on {}", db.dialect().name);
    });
}

/// Replacements were looked for in the finished text, also inside of values that stood there already
/// (GHSA-wrh9-cjv3-2hpw).
#[test]
fn cve_2023_25813_values_are_not_read_for_markers() {
    on_all("cve_2023_25813", |db, models| {
        let sql = "SELECT id FROM users WHERE name = :first OR email = :last";
        for (first, last) in [(":last", "OR true; DROP TABLE users;"), ("?", "$1"), ("bob", ":first OR 1=1 --")] {
            let found: Vec<(i64,)> = db.query(sql, [("first", first), ("last", last)]).all().unwrap();
            assert_eq!(found.len(), usize::from(first == "bob"), "{first}, {last}");
        }
        // What stands between quotes is no marker, whatever it looks like.
        let sql = String::from("SELECT ':first' AS a, name FROM users WHERE name = :first");
        let found: Vec<(String, String)> = db.query(Sql::trusted(&sql), [("first", "ann")]).all().unwrap();
        assert_eq!(found, [(":first".to_owned(), "ann".to_owned())]);
        assert_eq!(count(db, models, "User", json!({})), 2);
    });
}

/// What stood behind `::` in a key was put into a `CAST` as it was (GHSA-6457-6jrx-69cr).
#[test]
fn cve_2026_30951_a_type_is_a_word() {
    for key in ["role::text) OR 1=1 --", "id::int) FROM users UNION SELECT", "id::bigint"] {
        refused(&json!({ "model": "User", "where": { key: 1 } }), ErrorKind::UnknownAttribute);
    }
    for ty in ["text) OR 1=1 --", "string(5) OR (1)", "decimal(10,2); DROP", "enum('a') OR ('b')", "int FROM users", ""]
    {
        let cast = json!({ "cast": { "col": "score" }, "as": ty });
        refused(&json!({ "model": "User", "attributes": [[cast, "x"]] }), ErrorKind::Schema);
        refused(&json!({ "model": "User", "where": { "left": cast, "eq": 1 } }), ErrorKind::Schema);
    }
}

/// Texts that look like a call of Oracle's were not quoted (b71073a of 2026-04-15, no number).
#[test]
fn sequelize_b71073a_a_text_that_looks_like_a_call_is_text() {
    let texts = [
        "TO_DATE((SELECT secret FROM users WHERE ROWNUM=1),'YYYY/MM/DD')",
        "TO_DATE('2025/03/21' || (SELECT password FROM users),'YYYY/MM/DD')",
        "TO_TIMESTAMP_TZ('2025/03/21','YYYY/MM/DD') /* injected */",
    ];
    inert(|text| json!({ "model": "User", "where": { "name": text } }), &texts);
    inert(|text| json!({ "update": "User", "set": { "name": text }, "where": { "id": 1 } }), &texts);
    for text in texts {
        refused(&json!({ "model": "User", "where": { "moment": text } }), ErrorKind::TypeMismatch);
    }
}

/// A test for NULL took the list of binds away from what stood beside it, which was then inlined (779a33b of 2026-06-17,
/// no number).
#[test]
fn sequelize_779a33b_a_test_for_null_changes_nothing_beside_it() {
    let orders = [
        json!({ "password": null, "name": "Alice", "score": { "gt": 1 } }),
        json!({ "name": "Alice", "password": null, "score": { "gt": 1 } }),
        json!({ "score": { "gt": 1 }, "name": "Alice", "password": { "is": null } }),
    ];
    for dialect in relata::dialect::ALL {
        for condition in &orders {
            let statements = compile(&json!({ "model": "User", "where": condition }), dialect).unwrap();
            assert_eq!(statements[0].1, 2, "{statements:?}");
            assert!(!statements[0].0.contains("Alice"));
        }
    }
}
