//! Arrays and ranges of PostgreSQL, and the types that only some databases have, as an application uses them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::civil::{Date, date};
use relata::{
    ErrorKind, SchemaDoc,
    dialect::{MARIADB_10_11, MYSQL_9_7, POSTGRES_15, SQLITE_3},
    prelude::*,
    request::doc::RequestDoc,
};
use relata_testkit::databases::{databases, postgres};
use serde_json::{Value as Json, json};

#[derive(Model, Debug, Clone)]
#[model(table = "stays")]
struct Stay {
    #[key(auto)]
    id: i64,
    guest: String,
    tags: Vec<String>,
    scores: Option<Vec<i32>>,
    nights: Range<Date>,
    floors: Option<Range<i32>>,
    #[column(type = "range(decimal)")]
    price: Option<Range<rust_decimal::Decimal>>,
    #[column(type = "inet")]
    address: Option<String>,
    #[column(type = "citext")]
    nick: Option<String>,
    #[column(type = "hstore")]
    notes: Option<Json>,
    #[column(type = "tsvector")]
    words: Option<String>,
    weight: Option<f32>,
    floor: Option<i32>,
}

fn stays(db: &Database) {
    relata::create_missing(db, &[model::<Stay>()]).unwrap();
    let nights = |from: i8, to: i8| date(2024, 5, from)..date(2024, 5, to);
    let of = |guest: &str, tags: &[&str], from: i8, to: i8| {
        let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
        let guest = guest.to_owned();
        Stay::create(db, move |draft| draft.guest(guest.as_str()).tags(tags).nights(Range::from(nights(from, to))))
            .unwrap()
    };
    of("ann", &["sea", "quiet"], 1, 5);
    let mut bob = of("bob", &["sea"], 5, 9);
    bob.scores = Some(vec![3, 1, 2]);
    bob.floors = Some(Range::from(1..=4));
    bob.floor = Some(2);
    bob.address = Some("10.0.0.1/8".to_owned());
    bob.nick = Some("Bobby".to_owned());
    bob.notes = Some(json!({ "door": "left", "key": null }));
    bob.words = Some("'cat':3 'fat':2".to_owned());
    bob.weight = Some(0.1);
    bob.save(db).unwrap();
    of("cy", &[], 3, 4);
}

fn guests(db: &Database, find: relata::Find<'_, Stay>) -> Vec<String> {
    find.order(Stay::ID.asc()).all(db).unwrap().into_iter().map(|stay| stay.guest.clone()).collect()
}

#[test]
fn arrays_and_ranges_are_asked_with_types() {
    let Some(db) = postgres("collections_typed") else { return };
    stays(&db);
    let may = |from: i8, to: i8| Range::from(date(2024, 5, from)..date(2024, 5, to));
    assert_eq!(guests(&db, Stay::find().filter(Stay::TAGS.contains(vec!["sea"]))), ["ann", "bob"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::TAGS.contained_in(vec!["sea", "hill"]))), ["bob", "cy"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::TAGS.overlaps(vec!["quiet", "hill"]))), ["ann"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::TAGS.eq(vec!["sea", "quiet"]))), ["ann"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::TAGS.eq(Vec::<String>::new()))), ["cy"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::TAGS.is_in([vec!["sea"], vec!["sea", "quiet"]]))), ["ann", "bob"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::SCORES.contains(vec![1, 3]))), ["bob"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::SCORES.is_null())), ["ann", "cy"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::NIGHTS.contains_value(date(2024, 5, 3)))), ["ann", "cy"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::NIGHTS.contains(may(3, 4)))), ["ann", "cy"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::NIGHTS.contained_in(may(1, 6)))), ["ann", "cy"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::NIGHTS.overlaps(may(4, 6)))), ["ann", "bob"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::NIGHTS.adjacent_to(may(5, 9)))), ["ann"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::NIGHTS.strictly_left_of(may(4, 9)))), ["cy"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::NIGHTS.strictly_right_of(may(1, 3)))), ["bob", "cy"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::NIGHTS.does_not_extend_right_of(may(3, 5)))), ["ann", "cy"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::NIGHTS.does_not_extend_left_of(may(3, 5)))), ["bob", "cy"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::FLOOR.lies_in(Stay::FLOORS))), ["bob"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::FLOOR.lies_in(Range::from(2..)))), ["bob"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::FLOORS.eq(Range::from(1..5)))), ["bob"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::NICK.eq("BOBBY"))), ["bob"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::NICK.like("bOb%"))), ["bob"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::ADDRESS.eq("10.0.0.1/8"))), ["bob"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::WORDS.search("fat cat"))), ["bob"]);
    assert_eq!(guests(&db, Stay::find().filter(Stay::WEIGHT.eq(0.1))), ["bob"]);
    let bob = Stay::find().filter(Stay::GUEST.eq("bob")).one(&db).unwrap().unwrap();
    assert_eq!(bob.scores, Some(vec![3, 1, 2]));
    // A range of numbers that are counted comes back with its upper bound excluded.
    assert_eq!(bob.floors, Some(Range::from(1..5)));
    assert_eq!((bob.weight, bob.notes.clone()), (Some(0.1), Some(json!({ "door": "left", "key": null }))));
    assert_eq!((bob.words.as_deref(), bob.price), (Some("'cat':3 'fat':2"), None));
}

