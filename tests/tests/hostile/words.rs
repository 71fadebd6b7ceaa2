//! The places of documents that take one word out of few: names of models, attributes and functions, operators,
//! directions, options. There is one answer to any other text: an error that says where, before anything is sent.

use serde_json::{Value as Json, json};

/// A place, and a word that is right there.
pub(crate) struct Place {
    pub name: &'static str,
    pub right: &'static str,
    pub request: fn(&str) -> Json,
}

pub(crate) const WORDS: [Place; 42] = [
    Place { name: "model", right: "Note", request: |t| json!({ "model": t }) },
    Place { name: "model of a count", right: "Note", request: |t| json!({ "count": t }) },
    Place { name: "model of a write", right: "Word", request: |t| json!({ "destroy": t, "where": { "id": 1 } }) },
    Place { name: "selected attribute", right: "text", request: |t| json!({ "model": "Note", "attributes": [t] }) },
    Place {
        name: "attribute left out",
        right: "text",
        request: |t| json!({ "model": "Note", "attributes": { "exclude": [t] } }),
    },
    Place {
        name: "attribute under an alias",
        right: "text",
        request: |t| json!({ "model": "Note", "attributes": [[t, "x"]] }),
    },
    Place {
        name: "column of an expression",
        right: "text",
        request: |t| json!({ "model": "Note", "attributes": [[{ "fn": "lower", "args": [{ "col": t }] }, "x"]] }),
    },
    Place {
        name: "key of a condition",
        right: "text",
        request: |t| json!({ "model": "Note", "where": { t: "harmless" } }),
    },
    Place {
        name: "path of a condition",
        right: "parent.text",
        request: |t| json!({ "model": "Note", "where": { format!("${t}$"): "harmless" } }),
    },
    Place {
        name: "end of a path",
        right: "text",
        request: |t| json!({ "model": "Note", "where": { format!("$parent.{t}$"): "harmless" } }),
    },
    Place {
        name: "attribute of a condition",
        right: "text",
        request: |t| json!({ "model": "Note", "where": { "attribute": t, "eq": "harmless" } }),
    },
    Place {
        name: "operator",
        right: "ne",
        request: |t| json!({ "model": "Note", "where": { "text": { t: "harmless" } } }),
    },
    Place {
        name: "function",
        right: "upper",
        request: |t| json!({ "model": "Note", "attributes": [[{ "fn": t, "args": [{ "col": "text" }] }, "x"]] }),
    },
    Place {
        name: "type of a cast",
        right: "text",
        request: |t| json!({ "model": "Note", "attributes": [[{ "cast": { "col": "big" }, "as": t }, "x"]] }),
    },
    Place {
        name: "kind of an expression",
        right: "col",
        request: |t| json!({ "model": "Note", "attributes": [[{ t: "text" }, "x"]] }),
    },
    Place {
        name: "aggregate",
        right: "min",
        request: |t| json!({ "aggregate": t, "model": "Note", "attribute": "size" }),
    },
    Place {
        name: "attribute of an aggregate",
        right: "size",
        request: |t| json!({ "aggregate": "max", "model": "Note", "attribute": t }),
    },
    Place { name: "order", right: "text", request: |t| json!({ "model": "Note", "order": [t] }) },
    Place {
        name: "order with a direction",
        right: "text",
        request: |t| json!({ "model": "Note", "order": [[t, "asc"]] }),
    },
    Place {
        name: "direction",
        right: "desc nulls last",
        request: |t| json!({ "model": "Note", "order": [["text", t]] }),
    },
    Place {
        name: "direction of an expression",
        right: "asc",
        request: |t| json!({ "model": "Note", "order": [[{ "col": "text" }, t]] }),
    },
    Place {
        name: "step of a path in an order",
        right: "parent",
        request: |t| json!({ "model": "Note", "order": [[t, "text", "asc"]] }),
    },
    Place {
        name: "alias in an order",
        right: "x",
        request: |t| json!({ "model": "Note", "attributes": [["size", "x"]], "order": [format!("${t}$")] }),
    },
    Place {
        name: "group",
        right: "mood",
        request: |t| json!({ "model": "Note", "attributes": [[{ "fn": "count" }, "n"]], "group": [t] }),
    },
    Place { name: "include", right: "children", request: |t| json!({ "model": "Note", "include": [t] }) },
    Place {
        name: "association of an include",
        right: "tags",
        request: |t| json!({ "model": "Note", "include": [{ "association": t, "attributes": ["id"] }] }),
    },
    Place {
        name: "attribute of a junction",
        right: "reason",
        request: |t| json!({ "model": "Note", "include": [{ "association": "tags", "through": { "attributes": [t] } }] }),
    },
    Place {
        name: "option of an include",
        right: "required",
        request: |t| json!({ "model": "Note", "include": [{ "association": "parent", t: true }] }),
    },
    Place {
        name: "scope",
        right: "of_text",
        request: |t| json!({ "model": "Note", "scope": [{ t: { "text": "harmless" } }] }),
    },
    Place {
        name: "argument of a scope",
        right: "text",
        request: |t| json!({ "model": "Note", "scope": [{ "of_text": { t: "harmless" } }] }),
    },
    Place { name: "lock", right: "update", request: |t| json!({ "model": "Note", "lock": t }) },
    Place { name: "option", right: "paranoid", request: |t| json!({ "model": "Note", t: true }) },
    Place { name: "call", right: "truncate", request: |t| json!({ t: "Word" }) },
    Place {
        name: "written attribute",
        right: "text",
        request: |t| json!({ "create": "Word", "values": { t: "harmless" } }),
    },
    Place {
        name: "updated attribute",
        right: "text",
        request: |t| json!({ "update": "Word", "set": { t: "harmless" }, "where": { "id": 1 } }),
    },
    Place {
        name: "counted attribute",
        right: "size",
        request: |t| json!({ "increment": "Word", "by": { t: 1 }, "where": { "id": 1 } }),
    },
    Place {
        name: "answered attribute",
        right: "text",
        request: |t| json!({ "create": "Word", "values": { "label": "x" }, "returning": [t] }),
    },
    Place {
        name: "key that conflicts",
        right: "label",
        request: |t| json!({ "upsert": "Word", "values": { "label": "x", "text": "y" }, "conflict_attributes": [t], "update": ["text"] }),
    },
    Place {
        name: "what an upsert updates",
        right: "text",
        request: |t| json!({ "upsert": "Word", "values": { "id": 1, "label": "x", "text": "y" }, "update": [t] }),
    },
    Place {
        name: "what a create updates",
        right: "text",
        request: |t| json!({ "create": "Word", "values": [{ "id": 1, "text": "y" }], "update_on_duplicate": [t] }),
    },
    Place {
        name: "attribute of an update's condition",
        right: "text",
        request: |t| {
            json!({ "upsert": "Word", "values": { "id": 1, "label": "x", "text": "y" }, "update": ["text"],
                    "update_where": { "attribute": t, "ne": "z" } })
        },
    },
    Place {
        name: "attribute of a destroy's condition",
        right: "text",
        request: |t| json!({ "destroy": "Word", "where": { "or": [{ t: "x" }, { "id": 1 }] } }),
    },
];

/// Places that take a number. No text is one, whatever digits are in it.
pub(crate) const NUMBERS: [fn(&str) -> Json; 4] = [
    |t| json!({ "model": "Note", "limit": t }),
    |t| json!({ "model": "Note", "limit": 1, "offset": t }),
    |t| json!({ "model": "Note", "include": [{ "association": "children", "limit": t }] }),
    |t| json!({ "update": "Word", "set": { "size": 1 }, "where": { "id": 1 }, "limit": t }),
];
