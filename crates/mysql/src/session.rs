//! Running statements.

use std::borrow::Cow;

use mysql::{Conn, Params, Value as Raw, prelude::Queryable};
use relata_dialect::{
    MYSQL_8_0,
    raw::{changes_settings, transaction_control},
};
use relata_driver::{Numbered, Param, Row, Session, Statement, int_of, text_of};
use relata_schema::{ConnectionFate, Datum, Error, ErrorKind, Kind, Outcome, Result, Retry};
use rustc_hash::FxHashMap;

use crate::{STATEMENTS, error, value};

/// `This command is not supported in the prepared statement protocol yet`.
const NOT_PREPARED: u16 = 1295;
/// `SAVEPOINT ... does not exist`.
const NO_SAVEPOINT: u16 = 1305;

/// A connection in use.
pub(crate) struct MysqlSession<'c> {
    pub conn: &'c mut Conn,
    pub statements: &'c mut FxHashMap<(u64, u32), mysql::Statement>,
    pub step: u64,
    pub in_transaction: &'c mut bool,
    pub broken: &'c mut bool,
    pub is_changed: &'c mut bool,
    /// The most bytes of one packet, less what surrounds the values.
    pub max_packet: usize,
}

impl MysqlSession<'_> {
    /// A connection that is known to be gone takes nothing: what was not sent may be sent again.
    fn open(&self) -> Result<()> {
        if *self.broken {
            return Err(Error::new(ErrorKind::Connection, "the server has closed the connection").fate(
                Outcome::NotSent,
                Retry::Statement,
                ConnectionFate::Discarded,
            ));
        }
        Ok(())
    }

    /// An error in our terms; of a unique key, with the columns that the server knows it by.
    fn failed(&mut self, error: mysql::Error, sql: &str) -> Error {
        let error = error::from(error, sql);
        if error.connection() == ConnectionFate::Discarded {
            *self.broken = true;
        }
        if error.kind() != ErrorKind::UniqueViolation {
            return error;
        }
        let Some(constraint) = error.constraint() else { return error };
        let (Some(table), Some(name)) = (&constraint.table, &constraint.name) else { return error };
        let columns = self.conn.exec_map(
            "SELECT column_name FROM information_schema.statistics WHERE table_schema = database() AND table_name = ? \
             AND index_name = ? ORDER BY seq_in_index",
            (table, name),
            |column: String| column,
        );
        match columns {
            Ok(columns) => {
                let known = relata_schema::Constraint { columns, ..constraint.clone() };
                error.constraint_of(known)
            }
            Err(_) => error,
        }
    }

    /// A statement, and whether it is kept.
    fn prepared(&mut self, statement: Statement<'_>) -> Result<mysql::Statement, mysql::Error> {
        if let Some(known) = statement.key.and_then(|key| self.statements.get(&key)) {
            return Ok(known.clone());
        }
        let prepared = self.conn.prep(statement.sql)?;
        if let Some(key) = statement.key {
            if self.statements.len() >= STATEMENTS {
                for (_, statement) in self.statements.drain() {
                    // One that cannot be closed dies with the connection.
                    let _ = self.conn.close(statement);
                }
            }
            self.statements.insert(key, prepared.clone());
        }
        Ok(prepared)
    }

    /// A text of the application's own may begin a transaction, and nobody tells.
    fn watch(&mut self, statement: Statement<'_>) {
        let first = statement.sql.split_whitespace().next().unwrap_or_default();
        *self.in_transaction |=
            statement.key.is_none() && (transaction_control(first).is_some() || first.eq_ignore_ascii_case("SET"));
        *self.is_changed |= statement.key.is_none() && changes_settings(statement.sql);
    }

    fn run(
        &mut self,
        statement: Statement<'_>,
        params: &[Param<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<u64> {
        self.open()?;
        self.watch(statement);
        let bound = params.iter().map(value::bound).collect::<Result<Vec<Raw>>>()?;
        let size: usize = bound.iter().map(|value| if let Raw::Bytes(bytes) = value { bytes.len() } else { 16 }).sum();
        if size + statement.sql.len() > self.max_packet {
            let message = format!(
                "the statement and its values have {} bytes, and a packet of this server has {}",
                size + statement.sql.len(),
                self.max_packet
            );
            return Err(Error::new(ErrorKind::LimitExceeded, message)
                .fate(Outcome::NotSent, Retry::Never, ConnectionFate::Kept)
                .help("raise max_allowed_packet of the server, or send less at once"));
        }
        let prepared = match self.prepared(statement) {
            Ok(prepared) => prepared,
            Err(mysql::Error::MySqlError(error)) if error.code == NOT_PREPARED && params.is_empty() => {
                return self.batch(statement.sql).map(|()| 0);
            }
            Err(error) => return Err(self.failed(error, statement.sql)),
        };
        let params = if bound.is_empty() { Params::Empty } else { Params::Positional(bound) };
        let (mut refused, mut affected) = (None, 0);
        let done = (|| {
            let mut result = self.conn.exec_iter(&prepared, params)?;
            affected = result.affected_rows();
            while let Some(set) = result.iter() {
                for row in set {
                    let row = row?;
                    // What is left is read over: the connection is used again.
                    if refused.is_none() {
                        refused = each(&MysqlRow(&row)).err();
                    }
                }
            }
            Ok(())
        })();
        let done = match done {
            Ok(()) => refused.map_or(Ok(affected), Err),
            Err(error) => Err(self.failed(error, statement.sql)),
        };
        if statement.key.is_none() && !*self.broken {
            // One that cannot be closed dies with the connection.
            let _ = self.conn.close(prepared);
        }
        done
    }
}

impl Session for MysqlSession<'_> {
    fn query(
        &mut self,
        statement: Statement<'_>,
        params: &[Param<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        self.run(statement, params, each).map(drop)
    }

    fn execute(&mut self, statement: Statement<'_>, params: &[Param<'_>]) -> Result<u64> {
        self.run(statement, params, &mut |_| Ok(()))
    }

    fn batch(&mut self, sql: &str) -> Result<()> {
        self.open()?;
        let in_transaction = *self.in_transaction;
        let first = sql.split_whitespace().next().unwrap_or_default().trim_end_matches(';').to_ascii_uppercase();
        let ends = matches!(first.as_str(), "COMMIT" | "ROLLBACK") && !sql.trim_end_matches(';').contains(';');
        *self.in_transaction = true;
        *self.is_changed |= changes_settings(sql);
        let done = (|| {
            let mut result = self.conn.query_iter(sql)?;
            // An error of a later statement comes with its answer.
            while let Some(set) = result.iter() {
                for row in set {
                    row?;
                }
            }
            Ok(())
        })();
        done.map_err(|error| {
            // Outside of a transaction what stands before the statement that failed is done.
            let several = sql.trim_end().trim_end_matches(';').contains(';');
            let error = self.failed(error, sql);
            if several && !in_transaction { error.with_outcome(Outcome::Unknown) } else { error }
        })?;
        *self.in_transaction = !ends;
        Ok(())
    }

    fn prepare(&mut self, sql: &str) -> Result<()> {
        let prepared = self.conn.prep(sql).map_err(|error| self.failed(error, sql))?;
        self.conn.close(prepared).map_err(|error| self.failed(error, sql))
    }

    fn is_in_transaction(&mut self) -> Result<bool> {
        // Outside of a transaction a savepoint is gone as soon as it is made.
        let Some(probe) = MYSQL_8_0.transaction.probe else { return Ok(*self.in_transaction) };
        match self.batch(probe) {
            Ok(()) => Ok(true),
            Err(error) if error.database_code() == Some(&NO_SAVEPOINT.to_string()) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn begin_snapshot(&mut self) -> Result<()> {
        self.batch(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        )
    }

    fn numbered(&mut self) -> Option<Numbered> {
        let first = i64::try_from(self.conn.last_insert_id()).ok().filter(|first| *first > 0)?;
        Some(Numbered { first, step: i64::try_from(self.step).unwrap_or(1) })
    }
}

struct MysqlRow<'r>(&'r mysql::Row);

impl MysqlRow<'_> {
    fn cell(&self, column: usize) -> Result<&Raw> {
        self.0.as_ref(column).ok_or_else(|| Error::new(ErrorKind::Decode, "the row has fewer columns than it should"))
    }
}

