//! Conditions and expressions of a document, written as bytes.

use std::borrow::Cow;

use relata_schema::{
    Aggregate, Comparison, Datum, Error, ErrorKind, Function, Kind, ModelView, Parameter, Pattern, Result, SqlType,
    Width, datum_from_json,
};
use serde_json::Value as Json;

use super::{ast::*, encode_question::collection_function, read_expr::JSON};
use crate::{BindList, Encoder, op};

/// What the names of a condition or expression may refer to.
pub(crate) struct Scope<'d> {
    pub path: String,
    pub aliases: &'d [&'d str],
    pub includes: &'d [IncludeDoc],
    /// The model of the row for which a query is asked.
    pub outer: Option<ModelView<'d>>,
}

pub(super) type Out<'o, 'e, 'q> = &'o mut Encoder<'e, 'q>;

impl<'d> Scope<'d> {
    /// A scope of a model alone, for trees that are given to a typed find.
    pub fn of(model: ModelView<'_>) -> Scope<'static> {
        Scope { path: model.name.clone(), aliases: &[], includes: &[], outer: None }
    }

    /// The same scope, one step deeper in the path of messages.
    pub fn part(&self, part: &str) -> Scope<'d> {
        Scope { path: format!("{}.{part}", self.path), ..*self }
    }

    pub(super) fn error(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        Error::new(kind, message).at(&self.path)
    }

    /// Conditions in a row, which all must hold: the form of the filter and having sections.
    pub fn conjuncts(&self, tree: &WhereDoc, out: Out<'_, '_, '_>) -> Result<()> {
        match tree {
            WhereDoc::All(members) => members.iter().try_for_each(|member| self.conjuncts(member, out)),
            other => self.condition(other, out),
        }
    }

    pub fn condition(&self, tree: &WhereDoc, out: Out<'_, '_, '_>) -> Result<()> {
        match tree {
            WhereDoc::All(members) | WhereDoc::Any(members) => {
                let mut mark = out.open(matches!(tree, WhereDoc::Any(_)));
                for member in members {
                    out.member(&mut mark).map_err(|error| error.at(&self.path))?;
                    self.condition(member, out)?;
                }
                out.close(mark);
                Ok(())
            }
            WhereDoc::Not(inner) => {
                out.not();
                self.condition(inner, out)
            }
            WhereDoc::Exists(query) => {
                let query = self.query(query, out.model)?;
                out.exists(&query).map_err(|error| error.at(&self.path))
            }
            WhereDoc::Test { left: ExprDoc::Row(members), op, right } => self.row_test(members, *op, right, out),
            WhereDoc::Test { left, op, right } => self.test(left, *op, right, out),
        }
    }

