//! A bind: one value of the caller that becomes one placeholder, or a list that becomes several.

use std::borrow::Cow;

use relata_schema::{Datum, ModelRef};

/// A value of a request.
#[derive(Debug, Clone)]
pub enum Bind<'q> {
    /// One value; a limit and an offset are integers.
    One(Datum<'q>),
    /// The values of a list.
    Many(BindList<'q>),
    /// The model of a query within the request: a handle, whose number stands in the shape, and no value.
    Query(ModelRef),
}

impl PartialEq for Bind<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Bind::One(left), Bind::One(right)) => left == right,
            (Bind::Many(left), Bind::Many(right)) => left == right,
            (Bind::Query(left), Bind::Query(right)) => left.view().id == right.view().id,
            _ => false,
        }
    }
}

/// The values of a list, in the form the caller had them.
#[derive(Debug, Clone, PartialEq)]
pub enum BindList<'q> {
    /// Integers, as a slice.
    Ints(Cow<'q, [i64]>),
    /// Anything else. Boxed, so that a bind is no larger than a value.
    Data(Box<[Datum<'q>]>),
}

impl<'q> BindList<'q> {
    /// How many values there are.
    pub fn len(&self) -> usize {
        match self {
            BindList::Ints(values) => values.len(),
            BindList::Data(values) => values.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at a place.
    pub fn get(&self, index: usize) -> Option<Datum<'_>> {
        match self {
            BindList::Ints(values) => values.get(index).map(|value| Datum::Int(*value)),
            BindList::Data(values) => values.get(index).map(Datum::borrowed),
        }
    }

    /// The values in order.
    pub fn iter(&self) -> impl Iterator<Item = Datum<'_>> {
        (0..self.len()).filter_map(|i| self.get(i))
    }
}

impl<'q> Bind<'q> {
    /// A limit or an offset. Those beyond 63 bits were refused before.
    #[inline]
    pub(crate) fn count(count: u64) -> Bind<'q> {
        Bind::One(Datum::Int(i64::try_from(count).unwrap_or(i64::MAX)))
    }

    /// The same bind, borrowed from this one.
    pub fn borrowed(&self) -> Bind<'_> {
        match self {
            Bind::One(value) => Bind::One(value.borrowed()),
            Bind::Many(BindList::Ints(values)) => Bind::Many(BindList::Ints(Cow::Borrowed(values))),
            Bind::Many(BindList::Data(values)) => {
                Bind::Many(BindList::Data(values.iter().map(Datum::borrowed).collect()))
            }
            Bind::Query(model) => Bind::Query(model.clone()),
        }
    }

    /// The same bind without borrowing.
    pub fn into_owned(self) -> Bind<'static> {
        match self {
            Bind::One(value) => Bind::One(value.into_owned()),
            Bind::Many(BindList::Ints(values)) => Bind::Many(BindList::Ints(Cow::Owned(values.into_owned()))),
            Bind::Many(BindList::Data(values)) => {
                Bind::Many(BindList::Data(values.into_vec().into_iter().map(Datum::into_owned).collect()))
            }
            Bind::Query(model) => Bind::Query(model),
        }
    }
}

const _: () = assert!(size_of::<Bind<'_>>() == size_of::<Datum<'_>>());
