//! Django, SQLAlchemy and others of Python.

use std::time::{Duration, Instant};

use relata::{ErrorKind, Executor};
use serde_json::json;

use crate::{ask, compile, count, inert, on_all, quoted, refusal, refused, unknown};

/// Fields did not make their values what they should be, and MySQL compares a text with 0 as numbers: CVE-2014-0474
/// (Django), CVE-2013-3221 (Rails).
#[test]
fn cve_2014_0474_a_number_is_no_text() {
    for sent in [json!(0), json!(false), json!(true), json!(1.5), json!(-1)] {
        refused(&json!({ "model": "User", "where": { "password": sent } }), ErrorKind::TypeMismatch);
        refused(&json!({ "model": "User", "where": { "password": [sent] } }), ErrorKind::TypeMismatch);
        refused(&json!({ "destroy": "User", "where": { "password": { "ne": sent } } }), ErrorKind::TypeMismatch);
        refused(&json!({ "create": "User", "values": { "id": 9, "password": sent } }), ErrorKind::TypeMismatch);
        refused(&json!({ "model": "User", "scope": [{ "of_token": { "password": sent } }] }), ErrorKind::TypeMismatch);
    }
}

/// Lookups by keys and indexes of JSON took names from the caller: CVE-2019-14234; as aliases CVE-2024-42005.
#[test]
fn cve_2019_14234_lookups_are_no_names() {
    for key in ["meta__a' = 'a') OR 1=1 OR ('d", "meta__0) OR 1=1--", "meta__a\"b", "meta__contains"] {
        refused(&json!({ "model": "User", "where": { key: 1 } }), ErrorKind::UnknownAttribute);
        refused(&json!({ "model": "User", "attributes": [key] }), ErrorKind::UnknownAttribute);
        refused(&json!({ "model": "User", "group": [key] }), ErrorKind::UnknownAttribute);
    }
}

/// Letters that fold to others found somebody else's account: an equality folds nothing, and neither does a unique key.
#[test]
fn cve_2019_19844_an_equality_folds_nothing() {
    on_all("cve_2019_19844", |db, models| {
        let emails = [
            "mike@x.org",
            "MIKE@x.org",
            "m\u{131}ke@x.org",
            "M\u{130}KE@x.org",
            "strasse",
            "stra\u{df}e",
            "kelvin",
            "\u{212a}elvin",
            "bob",
            "b\u{f3}b",
            "bo\u{301}b",
            "Admin",
            "aDMIN",
            "x",
            "x ",
            " x",
        ];
        for (id, email) in (10..).zip(emails) {
            ask(db, models, &json!({ "create": "User", "values": { "id": id, "email": email } })).unwrap();
        }
        for (id, email) in (10..).zip(emails) {
            let found = ask(db, models, &json!({ "model": "User", "attributes": ["id"], "where": { "email": email } }));
            assert_eq!(found.unwrap(), json!([{ "id": id }]), "{email:?} on {}", db.dialect().name);
            let listed = json!({ "email": { "in": [email, "nobody"] } });
            assert_eq!(count(db, models, "User", listed), 1, "{email:?} on {}", db.dialect().name);
            let begins = count(db, models, "User", json!({ "email": { "starts_with": email } }));
            let all = emails.iter().chain(&["ann@example.org", "bob@example.org"]);
            let expected = all.filter(|other| other.starts_with(email)).count();
            assert_eq!(begins, expected as i64, "{email:?} on {}", db.dialect().name);
        }
    });
}

/// Numbers as text that stand for very many digits, or for none.
#[test]
fn cve_2020_15225_numbers_do_not_grow() {
    for sent in ["1e1000000000", "1e400", "NaN", "Infinity", "-Infinity", "0x41", "\u{661}", "", " 1", "1 "] {
        for attribute in ["score", "amount", "id"] {
            let started = Instant::now();
            let error = refusal(&json!({ "model": "User", "where": { attribute: sent } }));
            assert_eq!(error.kind(), ErrorKind::TypeMismatch, "{sent:?} for {attribute}");
            assert!(started.elapsed() < Duration::from_secs(1));
        }
    }
    let digits = "9".repeat(1_000_000);
    for attribute in ["score", "amount", "id"] {
        let started = Instant::now();
        refused(&json!({ "model": "User", "where": { attribute: digits } }), ErrorKind::TypeMismatch);
        assert!(started.elapsed() < Duration::from_secs(1));
    }
}

