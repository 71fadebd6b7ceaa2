//! Drops columns of derived tables that nobody reads.
//!
//! Law: `π_X(A) ≡ π_X(π_Y(A))` for X within Y. A derived table that de-duplicates keeps its columns: they are what it
//! de-duplicates by.

use relata_ir::{Expr, Ir, Made, RelSource};

use super::Pass;

pub(crate) const PASS: Pass = Pass { name: "prune_projection", concerns: Made::DERIVED, run };

fn run(ir: &mut Ir) -> bool {
    let Some(root) = ir.root() else { return false };
    let mut changed = false;
    for rel in ir.rel_ids() {
        let RelSource::Derived(inner) = ir.rel(rel).source else { continue };
        let mut select = ir.select(inner);
        if select.distinct {
            continue;
        }
        let mut read = vec![false; select.columns.len()];
        ir.visit_select(root, &mut |_, node| {
            if let Expr::Column { rel: named, column } = node
                && named == rel
            {
                read[usize::from(column)] = true;
            }
            true
        });
        if read.iter().all(|&read| read) {
            continue;
        }
        if !read.contains(&true) {
            // A relation has columns, even where only its rows are asked for.
            read[0] = true;
        }
        let columns: Vec<_> =
            ir.exprs(select.columns).iter().zip(&read).filter(|(_, read)| **read).map(|(&column, _)| column).collect();
        if columns.len() == read.len() {
            continue;
        }
        select.columns = ir.make_exprs(&columns);
        ir.set_select(inner, select);
        let place = |column: u16| read[..usize::from(column)].iter().filter(|read| **read).count() as u16;
        for id in ir.select_ids() {
            ir.rewrite_select(id, &mut |ir, expr| match ir.expr(expr) {
                Expr::Column { rel: named, column } if named == rel && place(column) != column => {
                    ir.column(rel, place(column))
                }
                _ => expr,
            });
        }
        changed = true;
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;

    #[test]
    fn unread_columns_go_and_the_others_move_up() {
        let text = "r0 = t0\nr1 = s0\ns0 = from r0\n  columns r0.id r0.name r0.boss\ns1 = from r1\n  where (eq r1.2 1)\n  \
                    columns r1.0\nroot s1\n";
        let text = after(super::PASS, text);
        assert!(text.contains("columns r0.id r0.boss") && text.contains("where (eq r1.1 1)"), "{text}");
    }
}
