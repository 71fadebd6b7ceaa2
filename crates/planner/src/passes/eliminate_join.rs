//! Drops a left join whose columns nobody reads.
//!
//! Law: `A ⟕ B on p  ≡  A`, when no expression outside the join names B and B yields at most one row per row of A.
//! The second half matters: without a unique key over the joined columns the join multiplies rows, and a count sees it.

use relata_ir::{Expr, Ir, Join, JoinKind, Made, RelId, RelSource, SelectId};

use super::{Pass, is_picked};

pub(crate) const PASS: Pass = Pass { name: "eliminate_join", concerns: Made::LEFT_JOIN, run };

fn run(ir: &mut Ir) -> bool {
    let mut changed = false;
    // How often each relation is named: counted once for a select, and no more for each of its joins.
    let mut reads: Vec<u32> = Vec::new();
    for id in ir.select_ids() {
        let mut select = ir.select(id);
        if !ir.joins(select.joins).iter().any(|join| join.kind == JoinKind::Left) {
            continue;
        }
        reads.clear();
        reads.resize(ir.rel_ids().count(), 0);
        count(ir, id, &mut reads);
        let mut joins = ir.joins(select.joins).to_vec();
        let before = joins.len();
        // One that goes may have been the only reader of another.
        while let Some(unread) = joins
            .iter()
            .position(|join| join.kind == JoinKind::Left && reads[join.rel.index()] == 0 && yields_one(ir, join))
        {
            let gone = joins.remove(unread);
            ir.visit(gone.on, &mut |_, node| see(node, gone.rel, &mut |rel| reads[rel.index()] -= 1));
        }
        if joins.len() < before {
            select.joins = ir.make_joins(&joins);
            ir.set_select(id, select);
            changed = true;
        }
    }
    changed
}

/// Counts how often relations are named, not counting what the condition of a join says of the relation that it joins.
fn count(ir: &Ir, id: SelectId, reads: &mut [u32]) {
    let select = ir.select(id);
    for join in ir.joins(select.joins) {
        ir.visit(join.on, &mut |_, node| see(node, join.rel, &mut |rel| reads[rel.index()] += 1));
        if let RelSource::Derived(inner) = ir.rel(join.rel).source {
            ir.visit_select(inner, &mut |_, node| see(node, join.rel, &mut |rel| reads[rel.index()] += 1));
        }
    }
    ir.own_exprs(id, &mut |expr| match ir.expr(expr) {
        // Nearly all that is selected.
        Expr::Column { rel, .. } => reads[rel.index()] += 1,
        _ => ir.visit(expr, &mut |_, node| {
            if let Expr::Column { rel, .. } = node {
                reads[rel.index()] += 1;
            }
            true
        }),
    });
    if let Some(lock) = select.lock {
        reads[lock.of.index()] += 1;
    }
}

fn see(node: Expr, own: RelId, then: &mut dyn FnMut(RelId)) -> bool {
    if let Expr::Column { rel, .. } = node
        && rel != own
    {
        then(rel);
    }
    true
}

/// Whether a key of the joined table is equated with expressions that do not name the table.
fn yields_one(ir: &Ir, join: &Join) -> bool {
    is_picked(ir, join.rel, join.on, |_, other| !ir.names(other, join.rel))
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;

    #[test]
    fn a_join_goes_only_if_it_is_unread_and_yields_one_row() {
        let text = |on: &str, columns: &str| {
            after(
                super::PASS,
                &format!("r0 = t1\nr1 = t0\ns0 = from r0\n  left r1 on {on}\n  columns {columns}\nroot s0\n"),
            )
        };
        assert!(!text("(eq r1.id r0.author)", "r0.id").contains("left"));
        assert!(!text("(and (eq r0.author r1.id) (is-null r1.name))", "r0.id").contains("left"));
        assert!(text("(eq r1.id r0.author)", "r1.name").contains("left"));
        assert!(text("(eq r1.boss r0.author)", "r0.id").contains("left"));
        assert!(text("(or (eq r1.id r0.author) (eq r1.id 1))", "r0.id").contains("left"));
    }
}
