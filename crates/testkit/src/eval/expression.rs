//! Expressions: their types and their values.

use relata::request::doc::ExprDoc;
use relata::schema::{Datum, SqlType, Value, datum_from_json};
use serde_json::Value as Json;

use super::{combine::Combination, names::is_aggregate, tree::Tree};

/// What an expression is evaluated over.
pub(super) struct Env<'e, 't> {
    /// The node that names are relative to.
    pub(super) base: usize,
    /// The row at each node, as far as it is bound; the columns of a node without a row are NULL. Of a group, the
    /// first of its combinations, which has the values of the group keys.
    pub(super) rows: &'e Combination<'t>,
    /// What aggregates range over.
    pub(super) group: Option<&'e [Combination<'t>]>,
}

impl<'e, 't> Env<'e, 't> {
    /// Over one combination, with no group.
    pub(super) fn of(base: usize, rows: &'e Combination<'t>) -> Self {
        Env { base, rows, group: None }
    }
}

impl Tree<'_> {
    /// The type of an expression. A value alone has none: it takes the type of what it meets.
    pub(super) fn type_of(&self, base: usize, expr: &ExprDoc) -> Result<Option<SqlType>, String> {
        Ok(match expr {
            ExprDoc::Value(_) | ExprDoc::Row(_) => None,
            ExprDoc::Query(query) => self.type_of_query(base, query)?,
            ExprDoc::Outer(name) => Some(self.outer_type(name)?),
            ExprDoc::Column(path) => {
                let (node, cell) = self.resolve(base, path)?;
                Some(self.nodes[node].model.attributes[cell].ty.clone())
            }
            ExprDoc::Alias(name) => return Err(no_alias(name)),
            ExprDoc::Cast(_, target) => Some(SqlType::parse(target).map_err(|error| error.to_string())?),
            ExprDoc::Function { name, args, .. } => match (name.as_str(), args.as_slice()) {
                ("lower" | "upper" | "trim" | "concat", _) => Some(SqlType::Text),
                ("length" | "count", _) => Some(SqlType::BigInt),
                ("avg", _) => Some(SqlType::Double),
                ("sum", [arg]) => match self.type_of(base, arg)? {
                    Some(ty) if ty.kind().is_integer() => Some(SqlType::BigInt),
                    Some(SqlType::Decimal { scale, .. }) => Some(SqlType::Decimal { precision: 28, scale }),
                    Some(SqlType::Double) => Some(SqlType::Double),
                    other => return Err(format!("there is no sum of {other:?}")),
                },
                ("abs" | "min" | "max", [arg]) => self.type_of(base, arg)?,
                ("coalesce" | "add" | "sub" | "mul" | "div", _) => Some(self.common_type(base, args)?),
                _ => return Err(format!("there is no function {name} of {} arguments", args.len())),
            },
        })
    }

    /// The type that several expressions are brought to: the wider one, and that of what they are where all are values.
    pub(super) fn common_type(&self, base: usize, args: &[ExprDoc]) -> Result<SqlType, String> {
        let mut common: Option<SqlType> = None;
        for arg in args {
            if let Some(ty) = self.type_of(base, arg)? {
                common = Some(match common {
                    None => ty,
                    Some(other) => wider(other, ty)?,
                });
            }
        }
        for arg in args {
            if let (None, ExprDoc::Value(json)) = (&common, arg) {
                common = own_type(json);
            }
        }
        common.ok_or_else(|| "these values have no type".to_owned())
    }

    /// The value of an expression; `meets` is the type of what it stands against, for the sake of a value alone.
    pub(super) fn value(&self, expr: &ExprDoc, meets: Option<&SqlType>, env: &Env<'_, '_>) -> Result<Value, String> {
        match expr {
            ExprDoc::Value(json) => literal(json, meets),
            ExprDoc::Column(path) => {
                let (node, cell) = self.resolve(env.base, path)?;
                Ok(env.rows[node].map_or(Datum::Null, |instance| instance.row[cell].clone()))
            }
            ExprDoc::Alias(name) => Err(no_alias(name)),
            ExprDoc::Cast(inner, target) => self.cast(inner, target, env),
            ExprDoc::Function { name, args, distinct } if is_aggregate(name) => {
                self.aggregate(name, args, *distinct, env)
            }
            ExprDoc::Function { name, distinct: true, .. } => Err(format!("{name} is no aggregate: distinct of what?")),
            ExprDoc::Function { name, args, .. } => self.function(name, args, env),
            ExprDoc::Query(query) => {
                let rows = self.rows_of(query, env)?;
                Ok(rows.into_iter().next().and_then(|row| row.into_iter().next()).unwrap_or(Datum::Null))
            }
            ExprDoc::Outer(name) => self.outer_value(name),
            ExprDoc::Row(_) => Err("a row is no value".to_owned()),
        }
    }
}

/// Reads a value of the document as the type that it meets, or as what it looks like where it meets none.
pub(super) fn literal(json: &Json, meets: Option<&SqlType>) -> Result<Value, String> {
    if json.is_null() {
        return Ok(Datum::Null);
    }
    match meets.cloned().or_else(|| own_type(json)) {
        Some(ty) => datum_from_json(json, &ty).map_err(|error| error.to_string()),
        None => Err(format!("{json} is not one value")),
    }
}

fn own_type(json: &Json) -> Option<SqlType> {
    match json {
        Json::Bool(_) => Some(SqlType::Bool),
        Json::Number(number) if number.is_i64() => Some(SqlType::BigInt),
        Json::Number(_) => Some(SqlType::Double),
        Json::String(_) => Some(SqlType::Text),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

fn wider(left: SqlType, right: SqlType) -> Result<SqlType, String> {
    if let (SqlType::Decimal { scale: l, .. }, SqlType::Decimal { scale: r, .. }) = (&left, &right) {
        return Ok(SqlType::Decimal { precision: 28, scale: *l.max(r) });
    }
    match (width(&left), width(&right)) {
        (Some(l), Some(r)) => Ok(if l < r { right } else { left }),
        _ if left == right => Ok(left),
        // Of texts the plainest: a label of an enum and a text have no closer type in common.
        _ if left.kind() == right.kind() && matches!(left, SqlType::String(_) | SqlType::Text | SqlType::Enum(_)) => {
            Ok(SqlType::Text)
        }
        _ if left.kind() == right.kind() => Ok(if left.scale() < right.scale() { right } else { left }),
        _ => Err(format!("{left} and {right} have no type in common")),
    }
}

fn width(ty: &SqlType) -> Option<u8> {
    match ty {
        SqlType::SmallInt => Some(0),
        SqlType::Integer => Some(1),
        SqlType::BigInt => Some(2),
        SqlType::Decimal { .. } => Some(3),
        SqlType::Double => Some(4),
        _ => None,
    }
}

fn no_alias(name: &str) -> String {
    format!("the alias {name} has a meaning in order, group and having only")
}
