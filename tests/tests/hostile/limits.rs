//! What is too long, too deep or too many: done, or refused by name and before anything breaks. Live where a server has the
//! last word.

use std::time::{Duration, Instant};

use relata::{
    Database, DynFind, ErrorKind, Executor, list,
    request::doc::{WhereDoc, col, not},
};
use relata_testkit::databases::databases;
use serde_json::{Value as Json, json};

use crate::{
    compile::{self, document, is_named, tables},
    schemas::{HARMLESS, SCHEMAS, SchemaSink, index_condition},
    sinks::{models, schema},
    world::ask,
};

fn sink(name: &str) -> &'static SchemaSink {
    SCHEMAS.iter().find(|sink| sink.name == name).unwrap()
}

fn filled(test: &str) -> Vec<Database> {
    let found = databases(test);
    for db in &found {
        relata::create_missing(db, &models().views().collect::<Vec<_>>()).unwrap();
    }
    found
}

#[test]
fn identifiers_are_as_long_as_every_database_keeps_them() {
    for (name, fits) in
        [("x".repeat(63), true), ("x".repeat(64), false), ("é".repeat(31), true), ("é".repeat(32), false)]
    {
        for place in ["table", "column", "attribute, and its column", "name of an association", "name of a model"] {
            let built = sink(place).models(&name);
            assert_eq!(built.is_ok(), fits, "{place}: {name}");
            assert!(built.err().is_none_or(|error| error.kind() == ErrorKind::Schema), "{place}");
        }
    }
    // Two names that are one where names are cut.
    let twins = json!({ "models": { "Thing": { "attributes": {
        "a": { "type": "text", "column": format!("{}a", "y".repeat(63)) },
        "b": { "type": "text", "column": format!("{}b", "y".repeat(63)) }
    } } } });
    assert_eq!(compile::models(&twins).unwrap_err().kind(), ErrorKind::Schema);
}

/// The name of an index stands in a statement as every other name does.
#[test]
fn the_name_of_an_index_is_checked_like_any_other() {
    let (mut taken, long) = (Vec::new(), "x".repeat(64));
    for name in ["", "a\0b", "a\nb", long.as_str()] {
        if sink("index").models(name).is_ok() {
            taken.push(name.to_owned());
        }
    }
    assert!(taken.is_empty(), "{taken:?}");
}

/// A NUL ends a statement for SQLite and cannot be sent to PostgreSQL: what stands in a statement has none.
#[test]
fn a_nul_is_refused_in_what_stands_in_a_statement() {
    let mut said = Vec::new();
    for place in &SCHEMAS {
        let text = format!("{HARMLESS}\0' OR 1=1 --");
        for dialect in relata::dialect::ALL {
            match place.statements(&text, dialect) {
                Err(error) => assert!(is_named(error.kind()), "{}: {error:?}", place.name),
                Ok(statements) => said.extend(
                    statements
                        .iter()
                        .filter(|statement| statement.sql.contains('\0'))
                        .map(|statement| format!("{} on {}: {:?}", place.name, dialect.name, statement.sql)),
                ),
            }
        }
    }
    for dialect in relata::dialect::ALL {
        let Ok(statements) = document(&models(), &index_condition("a\0b"), dialect) else { continue };
        said.extend(statements.iter().map(|statement| format!("index on {}: {:?}", dialect.name, statement.sql)));
    }
    assert!(said.is_empty(), "{} statements have a NUL:\n{}", said.len(), said.join("\n"));
}

#[test]
fn aliases_have_255_bytes_at_most() {
    let request = |alias: &str| json!({ "model": "Note", "attributes": ["id", [{ "col": "size" }, alias]] });
    for (alias, fits) in [("x".repeat(255), true), ("x".repeat(256), false), ("é".repeat(128), false)] {
        for dialect in relata::dialect::ALL {
            let compiled = document(&models(), &request(&alias), dialect);
            assert_eq!(compiled.is_ok(), fits, "{} bytes", alias.len());
            assert!(compiled.err().is_none_or(|error| error.kind() == ErrorKind::LimitExceeded));
        }
    }
}

