//! House rules that a test can check.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use relata_tests::{files, folder};

fn root() -> PathBuf {
    folder().join("..")
}

fn sources(below: &str) -> Vec<(String, String)> {
    files(below, "rs")
        .into_iter()
        .filter(|path| !path.components().any(|part| part.as_os_str() == "target"))
        .map(|path| {
            let name = path.strip_prefix(folder().join("..")).unwrap_or(&path).display().to_string();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// What stands before the tests of a file.
fn code(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

#[test]
fn only_dialects_drivers_and_the_url_table_name_a_database() {
    let mut found = Vec::new();
    for krate in ["schema", "request", "ir", "planner", "driver", "migrate", "derive", "orm"] {
        for (name, text) in sources(&format!("../crates/{krate}/src")) {
            if name.ends_with("orm/src/url.rs") {
                continue;
            }
            for (number, line) in code(&text).lines().enumerate() {
                let line_code = line.split("//").next().unwrap_or("");
                let lower = line_code.to_lowercase();
                // Messages and documentation may name a database; branches may not.
                let names =
                    ["\"sqlite\"", "\"postgres\"", "sqlite_3", "postgres_15", "relata_sqlite", "relata_postgres"];
                if names.iter().any(|database| lower.contains(database)) {
                    found.push(format!("{name}:{}: {line}", number + 1));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn what_stands_below_the_drivers_is_pure() {
    let forbidden = ["std::fs", "std::net", "std::env", "std::time", "SystemTime", "Instant::now", "rand::"];
    let mut found = Vec::new();
    for krate in ["schema", "request", "ir", "dialect", "planner"] {
        for (name, text) in sources(&format!("../crates/{krate}/src")) {
            for word in forbidden {
                if code(&text).contains(word) {
                    found.push(format!("{name}: {word}"));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn nothing_is_left_to_do() {
    let mut found = Vec::new();
    for (name, text) in sources("../crates") {
        for word in ["todo!(", "unimplemented!(", "dbg!("] {
            if code(&text).lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word)) {
                found.push(format!("{name}: {word}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn rooms_are_small() {
    for (name, text) in sources("../crates") {
        let lines = text.lines().count();
        assert!(lines <= 800, "{name} has {lines} lines: split it by concept");
    }
}

#[test]
fn every_module_says_what_it_is() {
    for (name, text) in sources("../crates") {
        assert!(text.starts_with("//!"), "{name} has no module documentation");
    }
}

#[test]
fn the_top_level_holds_what_it_should() {
    let known = [
        ".cargo",
        ".ci",
        ".git",
        ".gitignore",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "clippy.toml",
        "crates",
        "deny.toml",
        "docs",
        "rust-toolchain.toml",
        "rustfmt.toml",
        "snapshots",
        "target",
        "tests",
        "benches",
        "fuzz",
    ];
    for entry in std::fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(known.contains(&name.as_str()), "{name} stands at the top level");
    }
}

/// `docs/FEATURES.md` names the test that proves each feature; each must be there.
#[test]
fn every_feature_names_a_test_that_exists() {
    let text = std::fs::read_to_string(root().join("docs/FEATURES.md")).unwrap();
    let all: String =
        sources("../crates").into_iter().chain(sources("tests")).map(|(_, text)| text).collect::<Vec<_>>().join("\n");
    let mut rows = 0;
    for line in text.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let Some(&proof) = cells.last() else { continue };
        let says = |state: &str| cells.iter().any(|cell| cell.trim_start_matches('`').starts_with(state));
        // What works is proven; what works partly may say that no test shows it.
        let claims = says("works") || (says("partly") && proof != "–");
        if !claims {
            continue;
        }
        rows += 1;
        let named: Vec<&str> = proof.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "nothing proves: {line}");
        for name in named {
            let there = match name.strip_prefix("cases/") {
                Some(case) => Path::new(&folder()).join("cases").join(format!("{case}.json")).exists(),
                None => name.rsplit("::").next().is_some_and(|test| all.contains(&format!("fn {test}("))),
            };
            assert!(there, "{name} does not exist: {line}");
        }
    }
    assert!(rows > 50, "only {rows} rows claim anything");
}
