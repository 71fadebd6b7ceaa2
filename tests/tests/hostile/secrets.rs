//! What must be in no error, log record, debug print or panic: passwords, and the values of rows.

use std::{
    error::Error as _,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use relata::{Database, Error, Executor, OpenOptions, driver::PoolOptions};
use relata_testkit::databases::databases;
use serde_json::json;

use crate::{sinks::models, world::ask};

const PASSWORD: &str = "hunter2-canary-password";
const VALUE: &str = "canary-value-7f3a";

/// Keeps the log records that have a secret, and counts those of relata.
struct Capture {
    leaked: Mutex<Vec<String>>,
    seen: AtomicUsize,
}

static CAPTURE: Capture = Capture { leaked: Mutex::new(Vec::new()), seen: AtomicUsize::new(0) };

impl log::Log for Capture {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        if record.target().starts_with("relata") {
            self.seen.fetch_add(1, Ordering::Relaxed);
        }
        let text = format!("{} {}: {}", record.level(), record.target(), record.args());
        if [PASSWORD, VALUE].iter().any(|secret| text.contains(secret)) {
            self.leaked.lock().unwrap().push(text);
        }
    }

    fn flush(&self) {}
}

/// From here on every record of every library is looked at, whatever its level.
fn capture() {
    // A second test in the same process finds it set.
    let _ = log::set_logger(&CAPTURE);
    log::set_max_level(log::LevelFilter::Trace);
}

fn nothing_leaked(secret: &str) {
    let leaked: Vec<String> =
        CAPTURE.leaked.lock().unwrap().iter().filter(|text| text.contains(secret)).take(5).cloned().collect();
    assert!(leaked.is_empty(), "{}", leaked.join("\n"));
}

