//! Rows that a write answers with, where it answers with none: they are left out, and read in a statement of their own.

use relata_dialect::Capabilities;
use relata_ir::{Command, CommandKind, Ir, Made};
use relata_schema::Result;

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "returning", concerns: Made::COMMAND, run };

/// Whether a command answers with rows on a database.
pub(crate) fn answers(command: Command, dialect: &Capabilities) -> bool {
    match command.kind {
        CommandKind::Insert => dialect.returning.insert,
        CommandKind::Update => dialect.returning.update,
        CommandKind::Delete | CommandKind::Truncate { .. } => dialect.returning.delete,
    }
}

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    let (Some(command), Some(root)) = (ir.command(), ir.root()) else { return Ok(false) };
    let mut select = ir.select(root);
    if answers(command, dialect) || select.columns.len() == command.written() {
        return Ok(false);
    }
    let columns = ir.exprs(select.columns)[..command.written()].to_vec();
    select.columns = ir.make_exprs(&columns);
    ir.set_select(root, select);
    Ok(true)
}
