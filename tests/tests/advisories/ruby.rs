//! ActiveRecord and its family.

use std::time::{Duration, Instant};

use relata::{
    Database, DynFind, ErrorKind, Executor, OpenOptions, list,
    request::doc::{ModelPolicy, Policy, RequestDoc},
};
use relata_testkit::databases::databases;
use serde_json::{Value as Json, json};

use crate::{ask, compile, compile_of, count, inert, models, models_of, on_all, quoted, refusal, refused};

/// The name of a table was quoted and its quotes were not doubled; and what had a dot was taken for two names.
#[test]
fn cve_2011_2930_a_table_has_one_name() {
    let schema = |table: &str| {
        json!({ "models": { "Thing": { "table": table, "attributes": {
            "id": { "type": "bigint", "primary_key": true }, "word": { "type": "string(9)", "column": "users.password" }
        } } } })
    };
    for table in ["u` ; DROP TABLE x; --", "other.users", "a\".\"b", "a`.`b", "."] {
        let models = models_of(&schema(table)).unwrap();
        for dialect in relata::dialect::ALL {
            let (sql, _) = compile_of(&models, &json!({ "model": "Thing" }), dialect).unwrap().swap_remove(0);
            assert!(sql.contains(&quoted(table, dialect.name)), "{sql}");
            assert!(sql.contains(&quoted("users.password", dialect.name)), "{sql}");
        }
    }
    let models = models_of(&schema("other.users")).unwrap();
    for db in databases("cve_2011_2930") {
        relata::create_missing(&db, &models.views().collect::<Vec<_>>()).unwrap();
        ask(&db, &models, &json!({ "create": "Thing", "values": { "id": 1, "word": "x" } })).unwrap();
        let found = ask(&db, &models, &json!({ "model": "Thing", "where": { "word": "x" } })).unwrap();
        assert_eq!(found, json!([{ "id": 1, "word": "x" }]));
    }
}

/// `[nil]` and `{}` from a web form became `IN (NULL)`, or took the condition away: CVE-2012-2660, CVE-2013-0155,
/// CVE-2016-6317.
#[test]
fn cve_2012_2660_an_empty_value_is_no_way_round_a_condition() {
    let login = |token: Json| json!({ "model": "User", "where": { "password": token } });
    for sent in [json!([null]), json!(["x", null]), json!({ "in": [null] }), json!({ "not_in": ["x", null] })] {
        refused(&login(sent), ErrorKind::Request);
    }
    for sent in [json!([[]]), json!([{}]), json!([[null]])] {
        refused(&login(sent), ErrorKind::TypeMismatch);
    }
    on_all("cve_2012_2660", |db, models| {
        assert_eq!(ask(db, models, &login(json!([]))).unwrap(), json!([]), "nothing is in an empty list");
        assert_eq!(count(db, models, "User", json!({ "password": { "not_in": [] } })), 2);
        assert_eq!(ask(db, models, &login(Json::Null)).unwrap(), json!([]), "nobody has no password");
    });
    refusal(&login(json!({ "or": [] })));
    refusal(&login(json!({})));
    refusal(&json!({ "model": "User", "where": { "password": { "and": {} } } }));
}

/// A hash in a hash was taken for the name of a table: CVE-2012-2661, CVE-2012-2695.
#[test]
fn cve_2012_2661_an_object_names_no_table() {
    for condition in [
        json!({ "users": { "password": { "eq": "x" } } }),
        json!({ "posts": { "title": "x" } }),
        json!({ "name": { "users.password": "x" } }),
        json!({ "information_schema.tables": { "table_name": "users" } }),
    ] {
        refusal(&json!({ "model": "User", "where": condition }));
    }
    let mut text = String::from("1");
    for _ in 0..100 {
        text = format!("{{\"users\": {text}}}");
    }
    let deep: Json = serde_json::from_str(&text).unwrap();
    refused(&json!({ "model": "User", "where": deep }), ErrorKind::Document);
}

/// Finder options and conditions shared a map that came from the caller.
#[test]
fn cve_2012_6496_options_are_not_data() {
    for option in ["limit", "select", "from", "joins", "lock", "conditions", "paranoid", "include", "order"] {
        for sent in [json!(1), json!("x"), json!(true)] {
            refused(&json!({ "model": "User", "where": { option: sent } }), ErrorKind::UnknownAttribute);
            refused(&json!({ "create": "User", "values": { option: sent } }), ErrorKind::UnknownAttribute);
        }
    }
    for option in ["select", "from", "joins", "conditions", "raw", "replacements", "bind", "type", "benchmark", "on"] {
        let kind = refusal(&json!({ "model": "User", option: "x" })).kind();
        assert!(matches!(kind, ErrorKind::Document | ErrorKind::Unsupported), "{option}: {kind:?}");
    }
}

