//! The places of a document where text of a caller can stand.

use std::sync::Arc;

use relata::ModelSet;
use serde_json::{Value as Json, json};

use crate::compile;

/// A place.
#[derive(Clone, Copy)]
pub(crate) struct Sink {
    pub name: &'static str,
    /// A text that is right here, on one dialect at least.
    pub harmless: &'static str,
    pub request: fn(&str) -> Json,
    /// What its execution must come to.
    pub check: Check,
    /// Whether a database may refuse a text here: relata does not know the syntax of patterns of each, and PostgreSQL keeps
    /// no NUL in a document.
    pub may_be_refused: bool,
}

/// What an execution must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    /// The answer is that of the reference evaluator, where it has one.
    Answer,
    /// As many rows are changed as a count under the same condition finds.
    Affected,
    /// The text of the word with this key is the one that was written.
    Stored(i64),
    /// The document of the note 900001 is the one that was written.
    Document,
    /// Only that nothing else happens.
    Nothing,
}

/// A place that takes any text and answers.
pub(crate) const PLACE: Sink =
    Sink { name: "", harmless: "harmless", request: |_| Json::Null, check: Check::Answer, may_be_refused: false };

/// The schema of all documents here.
pub(crate) fn schema() -> Json {
    json!({ "models": {
        "Note": {
            "attributes": {
                "id": { "type": "bigint", "primary_key": true },
                "text": { "type": "text" },
                "label": { "type": "string(400)" },
                "size": { "type": "integer" },
                "mood": { "type": "enum('calm','harmless')" },
                "marked": { "type": "boolean" },
                "meta": { "type": "json" },
                "token": { "type": "uuid" },
                "small": { "type": "smallint" },
                "big": { "type": "bigint" },
                "amount": { "type": "decimal(10,2)" },
                "moment": { "type": "timestamp(6)" },
                "local": { "type": "naive_timestamp(6)" },
                "day": { "type": "date_only" },
                "clock": { "type": "time(6)" },
                "raw": { "type": "bytes" },
                "parent_id": { "type": "bigint" }
            },
            "associations": {
                "parent": { "belongs_to": "Note", "foreign_key": "parent_id" },
                "children": { "has_many": "Note", "foreign_key": "parent_id" },
                "tags": { "belongs_to_many": "Tag", "through": "NoteTag", "foreign_key": "note_id", "other_key": "tag_id" }
            },
            "scopes": {
                "of_text": { "where": { "text": { "arg": "text" } } },
                "like_text": { "where": { "text": { "starts_with": { "arg": "text" } } } }
            }
        },
        "Tag": {
            "paranoid": true,
            "attributes": {
                "id": { "type": "bigint", "primary_key": true },
                "name": { "type": "string(400)", "unique": true }
            }
        },
        "NoteTag": { "attributes": {
            "note_id": { "type": "bigint", "primary_key": true },
            "tag_id": { "type": "bigint", "primary_key": true },
            "reason": { "type": "text" }
        } },
        "Word": { "attributes": {
            "id": { "type": "bigint", "primary_key": true },
            "label": { "type": "string(400)", "unique": true },
            "text": { "type": "text" },
            "size": { "type": "integer", "default": 0 }
        } },
        "Canary": { "table": "zz_canary", "attributes": {
            "id": { "type": "bigint", "primary_key": true },
            "secret": { "type": "text", "null": false }
        } }
    } })
}

pub(crate) fn models() -> Arc<ModelSet> {
    compile::models(&schema()).unwrap()
}

fn notes(condition: Json) -> Json {
    json!({ "model": "Note", "attributes": ["id"], "where": condition, "order": ["id"] })
}

fn joined(text: &str) -> Json {
    json!({ "fn": "concat", "args": [{ "col": "text" }, { "value": text }] })
}

