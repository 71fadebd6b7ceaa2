//! Documents of hostile callers, each refused.

use relata_schema::ErrorKind;

use super::{check_all, filled, models, policy, read, refusal, user, with_user};
use crate::doc::{AttributesDoc, CallDoc, FindDoc, RequestDoc, ScopeDoc, SelectDoc, col, not, policy::Policy};

#[test]
fn a_hidden_attribute_is_found_nowhere() {
    // Where it is asked for, and the path of the refusal.
    let cases = [
        (r#"{"model": "User", "attributes": ["password_hash"]}"#, "attributes"),
        (r#"{"model": "User", "attributes": ["id", [{"col": "password_hash"}, "name"]]}"#, "attributes"),
        (
            r#"{"model": "User", "attributes": [[{"fn": "lower", "args": [{"col": "password_hash"}]}, "x"]]}"#,
            "attributes",
        ),
        (
            r#"{"model": "User", "attributes": [[{"fn": "count", "args": [{"col": "password_hash"}]}, "x"]]}"#,
            "attributes",
        ),
        (r#"{"model": "User", "attributes": {"exclude": ["password_hash"]}}"#, "attributes"),
        (r#"{"model": "User", "attributes": {"include": ["password_hash"]}}"#, "attributes"),
        (r#"{"model": "User", "where": {"password_hash": {"gt": "a"}}}"#, "where"),
        (r#"{"model": "User", "where": {"or": [{"id": 1}, {"not": {"password_hash": null}}]}}"#, "where"),
        (r#"{"model": "User", "where": {"attribute": "password_hash", "eq": "a"}}"#, "where"),
        (r#"{"model": "User", "where": {"name": {"eq": {"col": "password_hash"}}}}"#, "where"),
        (r#"{"model": "User", "where": {"name": {"between": ["a", {"col": "password_hash"}]}}}"#, "where"),
        (
            r#"{"model": "User", "where": {"left": {"fn": "lower", "args": [{"col": "password_hash"}]}, "eq": "a"}}"#,
            "where",
        ),
        (r#"{"count": "User", "where": {"password_hash": "a"}}"#, "where"),
        (r#"{"model": "User", "order": ["password_hash"]}"#, "order"),
        (r#"{"model": "User", "order": [["password_hash", "desc nulls last"]]}"#, "order"),
        (r#"{"model": "User", "order": [[{"fn": "lower", "args": [{"col": "password_hash"}]}, "asc"]]}"#, "order"),
        (r#"{"count": "User", "group": ["password_hash"]}"#, "group"),
        (r#"{"count": "User", "group": [{"fn": "lower", "args": [{"col": "password_hash"}]}]}"#, "group"),
        (
            r#"{"count": "User", "group": ["name"],
                "having": {"left": {"fn": "count", "args": [{"col": "password_hash"}]}, "gt": 1}}"#,
            "having",
        ),
        (r#"{"model": "Post", "where": {"$author.password_hash$": {"gt": "a"}}}"#, "where.author"),
        (r#"{"model": "Post", "order": [["author", "password_hash", "asc"]]}"#, "order.author"),
        (r#"{"model": "Post", "attributes": [[{"col": "author.password_hash"}, "x"]]}"#, "attributes.author"),
        (
            r#"{"model": "Post", "include": [{"association": "author", "as": "a"}],
                "where": {"$a.password_hash$": "x"}}"#,
            "where.a",
        ),
        (
            r#"{"model": "Post", "include": [{"association": "author", "attributes": ["password_hash"]}]}"#,
            "include(author).attributes",
        ),
        (
            r#"{"model": "Post", "include": [{"association": "author", "as": "a", "where": {"password_hash": "x"}}]}"#,
            "include(a).where",
        ),
        (
            r#"{"model": "User", "include": [{"association": "posts", "include": [
                {"association": "author", "attributes": {"exclude": ["password_hash"]}}]}]}"#,
            "include(posts).include(author).attributes",
        ),
    ];
    for (text, place) in cases {
        let error = refusal(&policy(), text);
        let message = format!("{place}.password_hash: there is no attribute \"password_hash\" here");
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::UnknownAttribute, message), "{text}");
        // Nor does it show whether the name exists.
        let other = refusal(&policy(), &text.replace("password_hash", "no_such_name"));
        assert_eq!(other.kind(), error.kind(), "{text}");
        assert_eq!(other.to_string().replace("no_such_name", "password_hash"), error.to_string());
        assert_eq!((error.remedy(), other.remedy()), (None, None));
    }
}

#[test]
fn a_name_is_good_for_what_it_is_listed_for() {
    let cases = [
        (r#"{"model": "User", "attributes": ["score"]}"#, "attributes.score", "score"),
        (r#"{"model": "User", "where": {"email": "a"}}"#, "where.email", "email"),
        (r#"{"model": "User", "order": ["id"]}"#, "order.id", "id"),
        (r#"{"count": "User", "group": ["score"]}"#, "group.score", "score"),
        // An alias is as good as what it stands for.
        (r#"{"model": "User", "attributes": [[{"col": "id"}, "x"]], "order": ["x"]}"#, "order.id", "id"),
        (r#"{"model": "User", "attributes": [[{"col": "id"}, "x"]], "order": ["$x$"]}"#, "order.id", "id"),
        (
            r#"{"model": "User", "attributes": [[{"col": "email"}, "x"]], "where": {"$x$": "a"}}"#,
            "where.email",
            "email",
        ),
        (
            r#"{"model": "User", "attributes": [[{"col": "email"}, "x"]], "having": {"$x$": "a"}}"#,
            "having.email",
            "email",
        ),
        (r#"{"model": "User", "attributes": ["id"], "order": ["$x$"]}"#, "order.x", "x"),
        // Aliases of aliases would double with every step.
        (
            r#"{"model": "User", "attributes": [
                [{"col": "name"}, "a"], [{"fn": "lower", "args": [{"col": "$a$"}]}, "b"]]}"#,
            "attributes.a",
            "a",
        ),
        (
            r#"{"model": "User", "include": [{"association": "roles", "through": {"where": {"level": 1}}}]}"#,
            "include(roles).through.where.level",
            "level",
        ),
        (
            r#"{"model": "User", "include": [{"association": "roles", "through": {"attributes": ["reason"]}}]}"#,
            "include(roles).through.attributes.reason",
            "reason",
        ),
    ];
    for (text, place, name) in cases {
        let error = refusal(&policy(), text);
        let message = format!("{place}: there is no attribute \"{name}\" here");
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::UnknownAttribute, message), "{text}");
    }
}

#[test]
fn a_hidden_association_leads_nowhere() {
    let cases = [
        (r#"{"model": "User", "include": ["NAME"]}"#, "include"),
        (r#"{"model": "User", "include": [{"association": "NAME", "as": "x", "attributes": []}]}"#, "include"),
        (r#"{"model": "User", "where": {"$NAME.token$": "x"}}"#, "where.NAME"),
        (r#"{"model": "User", "order": [["NAME", "token", "asc"]]}"#, "order.NAME"),
        (r#"{"count": "User", "where": {"$posts.author.NAME.token$": "x"}}"#, "where.posts.author.NAME"),
        (
            r#"{"model": "Post", "include": [{"association": "author", "include": ["NAME"]}]}"#,
            "include(author).include",
        ),
    ];
    for (text, place) in cases {
        // Not listed; listed, and its model is not; not there.
        for name in ["sessions", "notes", "no_such_name"] {
            let error = refusal(&policy(), &text.replace("NAME", name));
            let message = format!("{}: there is no association \"{name}\" here", place.replace("NAME", name));
            assert_eq!((error.kind(), error.to_string()), (ErrorKind::UnknownAssociation, message), "{text}");
            assert_eq!(error.remedy(), None);
        }
    }
    let text = r#"{"model": "User", "include": [{"association": "posts", "include": ["editor"]}]}"#;
    let message = "include(posts).include: there is no association \"editor\" here";
    check_all(&policy(), ErrorKind::UnknownAssociation, &[(text, message)]);
}

#[test]
fn a_hidden_model_is_no_model() {
    for name in ["Note", "Grant", "No Such"] {
        for (text, key) in [
            (r#"{"model": "NAME"}"#, "model"),
            (r#"{"count": "NAME"}"#, "count"),
            (r#"{"find_and_count": "NAME"}"#, "find_and_count"),
            (r#"{"destroy": "NAME", "all": true}"#, "destroy"),
        ] {
            let error = refusal(&policy(), &text.replace("NAME", name));
            let message = format!("{key}: there is no model \"{name}\" here");
            assert_eq!((error.kind(), error.to_string()), (ErrorKind::UnknownModel, message));
        }
    }
    let nothing = Policy::new();
    assert_eq!(refusal(&nothing, r#"{"model": "User"}"#).kind(), ErrorKind::UnknownModel);
}

#[test]
fn what_is_not_offered_is_refused_by_name() {
    let cases = [
        (r#"{"model": "User", "where": {"name": {"like": "%a"}}}"#, "where: the operator \"like\" is not offered"),
        // The operators of a path are those of the model that it ends in.
        (
            r#"{"model": "Post", "where": {"$author.name$": {"like": "%a"}}}"#,
            "where: the operator \"like\" is not offered",
        ),
        (r#"{"model": "User", "where": {"$posts.title$": {"gt": "a"}}}"#, "where: the operator \"gt\" is not offered"),
        (
            r#"{"model": "User", "attributes": [[{"fn": "upper", "args": [{"col": "name"}]}, "x"]]}"#,
            "attributes: the function \"upper\" is not offered",
        ),
        (
            r#"{"model": "User", "attributes": [[{"fn": "pg_sleep", "args": [{"value": 5}]}, "x"]]}"#,
            "attributes: the function \"pg_sleep\" is not offered",
        ),
        (
            r#"{"model": "Post", "attributes": [
                [{"fn": "lower", "args": [{"col": "author.name"}]}, "x"],
                [{"fn": "lower", "args": [{"col": "title"}]}, "y"]]}"#,
            "attributes: the function \"lower\" is not offered",
        ),
        (
            r#"{"model": "User", "attributes": [[{"fn": "min", "args": [{"col": "name"}]}, "x"]]}"#,
            "attributes: the function \"min\" is not offered",
        ),
        (
            r#"{"model": "Post", "attributes": [[{"fn": "count"}, "n"]]}"#,
            "attributes: the function \"count\" is not offered",
        ),
        (
            r#"{"model": "User", "attributes": [[{"cast": {"col": "id"}, "as": "text"}, "x"]]}"#,
            "attributes: the expression \"cast\" is not offered",
        ),
        (r#"{"aggregate": "count", "model": "User", "attribute": "id"}"#, "the call \"aggregate\" is not offered"),
        (r#"{"create": "User", "values": {"name": "a"}}"#, "the call \"create\" is not offered"),
        (r#"{"model": "User", "paranoid": false}"#, "paranoid: the option \"paranoid\" is not offered"),
        (r#"{"model": "User", "lock": "update"}"#, "lock: the option \"lock\" is not offered"),
        (r#"{"model": "Post", "distinct": true}"#, "distinct: the option \"distinct\" is not offered"),
        (r#"{"count": "Post", "group": ["title"]}"#, "group: the option \"group\" is not offered"),
        (r#"{"model": "Post", "having": {"title": "a"}}"#, "having: the option \"having\" is not offered"),
        (
            r#"{"model": "Post", "include": [{"association": "author", "paranoid": false}]}"#,
            "include(author).paranoid: the option \"paranoid\" is not offered",
        ),
        (
            r#"{"model": "User", "include": [{"association": "roles", "through": {"paranoid": false}}]}"#,
            "include(roles).through.paranoid: the option \"paranoid\" is not offered",
        ),
        (
            r#"{"model": "User", "include": [
                {"association": "roles", "through": {"attributes": [[{"value": 1}, "x"]]}}]}"#,
            "include(roles).through.attributes: the option \"attributes\" is not offered",
        ),
    ];
    check_all(&policy(), ErrorKind::Unsupported, &cases);
    let nonsense = [
        (
            r#"{"model": "User", "include": [{"association": "posts", "as": "password_hash"}]}"#,
            "include: the name \"password_hash\" cannot be given here",
        ),
        (
            r#"{"model": "User", "include": [{"association": "posts", "as": "sessions"}]}"#,
            "include: the name \"sessions\" cannot be given here",
        ),
        (
            r#"{"model": "User", "include": [{"association": "posts", "through": {"attributes": []}}]}"#,
            "include(posts).through: \"through\" has no meaning here",
        ),
    ];
    check_all(&policy(), ErrorKind::Request, &nonsense);
    let mut scoped = read(r#"{"model": "User"}"#);
    scoped.find.scope = Some(vec![ScopeDoc { name: "admins".to_owned(), args: Vec::new() }]);
    let error = policy().check(&mut scoped, &models()).unwrap_err();
    assert_eq!(error.to_string(), "scope: there is no scope \"admins\" here");
}

#[test]
fn flags_allow_what_they_say() {
    let policy = with_user(user().allow_deleted().allow_lock().calls(["find", "aggregate"]).scopes(["adults"]));
    filled(&policy, r#"{"model": "User", "paranoid": false, "lock": "update"}"#);
    filled(&policy, r#"{"aggregate": "count", "model": "User", "attribute": "id"}"#);
    let cases = [
        (
            r#"{"aggregate": "max", "model": "User", "attribute": "id"}"#,
            "aggregate: the aggregate \"max\" is not offered",
        ),
        (r#"{"count": "User"}"#, "the call \"count\" is not offered"),
    ];
    check_all(&policy, ErrorKind::Unsupported, &cases);
    let hidden = r#"{"aggregate": "count", "model": "User", "attribute": "password_hash"}"#;
    let message = "attribute: there is no attribute \"password_hash\" here";
    check_all(&policy, ErrorKind::UnknownAttribute, &[(hidden, message)]);
    let mut scoped = read(r#"{"model": "User"}"#);
    scoped.find.scope = Some(vec![ScopeDoc { name: "adults".to_owned(), args: Vec::new() }]);
    policy.check(&mut scoped, &models()).unwrap();
}

#[test]
fn limits_hold() {
    let many = ["1"; 10_000].join(", ");
    let includes: Vec<String> =
        (0..150).map(|i| format!(r#"{{"association": "posts", "as": "p{i}", "attributes": []}}"#)).collect();
    let cases = [
        (r#"{"model": "User", "limit": 101}"#.to_owned(), "limit: a limit is at most 100"),
        (r#"{"model": "User", "offset": 10001}"#.to_owned(), "offset: an offset is at most 10000"),
        (
            r#"{"model": "User", "include": [{"association": "posts", "limit": 18446744073709551615}]}"#.to_owned(),
            "include(posts).limit: a limit is at most 100",
        ),
        (
            r#"{"model": "User", "include": [{"association": "posts", "offset": 20000}]}"#.to_owned(),
            "include(posts).offset: an offset is at most 10000",
        ),
        (format!(r#"{{"model": "User", "where": {{"id": [{many}]}}}}"#), "a request has at most 200 parts"),
        (
            format!(r#"{{"model": "User", "where": {{"name": {{"value": [{many}]}}}}}}"#),
            "a request has at most 200 parts",
        ),
        (
            format!(r#"{{"model": "User", "where": {{"or": [{}]}}}}"#, [r#"{"id": 1}"#; 100].join(", ")),
            "a request has at most 200 parts",
        ),
        (
            format!(r#"{{"model": "User", "order": [{}]}}"#, [r#""name""#; 201].join(", ")),
            "a request has at most 200 parts",
        ),
        (format!(r#"{{"model": "User", "include": [{}]}}"#, includes.join(", ")), "a request has at most 200 parts"),
        (
            format!(r#"{{"model": "User", "where": {}{{"id": 1}}{}}}"#, r#"{"not": "#.repeat(20), "}".repeat(20)),
            "where: conditions and expressions are nested at most 8 deep",
        ),
        (
            format!(
                r#"{{"model": "User", "attributes": [[{}{{"col": "name"}}{}, "x"]]}}"#,
                r#"{"fn": "lower", "args": ["#.repeat(20),
                "]}".repeat(20)
            ),
            "attributes: conditions and expressions are nested at most 8 deep",
        ),
        (
            r#"{"model": "Post", "where": {"$author.posts.author.posts.author.name$": "a"}}"#.to_owned(),
            "where: associations are followed at most 4 deep",
        ),
        (
            // What an include names is as far from the root as it is.
            r#"{"model": "Post", "include": [
                {"association": "author", "where": {"$posts.author.posts.author.id$": 1}}]}"#
                .to_owned(),
            "include(author).where: associations are followed at most 4 deep",
        ),
        (
            r#"{"model": "Post", "limit": 1, "include": [{"association": "author", "include": [
                {"association": "posts", "include": [{"association": "author", "include": [
                    {"association": "posts", "include": ["author"]}]}]}]}]}"#
                .to_owned(),
            "include(author).include(posts).include(author).include(posts).include: \
             associations are followed at most 4 deep",
        ),
        (
            r#"{"model": "User", "include": [{"association": "posts", "include": [
                {"association": "author", "include": ["posts"]}]}]}"#
                .to_owned(),
            "include(posts).include(author).include(posts).limit: \
             the limits of a request come to at most 1000000 rows; give smaller limits",
        ),
    ];
    for (text, message) in &cases {
        check_all(&policy(), ErrorKind::LimitExceeded, &[(text.as_str(), *message)]);
    }
    // A tree that no reader has measured.
    let deep = (0..1_000).fold(col("id").eq(1), |tree, _| not(tree));
    let find = FindDoc { filter: Some(deep), ..FindDoc::default() };
    let mut doc = RequestDoc { call: CallDoc::Find, model: "User".to_owned(), find };
    assert_eq!(policy().check(&mut doc, &models()).unwrap_err().kind(), ErrorKind::LimitExceeded);
    // Limits are the policy's to choose.
    filled(&policy().max_limit(500).max_offset(0), r#"{"model": "User", "limit": 500, "offset": 0}"#);
    for (policy, text) in [
        (policy().max_depth(0), r#"{"model": "User", "include": ["posts"]}"#),
        (policy().max_nesting(1), r#"{"model": "User", "where": {"id": 1}}"#),
        (policy().max_nodes(2), r#"{"model": "User", "where": {"id": 1}}"#),
        (policy().max_rows(99), r#"{"model": "User"}"#),
    ] {
        assert_eq!(refusal(&policy, text).kind(), ErrorKind::LimitExceeded, "{text}");
    }
}

#[test]
fn names_cannot_forge_a_log() {
    let mut doc = read(r#"{"model": "User"}"#);
    let name = format!("x\n[ERROR] \u{1b}[31m{}", "y".repeat(10_000));
    doc.find.attributes = Some(AttributesDoc::List(vec![SelectDoc::Name(name)]));
    let message = policy().check(&mut doc, &models()).unwrap_err().to_string();
    assert!(message.len() < 300 && !message.chars().any(char::is_control), "{message}");
    assert!(message.starts_with("attributes.x\\n[ERROR]"), "{message}");
}
