//! Libraries of Rust. Some of it is what relata stands on, and so is a version in the lock file.

use relata::{ErrorKind, Executor};
use relata_testkit::databases::sqlite;
use relata_tests::folder;
use serde_json::json;

use crate::{ask, literal, models, models_of};

fn read(path: &str) -> String {
    std::fs::read_to_string(folder().join("..").join(path)).unwrap()
}

/// The versions of a package in the lock file.
fn locked(package: &str) -> Vec<(u64, u64, u64)> {
    let text = read("Cargo.lock");
    let mut found = Vec::new();
    for block in text.split("[[package]]") {
        let field = |name: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(&format!("{name} = \"")))?;
            line.strip_suffix('"')
        };
        if field("name") != Some(package) {
            continue;
        }
        let version = field("version").unwrap();
        let plain = version.split(['-', '+']).next().unwrap_or_default();
        let numbers: Vec<u64> = plain.split('.').map(|part| part.parse().unwrap()).collect();
        found.push((numbers[0], numbers[1], numbers[2]));
    }
    found
}

/// What was found in the crates below relata, and since when it is mended: RUSTSEC-2024-0363 and the like of 4 GiB that
/// become few bytes, RUSTSEC-2026-0178 (a row that is too short), -0179 (SCRAM without end), -0180 (hstore),
/// RUSTSEC-2020-0014 and 2021-0128 (rusqlite), RUSTSEC-2022-0090 (SQLite itself), RUSTSEC-2020-0071, 2020-0159 and
/// 2026-0009 (times), RUSTSEC-2024-0336 (TLS).
#[test]
fn rustsec_floors_are_kept() {
    let floors = [
        ("tokio-postgres", (0, 7, 18), true),
        ("postgres-protocol", (0, 6, 12), true),
        ("rusqlite", (0, 26, 2), true),
        ("libsqlite3-sys", (0, 25, 1), true),
        ("rustls", (0, 23, 5), false),
        ("chrono", (0, 4, 20), false),
        ("time", (0, 3, 47), false),
        ("sqlx", (0, 8, 1), false),
        ("diesel", (2, 3, 8), false),
    ];
    for (package, floor, needed) in floors {
        let versions = locked(package);
        assert!(
            !needed || !versions.is_empty(),
            "{package} is not in the lock file: is the floor of something else now?"
        );
        assert!(versions.iter().all(|version| *version >= floor), "{package} {versions:?} is below {floor:?}");
    }
}

/// CVE-2022-35737 was in the library itself.
#[test]
fn rustsec_2022_0090_sqlite_is_recent() {
    let version: Option<(String,)> = sqlite().query("SELECT sqlite_version()", ()).one().unwrap();
    let version = version.unwrap().0;
    let numbers: Vec<u64> = version.split('.').map(|part| part.parse().unwrap()).collect();
    assert!(numbers.as_slice() >= [3, 39, 2].as_slice(), "{version}");
}

/// A text of SQLite was taken for UTF-8 without a look.
#[test]
fn rustsec_2026_0111_a_text_that_is_no_utf_8_is_an_error() {
    let db = sqlite();
    let models = models();
    relata::create_missing(&db, &models.views().collect::<Vec<_>>()).unwrap();
    db.batch("INSERT INTO users (id, name, meta) VALUES (1, CAST(X'ff41' AS TEXT), CAST(X'22ff22' AS TEXT))").unwrap();
    for attribute in ["name", "meta"] {
        let request = json!({ "model": "User", "attributes": [attribute] });
        assert_eq!(ask(&db, &models, &request).unwrap_err().kind(), ErrorKind::Decode, "{attribute}");
    }
    let raw = db.query("SELECT name FROM users", ()).all::<(String,)>().unwrap_err();
    assert_eq!((raw.kind(), raw.path()), (ErrorKind::Decode, "name"));
    assert_eq!(db.query("SELECT name FROM users", ()).values().unwrap_err().kind(), ErrorKind::Decode);
    let bytes: Vec<(Vec<u8>,)> = db.query("SELECT CAST(name AS BLOB) FROM users", ()).all().unwrap();
    assert_eq!(bytes, [(vec![0xff, 0x41],)], "the connection goes on");
}

/// Memory that was freed, padding that was read, types that were transmuted: RUSTSEC-2021-0037, -2026-0134, -2026-0135,
/// -2026-0137, -2026-0138, -2026-0172. None of it can be written here.
#[test]
fn rustsec_2021_0037_no_code_is_unsafe() {
    assert!(read("Cargo.toml").contains("unsafe_code = \"forbid\""));
    let mut crates = 0;
    for entry in std::fs::read_dir(folder().join("../crates")).unwrap() {
        let manifest = entry.unwrap().path().join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest).unwrap();
        assert!(text.contains("[lints]\nworkspace = true"), "{}", manifest.display());
        crates += 1;
    }
    assert!(crates >= 10, "{crates}");
}

/// Options of a statement that copies had quotes in them (GHSA-m9p2-fxp5-v3fp). What a schema says of its tables is a word
/// out of few, or a literal.
#[test]
fn rustsec_2026_0136_options_are_words_or_literals() {
    let schema = |on_delete: &str, default: &str| {
        json!({ "models": { "Thing": {
            "attributes": { "parent_id": { "type": "bigint" }, "word": { "type": "string(99)", "default": default } },
            "associations": { "parent": { "belongs_to": "Thing", "foreign_key": "parent_id", "on_delete": on_delete } }
        } } })
    };
    let tables = |on_delete: &str, default: &str, dialect| {
        let models = models_of(&schema(on_delete, default))?;
        relata::migrate::create_missing(&models.views().collect::<Vec<_>>(), dialect)
    };
    for dialect in relata::dialect::ALL {
        let text = "x', delimiter ';";
        let statements = tables("cascade", text, dialect).unwrap();
        assert!(statements[0].contains(&literal(text, dialect.name)) && statements[0].contains(" ON DELETE CASCADE"));
        for wrong in ["cascade; DROP TABLE users", "cascade, delimiter ';'", "CASCADE --", "casade", ""] {
            let built = tables(wrong, "x", dialect);
            assert!(built.is_err(), "{wrong:?} is passed over: {built:?}");
        }
    }
}
