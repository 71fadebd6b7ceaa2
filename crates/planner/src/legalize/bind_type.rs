//! Gives a type to placeholders that stand beside nothing that has one.

use relata_dialect::{BindTyping, Capabilities};
use relata_ir::{Expr, ExprId, Ir, List, Made, Order};
use relata_schema::{Kind, Result};

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "bind_type", concerns: Made::ANYTHING, run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    match dialect.bind_typing {
        BindTyping::ByValue => return Ok(false),
        BindTyping::DecimalsAreText => return Ok(ir.mentioned().has(Kind::Decimal) && decimals(ir)),
        BindTyping::Inferred => {}
    }
    let mut changed = false;
    // No bind has been bare since: what is made here is typed.
    let within = ir.made().meets(Made::LONE_BIND);
    for id in ir.select_ids() {
        if within {
            ir.rewrite_select(id, &mut |ir, expr| {
                let new = typed_children(ir, expr);
                changed |= new != expr;
                new
            });
        }
        let mut select = ir.select(id);
        // A value that is written has the type of its column.
        let written = ir.command().filter(|_| ir.root() == Some(id)).map_or(0, |command| command.written());
        let bare = |ir: &Ir, list: List<ExprId>, from: usize| {
            ir.exprs(list).iter().skip(from).any(|&expr| matches!(ir.expr(expr), Expr::Bind(_)))
        };
        let mut here = false;
        for (list, from) in [(&mut select.columns, written), (&mut select.group, 0)] {
            if bare(ir, *list, from) {
                let mut members = ir.exprs(*list).to_vec();
                members.iter_mut().skip(from).for_each(|member| *member = typed(ir, *member));
                *list = ir.make_exprs(&members);
                here = true;
            }
        }
        if ir.orders(select.order).iter().any(|order| matches!(ir.expr(order.expr), Expr::Bind(_))) {
            let mut orders: Vec<Order> = ir.orders(select.order).to_vec();
            orders.iter_mut().for_each(|order| order.expr = typed(ir, order.expr));
            select.order = ir.make_orders(&orders);
            here = true;
        }
        if here {
            ir.set_select(id, select);
            changed = true;
        }
    }
    Ok(changed)
}

/// A bare bind as a conversion to its own kind; anything else as it is.
fn typed(ir: &mut Ir, expr: ExprId) -> ExprId {
    match ir.expr(expr) {
        Expr::Bind(bind) => {
            let kind = ir.bind(bind).kind;
            ir.cast(expr, kind, 0, 0)
        }
        _ => expr,
    }
}

/// Converts decimals that are sent as text wherever something is computed with them, or compared.
fn decimals(ir: &mut Ir) -> bool {
    let mut changed = false;
    for id in ir.select_ids() {
        ir.rewrite_select(id, &mut |ir, expr| {
            let decimal = |ir: &Ir, expr: ExprId| match ir.expr(expr) {
                Expr::Bind(bind) => ir.bind(bind).kind == Kind::Decimal,
                _ => false,
            };
            let mut convert = |ir: &mut Ir, expr: ExprId| {
                if !decimal(ir, expr) {
                    return expr;
                }
                changed = true;
                ir.cast(expr, Kind::Decimal, 0, 0)
            };
            match ir.expr(expr) {
                Expr::Compare(comparison, left, right) => {
                    let new = (convert(ir, left), convert(ir, right));
                    if new == (left, right) { expr } else { ir.compare(comparison, new.0, new.1) }
                }
                Expr::Between(inner, low, high) => {
                    let new = (convert(ir, inner), convert(ir, low), convert(ir, high));
                    if new == (inner, low, high) { expr } else { ir.between(new.0, new.1, new.2) }
                }
                Expr::InList(inner, list) => {
                    let list = ir.exprs(list).to_vec();
                    let new: Vec<ExprId> = list.iter().map(|&member| convert(ir, member)).collect();
                    let left = convert(ir, inner);
                    if new == list && left == inner { expr } else { ir.in_list(left, &new) }
                }
                Expr::Row(members) => {
                    let members = ir.exprs(members).to_vec();
                    let new: Vec<ExprId> = members.iter().map(|&member| convert(ir, member)).collect();
                    if new == members { expr } else { ir.row(&new) }
                }
                Expr::Call(function, arguments) => {
                    let arguments = ir.exprs(arguments).to_vec();
                    let new: Vec<ExprId> = arguments.iter().map(|&argument| convert(ir, argument)).collect();
                    if new == arguments { expr } else { ir.call(function, &new) }
                }
                Expr::Aggregate { function, distinct, argument: Some(argument) } => {
                    let new = convert(ir, argument);
                    if new == argument { expr } else { ir.aggregate(function, distinct, Some(new)) }
                }
                _ => expr,
            }
        });
    }
    changed
}

fn typed_children(ir: &mut Ir, expr: ExprId) -> ExprId {
    let bare = |ir: &Ir, expr: ExprId| matches!(ir.expr(expr), Expr::Bind(_));
    match ir.expr(expr) {
        Expr::Compare(comparison, left, right) if bare(ir, left) && bare(ir, right) => {
            let (left, right) = (typed(ir, left), typed(ir, right));
            ir.compare(comparison, left, right)
        }
        Expr::Match(pattern, left, right) if bare(ir, left) => {
            let left = typed(ir, left);
            ir.matches(pattern, left, right)
        }
        Expr::IsNull(inner) if bare(ir, inner) => {
            let inner = typed(ir, inner);
            ir.is_null(inner)
        }
        Expr::IsBool(inner, truth) if bare(ir, inner) => {
            let inner = typed(ir, inner);
            ir.is_bool(inner, truth)
        }
        Expr::InList(left, list) if bare(ir, left) => {
            let (left, list) = (typed(ir, left), ir.exprs(list).to_vec());
            ir.in_list(left, &list)
        }
        Expr::Between(inner, low, high) if bare(ir, inner) => {
            let inner = typed(ir, inner);
            ir.between(inner, low, high)
        }
        Expr::Cast { expr: inner, kind, precision, scale } if bare(ir, inner) => {
            // `CAST($1 AS integer)` would make the placeholder itself an integer, whatever the value is.
            let Expr::Bind(bind) = ir.expr(inner) else { return expr };
            if ir.bind(bind).kind == kind {
                return expr;
            }
            let inner = typed(ir, inner);
            ir.cast(inner, kind, precision, scale)
        }
        Expr::Aggregate { function, distinct, argument: Some(argument) } if bare(ir, argument) => {
            let argument = typed(ir, argument);
            ir.aggregate(function, distinct, Some(argument))
        }
        Expr::Call(function, arguments) if function.is_of_collections() => {
            // What is beside a range may be another one or a value in it; what is beside an array is one of its own type.
            let arguments = ir.exprs(arguments).to_vec();
            let of_ranges =
                arguments.iter().any(|&argument| ir.kind(argument).is_some_and(|kind| kind.bound().is_some()));
            if !of_ranges && !arguments.iter().all(|&argument| bare(ir, argument)) {
                return expr;
            }
            let new: Vec<ExprId> = arguments.iter().map(|&argument| typed(ir, argument)).collect();
            if new == arguments { expr } else { ir.call(function, &new) }
        }
        Expr::Call(function, arguments) => {
            if !ir.exprs(arguments).iter().all(|&argument| bare(ir, argument)) {
                return expr;
            }
            let arguments = ir.exprs(arguments).to_vec();
            let arguments: Vec<ExprId> = arguments.iter().map(|&argument| typed(ir, argument)).collect();
            ir.call(function, &arguments)
        }
        _ => expr,
    }
}
