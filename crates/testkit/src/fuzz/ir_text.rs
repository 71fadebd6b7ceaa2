//! The text form of a statement.

use relata::ir::{Expr, ExprId, Ir, RelId, RelSource, SelectId};

use super::{accepted, text_of};

/// The most nodes that a statement may have when each of its selects is read wherever it is named.
const NODES: u64 = 100_000;

/// A statement in text form that the verifier accepts is written as text that is read as the same statement.
///
/// # Panics
///
/// When that is not so.
pub fn ir_text(data: &[u8]) {
    let Some(ir) = text_of(data).and_then(|text| accepted(Ir::parse(text), "reading it")) else { return };
    if unfolded(&ir) > NODES || ir.verify().is_err() {
        return;
    }
    let text = ir.dump();
    let again = Ir::parse(&text).unwrap_or_else(|error| panic!("{error:?}\n{text}"));
    if let Err(violation) = again.verify() {
        panic!("{violation}\n{text}");
    }
    assert_eq!(again.dump(), text);
}

/// How many nodes the verifier would visit. It reads a select wherever it is named, and selects that name others twice
/// each would take it for ever. No lowering makes such a statement: a select there stands in one place.
fn unfolded(ir: &Ir) -> u64 {
    let mut sizes = vec![None; ir.select_ids().count()];
    ir.root().map_or(0, |root| size_of(ir, root, &mut sizes))
}

fn size_of(ir: &Ir, id: SelectId, sizes: &mut [Option<u64>]) -> u64 {
    if let Some(known) = sizes[id.index()] {
        return known;
    }
    // In a circle a select ends at itself, as it does for the verifier.
    sizes[id.index()] = Some(1);
    let select = ir.select(id);
    let mut open: Vec<ExprId> = Vec::new();
    let mut rels: Vec<RelId> = vec![select.from];
    ir.own_exprs(id, &mut |expr| open.push(expr));
    for join in ir.joins(select.joins) {
        open.push(join.on);
        rels.push(join.rel);
    }
    if let Some(conflict) = ir.command().filter(|_| ir.root() == Some(id)).and_then(|command| command.conflict) {
        open.extend(conflict.predicate.into_iter().chain(conflict.filter));
        rels.push(conflict.excluded);
    }
    let mut named: Vec<SelectId> = Vec::new();
    for rel in rels {
        if let RelSource::Derived(inner) = ir.rel(rel).source {
            named.push(inner);
        }
    }
    let mut size = 1u64;
    while let Some(expr) = open.pop() {
        size += 1;
        match ir.expr(expr) {
            Expr::Exists(inner) | Expr::Scalar(inner) => named.push(inner),
            Expr::InSelect(left, inner) | Expr::Quantified { left, select: inner, .. } => {
                open.push(left);
                named.push(inner);
            }
            _ => ir.children(expr, &mut |child| open.push(child)),
        }
    }
    for inner in named {
        size = size.saturating_add(size_of(ir, inner, sizes));
    }
    sizes[id.index()] = Some(size);
    size
}
