//! The databases that a test runs on.

use std::sync::atomic::{AtomicU32, Ordering};

use relata::{Database, driver::Statement, orm::Executor};

/// Where the PostgreSQL server of a test run is: `cargo xtask test` sets it.
pub const POSTGRES_URL: &str = "RELATA_TEST_POSTGRES";
/// Where the MySQL server is.
pub const MYSQL_URL: &str = "RELATA_TEST_MYSQL";
/// Where the MariaDB server is.
pub const MARIADB_URL: &str = "RELATA_TEST_MARIADB";

/// An empty database of every kind that is there: SQLite always, the others when a server was started for the tests.
///
/// # Panics
///
/// When a server that is said to be there is not: a test that cannot run must not pass.
pub fn databases(test: &str) -> Vec<Database> {
    let mut found = vec![sqlite()];
    found.extend(served(test));
    found
}

/// An empty database of that name on each server that is there.
///
/// # Panics
///
/// When a server does not give one.
pub fn served(test: &str) -> Vec<Database> {
    urls(test).iter().map(|url| Database::open(url).unwrap_or_else(|error| panic!("{error}"))).collect()
}

/// The URLs of empty databases of that name, one on each server that is there.
///
/// # Panics
///
/// When a server does not give one.
pub fn urls(test: &str) -> Vec<String> {
    [POSTGRES_URL, MYSQL_URL, MARIADB_URL].into_iter().filter_map(|server| created(server, test)).collect()
}

/// An empty SQLite database in memory.
///
/// # Panics
///
/// When it cannot be opened.
pub fn sqlite() -> Database {
    Database::open("sqlite::memory:").unwrap_or_else(|error| panic!("{error}"))
}

/// An empty PostgreSQL database of that name, if there is a server.
///
/// # Panics
///
/// When the server does not give one.
pub fn postgres(test: &str) -> Option<Database> {
    Some(Database::open(&postgres_url(test)?).unwrap_or_else(|error| panic!("{error}")))
}

/// An empty MySQL database of that name, if there is a server.
///
/// # Panics
///
/// When the server does not give one.
pub fn mysql(test: &str) -> Option<Database> {
    Some(Database::open(&created(MYSQL_URL, test)?).unwrap_or_else(|error| panic!("{error}")))
}

/// An empty MariaDB database of that name, if there is a server.
///
/// # Panics
///
/// When the server does not give one.
pub fn mariadb(test: &str) -> Option<Database> {
    Some(Database::open(&created(MARIADB_URL, test)?).unwrap_or_else(|error| panic!("{error}")))
}

/// The URL of an empty PostgreSQL database of that name, if there is a server.
///
/// # Panics
///
/// When the server does not give one.
pub fn postgres_url(test: &str) -> Option<String> {
    created(POSTGRES_URL, test)
}

fn created(server: &str, test: &str) -> Option<String> {
    let url = std::env::var(server).ok()?;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("{test}_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let create = || {
        let db = Database::open(&url)?;
        let sql = match db.dialect().name {
            "postgres" => format!("CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'"),
            _ => format!("CREATE DATABASE `{name}` CHARACTER SET utf8mb4"),
        };
        db.with(&mut |session| session.execute(Statement::once(&sql), &[]).map(drop))
    };
    create().unwrap_or_else(|error| panic!("{error:?}"));
    let (base, _) = url.rsplit_once('/')?;
    Some(format!("{base}/{name}"))
}
