//! Columns, paths and the tests on them.

use std::marker::PhantomData;

use relata_schema::{Comparison, Function, Pattern, Result};

use super::{
    Arithmetic, InQuery, Model, Operand, OrderItem, Query, SqlValue,
    predicate::{Between, InList, NullTest, Test},
};
use crate::{BindList, Encoder};

/// An attribute of a model.
#[derive(Debug)]
pub struct Column<M, T> {
    attribute: u16,
    types: PhantomData<fn() -> (M, T)>,
}

impl<M, T> Clone for Column<M, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T> Copy for Column<M, T> {}

impl<M, T> Column<M, T> {
    /// The attribute of that index. The derive macro is the one who knows it.
    pub const fn new(attribute: u16) -> Self {
        Column { attribute, types: PhantomData }
    }

    /// The attribute's index in its model.
    pub const fn attribute(self) -> u16 {
        self.attribute
    }
}

/// An association of a model.
#[derive(Debug)]
pub struct Association<M, N> {
    association: u16,
    types: PhantomData<fn() -> (M, N)>,
}

impl<M, N> Clone for Association<M, N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, N> Copy for Association<M, N> {}

impl<M: Model, N: Model> Association<M, N> {
    /// The association of that index.
    pub const fn new(association: u16) -> Self {
        Association { association, types: PhantomData }
    }

    /// The association's index in its model.
    pub const fn index(self) -> u16 {
        self.association
    }

    /// A column of the associated model, reached from this one: `Post::AUTHOR.path(User::NAME)`.
    pub fn path<S>(self, inner: S) -> Path<M, N, S> {
        Path { association: self.association, inner, types: PhantomData }
    }
}

/// A column at the end of a path of associations.
#[derive(Debug, Clone, Copy)]
pub struct Path<M, N, S> {
    association: u16,
    inner: S,
    types: PhantomData<fn() -> (M, N)>,
}

/// What may end a path: a column, or a longer path.
pub trait PathEnd<M> {
    /// The type of the column at the end.
    type Type: SqlValue;
    /// How many steps are left.
    const STEPS: u8;
    /// Writes the steps that are left, and the attribute.
    fn write_end(self, out: &mut Encoder<'_, '_>);
}

impl<M, T: SqlValue> PathEnd<M> for Column<M, T> {
    type Type = T;
    const STEPS: u8 = 0;

    #[inline]
    fn write_end(self, out: &mut Encoder<'_, '_>) {
        out.path_attribute(self.attribute);
    }
}

impl<M, N, S: PathEnd<N>> PathEnd<M> for Path<M, N, S> {
    type Type = S::Type;
    const STEPS: u8 = 1 + S::STEPS;

    #[inline]
    fn write_end(self, out: &mut Encoder<'_, '_>) {
        out.step(self.association);
        self.inner.write_end(out);
    }
}

/// An expression of one value per row of `M`.
pub trait Scalar<'q, M>: Sized {
    /// The type of its value.
    type Type: SqlValue;

    /// Writes it.
    ///
    /// # Errors
    ///
    /// Those of the encoder.
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()>;
}

impl<'q, M, T: SqlValue> Scalar<'q, M> for Column<M, T> {
    type Type = T;

    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.column(self.attribute);
        Ok(())
    }
}

impl<'q, M, N, S: PathEnd<N>> Scalar<'q, M> for Path<M, N, S> {
    type Type = S::Type;

    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.path(1 + S::STEPS);
        self.write_end(out);
        Ok(())
    }
}

impl<'q, M, T: SqlValue> Operand<'q, M, T> for Column<M, T> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        Scalar::<M>::write(self, out)
    }
}

impl<'q, M, N, S: PathEnd<N>> Operand<'q, M, S::Type> for Path<M, N, S> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        Scalar::<M>::write(self, out)
    }
}

