//! Statements that make tables.

use relata_schema::{SqlType, Value};

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
    /// Its further indexes.
    pub indexes: Vec<IndexDdl<'a>>,
    /// Its foreign keys.
    pub foreign_keys: Vec<ForeignKeyDdl<'a>>,
}

impl CreateTable<'_> {
    /// Whether a column is part of a key or of an index.
    pub fn is_key(&self, column: &str) -> bool {
        let lists = self.unique.iter().chain(self.indexes.iter().map(|index| &index.columns));
        let keys = lists.chain(self.foreign_keys.iter().map(|key| &key.columns));
        std::iter::once(&self.primary_key).chain(keys).any(|columns| columns.contains(&column))
    }
}

/// An index of a table to be created.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexDdl<'a> {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<&'a str>,
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
