//! Connections that are shared by threads.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use relata_dialect::Capabilities;
use relata_schema::{ConnectionFate, Error, ErrorKind, Outcome, Result, Retry};

use crate::{Connection, Driver, Session};

/// A connection that was used so recently is not asked whether it is still there.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// A connection to a server that is older goes through the whole pool, which closes it when it lies idle.
const AT_HAND_FOR: Duration = Duration::from_secs(30 * 60);

/// How a pool is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolOptions {
    /// The most connections. A database in memory has one, whatever is said.
    pub max_connections: u32,
    /// How long to wait for one.
    pub acquire_timeout: Duration,
}

impl Default for PoolOptions {
    /// Five connections and thirty seconds.
    fn default() -> Self {
        PoolOptions { max_connections: 5, acquire_timeout: Duration::from_secs(30) }
    }
}

/// A pool of connections of one driver.
#[derive(Clone)]
pub struct Pool {
    inner: r2d2::Pool<Manager>,
    shared: Arc<Shared>,
}

struct Shared {
    dialect: &'static Capabilities,
    single: bool,
    local: bool,
    /// The thread that holds the only connection; zero when none does.
    holder: AtomicU64,
    /// The connection that was used last. Nearly always the next call takes it from here: a tenth of what the whole pool
    /// costs, which asks the time of day and wakes those who wait.
    at_hand: Mutex<Option<r2d2::PooledConnection<Manager>>>,
    /// How many threads wait in the pool. While there are any, connections go back to it.
    waiting: AtomicUsize,
    last_error: Arc<Mutex<Option<Error>>>,
    acquire_timeout: Duration,
}

impl Shared {
    fn at_hand(&self) -> MutexGuard<'_, Option<r2d2::PooledConnection<Manager>>> {
        self.at_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection at hand, unless it has lain there too long to be trusted: then the pool has it back.
    fn take(&self) -> Option<r2d2::PooledConnection<Manager>> {
        let pooled = self.at_hand().take()?;
        (self.local || pooled.used.elapsed() < TRUSTED_FOR).then_some(pooled)
    }

    /// Leaves a connection at hand, or gives it back to the pool.
    fn leave(&self, mut pooled: r2d2::PooledConnection<Manager>) {
        if !self.local {
            pooled.used = Instant::now();
        }
        let is_old = !self.local && pooled.used.duration_since(pooled.opened) > AT_HAND_FOR;
        // A connection is cleaned up when it is asked, and asked once: the pool is told what it said.
        pooled.broken = pooled.broken || pooled.connection.is_broken();
        if pooled.broken || is_old {
            return;
        }
        let other = self.at_hand().replace(pooled);
        drop(other);
        // Who began to wait meanwhile has not seen it. Who begins now looks for it first.
        if self.waiting.load(Ordering::SeqCst) > 0 {
            let pooled = self.at_hand().take();
            drop(pooled);
        }
    }
}

/// The number of this thread, from one.
fn this_thread() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    thread_local! {
        static NUMBER: u64 = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    // A thread whose locals are gone already is taken for none that holds a connection.
    NUMBER.try_with(|number| *number).unwrap_or(u64::MAX)
}

struct Manager {
    driver: Arc<dyn Driver>,
    /// The connection that was opened to see that the database is there.
    first: Mutex<Option<Box<dyn Connection>>>,
    last_error: Arc<Mutex<Option<Error>>>,
}

struct Pooled {
    connection: Box<dyn Connection>,
    opened: Instant,
    used: Instant,
    broken: bool,
}

impl Pooled {
    fn new(connection: Box<dyn Connection>) -> Self {
        let now = Instant::now();
        Pooled { connection, opened: now, used: now, broken: false }
    }
}

impl r2d2::ManageConnection for Manager {
    type Connection = Pooled;
    type Error = Error;

    fn connect(&self) -> Result<Pooled> {
        if let Some(connection) = self.first.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Ok(Pooled::new(connection));
        }
        let connection = self.driver.connect().inspect_err(|error| {
            // The pool keeps a connect error only as text; the last one is kept here with its kind.
            *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.again());
        })?;
        Ok(Pooled::new(connection))
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<()> {
        if pooled.used.elapsed() < TRUSTED_FOR { Ok(()) } else { pooled.connection.ping() }
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.broken || pooled.connection.is_broken()
    }
}