/// Values in what reads: always bound, so that the statement is the same byte for byte.
pub(crate) const READS: [Sink; 63] = [
    Sink { name: "eq", request: |t| notes(json!({ "text": t })), ..PLACE },
    Sink { name: "ne", request: |t| notes(json!({ "text": { "ne": t } })), ..PLACE },
    Sink { name: "gt", request: |t| notes(json!({ "text": { "gt": t } })), ..PLACE },
    Sink { name: "gte", request: |t| notes(json!({ "text": { "gte": t } })), ..PLACE },
    Sink { name: "lt", request: |t| notes(json!({ "text": { "lt": t } })), ..PLACE },
    Sink { name: "lte", request: |t| notes(json!({ "label": { "lte": t } })), ..PLACE },
    Sink { name: "in", request: |t| notes(json!({ "text": [t, "other"] })), ..PLACE },
    Sink { name: "not in", request: |t| notes(json!({ "text": { "not_in": [t, "other", t] } })), ..PLACE },
    Sink {
        name: "in a long list",
        request: |t| {
            let list: Vec<String> =
                (0..40).map(|i| if i == 7 { t.to_owned() } else { format!("{t} number {i}") }).collect();
            notes(json!({ "text": list }))
        },
        ..PLACE
    },
    Sink { name: "between", request: |t| notes(json!({ "text": { "between": [t, "~"] } })), ..PLACE },
    Sink { name: "not between", request: |t| notes(json!({ "text": { "not_between": ["!", t] } })), ..PLACE },
    Sink { name: "like", request: |t| notes(json!({ "text": { "like": t } })), may_be_refused: true, ..PLACE },
    Sink { name: "not like", request: |t| notes(json!({ "text": { "not_like": t } })), may_be_refused: true, ..PLACE },
    Sink {
        name: "ilike",
        request: |t| notes(json!({ "text": { "ilike": t } })),
        // Which letters are one beyond those of ASCII is the database's to say.
        check: Check::Nothing,
        may_be_refused: true,
        ..PLACE
    },
    Sink { name: "starts with", request: |t| notes(json!({ "text": { "starts_with": t } })), ..PLACE },
    Sink { name: "not starts with", request: |t| notes(json!({ "text": { "not_starts_with": t } })), ..PLACE },
    Sink { name: "ends with", request: |t| notes(json!({ "text": { "ends_with": t } })), ..PLACE },
    Sink { name: "not ends with", request: |t| notes(json!({ "text": { "not_ends_with": t } })), ..PLACE },
    Sink { name: "substring", request: |t| notes(json!({ "text": { "substring": t } })), ..PLACE },
    Sink { name: "not substring", request: |t| notes(json!({ "text": { "not_substring": t } })), ..PLACE },
    Sink { name: "in an or", request: |t| notes(json!({ "or": [{ "text": t }, { "label": t }] })), ..PLACE },
    Sink { name: "in a not", request: |t| notes(json!({ "not": { "text": t, "size": 1 } })), ..PLACE },
    Sink { name: "among operators", request: |t| notes(json!({ "text": { "or": [t, { "gt": t }] } })), ..PLACE },
    Sink { name: "path to one", request: |t| notes(json!({ "$parent.text$": t })), ..PLACE },
    Sink { name: "path to many", request: |t| notes(json!({ "$tags.name$": t })), ..PLACE },
    Sink { name: "longer path", request: |t| notes(json!({ "$children.tags.name$": { "ne": t } })), ..PLACE },
    Sink {
        name: "under a function",
        request: |t| notes(json!({ "left": { "fn": "lower", "args": [{ "col": "text" }] }, "eq": t })),
        check: Check::Nothing,
        ..PLACE
    },
    Sink { name: "value expression", request: |t| notes(json!({ "text": { "eq": { "value": t } } })), ..PLACE },
    Sink {
        name: "argument on the right",
        request: |t| notes(json!({ "text": { "eq": { "fn": "concat", "args": [{ "value": t }, { "value": "" }] } } })),
        ..PLACE
    },
    Sink {
        name: "argument of coalesce",
        request: |t| {
            let left = json!({ "fn": "coalesce", "args": [{ "col": "label" }, { "value": t }] });
            notes(json!({ "left": left, "eq": t }))
        },
        ..PLACE
    },
    Sink {
        name: "selected expression",
        request: |t| json!({ "model": "Note", "attributes": ["id", [joined(t), "x"]], "order": ["id"] }),
        ..PLACE
    },
    Sink {
        name: "selected value",
        request: |t| json!({ "model": "Note", "attributes": ["id", [{ "value": t }, "x"]], "order": ["id"] }),
        ..PLACE
    },
    Sink {
        name: "order by an expression",
        request: |t| json!({ "model": "Note", "attributes": ["id"], "order": [[joined(t), "desc"], "id"] }),
        ..PLACE
    },
    Sink {
        name: "group by an expression",
        request: |t| {
            let key = json!({ "fn": "concat", "args": [{ "col": "mood" }, { "value": t }] });
            json!({ "model": "Note", "attributes": [[key, "x"], [{ "fn": "count" }, "n"]], "group": ["x"] })
        },
        ..PLACE
    },
    Sink {
        name: "having",
        request: |t| {
            let most = json!({ "left": { "fn": "max", "args": [{ "col": "text" }] }, "gte": t });
            json!({ "model": "Note", "attributes": ["mood"], "group": ["mood"], "having": most })
        },
        ..PLACE
    },
    Sink {
        name: "where of an include",
        request: |t| {
            let include = json!([{ "association": "children", "attributes": ["id"], "where": { "text": t } }]);
            json!({ "model": "Note", "attributes": ["id"], "include": include, "order": ["id"] })
        },
        ..PLACE
    },
    Sink {
        name: "where of an include with a limit",
        request: |t| {
            let include = json!([{ "association": "children", "attributes": ["id"], "where": { "text": { "ne": t } },
                                   "required": false, "limit": 2, "order": ["id"] }]);
            json!({ "model": "Note", "attributes": ["id"], "include": include, "order": ["id"], "limit": 9 })
        },
        ..PLACE
    },
    Sink {
        name: "where of a separate include",
        request: |t| {
            let include = json!([{ "association": "tags", "attributes": ["id"], "where": { "name": t }, "separate": true,
                                   "through": { "attributes": [] } }]);
            json!({ "model": "Note", "attributes": ["id"], "include": include, "order": ["id"] })
        },
        ..PLACE
    },
    Sink {
        name: "where of a junction",
        request: |t| {
            let through = json!({ "attributes": [], "where": { "reason": t } });
            let include =
                json!([{ "association": "tags", "attributes": ["id"], "required": true, "through": through }]);
            json!({ "model": "Note", "attributes": ["id"], "include": include, "order": ["id"] })
        },
        ..PLACE
    },
    Sink { name: "count", request: |t| json!({ "count": "Note", "where": { "text": t } }), ..PLACE },
    Sink {
        name: "find and count",
        request: |t| json!({ "find_and_count": "Note", "attributes": ["id"], "where": { "text": t }, "order": ["id"], "limit": 3 }),
        ..PLACE
    },
    Sink {
        name: "aggregate",
        request: |t| json!({ "aggregate": "max", "model": "Note", "attribute": "id", "where": { "text": { "ne": t } } }),
        ..PLACE
    },
    Sink {
        name: "argument of a scope",
        request: |t| json!({ "model": "Note", "attributes": ["id"], "scope": [{ "of_text": { "text": t } }] }),
        ..PLACE
    },
    Sink {
        name: "argument of a scope with a pattern",
        request: |t| json!({ "model": "Note", "attributes": ["id"], "scope": [{ "like_text": { "text": t } }] }),
        ..PLACE
    },
    Sink {
        name: "cast value",
        request: |t| notes(json!({ "left": { "cast": { "value": t }, "as": "text" }, "eq": t })),
        ..PLACE
    },
    Sink {
        name: "where of a query",
        request: |t| {
            let query = json!({ "model": "Tag", "attributes": ["id"], "where": { "name": { "ne": t } } });
            notes(json!({ "id": { "in": { "query": query } } }))
        },
        ..PLACE
    },
    Sink {
        name: "where of a query for each row",
        request: |t| {
            let filter = json!({ "parent_id": { "outer": "id" }, "text": { "starts_with": t } });
            notes(json!({ "not": { "exists": { "model": "Note", "where": filter } } }))
        },
        ..PLACE
    },
    Sink {
        name: "a query that is one value",
        request: |t| {
            let query =
                json!({ "model": "Note", "aggregate": "max", "attribute": "text", "where": { "text": { "lt": t } } });
            notes(json!({ "text": { "lte": { "query": query } } }))
        },
        ..PLACE
    },
    Sink {
        name: "member of a row",
        request: |t| notes(json!({ "left": { "row": ["text", "id"] }, "gt": [t, 1] })),
        ..PLACE
    },
    Sink {
        name: "member of a row in a list",
        request: |t| notes(json!({ "left": { "row": ["text", "label"] }, "not_in": [[t, "a"], ["b", t], [t, t]] })),
        ..PLACE
    },
    Sink { name: "any of", request: |t| notes(json!({ "text": { "lt": { "any": [t, "other"] } } })), ..PLACE },
    Sink { name: "all of", request: |t| notes(json!({ "text": { "not_starts_with": { "all": [t, "~"] } } })), ..PLACE },
    Sink {
        name: "selected query",
        request: |t| {
            let query = json!({ "query": { "count": "Note", "where": { "parent_id": { "outer": "id" }, "text": t } } });
            json!({ "model": "Note", "attributes": ["id", [query, "n"]], "order": ["id"] })
        },
        ..PLACE
    },
    Sink { name: "text for a label", request: |t| notes(json!({ "mood": t })), ..PLACE },
    Sink {
        name: "text for a uuid",
        harmless: "00000000-0000-0000-0000-000000000001",
        request: |t| notes(json!({ "token": t })),
        ..PLACE
    },
    Sink { name: "text for a small integer", harmless: "7", request: |t| notes(json!({ "small": t })), ..PLACE },
    Sink { name: "text for a big integer", harmless: "7", request: |t| notes(json!({ "big": [t, 1] })), ..PLACE },
    Sink { name: "text for a decimal", harmless: "1.50", request: |t| notes(json!({ "amount": t })), ..PLACE },
    Sink {
        name: "text for an instant",
        harmless: "2024-01-31T12:00:00Z",
        request: |t| notes(json!({ "moment": { "gt": t } })),
        ..PLACE
    },
    Sink {
        name: "text for a time without a zone",
        harmless: "2024-01-31T12:00:00",
        request: |t| notes(json!({ "local": t })),
        ..PLACE
    },
    Sink { name: "text for a day", harmless: "2024-01-31", request: |t| notes(json!({ "day": t })), ..PLACE },
    Sink { name: "text for a time of day", harmless: "12:00:00", request: |t| notes(json!({ "clock": t })), ..PLACE },
    Sink { name: "text for bytes", harmless: "AAEC", request: |t| notes(json!({ "raw": t })), ..PLACE },
];

