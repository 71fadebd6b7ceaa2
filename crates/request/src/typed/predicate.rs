//! Conditions on the rows of a model.

use relata_schema::{Comparison, Error, ErrorKind, Pattern, Result};

use super::{Operand, Scalar};
use crate::{
    BindList, Encoder,
    doc::{Scoped, WhereDoc},
    op,
};

/// A condition on the rows of `M`.
pub trait Predicate<'q, M> {
    /// Writes it as one condition.
    ///
    /// # Errors
    ///
    /// Those of the encoder.
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()>;

    /// Writes it as conditions in a row, which all must hold.
    ///
    /// # Errors
    ///
    /// Those of the encoder.
    #[inline]
    fn write_conjuncts(self, out: &mut Encoder<'_, 'q>) -> Result<()>
    where
        Self: Sized,
    {
        self.write(out)
    }
}

/// A test with a left and a right side.
#[derive(Debug, Clone, Copy)]
pub enum Test<L, R> {
    /// A comparison.
    Compare(Comparison, L, R),
    /// A match against a pattern.
    Match(Pattern, L, R),
}

impl<'q, M, L: Scalar<'q, M>, R> Predicate<'q, M> for Test<L, R>
where
    R: Operand<'q, M, L::Type>,
{
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        match self {
            Test::Compare(comparison, left, right) if right.is_null() => {
                let is_null = match comparison {
                    Comparison::Eq => true,
                    Comparison::Ne => false,
                    _ => return Err(Error::new(ErrorKind::Request, "nothing is greater or less than NULL")),
                };
                NullTest { scalar: left, is_null }.write(out)
            }
            Test::Match(_, _, right) if right.is_null() => {
                Err(Error::new(ErrorKind::Request, "nothing matches NULL").help("test with is_null"))
            }
            Test::Compare(comparison, left, right) => right.compare(comparison, left, out),
            Test::Match(pattern, left, right) => {
                out.plain(&[op::LIKE, pattern as u8]);
                left.write(out)?;
                right.write(out)
            }
        }
    }
}

/// Is NULL, or is not.
#[derive(Debug, Clone, Copy)]
pub struct NullTest<S> {
    pub(super) scalar: S,
    pub(super) is_null: bool,
}

impl<'q, M, S: Scalar<'q, M>> Predicate<'q, M> for NullTest<S> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.plain(&[if self.is_null { op::IS_NULL } else { op::NOT_NULL }]);
        self.scalar.write(out)
    }
}

/// Lies between two values.
#[derive(Debug, Clone, Copy)]
pub struct Between<S, A, B> {
    pub(super) scalar: S,
    pub(super) low: A,
    pub(super) high: B,
    pub(super) negated: bool,
}

impl<'q, M, S, A, B> Predicate<'q, M> for Between<S, A, B>
where
    S: Scalar<'q, M>,
    A: Operand<'q, M, S::Type>,
    B: Operand<'q, M, S::Type>,
{
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        if self.low.is_null() || self.high.is_null() {
            return Err(Error::new(ErrorKind::Request, "an end of a range is NULL").help("leave that end out"));
        }
        out.plain(&[if self.negated { op::NOT_BETWEEN } else { op::BETWEEN }]);
        self.scalar.write(out)?;
        self.low.write(out)?;
        self.high.write(out)
    }
}

/// Is one of some values.
#[derive(Debug)]
pub struct InList<'q, S> {
    pub(super) scalar: S,
    pub(super) list: BindList<'q>,
    pub(super) negated: bool,
}

impl<'q, M, S: Scalar<'q, M>> Predicate<'q, M> for InList<'q, S> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.list_of(self.negated, self.list, |out| self.scalar.write(out))
    }
}

/// A condition that must not hold. NULL stays NULL.
#[derive(Debug, Clone, Copy)]
pub struct Not<P>(P);

/// Negates a condition, by three-valued logic.
pub fn not<P>(predicate: P) -> Not<P> {
    Not(predicate)
}

impl<'q, M, P: Predicate<'q, M>> Predicate<'q, M> for Not<P> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.not();
        self.0.write(out)
    }
}

/// Conditions of which all must hold.
#[derive(Debug, Clone, Copy)]
pub struct All<T>(T);

/// Conditions of which any must hold.
#[derive(Debug, Clone, Copy)]
pub struct Any<T>(T);

/// All of a tuple or vector of conditions. Of none: true.
pub fn all<T>(conditions: T) -> All<T> {
    All(conditions)
}

/// Any of a tuple or vector of conditions. Of none: false.
pub fn any<T>(conditions: T) -> Any<T> {
    Any(conditions)
}

/// A tuple or vector of conditions.
pub trait Conditions<'q, M> {
    /// Writes each, and says so.
    ///
    /// # Errors
    ///
    /// Those of the encoder.
    fn write_each(self, out: &mut Encoder<'_, 'q>, mark: &mut crate::Mark) -> Result<()>;

    /// Writes each as conjuncts.
    ///
    /// # Errors
    ///
    /// Those of the encoder.
    fn write_conjuncts(self, out: &mut Encoder<'_, 'q>) -> Result<()>;
}

impl<'q, M, P: Predicate<'q, M>> Conditions<'q, M> for Vec<P> {
    #[inline]
    fn write_each(self, out: &mut Encoder<'_, 'q>, mark: &mut crate::Mark) -> Result<()> {
        self.into_iter().try_for_each(|predicate| {
            out.member(mark)?;
            predicate.write(out)
        })
    }

    #[inline]
    fn write_conjuncts(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        self.into_iter().try_for_each(|predicate| predicate.write_conjuncts(out))
    }
}

macro_rules! tuples {
    ($(($($name:ident . $index:tt),+);)+) => {
        $(impl<'q, M, $($name: Predicate<'q, M>),+> Conditions<'q, M> for ($($name,)+) {
            #[inline]
            fn write_each(self, out: &mut Encoder<'_, 'q>, mark: &mut crate::Mark) -> Result<()> {
                $(out.member(mark)?; self.$index.write(out)?;)+
                Ok(())
            }

            #[inline]
            fn write_conjuncts(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
                $(self.$index.write_conjuncts(out)?;)+
                Ok(())
            }
        })+
    };
}

tuples! {
    (A.0);
    (A.0, B.1);
    (A.0, B.1, C.2);
    (A.0, B.1, C.2, D.3);
    (A.0, B.1, C.2, D.3, E.4);
    (A.0, B.1, C.2, D.3, E.4, F.5);
    (A.0, B.1, C.2, D.3, E.4, F.5, G.6);
    (A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7);
}

impl<'q, M, T: Conditions<'q, M>> Predicate<'q, M> for All<T> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        let mut mark = out.open(false);
        self.0.write_each(out, &mut mark)?;
        out.close(mark);
        Ok(())
    }

    #[inline]
    fn write_conjuncts(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        self.0.write_conjuncts(out)
    }
}

impl<'q, M, T: Conditions<'q, M>> Predicate<'q, M> for Any<T> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        let mut mark = out.open(true);
        self.0.write_each(out, &mut mark)?;
        out.close(mark);
        Ok(())
    }
}

/// A tree made at run time is a condition on any model; its names are checked when it is written.
impl<'q, M> Predicate<'q, M> for WhereDoc {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        Scoped::of(out.model).condition(&self, out)
    }

    #[inline]
    fn write_conjuncts(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        Scoped::of(out.model).conjuncts(&self, out)
    }
}
