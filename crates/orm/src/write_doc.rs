//! Documents that change rows: run as the typed calls are, with hooks, validation and upkeep.

use relata_request::{
    doc::{ActionDoc, RequestDoc, ReturningDoc, WriteDoc, conflict_of, encode_rows, encode_write, upsert_by},
    write::{self as request, RowSet},
};
use relata_schema::{Datum, Error, ModelRef, Result};

use crate::{
    Draft, Event, Executor, JsonSink, Sink, WriteOptions,
    write::{self, Created, ManyOptions, ValueRow},
};

/// Runs the document, and answers with JSON text: the rows that were asked for, or how many there were.
pub(crate) fn json(on: &dyn Executor, model: &ModelRef, doc: &RequestDoc, call: &WriteDoc) -> Result<String> {
    let view = model.view();
    view.check()?;
    match &call.action {
        ActionDoc::Create { rows, many, conflict } => {
            let given = encode_rows(view, rows)?;
            let drafts: Vec<Draft> = given.into_iter().map(|row| draft(model, row)).collect();
            let sets = [RowSet { attributes: given_by_first(&drafts), cells: Vec::new(), rows: 1 }];
            let conflict = conflict_of(view, conflict, &sets)?;
            let created = if let ([_], false, None) = (&drafts[..], many, &conflict) {
                drafts
                    .into_iter()
                    .map(|draft| write::create(on, draft, WriteOptions::default()))
                    .collect::<Result<_>>()?
            } else {
                write::create_many(on, model, drafts, &ManyOptions { conflict, ..ManyOptions::default() })?
            };
            answer(model, call, &created, *many)
        }
        ActionDoc::Upsert { row, update, target } => {
            let given = encode_rows(view, std::slice::from_ref(row))?;
            let by = upsert_by(view, update.as_deref(), target)?;
            let Some(row) = given.into_iter().next() else { return Err(Error::internal("an upsert has one row")) };
            let done = write::upsert(on, draft(model, row), &by, WriteOptions::default())?;
            let created: Vec<Created> = done.into_iter().collect();
            answer(model, call, &created, false)
        }
        ActionDoc::Truncate { cascade, restart } => {
            write::truncate(on, model, *cascade, *restart)?;
            Ok("{}".to_owned())
        }
        ActionDoc::Update { .. } | ActionDoc::Increment { .. } => {
            changed(on, model, doc, call, [Event::BeforeBulkUpdate, Event::AfterBulkUpdate])
        }
        ActionDoc::Destroy { .. } => changed(on, model, doc, call, [Event::BeforeBulkDestroy, Event::AfterBulkDestroy]),
        ActionDoc::Restore => changed(on, model, doc, call, [Event::BeforeBulkRestore, Event::AfterBulkRestore]),
    }
}

fn draft(model: &ModelRef, row: Vec<(u16, Datum<'static>)>) -> Draft {
    let mut draft = Draft::new(model.clone());
    row.into_iter().for_each(|(attribute, value)| draft.put(attribute, value));
    draft
}

fn given_by_first(drafts: &[Draft]) -> Vec<u16> {
    drafts.first().map(|draft| draft.given().iter().map(|(attribute, _)| *attribute).collect()).unwrap_or_default()
}

fn changed(
    on: &dyn Executor,
    model: &ModelRef,
    doc: &RequestDoc,
    call: &WriteDoc,
    events: [Event; 2],
) -> Result<String> {
    let requests = encode_write(doc, model.clone(), &on.database().fresh(model.view()))?;
    let Some(request) = requests.into_iter().next() else { return Err(Error::internal("a write has one request")) };
    let sent = write::bulk(on, request, events, WriteOptions::default())?;
    if matches!(call.returning, ReturningDoc::Default | ReturningDoc::Nothing) {
        return Ok(format!("{{\"affected\":{}}}", sent.affected));
    }
    let mut sink = JsonSink::new();
    for row in &sent.rows {
        sink.row(&sent.plan.slots[0], &ValueRow(row))?.end()?;
    }
    Ok(sink.finish())
}

/// The rows of a create or upsert, as the document asks for them.
fn answer(model: &ModelRef, call: &WriteDoc, created: &[Created], many: bool) -> Result<String> {
    let view = model.view();
    let wanted: Vec<u16> = match &call.returning {
        ReturningDoc::Nothing => return Ok(format!("{{\"affected\":{}}}", created.len())),
        ReturningDoc::Default | ReturningDoc::All => request::every_attribute(view),
        ReturningDoc::Attributes(names) => {
            names.iter().map(|name| view.require_attribute(name)).collect::<Result<_>>()?
        }
    };
    let mut rows = Vec::with_capacity(created.len());
    for row in created {
        let mut out = serde_json::Map::new();
        for &attribute in &wanted {
            let declared = &view.def().attributes[usize::from(attribute)];
            let json = relata_schema::datum_to_json(row.value(attribute), declared.ty.scale());
            out.insert(declared.name.clone(), json);
        }
        rows.push(serde_json::Value::Object(out));
    }
    let answer = if many { rows.into() } else { rows.pop().unwrap_or(serde_json::Value::Null) };
    Ok(answer.to_string())
}
