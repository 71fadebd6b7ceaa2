//! PHP, JVM, .NET, Go and Elixir.

use relata::{ErrorKind, prelude::*};
use relata_testkit::databases::databases;
use serde_json::{Value as Json, json};

use crate::{ask, compile, compile_of, inert, models_of, on_all, refusal, refused};

/// Parentheses were lost: `a AND (b OR c)` became `a AND b OR c`, and a filter of the application was void (Doctrine 8591).
#[test]
fn doctrine_8591_a_filter_and_an_or_keep_their_parentheses() {
    on_all("doctrine_8591", |db, models| {
        let rows: Vec<Json> = (0..8)
            .map(|i| json!({ "id": i + 1, "title": if i & 1 == 0 { "a" } else { "b" }, "tenant": (i >> 1) & 1, "views": i >> 2 }))
            .collect();
        ask(db, models, &json!({ "create": "Post", "values": rows })).unwrap();
        type Keeps = fn(i64) -> bool;
        let tests: [(Json, Keeps); 3] = [
            (json!({ "title": "a" }), |i| i & 1 == 0),
            (json!({ "views": 1 }), |i| i >> 2 == 1),
            (json!({ "tenant": 1 }), |i| (i >> 1) & 1 == 1),
        ];
        // The default scope keeps tenant 1. Every pair of operators, with every pair of operators inside.
        let mut tried = 0;
        for outer in ["and", "or"] {
            for inner in ["and", "or"] {
                for negated in [false, true] {
                    for (number, (one, holds_one)) in tests.iter().enumerate() {
                        let (two, holds_two) = &tests[(number + 1) % 3];
                        let (three, holds_three) = &tests[(number + 2) % 3];
                        let nested = json!({ inner: [two, three] });
                        let nested = if negated { json!({ "not": nested }) } else { nested };
                        let condition = json!({ outer: [one, nested] });
                        let join = |operator: &str, left: bool, right: bool| {
                            if operator == "and" { left && right } else { left || right }
                        };
                        let expected = (0..8_i64)
                            .filter(|&i| (i >> 1) & 1 == 1)
                            .filter(|&i| {
                                let nested = join(inner, holds_two(i), holds_three(i)) != negated;
                                join(outer, holds_one(i), nested)
                            })
                            .map(|i| json!({ "id": i + 1 }))
                            .collect::<Json>();
                        let request =
                            json!({ "model": "Post", "attributes": ["id"], "where": condition, "order": ["id"] });
                        assert_eq!(
                            ask(db, models, &request).unwrap(),
                            expected,
                            "{condition} on {}",
                            db.dialect().name
                        );
                        tried += 1;
                    }
                }
            }
        }
        assert_eq!(tried, 24);
    });
}

/// The same, where groups stand among the operators of one attribute: a group of one is that one, and no other.
#[test]
fn doctrine_8591_groups_of_operators_keep_their_kind() {
    let both = json!([{ "gt": 5 }, { "lt": 3 }]);
    let either = json!([{ "lt": 3 }, { "gt": 5 }]);
    on_all("doctrine_8591_groups", |db, models| {
        for (condition, expected) in [
            (json!({ "and": both }), 0),
            (json!({ "or": { "and": both } }), 0),
            (json!({ "or": [{ "and": both }] }), 0),
            (json!({ "not": { "or": { "and": both } } }), 2),
            (json!({ "or": { "and": { "gt": 5, "lt": 3 } } }), 0),
            (json!({ "and": { "or": either } }), 2),
            (json!({ "and": [{ "or": either }, { "gt": 5 }] }), 0),
            (json!({ "not": { "and": { "or": either } } }), 0),
            (json!({ "or": { "not": { "or": either } } }), 0),
        ] {
            let request = json!({ "count": "User", "where": { "score": condition } });
            assert_eq!(ask(db, models, &request).unwrap(), json!({ "count": expected }), "{request}");
        }
    });
}

