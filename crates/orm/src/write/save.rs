//! Writing a record that is there: what has changed, and nothing else.

use relata_request::{Call, write as request};
use relata_schema::{ConnectionFate, Datum, Error, ErrorKind, ModelView, Outcome, Result, Retry, Value};

use super::{
    WriteOptions,
    answer::send_by_key,
    create, in_transaction,
    send::{Sent, equal, key_of, keyed},
};
use crate::{
    Draft, Event, Executor, Instance, State,
    hooks::{self, Subject},
    into_value::same,
    validate,
};

const SAVE_EVENTS: [Event; 6] = [
    Event::BeforeValidate,
    Event::AfterValidate,
    Event::BeforeUpdate,
    Event::AfterUpdate,
    Event::BeforeSave,
    Event::AfterSave,
];

/// Writes what has changed; says whether anything had. A new record is created.
pub(crate) fn save(
    on: &dyn Executor,
    instance: &mut dyn Instance,
    only: Option<&[u16]>,
    options: WriteOptions,
) -> Result<bool> {
    let model = instance.model()?;
    match instance.state() {
        State::Stored => {}
        State::New => {
            let mut draft = Draft::new(model.clone());
            let view = model.view();
            for (attribute, declared) in (0u16..).zip(&view.def().attributes) {
                // A number that the database gives is not there yet: none begins with zero.
                let value = instance
                    .value(attribute)
                    .filter(|value| !(declared.auto_increment && matches!(value, Datum::Int(0) | Datum::Null)));
                if let Some(value) = value {
                    draft.put(attribute, value.into_owned());
                }
            }
            let created = create(on, draft, options)?;
            for (attribute, value) in (0u16..).zip(created.values) {
                instance.put(attribute, value)?;
            }
            instance.settle(State::Stored);
            return Ok(true);
        }
        State::Gone => {
            return Err(Error::new(ErrorKind::Request, "the record was destroyed, and is not saved any more")
                .at(&model.view().name)
                .help("create another one"));
        }
    }
    let mut draft = changes(instance, only)?;
    if draft.changed().next().is_none() {
        return Ok(false);
    }
    let hooked = options.hooks && on.database().hooks().any(model.view(), &SAVE_EVENTS);
    let mut written = Vec::new();
    if hooked {
        in_transaction(on, &mut |tx| {
            written = save_here(tx, instance, &mut draft, options)?;
            Ok(())
        })?;
    } else {
        written = save_here(on, instance, &mut draft, options)?;
    }
    // Only what was written is what the database has now.
    put_stored(instance, written)?;
    Ok(true)
}

/// What an instance has that the database has not.
fn changes(instance: &dyn Instance, only: Option<&[u16]>) -> Result<Draft> {
    let model = instance.model()?;
    let (count, model_version) = (model.view().attributes.len() as u16, model.view().version);
    let before: Vec<Option<Value>> =
        (0..count).map(|attribute| instance.original(attribute).map(Datum::into_owned)).collect();
    let mut draft = Draft::of_stored(model, before);
    for attribute in 0..count {
        let Some(value) = instance.value(attribute) else { continue };
        if model_version == Some(attribute) {
            // It counts the writes, whatever it is set to.
            continue;
        }
        let changed = instance.original(attribute).is_none_or(|original| !same(&original, &value));
        if changed && only.is_none_or(|only| only.contains(&attribute)) {
            draft.put(attribute, value.into_owned());
        }
    }
    Ok(draft)
}

fn save_here(
    on: &dyn Executor,
    instance: &dyn Instance,
    draft: &mut Draft,
    options: WriteOptions,
) -> Result<Vec<(u16, Value)>> {
    let model = draft.model_ref().clone();
    let view = model.view();
    let event = |draft: &mut Draft, event: Event| {
        if options.hooks { hooks::run(on, view, event, Subject::Draft(draft)) } else { Ok(()) }
    };
    event(draft, Event::BeforeValidate)?;
    validate::check(draft, options.validate, &[])?;
    event(draft, Event::AfterValidate)?;
    event(draft, Event::BeforeUpdate)?;
    event(draft, Event::BeforeSave)?;
    if options.hooks {
        validate::check(draft, options.validate, &[])?;
    }
    // The version counts the writes, whatever a hook makes of it.
    let assigned: Vec<u16> = draft.changed().filter(|attribute| view.version != Some(*attribute)).collect();
    if assigned.is_empty() {
        return Ok(Vec::new());
    }
    let key = key_of(instance)?;
    let mut update = keyed(&model, Call::Update, &key);
    with_version(&mut update, instance, view)?;
    for &attribute in &assigned {
        if let Some(value) = draft.value(attribute) {
            request::set(&mut update, attribute, value.borrowed());
        }
    }
    let written = touched(&mut update, view, assigned, options, on);
    let sent = one(on, &update, instance)?;
    let values: Vec<(u16, Value)> = pairs(written, sent);
    let mut stored = draft.clone();
    values.iter().for_each(|(attribute, value)| stored.put(*attribute, value.clone()));
    event(&mut stored, Event::AfterUpdate)?;
    event(&mut stored, Event::AfterSave)?;
    Ok(values)
}