/// Names from callers were kept for ever.
#[test]
fn cve_2013_1854_names_are_not_collected() {
    let db = Database::open_with("sqlite::memory:", OpenOptions { plans: 64, ..OpenOptions::default() }).unwrap();
    let models = models();
    relata::create_missing(&db, &models.views().collect::<Vec<_>>()).unwrap();
    for number in 0..2_000 {
        let request = json!({ "model": "User", "attributes": [[{ "col": "name" }, format!("name {number}")]] });
        ask(&db, &models, &request).unwrap();
        let unknown = json!({ "model": "User", "where": { format!("name {number}"): 1 } });
        assert!(ask(&db, &models, &unknown).is_err());
    }
    assert!(db.stats().plans.plans <= 64);
}

/// Elements of arrays were not escaped in the text form that PostgreSQL has for them.
#[test]
fn cve_2014_0080_elements_of_lists_are_kept_apart() {
    on_all("cve_2014_0080", |db, models| {
        let names =
            ["\\", "\\\"", "{", "}", ",", "NULL", "\"NULL\"", "", "{a,b}", "a,b", "[", "]", "\"", "',1,'", "null"];
        for (id, name) in (10..).zip(names) {
            ask(db, models, &json!({ "create": "User", "values": { "id": id, "name": name } })).unwrap();
        }
        for (id, name) in (10..).zip(names) {
            // Beyond 32 elements the list is one value: an array, or a document.
            let long: Vec<String> = (0..40).map(|i| format!("{name}{i}{name}")).chain([name.to_owned()]).collect();
            let request = json!({ "model": "User", "attributes": ["id"], "where": { "name": long } });
            assert_eq!(ask(db, models, &request).unwrap(), json!([{ "id": id }]), "{name} on {}", db.dialect().name);
        }
        let sql = "SELECT count(*) FROM users WHERE name IN (:names)";
        let found: Option<(i64,)> = db.query(sql, [("names", list(names))]).one().unwrap();
        assert_eq!(found, Some((names.len() as i64,)));
    });
}

/// Ends of ranges, and bits, were glued in: CVE-2014-3482, CVE-2014-3483.
#[test]
fn cve_2014_3483_ends_of_ranges_are_bound() {
    let texts = ["1') OR 1=1--", "a,b", "(", "]", "\"", "a' AND 'b"];
    inert(|text| json!({ "model": "User", "where": { "name": { "between": [text, "z"] } } }), &texts);
    inert(|text| json!({ "model": "User", "where": { "name": { "not_between": ["a", { "value": text }] } } }), &texts);
    for text in texts {
        let request = json!({ "model": "User", "where": { "score": { "between": [1, text] } } });
        refused(&request, ErrorKind::TypeMismatch);
    }
}

/// More was assigned than a form was meant to set: CVE-2014-3514, CVE-2010-3933, CVE-2015-7577, CVE-2013-0276.
#[test]
fn cve_2014_3514_only_what_is_listed_is_assigned() {
    let rule = ModelPolicy::new()
        .read(["id", "name"])
        .filter(["id"])
        .set(["name", "email"])
        .calls(["create", "update", "upsert", "find"]);
    let policy = Policy::new().model("User", rule);
    let models = models();
    let check = |request: &Json| policy.check(&mut RequestDoc::from_json(request).unwrap(), &models);
    check(&json!({ "create": "User", "values": { "name": "x", "email": "y" } })).unwrap();
    check(&json!({ "update": "User", "set": { "name": "x" }, "where": { "id": 1 } })).unwrap();
    for attribute in ["id", "role", "password", "score", "posts", "unknown"] {
        for request in [
            json!({ "create": "User", "values": { "name": "x", attribute: 1 } }),
            json!({ "create": "User", "values": [{ "name": "x" }, { attribute: 1 }] }),
            json!({ "update": "User", "set": { "name": "x", attribute: 1 }, "where": { "id": 1 } }),
            json!({ "upsert": "User", "values": { "name": "x", attribute: 1 } }),
            json!({ "upsert": "User", "values": { "name": "x" }, "update": [attribute] }),
            json!({ "update": "User", "set": { "name": { "col": attribute } }, "where": { "name": "x" } }),
        ] {
            let error = check(&request).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::UnknownAttribute | ErrorKind::Unsupported), "{request}: {error}");
        }
    }
    // Without a policy a document is the application's own. What belongs to a row is still never among its values.
    refused(
        &json!({ "create": "User", "values": { "id": 1, "posts": [{ "title": "x" }] } }),
        ErrorKind::UnknownAttribute,
    );
}

