//! The types of columns in the words of each database.

pub(crate) mod mysql;
pub(crate) mod postgres;
pub(crate) mod sqlite;

use relata_schema::SqlType;

use crate::ColumnCheck;

/// The numbers of a type, where its column would take more.
pub(crate) fn numbers(ty: &SqlType) -> Option<ColumnCheck> {
    ty.limits().map(|(least, most)| ColumnCheck::Between(least, most))
}