    pub(super) fn test(&self, left: &ExprDoc, op: OpDoc, right: &OperandDoc, out: Out<'_, '_, '_>) -> Result<()> {
        if let ExprDoc::Function { name, args, .. } = left
            && name == JSON
        {
            return match (op, right) {
                (OpDoc::In, OperandDoc::Value(Json::Array(values))) => {
                    self.json_test(args, op, &OperandDoc::List(values.clone()), out)
                }
                _ => self.json_test(args, op, right, out),
            };
        }
        let ty = self.type_of(left, out.model)?;
        let is_document = ty.as_ref().is_none_or(|ty| ty.kind() == Kind::Json);
        match op {
            OpDoc::AnyKeyExists | OpDoc::AllKeysExist => return self.json_question(left, op, right, out),
            OpDoc::Contains | OpDoc::Contained if is_document => return self.json_question(left, op, right, out),
            _ => {}
        }
        if let Some((function, swapped)) = collection_function(op) {
            let right = match right {
                OperandDoc::Value(value) => ExprDoc::Value(value.clone()),
                OperandDoc::Expr(expr) => expr.clone(),
                OperandDoc::List(_) | OperandDoc::Range(..) | OperandDoc::Quantified { .. } => {
                    return Err(self.error(ErrorKind::Request, "the operator and its value do not fit"));
                }
            };
            let (first, second) = if swapped { (&right, left) } else { (left, &right) };
            return self.collection(function, first, second, out);
        }
        if let (OpDoc::In, OperandDoc::Value(Json::Array(values))) = (op, right) {
            // On an array or a range it is one value, else it is a list.
            let holds_several = |ty: &SqlType| matches!(ty, SqlType::Array(_) | SqlType::Range(_));
            if ty.as_ref().is_some_and(holds_several) {
                return self.test(left, OpDoc::Eq, right, out);
            }
            return self.test(left, op, &OperandDoc::List(values.clone()), out);
        }
        let named = |error: Error| error.at(format!("{}.{}", self.path, label(left)));
        let start = out.test();
        match (op, right) {
            (OpDoc::Eq | OpDoc::Is, OperandDoc::Value(Json::Null)) => {
                self.expression(left, out, None)?;
                out.head(start, &[op::IS_NULL]);
            }
            (OpDoc::Ne | OpDoc::IsNot, OperandDoc::Value(Json::Null)) => {
                self.expression(left, out, None)?;
                out.head(start, &[op::NOT_NULL]);
            }
            (OpDoc::Is | OpDoc::IsNot, OperandDoc::Value(Json::Bool(truth))) => {
                if ty.as_ref().is_some_and(|ty| ty.kind() != Kind::Bool) {
                    return Err(named(Error::new(ErrorKind::TypeMismatch, "only a boolean is true or false")));
                }
                if op == OpDoc::IsNot {
                    out.not();
                }
                let start = out.test();
                self.expression(left, out, None)?;
                out.head(start, &[op::IS_BOOL, u8::from(*truth)]);
            }
            (OpDoc::In | OpDoc::NotIn, OperandDoc::Expr(ExprDoc::Query(query))) => {
                let query = self.query(query, out.model)?;
                self.expression(left, out, None)?;
                out.in_query(start, op == OpDoc::NotIn, &query).map_err(named)?;
            }
            (OpDoc::In | OpDoc::NotIn, OperandDoc::List(values)) => {
                self.expression(left, out, None)?;
                let ty = ty.as_ref().map_or_else(|| natural_type(values.first().unwrap_or(&Json::Null)), Clone::clone);
                out.list(start, op == OpDoc::NotIn, list(values, &ty).map_err(named)?).map_err(named)?;
            }
            (OpDoc::Between | OpDoc::NotBetween, OperandDoc::Range(low, high)) => {
                out.head(start, &[if op == OpDoc::Between { op::BETWEEN } else { op::NOT_BETWEEN }]);
                self.expression(left, out, None)?;
                self.operand(low, ty.as_ref(), out).map_err(named)?;
                self.operand(high, ty.as_ref(), out).map_err(named)?;
            }
            (_, OperandDoc::Quantified { all, query }) => {
                let Ok(comparison) = comparison(op) else {
                    let message = format!("\"{}\" is not asked of the values of a query", op.name());
                    let help = "compare with any or all of them, or ask whether there is one with \"exists\"";
                    return Err(named(Error::new(ErrorKind::Unsupported, message).help(help)));
                };
                let query = self.query(query, out.model)?;
                self.expression(left, out, None)?;
                out.quantified(start, comparison as u8, *all, &query).map_err(named)?;
            }
            _ => match comparison(op) {
                Ok(comparison) => {
                    if let OperandDoc::Value(Json::Null) = right {
                        let error = Error::new(ErrorKind::Request, "nothing is greater or less than NULL");
                        return Err(named(error.help("test for NULL with \"is\": null")));
                    }
                    out.compare(comparison as u8);
                    self.expression(left, out, None)?;
                    self.operand(right, ty.as_ref(), out).map_err(named)?;
                }
                Err(Some((pattern, negated))) => {
                    if let Some(ty) = ty.as_ref().filter(|ty| !ty.kind().is_text()) {
                        let message = format!("\"{}\" matches text, and this is {ty}", op.name());
                        return Err(named(
                            Error::new(ErrorKind::TypeMismatch, message).help("cast it to text, or compare it"),
                        ));
                    }
                    if let OperandDoc::Value(Json::Null) = right {
                        return Err(named(Error::new(ErrorKind::Request, "nothing matches NULL")));
                    }
                    let is_own = matches!(pattern, Pattern::Regexp | Pattern::Iregexp | Pattern::Match);
                    if let (OperandDoc::Expr(_), true) = (right, is_own) {
                        let message = format!("the right side of \"{}\" is a value", op.name());
                        return Err(named(
                            Error::new(ErrorKind::Unsupported, message).help("use like, which takes an expression"),
                        ));
                    }
                    if negated {
                        out.not();
                    }
                    let start = out.test();
                    out.head(start, &[op::LIKE, pattern as u8]);
                    self.expression(left, out, None)?;
                    self.operand(right, Some(&SqlType::Text), out).map_err(named)?;
                }
                Err(None) => {
                    return Err(named(Error::new(ErrorKind::Request, "the operator and its value do not fit")));
                }
            },
        }
        Ok(())
    }

