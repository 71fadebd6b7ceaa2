//! Every value in every place, run on every database inside of transactions that are rolled back: the answer is that of
//! the reference evaluator, the canary lives, nothing takes long, and nothing is left behind.

use std::time::{Duration, Instant};

use relata::{ErrorKind, Executor, Tx, request::doc::RequestDoc};
use relata_testkit::eval::{agrees, evaluate};
use serde_json::{Value as Json, json};

use crate::{
    atoms::{BYTES, values},
    compile::is_named,
    sinks::{ALIASES, Check, READS, Sink},
    world::{World, ask, named},
    writes::WRITES,
};

/// As long as a statement may take before it seems to sleep.
const LONG: Duration = Duration::from_secs(1);

type Outcome = Result<(), String>;

/// What the reference evaluator answers, where it has an opinion.
fn agrees_with_the_evaluator(world: &World, request: &Json, answer: &str) -> Outcome {
    let doc = RequestDoc::from_json(request).map_err(|error| error.to_string())?;
    let Ok(expected) = evaluate(&doc, &world.models, &world.data, world.semantics) else { return Ok(()) };
    let actual: Json = serde_json::from_str(answer).map_err(|error| format!("no JSON: {error}: {answer}"))?;
    agrees(&expected, &actual)
}

/// As many rows were changed as a count finds.
fn counted(world: &World, request: &Json, answer: &str) -> Outcome {
    let model = ["update", "destroy", "increment", "decrement"].iter().find_map(|call| request.get(call));
    let count = json!({ "count": model, "where": request["where"] });
    let doc = RequestDoc::from_json(&count).map_err(|error| error.to_string())?;
    let expected = evaluate(&doc, &world.models, &world.data, world.semantics)?.to_json();
    let actual: Json = serde_json::from_str(answer).map_err(|error| format!("no JSON: {error}: {answer}"))?;
    if actual["affected"] == expected["count"] {
        return Ok(());
    }
    Err(format!("{actual}, and a count finds {expected}"))
}

/// What was written is what is read.
fn stored(world: &World, tx: &Tx, request: &Json, expected: &Json, attribute: &str) -> Outcome {
    let read = ask(tx, &world.models, request).map_err(|error| format!("{error:?}"))?;
    let read: Json = serde_json::from_str(&read).map_err(|error| format!("no JSON: {error}: {read}"))?;
    if read[0][attribute] == *expected { Ok(()) } else { Err(format!("{read}, and {expected} was written")) }
}

fn check(world: &World, tx: &Tx, sink: &Sink, text: &str, request: &Json, answer: &str) -> Outcome {
    match sink.check {
        Check::Nothing => Ok(()),
        Check::Answer => agrees_with_the_evaluator(world, request, answer),
        Check::Affected => counted(world, request, answer),
        Check::Stored(id) => {
            let read = json!({ "model": "Word", "attributes": ["text"], "where": { "id": id } });
            stored(world, tx, &read, &text.into(), "text")
        }
        Check::Document => {
            let read = json!({ "model": "Note", "attributes": ["meta"], "where": { "id": 900_001 } });
            stored(world, tx, &read, &request["values"]["meta"], "meta")
        }
    }
}

/// Runs one text in one place.
fn run(world: &World, sink: &Sink, text: &str) -> Outcome {
    let request = (sink.request)(text);
    let tx = world.db.begin().map_err(|error| format!("no transaction begins: {error:?}"))?;
    let started = Instant::now();
    let outcome = ask(&tx, &world.models, &request);
    let took = started.elapsed();
    let checked = match outcome {
        Ok(answer) => check(world, &tx, sink, text, &request, &answer),
        Err(error) if is_named(error.kind()) => Ok(()),
        Err(error) if sink.may_be_refused && error.kind() == ErrorKind::Database => Ok(()),
        Err(error) => Err(format!("{error:?}")),
    };
    let lives = if tx.has_failed() { Ok(()) } else { world.canary_lives(&tx) };
    let ended = tx.rollback().map_err(|error| format!("it does not end: {error:?}"));
    if took > LONG {
        return Err(format!("it takes {took:?}"));
    }
    checked.and(lives).and(ended)
}

/// Runs every text in some places.
fn run_all(world: &World, sinks: &[Sink]) {
    let (atoms, mut wrong) = (values(), Vec::new());
    for sink in sinks {
        for atom in &atoms {
            // What is slow once may be the machine.
            let outcome = run(world, sink, &atom.text)
                .or_else(|first| if first.starts_with("it takes") { run(world, sink, &atom.text) } else { Err(first) });
            if let Err(error) = outcome {
                let shown: String = error.chars().take(500).collect();
                wrong.push(format!("{}, {}: {:?}: {shown}", sink.name, atom.class, atom.text));
            }
        }
        if let Err(error) = world.nothing_changed() {
            wrong.push(format!("{}: {}", sink.name, error.chars().take(500).collect::<String>()));
            break;
        }
    }
    let name = world.db.dialect().name;
    let first: Vec<&str> = wrong.iter().take(12).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} are wrong on {name}:\n{}", wrong.len(), first.join("\n"));
}

