//! Transactions: a state machine that is driven by what the server says.
//!
//! ```text
//!            begin                    error that the server does not forgive
//!   (none) ───────► active ─────────────────────────────────────────────────► failed
//!                     │  ▲ └─ savepoint ─► active one level deeper ─┐            │
//!            commit   │  └──────── release, or back to it ──────────┘            │ rollback
//!                     ▼                                                          ▼
//!                 committed ─► after_commit                             rolled back ─► after_rollback
//! ```
//!
//! A failed transaction refuses every further statement with the cause of the failure, and its commit is a rollback and
//! an error: no application is told that something was saved which was not.

use std::{
    cell::{Cell, RefCell},
    collections::hash_map::RandomState,
    hash::BuildHasher,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
    time::Duration,
};

use relata_dialect::{IsolationForm, raw::scan};
use relata_driver::{InUse, Session};
use relata_schema::{ConnectionFate, Error, ErrorKind, Outcome, Result, Retry};

use crate::{Database, Executor};

/// How a transaction is isolated from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// As PostgreSQL has it: like read committed.
    ReadUncommitted,
    /// Each statement sees what was committed before it began.
    ReadCommitted,
    /// All statements see what was committed before the first.
    RepeatableRead,
    /// As if transactions ran one after another. The only level that SQLite has.
    Serializable,
}

/// How a transaction is begun, and whether it is run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TxOptions {
    /// The isolation level; the database's own when nothing is said. A database with only the strongest gives that.
    pub isolation: Option<Isolation>,
    /// It writes nothing. The database refuses it if it does.
    pub read_only: bool,
    /// A read-only serializable transaction waits for a snapshot with which it cannot fail. PostgreSQL.
    pub deferrable: bool,
    /// How many times it is run again when another transaction got in the way.
    pub retries: u32,
    /// How long to wait before it is run again; twice as long each time, and somewhat at random.
    pub backoff: Duration,
}

impl Default for TxOptions {
    /// The database's own isolation, writing, and no second try.
    fn default() -> Self {
        TxOptions {
            isolation: None,
            read_only: false,
            deferrable: false,
            retries: 0,
            backoff: Duration::from_millis(10),
        }
    }
}

type Callback = Box<dyn FnOnce()>;

/// A transaction, or one within another. It is rolled back when it is dropped before it was committed.
///
/// What runs on it sees what it has done. Errors of the database end its use: see the module.
pub struct Tx {
    core: Rc<Core>,
    /// 1 for the transaction itself, one more for each savepoint.
    level: usize,
}

struct Core {
    db: Database,
    held: RefCell<Option<InUse>>,
    state: RefCell<State>,
    read_only: bool,
    savepoints: Cell<u64>,
}

struct State {
    /// How many levels are open; none when it has ended.
    depth: usize,
    /// Why it can no longer be used, and on which level that happened.
    failed: Option<(usize, Error)>,
    after_commit: Vec<(usize, Callback)>,
    after_rollback: Vec<(usize, Callback)>,
    /// Names of the savepoints of the levels above the first.
    names: Vec<String>,
}

impl Database {
    /// Begins a transaction. It is rolled back when it is dropped before [`commit`](Tx::commit).
    ///
    /// # Errors
    ///
    /// When there is no connection, or what the database says.
    pub fn begin(&self) -> Result<Tx> {
        self.begin_with(TxOptions::default())
    }

    /// Begins a transaction with options. Retries concern [`transaction_with`](Database::transaction_with) only.
    ///
    /// # Errors
    ///
    /// When there is no connection, or what the database says.
    pub fn begin_with(&self, options: TxOptions) -> Result<Tx> {
        let sql = begin_text(self, options)?;
        let mut held = InUse::new(self.hold()?);
        let begun = held.with(|session| session.batch(&sql));
        if let Err(error) = begun {
            if error.connection() == ConnectionFate::Discarded {
                held.discard();
            } else if options.read_only {
                // What prepares the connection for reading may have been done.
                let _ = held.with(|session| session.batch(self.pool().dialect().transaction.end_read_only));
            }
            return Err(error.with_outcome(Outcome::NotApplied));
        }
        let state =
            State { depth: 1, failed: None, after_commit: Vec::new(), after_rollback: Vec::new(), names: Vec::new() };
        let core = Core {
            db: self.clone(),
            held: RefCell::new(Some(held)),
            state: RefCell::new(state),
            read_only: options.read_only,
            savepoints: Cell::new(0),
        };
        Ok(Tx { core: Rc::new(core), level: 1 })
    }