    fn operand(&self, operand: &OperandDoc, ty: Option<&SqlType>, out: Out<'_, '_, '_>) -> Result<()> {
        match operand {
            OperandDoc::Value(value) => {
                let natural = natural_type(value);
                let value = datum_from_json(value, ty.unwrap_or(&natural))?;
                if value.is_null() {
                    return Err(Error::new(ErrorKind::Request, "NULL has no place here")
                        .help("test for NULL with \"is\": null"));
                }
                out.value(value);
                Ok(())
            }
            OperandDoc::Expr(expr) => {
                if let (Some(left), Some(right)) = (ty, self.type_of(expr, out.model)?)
                    && !comparable(left.kind(), right.kind())
                {
                    return Err(Error::new(ErrorKind::TypeMismatch, format!("{left} cannot be compared with {right}"))
                        .help("cast one of them"));
                }
                self.expression(expr, out, ty)
            }
            OperandDoc::List(_) | OperandDoc::Range(..) | OperandDoc::Quantified { .. } => {
                Err(Error::new(ErrorKind::Request, "a list goes with \"in\" and two ends with \"between\""))
            }
        }
    }

    /// A key of a group: an attribute, a path, an expression, or an alias of the selection.
    pub fn grouping(&self, expr: &ExprDoc, out: Out<'_, '_, '_>) -> Result<()> {
        self.ordering(expr, out)
    }

    /// In `order` a plain name is an attribute or an alias. An alias wins: it is what the request itself says.
    pub fn ordering(&self, expr: &ExprDoc, out: Out<'_, '_, '_>) -> Result<()> {
        match expr {
            ExprDoc::Column(path) if path.len() == 1 && self.aliases.contains(&path[0].as_str()) => {
                out.alias(&path[0]).map_err(|error| error.at(&self.path))
            }
            other => self.expression(other, out, None),
        }
    }

