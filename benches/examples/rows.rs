//! Does one thing on SQLite again and again, for a profiler: `rows find 1000`. The things are named below.
#![expect(clippy::unwrap_used, reason = "a tool for development fails by panicking")]

use std::hint::black_box;

use relata::{Database, DynFind, Executor, Instant, prelude::*};
use relata_benches::models::{Comment, Post, PostTag, Tag, User};

fn find(on: &impl Executor, n: i64) {
    black_box(User::find().filter(User::ID.eq(n % 10_000 + 1)).one(on).unwrap().unwrap().id);
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let rounds: i64 = arguments.next().unwrap_or_default().parse().unwrap_or(1_000);
    let db = Database::open("sqlite::memory:").unwrap();
    relata::create_missing(&db, &[model::<User>(), model::<Post>()]).unwrap();
    let rows = (1..=10_000)
        .map(|n| (n, format!("name {n}"), "ann@example.org", "active", (n % 90) as i32, Instant::UNIX_EPOCH));
    let columns = (User::ID, User::NAME, User::EMAIL, User::STATUS, User::AGE, User::CREATED_AT);
    User::insert(columns).rows(rows).run(&db).unwrap();
    let posts = (0..1_000).map(|n| (format!("title {n}"), "body", true, n % 100 + 1, Instant::UNIX_EPOCH));
    Post::insert((Post::TITLE, Post::BODY, Post::PUBLISHED, Post::AUTHOR_ID, Post::CREATED_AT))
        .rows(posts)
        .run(&db)
        .unwrap();
    let models =
        relata::to_doc(&[model::<User>(), model::<Post>(), model::<Comment>(), model::<Tag>(), model::<PostTag>()]);
    let models = models.build().unwrap();
    let columns = (User::NAME, User::EMAIL, User::STATUS, User::AGE, User::CREATED_AT);
    let age = |n: i64| n as i32 % 90;
    match what.as_str() {
        "find" => (0..rounds).for_each(|n| find(&db, n)),
        "held" => {
            let found = db.transaction(|tx| {
                (0..rounds).for_each(|n| find(tx, n));
                Ok(())
            });
            found.unwrap();
        }
        "each" => (0..rounds).for_each(|_| User::find().each(&db, |user| Ok(drop(black_box(user)))).unwrap()),
        "many" => (0..rounds).for_each(|_| {
            let tx = db.begin().unwrap();
            let rows = (0..10_000).map(|n| ("Ann", "ann@example.org", "active", age(n), Instant::UNIX_EPOCH));
            User::insert(columns).rows(rows).run(&tx).unwrap();
            tx.rollback().unwrap();
        }),
        "dynamic" => (0..rounds).for_each(|_| {
            black_box(DynFind::of(&models, "User").all(&db).unwrap().len());
        }),
        "json" => (0..rounds).for_each(|_| {
            black_box(User::find().json(&db).unwrap().len());
        }),
        "joined" | "separate" => (0..rounds).for_each(|_| {
            let posts = User::POSTS.separate(what == "separate").order(Post::ID.asc());
            black_box(
                User::find().filter(User::ID.lte(100)).order(User::ID.asc()).include(posts).all(&db).unwrap().len(),
            );
        }),
        "create" => (0..rounds).for_each(|n| {
            let created = User::create(&db, |user| {
                user.name("Ann").email("ann@example.org").status("active").age(age(n)).created_at(Instant::UNIX_EPOCH)
            });
            black_box(created.unwrap().id);
        }),
        "insert" => (0..rounds).for_each(|n| {
            let row = ("Ann", "ann@example.org", "active", age(n), Instant::UNIX_EPOCH);
            black_box(User::insert(columns).row(row).returning(User::ID, &db).unwrap());
        }),
        "update" => (0..rounds).for_each(|n| {
            let change = User::update().set(User::NAME, "Bob").set(User::AGE, age(n));
            black_box(change.filter(User::ID.eq(n % 10_000 + 1)).run(&db).unwrap());
        }),
        _ => (0..rounds).for_each(|_| {
            black_box(User::find().all(&db).unwrap().len());
        }),
    }
}
