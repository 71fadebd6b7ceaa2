//! relata end to end on SQLite in memory, through its public calls, beside rusqlite with the same statements prepared by
//! hand: `cargo bench -p relata-benches --bench sqlite`. Prints medians and ratios.
//!
//! "Held" runs on one connection, as within a transaction; "pool" takes a connection for each call.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and fails by panicking")]

use std::sync::Arc;

use relata::{Database, DynFind, ModelSet, prelude::*};
use relata_benches::{
    end_to_end::{self, AUTHORS, age, key, moment},
    models::{Comment, Post, PostTag, Tag, User},
};
use relata_measure::time;
use rusqlite::{Connection, Row, Statement, params, types::Value};

const USERS: &str = "SELECT id, name, email, status, age, created_at FROM users";

/// The same tables and rows for both.
fn filled() -> (Database, Connection) {
    let db = Database::open("sqlite::memory:").unwrap();
    end_to_end::fill(&db).unwrap();
    let raw = Connection::open_in_memory().unwrap();
    let mut held = db.hold().unwrap();
    let own = held.as_any().downcast_mut::<Connection>().unwrap();
    let schema = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'";
    let tables: Vec<String> = own.prepare(schema).unwrap().query_map([], |row| row.get(0)).unwrap().flatten().collect();
    tables.iter().for_each(|sql| raw.execute_batch(sql).unwrap());
    for table in ["users", "posts"] {
        let mut rows = own.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let marks = vec!["?"; rows.column_count()].join(", ");
        let mut insert = raw.prepare(&format!("INSERT INTO {table} VALUES ({marks})")).unwrap();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            insert.execute(rusqlite::params_from_iter(values(row))).unwrap();
        }
    }
    drop(held);
    (db, raw)
}

/// A row as those who write by hand read it.
#[expect(dead_code, reason = "it is read, and no more is done with it")]
struct Plain {
    id: i64,
    name: String,
    email: String,
    status: String,
    age: i32,
    created_at: relata::Instant,
}

#[expect(dead_code, reason = "it is read, and no more is done with it")]
struct PlainPost {
    id: i64,
    title: String,
    body: String,
    published: bool,
    author_id: i64,
    created_at: relata::Instant,
}

fn instant(row: &Row<'_>, column: usize) -> rusqlite::Result<relata::Instant> {
    Ok(row.get_ref(column)?.as_str()?.parse().unwrap())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Plain> {
    Ok(Plain {
        id: row.get(0)?,
        name: row.get(1)?,
        email: row.get(2)?,
        status: row.get(3)?,
        age: row.get(4)?,
        created_at: instant(row, 5)?,
    })
}

fn read_post(row: &Row<'_>, from: usize) -> rusqlite::Result<PlainPost> {
    Ok(PlainPost {
        id: row.get(from)?,
        title: row.get(from + 1)?,
        body: row.get(from + 2)?,
        published: row.get(from + 3)?,
        author_id: row.get(from + 4)?,
        created_at: instant(row, from + 5)?,
    })
}

fn values(row: &Row<'_>) -> Vec<Value> {
    (0..row.as_ref().column_count()).map(|i| row.get(i).unwrap()).collect()
}

/// Users with their posts, one statement: rows of one user stand together.
fn joined(statement: &mut Statement<'_>) -> usize {
    let mut found: Vec<(Plain, Vec<PlainPost>)> = Vec::new();
    let mut rows = statement.query([AUTHORS]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let id: i64 = row.get(0).unwrap();
        if found.last().is_none_or(|(user, _)| user.id != id) {
            found.push((read(row).unwrap(), Vec::new()));
        }
        if row.get_ref(6).unwrap() != rusqlite::types::ValueRef::Null
            && let Some((_, posts)) = found.last_mut()
        {
            posts.push(read_post(row, 6).unwrap());
        }
    }
    found.len()
}

/// Users with their posts, two statements.
fn separate(users: &mut Statement<'_>, posts: &mut Statement<'_>) -> usize {
    let mut found: Vec<(Plain, Vec<PlainPost>)> =
        users.query_map([AUTHORS], |row| Ok((read(row)?, Vec::new()))).unwrap().map(|row| row.unwrap()).collect();
    let places: std::collections::HashMap<i64, usize> =
        found.iter().enumerate().map(|(place, (user, _))| (user.id, place)).collect();
    let keys: Vec<String> = found.iter().map(|(user, _)| user.id.to_string()).collect();
    let mut rows = posts.query([format!("[{}]", keys.join(","))]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let post = read_post(row, 0).unwrap();
        found[places[&post.author_id]].1.push(post);
    }
    found.len()
}

/// Ten thousand rows as JSON text, stepped and written by hand.
fn written(statement: &mut Statement<'_>) -> String {
    let mut out = b"[".to_vec();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        if out.len() > 1 {
            out.push(b',');
        }
        let text = |out: &mut Vec<u8>, column: usize| {
            serde_json::to_writer(out, row.get_ref(column).unwrap().as_str().unwrap()).unwrap();
        };
        out.extend_from_slice(b"{\"id\":");
        serde_json::to_writer(&mut out, &row.get::<_, i64>(0).unwrap()).unwrap();
        for (name, column) in [(",\"name\":", 1), (",\"email\":", 2), (",\"status\":", 3)] {
            out.extend_from_slice(name.as_bytes());
            text(&mut out, column);
        }
        out.extend_from_slice(b",\"age\":");
        serde_json::to_writer(&mut out, &row.get::<_, i64>(4).unwrap()).unwrap();
        out.extend_from_slice(b",\"created_at\":");
        let moment = instant(row, 5).unwrap();
        serde_json::to_writer(&mut out, &moment.to_string()).unwrap();
        out.push(b'}');
    }
    out.push(b']');
    String::from_utf8(out).unwrap()
}

