//! The protocol by which rows become records.

use relata_driver::Row;
use relata_planner::Slot;
use relata_schema::Result;

/// Receives the rows of an answer as a tree: derived records, dynamic records and the JSON writer are sinks.
///
/// For each row of the root: [`row`](Sink::row) gives the sink of that row; for each edge below that was loaded,
/// [`open`](Sink::open), the rows of the edge in order, and [`close`](Sink::close); at last [`end`](Sink::end). Values
/// are read by position: `slot.columns` are columns of the row, and `slot.fields` say what they are.
pub trait Sink {
    /// An edge of this row was loaded, and so many rows of it follow.
    ///
    /// # Errors
    ///
    /// When the sink has no place for it.
    fn open(&mut self, slot: &Slot, rows: usize) -> Result<()>;

    /// A row of an edge; what is below it goes to the sink that is returned.
    ///
    /// # Errors
    ///
    /// When a value is not of the type that is asked for.
    fn row<'s>(&'s mut self, slot: &Slot, row: &dyn Row) -> Result<&'s mut dyn Sink>;

    /// Whether the sinks of rows can be found [again](Sink::again). Then rows come in any order, their edges are all opened
    /// when they come, for a number of rows that is not known, and neither `close` nor `end` is called.
    fn keeps(&self) -> bool {
        false
    }

    /// The sink of a row of an edge that was handed over before: that of this number among the rows of the edge.
    fn again(&mut self, slot: &Slot, place: usize) -> Option<&mut dyn Sink> {
        let _ = (slot, place);
        None
    }

    /// The edge has no more rows.
    ///
    /// # Errors
    ///
    /// As the sink sees fit.
    fn close(&mut self, slot: &Slot) -> Result<()> {
        let _ = slot;
        Ok(())
    }

    /// Everything of this row has been handed over.
    ///
    /// # Errors
    ///
    /// As the sink sees fit.
    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}
