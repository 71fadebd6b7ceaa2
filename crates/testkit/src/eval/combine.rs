//! Kept rows with their children, and the combinations that take one child for each of several edges.

use std::collections::BTreeSet;

use relata::schema::Value;

use super::Evaluator;

/// A row at a place in the request, with the children it has there.
///
/// One row of a table is many instances: below each parent it stands anew, because rule 2 keys what is kept by the
/// whole chain of parents.
#[derive(Clone)]
pub(super) struct Instance<'d> {
    /// Unique within the evaluation.
    pub(super) serial: u32,
    pub(super) node: usize,
    /// Its cells, in the order of the model's attributes.
    pub(super) row: &'d [Value],
    /// The row of the junction by which it is its parent's child.
    pub(super) junction: Option<Box<Instance<'d>>>,
    /// The children by the node of their edge. They are all that rules 1 and 2 keep: nothing is cut here, and a has-one
    /// may have several.
    pub(super) children: Vec<(usize, Vec<Instance<'d>>)>,
}

impl<'d> Instance<'d> {
    /// The children on an edge.
    pub(super) fn at(&self, edge: usize) -> &[Instance<'d>] {
        match self.children.iter().find(|(node, _)| *node == edge) {
            Some((_, children)) => children,
            None => &[],
        }
    }
}

/// The row that stands at each node, by the index of the node; `None` where there is none or none is needed.
pub(super) type Combination<'t> = Vec<Option<&'t Instance<'t>>>;

/// Which of the children take part in combinations.
#[derive(Clone, Copy)]
pub(super) enum Reach {
    /// All that are kept, of a has-one too: a path names the uncut children (rule 5).
    All,
    /// Of a has-one the one that is shown: where a path stands for one value, it is that row's.
    Shown,
}

impl Evaluator<'_> {
    /// A combination with no rows at all.
    pub(super) fn nothing<'t>(&self) -> Combination<'t> {
        vec![None; self.tree.nodes.len()]
    }

    /// A combination with one row more.
    pub(super) fn with<'t>(&self, above: &Combination<'t>, instance: &'t Instance<'t>) -> Combination<'t> {
        let mut rows = above.clone();
        rows[instance.node] = Some(instance);
        rows
    }

    /// Every way to choose one child for each named node, below the rows that `start` has chosen already. Where there
    /// is no child the choice is NULL, also for the nodes below; of a required edge that cannot happen, since a parent
    /// without a child there is not kept.
    pub(super) fn combinations<'t>(
        &self,
        start: Combination<'t>,
        named: &BTreeSet<usize>,
        reach: Reach,
    ) -> Result<Vec<Combination<'t>>, String> {
        let mut all = vec![start];
        // Parents have smaller indexes than their children, so a parent is always chosen before.
        for &node in named {
            let Some(parent) = self.tree.nodes[node].parent else { continue };
            let mut longer = Vec::new();
            for rows in all {
                let children = match (rows[node], rows[parent]) {
                    (Some(_), _) | (None, None) => Vec::new(),
                    (None, Some(parent)) => self.choices(node, parent, reach)?,
                };
                if children.is_empty() {
                    longer.push(rows);
                    continue;
                }
                for child in children {
                    longer.push(self.with(&rows, child));
                }
            }
            all = longer;
        }
        Ok(all)
    }

    fn choices<'t>(
        &self,
        node: usize,
        parent: &'t Instance<'t>,
        reach: Reach,
    ) -> Result<Vec<&'t Instance<'t>>, String> {
        let children = parent.at(node);
        match reach {
            Reach::Shown if self.tree.has_one(node) => Ok(self.least(node, children)?.into_iter().collect()),
            _ => Ok(children.iter().collect()),
        }
    }
}