/// As many values as the driver and the server take, and one more.
#[test]
fn binds_are_as_many_as_a_statement_takes() {
    for db in filled("limit_binds") {
        let most = db.dialect().max_binds;
        let sql = "SELECT count(*) FROM (SELECT 7 AS n) AS one WHERE n IN (:some)";
        for count in [32_766_i64, 32_767, 32_768, 65_534, 65_535, 65_536, 70_000] {
            let answer = db.query(sql, [("some", list(0..count))]).all::<(i64,)>();
            match answer {
                Ok(rows) => {
                    assert_eq!(rows, [(1,)], "{count} on {}", db.dialect().name);
                    assert!(count as usize <= most);
                }
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{count} on {}: {error:?}", db.dialect().name);
                    assert!(count as usize > most);
                }
            }
        }
    }
}

/// A list of any length is found: beyond 32 values it is one bind.
#[test]
fn a_list_has_any_length() {
    for db in filled("limit_list") {
        let models = models();
        let row = json!({ "create": "Word", "values": { "id": 99_999, "label": "it's", "text": "x\\" } });
        ask(&db, &models, &row).unwrap();
        let ids: Vec<i64> = (0..100_000).collect();
        let texts: Vec<String> =
            (0..100_000).map(|i| if i == 5 { "x\\".to_owned() } else { format!("'{i}\"") }).collect();
        for condition in [json!({ "id": ids }), json!({ "text": texts })] {
            let count = ask(&db, &models, &json!({ "count": "Word", "where": condition })).unwrap();
            assert_eq!(count, "{\"count\":1}", "{}", db.dialect().name);
        }
    }
}

