//! "At most this many rows for each parent".

use relata_dialect::{Capabilities, PerParentForm};
use relata_ir::{
    BindDef, Expr, ExprId, Ir, Join, JoinKind, Limit, Made, Nulls, Order, Page, PageScope, RelSource, Select,
};
use relata_ir::{SelectId, Source, Transform};
use relata_schema::{Comparison, Error, Function, Kind, Result};

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "per_parent", concerns: Made::LIST, run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    let mut changed = false;
    for id in ir.select_ids() {
        if ir.select(id).page.scope == PageScope::PerParent {
            match dialect.per_parent {
                PerParentForm::Lateral => lateral(ir, id)?,
                PerParentForm::RowNumber => row_number(ir, id),
                PerParentForm::FirstKeys if first_keys(ir, id) => {}
                PerParentForm::FirstKeys => row_number(ir, id),
            }
            changed = true;
        }
    }
    Ok(changed)
}

/// Everything but the keys moves into a lateral derived table, which the limit cuts. Its order is said again outside,
/// since the order of a derived table does not bind the query around it.
fn lateral(ir: &mut Ir, id: SelectId) -> Result<()> {
    let old = ir.select(id);
    let joins = ir.joins(old.joins).to_vec();
    let [first, rest @ ..] = joins.as_slice() else {
        return Err(Error::internal("a limit for each parent has no children"));
    };
    let columns = ir.exprs(old.columns).to_vec();
    let orders = ir.orders(old.order).to_vec();
    let mut inner_columns = columns[1..].to_vec();
    // What the order needs and is not selected stands behind what is.
    let mut places = Vec::with_capacity(orders.len());
    for order in &orders {
        let known = inner_columns.iter().position(|&column| ir.same(column, order.expr));
        places.push(known.unwrap_or_else(|| {
            inner_columns.push(order.expr);
            inner_columns.len() - 1
        }));
    }
    let filters: Vec<ExprId> = std::iter::once(first.on).chain(old.filter).collect();
    let inner = Select {
        from: first.rel,
        joins: ir.make_joins(rest),
        filter: Some(ir.and(&filters)),
        columns: ir.make_exprs(&inner_columns),
        page: Page { scope: PageScope::Rows, ..old.page },
        ..old
    };
    let inner = ir.make_select(inner);
    let rel = ir.make_rel(RelSource::Derived(inner));
    let on = ir.boolean(true);
    let mut outer = Select::from(old.from);
    outer.joins = ir.make_joins(&[Join { kind: JoinKind::Lateral, rel, on }]);
    let number = ir.column(old.from, 0);
    let mut outer_columns = vec![number];
    outer_columns.extend((0..columns.len() - 1).map(|i| ir.column(rel, i as u16)));
    outer.columns = ir.make_exprs(&outer_columns);
    let mut outer_order = vec![Order { expr: number, descending: false, nulls: Nulls::Default }];
    for (order, place) in orders.iter().zip(places) {
        outer_order.push(Order { expr: ir.column(rel, place as u16), ..*order });
    }
    outer.order = ir.make_orders(&outer_order);
    ir.set_select(id, outer);
    Ok(())
}

