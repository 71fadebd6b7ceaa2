//! Rows that are there already, where one statement cannot say what becomes of them.
//!
//! A statement that fails leaves nothing behind and does not end its transaction on these databases. So a row is inserted,
//! and when one is there already it is left alone or updated, by the unique key that was named and under the conditions
//! that were said. That is what `ON CONFLICT` does elsewhere.

use std::ops::Range;

use relata_request::{
    Request, Section,
    conflict::{Said, inserted, key_of, meeting, plain, updating},
};
use relata_schema::{ErrorKind, Result};

use super::{
    answer, in_transaction,
    send::{Sent, send as send_plain, send_one},
};
use crate::{Executor, Tx};

/// Whether an insert is more than one statement.
pub(super) fn takes_several(request: &Request<'_>, said: &Said) -> Result<bool> {
    let answers = !request.section(Section::Attributes).is_empty();
    if said.has_predicate {
        // That no index is over some of the rows, planning says.
        return Ok(false);
    }
    if said.update.is_empty() {
        // Left alone in one statement, but then nobody knows which were.
        return Ok(answers);
    }
    let view = request.root().view();
    let hides = request.flags().scoped && view.def().default_scope.is_some();
    Ok(said.has_filter || hides || said.may_meet_others(view, &inserted(request)?.attributes))
}

/// Sends an insert in several statements.
pub(super) fn send(on: &dyn Executor, request: &Request<'_>, said: &Said) -> Result<Sent> {
    let count = inserted(request)?.rows as usize;
    let mut done = None;
    if said.update.is_empty() && count == 1 {
        return missing(on, request, said, 0..1);
    }
    in_transaction(on, &mut |tx| {
        done = Some(if said.update.is_empty() {
            missing(tx, request, said, 0..count)?
        } else {
            let mut all: Option<Sent> = None;
            for row in 0..count {
                let sent = one(tx, request, said, row)?;
                all = Some(match all {
                    None => sent,
                    Some(before) => together(before, sent),
                });
            }
            all.ok_or_else(|| relata_schema::Error::internal("an insert has no rows"))?
        });
        Ok(())
    })?;
    done.ok_or_else(|| relata_schema::Error::internal("a transaction did not run"))
}

fn together(mut first: Sent, second: Sent) -> Sent {
    first.affected += second.affected;
    first.rows.extend(second.rows);
    first
}

/// Inserts those rows of which none is there: all at once, and where that fails the one half and then the other.
fn missing(on: &dyn Executor, request: &Request<'_>, said: &Said, rows: Range<usize>) -> Result<Sent> {
    let insert = plain(request, rows.clone())?;
    match send_plain(on, &insert) {
        // A row that is there already may break a foreign key as well, and that may be said first.
        Err(error) if matches!(error.kind(), ErrorKind::UniqueViolation | ErrorKind::ForeignKeyViolation) => {
            if rows.len() > 1 {
                let middle = rows.start + rows.len() / 2;
                let first = missing(on, request, said, rows.start..middle)?;
                return Ok(together(first, missing(on, request, said, middle..rows.end)?));
            }
            // Where a key was named, only that one may be taken.
            let is_meant = match (said.target.is_empty(), error.kind()) {
                (true, ErrorKind::UniqueViolation) => true,
                (true, _) => {
                    let given = inserted(request)?.attributes;
                    let keys = request.root().view().unique.clone();
                    let mut keys = keys.iter().filter(|key| key.iter().all(|attribute| given.contains(attribute)));
                    keys.try_fold(false, |found, key| Ok(found || is_there(on, request, key, rows.start)?))?
                }
                (false, _) => is_there(on, request, &said.target, rows.start)?,
            };
            if !is_meant {
                return Err(error);
            }
            let plan = on.plans().get(&insert, on.dialect())?;
            Ok(Sent { affected: 0, plan, rows: Vec::new(), numbered: None })
        }
        other => other,
    }
}

fn is_there(on: &dyn Executor, request: &Request<'_>, target: &[u16], row: usize) -> Result<bool> {
    let key = key_of(request, target, row)?;
    if key.iter().any(relata_schema::Datum::is_null) {
        return Ok(false);
    }
    let mut find = meeting(request, target, row..row + 1, false)?;
    find.clear(Section::Attributes);
    relata_request::write::returning(&mut find, target);
    Ok(!answer::read(on, &find)?.is_empty())
}

/// Inserts a row, or updates the one that is there.
fn one(on: &Tx, request: &Request<'_>, said: &Said, row: usize) -> Result<Sent> {
    /// Somebody may remove the row between the one statement and the other, and somebody else put it there again.
    const TRIES: usize = 5;
    let insert = plain(request, row..row + 1)?;
    let answers = !request.section(Section::Attributes).is_empty();
    let mut tried = 0;
    loop {
        tried += 1;
        let error = match send_plain(on, &insert) {
            Err(error) if matches!(error.kind(), ErrorKind::UniqueViolation | ErrorKind::ForeignKeyViolation) => error,
            other => return other,
        };
        let update = updating(request, row, on.database().now())?;
        let updated = send_one(on, &update)?;
        let plan = on.plans().get(&insert, on.dialect())?;
        let mut sent = Sent { affected: updated.affected, plan, rows: Vec::new(), numbered: None };
        if updated.affected > 0 {
            if answers {
                sent.rows = answer::read(on, &meeting(request, &said.target, row..row + 1, false)?)?;
            }
            return Ok(sent);
        }
        if is_there(on, request, &said.target, row)? {
            // A condition or the default scope keeps it as it is.
            return Ok(sent);
        }
        let another = error.kind() == ErrorKind::ForeignKeyViolation
            || error.constraint().is_some_and(|constraint| {
                let view = request.root().view();
                let names = said.target.iter().map(|&a| view.attributes[usize::from(a)].name.as_str());
                !constraint.attributes.is_empty() && !names.eq(constraint.attributes.iter().map(String::as_str))
            });
        if another || tried == TRIES {
            return Err(error);
        }
    }
}
