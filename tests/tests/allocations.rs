//! How often three finds touch the heap: while they are built, planned, and found in the cache. Goldens.
//!
//! Repeat with `cargo nextest run -p relata-tests allocations`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write;

use relata::{
    Find,
    dialect::POSTGRES_15,
    planner::{Options, PlanCache, Planner},
    prelude::*,
};
use relata_tests::folder;

#[derive(Model, Debug, Clone)]
#[model(table = "users")]
struct User {
    #[key(auto)]
    id: i64,
    name: Option<String>,
    email: String,
    status: String,
    age: i32,
    #[has_many(key = author_id)]
    posts: Many<Post>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "posts")]
struct Post {
    #[key(auto)]
    id: i64,
    title: String,
    author_id: i64,
    #[belongs_to(key = author_id)]
    author: One<User>,
}

fn by_key() -> Find<'static, User> {
    User::find().filter(User::ID.eq(7))
}

fn filtered() -> Find<'static, User> {
    User::find()
        .filter(User::STATUS.eq("active"))
        .filter(User::AGE.between(18, 65))
        .filter(any((User::NAME.like("a%"), User::EMAIL.like("%@example.org"))))
        .order(User::NAME.asc())
        .limit(20)
        .offset(40)
}

fn included() -> Find<'static, Post> {
    Post::find()
        .include(Post::AUTHOR.include(User::POSTS.order(Post::ID.desc()).limit(3)))
        .order(Post::ID.asc())
        .limit(10)
}

fn count(mut run: impl FnMut()) -> u64 {
    // The first runs fill what is recycled.
    (0..3).for_each(|_| run());
    allocation_counter::measure(run).count_total
}

fn counts<M: relata::request::typed::Model>(build: impl Fn() -> Find<'static, M>) -> (u64, u64, u64) {
    let building = count(|| drop(build()));
    // The check between stages is for us, not for users.
    let options = Options { verify: false, ..Options::default() };
    let mut planner = Planner::new();
    let find = build();
    let cold = count(|| drop(planner.plan(find.request(), &POSTGRES_15, &options).unwrap()));
    let cache = PlanCache::new(100);
    let warm = count(|| drop(cache.get(build().request(), &POSTGRES_15).unwrap()));
    (building, cold, warm)
}

#[test]
fn allocations_are_what_they_were() {
    let mut table = String::from("find: build, plan, build and find in the cache\n");
    for (name, (build, cold, warm)) in
        [("by key", counts(by_key)), ("filtered", counts(filtered)), ("included", counts(included))]
    {
        writeln!(table, "{name}: {build}, {cold}, {warm}").unwrap();
        assert_eq!((build, warm), (0, 0), "{name}: building and a hit touch no heap");
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder().join("../snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("allocations", table));
}
