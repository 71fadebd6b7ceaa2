//! Transactions on every database: how they end, what they refuse, what an error, a panic or a callback does to them,
//! and that nothing is lost or done twice when many threads write the same row.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    error::Error as _,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    rc::Rc,
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
    driver::Statement,
    prelude::*,
    schema::{ConnectionFate, Outcome, Retry},
};
use relata_sqlite::Sqlite;
use relata_testkit::databases::{databases, postgres, sqlite};

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

#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the application says no")
    }
}

impl std::error::Error for Refused {}

fn refuse<T>() -> Result<T> {
    Err(Error::application(Refused))
}

fn tables(db: &Database) {
    relata::create_missing(db, &[model::<Note>(), model::<Counter>(), model::<Article>()]).unwrap();
}

fn on_all(test: &str, check: impl Fn(&Database)) {
    for db in databases(test) {
        tables(&db);
        check(&db);
    }
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

/// As `on_all`, and on a file, where threads meet in the database itself.
fn on_all_that_threads_share(test: &str, check: impl Fn(&Database)) {
    on_all(test, &check);
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

fn ids(on: &impl Executor) -> Vec<i64> {
    Note::find().order(Note::ID.asc()).all(on).unwrap().iter().map(|note| note.id).collect()
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
    let find = if tx.dialect().name == "postgres" { find.for_update() } else { find };
    let mut counter = find.required(tx)?;
    counter.n += 1;
    counter.save(tx).map(drop)
}

type Log = Rc<RefCell<Vec<&'static str>>>;

fn says(log: &Log, what: &'static str) -> Box<dyn FnOnce()> {
    let log = log.clone();
    Box::new(move || log.borrow_mut().push(what))
}

#[test]
fn a_transaction_ends_as_it_is_told() {
    on_all("tx_ends", |db| {
        let answer = db.transaction(|tx| {
            note(tx, 1)?;
            assert_eq!(ids(tx), [1]);
            Ok("an answer")
        });
        assert_eq!(answer.unwrap(), "an answer");
        let error = db.transaction(|tx| {
            note(tx, 2)?;
            refuse::<()>()
        });
        let error = error.unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Application, "the application says no"));
        assert!(error.source().is_some_and(|source| source.is::<Refused>()));
        let tx = db.begin().unwrap();
        note(&tx, 3).unwrap();
        tx.commit().unwrap();
        let tx = db.begin().unwrap();
        note(&tx, 4).unwrap();
        tx.rollback().unwrap();
        let tx = db.begin().unwrap();
        note(&tx, 5).unwrap();
        drop(tx);
        assert_eq!(ids(db), [1, 3]);
    });
}

#[test]
fn transactions_within_transactions() {
    on_all("tx_nested", |db| {
        db.transaction(|one| {
            note(one, 1)?;
            one.transaction(|two| {
                note(two, 2)?;
                let undone = two.transaction(|three| {
                    note(three, 3)?;
                    refuse::<()>()
                });
                assert_eq!(undone.unwrap_err().kind(), ErrorKind::Application);
                two.transaction(|three| note(three, 4))?;
                note(two, 5)
            })?;
            // The one in the middle takes the innermost along.
            let undone = one.transaction(|two| {
                two.transaction(|three| note(three, 6))?;
                assert_eq!(ids(two), [1, 2, 4, 5, 6]);
                refuse::<()>()
            });
            assert!(undone.is_err());
            note(one, 7)
        })
        .unwrap();
        assert_eq!(ids(db), [1, 2, 4, 5, 7]);
        let undone = db.transaction(|tx| {
            tx.transaction(|inner| note(inner, 8))?;
            refuse::<()>()
        });
        assert!(undone.is_err());
        // An error of the database within is handled, and the outer one goes on.
        db.transaction(|tx| {
            note(tx, 9)?;
            let inner = tx.transaction(|inner| {
                note(inner, 10)?;
                note(inner, 9)
            });
            assert_eq!(inner.unwrap_err().kind(), ErrorKind::UniqueViolation);
            assert!(!tx.has_failed());
            note(tx, 11)
        })
        .unwrap();
        let outer = db.begin().unwrap();
        let inner = outer.begin().unwrap();
        note(&inner, 12).unwrap();
        inner.rollback().unwrap();
        let inner = outer.begin().unwrap();
        note(&inner, 13).unwrap();
        drop(inner);
        note(&outer, 14).unwrap();
        outer.commit().unwrap();
        assert_eq!(ids(db), [1, 2, 4, 5, 7, 9, 11, 14]);
    });
}

