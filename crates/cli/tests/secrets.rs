//! What the command never prints: a password, and what a terminal obeys.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/schemas/blog.json");
const PASSWORD: &str = "hunter2-canary-password";

fn relata(arguments: &[&str], variables: &[(&str, &str)], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_relata"))
        .args(arguments)
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{error}"));
    if let Some(mut stdin) = child.stdin.take() {
        // A command that fails early does not read its input.
        let _ = stdin.write_all(input.as_bytes());
    }
    child.wait_with_output().unwrap_or_else(|error| panic!("{error}"))
}

fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_password_is_never_printed() {
    let request = "{\"model\": \"User\"}";
    // Nobody listens on port 1.
    for form in [
        "postgres://ann:{}@127.0.0.1:1/d",
        "postgres://ann:{}@127.0.0.1:port/d",
        "postgres://ann:{}@127.0.0.1:1/d?sslmode=prefer",
        "postgres://127.0.0.1:1/d?user=ann&password={}&sslmode=prefer",
        "mysql://ann:{}@127.0.0.1:1/d",
        "postgress://ann:{}@127.0.0.1:1/d",
    ] {
        let url = form.replace("{}", PASSWORD);
        for (arguments, variables) in [
            (vec!["--url", url.as_str()], vec![]),
            (vec!["--url", "env:CANARY_URL"], vec![("CANARY_URL", url.as_str())]),
        ] {
            let arguments = [vec!["find", "--schema", SCHEMA], arguments, vec!["--explain", "-"]].concat();
            let output = relata(&arguments, &variables, request);
            assert!(!output.status.success(), "{form}");
            let text = printed(&output);
            assert!(text.contains("error: ") && !text.contains(PASSWORD), "{text}");
        }
    }
}

#[test]
fn what_a_request_says_does_not_reach_the_terminal_as_it_is() {
    let request = "{\"model\": \"User\", \"where\": {\"\\u001b[2J\\r\\n[ERROR] forged\\u202e\": 1}}\n";
    for format in ["text", "json"] {
        let output = relata(&["sql", "--schema", SCHEMA, "--format", format, "-"], &[], request);
        assert_eq!(output.status.code(), Some(1));
        let text = printed(&output);
        let obeyed = text.chars().find(|&c| (c.is_control() && c != '\n') || c == '\u{202e}');
        assert!(text.contains("forged") && obeyed.is_none(), "{obeyed:?} in {text:?}");
        assert!(text.lines().all(|line| !line.starts_with("[ERROR]")), "{text:?}");
    }
}
