//! A statement of its own for an edge, fed with keys.

use relata_ir::{BindDef, Join, JoinKind, Limit, Page, PageScope, RelSource, Source, Transform};
use relata_schema::Result;

use super::{Building, Lowering};
use crate::plan::{Loading, Step};

impl Lowering<'_, '_> {
    pub(super) fn child(&mut self, node: usize, number: usize) -> Result<Step> {
        let Some(place) = self.feeds.iter().position(|(fed, _)| *fed == node) else {
            return Err(relata_schema::Error::internal("a statement has no keys to be fed with"));
        };
        let (_, feed) = self.feeds.swap_remove(place);
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
        let mut order = self.order_of(node, &mut rows)?;
        self.join_selected(node, &mut rows)?;
        // Column 0 is the number of the key, by which rows find their parents.
        rows.columns.push(self.ir.column(keys, 0));
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
            let mut identity = vec![0];
            identity.extend(self.identify(node, &mut rows)?);
            self.slots[slot].identity = identity;
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
        Ok(self.step(root, slot, Some(feed)))
    }

    /// Where wheres above decide on the rows: joins the rows of the whole chain by their keys. The flag says that the
    /// parent's columns are in its table, and not in the keys.
    fn join_chain(&mut self, node: usize, keys: relata_ir::RelId, rows: &mut Building) -> Result<bool> {
        let Some(chain) = self.chain(node) else { return Ok(false) };
        let mut column = 1;
        for above in chain {
            let model = self.nodes.nodes[above].model;
            let rel = self.table(model);
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

    fn join_children(
        &mut self,
        node: usize,
        keys: relata_ir::RelId,
        by_table: bool,
        rows: &mut Building,
    ) -> Result<()> {
        let model = self.nodes.nodes[node].model;
        let rel = self.table(model);
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
        rows.bound.push((node, rel));
        let mut required = Vec::new();
        self.join_shown(node, true, rows, &mut required)?;
        let conditions = self.row_conditions(node, rel, rows, &required)?;
        rows.filters.extend(conditions);
        for owner in self.nodes.nodes[node].owners.clone() {
            let kept = self.kept_by(owner, rows)?;
            rows.filters.extend(kept);
        }
        Ok(())
    }
}
