//! Transactions on every database: how they end, what they refuse, and what an error, a panic or a callback does to them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    cell::{Cell, RefCell},
    error::Error as _,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
    time::Duration,
};

use relata::{
    Error, ErrorKind, Isolation, Result, TxOptions,
    driver::Statement,
    prelude::*,
    schema::{ConnectionFate, Outcome, Retry},
};
use relata_testkit::databases::{databases, postgres, served, sqlite};

#[derive(Model, Debug, Clone)]
#[model(table = "notes")]
struct Note {
    #[key]
    id: i64,
    #[column(unique)]
    text: String,
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
    relata::create_missing(db, &[model::<Note>()]).unwrap();
}

fn on_all(test: &str, check: impl Fn(&Database)) {
    for db in databases(test) {
        tables(&db);
        check(&db);
    }
}

fn note(on: &impl Executor, id: i64) -> Result<()> {
    Note::create(on, |draft| draft.id(id).text(format!("note {id}"))).map(drop)
}

fn ids(on: &impl Executor) -> Vec<i64> {
    Note::find().order(Note::ID.asc()).all(on).unwrap().iter().map(|note| note.id).collect()
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
            if drops {
                drop(tx)
            } else {
                tx.rollback().unwrap()
            }
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

#[test]
fn a_level_does_what_it_says_on_every_server() {
    for db in served("tx_snapshots") {
        tables(&db);
        for (id, isolation, sees) in [(1, Isolation::ReadCommitted, true), (2, Isolation::RepeatableRead, false)] {
            let tx = db.begin_with(TxOptions { isolation: Some(isolation), ..TxOptions::default() }).unwrap();
            let before = ids(&tx).len();
            note(&db, id).unwrap();
            assert_eq!(ids(&tx).len() > before, sees, "{isolation:?} on {}", db.dialect().name);
            tx.commit().unwrap();
            // It was of that one transaction.
            let tx = db.begin().unwrap();
            let before = ids(&tx).len();
            note(&db, id + 10).unwrap();
            assert!(ids(&tx).len() > before, "after {isolation:?} on {}", db.dialect().name);
        }
        let reads = TxOptions { read_only: true, isolation: Some(Isolation::Serializable), ..TxOptions::default() };
        let refused = db.transaction_with(reads, |tx| note(tx, 9)).unwrap_err();
        assert!(matches!(refused.kind(), ErrorKind::Database | ErrorKind::Transaction), "{refused:?}");
        assert!(!ids(&db).contains(&9));
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
        for (id, sql, saves) in [(1, "COMMIT", true), (3, "ROLLBACK", false), (4, "/* x */ commit", true)] {
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
