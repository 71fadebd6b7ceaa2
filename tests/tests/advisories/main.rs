//! Published vulnerabilities of libraries like this one, each as a test: what broke there must be inert here, or refused by
//! name. A test is named after the advisory; where several have one mechanism its comment lists them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod builders;
mod javascript;
mod others;
mod python;
mod ruby;
mod rust;
mod server;

use std::sync::Arc;

use relata::{
    Database, DynFind, Error, ErrorKind, Executor, ModelSet, Result, SchemaDoc,
    dialect::Capabilities,
    planner::{Options, Planner},
    request::doc::RequestDoc,
};
use relata_testkit::databases::databases;
use serde_json::{Value as Json, json};

/// Users with secrets, their posts, and rows of several tenants.
fn schema() -> Json {
    json!({ "models": {
        "User": {
            "attributes": {
                "id": { "type": "bigint", "primary_key": true },
                "name": { "type": "string(300)" },
                "email": { "type": "string(300)", "unique": true },
                "password": { "type": "text" },
                "role": { "type": "enum('user','admin')", "default": "user" },
                "score": { "type": "integer", "default": 0 },
                "amount": { "type": "decimal(10,2)" },
                "token": { "type": "uuid" },
                "moment": { "type": "timestamp(6)" },
                "meta": { "type": "json" }
            },
            "associations": { "posts": { "has_many": "Post", "foreign_key": "author_id" } },
            "scopes": { "of_token": { "where": { "password": { "arg": "password" } } } }
        },
        "Post": {
            "paranoid": true,
            "attributes": {
                "id": { "type": "bigint", "primary_key": true },
                "title": { "type": "string(300)" },
                "tenant": { "type": "integer", "default": 1 },
                "views": { "type": "integer", "default": 0 },
                "author_id": { "type": "bigint" }
            },
            "associations": { "author": { "belongs_to": "User", "foreign_key": "author_id" } },
            "default_scope": { "where": { "tenant": 1 } }
        }
    } })
}

fn models_of(schema: &Json) -> Result<Arc<ModelSet>> {
    SchemaDoc::from_json(schema)?.build()
}

fn models() -> Arc<ModelSet> {
    models_of(&schema()).unwrap()
}

/// The statements of a document, with the number of values of each.
fn compile_of(models: &Arc<ModelSet>, request: &Json, dialect: &'static Capabilities) -> Result<Vec<(String, usize)>> {
    let mut found = Vec::new();
    for (_, request) in DynFind::from_doc(models, RequestDoc::from_json(request)?).requests()? {
        let plan = Planner::new().plan(&request, dialect, &Options::default())?;
        found.extend(plan.steps.iter().map(|step| (step.sql.to_string(), step.placeholders())));
    }
    Ok(found)
}

fn compile(request: &Json, dialect: &'static Capabilities) -> Result<Vec<(String, usize)>> {
    compile_of(&models(), request, dialect)
}

/// The error with which every dialect refuses a document.
fn refusal(request: &Json) -> Error {
    let mut first = None;
    for dialect in relata::dialect::ALL {
        match compile(request, dialect) {
            Ok(statements) => panic!("{request} becomes {statements:?} on {}", dialect.name),
            Err(error) => drop(first.get_or_insert(error)),
        }
    }
    first.unwrap()
}

fn refused(request: &Json, kind: ErrorKind) {
    let error = refusal(request);
    assert_eq!(error.kind(), kind, "{request}: {error}");
}

/// Refused because nothing has that name, or nothing may.
fn unknown(request: &Json) {
    let kind = refusal(request).kind();
    let kinds = [
        ErrorKind::UnknownAttribute,
        ErrorKind::UnknownAssociation,
        ErrorKind::Unsupported,
        ErrorKind::Request,
        ErrorKind::Document,
    ];
    assert!(kinds.contains(&kind), "{request}: {kind:?}");
}

/// Each text is refused by name, or changes nothing of the statements: whether a dialect can say such a request at all or
/// not.
fn inert_or_refused(request: impl Fn(&str) -> Json, texts: &[&str]) {
    for dialect in relata::dialect::ALL {
        let harmless = compile(&request("harmless"), dialect);
        for text in texts {
            match (compile(&request(text), dialect), &harmless) {
                (Ok(statements), Ok(harmless)) => assert_eq!(statements, *harmless, "{text} on {}", dialect.name),
                (Ok(statements), Err(_)) => panic!("{text} becomes {statements:?} on {}", dialect.name),
                (Err(error), _) => assert_ne!(error.kind(), ErrorKind::Internal, "{error:?}"),
            }
        }
    }
}

/// No text changes anything of the statements.
fn inert(request: impl Fn(&str) -> Json, texts: &[&str]) {
    let mut said = 0;
    for dialect in relata::dialect::ALL {
        let harmless = match compile(&request("harmless"), dialect) {
            Err(error) if error.kind() == ErrorKind::Unsupported => continue,
            other => other.unwrap(),
        };
        said += 1;
        for text in texts {
            let statements = compile(&request(text), dialect).unwrap();
            assert_eq!(statements, harmless, "{text} on {}", dialect.name);
        }
    }
    assert!(said > 0, "no dialect can say {}", request("harmless"));
}

/// Runs a check on every database, with the tables and two users.
fn on_all(test: &str, run: impl Fn(&Database, &Arc<ModelSet>)) {
    for db in databases(test) {
        let models = models();
        relata::create_missing(&db, &models.views().collect::<Vec<_>>()).unwrap();
        let users = json!([
            { "id": 1, "name": "ann", "email": "ann@example.org", "password": "canary", "role": "admin" },
            { "id": 2, "name": "bob", "email": "bob@example.org", "password": "secret" }
        ]);
        ask(&db, &models, &json!({ "create": "User", "values": users })).unwrap();
        run(&db, &models);
    }
}

/// Asks a document.
fn ask(on: &impl Executor, models: &Arc<ModelSet>, request: &Json) -> Result<Json> {
    let answer = DynFind::from_doc(models, RequestDoc::from_json(request)?).json(on)?;
    Ok(serde_json::from_str(&answer).unwrap())
}

/// How many rows of a model meet a condition.
fn count(on: &impl Executor, models: &Arc<ModelSet>, model: &str, condition: Json) -> i64 {
    ask(on, models, &json!({ "count": model, "where": condition })).unwrap()["count"].as_i64().unwrap()
}

/// A literal of a text, by the manual of each database and not by relata.
fn literal(text: &str, database: &str) -> String {
    let text = text.replace('\'', "''");
    match database {
        "mysql" | "mariadb" => format!("'{}'", text.replace('\\', "\\\\")),
        _ => format!("'{text}'"),
    }
}

/// A quoted name, by the manual of each database and not by relata.
fn quoted(name: &str, database: &str) -> String {
    match database {
        "mysql" | "mariadb" => format!("`{}`", name.replace('`', "``")),
        _ => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}