/// What a panic says when somebody unwraps.
fn panic_of(outcome: relata::Result<()>) -> String {
    let payload = catch_unwind(AssertUnwindSafe(|| outcome.unwrap())).err();
    payload.and_then(|payload| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
}

/// Everything that an error says of itself, also in a panic.
fn shown(error: Error) -> String {
    let parts = [Some(error.message()), Some(error.path()), error.remedy(), error.statement(), error.database_code()];
    let mut all: Vec<String> = parts.into_iter().flatten().map(str::to_owned).collect();
    all.extend([error.to_string(), format!("{error:?}"), format!("{error:#?}")]);
    let message = error.message().to_owned();
    let panic = panic_of(Err(error));
    assert!(panic.contains(&message), "{panic}");
    all.push(panic);
    all.join("\n")
}

/// What caused it, and what caused that.
fn causes(error: &Error) -> String {
    let mut all = String::new();
    let mut next = error.source();
    while let Some(cause) = next {
        all.push_str(&format!("{cause}\n{cause:?}\n"));
        next = cause.source();
    }
    all
}

/// URLs that do not work, each in another way. Nobody listens on port 1.
fn urls() -> Vec<String> {
    let forms = [
        "postgres://ann:{}@127.0.0.1:1/d",
        "postgresql://ann:{}@127.0.0.1:1/d?connect_timeout=1",
        "postgres://ann:{}@127.0.0.1:1/d?sslmode=prefer",
        "postgres://ann:{}@127.0.0.1:1/d?sslmode=verify-full",
        "postgres://ann:{}@127.0.0.1:1/d?sslmode=verify-full&sslrootcert=/no/such/file",
        "postgres://ann:{}@127.0.0.1:port/d",
        "postgres://ann:{}@[::1/d",
        "postgres://ann:{}@127.0.0.1:1/d?no_such_option=1",
        "postgres://ann:%zz{}@127.0.0.1:1/d?connect_timeout=x",
        "postgres://127.0.0.1:1/d?user=ann&password={}",
        "postgres://127.0.0.1:1/d?user=ann&password={}&sslmode=prefer",
        "postgres://127.0.0.1:1/d?user=ann&password={}&no_such_option=1",
        // Signs that should have been written as %40, %3F and %2F.
        "postgres://ann:x@{}@127.0.0.1:1/d",
        "postgres://ann:x?sslmode={}@127.0.0.1:1/d",
        "postgres://ann:x/{}@127.0.0.1:1/d",
        "mysql://ann:{}@127.0.0.1:1/d",
        "mysql://ann:{}@127.0.0.1:port/d",
        "mysql://ann:{}@127.0.0.1:1/d?no_such_option=1",
        "mysql://ann:x@{}@127.0.0.1:1/d",
        "mariadb://ann:{}@127.0.0.1:1/d",
        "postgress://ann:{}@127.0.0.1:1/d",
        "odbc:Driver=none;UID=ann;PWD={}",
        "ann:{}@127.0.0.1:1/d",
        "{}",
    ];
    forms.iter().map(|form| form.replace("{}", PASSWORD)).collect()
}

#[test]
fn a_password_is_in_no_error_and_no_log() {
    capture();
    let pool = PoolOptions { acquire_timeout: Duration::from_millis(100), ..PoolOptions::default() };
    let options = OpenOptions { pool, ..OpenOptions::default() };
    let mut leaked = Vec::new();
    for url in urls() {
        let form = url.replace(PASSWORD, "...");
        let Err(error) = Database::open_with(&url, options) else { panic!("{form} opens") };
        // What caused the error is shown by those who print whole chains.
        if causes(&error).contains(PASSWORD) {
            leaked.push(format!("{form}: in what caused it"));
        }
        if shown(error).contains(PASSWORD) {
            leaked.push(form);
        }
    }
    assert!(leaked.is_empty(), "{}", leaked.join("\n"));
    nothing_leaked(PASSWORD);
}

#[test]
fn a_password_is_in_no_debug_print() {
    for form in ["postgres://ann:{}@127.0.0.1:1/d", "postgres://127.0.0.1:1/d?user=ann&password={}&sslmode=verify-full"]
    {
        let driver = relata_postgres::Postgres::from_url(&form.replace("{}", PASSWORD)).unwrap();
        let debug = format!("{driver:?} {driver:#?}");
        assert!(debug.contains("ann") && !debug.contains(PASSWORD), "{debug}");
    }
    let driver = relata_sqlite::Sqlite::file("some.db");
    assert!(format!("{driver:?}").contains("some.db"));
}

/// Databases repeat the values of a row in their messages. What relata shows of an error has none of them.
#[test]
fn the_values_of_a_row_are_in_no_error() {
    let mut leaked = Vec::new();
    for db in databases("secret_values") {
        let models = models();
        relata::create_missing(&db, &models.views().collect::<Vec<_>>()).unwrap();
        let name = db.dialect().name;
        let row = |id: i64| json!({ "create": "Word", "values": { "id": id, "label": VALUE, "text": VALUE } });
        ask(&db, &models, &row(1)).unwrap();
        let mut errors = vec![
            ("a unique key", ask(&db, &models, &row(2)).map(drop)),
            ("a primary key", ask(&db, &models, &row(1)).map(drop)),
            ("a label", db.execute("INSERT INTO notes (id, mood, text) VALUES (1, 'none', ?)", (VALUE,)).map(drop)),
            ("a key that is missing", db.execute("INSERT INTO words (id, label) VALUES (NULL, ?)", ("x",)).map(drop)),
            (
                "a value that is missing",
                db.execute("INSERT INTO zz_canary (id, secret) VALUES (?, NULL)", (7,)).map(drop),
            ),
            ("a table that is missing", db.execute("INSERT INTO nowhere (a) VALUES (?)", (VALUE,)).map(drop)),
            ("a column that is missing", db.execute("UPDATE words SET nothing = ?", (VALUE,)).map(drop)),
            ("a mistake", db.execute("SELEC ?", (VALUE,)).map(drop)),
            (
                "a parent that is missing",
                db.execute("INSERT INTO notes (id, text, parent_id) VALUES (2, ?, 7)", (VALUE,)).map(drop),
            ),
        ];
        let by_hand = json!({ "update": "Word", "set": { "id": null, "text": VALUE }, "where": { "label": VALUE } });
        errors.push(("a key that is taken away", ask(&db, &models, &by_hand).map(drop)));
        let mut refused = 0;
        for (what, outcome) in errors {
            let Err(error) = outcome else { continue };
            refused += 1;
            if shown(error).contains(VALUE) {
                leaked.push(format!("{what} on {name}"));
            }
        }
        assert!(refused >= 6, "{name} refuses {refused}");
    }
    assert!(leaked.is_empty(), "the error shows the value: {}", leaked.join(", "));
}

/// Whatever is logged at whatever level, by relata or by what it stands on: values are bound, and a bind is not text.
#[test]
fn bound_values_are_in_no_log() {
    capture();
    for db in databases("secret_log") {
        let models = models();
        relata::create_missing(&db, &models.views().collect::<Vec<_>>()).unwrap();
        for request in [
            json!({ "create": "Word", "values": { "id": 1, "label": VALUE, "text": VALUE } }),
            json!({ "model": "Word", "where": { "label": VALUE, "text": { "substring": VALUE } } }),
            json!({ "find_and_count": "Word", "where": { "label": [VALUE, "x"] }, "limit": 1 }),
            json!({ "update": "Word", "set": { "text": VALUE }, "where": { "label": VALUE } }),
            json!({ "destroy": "Word", "where": { "text": VALUE } }),
        ] {
            ask(&db, &models, &request).unwrap();
        }
        db.execute("UPDATE words SET text = ? WHERE label = ?", (VALUE, VALUE)).unwrap();
        db.transaction(|tx| tx.execute("DELETE FROM words WHERE text = :text", [("text", VALUE)])).unwrap();
    }
    assert!(CAPTURE.seen.load(Ordering::Relaxed) >= 5, "statements are logged: else there is nothing to look at");
    nothing_leaked(VALUE);
}
