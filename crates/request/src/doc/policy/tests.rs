//! Documents of honest callers, filled in. Those of hostile ones are in `hostile`, writes in `writes`.

mod hostile;
mod writes;

use std::sync::Arc;

use relata_schema::{Error, ErrorKind, ModelSet, SchemaDoc};
use serde_json::json;

use super::{ModelPolicy, Policy};
use crate::doc::{AttributesDoc, IncludeDoc, OpDoc, RequestDoc, SelectDoc, encode_find};

const SCHEMA: &str = r#"{"models": {
    "User": {
        "paranoid": true,
        "attributes": {
            "id": {"type": "bigint", "primary_key": true},
            "name": {"type": "string(100)"},
            "email": {"type": "string(255)"},
            "password_hash": {"type": "text"},
            "score": {"type": "integer"}
        },
        "associations": {
            "posts": {"has_many": "Post", "foreign_key": "author_id"},
            "notes": {"has_many": "Note", "foreign_key": "user_id"},
            "sessions": {"has_many": "Session", "foreign_key": "user_id"},
            "roles": {"belongs_to_many": "Role", "through": "Grant", "foreign_key": "user_id", "other_key": "role_id"}
        }
    },
    "Post": {
        "attributes": {
            "id": {"type": "bigint", "primary_key": true},
            "title": {"type": "string(200)"},
            "draft": {"type": "text"},
            "author_id": {"type": "bigint"},
            "editor_id": {"type": "bigint"}
        },
        "associations": {
            "author": {"belongs_to": "User", "foreign_key": "author_id"},
            "editor": {"belongs_to": "User", "foreign_key": "editor_id"}
        }
    },
    "Note": {"attributes": {"text": {"type": "text"}, "user_id": {"type": "bigint"}}},
    "Session": {"attributes": {"token": {"type": "text"}, "user_id": {"type": "bigint"}}},
    "Role": {"attributes": {"id": {"type": "bigint", "primary_key": true}, "label": {"type": "string(50)"}}},
    "Grant": {
        "attributes": {
            "user_id": {"type": "bigint", "primary_key": true},
            "role_id": {"type": "bigint", "primary_key": true},
            "level": {"type": "integer"},
            "reason": {"type": "text"}
        }
    }
}}"#;

fn models() -> Arc<ModelSet> {
    serde_json::from_str::<SchemaDoc>(SCHEMA).unwrap().build().unwrap()
}

/// `notes` is listed and leads to a model that is not; `sessions` is not listed.
fn user() -> ModelPolicy {
    ModelPolicy::new()
        .read(["name", "id", "email"])
        .filter(["id", "name", "score"])
        .sort(["name", "score"])
        .set(["name", "score"])
        .functions(["lower"])
        .aggregates(["count"])
        .associations(["posts", "roles", "notes"])
        .allow_groups()
}

fn with_user(user: ModelPolicy) -> Policy {
    let post = ModelPolicy::new()
        .read(["id", "title"])
        .filter(["title"])
        .sort(["title"])
        .operators([OpDoc::Eq, OpDoc::Like])
        .associations(["author"]);
    let role = ModelPolicy::new().read(["id", "label"]).filter(["label"]);
    Policy::new().model("User", user).model("Post", post).model("Role", role)
}

fn policy() -> Policy {
    with_user(user())
}

fn read(text: &str) -> RequestDoc {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refusal(policy: &Policy, text: &str) -> Error {
    match policy.check(&mut read(text), &models()) {
        Ok(()) => panic!("this was let through: {text}"),
        Err(error) => error,
    }
}

fn filled(policy: &Policy, text: &str) -> RequestDoc {
    let mut doc = read(text);
    policy.check(&mut doc, &models()).unwrap();
    doc
}

fn names(names: &[&str]) -> Option<AttributesDoc> {
    Some(AttributesDoc::List(names.iter().map(|name| SelectDoc::Name((*name).to_owned())).collect()))
}

fn check_all(policy: &Policy, kind: ErrorKind, cases: &[(&str, &str)]) {
    for (text, message) in cases {
        let error = refusal(policy, text);
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, *message), "{text}");
    }
}