    /// An expression. `meets` is the type of what a bare value is compared with.
    pub fn expression(&self, expr: &ExprDoc, out: Out<'_, '_, '_>, meets: Option<&SqlType>) -> Result<()> {
        match expr {
            ExprDoc::Column(path) => self.column(path, out),
            ExprDoc::Alias(name) => {
                if !self.aliases.contains(&name.as_str()) {
                    let error = self.error(ErrorKind::Request, format!("no attribute has the alias \"{name}\""));
                    return Err(error.near(name, self.aliases.iter().copied()));
                }
                out.alias(name).map_err(|error| error.at(&self.path))
            }
            ExprDoc::Value(value) => {
                let natural = natural_type(value);
                let ty = meets.unwrap_or(&natural);
                match datum_from_json(value, ty).map_err(|error| error.at(&self.path))? {
                    Datum::Null => out.null(),
                    value => out.value_of(ty.kind(), value),
                }
                Ok(())
            }
            ExprDoc::Cast(inner, ty) => {
                let ty = SqlType::parse(ty).map_err(|error| error.at(&self.path))?;
                let (precision, scale) = match ty {
                    SqlType::Decimal { precision, scale } => (precision, scale),
                    _ => (0, 0),
                };
                out.cast(ty.kind(), precision, scale);
                self.expression(inner, out, None)
            }
            ExprDoc::Function { name, args, distinct } => self.function(name, args, *distinct, out),
            ExprDoc::Query(query) => {
                let query = self.query(query, out.model)?;
                out.query(&query).map_err(|error| error.at(&self.path))
            }
            ExprDoc::Outer(name) => {
                let outer = self.outer_model()?;
                let attribute = outer.require_attribute(name).map_err(|error| error.at(&self.path))?;
                out.outer(outer.id, attribute);
                Ok(())
            }
            ExprDoc::Row(_) => {
                Err(self.error(ErrorKind::Request, "a row stands on the left side of a comparison, or of \"in\""))
            }
        }
    }