macro_rules! comparisons {
    ($($(#[$doc:meta])* $method:ident => $comparison:ident;)+) => {
        $($(#[$doc])*
        fn $method<V: Operand<'q, M, Self::Type>>(self, value: V) -> Test<Self, V> {
            Test::Compare(Comparison::$comparison, self, value)
        })+
    };
}

macro_rules! patterns {
    ($($(#[$doc:meta])* $method:ident => $pattern:ident;)+) => {
        $($(#[$doc])*
        fn $method<V: Operand<'q, M, String>>(self, value: V) -> Test<Self, V>
        where
            Self: Scalar<'q, M, Type = String>,
        {
            Test::Match(Pattern::$pattern, self, value)
        })+
    };
}

/// The tests and orders that every expression has.
pub trait Compare<'q, M>: Scalar<'q, M> {
    comparisons! {
        /// Equal; to `None`: is NULL.
        eq => Eq;
        /// Not equal; to `None`: is not NULL.
        ne => Ne;
        /// Greater.
        gt => Gt;
        /// Greater or equal.
        gte => Gte;
        /// Less.
        lt => Lt;
        /// Less or equal.
        lte => Lte;
    }

    patterns! {
        /// Matches a pattern: `%` any run, `_` any one character, `\` takes the next literally. Case matters.
        like => Like;
        /// The same, folding case.
        ilike => Ilike;
        /// Begins with the value; `%` and `_` in it are text.
        starts_with => StartsWith;
        /// Ends with the value; `%` and `_` in it are text.
        ends_with => EndsWith;
        /// Contains the value; `%` and `_` in it are text.
        substring => Substring;
        /// A regular expression finds something, in the syntax of the database. Case matters. SQLite has none.
        regexp => Regexp;
        /// The same, folding case.
        iregexp => Iregexp;
        /// The full text search of the database finds the words: on PostgreSQL all of them, on MySQL and MariaDB any, by a
        /// FULLTEXT index over the column. SQLite has none for ordinary tables.
        search => Match;
    }

    /// The sum with another number.
    fn plus<V: Operand<'q, M, Self::Type>>(self, value: V) -> Arithmetic<Self, V> {
        Arithmetic::new(Function::Add, self, value)
    }

    /// The difference to another number.
    fn minus<V: Operand<'q, M, Self::Type>>(self, value: V) -> Arithmetic<Self, V> {
        Arithmetic::new(Function::Sub, self, value)
    }

    /// The product with another number.
    fn times<V: Operand<'q, M, Self::Type>>(self, value: V) -> Arithmetic<Self, V> {
        Arithmetic::new(Function::Mul, self, value)
    }

    /// Is NULL.
    #[inline]
    fn is_null(self) -> NullTest<Self> {
        NullTest { scalar: self, is_null: true }
    }

    /// Is not NULL.
    fn is_not_null(self) -> NullTest<Self> {
        NullTest { scalar: self, is_null: false }
    }

    /// Lies between two values, both included.
    fn between<A, B>(self, low: A, high: B) -> Between<Self, A, B>
    where
        A: Operand<'q, M, Self::Type>,
        B: Operand<'q, M, Self::Type>,
    {
        Between { scalar: self, low, high, negated: false }
    }

    /// Is one of the values. Of an empty list nothing is.
    fn is_in<L: IntoList<'q, Self::Type>>(self, list: L) -> InList<'q, Self> {
        InList { scalar: self, list: list.into_list(), negated: false }
    }

    /// Is none of the values. Everything is outside of an empty list, NULL too.
    fn not_in<L: IntoList<'q, Self::Type>>(self, list: L) -> InList<'q, Self> {
        InList { scalar: self, list: list.into_list(), negated: true }
    }

    /// Is one of the values of a query.
    fn in_query(self, query: Query<'q, Self::Type>) -> InQuery<'q, Self, Self::Type> {
        InQuery { scalar: self, query, negated: false }
    }

    /// Is none of the values of a query. Where one of these is NULL, nothing is known to be outside of them.
    fn not_in_query(self, query: Query<'q, Self::Type>) -> InQuery<'q, Self, Self::Type> {
        InQuery { scalar: self, query, negated: true }
    }

    /// Least first.
    fn asc(self) -> OrderItem<Self> {
        OrderItem::new(self, false)
    }

    /// Greatest first.
    fn desc(self) -> OrderItem<Self> {
        OrderItem::new(self, true)
    }
}

impl<'q, M, S: Scalar<'q, M>> Compare<'q, M> for S {}

/// What may be given to `is_in`.
pub trait IntoList<'q, T> {
    /// The list, borrowed where it can be.
    fn into_list(self) -> BindList<'q>;
}

impl<'q> IntoList<'q, i64> for &'q [i64] {
    fn into_list(self) -> BindList<'q> {
        BindList::Ints(self.into())
    }
}

impl<'q> IntoList<'q, i64> for &'q Vec<i64> {
    fn into_list(self) -> BindList<'q> {
        BindList::Ints(self.as_slice().into())
    }
}

impl<'q, T: Into<relata_schema::Datum<'q>>> IntoList<'q, T> for Vec<T> {
    fn into_list(self) -> BindList<'q> {
        BindList::Data(self.into_iter().map(Into::into).collect())
    }
}

impl<'q, T: Into<relata_schema::Datum<'q>>, const N: usize> IntoList<'q, T> for [T; N] {
    fn into_list(self) -> BindList<'q> {
        BindList::Data(self.into_iter().map(Into::into).collect())
    }
}

impl<'q, const N: usize> IntoList<'q, String> for [&'q str; N] {
    fn into_list(self) -> BindList<'q> {
        BindList::Data(self.into_iter().map(Into::into).collect())
    }
}

impl<'q, const N: usize> IntoList<'q, Vec<String>> for [Vec<&'q str>; N] {
    fn into_list(self) -> BindList<'q> {
        BindList::Data(self.into_iter().map(Into::into).collect())
    }
}

impl<'q> IntoList<'q, String> for &'q [&'q str] {
    fn into_list(self) -> BindList<'q> {
        BindList::Data(self.iter().map(|text| (*text).into()).collect())
    }
}
