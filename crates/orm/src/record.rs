//! Records of derived models.

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use relata_driver::Row;
use relata_planner::Slot;
use relata_request::typed::Model;
use relata_schema::{Error, ErrorKind, Result};

use crate::{FromDatum, Sink};

/// A model whose rows can be read. The derive macro implements it.
pub trait Hydrate: Model {
    /// Reads the plain fields of a row; relations are not loaded yet.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`] when a value is not of its field's type, [`ErrorKind::NotLoaded`] when not every attribute
    /// was selected.
    fn read(slot: &Slot, row: &dyn Row) -> Result<Self>;

    /// The place for the rows of an association.
    fn relation(&mut self, association: u16) -> Option<&mut dyn Relation>;
}

/// A field that holds the rows of an association.
pub trait Relation {
    /// The association was loaded. No row may follow.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`] when it was loaded already: a record has one place for it.
    fn open(&mut self) -> Result<()>;

    /// A row of the association.
    ///
    /// # Errors
    ///
    /// Those of reading it.
    fn row<'s>(&'s mut self, slot: &Slot, row: &dyn Row) -> Result<&'s mut dyn Sink>;
}

/// Reads a plain field: the derive macro calls it with the attribute's place.
///
/// # Errors
///
/// [`ErrorKind::Decode`] with the model path, [`ErrorKind::NotLoaded`] when the attribute was not selected.
pub fn field<M: Model, T: FromDatum>(slot: &Slot, row: &dyn Row, attribute: u16) -> Result<T> {
    let place = usize::from(attribute);
    let path = || format!("{}.{}", M::def().name, M::def().attributes[place].name);
    let found = slot.fields.get(place).filter(|field| field.attribute == Some(attribute));
    let Some(found) = found else {
        return Err(Error::new(ErrorKind::NotLoaded, "the attribute was not selected, and a record has all of them")
            .at(path())
            .help("read fewer columns with select, or as dynamic records"));
    };
    let datum = row.get(slot.columns.start + place, found.kind).map_err(|error| error.at(path()))?;
    T::from_datum(datum).map_err(|error| error.at(path()))
}

/// A row of a model. It derefs to the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Record<M> {
    value: M,
}

impl<M> Record<M> {
    /// The model, out of its record.
    pub fn into_inner(self) -> M {
        self.value
    }
}

impl<M> Deref for Record<M> {
    type Target = M;

    fn deref(&self) -> &M {
        &self.value
    }
}

impl<M> DerefMut for Record<M> {
    fn deref_mut(&mut self) -> &mut M {
        &mut self.value
    }
}

impl<M: Hydrate> Sink for Record<M> {
    fn open(&mut self, slot: &Slot) -> Result<()> {
        place(&mut self.value, slot)?.open()
    }

    fn row<'s>(&'s mut self, slot: &Slot, row: &dyn Row) -> Result<&'s mut dyn Sink> {
        place(&mut self.value, slot)?.row(slot, row)
    }
}

fn place<'m, M: Hydrate>(model: &'m mut M, slot: &Slot) -> Result<&'m mut dyn Relation> {
    model.relation(slot.association).ok_or_else(|| {
        Error::new(ErrorKind::Request, format!("the struct has no field for the association \"{}\"", slot.key))
            .at(&M::def().name)
            .help("add a field of type One or Many, or read dynamic records")
    })
}

/// Collects the root rows of a find.
impl<M: Hydrate> Sink for Vec<Record<M>> {
    fn open(&mut self, _slot: &Slot) -> Result<()> {
        Ok(())
    }

    fn row<'s>(&'s mut self, slot: &Slot, row: &dyn Row) -> Result<&'s mut dyn Sink> {
        self.push(Record { value: M::read(slot, row)? });
        match self.last_mut() {
            Some(last) => Ok(last),
            None => Err(Error::internal("a row that was just pushed is gone")),
        }
    }
}

fn twice() -> Error {
    Error::new(ErrorKind::Request, "the association is included twice, and a record has one place for it")
        .help("read dynamic records or JSON, where each include has its own name")
}

fn not_loaded() -> Error {
    Error::new(ErrorKind::NotLoaded, "the association was not included")
        .help("include it in the find; relata never queries behind your back")
}