/// What something costs outside of a transaction, where each call takes a connection, and within one.
#[derive(Clone, Copy)]
struct Cost {
    pool: f64,
    held: f64,
}

/// Prints a line: what it is, and the medians.
fn line(name: &str, hand: Cost, ours: Cost) {
    let part = |hand: f64, ours: f64| format!("{hand:.0} | {ours:.0} | {:.2}", ours / hand);
    println!("| {name} | {} | {} |", part(hand.pool, ours.pool), part(hand.held, ours.held));
}

/// What something by hand costs.
fn by_hand<T>(raw: &Connection, mut run: impl FnMut(u64) -> T) -> Cost {
    let pool = time(&mut run).median;
    raw.execute_batch("BEGIN").unwrap();
    let held = time(&mut run).median;
    raw.execute_batch("ROLLBACK").unwrap();
    Cost { pool, held }
}

/// Something that relata does on any executor, through the pool and on a held connection.
macro_rules! both {
    ($db:expr, |$on:ident, $n:pat_param| $run:expr) => {{
        let $on = $db;
        let pool = time(|$n| $run).median;
        let tx = $db.begin().unwrap();
        let held = {
            let $on = &tx;
            time(|$n| $run).median
        };
        tx.rollback().unwrap();
        Cost { pool, held }
    }};
}

fn main() {
    let (db, raw) = filled();
    let models: Arc<ModelSet> =
        relata::to_doc(&[model::<User>(), model::<Post>(), model::<Comment>(), model::<Tag>(), model::<PostTag>()])
            .build()
            .unwrap();
    println!(
        "| | by hand, ns | relata | ratio | by hand, held | relata, held | ratio |\n|---|---|---|---|---|---|---|"
    );
    reading(&db, &raw, &models);
    writing(&db, &raw);
}

