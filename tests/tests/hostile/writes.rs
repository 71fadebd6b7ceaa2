//! The places of documents that change rows.

use serde_json::json;

use crate::sinks::{Check, PLACE, Sink};

/// The key of rows that are written here and nowhere else.
const NEW: i64 = 900_001;

/// Values in what writes: always bound.
pub(crate) const WRITES: [Sink; 30] = [
    Sink {
        name: "create",
        request: |t| json!({ "create": "Word", "values": { "id": NEW, "label": "fresh label", "text": t } }),
        check: Check::Stored(NEW),
        ..PLACE
    },
    Sink {
        name: "create many",
        request: |t| {
            let rows = json!([{ "id": 900_002, "label": "another label", "text": "other" },
                              { "id": NEW, "label": "fresh label", "text": t }]);
            json!({ "create": "Word", "values": rows })
        },
        check: Check::Stored(NEW),
        ..PLACE
    },
    Sink {
        name: "create and answer",
        request: |t| json!({ "create": "Word", "values": { "id": NEW, "label": "fresh label", "text": t }, "returning": ["text"] }),
        check: Check::Stored(NEW),
        ..PLACE
    },
    Sink {
        name: "value of a document",
        request: |t| json!({ "create": "Note", "values": { "id": NEW, "meta": { "k": t, "list": [t] } } }),
        check: Check::Document,
        may_be_refused: true,
        ..PLACE
    },
    Sink {
        name: "key of a document",
        request: |t| json!({ "create": "Note", "values": { "id": NEW, "meta": { t: { t: 1 } } } }),
        check: Check::Document,
        may_be_refused: true,
        ..PLACE
    },
    Sink {
        name: "text that is a document",
        request: |t| json!({ "create": "Note", "values": { "id": NEW, "meta": t } }),
        check: Check::Document,
        may_be_refused: true,
        ..PLACE
    },
    Sink {
        name: "create and ignore duplicates",
        request: |t| json!({ "create": "Word", "values": [{ "id": NEW, "label": t, "text": t }], "ignore_duplicates": true }),
        check: Check::Nothing,
        ..PLACE
    },
    Sink {
        name: "create and update duplicates",
        request: |t| {
            json!({ "create": "Word", "values": [{ "id": 1, "label": "fresh label", "text": t }],
                    "update_on_duplicate": ["text"], "conflict_attributes": ["id"] })
        },
        check: Check::Stored(1),
        ..PLACE
    },
    Sink {
        name: "upsert",
        request: |t| json!({ "upsert": "Word", "values": { "id": NEW, "label": "fresh label", "text": t } }),
        check: Check::Stored(NEW),
        ..PLACE
    },
    Sink {
        name: "upsert of a row that is there",
        request: |t| json!({ "upsert": "Word", "values": { "id": 1, "label": "fresh label", "text": t }, "update": ["text"] }),
        check: Check::Stored(1),
        ..PLACE
    },
    Sink {
        name: "upsert by another key",
        request: |t| {
            json!({ "upsert": "Word", "values": { "id": NEW, "label": t, "text": "new" },
                    "conflict_attributes": ["label"], "update": ["text"] })
        },
        check: Check::Nothing,
        ..PLACE
    },
    Sink {
        name: "condition of an upsert",
        request: |t| {
            json!({ "upsert": "Word", "values": { "id": 1, "label": "fresh label", "text": "new" }, "update": ["text"],
                    "update_where": { "text": { "ne": t } } })
        },
        check: Check::Nothing,
        ..PLACE
    },
    Sink {
        name: "update",
        request: |t| json!({ "update": "Word", "set": { "text": t }, "where": { "id": 1 } }),
        check: Check::Stored(1),
        ..PLACE
    },
    Sink {
        name: "update to a value expression",
        request: |t| json!({ "update": "Word", "set": { "text": { "value": t } }, "where": { "id": 1 } }),
        check: Check::Stored(1),
        ..PLACE
    },
    Sink {
        name: "update to an expression",
        request: |t| {
            let joined = json!({ "fn": "concat", "args": [{ "value": t }, { "value": "" }] });
            json!({ "update": "Word", "set": { "text": joined }, "where": { "id": 1 } })
        },
        check: Check::Stored(1),
        ..PLACE
    },
    Sink {
        name: "condition of an update",
        request: |t| json!({ "update": "Word", "set": { "size": 7 }, "where": { "text": t } }),
        check: Check::Affected,
        ..PLACE
    },
    Sink {
        name: "condition of an update with a limit",
        request: |t| json!({ "update": "Word", "set": { "size": 7 }, "where": { "text": { "lte": t } }, "order": ["id"], "limit": 2 }),
        check: Check::Nothing,
        ..PLACE
    },
    Sink {
        name: "path in an update",
        request: |t| json!({ "update": "Note", "set": { "size": 77 }, "where": { "$tags.name$": t } }),
        check: Check::Affected,
        ..PLACE
    },
    Sink {
        name: "scope of an update",
        request: |t| json!({ "update": "Note", "set": { "size": 77 }, "scope": [{ "of_text": { "text": t } }] }),
        check: Check::Nothing,
        ..PLACE
    },
    Sink {
        name: "update that answers",
        request: |t| json!({ "update": "Word", "set": { "size": 7 }, "where": { "text": t }, "returning": ["id", "text"] }),
        check: Check::Nothing,
        ..PLACE
    },
    Sink {
        name: "condition of a destroy",
        request: |t| json!({ "destroy": "Word", "where": { "text": t } }),
        check: Check::Affected,
        ..PLACE
    },
    Sink {
        name: "pattern of a destroy",
        request: |t| json!({ "destroy": "Word", "where": { "text": { "substring": t } } }),
        check: Check::Affected,
        ..PLACE
    },
    Sink {
        name: "condition of a soft deletion",
        request: |t| json!({ "destroy": "Tag", "where": { "name": t } }),
        check: Check::Affected,
        ..PLACE
    },
    Sink {
        name: "condition of a restore",
        request: |t| json!({ "restore": "Tag", "where": { "name": t } }),
        check: Check::Nothing,
        ..PLACE
    },
    Sink {
        name: "condition of an increment",
        request: |t| json!({ "increment": "Word", "by": { "size": 1 }, "where": { "text": t } }),
        check: Check::Affected,
        ..PLACE
    },
    Sink {
        name: "condition of a decrement",
        request: |t| json!({ "decrement": "Word", "by": { "size": 1 }, "where": { "label": { "in": [t, "x"] } } }),
        check: Check::Affected,
        ..PLACE
    },
    Sink {
        name: "label that is written",
        request: |t| json!({ "create": "Note", "values": { "id": NEW, "mood": t } }),
        check: Check::Nothing,
        ..PLACE
    },
    Sink {
        name: "uuid that is written",
        harmless: "00000000-0000-0000-0000-000000000001",
        request: |t| json!({ "create": "Note", "values": { "id": NEW, "token": t } }),
        check: Check::Nothing,
        ..PLACE
    },
    Sink {
        name: "decimal that is written",
        harmless: "1.50",
        request: |t| json!({ "create": "Note", "values": { "id": NEW, "amount": t } }),
        check: Check::Nothing,
        ..PLACE
    },
    Sink {
        name: "number that is added",
        harmless: "2",
        request: |t| json!({ "increment": "Word", "by": { "size": t }, "where": { "id": 1 } }),
        check: Check::Nothing,
        ..PLACE
    },
];