/// Rows are those whose key is among the first keys of the parent, of which a select is cut. Says whether it was done: the
/// rows must be of one table with a key of one column, and nothing that is said of them be a select itself,
/// or random.
fn first_keys(ir: &mut Ir, id: SelectId) -> bool {
    let old = ir.select(id);
    let &[join] = ir.joins(old.joins) else { return false };
    let RelSource::Table(table) = ir.rel(join.rel).source else { return false };
    let Some(key) = ir.keys(ir.table(table).keys).iter().find_map(|&key| match ir.key(key) {
        // A row whose key is NULL is in no list.
        &[column] if !ir.columns(ir.table(table).columns)[usize::from(column)].null => Some(column),
        _ => None,
    }) else {
        return false;
    };
    let orders = ir.orders(old.order).to_vec();
    let said: Vec<ExprId> =
        std::iter::once(join.on).chain(old.filter).chain(orders.iter().map(|order| order.expr)).collect();
    let refuses = said.iter().any(|&expr| {
        let mut found = false;
        ir.visit(expr, &mut |_, node| {
            // The select may be run more than once for a parent: what is random would be another each time.
            let is_random = matches!(node, Expr::Call(Function::Random, _));
            found |= is_random
                || matches!(node, Expr::Exists(_) | Expr::InSelect(..) | Expr::Quantified { .. } | Expr::Scalar(_));
            true
        });
        found
    });
    if refuses || join.kind != JoinKind::Inner {
        return false;
    }
    // The select has the same table once more.
    let again = ir.make_rel(RelSource::Table(table));
    let of_again = |ir: &mut Ir, expr: ExprId| {
        ir.rewrite(expr, &mut |ir, expr| match ir.expr(expr) {
            Expr::Column { rel, column } if rel == join.rel => ir.column(again, column),
            _ => expr,
        })
    };
    let filters: Vec<ExprId> = std::iter::once(join.on).chain(old.filter).map(|filter| of_again(ir, filter)).collect();
    let inner_orders: Vec<Order> =
        orders.iter().map(|order| Order { expr: of_again(ir, order.expr), ..*order }).collect();
    let mut inner = Select::from(again);
    inner.filter = Some(ir.and(&filters));
    let key_again = ir.column(again, key);
    inner.columns = ir.make_exprs(&[key_again]);
    inner.order = ir.make_orders(&inner_orders);
    inner.page = Page { scope: PageScope::Rows, ..old.page };
    let inner = ir.make_select(inner);
    let own_key = ir.column(join.rel, key);
    let on = ir.in_select(own_key, inner);
    let number = ir.column(old.from, 0);
    let mut outer_orders = vec![Order { expr: number, descending: false, nulls: Nulls::Default }];
    outer_orders.extend(orders);
    let mut outer = old;
    outer.joins = ir.make_joins(&[Join { on, ..join }]);
    outer.filter = None;
    outer.order = ir.make_orders(&outer_orders);
    outer.page = Page::ALL;
    ir.set_select(id, outer);
    true
}

/// The rows of each parent are numbered, and the numbers compared.
fn row_number(ir: &mut Ir, id: SelectId) {
    let old = ir.select(id);
    let orders = ir.orders(old.order).to_vec();
    let mut columns = ir.exprs(old.columns).to_vec();
    let width = columns.len() as u16;
    let partition = columns[0];
    columns.push(ir.row_number(&[partition], &orders));
    let inner = Select { columns: ir.make_exprs(&columns), order: relata_ir::List::EMPTY, page: Page::ALL, ..old };
    let inner = ir.make_select(inner);
    let rel = ir.make_rel(RelSource::Derived(inner));
    let number = ir.column(rel, width);
    let mut filters = Vec::new();
    if let Some(offset) = old.page.offset {
        filters.push(ir.compare(Comparison::Gt, number, offset));
    }
    match old.page.limit {
        None | Some(Limit::All) => {}
        Some(Limit::Zero) => filters.push(ir.boolean(false)),
        Some(Limit::One) => {
            let one = ir.int(1);
            filters.push(ir.equal(number, one));
        }
        Some(Limit::Bind(limit)) => {
            let end = page_end(ir, limit, old.page.offset);
            filters.push(ir.compare(Comparison::Lte, number, end));
        }
    }
    let mut outer = Select::from(rel);
    let outer_columns: Vec<ExprId> = (0..width).map(|i| ir.column(rel, i)).collect();
    outer.columns = ir.make_exprs(&outer_columns);
    outer.filter = (!filters.is_empty()).then(|| ir.and(&filters));
    outer.order = ir.make_orders(&[Order { expr: number, descending: false, nulls: Nulls::Default }]);
    ir.set_select(id, outer);
}

/// The number of the last row: the limit, or the sum of offset and limit, which the bind map computes.
fn page_end(ir: &mut Ir, limit: ExprId, offset: Option<ExprId>) -> ExprId {
    let number = |ir: &Ir, expr: ExprId| match ir.expr(expr) {
        Expr::Bind(bind) => match ir.bind(bind).source {
            Source::Request(number) => Some(number),
            _ => None,
        },
        _ => None,
    };
    match (number(ir, limit), offset.and_then(|offset| number(ir, offset))) {
        (Some(limit), Some(offset)) => {
            let source = Source::PageEnd { offset, limit };
            ir.bind_expr(BindDef { source, kind: Kind::BigInt, transform: Transform::AsIs })
        }
        _ => limit,
    }
}
