//! Quotients of decimals where a decimal that happens to be whole is kept as an integer, or a quotient is cut short.

use relata_dialect::{Capabilities, DecimalForm};
use relata_ir::{Expr, Ir, Made};
use relata_schema::{Function, Kind, Result};

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "decimal", concerns: Made::CALL, run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    if dialect.decimal == DecimalForm::Exact {
        return Ok(false);
    }
    let mut changed = false;
    for id in ir.select_ids() {
        ir.rewrite_select(id, &mut |ir, expr| {
            let Expr::Call(Function::Div, arguments) = ir.expr(expr) else { return expr };
            let [left, right] = *ir.exprs(arguments) else { return expr };
            let decimal = [left, right].iter().any(|&side| ir.kind(side) == Some(Kind::Decimal));
            if !decimal {
                return expr;
            }
            changed = true;
            let left = ir.cast(left, Kind::Double, 0, 0);
            ir.call(Function::Div, &[left, right])
        });
    }
    Ok(changed)
}
