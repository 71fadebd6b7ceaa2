//! The driver for PostgreSQL, over the `postgres` crate.
//!
//! The contract at connect, set and read back: UTF-8, UTC, `standard_conforming_strings`, and a version whose dialect
//! is known. Statements are prepared once and kept in the connection by plan id, within a bound.

mod bind;
mod copy;
mod error;
mod read;
mod session;
mod tls;

use std::{any::Any, time::Duration};

use postgres::{Client, Config};
use relata_dialect::{Capabilities, POSTGRES_15};
use relata_driver::{Connection, Driver, Session};
use relata_schema::{Error, ErrorKind, Result};
use rustc_hash::FxHashMap;

/// How many statements a connection keeps prepared.
const STATEMENTS: usize = 200;

/// Opens connections to a PostgreSQL server.
#[derive(Debug, Clone)]
pub struct Postgres {
    config: Config,
    tls: tls::Tls,
}

impl Postgres {
    /// A server by URL: `postgres://user:password@host:port/database`.
    ///
    /// `?sslmode=verify-full` encrypts, and verifies the server's certificate and name, against the certificates of
    /// `&sslrootcert=FILE` or those of the system. There is no mode that falls back to plain text or trusts without
    /// looking: without `sslmode`, or with `disable`, the connection is plain.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Connection`] for a URL that is not of that form. The URL is not repeated: it has a password.
    pub fn from_url(url: &str) -> Result<Postgres> {
        let (plain, tls) = tls::split(url)?;
        // The parser ends a password at the first of them, and what follows would be shown as the name of the host.
        let authority =
            plain.split_once("://").map_or("", |(_, rest)| rest).split(['/', '#']).next().unwrap_or_default();
        if authority.matches('@').count() > 1 {
            return Err(Error::new(ErrorKind::Connection, "the URL has more than one @ before the database")
                .help("write an @ in a user name or a password as %40"));
        }
        let mut config: Config = plain.parse().map_err(|_| {
            Error::new(ErrorKind::Connection, "the URL is not of the form postgres://user:password@host:port/database")
        })?;
        config.application_name("relata").keepalives_idle(Duration::from_secs(60));
        Ok(Postgres { config, tls })
    }
}

impl Driver for Postgres {
    fn connect(&self) -> Result<Box<dyn Connection>> {
        let mut client = tls::connect(&self.config, &self.tls)?;
        contract(&mut client).map_err(|error| error::from(error, ""))?;
        let row = client
            .query_one(
                "SELECT current_setting('server_version_num')::int4, current_setting('server_encoding'), \
                 current_setting('TimeZone'), current_setting('standard_conforming_strings')",
                &[],
            )
            .map_err(|error| error::from(error, ""))?;
        let (version, encoding, zone, strings): (i32, String, String, String) =
            (row.get(0), row.get(1), row.get(2), row.get(3));
        if version < 150_000 {
            let message = format!("the server is PostgreSQL {}, and relata speaks 15 and later", version / 10_000);
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        if encoding != "UTF8" || zone != "UTC" || strings != "on" {
            let message = format!(
                "the server has encoding {encoding}, time zone {zone} and standard_conforming_strings {strings}, where \
                 relata needs UTF8, UTC and on"
            );
            return Err(Error::new(ErrorKind::Connection, message).help("create the database with encoding UTF8"));
        }
        Ok(Box::new(PostgresConnection {
            client,
            statements: FxHashMap::default(),
            in_transaction: false,
            is_changed: false,
        }))
    }

    fn dialect(&self) -> &'static Capabilities {
        &POSTGRES_15
    }
}

fn contract(client: &mut Client) -> Result<(), postgres::Error> {
    client.batch_execute(
        "SET client_encoding = 'UTF8'; SET TIME ZONE 'UTC'; SET standard_conforming_strings = on; \
         SET client_min_messages = warning",
    )
}

/// A connection to a PostgreSQL server.
pub struct PostgresConnection {
    client: Client,
    statements: FxHashMap<(u64, u32), session::Prepared>,
    /// Whether a text that was run may have left a transaction open: the client does not say.
    in_transaction: bool,
    /// Whether a text that was run may have changed settings.
    is_changed: bool,
}

impl Connection for PostgresConnection {
    fn session(&mut self) -> Box<dyn Session + '_> {
        Box::new(session::PostgresSession {
            client: &mut self.client,
            statements: &mut self.statements,
            in_transaction: &mut self.in_transaction,
            is_changed: &mut self.is_changed,
        })
    }

    fn is_broken(&mut self) -> bool {
        let left_open = std::mem::take(&mut self.in_transaction);
        let changed = std::mem::take(&mut self.is_changed);
        self.client.is_closed()
            || (left_open && self.client.batch_execute("ROLLBACK").is_err())
            // What one user sets must not meet the next.
            || (changed && (self.client.batch_execute("RESET ALL").is_err() || contract(&mut self.client).is_err()))
    }

    fn ping(&mut self) -> Result<()> {
        self.client.is_valid(Duration::from_secs(5)).map_err(|error| error::from(error, ""))
    }

    fn as_any(&mut self) -> &mut dyn Any {
        // What is done to the client itself is not seen here.
        self.in_transaction = true;
        self.is_changed = true;
        &mut self.client
    }
}
