//! The tables that are asked, made anew for each probe, and answers in words that can be compared.

use std::sync::Arc;

use relata::{Database, DynFind, DynModel, Error, ErrorKind, ModelSet, SchemaDoc, request::doc::RequestDoc};
use serde_json::{Value as Json, json};

/// Empty tables of a database.
pub(crate) struct World<'d> {
    pub(crate) db: &'d Database,
    pub(crate) models: Arc<ModelSet>,
    number: usize,
}

/// What a probe has seen: an answer, or the word for an error.
pub(crate) type Seen = Result<String, String>;

impl<'d> World<'d> {
    /// Tables of a number that no other probe has.
    pub(crate) fn new(db: &'d Database, number: usize) -> World<'d> {
        let key = json!({ "type": "bigint", "primary_key": true, "auto_increment": true });
        let code = json!({ "type": "string(20)", "unique": true });
        let doc: SchemaDoc = serde_json::from_value(json!({ "models": {
            "Thing": { "table": format!("things_{number}"), "attributes": {
                "id": key, "word": { "type": "string(40)" }, "n": { "type": "integer" }, "big": { "type": "bigint" },
                "x": { "type": "double" }, "price": { "type": "decimal(10,2)" }, "flag": { "type": "boolean" },
                "at": { "type": "timestamp(6)" }, "noon": { "type": "timestamp(0)" }, "day": { "type": "date_only" },
                "doc": { "type": "json" }, "raw": { "type": "bytes" }, "token": { "type": "uuid" },
                "long": { "type": "text" },
            } },
            "Parent": { "table": format!("parents_{number}"),
                "attributes": { "id": key, "code": code, "n": { "type": "integer" } },
                "associations": { "children": { "has_many": "Child", "foreign_key": "parent_id" } },
            },
            "Child": { "table": format!("children_{number}"),
                "attributes": { "id": key, "code": code, "parent_id": { "type": "bigint" } },
                "associations": { "parent": { "belongs_to": "Parent", "foreign_key": "parent_id" } },
            },
            "Word": { "table": format!("words_{number}"),
                "attributes": { "word": { "type": "text", "primary_key": true }, "n": { "type": "integer" } },
            },
        } }))
        .unwrap();
        let models = doc.build().unwrap();
        relata::create_missing(db, &models.views().collect::<Vec<_>>()).unwrap();
        World { db, models, number }
    }

    /// The table of a model, by the word that its name begins with.
    pub(crate) fn table(&self, word: &str) -> String {
        format!("{word}_{}", self.number)
    }

    pub(crate) fn model(&self, name: &str) -> DynModel {
        DynModel::of(&self.models, name).unwrap()
    }

    /// A request as a document.
    pub(crate) fn find(&self, request: &str) -> DynFind {
        let json: Json = serde_json::from_str(request).unwrap();
        DynFind::from_doc(&self.models, RequestDoc::from_json(&json).unwrap())
    }

    /// Runs a request.
    pub(crate) fn ask(&self, request: &str) -> Seen {
        let json: Json = serde_json::from_str(request).unwrap();
        let doc = RequestDoc::from_json(&json).map_err(|error| word(&error))?;
        DynFind::from_doc(&self.models, doc).json(self.db).map_err(|error| word(&error))
    }

    /// Runs requests, and answers with the first error, or the last answer.
    pub(crate) fn last(&self, requests: &[&str]) -> String {
        let mut last = String::new();
        for request in requests {
            match self.ask(request) {
                Ok(answer) => last = answer,
                Err(word) => return word,
            }
        }
        last
    }
}

/// The kind of an error, and the database's own code where that is all there is.
pub(crate) fn word(error: &Error) -> String {
    match (error.kind(), error.database_code()) {
        (ErrorKind::Database, Some(code)) => format!("database {code}"),
        (kind, _) => kind.name().to_owned(),
    }
}

/// What was answered, or the word for the error.
pub(crate) fn either(seen: Seen) -> String {
    seen.unwrap_or_else(|word| word)
}
