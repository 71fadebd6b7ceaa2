//! Values of other forms where a document expects something: lists and objects from a web form, NULLs, numbers that are
//! too large, trees that are too deep. Each is a request of its own meaning, or an error by name; none is a panic.

use serde_json::{Value as Json, json};

use crate::{
    compile::{document, is_named, well_formed},
    sinks::models,
};

/// A value as deep as that, of arrays and objects in turn.
fn deep(depth: usize) -> Json {
    (0..depth).fold(json!("x"), |inner, i| {
        if i % 2 == 0 {
            Json::Array(vec![inner])
        } else {
            Json::Object([("and".to_owned(), inner)].into_iter().collect())
        }
    })
}

fn structures() -> Vec<(&'static str, Json)> {
    let many: Vec<i64> = (0..100_000).collect();
    vec![
        ("null", Json::Null),
        ("true", json!(true)),
        ("a number", json!(5)),
        ("a fraction", json!(1.5)),
        ("minus zero", json!(-0.0)),
        ("a large number", json!(1e300)),
        ("beyond i64", json!(u64::MAX)),
        ("the least i64", json!(i64::MIN)),
        ("an empty text", json!("")),
        ("an empty array", json!([])),
        ("an empty object", json!({})),
        ("NULL in an array", json!([null])),
        ("an array in an array", json!([[]])),
        ("an array of one", json!([1])),
        ("an object in an array", json!([{}])),
        ("an operator of another library", json!({ "$ne": null })),
        ("an operator", json!({ "ne": "" })),
        ("an empty or", json!({ "or": [] })),
        ("raw SQL of another library", json!({ "__raw": true, "sql": "1=1" })),
        ("a literal of another library", json!({ "literal": "1=1" })),
        ("a column", json!({ "col": "text" })),
        ("an expression of nothing", json!({ "fn": "lower" })),
        ("a name of every object", json!({ "__proto__": { "x": 1 }, "constructor": 1 })),
        ("a deep one", deep(60)),
        ("a deeper one", deep(1_000)),
        ("a long one", json!(many)),
        ("a long text", json!("x".repeat(10_000))),
    ]
}

/// Where a structure can stand.
type Place = (&'static str, fn(&Json) -> Json);

const PLACES: [Place; 40] = [
    ("model", |s| json!({ "model": s })),
    ("attributes", |s| json!({ "model": "Note", "attributes": s })),
    ("attribute", |s| json!({ "model": "Note", "attributes": [s] })),
    ("expression", |s| json!({ "model": "Note", "attributes": [[s, "x"]] })),
    ("alias", |s| json!({ "model": "Note", "attributes": [["text", s]] })),
    ("where", |s| json!({ "model": "Note", "where": s })),
    ("text", |s| json!({ "model": "Note", "where": { "text": s } })),
    ("number", |s| json!({ "model": "Note", "where": { "size": s } })),
    ("document", |s| json!({ "model": "Note", "where": { "meta": s } })),
    ("label", |s| json!({ "model": "Note", "where": { "mood": s } })),
    ("bytes", |s| json!({ "model": "Note", "where": { "raw": s } })),
    ("and", |s| json!({ "model": "Note", "where": { "and": s } })),
    ("or", |s| json!({ "model": "Note", "where": { "or": s } })),
    ("not", |s| json!({ "model": "Note", "where": { "not": s } })),
    ("eq", |s| json!({ "model": "Note", "where": { "text": { "eq": s } } })),
    ("is", |s| json!({ "model": "Note", "where": { "marked": { "is": s } } })),
    ("in", |s| json!({ "model": "Note", "where": { "id": { "in": s } } })),
    ("between", |s| json!({ "model": "Note", "where": { "id": { "between": s } } })),
    ("end of a range", |s| json!({ "model": "Note", "where": { "id": { "between": [1, s] } } })),
    ("pattern", |s| json!({ "model": "Note", "where": { "text": { "substring": s } } })),
    ("path", |s| json!({ "model": "Note", "where": { "$tags.name$": s } })),
    ("include", |s| json!({ "model": "Note", "include": s })),
    ("included", |s| json!({ "model": "Note", "include": [s] })),
    ("where of an include", |s| json!({ "model": "Note", "include": [{ "association": "children", "where": s }] })),
    ("order", |s| json!({ "model": "Note", "order": s })),
    ("item of an order", |s| json!({ "model": "Note", "order": [s] })),
    ("group", |s| json!({ "model": "Note", "attributes": ["mood"], "group": [s] })),
    ("having", |s| json!({ "model": "Note", "attributes": ["mood"], "group": ["mood"], "having": s })),
    ("limit", |s| json!({ "model": "Note", "limit": s })),
    ("offset", |s| json!({ "model": "Note", "offset": s })),
    ("paranoid", |s| json!({ "model": "Tag", "paranoid": s })),
    ("scope", |s| json!({ "model": "Note", "scope": s })),
    ("argument of a scope", |s| json!({ "model": "Note", "scope": [{ "of_text": { "text": s } }] })),
    ("values", |s| json!({ "create": "Word", "values": s })),
    ("value", |s| json!({ "create": "Word", "values": { "id": 1, "text": s } })),
    ("value of a document", |s| json!({ "create": "Note", "values": { "id": 1, "meta": s } })),
    ("set", |s| json!({ "update": "Word", "set": s, "where": { "id": 1 } })),
    ("set to", |s| json!({ "update": "Word", "set": { "text": s }, "where": { "id": 1 } })),
    ("added", |s| json!({ "increment": "Word", "by": { "size": s }, "where": { "id": 1 } })),
    ("condition of a destroy", |s| json!({ "destroy": "Word", "where": s })),
];

#[test]
fn structures_are_refused_or_say_what_they_mean() {
    // What is deep is also dropped, by a library that recurses.
    let roomy = std::thread::Builder::new().stack_size(64 << 20).spawn(|| {
        let (models, mut wrong, mut answered) = (models(), Vec::new(), 0);
        for (name, structure) in structures() {
            for (place, request) in PLACES {
                let request = request(&structure);
                for dialect in relata::dialect::ALL {
                    let started = std::time::Instant::now();
                    match document(&models, &request, dialect) {
                        Err(error) if is_named(error.kind()) => {}
                        Err(error) => wrong.push(format!("{name} as {place}: {error:?}")),
                        Ok(statements) => {
                            answered += 1;
                            wrong.extend(
                                statements.iter().filter_map(|statement| well_formed(statement, dialect.name).err()),
                            );
                        }
                    }
                    if started.elapsed().as_secs() >= 5 {
                        wrong.push(format!("{name} as {place} takes {:?}", started.elapsed()));
                    }
                }
            }
        }
        (wrong, answered)
    });
    let (wrong, answered) = roomy.unwrap().join().unwrap();
    assert!(answered > 100, "only {answered} have a meaning");
    let shown: Vec<String> = wrong.iter().take(12).map(|text| text.chars().take(600).collect()).collect();
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), shown.join("\n"));
}

