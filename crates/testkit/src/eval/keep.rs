//! Which rows are kept, and which children each of them has (rules 1 and 2).

use std::collections::{BTreeSet, HashSet};

use relata::request::doc::WhereDoc;
use relata::schema::{Datum, Value};

use super::{
    Evaluator,
    combine::{Instance, Reach},
    compare::compare,
    expression::Env,
    tree::ROOT,
};

/// The nodes that a condition names, and the instances that take part in what makes it true.
type Witnesses = (BTreeSet<usize>, HashSet<u32>);

impl<'a> Evaluator<'a> {
    /// The root rows that the request keeps, each with its children on every edge.
    pub(super) fn roots(&self) -> Result<Vec<Instance<'a>>, String> {
        let mut kept = Vec::new();
        for row in self.rows_at(ROOT)? {
            kept.extend(self.keep(ROOT, row, None)?);
        }
        Ok(kept)
    }

    /// All rows of the model at a node.
    fn rows_at(&self, node: usize) -> Result<&'a [Vec<Value>], String> {
        let model = &self.tree.nodes[node].model;
        let data = self.data;
        let rows: &'a [Vec<Value>] = match data.tables.get(&model.name) {
            Some(rows) => rows,
            None => &[],
        };
        if rows.iter().any(|row| row.len() != model.attributes.len()) {
            return Err(format!("a row of {} has not as many cells as the model has attributes", model.name));
        }
        Ok(rows)
    }

    /// A row at a node with its children, if it is kept there: its own conditions hold, and every required edge below
    /// has a child.
    fn keep(
        &self,
        at: usize,
        row: &'a [Value],
        junction: Option<Instance<'a>>,
    ) -> Result<Option<Instance<'a>>, String> {
        let node = &self.tree.nodes[at];
        let deleted = node.model.paranoid.is_some_and(|cell| row[usize::from(cell)] != Datum::Null);
        if deleted && node.paranoid {
            return Ok(None);
        }
        if let Some(edge) = &node.edge
            && !in_scope(row, &edge.scope)?
        {
            return Ok(None);
        }
        let serial = self.serial.get();
        self.serial.set(serial + 1);
        let mut instance = Instance { serial, node: at, row, junction: junction.map(Box::new), children: Vec::new() };
        for &below in &node.edges {
            let children = self.children(below, row)?;
            let required = self.tree.nodes[below].edge.as_ref().is_some_and(|edge| edge.required);
            if required && children.is_empty() {
                return Ok(None);
            }
            instance.children.push((below, children));
        }
        if let Some(filter) = node.filter {
            let Some((named, witnesses)) = self.witnesses(&instance, filter)? else { return Ok(None) };
            restrict(&mut instance, &named, &witnesses);
        }
        Ok(Some(instance))
    }

    /// The children of a row on an edge, as rule 1 has them. Through a junction a child is a pair, so one target row
    /// stands here as often as junction rows lead to it.
    fn children(&self, at: usize, parent: &'a [Value]) -> Result<Vec<Instance<'a>>, String> {
        let Some(edge) = &self.tree.nodes[at].edge else { return Ok(Vec::new()) };
        let link = edge.link;
        let mut children = Vec::new();
        match (&link.through, edge.junction) {
            (None, None) => {
                for row in self.rows_at(at)? {
                    if linked(parent, &link.source, row, &link.target)? {
                        children.extend(self.keep(at, row, None)?);
                    }
                }
            }
            (Some(through), Some(junction)) => {
                for between in self.rows_at(junction)? {
                    if !linked(parent, &link.source, between, &through.source)? {
                        continue;
                    }
                    let Some(pair) = self.keep(junction, between, None)? else { continue };
                    for row in self.rows_at(at)? {
                        if linked(between, &through.target, row, &link.target)? {
                            children.extend(self.keep(at, row, Some(pair.clone()))?);
                        }
                    }
                }
            }
            _ => return Err("a junction without keys, or keys without a junction".to_owned()),
        }
        Ok(children)
    }

    /// The nodes that a condition names and the instances in those combinations that make it true; `None` where no
    /// combination does (rule 2). A condition that names no edge has one combination: the row alone.
    fn witnesses(&self, instance: &Instance<'a>, filter: &WhereDoc) -> Result<Option<Witnesses>, String> {
        let named = self.tree.named_by(instance.node, filter)?;
        let mut witnesses = HashSet::new();
        for rows in self.combinations(self.with(&self.nothing(), instance), &named, Reach::All)? {
            if self.tree.holds(filter, &Env::of(instance.node, &rows))? == Some(true) {
                witnesses.extend(rows.iter().flatten().map(|instance| instance.serial));
            }
        }
        Ok(if witnesses.is_empty() { None } else { Some((named, witnesses)) })
    }
}

/// Leaves on the named edges only the children in a combination that made the condition true.
fn restrict(instance: &mut Instance<'_>, named: &BTreeSet<usize>, witnesses: &HashSet<u32>) {
    for (node, children) in &mut instance.children {
        if named.contains(&*node) {
            children.retain(|child| witnesses.contains(&child.serial));
            for child in children.iter_mut() {
                restrict(child, named, witnesses);
            }
        }
    }
}

/// Whether the association's scope holds. NULL in a scope is a test for NULL.
fn in_scope(row: &[Value], scope: &[(usize, Value)]) -> Result<bool, String> {
    for (cell, wanted) in scope {
        let holds = match wanted {
            Datum::Null => row[*cell] == Datum::Null,
            _ => compare(&row[*cell], wanted)?.is_some_and(|order| order.is_eq()),
        };
        if !holds {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether all parts of a key are equal. A key with NULL in it links nothing.
fn linked(left: &[Value], left_key: &[u16], right: &[Value], right_key: &[u16]) -> Result<bool, String> {
    for (&l, &r) in left_key.iter().zip(right_key) {
        if !compare(&left[usize::from(l)], &right[usize::from(r)])?.is_some_and(|order| order.is_eq()) {
            return Ok(false);
        }
    }
    Ok(true)
}
