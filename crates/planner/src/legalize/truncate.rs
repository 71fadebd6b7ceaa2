//! Removing all rows where there is no statement of its own for it.

use relata_dialect::{Capabilities, TruncateForm};
use relata_ir::{Command, CommandKind, Ir, Made};
use relata_schema::{Error, ErrorKind, Result};

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "truncate", concerns: Made::COMMAND, run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    let Some(command) = ir.command() else { return Ok(false) };
    let CommandKind::Truncate { cascade, restart } = command.kind else { return Ok(false) };
    if dialect.truncate == TruncateForm::Truncate {
        return Ok(false);
    }
    let refuse = |what: &str, help: &str| {
        Err(Error::new(ErrorKind::Unsupported, format!("{} does not truncate with {what}", dialect.name))
            .help(help.to_owned()))
    };
    if cascade {
        return refuse("cascade", "truncate the tables that refer to it first, or declare on_delete: cascade");
    }
    if restart {
        return refuse("restart_identity", "leave it out: numbers of removed rows are never used again");
    }
    ir.set_command(Command { kind: CommandKind::Delete, ..command });
    Ok(true)
}
