//! Grouped queries: from combinations of rows to groups (rule 7).

use std::collections::{BTreeSet, HashSet};

use relata::request::doc::{ExprDoc, FindDoc, WhereDoc};
use relata::schema::Value;
use serde_json::Value as Json;

use super::{
    Answer, Evaluator,
    arrange::{Page, Ranked, directions},
    combine::{Combination, Instance, Reach},
    compare::{refuse_json, same_cells},
    expression::Env,
    names::{has_aggregate, tested},
    tree::{ROOT, Select},
};

/// What a grouped query is made of, with its aliases resolved.
struct Frame {
    keys: Vec<ExprDoc>,
    having: Option<WhereDoc>,
    /// The nodes whose combinations the query ranges over.
    named: BTreeSet<usize>,
}

/// One group.
struct Group<'t> {
    /// The values of the group keys.
    keys: Vec<Value>,
    /// A combination that has those values.
    first: Combination<'t>,
    /// Everything in the group.
    rows: Vec<Combination<'t>>,
}

impl<'t> Group<'t> {
    fn env(&self) -> Env<'_, 't> {
        Env { base: ROOT, rows: &self.first, group: Some(&self.rows) }
    }
}

impl Evaluator<'_> {
    /// Whether a find answers groups and not rows.
    pub(super) fn is_grouped(&self, find: &FindDoc) -> bool {
        let aggregates = self.tree.nodes[ROOT].select.iter().any(|select| has_aggregate(&select.expr));
        !find.group.is_empty() || find.having.is_some() || aggregates
    }

    /// A grouped find: how many groups there are, and the page of them with exactly the attributes asked for.
    pub(super) fn find_grouped<'t>(
        &self,
        find: &FindDoc,
        roots: &'t [Instance<'t>],
    ) -> Result<(usize, Answer), String> {
        let root = &self.tree.nodes[ROOT];
        if find.lock.is_some() {
            return Err("groups are not locked".to_owned());
        }
        if root.edges.iter().any(|&edge| self.tree.shown(edge)) {
            return Err("a grouped query shows no include: give it attributes: []".to_owned());
        }
        let columns = &root.select;
        let exprs: Vec<&ExprDoc> = columns.iter().map(|column| &column.expr).collect();
        let frame = self.frame(find, &exprs)?;
        if find.distinct {
            for item in &root.order {
                if !self.is_selected(item)? {
                    return Err("distinct rows are ordered by what is selected only".to_owned());
                }
            }
        }
        let mut rows: Vec<(Vec<Value>, Group<'t>)> = Vec::new();
        for group in self.groups(&frame, roots)? {
            let cells = self.cells_of(&group, columns)?;
            if find.distinct {
                refuse_json(&cells)?;
                if rows.iter().any(|(seen, _)| same_cells(seen, &cells)) {
                    continue;
                }
            }
            rows.push((cells, group));
        }
        let count = rows.len();
        let mut keyed = Vec::new();
        for (cells, group) in rows {
            // Without `distinct` the group keys tell rows apart, with it the selected cells do.
            let unique = if find.distinct { cells.clone() } else { group.keys.clone() };
            keyed.push((group, unique, cells));
        }
        let ranked = self.page_of_groups(find, keyed)?;
        let mut shown = Vec::new();
        for cells in &ranked.rows {
            let mut fields = Vec::new();
            for (column, cell) in columns.iter().zip(cells) {
                fields.push((column.key.clone(), self.scalar(ROOT, &column.expr, cell)?));
            }
            shown.push(Answer::Object(fields));
        }
        Ok((count, Answer::List { rows: shown, ranks: ranked.ranks }))
    }

    /// `count` with a group: the keys of each group and how many roots it has. Rule 6 lets `count` count root rows, so
    /// a root that is in a group by several children is one.
    pub(super) fn count_groups<'t>(&self, find: &FindDoc, roots: &'t [Instance<'t>]) -> Result<Answer, String> {
        let mut names = Vec::new();
        for key in &find.group {
            names.push(match key {
                ExprDoc::Column(path) => path.join("."),
                ExprDoc::Alias(name) => name.clone(),
                _ => return Err("a group that is counted has a name".to_owned()),
            });
        }
        let frame = self.frame(find, &[])?;
        let mut keyed = Vec::new();
        for group in self.groups(&frame, roots)? {
            let counted: HashSet<u32> =
                group.rows.iter().filter_map(|rows| rows[ROOT]).map(|root| root.serial).collect();
            let mut fields = Vec::new();
            for ((name, expr), value) in names.iter().zip(&frame.keys).zip(&group.keys) {
                fields.push((name.clone(), self.scalar(ROOT, expr, value)?));
            }
            fields.push(("count".to_owned(), Answer::Scalar(Json::from(counted.len()))));
            let unique = group.keys.clone();
            keyed.push((group, unique, Answer::Object(fields)));
        }
        let Ranked { rows, ranks } = self.page_of_groups(find, keyed)?;
        Ok(Answer::List { rows, ranks })
    }

    /// Resolves aliases, and checks that every expression has one value for a whole group.
    fn frame(&self, find: &FindDoc, columns: &[&ExprDoc]) -> Result<Frame, String> {
        let mut keys = Vec::new();
        for key in &find.group {
            let key = self.tree.group_expression(key)?;
            if has_aggregate(&key) {
                return Err("a group key is no aggregate".to_owned());
            }
            keys.push(key);
        }
        let having = find.having.as_ref().map(|having| self.tree.having(having)).transpose()?;
        let mut exprs = columns.to_vec();
        if let Some(having) = &having {
            tested(having, &mut exprs);
        }
        let mut named = BTreeSet::new();
        for expr in exprs.iter().copied().chain(&keys) {
            named.extend(self.tree.named(ROOT, expr)?);
            if !self.tree.is_of_group(expr, &keys)? {
                return Err("beside an aggregate or a group stand group keys and aggregates only".to_owned());
            }
        }
        for item in &self.tree.nodes[ROOT].order {
            if !item.named.is_subset(&named) || !self.tree.is_of_group(&item.expr, &keys)? {
                return Err("groups are ordered by group keys and by aggregates of what is named".to_owned());
            }
        }
        self.tree.one_chain(&named)?;
        Ok(Frame { keys, having, named })
    }

    /// The groups that `having` keeps. Without group keys there is one group, also of no rows.
    fn groups<'t>(&self, frame: &Frame, roots: &'t [Instance<'t>]) -> Result<Vec<Group<'t>>, String> {
        let mut groups: Vec<Group<'t>> = Vec::new();
        if frame.keys.is_empty() {
            groups.push(Group { keys: Vec::new(), first: self.nothing(), rows: Vec::new() });
        }
        for root in roots {
            let start = self.with(&self.nothing(), root);
            for rows in self.combinations(start, &frame.named, Reach::All)? {
                let mut keys = Vec::new();
                for key in &frame.keys {
                    keys.push(self.tree.value(key, None, &Env::of(ROOT, &rows))?);
                }
                refuse_json(&keys)?;
                match groups.iter_mut().find(|group| same_cells(&group.keys, &keys)) {
                    Some(group) => group.rows.push(rows),
                    None => groups.push(Group { keys, first: rows.clone(), rows: vec![rows] }),
                }
            }
        }
        let mut kept = Vec::new();
        for group in groups {
            let holds = match &frame.having {
                Some(having) => self.tree.holds(having, &group.env())?,
                None => Some(true),
            };
            if holds == Some(true) {
                kept.push(group);
            }
        }
        Ok(kept)
    }

    fn cells_of(&self, group: &Group<'_>, columns: &[Select]) -> Result<Vec<Value>, String> {
        columns.iter().map(|column| self.tree.value(&column.expr, None, &group.env())).collect()
    }

    /// Orders groups and cuts their page; limit counts groups. Each comes with what tells it apart and what is shown.
    fn page_of_groups<T>(&self, find: &FindDoc, groups: Vec<(Group<'_>, Vec<Value>, T)>) -> Result<Ranked<T>, String> {
        let page = Page::of(find);
        let items = &self.tree.nodes[ROOT].order;
        let mut unique_length = 0;
        let mut keyed = Vec::new();
        for (group, unique, shown) in groups {
            let mut keys = Vec::new();
            for item in items {
                keys.push(self.tree.value(&item.expr, None, &group.env())?);
            }
            refuse_json(&keys)?;
            if page.cuts() {
                unique_length = unique.len();
                keys.extend(unique);
            }
            keyed.push((keys, shown));
        }
        Ok(self.arrange(keyed, &directions(items, unique_length), page))
    }
}
