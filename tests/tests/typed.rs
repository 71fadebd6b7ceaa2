//! Derived models on every database: every way to run a find, and what goes wrong.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use relata::{Database, ErrorKind, Value, orm::insert_rows, prelude::*, request::doc::col};
use relata_testkit::databases::{databases, sqlite};

#[derive(Model, Debug, Clone)]
#[model(table = "users")]
struct User {
    #[key(auto)]
    id: i64,
    #[column(unique)]
    email: String,
    name: Option<String>,
    #[column(default = 0, name = "score_points")]
    score: i32,
    manager_id: Option<i64>,
    #[belongs_to(key = manager_id)]
    manager: One<User>,
    #[has_many(key = author_id, references = id)]
    posts: Many<Post>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "posts", paranoid, index(author_id), unique(author_id, title))]
struct Post {
    #[key(auto)]
    id: i64,
    title: String,
    published: bool,
    author_id: i64,
    deleted_at: Option<relata::Instant>,
    #[belongs_to(key = author_id)]
    author: One<User>,
    #[belongs_to_many(through = PostTag, key = post_id, other_key = tag_id)]
    tags: Many<Tag>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "tags")]
struct Tag {
    #[key(auto)]
    id: i64,
    name: String,
}

#[derive(Model, Debug, Clone)]
#[model(table = "post_tags")]
struct PostTag {
    #[key]
    post_id: i64,
    #[key]
    tag_id: i64,
    weight: i32,
    #[belongs_to(key = post_id)]
    post: One<Post>,
    #[belongs_to(key = tag_id)]
    tag: One<Tag>,
}

#[derive(Projection, Debug, PartialEq)]
#[projection(User)]
struct Address {
    email: String,
    name: Option<String>,
}

fn fill(db: &Database) {
    let models = [model::<User>(), model::<Post>(), model::<Tag>(), model::<PostTag>()];
    relata::create_missing(db, &models).unwrap();
    let users: Vec<Vec<Value>> = vec![
        vec![1.into(), "ann@example.org".into(), "Ann".into(), 10.into(), Value::Null],
        vec![2.into(), "bob@example.com".into(), Value::Null, 20.into(), 1.into()],
        vec![3.into(), "cid@example.org".into(), "Cid".into(), 30.into(), 1.into()],
    ];
    insert_rows(db, model::<User>(), &["id", "email", "name", "score", "manager_id"], &users).unwrap();
    let gone = Value::Instant(relata::Instant::UNIX_EPOCH);
    let posts: Vec<Vec<Value>> = vec![
        vec![1.into(), "one".into(), true.into(), 1.into(), Value::Null],
        vec![2.into(), "two".into(), false.into(), 1.into(), Value::Null],
        vec![3.into(), "three".into(), true.into(), 2.into(), gone],
    ];
    insert_rows(db, model::<Post>(), &["id", "title", "published", "author_id", "deleted_at"], &posts).unwrap();
    insert_rows(db, model::<Tag>(), &["id", "name"], &[vec![1.into(), "a".into()], vec![2.into(), "b".into()]])
        .unwrap();
    let pairs: Vec<Vec<Value>> = vec![vec![1.into(), 1.into(), 5.into()], vec![1.into(), 2.into(), 1.into()]];
    insert_rows(db, model::<PostTag>(), &["post_id", "tag_id", "weight"], &pairs).unwrap();
}

fn on_all(test: &str, check: impl Fn(&Database)) {
    for db in databases(test) {
        fill(&db);
        check(&db);
    }
}

#[test]
fn indexes_are_part_of_the_model_and_of_its_table() {
    on_all("indexes", |db| {
        assert!(Post::def().is_unique(&[Post::AUTHOR_ID.attribute(), Post::TITLE.attribute()]));
        let again: Vec<Vec<Value>> = vec![vec![9.into(), "one".into(), true.into(), 1.into()]];
        let error = insert_rows(db, model::<Post>(), &["id", "title", "published", "author_id"], &again).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UniqueViolation);
    });
}

