//! Assignments that see what those before them have done: each stands before the one that changes what it looks at.

use relata_dialect::{Assignments, Capabilities};
use relata_ir::{Command, CommandKind, Expr, ExprId, Ir, Made};
use relata_schema::{Error, ErrorKind, Result};

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "assignments", concerns: Made::COMMAND, run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    let (Some(command), Some(root)) = (ir.command(), ir.root()) else { return Ok(false) };
    if dialect.assignments == Assignments::Simultaneous || command.kind != CommandKind::Update {
        return Ok(false);
    }
    let mut select = ir.select(root);
    let mut columns = ir.exprs(select.columns).to_vec();
    let sets = ir.key(command.sets).to_vec();
    let looks_at = |ir: &Ir, value: ExprId, place: u16| {
        let mut found = false;
        ir.visit(value, &mut |_, node| {
            found |= matches!(node, Expr::Column { rel, column } if rel == select.from && column == place);
            !found
        });
        found
    };
    let mut rest: Vec<(u16, ExprId)> = sets.iter().copied().zip(columns.iter().copied()).collect();
    let mut ordered: Vec<(u16, ExprId)> = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        // One whose column nobody else looks at any more.
        let free = rest
            .iter()
            .position(|&(place, _)| !rest.iter().any(|&(other, value)| other != place && looks_at(ir, value, place)));
        let Some(free) = free else {
            let message =
                format!("{} assigns one after another, and these attributes look at each other", dialect.name);
            return Err(Error::new(ErrorKind::Unsupported, message).help("update them in several calls"));
        };
        ordered.push(rest.remove(free));
    }
    if ordered.iter().map(|(place, _)| *place).eq(sets.iter().copied()) {
        return Ok(false);
    }
    let places: Vec<u16> = ordered.iter().map(|(place, _)| *place).collect();
    columns.splice(..places.len(), ordered.into_iter().map(|(_, value)| value));
    select.columns = ir.make_exprs(&columns);
    ir.set_select(root, select);
    let sets = ir.make_key(&places);
    ir.set_command(Command { sets, ..command });
    Ok(true)
}
