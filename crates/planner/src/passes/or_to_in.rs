//! Turns alternatives of one expression into a list.
//!
//! Law: `x = a OR x = b  ≡  x IN (a, b)`, by the definition of `IN`; NULLs behave alike.

use relata_ir::{Expr, ExprId, Ir, Made};
use relata_schema::Comparison;

use super::Pass;

pub(crate) const PASS: Pass = Pass { name: "or_to_in", concerns: Made::OR, run };

fn run(ir: &mut Ir) -> bool {
    if !ir.made_exprs().any(|expr| matches!(expr, Expr::Or(members) if has_two(ir, ir.exprs(members)))) {
        return false;
    }
    let mut changed = false;
    for id in ir.select_ids() {
        ir.rewrite_select(id, &mut |ir, expr| {
            let Expr::Or(members) = ir.expr(expr) else { return expr };
            let members = ir.exprs(members).to_vec();
            let Some(new) = gather(ir, &members) else { return expr };
            changed = true;
            ir.or(&new)
        });
    }
    changed
}

/// Both sides of a member that could stand in a list.
fn listed(ir: &Ir, member: ExprId) -> Option<(ExprId, ExprId)> {
    match ir.expr(member) {
        Expr::Compare(Comparison::Eq, left, right)
            if matches!(ir.expr(right), Expr::Bind(_) | Expr::Literal(_) | Expr::Int(_))
                && matches!(ir.expr(left), Expr::Column { .. }) =>
        {
            Some((left, right))
        }
        _ => None,
    }
}

/// Whether two members that could stand in a list have a left side in common, or there are too many to look.
fn has_two(ir: &Ir, members: &[ExprId]) -> bool {
    let left = |member: &ExprId| listed(ir, *member).map(|(left, _)| left);
    members.len() > 32
        || (1..members.len()).any(|place| {
            let before = &members[..place];
            left(&members[place]).is_some_and(|one| before.iter().filter_map(left).any(|other| ir.same(one, other)))
        })
}

/// The members with equalities of the same left side gathered; none when there are no two of one.
fn gather(ir: &mut Ir, members: &[ExprId]) -> Option<Vec<ExprId>> {
    let mut groups: Vec<(ExprId, Vec<ExprId>)> = Vec::new();
    let mut rest: Vec<ExprId> = Vec::new();
    for &member in members {
        match listed(ir, member) {
            Some((left, right)) => match groups.iter().position(|(known, _)| ir.same(*known, left)) {
                Some(group) => groups[group].1.push(right),
                None => groups.push((left, vec![right])),
            },
            None => rest.push(member),
        }
    }
    if groups.iter().all(|(_, values)| values.len() < 2) {
        return None;
    }
    let mut new: Vec<ExprId> = groups.iter().map(|(left, values)| ir.in_list(*left, values)).collect();
    new.extend(rest);
    Some(new)
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;

    #[test]
    fn equalities_are_gathered() {
        let text = "r0 = t0\n?0 = text request 0\n?1 = text request 1\ns0 = from r0\n  where (or (eq r0.name ?0) (is-null \
                    r0.boss) (eq r0.name ?1))\n  columns r0.id\nroot s0\n";
        assert!(after(super::PASS, text).contains("(or (in r0.name ?0 ?1) (is-null r0.boss))"));
    }
}
