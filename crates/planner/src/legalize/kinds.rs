//! Values of kinds that the database has.

use relata_dialect::Capabilities;
use relata_ir::{Expr, Ir, Made};
use relata_schema::{Error, ErrorKind, Kind, Result};

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "kinds", concerns: Made::ANYTHING, run };

/// Changes nothing: a value of a kind that the database does not have is refused, with the column that holds it.
fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    if !ir.mentioned().any(|kind| !(dialect.types.has)(kind)) {
        return Ok(false);
    }
    let mut missing: Option<(Kind, Option<String>)> = None;
    for id in ir.select_ids() {
        ir.rewrite_select(id, &mut |ir, expr| {
            let kind = match ir.expr(expr) {
                Expr::Column { .. } | Expr::Bind(_) | Expr::Literal(_) => ir.kind(expr),
                Expr::Cast { kind, .. } => Some(kind),
                _ => None,
            };
            if let Some(kind) = kind.filter(|kind| !(dialect.types.has)(*kind))
                && missing.as_ref().is_none_or(|(_, column)| column.is_none())
            {
                missing = Some((kind, ir.column_name(expr).map(|name| ir.name(name).to_owned())));
            }
            expr
        });
    }
    let Some((kind, column)) = missing else { return Ok(false) };
    let column = column.map_or_else(String::new, |column| format!(", which the column \"{column}\" holds"));
    let message = format!("{} has no values of kind {}{column}", dialect.name, kind.name());
    Err(Error::new(ErrorKind::Unsupported, message).help("leave the attribute out, or ask a database that has them"))
}
