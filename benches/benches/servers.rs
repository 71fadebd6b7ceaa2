//! relata end to end on the three servers over loopback, beside their drivers with statements prepared by hand:
//! `taskset -c 0 cargo bench -p relata-benches --bench servers`. Prints medians of 30 interleaved pairs, and the interval in
//! which the ratio lies with 95 %. On one processor, since a server that is woken on another one takes three times as long,
//! and which of the two connections that concerns is chance.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and fails by panicking")]

use std::{
    collections::HashMap,
    hint::black_box,
    time::{Duration, Instant, SystemTime},
};

use mysql::prelude::Queryable;
use relata::Database;
use relata_benches::end_to_end::{self, AUTHORS, ROWS, age, key};
use relata_testkit::server::{Flavor, MysqlServer, PostgresServer};

/// How many pairs are measured, and for how long each half of one.
const PAIRS: usize = 30;
const HALF: Duration = Duration::from_millis(20);
/// Rows in one statement of an insert of many.
const CHUNK: usize = 1_000;

const USERS: &str = "SELECT id, name, email, status, age, created_at FROM users";
const BOTH: &str = "SELECT u.id, u.name, u.email, u.status, u.age, u.created_at, p.id, p.title, p.body, p.published, \
                    p.author_id, p.created_at FROM users u LEFT JOIN posts p ON p.author_id = u.id";

/// The same by hand: each answers with a number, so that nothing is left out.
trait ByHand {
    fn find(&mut self, n: u64) -> i64;
    fn all(&mut self) -> usize;
    fn joined(&mut self) -> usize;
    fn separate(&mut self) -> usize;
    fn insert(&mut self, n: u64) -> i64;
    fn insert_many(&mut self) -> usize;
    fn update(&mut self, n: u64) -> u64;
}

struct User<T> {
    id: i64,
    #[expect(dead_code, reason = "it is read, and no more is done with it")]
    rest: (String, String, String, i32, T),
}

struct Post<T> {
    author: i64,
    #[expect(dead_code, reason = "it is read, and no more is done with it")]
    rest: (i64, String, String, bool, T),
}

/// Rows of users and posts side by side, those of one user one after the other.
fn put_together<T>(rows: impl Iterator<Item = (User<T>, Option<Post<T>>)>) -> usize {
    let mut found: Vec<(User<T>, Vec<Post<T>>)> = Vec::new();
    for (user, post) in rows {
        if found.last().is_none_or(|(last, _)| last.id != user.id) {
            found.push((user, Vec::new()));
        }
        if let Some((_, posts)) = found.last_mut() {
            posts.extend(post);
        }
    }
    found.len()
}

/// Posts to their users.
fn put_to<T>(users: Vec<User<T>>, posts: impl Iterator<Item = Post<T>>) -> usize {
    let places: HashMap<i64, usize> = users.iter().enumerate().map(|(place, user)| (user.id, place)).collect();
    let mut found: Vec<(User<T>, Vec<Post<T>>)> = users.into_iter().map(|user| (user, Vec::new())).collect();
    posts.for_each(|post| found[places[&post.author]].1.push(post));
    found.len()
}

fn moment() -> SystemTime {
    SystemTime::UNIX_EPOCH
}

struct ByPostgres {
    client: postgres::Client,
    find: postgres::Statement,
    all: postgres::Statement,
    joined: postgres::Statement,
    some: postgres::Statement,
    posts: postgres::Statement,
    insert: postgres::Statement,
    many: postgres::Statement,
    update: postgres::Statement,
}

impl ByPostgres {
    fn new(url: &str) -> Self {
        let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
        let mut prepare = |sql: &str| client.prepare(sql).unwrap();
        let marks: Vec<String> = (0..CHUNK)
            .map(|row| {
                let marks: Vec<String> = (1..=5).map(|column| format!("${}", row * 5 + column)).collect();
                format!("({})", marks.join(", "))
            })
            .collect();
        ByPostgres {
            find: prepare(&format!("{USERS} WHERE id = $1")),
            all: prepare(USERS),
            joined: prepare(&format!("{BOTH} WHERE u.id <= $1 ORDER BY u.id, p.id")),
            some: prepare(&format!("{USERS} WHERE id <= $1 ORDER BY id")),
            posts: prepare(
                "SELECT id, title, body, published, author_id, created_at FROM posts WHERE author_id = ANY($1) ORDER BY id",
            ),
            insert: prepare(
                "INSERT INTO users (name, email, status, age, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id",
            ),
            many: prepare(&format!(
                "INSERT INTO users (name, email, status, age, created_at) VALUES {}",
                marks.join(", ")
            )),
            update: prepare("UPDATE users SET name = $1, age = $2 WHERE id = $3"),
            client,
        }
    }

