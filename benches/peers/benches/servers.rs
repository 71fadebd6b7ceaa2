//! Calls on the three servers by every library in one process: `taskset -c 0 cargo bench --bench servers`. Prints the medians
//! and what each takes of relata, as Markdown. On one processor, since a server that sleeps on another one is woken late, and
//! whose connection that concerns is chance.

use std::time::Duration;

use criterion::Criterion;
use relata::prelude::*;
use relata_benches::{
    end_to_end,
    models::{Comment, User},
};
use relata_peers::{
    end_to_end::{CALLS, LIBRARIES, Place, call, library, median},
    table,
};
use relata_testkit::server::{Flavor, MysqlServer, PostgresServer};

/// The libraries beside relata; what the drivers take by hand, `relata-benches` says.
fn libraries() -> &'static [&'static str] {
    &LIBRARIES[1..]
}

/// Calls that write.
const WRITES: [&str; 4] = ["W4 create one", "W6 update by key", "insert, a hundred rows", "W5 insert ten thousand"];

/// Comments on the posts, and indexes: what calls beyond those of `relata-benches` ask.
fn complete(db: &Database) {
    let comments = (0..5_000i64).map(|n| ("comment", n % 1_000 + 1, n % 100 + 1));
    Comment::insert((Comment::BODY, Comment::POST_ID, Comment::AUTHOR_ID)).rows(comments).run(db).unwrap();
    db.batch("CREATE INDEX posts_author ON posts (author_id)").unwrap();
    db.batch("CREATE INDEX comments_post ON comments (post_id)").unwrap();
}

/// A database of its own for each library, filled; by its name in tables, the server, and the way to a database of it.
fn measure(
    criterion: &mut Criterion,
    server: &str,
    admin: &str,
    url: impl Fn(&str) -> String,
    place: fn(String) -> Place,
) {
    let made = Database::open(admin).unwrap();
    let places: Vec<Place> = libraries()
        .iter()
        .map(|of| {
            let name = format!("of_{}", of.to_lowercase());
            made.execute(relata::Sql::trusted(&format!("CREATE DATABASE {name}")), ()).unwrap();
            let db = Database::open(&url(&name)).unwrap();
            end_to_end::fill(&db).unwrap();
            complete(&db);
            place(url(&name).replacen("mariadb:", "mysql:", 1))
        })
        .collect();
    let each = || libraries().iter().zip(&places);
    // Before anybody writes more than once.
    for name in CALLS {
        let answers: Vec<usize> = each().map(|(of, place)| call(&mut *library(of, place), name, 7)).collect();
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{server}, {name}: {answers:?}");
    }
    // What writes comes last: rows that are taken back lie about for a while.
    let (reads, writes): (Vec<&str>, Vec<&str>) = CALLS.into_iter().partition(|name| !WRITES.contains(name));
    for name in reads.into_iter().chain(writes) {
        for (of, place) in each() {
            let mut library = library(of, place);
            let mut number = 0;
            criterion.bench_function(&format!("{server}/{name}/{of}"), |bencher| {
                bencher.iter(|| {
                    number += 1;
                    call(&mut *library, name, number)
                });
            });
            if WRITES.contains(&name) {
                let db = Database::open(&url(&format!("of_{}", of.to_lowercase()))).unwrap();
                User::destroy().filter(User::ID.gt(end_to_end::ROWS)).run(&db).unwrap();
                if server == "PostgreSQL" {
                    db.batch("VACUUM FULL users").unwrap();
                }
            }
        }
    }
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
        .without_plots()
        .configure_from_args();
    let postgres = PostgresServer::start().unwrap();
    measure(&mut criterion, "PostgreSQL", &postgres.url("postgres"), |name| postgres.url(name), Place::Postgres);
    let mysql = MysqlServer::start(Flavor::MySql).unwrap();
    measure(&mut criterion, "MySQL", &mysql.url("mysql"), |name| mysql.url(name), Place::Mysql);
    let mariadb = MysqlServer::start(Flavor::MariaDb).unwrap();
    measure(&mut criterion, "MariaDB", &mariadb.url("mysql"), |name| mariadb.url(name), Place::Mariadb);
    criterion.final_summary();
    for server in ["PostgreSQL", "MySQL", "MariaDB"] {
        let cells =
            |name: &str| libraries().iter().map(|of| median(&format!("{server}/{name}/{of}"))).collect::<Vec<_>>();
        let rows: Vec<_> = CALLS.iter().map(|name| (*name, cells(name))).collect();
        println!("\n{server}, nanoseconds\n\n{}", table::markdown(&rows, libraries()));
        let ratios: Vec<_> = rows
            .iter()
            .map(|(name, cells)| (*name, cells.iter().map(|cell| Some((*cell)? / cells[0]?)).collect::<Vec<_>>()))
            .collect();
        println!("{}", table::markdown(&ratios, libraries()));
    }
}
