//! The command as a user runs it: answers, errors, exit statuses.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

fn relata(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_relata"))
        .args(arguments)
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

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/schemas/blog.json");

#[test]
fn the_demo_runs() {
    let output = relata(&["demo"], "");
    assert!(output.status.success(), "{}", err(&output));
    let text = out(&output);
    for part in
        ["separate_per_parent", "-- postgres", "-- sqlite", "LATERAL", "row_number()", "did you mean \"email\"?"]
    {
        assert!(text.contains(part), "{part} is missing");
    }
}

#[test]
fn the_demo_says_the_same_of_every_database() {
    let tour = |url: &str| {
        let output = relata(&["demo", "--url", url], "");
        assert!(output.status.success(), "{}", err(&output));
        // The first line names the database, and a violation is told in its words.
        let text = out(&output);
        let told: Vec<&str> =
            text.lines().skip(1).filter(|line| !line.contains("another row has these values")).collect();
        told.join("\n")
    };
    let folder = std::env::temp_dir().join(format!("relata-demo-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{error}"));
    let file = format!("sqlite:{}", folder.join("blog.db").display());
    let first = tour(&file);
    for url in relata_testkit::databases::urls("demo") {
        assert_eq!(tour(&url), first, "{url}");
    }
    // What it finds there belongs to somebody.
    let again = relata(&["demo", "--url", &file], "");
    assert_eq!(again.status.code(), Some(1));
    assert!(err(&again).contains("give the demo an empty one"), "{}", err(&again));
    std::fs::remove_dir_all(&folder).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn sql_compiles_lines_in_order_and_goes_on_after_a_mistake() {
    let requests = "{\"model\": \"User\", \"limit\": 1}\n{\"model\": \"Usr\"}\n{\"count\": \"Post\"}\n";
    let output = relata(&["sql", "--schema", SCHEMA, "--format", "json", "--dialect", "sqlite", "-"], requests);
    assert_eq!(output.status.code(), Some(1));
    let text = out(&output);
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0]["sqlite"]["statements"][0]["sql"].as_str().is_some_and(|sql| sql.ends_with("LIMIT +?")));
    assert_eq!(lines[1]["error"]["kind"], "unknown_model");
    assert!(lines[1]["error"]["message"].as_str().is_some_and(|message| message.contains("\"User\"")));
    assert!(lines[2]["sqlite"]["statements"][0]["sql"].as_str().is_some_and(|sql| sql.contains("count(*)")));
}

#[test]
fn sql_shows_every_pass() {
    let output = relata(&["sql", "--schema", SCHEMA, "--trace", "-"], "{\"model\": \"User\", \"where\": {\"id\": 1}}");
    let text = out(&output);
    for stage in ["lower", "fold_constants", "left_to_inner", "eliminate_join", "prune_projection", "per_parent"] {
        assert!(text.contains(stage), "{stage} is missing in {text}");
    }
}

#[test]
fn find_answers_as_json_csv_and_table() {
    let folder = std::env::temp_dir().join(format!("relata-command-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{error}"));
    let url = format!("sqlite:{}", folder.join("blog.db").display());
    let db = relata::Database::open(&url).unwrap_or_else(|error| panic!("{error}"));
    db.batch(
        "CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL); INSERT INTO tags VALUES (1, 'a,b'), (2, 'c')",
    )
    .unwrap_or_else(|error| panic!("{error}"));
    let request = "{\"model\": \"Tag\", \"order\": [\"id\"]}";
    let answer = |format: &str| {
        let output = relata(&["find", "--schema", SCHEMA, "--url", &url, "--format", format, "-"], request);
        assert!(output.status.success(), "{}", err(&output));
        out(&output)
    };
    assert_eq!(answer("json"), "[{\"id\":1,\"name\":\"a,b\"},{\"id\":2,\"name\":\"c\"}]\n");
    assert_eq!(answer("csv"), "id,name\n1,\"a,b\"\n2,c\n");
    assert!(answer("table").contains("a,b"));
    let missing = relata(&["find", "--schema", SCHEMA, "--url", &url, "-"], "{\"model\": \"Role\"}");
    assert_eq!(missing.status.code(), Some(3), "the database refuses: {}", err(&missing));
    let _ = std::fs::remove_dir_all(folder);
}

#[test]
fn mistakes_have_a_status_and_a_place() {
    assert_eq!(relata(&["sql"], "").status.code(), Some(2));
    let output = relata(&["sql", "--schema", "no-such-file.json", "-"], "{}");
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("no-such-file.json"));
    let output = relata(&["sql", "--schema", SCHEMA, "--dialect", "postgre", "-"], "{}");
    assert!(err(&output).contains("\"postgres\""), "{}", err(&output));
    let output = relata(&["find", "--schema", SCHEMA, "--url", "postgres://ann:hunter2@127.0.0.1:1/x", "-"], "{}");
    assert_eq!(output.status.code(), Some(3));
    assert!(err(&output).contains("127.0.0.1:1") && !err(&output).contains("hunter2"), "{}", err(&output));
}

#[test]
fn requests_are_measured() {
    let request = r#"{"model":"Post","where":{"id":1},"limit":2}"#;
    let arguments = ["bench", "--schema", SCHEMA, "-", "--dialect", "sqlite"];
    let output = relata(&[&arguments[..], &["--format", "json"]].concat(), request);
    assert!(output.status.success(), "{}", err(&output));
    let json: serde_json::Value = serde_json::from_str(&out(&output)).unwrap_or_else(|error| panic!("{error}"));
    let found = &json["sqlite"];
    assert_eq!((&found["statements"], &found["binds"]), (&1.into(), &2.into()), "{json}");
    let time = |phase: &str| found[phase]["ns"].as_f64().unwrap_or_default();
    assert!(time("build") > 0.0 && time("cold") > time("warm"), "{json}");
    assert_eq!(found["warm"]["allocations"], 0, "{json}");
    assert!(found["cold"]["allocations"].as_u64() > Some(0), "{json}");
    let text = out(&relata(&arguments, request));
    assert!(["build", "cold", "warm", "▇"].iter().all(|part| text.contains(part)), "{text}");
    let unknown = relata(&["bench", "--schema", SCHEMA, "-"], r#"{"model":"Pots"}"#);
    assert!(!unknown.status.success() && err(&unknown).contains("did you mean"), "{}", err(&unknown));
}
