//! A sum of integers is a 64-bit integer, and an average a double, whatever the database makes of them.

use relata_dialect::Capabilities;
use relata_ir::{Expr, Ir};
use relata_schema::{Aggregate, Kind, Result};

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "aggregate", run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    let mut changed = false;
    for id in ir.select_ids() {
        ir.rewrite_select(id, &mut |ir, expr| match ir.expr(expr) {
            Expr::Aggregate { function: Aggregate::Sum, argument: Some(argument), .. }
                if !dialect.sum_is_bigint && ir.kind(argument).is_some_and(Kind::is_integer) =>
            {
                changed = true;
                ir.cast(expr, Kind::BigInt, 0, 0)
            }
            Expr::Aggregate { function: Aggregate::Avg, distinct, argument: Some(argument) }
                if !dialect.average_is_double && ir.kind(argument) != Some(Kind::Double) =>
            {
                changed = true;
                let argument = ir.cast(argument, Kind::Double, 0, 0);
                ir.aggregate(Aggregate::Avg, distinct, Some(argument))
            }
            _ => expr,
        });
    }
    Ok(changed)
}
