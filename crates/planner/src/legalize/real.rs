//! Numbers of 32 bits are computed with as doubles: a database that would not has them converted first.

use relata_dialect::{Capabilities, RealForm};
use relata_ir::{Expr, ExprId, Ir, Made};
use relata_schema::{Aggregate, Function, Kind, Result};

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "real", concerns: Made::ANYTHING, run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    if dialect.real == RealForm::Double || !ir.mentioned().has(Kind::Real) {
        return Ok(false);
    }
    let mut changed = false;
    for id in ir.select_ids() {
        ir.rewrite_select(id, &mut |ir, expr| {
            let mut convert = |ir: &mut Ir, expr: ExprId| {
                if ir.kind(expr) != Some(Kind::Real) {
                    return expr;
                }
                changed = true;
                ir.cast(expr, Kind::Double, 0, 0)
            };
            match ir.expr(expr) {
                Expr::Call(function, list)
                    if matches!(function, Function::Add | Function::Sub | Function::Mul | Function::Div) =>
                {
                    let list = ir.exprs(list).to_vec();
                    let new: Vec<ExprId> = list.iter().map(|&argument| convert(ir, argument)).collect();
                    if new == list { expr } else { ir.call(function, &new) }
                }
                Expr::Aggregate { function: Aggregate::Sum, distinct, argument: Some(argument) } => {
                    let new = convert(ir, argument);
                    if new == argument { expr } else { ir.aggregate(Aggregate::Sum, distinct, Some(new)) }
                }
                _ => expr,
            }
        });
    }
    Ok(changed)
}
