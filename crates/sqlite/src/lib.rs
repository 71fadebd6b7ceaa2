//! The driver for SQLite, over rusqlite and its bundled library.
//!
//! The contract at connect: foreign keys on, double-quoted strings off (a misspelt column would be a text), write-ahead
//! logging for files, a busy timeout. Statements that are prepared within a session are found by plan id; behind them
//! stands rusqlite's own cache, to which they return.

mod error;
mod session;
mod value;

use std::{any::Any, path::PathBuf, time::Duration};

use relata_dialect::{Capabilities, SQLITE_3};
use relata_driver::{Connection, Driver, Session};
use relata_schema::{Error, ErrorKind, Result};
use rusqlite::{OpenFlags, config::DbConfig};

/// How many statements a connection keeps prepared.
const STATEMENTS: usize = 200;

/// Opens SQLite databases.
#[derive(Debug, Clone)]
pub struct Sqlite {
    path: Option<PathBuf>,
    busy_timeout: Duration,
}

impl Sqlite {
    /// A database in memory. It lives in one connection.
    pub fn in_memory() -> Self {
        Sqlite { path: None, busy_timeout: Duration::from_secs(5) }
    }

    /// A database in a file, which is created when it is not there.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Sqlite { path: Some(path.into()), busy_timeout: Duration::from_secs(5) }
    }

    /// How long a statement waits for a lock. Five seconds if nothing is said.
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    fn open(&self) -> rusqlite::Result<rusqlite::Connection> {
        let connection = match &self.path {
            None => rusqlite::Connection::open_in_memory()?,
            Some(path) => {
                let flags =
                    OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                rusqlite::Connection::open_with_flags(path, flags)?
            }
        };
        connection.busy_timeout(self.busy_timeout)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
        // What a file brings along runs no functions, and no statement writes to what SQLite keeps for itself.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
        if self.path.is_some() {
            connection.pragma_update(None, "journal_mode", "WAL")?;
        }
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(connection)
    }
}

impl Driver for Sqlite {
    fn connect(&self) -> Result<Box<dyn Connection>> {
        let connection = self.open().map_err(|error| {
            let place = self.path.as_ref().map_or("in memory".to_owned(), |path| path.display().to_string());
            Error::new(ErrorKind::Connection, format!("SQLite cannot open the database {place}: {error}"))
        })?;
        let enforced = connection.db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY);
        if !matches!(enforced, Ok(true)) {
            return Err(Error::new(ErrorKind::Connection, "this SQLite does not enforce foreign keys")
                .help("use a library that was built with them"));
        }
        Ok(Box::new(SqliteConnection { connection }))
    }

    fn dialect(&self) -> &'static Capabilities {
        &SQLITE_3
    }

    fn is_single(&self) -> bool {
        self.path.is_none()
    }

    fn is_local(&self) -> bool {
        true
    }
}

/// A connection to a SQLite database.
#[derive(Debug)]
pub struct SqliteConnection {
    /// The connection of rusqlite.
    pub connection: rusqlite::Connection,
}

impl Connection for SqliteConnection {
    fn session(&mut self) -> Box<dyn Session + '_> {
        Box::new(session::SqliteSession::new(&self.connection))
    }

    fn is_broken(&mut self) -> bool {
        // A transaction that was left open may have been one that only reads.
        !self.connection.is_autocommit() && self.connection.execute_batch("ROLLBACK; PRAGMA query_only = 0").is_err()
    }

    fn ping(&mut self) -> Result<()> {
        Ok(())
    }

    fn as_any(&mut self) -> &mut dyn Any {
        &mut self.connection
    }
}