/// What a relation has loaded, behind a trait object.
///
/// The object is a wall for the compiler. Models refer to one another, and without it a question about one (how is it
/// dropped, may it be sent) becomes a question about all that it leads to: fifty models in a ring were too deep.
trait Loaded<C>: Send + Sync {
    fn held(&self) -> &C;
    fn held_mut(&mut self) -> &mut C;
    fn copy(&self) -> Box<dyn Loaded<C>>
    where
        C: Clone;
}

impl<C: Send + Sync + 'static> Loaded<C> for C {
    fn held(&self) -> &C {
        self
    }

    fn held_mut(&mut self) -> &mut C {
        self
    }

    fn copy(&self) -> Box<dyn Loaded<C>>
    where
        C: Clone,
    {
        Box::new(self.clone())
    }
}

/// The rows of an association of several: not loaded, or loaded.
pub struct Many<T>(Option<Box<dyn Loaded<Vec<Record<T>>>>>);

impl<T> Many<T> {
    /// Not loaded.
    pub const NOT_LOADED: Many<T> = Many(None);

    /// The rows.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotLoaded`] when no include has loaded them.
    pub fn get(&self) -> Result<&[Record<T>]> {
        self.0.as_ref().map(|rows| (**rows).held().as_slice()).ok_or_else(not_loaded)
    }

    /// Whether they were loaded.
    pub fn is_loaded(&self) -> bool {
        self.0.is_some()
    }
}

impl<T> Default for Many<T> {
    fn default() -> Self {
        Many::NOT_LOADED
    }
}

impl<T: Clone> Clone for Many<T> {
    fn clone(&self) -> Self {
        Many(self.0.as_ref().map(|rows| (**rows).copy()))
    }
}

impl<T: fmt::Debug> fmt::Debug for Many<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(rows) => (**rows).held().fmt(f),
            None => f.write_str("not loaded"),
        }
    }
}

impl<T: PartialEq> PartialEq for Many<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_ref().map(|rows| (**rows).held()) == other.0.as_ref().map(|rows| (**rows).held())
    }
}

impl<T: Hydrate> Relation for Many<T> {
    fn open(&mut self) -> Result<()> {
        match self.0.replace(Box::new(Vec::new())) {
            None => Ok(()),
            Some(_) => Err(twice()),
        }
    }

    fn row<'s>(&'s mut self, slot: &Slot, row: &dyn Row) -> Result<&'s mut dyn Sink> {
        (**self.0.get_or_insert_with(|| Box::new(Vec::new()))).held_mut().row(slot, row)
    }
}

/// The row of an association of one: not loaded, or loaded, and then there or not.
pub struct One<T>(Option<Option<Box<dyn Loaded<Record<T>>>>>);

impl<T> One<T> {
    /// Not loaded.
    pub const NOT_LOADED: One<T> = One(None);

    /// The row, if there is one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotLoaded`] when no include has loaded it.
    pub fn get(&self) -> Result<Option<&Record<T>>> {
        self.0.as_ref().map(|row| row.as_ref().map(|row| (**row).held())).ok_or_else(not_loaded)
    }

    /// Whether it was loaded.
    pub fn is_loaded(&self) -> bool {
        self.0.is_some()
    }
}

impl<T> Default for One<T> {
    fn default() -> Self {
        One::NOT_LOADED
    }
}

impl<T: Clone> Clone for One<T> {
    fn clone(&self) -> Self {
        One(self.0.as_ref().map(|row| row.as_ref().map(|row| (**row).copy())))
    }
}

impl<T: fmt::Debug> fmt::Debug for One<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(row) => row.as_ref().map(|row| (**row).held()).fmt(f),
            None => f.write_str("not loaded"),
        }
    }
}

impl<T: PartialEq> PartialEq for One<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get().ok() == other.get().ok()
    }
}

impl<T: Hydrate> Relation for One<T> {
    fn open(&mut self) -> Result<()> {
        match self.0.replace(None) {
            None => Ok(()),
            Some(_) => Err(twice()),
        }
    }

    fn row<'s>(&'s mut self, slot: &Slot, row: &dyn Row) -> Result<&'s mut dyn Sink> {
        let record = Record { value: T::read(slot, row)? };
        match self.0.insert(Some(Box::new(record))) {
            Some(record) => Ok((**record).held_mut()),
            None => Err(Error::internal("a row that was just kept is gone")),
        }
    }
}
