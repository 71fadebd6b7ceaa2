//! Records of derived models.

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use relata_driver::Row;
use relata_planner::Slot;
use relata_request::typed::{Column, Model};
use relata_schema::{Datum, Error, ErrorKind, ModelRef, Result, Value, datum_to_json};
use serde_json::{Map, Value as Json};

use crate::{FromDatum, Instance, Sink, State, into_value::same};

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

    /// What was loaded of an association.
    fn loaded(&self, association: u16) -> Option<&dyn Relation>;

    /// The value of an attribute.
    fn get(&self, attribute: u16) -> Option<Datum<'_>>;

    /// Sets an attribute.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`] when the value is not of the field's type.
    fn set(&mut self, attribute: u16, value: Value) -> Result<()>;
}

/// A field that holds the rows of an association.
pub trait Relation {
    /// The association was loaded, and so many rows of it follow.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`] when it was loaded already: a record has one place for it.
    fn open(&mut self, rows: usize) -> Result<()>;

    /// A row of the association.
    ///
    /// # Errors
    ///
    /// Those of reading it.
    fn row<'s>(&'s mut self, slot: &Slot, row: &dyn Row) -> Result<&'s mut dyn Sink>;

    /// The row of that number, to which something belongs.
    fn again(&mut self, place: usize) -> Option<&mut dyn Sink>;

    /// What was loaded, as JSON; nothing when nothing was.
    fn json(&self) -> Option<Json>;

    /// Forgets what was loaded.
    fn forget(&mut self);
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
    T::from_row(row, slot.columns.start + place, found.kind).map_err(|error| error.at(path()))
}

/// Reads a value for a field: the derive macro calls it.
///
/// # Errors
///
/// [`ErrorKind::Decode`] with the model path.
pub fn read_value<M: Model, T: FromDatum>(value: Value, attribute: u16) -> Result<T> {
    T::from_datum(value)
        .map_err(|error| error.at(format!("{}.{}", M::def().name, M::def().attributes[usize::from(attribute)].name)))
}

/// A row of a model. It derefs to the model.
///
/// What its fields were when it was read is kept from the first mutable access on, so that reading costs nothing and
/// saving writes only what has changed.
#[derive(Debug, Clone)]
pub struct Record<M> {
    value: M,
    original: Option<Box<[Value]>>,
    state: State,
}

/// Records are equal when their fields are.
impl<M: PartialEq> PartialEq for Record<M> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<M> Record<M> {
    /// A record that is not in the database yet: saving it inserts it. A key that the database numbers is left to the
    /// database while it is zero.
    pub fn new(value: M) -> Self {
        Record { value, original: None, state: State::New }
    }

    pub(crate) fn stored(value: M) -> Self {
        Record { value, original: None, state: State::Stored }
    }

    /// The model, out of its record.
    pub fn into_inner(self) -> M {
        self.value
    }

    /// Whether it is not in the database yet.
    pub fn is_new(&self) -> bool {
        self.state == State::New
    }
}

impl<M: Hydrate> Record<M> {
    /// Keeps what the fields are, if nothing is kept yet.
    fn keep(&mut self) {
        if self.original.is_none() && self.state == State::Stored {
            let attributes = 0..M::def().attributes.len() as u16;
            let values = attributes.map(|attribute| self.value.get(attribute).map_or(Datum::Null, Datum::into_owned));
            self.original = Some(values.collect());
        }
    }

    /// The attributes that have changed since the record was read or saved.
    ///
    /// ```text
    /// user.name = "Ann".to_owned();
    /// assert_eq!(user.changed(), ["name"]);
    /// ```
    pub fn changed(&self) -> Vec<&'static str> {
        let def = M::def();
        (0u16..)
            .zip(&def.attributes)
            .filter(|(attribute, _)| self.has_changed(*attribute))
            .map(|(_, declared)| declared.name.as_str())
            .collect()
    }

    /// Forgets what was loaded of an association.
    pub(crate) fn forget(&mut self, association: u16) {
        if let Some(relation) = self.value.relation(association) {
            relation.forget();
        }
    }

    fn has_changed(&self, attribute: u16) -> bool {
        match (self.state, self.original(attribute), self.value.get(attribute)) {
            (State::New, ..) => true,
            (_, Some(original), Some(value)) => !same(&original, &value),
            _ => false,
        }
    }

    /// Whether an attribute has changed since the record was read or saved.
    pub fn is_changed<T>(&self, column: Column<M, T>) -> bool {
        self.has_changed(column.attribute())
    }

    /// What an attribute was when the record was read or saved last; `None` for NULL.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`] for a record that is not in the database yet.
    pub fn previous<T: FromDatum>(&self, column: Column<M, T>) -> Result<Option<T>> {
        let original = self.original(column.attribute()).ok_or_else(|| {
            Error::new(ErrorKind::Request, "the record is not in the database yet").at(&M::def().name)
        })?;
        Option::from_datum(original)
    }

    /// Whether another record is of the same row: of equal key.
    pub fn equals(&self, other: &Record<M>) -> bool {
        M::def().primary_key.iter().all(|&key| match (self.value.get(key), other.value.get(key)) {
            (Some(own), Some(others)) => same(&own, &others),
            _ => false,
        })
    }

    /// Whether it is soft-deleted.
    pub fn is_soft_deleted(&self) -> bool {
        M::def().paranoid.and_then(|deleted| self.value.get(deleted)).is_some_and(|value| !value.is_null())
    }

    /// The record as JSON: its attributes by name, and what was loaded along.
    pub fn to_json(&self) -> Json {
        let def = M::def();
        let mut out = Map::new();
        for (attribute, declared) in (0u16..).zip(&def.attributes) {
            if let Some(value) = self.value.get(attribute) {
                out.insert(declared.name.clone(), datum_to_json(&value, declared.ty.scale()));
            }
        }
        for (association, declared) in (0u16..).zip(&def.associations) {
            if let Some(json) = self.value.loaded(association).and_then(Relation::json) {
                out.insert(declared.name.clone(), json);
            }
        }
        Json::Object(out)
    }
}