    /// Runs `work` in a transaction: it is committed when `work` returns, and rolled back when `work` fails or panics.
    ///
    /// ```
    /// # use relata_orm::{Database, Executor};
    /// # fn main() -> relata_schema::Result<()> {
    /// let db = Database::open("sqlite::memory:")?;
    /// db.batch("CREATE TABLE notes (text TEXT)")?;
    /// db.transaction(|tx| {
    ///     tx.execute("INSERT INTO notes VALUES (?)", ("kept",))?;
    ///     tx.after_commit(|| println!("saved"));
    ///     Ok(())
    /// })?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What `work` or the database says. [`ErrorKind::RolledBack`] when `work` passed over an error after which the
    /// database had given the transaction up.
    pub fn transaction<T>(&self, work: impl FnOnce(&Tx) -> Result<T>) -> Result<T> {
        let tx = self.begin()?;
        finish(tx, work)
    }

    /// Runs `work` in a transaction with options. Where another transaction got in the way (deadlock, serialization
    /// failure, a busy database), it is run again from the start, on a fresh transaction, as often as `retries` says.
    ///
    /// # Errors
    ///
    /// As [`transaction`](Database::transaction), of the last try.
    pub fn transaction_with<T>(&self, options: TxOptions, mut work: impl FnMut(&Tx) -> Result<T>) -> Result<T> {
        let mut tried = 0;
        loop {
            let result = self.begin_with(options).and_then(|tx| finish(tx, &mut work));
            match result {
                Err(error) if error.retry() == Retry::Transaction && tried < options.retries => {
                    log::debug!(target: "relata::transaction", "tried {} times, and once more: {error}", tried + 1);
                    let wait = options.backoff.saturating_mul(1 << tried.min(10));
                    // Two that got in each other's way must not meet again.
                    let part = RandomState::new().hash_one(tried) % 1_000;
                    std::thread::sleep(wait / 2 + wait.mul_f64(part as f64 / 1_000.0));
                    tried += 1;
                }
                other => return other,
            }
        }
    }
}

/// Runs `work`, and ends the transaction as it says.
fn finish<T>(tx: Tx, work: impl FnOnce(&Tx) -> Result<T>) -> Result<T> {
    match work(&tx) {
        Ok(value) => tx.commit().map(|()| value),
        Err(error) => {
            // What failed the transaction decides whether it may be run again, even when the application has made
            // another error of it.
            let retry = tx.core.state.borrow().failed.as_ref().map(|(_, cause)| cause.retry());
            let ended = tx.rollback();
            if let Err(ended) = ended
                && ended.kind() == ErrorKind::Callback
            {
                return Err(ended);
            }
            // What was done is undone now.
            let error =
                if error.outcome() == Outcome::Applied { error.with_outcome(Outcome::NotApplied) } else { error };
            match retry {
                Some(Retry::Transaction) if error.retry() != Retry::Transaction => {
                    let (outcome, fate) = (error.outcome(), error.connection());
                    Err(error.fate(outcome, Retry::Transaction, fate))
                }
                _ => Err(error),
            }
        }
    }
}

fn begin_text(db: &Database, options: TxOptions) -> Result<String> {
    let dialect = db.pool().dialect();
    let form = dialect.transaction;
    if options.deferrable && !form.deferrable {
        let error = Error::new(ErrorKind::Unsupported, format!("{} has no deferrable transactions", dialect.name));
        return Err(error.help("leave it out: a transaction that reads never fails there"));
    }
    let begin = if options.read_only { form.begin_read_only } else { form.begin };
    let level = options.isolation.map(|isolation| match isolation {
        Isolation::ReadUncommitted => " ISOLATION LEVEL READ UNCOMMITTED",
        Isolation::ReadCommitted => " ISOLATION LEVEL READ COMMITTED",
        Isolation::RepeatableRead => " ISOLATION LEVEL REPEATABLE READ",
        Isolation::Serializable => " ISOLATION LEVEL SERIALIZABLE",
    });
    let mut sql = match (form.isolation, level) {
        (IsolationForm::Before, Some(level)) => format!("SET TRANSACTION{level}; {begin}"),
        (IsolationForm::Behind, Some(level)) => format!("{begin}{level}"),
        _ => begin.to_owned(),
    };
    if options.deferrable {
        sql.push_str(" DEFERRABLE");
    }
    Ok(sql)
}

