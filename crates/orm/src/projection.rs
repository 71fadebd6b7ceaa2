//! Fewer columns than a record has: tuples and projection structs.

use relata_driver::Row;
use relata_planner::Slot;
use relata_request::{Encoder, typed::Scalar};
use relata_schema::{Error, Result};

use crate::{FromDatum, Sink};

/// Something that a row of selected columns can be read as.
pub trait FromRow: Sized {
    /// Reads it; the columns are those of `slot`, in the order selected.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`](relata_schema::ErrorKind::Decode) when a value is of another type.
    fn from_row(slot: &Slot, row: &dyn Row) -> Result<Self>;
}

/// A struct whose fields are attributes of a model. The derive macro implements it.
pub trait Projection: FromRow {
    /// The model.
    type Model: relata_request::typed::Model;
    /// The attributes, in the order of the fields.
    const ATTRIBUTES: &'static [&'static str];
}

/// Reads one selected column.
///
/// # Errors
///
/// [`ErrorKind::Decode`](relata_schema::ErrorKind::Decode) with the column's name.
pub fn column<T: FromDatum>(slot: &Slot, row: &dyn Row, place: usize) -> Result<T> {
    let field = slot.fields.get(place).ok_or_else(|| Error::internal("more is read than was selected"))?;
    T::from_row(row, slot.columns.start + place, field.kind).map_err(|error| error.at(&field.name))
}

/// Expressions to select from a model: a tuple of columns, paths, functions and aggregates.
pub trait Select<'q, M> {
    /// Writes them, each under an alias that is its place.
    ///
    /// # Errors
    ///
    /// Those of the encoder.
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()>;
}

const PLACES: [&str; 8] = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"];

macro_rules! tuples {
    ($(($($name:ident . $index:tt),+);)+) => {
        $(
            impl<'q, M, $($name: Scalar<'q, M>),+> Select<'q, M> for ($($name,)+) {
                fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
                    out.explicit_selection();
                    $(
                        out.select_alias(PLACES[$index])?;
                        self.$index.write(out)?;
                    )+
                    Ok(())
                }
            }

            impl<$($name: FromDatum),+> FromRow for ($($name,)+) {
                fn from_row(slot: &Slot, row: &dyn Row) -> Result<Self> {
                    Ok(($(column::<$name>(slot, row, $index)?,)+))
                }
            }
        )+
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

/// Collects rows of selected columns.
pub(crate) struct Rows<R> {
    pub rows: Vec<R>,
    nothing: Nothing,
}

impl<R> Rows<R> {
    pub(crate) fn new() -> Self {
        Rows { rows: Vec::new(), nothing: Nothing }
    }
}

impl<R: FromRow> Sink for Rows<R> {
    fn open(&mut self, _slot: &Slot, _rows: usize) -> Result<()> {
        Ok(())
    }

    fn row<'s>(&'s mut self, slot: &Slot, row: &dyn Row) -> Result<&'s mut dyn Sink> {
        self.rows.push(R::from_row(slot, row)?);
        Ok(&mut self.nothing)
    }
}

/// What is below a row of columns: nothing has a place there.
struct Nothing;

impl Sink for Nothing {
    fn open(&mut self, slot: &Slot, _rows: usize) -> Result<()> {
        Err(Error::new(
            relata_schema::ErrorKind::Request,
            format!("a row of columns has no place for the include \"{}\"", slot.key),
        )
        .help("say \"attributes\": [] to only filter by it, or read records"))
    }

    fn row<'s>(&'s mut self, _slot: &Slot, _row: &dyn Row) -> Result<&'s mut dyn Sink> {
        Ok(self)
    }
}
