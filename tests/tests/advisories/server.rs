//! What servers do with encodings, modes and comments, and what they ask of a client.

use relata::{Database, ErrorKind, Executor};
use relata_testkit::databases::{databases, postgres_url, sqlite};
use serde_json::json;

use crate::{ask, count, models_of, on_all, schema};

fn setting(db: &Database, sql: &'static str) -> String {
    let found: Option<(String,)> = db.query(sql, ()).one().unwrap();
    found.unwrap().0
}

fn is_mysql(db: &Database) -> bool {
    ["mysql", "mariadb"].contains(&db.dialect().name)
}

/// Half of a character swallowed the quote behind it: CVE-2006-2313 and CVE-2006-2314 (PostgreSQL), CVE-2006-2753 (MySQL).
/// Texts are sent and read as UTF-8, whatever the database was told.
#[test]
fn cve_2006_2313_a_connection_speaks_utf_8() {
    if let Some(url) = postgres_url("cve_2006_2313") {
        let first = Database::open(&url).unwrap();
        let sql =
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET client_encoding = GBK', current_database()); END $$";
        first.batch(sql).unwrap();
        let db = Database::open(&url).unwrap();
        assert_eq!(setting(&db, "SHOW client_encoding"), "UTF8");
        assert_eq!(setting(&db, "SELECT CAST('\u{7e97}\u{5c}' AS text)"), "\u{7e97}\u{5c}");
    }
    on_all("cve_2006_2753", |db, models| {
        if is_mysql(db) {
            for sql in
                ["SELECT @@character_set_client", "SELECT @@character_set_connection", "SELECT @@character_set_results"]
            {
                assert_eq!(setting(db, sql), "utf8mb4");
            }
        }
        // The bytes of these end in those of a quote and a backslash in other encodings.
        for text in ["\u{bf}'", "\u{7e97}'", "\u{8868}\\' OR 1=1 -- ", "\u{3b1}\u{5c}"] {
            let values = json!({ "id": 9, "name": text });
            ask(db, models, &json!({ "create": "User", "values": values })).unwrap();
            assert_eq!(count(db, models, "User", json!({ "name": text })), 1);
            let mut schema = schema();
            schema["models"]["User"]["default_scope"] = json!({ "where": { "name": text } });
            let scoped = models_of(&schema).unwrap();
            assert_eq!(ask(db, &scoped, &json!({ "destroy": "User", "all": true })).unwrap(), json!({ "affected": 1 }));
        }
        assert_eq!(count(db, models, "User", json!({})), 2);
    });
}

/// What an application changes of its session by SQL of its own does not meet the next that gets the connection: else a
/// literal ends where it did not.
#[test]
fn cve_2006_2753_a_changed_session_does_not_meet_the_next() {
    let mut kept = Vec::new();
    for db in databases("changed_session") {
        let changes: &[(&'static str, &'static str)] = match db.dialect().name {
            "postgres" => &[
                ("SET client_encoding = 'GBK'", "SHOW client_encoding"),
                ("SET standard_conforming_strings = off", "SHOW standard_conforming_strings"),
                ("SET TIME ZONE 'Asia/Tokyo'", "SHOW TIME ZONE"),
            ],
            // A database in memory is its connection.
            "sqlite" => continue,
            _ => &[
                ("SET NAMES gbk", "SELECT @@character_set_client"),
                ("SET sql_mode = 'NO_BACKSLASH_ESCAPES'", "SELECT @@sql_mode"),
                ("SET sql_mode = 'ANSI_QUOTES'", "SELECT @@sql_mode"),
                ("SET time_zone = '+09:00'", "SELECT @@time_zone"),
            ],
        };
        for &(change, asked) in changes {
            let before = setting(&db, asked);
            // It may be refused: then nothing has changed.
            let _ = db.execute(change, ());
            let after = setting(&db, asked);
            if before != after {
                kept.push(format!("{} after {change}: {before} is {after}", db.dialect().name));
            }
        }
    }
    assert!(kept.is_empty(), "{}", kept.join("\n"));
}

