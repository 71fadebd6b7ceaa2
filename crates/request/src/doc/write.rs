//! From a [`RequestDoc`] to JSON, in the form that `read` accepts.

use serde_json::{Map, Value as Json, json};

use super::ast::*;
use super::read_expr::is_expression_value;

pub(super) fn request(doc: &RequestDoc) -> Json {
    let mut out = Map::new();
    match &doc.call {
        CallDoc::Find => drop(out.insert("model".into(), doc.model.clone().into())),
        CallDoc::Count => drop(out.insert("count".into(), doc.model.clone().into())),
        CallDoc::FindAndCount => drop(out.insert("find_and_count".into(), doc.model.clone().into())),
        CallDoc::Aggregate { function, attribute } => {
            out.insert("aggregate".into(), function.clone().into());
            out.insert("model".into(), doc.model.clone().into());
            out.insert("attribute".into(), attribute.clone().into());
        }
        CallDoc::Write(write) => out = super::read_write::to_json(write, &doc.model),
    }
    options(&doc.find, &mut out);
    Json::Object(out)
}

fn options(find: &FindDoc, out: &mut Map<String, Json>) {
    let mut put = |key: &str, value: Option<Json>| {
        if let Some(value) = value {
            out.insert(key.to_owned(), value);
        }
    };
    let list = |items: Vec<Json>| (!items.is_empty()).then_some(Json::Array(items));
    put("attributes", find.attributes.as_ref().map(attributes));
    put("where", find.filter.as_ref().map(conditions));
    put("include", list(find.include.iter().map(include).collect()));
    put("order", list(find.order.iter().map(order).collect()));
    put("group", list(find.group.iter().map(named).collect()));
    put("having", find.having.as_ref().map(conditions));
    put("limit", find.limit.map(Json::from));
    put("offset", find.offset.map(Json::from));
    put("distinct", find.distinct.then_some(true.into()));
    put("paranoid", find.paranoid.map(Json::from));
    put("scope", find.scope.as_ref().map(|scopes| scopes.iter().map(scope).collect()));
    let hint = |(kind, name): &(relata_schema::IndexHint, String)| json!({ kind.name(): name });
    put("index_hints", list(find.index_hints.iter().map(hint).collect()));
    if let Some(lock) = find.lock {
        put("lock", Some(crate::Lock::STRENGTHS[lock.strength as usize].into()));
        put("skip_locked", (lock.wait == LockWaitDoc::SkipLocked).then_some(true.into()));
        put("nowait", (lock.wait == LockWaitDoc::NoWait).then_some(true.into()));
    }
}

fn scope(scope: &ScopeDoc) -> Json {
    if scope.args.is_empty() {
        return scope.name.clone().into();
    }
    let args: Map<String, Json> = scope.args.iter().cloned().collect();
    json!({ scope.name.clone(): args })
}

fn attributes(doc: &AttributesDoc) -> Json {
    let items = |items: &[SelectDoc]| Json::Array(items.iter().map(select).collect());
    match doc {
        AttributesDoc::List(list) => items(list),
        AttributesDoc::Adjust { include, exclude } => json!({ "include": items(include), "exclude": exclude }),
    }
}

fn select(doc: &SelectDoc) -> Json {
    match doc {
        SelectDoc::Name(name) => name.clone().into(),
        SelectDoc::Aliased(expr, alias) => json!([named(expr), alias]),
    }
}

fn include(doc: &IncludeDoc) -> Json {
    let mut out = Map::new();
    out.insert("association".into(), doc.association.clone().into());
    if let Some(alias) = &doc.alias {
        out.insert("as".into(), alias.clone().into());
    }
    if let Some(required) = doc.required {
        out.insert("required".into(), required.into());
    }
    if let Some(separate) = doc.separate {
        out.insert("separate".into(), separate.into());
    }
    options(&doc.find, &mut out);
    if let Some(through) = &doc.through {
        let mut inner = Map::new();
        if let Some(selected) = &through.attributes {
            inner.insert("attributes".into(), attributes(selected));
        }
        if let Some(filter) = &through.filter {
            inner.insert("where".into(), conditions(filter));
        }
        if let Some(paranoid) = through.paranoid {
            inner.insert("paranoid".into(), paranoid.into());
        }
        out.insert("through".into(), Json::Object(inner));
    }
    Json::Object(out)
}

