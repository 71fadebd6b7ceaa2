//! A table as models keep it, made once and copied into every statement that names it.

use relata_schema::Kind;

use crate::{Column, Kinds, List, NameId, names::Names};

/// A table, apart from any statement: [`Ir::make_table_like`](crate::Ir::make_table_like) adds it to one.
#[derive(Debug, Default)]
pub struct TableImage {
    /// The table's own, then those of its columns.
    pub(crate) names: Names,
    pub(crate) columns: Vec<Column>,
    pub(crate) keys: Vec<List<u16>>,
    pub(crate) key_columns: Vec<u16>,
    pub(crate) mentioned: Kinds,
}

impl TableImage {
    /// A table without columns.
    ///
    /// ```
    /// use relata_ir::{Ir, TableImage};
    /// use relata_schema::Kind;
    ///
    /// let mut users = TableImage::new("users");
    /// users.add_column("id", Kind::BigInt, false, None);
    /// users.add_key(&[0]);
    /// let mut ir = Ir::default();
    /// let table = ir.make_table_like(&users);
    /// assert_eq!(ir.columns(ir.table(table).columns).len(), 1);
    /// ```
    pub fn new(name: &str) -> TableImage {
        let mut image = TableImage::default();
        image.names.add(name);
        image
    }

    /// Adds a column: its name, its kind, whether it may be NULL, and the digits after its point.
    pub fn add_column(&mut self, name: &str, kind: Kind, null: bool, scale: Option<u8>) {
        let name: NameId = self.names.add(name);
        self.mentioned.add(kind);
        self.columns.push(Column { name, kind, null, scale });
    }

    /// Adds columns that no two rows share, by their places.
    pub fn add_key(&mut self, columns: &[u16]) {
        let start = self.key_columns.len();
        self.key_columns.extend_from_slice(columns);
        self.keys.push(List::new(start, columns.len()));
    }
}