#[test]
fn only_the_innermost_is_used_and_none_after_its_end() {
    on_all("tx_inner", |db| {
        let outer = db.begin().unwrap();
        let inner = outer.begin().unwrap();
        let error = note(&outer, 1).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transaction, Outcome::NotSent));
        note(&inner, 2).unwrap();
        inner.commit().unwrap();
        note(&outer, 3).unwrap();
        let inner = outer.begin().unwrap();
        note(&inner, 4).unwrap();
        // It cannot end before the one within; it is gone then, and rolled back.
        assert_eq!(outer.commit().unwrap_err().kind(), ErrorKind::Transaction);
        assert_eq!(note(&inner, 5).unwrap_err().kind(), ErrorKind::Transaction);
        assert_eq!(inner.begin().map(drop).unwrap_err().kind(), ErrorKind::Transaction);
        assert_eq!(inner.commit().unwrap_err().kind(), ErrorKind::Transaction);
        assert!(ids(db).is_empty());
        note(db, 6).unwrap();
        assert_eq!(ids(db), [6]);
    });
}

#[test]
fn after_an_error_a_transaction_is_rolled_back_whatever_is_said() {
    on_all("tx_poisoned", |db| {
        // Whether an error gives the transaction up: where it does not, only the statement has failed.
        let aborts = db.dialect().transaction.error_aborts;
        let log = Log::default();
        note(db, 1).unwrap();
        let ended = db.transaction(|tx| {
            tx.after_commit(says(&log, "saved"));
            tx.after_rollback(says(&log, "undone"));
            note(tx, 2)?;
            let first = note(tx, 1).unwrap_err();
            assert_eq!((first.kind(), first.outcome()), (ErrorKind::UniqueViolation, Outcome::NotApplied));
            let second = note(tx, 3);
            assert_eq!(tx.has_failed(), aborts);
            if aborts {
                let second = second.unwrap_err();
                assert_eq!((second.kind(), second.outcome()), (ErrorKind::Transaction, Outcome::NotSent));
                assert!(second.message().contains(first.message()), "{second}");
                let raw = tx.execute("DELETE FROM notes", ()).unwrap_err();
                assert_eq!((raw.kind(), raw.outcome()), (ErrorKind::Transaction, Outcome::NotSent));
                assert_eq!(tx.begin().map(drop).unwrap_err().kind(), ErrorKind::Transaction);
            }
            Ok(())
        });
        if !aborts {
            ended.unwrap();
            assert_eq!((ids(db), log.borrow().as_slice()), (vec![1, 2, 3], ["saved"].as_slice()));
            return;
        }
        let ended = ended.unwrap_err();
        assert_eq!((ended.kind(), ended.outcome()), (ErrorKind::RolledBack, Outcome::NotApplied));
        assert!(ended.message().contains("notes_pkey"), "{ended}");
        assert_eq!((ids(db), log.borrow().as_slice()), (vec![1], ["undone"].as_slice()));
        let tx = db.begin().unwrap();
        assert!(note(&tx, 1).is_err());
        assert_eq!(tx.commit().unwrap_err().kind(), ErrorKind::RolledBack);
        // The same of one within, after which the outer one goes on.
        db.transaction(|tx| {
            let inner = tx.transaction(|inner| {
                note(inner, 4)?;
                assert!(note(inner, 1).is_err());
                Ok(())
            });
            assert_eq!(inner.unwrap_err().kind(), ErrorKind::RolledBack);
            note(tx, 5)
        })
        .unwrap();
        assert_eq!(ids(db), [1, 5]);
    });
}

