//! A statement of its own for an edge, fed with keys.

use relata_ir::{BindDef, ExprId, Join, JoinKind, Limit, Page, PageScope, RelId, RelSource, Source, Transform};
use relata_schema::{Kind, Result};

use super::{Building, Fed, Lowering};
use crate::plan::{Feed, Loading, Step};

impl Lowering<'_, '_> {
    pub(super) fn child(&mut self, node: usize, number: usize) -> Result<Step> {
        let Some(place) = self.feeds.iter().position(|(fed, _)| *fed == node) else {
            return Err(relata_schema::Error::internal("a statement has no keys to be fed with"));
        };
        let (_, feed) = self.feeds.swap_remove(place);
        let looked_for = self.key_to_look_for(node, &feed);
        let (mut rows, by) = match looked_for {
            Some(key) => self.rows_with_keys(node, key, feed.kinds[0])?,
            None => self.rows_of_keys(node, &feed)?,
        };
        let mut order = self.order_of(node, &mut rows)?;
        self.join_selected(node, &mut rows)?;
        // Column 0 is the number of the key, or the key itself, by which rows find their parents.
        rows.columns.push(by);
        let slot = self.slot(node, number, &mut rows)?;
        self.slots_of_joined(node, number, &mut rows)?;
        let cut = self.nodes.nodes[node].cut;
        let least = self.nodes.nodes[node].link.is_some_and(|link| link.single && !link.to_one);
        let per_parent = self.nodes.nodes[node].loading == Loading::SeparatePerParent;
        if per_parent {
            let identity = self.identity(node, &rows)?;
            self.tiebreak(&mut order, &identity);
        }
        rows.order = order;
        if let Some(joined) = self.joined_to_many(node) {
            // Which parent it is of tells a row apart too.
            let own = self.scratch.lists.add_places([0]);
            let identity = self.identify(node, &mut rows)?;
            self.slots[slot].identity = own.and(&identity);
            self.attach(joined, JoinKind::Left, &mut rows)?;
            self.show_joined(joined, number, &mut rows)?;
        }
        self.feeds_below(node, &mut rows)?;
        let mut select = self.finish(&rows);
        self.built(rows);
        select.page = match (per_parent, least) {
            (true, true) => Page { limit: Some(Limit::One), offset: None, scope: PageScope::PerParent },
            (true, false) => self.page(cut, PageScope::PerParent),
            (false, _) => Page::ALL,
        };
        let root = self.ir.make_select(select);
        self.ir.set_root(root);
        let lists = &mut self.scratch.lists;
        let (columns, kinds) = (lists.add_places(feed.columns), lists.add_kinds(feed.kinds));
        let feed = Feed { slot: feed.slot, columns, kinds, by_value: looked_for.is_some(), first: 0 };
        Ok(self.step(root, slot, Some(feed)))
    }

    /// The attribute of the rows, or of their junctions, that is simply looked for in a list of keys: a whole number or a
    /// UUID, which a database compares as we do, when neither a where above nor a limit for each parent needs the keys as a
    /// relation. Databases look for a list in an index, or in one reading of the table; for a relation of keys they read the
    /// table once for each where there is no index.
    fn key_to_look_for(&self, node: usize, feed: &Fed) -> Option<u16> {
        let this = &self.nodes.nodes[node];
        let &[kind] = feed.kinds.as_slice() else { return None };
        let link = this.link?;
        let (model, keys) = match (&link.through, this.junction) {
            (Some(through), Some(junction)) => (junction, &through.source),
            _ => (this.model, &link.target),
        };
        let &[key] = keys.as_slice() else { return None };
        let compared_alike = |kind| matches!(kind, Kind::SmallInt | Kind::Integer | Kind::BigInt | Kind::Uuid);
        let found = model.attributes[usize::from(key)].ty.kind();
        let is_alike = compared_alike(kind) && compared_alike(found) && (kind == Kind::Uuid) == (found == Kind::Uuid);
        (is_alike && this.loading == Loading::Separate && self.chain(node).is_none()).then_some(key)
    }