/// What becomes of some conditions that must not be let through.
fn let_through(calls: &[Json], conditions: &[Json]) -> Vec<String> {
    let (models, dialect) = (models(), &relata::dialect::POSTGRES_15);
    let mut found = Vec::new();
    for condition in conditions {
        for call in calls {
            let mut request = call.clone();
            request["where"] = condition.clone();
            if let Ok(statements) = document(&models, &request, dialect) {
                found.push(format!("{request} becomes {}", statements[0].sql));
            }
        }
    }
    found
}

/// The conditions that other libraries have passed over, so that every row was meant.
#[test]
fn no_structure_makes_a_condition_vanish() {
    let (find, destroy) = (json!({ "model": "Word" }), json!({ "destroy": "Word" }));
    let update = json!({ "update": "Word", "set": { "size": 1 } });
    let none = [Json::Null, json!(5), json!("x"), json!(true), json!([null]), json!(["x"]), json!([[1]])];
    let mut found = let_through(&[find.clone(), destroy.clone(), update.clone()], &none);
    // None of these says which rows are meant.
    let all_rows = [
        json!({}),
        json!([]),
        json!([{}]),
        json!({ "and": [] }),
        json!({ "and": [{}, { "and": {} }] }),
        json!({ "id": { "not_in": [] } }),
        json!({ "text": {} }),
        json!({ "not": { "or": [] } }),
        json!({ "not": { "id": [] } }),
        json!({ "or": [{ "and": [] }, { "id": 1 }] }),
    ];
    found.extend(let_through(&[destroy, update], &all_rows));
    // A test of nothing is none: what it would answer is every row, to whoever sends an empty object.
    let empty = [json!({ "text": {} }), json!({ "left": { "col": "text" } }), json!({ "attribute": "text" })];
    found.extend(let_through(&[find], &empty));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// An argument of a scope is a value. What the scope asks of it is not the caller's to say.
#[test]
fn an_argument_of_a_scope_is_no_condition() {
    let models = models();
    for argument in [
        json!({ "ne": "" }),
        json!({ "or": [{ "is": null }, { "is_not": null }] }),
        json!({ "not": "x" }),
        json!({ "col": "text" }),
        json!({ "fn": "coalesce", "args": [{ "col": "text" }, { "value": "" }] }),
        json!({}),
    ] {
        let request = json!({ "model": "Note", "scope": [{ "of_text": { "text": argument } }] });
        for dialect in relata::dialect::ALL {
            let compiled = document(&models, &request, dialect);
            assert!(compiled.is_err(), "{request} becomes {compiled:?}");
        }
    }
}