#[test]
fn an_open_request_is_filled_in() {
    let doc = filled(&policy(), r#"{"model": "User"}"#);
    assert_eq!(doc.to_json(), json!({"model": "User", "attributes": ["id", "name", "email"], "limit": 100}));
    // A rule may list what the model does not have: it is not there either.
    let stale = with_user(user().read(["id", "gone"]));
    assert_eq!(filled(&stale, r#"{"model": "User"}"#).find.attributes, names(&["id"]));
    assert_eq!(refusal(&stale, r#"{"model": "User", "attributes": ["gone"]}"#).kind(), ErrorKind::UnknownAttribute);
    // A count shows nothing; groups are a list.
    let count = filled(&policy(), r#"{"count": "User", "where": {"name": {"ne": null}}}"#);
    assert_eq!((count.find.attributes, count.find.limit), (None, None));
    assert_eq!(filled(&policy(), r#"{"count": "User", "group": ["name"]}"#).find.limit, Some(100));
    assert_eq!(filled(&policy(), r#"{"find_and_count": "User", "limit": 0}"#).find.limit, Some(0));
}

#[test]
fn an_honest_request_passes_and_can_be_encoded() {
    let doc = filled(
        &policy(),
        r#"{
            "model": "User",
            "attributes": {"exclude": ["email"], "include": [[{"fn": "lower", "args": [{"col": "name"}]}, "low"]]},
            "where": {"score": {"gte": 18, "lt": 65}, "or": [{"name": null}, {"id": [1, 2]}],
                "$posts.title$": {"like": "A%"}},
            "include": [
                {"association": "posts", "separate": false, "where": {"title": {"like": "A%"}}, "order": ["title"],
                 "include": ["author"]},
                {"association": "posts", "as": "others", "attributes": []},
                "roles"
            ],
            "order": ["low", ["score", "desc"], ["others", "title", "asc"]],
            "limit": 10, "offset": 5
        }"#,
    );
    let json = doc.to_json();
    assert_eq!(json["attributes"], json!(["id", "name", [{"fn": "lower", "args": [{"col": "name"}]}, "low"]]));
    assert_eq!((doc.find.limit, doc.find.offset), (Some(10), Some(5)));
    let [posts, others, roles] = doc.find.include.as_slice() else { panic!("{json}") };
    // The limit that was filled in cannot be joined, so the wish to join it is dropped.
    assert_eq!((&posts.find.attributes, posts.find.limit, posts.separate), (&names(&["id", "title"]), Some(100), None));
    let [author] = posts.find.include.as_slice() else { panic!("{json}") };
    assert_eq!((&author.find.attributes, author.find.limit), (&names(&["id", "name", "email"]), None));
    assert_eq!((&others.find.attributes, others.find.limit), (&names(&[]), None));
    // A junction without a rule is not shown.
    let through = |include: &IncludeDoc| include.through.as_ref().and_then(|through| through.attributes.clone());
    assert_eq!((through(roles), roles.find.limit), (names(&[]), Some(100)));
    encode_find(&doc, models().model("User").unwrap()).unwrap();
}

#[test]
fn a_junction_has_a_rule_of_its_own() {
    let policy = policy().model("Grant", ModelPolicy::new().read(["level"]).filter(["level"]));
    let text = r#"{"model": "User", "include": [{"association": "roles", "through": {"where": {"level": 1}}}]}"#;
    let doc = filled(&policy, text);
    let [roles] = doc.find.include.as_slice() else { panic!("there is one include") };
    assert_eq!(roles.through.as_ref().and_then(|through| through.attributes.clone()), names(&["level"]));
    let text = r#"{"model": "User", "include": [{"association": "roles", "through": {"where": {"reason": "x"}}}]}"#;
    let message = "include(roles).through.where.reason: there is no attribute \"reason\" here";
    check_all(&policy, ErrorKind::UnknownAttribute, &[(text, message)]);
}

/// Queries of other models, and words about indexes, are not for callers who are not trusted.
#[test]
fn queries_and_indexes_are_not_offered() {
    for (text, said) in [
        (r#"{"model": "User", "where": {"exists": {"model": "Post"}}}"#, "exists"),
        (
            r#"{"model": "User", "where": {"id": {"in": {"query": {"model": "Secret", "attributes": ["id"]}}}}}"#,
            "query",
        ),
        (r#"{"model": "User", "where": {"or": [{"not": {"exists": {"model": "Secret"}}}]}}"#, "exists"),
        (r#"{"model": "User", "where": {"id": {"outer": "id"}}}"#, "outer"),
        (r#"{"model": "User", "where": {"left": {"row": ["id", "password"]}, "eq": [1, "x"]}}"#, "password"),
        (r#"{"model": "User", "index_hints": [{"use": "by_name"}]}"#, "index_hints"),
    ] {
        let error = refusal(&policy(), text);
        assert!(error.to_string().contains(said), "{text}: {error}");
    }
}
