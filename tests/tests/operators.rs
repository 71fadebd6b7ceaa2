//! Operators and functions that are not part of random requests: each says the same on every database that has it, and is
//! refused by name on the others.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use relata::{
    Database, DynFind, ErrorKind, Instant, ModelSet,
    prelude::*,
    request::{
        doc::RequestDoc,
        typed::{
            JsonPath, Predicate, concat, json_all_keys, json_any_key, json_boolean, json_contains, json_number,
            json_present, json_text, minute, month, now, nullif, random, replace, round, second, substr, year,
        },
    },
    schema::SchemaDoc,
};
use relata_testkit::databases::databases;
use serde_json::{Value as Json, json};

#[derive(Model, Debug, Clone)]
#[model(table = "things")]
struct Thing {
    #[key]
    id: i64,
    name: Option<String>,
    size: Option<i32>,
    ratio: Option<f64>,
    #[column(type = "decimal(10,3)")]
    price: Option<rust_decimal::Decimal>,
    made: Option<Instant>,
    meta: Option<Json>,
}

fn schema() -> std::sync::Arc<ModelSet> {
    let doc: SchemaDoc = serde_json::from_value(json!({"models": {"Thing": {"table": "things", "attributes": {
        "id": {"type": "bigint", "primary_key": true},
        "name": {"type": "text"},
        "size": {"type": "integer"},
        "ratio": {"type": "double"},
        "price": {"type": "decimal(10,3)"},
        "made": {"type": "timestamp(6)"},
        "meta": {"type": "json"},
    }}}}))
    .unwrap();
    doc.build().unwrap()
}

const NONE: [i64; 0] = [];

const ODD: &str = r#"a.b[0] "quoted" \ '; DROP TABLE things; --"#;

fn on_all(test: &str, check: impl Fn(&Database)) {
    for db in databases(test) {
        relata::create_missing(&db, &[model::<Thing>()]).unwrap();
        let price = |text: &str| Some(text.parse::<rust_decimal::Decimal>().unwrap());
        let at = |text: &str| Some(text.parse::<Instant>().unwrap());
        let rows = [
            Thing::draft()
                .id(1)
                .name(Some("Ann Olsen".to_owned()))
                .size(Some(7))
                .ratio(Some(2.5))
                .price(price("1.125"))
                .made(at("2024-02-29T23:59:58.500000Z"))
                .meta(Some(
                    json!({"address": {"city": "Oslo"}, "tags": ["x", "y"], "age": 41, "on": true, "none": null}),
                )),
            Thing::draft()
                .id(2)
                .name(Some("bob".to_owned()))
                .size(Some(-7))
                .ratio(Some(-2.5))
                .price(price("-1.125"))
                .made(at("1999-12-31T00:00:00Z"))
                .meta(Some(
                    json!({"address": {"city": "oslo", "zip": "0150"}, "age": "41", "on": false, "a": {"b": 1}}),
                )),
            Thing::draft()
                .id(3)
                .name(Some("100%".to_owned()))
                .size(Some(0))
                .ratio(Some(0.125))
                .meta(Some(json!({"a.b": 1, "age": 41.5, "on": "true", "deep": {"list": [[1], {"k": "v"}]}}))),
            Thing::draft().id(4),
        ];
        Thing::create_many(rows).run(&db).unwrap();
        check(&db);
    }
}

fn ids(db: &Database, predicate: impl Predicate<'static, Thing>) -> Vec<i64> {
    let found = Thing::find().filter(predicate).order(Thing::ID.asc()).all(db).unwrap();
    found.iter().map(|thing| thing.id).collect()
}

fn ask(db: &Database, request: Json) -> Result<Json, relata::Error> {
    let doc = RequestDoc::from_json(&request)?;
    Ok(serde_json::from_str(&DynFind::from_doc(&schema(), doc).json(db)?).unwrap())
}

