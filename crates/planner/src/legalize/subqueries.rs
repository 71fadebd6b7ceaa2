//! `EXISTS` in the condition of an outer join, where the server must be kept from making a join of it.

use relata_dialect::{Capabilities, OuterExists};
use relata_ir::{Expr, ExprId, Ir, JoinKind};
use relata_schema::{Function, Result};

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "outer_exists", run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    if dialect.outer_exists == OuterExists::Plain {
        return Ok(false);
    }
    let mut changed = false;
    for id in ir.select_ids() {
        let mut select = ir.select(id);
        let mut joins = ir.joins(select.joins).to_vec();
        for join in joins.iter_mut().filter(|join| join.kind == JoinKind::Left) {
            join.on = wrapped(ir, join.on, &mut changed);
        }
        if changed {
            select.joins = ir.make_joins(&joins);
            ir.set_select(id, select);
        }
    }
    Ok(changed)
}

fn wrapped(ir: &mut Ir, condition: ExprId, changed: &mut bool) -> ExprId {
    match ir.expr(condition) {
        Expr::And(members) => {
            let members: Vec<ExprId> =
                ir.exprs(members).to_vec().into_iter().map(|member| wrapped(ir, member, changed)).collect();
            ir.and(&members)
        }
        Expr::Not(inner) if matches!(ir.expr(inner), Expr::Exists(_)) => {
            let inner = wrapped(ir, inner, changed);
            ir.not(inner)
        }
        Expr::Exists(_) => {
            *changed = true;
            let never = ir.boolean(false);
            ir.call(Function::Coalesce, &[condition, never])
        }
        _ => condition,
    }
}