fn order(doc: &OrderDoc) -> Json {
    let mut items = match &doc.expr {
        ExprDoc::Column(path) => path.iter().cloned().map(Json::String).collect(),
        ExprDoc::Alias(name) => vec![format!("${name}$").into()],
        other => vec![expression(other)],
    };
    let direction = if doc.descending { "desc" } else { "asc" };
    let nulls = match doc.nulls {
        None => "",
        Some(NullsDoc::First) => " nulls first",
        Some(NullsDoc::Last) => " nulls last",
    };
    items.push(format!("{direction}{nulls}").into());
    Json::Array(items)
}

/// A name where a name may stand, an expression otherwise.
fn named(expr: &ExprDoc) -> Json {
    match expr {
        ExprDoc::Column(path) if path.len() == 1 => path[0].clone().into(),
        other => expression(other),
    }
}

pub(super) fn expression(expr: &ExprDoc) -> Json {
    match expr {
        ExprDoc::Column(path) => {
            let text = path.join(".");
            // Between dollar signs stands a path or an alias, so a path that has them at its ends has them twice.
            let twice = text.len() > 1 && text.starts_with('$') && text.ends_with('$');
            json!({ "col": if twice { format!("${text}$") } else { text } })
        }
        ExprDoc::Alias(name) => json!({ "col": format!("${name}$") }),
        ExprDoc::Function { name, args, distinct } => {
            let args: Vec<Json> = args.iter().map(expression).collect();
            if *distinct {
                json!({ "fn": name, "args": args, "distinct": true })
            } else {
                json!({ "fn": name, "args": args })
            }
        }
        ExprDoc::Cast(inner, ty) => json!({ "cast": expression(inner), "as": ty }),
        ExprDoc::Value(value) => json!({ "value": value }),
        ExprDoc::Query(query) => json!({ "query": request(query) }),
        ExprDoc::Outer(name) => json!({ "outer": name }),
        ExprDoc::Row(members) => json!({ "row": members.iter().map(expression).collect::<Vec<_>>() }),
    }
}

/// A condition where it is the value of a key: its members in a row, as they are read there.
pub(super) fn conditions(doc: &WhereDoc) -> Json {
    match doc {
        WhereDoc::All(members) => members.iter().map(tree).collect(),
        other => tree(other),
    }
}

fn tree(doc: &WhereDoc) -> Json {
    match doc {
        WhereDoc::All(members) => json!({ "and": members.iter().map(tree).collect::<Vec<_>>() }),
        WhereDoc::Any(members) => json!({ "or": members.iter().map(tree).collect::<Vec<_>>() }),
        WhereDoc::Not(inner) => json!({ "not": tree(inner) }),
        WhereDoc::Exists(query) => json!({ "exists": request(query) }),
        WhereDoc::Test { left, op, right } => {
            let (key, left) = match left {
                // A name that "col" would read as a path or an alias.
                ExprDoc::Column(path) if path.len() == 1 && path[0].contains(['.', '$']) => {
                    ("attribute", path[0].clone().into())
                }
                other => ("left", expression(other)),
            };
            json!({ key: left, op.name(): beside(*op, right) })
        }
    }
}

/// The right side of a test. Some operators read a plain value as something else, a list or two ends, or not at all; then
/// it says that it is a value.
fn beside(op: OpDoc, doc: &OperandDoc) -> Json {
    let plain = |value: &Json| match op {
        OpDoc::In | OpDoc::NotIn | OpDoc::Between | OpDoc::NotBetween => false,
        OpDoc::Is | OpDoc::IsNot => value.is_null() || value.is_boolean(),
        _ => true,
    };
    match doc {
        OperandDoc::Value(value) => wrapped(value, value.is_object() || !plain(value)),
        other => operand(other),
    }
}

fn wrapped(value: &Json, wrap: bool) -> Json {
    if wrap { json!({ "value": value }) } else { value.clone() }
}

fn operand(doc: &OperandDoc) -> Json {
    match doc {
        OperandDoc::Value(value) => wrapped(value, value.is_object()),
        // A member that looks like an expression says that it is a value.
        OperandDoc::List(values) => values.iter().map(|value| wrapped(value, is_expression_value(value))).collect(),
        OperandDoc::Range(low, high) => json!([operand(low), operand(high)]),
        OperandDoc::Expr(expr) => expression(expr),
        OperandDoc::Quantified { all, query } => {
            json!({ if *all { "all" } else { "any" }: { "query": request(query) } })
        }
    }
}
