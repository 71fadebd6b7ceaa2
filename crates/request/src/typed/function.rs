//! Functions and aggregates over typed expressions.

use std::marker::PhantomData;

use jiff::Timestamp;
use relata_schema::{Aggregate, Datum, Function, Kind, Result};
use rust_decimal::Decimal;

use super::{Operand, OrderItem, Scalar, SqlValue};
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

    #[inline]
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
    /// The year of a moment or a day, in UTC.
    year(Function(Function::Year)) -> i32;
    /// The month, from 1 to 12.
    month(Function(Function::Month)) -> i32;
    /// The day of the month, from 1 to 31.
    day(Function(Function::Day)) -> i32;
    /// The hour, from 0 to 23.
    hour(Function(Function::Hour)) -> i32;
    /// The minute.
    minute(Function(Function::Minute)) -> i32;
    /// The second, without its fraction.
    second(Function(Function::Second)) -> i32;
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
impl Summable for f32 {
    type Sum = f64;
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

    #[inline]
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

    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.function(self.function as u8, 2);
        self.first.write(out)?;
        out.value_of(S::Type::KIND, self.second.into());
        Ok(())
    }
}

/// NULL where the first equals the value, else the first.
pub fn nullif<S, V>(first: S, second: V) -> CallOfTwo<S, V> {
    CallOfTwo { function: Function::Nullif, first, second }
}

/// One text after another; NULL if any is.
pub fn concat<S, V>(first: S, second: V) -> Arithmetic<S, V> {
    Arithmetic::new(Function::Concat, first, second)
}

/// A function of no arguments.
#[derive(Debug, Clone, Copy)]
pub struct Nullary<T> {
    function: Function,
    ty: PhantomData<fn() -> T>,
}

/// The moment at which the statement runs, by the clock of the database.
pub fn now() -> Nullary<Timestamp> {
    Nullary { function: Function::Now, ty: PhantomData }
}

/// A number from 0 up to 1, another for each row.
pub fn random() -> Nullary<f64> {
    Nullary { function: Function::Random, ty: PhantomData }
}

// Nothing in these names a model, so the methods of every expression could not tell theirs.
impl<T> Nullary<T> {
    /// Least first.
    pub fn asc(self) -> OrderItem<Self> {
        OrderItem::new(self, false)
    }

    /// Greatest first.
    pub fn desc(self) -> OrderItem<Self> {
        OrderItem::new(self, true)
    }
}

impl CountRows {
    /// Least first.
    pub fn asc(self) -> OrderItem<Self> {
        OrderItem::new(self, false)
    }

    /// Greatest first.
    pub fn desc(self) -> OrderItem<Self> {
        OrderItem::new(self, true)
    }
}

impl<'q, M, T: SqlValue> Scalar<'q, M> for Nullary<T> {
    type Type = T;

    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.function(self.function as u8, 0);
        Ok(())
    }
}

impl<'q, M, T: SqlValue> Operand<'q, M, T> for Nullary<T> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        Scalar::<M>::write(self, out)
    }
}

/// A function of an expression and values.
#[derive(Debug, Clone)]
pub struct CallOfValues<'q, S, T> {
    function: Function,
    argument: S,
    values: Vec<(Kind, Datum<'q>)>,
    ty: PhantomData<fn() -> T>,
}

/// The nearest number with so many digits behind the point (15 at most); halves go away from zero.
pub fn round<'q, S: Typed>(argument: S, digits: u8) -> CallOfValues<'q, S, S::Of> {
    let values = vec![(Kind::BigInt, Datum::Int(i64::from(digits.min(15))))];
    CallOfValues { function: Function::Round, argument, values, ty: PhantomData }
}

/// A part of a text: `length` characters from the one of number `start`, counted from one.
pub fn substr<'q, S>(argument: S, start: u32, length: u32) -> CallOfValues<'q, S, String> {
    let number = |number: u32| (Kind::BigInt, Datum::Int(i64::from(number)));
    let values = vec![number(start), number(length)];
    CallOfValues { function: Function::Substr, argument, values, ty: PhantomData }
}

/// A text with each occurrence of `from` replaced by `to`.
pub fn replace<'q, S>(argument: S, from: &'q str, to: &'q str) -> CallOfValues<'q, S, String> {
    let values = vec![(Kind::Text, Datum::from(from)), (Kind::Text, Datum::from(to))];
    CallOfValues { function: Function::Replace, argument, values, ty: PhantomData }
}

impl<'q, M, S: Scalar<'q, M>, T: SqlValue> Scalar<'q, M> for CallOfValues<'q, S, T> {
    type Type = T;

    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.function(self.function as u8, 1 + self.values.len() as u8);
        self.argument.write(out)?;
        self.values.into_iter().for_each(|(kind, value)| out.value_of(kind, value));
        Ok(())
    }
}

impl<S, T: SqlValue> Typed for CallOfValues<'_, S, T> {
    type Of = T;
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

    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.alias(self.name)
    }
}

impl<'q, M, S: Scalar<'q, M>, T: SqlValue> Operand<'q, M, T> for Call<S, T> {
    #[inline]
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

    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.function(self.function as u8, 2);
        self.left.write(out)?;
        out.as_kind(S::Type::KIND, |out| self.right.write(out))
    }
}

impl<'q, M, S: Scalar<'q, M>, V: Operand<'q, M, S::Type>> Operand<'q, M, S::Type> for Arithmetic<S, V> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        Scalar::<M>::write(self, out)
    }
}
