//! Rows of values for the columns of a model.

use relata_schema::{Datum, Result};

use super::{Column, SqlValue};
use crate::Encoder;

/// A value that is written as it is: no column, and nothing that is computed.
pub trait Literal<'q, T> {
    /// The value.
    fn datum(self) -> Datum<'q>;
}

impl<'q, T, V: Literal<'q, T>> Literal<'q, T> for Option<V> {
    #[inline]
    fn datum(self) -> Datum<'q> {
        self.map_or(Datum::Null, V::datum)
    }
}

/// Some columns of `M`: a tuple of them.
pub trait Columns<M> {
    /// Their places in the model, in the order in which values are given.
    fn with_attributes<R>(&self, then: impl FnOnce(&[u16]) -> R) -> R;
}

/// A row of values for some columns: a tuple of them.
pub trait Cells<'q, C> {
    /// Writes them.
    ///
    /// # Errors
    ///
    /// Those of the encoder.
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()>;
}

macro_rules! tuples {
    ($(($($ty:ident $value:ident . $index:tt),+);)+) => {
        $(
            impl<M, $($ty: SqlValue),+> Columns<M> for ($(Column<M, $ty>,)+) {
                #[inline]
                fn with_attributes<R>(&self, then: impl FnOnce(&[u16]) -> R) -> R {
                    then(&[$(self.$index.attribute()),+])
                }
            }

            impl<'q, M, $($ty: SqlValue, $value: Literal<'q, $ty>),+> Cells<'q, ($(Column<M, $ty>,)+)> for ($($value,)+) {
                #[inline]
                fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
                    $(out.cell_with(|| self.$index.datum());)+
                    Ok(())
                }
            }
        )+
    };
}

tuples! {
    (A VA.0);
    (A VA.0, B VB.1);
    (A VA.0, B VB.1, C VC.2);
    (A VA.0, B VB.1, C VC.2, D VD.3);
    (A VA.0, B VB.1, C VC.2, D VD.3, E VE.4);
    (A VA.0, B VB.1, C VC.2, D VD.3, E VE.4, F VF.5);
    (A VA.0, B VB.1, C VC.2, D VD.3, E VE.4, F VF.5, G VG.6);
    (A VA.0, B VB.1, C VC.2, D VD.3, E VE.4, F VF.5, G VG.6, H VH.7);
    (A VA.0, B VB.1, C VC.2, D VD.3, E VE.4, F VF.5, G VG.6, H VH.7, I VI.8);
    (A VA.0, B VB.1, C VC.2, D VD.3, E VE.4, F VF.5, G VG.6, H VH.7, I VI.8, J VJ.9);
    (A VA.0, B VB.1, C VC.2, D VD.3, E VE.4, F VF.5, G VG.6, H VH.7, I VI.8, J VJ.9, K VK.10);
    (A VA.0, B VB.1, C VC.2, D VD.3, E VE.4, F VF.5, G VG.6, H VH.7, I VI.8, J VJ.9, K VK.10, L VL.11);
}
