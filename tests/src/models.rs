//! What the tests of writes share: models, their tables, a clock that is set, and a count of statements.
#![expect(missing_docs, reason = "the fields say by their names what they are")]

use relata::{Database, Error, Instant, Value, WriteOptions, prelude::*, schema::Values};

/// Has one profile and one badge, and has written posts.
#[derive(Model, Debug, Clone)]
#[model(table = "users", timestamps, version, validate = name_is_not_the_email)]
pub struct User {
    #[key(auto)]
    pub id: i64,
    #[column(unique, validate(email, len(3..=254)))]
    pub email: String,
    pub name: Option<String>,
    #[column(default = 0, validate(min = 0))]
    pub score: i32,
    pub manager_id: Option<i64>,
    pub created_at: Instant,
    pub updated_at: Instant,
    #[column(default = 0)]
    pub version: i32,
    #[belongs_to(key = manager_id)]
    pub manager: One<User>,
    #[has_one(key = user_id)]
    pub profile: One<Profile>,
    #[has_one(key = user_id)]
    pub badge: One<Badge>,
    #[has_many(key = author_id)]
    pub posts: Many<Post>,
}

fn name_is_not_the_email(values: &dyn Values) -> Result<(), String> {
    match (values.value_of("name"), values.value_of("email")) {
        (Some(Value::Text(name)), Some(Value::Text(email))) if name == email => Err("it is the email".to_owned()),
        _ => Ok(()),
    }
}

/// May be without a user.
#[derive(Model, Debug, Clone)]
#[model(table = "profiles", timestamps)]
pub struct Profile {
    #[key(auto)]
    pub id: i64,
    pub bio: Option<String>,
    #[column(unique)]
    pub user_id: Option<i64>,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// Is never without a user.
#[derive(Model, Debug, Clone)]
#[model(table = "badges")]
pub struct Badge {
    #[key]
    pub code: String,
    #[column(unique)]
    pub user_id: i64,
}

/// Is soft-deleted.
#[derive(Model, Debug, Clone)]
#[model(table = "posts", timestamps, paranoid)]
pub struct Post {
    #[key(auto)]
    pub id: i64,
    pub title: String,
    pub author_id: Option<i64>,
    pub created_at: Instant,
    pub updated_at: Instant,
    pub deleted_at: Option<Instant>,
    #[belongs_to(key = author_id)]
    pub author: One<User>,
    #[belongs_to_many(through = PostTag, key = post_id, other_key = tag_name)]
    pub tags: Many<Tag>,
    #[has_many(key = post_id)]
    pub pairs: Many<PostTag>,
}

/// Its name is its key.
#[derive(Model, Debug, Clone)]
#[model(table = "tags")]
pub struct Tag {
    #[key]
    pub name: String,
    #[belongs_to_many(through = PostTag, key = tag_name, other_key = post_id)]
    pub posts: Many<Post>,
}

/// The junction of posts and tags.
#[derive(Model, Debug, Clone)]
#[model(table = "post_tags")]
pub struct PostTag {
    #[key]
    pub post_id: i64,
    #[key]
    pub tag_name: String,
    #[column(default = 0)]
    pub weight: i32,
    #[belongs_to(key = post_id, on_delete = "cascade")]
    pub post: One<Post>,
    #[belongs_to(key = tag_name, on_delete = "cascade")]
    pub tag: One<Tag>,
}

/// Leaves timestamps alone.
pub const SILENT: WriteOptions = WriteOptions { silent: true, hooks: true, validate: true };
/// Runs no hooks.
pub const UNHOOKED: WriteOptions = WriteOptions { hooks: false, validate: true, silent: false };
/// Does not validate.
pub const UNCHECKED: WriteOptions = WriteOptions { validate: false, hooks: true, silent: false };

/// Runs a check on each database, with the tables of the models, and the clock at the second zero.
///
/// # Panics
///
/// When the tables cannot be created.
pub fn on_all(databases: Vec<Database>, check: impl Fn(&Database)) {
    let models =
        [model::<User>(), model::<Profile>(), model::<Badge>(), model::<Post>(), model::<Tag>(), model::<PostTag>()];
    for db in databases {
        sure(relata::create_missing(&db, &models));
        check(&at(&db, 0));
    }
}

/// The same database, whose clock stands at a second of the test.
pub fn at(db: &Database, number: i64) -> Database {
    let now = second(number);
    db.clone().with_clock(move || now)
}

/// A second of the test: zero is noon of 2024-01-31.
pub fn second(number: i64) -> Instant {
    Instant::from_second(1_706_702_400 + number).unwrap_or(Instant::UNIX_EPOCH)
}

/// How many statements a database was asked for so far. What is refused before has asked for none.
pub fn statements(db: &Database) -> u64 {
    let plans = db.stats().plans;
    plans.hits + plans.misses
}

/// What is wrong with values: attributes or model rules, and the rules.
pub fn broken(error: &Error) -> Vec<(&str, &str)> {
    error.failures().iter().map(|failure| (failure.path.as_str(), failure.rule.as_str())).collect()
}

/// Creates a user.
///
/// # Panics
///
/// When that fails, as all that follow.
pub fn user(db: &Database, email: &str) -> Record<User> {
    sure(User::create(db, |user| user.email(email)))
}

/// The user of a key, as the database has it.
pub fn user_of(db: &Database, id: i64) -> Record<User> {
    sure(User::find().filter(User::ID.eq(id)).required(db))
}

/// Creates a post.
pub fn post(db: &Database, title: &str) -> Record<Post> {
    sure(Post::create(db, |post| post.title(title)))
}

/// The post of a key, as the database has it, soft-deleted or not.
pub fn post_of(db: &Database, id: i64) -> Record<Post> {
    sure(Post::find().with_deleted().filter(Post::ID.eq(id)).required(db))
}

/// Creates a tag.
pub fn tag(db: &Database, name: &str) -> Record<Tag> {
    sure(Tag::create(db, |tag| tag.name(name)))
}

fn sure<T>(result: relata::Result<T>) -> T {
    result.unwrap_or_else(|error| panic!("{error:?}"))
}
