//! Functions and aggregates over typed expressions.

use std::marker::PhantomData;

use relata_schema::{Aggregate, Datum, Function, Result};
use rust_decimal::Decimal;

use super::{Operand, Scalar, SqlValue};
use crate::Encoder;

/// A function or aggregate of one argument.
#[derive(Debug, Clone, Copy)]
pub struct Call<S, T> {
    call: Either,
    argument: S,
    ty: PhantomData<fn() -> T>,
}

#[derive(Debug, Clone, Copy)]
enum Either {
    Function(Function),
    Aggregate(Aggregate),
}

impl<'q, M, S: Scalar<'q, M>, T: SqlValue> Scalar<'q, M> for Call<S, T> {
    type Type = T;

    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        match self.call {
            Either::Function(function) => out.function(function as u8, 1),
            Either::Aggregate(aggregate) => out.aggregate(aggregate as u8, false),
        }
        self.argument.write(out)
    }
}

macro_rules! calls {
    ($($(#[$doc:meta])* $name:ident($($case:tt)+) -> $ty:ty;)+) => {
        $($(#[$doc])*
        pub fn $name<S>(argument: S) -> Call<S, $ty> {
            Call { call: Either::$($case)+, argument, ty: PhantomData }
        })+
    };
}

calls! {
    /// Lower case.
    lower(Function(Function::Lower)) -> String;
    /// Upper case.
    upper(Function(Function::Upper)) -> String;
    /// Without spaces at both ends.
    trim(Function(Function::Trim)) -> String;
    /// Number of characters.
    length(Function(Function::Length)) -> i32;
    /// How many values are not NULL.
    count(Aggregate(Aggregate::Count)) -> i64;
    /// The mean.
    avg(Aggregate(Aggregate::Avg)) -> f64;
}

/// The absolute value.
pub fn abs<S: Typed>(argument: S) -> Call<S, S::Of> {
    Call { call: Either::Function(Function::Abs), argument, ty: PhantomData }
}

/// The least.
pub fn min<S: Typed>(argument: S) -> Call<S, S::Of> {
    Call { call: Either::Aggregate(Aggregate::Min), argument, ty: PhantomData }
}

/// The greatest.
pub fn max<S: Typed>(argument: S) -> Call<S, S::Of> {
    Call { call: Either::Aggregate(Aggregate::Max), argument, ty: PhantomData }
}

/// The sum: of integers a 64-bit integer.
pub fn sum<S: Typed>(argument: S) -> Call<S, <S::Of as Summable>::Sum>
where
    S::Of: Summable,
{
    Call { call: Either::Aggregate(Aggregate::Sum), argument, ty: PhantomData }
}

/// An expression whose type is known without a request.
pub trait Typed {
    /// The type.
    type Of: SqlValue;
}

impl<M, T: SqlValue> Typed for super::Column<M, T> {
    type Of = T;
}

impl<S, T: SqlValue> Typed for Call<S, T> {
    type Of = T;
}

/// A type whose values can be added up.
pub trait Summable: SqlValue {
    /// The type of the sum.
    type Sum: SqlValue;
}

impl Summable for i16 {
    type Sum = i64;
}
impl Summable for i32 {
    type Sum = i64;
}
impl Summable for i64 {
    type Sum = i64;
}
impl Summable for f64 {
    type Sum = f64;
}
impl Summable for Decimal {
    type Sum = Decimal;
}

/// The number of rows.
#[derive(Debug, Clone, Copy)]
pub struct CountRows;

/// The number of rows.
pub fn count_rows() -> CountRows {
    CountRows
}

impl<'q, M> Scalar<'q, M> for CountRows {
    type Type = i64;

    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.aggregate(Aggregate::Count as u8, false);
        out.star();
        Ok(())
    }
}

/// A function of an expression and a value or another expression.
#[derive(Debug, Clone, Copy)]
pub struct CallOfTwo<S, V> {
    function: Function,
    first: S,
    second: V,
}

/// The first if it is not NULL, else the second.
pub fn coalesce<S, V>(first: S, second: V) -> CallOfTwo<S, V> {
    CallOfTwo { function: Function::Coalesce, first, second }
}

impl<'q, M, S: Scalar<'q, M>, V: Into<Datum<'q>>> Scalar<'q, M> for CallOfTwo<S, V> {
    type Type = S::Type;

    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.function(self.function as u8, 2);
        self.first.write(out)?;
        out.value_of(S::Type::KIND, self.second.into());
        Ok(())
    }
}

/// An alias that the selection gives.
#[derive(Debug, Clone, Copy)]
pub struct Alias<'n, T> {
    name: &'n str,
    ty: PhantomData<fn() -> T>,
}

/// An alias that the selection gives, of the type that it is known to have.
pub fn alias<T>(name: &str) -> Alias<'_, T> {
    Alias { name, ty: PhantomData }
}

impl<'q, M, T: SqlValue> Scalar<'q, M> for Alias<'_, T> {
    type Type = T;

    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.alias(self.name)
    }
}

impl<'q, M, S: Scalar<'q, M>, T: SqlValue> Operand<'q, M, T> for Call<S, T> {
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        Scalar::<M>::write(self, out)
    }
}

/// Arithmetic of two numbers: see [`plus`](super::Compare::plus).
#[derive(Debug, Clone, Copy)]
pub struct Arithmetic<S, V> {
    function: Function,
    left: S,
    right: V,
}

impl<S, V> Arithmetic<S, V> {
    pub(crate) fn new(function: Function, left: S, right: V) -> Self {
        Arithmetic { function, left, right }
    }
}

impl<'q, M, S: Scalar<'q, M>, V: Operand<'q, M, S::Type>> Scalar<'q, M> for Arithmetic<S, V> {
    type Type = S::Type;

    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.function(self.function as u8, 2);
        self.left.write(out)?;
        out.as_kind(S::Type::KIND, |out| self.right.write(out))
    }
}

impl<'q, M, S: Scalar<'q, M>, V: Operand<'q, M, S::Type>> Operand<'q, M, S::Type> for Arithmetic<S, V> {
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        Scalar::<M>::write(self, out)
    }
}