fn on(name: &str, test: &str, sinks: &[Sink]) {
    for db in named(name, test) {
        run_all(&World::new(db), sinks);
    }
}

type Triple = (String, String, String);

/// Raw SQL, whose binds take any text wherever the marker stands.
fn raw(name: &str, test: &str) {
    for db in named(name, test) {
        let world = World::new(db);
        let ty = if ["mysql", "mariadb"].contains(&name) { "CHAR" } else { "TEXT" };
        let pair = format!("SELECT CAST(:first AS {ty}) AS a, CAST(:second AS {ty}) AS b, CAST(:first AS {ty}) AS c");
        let placed = format!("SELECT CAST(? AS {ty}) AS a, CAST(? AS {ty}) AS b, ':first ? $1' AS c");
        let numbered = format!("SELECT CAST($2 AS {ty}) AS a, CAST($1 AS {ty}) AS b, CAST($2 AS {ty}) AS c");
        for atom in values() {
            let text = atom.text.as_str();
            let tx = world.db.begin().unwrap();
            let answers = [
                tx.query(relata::Sql::trusted(&pair), [("first", text), ("second", ":first")])
                    .all::<Triple>()
                    .map(|rows| rows == [(text.to_owned(), ":first".to_owned(), text.to_owned())]),
                tx.query(relata::Sql::trusted(&placed), (text, "?"))
                    .all::<Triple>()
                    .map(|rows| rows == [(text.to_owned(), "?".to_owned(), ":first ? $1".to_owned())]),
                tx.query(relata::Sql::trusted(&numbered), ("$2", text))
                    .all::<Triple>()
                    .map(|rows| rows == [(text.to_owned(), "$2".to_owned(), text.to_owned())]),
                tx.query(
                    "SELECT text FROM words WHERE text IN (:some) AND text <> :other",
                    [("some", relata::list([text, "no such text"])), ("other", "'".into())],
                )
                .all::<(String,)>()
                .map(|rows| rows.iter().all(|(found,)| found == text)),
            ];
            for answer in answers {
                match answer {
                    Ok(same) => assert!(same, "{:?} on {name}", atom.text),
                    Err(error) => assert!(is_named(error.kind()), "{:?} on {name}: {error:?}", atom.text),
                }
            }
            if !tx.has_failed() {
                world.canary_lives(&tx).unwrap();
            }
            tx.rollback().unwrap();
        }
        world.nothing_changed().unwrap();
    }
}

/// Bytes are kept as they are, and none of them is text.
fn bytes(name: &str, test: &str) {
    for db in named(name, test) {
        let world = World::new(db);
        let notes = relata::DynModel::of(&world.models, "Note").unwrap();
        for bytes in BYTES {
            let tx = world.db.begin().unwrap();
            notes.create(&tx, notes.draft().with("id", 900_001_i64).with("raw", bytes.to_vec())).unwrap();
            let read: Vec<(Vec<u8>,)> =
                tx.query("SELECT raw FROM notes WHERE raw = ? AND id > 900000", (bytes.to_vec(),)).all().unwrap();
            assert_eq!(read, [(bytes.to_vec(),)], "{name}");
            world.canary_lives(&tx).unwrap();
            tx.rollback().unwrap();
        }
        world.nothing_changed().unwrap();
    }
}

/// The places in parts, so that each test is soon done.
macro_rules! on_each {
    ($($name:ident)+) => {
        $(mod $name {
            use super::{ALIASES, READS, WRITES, bytes, on, raw};

            const NAME: &str = stringify!($name);

            #[test]
            fn conditions_answer_what_they_mean() {
                on(NAME, "hostile_reads", &READS[..20]);
            }

            #[test]
            fn values_elsewhere_answer_what_they_mean() {
                on(NAME, "hostile_values", &READS[20..40]);
            }

            #[test]
            fn other_types_answer_what_they_mean() {
                on(NAME, "hostile_types", &READS[40..]);
            }

            #[test]
            fn names_of_answers_are_kept() {
                on(NAME, "hostile_aliases", &ALIASES);
            }

            #[test]
            fn what_is_created_is_what_was_given() {
                on(NAME, "hostile_creates", &WRITES[..12]);
            }

            #[test]
            fn what_is_changed_is_what_was_meant() {
                on(NAME, "hostile_changes", &WRITES[12..]);
            }

            #[test]
            fn binds_of_raw_sql_are_values() {
                raw(NAME, "hostile_raw");
            }

            #[test]
            fn bytes_are_kept() {
                bytes(NAME, "hostile_bytes");
            }
        })+
    };
}

on_each! { sqlite postgres mariadb mysql }