    fn outer_model(&self) -> Result<ModelView<'d>> {
        self.outer.ok_or_else(|| self.error(ErrorKind::Request, "there is no row outside of a request"))
    }

    pub(super) fn function(&self, name: &str, args: &[ExprDoc], distinct: bool, out: Out<'_, '_, '_>) -> Result<()> {
        if let Some(aggregate) = Aggregate::from_name(name) {
            return match (aggregate, args) {
                (Aggregate::Count, []) if !distinct => {
                    out.aggregate(aggregate as u8, false);
                    out.star();
                    Ok(())
                }
                (_, [arg]) => {
                    if let Some(ty) = self.type_of(arg, out.model)?
                        && matches!(aggregate, Aggregate::Sum | Aggregate::Avg)
                        && !ty.kind().is_number()
                    {
                        let message = format!("\"{name}\" takes a number, and this is {ty}");
                        return Err(self
                            .error(ErrorKind::TypeMismatch, message)
                            .help("cast it, or take count, min or max"));
                    }
                    out.aggregate(aggregate as u8, distinct);
                    self.expression(arg, out, None)
                }
                _ => Err(self.error(ErrorKind::Request, format!("the aggregate \"{name}\" takes one argument"))),
            };
        }
        let Some(function) = Function::from_name(name) else {
            let known = Function::ALL.iter().map(|f| f.name()).chain(Aggregate::ALL.iter().map(|a| a.name()));
            return Err(self.error(ErrorKind::Request, format!("there is no function \"{name}\"")).near(name, known));
        };
        if distinct {
            return Err(self.error(ErrorKind::Request, format!("\"distinct\" goes with an aggregate, not \"{name}\"")));
        }
        if let (true, [first, second]) = (function.is_of_collections(), args) {
            return self.collection(function, first, second, out);
        }
        let (least, most) = function.arity();
        if args.len() < least || args.len() > most {
            let takes = match (least, most) {
                (1, 1) => "one argument".to_owned(),
                (least, most) if least == most => format!("{least} arguments"),
                (least, most) => format!("{least} to {most} arguments"),
            };
            let message = format!("\"{name}\" takes {takes}, and {} are given", args.len());
            return Err(self.error(ErrorKind::Request, message));
        }
        // A bare value takes the type that its place has, or else that of the first argument that has one of its own.
        let mut meets: Option<SqlType> = None;
        for (place, arg) in args.iter().enumerate() {
            let Some(ty) = self.type_of(arg, out.model)? else { continue };
            let parameter = function.parameter(place);
            let unites = matches!(parameter, Parameter::Any | Parameter::Number);
            let fits = parameter.takes(ty.kind())
                && (!unites || meets.as_ref().is_none_or(|meets| comparable(meets.kind(), ty.kind())));
            if !fits {
                let message = format!("\"{name}\" cannot take {ty} here");
                return Err(self.error(ErrorKind::TypeMismatch, message).help("cast the argument"));
            }
            if unites || parameter == Parameter::Fraction {
                // A function of labels gives text, which is no label any more.
                meets.get_or_insert(if matches!(ty, SqlType::Enum(_)) { SqlType::Text } else { ty });
            }
        }
        out.function(function as u8, args.len() as u8);
        for (place, arg) in args.iter().enumerate() {
            let parameter = function.parameter(place);
            if let ExprDoc::Value(value) = arg {
                check_argument(parameter, value).map_err(|error| error.at(&self.path))?;
            } else if matches!(parameter, Parameter::Path | Parameter::Keys | Parameter::Digits) {
                let message = format!("\"{name}\" takes a value there, and no expression");
                return Err(self.error(ErrorKind::Request, message));
            }
            let own = match parameter {
                Parameter::Text => Some(SqlType::Text),
                Parameter::Integer | Parameter::Digits => Some(SqlType::BigInt),
                Parameter::Json | Parameter::Path | Parameter::Keys => Some(SqlType::Json),
                Parameter::Number | Parameter::Fraction | Parameter::Any => meets.clone(),
                Parameter::Moment => Some(SqlType::Timestamp(6)),
                Parameter::Collection => None,
            };
            self.expression(arg, out, own.as_ref())?;
        }
        Ok(())
    }

    fn column(&self, path: &[String], out: Out<'_, '_, '_>) -> Result<()> {
        let [steps @ .., attribute] = path else {
            return Err(self.error(ErrorKind::Request, "a path is empty"));
        };
        if steps.is_empty() {
            let attribute = out.model.require_attribute(attribute).map_err(|error| error.at(&self.path))?;
            out.column(attribute);
            return Ok(());
        }
        let steps_len = u8::try_from(steps.len())
            .ok()
            .filter(|&len| usize::from(len) <= crate::MAX_DEPTH)
            .ok_or_else(|| self.error(ErrorKind::LimitExceeded, "the path is too long"))?;
        out.path(steps_len);
        let mut model = out.model;
        for step in self.walk(steps, model)? {
            match step {
                Step::Association(index) => out.step(index),
                Step::Alias(alias, _) => out.step_alias(alias).map_err(|error| error.at(&self.path))?,
            }
            model = self.follow(model, &step)?;
        }
        let attribute = model.require_attribute(attribute).map_err(|error| error.at(&self.path))?;
        out.path_attribute(attribute);
        Ok(())
    }

    fn follow<'m>(&self, model: ModelView<'m>, step: &Step<'_>) -> Result<ModelView<'m>> {
        let (Step::Association(index) | Step::Alias(_, index)) = step;
        model.target(*index).map_err(|error| error.at(&self.path))
    }

    /// The steps of a path: an include by its key, or an association of the model.
    fn walk(&self, steps: &'d [String], model: ModelView<'_>) -> Result<Vec<Step<'d>>>
    where
        Self: 'd,
    {
        let mut includes: &[IncludeDoc] = self.includes;
        let mut model = model;
        let mut found = Vec::with_capacity(steps.len());
        for name in steps {
            let include =
                includes.iter().find(|include| include.alias.as_ref().unwrap_or(&include.association) == name);
            let step = match include {
                Some(include) if include.alias.is_some() => {
                    let index = model.require_association(&include.association);
                    Step::Alias(name, index.map_err(|error| error.at(&self.path))?)
                }
                _ => Step::Association(model.require_association(name).map_err(|error| error.at(&self.path))?),
            };
            includes = include.map_or(&[], |include| &include.find.include);
            model = self.follow(model, &step)?;
            found.push(step);
        }
        Ok(found)
    }

    /// The type that an expression has by itself; none for a bare value, an alias or NULL.
    pub(super) fn type_of(&self, expr: &ExprDoc, model: ModelView<'_>) -> Result<Option<SqlType>> {
        Ok(match expr {
            ExprDoc::Column(path) => {
                let [steps @ .., attribute] = path.as_slice() else { return Ok(None) };
                let mut at = model;
                for step in self.walk_types(steps, model)? {
                    at = self.follow(at, &Step::Association(step))?;
                }
                let index = at.require_attribute(attribute).map_err(|error| error.at(&self.path))?;
                Some(at.attributes[usize::from(index)].ty.clone())
            }
            ExprDoc::Alias(_) | ExprDoc::Value(_) | ExprDoc::Row(_) => None,
            ExprDoc::Outer(name) => {
                let outer = self.outer_model()?;
                let index = outer.require_attribute(name).map_err(|error| error.at(&self.path))?;
                Some(outer.attributes[usize::from(index)].ty.clone())
            }
            ExprDoc::Query(query) => self.type_of_query(query, model)?,
            ExprDoc::Cast(_, ty) => Some(SqlType::parse(ty).map_err(|error| error.at(&self.path))?),
            ExprDoc::Function { name, args, .. } => {
                let first = || args.iter().find_map(|arg| self.type_of(arg, model).transpose()).transpose();
                match (name.as_str(), Function::from_name(name)) {
                    ("count", _) => Some(SqlType::BigInt),
                    ("avg", _) => Some(SqlType::Double),
                    ("sum", _) => first()?.map(|ty| if ty.kind().is_integer() { SqlType::BigInt } else { ty }),
                    ("min" | "max", _) => first()?,
                    (_, Some(function)) => match function.own_kind() {
                        Some(Kind::Text) => Some(SqlType::Text),
                        Some(Kind::Integer) => Some(SqlType::Integer),
                        Some(Kind::Double) => Some(SqlType::Double),
                        Some(Kind::Bool) => Some(SqlType::Bool),
                        Some(Kind::Instant) => Some(SqlType::Timestamp(6)),
                        _ => first()?,
                    },
                    _ => None,
                }
            }
        })
    }

    fn walk_types(&self, steps: &[String], model: ModelView<'_>) -> Result<Vec<u16>> {
        let mut includes: &[IncludeDoc] = self.includes;
        let mut at = model;
        let mut found = Vec::with_capacity(steps.len());
        for name in steps {
            let include =
                includes.iter().find(|include| include.alias.as_ref().unwrap_or(&include.association) == name);
            let association = include.map_or(name, |include| &include.association);
            let index = at.require_association(association).map_err(|error| error.at(&self.path))?;
            includes = include.map_or(&[], |include| &include.find.include);
            at = self.follow(at, &Step::Association(index))?;
            found.push(index);
        }
        Ok(found)
    }
}