    fn user(row: &postgres::Row) -> User<SystemTime> {
        User { id: row.get(0), rest: (row.get(1), row.get(2), row.get(3), row.get(4), row.get(5)) }
    }

    fn post(row: &postgres::Row, from: usize) -> Option<Post<SystemTime>> {
        let id: Option<i64> = row.get(from);
        Some(Post {
            rest: (id?, row.get(from + 1), row.get(from + 2), row.get(from + 3), row.get(from + 5)),
            author: row.get(from + 4),
        })
    }
}

impl ByHand for ByPostgres {
    fn find(&mut self, n: u64) -> i64 {
        Self::user(&self.client.query_one(&self.find, &[&key(n)]).unwrap()).id
    }

    fn all(&mut self) -> usize {
        self.client.query(&self.all, &[]).unwrap().iter().map(Self::user).collect::<Vec<_>>().len()
    }

    fn joined(&mut self) -> usize {
        let rows = self.client.query(&self.joined, &[&AUTHORS]).unwrap();
        put_together(rows.iter().map(|row| (Self::user(row), Self::post(row, 6))))
    }

    fn separate(&mut self) -> usize {
        let users: Vec<_> = self.client.query(&self.some, &[&AUTHORS]).unwrap().iter().map(Self::user).collect();
        let keys: Vec<i64> = users.iter().map(|user| user.id).collect();
        let posts = self.client.query(&self.posts, &[&keys]).unwrap();
        put_to(users, posts.iter().filter_map(|row| Self::post(row, 0)))
    }

    fn insert(&mut self, n: u64) -> i64 {
        let values = self.client.query_one(&self.insert, &[&"Ann", &"ann@example.org", &"active", &age(n), &moment()]);
        values.unwrap().get(0)
    }

    fn insert_many(&mut self) -> usize {
        let ages: Vec<i32> = (0..ROWS as u64).map(age).collect();
        let moment = moment();
        let mut tx = self.client.transaction().unwrap();
        for ages in ages.chunks(CHUNK) {
            let values: Vec<&(dyn postgres::types::ToSql + Sync)> = ages
                .iter()
                .flat_map(|age| {
                    let row: [&(dyn postgres::types::ToSql + Sync); 5] =
                        [&"Ann", &"ann@example.org", &"active", age, &moment];
                    row
                })
                .collect();
            tx.execute(&self.many, &values).unwrap();
        }
        tx.rollback().unwrap();
        ages.len()
    }

    fn update(&mut self, n: u64) -> u64 {
        self.client.execute(&self.update, &[&"Bob", &age(n), &key(n)]).unwrap()
    }
}

struct ByMysql {
    client: mysql::Conn,
    find: mysql::Statement,
    all: mysql::Statement,
    joined: mysql::Statement,
    some: mysql::Statement,
    posts: mysql::Statement,
    insert: mysql::Statement,
    many: mysql::Statement,
    update: mysql::Statement,
}

