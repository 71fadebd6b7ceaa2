//! Comparisons with any or all of the values of a query, where a database has neither `ANY` nor `ALL` of one.
//!
//! There each comparison is a number, 2 where it holds, 1 where it is unknown and 0 where it does not. With any of them it is
//! the greatest that counts, and 0 of none; with all of them the least, and 2 of none.

use relata_dialect::{Capabilities, QuantifiedForm};
use relata_ir::{Expr, Ir, Made, RelSource, Select};
use relata_schema::{Aggregate, Comparison, Error, ErrorKind, Function, Result};

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "quantified", concerns: Made::QUANTIFIED, run };

const HOLDS: i32 = 2;
const UNKNOWN: i32 = 1;
const FAILS: i32 = 0;

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    if dialect.quantified == QuantifiedForm::AnyAll {
        return Ok(false);
    }
    let (mut changed, mut of_group) = (false, false);
    for id in ir.select_ids() {
        ir.rewrite_select(id, &mut |ir, expr| {
            let Expr::Quantified { comparison, all, left, select } = ir.expr(expr) else { return expr };
            // It would be an aggregate of the rows of the query.
            ir.visit(left, &mut |_, node| {
                of_group |= matches!(node, Expr::Aggregate { .. });
                !matches!(node, Expr::Scalar(_))
            });
            changed = true;
            let rel = ir.make_rel(RelSource::Derived(select));
            let value = ir.column(rel, 0);
            let compared = ir.compare(comparison, left, value);
            let [holds, unknown] = [ir.int(HOLDS), ir.int(UNKNOWN)];
            let number = ir.call(Function::Mul, &[compared, holds]);
            let number = ir.call(Function::Coalesce, &[number, unknown]);
            let (aggregate, of_none) = if all { (Aggregate::Min, holds) } else { (Aggregate::Max, ir.int(FAILS)) };
            let number = ir.aggregate(aggregate, false, Some(number));
            let number = ir.call(Function::Coalesce, &[number, of_none]);
            let number = ir.call(Function::Nullif, &[number, unknown]);
            let mut outer = Select::from(rel);
            outer.columns = ir.make_exprs(&[number]);
            let outer = ir.make_select(outer);
            let number = ir.scalar(outer);
            ir.compare(Comparison::Eq, number, holds)
        });
    }
    if of_group {
        let message = format!("{} compares no aggregate with any or all values of a query", dialect.name);
        return Err(Error::new(ErrorKind::Unsupported, message)
            .help("compare it with the least or the greatest of them: a query that is an aggregate is one value"));
    }
    Ok(changed)
}