/// A list where one value belongs shifted all binds behind it.
#[test]
fn cve_2021_21263_a_list_is_not_one_value() {
    for operator in ["eq", "ne", "gt", "lt", "like", "substring"] {
        let condition = json!({ "name": { operator: ["a", "b"] }, "password": "x" });
        refused(&json!({ "model": "User", "where": condition }), ErrorKind::TypeMismatch);
    }
    refused(
        &json!({ "model": "User", "where": { "name": { "between": [["a", "b"], "c"] } } }),
        ErrorKind::TypeMismatch,
    );
    refused(&json!({ "update": "User", "set": { "name": ["a", "b"] }, "where": { "id": 1 } }), ErrorKind::TypeMismatch);
    for dialect in relata::dialect::ALL {
        for size in [1_usize, 2, 3, 31, 32] {
            let names: Vec<String> = (0..size).map(|i| i.to_string()).collect();
            let request = json!({ "model": "User", "where": { "name": names, "password": "x" } });
            let statements = compile(&request, dialect).unwrap();
            // Lists are as long as the next power of two, so that few shapes stand for many lengths.
            assert_eq!(statements[0].1, size.next_power_of_two() + 1, "{size} on {}", dialect.name);
        }
    }
}

/// A NUL ended the text in the driver, and what stood behind it was lost: CVE-2014-8089, ZF2015-08.
#[test]
fn cve_2014_8089_a_nul_ends_nothing() {
    on_all("cve_2014_8089", |db, models| {
        let text = "a\0' OR 1=1 --";
        let create = json!({ "create": "User", "values": { "id": 9, "name": text, "password": text } });
        match ask(db, models, &create) {
            Ok(_) => {
                let request = json!({ "model": "User", "attributes": ["id", "name"], "where": { "password": text } });
                assert_eq!(ask(db, models, &request).unwrap(), json!([{ "id": 9, "name": text }]));
                let cut = json!({ "count": "User", "where": { "password": "a" } });
                assert_eq!(ask(db, models, &cut).unwrap(), json!({ "count": 0 }));
            }
            // PostgreSQL keeps none, and relata says so before anything is sent.
            Err(error) => assert_eq!(error.kind(), ErrorKind::TypeMismatch, "{error}"),
        }
        let raw = db.query("SELECT count(*) FROM users WHERE password = ?", ("canary\0",)).one::<(i64,)>();
        assert!(raw.is_err() || raw.unwrap() == Some((0,)));
        let written = "SELECT 1\0; DROP TABLE users";
        assert_eq!(db.query(written, ()).values().unwrap_err().kind(), ErrorKind::Request);
        assert_eq!(
            ask(db, models, &json!({ "count": "User", "where": { "id": [1, 2] } })).unwrap(),
            json!({ "count": 2 })
        );
    });
}

/// What looked like an expression was taken for one: CVE-2016-6233, ZF2014-04, and with quotes CVE-2015-0270.
#[test]
fn cve_2016_6233_nothing_looks_like_an_expression() {
    for name in ["MD5(1); drop table p -- )", "MD5(name)", "(name)", "name)", "COUNT(*)", "name || password"] {
        refused(&json!({ "model": "User", "order": [name] }), ErrorKind::UnknownAttribute);
        refused(&json!({ "model": "User", "attributes": [name] }), ErrorKind::UnknownAttribute);
        refused(&json!({ "count": "User", "group": [name] }), ErrorKind::UnknownAttribute);
        refused(&json!({ "model": "User", "where": { name: 1 } }), ErrorKind::UnknownAttribute);
    }
    inert(
        |text| json!({ "model": "User", "where": { "name": text } }),
        &["MD5(1); drop table p -- )", r"\', 1", "now()"],
    );
}

/// Keys of an array from the caller were columns of the condition (Yii).
#[test]
fn cve_2018_7269_keys_of_a_condition_are_attributes() {
    for key in ["id` = 1 OR 1=1 -- ", "id=1) OR (1", "0", "and 1", "exists", "not exists", "or like"] {
        for condition in [json!({ key: "x" }), json!([{ key: "x" }]), json!({ "or": [{ key: "x" }] })] {
            refused(&json!({ "model": "User", "where": condition }), ErrorKind::UnknownAttribute);
        }
    }
    for operator in ["=", "<>", "OR 1=1 OR", "exists", "LIKE"] {
        refused(&json!({ "model": "User", "where": { "name": { operator: "x" } } }), ErrorKind::Document);
    }
}

