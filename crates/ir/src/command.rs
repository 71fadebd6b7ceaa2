//! Statements that are not queries: what creates tables and what fills them.

use relata_schema::{Kind, SqlType, Value};

/// `INSERT` of a number of rows, every column a bind.
#[derive(Debug, Clone, PartialEq)]
pub struct Insert<'a> {
    /// The table.
    pub table: &'a str,
    /// The columns and the kinds of their values.
    pub columns: &'a [(&'a str, Kind)],
    /// How many rows.
    pub rows: usize,
}

/// `CREATE TABLE`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateTable<'a> {
    /// Its name.
    pub table: &'a str,
    /// Do nothing if there is one of that name.
    pub if_missing: bool,
    /// Its columns.
    pub columns: Vec<ColumnDdl<'a>>,
    /// Its primary key.
    pub primary_key: Vec<&'a str>,
    /// Further sets of columns that no two rows share.
    pub unique: Vec<Vec<&'a str>>,
    /// Its foreign keys.
    pub foreign_keys: Vec<ForeignKeyDdl<'a>>,
}

/// One column of a table to be created.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDdl<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type.
    pub ty: &'a SqlType,
    /// Whether it may be NULL.
    pub null: bool,
    /// Whether the database numbers it.
    pub auto_increment: bool,
    /// What a new row has where nothing is given.
    pub default: Option<LiteralDdl<'a>>,
}

/// A constant in DDL, which takes no binds. The printer escapes it.
#[derive(Debug, Clone, PartialEq)]
pub struct LiteralDdl<'a>(pub &'a Value);

/// A foreign key of a table to be created.
#[derive(Debug, Clone, PartialEq)]
pub struct ForeignKeyDdl<'a> {
    /// Its columns.
    pub columns: Vec<&'a str>,
    /// The table it refers to.
    pub table: &'a str,
    /// The columns it refers to.
    pub references: Vec<&'a str>,
    /// What happens to the row when the one it refers to is deleted.
    pub on_delete: Option<&'a str>,
}