/// Conditions in each other and beside each other, as deep and as many as a document may have them: each database answers,
/// or relata refuses by name. That a parser's stack overflows is no answer.
#[test]
fn conditions_are_answered_or_refused_by_name() {
    let nested = |depth: usize| {
        (0..depth).fold(json!({ "text": { "like": "a%" } }), |inner, i| {
            let other = json!({ "label": { "like": format!("{i}%") } });
            if i % 2 == 0 { json!({ "or": [other, inner] }) } else { json!({ "and": [other, inner] }) }
        })
    };
    let negated = |depth: usize| {
        (0..depth).fold(json!({ "size": 1 }), |inner, i| json!({ "not": [inner, { "size": { "gt": i } }] }))
    };
    let wide = |count: usize| -> Json {
        let members: Vec<Json> = (0..count).map(|i| json!({ "text": { "like": format!("{i}%") } })).collect();
        json!({ "or": members })
    };
    let conditions =
        [nested(20), nested(60), nested(200), negated(30), negated(60), wide(900), wide(1_100), wide(5_000)];
    let mut wrong = Vec::new();
    for db in filled("limit_nesting") {
        let models = models();
        let mut answered = 0;
        for (number, condition) in conditions.iter().enumerate() {
            match ask(&db, &models, &json!({ "count": "Note", "where": condition })) {
                Ok(_) => answered += 1,
                Err(error) if is_named(error.kind()) => {}
                Err(error) => wrong.push(format!(
                    "condition {number} on {}: {:?}: {}",
                    db.dialect().name,
                    error.kind(),
                    error.message()
                )),
            }
        }
        assert!(answered >= 3, "{} answers {answered}", db.dialect().name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A document that is nested too deep is refused; a tree that the program makes too.
#[test]
fn depth_is_counted() {
    let models = models();
    let dialect = &relata::dialect::POSTGRES_15;
    for depth in [100, 1_000] {
        let text = format!("{}{{\"size\": 1}}{}", "{\"not\": ".repeat(depth), "}".repeat(depth));
        let request = format!("{{\"model\": \"Note\", \"where\": {text}}}");
        // The reader of JSON has a limit of its own.
        let refused = match serde_json::from_str::<Json>(&request) {
            Err(_) => true,
            Ok(json) => document(&models, &json, dialect).is_err_and(|error| is_named(error.kind())),
        };
        assert_eq!(refused, depth > 128, "{depth}");
    }
    let mut tree: WhereDoc = col("size").eq(1);
    for _ in 0..1_000 {
        tree = not(tree);
    }
    let error = DynFind::of(&models, "Note").filter(tree).request();
    let error = error.and_then(|request| compile::plan(&request, dialect)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    let mut include = json!({ "association": "children" });
    for _ in 0..300 {
        include = json!({ "association": "children", "include": [include] });
    }
    let error = document(&models, &json!({ "model": "Note", "include": [include] }), dialect).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
}

/// A name that is not known is compared with those that are. Whoever sends a megabyte must not have it multiplied.
#[test]
fn a_long_name_is_refused_in_time() {
    let models = models();
    let long = "x".repeat(4 << 20);
    let requests = [
        json!({ "model": long }),
        json!({ "model": "Note", "where": { long.clone(): 1 } }),
        json!({ "model": "Note", "include": [long] }),
        json!({ "model": "Note", "where": { "mood": long } }),
        json!({ "model": "Note", long.clone(): 1 }),
    ];
    let mut wrong = Vec::new();
    for (number, request) in requests.iter().enumerate() {
        let started = Instant::now();
        let error = document(&models, request, &relata::dialect::POSTGRES_15).unwrap_err();
        if started.elapsed() > Duration::from_secs(1) {
            wrong.push(format!("request {number} takes {:?}", started.elapsed()));
        }
        if error.to_string().len() > 10_000 {
            wrong.push(format!("request {number} is repeated: {} bytes", error.to_string().len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A text of seventeen megabytes: more than MariaDB takes in one packet unless it is told otherwise.
#[test]
fn a_long_text_is_kept_or_refused_by_name() {
    for db in filled("limit_text") {
        let (models, text) = (models(), "é".repeat(17 << 19));
        let tx = db.begin().unwrap();
        let written =
            ask(&tx, &models, &json!({ "create": "Word", "values": { "id": 1, "text": text }, "returning": false }));
        match written {
            Ok(_) => {
                let read = ask(&tx, &models, &json!({ "model": "Word", "attributes": ["text"] })).unwrap();
                assert!(serde_json::from_str::<Json>(&read).unwrap()[0]["text"] == json!(text));
            }
            Err(error) => {
                assert!(is_named(error.kind()), "{}: {:?} {}", db.dialect().name, error.kind(), error.message())
            }
        }
        tx.rollback().unwrap();
        assert_eq!(ask(&db, &models, &json!({ "count": "Word" })).unwrap(), "{\"count\":0}");
    }
}

#[test]
fn numbers_of_a_page_are_below_two_to_the_63rd() {
    let models = models();
    for dialect in relata::dialect::ALL {
        let page =
            |limit: u64, offset: u64| json!({ "model": "Note", "limit": limit, "offset": offset, "order": ["id"] });
        let most = i64::MAX as u64;
        assert!(document(&models, &page(most, most), dialect).is_ok());
        for request in [page(most + 1, 0), page(1, u64::MAX)] {
            assert_eq!(document(&models, &request, dialect).unwrap_err().kind(), ErrorKind::LimitExceeded);
        }
    }
}

#[test]
fn arguments_and_members_are_counted() {
    let models = models();
    let dialect = &relata::dialect::POSTGRES_15;
    let concat = |count: usize| -> Json {
        let args: Vec<Json> = (0..count).map(|_| json!({ "col": "text" })).collect();
        json!({ "model": "Note", "attributes": [[{ "fn": "concat", "args": args }, "x"]] })
    };
    assert!(document(&models, &concat(32), dialect).is_ok());
    for count in [0, 1, 33, 256, 300] {
        assert_eq!(document(&models, &concat(count), dialect).unwrap_err().kind(), ErrorKind::Request, "{count}");
    }
    let members: Vec<Json> = (0..70_000).map(|i| json!({ "size": { "gt": i } })).collect();
    let error = document(&models, &json!({ "model": "Note", "where": { "or": members } }), dialect).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    let includes: Vec<Json> =
        (0..1_100).map(|i| json!({ "association": "children", "as": format!("c{i}"), "attributes": ["id"] })).collect();
    let error = document(&models, &json!({ "model": "Note", "include": includes }), dialect).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
}

/// The schema of these tests can be written in every dialect: else it would say nothing of them.
#[test]
fn the_tables_of_these_tests_can_be_written() {
    for dialect in relata::dialect::ALL {
        let models = compile::models(&schema()).unwrap();
        assert!(tables(&models, dialect).unwrap().len() >= 5, "{}", dialect.name);
    }
}
