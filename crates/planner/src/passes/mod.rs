//! Rewrites of the IR that preserve meaning. One rule, one file, one law; each can be switched off by name.
//!
//! The list runs once, in this order. Joins become inner before they are eliminated, and columns are pruned last, when
//! it is known what is read.

mod drop_limit;
mod eliminate_join;
mod eliminate_unit;
mod flatten;
mod fold_constants;
mod left_to_inner;
mod merge_exists;
mod or_to_in;
mod prune_projection;
mod trim_order;

use relata_ir::{Expr, ExprId, Ir, Made, RelId, RelSource};
use relata_schema::{Comparison, Error, Result};

/// A pass: says whether it changed anything.
#[derive(Debug, Clone, Copy)]
pub struct Pass {
    /// Verb and object; the name of its file.
    pub name: &'static str,
    /// Nodes without which it has nothing to do: it is not run where none of them was made.
    pub concerns: Made,
    /// The rewrite.
    pub run: fn(&mut Ir) -> bool,
}

/// The passes, in the order in which they run.
pub const PASSES: &[Pass] = &[
    fold_constants::PASS,
    or_to_in::PASS,
    left_to_inner::PASS,
    merge_exists::PASS,
    eliminate_unit::PASS,
    drop_limit::PASS,
    flatten::PASS,
    eliminate_join::PASS,
    prune_projection::PASS,
    trim_order::PASS,
];

/// No pass may change what the statement answers with.
pub(crate) fn check_columns(ir: &Ir, columns: usize) -> Result<()> {
    let found = ir.root().map_or(0, |root| ir.select(root).columns.len());
    if found == columns { Ok(()) } else { Err(Error::internal(format!("a pass made {found} columns of {columns}"))) }
}

/// Whether a condition equates every column of a key of a table with something that `is_given`: then it holds for at most one
/// row of the table.
pub(crate) fn is_picked(ir: &Ir, rel: RelId, condition: ExprId, is_given: impl Fn(ExprId, ExprId) -> bool) -> bool {
    let RelSource::Table(table) = ir.rel(rel).source else { return false };
    let equates = |member: &ExprId, wanted: u16| {
        let Expr::Compare(Comparison::Eq, left, right) = ir.expr(*member) else { return false };
        [(left, right), (right, left)]
            .into_iter()
            .any(|(own, other)| ir.expr(own) == Expr::Column { rel, column: wanted } && is_given(own, other))
    };
    let own = [condition];
    let members = match ir.expr(condition) {
        Expr::And(members) => ir.exprs(members),
        _ => &own,
    };
    let keys = ir.keys(ir.table(table).keys);
    keys.iter().any(|&key| ir.key(key).iter().all(|&column| members.iter().any(|member| equates(member, column))))
}

#[cfg(test)]
pub(crate) mod tests {
    use relata_ir::Ir;

    pub(crate) const TABLES: &str = "table users (id bigint!, name text, boss bigint) key (0)\n\
                                     table posts (id bigint!, author bigint!, title text) key (0)\n";

    /// Runs a pass over a statement in text form; the lines that it changed, without the tables.
    pub(crate) fn after(pass: super::Pass, text: &str) -> String {
        let mut ir = Ir::parse(&format!("{TABLES}{text}")).unwrap();
        ir.verify().unwrap();
        (pass.run)(&mut ir);
        ir.verify().unwrap();
        ir.dump().lines().filter(|line| !line.starts_with("table")).collect::<Vec<_>>().join("\n")
    }
}
