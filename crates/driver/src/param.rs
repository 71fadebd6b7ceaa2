//! Values on their way into a statement.

use std::ops::Deref;

use relata_schema::{Datum, Kind};

/// The value of one placeholder.
#[derive(Debug, Clone, PartialEq)]
pub enum Param<'a> {
    /// One value, of the kind of what it meets.
    One(Given<'a>, Kind),
    /// The database's own array.
    Array(Values<'a>, Kind),
    /// A JSON array of values; or of arrays of that many values each, where there are several kinds.
    JsonRows(Values<'a>, &'a [Kind]),
}

impl<'a> Param<'a> {
    /// A value as the request has it.
    #[inline]
    pub fn given(value: &'a Datum<'a>, kind: Kind) -> Self {
        Param::One(Given::Borrowed(value), kind)
    }

    /// A value that was made for the statement.
    pub fn made(value: Datum<'a>, kind: Kind) -> Self {
        Param::One(Given::Made(Box::new(value)), kind)
    }
}

/// One value: where the request has it, or made for the statement. (A `Cow` could not be shortened to a shorter life.)
#[derive(Debug, Clone, PartialEq)]
pub enum Given<'a> {
    /// As the request has it.
    Borrowed(&'a Datum<'a>),
    /// Made for the statement. Boxed, since nearly all are borrowed and a parameter should be small.
    Made(Box<Datum<'a>>),
}

impl<'a> Deref for Given<'a> {
    type Target = Datum<'a>;

    #[inline]
    fn deref(&self) -> &Datum<'a> {
        match self {
            Given::Borrowed(value) => value,
            Given::Made(value) => value,
        }
    }
}

/// The values of a list, as they are at hand.
#[derive(Debug, Clone, PartialEq)]
pub enum Values<'a> {
    /// Integers.
    Ints(&'a [i64]),
    /// Values of any kind.
    Borrowed(&'a [Datum<'a>]),
    /// Values that were made for the statement.
    Made(Box<[Datum<'a>]>),
}

impl Values<'_> {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Values::Ints(values) => values.len(),
            Values::Borrowed(values) => values.len(),
            Values::Made(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Each of them, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Datum<'_>> {
        (0..self.len()).map(|i| match self {
            Values::Ints(values) => Datum::Int(values[i]),
            Values::Borrowed(values) => values[i].borrowed(),
            Values::Made(values) => values[i].borrowed(),
        })
    }
}
