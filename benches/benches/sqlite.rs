//! relata end to end on SQLite in memory, through its public calls, beside rusqlite with the same statements prepared by
//! hand: `cargo bench -p relata-benches --bench sqlite`. Prints medians and ratios.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and fails by panicking")]

use relata::{Database, Instant, prelude::*};
use relata_benches::models::{Post, User};
use relata_measure::time;
use rusqlite::{Connection, params};

const ROWS: i64 = 10_000;

fn moment() -> Instant {
    Instant::UNIX_EPOCH
}

fn filled() -> Database {
    let db = Database::open("sqlite::memory:").unwrap();
    relata::create_missing(&db, &[model::<User>(), model::<Post>()]).unwrap();
    let rows = (1..=ROWS).map(|n| (n, format!("name {n}"), "ann@example.org", "active", (n % 90) as i32, moment()));
    let columns = (User::ID, User::NAME, User::EMAIL, User::STATUS, User::AGE, User::CREATED_AT);
    User::insert(columns).rows(rows).run(&db).unwrap();
    db
}

fn by_hand() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, status TEXT NOT NULL,
             age INTEGER NOT NULL, created_at TEXT NOT NULL)",
        )
        .unwrap();
    connection
        .execute_batch(&format!(
            "INSERT INTO users WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})
             SELECT i, 'name ' || i, 'ann@example.org', 'active', i % 90, '1970-01-01 00:00:00.000000+00:00' FROM n"
        ))
        .unwrap();
    connection
}

/// A row as those who write by hand read it.
#[expect(dead_code, reason = "it is read, and no more is done with it")]
struct Plain {
    id: i64,
    name: String,
    email: String,
    status: String,
    age: i32,
    created_at: Instant,
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Plain> {
    let text: &str = row.get_ref(5)?.as_str()?;
    Ok(Plain {
        id: row.get(0)?,
        name: row.get(1)?,
        email: row.get(2)?,
        status: row.get(3)?,
        age: row.get(4)?,
        created_at: text.parse().unwrap(),
    })
}

fn row(name: &str, by_hand: f64, relata: f64) {
    println!("| {name} | {by_hand:.0} | {relata:.0} | {:.2} |", relata / by_hand);
}

fn main() {
    let (db, raw) = (filled(), by_hand());
    println!("| | by hand, ns | relata, ns | ratio |\n|---|---|---|---|");
    let key = |n: u64| (n as i64 % ROWS) + 1;

    let select = "SELECT id, name, email, status, age, created_at FROM users";
    let mut one = raw.prepare(&format!("{select} WHERE id = ?")).unwrap();
    let hand = time(|n| one.query_row([key(n)], read).unwrap().id);
    let ours = time(|n| User::find().filter(User::ID.eq(key(n))).one(&db).unwrap().unwrap().id);
    row("W1 find by key, through the pool", hand.median, ours.median);
    let held = db
        .transaction(|tx| Ok(time(|n| User::find().filter(User::ID.eq(key(n))).one(tx).unwrap().unwrap().id)))
        .unwrap();
    row("W1 find by key, in a transaction", hand.median, held.median);

    let mut all = raw.prepare(select).unwrap();
    let hand = time(|_| all.query_map([], read).unwrap().map(|row| row.unwrap().age).sum::<i32>());
    let ours = time(|_| User::find().all(&db).unwrap().iter().map(|user| user.age).sum::<i32>());
    row("W2 ten thousand rows of six columns", hand.median, ours.median);
    let each = time(|_| {
        let mut sum = 0;
        let found = User::find().each(&db, |user| {
            sum += user.age;
            Ok(())
        });
        found.map(|()| sum).unwrap()
    });
    row("W2 the same, one by one", hand.median, each.median);

    let mut insert = raw
        .prepare("INSERT INTO users (name, email, status, age, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id")
        .unwrap();
    let hand = time(|n| {
        let created = moment().to_string();
        let values = params!["Ann", "ann@example.org", "active", n as i32 % 90, created];
        insert.query_row(values, |row| row.get::<_, i64>(0)).unwrap()
    });
    let ours = time(|n| {
        let filled = User::create(&db, |user| {
            user.name("Ann").email("ann@example.org").status("active").age(n as i32 % 90).created_at(moment())
        });
        filled.unwrap().id
    });
    row("W4 create one", hand.median, ours.median);
    let plain = time(|n| {
        let columns = (User::NAME, User::EMAIL, User::STATUS, User::AGE, User::CREATED_AT);
        let values = ("Ann", "ann@example.org", "active", n as i32 % 90, moment());
        User::insert(columns).row(values).returning(User::ID, &db).unwrap()
    });
    row("W4 insert one as plain values", hand.median, plain.median);

    let mut update = raw.prepare("UPDATE users SET name = ?, age = ? WHERE id = ?").unwrap();
    let hand = time(|n| update.execute(params!["Bob", n as i32 % 90, key(n)]).unwrap());
    let ours = time(|n| {
        let change = User::update().set(User::NAME, "Bob").set(User::AGE, n as i32 % 90);
        change.filter(User::ID.eq(key(n))).run(&db).unwrap()
    });
    row("W6 update by key", hand.median, ours.median);
}
