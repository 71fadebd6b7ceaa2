//! Queries within a document, and rows of several expressions that are compared at once.

use relata_schema::{Datum, ErrorKind, ModelView, Result, SqlType, datum_from_json};
use serde_json::Value as Json;

use super::{
    ast::*,
    encode::encode_query,
    encode_expr::{Out, Scope, comparison},
};
use crate::{BindList, Request};

impl Scope<'_> {
    /// A query within the request, about the rows of a model.
    pub(super) fn query(&self, doc: &RequestDoc, model: ModelView<'_>) -> Result<Request<'static>> {
        let root = model.sibling(&doc.model).map_err(|error| error.at(&self.path))?;
        encode_query(doc, root, model).map_err(|error| error.at(format!("{}.query", self.path)))
    }

    /// Several expressions, compared with as many others at once.
    pub(super) fn row_test(
        &self,
        members: &[ExprDoc],
        op: OpDoc,
        right: &OperandDoc,
        out: Out<'_, '_, '_>,
    ) -> Result<()> {
        let width = u8::try_from(members.len())
            .ok()
            .filter(|width| (2..=16).contains(width))
            .ok_or_else(|| self.error(ErrorKind::Request, "a row has 2 to 16 members"))?;
        let types: Vec<SqlType> = members
            .iter()
            .map(|member| {
                let message = "a member of a row on the left side is an attribute or another expression with a type";
                self.type_of(member, out.model)?.ok_or_else(|| self.error(ErrorKind::Request, message))
            })
            .collect::<Result<_>>()?;
        let of_width = |values: &Json| match values {
            Json::Array(values) if values.len() == members.len() => Ok(values.clone()),
            _ => {
                Err(self
                    .error(ErrorKind::Request, format!("a row of {width} is compared with an array of as many values")))
            }
        };
        let value =
            |value: &Json, ty: &SqlType| match datum_from_json(value, ty).map_err(|error| error.at(&self.path))? {
                Datum::Null => Err(self
                    .error(ErrorKind::Request, "a row is compared with no NULL")
                    .help("test for NULL beside it")),
                value => Ok(value),
            };
        match (op, right) {
            (OpDoc::In | OpDoc::NotIn, OperandDoc::Expr(ExprDoc::Query(query))) => {
                let query = self.query(query, out.model)?;
                let start = out.test();
                out.row(width);
                members.iter().try_for_each(|member| self.expression(member, out, None))?;
                out.in_query(start, op == OpDoc::NotIn, &query).map_err(|error| error.at(&self.path))
            }
            (OpDoc::In | OpDoc::NotIn, OperandDoc::List(rows) | OperandDoc::Value(Json::Array(rows))) => {
                if rows.is_empty() {
                    out.constant(op == OpDoc::NotIn);
                    return Ok(());
                }
                let rows: Vec<Vec<Json>> = rows.iter().map(of_width).collect::<Result<_>>()?;
                out.in_rows(op == OpDoc::NotIn, rows.len()).map_err(|error| error.at(&self.path))?;
                out.row(width);
                members.iter().try_for_each(|member| self.expression(member, out, None))?;
                for (place, ty) in types.iter().enumerate() {
                    let values = rows.iter().map(|row| value(&row[place], ty)).collect::<Result<_>>()?;
                    out.column_of_rows(BindList::Data(values));
                }
                Ok(())
            }
            (_, OperandDoc::Quantified { .. }) => {
                let message = "a row is compared with any or all rows of a query by = any and <> all only";
                Err(self.error(ErrorKind::Unsupported, message).help("write {\"in\": {\"query\": ...}}"))
            }
            (op, right) => {
                let Ok(comparison) = comparison(op) else {
                    return Err(self.error(ErrorKind::Request, format!("\"{}\" is not asked of a row", op.name())));
                };
                out.compare(comparison as u8);
                out.row(width);
                members.iter().try_for_each(|member| self.expression(member, out, None))?;
                out.row(width);
                match right {
                    OperandDoc::Expr(ExprDoc::Row(others)) if others.len() == members.len() => {
                        others.iter().zip(&types).try_for_each(|(other, ty)| self.expression(other, out, Some(ty)))
                    }
                    OperandDoc::Value(values) => of_width(values)?.iter().zip(&types).try_for_each(|(json, ty)| {
                        out.value_of(ty.kind(), value(json, ty)?);
                        Ok(())
                    }),
                    _ => {
                        Err(self.error(ErrorKind::Request, "a row is compared with an array of values or another row"))
                    }
                }
            }
        }
    }

    /// The type of the one value of a query.
    pub(super) fn type_of_query(&self, query: &RequestDoc, model: ModelView<'_>) -> Result<Option<SqlType>> {
        let root = model.sibling(&query.model).map_err(|error| error.at(&self.path))?;
        let view = root.view();
        let inner =
            Scope { path: format!("{}.query", self.path), aliases: &[], includes: &query.find.include, outer: None };
        let attribute = |name: &str| {
            let index = view.require_attribute(name).map_err(|error| error.at(&inner.path))?;
            Ok(view.attributes[usize::from(index)].ty.clone())
        };
        Ok(match (&query.call, &query.find.attributes) {
            (CallDoc::Count, _) => Some(SqlType::BigInt),
            (CallDoc::Aggregate { function, .. }, _) if function == "avg" => Some(SqlType::Double),
            (CallDoc::Aggregate { function, .. }, _) if function == "count" => Some(SqlType::BigInt),
            (CallDoc::Aggregate { function, attribute: name }, _) => {
                let ty: SqlType = attribute(name)?;
                Some(if function == "sum" && ty.kind().is_integer() { SqlType::BigInt } else { ty })
            }
            (_, Some(AttributesDoc::List(items))) => match items.as_slice() {
                [SelectDoc::Name(name)] => Some(attribute(name)?),
                [SelectDoc::Aliased(expr, _)] => {
                    // What stands around it is a row of this model.
                    Scope { outer: Some(model), ..inner }.type_of(expr, view)?
                }
                _ => None,
            },
            _ => None,
        })
    }
}