/// Finding 3: PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK, and with no error.
#[test]
fn a_commit_that_the_server_makes_a_rollback_is_an_error() {
    let Some(db) = postgres("tx_silent") else { return };
    tables(&db);
    let fail_unseen = |tx: &Tx| {
        tx.with(&mut |session| {
            session.batch("SELECT 1 / 0").unwrap_err();
            Ok(())
        })
    };
    let silent = db.transaction(|tx| {
        note(tx, 1)?;
        fail_unseen(tx)
    });
    let silent = silent.unwrap_err();
    assert_eq!((silent.kind(), silent.outcome()), (ErrorKind::RolledBack, Outcome::NotApplied));
    db.transaction(|tx| {
        let inner = tx.transaction(|inner| {
            note(inner, 2)?;
            fail_unseen(inner)
        });
        let inner = inner.unwrap_err();
        assert_eq!(inner.kind(), ErrorKind::RolledBack, "{inner:?}");
        note(tx, 3)
    })
    .unwrap();
    assert_eq!(ids(&db), [3]);
}

#[test]
fn a_statement_that_rolls_everything_back_is_seen() {
    let db = sqlite();
    tables(&db);
    note(&db, 1).unwrap();
    let ended = db.transaction(|tx| {
        note(tx, 2)?;
        let sql = "INSERT OR ROLLBACK INTO notes (id, text) VALUES (1, 'again')";
        assert_eq!(tx.execute(sql, ()).unwrap_err().kind(), ErrorKind::UniqueViolation);
        assert_eq!(note(tx, 3).unwrap_err().kind(), ErrorKind::Transaction);
        Ok(())
    });
    note(&db, 4).unwrap();
    assert_eq!(ids(&db), [1, 4]);
    let ended = ended.unwrap_err();
    assert_eq!((ended.kind(), ended.outcome()), (ErrorKind::RolledBack, Outcome::NotApplied), "{ended:?}");
}

#[test]
fn a_panic_rolls_back_and_the_pool_goes_on() {
    on_all("tx_panic", |db| {
        // More often than there are connections: none is lost.
        for _ in 0..8 {
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                db.transaction(|tx| -> Result<()> {
                    note(tx, 1)?;
                    tx.transaction(|inner| {
                        note(inner, 2)?;
                        panic!("the application's own words")
                    })
                })
            }));
            let payload = panicked.unwrap_err();
            assert_eq!(payload.downcast_ref::<&str>(), Some(&"the application's own words"));
        }
        db.hooks().on::<Note>(Event::BeforeCreate, "breaks", |_| panic!("a hook")).unwrap();
        let panicked = catch_unwind(AssertUnwindSafe(|| note(db, 3)));
        assert_eq!(panicked.unwrap_err().downcast_ref::<&str>(), Some(&"a hook"));
        assert!(db.hooks().remove(Event::BeforeCreate, "breaks"));
        note(db, 4).unwrap();
        assert_eq!(ids(db), [4]);
    });
}

#[test]
fn callbacks_run_once_in_order_and_after_the_end() {
    on_all("tx_callbacks", |db| {
        let log = Log::default();
        db.transaction(|tx| {
            tx.after_commit(says(&log, "first"));
            tx.after_rollback(says(&log, "never"));
            note(tx, 1)?;
            tx.transaction(|inner| {
                inner.after_commit(says(&log, "second"));
                note(inner, 2)
            })?;
            let undone = tx.transaction(|inner| {
                inner.after_commit(says(&log, "never"));
                inner.after_rollback(says(&log, "undone"));
                refuse::<()>()
            });
            assert!(undone.is_err());
            assert_eq!(*log.borrow(), ["undone"]);
            let (reader, seen) = (db.clone(), log.clone());
            tx.after_commit(move || {
                assert_eq!(ids(&reader), [1, 2]);
                seen.borrow_mut().push("third");
            });
            Ok(())
        })
        .unwrap();
        assert_eq!(*log.borrow(), ["undone", "first", "second", "third"]);
        // What waits in an inner one waits for the outer one then.
        for drops in [false, true] {
            log.borrow_mut().clear();
            let tx = db.begin().unwrap();
            tx.after_rollback(says(&log, "outer"));
            let inner = tx.begin().unwrap();
            inner.after_rollback(says(&log, "inner"));
            inner.after_commit(says(&log, "never"));
            inner.commit().unwrap();
            assert!(log.borrow().is_empty());
            if drops { drop(tx) } else { tx.rollback().unwrap() }
            assert_eq!(*log.borrow(), ["outer", "inner"]);
        }
    });
}

