//! Writes of callers who are not trusted: what may be written, and what is answered of it.

use relata_schema::ErrorKind;

use super::{check_all, filled, user, with_user};
use crate::doc::{CallDoc, ReturningDoc};

#[test]
fn a_write_writes_and_answers_what_is_listed() {
    let policy = with_user(user().calls(["create", "update", "destroy", "increment"]));
    let hidden = [
        (r#"{"create": "User", "values": {"name": "a", "password_hash": "x"}}"#, "values.password_hash"),
        (r#"{"create": "User", "values": [{"name": "a"}, {"password_hash": "x"}]}"#, "values.password_hash"),
        (r#"{"create": "User", "values": {"name": "a"}, "returning": ["password_hash"]}"#, "returning.password_hash"),
        (r#"{"update": "User", "set": {"password_hash": "x"}, "where": {"id": 1}}"#, "set.password_hash"),
        (r#"{"update": "User", "set": {"name": {"col": "password_hash"}}, "where": {"id": 1}}"#, "set.password_hash"),
        (r#"{"update": "User", "set": {"name": "x"}, "where": {"password_hash": "x"}}"#, "where.password_hash"),
        (r#"{"increment": "User", "by": {"password_hash": 1}, "where": {"id": 1}}"#, "by.password_hash"),
        (r#"{"destroy": "User", "where": {"id": 1}, "returning": ["password_hash"]}"#, "returning.password_hash"),
    ];
    for (text, place) in hidden {
        let message = format!("{place}: there is no attribute \"password_hash\" here");
        check_all(&policy, ErrorKind::UnknownAttribute, &[(text, message.as_str())]);
    }
    let cases = [
        (r#"{"update": "User", "set": {"name": "x"}, "all": true}"#, "all: the option \"all\" is not offered"),
        (r#"{"destroy": "User", "where": {"id": 1}, "force": true}"#, "force: the option \"force\" is not offered"),
        (r#"{"truncate": "User"}"#, "the call \"truncate\" is not offered"),
        (
            r#"{"create": "User", "values": {"name": "a"}, "update_on_duplicate": ["name"]}"#,
            "update_on_duplicate: the option \"update_on_duplicate\" is not offered",
        ),
        (
            r#"{"destroy": "User", "where": {"id": 1}, "paranoid": false}"#,
            "paranoid: the option \"paranoid\" is not offered",
        ),
    ];
    check_all(&policy, ErrorKind::Unsupported, &cases);
    let returning = |text: &str| match filled(&policy, text).call {
        CallDoc::Write(write) => write.returning,
        other => panic!("{other:?} is no write"),
    };
    let readable = ReturningDoc::Attributes(["id", "name", "email"].map(str::to_owned).to_vec());
    assert_eq!(returning(r#"{"create": "User", "values": {"name": "a", "score": 1}}"#), readable);
    let update = r#"{"update": "User", "set": {"score": 1}, "where": {"id": 1}, "returning": true}"#;
    assert_eq!(returning(update), readable);
    assert_eq!(returning(r#"{"destroy": "User", "where": {"id": 1}}"#), ReturningDoc::Default);
}
