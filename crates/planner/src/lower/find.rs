//! The root's statement of a find.

use relata_ir::{ExprId, Hint, JoinKind, Lock, Order, PageScope, RelSource};
use relata_schema::{ErrorKind, Result};

use super::{Building, Cut, Lowering};
use crate::plan::{Loading, Step};

impl Lowering<'_, '_> {
    pub(super) fn find(&mut self, number: usize) -> Result<Step> {
        let mut rows = self.kept_roots()?;
        let mut order = self.order_of(0, &mut rows)?;
        let cut = self.nodes.nodes[0].cut;
        let joined = self.joined_to_many(0);
        self.join_selected(0, &mut rows)?;
        let slot = self.slot(0, number, &mut rows)?;
        self.slots_of_joined(0, number, &mut rows)?;
        if self.flags.distinct {
            self.check_distinct(&rows, &order, self.slots.len() - slot)?;
            if cut.cuts() {
                let columns = rows.columns.clone();
                self.tiebreak(&mut order, &columns);
            }
        } else if cut.cuts() {
            let identity = self.identity(0, &rows)?;
            self.tiebreak(&mut order, &identity);
        }
        rows.order = order;
        match joined {
            None => {
                self.feeds_below(0, &mut rows)?;
                let mut select = self.finish(&rows);
                select.distinct = self.flags.distinct;
                select.page = self.page(cut, PageScope::Rows);
                select.lock = self.lock(&rows)?;
                self.built(rows);
                let root = self.ir.make_select(select);
                self.ir.set_root(root);
                Ok(self.step(root, slot, None))
            }
            Some(node) if self.nodes.nodes[node].loading == Loading::JoinLimited => {
                self.join_limited(node, number, rows, slot)
            }
            Some(node) => {
                self.slots[slot].identity = self.identify(0, &mut rows)?;
                let kind = if self.is_inner(node) { JoinKind::Inner } else { JoinKind::Left };
                self.attach(node, kind, &mut rows)?;
                self.show_joined(node, number, &mut rows)?;
                self.feeds_below(0, &mut rows)?;
                let select = self.finish(&rows);
                self.built(rows);
                let root = self.ir.make_select(select);
                self.ir.set_root(root);
                Ok(self.step(root, slot, None))
            }
        }
    }

    /// The kept root rows, with the edges of one row that are shown or named joined.
    pub(super) fn kept_roots(&mut self) -> Result<Building> {
        let model = self.nodes.nodes[0].model;
        let rel = self.table(model)?;
        if !self.nodes.hints.is_empty() {
            let hints: Vec<Hint> =
                self.nodes.hints.iter().map(|&(kind, index)| Hint { kind, index: self.ir.make_name(index) }).collect();
            self.ir.set_hints(rel, &hints);
        }
        let mut rows = self.building(rel);
        rows.bound.push((0, rel));
        let mut required = Vec::new();
        let shown = self.flags.call == relata_request::Call::Find && !self.is_grouped();
        if shown {
            self.join_shown(0, true, &mut rows, &mut required)?;
            // An inner join of the children says by itself that there is one.
            required.extend(self.joined_to_many(0).filter(|&node| self.is_inner(node)));
        }
        for place in 0..self.nodes.nodes[0].conjuncts.len() {
            let conjunct = &self.nodes.nodes[0].conjuncts[place];
            if !conjunct.to_many && !conjunct.names.is_empty() {
                let names = conjunct.names.clone();
                self.join_path(&names, &mut rows)?;
            }
        }
        self.filter_rows(0, rel, &mut rows, &required)?;
        Ok(rows)
    }

    /// Joins the edges of one row that are loaded by join, down the tree. A required one below rows that are certain
    /// is an inner join, and so is its own condition that it has a child.
    pub(super) fn join_shown(
        &mut self,
        node: usize,
        certain: bool,
        rows: &mut Building,
        required: &mut Vec<usize>,
    ) -> Result<()> {
        for place in 0..self.nodes.nodes[node].children.len() {
            let child = self.nodes.nodes[node].children[place];
            let edge = &self.nodes.nodes[child];
            if !edge.visible || edge.loading != Loading::Join || !edge.to_one() || rows.rel(child).is_some() {
                continue;
            }
            let inner = certain && edge.required;
            self.attach(child, if inner { JoinKind::Inner } else { JoinKind::Left }, rows)?;
            if inner {
                required.push(child);
            }
            self.join_shown(child, false, rows, required)?;
        }
        Ok(())
    }

    /// Joins the edges of one row that selected expressions name.
    pub(super) fn join_selected(&mut self, node: usize, rows: &mut Building) -> Result<()> {
        for place in 0..self.nodes.nodes[node].selected.len() {
            let name = self.nodes.nodes[node].selected[place];
            let Some(parent) = self.nodes.nodes[name].parent else { continue };
            if self.nodes.nodes[name].to_one() && rows.rel(name).is_none() && rows.rel(parent).is_some() {
                self.attach(name, JoinKind::Left, rows)?;
            }
        }
        Ok(())
    }

    /// Slots of the joined edges of one row below a node, down the tree.
    pub(super) fn slots_of_joined(&mut self, node: usize, step: usize, rows: &mut Building) -> Result<()> {
        for place in 0..self.nodes.nodes[node].children.len() {
            let child = self.nodes.nodes[node].children[place];
            let edge = &self.nodes.nodes[child];
            if !edge.visible || edge.loading != Loading::Join || !edge.to_one() {
                continue;
            }
            self.join_selected(child, rows)?;
            let slot = self.slot(child, step, rows)?;
            self.slots[slot].identity = self.identify(child, rows)?;
            self.slots_of_joined(child, step, rows)?;
        }
        Ok(())
    }