/// An order with a dot in its name was passed on: CVE-2021-35042; texts of orders and groups became SQL: SQLAlchemy
/// CVE-2019-7164, CVE-2019-7548.
#[test]
fn cve_2021_35042_orders_and_groups_are_names() {
    for name in ["table.col); select pg_sleep(5)--", "a.b.c.d", "users.id", "lower(name)", "1", "name COLLATE \"C\""] {
        unknown(&json!({ "model": "User", "order": [name] }));
        unknown(&json!({ "model": "User", "order": [[name, "desc"]] }));
        unknown(&json!({ "count": "User", "group": [name] }));
        unknown(&json!({ "model": "User", "order": [[{ "col": name }, "asc"]] }));
    }
}

/// Aliases that came from the keys of a dictionary broke out: CVE-2022-28346, CVE-2025-57833, CVE-2025-59681 (`#` on
/// MySQL), CVE-2025-13372, CVE-2026-1287 (control characters), CVE-2026-1312 (dots, in an order).
#[test]
fn cve_2022_28346_aliases_are_no_part_of_a_statement() {
    let aliases = [
        "a\" FROM u; --",
        "a`b",
        "a#b",
        "a--b",
        "a/*b*/",
        "a%sb",
        "a.b",
        "a'b",
        "a b",
        "a;b",
        "a\\b",
        "a\u{2028}b",
        "a\u{ff07}b",
        "select",
        "?",
        ":a",
        "$1",
    ];
    inert(|alias| json!({ "model": "User", "attributes": ["id", [{ "col": "name" }, alias]] }), &aliases);
    inert(
        |alias| json!({ "model": "User", "attributes": ["id", [{ "col": "name" }, alias]], "order": [alias, "id"] }),
        &aliases,
    );
    inert(|alias| json!({ "model": "User", "include": [{ "association": "posts", "as": alias }] }), &aliases);
    on_all("cve_2022_28346", |db, models| {
        for alias in aliases {
            let request =
                json!({ "model": "User", "attributes": [[{ "col": "name" }, alias]], "order": [[alias, "desc"]] });
            assert_eq!(ask(db, models, &request).unwrap(), json!([{ alias: "bob" }, { alias: "ann" }]), "{alias}");
        }
    });
    let alias = |alias: &str| json!({ "model": "User", "attributes": ["id", [{ "col": "name" }, alias]] });
    for wrong in ["", "a\tb", "a\u{1}b", "a\nb", "a\0b", "\u{1b}[2J"] {
        refused(&alias(wrong), ErrorKind::Request);
    }
    for long in [256, 257, 65_536] {
        refused(&alias(&"x".repeat(long)), ErrorKind::LimitExceeded);
    }
}

/// Kinds of dates, and names of functions, were glued in.
#[test]
fn cve_2022_34265_a_function_is_a_word() {
    for name in ["year' FROM now()) --", "lower(name)) --", "pg_sleep", "sleep", "load_extension", "version", ""] {
        let call = json!({ "fn": name, "args": [{ "col": "name" }] });
        refused(&json!({ "model": "User", "attributes": [[call, "x"]] }), ErrorKind::Request);
        refused(&json!({ "model": "User", "where": { "left": call, "eq": "x" } }), ErrorKind::Request);
        refused(&json!({ "model": "User", "order": [[call, "asc"]] }), ErrorKind::Request);
        refused(&json!({ "update": "User", "set": { "name": call }, "where": { "id": 1 } }), ErrorKind::Request);
    }
}

/// The word between conditions came from the caller: `_connector="OR 1=1 OR"`.
#[test]
fn cve_2025_64459_and_and_or_are_not_data() {
    for key in ["_connector", "connector", "op", "_negated", "AND", "OR", "$or"] {
        for sent in [json!("OR 1=1 OR"), json!({ "or": [] }), json!(true)] {
            let kind = refusal(&json!({ "model": "User", "where": { "name": "x", key: sent } })).kind();
            assert!(matches!(kind, ErrorKind::UnknownAttribute | ErrorKind::Document), "{key}: {kind:?}");
            let inside = json!({ "name": { "eq": "x", key: sent } });
            refused(&json!({ "model": "User", "where": inside }), ErrorKind::Document);
        }
    }
}

