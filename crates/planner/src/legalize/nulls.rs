//! Where NULL stands in an order that has no words for it: what is NULL is told first, and ordered by.

use relata_dialect::{Capabilities, NullsForm};
use relata_ir::{Expr, Ir, Made, Nulls, Order};
use relata_schema::Result;

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization =
    Legalization { name: "nulls", concerns: Made::ORDER.and(Made::ROW_NUMBER), run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    if dialect.nulls == NullsForm::Words {
        return Ok(false);
    }
    let mut changed = false;
    for id in ir.select_ids() {
        let mut select = ir.select(id);
        if let Some(orders) = spelled(ir, select.order) {
            select.order = ir.make_orders(&orders);
            ir.set_select(id, select);
            changed = true;
        }
        ir.rewrite_select(id, &mut |ir, expr| {
            let Expr::RowNumber(window) = ir.expr(expr) else { return expr };
            let window = ir.window(window);
            let Some(orders) = spelled(ir, window.order) else { return expr };
            changed = true;
            let partition = ir.exprs(window.partition).to_vec();
            ir.row_number(&partition, &orders)
        });
    }
    Ok(changed)
}

/// The order in other words; nothing where it has none to replace. NULL is less than anything.
fn spelled(ir: &mut Ir, orders: relata_ir::List<Order>) -> Option<Vec<Order>> {
    let orders = ir.orders(orders).to_vec();
    if orders.iter().all(|order| order.nulls == Nulls::Default) {
        return None;
    }
    let mut new = Vec::with_capacity(orders.len() + 1);
    for order in orders {
        let already = match order.nulls {
            Nulls::Default => true,
            Nulls::First => !order.descending,
            Nulls::Last => order.descending,
        };
        if !already {
            let is_null = ir.is_null(order.expr);
            new.push(Order { expr: is_null, descending: order.nulls == Nulls::First, nulls: Nulls::Default });
        }
        new.push(Order { nulls: Nulls::Default, ..order });
    }
    Some(new)
}
