//! Other builders and drivers of JavaScript and TypeScript.

use relata::{ErrorKind, dialect::Capabilities, prelude::*, request::doc::RequestDoc};
use relata_testkit::databases::sqlite;
use serde_json::{Value as Json, json};

use crate::{
    ask, compile_of, count, inert, inert_or_refused, literal, models, models_of, on_all, quoted, refused, unknown,
};

#[derive(Model, Debug, Clone)]
#[model(table = "accounts")]
struct Account {
    #[key(auto)]
    id: i64,
    name: Option<String>,
    score: i32,
}

/// A model whose table and columns have a name of the caller's choosing.
fn named(name: &str) -> Json {
    json!({ "models": { "Thing": { "table": name, "attributes": {
        "id": { "type": "bigint", "primary_key": true },
        "word": { "type": "string(100)", "column": name }
    } } } })
}

fn tables(schema: &Json, dialect: &'static Capabilities) -> Vec<String> {
    let models = models_of(schema).unwrap();
    relata::migrate::create_missing(&models.views().collect::<Vec<_>>(), dialect).unwrap()
}

/// Identifiers in which a quote is not doubled: knex CVE-2019-10757 (GHSA-58v4-qwx5-7f59, brackets of SQL Server), Drizzle
/// CVE-2026-39356 (GHSA-gpj5-g38j-94v9, every other).
#[test]
fn cve_2026_39356_quotes_of_names_are_doubled() {
    for name in ["a] ; DROP TABLE u --", "a\" FROM u; --", "a`b", "a'b", "a\"\"b", "a``b", "[a]", "]]", "\"", "`"] {
        let models = models_of(&named(name)).unwrap();
        for dialect in relata::dialect::ALL {
            let expected = quoted(name, dialect.name);
            assert!(tables(&named(name), dialect)[0].matches(&expected).count() >= 2, "{expected} on {}", dialect.name);
            for request in [
                json!({ "model": "Thing", "where": { "word": "x" }, "order": ["word"] }),
                json!({ "create": "Thing", "values": { "id": 1, "word": "x" }, "returning": false }),
                json!({ "update": "Thing", "set": { "word": "x" }, "where": { "word": "y" } }),
                json!({ "destroy": "Thing", "where": { "word": "x" } }),
            ] {
                let statements = compile_of(&models, &request, dialect).unwrap();
                assert!(statements[0].0.matches(&expected).count() >= 2, "{expected} is not in {statements:?}");
            }
        }
    }
}

/// An object became a list of assignments in the driver, and the condition was void: knex CVE-2016-20018
/// (GHSA-4jv9-3563-23j3), sqlstring CVE-2015-9244, TypeORM CVE-2025-60542.
#[test]
fn cve_2016_20018_an_object_is_no_scalar() {
    for sent in [json!({ "name": 1 }), json!({ "`password`": 1 }), json!([1]), json!([["x"]]), json!([[[]]])] {
        for attribute in ["name", "score", "token"] {
            let condition = json!({ attribute: { "eq": { "value": sent } } });
            refused(&json!({ "model": "User", "where": condition }), ErrorKind::TypeMismatch);
            refused(&json!({ "create": "User", "values": { "id": 9, attribute: sent } }), ErrorKind::TypeMismatch);
            let update = json!({ "update": "User", "set": { attribute: sent }, "where": { "id": 1 } });
            refused(&update, ErrorKind::TypeMismatch);
        }
    }
    // A column of documents keeps it as one.
    on_all("cve_2016_20018", |db, models| {
        let sent = json!({ "`password`": 1, "name": ["x"] });
        ask(db, models, &json!({ "update": "User", "set": { "meta": sent }, "where": { "id": 2 } })).unwrap();
        let found =
            ask(db, models, &json!({ "model": "User", "attributes": ["id", "meta"], "order": ["id"] })).unwrap();
        assert_eq!(found, json!([{ "id": 1, "meta": null }, { "id": 2, "meta": sent }]));
        assert_eq!(count(db, models, "User", json!({ "password": "secret" })), 1);
    });
}

/// A value that is not there took the condition with it: knex and Prisma with `undefined`, Ecto CVE-2017-20166 with `nil`.
#[test]
fn cve_2017_20166_what_is_not_there_is_null() {
    let db = sqlite();
    relata::create_missing(&db, &[model::<Account>()]).unwrap();
    for name in [Some("ann"), None] {
        Account::create(&db, |account| account.name(name).score(1)).unwrap();
    }
    let none: Option<&str> = None;
    let found = Account::find().filter(Account::NAME.eq(none)).all(&db).unwrap();
    assert_eq!(found.iter().map(|account| account.id).collect::<Vec<_>>(), [2]);
    assert_eq!(Account::find().filter(Account::NAME.ne(none)).count(&db).unwrap(), 1);
    for find in [
        Account::find().filter(Account::NAME.gt(none)),
        Account::find().filter(Account::NAME.like(none)),
        Account::find().filter(Account::SCORE.between(None::<i32>, 5)),
    ] {
        assert_eq!(find.count(&db).unwrap_err().kind(), ErrorKind::Request);
    }
    assert_eq!(Account::destroy().filter(Account::NAME.eq(none)).run(&db).unwrap(), 1);
    assert_eq!(Account::destroy().run(&db).unwrap_err().kind(), ErrorKind::Request);
    assert_eq!(Account::find().count(&db).unwrap(), 1);
    refused(&json!({ "model": "User", "where": { "score": { "gt": null } } }), ErrorKind::Request);
    refused(&json!({ "destroy": "User", "where": {} }), ErrorKind::Request);
}

