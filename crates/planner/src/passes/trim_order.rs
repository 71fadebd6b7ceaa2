//! Drops items of order behind a unique key.
//!
//! Law: after rows are ordered by a key that no two of them share, nothing is left to be ordered.

use relata_ir::{Expr, Ir, Made, RelSource};

use super::Pass;

pub(crate) const PASS: Pass = Pass { name: "trim_order", concerns: Made::ORDER, run };

fn run(ir: &mut Ir) -> bool {
    let mut changed = false;
    for id in ir.select_ids() {
        let mut select = ir.select(id);
        // A join may repeat rows of the table, whose key then tells them apart no more.
        let RelSource::Table(table) = ir.rel(select.from).source else { continue };
        if !select.joins.is_empty() || !select.group.is_empty() || select.order.len() < 2 {
            continue;
        }
        let orders = ir.orders(select.order).to_vec();
        let mut seen: Vec<u16> = Vec::new();
        let enough = orders.iter().position(|order| {
            if let Expr::Column { rel, column } = ir.expr(order.expr)
                && rel == select.from
            {
                seen.push(column);
            }
            let keys = ir.keys(ir.table(table).keys);
            keys.iter().any(|&key| {
                let never_null = |column: &u16| !ir.columns(ir.table(table).columns)[usize::from(*column)].null;
                ir.key(key).iter().all(|column| seen.contains(column) && never_null(column))
            })
        });
        if let Some(enough) = enough
            && enough + 1 < orders.len()
        {
            select.order = ir.make_orders(&orders[..=enough]);
            ir.set_select(id, select);
            changed = true;
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;

    #[test]
    fn what_follows_a_key_is_dropped() {
        let text =
            "r0 = t0\ns0 = from r0\n  columns r0.id\n  order (asc r0.name) (desc r0.id) (asc r0.boss)\nroot s0\n";
        let text = after(super::PASS, text);
        assert!(text.contains("order (asc r0.name) (desc r0.id)\n"), "{text}");
    }
}
