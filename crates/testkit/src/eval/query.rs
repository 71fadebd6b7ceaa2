//! Queries within a request: each is a request of its own, evaluated anew for every row that it is asked for.

use std::{cell::Cell, cmp::Ordering};

use relata::request::doc::{CallDoc, ExprDoc, OpDoc, OperandDoc, RequestDoc};
use relata::schema::{Datum, SqlType, Value, datum_from_json};
use serde_json::Value as Json;

use super::{
    Evaluator,
    compare::compare,
    condition::{Truth, and, not},
    expression::{Env, literal},
    tree::{ROOT, Tree},
};

/// A row outside of a query: the model, and its cells.
#[derive(Clone)]
pub(super) struct Outside {
    pub(super) model: String,
    pub(super) row: Option<Vec<Value>>,
}

impl Tree<'_> {
    /// The tree of a query that is asked for a row.
    fn within<'q>(&'q self, query: &'q RequestDoc, outside: Outside) -> Result<Tree<'q>, String> {
        let outer = self.outer.iter().cloned().chain([outside]).collect();
        Tree::build(query, self.models, self.data, self.semantics, outer)
    }

    fn here(&self, env: &Env<'_, '_>) -> Outside {
        let row = env.rows[env.base].map(|instance| instance.row.to_vec());
        Outside { model: self.nodes[env.base].model.name.clone(), row }
    }

    /// The rows of a query, each the values of what it selects.
    pub(super) fn rows_of(&self, query: &RequestDoc, env: &Env<'_, '_>) -> Result<Vec<Vec<Value>>, String> {
        let tree = self.within(query, self.here(env))?;
        let types = types_of(&tree, query)?;
        let evaluator = Evaluator { tree, data: self.data, semantics: self.semantics, serial: Cell::new(0) };
        let roots = evaluator.roots()?;
        let answer = evaluator.call(query, &roots)?.to_json();
        let rows = match answer {
            Json::Array(rows) => rows,
            frame => vec![frame],
        };
        let value = |json: &Json, ty: &SqlType| datum_from_json(json, ty).map_err(|error| error.to_string());
        rows.iter()
            .map(|row| {
                let Json::Object(row) = row else { return Err("a row is an object".to_owned()) };
                row.values().zip(&types).map(|(json, ty)| value(json, ty)).collect()
            })
            .collect()
    }

    /// The type of the one value of a query.
    pub(super) fn type_of_query(&self, base: usize, query: &RequestDoc) -> Result<Option<SqlType>, String> {
        let tree = self.within(query, Outside { model: self.nodes[base].model.name.clone(), row: None })?;
        Ok(types_of(&tree, query)?.into_iter().next())
    }

    pub(super) fn outer_value(&self, name: &str) -> Result<Value, String> {
        let (outside, cell) = self.outer_cell(name)?;
        Ok(outside.row.as_ref().map_or(Datum::Null, |row| row[cell].clone()))
    }

    pub(super) fn outer_type(&self, name: &str) -> Result<SqlType, String> {
        let (outside, cell) = self.outer_cell(name)?;
        let model = self.models.view(&outside.model).ok_or("a row outside has no model")?;
        Ok(model.attributes[cell].ty.clone())
    }

    fn outer_cell(&self, name: &str) -> Result<(&Outside, usize), String> {
        let outside = self.outer.last().ok_or("there is no row outside of a request")?;
        let model = self.models.view(&outside.model).ok_or("a row outside has no model")?;
        let cell = model.attribute(name).ok_or_else(|| format!("there is no attribute {name}"))?;
        Ok((outside, usize::from(cell)))
    }

    /// Whether values are among the rows of a query, in three-valued logic.
    pub(super) fn in_query(&self, left: &[Value], query: &RequestDoc, env: &Env<'_, '_>) -> Result<Truth, String> {
        let mut truth = Some(false);
        for row in self.rows_of(query, env)? {
            truth = not(and(not(truth), not(equal(left, &row)?)));
        }
        Ok(truth)
    }

    /// Whether a value compares so with any, or with all, of the rows of a query, in three-valued logic.
    pub(super) fn quantified(
        &self,
        left: &Value,
        op: OpDoc,
        all: bool,
        query: &RequestDoc,
        env: &Env<'_, '_>,
    ) -> Result<Truth, String> {
        let accepts: fn(Ordering) -> bool = match op {
            OpDoc::Eq => Ordering::is_eq,
            OpDoc::Ne => Ordering::is_ne,
            OpDoc::Gt => Ordering::is_gt,
            OpDoc::Gte => Ordering::is_ge,
            OpDoc::Lt => Ordering::is_lt,
            OpDoc::Lte => Ordering::is_le,
            other => return Err(format!("{} is not asked of the values of a query", other.name())),
        };
        let mut truth = Some(all);
        for row in self.rows_of(query, env)? {
            let [value] = row.as_slice() else { return Err("a value is compared with a row".to_owned()) };
            let holds = compare(left, value)?.map(accepts);
            truth = if all { and(truth, holds) } else { not(and(not(truth), not(holds))) };
        }
        Ok(truth)
    }

    /// A test whose left side is a row.
    pub(super) fn row_test(
        &self,
        members: &[ExprDoc],
        op: OpDoc,
        right: &OperandDoc,
        env: &Env<'_, '_>,
    ) -> Result<Truth, String> {
        let types: Vec<SqlType> = members
            .iter()
            .map(|member| self.type_of(env.base, member)?.ok_or_else(|| "a value alone is no member".to_owned()))
            .collect::<Result<_, String>>()?;
        let left: Vec<Value> = members.iter().map(|member| self.value(member, None, env)).collect::<Result<_, _>>()?;
        let values = |json: &Json| -> Result<Vec<Value>, String> {
            let values =
                json.as_array().filter(|values| values.len() == types.len()).ok_or("a row has other members")?;
            values.iter().zip(&types).map(|(value, ty)| literal(value, Some(ty))).collect()
        };
        match (op, right) {
            (OpDoc::In | OpDoc::NotIn, OperandDoc::Expr(ExprDoc::Query(query))) => self.in_query(&left, query, env),
            (OpDoc::In | OpDoc::NotIn, OperandDoc::List(rows) | OperandDoc::Value(Json::Array(rows))) => {
                let mut truth = Some(false);
                for row in rows {
                    truth = not(and(not(truth), not(equal(&left, &values(row)?)?)));
                }
                Ok(truth)
            }
            (op, OperandDoc::Value(json)) => ordered(&left, &values(json)?, op),
            (op, OperandDoc::Expr(ExprDoc::Row(others))) => {
                let right: Vec<Value> = others
                    .iter()
                    .zip(&types)
                    .map(|(other, ty)| self.value(other, Some(ty), env))
                    .collect::<Result<_, _>>()?;
                ordered(&left, &right, op)
            }
            _ => Err("a row is compared with a row".to_owned()),
        }
    }
}

