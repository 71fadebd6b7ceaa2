//! Records of models that are defined at run time.

use relata_driver::Row;
use relata_planner::{Field, Name, Share, Slot};
use relata_schema::{Datum, Error, ErrorKind, ModelRef, Result, Value, datum_to_json};
use serde_json::{Map, Value as Json};

use crate::{Draft, Executor, Instance, Sink, State, WriteOptions, decode::kept, into_value::same, write};

/// A row of a model that is defined at run time: values by name, and the rows of what was included.
#[derive(Debug, Clone, Default)]
pub struct DynRecord {
    model: Option<ModelRef>,
    /// What the values are. The rows of one answer share it.
    fields: Share<Field>,
    values: Vec<Value>,
    /// What the database has of values that were set since; empty as long as none was.
    originals: Vec<Option<Value>>,
    edges: Vec<Edge>,
    state: State,
}

/// What was included under one key.
#[derive(Debug, Clone, PartialEq)]
struct Edge {
    key: Name,
    single: bool,
    rows: Vec<DynRecord>,
}

/// Records are equal when their values and what was included are.
impl PartialEq for DynRecord {
    fn eq(&self, other: &Self) -> bool {
        self.values().eq(other.values()) && self.edges == other.edges
    }
}

impl DynRecord {
    /// A record of values that belong to no model.
    pub(crate) fn of_values(fields: Share<Field>, values: Vec<Value>) -> DynRecord {
        DynRecord { fields, values, ..DynRecord::default() }
    }

    /// What root rows of a model are collected in.
    pub(crate) fn collector(model: ModelRef) -> DynRecord {
        DynRecord { model: Some(model), ..DynRecord::default() }
    }

    /// The root rows that were collected.
    pub(crate) fn into_collected(mut self) -> Vec<DynRecord> {
        self.edges.pop().map(|edge| edge.rows).unwrap_or_default()
    }

    /// A value by attribute or alias.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotLoaded`] when it was not selected.
    pub fn get(&self, name: &str) -> Result<&Value> {
        self.place(name).map(|place| &self.values[place])
    }

    fn place(&self, name: &str) -> Result<usize> {
        self.fields.iter().position(|field| *field.name == *name).ok_or_else(|| self.not_selected(name))
    }

    fn place_of(&self, attribute: u16) -> Option<usize> {
        // Nearly always every attribute was selected, in order.
        let is_it = |field: &Field| field.attribute == Some(attribute);
        match self.fields.get(usize::from(attribute)) {
            Some(field) if is_it(field) => Some(usize::from(attribute)),
            _ => self.fields.iter().position(is_it),
        }
    }

    fn not_selected(&self, name: &str) -> Error {
        Error::new(ErrorKind::NotLoaded, format!("\"{name}\" was not selected"))
            .near(name, self.fields.iter().map(|field| &*field.name))
    }

    /// The rows of an include by its key.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotLoaded`] when it was not included.
    pub fn rows(&self, key: &str) -> Result<&[DynRecord]> {
        self.edges.iter().find(|edge| *edge.key == *key).map(|edge| edge.rows.as_slice()).ok_or_else(|| {
            Error::new(ErrorKind::NotLoaded, format!("\"{key}\" was not included"))
                .near(key, self.edges.iter().map(|edge| &*edge.key))
        })
    }

    /// The row of an include of one, if there is one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotLoaded`] when it was not included.
    pub fn row_of(&self, key: &str) -> Result<Option<&DynRecord>> {
        self.rows(key).map(<[_]>::first)
    }

    /// Names and values, in the order selected.
    pub fn values(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.fields.iter().map(|field| &*field.name).zip(&self.values)
    }

