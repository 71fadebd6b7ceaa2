//! Queries within a request, and rows outside of them.
//!
//! ```text
//! let commented = Comment::find().filter(Comment::LIKES.gt(10)).query(Comment::POST_ID);
//! Post::find().filter(Post::ID.in_query(commented))
//!
//! let comments = Comment::find().filter(Comment::POST_ID.eq(outer(Post::ID)));
//! Post::find().filter(not(exists(comments)))
//! ```

use std::marker::PhantomData;

use relata_schema::{Comparison, Error, ErrorKind, Result};

use super::{Column, Model, Operand, Predicate, Scalar, SqlValue};
use crate::{Encoder, Request};

/// The values of one expression in the rows of a find: a list for `in_query`, or the value of the first row.
#[derive(Debug)]
pub struct Query<'q, T> {
    request: Request<'q>,
    ty: PhantomData<fn() -> T>,
}

impl<'q, T: SqlValue> Query<'q, T> {
    /// A request that selects one expression of that type.
    pub fn new(request: Request<'q>) -> Self {
        Query { request, ty: PhantomData }
    }
}

impl<'q, M, T: SqlValue> Scalar<'q, M> for Query<'q, T> {
    type Type = T;

    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.query(&self.request)
    }
}

impl<'q, M, T: SqlValue> Operand<'q, M, T> for Query<'q, T> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.query(&self.request)
    }
}

/// Is one of the values of a query.
#[derive(Debug)]
pub struct InQuery<'q, S, T> {
    pub(super) scalar: S,
    pub(super) query: Query<'q, T>,
    pub(super) negated: bool,
}

impl<'q, M, S: Scalar<'q, M>> Predicate<'q, M> for InQuery<'q, S, S::Type> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        let place = out.test();
        self.scalar.write(out)?;
        out.in_query(place, self.negated, &self.query.request)
    }
}

/// Any, or all, of the values of a query: the right side of a comparison.
#[derive(Debug)]
pub struct Quantified<'q, T> {
    query: Query<'q, T>,
    all: bool,
}

/// Any of the values of a query. Of no values nothing holds.
///
/// ```text
/// let limits = Plan::find().query(Plan::LIMIT);
/// Account::find().filter(Account::USED.gt(any_of_query(limits)))
/// ```
pub fn any_of_query<T: SqlValue>(query: Query<'_, T>) -> Quantified<'_, T> {
    Quantified { query, all: false }
}

/// All of the values of a query. Of no values everything holds.
pub fn all_of_query<T: SqlValue>(query: Query<'_, T>) -> Quantified<'_, T> {
    Quantified { query, all: true }
}

impl<'q, M, T: SqlValue> Operand<'q, M, T> for Quantified<'q, T> {
    fn write(self, _: &mut Encoder<'_, 'q>) -> Result<()> {
        let message = "any and all of the values of a query stand on the right side of a comparison";
        Err(Error::new(ErrorKind::Request, message).help("compare with eq, ne, gt, gte, lt or lte"))
    }

    fn compare<L: Scalar<'q, M>>(self, comparison: Comparison, left: L, out: &mut Encoder<'_, 'q>) -> Result<()> {
        let place = out.test();
        left.write(out)?;
        out.quantified(place, comparison as u8, self.all, &self.query.request)
    }
}

/// A find, as what a condition asks about.
pub trait IntoRequest<'q> {
    /// The request behind it.
    fn into_request(self) -> Request<'q>;
}

/// That a find has a row.
#[derive(Debug)]
pub struct Exists<'q>(Request<'q>);

/// That a find has a row. What it selects is nothing to the question.
pub fn exists<'q>(find: impl IntoRequest<'q>) -> Exists<'q> {
    Exists(find.into_request())
}

impl<'q, M> Predicate<'q, M> for Exists<'q> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.exists(&self.0)
    }
}

/// An attribute of a row outside of a query.
#[derive(Debug)]
pub struct Outer<M, T>(Column<M, T>);

impl<M, T> Clone for Outer<M, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, T> Copy for Outer<M, T> {}

/// An attribute of the row that a query is asked for: of the nearest one of that model.
pub fn outer<M, T>(column: Column<M, T>) -> Outer<M, T> {
    Outer(column)
}

impl<M: Model, T: SqlValue> Outer<M, T> {
    fn put(self, out: &mut Encoder<'_, '_>) {
        out.outer(M::def().id, self.0.attribute());
    }
}

impl<'q, N, M: Model, T: SqlValue> Scalar<'q, N> for Outer<M, T> {
    type Type = T;

    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        self.put(out);
        Ok(())
    }
}

impl<'q, N, M: Model, T: SqlValue> Operand<'q, N, T> for Outer<M, T> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        self.put(out);
        Ok(())
    }
}
