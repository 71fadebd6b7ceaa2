//! Writing rows that a condition picks, without reading them.

use relata_request::{Bind, Call, Cursor, Request, Section, op};
use relata_schema::{Error, Failure, ModelRef, Result};

use super::{
    WriteOptions, in_transaction,
    send::{Sent, send},
};
use crate::{
    Event, Executor,
    hooks::{self, Subject},
    validate,
};

/// Sends an update, destroy or restore of rows, with the hooks for many.
pub(crate) fn bulk(on: &dyn Executor, request: Request<'_>, events: [Event; 2], options: WriteOptions) -> Result<Sent> {
    request.check()?;
    let model = request.root().clone();
    let view = model.view();
    if !(options.hooks && on.database().hooks().any(view, &events)) {
        checked(&request, options)?;
        return send(on, &request);
    }
    // What the caller has said must stand by itself: a condition that a hook adds does not mean that one was meant.
    on.plans().get(&request, on.dialect())?;
    let mut request = request.into_owned();
    let mut sent = None;
    in_transaction(on, &mut |tx| {
        hooks::run(tx, view, events[0], Subject::Rows(&mut request))?;
        checked(&request, options)?;
        let done = send(tx, &request)?;
        let affected = done.affected;
        sent = Some(done);
        hooks::run(tx, view, events[1], Subject::Changed(affected))
    })?;
    sent.ok_or_else(|| Error::internal("a transaction did not run"))
}

/// Validates the values that are set; what is computed is the database's to judge.
fn checked(request: &Request<'_>, options: WriteOptions) -> Result<()> {
    if request.flags().call != Call::Update {
        return Ok(());
    }
    let view = request.root().view();
    let mut failures: Vec<Failure> = Vec::new();
    let mut at = Cursor::new(request.section(Section::Values), request.first_bind(Section::Values) as u32);
    while !at.is_done() {
        let declared = &view.def().attributes[usize::from(at.u16()?)];
        match at.peek() {
            Some(op::BIND) => {
                at.byte()?;
                at.byte()?;
                if let Some(Bind::One(value)) = request.binds().get(at.next_bind() as usize) {
                    validate::of_value(declared, value, options.validate, &mut failures);
                }
            }
            Some(op::NULL) => {
                at.byte()?;
                validate::of_value(declared, &relata_schema::Datum::Null, options.validate, &mut failures);
            }
            _ => at.skip_expression()?,
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(Error::validation(failures).at(&view.name)) }
}

/// Removes all rows of a table, without hooks: nothing looks at the rows.
pub(crate) fn truncate(on: &dyn Executor, model: &ModelRef, cascade: bool, restart: bool) -> Result<()> {
    let mut request = Request::new(model.clone());
    let flags = relata_request::Flags { call: Call::Truncate { cascade, restart }, all: true, ..request.flags() };
    request.set_flags(flags);
    send(on, &request).map(drop)
}