const SCHEMA: &str = r#"{ "models": { "Thing": { "attributes": {
    "tags": { "type": "array(string)", "default": ["it's", "\"new\""] },
    "numbers": { "type": "array(integer)" },
    "span": { "type": "range(integer)" },
    "open": { "type": "range(timestamp)" },
    "n": { "type": "integer" },
    "name": { "type": "string" },
    "nick": { "type": "citext" }
} } } }"#;

fn asked(db: &Database, request: Json) -> Json {
    let doc: SchemaDoc = serde_json::from_str(SCHEMA).unwrap();
    let models = doc.build().unwrap();
    let doc = RequestDoc::from_json(&request).unwrap();
    let answer = DynFind::from_doc(&models, doc).json(db).unwrap_or_else(|error| panic!("{request}: {error:?}"));
    serde_json::from_str(&answer).unwrap()
}

#[test]
fn documents_ask_arrays_and_ranges() {
    let Some(db) = postgres("collections_documents") else { return };
    let doc: SchemaDoc = serde_json::from_str(SCHEMA).unwrap();
    let models = doc.build().unwrap();
    relata::create_missing(&db, &models.views().collect::<Vec<_>>()).unwrap();
    let made = asked(
        &db,
        json!({ "create": "Thing", "values": [
            { "numbers": [1, 2], "span": [1, 5], "n": 3, "name": "Ann", "nick": "Anny" },
            { "tags": ["a", null], "numbers": [], "span": [{ "value": 5, "inclusive": false }, null], "n": 9, "name": "bob" },
            { "tags": [], "span": [], "open": ["2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"], "n": 1, "name": "cy" }
        ] }),
    );
    // The default of the column, and a range of integers as the server counts it.
    assert_eq!(made[0]["tags"], json!(["it's", "\"new\""]));
    assert_eq!(made[1]["span"], json!([{ "value": 6, "inclusive": true }, { "value": null, "inclusive": false }]));
    assert_eq!(made[2]["span"], json!([]));
    let bounds = json!([{ "value": "2024-01-01T00:00:00.000000Z", "inclusive": true },
        { "value": "2024-02-01T00:00:00.000000Z", "inclusive": false }]);
    assert_eq!(made[2]["open"], bounds);
    let keys = |filter: Json| -> Vec<i64> {
        let found = asked(&db, json!({ "model": "Thing", "attributes": ["id"], "where": filter, "order": ["id"] }));
        found.as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
    };
    for (filter, expected) in [
        (json!({ "numbers": [1, 2] }), &[1][..]),
        (json!({ "numbers": [] }), &[2]),
        (json!({ "numbers": { "eq": [1, 2] } }), &[1]),
        (json!({ "numbers": { "ne": [1, 2] } }), &[2]),
        (json!({ "numbers": { "in": [[1, 2], [3]] } }), &[1]),
        (json!({ "numbers": { "contains": [2] } }), &[1]),
        (json!({ "numbers": { "contained": [1, 2, 3] } }), &[1, 2]),
        (json!({ "tags": { "overlap": ["a", "b"] } }), &[2]),
        (json!({ "not": { "tags": { "overlap": ["a", "b"] } } }), &[1, 3]),
        (json!({ "span": [1, 5] }), &[1]),
        (json!({ "span": [] }), &[3]),
        (json!({ "span": { "contains": 4 } }), &[1]),
        (json!({ "span": { "contains": [2, 3] } }), &[1]),
        (json!({ "span": { "contained": [0, 100] } }), &[1, 3]),
        (json!({ "span": { "overlap": [4, 7] } }), &[1, 2]),
        (json!({ "span": { "adjacent": [5, 6] } }), &[1, 2]),
        (json!({ "span": { "strict_left": [5, 6] } }), &[1]),
        (json!({ "span": { "strict_right": [1, 6] } }), &[2]),
        (json!({ "span": { "no_extend_right": [0, 5] } }), &[1]),
        (json!({ "span": { "no_extend_left": [1, 2] } }), &[1, 2]),
        (json!({ "open": { "contains": "2024-01-15T00:00:00Z" } }), &[3]),
        (json!({ "n": { "contained": [3, 10] } }), &[1, 2]),
        (json!({ "n": { "contained": { "col": "span" } } }), &[1, 2]),
        (json!({ "left": { "fn": "contains", "args": [{ "col": "span" }, { "col": "n" }] }, "is": true }), &[1, 2]),
        (json!({ "nick": "ANNY" }), &[1]),
        (json!({ "nick": { "starts_with": "aN" } }), &[1]),
    ] {
        assert_eq!(keys(filter.clone()), expected, "{filter}");
    }
}

