//! Lists that are queries with a limit, where a database has none within `IN`, `ANY` and `ALL`: they stand in a derived
//! table.

use relata_dialect::{Capabilities, InSelectForm};
use relata_ir::{Expr, Ir, Made, RelSource, Select};
use relata_schema::Result;

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization =
    Legalization { name: "in_select", concerns: Made::IN_SELECT.and(Made::QUANTIFIED), run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    if dialect.in_select == InSelectForm::Free {
        return Ok(false);
    }
    let mut changed = false;
    for id in ir.select_ids() {
        ir.rewrite_select(id, &mut |ir, expr| {
            let node = ir.expr(expr);
            let (Expr::InSelect(left, select) | Expr::Quantified { left, select, .. }) = node else { return expr };
            if !ir.select(select).page.cuts() {
                return expr;
            }
            changed = true;
            let width = ir.exprs(ir.select(select).columns).len() as u16;
            let rel = ir.make_rel(RelSource::Derived(select));
            let columns: Vec<_> = (0..width).map(|column| ir.column(rel, column)).collect();
            let mut outer = Select::from(rel);
            outer.columns = ir.make_exprs(&columns);
            let outer = ir.make_select(outer);
            match node {
                Expr::Quantified { comparison, all, .. } => ir.quantified(comparison, all, left, outer),
                _ => ir.in_select(left, outer),
            }
        });
    }
    Ok(changed)
}