fn found(db: &Database, condition: Json) -> Vec<i64> {
    let rows = ask(db, json!({"model": "Thing", "attributes": ["id"], "where": condition, "order": ["id"]}));
    let rows = rows.unwrap_or_else(|error| panic!("{condition} on {}: {error}", db.dialect().name));
    rows.as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

fn refused(db: &Database, condition: Json) -> ErrorKind {
    ask(db, json!({"model": "Thing", "where": condition})).unwrap_err().kind()
}

#[test]
fn functions_say_the_same_everywhere() {
    on_all("op_functions", |db| {
        let one = |call: Json| {
            let request = json!({"model": "Thing", "attributes": [[call, "x"]], "where": {"id": 1}});
            let answer = ask(db, request).unwrap_or_else(|error| panic!("{call} on {}: {error}", db.dialect().name));
            answer[0]["x"].clone()
        };
        let col = |name: &str| json!({"col": name});
        let call = |name: &str, args: Json| json!({"fn": name, "args": args});
        assert_eq!(one(call("mod", json!([col("size"), 4]))), json!(3));
        assert_eq!(one(call("round", json!([col("ratio")]))), json!(3.0));
        assert_eq!(one(call("round", json!([col("price"), 2]))), json!("1.130"));
        assert_eq!(one(call("nullif", json!([col("size"), 7]))), json!(null));
        assert_eq!(one(call("nullif", json!([col("size"), 8]))), json!(7));
        assert_eq!(one(call("replace", json!([col("name"), "n", "m"]))), json!("Amm Olsem"));
        assert_eq!(one(call("substr", json!([col("name"), 5, 3]))), json!("Ols"));
        assert_eq!(one(call("substr", json!([col("name"), 5]))), json!("Olsen"));
        for (part, expected) in
            [("year", 2024), ("month", 2), ("day", 29), ("hour", 23), ("minute", 59), ("second", 58)]
        {
            assert_eq!(one(call(part, json!([col("made")]))), json!(expected), "{part} on {}", db.dialect().name);
        }
        let random = one(call("random", json!([]))).as_f64().unwrap();
        assert!((0.0..1.0).contains(&random));
        let now: jiff::Timestamp = one(call("now", json!([]))).as_str().unwrap().parse().unwrap();
        let apart = jiff::Timestamp::now().as_second() - now.as_second();
        assert!(apart.abs() < 60, "{now} on {}", db.dialect().name);
        for (wrong, kind) in [
            (call("mod", json!([col("ratio"), 4])), ErrorKind::TypeMismatch),
            (call("round", json!([col("size")])), ErrorKind::TypeMismatch),
            (call("round", json!([col("ratio"), 99])), ErrorKind::Request),
            (call("year", json!([col("name")])), ErrorKind::TypeMismatch),
            (call("substr", json!([col("name"), "x"])), ErrorKind::TypeMismatch),
            (call("now", json!([1])), ErrorKind::Request),
        ] {
            let request = json!({"model": "Thing", "attributes": [[wrong, "x"]]});
            assert_eq!(ask(db, request).unwrap_err().kind(), kind, "{wrong}");
        }
    });
}

#[test]
fn typed_functions_are_conditions_and_orders() {
    on_all("op_typed", |db| {
        assert_eq!(ids(db, year(Thing::MADE).eq(2024)), [1]);
        assert_eq!(ids(db, month(Thing::MADE).eq(12)), [2]);
        assert_eq!(ids(db, minute(Thing::MADE).gt(second(Thing::MADE))), [1]);
        assert_eq!(ids(db, Thing::MADE.lt(now())), [1, 2]);
        assert_eq!(ids(db, round(Thing::RATIO, 0).eq(-3.0)), [2]);
        assert_eq!(ids(db, round(Thing::RATIO, 2).eq(0.13)), [3]);
        assert_eq!(ids(db, substr(Thing::NAME, 1, 3).eq("bob")), [2]);
        assert_eq!(ids(db, replace(Thing::NAME, "%", "").eq("100")), [3]);
        assert_eq!(ids(db, concat(Thing::NAME, "!").eq("bob!")), [2]);
        assert_eq!(ids(db, nullif(Thing::SIZE, 7).is_null()), [1, 4]);
        let shuffled = Thing::find().order(random().asc()).all(db).unwrap();
        assert_eq!(shuffled.len(), 4);
    });
}

#[test]
fn regular_expressions_are_those_of_the_database() {
    on_all("op_regexp", |db| {
        if db.dialect().name == "sqlite" {
            let refused = Thing::find().filter(Thing::NAME.regexp("^A")).all(db).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Unsupported);
            return;
        }
        assert_eq!(ids(db, Thing::NAME.regexp("^[Ab]")), [1, 2]);
        assert_eq!(ids(db, Thing::NAME.regexp("^a")), NONE);
        assert_eq!(ids(db, Thing::NAME.iregexp("^a.*N$")), [1]);
        assert_eq!(found(db, json!({"name": {"not_regexp": "o"}})), [1, 3]);
        assert_eq!(found(db, json!({"name": {"not_iregexp": "o"}})), [3]);
        assert_eq!(found(db, json!({"name": {"regexp": "'; DROP TABLE things; --"}})), NONE);
        assert_eq!(refused(db, json!({"size": {"regexp": "1"}})), ErrorKind::TypeMismatch);
    });
}