impl Tx {
    /// Runs `work` in a transaction within this one: what it did is taken back when it fails, and stays when it does not
    /// and the transactions around it are committed.
    ///
    /// # Errors
    ///
    /// What `work` or the database says.
    pub fn transaction<T>(&self, work: impl FnOnce(&Tx) -> Result<T>) -> Result<T> {
        let inner = self.begin()?;
        finish(inner, work)
    }

    /// Begins a transaction within this one: a savepoint. Until it has ended, nothing runs on this one.
    ///
    /// # Errors
    ///
    /// When this one cannot be used, or what the database says.
    pub fn begin(&self) -> Result<Tx> {
        let number = self.core.savepoints.get() + 1;
        self.core.savepoints.set(number);
        let name = format!("relata_{number}");
        self.with(&mut |session| session.batch(&format!("SAVEPOINT {name}")))?;
        let mut state = self.core.state.borrow_mut();
        state.depth += 1;
        state.names.push(name);
        Ok(Tx { core: self.core.clone(), level: self.level + 1 })
    }

    /// Makes what it did last: of the outermost for ever, of one within another as long as those around it do.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::RolledBack`] when the database had given the transaction up. Of an error that broke the connection,
    /// [`outcome`](Error::outcome) is unknown: the commit may have arrived. [`ErrorKind::Callback`] when a callback
    /// panicked; then everything is committed.
    pub fn commit(self) -> Result<()> {
        self.check_innermost()?;
        let failed = self.core.state.borrow().failed.as_ref().map(|(_, cause)| cause.again());
        if let Some(cause) = failed {
            if has_lost_track(&cause) {
                self.end(Ending::Unknown)?;
                return Err(cause);
            }
            let retry = cause.retry();
            let error = Error::new(
                ErrorKind::RolledBack,
                format!("an error in the transaction was passed over, and nothing of it was saved: {cause}"),
            )
            .fate(Outcome::NotApplied, retry, cause.connection())
            .because(cause);
            self.end(Ending::RolledBack { tell: true })?;
            return Err(error.help("return the error from the transaction, or run what may fail in one within it"));
        }
        if self.level > 1 {
            let name = self.core.state.borrow().names.last().cloned().unwrap_or_default();
            if let Err(error) = self.with(&mut |session| session.batch(&format!("RELEASE SAVEPOINT {name}"))) {
                self.end(Ending::RolledBack { tell: true })?;
                return Err(given_up(error));
            }
            let mut state = self.core.state.borrow_mut();
            state.depth -= 1;
            state.names.pop();
            let level = self.level - 1;
            // What waits for the end waits for that of the transaction around.
            let State { after_commit, after_rollback, .. } = &mut *state;
            after_commit.iter_mut().chain(after_rollback).for_each(|(at, _)| *at = (*at).min(level));
            return Ok(());
        }
        let commit = self.core.db.pool().dialect().transaction.commit;
        let committed = match self.core.held.try_borrow_mut() {
            Ok(mut held) => match held.as_mut() {
                Some(held) => held.with(|session| session.batch(commit)),
                None => Err(self.ended()),
            },
            Err(_) => return Err(busy()),
        };
        match committed {
            Ok(()) => self.end(Ending::Committed),
            Err(error) => {
                // The server has the last word: what did not commit is rolled back, and where the answer is missing
                // nobody knows.
                let lost = error.connection() == ConnectionFate::Discarded;
                if lost && let Some(held) = self.core.held.borrow_mut().as_mut() {
                    held.discard();
                }
                if lost && error.outcome() != Outcome::NotSent {
                    // The commit may have arrived: nobody is told that it did, or that it did not.
                    self.end(Ending::Unknown)?;
                    return Err(error.with_outcome(Outcome::Unknown));
                }
                self.end(Ending::RolledBack { tell: !lost })?;
                Err(given_up(error).with_outcome(Outcome::NotApplied))
            }
        }
    }