#[test]
fn any_and_all_of_some_values_on_every_database() {
    for db in databases("any_and_all") {
        let doc: SchemaDoc = serde_json::from_value(json!({ "models": { "Thing": { "attributes": {
            "n": { "type": "integer" }, "name": { "type": "string" },
        } } } }))
        .unwrap();
        let models = doc.build().unwrap();
        relata::create_missing(&db, &models.views().collect::<Vec<_>>()).unwrap();
        let ask = |request: Json| -> Json {
            let answer = DynFind::from_doc(&models, RequestDoc::from_json(&request).unwrap()).json(&db).unwrap();
            serde_json::from_str(&answer).unwrap()
        };
        ask(json!({ "create": "Thing", "values": [
            { "n": 1, "name": "ann" }, { "n": 5, "name": "bob" }, { "n": 9, "name": "cy" }, { "n": null, "name": null },
        ] }));
        for (filter, expected) in [
            (json!({ "n": { "any": [1, 9] } }), json!([1, 3])),
            (json!({ "n": { "eq": { "any": { "values": [1, 9] } } } }), json!([1, 3])),
            (json!({ "n": { "gt": { "any": [4, 8] } } }), json!([2, 3])),
            (json!({ "n": { "gt": { "all": [4, 8] } } }), json!([3])),
            (json!({ "n": { "ne": { "all": [1, 9] } } }), json!([2])),
            (json!({ "n": { "gte": { "any": [{ "col": "id" }, 100] } } }), json!([1, 2, 3])),
            (json!({ "name": { "like": { "any": ["a%", "%y"] } } }), json!([1, 3])),
            (json!({ "name": { "not_like": { "all": ["a%", "%y"] } } }), json!([2])),
            (json!({ "name": { "starts_with": { "any": ["b", "c"] } } }), json!([2, 3])),
        ] {
            let found = ask(json!({ "model": "Thing", "attributes": ["id"], "where": filter, "order": ["id"] }));
            let keys: Json = found.as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
            assert_eq!(keys, expected, "{filter} on {}", db.dialect().name);
        }
        for wrong in [
            json!({ "n": { "any": [] } }),
            json!({ "n": { "gt": { "all": [] } } }),
            json!({ "n": { "gt": { "any": 1 } } }),
        ] {
            let request = json!({ "model": "Thing", "where": wrong });
            assert!(RequestDoc::from_json(&request).is_err(), "{request}");
        }
    }
}

#[test]
fn what_a_database_does_not_have_is_refused_by_name() {
    let doc: SchemaDoc = serde_json::from_str(SCHEMA).unwrap();
    let models = doc.build().unwrap();
    let find = |filter: Json| {
        let request = json!({ "model": "Thing", "attributes": ["id"], "where": filter });
        DynFind::from_doc(&models, RequestDoc::from_json(&request).unwrap())
    };
    for dialect in [&SQLITE_3, &MYSQL_9_7, &MARIADB_10_11] {
        for filter in [json!({ "tags": { "contains": ["a"] } }), json!({ "span": { "contains": 1 } })] {
            let error = find(filter).to_sql(dialect).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
            assert!(error.to_string().contains(dialect.name) && error.to_string().contains("holds"), "{error}");
        }
    }
    // What is asked of the wrong type is wrong everywhere.
    for filter in [
        json!({ "tags": { "adjacent": ["a"] } }),
        json!({ "n": { "contains": 1 } }),
        json!({ "name": { "contained": ["a", "b"] } }),
        json!({ "span": { "overlap": { "col": "tags" } } }),
        json!({ "tags": { "contains": [1] } }),
        json!({ "span": { "contains": "x" } }),
        json!({ "span": { "contains": [1, 2, 3] } }),
        json!({ "tags": { "like": "a%" } }),
    ] {
        let error = find(filter.clone()).to_sql(&POSTGRES_15).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TypeMismatch, "{filter}: {error}");
    }
}

#[derive(Model, Debug, Clone)]
#[model(table = "places")]
struct Place {
    #[key(auto)]
    id: i64,
    #[column(type = "geometry(point,4326)")]
    spot: Json,
    #[column(type = "geometry")]
    outline: Option<Json>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "regions")]
struct Region {
    #[key(auto)]
    id: i64,
    #[column(type = "geography(point,4326)")]
    center: Json,
}

/// Numbers of JSON that are whole are written either way.
fn shape(json: &Json) -> Json {
    serde_json::from_str(&json.to_string().replace(".0,", ",").replace(".0]", "]")).unwrap()
}

