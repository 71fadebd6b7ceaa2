//! Connections that are shared by threads.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread::ThreadId,
    time::{Duration, Instant},
};

use relata_dialect::Capabilities;
use relata_schema::{ConnectionFate, Error, ErrorKind, Outcome, Result, Retry};

use crate::{Connection, Driver, Session};

/// A connection that was used so recently is not asked whether it is still there.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

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
    /// The thread that holds the only connection.
    holder: Mutex<Option<ThreadId>>,
    last_error: Arc<Mutex<Option<Error>>>,
    acquire_timeout: Duration,
}

struct Manager {
    driver: Arc<dyn Driver>,
    /// The connection that was opened to see that the database is there.
    first: Mutex<Option<Box<dyn Connection>>>,
    last_error: Arc<Mutex<Option<Error>>>,
}

struct Pooled {
    connection: Box<dyn Connection>,
    used: Instant,
    broken: bool,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Pooled;
    type Error = Error;

    fn connect(&self) -> Result<Pooled> {
        if let Some(connection) = self.first.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Ok(Pooled { connection, used: Instant::now(), broken: false });
        }
        let connection = self.driver.connect().inspect_err(|error| {
            // The pool keeps a connect error only as text; the last one is kept here with its kind.
            *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.again());
        })?;
        Ok(Pooled { connection, used: Instant::now(), broken: false })
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
        let single = driver.is_single();
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
            .test_on_check_out(!single)
            .error_handler(Box::new(r2d2::NopErrorHandler));
        // A database in memory must not be dropped because nobody has asked for a while.
        let builder = if single { builder.idle_timeout(None).max_lifetime(None) } else { builder };
        let shared = Shared { dialect, single, holder: Mutex::new(None), last_error, acquire_timeout };
        Ok(Pool { inner: builder.build_unchecked(manager), shared: Arc::new(shared) })
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
        let me = std::thread::current().id();
        if self.shared.single && *self.shared.holder.lock().unwrap_or_else(PoisonError::into_inner) == Some(me) {
            return Err(Error::new(
                ErrorKind::NestedAcquire,
                "this thread holds the only connection of the database and asks for a second one",
            )
            .help("run on the executor at hand, or end it first; a database in a file has more connections"));
        }
        let started = Instant::now();
        let pooled = self.inner.get().map_err(|error| self.timeout(started, &error))?;
        if self.shared.single {
            *self.shared.holder.lock().unwrap_or_else(PoisonError::into_inner) = Some(me);
        }
        Ok(Held { pooled, shared: self.shared.clone() })
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
    pooled: r2d2::PooledConnection<Manager>,
    shared: Arc<Shared>,
}

impl Held {
    /// Begins to use it.
    pub fn session(&mut self) -> Box<dyn Session + '_> {
        self.pooled.connection.session()
    }

    /// Says that it must not be used again.
    pub fn discard(&mut self) {
        self.pooled.broken = true;
    }

    /// The driver's own connection, for those who know it.
    pub fn as_any(&mut self) -> &mut dyn std::any::Any {
        self.pooled.connection.as_any()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.pooled.used = Instant::now();
        if std::thread::panicking() {
            self.pooled.broken = !self.shared.single;
        }
        if self.shared.single {
            *self.shared.holder.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}