#[test]
fn words_are_found_by_full_text_search() {
    on_all("op_search", |db| {
        match db.dialect().name {
            "sqlite" => {
                assert_eq!(refused(db, json!({"name": {"match": "ann"}})), ErrorKind::Unsupported);
                return;
            }
            "postgres" => {}
            _ => db.batch("CREATE FULLTEXT INDEX names ON things (name)").unwrap(),
        }
        assert_eq!(ids(db, Thing::NAME.search("olsen")), [1]);
        assert_eq!(found(db, json!({"name": {"match": "nobody'); DROP TABLE things; --"}})), NONE);
    });
}

#[test]
fn places_in_documents_are_read_as_what_they_meet() {
    on_all("op_json_paths", |db| {
        for (condition, expected) in [
            (json!({"meta.address.city": "Oslo"}), vec![1]),
            (json!({"meta.address.city": {"ilike": "OSLO"}}), vec![1, 2]),
            (json!({"meta.age": 41}), vec![1]),
            (json!({"meta.age": {"gt": 41}}), vec![3]),
            (json!({"meta.age": {"between": [41, 42]}}), vec![1, 3]),
            (json!({"meta.age": "41"}), vec![2]),
            (json!({"meta.on": true}), vec![1]),
            (json!({"meta.on": {"ne": true}}), vec![2]),
            (json!({"meta.tags[1]": "y"}), vec![1]),
            (json!({"meta.deep.list[1].k": "v"}), vec![3]),
            (json!({"meta.deep.list[0][0]": 1}), vec![3]),
            (json!({"meta.\"a.b\"": 1}), vec![3]),
            (json!({"meta.a.b": 1}), vec![2]),
            (json!({"meta.none": null}), vec![1, 2, 3, 4]),
            (json!({"meta.address.zip": {"is_not": null}}), vec![2]),
            (json!({"meta.age": [41, 41.5]}), vec![1, 3]),
            (json!({"not": {"meta.on": true}}), vec![2]),
        ] {
            assert_eq!(found(db, condition.clone()), expected, "{condition} on {}", db.dialect().name);
        }
        assert_eq!(ids(db, json_text(Thing::META, ["address", "zip"]).starts_with("01")), [2]);
        assert_eq!(
            ids(db, json_number(Thing::META, JsonPath::key("deep").then("list").index(0).index(0)).eq(1.0)),
            [3]
        );
        assert_eq!(ids(db, json_boolean(Thing::META, "on").eq(false)), [2]);
        assert_eq!(ids(db, json_present(Thing::META, "age")), [1, 2, 3]);
        let by_city =
            Thing::find().order((json_text(Thing::META, ["address", "city"]).desc().nulls_last(), Thing::ID.asc()));
        let order: Vec<i64> = by_city.all(db).unwrap().iter().map(|thing| thing.id).collect();
        assert_eq!(order, [2, 1, 3, 4]);
        for (condition, kind) in [
            (json!({"meta.": 1}), ErrorKind::Request),
            (json!({"meta..x": 1}), ErrorKind::Request),
            (json!({"meta.a b": 1}), ErrorKind::Request),
            (json!({"meta[x]": 1}), ErrorKind::Request),
            (json!({"meta[1": 1}), ErrorKind::Request),
            (json!({"meta.a::integer": 1}), ErrorKind::Request),
            (json!({"meta.*": 1}), ErrorKind::Request),
            (json!({"name.a": 1}), ErrorKind::TypeMismatch),
            (json!({"nothing.a": 1}), ErrorKind::UnknownAttribute),
            (json!({"meta.a": {"b": 1}}), ErrorKind::Document),
            (json!({"meta.a": {"eq": {"value": {"b": 1}}}}), ErrorKind::Unsupported),
        ] {
            assert_eq!(refused(db, condition.clone()), kind, "{condition}");
        }
    });
}

