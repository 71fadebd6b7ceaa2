//! How many statements each public call sends: a golden file, so that none grows unseen.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    any::Any,
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use relata::{
    Database, Isolation, OpenOptions, Result, TxOptions,
    dialect::Capabilities,
    driver::{Connection, Driver, Numbered, Param, Row, Session, Statement, TableOf},
    orm::Links,
    prelude::*,
    schema::Datum,
};
use relata_testkit::databases::urls;

/// A driver that counts what is sent through it. What the connection is asked without the server is not counted.
struct Counting<D> {
    inner: D,
    sent: Arc<AtomicUsize>,
}

struct CountingConnection {
    inner: Box<dyn Connection>,
    sent: Arc<AtomicUsize>,
}

struct CountingSession<'c> {
    inner: Box<dyn Session + 'c>,
    sent: &'c AtomicUsize,
}

impl<D: Driver> Driver for Counting<D> {
    fn connect(&self) -> Result<Box<dyn Connection>> {
        Ok(Box::new(CountingConnection { inner: self.inner.connect()?, sent: self.sent.clone() }))
    }

    fn dialect(&self) -> &'static Capabilities {
        self.inner.dialect()
    }

    fn is_single(&self) -> bool {
        self.inner.is_single()
    }
}

impl Connection for CountingConnection {
    fn session(&mut self) -> Box<dyn Session + '_> {
        Box::new(CountingSession { inner: self.inner.session(), sent: &self.sent })
    }

    fn is_broken(&mut self) -> bool {
        self.inner.is_broken()
    }

    fn ping(&mut self) -> Result<()> {
        self.inner.ping()
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self.inner.as_any()
    }
}

impl Session for CountingSession<'_> {
    fn query(
        &mut self,
        statement: Statement<'_>,
        params: &[Param<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.inner.query(statement, params, each)
    }

    fn execute(&mut self, statement: Statement<'_>, params: &[Param<'_>]) -> Result<u64> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.inner.execute(statement, params)
    }

    fn batch(&mut self, sql: &str) -> Result<()> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.inner.batch(sql)
    }

    fn insert_rows<'v>(
        &mut self,
        into: TableOf<'_>,
        cells: &mut dyn Iterator<Item = &'v Datum<'v>>,
    ) -> Result<Option<u64>> {
        let inserted = self.inner.insert_rows(into, cells)?;
        if inserted.is_some() {
            // The table is looked at before the rows and behind them.
            self.sent.fetch_add(3, Ordering::Relaxed);
        }
        Ok(inserted)
    }

    fn prepare(&mut self, sql: &str) -> Result<()> {
        self.inner.prepare(sql)
    }

    fn is_in_transaction(&mut self) -> Result<bool> {
        self.inner.is_in_transaction()
    }

    fn numbered(&mut self) -> Option<Numbered> {
        self.inner.numbered()
    }

    fn begin_snapshot(&mut self) -> Result<()> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.inner.begin_snapshot()
    }
}

#[derive(Model, Debug, Clone)]
#[model(table = "users", version)]
struct User {
    #[key(auto)]
    id: i64,
    #[column(unique)]
    email: String,
    #[column(default = 0)]
    score: i32,
    version: i32,
    #[has_many(key = user_id)]
    posts: Many<Post>,
    #[has_one(key = user_id)]
    profile: One<Profile>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "posts", paranoid)]
struct Post {
    #[key(auto)]
    id: i64,
    title: String,
    user_id: Option<i64>,
    deleted_at: Option<relata::Instant>,
    #[belongs_to(key = user_id)]
    user: One<User>,
    #[belongs_to_many(through = PostTag, key = post_id, other_key = tag)]
    tags: Many<Tag>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "profiles")]
struct Profile {
    #[key(auto)]
    id: i64,
    #[column(unique)]
    user_id: Option<i64>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "tags")]
struct Tag {
    #[key]
    name: String,
}

#[derive(Model, Debug, Clone)]
#[model(table = "post_tags")]
struct PostTag {
    #[key]
    post_id: i64,
    #[key]
    tag: String,
}

#[test]
fn statements_of_each_call_are_what_they_were() {
    counted("round-trips", relata_sqlite::Sqlite::in_memory());
    for url in urls("round_trips") {
        let (kind, _) = url.split_once(':').unwrap();
        let name = format!("round-trips-{kind}");
        match kind {
            "postgres" => counted(&name, relata_postgres::Postgres::from_url(&url).unwrap()),
            _ => counted(&name, relata_mysql::Mysql::from_url(&url).unwrap()),
        }
    }
}