impl Row for MysqlRow<'_> {
    fn get(&self, column: usize, kind: Kind) -> Result<Datum<'_>> {
        value::read_column(self.cell(column)?, kind, self.0.columns_ref().get(column))
    }

    fn int(&self, column: usize, kind: Kind) -> Result<Option<i64>> {
        match self.0.as_ref(column) {
            Some(Raw::Int(value)) => Ok(Some(*value)),
            Some(Raw::NULL) => Ok(None),
            _ => int_of(self.get(column, kind)?),
        }
    }

    fn text(&self, column: usize) -> Result<Option<Cow<'_, str>>> {
        match self.0.as_ref(column) {
            Some(Raw::Bytes(bytes)) if self.0.columns_ref().get(column).is_some_and(value::is_text) => {
                value::utf8(bytes).map(|text| Some(Cow::Borrowed(text)))
            }
            Some(Raw::NULL) => Ok(None),
            _ => text_of(self.get(column, Kind::Text)?),
        }
    }

    fn is_null(&self, column: usize) -> bool {
        matches!(self.0.as_ref(column), Some(Raw::NULL))
    }

    fn columns(&self) -> usize {
        self.0.len()
    }

    fn name(&self, column: usize) -> &str {
        // A name that is no UTF-8 is none that anybody has asked for.
        self.0.columns_ref().get(column).map_or("", |column| std::str::from_utf8(column.name_ref()).unwrap_or(""))
    }

    fn natural(&self, column: usize) -> Result<Datum<'_>> {
        let described = self.0.columns_ref().get(column);
        let described = described.ok_or_else(|| Error::new(ErrorKind::Decode, "the row has fewer columns"))?;
        value::read_column(self.cell(column)?, value::natural_kind(described)?, Some(described))
    }
}
