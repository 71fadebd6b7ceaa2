//! One case, one file, one reviewable snapshot: the request, how it is loaded, and the SQL of every dialect.
//!
//! Every text is parsed back by an independent parser and prepared on the databases that are there.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write;

use relata::{
    Database, DynFind, ModelSet,
    dialect::Capabilities,
    orm::Executor,
    planner::{Force, Loading, Options, Plan, Planner},
    request::doc::RequestDoc,
};
use relata_testkit::databases::databases;
use relata_tests::{files, folder, schema};
use serde_json::Value as Json;
use sqlparser::{
    dialect::{Dialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect},
    parser::{Parser, ParserOptions},
};

struct Case {
    title: String,
    request: Json,
    force: Vec<Force>,
    refused: bool,
}

fn read(path: &std::path::Path) -> Case {
    let json: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let force = json["force"].as_object().into_iter().flatten().map(|(path, loading)| Force {
        path: path.clone(),
        loading: Loading::from_name(loading.as_str().unwrap()).unwrap(),
    });
    Case {
        title: json["title"].as_str().unwrap().to_owned(),
        request: json["request"].clone(),
        force: force.collect(),
        refused: json["refused"].as_bool().unwrap_or(false),
    }
}

fn plan(case: &Case, models: &std::sync::Arc<ModelSet>, dialect: &'static Capabilities) -> Result<Plan, relata::Error> {
    let doc = RequestDoc::from_json(&case.request)?;
    let mut found: Option<Plan> = None;
    for (of, request) in DynFind::from_doc(models, doc).requests()? {
        // A count is a plan of its own, in which nothing is loaded.
        let force = if of == "find" { case.force.clone() } else { Vec::new() };
        let options = Options { force, verify: true, ..Options::default() };
        let plan = Planner::new().plan(&request, dialect, &options)?;
        match &mut found {
            Some(first) => first.steps.extend(plan.steps),
            None => found = Some(plan),
        }
    }
    found.ok_or_else(|| relata::Error::internal("a document asks for nothing"))
}

/// The snapshot of a case, and the statements of each dialect in it.
fn snapshot(case: &Case, models: &std::sync::Arc<ModelSet>) -> (String, Vec<(&'static Capabilities, Vec<String>)>) {
    let mut out = format!("case: {}\nrequest: {}\n", case.title, case.request);
    if !case.force.is_empty() {
        let forces: Vec<String> =
            case.force.iter().map(|force| format!("{} by {}", force.path, force.loading.name())).collect();
        writeln!(out, "forced: {}", forces.join(", ")).unwrap();
    }
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    let mut statements = Vec::new();
    let mut notes = String::new();
    for dialect in relata::dialect::ALL {
        let text = match plan(case, models, dialect) {
            Ok(plan) => {
                notes = plan.explain();
                let texts: Vec<String> = plan.steps.iter().map(|step| step.sql.to_string()).collect();
                let joined = texts.join("\n");
                statements.push((dialect, texts));
                joined
            }
            Err(error) => format!("{}: {error}", error.kind().name()),
        };
        match groups.iter_mut().find(|(known, _)| *known == text) {
            Some((_, names)) => names.push(dialect.name),
            None => groups.push((text, vec![dialect.name])),
        }
    }
    if !notes.is_empty() {
        out.push_str("loading:\n");
        notes.lines().for_each(|line| writeln!(out, "  {line}").unwrap());
    }
    for (text, names) in groups {
        write!(out, "--- {}\n{text}\n", names.join(", ")).unwrap();
    }
    (out, statements)
}

/// One statement, whose text parses, and parses to the same when it is printed and parsed again.
fn parse_back(sql: &str, dialect: &'static Capabilities) -> Result<(), String> {
    if sql.contains(" FOR KEY SHARE") || sql.contains(" FOR NO KEY UPDATE") {
        // sqlparser does not know these two locks; the live server prepares them below.
        return Ok(());
    }
    if sql.contains(" INDEXED BY ") {
        // Nor these words of SQLite.
        return Ok(());
    }
    if sql.contains(" ON CONFLICT (") && sql.contains(") WHERE ") && sql.contains(" DO UPDATE ") {
        // Nor the condition of a unique index over some of the rows.
        return Ok(());
    }
    if sql.contains(" AS excluded ON DUPLICATE KEY ")
        || sql.contains(" LOCK IN SHARE MODE")
        || sql.contains(" () VALUES ()")
    {
        // Nor these words of MySQL and MariaDB.
        return Ok(());
    }
    let parser: &dyn Dialect = match dialect.name {
        "postgres" => &PostgreSqlDialect {},
        "mysql" | "mariadb" => &MySqlDialect {},
        _ => &SQLiteDialect {},
    };
    // What stands in texts is kept as it is written: the parser would print it without its backslashes.
    let parse = |sql: &str| {
        let options = ParserOptions::new().with_unescape(false);
        Parser::new(parser).with_options(options).try_with_sql(sql).and_then(|mut parser| parser.parse_statements())
    };
    let parsed = parse(sql).map_err(|error| format!("{error}\n{sql}"))?;
    if parsed.len() != 1 {
        return Err(format!("{} statements\n{sql}", parsed.len()));
    }
    let again = parse(&parsed[0].to_string()).map_err(|error| format!("{error}\n{}", parsed[0]))?;
    if again != parsed { Err(format!("it does not survive being printed\n{sql}")) } else { Ok(()) }
}

#[test]
fn every_case_is_what_was_reviewed() {
    let models = schema("blog");
    let databases = databases("cases");
    for db in &databases {
        let views: Vec<_> = models.views().collect();
        relata::create_missing(db, &views).unwrap();
    }
    let paths = files("cases", "json");
    assert!(paths.len() >= 120, "only {} cases", paths.len());
    let mut failures = Vec::new();
    for path in &paths {
        let group = path.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let case = read(path);
        let (text, statements) = snapshot(&case, &models);
        if case.refused != statements.is_empty() && group != "lock" {
            failures.push(format!("{group}/{name}: refused is {}, and:\n{text}", case.refused));
        }
        for (dialect, texts) in &statements {
            for sql in texts {
                if let Err(error) = parse_back(sql, dialect) {
                    failures.push(format!("{group}/{name} on {}: {error}", dialect.name));
                }
                for db in databases.iter().filter(|db| db.dialect().name == dialect.name) {
                    if let Err(error) = prepare(db, sql) {
                        failures.push(format!("{group}/{name} on {}: {error:?}", dialect.name));
                    }
                }
            }
        }
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(folder().join("../snapshots").join(group));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            settings.bind(|| insta::assert_snapshot!(name.clone(), text));
        }));
        if outcome.is_err() {
            failures.push(format!("{name}: the snapshot differs"));
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n\n"));
}

fn prepare(db: &Database, sql: &str) -> Result<(), relata::Error> {
    db.with(&mut |session| session.prepare(sql))
}
