//! Values that are to be written: of a record that is not there yet, or the changes of one that is.

use relata_request::typed::Column;
use relata_schema::{
    Datum, Error, ErrorKind, Kind, ModelRef, ModelView, Result, Value, datum_to_json, in_system, nearest_double,
};

use crate::{FromDatum, IntoValue, into_value::same};

/// Values of a model by attribute, and what is to be created along with them.
///
/// A draft knows no Rust type of its model. Derived models have drafts of their own with a method for each field, which
/// are this; hooks and validators see this.
#[derive(Debug)]
pub struct Draft {
    model: ModelRef,
    values: Vec<Option<Value>>,
    /// What the database has, of a record that is there.
    before: Option<Vec<Option<Value>>>,
    nested: Vec<(u16, Vec<Draft>)>,
    /// The first mistake: setters return the draft, so it waits here.
    problem: Option<Error>,
}

impl Clone for Draft {
    fn clone(&self) -> Self {
        Draft {
            model: self.model.clone(),
            values: self.values.clone(),
            before: self.before.clone(),
            nested: self.nested.clone(),
            problem: self.problem.as_ref().map(Error::again),
        }
    }
}

impl Draft {
    /// A draft of a new record, without any value.
    pub fn new(model: ModelRef) -> Self {
        let values = vec![None; model.view().attributes.len()];
        Draft { model, values, before: None, nested: Vec::new(), problem: None }
    }

    /// The changes of a record that is there.
    pub(crate) fn of_stored(model: ModelRef, before: Vec<Option<Value>>) -> Self {
        Draft { before: Some(before), ..Draft::new(model) }
    }

