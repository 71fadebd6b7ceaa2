//! The places of a schema: names that stand in statements between quotes, and constants that stand there as literals.

use std::sync::Arc;

use relata::{ModelSet, Result, dialect::Capabilities};
use serde_json::{Value as Json, json};

use crate::compile::{self, Statement};

/// A place, with requests whose statements it gets into.
pub(crate) struct SchemaSink {
    pub name: &'static str,
    pub becomes: Becomes,
    pub schema: fn(&str) -> Json,
    /// What is asked of the models. It never depends on the text.
    pub requests: fn(&str) -> Vec<Json>,
}

/// What a text of the schema becomes in a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Becomes {
    /// A quoted name.
    Name,
    /// A literal.
    Literal,
    /// A part of a literal that is a document.
    Document,
    /// Nothing: models, attributes and associations have names of their own in statements.
    Nothing,
}

/// The text that stands where another is tried.
pub(crate) const HARMLESS: &str = "harmless";

/// A model with a text, a key and children of its own kind.
fn thing(more: Json) -> Json {
    let mut model = json!({
        "table": "things",
        "attributes": {
            "id": { "type": "bigint", "primary_key": true },
            "word": { "type": "string(300)", "unique": true },
            "parent_id": { "type": "bigint" }
        },
        "associations": {
            "parent": { "belongs_to": "Thing", "foreign_key": "parent_id" },
            "children": { "has_many": "Thing", "foreign_key": "parent_id" }
        }
    });
    let (Json::Object(whole), Json::Object(more)) = (&mut model, more) else { return Json::Null };
    for (key, value) in more {
        if let (Some(Json::Object(known)), Json::Object(value)) = (whole.get_mut(&key), &value) {
            known.extend(value.clone());
            continue;
        }
        whole.insert(key, value);
    }
    json!({ "models": { "Thing": model } })
}

/// Requests that say every part of a statement.
fn all_requests(_: &str) -> Vec<Json> {
    vec![
        json!({ "model": "Thing", "where": { "word": "a", "$children.word$": { "starts_with": "b" } }, "order": ["word"],
                "limit": 3, "offset": 1 }),
        json!({ "model": "Thing", "include": ["parent", { "association": "children", "limit": 2, "order": ["word"] }] }),
        json!({ "model": "Thing", "include": [{ "association": "children", "separate": true }], "limit": 2 }),
        json!({ "count": "Thing", "where": { "$parent.word$": null } }),
        json!({ "model": "Thing", "attributes": ["word", [{ "fn": "count" }, "n"]], "group": ["word"] }),
        json!({ "create": "Thing", "values": { "id": 1, "word": "a" }, "returning": ["word"] }),
        json!({ "create": "Thing", "values": [{ "id": 1, "word": "a" }], "returning": false }),
        json!({ "upsert": "Thing", "values": { "id": 1, "word": "a", "parent_id": 1 }, "update": ["word"] }),
        json!({ "update": "Thing", "set": { "word": "b" }, "where": { "word": "a" } }),
        json!({ "update": "Thing", "set": { "word": "b" }, "where": { "id": { "gt": 1 } }, "order": ["word"], "limit": 1 }),
        json!({ "destroy": "Thing", "where": { "$parent.word$": "a" } }),
        json!({ "truncate": "Thing" }),
    ]
}

fn no_requests(_: &str) -> Vec<Json> {
    Vec::new()
}

/// A type with one more label.
fn labels(text: &str) -> String {
    format!("enum('calm','{}')", text.replace('\'', "''"))
}

