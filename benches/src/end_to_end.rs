//! What applications do with a database from one end to the other, through relata's public calls, models and hooks as users
//! have them. Benchmarks do the same by hand beside it.

use relata::{Database, Executor, Instant, Result, migrate, prelude::*, request::typed::Column};

use crate::models::{Comment, Post, PostTag, Tag, User};

/// How many users there are.
pub const ROWS: i64 = 10_000;
/// The first of them have posts.
pub const AUTHORS: i64 = 100;
/// So many each.
pub const POSTS: i64 = 10;

/// The columns of a user beside the key.
pub type UserColumns =
    (Column<User, String>, Column<User, String>, Column<User, String>, Column<User, i32>, Column<User, Instant>);
/// They.
pub const COLUMNS: UserColumns = (User::NAME, User::EMAIL, User::STATUS, User::AGE, User::CREATED_AT);

/// The moment that all rows have.
pub fn moment() -> Instant {
    Instant::UNIX_EPOCH
}

/// An age that changes from run to run.
pub fn age(n: u64) -> i32 {
    n as i32 % 90
}

/// A key that changes from run to run.
pub fn key(n: u64) -> i64 {
    (n as i64 % ROWS) + 1
}

/// A row of a user.
pub fn values(n: u64) -> (&'static str, &'static str, &'static str, i32, Instant) {
    ("Ann", "ann@example.org", "active", age(n), moment())
}

/// Creates the tables and fills them.
///
/// # Errors
///
/// What the database says.
pub fn fill(db: &Database) -> Result<()> {
    let models = [model::<User>(), model::<Post>(), model::<Comment>(), model::<Tag>(), model::<PostTag>()];
    for sql in migrate::create_missing(&models, db.dialect())? {
        db.execute(relata::Sql::trusted(&sql), ())?;
    }
    let users = (1..=ROWS).map(|n| (format!("name {n}"), "ann@example.org", "active", (n % 90) as i32, moment()));
    User::insert(COLUMNS).rows(users).run(db)?;
    let posts = (0..AUTHORS * POSTS).map(|n| (format!("title {n}"), "body", true, n % AUTHORS + 1, moment()));
    let columns = (Post::TITLE, Post::BODY, Post::PUBLISHED, Post::AUTHOR_ID, Post::CREATED_AT);
    Post::insert(columns).rows(posts).run(db)?;
    Ok(())
}

/// W1: one row by key.
///
/// # Errors
///
/// What the database says.
pub fn find(on: &impl Executor, n: u64) -> Result<Option<i64>> {
    Ok(User::find().filter(User::ID.eq(key(n))).one(on)?.map(|user| user.id))
}

/// W2: all rows.
///
/// # Errors
///
/// What the database says.
pub fn all(on: &impl Executor) -> Result<usize> {
    User::find().all(on).map(|users| users.len())
}

/// W2: all rows, none of which is kept.
///
/// # Errors
///
/// What the database says.
pub fn each(on: &impl Executor) -> Result<i32> {
    let mut sum = 0;
    User::find().each(on, |user| {
        sum += user.age;
        Ok(())
    })?;
    Ok(sum)
}

/// W3: some users with their posts, in one statement or in two.
///
/// # Errors
///
/// What the database says.
pub fn with_posts(on: &impl Executor, separate: bool) -> Result<usize> {
    let posts = User::POSTS.separate(separate).order(Post::ID.asc());
    let users = User::find().filter(User::ID.lte(AUTHORS)).order(User::ID.asc()).include(posts);
    users.all(on).map(|users| users.len())
}

/// W4: a record is created.
///
/// # Errors
///
/// What the database says.
pub fn create(on: &impl Executor, n: u64) -> Result<i64> {
    let (name, email, status, age, created) = values(n);
    let created = User::create(on, |user| user.name(name).email(email).status(status).age(age).created_at(created))?;
    Ok(created.id)
}

/// W4: a row is inserted, without a record.
///
/// # Errors
///
/// What the database says.
pub fn insert(on: &impl Executor, n: u64) -> Result<Vec<i64>> {
    User::insert(COLUMNS).row(values(n)).returning(User::ID, on)
}

/// W5: ten thousand rows are inserted, and taken back.
///
/// # Errors
///
/// What the database says.
pub fn insert_many(db: &Database) -> Result<u64> {
    let tx = db.begin()?;
    let inserted = User::insert(COLUMNS).rows((0..ROWS as u64).map(values)).run(&tx)?;
    tx.rollback()?;
    Ok(inserted)
}

/// W5: ten thousand records are created, and taken back.
///
/// # Errors
///
/// What the database says.
pub fn create_many(db: &Database) -> Result<usize> {
    let tx = db.begin()?;
    let drafts = (0..ROWS as u64).map(|n| {
        let (name, email, status, age, created) = values(n);
        User::draft().name(name).email(email).status(status).age(age).created_at(created)
    });
    let created = User::create_many(drafts).run(&tx)?;
    tx.rollback()?;
    Ok(created.len())
}

/// W6: a row is changed.
///
/// # Errors
///
/// What the database says.
pub fn update(on: &impl Executor, n: u64) -> Result<u64> {
    let change = User::update().set(User::NAME, "Bob").set(User::AGE, age(n));
    change.filter(User::ID.eq(key(n))).run(on)
}
