//! A record as the calls that write it see it: values by attribute, whatever Rust type holds them.

use relata_schema::{Datum, ModelRef, Result, Value};

/// Where a record is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    /// It is not in the database yet.
    New,
    /// It is in the database.
    #[default]
    Stored,
    /// It has been removed from the database.
    Gone,
}

/// A record of a derived model, or of one that is defined at run time.
pub trait Instance {
    /// The model.
    ///
    /// # Errors
    ///
    /// Where the record does not know it.
    fn model(&self) -> Result<ModelRef>;

    /// The value of an attribute; nothing where it was not loaded.
    fn value(&self, attribute: u16) -> Option<Datum<'_>>;

    /// What the database had of an attribute when it was last read or written.
    fn original(&self, attribute: u16) -> Option<Datum<'_>>;

    /// Sets an attribute.
    ///
    /// # Errors
    ///
    /// When the value is not of the attribute's type.
    fn put(&mut self, attribute: u16, value: Value) -> Result<()>;

    /// Where it is in its life.
    fn state(&self) -> State;

    /// Takes what it has for what the database has.
    fn settle(&mut self, state: State);
}
