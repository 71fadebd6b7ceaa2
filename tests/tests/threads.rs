//! Transactions and writes of many threads on every database: nothing is lost, nothing is done twice, and who is in the
//! way of another is told so.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    cell::Cell,
    collections::BTreeSet,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use relata::{
    Error, ErrorKind, Isolation, OpenOptions, Result, TxOptions,
    prelude::*,
    schema::{Outcome, Retry},
};
use relata_sqlite::Sqlite;
use relata_testkit::databases::{databases, postgres, served};

#[derive(Model, Debug, Clone)]
#[model(table = "notes")]
struct Note {
    #[key]
    id: i64,
    #[column(unique)]
    text: String,
}

#[derive(Model, Debug, Clone)]
#[model(table = "counters")]
struct Counter {
    #[key]
    id: i64,
    n: i64,
}

#[derive(Model, Debug, Clone)]
#[model(table = "articles", version)]
struct Article {
    #[key(auto)]
    id: i64,
    #[column(unique)]
    slug: String,
    #[column(default = 0)]
    hits: i64,
    #[column(default = 0)]
    version: i32,
}

fn tables(db: &Database) {
    relata::create_missing(db, &[model::<Note>(), model::<Counter>(), model::<Article>()]).unwrap();
}

/// A folder that goes with this value.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("relata-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// A database in a file, patient and quick: nothing here is about the loss of power.
    fn database(&self) -> Database {
        let driver = Sqlite::file(self.0.join("test.db")).busy_timeout(Duration::from_secs(60));
        let options = OpenOptions::default();
        let db = Database::with_driver(Arc::new(driver), options).unwrap();
        let mut all: Vec<_> = (0..options.pool.max_connections).map(|_| db.hold().unwrap()).collect();
        for held in &mut all {
            held.session().batch("PRAGMA synchronous = OFF").unwrap();
        }
        drop(all);
        tables(&db);
        db
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// On every database, and on a file too, where threads meet in SQLite itself and not before its only connection.
fn on_all(test: &str, check: impl Fn(&Database)) {
    for db in databases(test) {
        tables(&db);
        check(&db);
    }
    let folder = Folder::new(test);
    check(&folder.database());
}

fn threads(count: i64, work: impl Fn(i64) + Sync) {
    thread::scope(|scope| {
        for number in 0..count {
            let work = &work;
            scope.spawn(move || work(number));
        }
    });
}

/// Runs two threads; answers with what each says.
fn two(work: impl Fn(i64) -> Result<()> + Sync) -> Vec<Result<()>> {
    thread::scope(|scope| {
        let work = &work;
        let running = [1, 2].map(|id| scope.spawn(move || work(id)));
        running.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

/// Lets threads wait for one another, but not for ever: where one fails, the other must not hang.
#[derive(Default)]
struct Meeting(AtomicUsize);

impl Meeting {
    fn wait_for(&self, count: usize) {
        self.0.fetch_add(1, Ordering::SeqCst);
        let started = Instant::now();
        while self.0.load(Ordering::SeqCst) < count && started.elapsed() < Duration::from_secs(5) {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

fn note(on: &impl Executor, id: i64) -> Result<()> {
    Note::create(on, |draft| draft.id(id).text(format!("note {id}"))).map(drop)
}

/// Makes the counters be these, numbered from one.
fn count_from(db: &Database, values: &[i64]) {
    Counter::truncate(db).unwrap();
    for (id, &n) in (1_i64..).zip(values) {
        Counter::create(db, |draft| draft.id(id).n(n)).unwrap();
    }
}

fn counters(db: &Database) -> Vec<i64> {
    Counter::find().order(Counter::ID.asc()).all(db).unwrap().iter().map(|counter| counter.n).collect()
}

/// Adds one to a counter: reads it, locked where there are locks, and writes it.
fn bump(tx: &Tx, id: i64) -> Result<()> {
    let find = Counter::find().filter(Counter::ID.eq(id));
    let find = if tx.dialect().name == "sqlite" { find } else { find.for_update() };
    let mut counter = find.required(tx)?;
    counter.n += 1;
    counter.save(tx).map(drop)
}

/// F47: a transaction that reads first would fail at once if it began as a reader, whatever the busy timeout.
#[test]
fn a_second_writer_of_a_file_waits_and_sees_what_the_first_wrote() {
    let folder = Folder::new("tx_waits");
    let db = folder.database();
    count_from(&db, &[0]);
    thread::scope(|scope| {
        let (first, (begun, has_begun)) = (&db, mpsc::channel());
        scope.spawn(move || {
            let work = |tx: &Tx| {
                let mut counter = Counter::find().required(tx)?;
                begun.send(()).unwrap();
                thread::sleep(Duration::from_millis(300));
                counter.n += 1;
                counter.save(tx).map(drop)
            };
            first.transaction(work).unwrap();
        });
        has_begun.recv().unwrap();
        let started = Instant::now();
        db.transaction(|tx| bump(tx, 1)).unwrap();
        assert!(started.elapsed() >= Duration::from_millis(200), "it did not wait");
    });
    assert_eq!(counters(&db), [2]);
}

/// Takes from one of two accounts when both together have enough: each alone is right, and both at once are not.
fn withdraw(db: &Database, id: i64, meeting: &Meeting, retries: u32) -> Result<()> {
    let options = TxOptions { isolation: Some(Isolation::Serializable), retries, ..TxOptions::default() };
    let first = Cell::new(true);
    db.transaction_with(options, |tx| {
        let accounts = Counter::find().all(tx)?;
        if first.replace(false) {
            meeting.wait_for(2);
        }
        if accounts.iter().map(|account| account.n).sum::<i64>() >= 80 {
            let mut own = Counter::find().filter(Counter::ID.eq(id)).required(tx)?;
            own.n -= 80;
            own.save(tx)?;
        }
        Ok(())
    })
}

#[test]
fn serializable_transactions_do_not_skew() {
    let Some(db) = postgres("tx_skew") else { return };
    tables(&db);
    for retries in [0, 10] {
        count_from(&db, &[50, 50]);
        let meeting = Meeting::default();
        let mut results = two(|id| withdraw(&db, id, &meeting, retries));
        results.retain(|result| result.is_err());
        assert_eq!(results.len(), usize::from(retries == 0), "{results:?}");
        if let Some(Err(error)) = results.pop() {
            assert_eq!((error.kind(), error.retry()), (ErrorKind::Serialization, Retry::Transaction));
            assert_eq!(error.outcome(), Outcome::NotApplied);
        }
        assert_eq!(counters(&db).iter().sum::<i64>(), 20);
    }
}

#[test]
fn sixteen_threads_count_in_transactions() {
    on_all("tx_count", |db| {
        count_from(db, &[0]);
        let options = TxOptions { retries: 100, backoff: Duration::from_millis(1), ..TxOptions::default() };
        threads(16, |thread| {
            for round in 0..50 {
                let work = |tx: &Tx| {
                    bump(tx, 1)?;
                    // Whatever is applied twice has this key twice.
                    note(tx, thread * 100 + round)
                };
                db.transaction_with(options, work).unwrap();
            }
        });
        assert_eq!(counters(db), [800]);
        assert_eq!(Note::find().count(db).unwrap(), 800);
    });
}

#[test]
fn sixteen_threads_increment() {
    on_all("tx_increment", |db| {
        count_from(db, &[0]);
        let seen = Mutex::new(BTreeSet::new());
        threads(16, |_| {
            let mut counter = Counter::find().required(db).unwrap();
            for _ in 0..50 {
                counter.increment(Counter::N, 1, db).unwrap();
                seen.lock().unwrap().insert(counter.n);
            }
        });
        assert_eq!(counters(db), [800]);
        assert!(seen.into_inner().unwrap().into_iter().eq(1..=800), "each answer is of one increment");
    });
}

#[test]
fn sixteen_threads_save_what_they_have_read() {
    on_all("tx_optimistic", |db| {
        Article::create(db, |draft| draft.slug("one")).unwrap();
        threads(16, |_| {
            let mut article = Article::find().required(db).unwrap();
            for _ in 0..50 {
                loop {
                    article.hits += 1;
                    match article.save(db) {
                        Ok(_) => break,
                        Err(error) => assert_eq!(error.kind(), ErrorKind::Stale, "{error:?}"),
                    }
                    article.reload(db, |find| find).unwrap();
                }
            }
        });
        let article = Article::find().required(db).unwrap();
        assert_eq!((article.hits, article.version), (800, 800));
    });
}

fn lock_both(db: &Database, order: [i64; 2], meeting: &Meeting, retries: u32) -> Result<()> {
    let options = TxOptions { retries, ..TxOptions::default() };
    let first = Cell::new(true);
    db.transaction_with(options, |tx| {
        if tx.dialect().name == "postgres" {
            tx.execute("SET LOCAL deadlock_timeout = '50ms'", ())?;
        }
        bump(tx, order[0])?;
        if first.replace(false) {
            meeting.wait_for(2);
        }
        // An error that the application puts in its place does not hide that the transaction may be run again.
        bump(tx, order[1]).map_err(|error| if retries > 0 { Error::application(error) } else { error })
    })
}

#[test]
fn of_two_that_wait_for_one_another_one_is_told() {
    for db in served("tx_deadlock") {
        tables(&db);
        for (retries, expected) in [(0, 1), (10, 2)] {
            count_from(&db, &[0, 0]);
            let meeting = Meeting::default();
            let mut results = two(|id| lock_both(&db, [id, 3 - id], &meeting, retries));
            results.retain(|result| result.is_err());
            assert_eq!(results.len(), usize::from(retries == 0), "{results:?}");
            if let Some(Err(error)) = results.pop() {
                assert_eq!((error.kind(), error.retry()), (ErrorKind::Deadlock, Retry::Transaction));
                assert_eq!(error.outcome(), Outcome::NotApplied);
            }
            assert_eq!(counters(&db), [expected, expected]);
        }
    }
}

#[test]
fn thirty_two_threads_find_or_create_one_row() {
    on_all("tx_find_or_create", |db| {
        let created = AtomicUsize::new(0);
        threads(32, |number| {
            let find = Article::find().filter(Article::SLUG.eq("one"));
            let (article, new) = Article::find_or_create(db, &find, |draft| draft.slug("one").hits(number)).unwrap();
            assert_eq!(article.slug, "one");
            assert!(!new || article.hits == number);
            created.fetch_add(usize::from(new), Ordering::SeqCst);
        });
        assert_eq!((created.into_inner(), Article::find().count(db).unwrap()), (1, 1));
    });
}

#[test]
fn thirty_two_threads_upsert_one_row() {
    on_all("tx_upsert", |db| {
        threads(32, |number| {
            let upsert = Article::upsert(|draft| draft.slug("one").hits(number)).on_conflict(Article::SLUG);
            assert!(upsert.run(db).unwrap().is_some_and(|article| article.hits == number));
        });
        let articles = Article::find().all(db).unwrap();
        assert_eq!((articles.len(), articles[0].version), (1, 31), "one insert, and an update for each of the others");
    });
}