/// Only the row that was read: not one that somebody has written since.
fn with_version(update: &mut relata_request::Request<'_>, instance: &dyn Instance, view: ModelView<'_>) -> Result<()> {
    // The key finds the row, whether it is soft-deleted or not.
    let flags = relata_request::Flags { paranoid: false, ..update.flags() };
    update.set_flags(flags);
    let Some(version) = view.version else { return Ok(()) };
    let Some(value) = instance.original(version) else {
        return Err(Error::new(ErrorKind::NotLoaded, "the record's version was not selected, so it may be stale")
            .at(&view.name)
            .help("select the version along with the other attributes"));
    };
    equal(update, version, value.into_owned());
    Ok(())
}

/// Adds the model's own upkeep, and answers with everything that is written.
fn touched(
    update: &mut relata_request::Request<'_>,
    view: ModelView<'_>,
    mut assigned: Vec<u16>,
    options: WriteOptions,
    on: &dyn Executor,
) -> Vec<u16> {
    let mut left_alone = assigned.clone();
    if options.silent {
        left_alone.extend(view.updated_at);
    }
    // The version goes up whatever was done to it by hand.
    request::touch(update, &left_alone, on.database().now());
    for attribute in [view.updated_at.filter(|_| !options.silent), view.version].into_iter().flatten() {
        if !assigned.contains(&attribute) {
            assigned.push(attribute);
        }
    }
    request::returning(update, &assigned);
    assigned
}

/// Sends a statement that is about one row, and makes sure that it was there.
fn one(on: &dyn Executor, update: &relata_request::Request<'_>, instance: &dyn Instance) -> Result<Sent> {
    let model = instance.model()?;
    let view = model.view();
    // The version that the row has is the one that was read: the condition says so, but for an increment.
    let version = match view.version.and_then(|version| instance.original(version)) {
        Some(Datum::Int(version)) => Some(version),
        _ => None,
    };
    let sent = send_by_key(on, update, &key_of(instance)?, version.filter(|_| is_versioned(update, view)))?;
    if sent.affected > 0 {
        return Ok(sent);
    }
    let error = match view.version {
        Some(_) => Error::new(ErrorKind::Stale, "somebody else has written or removed the row since it was read")
            .help("reload the record and apply the change again"),
        None => Error::new(ErrorKind::NotFound, "the row is not there any more").help("create it, or leave it"),
    };
    Err(error.at(&view.name).fate(Outcome::NotApplied, Retry::Never, ConnectionFate::Kept))
}

/// Whether the version is among the conditions, and so is known.
fn is_versioned(update: &relata_request::Request<'_>, view: ModelView<'_>) -> bool {
    let Some(version) = view.version else { return false };
    let bytes = update.section(relata_request::Section::Filter);
    let [low, high] = version.to_le_bytes();
    bytes.windows(3).any(|part| part == [relata_request::op::COLUMN, low, high])
}

fn pairs(attributes: Vec<u16>, sent: Sent) -> Vec<(u16, Value)> {
    attributes.into_iter().zip(sent.rows.into_iter().next().unwrap_or_default()).collect()
}

/// Removes the row of an instance, or marks it as removed.
pub(crate) fn destroy(
    on: &dyn Executor,
    instance: &mut dyn Instance,
    force: bool,
    options: WriteOptions,
) -> Result<()> {
    remove(on, instance, options, [Event::BeforeDestroy, Event::AfterDestroy], force, true)
}

/// Makes a record visible again that was soft-deleted.
pub(crate) fn restore(on: &dyn Executor, instance: &mut dyn Instance, options: WriteOptions) -> Result<()> {
    remove(on, instance, options, [Event::BeforeRestore, Event::AfterRestore], false, false)
}