    /// Takes back what it did.
    ///
    /// # Errors
    ///
    /// What the database says; what was done is taken back even then, by closing the connection.
    /// [`ErrorKind::Callback`] when a callback panicked.
    pub fn rollback(self) -> Result<()> {
        self.check_innermost()?;
        let lost_track = self.core.state.borrow().failed.as_ref().is_some_and(|(_, cause)| has_lost_track(cause));
        self.end(if lost_track { Ending::Unknown } else { Ending::RolledBack { tell: true } })
    }

    /// Runs `callback` once, after the outermost transaction was committed; in the order in which they were given. Where
    /// this transaction or one around it is rolled back, it never runs.
    pub fn after_commit(&self, callback: impl FnOnce() + 'static) {
        self.core.state.borrow_mut().after_commit.push((self.level, Box::new(callback)));
    }

    /// Runs `callback` once, after this transaction or one around it was rolled back; in the order in which they were
    /// given.
    pub fn after_rollback(&self, callback: impl FnOnce() + 'static) {
        self.core.state.borrow_mut().after_rollback.push((self.level, Box::new(callback)));
    }

    /// Runs a text of SQL statements that take no parameters, and looks whether the transaction is still there.
    ///
    /// # Errors
    ///
    /// What the database says; [`ErrorKind::Transaction`] when the text has ended the transaction.
    pub fn batch(&self, sql: &'static str) -> Result<()> {
        let scanned = scan(sql, &self.core.db.pool().dialect().lexis)?;
        let controls = scanned.statements.iter().any(|opening| opening.transaction().is_some());
        if controls && scanned.statements.len() > 1 {
            // Where one transaction is ended and another begun, it would look as if nothing had happened.
            return Err(Error::new(
                ErrorKind::Transaction,
                "the text ends or begins a transaction among other statements",
            )
            .help("commit and roll back by the calls of the transaction"));
        }
        self.with_raw("", &mut |session| session.batch(sql))
    }

    /// Whether the database has given it up: only a rollback is left.
    pub fn has_failed(&self) -> bool {
        self.core.state.borrow().failed.is_some()
    }

    /// Ends this level and those within it.
    fn end(&self, ending: Ending) -> Result<()> {
        let (committed, tell) = (ending == Ending::Committed, ending == Ending::RolledBack { tell: true });
        let mut state = self.core.state.borrow_mut();
        if state.depth < self.level {
            return Ok(());
        }
        let name = (self.level > 1).then(|| state.names.get(self.level - 2).cloned().unwrap_or_default());
        state.depth = self.level - 1;
        state.names.truncate(self.level.saturating_sub(2));
        let mut told = Ok(());
        if let Some(name) = name {
            let fatal = state.failed.as_ref().is_some_and(|(_, cause)| is_fatal(cause));
            if tell && !fatal {
                told = self.back_to(&name);
                match &told {
                    Ok(()) => state.failed = None,
                    Err(error) => state.failed = Some((self.level, error.again())),
                }
            }
        } else {
            // Where its rows are still being read, the connection is cleaned up when it goes back to the pool.
            let held = self.core.held.try_borrow_mut().ok().and_then(|mut held| held.take());
            if let Some(mut held) = held {
                if tell {
                    told = roll_back(&mut held);
                }
                let form = self.core.db.pool().dialect().transaction;
                if self.core.read_only
                    && !form.end_read_only.is_empty()
                    && held.with(|session| session.batch(form.end_read_only)).is_err()
                {
                    held.discard();
                }
            }
        }
        let level = self.level;
        let (mut run, mut forget) = (Vec::new(), Vec::new());
        if committed {
            run.append(&mut state.after_commit);
            forget.append(&mut state.after_rollback);
        } else if ending == Ending::Unknown {
            forget.append(&mut state.after_commit);
            forget.append(&mut state.after_rollback);
        } else {
            run.extend(take_from(&mut state.after_rollback, level));
            forget.extend(take_from(&mut state.after_commit, level));
        }
        drop(state);
        drop(forget);
        let panicked = run
            .into_iter()
            .map(|(_, callback)| catch_unwind(AssertUnwindSafe(callback)))
            .filter_map(std::result::Result::err)
            .fold(None, |first: Option<String>, payload| first.or_else(|| Some(words_of(&*payload))));
        if let Some(words) = panicked {
            let (what, outcome) =
                if committed { ("committed", Outcome::Applied) } else { ("rolled back", Outcome::NotApplied) };
            return Err(Error::new(
                ErrorKind::Callback,
                format!("the transaction is {what}, and a callback panicked: {words}"),
            )
            .fate(outcome, Retry::Never, ConnectionFate::Kept));
        }
        // A server that is gone has rolled back by itself.
        told.or_else(|error| if error.kind() == ErrorKind::Connection { Ok(()) } else { Err(error) })
    }

