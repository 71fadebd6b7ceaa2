//! Items of an order.

use relata_schema::Result;

use super::{Column, Scalar};
use crate::{
    Encoder,
    doc::{NullsDoc, OrderDoc, Scoped},
};

/// An expression and its direction.
#[derive(Debug, Clone, Copy)]
pub struct OrderItem<S> {
    scalar: S,
    descending: bool,
    nulls: Option<bool>,
}

impl<S> OrderItem<S> {
    pub(super) fn new(scalar: S, descending: bool) -> Self {
        OrderItem { scalar, descending, nulls: None }
    }

    /// NULL before all values.
    #[must_use]
    pub fn nulls_first(mut self) -> Self {
        self.nulls = Some(true);
        self
    }

    /// NULL after all values.
    #[must_use]
    pub fn nulls_last(mut self) -> Self {
        self.nulls = Some(false);
        self
    }
}

/// One or more items of an order on `M`, most significant first.
pub trait Ordering<'q, M> {
    /// Writes them.
    ///
    /// # Errors
    ///
    /// Those of the encoder.
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()>;
}

impl<'q, M, S: Scalar<'q, M>> Ordering<'q, M> for OrderItem<S> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        self.scalar.write(out)?;
        out.direction(self.descending, self.nulls);
        Ok(())
    }
}

impl<'q, M, T: super::SqlValue> Ordering<'q, M> for Column<M, T> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        OrderItem::new(self, false).write(out)
    }
}

impl<'q, M> Ordering<'q, M> for OrderDoc {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        Scoped::of(out.model).ordering(&self.expr, out)?;
        out.direction(self.descending, self.nulls.map(|nulls| nulls == NullsDoc::First));
        Ok(())
    }
}

macro_rules! tuples {
    ($(($($name:ident . $index:tt),+);)+) => {
        $(impl<'q, M, $($name: Ordering<'q, M>),+> Ordering<'q, M> for ($($name,)+) {
            #[inline]
            fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
                $(self.$index.write(out)?;)+
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
}
