//! Rounding: a double is made a decimal first, where else its halves would go to the even neighbour.

use relata_dialect::Capabilities;
use relata_ir::{Expr, Ir, Made};
use relata_schema::{Function, Kind, Result};

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "round", concerns: Made::CALL, run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    if !dialect.functions.rounds_decimals {
        return Ok(false);
    }
    let mut changed = false;
    for id in ir.select_ids() {
        ir.rewrite_select(id, &mut |ir, expr| {
            let Expr::Call(Function::Round, arguments) = ir.expr(expr) else { return expr };
            let mut arguments = ir.exprs(arguments).to_vec();
            if !matches!(ir.kind(arguments[0]), Some(Kind::Double | Kind::Real)) {
                return expr;
            }
            changed = true;
            arguments[0] = ir.cast(arguments[0], Kind::Decimal, 0, 0);
            let rounded = ir.call(Function::Round, &arguments);
            ir.cast(rounded, Kind::Double, 0, 0)
        });
    }
    Ok(changed)
}
