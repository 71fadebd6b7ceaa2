//! Calls that change rows. Derived and run-time models share everything here: it knows drafts and instances, and no Rust
//! type of a model.

mod answer;
mod bulk;
mod conflict;
mod create;
mod links;
mod many;
mod save;
mod send;
mod upsert;

pub(crate) use bulk::{bulk, truncate};
pub(crate) use create::{Created, create};
pub(crate) use links::{Key, LinkOptions, Links};
pub(crate) use many::{ManyOptions, conflict, create_many};
pub(crate) use save::{destroy, increment, reload_key, restore, save};
pub(crate) use send::{Sent, ValueRow, equal, insert_rows, key_of, keyed, send, send_chunks};
pub(crate) use upsert::{find_or_create, key_is_taken, upsert};

use relata_schema::{AssociationKind, ModelView, Result};

use crate::{Executor, Tx};

/// How a call writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteOptions {
    /// Run the hooks.
    pub hooks: bool,
    /// Validate first.
    pub validate: bool,
    /// Leave the time of the last update alone. A new row has its timestamps all the same.
    pub silent: bool,
}

impl Default for WriteOptions {
    /// With hooks, validation and timestamps.
    fn default() -> Self {
        WriteOptions { hooks: true, validate: true, silent: false }
    }
}

/// The most rows of one insert: beyond, a statement gets no faster and a failure more costly.
const ROWS_AT_ONCE: usize = 1_000;

/// How many rows of so many plain values one insert has, at most. A database that is part of the program costs no round
/// trip, and runs a short statement from the processor's cache: of a hundred rows ten thousand take a tenth less time.
/// Rows that may refer to one another stay together, since references are checked after each statement.
pub(crate) fn rows_at_once(on: &dyn Executor, view: ModelView<'_>, width: usize) -> usize {
    let refers_to_itself = (0..view.def().associations.len() as u16).any(|association| {
        view.def().associations[usize::from(association)].kind == AssociationKind::BelongsTo
            && view.target(association).is_ok_and(|target| target.id == view.id)
    });
    let is_short = on.database().pool().is_local() && !refers_to_itself;
    let most = if is_short { 100 } else { ROWS_AT_ONCE };
    (on.dialect().max_binds / width.max(1)).clamp(1, most)
}

/// Runs in the transaction at hand, or in one of its own.
pub(crate) fn in_transaction(on: &dyn Executor, run: &mut dyn FnMut(&Tx) -> Result<()>) -> Result<()> {
    match on.transaction_at_hand() {
        // An error leaves what was done to the caller, who decides what becomes of the transaction.
        Some(_) => on.atomically(run),
        None => on.database().atomically(run),
    }
}
