//! Turns a left join whose NULL rows the filter throws away into an inner join.
//!
//! Law: `σ_p(A ⟕ B) ≡ σ_p(A ⋈ B)`, when p is not true for any row in which all columns of B are NULL. The condition of
//! an inner join behind it counts like the filter: it too must hold of every row that is left.
//!
//! Galindo-Legaria and Rosenthal, "Outerjoin Simplification and Reordering for Query Optimization", TODS 1997.

use relata_ir::{Expr, ExprId, Ir, JoinKind, Made, RelId};

use super::Pass;

pub(crate) const PASS: Pass = Pass { name: "left_to_inner", concerns: Made::LEFT_JOIN, run };

fn run(ir: &mut Ir) -> bool {
    let mut changed = false;
    for id in ir.select_ids() {
        let mut select = ir.select(id);
        let mut joins = ir.joins(select.joins).to_vec();
        let mut here = false;
        // From the last to the first: a join that has become inner may reject the NULLs of one before it.
        for at in (0..joins.len()).rev() {
            let rel = joins[at].rel;
            let behind = joins[at + 1..].iter().filter(|join| join.kind == JoinKind::Inner).map(|join| join.on);
            if joins[at].kind == JoinKind::Left && select.filter.into_iter().chain(behind).any(|c| rejects(ir, c, rel))
            {
                joins[at].kind = JoinKind::Inner;
                here = true;
            }
        }
        if here {
            select.joins = ir.make_joins(&joins);
            ir.set_select(id, select);
            changed = true;
        }
    }
    changed
}

/// Whether a condition is never true when all columns of a relation are NULL.
fn rejects(ir: &Ir, condition: ExprId, rel: RelId) -> bool {
    let strict = |expr: ExprId| matches!(ir.expr(expr), Expr::Column { rel: named, .. } if named == rel);
    match ir.expr(condition) {
        Expr::And(members) => ir.exprs(members).iter().any(|&member| rejects(ir, member, rel)),
        Expr::Or(members) => ir.exprs(members).iter().all(|&member| rejects(ir, member, rel)),
        Expr::Compare(_, left, right) | Expr::Match(_, left, right) | Expr::Glob(left, right) => {
            strict(left) || strict(right)
        }
        // Not under a not: what is NULL is outside of what is empty, and compares with all of it.
        Expr::InSelect(left, _) | Expr::Quantified { all: false, left, .. } => strict(left),
        Expr::InList(left, _) | Expr::InArray(left, _) | Expr::Between(left, _, _) | Expr::IsBool(left, _) => {
            strict(left)
        }
        // Three-valued: a not of what is NULL is NULL, and NULL is not true.
        Expr::Not(inner) => match ir.expr(inner) {
            Expr::IsNull(tested) => strict(tested),
            Expr::Compare(_, left, right) | Expr::Match(_, left, right) => strict(left) || strict(right),
            Expr::InList(left, _) | Expr::InArray(left, _) => strict(left),
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;

    const JOINED: &str = "r0 = t1\nr1 = t0\ns0 = from r0\n  left r1 on (eq r1.id r0.author)\n  where CONDITION\n  columns \
                          r0.id\nroot s0\n";

    #[test]
    fn the_condition_of_an_inner_join_behind_it_counts() {
        let text = "r0 = unit\nr1 = t1\nr2 = t0\ns0 = from r0\n  left r1 on (eq r1.title 1)\n  left r2 on (eq r2.id \
                    r1.author)\n  where (eq r2.boss 1)\n  columns 1\nroot s0\n";
        let text = after(super::PASS, text);
        assert!(text.contains("inner r1") && text.contains("inner r2"), "{text}");
    }

    /// NULL compares with any of a query as unknown, or as false, but with all of an empty one as true.
    #[test]
    fn any_of_a_query_rejects_null_and_all_does_not() {
        for (condition, inner) in [("(any-gt r1.boss s0)", true), ("(all-gt r1.boss s0)", false)] {
            let text = "r0 = t1\nr1 = t0\nr2 = t1\ns0 = from r2\n  columns r2.author\ns1 = from r0\n  left r1 on (eq r1.id \
                        r0.author)\n  where CONDITION\n  columns r0.id\nroot s1\n";
            let text = after(super::PASS, &text.replace("CONDITION", condition));
            assert_eq!(text.contains("inner r1"), inner, "{condition}");
        }
    }

    #[test]
    fn only_a_filter_that_rejects_null_counts() {
        for (condition, inner) in [
            ("(eq r1.name r0.title)", true),
            ("(not (is-null r1.name))", true),
            ("(is-null r1.name)", false),
            ("(or (eq r1.name r0.title) (eq r0.id 1))", false),
            ("(and (eq r0.id 1) (gt r1.boss 2))", true),
            ("(not (or (eq r1.name r0.title) (eq r0.id 1)))", false),
        ] {
            let text = after(super::PASS, &JOINED.replace("CONDITION", condition));
            assert_eq!(text.contains("inner r1"), inner, "{condition}");
        }
    }
}
