//! Connections, sessions and rows.

use std::{any::Any, borrow::Cow};

use relata_dialect::Capabilities;
use relata_schema::{Datum, Kind, Result};

use crate::Param;

/// Opens connections to one database.
pub trait Driver: Send + Sync + 'static {
    /// Opens a connection and makes it keep the contract.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Connection`](relata_schema::ErrorKind::Connection) with the server's words, and no secret.
    fn connect(&self) -> Result<Box<dyn Connection>>;

    /// What the database can say.
    fn dialect(&self) -> &'static Capabilities;

    /// Whether the database lives in one connection and dies with it.
    fn is_single(&self) -> bool {
        false
    }

    /// Whether the database is part of the program: no server may hang up, and connections are not asked whether they are
    /// still there.
    fn is_local(&self) -> bool {
        self.is_single()
    }
}

/// A connection, as a pool keeps it.
pub trait Connection: Send {
    /// Begins to use it. What statements are prepared in the session are kept for the next.
    fn session(&mut self) -> Box<dyn Session + '_>;

    /// Whether it can no longer be used. A transaction that somebody left open is ended first: it must not meet the
    /// next user.
    fn is_broken(&mut self) -> bool;

    /// Asks the server whether it is still there.
    ///
    /// # Errors
    ///
    /// When it is not.
    fn ping(&mut self) -> Result<()>;

    /// The driver's own connection, for those who know it.
    fn as_any(&mut self) -> &mut dyn Any;
}

/// A statement to run.
#[derive(Debug, Clone, Copy)]
pub struct Statement<'s> {
    /// Its text.
    pub sql: &'s str,
    /// By what a prepared one is kept: the plan and the step. None is not kept.
    pub key: Option<(u64, u32)>,
    /// Whether its rows are handed over as they come, so that however many there are, few are kept. Else a driver may take
    /// all of them in first, where that is faster.
    pub streams: bool,
    /// Whether a value says where its rows end, and something else which rows there are: a plan that is made without the
    /// values may be slower by any factor.
    pub cut_by_value: bool,
}

impl<'s> Statement<'s> {
    /// A statement that runs once.
    pub fn once(sql: &'s str) -> Self {
        Statement { sql, key: None, streams: false, cut_by_value: false }
    }
}

/// A connection in use.
pub trait Session {
    /// Runs a query and hands each row to the caller.
    ///
    /// # Errors
    ///
    /// What the database says, by kind; or what the caller says of a row.
    fn query(
        &mut self,
        statement: Statement<'_>,
        params: &[Param<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()>;

    /// Runs a statement that returns no rows; says how many rows it touched.
    ///
    /// # Errors
    ///
    /// What the database says, by kind.
    fn execute(&mut self, statement: Statement<'_>, params: &[Param<'_>]) -> Result<u64>;

    /// Runs a text of statements that take no parameters.
    ///
    /// # Errors
    ///
    /// What the database says, by kind.
    fn batch(&mut self, sql: &str) -> Result<()>;

    /// Prepares a statement without running it.
    ///
    /// # Errors
    ///
    /// What the database says, by kind.
    fn prepare(&mut self, sql: &str) -> Result<()>;

    /// Whether the connection is in a transaction, as the database says.
    ///
    /// # Errors
    ///
    /// When it cannot be asked.
    fn is_in_transaction(&mut self) -> Result<bool>;

    /// Begins a transaction that reads one snapshot and writes nothing.
    ///
    /// # Errors
    ///
    /// What the database says, by kind.
    fn begin_snapshot(&mut self) -> Result<()>;

    /// Inserts rows of plain values, within a transaction, in a way of the database's own that leaves what one insert of them
    /// all would leave and takes less time. The cells are those of one row after the other. None where there is no such way:
    /// then nothing has been done, and no cell taken.
    ///
    /// # Errors
    ///
    /// What the database says, by kind.
    fn insert_rows<'v>(
        &mut self,
        into: TableOf<'_>,
        cells: &mut dyn Iterator<Item = &'v Datum<'v>>,
    ) -> Result<Option<u64>> {
        let _ = (into, cells);
        Ok(None)
    }

    /// The numbers that the database gave to the rows of the last insert, where it says so instead of answering with the
    /// rows.
    fn numbered(&mut self) -> Option<Numbered> {
        None
    }
}

/// Columns of a table, by their names in the database.
#[derive(Debug, Clone, Copy)]
pub struct TableOf<'n> {
    /// The table.
    pub table: &'n str,
    /// The columns that rows have values for.
    pub columns: &'n [&'n str],
}

/// Numbers that a database gave to the rows of an insert, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbered {
    /// That of the first.
    pub first: i64,
    /// From one to the next.
    pub step: i64,
}

/// A row, read by position.
pub trait Row {
    /// The value of a column, read as a kind.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`](relata_schema::ErrorKind::Decode) when what is stored is of another kind.
    fn get(&self, column: usize, kind: Kind) -> Result<Datum<'_>>;

    /// The integer of a column of one of the kinds of signed integers; `None` for NULL.
    ///
    /// # Errors
    ///
    /// As [`get`](Row::get).
    fn int(&self, column: usize, kind: Kind) -> Result<Option<i64>> {
        int_of(self.get(column, kind)?)
    }

    /// The text of a column of the kind [`Kind::Text`]; `None` for NULL.
    ///
    /// # Errors
    ///
    /// As [`get`](Row::get).
    fn text(&self, column: usize) -> Result<Option<Cow<'_, str>>> {
        text_of(self.get(column, Kind::Text)?)
    }

    /// Whether a column is NULL.
    fn is_null(&self, column: usize) -> bool;

    /// How many columns it has, where it comes from the database itself.
    fn columns(&self) -> usize {
        0
    }

    /// The name of a column.
    fn name(&self, column: usize) -> &str {
        let _ = column;
        ""
    }

    /// The value of a column, read as the kind that the database has for it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`](relata_schema::ErrorKind::Decode) for a type that relata does not read.
    fn natural(&self, column: usize) -> Result<Datum<'_>> {
        let _ = column;
        Err(relata_schema::Error::internal("a kept row is read without a kind"))
    }
}

/// The integer of a value that was read as one of the kinds of signed integers.
///
/// # Errors
///
/// An internal error where it is something else.
pub fn int_of(value: Datum<'_>) -> Result<Option<i64>> {
    match value {
        Datum::Int(value) => Ok(Some(value)),
        Datum::Null => Ok(None),
        _ => Err(relata_schema::Error::internal("an integer was read as something else")),
    }
}

/// The text of a value that was read as one.
///
/// # Errors
///
/// An internal error where it is something else.
pub fn text_of(value: Datum<'_>) -> Result<Option<Cow<'_, str>>> {
    match value {
        Datum::Text(value) => Ok(Some(value)),
        Datum::Null => Ok(None),
        _ => Err(relata_schema::Error::internal("a text was read as something else")),
    }
}