/// Names that the request itself gives: they are keys of the answer, and never part of a statement.
pub(crate) const ALIASES: [Sink; 6] = [
    Sink {
        name: "alias",
        request: |t| json!({ "model": "Note", "attributes": ["id", [{ "col": "size" }, t]], "order": ["id"] }),
        ..PLACE
    },
    Sink {
        name: "alias in an order",
        request: |t| json!({ "model": "Note", "attributes": ["id", [{ "col": "size" }, t]], "order": [t, "id"] }),
        ..PLACE
    },
    Sink {
        name: "alias in a group",
        request: |t| {
            let selected = json!([[{ "col": "size" }, t], [{ "fn": "count" }, "n"]]);
            json!({ "model": "Note", "attributes": selected, "group": [t] })
        },
        ..PLACE
    },
    Sink {
        name: "alias in a having",
        request: |t| {
            let selected = json!(["mood", [{ "fn": "count" }, t]]);
            json!({ "model": "Note", "attributes": selected, "group": ["mood"], "having": { format!("${t}$"): { "gt": 0 } } })
        },
        ..PLACE
    },
    Sink {
        name: "name of an include",
        request: |t| {
            let include = json!([{ "association": "children", "as": t, "attributes": ["id"] }]);
            json!({ "model": "Note", "attributes": ["id"], "include": include, "order": ["id"] })
        },
        ..PLACE
    },
    Sink {
        name: "name of an include in a path",
        request: |t| {
            let include = json!([{ "association": "parent", "as": t, "attributes": ["id"] }]);
            let path = format!("${t}.size$");
            json!({ "model": "Note", "attributes": ["id"], "include": include, "where": { path: 1 }, "order": ["id"] })
        },
        ..PLACE
    },
];