impl ByMysql {
    fn new(url: &str) -> Self {
        // Left to itself the driver asks the server for its socket and goes there.
        let options = mysql::OptsBuilder::from_opts(mysql::Opts::from_url(url).unwrap()).prefer_socket(false);
        let mut client = mysql::Conn::new(options).unwrap();
        client.query_drop("SET time_zone = '+00:00'").unwrap();
        let mut prepare = |sql: &str| client.prep(sql).unwrap();
        let marks = vec!["(?, ?, ?, ?, ?)"; CHUNK].join(", ");
        ByMysql {
            find: prepare(&format!("{USERS} WHERE id = ?")),
            all: prepare(USERS),
            joined: prepare(&format!("{BOTH} WHERE u.id <= ? ORDER BY u.id, p.id")),
            some: prepare(&format!("{USERS} WHERE id <= ? ORDER BY id")),
            posts: prepare(&format!(
                "SELECT id, title, body, published, author_id, created_at FROM posts WHERE author_id IN ({}) ORDER BY id",
                vec!["?"; AUTHORS as usize].join(", ")
            )),
            insert: prepare("INSERT INTO users (name, email, status, age, created_at) VALUES (?, ?, ?, ?, ?)"),
            many: prepare(&format!("INSERT INTO users (name, email, status, age, created_at) VALUES {marks}")),
            update: prepare("UPDATE users SET name = ?, age = ? WHERE id = ?"),
            client,
        }
    }

    fn user(row: &mut mysql::Row) -> User<mysql::Value> {
        User {
            id: row.take(0).unwrap(),
            rest: (
                row.take(1).unwrap(),
                row.take(2).unwrap(),
                row.take(3).unwrap(),
                row.take(4).unwrap(),
                row.take(5).unwrap(),
            ),
        }
    }

    fn post(row: &mut mysql::Row, from: usize) -> Option<Post<mysql::Value>> {
        let id: Option<i64> = row.take(from).unwrap();
        Some(Post {
            rest: (
                id?,
                row.take(from + 1).unwrap(),
                row.take(from + 2).unwrap(),
                row.take(from + 3).unwrap(),
                row.take(from + 5).unwrap(),
            ),
            author: row.take(from + 4).unwrap(),
        })
    }

    fn moment() -> mysql::Value {
        mysql::Value::Date(1970, 1, 1, 0, 0, 0, 0)
    }
}

impl ByHand for ByMysql {
    fn find(&mut self, n: u64) -> i64 {
        let mut row: mysql::Row = self.client.exec_first(&self.find, (key(n),)).unwrap().unwrap();
        Self::user(&mut row).id
    }

    fn all(&mut self) -> usize {
        let rows = self.client.exec_iter(&self.all, ()).unwrap();
        rows.map(|row| Self::user(&mut row.unwrap())).collect::<Vec<_>>().len()
    }

    fn joined(&mut self) -> usize {
        let rows = self.client.exec_iter(&self.joined, (AUTHORS,)).unwrap();
        put_together(rows.map(|row| {
            let mut row = row.unwrap();
            (Self::user(&mut row), Self::post(&mut row, 6))
        }))
    }

    fn separate(&mut self) -> usize {
        let rows = self.client.exec_iter(&self.some, (AUTHORS,)).unwrap();
        let users: Vec<_> = rows.map(|row| Self::user(&mut row.unwrap())).collect();
        let keys: Vec<mysql::Value> = users.iter().map(|user| user.id.into()).collect();
        let posts = self.client.exec_iter(&self.posts, keys).unwrap();
        put_to(users, posts.filter_map(|row| Self::post(&mut row.unwrap(), 0)))
    }

    fn insert(&mut self, n: u64) -> i64 {
        let values = ("Ann", "ann@example.org", "active", age(n), Self::moment());
        self.client.exec_drop(&self.insert, values).unwrap();
        self.client.last_insert_id() as i64
    }

    fn insert_many(&mut self) -> usize {
        let ages: Vec<i32> = (0..ROWS as u64).map(age).collect();
        self.client.query_drop("START TRANSACTION").unwrap();
        for ages in ages.chunks(CHUNK) {
            let values: Vec<mysql::Value> = ages
                .iter()
                .flat_map(|&age| ["Ann".into(), "ann@example.org".into(), "active".into(), age.into(), Self::moment()])
                .collect();
            self.client.exec_drop(&self.many, values).unwrap();
        }
        self.client.query_drop("ROLLBACK").unwrap();
        ages.len()
    }

    fn update(&mut self, n: u64) -> u64 {
        self.client.exec_drop(&self.update, ("Bob", age(n), key(n))).unwrap();
        self.client.affected_rows()
    }
}