    /// The model.
    pub fn model(&self) -> ModelView<'_> {
        self.model.view()
    }

    pub(crate) fn model_ref(&self) -> &ModelRef {
        &self.model
    }

    /// Whether the record is not there yet.
    pub fn is_new(&self) -> bool {
        self.before.is_none()
    }

    /// Sets an attribute by name.
    #[must_use]
    pub fn with(mut self, attribute: &str, value: impl Into<Value>) -> Self {
        if let Err(error) = self.set(attribute, value) {
            self.problem.get_or_insert(error);
        }
        self
    }

    /// Sets an attribute by name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownAttribute`] with the nearest name.
    pub fn set(&mut self, attribute: &str, value: impl Into<Value>) -> Result<()> {
        let view = self.model.view();
        let attribute = view.require_attribute(attribute).map_err(|error| error.at(&view.name))?;
        self.put(attribute, value.into());
        Ok(())
    }

    /// Sets an attribute of a derived model.
    pub fn set_of<M, T>(&mut self, column: Column<M, T>, value: impl IntoValue<T>) {
        self.put(column.attribute(), value.into_value());
    }

    /// Sets an attribute by its place in the model.
    pub fn put(&mut self, attribute: u16, value: Value) {
        let kind = self.model().def().attributes.get(usize::from(attribute)).map(|declared| declared.ty.kind());
        // What the column would make of it.
        let value = match (value, kind) {
            (Value::Decimal(decimal), Some(Kind::Double)) => Value::Double(nearest_double(decimal)),
            (Value::Real(real), Some(Kind::Double)) => Value::Double(real.into()),
            (Value::Decimal(decimal), Some(Kind::Real)) => Value::Real(nearest_double(decimal) as f32),
            // One that is too great is left to be refused.
            (Value::Double(double), Some(Kind::Real)) if (double as f32).is_infinite() == double.is_infinite() => {
                Value::Real(double as f32)
            }
            (Value::Int(number), Some(Kind::UnsignedBigInt)) => {
                u64::try_from(number).map_or(Value::Int(number), Value::UnsignedInt)
            }
            (Value::UnsignedInt(number), Some(kind)) if kind != Kind::UnsignedBigInt => {
                i64::try_from(number).map_or(Value::UnsignedInt(number), Value::Int)
            }
            (Value::Json(shape), Some(Kind::Geometry | Kind::Geography)) => {
                let ty = &self.model().def().attributes[usize::from(attribute)].ty;
                let placed = in_system(&shape, ty);
                Value::Json(placed.map_or(shape, Into::into))
            }
            (value, _) => value,
        };
        if let Some(place) = self.values.get_mut(usize::from(attribute)) {
            *place = Some(value);
        }
    }

    /// What an attribute is set to, or what the database has of it.
    pub fn get(&self, attribute: &str) -> Option<&Value> {
        let attribute = self.model.view().attribute(attribute)?;
        self.value(attribute).or_else(|| self.before_of(attribute))
    }

    /// What an attribute of a derived model is set to, or what the database has of it; `None` for NULL.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`] when the value is of another type, [`ErrorKind::NotLoaded`] when there is none.
    pub fn get_of<M, T: FromDatum>(&self, column: Column<M, T>) -> Result<Option<T>> {
        let attribute = column.attribute();
        let value = self.value(attribute).or_else(|| self.before_of(attribute)).ok_or_else(|| {
            let name = &self.model().def().attributes[usize::from(attribute)].name;
            Error::new(ErrorKind::NotLoaded, "the attribute has no value in this draft").at(name)
        })?;
        Option::from_datum(value.borrowed())
    }

    /// What an attribute is set to.
    pub fn value(&self, attribute: u16) -> Option<&Value> {
        self.values.get(usize::from(attribute)).and_then(Option::as_ref)
    }

    fn before_of(&self, attribute: u16) -> Option<&Value> {
        self.before.as_ref().and_then(|before| before.get(usize::from(attribute))).and_then(Option::as_ref)
    }

    /// What the database has of an attribute; nothing for a new record.
    pub fn previous(&self, attribute: &str) -> Option<&Value> {
        self.model.view().attribute(attribute).and_then(|attribute| self.before_of(attribute))
    }

    /// The attributes that are set to something else than the database has.
    pub fn changed(&self) -> impl Iterator<Item = u16> + '_ {
        (0..self.values.len() as u16).filter(|&attribute| match (self.value(attribute), self.before_of(attribute)) {
            (Some(new), Some(old)) => !same(new, old),
            (new, _) => new.is_some(),
        })
    }

    /// Leaves an attribute alone, whatever it was set to.
    pub fn unset(&mut self, attribute: u16) {
        if let Some(place) = self.values.get_mut(usize::from(attribute)) {
            *place = None;
        }
    }

    /// Creates a record of an association along with this one.
    #[must_use]
    pub fn nest(mut self, association: &str, draft: impl Into<Draft>) -> Self {
        let view = self.model.view();
        match view.require_association(association).map_err(|error| error.at(&view.name)) {
            Ok(association) => self.nest_at(association, draft.into()),
            Err(error) => drop(self.problem.get_or_insert(error)),
        }
        self
    }

    /// Creates a record of an association along with this one, by the association's place in the model.
    pub fn nest_at(&mut self, association: u16, draft: Draft) {
        if usize::from(association) >= self.model.view().associations.len() {
            let message = format!("the model has no association number {association}");
            self.problem.get_or_insert(Error::new(ErrorKind::UnknownAssociation, message));
            return;
        }
        match self.nested.iter_mut().find(|(known, _)| *known == association) {
            Some((_, drafts)) => drafts.push(draft),
            None => self.nested.push((association, vec![draft])),
        }
    }

    pub(crate) fn has_nested(&self) -> bool {
        !self.nested.is_empty()
    }

    pub(crate) fn take_nested(&mut self) -> Vec<(u16, Vec<Draft>)> {
        std::mem::take(&mut self.nested)
    }

    /// The first mistake that was made with it.
    pub(crate) fn check(&self) -> Result<()> {
        self.model.view().check()?;
        self.problem.as_ref().map_or(Ok(()), |error| Err(error.again()))
    }

    /// The values that are set, by place.
    pub(crate) fn given(&self) -> Vec<(u16, Datum<'_>)> {
        (0u16..).zip(&self.values).filter_map(|(i, value)| value.as_ref().map(|value| (i, value.borrowed()))).collect()
    }

    /// The values that are set, as a JSON object.
    pub fn to_json(&self) -> serde_json::Value {
        let view = self.model.view();
        let mut out = serde_json::Map::new();
        for (attribute, value) in view.def().attributes.iter().zip(&self.values) {
            if let Some(value) = value {
                out.insert(attribute.name.clone(), datum_to_json(value, attribute.ty.scale()));
            }
        }
        serde_json::Value::Object(out)
    }
}
