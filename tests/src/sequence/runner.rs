//! Runs a sequence on a database and on the model, and compares them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use relata::{Error, ErrorKind, Instant, prelude::*};
use relata_testkit::tape::Tape;

use super::{
    kept::{Kept, Records, compare_held},
    model::{Model, Refusal},
    models::{Post, PostTag, Profile, Tag, User},
    operations::{Operation, generate, hopeless},
    perform::perform,
    rows::{Moment, Row},
    tables::{Keys, Tables},
};

/// How deep transactions are nested.
const DEPTH: usize = 3;

/// What the clock says first: not on a full second, so that a time that is cut is seen.
const BEGIN: Moment = 1_706_702_400_123_456;

/// A database, the model of it, and what a tape says that becomes of them.
pub(crate) struct Runner<'t> {
    db: Database,
    clock: Arc<AtomicI64>,
    tape: Tape<'t>,
    pub(crate) model: Model,
    records: Records,
    /// Whether an error is the end of a transaction.
    aborts: bool,
    /// The operations so far, and what became of each.
    pub(crate) log: Vec<String>,
    /// How many there were outside of transactions, a transaction being one.
    pub(crate) steps: usize,
    /// How many operations were done, and how many there were.
    pub(crate) done: (usize, usize),
}

/// How a transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Commit,
    /// The application says no.
    Application,
    /// An operation fails, and its error is returned.
    Failure,
}

/// What a transaction can be begun on.
trait Level: Executor {
    fn within<T>(&self, work: impl FnOnce(&Tx) -> relata::Result<T>) -> relata::Result<T>;
}

impl Level for Database {
    fn within<T>(&self, work: impl FnOnce(&Tx) -> relata::Result<T>) -> relata::Result<T> {
        self.transaction(work)
    }
}

impl Level for Tx {
    fn within<T>(&self, work: impl FnOnce(&Tx) -> relata::Result<T>) -> relata::Result<T> {
        self.transaction(work)
    }
}

impl<'t> Runner<'t> {
    /// On a database whose tables are empty.
    pub(crate) fn new(db: &Database, tape: Tape<'t>) -> Self {
        let clock = Arc::new(AtomicI64::new(BEGIN));
        let hand = clock.clone();
        let db = db.clone().with_clock(move || Instant::from_microsecond(hand.load(Ordering::Relaxed)).unwrap());
        let aborts = db.dialect().transaction.error_aborts;
        let (model, records) = (Model::default(), Records::default());
        Runner { db, clock, tape, model, records, aborts, log: Vec::new(), steps: 0, done: (0, 0) }
    }

    /// Runs so many operations.
    ///
    /// # Panics
    ///
    /// When the database and the model differ.
    pub(crate) fn run(&mut self, steps: usize) {
        let db = self.db.clone();
        for _ in 0..steps {
            self.steps += 1;
            self.step(&db, 0);
            self.compare(&db);
        }
    }

    fn note(&mut self, depth: usize, line: &str) {
        self.log.push(format!("{:>3} {}{line}", self.steps, "    ".repeat(depth)));
    }

    /// Says what became of what was noted last.
    fn outcome(&mut self, outcome: &str) {
        if let Some(line) = self.log.last_mut() {
            line.push_str(" => ");
            line.push_str(outcome);
        }
    }

    fn step<L: Level>(&mut self, on: &L, depth: usize) {
        if depth < DEPTH && self.tape.below(7) == 6 {
            return self.transaction(on, depth);
        }
        let operation = generate(&mut self.tape, &self.model);
        let is_refused = self.refuses(&operation);
        // What fails within a transaction that an error ends runs in one of its own, and so does now and then what does
        // not fail.
        let apart = depth > 0 && ((is_refused && self.aborts) || self.tape.below(5) == 4);
        self.operate(on, depth, &operation, apart);
    }

    fn refuses(&self, operation: &Operation) -> bool {
        let now = self.clock.load(Ordering::Relaxed);
        self.model.clone().apply(operation, now, &mut Keys::guesses()).is_err()
    }

