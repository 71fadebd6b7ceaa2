//! Values on their way into a statement.

use relata_schema::{Datum, Kind};

/// The value of one placeholder.
#[derive(Debug, Clone, PartialEq)]
pub enum Param<'a> {
    /// One value, of the kind of what it meets.
    One(Datum<'a>, Kind),
    /// The database's own array.
    Array(Vec<Datum<'a>>, Kind),
    /// A JSON array of values; or of arrays of that many values each, where there are several kinds.
    JsonRows(Vec<Datum<'a>>, &'a [Kind]),
}
