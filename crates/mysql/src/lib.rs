//! The driver for MySQL and MariaDB, over the `mysql` crate.
//!
//! The contract at connect, set and read back: UTF-8 with a collation that compares code points, UTC, a strict
//! `sql_mode`, READ COMMITTED, and a version whose dialect is known. An update counts the rows that it finds, also those
//! that are as they should be (`CLIENT_FOUND_ROWS`): else a row that needs no change would look like one that is gone.
//! Statements are prepared once and kept in the connection by plan id, within a bound.

mod contract;
mod error;
mod session;
mod url;
mod value;

use std::{
    any::Any,
    sync::{Arc, OnceLock},
};

use mysql::{Conn, OptsBuilder, prelude::Queryable};
use relata_dialect::{Capabilities, MARIADB_10_11, MYSQL_9_7};
use relata_driver::{Connection, Driver, Session};
use relata_schema::Result;
use rustc_hash::FxHashMap;

/// How many statements a connection keeps prepared.
const STATEMENTS: usize = 200;

/// Opens connections to a MySQL or MariaDB server.
#[derive(Clone)]
pub struct Mysql {
    options: OptsBuilder,
    /// Where it is, for messages.
    place: String,
    /// What the server can say, known from the first connection on.
    dialect: Arc<OnceLock<&'static Capabilities>>,
    expected: &'static Capabilities,
}

impl std::fmt::Debug for Mysql {
    /// Says where, and never the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mysql").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Mysql {
    /// A server by URL: `mysql://user:password@host:port/database`, or `mariadb://` and the same. Which of the two it is,
    /// and which version, the server says.
    ///
    /// `?sslmode=verify-full` encrypts, and verifies the server's certificate and name, against the certificates of
    /// `&sslrootcert=FILE` or those that browsers trust. There is no mode that falls back to plain text or trusts without
    /// looking: without `sslmode`, or with `disable`, the connection is plain.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Connection`](relata_schema::ErrorKind::Connection) for a URL that is not of that form. The URL is not
    /// repeated: it has a password.
    pub fn from_url(url: &str) -> Result<Mysql> {
        let expected = if url.starts_with("mariadb") { &MARIADB_10_11 } else { &MYSQL_9_7 };
        let (options, place) = url::options(url)?;
        Ok(Mysql { options, place, dialect: Arc::default(), expected })
    }
}

impl Driver for Mysql {
    fn connect(&self) -> Result<Box<dyn Connection>> {
        let mut conn = Conn::new(self.options.clone()).map_err(|error| error::connecting(error, &self.place))?;
        let kept = contract::keep(&mut conn, &self.place)?;
        let _ = self.dialect.set(kept.dialect);
        Ok(Box::new(MysqlConnection {
            conn,
            statements: FxHashMap::default(),
            step: kept.step,
            max_packet: kept.max_packet,
            in_transaction: false,
            broken: false,
            is_changed: false,
            place: self.place.clone(),
        }))
    }

    fn dialect(&self) -> &'static Capabilities {
        self.dialect.get().copied().unwrap_or(self.expected)
    }
}

/// A connection to a MySQL or MariaDB server.
pub struct MysqlConnection {
    conn: Conn,
    statements: FxHashMap<(u64, u32), mysql::Statement>,
    /// From one number that the database gives to the next.
    step: u64,
    /// The most bytes of one packet, less what surrounds the values.
    max_packet: usize,
    /// Whether a text that was run may have left a transaction open.
    in_transaction: bool,
    /// Whether the server was seen to be gone.
    broken: bool,
    /// Whether a text that was run may have changed settings.
    is_changed: bool,
    /// Where the server is.
    place: String,
}

impl Connection for MysqlConnection {
    fn session(&mut self) -> Box<dyn Session + '_> {
        Box::new(session::MysqlSession {
            conn: &mut self.conn,
            statements: &mut self.statements,
            step: self.step,
            in_transaction: &mut self.in_transaction,
            broken: &mut self.broken,
            is_changed: &mut self.is_changed,
            max_packet: self.max_packet,
        })
    }

    fn is_broken(&mut self) -> bool {
        let left_open = std::mem::take(&mut self.in_transaction);
        if self.broken || (left_open && self.conn.query_drop("ROLLBACK").is_err()) {
            return true;
        }
        if !std::mem::take(&mut self.is_changed) {
            return false;
        }
        // What one user sets must not meet the next. Statements that were prepared go with it.
        self.statements.clear();
        self.conn.reset().is_err() || contract::keep(&mut self.conn, &self.place).is_err()
    }

    fn ping(&mut self) -> Result<()> {
        self.conn.ping().map_err(|error| error::from(error, ""))
    }

    fn as_any(&mut self) -> &mut dyn Any {
        // What is done to the connection itself is not seen here.
        self.in_transaction = true;
        self.is_changed = true;
        &mut self.conn
    }
}
