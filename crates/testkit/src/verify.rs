//! One random request, answered by a database and by the evaluator.

use std::collections::HashMap;

use relata::{
    Database, DynFind, DynRecord, ErrorKind,
    planner::{Force, Loading, Note, Options, PASSES, Plan, Planner},
    request::{
        Request,
        doc::{CallDoc, RequestDoc},
    },
};
use serde_json::Value as Json;

use crate::{
    eval::{Answer, Semantics, agrees, evaluate},
    requests,
    tape::Tape,
    world::{World, fill, world},
};

/// How many schemas random requests are drawn from.
pub const WORLDS: u64 = 40;

/// A database and the worlds that are in it so far.
pub struct Verifier {
    /// The database.
    pub db: Database,
    semantics: Semantics,
    worlds: HashMap<u64, World>,
    /// How many requests had an answer that was compared.
    pub answered: usize,
    /// How many were refused by both.
    pub refused: usize,
}

impl Verifier {
    /// A verifier on an empty database.
    pub fn new(db: Database) -> Self {
        // The one thing that a database is free to decide, and that the evaluator must know.
        let name = db.dialect().name;
        let (nulls_sort_low, folds_unicode) = (name != "postgres", matches!(name, "mysql" | "mariadb"));
        Verifier {
            db,
            semantics: Semantics { nulls_sort_low, folds_unicode },
            worlds: HashMap::new(),
            answered: 0,
            refused: 0,
        }
    }

    fn world(&mut self, seed: u64) -> Result<&World, String> {
        if !self.worlds.contains_key(&seed) {
            let world = world(seed).map_err(|error| format!("world {seed}: {error}"))?;
            fill(&self.db, &world).map_err(|error| format!("world {seed}: {error:?}"))?;
            self.worlds.insert(seed, world);
        }
        Ok(&self.worlds[&seed])
    }

    /// Checks the request that a tape makes on the world of a seed.
    ///
    /// # Errors
    ///
    /// What differs, with the request, its SQL and a line that replays it.
    pub fn check(&mut self, seed: u64, bytes: &[u8]) -> Result<(), String> {
        let semantics = self.semantics;
        let db = self.db.clone();
        let world = self.world(seed)?;
        let doc = requests::request(world, &mut Tape::new(bytes));
        let outcome = check_one(&db, world, &doc, semantics);
        match outcome {
            Ok(true) => self.answered += 1,
            Ok(false) => self.refused += 1,
            Err(message) => {
                let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                return Err(format!(
                    "{message}\non {}\nrequest: {}\n{}replay: cargo xtask verify --replay {seed}:{hex}",
                    db.dialect().name,
                    doc.to_json(),
                    sql_of(&db, world, &doc)
                ));
            }
        }
        Ok(())
    }
}

fn sql_of(db: &Database, world: &World, doc: &RequestDoc) -> String {
    let Ok(request) = DynFind::from_doc(&world.models, doc.clone()).request() else { return String::new() };
    match Planner::new().plan(&request, db.dialect(), &Options::default()) {
        Ok(plan) => plan.steps.iter().map(|step| format!("sql: {}\n", step.sql)).collect(),
        Err(error) => format!("plan: {error:?}\n"),
    }
}

/// Whether the request had an answer; both may refuse it.
fn check_one(db: &Database, world: &World, doc: &RequestDoc, semantics: Semantics) -> Result<bool, String> {
    let expected = evaluate(doc, &world.models, &world.data, semantics);
    let find = DynFind::from_doc(&world.models, doc.clone());
    let actual = find.json(db);
    let expected = match (expected, &actual) {
        (Ok(expected), _) => expected,
        // What the contract does not cover may be answered or refused, but never by a failure of the database.
        (Err(_), Err(error)) if error.kind() != ErrorKind::Internal => return Ok(false),
        (Err(_), Ok(_)) => return Ok(false),
        (Err(why), Err(error)) => return Err(format!("the evaluator refuses ({why}), relata fails: {error:?}")),
    };
    let actual = match actual {
        Ok(actual) => actual,
        Err(error) if error.kind() == ErrorKind::Unsupported => return Ok(false),
        Err(error) => return Err(format!("relata fails: {error:?}\nexpected: {}", expected.to_json())),
    };
    compare(&expected, &actual)?;
    if doc.call == CallDoc::Find {
        let request = find.request().map_err(|error| error.to_string())?;
        alternatives(db, &request, &expected)?;
    }
    Ok(true)
}