/// Whether a name meets a test of a text.
type Holds = fn(&str, &str) -> bool;

/// Texts of `contains` and its like were glued in on MySQL: what they find is what has them, letter by letter.
#[test]
fn cve_2020_11010_what_is_contained_is_text() {
    on_all("cve_2020_11010", |db, models| {
        let names = [
            r"\", r"x\", r"\%", "%", "_", "a_b", "a%b", "'", "it's", "[a]", "*", "?", "!", "|", r"\'", "a\\_b", "axb",
            "A_B",
        ];
        for (id, name) in (10..).zip(names) {
            ask(db, models, &json!({ "create": "User", "values": { "id": id, "name": name } })).unwrap();
        }
        let all: Vec<&str> = names.iter().copied().chain(["ann", "bob"]).collect();
        let operators: [(&str, Holds); 3] = [
            ("starts_with", |name, text| name.starts_with(text)),
            ("ends_with", |name, text| name.ends_with(text)),
            ("substring", |name, text| name.contains(text)),
        ];
        for text in names {
            for (operator, holds) in operators {
                let expected = all.iter().filter(|name| holds(name, text)).count() as i64;
                let found = count(db, models, "User", json!({ "name": { operator: text } }));
                assert_eq!(found, expected, "{operator} {text} on {}", db.dialect().name);
            }
        }
    });
}

/// The name of a savepoint came from the caller (Piccolo): relata makes them, and none that is written by hand is sent.
#[test]
fn cve_2023_47128_savepoints_have_no_name_of_the_caller() {
    on_all("cve_2023_47128", |db, models| {
        for sql in [
            "SAVEPOINT x; DROP TABLE users",
            "SAVEPOINT \"x; DROP TABLE users\"",
            "ROLLBACK TO SAVEPOINT x",
            "RELEASE SAVEPOINT relata_1",
            "/* x */ SAVEPOINT relata_1",
        ] {
            let tx = db.begin().unwrap();
            let error = tx.execute(sql, ()).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Transaction | ErrorKind::Request), "{sql}: {error:?}");
            tx.rollback().unwrap();
        }
        let kept = db.transaction(|tx| {
            let _ = tx.transaction(|inner| {
                ask(inner, models, &json!({ "destroy": "User", "where": { "id": 1 } }))?;
                Err::<(), _>(relata::Error::new(ErrorKind::Application, "no"))
            });
            ask(tx, models, &json!({ "count": "User" }))
        });
        assert_eq!(kept.unwrap(), json!({ "count": 2 }));
    });
}

/// The column of an aggregate was glued in (ormar).
#[test]
fn cve_2026_26198_an_aggregate_is_of_an_attribute() {
    for column in ["(select password from users)", "id), max(password", "*", "1", "users.id"] {
        for function in ["min", "max", "sum", "avg", "count"] {
            let request = json!({ "aggregate": function, "model": "User", "attribute": column });
            refused(&request, ErrorKind::UnknownAttribute);
        }
    }
    for function in ["max(id)--", "group_concat", "MAX ", ""] {
        refused(&json!({ "aggregate": function, "model": "User", "attribute": "id" }), ErrorKind::Request);
    }
}

/// Names were quoted only where somebody thought of it (DBIx::QuickORM): here they are always.
#[test]
fn cve_2026_13766_names_are_always_quoted() {
    for dialect in relata::dialect::ALL {
        for request in [
            json!({ "model": "User", "where": { "name": "x" }, "order": ["email"], "include": ["posts"] }),
            json!({ "create": "User", "values": { "id": 1, "name": "x", "email": "y" }, "returning": false }),
            json!({ "update": "User", "set": { "name": "x" }, "where": { "email": "y" } }),
            json!({ "destroy": "User", "where": { "name": "x", "email": "y" } }),
        ] {
            let (sql, _) = compile(&request, dialect).unwrap().swap_remove(0);
            for name in ["users", "name", "email"] {
                let quoted = sql.matches(&quoted(name, dialect.name)).count();
                assert!(quoted > 0 && quoted == sql.matches(name).count(), "{name} in {sql}");
            }
        }
    }
}