    /// Does one operation on both sides; gives the error that both agree on.
    fn operate<L: Level>(&mut self, on: &L, depth: usize, operation: &Operation, apart: bool) -> Option<Error> {
        let now = self.clock.fetch_add(1_000_000, Ordering::Relaxed) + 1_000_000;
        self.note(depth, &format!("{}{operation:?}", if apart { "apart: " } else { "" }));
        let records = &mut self.records;
        let done =
            if apart { on.within(|tx| perform(tx, records, operation)) } else { perform(on, records, operation) };
        let failed = match done {
            Ok(done) => {
                self.outcome(&format!("{:?}", done.answer));
                let mut keys = done.keys;
                // With the numbers that the database gave: after a rollback it gives some again, and a record that holds
                // one by chance has nothing to write.
                let answer = self.model.apply(operation, now, &mut keys);
                assert_eq!(Ok(done.answer), answer, "left is the answer of the database, right that of the model");
                keys.finish();
                None
            }
            Err(error) => {
                self.outcome(&format!("{error:?}"));
                let answer = self.model.apply(operation, now, &mut Keys::guesses());
                let expected = answer.map(|answer| format!("{answer:?}")).map_err(kind_of);
                // Where a row breaks two rules, some databases say the one first and some the other.
                let other = expected == Err(ErrorKind::UniqueViolation)
                    && error.kind() == ErrorKind::ForeignKeyViolation
                    && matches!(on.dialect().name, "mysql" | "mariadb");
                if !other {
                    assert_eq!(Err(error.kind()), expected, "left is the error of the database, right is the model");
                }
                Some(error)
            }
        };
        compare_held(&mut self.records, &mut self.model.hands);
        self.done = (self.done.0 + usize::from(failed.is_none()), self.done.1 + 1);
        failed
    }

    fn transaction<L: Level>(&mut self, on: &L, depth: usize) {
        let before = self.model.tables.clone();
        let steps = 1 + self.tape.below(6);
        let end = [End::Commit, End::Commit, End::Commit, End::Application, End::Failure][self.tape.below(5)];
        self.note(depth, "begin");
        let mut failed = None;
        let ended = on.within(|tx| {
            for _ in 0..steps {
                self.step(tx, depth + 1);
            }
            self.compare(tx);
            match end {
                End::Commit => Ok(()),
                End::Application => Err(Error::application(std::io::Error::other("the application says no"))),
                End::Failure => {
                    let error = self.fail(tx, depth + 1);
                    failed = Some(error.kind());
                    Err(error)
                }
            }
        });
        self.note(depth, &format!("end: {end:?}"));
        let expected = match end {
            End::Commit => Ok(()),
            End::Application => Err(ErrorKind::Application),
            End::Failure => Err(failed.unwrap()),
        };
        assert_eq!(ended.map_err(|error| error.kind()), expected, "left is how the transaction ended");
        if end != End::Commit {
            self.model.tables = before;
        }
        if depth > 0 {
            self.compare(on);
        }
    }

    /// Does an operation that fails, within a transaction that ends by that.
    fn fail(&mut self, tx: &Tx, depth: usize) -> Error {
        let chosen = (0..40).map(|_| generate(&mut self.tape, &self.model)).find(|operation| {
            let now = self.clock.load(Ordering::Relaxed);
            self.model.clone().apply(operation, now, &mut Keys::guesses()).is_err()
        });
        let operation = chosen.unwrap_or_else(hopeless);
        let failed = self.operate(tx, depth, &operation, false);
        if !self.aborts {
            // The transaction can still be looked at, and nothing has changed.
            self.compare(tx);
        }
        failed.unwrap()
    }

    /// Panics unless every table is what the model has.
    fn compare<E: Executor>(&self, on: &E) {
        let tables = &self.model.tables;
        compare_table::<User, E>(on, tables);
        compare_table::<Post, E>(on, tables);
        compare_table::<Tag, E>(on, tables);
        compare_table::<PostTag, E>(on, tables);
        compare_table::<Profile, E>(on, tables);
    }
}

fn compare_table<M: Kept, E: Executor>(on: &E, tables: &Tables) {
    let found: Vec<M::Row> = M::in_order().all(on).unwrap().iter().map(|record| record.plain()).collect();
    let expected: Vec<M::Row> = <M::Row as Row>::rows(tables).values().cloned().collect();
    if found == expected {
        return;
    }
    let without = |rows: &[M::Row], others: &[M::Row]| -> String {
        rows.iter().filter(|row| !others.contains(row)).map(|row| format!("\n    {row:?}")).collect()
    };
    panic!(
        "the rows of {:?} differ\n  in the database only: {}\n  in the model only: {}",
        <M::Row as Row>::TABLE,
        without(&found, &expected),
        without(&expected, &found)
    );
}

fn kind_of(refusal: Refusal) -> ErrorKind {
    match refusal {
        Refusal::Unique => ErrorKind::UniqueViolation,
        Refusal::ForeignKey => ErrorKind::ForeignKeyViolation,
        Refusal::Stale => ErrorKind::Stale,
        Refusal::NotFound => ErrorKind::NotFound,
        Refusal::Request => ErrorKind::Request,
        Refusal::Validation => ErrorKind::Validation,
        Refusal::Unsupported => ErrorKind::Unsupported,
    }
}
