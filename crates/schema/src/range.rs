//! Ranges of values.

use std::ops::Bound;

/// All values between two bounds, or none at all.
///
/// A database that counts the values of a type (integers, days) answers every range of it with its lower bound included
/// and its upper bound excluded. <https://www.postgresql.org/docs/15/rangetypes.html#RANGETYPES-DISCRETE>
///
/// ```
/// use relata_schema::Range;
/// assert_eq!(Range::from(1..=4).map(i64::from), Range::from(1_i64..=4));
/// assert_ne!(Range::from(1..4), Range::Empty);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Range<T> {
    /// No value.
    Empty,
    /// The values from one bound to the other.
    Between(Bound<T>, Bound<T>),
}

impl<T> Range<T> {
    /// The same range of other values.
    pub fn map<U>(self, mut with: impl FnMut(T) -> U) -> Range<U> {
        match self {
            Range::Empty => Range::Empty,
            Range::Between(lower, upper) => Range::Between(lower.map(&mut with), upper.map(with)),
        }
    }

    /// The same range of other values, unless one of its bounds has none.
    ///
    /// # Errors
    ///
    /// That of a bound.
    pub fn try_map<U, E>(self, mut with: impl FnMut(T) -> Result<U, E>) -> Result<Range<U>, E> {
        let mut bound = |bound: Bound<T>| {
            Ok(match bound {
                Bound::Included(value) => Bound::Included(with(value)?),
                Bound::Excluded(value) => Bound::Excluded(with(value)?),
                Bound::Unbounded => Bound::Unbounded,
            })
        };
        Ok(match self {
            Range::Empty => Range::Empty,
            Range::Between(lower, upper) => Range::Between(bound(lower)?, bound(upper)?),
        })
    }

    /// The values that stand at its bounds.
    pub fn bounds(&self) -> impl Iterator<Item = &T> {
        let (lower, upper) = match self {
            Range::Empty => (None, None),
            Range::Between(lower, upper) => (Some(lower), Some(upper)),
        };
        lower.into_iter().chain(upper).filter_map(|bound| match bound {
            Bound::Included(value) | Bound::Excluded(value) => Some(value),
            Bound::Unbounded => None,
        })
    }
}

impl<T> From<std::ops::Range<T>> for Range<T> {
    fn from(range: std::ops::Range<T>) -> Self {
        Range::Between(Bound::Included(range.start), Bound::Excluded(range.end))
    }
}

impl<T> From<std::ops::RangeInclusive<T>> for Range<T> {
    fn from(range: std::ops::RangeInclusive<T>) -> Self {
        let (start, end) = range.into_inner();
        Range::Between(Bound::Included(start), Bound::Included(end))
    }
}

impl<T> From<std::ops::RangeFrom<T>> for Range<T> {
    fn from(range: std::ops::RangeFrom<T>) -> Self {
        Range::Between(Bound::Included(range.start), Bound::Unbounded)
    }
}

impl<T> From<std::ops::RangeTo<T>> for Range<T> {
    fn from(range: std::ops::RangeTo<T>) -> Self {
        Range::Between(Bound::Unbounded, Bound::Excluded(range.end))
    }
}

impl<T> From<std::ops::RangeToInclusive<T>> for Range<T> {
    fn from(range: std::ops::RangeToInclusive<T>) -> Self {
        Range::Between(Bound::Unbounded, Bound::Included(range.end))
    }
}

impl<T> From<std::ops::RangeFull> for Range<T> {
    fn from(_: std::ops::RangeFull) -> Self {
        Range::Between(Bound::Unbounded, Bound::Unbounded)
    }
}