/// Measures something in pairs, by turns, and prints a line.
fn pairs(name: &str, mut hand: impl FnMut(u64), mut ours: impl FnMut(u64)) {
    let mut number = 0;
    let mut once = |run: &mut dyn FnMut(u64), runs: u64| {
        let started = Instant::now();
        for _ in 0..runs {
            number += 1;
            run(black_box(number));
        }
        started.elapsed().as_secs_f64() * 1e6 / runs as f64
    };
    let first = once(&mut hand, 2).min(once(&mut hand, 2));
    once(&mut ours, 2);
    let runs = ((HALF.as_secs_f64() * 1e6 / first) as u64).clamp(1, 2_000);
    let mut times: Vec<(f64, f64)> = (0..PAIRS)
        .map(|pair| {
            // Who goes first changes.
            if pair % 2 == 0 {
                let hand = once(&mut hand, runs);
                (hand, once(&mut ours, runs))
            } else {
                let ours = once(&mut ours, runs);
                (once(&mut hand, runs), ours)
            }
        })
        .collect();
    let mut ratios: Vec<f64> = times.iter().map(|(hand, ours)| ours / hand).collect();
    ratios.sort_by(f64::total_cmp);
    let mut median = |of: fn(&(f64, f64)) -> f64| {
        times.sort_by(|a, b| of(a).total_cmp(&of(b)));
        of(&times[PAIRS / 2])
    };
    let (hand, ours) = (median(|pair| pair.0), median(|pair| pair.1));
    // Of thirty, the tenth and the twenty-first bound the median with 95 %.
    println!(
        "| {name} | {hand:.1} | {ours:.1} | {:.3} | {:.3} to {:.3} |",
        ratios[PAIRS / 2],
        ratios[PAIRS / 3 - 1],
        ratios[PAIRS - PAIRS / 3]
    );
}

fn run(name: &str, url: &str, mut hand: impl ByHand) {
    let db = Database::open(url).unwrap();
    println!("\n| {name} | by hand, µs | relata, µs | ratio | 95 % |\n|---|---|---|---|---|");
    pairs("W1 find by key", |n| _ = black_box(hand.find(n)), |n| _ = end_to_end::find(&db, n).unwrap());
    pairs("W2 ten thousand rows", |_| _ = black_box(hand.all()), |_| _ = end_to_end::all(&db).unwrap());
    let joined = |_| _ = end_to_end::with_posts(&db, false).unwrap();
    pairs("W3 a hundred users with ten posts each, by join", |_| _ = black_box(hand.joined()), joined);
    let separate = |_| _ = end_to_end::with_posts(&db, true).unwrap();
    pairs("W3 the same, by a second statement", |_| _ = black_box(hand.separate()), separate);
    pairs("W4 create one", |n| _ = black_box(hand.insert(n)), |n| _ = end_to_end::create(&db, n).unwrap());
    let insert = |n| _ = end_to_end::insert(&db, n).unwrap();
    pairs("W4 insert one as plain values", |n| _ = black_box(hand.insert(n)), insert);
    // Before the insert of many: what is taken back there keeps a server busy for a while.
    pairs("W6 update by key", |n| _ = black_box(hand.update(n)), |n| _ = end_to_end::update(&db, n).unwrap());
    let insert_many = |_| _ = end_to_end::insert_many(&db).unwrap();
    pairs("W5 insert ten thousand as plain values", |_| _ = black_box(hand.insert_many()), insert_many);
}

fn main() {
    let postgres = PostgresServer::start().unwrap();
    let mysql = MysqlServer::start(Flavor::MySql).unwrap();
    let mariadb = MysqlServer::start(Flavor::MariaDb).unwrap();
    let filled = |server: String, url: String| {
        let made = Database::open(&server).unwrap();
        made.batch("CREATE DATABASE bench").unwrap();
        end_to_end::fill(&Database::open(&url).unwrap()).unwrap();
        url
    };
    let url = filled(postgres.url("postgres"), postgres.url("bench"));
    run("PostgreSQL", &url, ByPostgres::new(&url));
    for (name, server) in [("MySQL", &mysql), ("MariaDB", &mariadb)] {
        let url = filled(server.url("mysql"), server.url("bench"));
        run(name, &url, ByMysql::new(&url.replacen("mariadb:", "mysql:", 1)));
    }
}
