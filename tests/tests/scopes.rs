//! Scopes: by default, by name, with arguments, dropped, and how they merge; on every database.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use relata::{
    DynFind, ErrorKind, SchemaDoc,
    dialect::POSTGRES_15,
    orm::DynModel,
    prelude::*,
    request::doc::{ModelPolicy, Policy, RequestDoc},
};
use relata_testkit::databases::databases;
use serde_json::json;

#[derive(Model, Debug, Clone)]
#[model(
    table = "people",
    default_scope = r#"{"where": {"active": true, "kind": ["a", "b"]}, "order": [["age", "desc"]]}"#,
    scope("adults", r#"{"where": {"age": {"gte": 18}}}"#),
    scope("older_than", r#"{"where": {"age": {"gt": {"arg": "age"}}}, "limit": 2}"#),
    scope("by_name", r#"{"order": ["name"], "include": ["pets"]}"#)
)]
struct Person {
    #[key(auto)]
    id: i64,
    name: String,
    age: i32,
    active: bool,
    kind: String,
    #[has_many(key = owner_id)]
    pets: Many<Pet>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "pets")]
struct Pet {
    #[key(auto)]
    id: i64,
    name: String,
    owner_id: i64,
    #[belongs_to(key = owner_id)]
    owner: One<Person>,
}

fn fill(db: &Database) {
    relata::create_missing(db, &[model::<Person>(), model::<Pet>()]).unwrap();
    for (name, age, active, kind) in [
        ("ann", 30, true, "a"),
        ("bob", 10, true, "b"),
        ("cy", 40, false, "a"),
        ("di", 50, true, "c"),
        ("ed", 20, true, "a"),
    ] {
        let person = |draft: PersonDraft| draft.name(name).age(age).active(active).kind(kind);
        Person::create(db, |draft| person(draft).pets(|pet| pet.name(format!("{name}'s")))).unwrap();
    }
}

fn names(people: &[Record<Person>]) -> Vec<&str> {
    people.iter().map(|person| person.name.as_str()).collect()
}

fn on_all(test: &str, run: impl Fn(&Database)) {
    for db in databases(test) {
        fill(&db);
        run(&db);
    }
}

#[test]
fn the_default_scope_holds_until_it_is_dropped() {
    on_all("scope_default", |db| {
        assert_eq!(names(&Person::find().all(db).unwrap()), ["ann", "ed", "bob"]);
        assert_eq!(Person::find().count(db).unwrap(), 3);
        assert_eq!(names(&Person::find().filter(Person::AGE.gt(15)).all(db).unwrap()), ["ann", "ed"]);
        let all = Person::find().unscoped().order(Person::ID).all(db).unwrap();
        assert_eq!(names(&all), ["ann", "bob", "cy", "di", "ed"]);
        assert_eq!(Person::find().unscoped().count(db).unwrap(), 5);
    });
}

#[test]
fn the_default_scope_holds_for_includes_and_paths() {
    on_all("scope_paths", |db| {
        let pets = Pet::find().include(Pet::OWNER).order(Pet::ID).all(db).unwrap();
        let owned: Vec<bool> = pets.iter().map(|pet| pet.owner.get().unwrap().is_some()).collect();
        assert_eq!(owned, [true, true, false, false, true]);
        let pets = Pet::find().filter(Pet::OWNER.path(Person::AGE).gt(25)).all(db).unwrap();
        assert_eq!(pets.len(), 1, "cy and di are out of scope");
        let pets = Pet::find().include(Pet::OWNER.required(false).unscoped()).all(db).unwrap();
        assert!(pets.iter().all(|pet| pet.owner.get().unwrap().is_some()));
    });
}

#[test]
fn the_default_scope_holds_for_writes_and_picks_no_rows_by_itself() {
    on_all("scope_writes", |db| {
        let error = Person::update().set(Person::AGE, 1).run(db).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{error}");
        assert_eq!(Person::update().set(Person::AGE, 1).all().run(db).unwrap(), 3);
        assert_eq!(Person::destroy().filter(Person::NAME.eq("cy")).run(db).unwrap(), 0);
        assert_eq!(Person::destroy().unscoped().filter(Person::NAME.eq("nobody")).run(db).unwrap(), 0);
        let mut cy = Person::find().unscoped().filter(Person::NAME.eq("cy")).required(db).unwrap();
        cy.age = 41;
        assert!(cy.save(db).unwrap(), "a record at hand is saved, whatever the scope says");
        cy.reload(db, |find| find.include(Person::PETS)).unwrap();
        assert_eq!((cy.age, cy.pets.get().unwrap().len()), (41, 1));
    });
}

