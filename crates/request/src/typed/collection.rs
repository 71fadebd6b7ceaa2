//! Questions to arrays and ranges, which PostgreSQL has.
//! <https://www.postgresql.org/docs/15/functions-array.html>, <https://www.postgresql.org/docs/15/functions-range.html>
//!
//! ```text
//! Post::find().filter(Post::TAGS.contains(vec!["rust", "sql"]))
//! Stay::find().filter(Stay::NIGHTS.overlaps(Range::from(arrival..departure)))
//! ```

use std::marker::PhantomData;

use relata_schema::{Function, Range, Result};

use super::{Operand, Predicate, Scalar, SqlValue};
use crate::Encoder;

/// A type whose values hold others: an array or a range.
pub trait Collection: SqlValue {}

impl<T: 'static> Collection for Vec<T> where Vec<T>: SqlValue {}
impl<T: 'static> Collection for Range<T> where Range<T>: SqlValue {}

/// A question to two collections, or to a range and a value. `T` is the type of the right side.
#[derive(Debug, Clone, Copy)]
pub struct Related<L, R, T> {
    function: Function,
    left: L,
    right: R,
    /// The right side is the one that is asked.
    swapped: bool,
    ty: PhantomData<fn() -> T>,
}

impl<L, R, T> Related<L, R, T> {
    fn new(function: Function, left: L, right: R) -> Self {
        Related { function, left, right, swapped: false, ty: PhantomData }
    }

    fn swapped(self) -> Self {
        Related { swapped: true, ..self }
    }
}

impl<'q, M, L: Scalar<'q, M>, T: SqlValue, R: Operand<'q, M, T>> Predicate<'q, M> for Related<L, R, T> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.function(self.function as u8, 2);
        if self.swapped {
            out.as_kind(T::KIND, |out| self.right.write(out))?;
            return self.left.write(out);
        }
        self.left.write(out)?;
        out.as_kind(T::KIND, |out| self.right.write(out))
    }
}

macro_rules! of_ranges {
    ($($(#[$doc:meta])* $method:ident => $function:ident;)+) => {
        $($(#[$doc])*
        fn $method<T, V>(self, other: V) -> Related<Self, V, Range<T>>
        where
            Self: Scalar<'q, M, Type = Range<T>>,
            Range<T>: SqlValue,
            V: Operand<'q, M, Range<T>>,
        {
            Related::new(Function::$function, self, other)
        })+
    };
}

/// What is asked of arrays and ranges, and of values that lie in ranges. A `None` makes the answer NULL.
pub trait CompareCollection<'q, M>: Scalar<'q, M> {
    /// Has every element of another array, or every value of another range.
    fn contains<V: Operand<'q, M, Self::Type>>(self, other: V) -> Related<Self, V, Self::Type>
    where
        Self::Type: Collection,
    {
        Related::new(Function::Contains, self, other)
    }

    /// Has nothing that another array or range has not.
    fn contained_in<V: Operand<'q, M, Self::Type>>(self, other: V) -> Related<Self, V, Self::Type>
    where
        Self::Type: Collection,
    {
        Related::new(Function::Contains, self, other).swapped()
    }

    /// Has an element or a value in common with another.
    fn overlaps<V: Operand<'q, M, Self::Type>>(self, other: V) -> Related<Self, V, Self::Type>
    where
        Self::Type: Collection,
    {
        Related::new(Function::Overlap, self, other)
    }

    /// The range has a value.
    fn contains_value<T: SqlValue, V: Operand<'q, M, T>>(self, value: V) -> Related<Self, V, T>
    where
        Self: Scalar<'q, M, Type = Range<T>>,
    {
        Related::new(Function::Contains, self, value)
    }

    /// The value lies in a range.
    fn lies_in<V: Operand<'q, M, Range<Self::Type>>>(self, range: V) -> Related<Self, V, Range<Self::Type>>
    where
        Range<Self::Type>: SqlValue,
    {
        Related::new(Function::Contains, self, range).swapped()
    }

    of_ranges! {
        /// Touches another range, and has no value in common with it.
        adjacent_to => Adjacent;
        /// All of it is less than all of another range.
        strictly_left_of => StrictLeft;
        /// All of it is greater than all of another range.
        strictly_right_of => StrictRight;
        /// Has nothing that is greater than all of another range.
        does_not_extend_right_of => NoExtendRight;
        /// Has nothing that is less than all of another range.
        does_not_extend_left_of => NoExtendLeft;
    }
}

impl<'q, M, S: Scalar<'q, M>> CompareCollection<'q, M> for S {}
