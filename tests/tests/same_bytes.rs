//! Typed columns, run-time trees and JSON documents write the same bytes; values never reach them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use proptest::{
    prelude::{ProptestConfig, Strategy, prop, prop_assert_eq, prop_oneof},
    proptest,
};
use relata::{
    DynFind, Find, ModelSet,
    dialect::POSTGRES_15,
    planner::{Options, Planner, Plans},
    prelude::*,
    request::{
        Encoder, Request,
        doc::{RequestDoc, col},
        typed::Predicate,
    },
};
use relata_testkit::{requests, tape::Tape, world::world};
use serde_json::{Value as Json, json};

#[derive(Model, Debug, Clone)]
#[model(table = "people")]
struct Person {
    #[key(auto)]
    id: i64,
    name: Option<String>,
    score: i32,
    boss_id: Option<i64>,
    #[belongs_to(key = boss_id)]
    boss: One<Person>,
    #[has_many(key = boss_id)]
    reports: Many<Person>,
}

fn key(request: &Request<'_>) -> Vec<u8> {
    request.check().unwrap();
    let mut bytes = Vec::new();
    request.write_key(&mut bytes);
    bytes
}

fn models() -> Arc<ModelSet> {
    relata::to_doc(&[model::<Person>()]).build().unwrap()
}

fn bytes_of(text: &str) -> Vec<u8> {
    let doc: RequestDoc = serde_json::from_str(text).unwrap();
    key(&DynFind::from_doc(&models(), doc).request().unwrap())
}

fn same(find: &Find<'_, Person>, text: &str) {
    assert_eq!(key(find.request()), bytes_of(text), "{text}");
}

#[test]
fn typed_and_json_are_one() {
    same(&Person::find(), r#"{"model": "Person"}"#);
    same(
        &Person::find().filter(Person::SCORE.gt(10)).filter(Person::NAME.eq("ann")),
        r#"{"model": "Person", "where": {"score": {"gt": 3}, "name": "bob"}}"#,
    );
    same(
        &Person::find().filter(all((Person::SCORE.gte(1), any((Person::NAME.is_null(), Person::ID.is_in([1, 2, 3])))))),
        r#"{"model": "Person", "where": {"score": {"gte": 7}, "or": [{"name": null}, {"id": [4, 5, 6, 7]}]}}"#,
    );
    same(
        &Person::find().filter(not(Person::NAME.starts_with("a%"))).filter(Person::NAME.ne(None::<&str>)),
        r#"{"model": "Person", "where": [{"not": {"name": {"starts_with": "x"}}}, {"name": {"ne": null}}]}"#,
    );
    same(
        &Person::find().filter(Person::BOSS.path(Person::BOSS.path(Person::NAME)).like("%")),
        r#"{"model": "Person", "where": {"$boss.boss.name$": {"like": "a"}}}"#,
    );
    same(
        &Person::find()
            .include(Person::REPORTS.filter(Person::SCORE.between(1, 2)).order(Person::ID.desc()).limit(5))
            .include(Person::BOSS)
            .order((Person::SCORE.desc().nulls_last(), Person::ID))
            .limit(20)
            .offset(40),
        r#"{"model": "Person", "limit": 3, "offset": 1,
            "include": [{"association": "reports", "where": {"score": {"between": [0, 9]}},
                         "order": [["id", "desc"]], "limit": 7}, "boss"],
            "order": [["score", "desc nulls last"], "id"]}"#,
    );
}

#[test]
fn a_tree_made_at_run_time_is_the_same() {
    let tree = DynFind::of(&models(), "Person").filter(col("score").gt(10)).filter(col("boss.name").is_null());
    let typed = Person::find().filter(Person::SCORE.gt(1)).filter(Person::BOSS.path(Person::NAME).is_null());
    assert_eq!(key(&tree.request().unwrap()), key(typed.request()));
}

#[test]
fn the_order_of_calls_does_not_matter() {
    let one = Person::find()
        .limit(1)
        .order(Person::ID.asc())
        .filter(Person::SCORE.gt(5))
        .include(Person::REPORTS.filter(Person::ID.gt(7)));
    let other = Person::find()
        .include(Person::REPORTS.filter(Person::ID.gt(7)))
        .filter(Person::SCORE.gt(5))
        .order(Person::ID.asc())
        .limit(1);
    assert_eq!(key(one.request()), key(other.request()));
    assert_eq!(one.request().binds(), other.request().binds());
}

/// The million of them are in `cargo bench -p relata-benches --bench growth`.
#[test]
fn many_shapes_are_not_kept() {
    let mut plans = Plans::new(200);
    for number in 0..20_000_u64 {
        let digits = all_of(|group| {
            for digit in (0..5).map(|place| number >> (3 * place) & 7) {
                match digit {
                    0 => group.add(Person::ID.eq(1)),
                    1 => group.add(Person::ID.ne(1)),
                    2 => group.add(Person::ID.lt(1)),
                    3 => group.add(Person::ID.lte(1)),
                    4 => group.add(Person::ID.gt(1)),
                    5 => group.add(Person::ID.gte(1)),
                    6 => group.add(Person::ID.is_null()),
                    _ => group.add(Person::ID.is_not_null()),
                }
            }
        });
        plans.get(Person::find().filter(digits).request(), &POSTGRES_15).unwrap();
        plans.get(Person::find().request(), &POSTGRES_15).unwrap();
        assert!(plans.stats().plans <= 200, "{:?}", plans.stats());
    }
    // What is in use stays: it was planned once.
    assert_eq!(plans.stats().misses, 20_001, "{:?}", plans.stats());
}