    /// The rows of a node that have one of the keys, and the column with the key.
    fn rows_with_keys(&mut self, node: usize, key: u16, kind: Kind) -> Result<(Building, ExprId)> {
        let bind = BindDef { source: Source::Keys(0), kind, transform: Transform::Array };
        let rel = self.table(self.nodes.nodes[node].model)?;
        let mut rows = self.building(rel);
        let near = self.join_junction(node, rel, &mut rows)?.unwrap_or(rel);
        let column = self.ir.column(near, key);
        let filter = self.ir.in_array(column, bind);
        rows.filters.push(filter);
        self.keep_children(node, rel, &mut rows)?;
        Ok((rows, column))
    }

    /// The rows of a node, joined to a relation of the keys, and the column with the numbers of the keys.
    fn rows_of_keys(&mut self, node: usize, feed: &Fed) -> Result<(Building, ExprId)> {
        for (i, &kind) in feed.kinds.iter().enumerate() {
            let column = u8::try_from(i).map_err(|_| {
                let message = "the keys along the path have more than 255 columns";
                self.refuse(node, "", relata_schema::ErrorKind::LimitExceeded, message)
            })?;
            self.ir.make_bind(BindDef { source: Source::Keys(column), kind, transform: Transform::Array });
        }
        let kinds = self.ir.make_kinds(&feed.kinds);
        let keys = self.ir.make_rel(RelSource::Keys(kinds));
        let mut rows = self.building(keys);
        let parent_columns = self.join_chain(node, keys, &mut rows)?;
        self.join_children(node, keys, parent_columns, &mut rows)?;
        Ok((rows, self.ir.column(keys, 0)))
    }

    /// Where wheres above decide on the rows: joins the rows of the whole chain by their keys. The flag says that the
    /// parent's columns are in its table, and not in the keys.
    fn join_chain(&mut self, node: usize, keys: RelId, rows: &mut Building) -> Result<bool> {
        let Some(chain) = self.chain(node) else { return Ok(false) };
        let mut column = 1;
        for above in chain {
            let model = self.nodes.nodes[above].model;
            let rel = self.table(model)?;
            let mut on = Vec::new();
            for &key in &model.def().primary_key {
                let (left, right) = (self.ir.column(rel, key), self.ir.column(keys, column));
                on.push(self.ir.equal(left, right));
                column += 1;
            }
            let on = self.ir.and(&on);
            rows.joins.push(Join { kind: JoinKind::Inner, rel, on });
            rows.bound.push((above, rel));
        }
        Ok(true)
    }

    fn join_children(&mut self, node: usize, keys: RelId, by_table: bool, rows: &mut Building) -> Result<()> {
        let model = self.nodes.nodes[node].model;
        let rel = self.table(model)?;
        let link = self.nodes.nodes[node].link;
        let sources: Vec<u16> = link.map(|link| link.source.clone()).unwrap_or_default();
        let parent = self.nodes.nodes[node].parent.and_then(|parent| rows.rel(parent));
        let parent_column = move |ir: &mut relata_ir::Ir, attribute: u16| match parent {
            Some(parent) if by_table => ir.column(parent, attribute),
            _ => {
                let place = sources.iter().position(|&source| source == attribute).unwrap_or_default();
                ir.column(keys, 1 + place as u16)
            }
        };
        let mut target = self.building(rel);
        let on = self.link_conditions(node, rel, &mut target, &parent_column)?;
        match self.nodes.nodes[node].junction {
            None => {
                let on = self.ir.and(&on);
                rows.joins.push(Join { kind: JoinKind::Inner, rel, on });
            }
            Some(_) => {
                // keys, junction, target: each names what is to its left.
                let junction = target.joins[0];
                let on = self.ir.and(&on);
                rows.joins.push(Join { kind: JoinKind::Inner, rel: junction.rel, on });
                rows.joins.push(Join { kind: JoinKind::Inner, rel, on: junction.on });
                rows.bound.append(&mut target.bound);
            }
        }
        self.built(target);
        self.keep_children(node, rel, rows)
    }

    /// What decides which rows of a node at hand are kept.
    fn keep_children(&mut self, node: usize, rel: RelId, rows: &mut Building) -> Result<()> {
        rows.bound.push((node, rel));
        let mut required = Vec::new();
        self.join_shown(node, true, rows, &mut required)?;
        self.filter_rows(node, rel, rows, &required)?;
        for owner in self.nodes.nodes[node].owners.clone() {
            let kept = self.kept_by(owner, rows)?;
            rows.filters.extend(kept);
        }
        Ok(())
    }
}