/// Names of fields were not checked.
#[test]
fn ghsa_w7q7_vjp8_7jv4_fields_are_known() {
    for name in ["1=1) OR (id", "name` = 1 OR `id", "unknown", "users.name", "NAME"] {
        for request in [
            json!({ "model": "User", "where": { name: "x" } }),
            json!({ "model": "User", "order": [[name, "desc"]] }),
            json!({ "model": "User", "attributes": [name] }),
            json!({ "update": "User", "set": { name: "x" }, "where": { "id": 1 } }),
            json!({ "create": "User", "values": { name: "x" } }),
        ] {
            unknown(&request);
        }
    }
}

/// A key that was an object was taken for finder options (GHSA-fx4w-v43j-vc45).
#[test]
fn cve_2022_33171_a_key_is_a_value() {
    for sent in [json!({ "where": "1=1" }), json!({ "order": ["id"] }), json!("1 OR 1=1"), json!([]), json!(1.5)] {
        let request = json!({ "model": "User", "where": { "id": { "eq": { "value": sent } } } });
        refused(&request, ErrorKind::TypeMismatch);
    }
    let by_hand = relata::request::doc::col("id").eq(json!({ "where": "1=1" }));
    let find = DynFind::of(&models(), "User").filter(by_hand);
    assert_eq!(find.request().unwrap_err().kind(), ErrorKind::TypeMismatch);
}

/// A mark in an object made raw SQL of it.
#[test]
fn cve_2026_34220_nothing_in_a_document_is_sql() {
    for sent in [
        json!({ "__raw": true, "sql": "1=1" }),
        json!({ "raw": "1=1" }),
        json!({ "literal": "1=1" }),
        json!({ "val": "1=1", "type": "literal" }),
        json!({ "sql": "now()" }),
    ] {
        refused(&json!({ "update": "User", "set": { "name": sent }, "where": { "id": 1 } }), ErrorKind::TypeMismatch);
        refused(&json!({ "model": "User", "where": { "name": sent } }), ErrorKind::Document);
        refused(&json!({ "model": "User", "attributes": [[sent, "x"]] }), ErrorKind::Document);
        refused(&json!({ "model": "User", "order": [[sent, "asc"]] }), ErrorKind::Document);
        refused(&json!({ "model": "User", "where": sent }), ErrorKind::UnknownAttribute);
    }
}

/// Names that every object has made one of data: `__proto__` and its like (MikroORM), and names of columns that became
/// code: mysql2 CVE-2024-21508, -21509, -21511, -21512, node-postgres CVE-2017-16082.
#[test]
fn cve_2026_34221_names_of_columns_are_names() {
    let names =
        ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "a'];process.exit()//", "\\'+x+\\'"];
    on_all("cve_2026_34221", |db, models| {
        for name in names {
            let document = json!({ name: { name: 1 }, "list": [name] });
            let row = json!({ "id": 9, "meta": document });
            ask(db, models, &json!({ "create": "User", "values": row })).unwrap();
            let request = json!({ "model": "User", "attributes": ["id", [{ "col": "score" }, name], "meta"],
                                  "where": { "id": 9 }, "order": [name] });
            assert_eq!(ask(db, models, &request).unwrap(), json!([{ "id": 9, name: 0, "meta": document }]));
            let read = DynFind::from_doc(models, RequestDoc::from_json(&request).unwrap()).one(db).unwrap().unwrap();
            assert_eq!(read.get(name).unwrap(), &relata::Value::Int(0));
            ask(db, models, &json!({ "destroy": "User", "where": { "id": 9 } })).unwrap();
        }
    });
    refused(&json!({ "model": "User", "attributes": [["id", "x".repeat(65_536)]] }), ErrorKind::LimitExceeded);
}

/// A direction was glued in: MikroORM CVE-2026-84993 (GHSA-7j79-7q93-6v69), administrate CVE-2020-5257, crud-query-parser.
#[test]
fn cve_2026_84993_a_direction_is_a_word() {
    for direction in
        ["asc, (select sleep(5))", "ASC NULLS LAST; --", "desc--", "asc nulls", "descending", "asc nulls first x"]
    {
        refused(&json!({ "model": "User", "order": [["name", direction]] }), ErrorKind::Document);
        refused(&json!({ "model": "User", "order": [[{ "col": "name" }, direction]] }), ErrorKind::Document);
    }
    for order in ["id;--", "-id", "id,(select 1)", "+id", "id:desc"] {
        refused(&json!({ "model": "User", "order": [order] }), ErrorKind::UnknownAttribute);
    }
}

