//! Rows that are there already, where the unique key by which they are cannot be said.

use relata_dialect::{Capabilities, ConflictForm};
use relata_ir::{Command, Conflict, Ir, Made};
use relata_schema::{Error, ErrorKind, Result};

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "conflict", concerns: Made::COMMAND, run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    let (Some(command), Some(root)) = (ir.command(), ir.root()) else { return Ok(false) };
    let Some(conflict) = command.conflict else { return Ok(false) };
    if dialect.conflict == ConflictForm::OnConflict {
        return Ok(false);
    }
    let refuse = |message: &str, help: &str| {
        Err(Error::new(ErrorKind::Unsupported, format!("{} {message}", dialect.name)).help(help.to_owned()))
    };
    if conflict.predicate.is_some() {
        return refuse("has no index over some of the rows", "name a unique key over all rows");
    }
    if conflict.filter.is_some() {
        return refuse(
            "asks no row that is there already, in one statement",
            "run it on a database, which inserts, and updates where the row was there",
        );
    }
    if !conflict.sets.is_empty() {
        return Ok(false);
    }
    // The row is left alone by being set to what it is: the first column that is inserted.
    let mut select = ir.select(root);
    let mut columns = ir.exprs(select.columns).to_vec();
    let Some(&first) = ir.key(command.sets).first() else {
        return Err(Error::internal("a row of nothing but a number is never there already"));
    };
    let own = ir.column(select.from, first);
    columns.insert(command.sets.len(), own);
    select.columns = ir.make_exprs(&columns);
    ir.set_select(root, select);
    let sets = ir.make_key(&[first]);
    ir.set_command(Command { conflict: Some(Conflict { sets, ..conflict }), ..command });
    Ok(true)
}