#[test]
fn a_callback_that_panics_is_an_error_after_the_commit() {
    on_all("tx_callback_panics", |db| {
        let log = Log::default();
        let error = db.transaction(|tx| {
            tx.after_commit(says(&log, "before"));
            tx.after_commit(|| panic!("a callback"));
            tx.after_commit(says(&log, "after"));
            note(tx, 1)
        });
        let error = error.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Callback, Outcome::Applied));
        assert!(error.message().contains("a callback"), "{error}");
        assert_eq!((ids(db), log.borrow().as_slice()), (vec![1], ["before", "after"].as_slice()));
        let tx = db.begin().unwrap();
        tx.after_rollback(|| panic!("a callback"));
        note(&tx, 2).unwrap();
        let error = tx.rollback().unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Callback, Outcome::NotApplied));
        assert_eq!(ids(db), [1]);
    });
}

#[test]
fn a_transaction_that_met_another_is_run_again() {
    on_all("tx_again", |db| {
        let again = || {
            let error = Error::application(Refused);
            Err(error.fate(Outcome::NotApplied, Retry::Transaction, ConnectionFate::Kept))
        };
        let (log, tried) = (Log::default(), Cell::new(0));
        let options = TxOptions { retries: 2, backoff: Duration::from_millis(1), ..TxOptions::default() };
        let run = |enough: i32| {
            tried.set(0);
            db.transaction_with(options, |tx| {
                tx.after_commit(says(&log, "saved"));
                tx.after_rollback(says(&log, "undone"));
                note(tx, i64::from(enough))?;
                tried.set(tried.get() + 1);
                if tried.get() < enough { again() } else { Ok(()) }
            })
        };
        run(3).unwrap();
        assert_eq!(*log.borrow(), ["undone", "undone", "saved"]);
        assert_eq!(run(4).unwrap_err().kind(), ErrorKind::Application);
        assert_eq!((tried.get(), ids(db)), (3, vec![3]));
    });
}

#[test]
fn a_reading_transaction_writes_nothing_and_leaves_nothing_behind() {
    on_all("tx_reads", |db| {
        let options = TxOptions { read_only: true, ..TxOptions::default() };
        note(db, 1).unwrap();
        assert_eq!(db.transaction_with(options, |tx| Ok(ids(tx))).unwrap(), [1]);
        note(db, 2).unwrap();
        let error = db.transaction_with(options, |tx| note(tx, 3)).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Database, Outcome::NotApplied));
        note(db, 4).unwrap();
        drop(db.begin_with(options).unwrap());
        db.transaction(|tx| note(tx, 5)).unwrap();
        assert_eq!(ids(db), [1, 2, 4, 5]);
    });
}

fn mode(on: &impl Executor) -> (String, String) {
    let sql = "SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')";
    on.query(sql, ()).one().unwrap().unwrap()
}