    fn back_to(&self, name: &str) -> Result<()> {
        let Ok(mut held) = self.core.held.try_borrow_mut() else { return Err(busy()) };
        match held.as_mut() {
            Some(held) => {
                let sql = format!("ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}");
                held.with(|session| session.batch(&sql))
            }
            None => Err(self.ended()),
        }
    }

    fn ended(&self) -> Error {
        Error::new(ErrorKind::Transaction, "the transaction has ended").help("begin another one")
    }

    fn check_innermost(&self) -> Result<()> {
        let depth = self.core.state.borrow().depth;
        if depth < self.level {
            return Err(self.ended());
        }
        if depth > self.level {
            return Err(Error::new(ErrorKind::Transaction, "a transaction within this one is still open")
                .help("run on the inner one, or end it first"));
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        self.check_innermost()?;
        match &self.core.state.borrow().failed {
            None => Ok(()),
            Some((_, cause)) => Err(Error::new(ErrorKind::Transaction, format!("the transaction has failed: {cause}"))
                .fate(Outcome::NotSent, cause.retry(), cause.connection())
                .help("roll it back")
                .because(cause.again())),
        }
    }

    /// What an error means for the transaction.
    fn judge(&self, error: Error, session_says: Option<bool>) -> Error {
        let aborts = self.core.db.pool().dialect().transaction.error_aborts;
        let lost = error.connection() == ConnectionFate::Discarded;
        let gone = session_says == Some(false);
        // Of a wait in vain only the statement is undone on some databases: what was done before it would be saved by half.
        let waited = error.kind() == ErrorKind::Timeout;
        if lost || gone || waited || is_fatal(&error) || (aborts && error.kind().is_database()) {
            // Whatever broke, what was done here dies with the transaction, and may be done again on another connection.
            let error = match (lost, error.outcome()) {
                (true, outcome) => {
                    let outcome = if outcome == Outcome::NotSent { outcome } else { Outcome::NotApplied };
                    error.fate(outcome, Retry::Transaction, ConnectionFate::Discarded)
                }
                (false, Outcome::Unknown) if !has_lost_track(&error) => error.with_outcome(Outcome::NotApplied),
                (false, _) => error,
            };
            let mut state = self.core.state.borrow_mut();
            if state.failed.is_none() {
                state.failed = Some((self.level, error.again()));
            }
            return error;
        }
        error
    }

    /// Runs a statement whose text the application wrote, and looks whether the transaction is still there. What begins
    /// with a word that cannot end one is not worth a question to the server.
    pub(crate) fn with_raw(&self, keyword: &str, run: &mut dyn FnMut(&mut dyn Session) -> Result<()>) -> Result<()> {
        const HARMLESS: [&str; 9] =
            ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES", "TABLE", "MERGE", "EXPLAIN"];
        const DEFINITIONS: [&str; 3] = ["CREATE", "ALTER", "DROP"];
        let is_one_of = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(keyword));
        let capabilities = &self.core.db.pool().dialect().transaction;
        let harmless = is_one_of(&HARMLESS) || (!capabilities.definitions_commit && is_one_of(&DEFINITIONS));
        let asks = capabilities.probe.is_some();
        self.with(&mut |session| {
            run(session)?;
            if (harmless && asks) || session.is_in_transaction()? {
                return Ok(());
            }
            Err(Error::new(ErrorKind::Transaction, "the statement has ended the transaction")
                .fate(Outcome::Unknown, Retry::Never, ConnectionFate::Kept)
                .help("commit and roll back by the calls of the transaction"))
        })
        .inspect_err(|error| {
            if has_lost_track(error) {
                self.core.state.borrow_mut().failed.get_or_insert((1, error.again()));
            }
        })
    }
}