fn counted(name: &str, inner: impl Driver + 'static) {
    let sent = Arc::new(AtomicUsize::new(0));
    let driver = Counting { inner, sent: sent.clone() };
    let db = Database::with_driver(Arc::new(driver), OpenOptions::default()).unwrap();
    let models = [model::<User>(), model::<Post>(), model::<Profile>(), model::<Tag>(), model::<PostTag>()];
    relata::create_missing(&db, &models).unwrap();
    let mut out = "call: statements, those that begin and end transactions among them\n".to_owned();
    let mut count = |call: &str, run: &mut dyn FnMut()| {
        sent.store(0, Ordering::Relaxed);
        run();
        writeln!(out, "{call}: {}", sent.load(Ordering::Relaxed)).unwrap();
    };
    let db = &db;
    let mut ann = User::create(db, |user| user.email("ann@example.org")).unwrap();
    let mut post = ann.links(User::POSTS).create(db, |post| post.title("first")).unwrap();
    let tags: Vec<_> =
        ["a", "b", "c", "d"].into_iter().map(|name| Tag::create(db, |tag| tag.name(name)).unwrap()).collect();
    post.links(Post::TAGS).set(&[&tags[0], &tags[1]], db).unwrap();

    count("find all", &mut || drop(User::find().all(db).unwrap()));
    count("find one by key", &mut || drop(User::find().filter(User::ID.eq(1)).one(db).unwrap()));
    count("find with a joined include", &mut || drop(Post::find().include(Post::USER).all(db).unwrap()));
    count("find with two includes of several rows", &mut || {
        drop(Post::find().include(Post::TAGS).include(Post::USER.include(User::POSTS)).all(db).unwrap());
    });
    count("page", &mut || drop(User::find().limit(5).page(db).unwrap()));
    count("count", &mut || assert!(User::find().count(db).unwrap() > 0));
    count("create", &mut || drop(User::create(db, |user| user.email("bob@example.org")).unwrap()));
    count("create with two nested", &mut || {
        User::create(db, |user| user.email("cy@example.org").posts(|p| p.title("x")).posts(|p| p.title("y"))).unwrap();
    });
    count("create 2,500 rows", &mut || {
        User::create_many((0..2_500).map(|i| User::draft().email(format!("u{i}@example.org")))).run(db).unwrap();
    });
    count("insert 2,500 plain rows", &mut || {
        let rows = (0..2_500).map(|i| (format!("p{i}@example.org"), 0, 0));
        User::insert((User::EMAIL, User::SCORE, User::VERSION)).rows(rows).run(db).unwrap();
    });
    count("save what has changed", &mut || {
        ann.score += 1;
        assert!(ann.save(db).unwrap());
    });
    count("save what has not", &mut || assert!(!ann.save(db).unwrap()));
    count("increment", &mut || ann.increment(User::SCORE, 1, db).unwrap());
    count("reload", &mut || ann.reload(db, |find| find).unwrap());
    count("update many", &mut || {
        assert!(User::update().set(User::SCORE, 1).filter(User::ID.lt(3)).run(db).unwrap() > 0)
    });
    count("upsert", &mut || drop(User::upsert(|user| user.email("bob@example.org").score(9)).run(db).unwrap()));
    count("find or create, found", &mut || {
        let find = User::find().filter(User::EMAIL.eq("bob@example.org"));
        assert!(!User::find_or_create(db, &find, |user| user.email("bob@example.org")).unwrap().1);
    });
    count("find or create, created", &mut || {
        let find = User::find().filter(User::EMAIL.eq("new@example.org"));
        assert!(User::find_or_create(db, &find, |user| user.email("new@example.org")).unwrap().1);
    });
    count("set of several: one goes, one comes", &mut || {
        post.links(Post::TAGS).set(&[&tags[1], &tags[2]], db).unwrap();
    });
    count("set of several: nothing changes", &mut || {
        post.links(Post::TAGS).set(&[&tags[1], &tags[2]], db).unwrap();
    });
    count("add through a junction", &mut || post.links(Post::TAGS).add(&[&tags[3]], db).unwrap());
    count("remove through a junction", &mut || assert_eq!(post.links(Post::TAGS).remove(&[&tags[3]], db).unwrap(), 1));
    count("add to a has-many", &mut || ann.links(User::POSTS).add(&[&post], db).unwrap());
    count("set of a belongs-to", &mut || post.links(Post::USER).set(&[], db).unwrap());
    count("set of a has-one", &mut || {
        let profile = Profile::create(db, |profile| profile.user_id(None::<i64>)).unwrap();
        sent.store(0, Ordering::Relaxed);
        ann.links(User::PROFILE).set(&[&profile], db).unwrap();
    });
    count("related rows", &mut || drop(post.related(Post::TAGS, db).unwrap()));
    count("count of related rows", &mut || assert_eq!(post.count_related(Post::TAGS, db).unwrap(), 2));
    count("destroy", &mut || post.destroy(db).unwrap());
    count("restore", &mut || post.restore(db).unwrap());
    count("transaction of one create", &mut || {
        db.transaction(|tx| User::create(tx, |user| user.email("tx@example.org")).map(drop)).unwrap();
    });
    let serializable = TxOptions { isolation: Some(Isolation::Serializable), ..TxOptions::default() };
    count("transaction within a transaction", &mut || {
        db.transaction_with(serializable, |tx| tx.transaction(|_| Ok(()))).unwrap();
    });
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(relata_tests::folder().join("../snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, out));
}

/// The handle of an association's rows can be named by an application.
#[test]
fn links_have_a_type() {
    fn none(links: Links<'_, User, Post>, db: &Database) -> Result<()> {
        links.set(&[], db)
    }
    let db = Database::open("sqlite::memory:").unwrap();
    relata::create_missing(&db, &[model::<User>(), model::<Post>()]).unwrap();
    let mut user = User::create(&db, |user| user.email("a@example.org")).unwrap();
    none(user.links(User::POSTS), &db).unwrap();
}
