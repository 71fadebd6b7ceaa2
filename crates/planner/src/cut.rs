//! Whether the plan of a database must know a limit to be good.

use relata_ir::{Expr, Ir, JoinKind, Limit, RelSource};

use crate::passes::is_picked;

/// Whether the rows of the root, or of the page that it is joined to, end by a value, while a condition or a join says which
/// there are. How many that is, a plan without the value can only guess. A row that a key picks is found in one way.
pub(crate) fn is_cut_by_value(ir: &Ir) -> bool {
    let mut next = ir.root();
    while let Some(id) = next {
        let select = ir.select(id);
        let is_value = |_, other| matches!(ir.expr(other), Expr::Bind(_));
        let chooses = || {
            select.filter.is_some_and(|filter| !is_picked(ir, select.from, filter, is_value))
                || ir.joins(select.joins).iter().any(|join| join.kind != JoinKind::Left)
                || !select.group.is_empty()
        };
        if matches!(select.page.limit, Some(Limit::Bind(_))) && chooses() {
            return true;
        }
        next = match ir.rel(select.from).source {
            RelSource::Derived(inner) => Some(inner),
            _ => None,
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use relata_ir::Ir;

    use super::is_cut_by_value;
    use crate::passes::tests::TABLES;

    #[test]
    fn a_limit_counts_where_something_chooses_rows() {
        let is_cut = |rest: &str| {
            let text = format!(
                "{TABLES}r0 = t0\nr1 = t1\n?0 = bigint request 0\n?1 = text request 1\ns0 = from r0\n{rest}  columns \
                 r0.id\n  order (asc r0.name)\n  limit ?0\nroot s0\n"
            );
            is_cut_by_value(&Ir::parse(&text).unwrap())
        };
        assert!(!is_cut(""));
        assert!(!is_cut("  left r1 on (eq r1.author r0.id)\n"));
        assert!(!is_cut("  where (eq r0.id ?0)\n"));
        assert!(is_cut("  where (eq r0.name ?1)\n"));
        assert!(is_cut("  inner r1 on (eq r1.author r0.id)\n"));
    }
}