#[test]
fn every_way_to_run_a_find() {
    on_all("ways", |db| {
        let org = User::find().filter(User::EMAIL.ends_with("@example.org")).order(User::ID.asc());
        let users = org.all(db).unwrap();
        assert_eq!(users.iter().map(|user| user.id).collect::<Vec<_>>(), [1, 3]);
        assert_eq!((users[0].name.as_deref(), users[0].score, users[0].manager_id), (Some("Ann"), 10, None));
        assert_eq!(org.one(db).unwrap().unwrap().id, 1);
        assert_eq!(org.count(db).unwrap(), 2);
        assert!(org.exists(db).unwrap());
        assert!(!User::find().filter(User::SCORE.gt(99)).exists(db).unwrap());
        assert_eq!(User::find().sum::<_, i64>(User::SCORE, db).unwrap(), Some(60));
        assert_eq!(org.min(User::SCORE, db).unwrap(), Some(10));
        assert_eq!(org.max(User::SCORE, db).unwrap(), Some(30));
        assert_eq!(org.avg(User::SCORE, db).unwrap(), Some(20.0));
        assert_eq!(User::find().filter(User::ID.eq(9)).sum::<_, i64>(User::SCORE, db).unwrap(), None);
        let page = User::find().order(User::SCORE.desc()).limit(1).offset(1).page(db).unwrap();
        assert_eq!((page.rows.len(), page.rows[0].id, page.total), (1, 2, 3));
        let missing = User::find().filter(User::ID.eq(9)).required(db).unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
    });
}

#[test]
fn projections_tuples_and_json() {
    on_all("projections", |db| {
        let find = User::find().order(User::ID.asc()).limit(2);
        let addresses: Vec<Address> = find.project(db).unwrap();
        assert_eq!(addresses[1], Address { email: "bob@example.com".to_owned(), name: None });
        let tuples: Vec<(i64, Option<String>)> = find.select((User::ID, upper(User::NAME)), db).unwrap();
        assert_eq!(tuples, [(1, Some("ANN".to_owned())), (2, None)]);
        let per_author: Vec<(Option<String>, i64)> = Post::find()
            .group(Post::AUTHOR.path(User::NAME))
            .order(Post::AUTHOR.path(User::NAME).asc())
            .select((Post::AUTHOR.path(User::NAME), count_rows()), db)
            .unwrap();
        assert_eq!(per_author, [(Some("Ann".to_owned()), 2)]);
        assert_eq!(
            User::find().filter(col("score").lt(15)).json(db).unwrap(),
            "[{\"id\":1,\"email\":\"ann@example.org\",\"name\":\"Ann\",\"score\":10,\"manager_id\":null}]"
        );
    });
}

#[test]
fn relations_are_loaded_or_an_error() {
    on_all("relations", |db| {
        let find = User::find()
            .include(User::MANAGER)
            .include(User::POSTS.include(Post::TAGS.order(Tag::NAME.desc())).order(Post::ID.desc()))
            .order(User::ID.asc());
        let users = find.all(db).unwrap();
        assert!(users[0].manager.get().unwrap().is_none());
        assert_eq!(users[1].manager.get().unwrap().unwrap().id, 1);
        let posts = users[0].posts.get().unwrap();
        assert_eq!(posts.iter().map(|post| post.id).collect::<Vec<_>>(), [2, 1]);
        let tags = posts[1].tags.get().unwrap();
        assert_eq!(tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        assert!(users[1].posts.get().unwrap().is_empty(), "the post of the second is soft-deleted");
        assert_eq!(posts[0].author.get().unwrap_err().kind(), ErrorKind::NotLoaded);
        let all = User::find().include(User::POSTS.with_deleted()).filter(User::ID.eq(2)).required(db).unwrap();
        assert_eq!(all.posts.get().unwrap().len(), 1);
        let heavy = Post::find().include(Post::TAGS.required(true).through::<PostTag>(PostTag::WEIGHT.gt(3)));
        assert_eq!(heavy.all(db).unwrap()[0].tags.get().unwrap().len(), 1);
        let twice = User::find().include(User::POSTS).include(User::POSTS.named("others")).all(db).unwrap_err();
        assert_eq!(twice.kind(), ErrorKind::Request);
    });
}

#[test]
fn mistakes_are_explained() {
    let db = sqlite();
    fill(&db);
    let few = User::find().include(User::POSTS.select(Post::ID)).all(&db).unwrap_err();
    assert!(few.kind() == ErrorKind::NotLoaded && few.path() == "Post.title", "{few}");
    let wrong = User::find().filter(col("emial").eq("x")).all(&db).unwrap_err();
    assert!(wrong.to_string().contains("did you mean \"email\"?"), "{wrong}");
    let null = User::find().filter(User::SCORE.gt(None::<i32>)).all(&db).unwrap_err();
    assert_eq!(null.kind(), ErrorKind::Request);
    let lock = User::find().for_update().all(&db).unwrap_err();
    assert_eq!(lock.kind(), ErrorKind::Unsupported);
    let held = db.hold().unwrap();
    assert_eq!(User::find().all(&db).unwrap_err().kind(), ErrorKind::NestedAcquire);
    drop(held);
    assert_eq!(User::find().count(&db).unwrap(), 3);
}

#[derive(Model, Debug, Clone)]
struct Broken {
    #[key]
    id: i64,
    #[column(type = "strng")]
    name: String,
}

#[test]
fn a_model_that_is_not_valid_is_an_error_and_no_panic() {
    let db = sqlite();
    let error = Broken::find().filter(Broken::NAME.eq("x")).all(&db).unwrap_err();
    assert!(error.kind() == ErrorKind::Schema && error.to_string().contains("\"string\""), "{error}");
    assert_eq!(relata::create_missing(&db, &[model::<Broken>()]).unwrap_err().kind(), ErrorKind::Schema);
}

#[test]
fn a_cache_hit_is_counted_and_the_bound_holds() {
    let db = Database::open_with("sqlite::memory:", relata::OpenOptions { plans: 8, ..Default::default() }).unwrap();
    fill(&db);
    let before = db.stats().plans;
    for _ in 0..3 {
        User::find().filter(User::ID.eq(1)).all(&db).unwrap();
    }
    let stats = db.stats().plans;
    assert_eq!((stats.hits - before.hits, stats.misses - before.misses), (2, 1));
    for limit in 0..50u64 {
        let mut find = User::find();
        for _ in 0..limit {
            find = find.filter(User::ID.gt(0));
        }
        find.all(&db).unwrap();
    }
    assert!(db.stats().plans.plans <= 8);
}

#[test]
fn one_database_serves_many_threads() {
    on_all("threads", |db| {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        assert_eq!(User::find().include(User::POSTS).all(db).unwrap().len(), 3);
                    }
                });
            }
        });
    });
}

