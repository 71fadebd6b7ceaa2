//! Running statements.

use std::borrow::Cow;

use relata_driver::{Param, Row, Session, Statement};
use relata_schema::{Datum, Error, Kind, Outcome, Result};
use rusqlite::{CachedStatement, types::ValueRef};
use rustc_hash::FxHashMap;

use crate::{STATEMENTS, error, value};

/// By what a statement is known: the plan and the step.
type Key = (u64, u32);

/// A connection in use, and the statements prepared so far.
pub(crate) struct SqliteSession<'c> {
    connection: &'c rusqlite::Connection,
    /// The one that ran last: most sessions run one.
    last: Option<(Key, CachedStatement<'c>)>,
    others: FxHashMap<Key, CachedStatement<'c>>,
}

impl<'c> SqliteSession<'c> {
    pub(crate) fn new(connection: &'c rusqlite::Connection) -> Self {
        SqliteSession { connection, last: None, others: FxHashMap::default() }
    }

    /// Lends a prepared statement: by key, or from rusqlite's cache by text.
    fn with<T>(
        &mut self,
        statement: Statement<'_>,
        run: impl FnOnce(&mut CachedStatement<'c>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let named = |error| error::from(error, statement.sql);
        let Some(key) = statement.key else {
            return run(&mut self.connection.prepare_cached(statement.sql).map_err(named)?).map_err(named);
        };
        let last = match self.last.take() {
            Some((own, prepared)) if own == key => self.last.insert((own, prepared)),
            other => {
                if self.others.len() >= STATEMENTS {
                    // They go back to rusqlite, which keeps the last ones.
                    self.others.clear();
                }
                self.others.extend(other);
                let prepared = match self.others.remove(&key) {
                    Some(prepared) => prepared,
                    None => self.connection.prepare_cached(statement.sql).map_err(named)?,
                };
                self.last.insert((key, prepared))
            }
        };
        run(&mut last.1).map_err(named)
    }
}

fn bind(statement: &mut rusqlite::Statement<'_>, params: &[Param<'_>]) -> rusqlite::Result<()> {
    for (i, param) in params.iter().enumerate() {
        statement.raw_bind_parameter(i + 1, value::Bound(param))?;
    }
    Ok(())
}

impl Session for SqliteSession<'_> {
    fn query(
        &mut self,
        statement: Statement<'_>,
        params: &[Param<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        let mut outcome = Ok(());
        self.with(statement, |prepared| {
            bind(prepared, params)?;
            let mut rows = prepared.raw_query();
            while let Some(row) = rows.next()? {
                outcome = each(&SqliteRow(row));
                if outcome.is_err() {
                    break;
                }
            }
            Ok(())
        })?;
        outcome
    }

    fn execute(&mut self, statement: Statement<'_>, params: &[Param<'_>]) -> Result<u64> {
        self.with(statement, |prepared| {
            bind(prepared, params)?;
            prepared.raw_execute().map(|rows| rows as u64)
        })
    }

    fn batch(&mut self, sql: &str) -> Result<()> {
        self.connection.execute_batch(sql).map_err(|error| {
            let error = error::from(error, sql);
            // Outside of a transaction what stands before the statement that failed is done.
            let several = sql.trim_end().trim_end_matches(';').contains(';');
            if several && self.connection.is_autocommit() { error.with_outcome(Outcome::Unknown) } else { error }
        })
    }

    fn prepare(&mut self, sql: &str) -> Result<()> {
        self.connection.prepare(sql).map(drop).map_err(|error| error::from(error, sql))
    }

    fn is_in_transaction(&mut self) -> Result<bool> {
        Ok(!self.connection.is_autocommit())
    }

    fn begin_snapshot(&mut self) -> Result<()> {
        // The first read of a deferred transaction takes the snapshot. <https://www.sqlite.org/isolation.html>
        self.batch("BEGIN DEFERRED")
    }
}

#[cold]
fn unread(error: rusqlite::Error) -> Error {
    error::from(error, "")
}

struct SqliteRow<'r, 's>(&'r rusqlite::Row<'s>);

impl Row for SqliteRow<'_, '_> {
    fn get(&self, column: usize, kind: Kind) -> Result<Datum<'_>> {
        let stored = self.0.get_ref(column).map_err(unread)?;
        value::read(stored, kind)
    }

    fn int(&self, column: usize, kind: Kind) -> Result<Option<i64>> {
        match self.0.get_ref(column).map_err(unread)? {
            ValueRef::Integer(value) => Ok(Some(value)),
            ValueRef::Null => Ok(None),
            other => Err(value::wrong(other, kind)),
        }
    }

    fn text(&self, column: usize) -> Result<Option<Cow<'_, str>>> {
        match self.0.get_ref(column).map_err(unread)? {
            ValueRef::Text(bytes) => value::utf8(bytes).map(|text| Some(Cow::Borrowed(text))),
            ValueRef::Null => Ok(None),
            other => Err(value::wrong(other, Kind::Text)),
        }
    }

    fn is_null(&self, column: usize) -> bool {
        matches!(self.0.get_ref(column), Ok(ValueRef::Null))
    }

    fn columns(&self) -> usize {
        self.0.as_ref().column_count()
    }

    fn name(&self, column: usize) -> &str {
        self.0.as_ref().column_name(column).unwrap_or_default()
    }

    fn natural(&self, column: usize) -> Result<Datum<'_>> {
        let stored = self.0.get_ref(column).map_err(unread)?;
        value::read(stored, value::natural_kind(stored))
    }
}
