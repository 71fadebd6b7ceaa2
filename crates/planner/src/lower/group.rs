//! Rules 6 and 7: counts, aggregates and groups.

use relata_ir::{Expr, ExprId, JoinKind, Limit, Page, PageScope, RelId, RelSource, Select};
use relata_request::Call;
use relata_schema::{Aggregate, ErrorKind, Kind, Result};

use super::{
    Building, Lowering,
    nodes::{Item, attribute_of},
};
use crate::{
    Name, Share,
    plan::{Field, Slot, Step},
};

impl<'a> Lowering<'a, '_> {
    /// Whether the find ranges over groups: it has keys or a having, or selects an aggregate.
    pub(crate) fn is_grouped(&self) -> bool {
        let root = &self.nodes.nodes[0];
        !self.nodes.group.is_empty()
            || !self.nodes.having.is_empty()
            || (self.flags.call == Call::Find
                && root.selection.iter().any(|item| match item {
                    Item::Alias(_, part) => super::scan::has_aggregate(part),
                    Item::Attribute(_) => false,
                }))
    }

    /// The rows over which a grouped query ranges: kept roots, and the combinations of the edges that are named.
    fn combinations(&mut self, names: &[usize]) -> Result<Building> {
        let to_many: Vec<usize> = names
            .iter()
            .copied()
            .filter(|&name| {
                let node = &self.nodes.nodes[name];
                let parent = node.parent.unwrap_or_default();
                self.nodes.nodes[parent].model.associations[usize::from(node.association)].kind.is_to_many()
            })
            .collect();
        let is_chain = to_many.windows(2).all(|pair| self.nodes.is_above(pair[0], pair[1]));
        if !is_chain {
            return Err(self
                .refuse(0, "group", ErrorKind::Request, "two sibling edges of several rows would multiply one another")
                .help("group by one of them, and compute the other in a request of its own"));
        }
        let model = self.nodes.nodes[0].model;
        let rel = self.table(model)?;
        let mut rows = self.building(rel);
        rows.bound.push((0, rel));
        for &name in names {
            let parent = self.nodes.nodes[name].parent.unwrap_or_default();
            if rows.rel(parent).is_none() {
                return Err(relata_schema::Error::internal("a path lacks one of its steps"));
            }
            self.attach(name, JoinKind::Left, &mut rows)?;
        }
        for place in 0..self.nodes.nodes[0].conjuncts.len() {
            let conjunct = &self.nodes.nodes[0].conjuncts[place];
            if !conjunct.to_many && !conjunct.names.is_empty() {
                let names = conjunct.names.clone();
                self.join_path(&names, &mut rows)?;
            }
        }
        self.filter_rows(0, rel, &mut rows, &[])?;
        Ok(rows)
    }

    /// The nodes that attributes, group and having name.
    fn grouped_names(&self) -> Vec<usize> {
        let mut names = self.nodes.nodes[0].selected.clone();
        names.extend(self.nodes.group.iter().flat_map(|key| key.names.iter().copied()));
        names.extend(self.nodes.having.iter().flat_map(|conjunct| conjunct.names.iter().copied()));
        names.sort_unstable();
        names.dedup();
        names
    }

    pub(super) fn grouped(&mut self, number: usize) -> Result<Step> {
        if self.flags.lock.is_some() {
            return Err(self
                .refuse(0, "lock", ErrorKind::Request, "a group has no row to be locked")
                .help("find and lock the rows first"));
        }
        if self.flags.distinct {
            return Err(self.refuse(0, "distinct", ErrorKind::Request, "groups differ already").help("leave it out"));
        }
        if let Some(&shown) = self.nodes.nodes[0].children.iter().find(|&&child| self.nodes.nodes[child].visible) {
            let message = format!("a group has no {} to be loaded", self.nodes.nodes[shown].key);
            return Err(self
                .refuse(0, "include", ErrorKind::Request, message)
                .help("say \"attributes\": [] to filter by it, or name its columns in attributes and group"));
        }
        let names = self.grouped_names();
        let mut rows = self.combinations(&names)?;
        for place in 0..self.nodes.group.len() {
            let expr = self.expr_of(0, self.nodes.group[place].expr, &rows)?;
            if let Some(kind) = self.ir.kind(expr).filter(|kind| !kind.is_ordered()) {
                return Err(self.refuse(
                    0,
                    "group",
                    ErrorKind::Unsupported,
                    format!("{} cannot be a key", kind.name()),
                ));
            }
            if self.has_aggregate(expr) {
                return Err(self.refuse(0, "group", ErrorKind::Request, "an aggregate cannot be a key"));
            }
            rows.group.push(expr);
        }
        let fields = self.grouped_columns(&names, &mut rows)?;
        for place in 0..self.nodes.having.len() {
            let condition = self.expr_of(0, self.nodes.having[place].part, &rows)?;
            self.check_covered(condition, &rows, "having")?;
            rows.having.push(condition);
        }
        self.grouped_order(&names, &mut rows)?;
        let width = rows.columns.len();
        let mut select = self.finish(&rows);
        self.built(rows);
        select.page = self.page(self.nodes.nodes[0].cut, PageScope::Rows);
        let root = self.ir.make_select(select);
        self.ir.set_root(root);
        self.push_root_slot(number, width, fields);
        Ok(self.step(root, 0, None))
    }

    /// What a grouped query selects: exactly what was asked.
    fn grouped_columns(&mut self, names: &[usize], rows: &mut Building) -> Result<Share<Field>> {
        let first = self.scratch.lists.fields.len();
        if self.flags.call == Call::Count {
            for (key, expr) in self.nodes.group.clone().into_iter().zip(rows.group.clone()) {
                let (name, scale, attribute) = self.key_name(key.expr)?;
                let kind = self.ir.kind(expr).unwrap_or(Kind::Text);
                rows.columns.push(expr);
                self.scratch.lists.fields.push(Field { name, kind, scale, attribute });
            }
            rows.columns.push(self.count_roots(names, rows)?);
            let count = Field { name: Name::of("count"), kind: Kind::BigInt, scale: None, attribute: None };
            self.scratch.lists.fields.push(count);
            return Ok(Share::drafted(first..self.scratch.lists.fields.len()));
        }
        for place in 0..self.nodes.nodes[0].selection.len() {
            let (expr, mut field) = match self.nodes.nodes[0].selection.at(place) {
                Item::Attribute(attribute) => {
                    let field = self.attribute_field(self.nodes.nodes[0].model, attribute)?;
                    (self.column(0, attribute, rows)?, field)
                }
                Item::Alias(alias, part) => {
                    let expr = self.expr_of(0, part, rows)?;
                    let scale = self.ir.scale(expr);
                    let name = self.scratch.lists.name(alias);
                    (expr, Field { name, kind: Kind::Text, scale, attribute: None })
                }
            };
            field.kind = self.ir.kind(expr).unwrap_or(Kind::Text);
            self.check_covered(expr, rows, "attributes")?;
            rows.columns.push(expr);
            self.scratch.lists.fields.push(field);
        }
        let fields = Share::drafted(first..self.scratch.lists.fields.len());
        if fields.drafted_len() == 0 {
            return Err(self.refuse(0, "attributes", ErrorKind::Request, "nothing is selected"));
        }
        Ok(fields)
    }

    /// The key under which a count answers a group key.
    fn key_name(&mut self, part: super::nodes::Part<'a>) -> Result<(Name, Option<u8>, Option<u16>)> {
        let mut cursor = part.cursor();
        match cursor.byte()? {
            relata_request::op::COLUMN => {
                let field = self.attribute_field(self.nodes.nodes[0].model, cursor.u16()?)?;
                Ok((field.name, field.scale, field.attribute))
            }
            relata_request::op::PATH => {
                let (along, attribute) = self.nodes.read_path(0, &mut cursor)?;
                let last = along.last().copied().unwrap_or_default();
                let model = self.nodes.nodes[last].model;
                let declared = &model.attributes[usize::from(attribute_of(model, attribute)?)];
                let name = format!("{}.{}", self.nodes.dotted(last), declared.name);
                Ok((self.scratch.lists.name(&name), declared.ty.scale(), None))
            }
            _ => Err(self
                .refuse(0, "group", ErrorKind::Request, "a count answers its keys by name, and an expression has none")
                .help("find with attributes, where the expression has an alias")),
        }
    }

    /// Each kept root once, however many combinations it has.
    fn count_roots(&mut self, names: &[usize], rows: &Building) -> Result<ExprId> {
        if names.iter().all(|&name| self.nodes.nodes[name].to_one()) {
            return Ok(self.ir.aggregate(Aggregate::Count, false, None));
        }
        let identity = self.identity(0, rows)?;
        match identity[..] {
            [key] => Ok(self.ir.aggregate(Aggregate::Count, true, Some(key))),
            _ => Err(self
                .refuse(0, "group", ErrorKind::Unsupported, "rows of a composite key are not counted apart by groups")
                .help("count one attribute of the key in a grouped find")),
        }
    }

    fn grouped_order(&mut self, names: &[usize], rows: &mut Building) -> Result<()> {
        for place in 0..self.nodes.nodes[0].order.len() {
            let item = &self.nodes.nodes[0].order[place];
            let (descending, nulls) = (item.descending, item.nulls);
            if item.names.iter().any(|name| !names.contains(name)) {
                return Err(self
                    .refuse(0, "order", ErrorKind::Request, "a group is ordered by what it selects or groups by")
                    .help("select it, or group by it"));
            }
            let expr = self.expr_of(0, item.expr, rows)?;
            self.check_covered(expr, rows, "order")?;
            rows.order.push(relata_ir::Order { expr, descending, nulls });
        }
        if self.nodes.nodes[0].cut.cuts() {
            let keys = rows.group.clone();
            let mut order = std::mem::take(&mut rows.order);
            self.tiebreak(&mut order, &keys);
            rows.order = order;
        }
        Ok(())
    }

    /// An expression of a group is made of its keys and of aggregates.
    fn check_covered(&self, expr: ExprId, rows: &Building, part: &str) -> Result<()> {
        let keys = &rows.group;
        if self.is_among(expr, keys) {
            return Ok(());
        }
        let is_of_rows = |named: RelId| rows.bound.iter().any(|&(_, rel)| rel == named);
        match self.ir.expr(expr) {
            Expr::Aggregate { .. } => Ok(()),
            // A query asks for the rows at hand by their keys alone, for there are many rows in a group.
            Expr::Exists(select)
            | Expr::Scalar(select)
            | Expr::InSelect(_, select)
            | Expr::Quantified { select, .. } => {
                let mut result = match self.ir.expr(expr) {
                    Expr::InSelect(left, _) | Expr::Quantified { left, .. } => self.check_covered(left, rows, part),
                    _ => Ok(()),
                };
                self.ir.visit_select(select, &mut |named, node| {
                    if let Expr::Column { rel, .. } = node
                        && result.is_ok()
                        && is_of_rows(rel)
                    {
                        result = self.check_covered(named, rows, part);
                    }
                    result.is_ok()
                });
                result
            }
            // One value for all groups: it is of a row outside of the query.
            Expr::Column { rel, .. } if self.is_outside(rel) => Ok(()),
            Expr::Column { .. } => {
                let column = self.ir.column_name(expr).map_or("an attribute", |name| self.ir.name(name));
                let message = if keys.is_empty() {
                    format!("the column \"{column}\" stands beside an aggregate of all rows")
                } else {
                    format!("the column \"{column}\" is neither a group key nor inside of an aggregate")
                };
                Err(self.refuse(0, part, ErrorKind::Request, message).help("group by it, or take an aggregate of it"))
            }
            _ => {
                let mut result = Ok(());
                self.ir.children(expr, &mut |child| {
                    if result.is_ok() {
                        result = self.check_covered(child, rows, part);
                    }
                });
                result
            }
        }
    }

    /// Count, aggregate and exists: one row, each kept root once.
    pub(super) fn aggregate_call(&mut self, number: usize) -> Result<Step> {
        self.refuse_page(self.nodes.nodes[0].cut)?;
        if !self.nodes.group.is_empty() || !self.nodes.having.is_empty() {
            return Err(self
                .refuse(0, "group", ErrorKind::Request, "one value over all rows has no groups")
                .help("find with the group and the aggregate among its attributes"));
        }
        let mut rows = self.kept_roots()?;
        let model = self.nodes.nodes[0].model;
        let (expr, field) = match self.flags.call {
            Call::Aggregate(function, attribute) => {
                let column = self.column(0, attribute, &rows)?;
                let declared = &model.attributes[usize::from(attribute)];
                let kind = declared.ty.kind();
                let fits = match function {
                    Aggregate::Sum | Aggregate::Avg => kind.is_number(),
                    Aggregate::Min | Aggregate::Max => kind.has_extremes(),
                    Aggregate::Count => true,
                };
                if !fits {
                    let message = format!("\"{}\" does not take {}", function.name(), declared.ty);
                    return Err(self.refuse(0, &declared.name, ErrorKind::TypeMismatch, message));
                }
                let expr = self.ir.aggregate(function, self.flags.distinct, Some(column));
                let scale = if function == Aggregate::Avg { None } else { declared.ty.scale() };
                (expr, Field { name: Name::of(function.name()), kind, scale, attribute: None })
            }
            Call::Exists => {
                let expr = self.ir.int(1);
                (expr, Field { name: Name::of("exists"), kind: Kind::BigInt, scale: None, attribute: None })
            }
            _ => {
                let field = Field { name: Name::of("count"), kind: Kind::BigInt, scale: None, attribute: None };
                if self.flags.distinct {
                    return self.count_distinct(number, rows, field);
                }
                (self.ir.aggregate(Aggregate::Count, false, None), field)
            }
        };
        let kind = self.ir.kind(expr).unwrap_or(field.kind);
        rows.columns.push(expr);
        let mut select = self.finish(&rows);
        if self.flags.call == Call::Exists {
            select.page = Page { limit: Some(Limit::One), offset: None, scope: PageScope::Rows };
        }
        let root = self.ir.make_select(select);
        self.ir.set_root(root);
        let fields = self.scratch.lists.add_fields([Field { kind, ..field }]);
        self.push_root_slot(number, 1, fields);
        Ok(self.step(root, 0, None))
    }

    /// How many different rows a distinct find has.
    fn count_distinct(&mut self, number: usize, mut rows: Building, field: Field) -> Result<Step> {
        if !self.nodes.explicit {
            return Err(self
                .refuse(0, "distinct", ErrorKind::Request, "distinct needs attributes: whole rows differ by their key")
                .help("say which attributes"));
        }
        self.join_selected(0, &mut rows)?;
        for item in self.nodes.nodes[0].selection.clone().iter() {
            let expr = match item {
                Item::Attribute(attribute) => self.column(0, attribute, &rows)?,
                Item::Alias(_, part) => self.expr_of(0, part, &rows)?,
            };
            rows.columns.push(expr);
        }
        let mut inner = self.finish(&rows);
        inner.distinct = true;
        let inner = self.ir.make_select(inner);
        let rel = self.ir.make_rel(RelSource::Derived(inner));
        let count = self.ir.aggregate(Aggregate::Count, false, None);
        let mut outer = Select::from(rel);
        outer.columns = self.ir.make_exprs(&[count]);
        let root = self.ir.make_select(outer);
        self.ir.set_root(root);
        let fields = self.scratch.lists.add_fields([field]);
        self.push_root_slot(number, 1, fields);
        Ok(self.step(root, 0, None))
    }

    fn push_root_slot(&mut self, step: usize, width: usize, fields: Share<Field>) {
        self.slots.push(Slot {
            key: Name::of(""),
            association: 0,
            parent: None,
            step,
            single: false,
            columns: 0..width,
            fields,
            through: None,
            identity: Share::default(),
            children: Share::default(),
            rank: 0,
        });
    }
}
