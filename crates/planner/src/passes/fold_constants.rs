//! Folds what is known without looking at a row.
//!
//! Law: `EXISTS (… WHERE FALSE) ≡ FALSE`, and a filter that is `TRUE` is no filter.
//!
//! The constructors of the IR fold `and`, `or` and `not` as they are built; what is left are selects whose filter has
//! become a constant.

use relata_ir::{Expr, Ir, Made};

use super::Pass;

pub(crate) const PASS: Pass = Pass { name: "fold_constants", concerns: Made::BOOL, run };

fn run(ir: &mut Ir) -> bool {
    let mut changed = false;
    for id in ir.select_ids() {
        ir.rewrite_select(id, &mut |ir, expr| match ir.expr(expr) {
            Expr::Exists(inner) if is(ir, ir.select(inner).filter, false) && ir.select(inner).group.is_empty() => {
                changed = true;
                ir.boolean(false)
            }
            _ => expr,
        });
        let mut select = ir.select(id);
        if is(ir, select.filter, true) {
            select.filter = None;
            changed = true;
        }
        if is(ir, select.having, true) && !select.group.is_empty() {
            select.having = None;
            changed = true;
        }
        ir.set_select(id, select);
    }
    changed
}

fn is(ir: &Ir, condition: Option<relata_ir::ExprId>, value: bool) -> bool {
    condition.is_some_and(|condition| ir.expr(condition) == Expr::Bool(value))
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;

    #[test]
    fn an_empty_semi_join_is_false() {
        let text = "r0 = t0\nr1 = t1\ns0 = from r1\n  where false\n  columns 1\ns1 = from r0\n  where (not (exists s0))\n  \
                    columns r0.id\nroot s1\n";
        assert!(!after(super::PASS, text).contains("exists"));
    }
}
