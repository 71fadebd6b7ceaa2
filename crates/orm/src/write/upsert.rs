//! Writing a record whether it is there or not.

use relata_request::write::{self as request, RowSet, UpsertBy};
use relata_schema::{ConnectionFate, Error, ErrorKind, Outcome, Result, Retry};

use super::{Created, WriteOptions, create, in_transaction, send::send};
use crate::{
    Draft, Event, Executor,
    hooks::{self, Subject},
    validate,
};

const EVENTS: [Event; 4] = [Event::BeforeValidate, Event::AfterValidate, Event::BeforeUpsert, Event::AfterUpsert];

/// Inserts the draft, or updates the row that has its key. The record is answered as the database has it then; nothing
/// where the row was there and stayed as it was.
pub(crate) fn upsert(on: &dyn Executor, draft: Draft, by: &UpsertBy, options: WriteOptions) -> Result<Option<Created>> {
    draft.check()?;
    if draft.has_nested() {
        return Err(nested_in_doubt(&draft));
    }
    if !(options.hooks && on.database().hooks().any(draft.model(), &EVENTS)) {
        return upsert_here(on, draft, by, options);
    }
    let (mut done, mut draft) = (None, Some(draft));
    in_transaction(on, &mut |tx| {
        if let Some(draft) = draft.take() {
            done = upsert_here(tx, draft, by, options)?;
        }
        Ok(())
    })?;
    Ok(done)
}

fn upsert_here(on: &dyn Executor, mut draft: Draft, by: &UpsertBy, options: WriteOptions) -> Result<Option<Created>> {
    let model = draft.model_ref().clone();
    let view = model.view();
    let event = |draft: &mut Draft, event: Event| {
        if options.hooks { hooks::run(on, view, event, Subject::Draft(draft)) } else { Ok(()) }
    };
    event(&mut draft, Event::BeforeValidate)?;
    validate::check(&draft, options.validate, &[])?;
    event(&mut draft, Event::AfterValidate)?;
    event(&mut draft, Event::BeforeUpsert)?;
    if options.hooks {
        validate::check(&draft, options.validate, &[])?;
    }
    let given: Vec<u16> = draft.given().iter().map(|(attribute, _)| *attribute).collect();
    let conflict = by.resolve(view, &given, options.silent)?;
    // A row that is there, and stays as it is, is not answered.
    let keeps = conflict.update.is_empty() || !by.filter.is_empty();
    let mut row = draft.given();
    request::stamp_new(view, &mut row, &on.database().fresh(view));
    let mut insert = request::insert(&model, RowSet::of(row), Some(&conflict));
    request::returning(&mut insert, &request::every_attribute(view));
    let mut sent = send(on, &insert)?;
    let Some(values) = sent.rows.pop() else {
        if keeps {
            return Ok(None);
        }
        return Err(Error::new(ErrorKind::UniqueViolation, "a row that the default scope hides has the key")
            .at(&view.name)
            .fate(Outcome::NotApplied, Retry::Never, ConnectionFate::Kept)
            .help("choose another key"));
    };
    let mut stored = draft.clone();
    values.iter().enumerate().for_each(|(i, value)| stored.put(i as u16, value.clone()));
    event(&mut stored, Event::AfterUpsert)?;
    Ok(Some(Created { plan: sent.plan, values, children: Vec::new() }))
}

/// Creates a record unless a row with one of its unique keys is there; then nothing is created, and it is no error. The
/// hooks of a create run before, and after it where it created.
pub(crate) fn find_or_create(on: &dyn Executor, draft: Draft, options: WriteOptions) -> Result<Option<Created>> {
    draft.check()?;
    if draft.has_nested() {
        return Err(nested_in_doubt(&draft));
    }
    if !(options.hooks && on.database().hooks().any(draft.model(), &create::EVENTS)) {
        return create::create_unless_there(on, draft, options);
    }
    let (mut done, mut draft) = (None, Some(draft));
    in_transaction(on, &mut |tx| {
        if let Some(draft) = draft.take() {
            done = create::create_unless_there(tx, draft, options)?;
        }
        Ok(())
    })?;
    Ok(done)
}

fn nested_in_doubt(draft: &Draft) -> Error {
    Error::new(ErrorKind::Unsupported, "nothing is nested in a record that may be there already")
        .at(&draft.model().name)
        .help("create what belongs to it afterwards")
}

/// The error of a record that cannot be found and cannot be created either.
pub(crate) fn key_is_taken(model: &str) -> Error {
    Error::new(ErrorKind::UniqueViolation, "a row that the conditions do not find has one of the unique keys")
        .at(model)
        .fate(Outcome::NotApplied, Retry::Never, ConnectionFate::Kept)
        .help("find by the whole of the unique key; the row may be soft-deleted")
}