/// Literals of selections and groups were glued in (Hibernate).
#[test]
fn cve_2019_14900_values_of_selections_and_groups_are_bound() {
    let texts =
        ["' || (SELECT password FROM users) || '", r"\' || version() -- ", "'), ('", "?", "$1", ":x", "--", "/*"];
    let joined = |text: &str| json!({ "fn": "concat", "args": [{ "col": "name" }, { "value": text }] });
    inert(|text| json!({ "model": "User", "attributes": ["id", [joined(text), "x"]] }), &texts);
    inert(|text| json!({ "model": "User", "attributes": ["id", [{ "value": text }, "x"]] }), &texts);
    inert(|text| json!({ "model": "User", "order": [[joined(text), "asc"]] }), &texts);
    inert(
        |text| json!({ "model": "User", "attributes": [[joined(text), "x"], [{ "fn": "count" }, "n"]], "group": ["x"] }),
        &texts,
    );
}

/// Keys that were read first were glued into the statement that followed (Hibernate; GHSA-2p5w-cvg5-gc5c): what is read is
/// as hostile as what is sent.
#[test]
fn cve_2026_0603_keys_that_are_read_are_bound() {
    let schema = json!({ "models": {
        "Owner": {
            "attributes": { "code": { "type": "string(200)", "primary_key": true }, "size": { "type": "integer", "default": 0 } },
            "associations": { "things": { "has_many": "Thing", "foreign_key": "owner_code" } },
            "version": true
        },
        "Thing": {
            "attributes": {
                "code": { "type": "string(200)", "primary_key": true },
                "owner_code": { "type": "string(200)" }
            },
            "associations": { "owner": { "belongs_to": "Owner", "foreign_key": "owner_code" } }
        }
    } });
    let models = models_of(&schema).unwrap();
    let long = "é".repeat(200);
    let codes =
        ["x' OR '1'='1", "\\", "\\'", "\u{1f4a9}", "'", "\"", "a,b", "[\"x\"]", "{}", "NULL", " ", "$1", long.as_str()];
    for db in databases("cve_2026_0603") {
        relata::create_missing(&db, &models.views().collect::<Vec<_>>()).unwrap();
        let says = |request: Json| ask(&db, &models, &request).unwrap_or_else(|error| panic!("{request}: {error:?}"));
        for code in codes {
            says(json!({ "create": "Owner", "values": { "code": code } }));
            says(json!({ "create": "Thing", "values": { "code": code, "owner_code": code } }));
        }
        for separate in [true, false] {
            let include = json!([{ "association": "things", "separate": separate }]);
            let found = says(json!({ "model": "Owner", "attributes": ["code"], "include": include }));
            for owner in found.as_array().unwrap() {
                let code = &owner["code"];
                assert_eq!(owner["things"], json!([{ "code": code, "owner_code": code }]), "on {}", db.dialect().name);
            }
            assert_eq!(found.as_array().map(Vec::len), Some(codes.len()));
        }
        let limited = json!([{ "association": "things", "limit": 1, "order": ["code"] }]);
        let found = says(json!({ "model": "Owner", "include": limited }));
        assert!(found.as_array().unwrap().iter().all(|owner| owner["things"][0]["code"] == owner["code"]));
        // One after another: found, written with a check of its version, and taken away by its key.
        let owners = DynModel::of(&models, "Owner").unwrap();
        for mut owner in owners.find().all(&db).unwrap() {
            owner.set("size", 1_i64).unwrap();
            assert!(owner.save(&db).unwrap());
            owner.reload(&db).unwrap();
            assert_eq!(owner.get("size").unwrap(), &relata::Value::Int(1));
        }
        let some = json!({ "destroy": "Thing", "where": { "code": { "ne": "x" } }, "order": ["code"], "limit": 3 });
        assert_eq!(says(some), json!({ "affected": 3 }));
        assert_eq!(says(json!({ "count": "Thing" })), json!({ "count": codes.len() - 3 }));
        assert_eq!(
            says(json!({ "count": "Owner", "where": { "size": 1, "version": 1 } })),
            json!({ "count": codes.len() })
        );
    }
}