fn remove(
    on: &dyn Executor,
    instance: &mut dyn Instance,
    options: WriteOptions,
    events: [Event; 2],
    force: bool,
    away: bool,
) -> Result<()> {
    let model = instance.model()?;
    let view = model.view();
    check_stored(instance, view)?;
    let now = on.database().now();
    let soft = view.paranoid.filter(|_| !force || !away);
    let run = |on: &dyn Executor| -> Result<Vec<(u16, Value)>> {
        let mut draft = changes(instance, Some(&[]))?;
        if options.hooks {
            hooks::run(on, view, events[0], Subject::Draft(&mut draft))?;
        }
        let mut update = keyed(&model, Call::Find, &key_of(instance)?).into_owned();
        with_version(&mut update, instance, view)?;
        if away {
            request::destroy(&mut update, force, options.silent, now);
        } else {
            request::restore(&mut update, options.silent, true, now)?;
        }
        let mut written: Vec<u16> = Vec::new();
        if let Some(deleted) = soft {
            let updated = view.updated_at.filter(|_| !options.silent);
            written.extend([Some(deleted), updated, view.version].into_iter().flatten());
            // What a hook has changed goes along: who deleted it, say.
            let own: Vec<u16> = draft.changed().filter(|attribute| !written.contains(attribute)).collect();
            if !own.is_empty() {
                validate::check(&draft, options.validate, &[])?;
            }
            for attribute in own {
                if let Some(value) = draft.value(attribute) {
                    request::set(&mut update, attribute, value.clone().into_owned());
                    written.push(attribute);
                }
            }
            request::returning(&mut update, &written);
        }
        update.check()?;
        let values = pairs(written, one(on, &update, instance)?);
        values.iter().for_each(|(attribute, value)| draft.put(*attribute, value.clone()));
        if options.hooks {
            hooks::run(on, view, events[1], Subject::Draft(&mut draft))?;
        }
        Ok(values)
    };
    let mut values = Vec::new();
    if options.hooks && on.database().hooks().any(view, &events) {
        in_transaction(on, &mut |tx| {
            values = run(tx)?;
            Ok(())
        })?;
    } else {
        values = run(on)?;
    }
    if soft.is_none() {
        instance.settle(State::Gone);
        return Ok(());
    }
    put_stored(instance, values)
}

fn check_stored(instance: &dyn Instance, view: ModelView<'_>) -> Result<()> {
    if instance.state() == State::Stored {
        return Ok(());
    }
    let error = Error::new(ErrorKind::Request, "the record is not in the database").at(&view.name);
    Err(error.help("save it first; what was destroyed for good is not there any more"))
}

/// Takes over values that the database has, and leaves other changes as they are.
fn put_stored(instance: &mut dyn Instance, values: Vec<(u16, Value)>) -> Result<()> {
    let model = instance.model()?;
    let count = model.view().attributes.len() as u16;
    let unsaved: Vec<(u16, Value)> = (0..count)
        .filter(|attribute| !values.iter().any(|(known, _)| known == attribute))
        .filter_map(|attribute| {
            let (value, original) = (instance.value(attribute)?, instance.original(attribute)?);
            (!same(&value, &original)).then(|| (attribute, value.into_owned()))
        })
        .collect();
    let originals: Vec<(u16, Value)> = unsaved
        .iter()
        .filter_map(|(attribute, _)| Some((*attribute, instance.original(*attribute)?.into_owned())))
        .collect();
    for (attribute, value) in values.into_iter().chain(originals) {
        instance.put(attribute, value)?;
    }
    instance.settle(State::Stored);
    unsaved.into_iter().try_for_each(|(attribute, value)| instance.put(attribute, value))
}

/// Adds to attributes of the row, as it is in the database, and takes over what they are then.
pub(crate) fn increment(
    on: &dyn Executor,
    instance: &mut dyn Instance,
    by: Vec<(u16, Value)>,
    options: WriteOptions,
) -> Result<()> {
    let model = instance.model()?;
    let view = model.view();
    check_stored(instance, view)?;
    let mut update = keyed(&model, Call::Update, &key_of(instance)?).into_owned();
    let flags = relata_request::Flags { paranoid: false, ..update.flags() };
    update.set_flags(flags);
    let mut assigned = Vec::new();
    for (attribute, by) in by {
        if !view.kind(attribute).is_number() {
            let name = &view.def().attributes[usize::from(attribute)].name;
            return Err(
                Error::new(ErrorKind::TypeMismatch, "only numbers are counted").at(format!("{}.{name}", view.name))
            );
        }
        request::add(&mut update, attribute, by, false);
        assigned.push(attribute);
    }
    let written = touched(&mut update, view, assigned, options, on);
    let mut values = pairs(written, one(on, &update, instance)?);
    if let Some(version) = view.version {
        // Whoever has written in between is not seen: then the copy stays as stale as it is.
        let own = instance.original(version).and_then(|value| match value {
            Datum::Int(version) => Some(version + 1),
            _ => None,
        });
        values.retain(|(attribute, value)| *attribute != version || own.map(Datum::Int).as_ref() == Some(value));
    }
    put_stored(instance, values)
}

/// A find of the row of an instance, by its key.
pub(crate) fn reload_key(instance: &dyn Instance) -> Result<Vec<(u16, Value)>> {
    if instance.state() == State::New {
        let model = instance.model()?;
        return Err(Error::new(ErrorKind::Request, "the record is not in the database yet").at(&model.view().name));
    }
    key_of(instance)
}