#[test]
fn the_level_is_that_of_one_transaction() {
    let serializable = TxOptions { isolation: Some(Isolation::Serializable), ..TxOptions::default() };
    let deferrable = TxOptions { read_only: true, deferrable: true, ..serializable };
    let lite = sqlite();
    tables(&lite);
    assert_eq!(lite.begin_with(deferrable).map(drop).unwrap_err().kind(), ErrorKind::Unsupported);
    lite.transaction_with(serializable, |tx| note(tx, 1)).unwrap();
    let Some(db) = postgres("tx_levels") else { return };
    let usual = ("read committed".to_owned(), "off".to_owned());
    for (isolation, name) in [
        (Isolation::ReadUncommitted, "read uncommitted"),
        (Isolation::ReadCommitted, "read committed"),
        (Isolation::RepeatableRead, "repeatable read"),
        (Isolation::Serializable, "serializable"),
    ] {
        let tx = db.begin_with(TxOptions { isolation: Some(isolation), ..TxOptions::default() }).unwrap();
        assert_eq!(mode(&tx), (name.to_owned(), "off".to_owned()));
        tx.commit().unwrap();
        assert_eq!(mode(&db), usual);
    }
    let tx = db.begin_with(deferrable).unwrap();
    assert_eq!(mode(&tx), ("serializable".to_owned(), "on".to_owned()));
    drop(tx);
    assert_eq!(mode(&db), usual);
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
        results.retain(Result::is_err);
        assert_eq!(results.len(), usize::from(retries == 0), "{results:?}");
        if let Some(Err(error)) = results.pop() {
            assert_eq!((error.kind(), error.retry()), (ErrorKind::Serialization, Retry::Transaction));
            assert_eq!(error.outcome(), Outcome::NotApplied);
        }
        assert_eq!(counters(&db).iter().sum::<i64>(), 20);
    }
}

#[test]
fn raw_sql_cannot_end_or_begin_a_transaction() {
    let control = [
        "COMMIT",
        "/* x */ rollback",
        "BEGIN",
        "SAVEPOINT a",
        "END",
        "-- x\nStart Transaction",
        "RELEASE SAVEPOINT a",
        "ROLLBACK TO a",
    ];
    on_all("tx_raw", |db| {
        db.transaction(|tx| {
            note(tx, 1)?;
            for sql in control {
                for error in [tx.execute(sql, ()).unwrap_err(), tx.query(sql, ()).values().unwrap_err()] {
                    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transaction, Outcome::NotSent), "{sql}");
                }
            }
            assert!(!tx.has_failed());
            note(tx, 2)
        })
        .unwrap();
        for sql in control {
            let error = db.execute(sql, ()).unwrap_err();
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::Transaction, Outcome::NotSent), "{sql}");
        }
        assert_eq!(ids(db), [1, 2]);
    });
}

