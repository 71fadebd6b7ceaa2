//! Which columns a statement selects, and how its rows become the rows of slots.

use relata_ir::{Expr, ExprId, Made};
use relata_schema::{ErrorKind, Kind, ModelView, Result};

use super::{
    Building, Fed, Lowering,
    nodes::{Item, Selection},
};
use crate::{
    Name,
    blueprint::Blueprint,
    plan::{Field, Loading, Slot, ThroughSlot},
    share::Share,
};

impl<'a> Lowering<'a, '_> {
    /// Adds the shown columns of a node to a statement and makes its slot.
    pub(super) fn slot(&mut self, node: usize, step: usize, rows: &mut Building) -> Result<usize> {
        let start = rows.columns.len();
        let fields = self.show(node, rows)?;
        let columns = start..rows.columns.len();
        let through = self.through(node, rows)?;
        let nodes = &self.nodes.nodes[node];
        let lists = &mut self.scratch.lists;
        let key = match nodes.parent.map(|parent| self.nodes.nodes[parent].model) {
            None => Name::of(""),
            Some(above) if above.def().associations[usize::from(nodes.association)].name == nodes.key => {
                Name::drafted_association(above, nodes.association, lists)
            }
            Some(_) => lists.name(nodes.key),
        };
        let slot = Slot {
            key,
            association: nodes.association,
            parent: nodes.parent.and_then(|parent| self.nodes.nodes[parent].slot),
            step,
            single: nodes.link.is_some_and(|link| link.single),
            columns,
            fields,
            through,
            identity: Share::default(),
            children: Share::default(),
            rank: node,
        };
        self.slots.push(slot);
        self.nodes.nodes[node].slot = Some(self.slots.len() - 1);
        Ok(self.slots.len() - 1)
    }

    /// Adds what is selected of a node to a statement.
    fn show(&mut self, node: usize, rows: &mut Building) -> Result<Share<Field>> {
        let model = self.nodes.nodes[node].model;
        if let (Selection::Every(count), Some(rel)) = (&self.nodes.nodes[node].selection, rows.rel(node)) {
            rows.columns.extend(self.ir.columns_of(rel, *count));
            return Ok(Share::all(&Blueprint::of(model)?.fields));
        }
        let count = self.nodes.nodes[node].selection.len();
        let first = self.scratch.lists.fields.len();
        rows.columns.reserve(count);
        for place in 0..count {
            let (column, field) = match self.nodes.nodes[node].selection.at(place) {
                Item::Attribute(attribute) => {
                    (self.column(node, attribute, rows)?, self.attribute_field(model, attribute)?)
                }
                Item::Alias(alias, part) => {
                    let expr = self.selected(node, part, rows)?;
                    let field = Field {
                        name: self.scratch.lists.name(alias),
                        kind: self.ir.kind(expr).unwrap_or(Kind::Text),
                        scale: self.ir.scale(expr),
                        attribute: None,
                    };
                    (expr, field)
                }
            };
            rows.columns.push(column);
            self.scratch.lists.fields.push(field);
        }
        Ok(Share::drafted(first..self.scratch.lists.fields.len()))
    }

    /// A selected expression may follow edges of one row, not of several.
    fn selected(&mut self, node: usize, part: super::nodes::Part<'a>, rows: &mut Building) -> Result<ExprId> {
        let expr = self
            .expr_of(node, part, rows)
            .map_err(|error| error.at(format!("{}.attributes", self.nodes.path(node))))?;
        if self.has_aggregate(expr) {
            return Err(self
                .refuse(node, "attributes", ErrorKind::Request, "an aggregate stands beside rows")
                .help("group, or ask for the aggregate alone"));
        }
        Ok(expr)
    }

    fn through(&mut self, node: usize, rows: &mut Building) -> Result<Option<ThroughSlot>> {
        let (Some(junction), Some(selection)) =
            (self.nodes.nodes[node].junction, self.nodes.nodes[node].through_selection.clone())
        else {
            return Ok(None);
        };
        if selection.is_empty() {
            return Ok(None);
        }
        let start = rows.columns.len();
        let first = self.scratch.lists.fields.len();
        for item in selection.iter() {
            match item {
                Item::Attribute(attribute) => {
                    rows.columns.extend(self.junction_column(node, attribute, rows));
                    let field = self.attribute_field(junction, attribute)?;
                    self.scratch.lists.fields.push(field);
                }
                Item::Alias(..) => {
                    return Err(self
                        .refuse(node, "through.attributes", ErrorKind::Unsupported, "a junction shows attributes only")
                        .help("select the expression of the child"));
                }
            }
        }
        let (key, columns) = (&*junction.name, start..rows.columns.len());
        if self.nodes.nodes[node].selection.iter().any(|item| matches!(item, Item::Alias(alias, _) if *alias == *key)) {
            let message = format!("the alias \"{key}\" is the name of the junction");
            return Err(self.refuse(node, "attributes", ErrorKind::Request, message));
        }
        let lists = &mut self.scratch.lists;
        let fields = Share::drafted(first..lists.fields.len());
        Ok(Some(ThroughSlot { key: Name::drafted_model(junction, lists), columns, fields }))
    }

    /// The place of a column in a statement; it is added, hidden, when it is not selected already.
    pub(super) fn place(&mut self, column: ExprId, rows: &mut Building) -> u16 {
        // From the end: what is asked for is nearly always of the rows whose columns were added last.
        let found = rows.columns.iter().rposition(|&known| self.ir.same(known, column));
        found.unwrap_or_else(|| {
            rows.columns.push(column);
            rows.columns.len() - 1
        }) as u16
    }

    /// The places of what tells a slot's rows apart.
    pub(super) fn identify(&mut self, node: usize, rows: &mut Building) -> Result<Share<u16>> {
        let first = self.scratch.lists.places.len();
        for column in self.identity(node, rows)? {
            let place = self.place(column, rows);
            self.scratch.lists.places.push(place);
        }
        Ok(Share::drafted(first..self.scratch.lists.places.len()))
    }

    pub(super) fn attribute_field(&self, model: ModelView<'_>, attribute: u16) -> Result<Field> {
        let attribute = super::nodes::attribute_of(model, attribute)?;
        Ok(Blueprint::of(model)?.fields[usize::from(attribute)].clone())
    }

    /// The keys that a statement of a node is fed with: what its link names of the parent, or the keys of the whole
    /// chain where a where above decides on its rows. Added to the statement that loads the parent.
    pub(super) fn feed(&mut self, node: usize, rows: &mut Building) -> Result<Fed> {
        let parent = self.nodes.nodes[node].parent.unwrap_or_default();
        let mut columns = Vec::new();
        match self.chain(node) {
            None => {
                let link = self.nodes.nodes[node].link;
                for &source in link.map_or(&[][..], |link| &link.source) {
                    columns.push(self.column(parent, source, rows)?);
                }
            }
            Some(chain) => {
                for above in chain {
                    for &key in &self.nodes.nodes[above].model.def().primary_key {
                        columns.push(self.column(above, key, rows)?);
                    }
                }
            }
        }
        let kinds = columns.iter().map(|&column| self.ir.kind(column).unwrap_or(Kind::Text)).collect();
        let columns = columns.into_iter().map(|column| self.place(column, rows)).collect();
        let slot = self.nodes.nodes[parent].slot.unwrap_or_default();
        Ok(Fed { slot, columns, kinds })
    }

    /// The nodes from the topmost whose where decides on a node's rows down to its parent; none if there is no such.
    pub(super) fn chain(&self, node: usize) -> Option<Vec<usize>> {
        let top = self.nodes.nodes[node].owners.iter().copied().filter(|&owner| owner != node).min()?;
        let mut chain = Vec::new();
        let mut at = self.nodes.nodes[node].parent;
        while let Some(above) = at {
            chain.push(above);
            if above == top {
                break;
            }
            at = self.nodes.nodes[above].parent;
        }
        chain.reverse();
        Some(chain)
    }

    /// The feeds of everything below a node that has a statement of its own.
    pub(super) fn feeds_below(&mut self, node: usize, rows: &mut Building) -> Result<()> {
        for place in 0..self.nodes.nodes[node].children.len() {
            let child = self.nodes.nodes[node].children[place];
            if !self.nodes.nodes[child].visible {
                continue;
            }
            match self.nodes.nodes[child].loading {
                Loading::Separate | Loading::SeparatePerParent => {
                    let feed = self.feed(child, rows)?;
                    self.feeds.push((child, feed));
                }
                Loading::Join | Loading::JoinLimited if self.nodes.nodes[child].slot.is_some() => {
                    self.feeds_below(child, rows)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn has_aggregate(&self, expr: ExprId) -> bool {
        if !self.ir.made().meets(Made::AGGREGATE) {
            return false;
        }
        let mut found = false;
        self.ir.visit(expr, &mut |_, node| {
            found |= matches!(node, Expr::Aggregate { .. });
            if let Expr::InSelect(left, _) | Expr::Quantified { left, .. } = node {
                found |= self.has_aggregate(left);
            }
            !matches!(node, Expr::Exists(_) | Expr::Scalar(_) | Expr::InSelect(..) | Expr::Quantified { .. })
        });
        found
    }
}
