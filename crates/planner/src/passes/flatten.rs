//! Merges a derived table that only joins and filters into the select that inner-joins it.
//!
//! Law: `A ⋈_p σ_q(B ⋈_r C)  ≡  σ_q(A ⋈_p C ⋈_r B)`, when p names no column of B. There must be no grouping, no
//! de-duplication, no order and no limit inside, and every column must be a plain one.
//!
//! The pairs of a junction are such a derived table. Merged, the junction is found by its key and the target by the
//! junction's; a server that does not merge by itself would read the whole junction.

use relata_ir::{Expr, ExprId, Ir, Join, JoinKind, Made, RelSource, SelectId};

use super::Pass;

pub(crate) const PASS: Pass = Pass { name: "flatten", concerns: Made::DERIVED, run };

fn run(ir: &mut Ir) -> bool {
    let mut changed = false;
    for id in ir.select_ids() {
        while let Some((at, inner)) = candidate(ir, id) {
            merge(ir, id, at, inner);
            changed = true;
        }
    }
    changed
}

/// A join of a select that can be merged, and what it joins.
fn candidate(ir: &Ir, id: SelectId) -> Option<(usize, SelectId)> {
    let joins = ir.joins(ir.select(id).joins);
    joins.iter().enumerate().find_map(|(at, join)| {
        let RelSource::Derived(inner) = ir.rel(join.rel).source else { return None };
        let select = ir.select(inner);
        let plain = |&column: &ExprId| matches!(ir.expr(column), Expr::Column { .. });
        let simple = join.kind == JoinKind::Inner
            && select.group.is_empty()
            && select.having.is_none()
            && !select.distinct
            && select.order.is_empty()
            && !select.page.cuts()
            && ir.exprs(select.columns).iter().all(plain);
        let [only] = ir.joins(select.joins) else { return None };
        let table = |rel| matches!(ir.rel(rel).source, RelSource::Table(_));
        let names_only_the_second = || {
            let mut fits = true;
            ir.visit(join.on, &mut |_, node| {
                if let Expr::Column { rel, column } = node
                    && rel == join.rel
                {
                    let column = ir.expr(ir.exprs(select.columns)[usize::from(column)]);
                    fits &= matches!(column, Expr::Column { rel, .. } if rel == only.rel);
                }
                fits
            });
            fits
        };
        let fits = simple && only.kind == JoinKind::Inner && table(select.from) && table(only.rel);
        (fits && names_only_the_second()).then_some((at, inner))
    })
}

fn merge(ir: &mut Ir, id: SelectId, at: usize, inner: SelectId) {
    let merged = ir.select(inner);
    let columns = ir.exprs(merged.columns).to_vec();
    let second = ir.joins(merged.joins)[0];
    let mut select = ir.select(id);
    let mut joins = ir.joins(select.joins).to_vec();
    let derived = joins[at];
    let pair = [
        Join { kind: JoinKind::Inner, rel: second.rel, on: derived.on },
        Join { kind: JoinKind::Inner, rel: merged.from, on: second.on },
    ];
    joins.splice(at..=at, pair);
    select.joins = ir.make_joins(&joins);
    let conditions: Vec<ExprId> = select.filter.into_iter().chain(merged.filter).collect();
    select.filter = (!conditions.is_empty()).then(|| ir.and(&conditions));
    ir.set_select(id, select);
    for id in ir.select_ids() {
        ir.rewrite_select(id, &mut |ir, expr| match ir.expr(expr) {
            Expr::Column { rel, column } if rel == derived.rel => columns[usize::from(column)],
            _ => expr,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;

    const PAIRS: &str = "r0 = t0\nr1 = t0\nr2 = t1\nr3 = s0\ns0 = from r1\n  inner r2 on (eq r2.author r1.id)\n  where (eq \
                         r1.name 1)\n  columns r1.id r2.title\ns1 = from r0\n  KIND r3 on (eq r3.1 r0.name)\n  columns \
                         r3.0\nroot s1\n";

    #[test]
    fn pairs_are_merged_where_they_are_inner_joined() {
        let text = after(super::PASS, &PAIRS.replace("KIND", "inner"));
        assert!(text.contains("inner r2 on (eq r2.title r0.name)\n  inner r1 on (eq r2.author r1.id)\n"), "{text}");
        assert!(text.contains("where (eq r1.name 1)\n  columns r1.id"), "{text}");
        assert!(after(super::PASS, &PAIRS.replace("KIND", "left")).contains("left r3"));
        assert!(
            after(super::PASS, &PAIRS.replace("KIND", "inner").replace("(eq r3.1", "(eq r3.0")).contains("inner r3")
        );
    }
}