#[test]
fn lists_of_many_lengths_make_few_shapes() {
    let mut shapes = std::collections::BTreeSet::new();
    for len in 0..1_000i64 {
        let ids: Vec<i64> = (0..len).collect();
        shapes.insert(key(Person::find().filter(Person::ID.is_in(&ids)).request()));
    }
    assert!(shapes.len() <= 8, "{} shapes", shapes.len());
}

#[test]
fn values_are_not_in_the_text() {
    let canary = "x' OR 1=1 --";
    let find = Person::find().filter(any((Person::NAME.eq(canary), Person::NAME.substring(canary))));
    for dialect in relata::dialect::ALL {
        assert!(!find.to_sql(dialect).unwrap().contains("1=1"));
    }
}

/// A condition that is written in both ways: with typed columns and as a document.
#[derive(Debug, Clone)]
enum Either {
    Score(u8, i32),
    Name(u8, String),
    Boss(Option<String>),
    Ids(Vec<i64>),
    Any(Vec<Either>),
    All(Vec<Either>),
    Not(Box<Either>),
}

impl<'q> Predicate<'q, Person> for Either {
    fn write(self, out: &mut Encoder<'_, 'q>) -> relata::Result<()> {
        match self {
            Either::Score(0, value) => Person::SCORE.eq(value).write(out),
            Either::Score(1, value) => Person::SCORE.gte(value).write(out),
            Either::Score(_, value) => Person::SCORE.between(value, value).write(out),
            Either::Name(0, value) => Person::NAME.like(value).write(out),
            Either::Name(1, value) => Person::NAME.ends_with(value).write(out),
            Either::Name(_, value) => Predicate::<Person>::write(lower(Person::NAME).ne(value), out),
            Either::Boss(value) => Person::BOSS.path(Person::NAME).eq(value).write(out),
            Either::Ids(values) => Person::ID.not_in(values).write(out),
            Either::Any(members) => any(members).write(out),
            Either::All(members) => all(members).write(out),
            Either::Not(inner) => not(*inner).write(out),
        }
    }

    fn write_conjuncts(self, out: &mut Encoder<'_, 'q>) -> relata::Result<()> {
        match self {
            Either::All(members) => all(members).write_conjuncts(out),
            other => other.write(out),
        }
    }
}

impl Either {
    fn json(&self) -> Json {
        let group = |members: &[Either]| members.iter().map(Either::json).collect::<Vec<_>>();
        match self {
            Either::Score(0, value) => json!({ "score": value }),
            Either::Score(1, value) => json!({ "score": { "gte": value } }),
            Either::Score(_, value) => json!({ "score": { "between": [value, value] } }),
            Either::Name(0, value) => json!({ "name": { "like": value } }),
            Either::Name(1, value) => json!({ "name": { "ends_with": value } }),
            Either::Name(_, value) => json!({ "left": { "fn": "lower", "args": [{ "col": "name" }] }, "ne": value }),
            Either::Boss(value) => json!({ "$boss.name$": value }),
            Either::Ids(values) => json!({ "id": { "not_in": values } }),
            Either::Any(members) => json!({ "or": group(members) }),
            Either::All(members) => json!({ "and": group(members) }),
            Either::Not(inner) => json!({ "not": inner.json() }),
        }
    }
}

fn either() -> impl Strategy<Value = Either> {
    let leaf = prop_oneof![
        (0u8..3, proptest::num::i32::ANY).prop_map(|(op, value)| Either::Score(op, value)),
        (0u8..3, "[a-z%]{0,4}").prop_map(|(op, value)| Either::Name(op, value)),
        proptest::option::of("[a-z]{1,3}").prop_map(Either::Boss),
        prop::collection::vec(proptest::num::i64::ANY, 0..40).prop_map(Either::Ids),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Either::Any),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Either::All),
            inner.prop_map(|inner| Either::Not(Box::new(inner))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Typed columns and documents write the same bytes and the same values.
    #[test]
    fn typed_and_documents_write_the_same(condition in either()) {
        let find = Person::find().filter(condition.clone());
        let text = json!({ "model": "Person", "where": condition.json() });
        let request = DynFind::from_doc(&models(), RequestDoc::from_json(&text).unwrap()).request().unwrap();
        prop_assert_eq!(key(find.request()), key(&request), "{}", text);
        prop_assert_eq!(find.request().binds().len(), request.binds().len());
    }

    /// Equal bytes give equal SQL, and a document survives being written and read.
    #[test]
    fn equal_bytes_give_equal_sql(seed in 0u64..8, tape in prop::collection::vec(proptest::num::u8::ANY, 0..120)) {
        let world = world(seed).unwrap();
        let doc = requests::request(&world, &mut Tape::new(&tape));
        let again = RequestDoc::from_json(&doc.to_json()).unwrap();
        let first = DynFind::from_doc(&world.models, doc).request();
        let second = DynFind::from_doc(&world.models, again).request();
        let (Ok(first), Ok(second)) = (first, second) else { return Ok(()) };
        prop_assert_eq!(key(&first), key(&second));
        for dialect in relata::dialect::ALL {
            let texts = |request: &Request<'_>| {
                let plan = Planner::new().plan(request, dialect, &Options::default());
                plan.map(|plan| plan.steps.iter().map(|step| step.sql.clone()).collect::<Vec<_>>()).map_err(|e| e.to_string())
            };
            prop_assert_eq!(texts(&first), texts(&second));
        }
    }
}