#[test]
fn shapes_are_kept() {
    for db in databases("shapes") {
        let name = db.dialect().name;
        let created = relata::create_missing(&db, &[model::<Place>()]);
        match (name, &created) {
            ("sqlite", _) => {
                assert_eq!(created.unwrap_err().kind(), ErrorKind::Unsupported);
                continue;
            }
            ("postgres", Err(error)) if error.to_string().contains("postgis") => {
                eprintln!("skipped: PostGIS is not installed; cargo xtask test installs it");
                continue;
            }
            _ => created.unwrap(),
        }
        let crs = json!({ "type": "name", "properties": { "name": "EPSG:4326" } });
        let paris = json!({ "type": "Point", "coordinates": [2.35, 48.85] });
        let square = json!({ "type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 4], [0, 0]]] });
        let place = Place::create(&db, |place| place.spot(paris.clone()).outline(square.clone())).unwrap();
        let kept = Place::find().filter(Place::ID.eq(place.id)).one(&db).unwrap().unwrap();
        // The reference system is that of the column; longitude comes first, as GeoJSON has it.
        assert_eq!(shape(&kept.spot), json!({ "type": "Point", "coordinates": [2.35, 48.85], "crs": crs }), "{name}");
        assert_eq!(kept.outline.as_ref().map(shape), Some(square.clone()), "{name}");
        let sql = match name {
            "mysql" => "SELECT ST_Longitude(spot) FROM places",
            _ => "SELECT ST_X(spot) FROM places",
        };
        assert_eq!(db.query(relata::Sql::trusted(sql), ()).one::<(f64,)>().unwrap(), Some((2.35,)), "{name}");
        // Another kind of shape, another system, and what is no shape are refused.
        for wrong in [
            square.clone(),
            json!({ "type": "Point", "coordinates": [1, 2], "crs": { "type": "name", "properties": { "name": "EPSG:3857" } } }),
            json!({ "type": "Circle", "coordinates": [1, 2] }),
            json!({ "type": "Point" }),
        ] {
            let error = Place::create(&db, |place| place.spot(wrong.clone())).unwrap_err();
            let kinds = [ErrorKind::Database, ErrorKind::TypeMismatch, ErrorKind::Validation];
            assert!(kinds.contains(&error.kind()), "{name}: {error:?}");
        }
        let error = Place::find().filter(Place::SPOT.eq(paris.clone())).all(&db).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{name}: {error}");
        assert_eq!(Place::find().filter(Place::OUTLINE.is_not_null()).count(&db).unwrap(), 1, "{name}");
        match name {
            "postgres" => {
                relata::create_missing(&db, &[model::<Region>()]).unwrap();
                let region = Region::create(&db, |region| region.center(paris.clone())).unwrap();
                assert_eq!(shape(&region.center)["coordinates"], json!([2.35, 48.85]));
            }
            _ => {
                let error = relata::create_missing(&db, &[model::<Region>()]).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Unsupported, "{name}: {error}");
            }
        }
    }
}

#[derive(Model, Debug, Clone)]
#[model(table = "nicks")]
struct Nick {
    #[key]
    id: i64,
    name: String,
    #[column(type = "citext")]
    nick: String,
}

#[test]
fn wildcards_of_text_whose_case_does_not_count_are_text() {
    for db in databases("nicks").into_iter().filter(|db| matches!(db.dialect().name, "sqlite" | "postgres")) {
        relata::create_missing(&db, &[model::<Nick>()]).unwrap();
        let rows = [(1, r"50\%x!", r"50\%x"), (2, r"50\ANYx", r"50\%x"), (3, r"a\b", r"a\b"), (4, "ab", r"a\b")];
        Nick::insert((Nick::ID, Nick::NAME, Nick::NICK)).rows(rows).run(&db).unwrap();
        let found = Nick::find().filter(Nick::NAME.starts_with(Nick::NICK)).order(Nick::ID.asc()).all(&db).unwrap();
        assert_eq!(found.iter().map(|nick| nick.id).collect::<Vec<_>>(), [1, 3], "{}", db.dialect().name);
    }
}

/// What one database matches as the text that it keeps, another refuses: that is said before it is asked.
#[test]
fn patterns_of_other_types_are_refused() {
    if let Some(db) = postgres("stays_patterns") {
        let finds = [
            Stay::find().filter(Stay::GUEST.starts_with(Stay::ADDRESS)),
            Stay::find().filter(Stay::ADDRESS.like("10.%")),
            Stay::find().filter(Stay::WORDS.substring("cat")),
        ];
        for find in finds {
            let error = find.all(&db).unwrap_err();
            assert_eq!(error.kind(), relata::ErrorKind::TypeMismatch, "{error}");
            assert!(error.to_string().contains("cast it to text"), "{error}");
        }
    }
}
