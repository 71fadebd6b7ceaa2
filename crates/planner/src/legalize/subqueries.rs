//! Subqueries of which the server must be kept from making joins, where it gets them wrong: the argument of a function is
//! left as it is.
//!
//! Of the condition of an inner join they become a condition on the rows, which means the same. Of that of an outer join
//! they are wrapped; and so is `EXISTS` beside rows that are read out of JSON, and one that has an outer join itself.

use relata_dialect::{Capabilities, Subqueries};
use relata_ir::{Expr, ExprId, Ir, JoinKind, Made, RelSource, Transform};
use relata_schema::{Function, Result};

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization =
    Legalization { name: "subqueries", concerns: Made::EXISTS.and(Made::IN_SELECT).and(Made::SCALAR), run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    if dialect.subqueries == Subqueries::Free {
        return Ok(false);
    }
    let mut changed = false;
    for id in ir.select_ids() {
        let mut select = ir.select(id);
        let mut joins = ir.joins(select.joins).to_vec();
        let mut filters: Vec<ExprId> = select.filter.into_iter().flat_map(|filter| conjuncts(ir, filter)).collect();
        let mut joined = false;
        for join in &mut joins {
            let on = conjuncts(ir, join.on);
            if !on.iter().any(|&condition| is_subquery(ir, condition)) {
                continue;
            }
            joined = true;
            let kept: Vec<ExprId> = if join.kind == JoinKind::Left {
                on.into_iter().map(|condition| wrapped(ir, condition)).collect()
            } else {
                let (moved, kept): (Vec<_>, Vec<_>) = on.into_iter().partition(|&condition| is_subquery(ir, condition));
                filters.extend(moved);
                kept
            };
            join.on = ir.and(&kept);
        }
        let is_json = |rel| matches!(ir.rel(rel).source, RelSource::Keys(_));
        let reads_json = is_json(select.from)
            || joins.iter().any(|join| is_json(join.rel))
            || filters.iter().any(|&filter| is_list(ir, filter));
        let mut guarded = false;
        for filter in &mut filters {
            let exists = !is_list(ir, *filter) && is_subquery(ir, *filter);
            if exists && (reads_json || has_outer_join(ir, *filter)) {
                *filter = wrapped(ir, *filter);
                guarded = true;
            }
        }
        if joined {
            select.joins = ir.make_joins(&joins);
        }
        if joined || guarded {
            select.filter = (!filters.is_empty()).then(|| ir.and(&filters));
            ir.set_select(id, select);
            changed = true;
        }
    }
    Ok(changed)
}

/// Whether the subquery of an EXISTS has an outer join.
fn has_outer_join(ir: &Ir, condition: ExprId) -> bool {
    match ir.expr(condition) {
        Expr::Not(inner) => has_outer_join(ir, inner),
        Expr::Exists(select) | Expr::InSelect(_, select) => {
            ir.joins(ir.select(select).joins).iter().any(|join| join.kind == JoinKind::Left)
        }
        _ => false,
    }
}

fn conjuncts(ir: &Ir, condition: ExprId) -> Vec<ExprId> {
    match ir.expr(condition) {
        Expr::And(members) => ir.exprs(members).to_vec(),
        _ => vec![condition],
    }
}

/// A condition that is a subquery, or the negation of one.
fn is_subquery(ir: &Ir, condition: ExprId) -> bool {
    match ir.expr(condition) {
        Expr::Exists(_) | Expr::InSelect(..) => true,
        Expr::InArray(..) => is_list(ir, condition),
        Expr::Not(inner) => !matches!(ir.expr(inner), Expr::Not(_)) && is_subquery(ir, inner),
        _ => false,
    }
}

fn is_list(ir: &Ir, condition: ExprId) -> bool {
    match ir.expr(condition) {
        // One of placeholders is none.
        Expr::InArray(_, list) => ir.bind(list).transform != Transform::Spread,
        Expr::Not(inner) => !matches!(ir.expr(inner), Expr::Not(_)) && is_list(ir, inner),
        _ => false,
    }
}

fn wrapped(ir: &mut Ir, condition: ExprId) -> ExprId {
    match ir.expr(condition) {
        Expr::Not(inner) if is_subquery(ir, inner) => {
            let inner = wrapped(ir, inner);
            ir.not(inner)
        }
        // It is never NULL, so nothing is put in its place.
        Expr::Exists(_) => {
            let never = ir.boolean(false);
            ir.call(Function::Coalesce, &[condition, never])
        }
        // Of a NULL on the left it is NULL, and stays so.
        Expr::InArray(..) | Expr::InSelect(..) => {
            let unknown = ir.null();
            ir.call(Function::Coalesce, &[condition, unknown])
        }
        _ => condition,
    }
}