impl Pool {
    /// A pool; it connects once to see that the database is there.
    ///
    /// # Errors
    ///
    /// That of the first connection.
    pub fn open(driver: Arc<dyn Driver>, options: PoolOptions) -> Result<Pool> {
        let (single, local) = (driver.is_single(), driver.is_local());
        let last_error = Arc::new(Mutex::new(None));
        // A pool tries again until its time is up. Whether the database is there at all should be known at once.
        let first = Mutex::new(Some(driver.connect()?));
        // Of some servers only the first connection says what they can say.
        let dialect = driver.dialect();
        let manager = Manager { driver, first, last_error: last_error.clone() };
        // Neither nothing nor forever: the pool adds this to the time of day.
        let acquire_timeout = options.acquire_timeout.clamp(Duration::from_millis(1), Duration::from_secs(86_400));
        let builder = r2d2::Pool::builder()
            .max_size(if single { 1 } else { options.max_connections.max(1) })
            .min_idle(Some(if single { 1 } else { 0 }))
            .connection_timeout(acquire_timeout)
            .test_on_check_out(!local)
            .error_handler(Box::new(r2d2::NopErrorHandler));
        // A database in memory must not be dropped because nobody has asked for a while.
        let builder = if single { builder.idle_timeout(None).max_lifetime(None) } else { builder };
        let shared = Shared {
            dialect,
            single,
            local,
            holder: AtomicU64::new(0),
            at_hand: Mutex::new(None),
            waiting: AtomicUsize::new(0),
            last_error,
            acquire_timeout,
        };
        Ok(Pool { inner: builder.build_unchecked(manager), shared: Arc::new(shared) })
    }

    /// Whether the database is part of the program.
    pub fn is_local(&self) -> bool {
        self.shared.local
    }

    /// What the database can say.
    pub fn dialect(&self) -> &'static Capabilities {
        self.shared.dialect
    }

    /// Takes a connection out of the pool.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::PoolTimeout`] when none becomes free in time, with the last reason why none could be opened;
    /// [`ErrorKind::NestedAcquire`] when this thread holds the only one.
    pub fn hold(&self) -> Result<Held> {
        let shared = &self.shared;
        if shared.single && shared.holder.load(Ordering::Relaxed) == this_thread() {
            return Err(Error::new(
                ErrorKind::NestedAcquire,
                "this thread holds the only connection of the database and asks for a second one",
            )
            .help("run on the executor at hand, or end it first; a database in a file has more connections"));
        }
        let pooled = match shared.take() {
            Some(pooled) => pooled,
            None => self.wait()?,
        };
        if shared.single {
            shared.holder.store(this_thread(), Ordering::Relaxed);
        }
        Ok(Held { pooled: Some(pooled), shared: shared.clone() })
    }

    /// Takes a connection through the whole pool.
    #[cold]
    fn wait(&self) -> Result<r2d2::PooledConnection<Manager>> {
        let started = Instant::now();
        self.shared.waiting.fetch_add(1, Ordering::SeqCst);
        // What was left at hand before this thread was counted is seen now; what is left later goes to the pool.
        let pooled = match self.shared.take() {
            Some(pooled) => Ok(pooled),
            None => self.inner.get(),
        };
        self.shared.waiting.fetch_sub(1, Ordering::SeqCst);
        pooled.map_err(|error| self.timeout(started, &error))
    }

    fn timeout(&self, started: Instant, error: &r2d2::Error) -> Error {
        let state = self.inner.state();
        let last = self.shared.last_error.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let (Some(last), 0) = (last, state.connections) {
            return last;
        }
        let message = format!(
            "no connection became free in {:.1} s ({} open, {} idle)",
            started.elapsed().min(self.shared.acquire_timeout).as_secs_f64(),
            state.connections,
            state.idle_connections
        );
        Error::new(ErrorKind::PoolTimeout, message)
            .because(std::io::Error::other(error.to_string()))
            .fate(Outcome::NotSent, Retry::Statement, ConnectionFate::Kept)
            .help("raise max_connections, or hold connections for a shorter time")
    }
}

/// A connection that is held; it returns to the pool when it is dropped.
pub struct Held {
    /// There until it is dropped.
    pooled: Option<r2d2::PooledConnection<Manager>>,
    shared: Arc<Shared>,
}

impl Held {
    fn connection(&mut self) -> &mut dyn Connection {
        match &mut self.pooled {
            Some(pooled) => &mut *pooled.connection,
            None => unreachable!("a connection is held until it is dropped"),
        }
    }

    /// Begins to use it.
    pub fn session(&mut self) -> Box<dyn Session + '_> {
        self.connection().session()
    }

    /// Says that it must not be used again.
    pub fn discard(&mut self) {
        if let Some(pooled) = &mut self.pooled {
            pooled.broken = true;
        }
    }

    /// The driver's own connection, for those who know it.
    pub fn as_any(&mut self) -> &mut dyn std::any::Any {
        self.connection().as_any()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(mut pooled) = self.pooled.take() else { return };
        if self.shared.single {
            self.shared.holder.store(0, Ordering::Relaxed);
        } else if std::thread::panicking() {
            pooled.broken = true;
        }
        self.shared.leave(pooled);
    }
}
