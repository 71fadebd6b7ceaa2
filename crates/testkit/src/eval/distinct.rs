//! `distinct`: the selected attributes without repetition (rule 7).

use relata::request::doc::{AttributesDoc, FindDoc};
use relata::schema::{Datum, Value};

use super::{
    Answer, Evaluator,
    arrange::{Page, directions},
    combine::{Combination, Instance},
    compare::{refuse_json, same_cells},
    tree::{Item, ROOT},
};

impl Evaluator<'_> {
    /// The different rows, of roots that are kept, each as its cells and one root that has them.
    pub(super) fn different<'t>(
        &self,
        find: &FindDoc,
        roots: &'t [Instance<'t>],
    ) -> Result<Vec<(Vec<Value>, &'t Instance<'t>)>, String> {
        if !matches!(&find.attributes, Some(AttributesDoc::List(list)) if !list.is_empty()) {
            return Err("distinct takes explicit attributes".to_owned());
        }
        if find.lock.is_some() {
            return Err("rows that are de-duplicated are not locked".to_owned());
        }
        for (node, here) in self.tree.nodes.iter().enumerate() {
            if self.tree.to_many(node) && here.edge.as_ref().is_some_and(|edge| edge.included) {
                return Err("distinct takes no to-many include".to_owned());
            }
        }
        for item in &self.tree.nodes[ROOT].order {
            if !self.is_selected(item)? {
                return Err("distinct rows are ordered by what is selected only".to_owned());
            }
        }
        let mut different: Vec<(Vec<Value>, &'t Instance<'t>)> = Vec::new();
        for root in roots {
            let mut cells = Vec::new();
            self.cells(ROOT, &self.with(&self.nothing(), root), &mut cells)?;
            refuse_json(&cells)?;
            if !different.iter().any(|(seen, _)| same_cells(seen, &cells)) {
                different.push((cells, root));
            }
        }
        Ok(different)
    }

    /// A find with `distinct`: how many different rows there are, and the page of them. What ends the order of a page
    /// are the selected cells, since they alone tell the rows apart.
    pub(super) fn find_distinct<'t>(
        &self,
        find: &FindDoc,
        roots: &'t [Instance<'t>],
    ) -> Result<(usize, Answer), String> {
        let different = self.different(find, roots)?;
        let count = different.len();
        let page = Page::of(find);
        let items = &self.tree.nodes[ROOT].order;
        let mut unique = 0;
        let mut keyed = Vec::new();
        for (cells, root) in different {
            let rows = self.with(&self.nothing(), root);
            let mut keys = Vec::new();
            for item in items {
                keys.push(self.selected(ROOT, &item.expr, &rows)?);
            }
            if page.cuts() {
                unique = cells.len();
                keys.extend(cells);
            }
            keyed.push((keys, root));
        }
        let ranked = self.arrange(keyed, &directions(items, unique), page);
        let mut rows = Vec::new();
        for root in ranked.rows {
            rows.push(self.object(root, &self.nothing())?);
        }
        Ok((count, Answer::List { rows, ranks: ranked.ranks }))
    }

    /// The cells that are shown of a row and of its to-one includes, which is what rows are compared by. Of an include
    /// without a child they are NULL.
    fn cells<'t>(&self, node: usize, rows: &Combination<'t>, out: &mut Vec<Value>) -> Result<(), String> {
        let here = &self.tree.nodes[node];
        for select in &here.select {
            out.push(match rows[node] {
                Some(_) => self.selected(node, &select.expr, rows)?,
                None => Datum::Null,
            });
        }
        for &edge in here.edges.iter().filter(|&&edge| self.tree.shown(edge)) {
            let child = match rows[node] {
                Some(parent) => self.least(edge, parent.at(edge))?,
                None => None,
            };
            let mut below = rows.clone();
            below[edge] = child;
            self.cells(edge, &below, out)?;
        }
        Ok(())
    }

    /// Whether an item orders by something that the rows show.
    pub(super) fn is_selected(&self, item: &Item) -> Result<bool, String> {
        let mut shown = vec![ROOT];
        while let Some(node) = shown.pop() {
            let here = &self.tree.nodes[node];
            for select in &here.select {
                if self.tree.same((item.base, &item.expr), (node, &select.expr))? {
                    return Ok(true);
                }
            }
            shown.extend(here.edges.iter().filter(|&&edge| self.tree.shown(edge)));
        }
        Ok(false)
    }
}
