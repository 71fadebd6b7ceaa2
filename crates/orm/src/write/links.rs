//! What belongs to a record: adding, removing and replacing it. One algorithm for derived and run-time models.
//!
//! The children of a has-one or has-many are rows whose foreign key is the record's; those of a belongs-to-many have a
//! junction row. A replacement is computed as a difference and done in one transaction.

use relata_request::{
    Request, Section, op,
    write::{self as request, OnConflict, RowSet},
};
use relata_schema::{
    AssociationKind, ConnectionFate, Datum, Error, ErrorKind, Link, ModelRef, Outcome, Result, Retry, ThroughLink,
    Value,
};

use super::{
    WriteOptions, in_transaction, save,
    send::{equal, send, unscoped},
};
use crate::{Executor, Instance, State, validate};

/// Values that tell a child apart.
pub(crate) type Key = Vec<Value>;

/// How children are taken away and put in place.
#[derive(Debug, Clone, Default)]
pub(crate) struct LinkOptions {
    /// Children of a has-one or has-many that are taken away are destroyed.
    pub destroy: bool,
    /// Values of the junction rows that are made.
    pub through: Vec<(u16, Value)>,
    /// The first mistake that was made with them.
    pub problem: Option<String>,
}

/// One association of one record.
pub(crate) struct Links<'i> {
    model: ModelRef,
    association: u16,
    instance: &'i mut dyn Instance,
    options: LinkOptions,
}

/// What is fixed of an association while a call runs.
struct Side<'l> {
    link: &'l Link,
    target: ModelRef,
    /// The record's values that children refer to.
    source: Vec<Value>,
    /// Values that every child has.
    scope: Vec<(u16, Value)>,
}

impl<'i> Links<'i> {
    pub(crate) fn new(instance: &'i mut dyn Instance, association: u16, options: LinkOptions) -> Result<Self> {
        let model = instance.model()?;
        if let Some(problem) = &options.problem {
            return Err(Error::new(ErrorKind::Request, problem.clone()).at(&model.view().name));
        }
        if instance.state() != State::Stored {
            let view = model.view();
            return Err(Error::new(ErrorKind::Request, "the record is not in the database")
                .at(format!("{}.{}", view.name, view.associations[usize::from(association)].name))
                .help("save it first"));
        }
        Ok(Links { model, association, instance, options })
    }

    fn path(&self) -> String {
        let view = self.model.view();
        format!("{}.{}", view.name, view.associations[usize::from(self.association)].name)
    }