fn reading(db: &Database, raw: &Connection, models: &Arc<ModelSet>) {
    let mut one = raw.prepare(&format!("{USERS} WHERE id = ?")).unwrap();
    let hand = by_hand(raw, |n| one.query_row([key(n)], read).unwrap().id);
    let ours = both!(db, |on, n| end_to_end::find(on, n).unwrap());
    line("W1 find by key", hand, ours);

    let mut all = raw.prepare(USERS).unwrap();
    let hand = by_hand(raw, |_| all.query_map([], read).unwrap().map(|row| row.unwrap()).collect::<Vec<Plain>>().len());
    let ours = both!(db, |on, _| end_to_end::all(on).unwrap());
    line("W2 ten thousand rows, kept", hand, ours);
    let hand = by_hand(raw, |_| all.query_map([], read).unwrap().map(|row| row.unwrap().age).sum::<i32>());
    let ours = both!(db, |on, _| end_to_end::each(on).unwrap());
    line("W2 ten thousand rows, one by one", hand, ours);

    let posts = "SELECT id, title, body, published, author_id, created_at FROM posts";
    let mut by_join = raw
        .prepare(
            "SELECT u.id, u.name, u.email, u.status, u.age, u.created_at, p.id, p.title, p.body, p.published, p.author_id,
             p.created_at FROM users u LEFT JOIN posts p ON p.author_id = u.id WHERE u.id <= ? ORDER BY u.id, p.id",
        )
        .unwrap();
    let hand = by_hand(raw, |_| joined(&mut by_join));
    let ours = both!(db, |on, _| end_to_end::with_posts(on, false).unwrap());
    line("W3 a hundred users with ten posts each, by join", hand, ours);
    let mut some = raw.prepare(&format!("{USERS} WHERE id <= ? ORDER BY id")).unwrap();
    let mut of_some = raw
        .prepare(&format!("{posts} WHERE author_id IN (SELECT value FROM json_each(?)) ORDER BY author_id, id"))
        .unwrap();
    let hand = by_hand(raw, |_| separate(&mut some, &mut of_some));
    let ours = both!(db, |on, _| end_to_end::with_posts(on, true).unwrap());
    line("W3 the same, by a second statement", hand, ours);

    let hand = by_hand(raw, |_| all.query_map([], |row| Ok(values(row))).unwrap().flatten().collect::<Vec<_>>().len());
    let ours = both!(db, |on, _| DynFind::of(models, "User").all(on).unwrap().len());
    line("W7 ten thousand dynamic records", hand, ours);

    let theirs = written(&mut all);
    let ours = User::find().json(db).unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&theirs).unwrap().as_array().map(Vec::len),
        serde_json::from_str::<serde_json::Value>(&ours).unwrap().as_array().map(Vec::len)
    );
    let hand = by_hand(raw, |_| written(&mut all).len());
    let ours = both!(db, |on, _| User::find().json(on).unwrap().len());
    line("W8 ten thousand rows as JSON text", hand, ours);
}

fn writing(db: &Database, raw: &Connection) {
    let mut insert = raw
        .prepare("INSERT INTO users (name, email, status, age, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id")
        .unwrap();
    let mut create = |n| {
        let values = params!["Ann", "ann@example.org", "active", age(n), moment().to_string()];
        insert.query_row(values, |row| row.get::<_, i64>(0)).unwrap()
    };
    let hand = by_hand(raw, &mut create);
    let ours = both!(db, |on, n| end_to_end::create(on, n).unwrap());
    line("W4 create one", hand, ours);
    let ours = both!(db, |on, n| end_to_end::insert(on, n).unwrap());
    line("W4 insert one as plain values", hand, ours);

    let marks = vec!["(?, ?, ?, ?, ?)"; 1_000].join(", ");
    let mut many =
        raw.prepare(&format!("INSERT INTO users (name, email, status, age, created_at) VALUES {marks}")).unwrap();
    let hand = time(|_| {
        raw.execute_batch("BEGIN").unwrap();
        for _ in 0..10 {
            for n in 0..1_000 {
                let values = params!["Ann", "ann@example.org", "active", age(n as u64), moment().to_string()];
                values.iter().enumerate().for_each(|(i, value)| {
                    many.raw_bind_parameter(n * 5 + i + 1, value).unwrap();
                });
            }
            many.raw_execute().unwrap();
        }
        raw.execute_batch("ROLLBACK").unwrap();
    })
    .median;
    let all_at_once = |cost: f64| Cost { pool: cost, held: cost };
    let plain = time(|_| end_to_end::insert_many(db).unwrap()).median;
    line("W5 insert ten thousand as plain values", all_at_once(hand), all_at_once(plain));
    let drafts = time(|_| end_to_end::create_many(db).unwrap()).median;
    line("W5 create ten thousand records", all_at_once(hand), all_at_once(drafts));

    let mut update = raw.prepare("UPDATE users SET name = ?, age = ? WHERE id = ?").unwrap();
    let mut change = |n| update.execute(params!["Bob", age(n), key(n)]).unwrap();
    let hand = by_hand(raw, &mut change);
    let ours = both!(db, |on, n| end_to_end::update(on, n).unwrap());
    line("W6 update by key", hand, ours);
}