#[test]
fn a_batch_that_ends_the_transaction_is_seen() {
    on_all("tx_batch", |db| {
        for (id, sql, saves) in
            [(1, "COMMIT", true), (2, "SELECT 1; COMMIT", true), (3, "ROLLBACK", false), (4, "/* x */ commit", true)]
        {
            let ended = db.transaction(|tx| {
                note(tx, id)?;
                let seen = tx.batch(sql).unwrap_err();
                assert_eq!(seen.kind(), ErrorKind::Transaction, "{sql}: {seen:?}");
                let later = note(tx, id + 10).unwrap_err();
                assert_eq!((later.kind(), later.outcome()), (ErrorKind::Transaction, Outcome::NotSent));
                Ok(())
            });
            // The connection is in no transaction, and the database is as it was.
            note(db, id + 20).unwrap();
            db.transaction(|tx| note(tx, id + 30)).unwrap();
            let found = ids(db);
            assert_eq!(found.contains(&id), saves, "{sql}");
            assert!(!found.contains(&(id + 10)) && found.contains(&(id + 20)), "{sql}: {found:?}");
            let ended = ended.unwrap_err();
            assert!(matches!(ended.kind(), ErrorKind::Transaction | ErrorKind::RolledBack), "{sql}: {ended:?}");
            assert!(!saves || ended.outcome() != Outcome::NotApplied, "{sql}: {ended:?}, and it was saved");
        }
        if db.dialect().name == "postgres" {
            let sql = "SELECT count(*) FROM pg_stat_activity \
                       WHERE state LIKE 'idle in transaction%' AND datname = current_database()";
            let open: Option<(i64,)> = db.query(sql, ()).one().unwrap();
            assert_eq!(open, Some((0,)));
        }
    });
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

#[test]
fn a_connection_whose_rows_are_read_is_busy() {
    on_all("tx_busy", |db| {
        db.transaction(|tx| {
            note(tx, 1)?;
            let mut rows = 0;
            tx.with(&mut |session| {
                session.query(Statement::once("SELECT id FROM notes"), &[], &mut |_| {
                    rows += 1;
                    assert_eq!(note(tx, 2).unwrap_err().kind(), ErrorKind::ConnectionBusy);
                    assert_eq!(tx.execute("DELETE FROM notes", ()).unwrap_err().kind(), ErrorKind::ConnectionBusy);
                    assert_eq!(tx.begin().map(drop).unwrap_err().kind(), ErrorKind::ConnectionBusy);
                    Ok(())
                })
            })?;
            assert_eq!(rows, 1);
            note(tx, 3)
        })
        .unwrap();
        assert_eq!(ids(db), [1, 3]);
    });
}

#[test]
fn an_outer_one_that_ends_while_the_inner_one_reads_is_no_panic() {
    on_all("tx_ends_inside", |db| {
        let outer = db.begin().unwrap();
        note(&outer, 1).unwrap();
        let inner = outer.begin().unwrap();
        let mut outer = Some(outer);
        let ended = catch_unwind(AssertUnwindSafe(|| {
            inner.with(&mut |_| {
                drop(outer.take());
                Ok(())
            })
        }));
        assert!(ended.is_ok());
        drop(inner);
        assert!(ids(db).is_empty());
    });
}

#[test]
fn a_second_connection_to_a_database_in_memory_is_refused_and_not_waited_for() {
    let db = sqlite();
    tables(&db);
    db.transaction(|tx| {
        note(tx, 1)?;
        assert_eq!(note(&db, 2).unwrap_err().kind(), ErrorKind::NestedAcquire);
        assert_eq!(db.begin().map(drop).unwrap_err().kind(), ErrorKind::NestedAcquire);
        note(tx, 3)
    })
    .unwrap();
    assert_eq!(ids(&db), [1, 3]);
}

#[test]
fn sixteen_threads_count_in_transactions() {
    on_all_that_threads_share("tx_count", |db| {
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
    on_all_that_threads_share("tx_increment", |db| {
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
    on_all_that_threads_share("tx_optimistic", |db| {
        Article::create(db, |draft| draft.slug("one")).unwrap();
        threads(16, |_| {
            let mut article = Article::find().required(db).unwrap();
            for _ in 0..50 {
                loop {
                    article.hits += 1;
                    match article.save(db) {
                        Ok(saved) => break assert!(saved),
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
        tx.execute("SET LOCAL deadlock_timeout = '50ms'", ())?;
        bump(tx, order[0])?;
        if first.replace(false) {
            meeting.wait_for(2);
        }
        // An error that the application puts in its place does not hide that the transaction may be run again.
        bump(tx, order[1]).map_err(|error| if retries > 0 { Error::application(Refused) } else { error })
    })
}

#[test]
fn of_two_that_wait_for_one_another_one_is_told() {
    let Some(db) = postgres("tx_deadlock") else { return };
    tables(&db);
    for (retries, expected) in [(0, 1), (10, 2)] {
        count_from(&db, &[0, 0]);
        let meeting = Meeting::default();
        let mut results = two(|id| lock_both(&db, [id, 3 - id], &meeting, retries));
        results.retain(Result::is_err);
        assert_eq!(results.len(), usize::from(retries == 0), "{results:?}");
        if let Some(Err(error)) = results.pop() {
            assert_eq!((error.kind(), error.retry()), (ErrorKind::Deadlock, Retry::Transaction));
            assert_eq!(error.outcome(), Outcome::NotApplied);
        }
        assert_eq!(counters(&db), [expected, expected]);
    }
}

#[test]
fn thirty_two_threads_find_or_create_one_row() {
    on_all_that_threads_share("tx_find_or_create", |db| {
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
    on_all_that_threads_share("tx_upsert", |db| {
        threads(32, |number| {
            let upsert = Article::upsert(|draft| draft.slug("one").hits(number)).on_conflict(Article::SLUG);
            assert!(upsert.run(db).unwrap().is_some_and(|article| article.hits == number));
        });
        let articles = Article::find().all(db).unwrap();
        assert_eq!((articles.len(), articles[0].version), (1, 31), "one insert, and an update for each of the others");
    });
}
