//! Running statements.

use std::borrow::Cow;

use fallible_iterator::FallibleIterator;
use postgres::{
    Client,
    types::{ToSql, Type},
};
use relata_dialect::{
    POSTGRES_15,
    raw::{changes_settings, transaction_control},
};
use relata_driver::{Param, Row, Session, Statement, TableOf, int_of, text_of};
use relata_schema::{ConnectionFate, Datum, Error, ErrorKind, Kind, Outcome, Result, Retry};
use rustc_hash::FxHashMap;

use crate::{
    STATEMENTS,
    bind::Bound,
    copy, error,
    read::{self, Raw},
};

/// A statement that the server keeps, and how often it has run since.
pub(crate) struct Prepared {
    statement: postgres::Statement,
    runs: u32,
}

/// So often a prepared statement is planned with its values. Then the server may plan it without them, and of a limit that it
/// does not know it expects a tenth of the rows: where that decides how they are found, the statement is prepared anew.
/// <https://www.postgresql.org/docs/15/sql-prepare.html#SQL-PREPARE-NOTES>
const PLANNED_WITH_VALUES: u32 = 5;

/// A connection in use.
pub(crate) struct PostgresSession<'c> {
    pub client: &'c mut Client,
    pub statements: &'c mut FxHashMap<(u64, u32), Prepared>,
    pub in_transaction: &'c mut bool,
    pub is_changed: &'c mut bool,
}

impl PostgresSession<'_> {
    /// A connection that is known to be gone takes nothing: what was not sent may be sent again.
    fn open(&self) -> Result<()> {
        if self.client.is_closed() {
            return Err(Error::new(ErrorKind::Connection, "the server has closed the connection").fate(
                Outcome::NotSent,
                Retry::Statement,
                ConnectionFate::Discarded,
            ));
        }
        Ok(())
    }

    fn prepared(&mut self, statement: Statement<'_>) -> Result<postgres::Statement> {
        if let Some(known) = statement.key.and_then(|key| self.statements.get_mut(&key)) {
            known.runs = known.runs.saturating_add(1);
            if !statement.cut_by_value || known.runs < PLANNED_WITH_VALUES {
                return Ok(known.statement.clone());
            }
        }
        let prepared = self.client.prepare(statement.sql).map_err(|error| error::from(error, statement.sql))?;
        if let Some(key) = statement.key {
            if self.statements.len() >= STATEMENTS && !self.statements.contains_key(&key) {
                // Statements are closed on the server when their handles go.
                self.statements.clear();
            }
            self.statements.insert(key, Prepared { statement: prepared.clone(), runs: 0 });
        }
        Ok(prepared)
    }

    /// A table has changed since the statement was prepared, or the server has forgotten it. The server refuses before it
    /// runs anything, so outside of a transaction the same may be said again.
    fn may_be_said_again(&mut self, error: &Error, statement: Statement<'_>) -> bool {
        let Some(key) = statement.key.filter(|_| is_stale(error)) else { return false };
        self.statements.remove(&key);
        !*self.in_transaction
    }

    /// A text of the application's own may begin a transaction, and nobody tells.
    fn watch(&mut self, statement: Statement<'_>) {
        let first = statement.sql.split_whitespace().next().unwrap_or_default();
        *self.in_transaction |= statement.key.is_none() && transaction_control(first).is_some();
        *self.is_changed |= statement.key.is_none() && changes_settings(statement.sql);
    }

    fn execute_prepared(&mut self, statement: Statement<'_>, params: &[Param<'_>]) -> Result<u64> {
        self.open()?;
        self.watch(statement);
        let prepared = self.prepared(statement)?;
        let bound: Vec<Bound<'_, '_>> = params.iter().map(Bound).collect();
        let bound: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|param| param as _).collect();
        self.client.execute(&prepared, &bound).map_err(|error| error::from(error, statement.sql))
    }

    fn query_prepared(
        &mut self,
        statement: Statement<'_>,
        params: &[Param<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        self.open()?;
        self.watch(statement);
        let prepared = self.prepared(statement)?;
        let bound: Vec<Bound<'_, '_>> = params.iter().map(Bound).collect();
        if !statement.streams {
            // Row by row the client enters and leaves its runtime, which takes as long as reading the row.
            let bound: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|param| param as _).collect();
            let rows = self.client.query(&prepared, &bound).map_err(|error| error::from(error, statement.sql))?;
            return rows.iter().try_for_each(|row| each(&PostgresRow(row)));
        }
        let mut rows = self
            .client
            .query_raw(&prepared, bound.iter().map(|param| param as &dyn ToSql))
            .map_err(|error| error::from(error, statement.sql))?;
        while let Some(row) = rows.next().map_err(|error| error::from(error, statement.sql))? {
            each(&PostgresRow(&row))?;
        }
        Ok(())
    }
}

