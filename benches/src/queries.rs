//! Ten requests, as applications write them. Each takes a number that its values come from: a request is built anew each
//! time, and never with the values of the last one.

use relata::{
    Find, Instant,
    orm::{Insert, Selected},
    prelude::*,
    request::{
        Request,
        typed::{Column, Group, Predicate},
    },
};

use crate::models::*;

/// Q1: all columns by primary key.
pub fn by_key(n: u64) -> Find<'static, User> {
    User::find().filter(User::ID.eq(n as i64))
}

/// Q2: equality, a range, an alternative of patterns, order, limit and offset.
pub fn filtered(n: u64) -> Find<'static, User> {
    User::find()
        .filter(User::STATUS.eq(STATUS[n as usize % 2]))
        .filter(User::AGE.between(n as i32 % 20, 65))
        .filter(any((User::NAME.like("a%"), User::EMAIL.like("%@example.org"))))
        .order(User::NAME.asc())
        .limit(20)
        .offset(n % 100)
}

const STATUS: [&str; 2] = ["active", "invited"];

/// Q3: posts with their authors, their comments, and the authors of these, in one statement.
pub fn joined(n: u64) -> Find<'static, Post> {
    Post::find()
        .include(Post::AUTHOR)
        .include(Post::COMMENTS.separate(false).include(Comment::AUTHOR))
        .filter(Post::PUBLISHED.eq(true))
        .filter(Post::AUTHOR_ID.gt(n as i64))
        .order(Post::ID.asc())
}

/// Q4: a page of posts with their comments, in one statement.
pub fn page(n: u64) -> Find<'static, Post> {
    Post::find()
        .include(Post::COMMENTS.separate(false))
        .filter(Post::PUBLISHED.eq(true))
        .order(Post::ID.desc())
        .limit(20)
        .offset(n % 100)
}

/// Q5: groups with a count and a mean, of which some are kept.
pub fn grouped(n: u64) -> Selected<'static, User> {
    User::find()
        .filter(User::AGE.gt(18))
        .group(User::STATUS)
        .having(count(User::ID).gt((n % 10) as i64))
        .order(User::STATUS.asc())
        .columns((User::STATUS, count(User::ID), avg(User::AGE)))
}

/// Q6: a row of six columns, and its key. A million rows a second fill the years.
pub fn inserted(n: u64) -> Insert<'static, User, UserColumns> {
    let row = (n as i64, "Ann", "ann@example.org", STATUS[n as usize % 2], 30, moment(n));
    User::insert(COLUMNS).row(row).answering(User::ID)
}

/// Q7: a thousand rows of six columns.
pub fn inserted_many(n: u64) -> Insert<'static, User, UserColumns> {
    let row = |place: u64| ((n + place) as i64, "Ann", "ann@example.org", STATUS[place as usize % 2], 30, moment(n));
    User::insert(COLUMNS).rows((0..1_000).map(row))
}

type UserColumns = (
    Column<User, i64>,
    Column<User, String>,
    Column<User, String>,
    Column<User, String>,
    Column<User, i32>,
    Column<User, Instant>,
);

const COLUMNS: UserColumns = (User::ID, User::NAME, User::EMAIL, User::STATUS, User::AGE, User::CREATED_AT);

fn moment(n: u64) -> Instant {
    Instant::from_microsecond(n as i64).unwrap_or(Instant::UNIX_EPOCH)
}

/// Q8: the rows of a thousand keys.
pub fn listed(ids: &[i64]) -> Find<'_, User> {
    User::find().filter(User::ID.is_in(ids))
}

/// Q9: three columns of the row of a key.
pub fn updated(n: u64) -> Request<'static> {
    User::update()
        .set(User::NAME, NAMES[n as usize % 2])
        .set(User::EMAIL, "ann@example.org")
        .set(User::AGE, n as i32 % 100)
        .filter(User::ID.eq(n as i64))
        .into_request(Instant::UNIX_EPOCH)
}

const NAMES: [&str; 2] = ["Ann", "Bob"];

/// Q10: a tree of conditions, twenty deep, of two hundred predicates.
pub fn tree(n: u64) -> Find<'static, User> {
    User::find().filter(level(n as i64, 20))
}

fn level<'q>(n: i64, depth: i64) -> impl Predicate<'q, User> {
    any_of(move |group| fill(group, n, depth))
}

fn fill(group: &mut Group<'_, '_, '_, User>, n: i64, depth: i64) {
    for place in 0..5 {
        group.add(User::ID.gt(n + depth * 10 + place));
        group.add(User::AGE.lt((place + depth) as i32));
    }
    match depth {
        1 => {}
        depth if depth % 2 == 0 => group.all(|below| fill(below, n, depth - 1)),
        depth => group.any(|below| fill(below, n, depth - 1)),
    }
}