/// How a level ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Committed,
    RolledBack {
        /// The server still has to be told.
        tell: bool,
    },
    /// The answer of a commit is missing.
    Unknown,
}

/// Whether the application's own SQL has ended the transaction: what became of it nobody here knows.
fn has_lost_track(error: &Error) -> bool {
    error.kind() == ErrorKind::Transaction && error.outcome() == Outcome::Unknown
}

/// Rolls back, unless the server has done so by itself: then there is nothing to roll back, and no reason to give up a
/// connection in which a whole database may live.
fn roll_back(held: &mut InUse) -> Result<()> {
    let (told, over) = held.with(|session| {
        let told = session.batch("ROLLBACK");
        let over = told.is_ok() || matches!(session.is_in_transaction(), Ok(false));
        (told, over)
    });
    if over {
        return Ok(());
    }
    held.discard();
    told
}

/// The error of a commit which says that the transaction had failed before.
fn given_up(error: Error) -> Error {
    if error.kind() != ErrorKind::Transaction {
        return error;
    }
    Error::new(ErrorKind::RolledBack, "the database had given the transaction up, and nothing of it was saved")
        .fate(Outcome::NotApplied, Retry::Never, ConnectionFate::Kept)
        .help("return the error from the transaction, or run what may fail in one within it")
        .because(error)
}

fn busy() -> Error {
    Error::new(ErrorKind::ConnectionBusy, "the rows of another statement are still being read")
        .help("collect the rows first, and go on then")
}

/// Errors after which only running the whole transaction again can help.
fn is_fatal(error: &Error) -> bool {
    let again = error.retry() == Retry::Transaction && error.kind() != ErrorKind::Timeout;
    again || error.connection() == ConnectionFate::Discarded
}

fn take_from(callbacks: &mut Vec<(usize, Callback)>, level: usize) -> Vec<(usize, Callback)> {
    let (taken, kept) = std::mem::take(callbacks).into_iter().partition(|(at, _)| *at >= level);
    *callbacks = kept;
    taken
}

/// What a panic says.
fn words_of(payload: &(dyn std::any::Any + Send)) -> String {
    let words = payload.downcast_ref::<&str>().map(|words| (*words).to_owned());
    words.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without words".to_owned())
}

impl Drop for Tx {
    fn drop(&mut self) {
        let depth = self.core.state.try_borrow().map_or(0, |state| state.depth);
        if depth >= self.level {
            let _ = self.end(Ending::RolledBack { tell: true });
        }
    }
}

impl Executor for Tx {
    fn with(&self, run: &mut dyn FnMut(&mut dyn Session) -> Result<()>) -> Result<()> {
        self.check()?;
        let Ok(mut held) = self.core.held.try_borrow_mut() else {
            return Err(busy());
        };
        let Some(held) = held.as_mut() else { return Err(self.ended()) };
        let Err(error) = held.with(|session| run(session)) else { return Ok(()) };
        // Where an error does not end the transaction by itself, the server is asked: some do.
        let aborts = self.core.db.pool().dialect().transaction.error_aborts;
        let says = if aborts { None } else { held.with(|session| session.is_in_transaction()).ok() };
        if error.connection() == ConnectionFate::Discarded {
            held.discard();
        }
        Err(self.judge(error, says))
    }

    fn with_snapshot(&self, run: &mut dyn FnMut(&mut dyn Session) -> Result<()>) -> Result<()> {
        self.with(run)
    }

    fn atomically(&self, run: &mut dyn FnMut(&Tx) -> Result<()>) -> Result<()> {
        self.transaction(|inner| run(inner))
    }

    fn database(&self) -> &Database {
        &self.core.db
    }

    fn transaction_at_hand(&self) -> Option<&Tx> {
        Some(self)
    }
}