fn types_of(tree: &Tree<'_>, query: &RequestDoc) -> Result<Vec<SqlType>, String> {
    match &query.call {
        CallDoc::Count => Ok(vec![SqlType::BigInt]),
        CallDoc::Aggregate { function, attribute } => {
            let args = vec![ExprDoc::Column(vec![attribute.clone()])];
            let expr = ExprDoc::Function { name: function.clone(), args, distinct: false };
            tree.type_of(ROOT, &expr)?.map(|ty| vec![ty]).ok_or_else(|| "an aggregate has a type".to_owned())
        }
        _ => tree.nodes[ROOT]
            .select
            .iter()
            .map(|select| tree.type_of(ROOT, &select.expr)?.ok_or_else(|| "a value alone is selected".to_owned()))
            .collect(),
    }
}

/// Each pair is equal: false where any is not, whatever the others are.
fn equal(left: &[Value], right: &[Value]) -> Result<Truth, String> {
    let mut truth = Some(true);
    for (left, right) in left.iter().zip(right) {
        truth = and(truth, compare(left, right)?.map(Ordering::is_eq));
    }
    Ok(truth)
}

/// The first pair that differs decides; a NULL before it leaves it unknown.
fn ordered(left: &[Value], right: &[Value], op: OpDoc) -> Result<Truth, String> {
    let accepts = match op {
        OpDoc::Eq | OpDoc::Ne => return equal(left, right),
        OpDoc::Gt => Ordering::is_gt,
        OpDoc::Gte => Ordering::is_ge,
        OpDoc::Lt => Ordering::is_lt,
        OpDoc::Lte => Ordering::is_le,
        other => return Err(format!("{} is not asked of a row", other.name())),
    };
    for (left, right) in left.iter().zip(right) {
        match compare(left, right)? {
            None => return Ok(None),
            Some(Ordering::Equal) => {}
            Some(ordering) => return Ok(Some(accepts(ordering))),
        }
    }
    Ok(Some(accepts(Ordering::Equal)))
}
