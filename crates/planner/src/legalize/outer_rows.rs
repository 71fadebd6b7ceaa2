//! Derived tables that name rows around the query in which they stand, where the database has none. Changes nothing.

use relata_dialect::Capabilities;
use relata_ir::{Expr, ExprId, Ir, Made, RelId, RelSource, SelectId};
use relata_schema::{Error, ErrorKind, Result};

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "outer_rows", concerns: Made::DERIVED, run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    let Some(root) = ir.root().filter(|_| !dialect.outer_in_derived) else { return Ok(false) };
    let mut names = Names { ir, bound: Vec::new(), named: Vec::new(), outside: false };
    names.select(root);
    if names.outside {
        let message = format!("{} has no row outside of a query within a derived table", dialect.name);
        return Err(Error::new(ErrorKind::Unsupported, message)
            .help("the query has a limit, or counts what is distinct: ask without it, or for what does not depend on the row outside"));
    }
    Ok(false)
}

/// Reading over selects: which relations they have, and which are named.
struct Names<'i> {
    ir: &'i Ir,
    bound: Vec<RelId>,
    named: Vec<RelId>,
    /// Whether a derived table named a relation that it does not have.
    outside: bool,
}

impl Names<'_> {
    fn select(&mut self, select: SelectId) {
        let node = self.ir.select(select);
        self.rel(node.from);
        for &join in self.ir.joins(node.joins) {
            self.rel(join.rel);
            self.expr(join.on);
        }
        let mut own = Vec::new();
        self.ir.own_exprs(select, &mut |expr| own.push(expr));
        own.into_iter().for_each(|expr| self.expr(expr));
    }

    fn rel(&mut self, rel: RelId) {
        self.bound.push(rel);
        if let RelSource::Derived(inner) = self.ir.rel(rel).source {
            let (bound, named) = (self.bound.len(), self.named.len());
            self.select(inner);
            self.outside |= self.named[named..].iter().any(|rel| !self.bound[bound..].contains(rel));
        }
    }

    fn expr(&mut self, expr: ExprId) {
        match self.ir.expr(expr) {
            Expr::Column { rel, .. } => self.named.push(rel),
            Expr::Exists(select) | Expr::Scalar(select) => self.select(select),
            Expr::InSelect(left, select) | Expr::Quantified { left, select, .. } => {
                self.expr(left);
                self.select(select);
            }
            _ => {
                let ir = self.ir;
                ir.children(expr, &mut |child| self.expr(child));
            }
        }
    }
}