#[test]
fn a_key_is_never_anything_but_a_key() {
    on_all("op_json_keys", |db| {
        for (number, key) in
            (10..).zip([ODD, "*", "**", "$", "[0]", "last", "#-1", "", "é\n", "a.b", "auth.count", "''", "%"])
        {
            let draft =
                Thing::draft().id(number).meta(Some(json!({key: "mine", "auth": {"count": "other"}, "x": "mine"})));
            Thing::create(db, |_| draft).unwrap();
            let find = Thing::find().filter(json_text(Thing::META, key).eq("mine")).all(db);
            if db.dialect().name == "sqlite" && key.contains(['"', '\\']) {
                assert_eq!(find.unwrap_err().kind(), ErrorKind::Unsupported, "{key}");
                continue;
            }
            let ids: Vec<i64> = find
                .unwrap_or_else(|error| panic!("{key} on {}: {error}", db.dialect().name))
                .iter()
                .map(|thing| thing.id)
                .collect();
            assert_eq!(ids, [number], "{key:?} on {}", db.dialect().name);
        }
        assert_eq!(Thing::find().count(db).unwrap(), 17);
    });
}

#[test]
fn documents_are_asked_what_they_contain() {
    on_all("op_json_contains", |db| {
        assert_eq!(ids(db, json_any_key(Thing::META, ["address", "deep"])), [1, 2, 3]);
        assert_eq!(ids(db, json_all_keys(Thing::META, ["address", "tags"])), [1]);
        assert_eq!(found(db, json!({"meta": {"any_key_exists": ["a", "tags"]}})), [1, 2]);
        assert_eq!(found(db, json!({"meta": {"all_keys_exist": ["age", "on"]}})), [1, 2, 3]);
        if db.dialect().name == "sqlite" {
            assert_eq!(refused(db, json!({"meta": {"contains": {"a": 1}}})), ErrorKind::Unsupported);
        } else {
            assert_eq!(ids(db, json_contains(Thing::META, json!({"address": {"city": "Oslo"}}))), [1]);
            assert_eq!(found(db, json!({"meta": {"contains": {"tags": ["y"]}}})), [1]);
            assert_eq!(found(db, json!({"not": {"meta": {"contains": {"on": false}}}})), [1, 3]);
            let whole = json!({"a.b": 1, "age": 41.5, "on": "true", "deep": {"list": [[1], {"k": "v"}]}, "more": 1});
            assert_eq!(found(db, json!({"meta": {"contained": whole}})), [3]);
        }
        assert_eq!(refused(db, json!({"meta": {"any_key_exists": "a"}})), ErrorKind::Request);
        assert_eq!(refused(db, json!({"name": {"contains": {"a": 1}}})), ErrorKind::TypeMismatch);
    });
}
