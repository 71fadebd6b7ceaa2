//! Creating many records in as few statements as the database's limits allow.

use relata_request::write::{self as request, OnConflict, RowSet, UpsertBy};
use relata_schema::{Error, ErrorKind, ModelRef, Result};

use super::{Created, ROWS_AT_ONCE, WriteOptions, create::create_graph, in_transaction, send::send};
use crate::{
    Draft, Event, Executor,
    hooks::{self, Subject},
    validate,
};

/// How many records are created.
#[derive(Debug, Clone, Default)]
pub(crate) struct ManyOptions {
    pub write: WriteOptions,
    /// Each with its own hooks and statement.
    pub individually: bool,
    /// What becomes of rows that are there already.
    pub conflict: Option<OnConflict>,
}

/// Creates records: in one statement where the limits allow, else in several within a transaction. Answered are the rows
/// as the database has them; of rows that were there and left alone there is nothing.
pub(crate) fn create_many(
    on: &dyn Executor,
    model: &ModelRef,
    drafts: Vec<Draft>,
    options: &ManyOptions,
) -> Result<Vec<Created>> {
    let view = model.view();
    for draft in &drafts {
        draft.check()?;
        if draft.model().id != view.id {
            let message = format!("a draft of {} is among those of {}", draft.model().name, view.name);
            return Err(Error::new(ErrorKind::Request, message).at(&view.name));
        }
    }
    if drafts.is_empty() {
        return Ok(Vec::new());
    }
    let nested = drafts.iter().any(Draft::has_nested);
    if nested && options.conflict.is_some() {
        return Err(Error::new(
            ErrorKind::Unsupported,
            "what is nested cannot be created along with rows that may be there already",
        )
        .at(&view.name)
        .help("create the rows first, and then what belongs to them"));
    }
    if options.individually && options.conflict.is_some() {
        return Err(Error::new(ErrorKind::Unsupported, "rows that may be there already are not created one by one")
            .at(&view.name)
            .help("leave individually() out, or upsert each"));
    }
    let mut created = Vec::new();
    let mut drafts = Some(drafts);
    let hooks = on.database().hooks();
    let hooked = options.write.hooks && hooks.any(view, &[Event::BeforeBulkCreate, Event::AfterBulkCreate]);
    let single = !hooked && !nested && !options.individually;
    let mut run = |on: &dyn Executor| -> Result<()> {
        let mut drafts = drafts.take().unwrap_or_default();
        if options.write.hooks {
            hooks::run(on, view, Event::BeforeBulkCreate, Subject::Drafts(&mut drafts))?;
        }
        if options.individually || drafts.iter().any(Draft::has_nested) {
            for draft in drafts {
                // The hooks of many have run for these; what is nested in them is created one by one.
                let own = WriteOptions { hooks: options.write.hooks && options.individually, ..options.write };
                created.push(create_graph(on, draft, own, options.write)?);
            }
        } else {
            checked(&drafts, options.write)?;
            for set in sets(on, model, &drafts) {
                send_set(on, model, set, options, &mut created)?;
            }
        }
        if options.write.hooks {
            let mut stored: Vec<Draft> = created.iter().map(|row| stored(model, row)).collect();
            hooks::run(on, view, Event::AfterBulkCreate, Subject::Drafts(&mut stored))?;
        }
        Ok(())
    };
    if single {
        let drafts_now = drafts.take().unwrap_or_default();
        checked(&drafts_now, options.write)?;
        let mut sets = sets(on, model, &drafts_now);
        if sets.len() == 1
            && let Some(set) = sets.pop()
        {
            send_set(on, model, set, options, &mut created)?;
            return Ok(created);
        }
        in_transaction(on, &mut |tx| {
            created.clear();
            sets.iter().try_for_each(|set| send_set(tx, model, set.clone(), options, &mut created))
        })?;
        return Ok(created);
    }
    in_transaction(on, &mut |tx| run(tx))?;
    Ok(created)
}

/// What becomes of rows that are there already, of drafts.
pub(crate) fn conflict(model: &ModelRef, drafts: &[Draft], by: UpsertBy) -> Result<OnConflict> {
    let view = model.view();
    let mut update = by.update.clone().unwrap_or_default();
    let any_key = update.is_empty() && by.target.is_none() && by.predicate.is_empty();
    let conflict = if drafts.is_empty() || any_key {
        OnConflict { filter: by.filter, ..OnConflict::default() }
    } else {
        let given: Vec<u16> = drafts
            .first()
            .map(|draft| draft.given().iter().map(|(attribute, _)| *attribute).collect())
            .unwrap_or_default();
        let target = by.key(view, &given)?;
        if let Some(updated) = view.updated_at.filter(|updated| !update.is_empty() && !update.contains(updated)) {
            update.push(updated);
        }
        OnConflict { target, predicate: by.predicate, update, filter: by.filter }
    };
    conflict.check(view)?;
    Ok(conflict)
}

fn stored(model: &ModelRef, row: &Created) -> Draft {
    let mut draft = Draft::new(model.clone());
    row.values.iter().enumerate().for_each(|(i, value)| draft.put(i as u16, value.clone()));
    draft
}

/// Everything that is wrong with any of them, with the number of the row.
fn checked(drafts: &[Draft], options: WriteOptions) -> Result<()> {
    let mut failures = Vec::new();
    for (i, draft) in drafts.iter().enumerate() {
        let Err(error) = validate::check(draft, options.validate, &[]) else { continue };
        failures.extend(error.failures().iter().cloned().map(|mut failure| {
            failure.path = format!("[{i}].{}", failure.path);
            failure
        }));
        if failures.len() >= 100 {
            break;
        }
    }
    match drafts.first() {
        Some(first) if !failures.is_empty() => Err(Error::validation(failures).at(&first.model().name)),
        _ => Ok(()),
    }
}

/// The rows as sets of one shape, cut to what one statement takes.
fn sets<'d>(on: &dyn Executor, model: &ModelRef, drafts: &'d [Draft]) -> Vec<RowSet<'d>> {
    let view = model.view();
    let fresh = on.database().fresh(view);
    let rows = drafts.iter().map(|draft| {
        let mut row = draft.given();
        request::stamp_new(view, &mut row, &fresh);
        row
    });
    let mut cut = Vec::new();
    for set in request::row_sets(view, rows.collect()) {
        let width = set.attributes.len();
        if width == 0 {
            // A row of defaults only is a statement of its own.
            cut.extend((0..set.rows).map(|_| RowSet { attributes: Vec::new(), cells: Vec::new(), rows: 1 }));
            continue;
        }
        let at_once = (on.dialect().max_binds / width).clamp(1, ROWS_AT_ONCE);
        let mut cells = set.cells.into_iter();
        let mut left = set.rows as usize;
        while left > 0 {
            let rows = left.min(at_once);
            let attributes = set.attributes.clone();
            cut.push(RowSet { attributes, cells: cells.by_ref().take(rows * width).collect(), rows: rows as u32 });
            left -= rows;
        }
    }
    cut
}

fn send_set(
    on: &dyn Executor,
    model: &ModelRef,
    set: RowSet<'_>,
    options: &ManyOptions,
    created: &mut Vec<Created>,
) -> Result<()> {
    let mut insert = request::insert(model, set, options.conflict.as_ref());
    request::returning(&mut insert, &request::every_attribute(model.view()));
    let sent = send(on, &insert)?;
    let plan = sent.plan;
    created.extend(sent.rows.into_iter().map(|values| Created { plan: plan.clone(), values, children: Vec::new() }));
    Ok(())
}