/// A pattern that reads money took time beyond measure: CVE-2021-22880; dates that are too long: RUSTSEC-2026-0009.
#[test]
fn cve_2021_22880_texts_are_read_in_linear_time() {
    let n = 500_000;
    let texts = [
        "1".repeat(n),
        "1,".repeat(n),
        "-".repeat(n),
        " ".repeat(n),
        format!("2024-01-31T12:00:00.{}Z", "0".repeat(n)),
        format!("2024-01-31{}", " ".repeat(n)),
        format!("Wed, 31 Jan 2024 {}", "(".repeat(n)),
        format!("0.{}", "1".repeat(n)),
        "a-".repeat(n),
    ];
    for text in &texts {
        for attribute in ["score", "amount", "moment", "token", "role", "id"] {
            let started = Instant::now();
            let request = json!({ "model": "User", "where": { attribute: text } });
            let _ = compile_of(&models(), &request, &relata::dialect::POSTGRES_15);
            let took = started.elapsed();
            assert!(took < Duration::from_secs(1), "{}... for {attribute} takes {took:?}", &text[..20]);
        }
    }
}

/// Objects came back out of columns by the type that was written there: CVE-2022-32224, CVE-2013-0277.
#[test]
fn cve_2022_32224_a_document_is_data() {
    on_all("cve_2022_32224", |db, models| {
        let sent =
            json!({ "!ruby/object:Gem::Installer": { "i": "x" }, "__type": "Process", "$type": "System.Object" });
        ask(db, models, &json!({ "update": "User", "set": { "meta": sent }, "where": { "id": 1 } })).unwrap();
        let found = DynFind::of(models, "User").filter(relata::request::doc::col("id").eq(1)).one(db).unwrap().unwrap();
        let relata::Value::Json(text) = found.get("meta").unwrap() else { panic!("it is a document") };
        assert_eq!(serde_json::from_str::<Json>(text).unwrap(), sent);
    });
}

/// A number beyond 64 bits was compared as a decimal, and no index was used.
#[test]
fn cve_2022_44566_numbers_have_the_size_of_their_column() {
    for sent in
        [json!(9_223_372_036_854_775_808_u64), json!("9223372036854775808"), json!(1.5), json!(1e30), json!("1.0")]
    {
        for operator in ["eq", "gt", "lte", "in"] {
            let value = if operator == "in" { json!([sent]) } else { sent.clone() };
            refused(&json!({ "model": "User", "where": { "id": { operator: value } } }), ErrorKind::TypeMismatch);
        }
    }
    refused(&json!({ "model": "User", "where": { "score": 2_147_483_648_i64 } }), ErrorKind::TypeMismatch);
    for dialect in relata::dialect::ALL {
        let statements = compile(&json!({ "model": "User", "where": { "id": i64::MAX } }), dialect).unwrap();
        assert!(!statements[0].0.to_lowercase().contains("cast("), "{statements:?}");
    }
}

/// What callers had sent was written to logs as it was: colours, forged lines, letters from right to left.
#[test]
fn cve_2025_55193_errors_forge_no_log() {
    let mut obeyed = Vec::new();
    for sent in ["\u{1b}[2J", "x\r\n[ERROR] forged", "\u{202e}gpj.exe", "\u{9b}31m", "\u{2028}x", "\u{8}\u{8}"] {
        for request in [
            json!({ "model": sent }),
            json!({ "model": "User", "where": { sent: 1 } }),
            json!({ "model": "User", "where": { "name": { sent: 1 } } }),
            json!({ "model": "User", "order": [sent] }),
            json!({ "model": "User", "include": [sent] }),
            json!({ "model": "User", "where": { "id": sent } }),
            json!({ "model": "User", "where": { "role": sent } }),
            json!({ "model": "User", "attributes": [[{ "cast": { "col": "id" }, "as": sent }, "x"]] }),
            json!({ "model": "User", sent: 1 }),
        ] {
            let shown = refusal(&request).to_string();
            if shown.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{202e}')) {
                obeyed.push(format!("{shown:?}"));
            }
        }
    }
    assert!(obeyed.is_empty(), "{} errors:\n{}", obeyed.len(), obeyed.join("\n"));
}