/// In modes that are lenient a value is made to fit, and what is stored is not what was sent.
#[test]
fn modes_are_strict() {
    on_all("modes", |db, models| {
        if is_mysql(db) {
            let mode = setting(db, "SELECT @@sql_mode");
            assert!(mode.contains("STRICT_ALL_TABLES") || mode.contains("STRICT_TRANS_TABLES"), "{mode}");
            assert!(!mode.contains("NO_BACKSLASH_ESCAPES") && !mode.contains("ANSI_QUOTES"), "{mode}");
        }
        for sql in [
            "INSERT INTO users (id, role) VALUES (7, 'none')",
            "INSERT INTO users (id, role) VALUES (8, '')",
            "INSERT INTO posts (id, author_id) VALUES (9, 77)",
        ] {
            assert!(db.execute(sql, ()).is_err(), "{sql} on {}", db.dialect().name);
        }
        assert_eq!(count(db, models, "User", json!({})), 2);
    });
}

/// A server may ask a client for a file, an extension may be loaded, another file attached.
#[test]
fn files_are_not_read_for_a_server() {
    let folder = std::env::temp_dir().join(format!("relata-hostile-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("secret.txt");
    std::fs::write(&file, "7\tcanary\n").unwrap();
    on_all("files", |db, models| {
        let load = format!("LOAD DATA LOCAL INFILE '{}' INTO TABLE users (id, name)", file.display());
        if is_mysql(db) {
            assert!(db.with(&mut |session| session.batch(&load)).is_err());
        }
        if db.dialect().name == "sqlite" {
            let error = db.query("SELECT load_extension('x')", ()).values().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Database, "{error:?}");
        }
        assert_eq!(count(db, models, "User", json!({ "name": { "starts_with": "canary" } })), 0);
    });
    std::fs::remove_dir_all(&folder).unwrap();
}

/// What the authors of SQLite recommend for databases that somebody else may have written.
#[test]
fn sqlite_trusts_no_schema() {
    let db = sqlite();
    let flag = |sql: &'static str| db.query(sql, ()).one::<(i64,)>().unwrap().map(|(flag,)| flag);
    assert_eq!(flag("PRAGMA foreign_keys"), Some(1));
    // A text in double quotes is a name that is not known, and no text.
    assert!(db.query("SELECT \"no such column\"", ()).values().is_err());
    let mut trusted = Vec::new();
    if flag("PRAGMA trusted_schema") != Some(0) {
        trusted.push("views and triggers call any function");
    }
    db.batch("CREATE TABLE t (x INTEGER); PRAGMA writable_schema = 1").unwrap();
    if db.execute("UPDATE sqlite_master SET sql = 'CREATE TABLE t (x, y)' WHERE name = 't'", ()).is_ok() {
        trusted.push("the schema is written as a table");
    }
    assert!(trusted.is_empty(), "{trusted:?}");
}

/// Patterns: what ends with a backslash is an error on one database and a backslash on another, and brackets mean something
/// to a third. A text that is looked for is taken letter by letter on each.
#[test]
fn patterns_of_every_database_take_texts_as_they_are() {
    on_all("patterns", |db, models| {
        for (id, name) in (10..).zip([r"a\", r"a\\", "a%", "a_", "a[b]", "a^b", "a*b", "a?b", "É", "a"]) {
            ask(db, models, &json!({ "create": "User", "values": { "id": id, "name": name } })).unwrap();
        }
        for (text, found) in
            [(r"a\", 2), (r"\", 2), ("%", 1), ("a_", 1), ("[b]", 1), ("^", 1), ("*", 1), ("?", 1), ("é", 0), ("É", 1)]
        {
            assert_eq!(
                count(db, models, "User", json!({ "name": { "substring": text } })),
                found,
                "{text} on {}",
                db.dialect().name
            );
        }
        let ends = count(db, models, "User", json!({ "name": { "ends_with": "\\" } }));
        assert_eq!(ends, 2, "{}", db.dialect().name);
    });
}