/// Keys of JSON paths: Kysely CVE-2026-32763 (GHSA-wmrf-hv6w-mr66, quotes), CVE-2026-33442 (GHSA-fr9j-6mvq-frcv,
/// backslashes), CVE-2026-44635 (GHSA-pv5w-4p9q-p3v2, signs that mean something to a path).
#[test]
fn cve_2026_32763_legs_of_json_paths() {
    let legs = [
        "first' as \"first\" from \"people\"; drop table \"person\" -- ",
        "first\\' as x; drop table pet -- ",
        "auth.login_count",
        "*",
        "**",
        "[0]",
        "$",
        "a\"b",
        "",
        "a[0].b",
        "last",
        "#-1",
    ];
    let quoted = |leg: &str| format!("meta.\"{}\"", leg.replace('\\', "\\\\").replace('"', "\\\""));
    inert_or_refused(|leg| json!({ "model": "User", "where": { format!("meta.{leg}"): 1 } }), &legs);
    inert_or_refused(|leg| json!({ "model": "User", "where": { quoted(leg): "x" } }), &legs);
    inert_or_refused(|leg| json!({ "model": "User", "order": [format!("meta.{leg}")] }), &legs);
    inert_or_refused(|leg| json!({ "model": "User", "attributes": [[{ "col": format!("meta.{leg}") }, "x"]] }), &legs);
}

/// Literals doubled quotes and left backslashes alone, which end them on MySQL (GHSA-8cpq-38p9-67gx).
#[test]
fn cve_2026_33468_backslashes_in_literals() {
    for text in [r"\'; drop table person; -- ", r"x\", r"\\'", "it''s"] {
        let label = format!("enum('a','{}')", text.replace('\'', "''"));
        let schema = json!({ "models": { "Thing": { "attributes": {
            "word": { "type": "string(100)", "default": text },
            "mood": { "type": label }
        } } } });
        for dialect in relata::dialect::ALL {
            let expected = literal(text, dialect.name);
            let statement = &tables(&schema, dialect)[0];
            let (plain, enclosed) = (format!("DEFAULT {expected}"), format!("DEFAULT ({expected})"));
            let is_there = statement.contains(&plain) || statement.contains(&enclosed);
            assert!(is_there, "{expected} is not in {statement}");
            assert!(statement.contains(&format!(", {expected})")), "{expected} is not in {statement}");
        }
    }
}

/// `contains` and its like glued their text into a pattern: waterline-sequel CVE-2016-10551, loopback-connector-postgresql
/// CVE-2022-35942.
#[test]
fn cve_2022_35942_patterns_are_bound() {
    let texts = ["' OR 1=1 --", "%' OR '%'='", r"\' OR 1=1 -- ", "%", "_", "[a]", "*", "!", "|"];
    for operator in ["starts_with", "ends_with", "substring", "not_substring", "like", "ilike"] {
        inert(|text| json!({ "model": "User", "where": { "name": { operator: text } } }), &texts);
    }
}

/// The key of a cache was its parts, joined: a name that was made for it found the entry of another (GHSA-mqr2-w7wj-jjgr).
#[test]
fn cve_2024_21507_no_two_shapes_have_one_key() {
    let key = |attributes: Json| {
        let doc = RequestDoc::from_json(&json!({ "model": "User", "attributes": attributes })).unwrap();
        let mut bytes = Vec::new();
        DynFind::from_doc(&models(), doc).request().unwrap().write_key(&mut bytes);
        bytes
    };
    let column = json!({ "col": "name" });
    let pairs = [("a", "bc"), ("ab", "c"), ("a:b", "c"), ("a", "b:c"), ("a,b", "c"), ("a", "b,c"), ("abc", "d")];
    let mut keys: Vec<Vec<u8>> = pairs.iter().map(|(one, two)| key(json!([[column, one], [column, two]]))).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), pairs.len());
    // On one handle, one after another: each answer has its own names.
    on_all("cve_2024_21507", |db, models| {
        for (one, two) in pairs {
            let request = json!({ "model": "User", "attributes": [[column, one], [{ "col": "role" }, two]], "where": { "id": 1 } });
            assert_eq!(ask(db, models, &request).unwrap(), json!([{ one: "ann", two: "admin" }]));
        }
    });
    // Two models of one table are two, whatever their names: one plan never answers for the other.
    let twins = |column: &str| {
        let word = json!({ "type": "string(100)", "column": column });
        let key = json!({ "type": "bigint", "primary_key": true });
        let model = json!({ "table": "twins", "attributes": { "id": key, "word": word } });
        models_of(&json!({ "models": { "Twin": model } })).unwrap()
    };
    let db = sqlite();
    db.batch("CREATE TABLE twins (id INTEGER PRIMARY KEY, a TEXT, b TEXT); INSERT INTO twins VALUES (1, 'x', 'y')")
        .unwrap();
    for (column, expected) in [("a", "x"), ("b", "y"), ("a", "x")] {
        let found = ask(&db, &twins(column), &json!({ "model": "Twin", "attributes": ["word"] })).unwrap();
        assert_eq!(found, json!([{ "word": expected }]));
    }
}
