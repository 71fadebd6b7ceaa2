//! Calls that reach a database: the same by hand, with relata, diesel, sqlx and SeaORM, each on a database of its own over
//! the same tables and rows.

use std::{fs, path::Path};

mod by_hand;
mod of_diesel;
mod of_relata;
mod of_sea_orm;
mod of_sqlx;

/// What is asked, by name. The last four are diesel's own categories.
pub const CALLS: [&str; 9] = [
    "W1 find by key",
    "W3 a hundred users with ten posts each",
    "W4 create one",
    "W5 insert ten thousand",
    "W6 update by key",
    "trivial query, ten thousand rows",
    "medium complex query",
    "loading associations",
    "insert, a hundred rows",
];

/// The libraries, in the order of the columns.
pub const LIBRARIES: [&str; 5] = ["by hand", "relata", "diesel", "sqlx", "SeaORM"];

/// Where calls go.
#[derive(Debug, Clone)]
pub enum Place {
    /// SQLite in memory, which is filled first.
    Sqlite,
    /// A database of PostgreSQL that is filled, by its URL.
    Postgres(String),
    /// One of MySQL.
    Mysql(String),
    /// One of MariaDB.
    Mariadb(String),
}

/// A library's way to each call. What is answered is a number that says that all of it was there.
pub trait Library {
    /// One user by key.
    fn find(&mut self, n: u64) -> i64;
    /// All users, as structs.
    fn all(&mut self) -> usize;
    /// The first hundred users and their posts.
    fn with_posts(&mut self) -> usize;
    /// Users of an age with their posts, by a left join, last name first.
    fn medium(&mut self, n: u64) -> usize;
    /// The first hundred users, their posts, and the comments of these.
    fn associations(&mut self) -> usize;
    /// A user is created; its key.
    fn create(&mut self, n: u64) -> i64;
    /// So many users are inserted in one transaction, and taken back.
    fn insert(&mut self, rows: usize) -> usize;
    /// Name and age of a user are changed.
    fn update(&mut self, n: u64) -> usize;
}

/// A library by name.
///
/// # Panics
///
/// When the database is not there; and by hand for anything but SQLite, where `relata-benches` compares.
pub fn library(name: &str, place: &Place) -> Box<dyn Library> {
    match (name, place) {
        ("relata", place) => Box::new(of_relata::Relata::new(place)),
        ("SeaORM", place) => Box::new(of_sea_orm::SeaOrm::new(place)),
        ("diesel", Place::Sqlite) => Box::new(of_diesel::sqlite::Diesel::new(":memory:", Some(FILLED))),
        ("diesel", Place::Postgres(url)) => Box::new(of_diesel::postgres::Diesel::new(url, None)),
        ("diesel", Place::Mysql(url) | Place::Mariadb(url)) => Box::new(of_diesel::mysql::Diesel::new(url, None)),
        ("sqlx", Place::Sqlite) => Box::new(of_sqlx::sqlite::Sqlx::new("sqlite::memory:", Some(FILLED))),
        ("sqlx", Place::Postgres(url)) => Box::new(of_sqlx::postgres::Sqlx::new(url, None)),
        ("sqlx", Place::Mysql(url) | Place::Mariadb(url)) => Box::new(of_sqlx::mysql::Sqlx::new(url, None)),
        (_, Place::Sqlite) => Box::new(by_hand::Hand::new()),
        (name, place) => panic!("{name} has no way to {place:?}"),
    }
}

/// The median of what criterion has written down of a call, in nanoseconds.
pub fn median(id: &str) -> Option<f64> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/criterion");
    // Criterion keeps what it measures in a folder whose name has no slash.
    let text = fs::read_to_string(folder.join(format!("{}/new/estimates.json", id.replace('/', "_")))).ok()?;
    let estimates: serde_json::Value = serde_json::from_str(&text).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}

/// Does what is asked.
pub fn call(library: &mut dyn Library, name: &str, n: u64) -> usize {
    match name {
        "W1 find by key" => library.find(n) as usize,
        "W3 a hundred users with ten posts each" => library.with_posts(),
        "W4 create one" => library.create(n) as usize,
        "W5 insert ten thousand" => library.insert(10_000),
        "W6 update by key" => library.update(n),
        "trivial query, ten thousand rows" => library.all(),
        "medium complex query" => library.medium(n),
        "loading associations" => library.associations(),
        _ => library.insert(100),
    }
}

/// How many rows go into one statement, but for those who decide it themselves.
const AT_ONCE: usize = 1_000;

/// The key of a user that is there.
fn key(n: u64) -> i64 {
    (n % 10_000) as i64 + 1
}

fn age(n: u64) -> i32 {
    (n % 90) as i32
}

/// The tables and rows of everybody.
const FILLED: &str = "
    CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, email TEXT NOT NULL, status TEXT NOT NULL,
        age INTEGER NOT NULL, created_at TEXT NOT NULL);
    CREATE TABLE posts (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, body TEXT NOT NULL,
        published INTEGER NOT NULL, author_id INTEGER NOT NULL, created_at TEXT NOT NULL);
    CREATE INDEX posts_author ON posts (author_id);
    CREATE TABLE comments (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL, post_id INTEGER NOT NULL,
        author_id INTEGER NOT NULL);
    CREATE INDEX comments_post ON comments (post_id);
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000)
        INSERT INTO users (name, email, status, age, created_at)
        SELECT 'name ' || n, 'ann@example.org', 'active', n % 90, '1970-01-01 00:00:00.000000+00:00' FROM numbers;
    WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 999)
        INSERT INTO posts (title, body, published, author_id, created_at)
        SELECT 'title ' || n, 'body', 1, n % 100 + 1, '1970-01-01 00:00:00.000000+00:00' FROM numbers;
    WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 4999)
        INSERT INTO comments (body, post_id, author_id) SELECT 'comment', n % 1000 + 1, n % 100 + 1 FROM numbers;
    ANALYZE";