    /// Sets an attribute.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotLoaded`] for one that was not selected.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) -> Result<()> {
        let place = self.place(name)?;
        self.set_at(place, value.into());
        Ok(())
    }

    /// The attributes that have changed since the record was read or saved.
    pub fn changed(&self) -> Vec<&str> {
        let changed = self
            .originals
            .iter()
            .zip(&self.values)
            .zip(self.fields.iter())
            .filter(|((original, value), _)| original.as_ref().is_some_and(|original| !same(original, value)));
        changed.map(|(_, field)| &*field.name).collect()
    }

    /// What an attribute was when the record was read or saved last.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotLoaded`] when it was not selected.
    pub fn previous(&self, name: &str) -> Result<&Value> {
        self.place(name).map(|place| self.original_at(place))
    }

    /// Whether another record is of the same row: of the same model and of equal key.
    pub fn equals(&self, other: &DynRecord) -> bool {
        let (Some(model), Some(others)) = (&self.model, &other.model) else { return false };
        model.view().id == others.view().id
            && model.view().primary_key.iter().all(|&key| match (self.value(key), other.value(key)) {
                (Some(own), Some(theirs)) => same(&own, &theirs),
                _ => false,
            })
    }

    /// The record as JSON: what was selected by name, and what was included.
    pub fn to_json(&self) -> Json {
        let mut out = Map::new();
        for (field, value) in self.fields.iter().zip(&self.values) {
            out.insert(field.name.to_string(), datum_to_json(value, field.scale));
        }
        for edge in &self.edges {
            let mut rows = edge.rows.iter().map(DynRecord::to_json);
            let json = if edge.single { rows.next().unwrap_or(Json::Null) } else { rows.collect() };
            out.insert(edge.key.to_string(), json);
        }
        Json::Object(out)
    }

    /// Writes what has changed, and checks the version; says whether anything had.
    ///
    /// # Errors
    ///
    /// As those of [`Record::save`](crate::Record::save).
    pub fn save(&mut self, on: &impl Executor) -> Result<bool> {
        write::save(on, self, None, WriteOptions::default())
    }

    /// Saves with options.
    ///
    /// # Errors
    ///
    /// As [`save`](DynRecord::save).
    pub fn save_with(&mut self, on: &impl Executor, options: WriteOptions) -> Result<bool> {
        write::save(on, self, None, options)
    }

    /// Reads the row again: the attributes that it has, and nothing of what was included.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] when it is gone, or what the database says.
    pub fn reload(&mut self, on: &impl Executor) -> Result<()> {
        let model = self.model()?;
        let key = write::reload_key(self)?;
        let mut request = write::keyed(&model, relata_request::Call::Find, &key);
        let flags = relata_request::Flags { paranoid: false, ..request.flags() };
        request.set_flags(flags);
        let mut rows = DynRecord::collector(model.clone());
        crate::run::run(on, &request, &mut rows)?;
        *self =
            rows.into_collected().into_iter().next().ok_or_else(|| {
                Error::new(ErrorKind::NotFound, "the row is not there any more").at(&model.view().name)
            })?;
        Ok(())
    }

    /// Removes the row, or marks it as removed where the model is paranoid.
    ///
    /// # Errors
    ///
    /// As [`save`](DynRecord::save).
    pub fn destroy(&mut self, on: &impl Executor) -> Result<()> {
        write::destroy(on, self, false, WriteOptions::default())
    }

    /// Removes the row, even where the model is paranoid.
    ///
    /// # Errors
    ///
    /// As [`save`](DynRecord::save).
    pub fn destroy_for_good(&mut self, on: &impl Executor) -> Result<()> {
        write::destroy(on, self, true, WriteOptions::default())
    }

    /// Makes it visible again after it was soft-deleted.
    ///
    /// # Errors
    ///
    /// As [`save`](DynRecord::save).
    pub fn restore(&mut self, on: &impl Executor) -> Result<()> {
        write::restore(on, self, WriteOptions::default())
    }

    /// Adds to an attribute as it is in the database, and takes over what it is then.
    ///
    /// # Errors
    ///
    /// As [`save`](DynRecord::save).
    pub fn increment(&mut self, name: &str, by: impl Into<Value>, on: &impl Executor) -> Result<()> {
        let attribute = self.model()?.view().require_attribute(name)?;
        write::increment(on, self, vec![(attribute, by.into())], WriteOptions::default())
    }

    /// The rows of an association of this record, to be changed.
    pub fn links<'r>(&'r mut self, association: &str) -> Result<DynLinks<'r>> {
        let model = self.model()?;
        let association = model.view().require_association(association)?;
        Ok(DynLinks { record: self, association, options: write::LinkOptions::default() })
    }
}