pub(crate) static SCHEMAS: [SchemaSink; 19] = [
    SchemaSink {
        name: "table",
        becomes: Becomes::Name,
        schema: |t| thing(json!({ "table": t })),
        requests: all_requests,
    },
    SchemaSink {
        name: "column",
        becomes: Becomes::Name,
        schema: |t| thing(json!({ "attributes": { "word": { "type": "string(300)", "unique": true, "column": t } } })),
        requests: all_requests,
    },
    SchemaSink {
        name: "column of the key",
        becomes: Becomes::Name,
        schema: |t| thing(json!({ "attributes": { "id": { "type": "bigint", "primary_key": true, "column": t } } })),
        requests: all_requests,
    },
    SchemaSink {
        name: "column that the database numbers",
        becomes: Becomes::Name,
        schema: |t| {
            let key = json!({ "type": "bigint", "primary_key": true, "auto_increment": true, "column": t });
            thing(json!({ "attributes": { "id": key } }))
        },
        requests: all_requests,
    },
    SchemaSink {
        name: "column of a foreign key",
        becomes: Becomes::Name,
        schema: |t| thing(json!({ "attributes": { "parent_id": { "type": "bigint", "column": t } } })),
        requests: all_requests,
    },
    SchemaSink {
        name: "column of a label",
        becomes: Becomes::Name,
        schema: |t| thing(json!({ "attributes": { "mood": { "type": "enum('a','b')", "column": t } } })),
        requests: no_requests,
    },
    SchemaSink {
        name: "attribute, and its column",
        becomes: Becomes::Name,
        schema: |t| thing(json!({ "attributes": { t: { "type": "string(300)" } } })),
        requests: |t| {
            vec![
                json!({ "model": "Thing", "attributes": [t], "where": { "attribute": t, "eq": "a" } }),
                json!({ "create": "Thing", "values": { "id": 1, t: "a" }, "returning": [t] }),
                json!({ "update": "Thing", "set": { t: "b" }, "where": { "id": 1 } }),
            ]
        },
    },
    SchemaSink {
        name: "index",
        becomes: Becomes::Name,
        schema: |t| thing(json!({ "indexes": [{ "name": t, "attributes": ["word", "parent_id"] }] })),
        requests: no_requests,
    },
    SchemaSink {
        name: "name of a model",
        becomes: Becomes::Nothing,
        schema: |t| {
            let key = json!({ "type": "bigint", "primary_key": true });
            json!({ "models": { t: { "table": "things", "attributes": { "id": key, "word": { "type": "text" } } } } })
        },
        requests: |t| vec![json!({ "model": t, "where": { "word": "a" } })],
    },
    SchemaSink {
        name: "name of an attribute",
        becomes: Becomes::Nothing,
        schema: |t| thing(json!({ "attributes": { t: { "type": "text", "column": "other" } } })),
        requests: |t| vec![json!({ "model": "Thing", "attributes": [t], "order": [t] })],
    },
    SchemaSink {
        name: "name of an association",
        becomes: Becomes::Nothing,
        schema: |t| thing(json!({ "associations": { t: { "has_many": "Thing", "foreign_key": "parent_id" } } })),
        requests: |t| vec![json!({ "model": "Thing", "include": [t], "where": { format!("${t}.word$"): "a" } })],
    },
    SchemaSink {
        name: "name of a scope",
        becomes: Becomes::Nothing,
        schema: |t| thing(json!({ "scopes": { t: { "where": { "word": "a" } } } })),
        requests: |t| vec![json!({ "model": "Thing", "scope": [t] })],
    },
    SchemaSink {
        name: "constant of a named scope",
        becomes: Becomes::Nothing,
        schema: |t| thing(json!({ "scopes": { "own": { "where": { "word": { "ne": t } } } } })),
        requests: |_| vec![json!({ "model": "Thing", "scope": ["own"] })],
    },
    SchemaSink {
        name: "constant of the default scope",
        becomes: Becomes::Literal,
        schema: |t| thing(json!({ "default_scope": { "where": { "word": t } } })),
        requests: all_requests_but_truncate,
    },
    SchemaSink {
        name: "list of the default scope",
        becomes: Becomes::Literal,
        schema: |t| thing(json!({ "default_scope": { "where": { "word": { "not_in": ["calm", t] } } } })),
        requests: all_requests_but_truncate,
    },
    SchemaSink {
        name: "constant of an association",
        becomes: Becomes::Literal,
        schema: |t| {
            let children = json!({ "has_many": "Thing", "foreign_key": "parent_id", "scope": { "word": t } });
            thing(json!({ "associations": { "children": children } }))
        },
        requests: |_| {
            vec![
                json!({ "model": "Thing", "include": ["children"] }),
                json!({ "model": "Thing", "where": { "$children.id$": 1 } }),
                json!({ "destroy": "Thing", "where": { "$children.id$": 1 } }),
            ]
        },
    },
    SchemaSink {
        name: "default of a column",
        becomes: Becomes::Literal,
        schema: |t| thing(json!({ "attributes": { "mood": { "type": "string(300)", "default": t } } })),
        requests: no_requests,
    },
    SchemaSink {
        name: "label of a column",
        becomes: Becomes::Literal,
        schema: |t| thing(json!({ "attributes": { "mood": { "type": labels(t) } } })),
        requests: no_requests,
    },
    SchemaSink {
        name: "document that is the default of a column",
        becomes: Becomes::Document,
        schema: |t| thing(json!({ "attributes": { "meta": { "type": "json", "default": { "k": t } } } })),
        requests: no_requests,
    },
];

/// Of a default scope only the condition is a constant, and a truncation has none.
fn all_requests_but_truncate(text: &str) -> Vec<Json> {
    let mut requests = all_requests(text);
    requests.pop();
    requests
}

impl SchemaSink {
    /// The models, with the text in its place.
    pub(crate) fn models(&self, text: &str) -> Result<Arc<ModelSet>> {
        compile::models(&(self.schema)(text))
    }

    /// The statements of its requests, and those that create its tables.
    pub(crate) fn statements(&self, text: &str, dialect: &'static Capabilities) -> Result<Vec<Statement>> {
        let models = self.models(text)?;
        let mut found = compile::tables(&models, dialect)?;
        for request in (self.requests)(text) {
            found.extend(compile::document(&models, &request, dialect)?);
        }
        Ok(found)
    }
}

/// A condition of an index stands in the statement: its values are compared with those of the index itself.
pub(crate) fn index_condition(text: &str) -> Json {
    json!({ "upsert": "Word", "values": { "label": "x", "text": "y" }, "update": ["text"],
            "conflict_attributes": ["label"], "conflict_where": { "text": text } })
}