enum Step<'d> {
    Association(u16),
    /// The include of that alias, and its association.
    Alias(&'d str, u16),
}

fn label(expr: &ExprDoc) -> Cow<'_, str> {
    match expr {
        ExprDoc::Column(path) => path.join(".").into(),
        ExprDoc::Alias(name) => name.as_str().into(),
        ExprDoc::Function { name, .. } => name.as_str().into(),
        ExprDoc::Cast(inner, _) => label(inner),
        ExprDoc::Value(_) => "value".into(),
        ExprDoc::Query(query) => query.model.as_str().into(),
        ExprDoc::Outer(name) => name.as_str().into(),
        ExprDoc::Row(_) => "row".into(),
    }
}

/// What a value must be like at a place of a function.
fn check_argument(parameter: Parameter, value: &Json) -> Result<()> {
    let wrong = |message: &str| Err(Error::new(ErrorKind::Request, message.to_owned()));
    match (parameter, value) {
        (Parameter::Path, Json::Array(legs)) if !legs.is_empty() && legs.len() <= 64 => {
            let is_leg =
                |leg: &Json| leg.is_string() || leg.as_u64().is_some_and(|number| u32::try_from(number).is_ok());
            if legs.iter().all(is_leg) {
                Ok(())
            } else {
                wrong("a step of a path is a key or the number of an element")
            }
        }
        (Parameter::Path, _) => wrong("a path is an array of 1 to 64 keys and numbers of elements"),
        (Parameter::Keys, Json::Array(keys)) if keys.iter().all(Json::is_string) => Ok(()),
        (Parameter::Keys, _) => wrong("keys are an array of texts"),
        (Parameter::Digits, value) if value.as_u64().is_some_and(|digits| digits <= 15) => Ok(()),
        (Parameter::Digits, _) => wrong("digits are a number from 0 to 15"),
        _ => Ok(()),
    }
}