    /// The edge of several rows that is joined to this node's statement, if there is one.
    pub(super) fn joined_to_many(&self, node: usize) -> Option<usize> {
        self.nodes.nodes[node].children.iter().copied().find(|&child| {
            let edge = &self.nodes.nodes[child];
            edge.visible && !edge.to_one() && matches!(edge.loading, Loading::Join | Loading::JoinLimited)
        })
    }

    /// Whether a joined edge of several rows is an inner join: it is required, and no page has been cut before it.
    fn is_inner(&self, node: usize) -> bool {
        self.nodes.nodes[node].required && self.nodes.nodes[node].loading == Loading::Join
    }

    /// Adds a joined edge of several rows to the columns and the order.
    pub(super) fn show_joined(&mut self, node: usize, step: usize, rows: &mut Building) -> Result<()> {
        self.join_shown(node, false, rows, &mut Vec::new())?;
        let order = self.order_of(node, rows)?;
        self.join_selected(node, rows)?;
        let slot = self.slot(node, step, rows)?;
        self.slots[slot].identity = self.identify(node, rows)?;
        self.slots_of_joined(node, step, rows)?;
        rows.order.extend(order);
        Ok(())
    }

    /// The page of roots is a derived table, to which the children are joined: the limit counts roots.
    fn join_limited(&mut self, node: usize, number: usize, mut page: Building, slot: usize) -> Result<Step> {
        self.slots[slot].identity = self.identify(0, &mut page)?;
        // What the join and the statements of other edges need of the page must be among its columns.
        let parent = self.nodes.nodes[node].parent.unwrap_or_default();
        let mut link = Vec::new();
        for &source in self.nodes.nodes[node].link.map_or(&[][..], |link| &link.source) {
            let column = self.column(parent, source, &page)?;
            link.push((source, self.place(column, &mut page)));
        }
        self.feeds_below(0, &mut page)?;
        // What only the order needs stands behind what is read.
        let width = page.columns.len() as u16;
        let order: Vec<(u16, Order)> =
            page.order.clone().into_iter().map(|order| (self.place(order.expr, &mut page), order)).collect();
        let mut select = self.finish(&page);
        self.built(page);
        select.page = self.page(self.nodes.nodes[0].cut, PageScope::Rows);
        let select = self.ir.make_select(select);
        let rel = self.ir.make_rel(RelSource::Derived(select));
        let mut rows = self.building(rel);
        rows.columns = (0..width).map(|column| self.ir.column(rel, column)).collect();
        rows.order =
            order.into_iter().map(|(place, order)| Order { expr: self.ir.column(rel, place), ..order }).collect();
        self.attach_to(node, JoinKind::Left, &mut rows, &|ir, attribute| {
            let place = link.iter().find(|(source, _)| *source == attribute).map_or(0, |(_, place)| *place);
            ir.column(rel, place)
        })?;
        self.show_joined(node, number, &mut rows)?;
        self.feeds_below(node, &mut rows)?;
        let select = self.finish(&rows);
        self.built(rows);
        let root = self.ir.make_select(select);
        self.ir.set_root(root);
        Ok(self.step(root, slot, None))
    }

    /// Rule 7: what is de-duplicated is what was selected.
    fn check_distinct(&mut self, rows: &Building, order: &[Order], slots: usize) -> Result<()> {
        let refuse = |message: &str, help: &str| {
            Err(self.refuse(0, "distinct", ErrorKind::Request, message).help(help.to_owned()))
        };
        if !self.nodes.explicit {
            return refuse("distinct needs attributes: whole rows differ by their key", "say which attributes");
        }
        if slots > 1 || self.nodes.nodes[0].children.iter().any(|&child| self.nodes.nodes[child].visible) {
            return refuse(
                "distinct goes with no include that is loaded",
                "filter by it with \"attributes\": [], or select a column of it by its path",
            );
        }
        if let Some(kind) =
            rows.columns.iter().filter_map(|&column| self.ir.kind(column)).find(|kind| !kind.is_ordered())
        {
            return refuse(&format!("{} cannot be de-duplicated", kind.name()), "leave it out");
        }
        let selected = |order: &Order| rows.columns.iter().any(|&column| self.ir.same(column, order.expr));
        if !order.iter().all(selected) {
            return refuse("distinct rows are ordered by what is not selected", "select what they are ordered by");
        }
        Ok(())
    }

    fn lock(&self, rows: &Building) -> Result<Option<Lock>> {
        let Some(lock) = self.flags.lock else { return Ok(None) };
        if self.flags.distinct {
            return Err(self
                .refuse(0, "lock", ErrorKind::Request, "a de-duplicated row is no row of a table to be locked")
                .help("lock without distinct"));
        }
        Ok(Some(Lock { strength: lock.strength, wait: lock.wait, of: rows.from }))
    }

    /// Refuses what a call that answers one value cannot have.
    pub(super) fn refuse_page(&self, cut: Cut) -> Result<()> {
        if cut.cuts() {
            return Err(self
                .refuse(0, "limit", ErrorKind::Request, "limit and offset do not go with an aggregate of all rows")
                .help("find the page and count it, or leave them out"));
        }
        if self.flags.lock.is_some() {
            return Err(self
                .refuse(0, "lock", ErrorKind::Request, "an aggregate has no rows to be locked")
                .help("find and lock the rows first"));
        }
        Ok(())
    }

    /// Whether an expression is one of some others.
    pub(super) fn is_among(&self, expr: ExprId, others: &[ExprId]) -> bool {
        others.iter().any(|&other| self.ir.same(expr, other))
    }
}
