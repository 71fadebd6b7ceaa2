//! What is asked of the kept rows: themselves, their number, or one aggregate (rule 6).

use relata::request::doc::{CallDoc, ExprDoc, FindDoc, RequestDoc};
use serde_json::Value as Json;

use super::{Answer, Evaluator, combine::Instance, expression::Env, names::is_aggregate, tree::ROOT};

impl Evaluator<'_> {
    /// Answers a call from the kept roots.
    pub(super) fn call<'t>(&self, request: &RequestDoc, roots: &'t [Instance<'t>]) -> Result<Answer, String> {
        let find = &request.find;
        match &request.call {
            CallDoc::Find => Ok(self.find(find, roots)?.1),
            CallDoc::FindAndCount => {
                let (count, rows) = self.find(find, roots)?;
                Ok(Answer::Object(vec![number("count", count), ("rows".to_owned(), rows)]))
            }
            CallDoc::Count if !find.group.is_empty() => {
                if find.distinct {
                    return Err("a count of groups knows no distinct".to_owned());
                }
                self.count_groups(find, roots)
            }
            CallDoc::Count => {
                if find.having.is_some() {
                    return Err("having is a condition on groups".to_owned());
                }
                // Limit and offset play no part: rule 6 counts the rows of rules 1 and 2.
                let count = if find.distinct { self.different(find, roots)?.len() } else { roots.len() };
                Ok(Answer::Object(vec![number("count", count)]))
            }
            CallDoc::Aggregate { function, attribute } => self.aggregated(find, function, attribute, roots),
            CallDoc::Write(_) => Err("the evaluator answers what reads".to_owned()),
        }
    }

    /// The page of a find, and how many rows (or groups, or different rows) there are without the cut.
    fn find<'t>(&self, find: &FindDoc, roots: &'t [Instance<'t>]) -> Result<(usize, Answer), String> {
        if self.is_grouped(find) {
            self.find_grouped(find, roots)
        } else if find.distinct {
            self.find_distinct(find, roots)
        } else {
            Ok((roots.len(), self.list(ROOT, roots, &self.nothing())?))
        }
    }

    /// One aggregate over the roots. Each is taken once, whatever its includes, so the group is of roots alone.
    fn aggregated<'t>(
        &self,
        find: &FindDoc,
        function: &str,
        attribute: &str,
        roots: &'t [Instance<'t>],
    ) -> Result<Answer, String> {
        if !is_aggregate(function) || !find.group.is_empty() || find.having.is_some() {
            return Err("an aggregate is count, sum, min, max or avg, of all rows".to_owned());
        }
        let expr = ExprDoc::Function {
            name: function.to_owned(),
            args: vec![ExprDoc::Column(vec![attribute.to_owned()])],
            distinct: find.distinct,
        };
        let group: Vec<_> = roots.iter().map(|root| self.with(&self.nothing(), root)).collect();
        let nothing = self.nothing();
        let env = Env { base: ROOT, rows: &nothing, group: Some(&group) };
        let value = self.tree.value(&expr, None, &env)?;
        Ok(Answer::Object(vec![(function.to_owned(), self.scalar(ROOT, &expr, &value)?)]))
    }
}

fn number(key: &str, number: usize) -> (String, Answer) {
    (key.to_owned(), Answer::Scalar(Json::from(number)))
}
