//! Who is kept: rules 1 and 2 of what a find means, as filters and `EXISTS`.

use relata_ir::{ExprId, Join, JoinKind, RelId, RelSource};
use relata_schema::{ErrorKind, Result};

use super::{
    Building, Lowering,
    attach::junction_of,
    nodes::{Conjunct, Part},
};

impl<'a> Lowering<'a, '_> {
    /// Filters the rows of a node by what holds of them by themselves.
    pub(super) fn filter_rows(&mut self, node: usize, rel: RelId, rows: &mut Building, joined: &[usize]) -> Result<()> {
        let mut filters = std::mem::take(&mut rows.filters);
        self.row_conditions(node, rel, rows, joined, &mut filters)?;
        rows.filters = filters;
        Ok(())
    }

    /// What holds of a node's row by itself: soft deletion, the association's scope, its where, and that every
    /// required include below has a child. `joined` are required includes whose inner join says the latter. Adds them.
    ///
    /// Conditions that only name edges of one row use the joins of `rows` where they are there.
    pub(super) fn row_conditions(
        &mut self,
        node: usize,
        rel: RelId,
        rows: &Building,
        joined: &[usize],
        conditions: &mut Vec<ExprId>,
    ) -> Result<()> {
        let model = self.nodes.nodes[node].model;
        if let (Some(deleted), true) = (model.paranoid, self.nodes.nodes[node].paranoid) {
            let column = self.ir.column(rel, deleted);
            conditions.push(self.ir.is_null(column));
        }
        if let Some(parent) = self.nodes.nodes[node].parent {
            let association = self.nodes.nodes[node].association;
            let declared = &self.nodes.nodes[parent].model.def().associations[usize::from(association)];
            for (name, value) in &declared.scope {
                let attribute = model.require_attribute(name)?;
                let column = self.ir.column(rel, attribute);
                let condition = if value.is_null() {
                    self.ir.is_null(column)
                } else {
                    let value = self.ir.schema_literal(value);
                    self.ir.equal(column, value)
                };
                conditions.push(condition);
            }
        }
        let with_own;
        let here = if rows.rel(node).is_some() {
            rows
        } else {
            let mut own = rows.clone();
            own.bound.push((node, rel));
            with_own = own;
            &with_own
        };
        let mut apart = false;
        for place in 0..self.nodes.nodes[node].conjuncts.len() {
            let conjunct = &self.nodes.nodes[node].conjuncts[place];
            if conjunct.to_many {
                apart = true;
            } else if conjunct.names.iter().all(|&name| here.rel(name).is_some()) {
                conditions.push(self.row_condition(node, conjunct.part, here)?);
            } else {
                let Conjunct { part, names, .. } = conjunct.clone();
                conditions.push(self.combination(node, &[part], &names, here)?);
            }
        }
        if apart {
            conditions.extend(self.kept_by(node, here)?);
        }
        for place in 0..self.nodes.nodes[node].children.len() {
            let child = self.nodes.nodes[node].children[place];
            if self.nodes.nodes[child].required && !joined.contains(&child) {
                conditions.push(self.has_child(child, rel)?);
            }
        }
        Ok(())
    }

    /// That some combination of one child for each edge that the owner's where names makes it true, given the rows at
    /// hand: those of the owner, and perhaps of some of the edges. With the rows of an edge at hand this says which of
    /// its children are kept.
    pub(super) fn kept_by(&mut self, owner: usize, rows: &Building) -> Result<Option<ExprId>> {
        let apart: Vec<_> =
            self.nodes.nodes[owner].conjuncts.iter().filter(|conjunct| conjunct.to_many).cloned().collect();
        if apart.is_empty() {
            return Ok(None);
        }
        let mut conditions = Vec::new();
        for (parts, names) in independent(apart) {
            conditions.push(self.combination(owner, &parts, &names, rows)?);
        }
        Ok(Some(self.ir.and(&conditions)))
    }

    /// The rows of edges that are not at hand are left-joined to a relation of one row: an optional edge that is empty
    /// takes part as NULLs.
    fn combination(&mut self, owner: usize, parts: &[Part<'a>], names: &[usize], rows: &Building) -> Result<ExprId> {
        let missing: Vec<usize> = names.iter().copied().filter(|&name| rows.rel(name).is_none()).collect();
        if missing.is_empty() {
            let conditions: Vec<ExprId> =
                parts.iter().map(|&part| self.row_condition(owner, part, rows)).collect::<Result<_>>()?;
            return Ok(self.ir.and(&conditions));
        }
        let unit = self.ir.make_rel(RelSource::Unit);
        let mut inner = self.building(unit);
        inner.bound.clone_from(&rows.bound);
        for node in missing {
            self.attach(node, JoinKind::Left, &mut inner)?;
        }
        for &part in parts {
            let condition = self.row_condition(owner, part, &inner)?;
            inner.filters.push(condition);
        }
        inner.columns.push(self.ir.int(1));
        let select = self.finish(&inner);
        self.built(inner);
        let select = self.ir.make_select(select);
        Ok(self.ir.exists(select))
    }

    /// That a row has a child by an edge.
    fn has_child(&mut self, node: usize, parent: RelId) -> Result<ExprId> {
        let mut inner = self.children_of(node, parent)?;
        inner.columns.push(self.ir.int(1));
        let select = self.finish(&inner);
        self.built(inner);
        let select = self.ir.make_select(select);
        Ok(self.ir.exists(select))
    }

    /// The children of one parent row, correlated by the link.
    pub(super) fn children_of(&mut self, node: usize, parent: RelId) -> Result<Building> {
        let model = self.nodes.nodes[node].model;
        let rel = self.table(model)?;
        let mut inner = self.building(rel);
        inner.bound.push((node, rel));
        let link = self.link_conditions(node, rel, &mut inner, &|ir, attribute| ir.column(parent, attribute))?;
        inner.filters.extend(link);
        self.filter_rows(node, rel, &mut inner, &[])?;
        Ok(inner)
    }

    /// The equalities of a link, and what holds of the junction row, which is joined to `rows`. `parent` gives a
    /// column of the parent's row.
    pub(super) fn link_conditions(
        &mut self,
        node: usize,
        rel: RelId,
        rows: &mut Building,
        parent: &dyn Fn(&mut relata_ir::Ir, u16) -> ExprId,
    ) -> Result<Vec<ExprId>> {
        let Some(link) = self.nodes.nodes[node].link else { return Ok(Vec::new()) };
        let junction = self.join_junction(node, rel, rows)?;
        let (near, near_keys) = match (&link.through, junction) {
            (Some(through), Some(junction)) => (junction, &through.source),
            _ => (rel, &link.target),
        };
        let equalities = near_keys.iter().zip(&link.source).map(|(&key, &source)| {
            let (left, right) = (self.ir.column(near, key), parent(self.ir, source));
            self.ir.equal(left, right)
        });
        Ok(equalities.collect())
    }

    /// Joins the junction row to a target row at hand, with what holds of it.
    pub(super) fn join_junction(&mut self, node: usize, rel: RelId, rows: &mut Building) -> Result<Option<RelId>> {
        let (Some(link), Some(junction)) = (self.nodes.nodes[node].link, self.nodes.nodes[node].junction) else {
            return Ok(None);
        };
        let Some(through) = &link.through else { return Ok(None) };
        let junction_rel = self.table(junction)?;
        let mut on = Vec::new();
        for (&far, &target) in through.target.iter().zip(&link.target) {
            let (left, right) = (self.ir.column(junction_rel, far), self.ir.column(rel, target));
            on.push(self.ir.equal(left, right));
        }
        on.extend(self.junction_conditions(node, junction_rel)?);
        let on = self.ir.and(&on);
        rows.joins.push(Join { kind: JoinKind::Inner, rel: junction_rel, on });
        rows.bound.push((junction_of(node), junction_rel));
        Ok(Some(junction_rel))
    }

    /// What holds of a junction row by itself.
    pub(super) fn junction_conditions(&mut self, node: usize, rel: RelId) -> Result<Vec<ExprId>> {
        let mut conditions = Vec::new();
        let Some(junction) = self.nodes.nodes[node].junction else { return Ok(conditions) };
        if let (Some(deleted), true) = (junction.paranoid, self.nodes.nodes[node].through_paranoid) {
            let column = self.ir.column(rel, deleted);
            conditions.push(self.ir.is_null(column));
        }
        let part = self.nodes.nodes[node].through_filter;
        let mut cursor = part.cursor();
        if cursor.is_done() {
            return Ok(conditions);
        }
        let mut rows = self.building(rel);
        rows.bound.push((junction_of(node), rel));
        while !cursor.is_done() {
            let condition = self.condition_at(junction_of(node), &mut cursor, &rows)?;
            if self.has_aggregate(condition) {
                let message = "a condition on junction rows names an aggregate of them";
                return Err(self.refuse(junction_of(node), "where", ErrorKind::Request, message));
            }
            conditions.push(condition);
        }
        self.built(rows);
        Ok(conditions)
    }
}

/// Conjuncts that share an edge speak of one child of it; those that share none can be said apart.
fn independent<'a>(conjuncts: Vec<Conjunct<'a>>) -> Vec<(Vec<Part<'a>>, Vec<usize>)> {
    let mut groups: Vec<(Vec<Part<'a>>, Vec<usize>)> = Vec::new();
    for conjunct in conjuncts {
        let (mut parts, mut names) = (vec![conjunct.part], conjunct.names);
        let (touched, rest): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|(_, known)| known.iter().any(|name| names.contains(name)));
        groups = rest;
        for (earlier, known) in touched.into_iter().rev() {
            parts.splice(0..0, earlier);
            names.extend(known);
        }
        names.sort_unstable();
        names.dedup();
        groups.push((parts, names));
    }
    groups
}