impl<M: Hydrate> Instance for Record<M> {
    fn model(&self) -> Result<ModelRef> {
        Ok(ModelRef::Static(M::def()))
    }

    fn value(&self, attribute: u16) -> Option<Datum<'_>> {
        self.value.get(attribute)
    }

    fn original(&self, attribute: u16) -> Option<Datum<'_>> {
        match (self.state, &self.original) {
            (State::New, _) => None,
            (_, Some(original)) => original.get(usize::from(attribute)).map(Datum::borrowed),
            (_, None) => self.value.get(attribute),
        }
    }

    fn put(&mut self, attribute: u16, value: Value) -> Result<()> {
        self.keep();
        self.value.set(attribute, value)
    }

    fn state(&self) -> State {
        self.state
    }

    fn settle(&mut self, state: State) {
        self.original = None;
        self.state = state;
    }
}

impl<M> Deref for Record<M> {
    type Target = M;

    fn deref(&self) -> &M {
        &self.value
    }
}

impl<M: Hydrate> DerefMut for Record<M> {
    fn deref_mut(&mut self) -> &mut M {
        self.keep();
        &mut self.value
    }
}

impl<M: Hydrate> Sink for Record<M> {
    fn open(&mut self, slot: &Slot, rows: usize) -> Result<()> {
        place(&mut self.value, slot)?.open(rows)
    }

    fn row<'s>(&'s mut self, slot: &Slot, row: &dyn Row) -> Result<&'s mut dyn Sink> {
        place(&mut self.value, slot)?.row(slot, row)
    }

    fn again(&mut self, slot: &Slot, place: usize) -> Option<&mut dyn Sink> {
        self.value.relation(slot.association)?.again(place)
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
    fn open(&mut self, _slot: &Slot, _rows: usize) -> Result<()> {
        Ok(())
    }

    fn row<'s>(&'s mut self, slot: &Slot, row: &dyn Row) -> Result<&'s mut dyn Sink> {
        self.push(Record::stored(M::read(slot, row)?));
        match self.last_mut() {
            Some(last) => Ok(last),
            None => Err(Error::internal("a row that was just pushed is gone")),
        }
    }

    fn keeps(&self) -> bool {
        true
    }

    fn again(&mut self, _slot: &Slot, place: usize) -> Option<&mut dyn Sink> {
        self.get_mut(place).map(|record| record as &mut dyn Sink)
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
    fn open(&mut self, rows: usize) -> Result<()> {
        match self.0.replace(Box::new(Vec::with_capacity(rows))) {
            None => Ok(()),
            Some(_) => Err(twice()),
        }
    }

    fn row<'s>(&'s mut self, slot: &Slot, row: &dyn Row) -> Result<&'s mut dyn Sink> {
        (**self.0.get_or_insert_with(|| Box::new(Vec::new()))).held_mut().row(slot, row)
    }

    fn again(&mut self, place: usize) -> Option<&mut dyn Sink> {
        let rows = (**self.0.as_mut()?).held_mut();
        rows.get_mut(place).map(|record| record as &mut dyn Sink)
    }

    fn json(&self) -> Option<Json> {
        self.0.as_ref().map(|rows| (**rows).held().iter().map(Record::to_json).collect())
    }

    fn forget(&mut self) {
        self.0 = None;
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
    fn open(&mut self, _rows: usize) -> Result<()> {
        match self.0.replace(None) {
            None => Ok(()),
            Some(_) => Err(twice()),
        }
    }

    fn row<'s>(&'s mut self, slot: &Slot, row: &dyn Row) -> Result<&'s mut dyn Sink> {
        let record = Record::stored(T::read(slot, row)?);
        match self.0.insert(Some(Box::new(record))) {
            Some(record) => Ok((**record).held_mut()),
            None => Err(Error::internal("a row that was just kept is gone")),
        }
    }

    fn again(&mut self, _place: usize) -> Option<&mut dyn Sink> {
        Some((**self.0.as_mut()?.as_mut()?).held_mut())
    }

    fn json(&self) -> Option<Json> {
        self.0.as_ref().map(|row| row.as_ref().map_or(Json::Null, |row| (**row).held().to_json()))
    }

    fn forget(&mut self) {
        self.0 = None;
    }
}
