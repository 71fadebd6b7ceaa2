//! A sum of integers is a 64-bit integer, and an average a double, whatever the database makes of them. Of kinds whose values
//! have no least and greatest there, none is asked for.

use relata_dialect::Capabilities;
use relata_ir::{Expr, Ir, Made};
use relata_schema::{Aggregate, Error, ErrorKind, Kind, Result};

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "aggregate", concerns: Made::AGGREGATE, run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    let is_taken = |expr| matches!(expr, Expr::Aggregate { argument: Some(_), .. });
    if !ir.made_exprs().any(is_taken) {
        return Ok(false);
    }
    let (mut changed, mut refused) = (false, None);
    for id in ir.select_ids() {
        ir.rewrite_select(id, &mut |ir, expr| match ir.expr(expr) {
            Expr::Aggregate { function: Aggregate::Min | Aggregate::Max, argument: Some(argument), .. }
                if ir.kind(argument).is_some_and(|kind| !(dialect.types.extremes)(kind)) =>
            {
                refused = ir.kind(argument);
                expr
            }
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
    match refused {
        None => Ok(changed),
        Some(kind) => {
            let message = format!("{} has no least and greatest {}", dialect.name, kind.name());
            Err(Error::new(ErrorKind::Unsupported, message).help("order by it, and take the first row"))
        }
    }
}
