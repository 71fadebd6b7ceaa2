//! Drops a left join whose columns nobody reads.
//!
//! Law: `A ⟕ B on p  ≡  A`, when no expression outside the join names B and B yields at most one row per row of A.
//! The second half matters: without a unique key over the joined columns the join multiplies rows, and a count sees it.

use relata_ir::{Expr, ExprId, Ir, Join, JoinKind, Made, RelId, RelSource, SelectId};
use relata_schema::Comparison;

use super::Pass;

pub(crate) const PASS: Pass = Pass { name: "eliminate_join", concerns: Made::LEFT_JOIN, run };

fn run(ir: &mut Ir) -> bool {
    let mut changed = false;
    for id in ir.select_ids() {
        loop {
            let select = ir.select(id);
            let joins = ir.joins(select.joins).to_vec();
            let unread = joins.iter().position(|join| {
                join.kind == JoinKind::Left && yields_one(ir, join) && !is_read(ir, id, &joins, join.rel)
            });
            let Some(unread) = unread else { break };
            let mut rest = joins;
            rest.remove(unread);
            let mut select = select;
            select.joins = ir.make_joins(&rest);
            ir.set_select(id, select);
            changed = true;
        }
    }
    changed
}

/// Whether any expression names the relation, other than the condition of its own join.
fn is_read(ir: &Ir, select: SelectId, joins: &[Join], rel: RelId) -> bool {
    let mut read = joins.iter().any(|join| {
        let inside = match ir.rel(join.rel).source {
            RelSource::Derived(inner) => select_names(ir, inner, rel),
            _ => false,
        };
        inside || (join.rel != rel && ir.names(join.on, rel))
    });
    ir.own_exprs(select, &mut |expr| read |= ir.names(expr, rel));
    read |= ir.select(select).lock.is_some_and(|lock| lock.of == rel);
    read
}

fn select_names(ir: &Ir, select: SelectId, rel: RelId) -> bool {
    let mut found = false;
    ir.visit_select(select, &mut |_, node| {
        found |= matches!(node, Expr::Column { rel: named, .. } if named == rel);
        !found
    });
    found
}

/// Whether a key of the joined table is equated with expressions that do not name the table.
fn yields_one(ir: &Ir, join: &Join) -> bool {
    let RelSource::Table(table) = ir.rel(join.rel).source else { return false };
    let mut equated: Vec<u16> = Vec::new();
    let mut see = |expr: ExprId| {
        if let Expr::Compare(Comparison::Eq, left, right) = ir.expr(expr) {
            for (column, other) in [(left, right), (right, left)] {
                if let Expr::Column { rel, column } = ir.expr(column)
                    && rel == join.rel
                    && !ir.names(other, join.rel)
                {
                    equated.push(column);
                }
            }
        }
    };
    match ir.expr(join.on) {
        Expr::And(members) => ir.exprs(members).iter().for_each(|&member| see(member)),
        _ => see(join.on),
    }
    let keys = ir.keys(ir.table(table).keys);
    keys.iter().any(|&key| ir.key(key).iter().all(|column| equated.contains(column)))
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