impl Session for PostgresSession<'_> {
    fn query(
        &mut self,
        statement: Statement<'_>,
        params: &[Param<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        match self.query_prepared(statement, params, each) {
            Err(error) if self.may_be_said_again(&error, statement) => self.query_prepared(statement, params, each),
            other => other,
        }
    }

    fn execute(&mut self, statement: Statement<'_>, params: &[Param<'_>]) -> Result<u64> {
        match self.execute_prepared(statement, params) {
            Err(error) if self.may_be_said_again(&error, statement) => self.execute_prepared(statement, params),
            other => other,
        }
    }

    fn batch(&mut self, sql: &str) -> Result<()> {
        self.open()?;
        // Any text but one that plainly ends a transaction may have begun one.
        let first = sql.split_whitespace().next().unwrap_or_default().trim_end_matches(';').to_ascii_uppercase();
        let plain = matches!(first.as_str(), "COMMIT" | "ROLLBACK") && !sql.trim_end_matches(';').contains(';');
        let ends = plain || sql == POSTGRES_15.transaction.commit;
        *self.in_transaction = true;
        *self.is_changed |= changes_settings(sql);
        self.client.batch_execute(sql).map_err(|error| error::from(error, sql))?;
        *self.in_transaction = !ends;
        Ok(())
    }

    fn prepare(&mut self, sql: &str) -> Result<()> {
        self.client.prepare(sql).map(drop).map_err(|error| error::from(error, sql))
    }

    fn insert_rows<'v>(
        &mut self,
        into: TableOf<'_>,
        cells: &mut dyn Iterator<Item = &'v Datum<'v>>,
    ) -> Result<Option<u64>> {
        self.open()?;
        copy::rows(self.client, into, cells)
    }

    fn is_in_transaction(&mut self) -> Result<bool> {
        // The client does not say. A savepoint can only be made within a transaction, even a failed one says so.
        let Some(probe) = POSTGRES_15.transaction.probe else { return Ok(*self.in_transaction) };
        match self.client.batch_execute(probe) {
            Ok(()) => Ok(true),
            Err(error) => match error.code().map(postgres::error::SqlState::code) {
                Some("25P01") => Ok(false),
                Some("25P02") => Ok(true),
                _ => Err(error::from(error, probe)),
            },
        }
    }

    fn begin_snapshot(&mut self) -> Result<()> {
        self.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    }
}

/// `cached plan must not change result type`, and a statement that does not exist.
fn is_stale(error: &Error) -> bool {
    matches!(error.database_code(), Some("0A000" | "26000"))
}

struct PostgresRow<'r>(&'r postgres::Row);

impl PostgresRow<'_> {
    /// A cell as the server sent it, and of which type it is.
    fn cell(&self, column: usize) -> Result<(&Type, Option<&[u8]>)> {
        let Some(described) = self.0.columns().get(column) else {
            return Err(Error::new(ErrorKind::Decode, "the row has fewer columns than it should"));
        };
        let raw: Option<Raw<'_>> = self.0.try_get(column).map_err(|error| error::from(error, ""))?;
        Ok((described.type_(), raw.map(|Raw(bytes)| bytes)))
    }
}

impl Row for PostgresRow<'_> {
    fn get(&self, column: usize, kind: Kind) -> Result<Datum<'_>> {
        let (ty, bytes) = self.cell(column)?;
        read::read(ty, bytes, kind)
    }

    fn int(&self, column: usize, kind: Kind) -> Result<Option<i64>> {
        let (ty, bytes) = self.cell(column)?;
        let Some(bytes) = bytes else { return Ok(None) };
        match (ty, bytes.len()) {
            (&Type::INT8, 8) => Ok(bytes.first_chunk().map(|bytes| i64::from_be_bytes(*bytes))),
            (&Type::INT4, 4) => Ok(bytes.first_chunk().map(|bytes| i32::from_be_bytes(*bytes).into())),
            _ => int_of(read::read(ty, Some(bytes), kind)?),
        }
    }

    fn text(&self, column: usize) -> Result<Option<Cow<'_, str>>> {
        match self.cell(column)? {
            (_, None) => Ok(None),
            (&(Type::TEXT | Type::VARCHAR), Some(bytes)) => Ok(Some(Cow::Borrowed(read::utf8(bytes)?))),
            (ty, bytes) => text_of(read::read(ty, bytes, Kind::Text)?),
        }
    }

    fn is_null(&self, column: usize) -> bool {
        matches!(self.cell(column), Ok((_, None)))
    }

    fn columns(&self) -> usize {
        self.0.len()
    }

    fn name(&self, column: usize) -> &str {
        self.0.columns().get(column).map_or("", postgres::Column::name)
    }

    fn natural(&self, column: usize) -> Result<Datum<'_>> {
        let (ty, bytes) = self.cell(column)?;
        read::read(ty, bytes, read::natural_kind(ty)?)
    }
}
