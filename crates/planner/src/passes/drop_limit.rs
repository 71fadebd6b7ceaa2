//! Drops a limit of one, and the order before it, where a unique key picks the row.
//!
//! Law: `σ(key = value)(A)` has at most one row, and a list of at most one row is in order.
//!
//! The value must be of the column's own kind: numbers that differ may be equal to one of a wider kind.

use relata_ir::{Expr, Ir, Limit, List, Made, Page};

use super::{Pass, is_picked};

pub(crate) const PASS: Pass = Pass { name: "drop_limit", concerns: Made::ORDER, run };

fn run(ir: &mut Ir) -> bool {
    let mut changed = false;
    for id in ir.select_ids() {
        let mut select = ir.select(id);
        let Some(filter) = select.filter else { continue };
        let cuts_to_one = select.page.limit == Some(Limit::One) && select.page.offset.is_none();
        if !cuts_to_one || !select.joins.is_empty() || !select.group.is_empty() {
            continue;
        }
        let is_value = |column, other| matches!(ir.expr(other), Expr::Bind(_)) && ir.kind(other) == ir.kind(column);
        if is_picked(ir, select.from, filter, is_value) {
            select.page = Page::ALL;
            select.order = List::EMPTY;
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
    fn a_row_that_a_key_picks_needs_no_limit() {
        let text = |filter: &str, rest: &str| {
            let text = format!(
                "r0 = t0\n?0 = bigint request 0\n?1 = integer request 1\ns0 = from r0\n  where {filter}\n  columns r0.id\n  \
                 order (asc r0.name)\n{rest}root s0\n"
            );
            after(super::PASS, &text)
        };
        let is_cut = |text: String| text.contains("limit") && text.contains("order");
        assert!(!is_cut(text("(eq r0.id ?0)", "  limit one\n")));
        assert!(!is_cut(text("(and (eq ?0 r0.id) (is-null r0.name))", "  limit one\n")));
        assert!(is_cut(text("(eq r0.id ?1)", "  limit one\n")), "another kind");
        assert!(is_cut(text("(eq r0.boss ?0)", "  limit one\n")), "no key");
        assert!(is_cut(text("(or (eq r0.id ?0) (is-null r0.name))", "  limit one\n")), "no conjunct");
        assert!(is_cut(text("(eq r0.id ?0)", "  limit ?0\n")), "another limit");
    }
}
