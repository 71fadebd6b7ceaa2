//! Row locks, where there are any.

use relata_dialect::{Capabilities, LockForm};
use relata_ir::{Ir, Made};
use relata_schema::{Error, ErrorKind, Result};

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "lock", concerns: Made::LOCK, run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    if dialect.lock == LockForm::None && ir.select_ids().any(|id| ir.select(id).lock.is_some()) {
        return Err(Error::new(ErrorKind::Unsupported, format!("{} has no row locks", dialect.name))
            .help("a writing transaction locks the whole database there; leave the lock out"));
    }
    Ok(false)
}