impl DynRecord {
    fn set_at(&mut self, place: usize, value: Value) {
        let old = std::mem::replace(&mut self.values[place], value);
        if self.originals.len() <= place {
            self.originals.resize(place + 1, None);
        }
        self.originals[place].get_or_insert(old);
    }

    fn original_at(&self, place: usize) -> &Value {
        self.originals.get(place).and_then(Option::as_ref).unwrap_or(&self.values[place])
    }
}

impl Instance for DynRecord {
    fn model(&self) -> Result<ModelRef> {
        self.model.clone().ok_or_else(|| {
            Error::new(ErrorKind::Request, "the row belongs to no model").help("find it by its model to change it")
        })
    }

    fn value(&self, attribute: u16) -> Option<Datum<'_>> {
        self.place_of(attribute).map(|place| self.values[place].borrowed())
    }

    fn original(&self, attribute: u16) -> Option<Datum<'_>> {
        self.place_of(attribute).map(|place| self.original_at(place).borrowed())
    }

    fn put(&mut self, attribute: u16, value: Value) -> Result<()> {
        if let Some(place) = self.place_of(attribute) {
            self.set_at(place, value);
            return Ok(());
        }
        let model = self.model()?;
        let field = Field::of_attribute(model.view(), attribute);
        self.fields = Share::of(self.fields.iter().cloned().chain([field]).collect());
        self.values.push(value);
        Ok(())
    }

    fn state(&self) -> State {
        self.state
    }

    fn settle(&mut self, state: State) {
        self.originals.clear();
        self.state = state;
    }
}

impl Sink for DynRecord {
    fn open(&mut self, slot: &Slot, rows: usize) -> Result<()> {
        self.edges.push(Edge { key: slot.key.clone(), single: slot.single, rows: Vec::with_capacity(rows) });
        Ok(())
    }

    fn row<'s>(&'s mut self, slot: &Slot, row: &dyn Row) -> Result<&'s mut dyn Sink> {
        let model = match &self.model {
            Some(model) if slot.key.is_empty() => Some(model.clone()),
            Some(model) => Some(model.target(slot.association)?),
            None => None,
        };
        let junction_model = match (&slot.through, &self.model) {
            (Some(_), Some(model)) => Some(model.through(slot.association)?),
            _ => None,
        };
        // The rows of an edge are all of one slot.
        let mut record = DynRecord::read(model, &slot.fields, slot.columns.start, row)?;
        if let Some(through) = &slot.through {
            let junction = DynRecord::read(junction_model, &through.fields, through.columns.start, row)?;
            record.edges.push(Edge { key: through.key.clone(), single: true, rows: vec![junction] });
        }
        if self.edges.is_empty() {
            // The root's rows come without an edge being opened.
            self.edges.push(Edge { key: Name::of(""), single: false, rows: Vec::new() });
        }
        match self.edge(slot) {
            Some(edge) => {
                edge.rows.push(record);
                edge.rows.last_mut().map(|last| last as &mut dyn Sink).ok_or_else(|| Error::internal("a row is gone"))
            }
            None => Err(Error::internal("a row has no edge")),
        }
    }

    fn keeps(&self) -> bool {
        true
    }

    fn again(&mut self, slot: &Slot, place: usize) -> Option<&mut dyn Sink> {
        self.edge(slot)?.rows.get_mut(place).map(|record| record as &mut dyn Sink)
    }
}

impl DynRecord {
    /// The rows of a slot. The one that was opened last is looked at first, and behind what is shown of the junction.
    fn edge(&mut self, slot: &Slot) -> Option<&mut Edge> {
        self.edges.iter_mut().rev().find(|edge| *edge.key == *slot.key)
    }