fn comparable(left: Kind, right: Kind) -> bool {
    left == right || (left.is_number() && right.is_number())
}

fn list(values: &[Json], ty: &SqlType) -> Result<BindList<'static>> {
    Ok(BindList::Data(values.iter().map(|value| datum_from_json(value, ty)).collect::<Result<_>>()?))
}

/// The type of a value that meets nothing.
fn natural_type(value: &Json) -> SqlType {
    match value {
        Json::Bool(_) => SqlType::Bool,
        Json::Number(number) if number.is_i64() => SqlType::BigInt,
        Json::Number(number) if number.is_u64() => SqlType::Unsigned(Width::Big),
        Json::Number(_) => SqlType::Double,
        Json::Null | Json::String(_) => SqlType::Text,
        Json::Array(_) | Json::Object(_) => SqlType::Json,
    }
}

/// The comparison that an operator is, or else the pattern and whether it is negated.
pub(super) fn comparison(op: OpDoc) -> Result<Comparison, Option<(Pattern, bool)>> {
    Ok(match op {
        OpDoc::Eq => Comparison::Eq,
        OpDoc::Ne => Comparison::Ne,
        OpDoc::Gt => Comparison::Gt,
        OpDoc::Gte => Comparison::Gte,
        OpDoc::Lt => Comparison::Lt,
        OpDoc::Lte => Comparison::Lte,
        OpDoc::Like => return Err(Some((Pattern::Like, false))),
        OpDoc::NotLike => return Err(Some((Pattern::Like, true))),
        OpDoc::Ilike => return Err(Some((Pattern::Ilike, false))),
        OpDoc::NotIlike => return Err(Some((Pattern::Ilike, true))),
        OpDoc::StartsWith => return Err(Some((Pattern::StartsWith, false))),
        OpDoc::NotStartsWith => return Err(Some((Pattern::StartsWith, true))),
        OpDoc::EndsWith => return Err(Some((Pattern::EndsWith, false))),
        OpDoc::NotEndsWith => return Err(Some((Pattern::EndsWith, true))),
        OpDoc::Substring => return Err(Some((Pattern::Substring, false))),
        OpDoc::NotSubstring => return Err(Some((Pattern::Substring, true))),
        OpDoc::Regexp => return Err(Some((Pattern::Regexp, false))),
        OpDoc::NotRegexp => return Err(Some((Pattern::Regexp, true))),
        OpDoc::Iregexp => return Err(Some((Pattern::Iregexp, false))),
        OpDoc::NotIregexp => return Err(Some((Pattern::Iregexp, true))),
        OpDoc::Match => return Err(Some((Pattern::Match, false))),
        OpDoc::Contains | OpDoc::Contained | OpDoc::AnyKeyExists | OpDoc::AllKeysExist => return Err(None),
        OpDoc::Overlap
        | OpDoc::Adjacent
        | OpDoc::StrictLeft
        | OpDoc::StrictRight
        | OpDoc::NoExtendRight
        | OpDoc::NoExtendLeft => return Err(None),
        OpDoc::Is | OpDoc::IsNot | OpDoc::In | OpDoc::NotIn | OpDoc::Between | OpDoc::NotBetween => return Err(None),
    })
}