fn compare(expected: &Answer, actual: &str) -> Result<(), String> {
    let json: Json = serde_json::from_str(actual).map_err(|error| format!("no JSON ({error}): {actual}"))?;
    agrees(expected, &json).map_err(|why| format!("{why}\nexpected: {}\nactual:   {actual}", expected.to_json()))
}

/// Whether what stands behind a path leads on.
fn is_below(rest: &str) -> bool {
    rest.starts_with('.')
}

/// The same plan into records, which rows reach on another way than they reach JSON. Groups are no records of a model.
fn records(db: &Database, plan: &Plan, request: &Request<'_>, expected: &Answer) -> Result<(), String> {
    if plan.grouped {
        return Ok(());
    }
    let records =
        relata::orm::records_of_plan(db, plan, request).map_err(|error| format!("into records: {error:?}"))?;
    let json: Json = records.iter().map(DynRecord::to_json).collect();
    compare(expected, &json.to_string()).map_err(|why| format!("into records: {why}"))
}

/// The same request with every pass off, each pass off alone, and every loading that is legal: all agree.
fn alternatives(db: &Database, request: &Request<'_>, expected: &Answer) -> Result<(), String> {
    let mut variants: Vec<(String, Options)> = Vec::new();
    let all: Vec<&'static str> = PASSES.iter().map(|pass| pass.name).collect();
    variants.push(("all passes off".to_owned(), Options { without: all, ..Options::default() }));
    for pass in PASSES {
        let options = Options { without: vec![pass.name], ..Options::default() };
        variants.push((format!("{} off", pass.name), options));
    }
    let plan = Planner::new().plan(request, db.dialect(), &Options::default()).map_err(|error| error.to_string())?;
    for note in &plan.notes {
        for loading in Loading::ALL {
            if loading != note.loading && !(note.loading == Loading::SemiJoin) {
                let force = vec![Force { path: note.path.to_string(), loading }];
                variants
                    .push((format!("{} by {}", note.path, loading.name()), Options { force, ..Options::default() }));
            }
        }
    }
    // An edge in a statement of its own, and one below it joined there: what is below such an edge is else never joined.
    for above in &plan.notes {
        for below in plan.notes.iter().filter(|note| note.path.strip_prefix(&*above.path).is_some_and(is_below)) {
            let by = |note: &Note, loading| Force { path: note.path.to_string(), loading };
            let force = vec![by(above, Loading::Separate), by(below, Loading::Join)];
            let name = format!("{} apart and {} joined to it", above.path, below.path);
            variants.push((name, Options { force, ..Options::default() }));
        }
    }
    records(db, &plan, request, expected)?;
    let mut seen: Vec<Vec<String>> = vec![plan.steps.iter().map(|step| step.sql.to_string()).collect()];
    for (name, options) in variants {
        let plan = match Planner::new().plan(request, db.dialect(), &options) {
            Ok(plan) => plan,
            Err(error) if error.kind() == ErrorKind::Internal => return Err(format!("{name}: {error:?}")),
            // A force that cannot give the same rows is refused.
            Err(_) => continue,
        };
        let texts: Vec<String> = plan.steps.iter().map(|step| step.sql.to_string()).collect();
        if seen.contains(&texts) {
            continue;
        }
        let answer =
            relata::orm::json_of_plan(db, &plan, request).map_err(|error| format!("with {name}: {error:?}"))?;
        compare(expected, &answer)
            .and_then(|()| records(db, &plan, request, expected))
            .map_err(|why| format!("with {name}: {why}\n{}", texts.join("\n")))?;
        seen.push(texts);
    }
    Ok(())
}