    /// Reads a row. What its fields are it shares with the plan.
    fn read(model: Option<ModelRef>, fields: &Share<Field>, start: usize, row: &dyn Row) -> Result<DynRecord> {
        let mut values = Vec::with_capacity(fields.len());
        for (i, field) in fields.iter().enumerate() {
            values.push(kept(row, start + i, field.kind).map_err(|error| error.at(&field.name))?);
        }
        Ok(DynRecord { model, fields: fields.clone(), values, ..DynRecord::default() })
    }
}

/// The rows of one association of one record, to be changed: see [`DynRecord::links`].
#[must_use = "nothing is sent until a call says what"]
pub struct DynLinks<'r> {
    record: &'r mut DynRecord,
    association: u16,
    options: write::LinkOptions,
}

impl DynLinks<'_> {
    /// Children of a has-one or has-many that are taken away are destroyed; else they stay, without a parent.
    pub fn destroying(mut self) -> Self {
        self.options.destroy = true;
        self
    }

    /// A value of the junction rows that are made.
    ///
    /// # Errors
    ///
    /// Where there is no junction, or none of its attributes has that name.
    pub fn through(mut self, attribute: &str, value: impl Into<Value>) -> Result<Self> {
        let junction = self.record.model()?.through(self.association)?;
        let attribute = junction.view().require_attribute(attribute)?;
        self.options.through.push((attribute, value.into()));
        Ok(self)
    }

    fn with<T>(
        self,
        children: &[&DynRecord],
        run: impl FnOnce(&mut write::Links<'_>, Vec<write::Key>) -> Result<T>,
    ) -> Result<T> {
        let mut links = write::Links::new(self.record, self.association, self.options)?;
        let children: Vec<&dyn Instance> = children.iter().map(|child| *child as &dyn Instance).collect();
        let keys = links.keys_of(&children)?;
        run(&mut links, keys)
    }

    /// Adds records to those that belong to this one.
    ///
    /// # Errors
    ///
    /// As those of [`Links::add`](crate::Links::add).
    pub fn add(self, children: &[&DynRecord], on: &impl Executor) -> Result<()> {
        self.with(children, |links, keys| links.add(on, keys))
    }

    /// Takes records away from those that belong to this one; says how many did.
    ///
    /// # Errors
    ///
    /// As those of [`Links::remove`](crate::Links::remove).
    pub fn remove(self, children: &[&DynRecord], on: &impl Executor) -> Result<u64> {
        self.with(children, |links, keys| links.remove(on, keys))
    }

    /// Makes these records, and no others, those that belong to this one.
    ///
    /// # Errors
    ///
    /// As those of [`Links::set`](crate::Links::set).
    pub fn set(self, children: &[&DynRecord], on: &impl Executor) -> Result<()> {
        self.with(children, |links, keys| links.set(on, keys))
    }

    /// Whether all of these records belong to this one.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn has(self, children: &[&DynRecord], on: &impl Executor) -> Result<bool> {
        self.with(children, |links, keys| links.has(on, &keys))
    }

    /// Creates a record that belongs to this one.
    ///
    /// # Errors
    ///
    /// As those of [`Links::create`](crate::Links::create).
    pub fn create(self, on: &impl Executor, draft: Draft) -> Result<DynRecord> {
        let target = self.record.model()?.target(self.association)?;
        let mut links = write::Links::new(self.record, self.association, self.options)?;
        DynRecord::created(&target, &links.create(on, draft)?)
    }
}

impl DynRecord {
    /// The record that was created.
    pub(crate) fn created(model: &ModelRef, created: &write::Created) -> Result<DynRecord> {
        let mut rows = DynRecord::collector(model.clone());
        created.emit(model.view(), &mut rows)?;
        rows.into_collected().into_iter().next().ok_or_else(|| Error::internal("a created row is gone"))
    }
}
