//! Rule 4: the order of rows, by columns, by edges of one row, and by edges of several.

use relata_ir::{ExprId, JoinKind, Order};
use relata_schema::{Aggregate, ErrorKind, Kind, Result};

use super::{Building, Lowering, nodes::OrderPart};

impl<'a> Lowering<'a, '_> {
    /// The order of a node's rows: its own, then what nodes above ask of it by a path. The rows of the node are at
    /// hand; edges of one row are joined as needed.
    pub(super) fn order_of(&mut self, node: usize, rows: &mut Building) -> Result<Vec<Order>> {
        let mut orders = Vec::new();
        for place in 0..self.nodes.nodes[node].order.len() {
            let item = self.nodes.nodes[node].order[place].clone();
            orders.push(self.order_item(node, &item, node, rows)?);
        }
        let mut above = self.nodes.nodes[node].parent;
        while let Some(owner) = above {
            for place in 0..self.nodes.nodes[owner].order.len() {
                let item = self.nodes.nodes[owner].order[place].clone();
                if item.names.contains(&node)
                    && !item.own
                    && !self.nodes.nodes[node].link.is_none_or(|link| link.single)
                {
                    orders.push(self.order_item(owner, &item, node, rows)?);
                }
            }
            above = self.nodes.nodes[owner].parent;
        }
        Ok(orders)
    }

    /// One item of `owner`, for the rows of `base`, which is the owner or an edge that the item names.
    fn order_item(&mut self, owner: usize, item: &OrderPart<'a>, base: usize, rows: &mut Building) -> Result<Order> {
        let below: Vec<usize> =
            item.names.iter().copied().filter(|&name| name != base && self.nodes.is_above(base, name)).collect();
        let expr = if below.iter().all(|&name| self.nodes.nodes[name].to_one()) {
            self.join_path(&below, rows)?;
            self.expr_of(owner, item.expr, rows)?
        } else {
            self.extreme(owner, item, &below, rows)?
        };
        if self.has_aggregate(expr) {
            return Err(self
                .refuse(owner, "order", ErrorKind::Request, "rows are ordered by an aggregate of them")
                .help("order by the path: its least or greatest value counts"));
        }
        if let Some(kind) = self.ir.kind(expr).filter(|kind| !kind.is_ordered()) {
            let message = format!("{} has no order", kind.name());
            return Err(self.refuse(owner, "order", ErrorKind::Unsupported, message));
        }
        Ok(Order { expr, descending: item.descending, nulls: item.nulls })
    }

    /// Joins edges of one row that are not at hand yet, parents first.
    pub(super) fn join_path(&mut self, names: &[usize], rows: &mut Building) -> Result<()> {
        for &name in names {
            if rows.rel(name).is_none() {
                self.attach(name, JoinKind::Left, rows)?;
            }
        }
        Ok(())
    }

    /// The least (ascending) or greatest (descending) value among the kept children of a chain of edges.
    fn extreme(&mut self, owner: usize, item: &OrderPart<'a>, chain: &[usize], rows: &Building) -> Result<ExprId> {
        let is_chain = chain.windows(2).all(|pair| self.nodes.nodes[pair[1]].parent == Some(pair[0]));
        let parent = self.nodes.nodes[chain[0]].parent.unwrap_or_default();
        let (true, Some(parent)) = (is_chain, rows.rel(parent)) else {
            return Err(self
                .refuse(owner, "order", ErrorKind::Request, "an item of order follows one path")
                .help("order by each path in an item of its own"));
        };
        let mut inner = self.children_of(chain[0], parent)?;
        inner.bound.extend(rows.bound.iter().copied());
        for &node in &chain[1..] {
            self.attach(node, JoinKind::Inner, &mut inner)?;
        }
        let mut owners: Vec<usize> =
            chain.iter().flat_map(|&node| self.nodes.nodes[node].owners.iter().copied()).collect();
        owners.sort_unstable();
        owners.dedup();
        for above in owners {
            // What an edge of the chain itself filters by is part of its children already.
            if !chain.contains(&above) && inner.rel(above).is_some() {
                let kept = self.kept_by(above, &inner)?;
                inner.filters.extend(kept);
            }
        }
        let value = self.expr_of(owner, item.expr, &inner)?;
        let kind = self.ir.kind(value);
        if kind.is_some_and(|kind| !kind.has_extremes()) {
            let message = format!("{} has no least and greatest everywhere", kind.map_or("", Kind::name));
            return Err(self.refuse(owner, "order", ErrorKind::Unsupported, message));
        }
        let function = if item.descending { Aggregate::Max } else { Aggregate::Min };
        let extreme = self.ir.aggregate(function, false, Some(value));
        inner.columns.push(extreme);
        let select = self.finish(&inner);
        let select = self.ir.make_select(select);
        Ok(self.ir.scalar(select))
    }

    /// Ends an order that a page cuts in what tells rows apart, so that pages never overlap.
    pub(super) fn tiebreak(&mut self, orders: &mut Vec<Order>, identity: &[ExprId]) {
        for &expr in identity {
            if !orders.iter().any(|order| self.ir.same(order.expr, expr)) {
                orders.push(Order { expr, descending: false, nulls: relata_ir::Nulls::Default });
            }
        }
    }

    /// The columns that tell the rows of a node apart, given its parent: its key, and that of the junction row.
    pub(super) fn identity(&mut self, node: usize, rows: &Building) -> Result<Vec<ExprId>> {
        let mut columns = Vec::new();
        for &key in &self.nodes.nodes[node].model.def().primary_key {
            columns.push(self.column(node, key, rows)?);
        }
        if let Some(junction) = self.nodes.nodes[node].junction {
            for &key in &junction.def().primary_key {
                columns.extend(self.junction_column(node, key, rows));
            }
        }
        Ok(columns)
    }
}
