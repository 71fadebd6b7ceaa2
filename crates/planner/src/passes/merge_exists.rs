//! Turns a test for rows within a test for rows into a join.
//!
//! Law: `A ⋉ (B ⋉ C) ≡ A ⋉ (B ⋈ C)`: how often a row of B is joined is not seen from outside of the test.
//!
//! A database that turns tests into joins by itself does so for one level at a time, and MariaDB reads the whole of the inner
//! table for two.

use relata_ir::{Expr, ExprId, Ir, Join, JoinKind, Made, RelSource, Select};

use super::Pass;

pub(crate) const PASS: Pass = Pass { name: "merge_exists", concerns: Made::EXISTS, run };

fn run(ir: &mut Ir) -> bool {
    let mut tests = Vec::new();
    for id in ir.select_ids() {
        let mut see = |expr: ExprId| {
            ir.visit(expr, &mut |_, node| {
                if let Expr::Exists(inner) = node {
                    tests.push(inner);
                }
                true
            });
        };
        ir.own_exprs(id, &mut see);
    }
    let mut changed = false;
    // Inner selects come before those that hold them: what is merged has been merged itself.
    for id in ir.select_ids().filter(|id| tests.contains(id)) {
        let mut select = ir.select(id);
        let Some(filter) = select.filter.filter(|_| is_simple(&select)) else { continue };
        let mut joins = ir.joins(select.joins).to_vec();
        let before = joins.len();
        let mut kept = Vec::new();
        for member in conjuncts(ir, filter) {
            match joined(ir, member) {
                Some((more, rest)) => {
                    joins.extend(more);
                    kept.extend(rest);
                }
                None => kept.push(member),
            }
        }
        if joins.len() > before {
            select.joins = ir.make_joins(&joins);
            select.filter = (!kept.is_empty()).then(|| ir.and(&kept));
            ir.set_select(id, select);
            changed = true;
        }
    }
    changed
}

fn conjuncts(ir: &Ir, condition: ExprId) -> Vec<ExprId> {
    match ir.expr(condition) {
        Expr::And(members) => ir.exprs(members).to_vec(),
        _ => vec![condition],
    }
}

/// Whether a select is rows of relations, and nothing is made of them.
fn is_simple(select: &Select) -> bool {
    select.group.is_empty() && select.having.is_none() && !select.page.cuts() && !select.distinct
}

/// The joins that a test for rows comes to, and what else must hold.
fn joined(ir: &mut Ir, test: ExprId) -> Option<(Vec<Join>, Vec<ExprId>)> {
    let Expr::Exists(inner) = ir.expr(test) else { return None };
    let inner = ir.select(inner);
    let is_table = matches!(ir.rel(inner.from).source, RelSource::Table(_));
    let joins = ir.joins(inner.joins).to_vec();
    if !is_simple(&inner) || !is_table || joins.iter().any(|join| join.kind != JoinKind::Inner) {
        return None;
    }
    // What names a table that is joined later, or is a test itself, cannot stand in the condition of the first join.
    let is_later = |ir: &Ir, member: ExprId| {
        let tests =
            matches!(ir.expr(member), Expr::Exists(_) | Expr::Not(_) | Expr::InSelect(..) | Expr::Quantified { .. });
        tests || joins.iter().any(|join| ir.names(member, join.rel))
    };
    let (later, on): (Vec<ExprId>, Vec<ExprId>) =
        conjuncts(ir, inner.filter?).into_iter().partition(|&member| is_later(ir, member));
    if on.is_empty() {
        return None;
    }
    let on = ir.and(&on);
    let first = Join { kind: JoinKind::Inner, rel: inner.from, on };
    Some((std::iter::once(first).chain(joins).collect(), later))
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;

    #[test]
    fn a_test_within_a_test_is_a_join() {
        let text = |outer: &str, inner: &str| {
            after(
                super::PASS,
                &format!(
                    "r0 = t0\nr1 = t1\nr2 = t0\ns0 = from r2\n  where {inner}\n  columns 1\ns1 = from r1\n  where {outer}\n  \
                     columns 1\ns2 = from r0\n  where (exists s1)\n  columns r0.id\nroot s2\n"
                ),
            )
        };
        let merged = text("(and (eq r1.author r0.id) (exists s0))", "(eq r2.id r1.author)");
        assert!(merged.contains("inner r2 on (eq r2.id r1.author)") && !merged.contains("(exists s0)"), "{merged}");
        let kept = text("(and (eq r1.author r0.id) (not (exists s0)))", "(eq r2.id r1.author)");
        assert!(kept.contains("(exists s0)"), "{kept}");
        let kept = text("(or (eq r1.author r0.id) (exists s0))", "(eq r2.id r1.author)");
        assert!(kept.contains("(exists s0)"), "{kept}");
    }
}