#[test]
fn a_transaction_that_was_left_open_does_not_meet_the_next_user() {
    on_all("left_open", |db| {
        db.batch("BEGIN; DELETE FROM post_tags").unwrap();
        let pairs = || -> Vec<i64> {
            PostTag::find().order(PostTag::TAG_ID.asc()).all(db).unwrap().iter().map(|pair| pair.tag_id).collect()
        };
        assert_eq!(pairs(), [1, 2]);
    });
}

#[test]
fn a_failure_inside_of_a_page_leaves_the_connection_usable() {
    on_all("page_fails", |db| {
        let broken = User::find().filter(User::ID.eq(1)).limit(1);
        db.batch("ALTER TABLE users RENAME TO people").unwrap();
        assert!(broken.page(db).unwrap_err().kind().is_database());
        db.batch("ALTER TABLE people RENAME TO users").unwrap();
        assert_eq!(broken.page(db).unwrap().total, 1);
    });
}

#[test]
fn a_table_that_changes_is_read_again() {
    on_all("changes", |db| {
        let find = User::find().filter(User::ID.eq(1));
        assert_eq!(find.all(db).unwrap().len(), 1);
        assert_eq!(find.all(db).unwrap().len(), 1);
        db.batch(
            "ALTER TABLE users ADD COLUMN more integer; ALTER TABLE users RENAME COLUMN name TO other; \
                  ALTER TABLE users RENAME COLUMN other TO name",
        )
        .unwrap();
        assert_eq!(find.all(db).unwrap().len(), 1);
    });
}

#[test]
fn what_has_no_meaning_is_refused() {
    let db = sqlite();
    fill(&db);
    let grouped = || User::find().group(User::SCORE);
    assert_eq!(grouped().count(&db).unwrap_err().kind(), ErrorKind::Request);
    assert_eq!(grouped().exists(&db).unwrap_err().kind(), ErrorKind::Request);
    assert_eq!(grouped().max(User::SCORE, &db).unwrap_err().kind(), ErrorKind::Request);
    assert_eq!(User::find().for_update().page(&db).unwrap_err().kind(), ErrorKind::Unsupported);
    let other = User::find().include(User::POSTS.named("manager"));
    assert!(other.all(&db).unwrap_err().to_string().contains("another association"));
    let alias = Post::find()
        .include(Post::TAGS.required(true).through::<PostTag>(Compare::<PostTag>::eq(alias::<i32>("x"), 1)));
    assert_eq!(alias.all(&db).unwrap_err().kind(), ErrorKind::Request);
    for url in ["sqlite", "", "postgres", "sqlite:", "sqlite:x.db?mode=ro", "mysql://h/d", "http://h"] {
        assert!(Database::open(url).is_err(), "{url}");
    }
    let zero = relata::OpenOptions {
        pool: relata::driver::PoolOptions { acquire_timeout: std::time::Duration::ZERO, max_connections: 0 },
        ..Default::default()
    };
    assert!(Database::open_with("sqlite::memory:", zero).is_ok());
    let nan = insert_rows(&db, model::<Tag>(), &["id", "name"], &[vec![9.into(), Value::Double(f64::NAN)]]);
    assert!(nan.is_err());
}
