//! The handle to a database.

use std::sync::Arc;

use jiff::Timestamp;
use relata_dialect::Capabilities;
use relata_driver::{Driver, Held, Pool, PoolOptions, Session};
use relata_planner::{CacheStats, PlanCache};
use relata_request::write::Fresh;
use relata_schema::{ModelView, Result};
use uuid::Uuid;

use crate::{Executor, Hooks, Tx, url};

/// How many plans a database keeps unless it is told otherwise.
const PLANS: usize = 1_024;

/// A database: a pool of connections and the plans made for it. Cheap to clone, shared by threads.
#[derive(Clone)]
pub struct Database {
    pool: Pool,
    plans: Arc<PlanCache>,
    hooks: Arc<Hooks>,
    clock: Arc<dyn Clock>,
}

/// Tells the time of writes.
pub trait Clock: Send + Sync + 'static {
    /// The moment it is.
    fn now(&self) -> Timestamp;
}

impl<F: Fn() -> Timestamp + Send + Sync + 'static> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}

/// How a database is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenOptions {
    /// The pool.
    pub pool: PoolOptions,
    /// The most plans that are kept.
    pub plans: usize,
}

impl Default for OpenOptions {
    fn default() -> Self {
        OpenOptions { pool: PoolOptions::default(), plans: PLANS }
    }
}

/// What a database has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Of the plan cache.
    pub plans: CacheStats,
}

impl Database {
    /// Opens a database by URL: `sqlite::memory:`, `sqlite:path/to/file.db`, `postgres://user:password@host/database`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Connection`](relata_schema::ErrorKind::Connection) when it cannot be reached; the message says
    /// where, and never the password.
    pub fn open(url: &str) -> Result<Database> {
        Database::open_with(url, OpenOptions::default())
    }

    /// Opens a database with options.
    ///
    /// # Errors
    ///
    /// As [`open`](Database::open).
    pub fn open_with(url: &str, options: OpenOptions) -> Result<Database> {
        Database::with_driver(url::driver(url)?, options)
    }

    /// Opens a database with a driver that is set up already.
    ///
    /// # Errors
    ///
    /// That of the first connection.
    pub fn with_driver(driver: Arc<dyn Driver>, options: OpenOptions) -> Result<Database> {
        let pool = Pool::open(driver, options.pool)?;
        let plans = Arc::new(PlanCache::new(options.plans));
        Ok(Database { pool, plans, hooks: Arc::default(), clock: Arc::new(Timestamp::now) })
    }

    /// The same database with another clock, for tests and for replays. Timestamps of what is written through it are what
    /// the clock says.
    ///
    /// ```
    /// # use relata_orm::Database;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let noon: jiff::Timestamp = "2024-01-31T12:00:00Z".parse()?;
    /// let db = Database::open("sqlite::memory:")?.with_clock(move || noon);
    /// assert_eq!(db.now(), noon);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The moment it is, as the clock of the database says.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What is new of rows of a model that are created now.
    pub(crate) fn fresh(&self, model: ModelView<'_>) -> Fresh<'static> {
        Fresh { now: self.moment(model), uuid: &|ordered| if ordered { Uuid::now_v7() } else { Uuid::new_v4() } }
    }

    /// The moment of a write. A model that keeps no time does not ask for it: the clock costs as much as a statement's plan.
    pub(crate) fn moment(&self, model: ModelView<'_>) -> Timestamp {
        let kept = [model.created_at, model.updated_at, model.paranoid].iter().any(Option::is_some);
        let made = || model.def().attributes.iter().any(|attribute| attribute.generated.is_some());
        if kept || made() { self.now() } else { Timestamp::UNIX_EPOCH }
    }

    /// What runs before and after the calls of models; shared by all clones of the handle.
    pub fn hooks(&self) -> &Hooks {
        &self.hooks
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    pub(crate) fn plan_cache(&self) -> &PlanCache {
        &self.plans
    }

    /// What the database can say.
    pub fn dialect(&self) -> &'static Capabilities {
        self.pool.dialect()
    }

    /// Takes a connection out of the pool, to run SQL of one's own on it.
    ///
    /// # Errors
    ///
    /// When none becomes free in time.
    pub fn hold(&self) -> Result<Held> {
        self.pool.hold()
    }

    /// Runs a text of SQL statements that take no parameters.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn batch(&self, sql: &'static str) -> Result<()> {
        self.hold()?.session().batch(sql)
    }

    /// What it has done so far.
    pub fn stats(&self) -> Stats {
        Stats { plans: self.plans.stats() }
    }
}

impl Executor for Database {
    fn with(&self, run: &mut dyn FnMut(&mut dyn Session) -> Result<()>) -> Result<()> {
        let mut held = self.pool.hold()?;
        let result = run(&mut *held.session());
        if let Err(error) = &result
            && error.connection() == relata_schema::ConnectionFate::Discarded
        {
            held.discard();
        }
        result
    }

    fn with_snapshot(&self, run: &mut dyn FnMut(&mut dyn Session) -> Result<()>) -> Result<()> {
        self.with(&mut |session| {
            session.begin_snapshot()?;
            let result = run(session);
            // The transaction has written nothing: how it ends makes no difference, that it ends does.
            let ended = session.batch("ROLLBACK");
            result.and(ended)
        })
    }

    fn atomically(&self, run: &mut dyn FnMut(&Tx) -> Result<()>) -> Result<()> {
        self.transaction(|tx| run(tx))
    }

    fn database(&self) -> &Database {
        self
    }

    fn transaction_at_hand(&self) -> Option<&Tx> {
        None
    }
}