/// A negative number behind a minus made a comment: pgjdbc CVE-2024-1597 (GHSA-24rp-q3w6-vc56), pgx CVE-2024-27289, go-pg
/// and bun CVE-2024-44905, CVE-2024-44906.
#[test]
fn cve_2024_1597_a_negative_number_is_no_comment() {
    for number in [json!(-1), json!(-0.0), json!(i64::MIN), json!(-1.5)] {
        let minus = json!({ "fn": "sub", "args": [{ "col": "score" }, { "value": number }] });
        let both =
            json!({ "fn": "sub", "args": [minus, { "fn": "sub", "args": [{ "value": 0 }, { "col": "score" }] }] });
        for dialect in relata::dialect::ALL {
            for request in [
                json!({ "model": "User", "attributes": [[minus, "x"]] }),
                json!({ "model": "User", "attributes": ["id"], "order": [[both, "asc"]] }),
                json!({ "decrement": "User", "by": { "amount": -1 }, "where": { "id": 1 } }),
            ] {
                let Ok(statements) = compile(&request, dialect) else { continue };
                for (sql, _) in statements {
                    assert!(["--", "/*", "#"].iter().all(|comment| !sql.contains(comment)), "{sql}");
                }
            }
        }
    }
    // Constants of a schema stand in the text.
    let schema = json!({ "models": { "Thing": {
        "attributes": { "n": { "type": "integer", "default": -1 }, "d": { "type": "decimal(5,2)", "default": "-1.50" } },
        "default_scope": { "where": { "n": { "gt": -5 }, "d": { "ne": "-0.01" } } }
    } } });
    let models = models_of(&schema).unwrap();
    for dialect in relata::dialect::ALL {
        let mut texts = relata::migrate::create_missing(&models.views().collect::<Vec<_>>(), dialect).unwrap();
        let minus = json!({ "fn": "sub", "args": [{ "col": "n" }, { "value": -1 }] });
        let request = json!({ "update": "Thing", "set": { "n": minus }, "all": true });
        texts.extend(compile_of(&models, &request, dialect).unwrap().into_iter().map(|(sql, _)| sql));
        assert!(texts.iter().all(|sql| !sql.contains("--") && sql.contains("-")), "{texts:?}");
    }
    on_all("cve_2024_1597", |db, models| {
        let minus = json!({ "fn": "sub", "args": [{ "value": 5 }, { "fn": "sub", "args": [{ "col": "score" }, { "value": -1 }] }] });
        let request = json!({ "model": "User", "attributes": [[minus, "x"]], "where": { "id": 1 } });
        assert_eq!(ask(db, models, &request).unwrap(), json!([{ "x": 4 }]), "{}", db.dialect().name);
    });
}

/// A row that was read again was looked for by the names of its columns, without quotes.
#[test]
fn cve_2022_31197_a_row_is_read_again_by_its_columns() {
    let schema = json!({ "models": { "Thing": { "table": "things;drop", "attributes": {
        "id": { "type": "bigint", "primary_key": true, "column": "id;drop table users--" },
        "word": { "type": "string(20)", "column": "1 FROM users; --" }
    } } } });
    let models = models_of(&schema).unwrap();
    for db in databases("cve_2022_31197") {
        relata::create_missing(&db, &models.views().collect::<Vec<_>>()).unwrap();
        let things = DynModel::of(&models, "Thing").unwrap();
        let mut thing = things.create(&db, things.draft().with("id", 1_i64).with("word", "one")).unwrap();
        assert_eq!(things.update().set("word", "two").unwrap().all().run(&db).unwrap(), 1);
        thing.reload(&db).unwrap();
        assert_eq!(thing.get("word").unwrap(), &relata::Value::from("two"));
        thing.destroy(&db).unwrap();
        assert!(thing.reload(&db).is_err());
    }
}

/// A key that was a text was taken for a condition, and MySQL finds row 1 by `id = '1 or 1=1'` (GORM).
#[test]
fn cve_2019_15562_a_key_of_numbers_is_no_text() {
    for sent in ["1 OR 1=1", "1 or 1=1", "1'", "1 ", "0x1", "1e0", "one"] {
        refused(&json!({ "model": "User", "where": { "id": sent } }), ErrorKind::TypeMismatch);
        refused(&json!({ "destroy": "User", "where": { "id": [sent, 2] } }), ErrorKind::TypeMismatch);
        refused(&json!({ "update": "User", "set": { "name": "x" }, "where": { "id": sent } }), ErrorKind::TypeMismatch);
    }
    on_all("cve_2019_15562", |db, models| {
        let users = DynModel::of(models, "User").unwrap();
        let by_hand = users.update().set("id", "1 or 1=1").unwrap().all().run(db).unwrap_err();
        assert_eq!(by_hand.kind(), ErrorKind::Validation);
        let draft = users.draft().with("id", "7 or 1=1").with("email", "x");
        assert_eq!(users.create(db, draft).unwrap_err().kind(), ErrorKind::Validation);
    });
    assert!(refusal(&json!({ "model": "User", "where": { "id": "x" } })).to_string().contains("bigint"));
}