#[test]
fn named_scopes_merge_in_order_and_take_arguments() {
    on_all("scope_names", |db| {
        let adults = Person::find().scope("adults").order(Person::ID).all(db).unwrap();
        assert_eq!(names(&adults), ["ann", "cy", "di", "ed"], "naming a scope leaves the default one out");
        let old = Person::find().scope_with("older_than", &[("age", json!(25))]).scope("by_name").all(db).unwrap();
        assert_eq!(names(&old), ["ann", "cy"]);
        assert!(old[0].pets.is_loaded());
        let one = Person::find().scope_with("older_than", &[("age", json!(25))]).limit(1).all(db).unwrap();
        assert_eq!(one.len(), 1, "what the find says comes last");
        for wrong in [
            Person::find().scope("adlts"),
            Person::find().scope("older_than"),
            Person::find().scope_with("adults", &[("age", json!(1))]),
        ] {
            assert_eq!(wrong.all(db).unwrap_err().kind(), ErrorKind::Request);
        }
        let error = Person::find().scope("adlts").all(db).unwrap_err().to_string();
        assert!(error.contains("did you mean \"adults\""), "{error}");
    });
}

#[test]
fn values_of_the_default_scope_stand_in_the_text() {
    let sql = Person::find().filter(Person::AGE.gt(1)).to_sql(&POSTGRES_15).unwrap();
    assert!(sql.contains(r#""t0"."active" = TRUE AND "t0"."kind" IN ('a', 'b') AND "t0"."age" > $1"#), "{sql}");
}

#[test]
fn documents_have_scopes_too() {
    let doc: SchemaDoc = serde_json::from_value(json!({ "models": { "Person": {
        "table": "people",
        "attributes": {
            "name": { "type": "text" }, "age": { "type": "integer" }, "active": { "type": "boolean" },
            "kind": { "type": "text" },
        },
        "default_scope": { "where": { "active": true } },
        "scopes": {
            "adults": { "where": { "age": { "gte": 18 } } },
            "older_than": { "where": { "age": { "gt": { "arg": "age" } } } },
        },
    } } }))
    .unwrap();
    let models = doc.build().unwrap();
    assert_eq!(models.to_doc().models[0].1.scopes.len(), 2);
    on_all("scope_docs", |db| {
        let count = |request: serde_json::Value| {
            let doc = RequestDoc::from_json(&request).unwrap();
            assert_eq!(RequestDoc::from_json(&doc.to_json()).unwrap(), doc);
            DynFind::from_doc(&models, doc).json(db).unwrap()
        };
        assert_eq!(count(json!({"count": "Person"})), r#"{"count":4}"#);
        assert_eq!(count(json!({"count": "Person", "scope": []})), r#"{"count":5}"#);
        assert_eq!(count(json!({"count": "Person", "scope": ["adults"]})), r#"{"count":4}"#);
        assert_eq!(count(json!({"count": "Person", "scope": ["default", "adults"]})), r#"{"count":3}"#);
        assert_eq!(count(json!({"count": "Person", "scope": [{"older_than": {"age": 30}}]})), r#"{"count":2}"#);
        let people = DynModel::of(&models, "Person").unwrap();
        assert_eq!(people.update().set("age", 1_i64).unwrap().all().run(db).unwrap(), 4);
        assert_eq!(people.find().scope(["adults"]).count(db).unwrap(), 1);
    });
}

#[test]
fn a_caller_who_is_not_trusted_never_drops_the_default_scope() {
    let doc: SchemaDoc = serde_json::from_value(json!({ "models": { "Person": {
        "attributes": { "name": { "type": "text" }, "tenant": { "type": "integer" } },
        "default_scope": { "where": { "tenant": 1 } },
        "scopes": { "named": { "where": { "name": { "ne": null } } } },
    } } }))
    .unwrap();
    let models = doc.build().unwrap();
    let policy = Policy::new().model("Person", ModelPolicy::new().read(["id", "name"]).scopes(["named"]));
    for scope in [json!([]), json!(["named"]), json!(["default"])] {
        let mut doc = RequestDoc::from_json(&json!({ "model": "Person", "scope": scope })).unwrap();
        policy.check(&mut doc, &models).unwrap();
        let (_, request) = DynFind::from_doc(&models, doc).requests().unwrap().remove(0);
        assert!(request.flags().scoped, "{scope}");
    }
}
