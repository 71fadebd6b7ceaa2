//! Order, rank and page (rules 3 to 5).

use std::cmp::Ordering;

use relata::request::doc::{FindDoc, NullsDoc};
use relata::schema::{Datum, Value};

use super::{
    Evaluator,
    combine::{Combination, Instance, Reach},
    compare::{compare, refuse_json, sort_order},
    expression::Env,
    tree::Item,
};

/// The direction of one sort key.
#[derive(Clone, Copy)]
pub(super) struct Direction {
    descending: bool,
    nulls: Option<NullsDoc>,
}

/// Limit and offset.
#[derive(Clone, Copy)]
pub(super) struct Page {
    pub(super) limit: Option<u64>,
    pub(super) offset: Option<u64>,
}

impl Page {
    /// That of the root.
    pub(super) fn of(find: &FindDoc) -> Page {
        Page { limit: find.limit, offset: find.offset }
    }

    /// Whether the rows are cut. It is decided by what is said and not by how much it is, since a request's meaning may
    /// not hang on whether its offset happens to be zero.
    pub(super) fn cuts(self) -> bool {
        self.limit.is_some() || self.offset.is_some()
    }
}

/// Rows in order, those that tie with equal ranks.
pub(super) struct Ranked<T> {
    pub(super) rows: Vec<T>,
    pub(super) ranks: Vec<u32>,
}

/// The directions of items, and ascending for the unique key behind them.
pub(super) fn directions<'i>(items: impl IntoIterator<Item = &'i Item>, unique: usize) -> Vec<Direction> {
    let of_item = |item: &'i Item| Direction { descending: item.descending, nulls: item.nulls };
    let mut directions: Vec<Direction> = items.into_iter().map(of_item).collect();
    directions.extend(std::iter::repeat_n(Direction { descending: false, nulls: None }, unique));
    directions
}

impl Evaluator<'_> {
    /// Sorts rows by their keys, ranks them, and cuts the page. Without keys all rows tie, and keep the order of the
    /// data.
    pub(super) fn arrange<T>(&self, rows: Vec<(Vec<Value>, T)>, directions: &[Direction], page: Page) -> Ranked<T> {
        let mut rows = rows;
        rows.sort_by(|(left, _), (right, _)| self.key_order(left, right, directions));
        let mut ranks = Vec::new();
        let mut rank = 0;
        for (index, (keys, _)) in rows.iter().enumerate() {
            if index > 0 && self.key_order(&rows[index - 1].0, keys, directions).is_ne() {
                rank += 1;
            }
            ranks.push(rank);
        }
        let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let skip = page.offset.map_or(0, number);
        let take = page.limit.map_or(usize::MAX, number);
        let shown = rows.into_iter().map(|(_, row)| row).zip(ranks).skip(skip).take(take);
        let (rows, ranks): (Vec<T>, Vec<u32>) = shown.unzip();
        Ranked { rows, ranks }
    }

    fn key_order(&self, left: &[Value], right: &[Value], directions: &[Direction]) -> Ordering {
        for ((left, right), direction) in left.iter().zip(right).zip(directions) {
            // A database for which NULL is low puts it first in ascending order and last in descending order.
            let nulls_first = match direction.nulls {
                Some(NullsDoc::First) => true,
                Some(NullsDoc::Last) => false,
                None => self.semantics.nulls_sort_low != direction.descending,
            };
            // `nulls first` is said of the list as it comes out, so descending turns the values around only.
            let order = match (left, right) {
                (Datum::Null, _) | (_, Datum::Null) => sort_order(left, right, nulls_first),
                _ if direction.descending => sort_order(right, left, nulls_first),
                _ => sort_order(left, right, nulls_first),
            };
            if order.is_ne() {
                return order;
            }
        }
        Ordering::Equal
    }

    /// The instances of one list, in order and cut. `above` has the rows that they stand below. Where the list is cut,
    /// or the caller wants the first of it, a unique key makes the order total.
    pub(super) fn arranged<'t>(
        &self,
        node: usize,
        instances: &'t [Instance<'t>],
        above: &Combination<'t>,
        page: Page,
        total: bool,
    ) -> Result<Ranked<&'t Instance<'t>>, String> {
        let items = self.items(node);
        let total = total || page.cuts();
        let mut keyed = Vec::new();
        let mut unique = 0;
        for instance in instances {
            let rows = self.with(above, instance);
            let mut keys = Vec::new();
            for item in &items {
                keys.push(self.sort_key(item, &rows)?);
            }
            if total {
                let key = self.unique_key(instance);
                unique = key.len();
                keys.extend(key);
            }
            keyed.push((keys, instance));
        }
        Ok(self.arrange(keyed, &directions(items, unique), page))
    }

    /// The items that order the rows at a node: its own, and after them those of the rows above that lead through this
    /// edge, the nearest first (rule 4: the children take the same order after their own). A to-one edge has no list to
    /// order; a has-one chooses by its own order alone.
    fn items(&self, node: usize) -> Vec<&Item> {
        let mut items: Vec<&Item> = self.tree.nodes[node].order.iter().collect();
        if self.tree.to_many(node) {
            let mut above = self.tree.nodes[node].parent;
            while let Some(ancestor) = above {
                let here = &self.tree.nodes[ancestor];
                items.extend(here.order.iter().filter(|item| item.named.contains(&node)));
                above = here.parent;
            }
        }
        items
    }

    /// The value that an item orders by. Along a to-many path that is the least or the greatest of the values, of which
    /// NULLs count only when there is nothing else.
    fn sort_key(&self, item: &Item, rows: &Combination<'_>) -> Result<Value, String> {
        let mut best = Datum::Null;
        // A path names the uncut children, those of a has-one too (rule 5).
        for rows in self.combinations(rows.clone(), &item.named, Reach::All)? {
            let value = self.tree.value(&item.expr, None, &Env::of(item.base, &rows))?;
            refuse_json(std::slice::from_ref(&value))?;
            let better = match compare(&value, &best)? {
                None => value != Datum::Null,
                Some(order) if item.descending => order.is_gt(),
                Some(order) => order.is_lt(),
            };
            if better {
                best = value;
            }
        }
        Ok(best)
    }

    /// What tells a row of a list apart: its primary key, and for a pair that of the junction too.
    fn unique_key(&self, instance: &Instance<'_>) -> Vec<Value> {
        let mut key = Vec::new();
        for part in [Some(instance), instance.junction.as_deref()].into_iter().flatten() {
            let model = &self.tree.nodes[part.node].model;
            key.extend(model.primary_key.iter().map(|&cell| part.row[usize::from(cell)].clone()));
        }
        key
    }

    /// The child that a to-one edge shows: the least by its order, then key.
    pub(super) fn least<'t>(
        &self,
        node: usize,
        children: &'t [Instance<'t>],
    ) -> Result<Option<&'t Instance<'t>>, String> {
        let page = Page { limit: None, offset: None };
        let arranged = self.arranged(node, children, &self.nothing(), page, true)?;
        Ok(arranged.rows.first().copied())
    }
}
