//! Several expressions that are compared at once, the first first: `(a, b) > (x, y)`.
//!
//! ```text
//! // The next page of an order by score and key.
//! User::find().filter(row((User::SCORE, User::ID)).gt((last.score, last.id)))
//! ```

use relata_schema::{Comparison, Datum, Error, ErrorKind, Result};

use super::{Operand, Predicate, Scalar, SqlValue};
use crate::{BindList, Encoder};

/// Several expressions.
#[derive(Debug, Clone, Copy)]
pub struct Row<L>(L);

/// Several expressions that are compared at once: a tuple of 2 to 4.
pub fn row<L>(members: L) -> Row<L> {
    Row(members)
}

/// The members of a row.
pub trait Members<'q, M> {
    /// Their types, as a tuple.
    type Types;
    /// How many there are.
    const WIDTH: u8;
    /// Writes them.
    ///
    /// # Errors
    ///
    /// Those of the encoder.
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()>;
}

/// What a row of those types is compared with.
pub trait MemberValues<'q, M, T> {
    /// Writes it.
    ///
    /// # Errors
    ///
    /// Those of the encoder.
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()>;
}

/// Rows of those types.
pub trait MemberRows<'q, M, T> {
    /// The values of each member, and how many rows there are.
    fn into_columns(self) -> (Vec<BindList<'q>>, usize);
}

macro_rules! rows {
    ($(($width:literal: $($member:ident $ty:ident $value:ident $index:tt),+);)+) => {
        $(
            impl<'q, M, $($member: Scalar<'q, M>),+> Members<'q, M> for ($($member,)+) {
                type Types = ($($member::Type,)+);
                const WIDTH: u8 = $width;

                #[inline]
                fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
                    $(self.$index.write(out)?;)+
                    Ok(())
                }
            }

            impl<'q, M, $($ty: SqlValue, $value: Operand<'q, M, $ty>),+> MemberValues<'q, M, ($($ty,)+)> for ($($value,)+) {
                #[inline]
                fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
                    $(
                        if self.$index.is_null() {
                            return Err(Error::new(ErrorKind::Request, "a row is compared with no NULL"));
                        }
                        out.as_kind($ty::KIND, |out| self.$index.write(out))?;
                    )+
                    Ok(())
                }
            }

            impl<'q, M, $($ty: SqlValue, $value: Operand<'q, M, $ty> + Into<Datum<'q>>),+> MemberRows<'q, M, ($($ty,)+)>
                for Vec<($($value,)+)>
            {
                fn into_columns(self) -> (Vec<BindList<'q>>, usize) {
                    let rows = self.len();
                    let mut columns: [Vec<Datum<'q>>; $width] = Default::default();
                    for row in self {
                        $(columns[$index].push(row.$index.into());)+
                    }
                    (columns.into_iter().map(|column| BindList::Data(column.into())).collect(), rows)
                }
            }
        )+
    };
}

rows! {
    (2: A T V 0, B U W 1);
    (3: A T V 0, B U W 1, C X Y 2);
    (4: A T V 0, B U W 1, C X Y 2, D Z S 3);
}

/// A comparison of rows.
#[derive(Debug, Clone, Copy)]
pub struct RowTest<L, R> {
    comparison: Comparison,
    left: L,
    right: R,
}

impl<'q, M, L: Members<'q, M>, R: MemberValues<'q, M, L::Types>> Predicate<'q, M> for RowTest<L, R> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        out.compare(self.comparison as u8);
        out.row(L::WIDTH);
        self.left.write(out)?;
        out.row(L::WIDTH);
        self.right.write(out)
    }
}

/// Is one of some rows.
#[derive(Debug, Clone)]
pub struct InRows<L, R> {
    left: L,
    rows: R,
    negated: bool,
}

impl<'q, M, L: Members<'q, M>, R: MemberRows<'q, M, L::Types>> Predicate<'q, M> for InRows<L, R> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        let (columns, rows) = self.rows.into_columns();
        if rows == 0 {
            out.constant(self.negated);
            return Ok(());
        }
        if columns.iter().any(|column| column.iter().any(|value| value.is_null())) {
            return Err(Error::new(ErrorKind::Request, "a list of rows contains NULL, which equals nothing"));
        }
        out.in_rows(self.negated, rows)?;
        out.row(L::WIDTH);
        self.left.write(out)?;
        columns.into_iter().for_each(|column| out.column_of_rows(column));
        Ok(())
    }
}

macro_rules! comparisons {
    ($($(#[$doc:meta])* $method:ident => $comparison:ident;)+) => {
        $($(#[$doc])*
        pub fn $method<R>(self, values: R) -> RowTest<L, R> {
            RowTest { comparison: Comparison::$comparison, left: self.0, right: values }
        })+
    };
}

impl<L> Row<L> {
    comparisons! {
        /// Each member is equal to its counterpart.
        eq => Eq;
        /// Some member is not.
        ne => Ne;
        /// The first that differs is greater.
        gt => Gt;
        /// The same, or equal.
        gte => Gte;
        /// The first that differs is less.
        lt => Lt;
        /// The same, or equal.
        lte => Lte;
    }

    /// Is one of some rows, at most 128. Of none nothing is.
    pub fn is_in<R>(self, rows: R) -> InRows<L, R> {
        InRows { left: self.0, rows, negated: false }
    }

    /// Is none of some rows, at most 128. Everything is outside of none.
    pub fn not_in<R>(self, rows: R) -> InRows<L, R> {
        InRows { left: self.0, rows, negated: true }
    }
}