    fn side(&self) -> Result<Side<'_>> {
        let view = self.model.view();
        let link = view.link(self.association)?;
        let declared = &view.def().associations[usize::from(self.association)];
        let target = self.model.target(self.association)?;
        let mut source = Vec::with_capacity(link.source.len());
        for &attribute in &link.source {
            let value = self.instance.value(attribute).filter(|value| !value.is_null());
            let value = value.ok_or_else(|| {
                Error::new(ErrorKind::Request, "the record has no value for what its children refer to").at(self.path())
            });
            if declared.kind != AssociationKind::BelongsTo {
                source.push(value?.into_owned());
            }
        }
        let scope = declared
            .scope
            .iter()
            .map(|(name, value)| Ok((target.view().require_attribute(name)?, value.clone())))
            .collect::<Result<_>>()?;
        Ok(Side { link, target, source, scope })
    }

    /// The keys of children that are given as instances.
    pub(crate) fn keys_of(&self, children: &[&dyn Instance]) -> Result<Vec<Key>> {
        let side = self.side()?;
        let attributes = identity(&side);
        let mut keys: Vec<Key> = Vec::with_capacity(children.len());
        for child in children {
            if child.model()?.view().id != side.target.view().id {
                let message = format!("a record of {} is no child here", child.model()?.view().name);
                return Err(Error::new(ErrorKind::Request, message)
                    .at(self.path())
                    .help(format!("give records of {}", side.target.view().name)));
            }
            if child.state() != State::Stored {
                return Err(Error::new(ErrorKind::Request, "a child is not in the database")
                    .at(self.path())
                    .help("save it first, or create it by the association"));
            }
            let key: Option<Key> =
                attributes.iter().map(|&attribute| child.original(attribute).map(Datum::into_owned)).collect();
            let key = key
                .ok_or_else(|| Error::new(ErrorKind::NotLoaded, "a child was read without its key").at(self.path()))?;
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        Ok(keys)
    }

    /// The keys of the children there are, or of those among some.
    pub(crate) fn current(&self, on: &dyn Executor, among: Option<&[Key]>) -> Result<Vec<Key>> {
        let side = self.side()?;
        if let Some(through) = &side.link.through {
            let junction = self.model.through(self.association)?;
            let mut find = unscoped(&junction);
            own(&mut find, &through.source, &side.source);
            if let Some(among) = among {
                one_of(&mut find, &through.target, among);
            }
            return read(on, find, &through.target);
        }
        let attributes = identity(&side);
        let mut find = unscoped(&side.target);
        if self.kind() == AssociationKind::BelongsTo {
            let own_key: Option<Vec<Value>> = side
                .link
                .source
                .iter()
                .map(|&a| self.instance.value(a).filter(|value| !value.is_null()).map(Datum::into_owned))
                .collect();
            let Some(own_key) = own_key else { return Ok(Vec::new()) };
            own(&mut find, &side.link.target, &own_key);
        } else {
            own(&mut find, &side.link.target, &side.source);
        }
        for (attribute, value) in &side.scope {
            equal(&mut find, *attribute, value.clone());
        }
        if let Some(among) = among {
            one_of(&mut find, &attributes, among);
        }
        read(on, find, &attributes)
    }

    /// Whether all of some children belong to the record. A row that is soft-deleted does not.
    pub(crate) fn has(&self, on: &dyn Executor, keys: &[Key]) -> Result<bool> {
        if keys.is_empty() {
            return Ok(true);
        }
        let there = self.current(on, Some(keys))?;
        if !keys.iter().all(|key| there.contains(key)) {
            return Ok(false);
        }
        let side = self.side()?;
        if side.link.through.is_none() || side.target.view().paranoid.is_none() {
            return Ok(true);
        }
        let mut find = unscoped(&side.target);
        one_of(&mut find, &side.link.target, keys);
        Ok(read(on, find, &side.link.target)?.len() == keys.len())
    }

    fn kind(&self) -> AssociationKind {
        self.model.view().associations[usize::from(self.association)].kind
    }

    /// Adds children to those there are.
    pub(crate) fn add(&mut self, on: &dyn Executor, keys: Vec<Key>) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        match self.kind() {
            AssociationKind::BelongsToMany => self.add_pairs(on, keys),
            // Of one row there is all or nothing anyway.
            AssociationKind::HasMany if keys.len() == 1 => self.take_over(on, &keys),
            AssociationKind::HasMany => in_transaction(on, &mut |tx| self.take_over(tx, &keys)),
            AssociationKind::HasOne | AssociationKind::BelongsTo => Err(self.of_one("add")),
        }
    }

    fn of_one(&self, what: &str) -> Error {
        Error::new(ErrorKind::Request, format!("there is one, so \"{what}\" has no meaning"))
            .at(self.path())
            .help("use set")
    }

    /// Takes children away.
    pub(crate) fn remove(&mut self, on: &dyn Executor, keys: Vec<Key>) -> Result<u64> {
        if keys.is_empty() {
            return Ok(0);
        }
        match self.kind() {
            AssociationKind::BelongsToMany => self.remove_pairs(on, &keys),
            AssociationKind::HasMany => self.let_go(on, &keys),
            AssociationKind::HasOne | AssociationKind::BelongsTo => Err(self.of_one("remove")),
        }
    }

    /// Makes the children exactly these. Nothing is sent for those that are there already.
    pub(crate) fn set(&mut self, on: &dyn Executor, keys: Vec<Key>) -> Result<()> {
        if self.model.view().link(self.association)?.single && keys.len() > 1 {
            return Err(self.of_one("set of several"));
        }
        match self.kind() {
            AssociationKind::BelongsTo => {
                let link = self.model.view().link(self.association)?;
                let sources = link.source.clone();
                let key = keys.into_iter().next();
                let before: Vec<Value> = sources
                    .iter()
                    .map(|&attribute| self.instance.value(attribute).map_or(Datum::Null, Datum::into_owned))
                    .collect();
                for (i, attribute) in sources.iter().enumerate() {
                    let value = key.as_ref().map_or(Datum::Null, |key| key[i].clone());
                    self.instance.put(*attribute, value)?;
                }
                let saved = save(on, self.instance, Some(&sources), WriteOptions::default());
                if saved.is_err() {
                    // What was not saved is not so.
                    for (&attribute, value) in sources.iter().zip(before) {
                        self.instance.put(attribute, value)?;
                    }
                }
                saved.map(drop)
            }
            AssociationKind::HasOne | AssociationKind::HasMany | AssociationKind::BelongsToMany => {
                let mut links = Some(self);
                in_transaction(on, &mut |tx| match links.take() {
                    Some(links) => links.replace(tx, &keys),
                    None => Ok(()),
                })
            }
        }
    }

    fn replace(&mut self, on: &dyn Executor, keys: &[Key]) -> Result<()> {
        let there = self.current(on, None)?;
        let gone: Vec<Key> = there.iter().filter(|key| !keys.contains(key)).cloned().collect();
        let new: Vec<Key> = keys.iter().filter(|key| !there.contains(key)).cloned().collect();
        if !gone.is_empty() {
            match self.kind() {
                AssociationKind::BelongsToMany => self.remove_pairs(on, &gone)?,
                _ => self.let_go(on, &gone)?,
            };
        }
        // Junction values are for every child, also for those that were there.
        let new = if self.options.through.is_empty() { new } else { keys.to_vec() };
        match self.kind() {
            _ if new.is_empty() => Ok(()),
            AssociationKind::BelongsToMany => self.add_pairs(on, new),
            _ => self.take_over(on, &new),
        }
    }

    /// Rows of the target refer to the record from here on.
    fn take_over(&self, on: &dyn Executor, keys: &[Key]) -> Result<()> {
        let side = self.side()?;
        let mut update = unscoped(&side.target);
        one_of(&mut update, &identity(&side), keys);
        let mut assigned = Vec::new();
        let values = side.link.target.iter().copied().zip(side.source.iter().cloned());
        for (attribute, value) in values.chain(side.scope.iter().cloned()) {
            request::set(&mut update, attribute, value);
            assigned.push(attribute);
        }
        request::update(&mut update);
        request::touch(&mut update, &assigned, on.database().now());
        let sent = send(on, &update)?;
        if sent.affected < keys.len() as u64 {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("{} of the children are not there any more", keys.len() as u64 - sent.affected),
            )
            .at(self.path())
            .fate(Outcome::NotApplied, Retry::Never, ConnectionFate::Kept));
        }
        Ok(())
    }

    /// These rows of the target refer to the record no longer.
    fn let_go(&self, on: &dyn Executor, keys: &[Key]) -> Result<u64> {
        let side = self.side()?;
        let view = side.target.view();
        let mut update = unscoped(&side.target);
        own(&mut update, &side.link.target, &side.source);
        for (attribute, value) in &side.scope {
            equal(&mut update, *attribute, value.clone());
        }
        one_of(&mut update, &identity(&side), keys);
        if self.options.destroy {
            request::destroy(&mut update, false, false, on.database().now());
            return Ok(send(on, &update)?.affected);
        }
        if let Some(&fixed) = side.link.target.iter().find(|&&attribute| !view.attributes[usize::from(attribute)].null)
        {
            let name = &view.attributes[usize::from(fixed)].name;
            return Err(Error::new(
                ErrorKind::Request,
                format!("a child without a parent cannot be: \"{name}\" is never NULL"),
            )
            .at(self.path())
            .help("say destroying(), and children that are taken away are destroyed"));
        }
        for &attribute in &side.link.target {
            request::set(&mut update, attribute, Datum::Null);
        }
        request::update(&mut update);
        request::touch(&mut update, &side.link.target, on.database().now());
        Ok(send(on, &update)?.affected)
    }

    fn junction(&self) -> Result<(ModelRef, &ThroughLink)> {
        let through = self.model.view().link(self.association)?.through.as_ref();
        let through = through.ok_or_else(|| Error::internal("an association through a junction has none"))?;
        Ok((self.model.through(self.association)?, through))
    }

    /// Junction rows for children; a row that is there takes the values of the junction that are given, and comes back
    /// when it was soft-deleted.
    fn add_pairs(&self, on: &dyn Executor, keys: Vec<Key>) -> Result<()> {
        let side = self.side()?;
        let (junction, through) = self.junction()?;
        let view = junction.view();
        let pair: Vec<u16> = through.source.iter().chain(&through.target).copied().collect();
        let target = view
            .def()
            .unique
            .iter()
            .find(|key| key.len() == pair.len() && key.iter().all(|attribute| pair.contains(attribute)))
            .cloned();
        let keys = match &target {
            Some(_) => keys,
            // No key says that a pair stands once, so what is there is looked up.
            None => {
                let there = self.current(on, Some(&keys))?;
                keys.into_iter().filter(|key| !there.contains(key)).collect()
            }
        };
        if keys.is_empty() {
            return Ok(());
        }
        let mut failures = Vec::new();
        for (attribute, value) in &self.options.through {
            validate::of_value(&view.def().attributes[usize::from(*attribute)], value, true, &mut failures);
        }
        if !failures.is_empty() {
            return Err(Error::validation(failures).at(&view.name));
        }
        let fresh = on.database().fresh(view);
        let rows: Vec<Vec<(u16, Datum<'_>)>> = keys
            .iter()
            .map(|key| {
                let mut row: Vec<(u16, Datum<'_>)> = Vec::new();
                row.extend(through.source.iter().zip(&side.source).map(|(&a, value)| (a, value.borrowed())));
                row.extend(through.target.iter().zip(key).map(|(&a, value)| (a, value.borrowed())));
                row.extend(self.options.through.iter().map(|(a, value)| (*a, value.borrowed())));
                row.extend(view.paranoid.map(|deleted| (deleted, Datum::Null)));
                request::stamp_new(view, &mut row, &fresh);
                row
            })
            .collect();
        let mut update: Vec<u16> = self.options.through.iter().map(|(attribute, _)| *attribute).collect();
        update.extend(view.paranoid);
        if !update.is_empty() {
            update.extend(view.updated_at);
        }
        let conflict = target.map(|target| OnConflict { target, update, ..OnConflict::default() });
        let width = rows.first().map_or(1, Vec::len);
        let at_once = (on.dialect().max_binds / width.max(1)).clamp(1, 1_000);
        let send_rows = |on: &dyn Executor, rows: &[Vec<(u16, Datum<'_>)>]| -> Result<()> {
            for set in request::row_sets(view, rows.to_vec()) {
                let set: RowSet<'_> = set;
                send(on, &request::insert(&junction, set, conflict.as_ref()))?;
            }
            Ok(())
        };
        if rows.len() <= at_once {
            return send_rows(on, &rows);
        }
        in_transaction(on, &mut |tx| rows.chunks(at_once).try_for_each(|rows| send_rows(tx, rows)))
    }

    fn remove_pairs(&self, on: &dyn Executor, keys: &[Key]) -> Result<u64> {
        let side = self.side()?;
        let (junction, through) = self.junction()?;
        let mut destroy = unscoped(&junction);
        own(&mut destroy, &through.source, &side.source);
        one_of(&mut destroy, &through.target, keys);
        request::destroy(&mut destroy, false, false, on.database().now());
        Ok(send(on, &destroy)?.affected)
    }

    /// What a new child must have, for a draft of it: the foreign key and the values of the association.
    pub(crate) fn given(&self) -> Result<Vec<(u16, Value)>> {
        let side = self.side()?;
        let mut given = side.scope;
        if side.link.through.is_none() && self.kind() != AssociationKind::BelongsTo {
            given.extend(side.link.target.iter().copied().zip(side.source));
        }
        Ok(given)
    }

    /// Creates a child.
    pub(crate) fn create(&mut self, on: &dyn Executor, mut draft: crate::Draft) -> Result<super::Created> {
        for (attribute, value) in self.given()? {
            draft.put(attribute, value);
        }
        let kind = self.kind();
        if kind == AssociationKind::HasMany {
            return super::create(on, draft, WriteOptions::default());
        }
        let mut parts = Some((self, draft));
        let mut created = None;
        in_transaction(on, &mut |tx| {
            let Some((links, draft)) = parts.take() else { return Ok(()) };
            if kind == AssociationKind::HasOne {
                // There is one: the new child takes the place of the old.
                let there = links.current(tx, None)?;
                if !there.is_empty() {
                    links.let_go(tx, &there)?;
                }
                created = Some(super::create(tx, draft, WriteOptions::default())?);
                return Ok(());
            }
            let child = super::create(tx, draft, WriteOptions::default())?;
            let key: Key = {
                let side = links.side()?;
                identity(&side).iter().map(|&attribute| child.value(attribute).clone()).collect()
            };
            if kind == AssociationKind::BelongsTo {
                links.set(tx, vec![key])?
            } else {
                links.add(tx, vec![key])?
            }
            created = Some(child);
            Ok(())
        })?;
        created.ok_or_else(|| Error::internal("a transaction did not run"))
    }
}

/// The attributes of the target that tell a child apart: for a junction and a belongs-to what refers to it, else its key.
fn identity(side: &Side<'_>) -> Vec<u16> {
    let by_reference = side.link.through.is_some() || side.source.is_empty();
    if by_reference { side.link.target.clone() } else { side.target.view().primary_key.clone() }
}

fn own(out: &mut Request<'static>, attributes: &[u16], values: &[Value]) {
    for (&attribute, value) in attributes.iter().zip(values) {
        equal(out, attribute, value.clone());
    }
}

/// Adds that the key is one of these.
fn one_of(out: &mut Request<'static>, attributes: &[u16], keys: &[Key]) {
    among(out, attributes, keys);
}

fn among(out: &mut Request<'static>, attributes: &[u16], keys: &[Key]) {
    out.write(Section::Filter, |out| {
        if let [attribute] = attributes {
            let place = out.test();
            out.column(*attribute);
            let values = keys.iter().filter_map(|key| key.first().cloned()).collect();
            return out.list(place, false, relata_request::BindList::Data(values));
        }
        let mut any = out.open(true);
        for key in keys {
            out.member(&mut any)?;
            let mut all = out.open(false);
            for (&attribute, value) in attributes.iter().zip(key) {
                out.member(&mut all)?;
                if value.is_null() {
                    let place = out.test();
                    out.column(attribute);
                    out.head(place, &[op::IS_NULL]);
                } else {
                    out.compare(relata_schema::Comparison::Eq as u8);
                    out.column(attribute);
                    out.value(value.clone());
                }
            }
            out.close(all);
        }
        out.close(any);
        Ok(())
    });
}

/// Runs a find of some attributes.
fn read(on: &dyn Executor, mut find: Request<'static>, attributes: &[u16]) -> Result<Vec<Key>> {
    request::returning(&mut find, attributes);
    Ok(send(on, &find)?.rows)
}