/// A type that was no text did not look at its values.
#[test]
fn cve_2018_18476_a_uuid_is_a_uuid() {
    for sent in
        ["1' OR '1'='1", "00000000-0000-0000-0000-00000000000", "", "x'00'", "\\x00000000000000000000000000000000"]
    {
        refused(&json!({ "model": "User", "where": { "token": sent } }), ErrorKind::TypeMismatch);
        refused(&json!({ "update": "User", "set": { "token": sent }, "where": { "id": 1 } }), ErrorKind::TypeMismatch);
    }
    let right = json!({ "model": "User", "where": { "token": "00000000-0000-0000-0000-000000000001" } });
    for dialect in relata::dialect::ALL {
        assert_eq!(compile(&right, dialect).unwrap()[0].1, 1);
    }
}

/// A tenant saw the rows of another on some ways: the default scope holds on every one.
#[test]
fn ghsa_pmwx_rm49_xv39_a_tenant_sees_its_own_rows() {
    on_all("ghsa_pmwx", |db, models| {
        let rows = json!([
            { "id": 1, "title": "own", "tenant": 1, "author_id": 1 }, { "id": 2, "title": "theirs", "tenant": 2, "author_id": 1 },
            { "id": 3, "title": "own", "tenant": 1, "author_id": 2 }, { "id": 4, "title": "theirs", "tenant": 2, "author_id": 2 }
        ]);
        ask(db, models, &json!({ "create": "Post", "values": rows })).unwrap();
        let says = |request: Json| ask(db, models, &request).unwrap_or_else(|error| panic!("{request}: {error:?}"));
        let all = json!({ "or": [{ "title": "own" }, { "title": "theirs" }, { "not": { "id": 99 } }] });
        let own = json!([{ "id": 1 }, { "id": 3 }]);
        assert_eq!(says(json!({ "model": "Post", "attributes": ["id"], "where": all, "order": ["id"] })), own);
        assert_eq!(says(json!({ "model": "Post", "attributes": ["id"], "order": ["id"], "scope": ["default"] })), own);
        assert_eq!(says(json!({ "count": "Post", "where": all })), json!({ "count": 2 }));
        assert_eq!(says(json!({ "find_and_count": "Post", "attributes": ["id"], "where": all }))["count"], 2);
        assert_eq!(
            says(json!({ "aggregate": "max", "model": "Post", "attribute": "id", "where": all })),
            json!({ "max": 3 })
        );
        let groups = json!({ "count": "Post", "group": ["tenant"], "where": all });
        assert_eq!(says(groups), json!([{ "tenant": 1, "count": 2 }]));
        for separate in [true, false] {
            let include = json!([{ "association": "posts", "attributes": ["id"], "where": all, "separate": separate }]);
            let found = says(json!({ "model": "User", "attributes": ["id"], "include": include, "order": ["id"] }));
            assert_eq!(found, json!([{ "id": 1, "posts": [{ "id": 1 }] }, { "id": 2, "posts": [{ "id": 3 }] }]));
        }
        assert_eq!(says(json!({ "count": "User", "where": { "$posts.title$": "theirs" } })), json!({ "count": 0 }));
        let tx = db.begin().unwrap();
        let writes = [
            json!({ "update": "Post", "set": { "title": "taken" }, "where": all }),
            json!({ "increment": "Post", "by": { "views": 1 }, "where": { "not": { "id": 99 } } }),
            json!({ "destroy": "Post", "where": { "or": [{ "tenant": 2 }, { "tenant": 1 }] } }),
            json!({ "restore": "Post", "where": { "tenant": [1, 2] } }),
            json!({ "destroy": "Post", "all": true, "force": true }),
        ];
        for write in writes {
            assert_eq!(ask(&tx, models, &write).unwrap(), json!({ "affected": 2 }), "{write} on {}", db.dialect().name);
        }
        let left: Vec<(i64, String)> = tx.query("SELECT id, title FROM posts ORDER BY id", ()).all().unwrap();
        assert_eq!(left, [(2, "theirs".to_owned()), (4, "theirs".to_owned())]);
        tx.rollback().unwrap();
        let taken = json!({ "upsert": "Post", "values": { "id": 2, "title": "taken", "tenant": 1 } });
        let outcome = ask(db, models, &taken);
        let title: Option<(String,)> = db.query("SELECT title FROM posts WHERE id = ?", (2,)).one().unwrap();
        assert_eq!(title, Some(("theirs".to_owned(),)), "{outcome:?} on {}", db.dialect().name);
    });
}
