//! The answer of a find: what is shown of the kept rows, in the order asked for.

use relata::request::doc::ExprDoc;
use relata::schema::{Value, datum_to_json};
use serde_json::Value as Json;

use super::{
    Answer, Evaluator,
    arrange::Page,
    combine::{Combination, Instance, Reach},
    expression::Env,
};

impl Evaluator<'_> {
    /// The rows of one list, ordered and cut as its node says.
    pub(super) fn list<'t>(
        &self,
        node: usize,
        instances: &'t [Instance<'t>],
        above: &Combination<'t>,
    ) -> Result<Answer, String> {
        let here = &self.tree.nodes[node];
        let page = Page { limit: here.limit, offset: here.offset };
        let arranged = self.arranged(node, instances, above, page, false)?;
        let mut rows = Vec::new();
        for instance in arranged.rows {
            rows.push(self.object(instance, above)?);
        }
        Ok(Answer::List { rows, ranks: arranged.ranks })
    }

    /// One row: its attributes, the junction's row under the junction's name, then the includes.
    pub(super) fn object<'t>(&self, instance: &'t Instance<'t>, above: &Combination<'t>) -> Result<Answer, String> {
        let node = &self.tree.nodes[instance.node];
        let rows = self.with(above, instance);
        let mut fields = Vec::new();
        for select in &node.select {
            let value = self.selected(instance.node, &select.expr, &rows)?;
            fields.push((select.key.clone(), self.scalar(instance.node, &select.expr, &value)?));
        }
        if let Some(junction) = instance.junction.as_deref() {
            let through = &self.tree.nodes[junction.node];
            if !through.select.is_empty() {
                fields.push((through.model.name.clone(), self.object(junction, &rows)?));
            }
        }
        for &edge in node.edges.iter().filter(|&&edge| self.tree.shown(edge)) {
            let children = instance.at(edge);
            let answer = if self.tree.to_many(edge) {
                self.list(edge, children, &rows)?
            } else {
                match self.least(edge, children)? {
                    Some(child) => self.object(child, &rows)?,
                    None => Answer::Scalar(Json::Null),
                }
            };
            fields.push((self.tree.key(edge).to_owned(), answer));
        }
        Ok(Answer::Object(fields))
    }

    /// The value of one selected expression for the row at `base`. A path stands for one value, so every edge on it
    /// has to be to-one.
    pub(super) fn selected(&self, base: usize, expr: &ExprDoc, rows: &Combination<'_>) -> Result<Value, String> {
        let named = self.tree.named(base, expr)?;
        if let Some(&many) = named.iter().find(|&&node| self.tree.to_many(node)) {
            return Err(format!("{} has many values for one row: group, or include it", self.tree.key(many)));
        }
        match self.combinations(rows.clone(), &named, Reach::Shown)?.as_slice() {
            [rows] => self.tree.value(expr, None, &Env::of(base, rows)),
            _ => Err("a to-one path with several values".to_owned()),
        }
    }

    /// A value in the form of the answer, which its type decides.
    pub(super) fn scalar(&self, base: usize, expr: &ExprDoc, value: &Value) -> Result<Answer, String> {
        let ty = self.tree.type_of(base, expr)?;
        Ok(Answer::Scalar(datum_to_json(value, ty.and_then(|ty| ty.scale()))))
    }
}
