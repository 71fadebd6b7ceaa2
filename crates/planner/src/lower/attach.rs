//! Joining the rows of an edge to rows at hand.

use relata_ir::{Join, JoinKind, RelId, RelSource};
use relata_schema::Result;

use super::{Building, Lowering};

/// The pseudo node under which the junction row of a node is bound.
pub(super) const fn junction_of(node: usize) -> usize {
    usize::MAX - node
}

impl Lowering<'_, '_> {
    /// Joins the children of a node, whose parent's rows are at hand. The conditions that make a row a child stand in
    /// the join, so that a left join that finds none leaves the parent.
    pub(super) fn attach(&mut self, node: usize, kind: JoinKind, rows: &mut Building) -> Result<RelId> {
        let parent = self.nodes.nodes[node].parent.unwrap_or_default();
        let Some(parent_rel) = rows.rel(parent) else {
            return Err(relata_schema::Error::internal("an edge is joined before its parent"));
        };
        self.attach_to(node, kind, rows, &|ir, attribute| ir.column(parent_rel, attribute))
    }

    /// The same, where the parent's columns are found in a way of their own.
    pub(super) fn attach_to(
        &mut self,
        node: usize,
        kind: JoinKind,
        rows: &mut Building,
        parent: &dyn Fn(&mut relata_ir::Ir, u16) -> relata_ir::ExprId,
    ) -> Result<RelId> {
        let model = self.nodes.nodes[node].model;
        if self.nodes.nodes[node].junction.is_none() {
            let rel = self.table(model)?;
            let mut alone = self.building(rel);
            let mut on = self.link_conditions(node, rel, &mut alone, parent)?;
            alone.clear();
            alone.bound.push((node, rel));
            self.row_conditions(node, rel, &alone, &[], &mut on)?;
            self.built(alone);
            let on = self.ir.and(&on);
            rows.joins.push(Join { kind, rel, on });
            rows.bound.push((node, rel));
            return Ok(rel);
        }
        self.attach_pairs(node, kind, rows, parent)
    }

    /// A child by a junction is a pair: were the two joined one after the other, a junction row without a target would
    /// count as a child that is NULL. The pairs are a derived table: the target's columns, then the junction's.
    fn attach_pairs(
        &mut self,
        node: usize,
        kind: JoinKind,
        rows: &mut Building,
        parent: &dyn Fn(&mut relata_ir::Ir, u16) -> relata_ir::ExprId,
    ) -> Result<RelId> {
        let model = self.nodes.nodes[node].model;
        let target = self.table(model)?;
        let mut pairs = self.building(target);
        pairs.bound.push((node, target));
        let junction_rel = self.join_junction(node, target, &mut pairs)?.unwrap_or(target);
        self.filter_rows(node, target, &mut pairs, &[])?;
        for attribute in 0..model.attributes.len() {
            pairs.columns.push(self.ir.column(target, attribute as u16));
        }
        let junction_width = self.ir.width(junction_rel);
        for attribute in 0..junction_width {
            pairs.columns.push(self.ir.column(junction_rel, attribute as u16));
        }
        let select = self.finish(&pairs);
        self.built(pairs);
        let select = self.ir.make_select(select);
        let rel = self.ir.make_rel(RelSource::Derived(select));
        let mut on = Vec::new();
        if let Some((link, through)) = self.nodes.nodes[node].link.and_then(|link| Some((link, link.through.as_ref()?)))
        {
            for (&near, &source) in through.source.iter().zip(&link.source) {
                let left = self.ir.column(rel, model.attributes.len() as u16 + near);
                let right = parent(self.ir, source);
                on.push(self.ir.equal(left, right));
            }
        }
        let on = self.ir.and(&on);
        rows.joins.push(Join { kind, rel, on });
        rows.bound.push((node, rel));
        Ok(rel)
    }

    /// The column of the junction row of a node: of the junction's table, or behind the target's columns.
    pub(super) fn junction_column(
        &mut self,
        node: usize,
        attribute: u16,
        rows: &Building,
    ) -> Option<relata_ir::ExprId> {
        if let Some(rel) = rows.rel(junction_of(node)) {
            return Some(self.ir.column(rel, attribute));
        }
        let width = self.nodes.nodes[node].model.attributes.len() as u16;
        rows.rel(node).map(|rel| self.ir.column(rel, width + attribute))
    }
}
