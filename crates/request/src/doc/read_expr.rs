//! From JSON to conditions and expressions.

use relata_schema::{Error, ErrorKind, Reader, Result};
use serde_json::Value as Json;

use super::ast::*;
use crate::MAX_DEPTH;

const OPERATORS: [(&str, OpDoc); 37] = [
    ("eq", OpDoc::Eq),
    ("ne", OpDoc::Ne),
    ("gt", OpDoc::Gt),
    ("gte", OpDoc::Gte),
    ("lt", OpDoc::Lt),
    ("lte", OpDoc::Lte),
    ("is", OpDoc::Is),
    ("is_not", OpDoc::IsNot),
    ("in", OpDoc::In),
    ("not_in", OpDoc::NotIn),
    ("between", OpDoc::Between),
    ("not_between", OpDoc::NotBetween),
    ("like", OpDoc::Like),
    ("not_like", OpDoc::NotLike),
    ("ilike", OpDoc::Ilike),
    ("not_ilike", OpDoc::NotIlike),
    ("starts_with", OpDoc::StartsWith),
    ("not_starts_with", OpDoc::NotStartsWith),
    ("ends_with", OpDoc::EndsWith),
    ("not_ends_with", OpDoc::NotEndsWith),
    ("substring", OpDoc::Substring),
    ("not_substring", OpDoc::NotSubstring),
    ("regexp", OpDoc::Regexp),
    ("not_regexp", OpDoc::NotRegexp),
    ("iregexp", OpDoc::Iregexp),
    ("not_iregexp", OpDoc::NotIregexp),
    ("match", OpDoc::Match),
    ("contains", OpDoc::Contains),
    ("contained", OpDoc::Contained),
    ("any_key_exists", OpDoc::AnyKeyExists),
    ("all_keys_exist", OpDoc::AllKeysExist),
    ("overlap", OpDoc::Overlap),
    ("adjacent", OpDoc::Adjacent),
    ("strict_left", OpDoc::StrictLeft),
    ("strict_right", OpDoc::StrictRight),
    ("no_extend_right", OpDoc::NoExtendRight),
    ("no_extend_left", OpDoc::NoExtendLeft),
];

impl OpDoc {
    /// The name in the JSON form.
    pub fn name(self) -> &'static str {
        OPERATORS.iter().find(|(_, op)| *op == self).map_or("", |(name, _)| name)
    }

    /// Whether it is asked of any or of all of some values: a comparison or a match.
    fn takes_quantifier(self) -> bool {
        !matches!(
            self,
            OpDoc::In
                | OpDoc::NotIn
                | OpDoc::Is
                | OpDoc::IsNot
                | OpDoc::Between
                | OpDoc::NotBetween
                | OpDoc::Contains
                | OpDoc::Contained
        )
    }

    fn from_name(name: &str) -> Option<OpDoc> {
        OPERATORS.iter().find(|(known, _)| *known == name).map(|(_, op)| *op)
    }
}

fn guard(reader: &Reader<'_>, depth: usize) -> Result<()> {
    if depth <= MAX_DEPTH {
        return Ok(());
    }
    Err(Error::new(ErrorKind::LimitExceeded, format!("conditions are nested at most {MAX_DEPTH} deep"))
        .at(reader.pointer()))
}

/// A tree of conditions. Members of an object, and of an array, are ANDed.
pub(super) fn tree(reader: &Reader<'_>, depth: usize) -> Result<WhereDoc> {
    guard(reader, depth)?;
    Ok(WhereDoc::All(members(reader, depth)?))
}

/// The conditions of an object or an array, which a group combines.
fn members(reader: &Reader<'_>, depth: usize) -> Result<Vec<WhereDoc>> {
    guard(reader, depth)?;
    match reader.json {
        Json::Array(_) => reader.elements()?.iter().map(|element| single(tree(element, depth + 1)?)).collect(),
        Json::Object(map) if map.contains_key("left") => Ok(vec![expression_test(reader, depth)?]),
        Json::Object(map) if map.contains_key("attribute") => Ok(vec![attribute_test(reader, depth)?]),
        Json::Object(map) => map.iter().map(|(key, json)| entry(&reader.child(key, json), key, depth)).collect(),
        _ => Err(reader.expected("an object of conditions or an array of such")),
    }
}

/// A group of one is that one.
fn single(tree: WhereDoc) -> Result<WhereDoc> {
    Ok(match tree {
        WhereDoc::All(mut members) if members.len() == 1 => members.remove(0),
        other => other,
    })
}

fn entry(reader: &Reader<'_>, key: &str, depth: usize) -> Result<WhereDoc> {
    match key {
        "and" => Ok(WhereDoc::All(members(reader, depth + 1)?)),
        "or" => Ok(WhereDoc::Any(members(reader, depth + 1)?)),
        "not" => Ok(WhereDoc::Not(Box::new(single(tree(reader, depth + 1)?)?))),
        "exists" if reader.json.get("model").is_some() => {
            Ok(WhereDoc::Exists(Box::new(super::read::query(reader, depth + 1)?)))
        }
        _ => {
            let left = match dollar(key) {
                Some(left) => left,
                None if key.contains(['.', '[']) => json_path(reader, key)?,
                None => ExprDoc::Column(vec![key.to_owned()]),
            };
            tests(reader, &left, depth + 1)
        }
    }
}

/// The function that stands for a place in a JSON document until it meets a value, whose type it takes.
pub(super) const JSON: &str = "json";

/// `meta.address.city`, `meta.tags[0]`, `meta."any key".x`: a place in a JSON document. Keys and numbers become values of
/// the request; no text of them reaches a statement.
fn json_path(reader: &Reader<'_>, key: &str) -> Result<ExprDoc> {
    let wrong = |why: &str| {
        let message = format!("the path \"{key}\" cannot be read: {why}");
        Error::new(ErrorKind::Request, message).at(reader.pointer()).help(
            "write attribute.key, attribute[0] or attribute.\"any key\"; a column of an association is \
             \"$association.attribute$\"",
        )
    };
    let split = key.find(['.', '[']).unwrap_or(key.len());
    let (attribute, mut rest) = key.split_at(split);
    if attribute.contains('$') {
        return Err(wrong("between dollar signs stands a column of an association or an alias"));
    }
    let mut legs: Vec<Json> = Vec::new();
    while let Some(first) = rest.chars().next() {
        if legs.len() >= 64 {
            return Err(wrong("it is longer than 64 steps"));
        }
        let inner = &rest[first.len_utf8()..];
        rest = if first == '[' {
            let (number, after) = inner.split_once(']').ok_or_else(|| wrong("a bracket is not closed"))?;
            let plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            let number: u32 = number.parse().ok().filter(|_| plain).ok_or_else(|| wrong("an element has a number"))?;
            legs.push(number.into());
            after
        } else if first != '.' {
            return Err(wrong("steps are divided by dots"));
        } else if let Some(quoted) = inner.strip_prefix('"') {
            let (mut name, mut characters) = (String::new(), quoted.char_indices());
            let end = loop {
                match characters.next() {
                    Some((_, '\\')) => name.extend(characters.next().map(|(_, c)| c)),
                    Some((i, '"')) => break i + 1,
                    Some((_, c)) => name.push(c),
                    None => return Err(wrong("a quote is not closed")),
                }
            };
            legs.push(name.into());
            &quoted[end..]
        } else {
            let end = inner.find(['.', '[']).unwrap_or(inner.len());
            let name = &inner[..end];
            let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
            if !plain {
                return Err(wrong("a key of anything but letters, digits, - and _ is quoted"));
            }
            legs.push(name.into());
            &inner[end..]
        };
    }
    if attribute.is_empty() || legs.is_empty() {
        return Err(wrong("it names an attribute and a step"));
    }
    let args = vec![ExprDoc::Column(vec![attribute.to_owned()]), ExprDoc::Value(Json::Array(legs))];
    Ok(ExprDoc::Function { name: JSON.to_owned(), args, distinct: false })
}

/// `$a.b$` is a column of an include, `$n$` an alias.
pub(super) fn dollar(text: &str) -> Option<ExprDoc> {
    let inner = text.strip_prefix('$')?.strip_suffix('$')?;
    let steps: Vec<String> = inner.split('.').map(str::to_owned).collect();
    Some(if steps.len() == 1 { ExprDoc::Alias(inner.to_owned()) } else { ExprDoc::Column(steps) })
}

/// `{"left": expression, "gt": 5, ...}`
fn expression_test(reader: &Reader<'_>, depth: usize) -> Result<WhereDoc> {
    let map = reader.map()?;
    let left = expression(&reader.child("left", &map["left"]), depth + 1)?;
    operators(reader, &left, Some("left"), depth)
}

/// `{"attribute": "or", "eq": 5, ...}`: for attributes whose names are reserved.
fn attribute_test(reader: &Reader<'_>, depth: usize) -> Result<WhereDoc> {
    let map = reader.map()?;
    let name = reader.child("attribute", &map["attribute"]).text()?.to_owned();
    operators(reader, &ExprDoc::Column(vec![name]), Some("attribute"), depth)
}

/// What is asked of one left side: a plain value, or an object of operators.
fn tests(reader: &Reader<'_>, left: &ExprDoc, depth: usize) -> Result<WhereDoc> {
    guard(reader, depth)?;
    match reader.json {
        Json::Object(map) if is_expression(map) => test(reader, left, OpDoc::Eq, depth),
        Json::Object(_) => operators(reader, left, None, depth),
        Json::Array(_) => {
            let right = OperandDoc::Value(reader.json.clone());
            Ok(WhereDoc::Test { left: left.clone(), op: OpDoc::In, right })
        }
        _ => test(reader, left, OpDoc::Eq, depth),
    }
}

/// `{"any": [...]}` and `{"all": [...]}`, perhaps of `{"values": [...]}`: a test of each of some values. Or of those of
/// `{"query": ...}`.
fn quantified(reader: &Reader<'_>, left: &ExprDoc, op: OpDoc, depth: usize) -> Result<WhereDoc> {
    guard(reader, depth)?;
    let (any, list) = match (reader.field("any"), reader.field("all")) {
        (Some(list), None) => (true, list),
        (None, Some(list)) => (false, list),
        _ => return Err(reader.expected("\"any\" or \"all\" of some values")),
    };
    let list = match list.json {
        Json::Object(map) if map.contains_key("query") => {
            list.object(&["query"])?;
            let query = Box::new(super::read::query(&list.child("query", &map["query"]), depth + 1)?);
            let (op, right) = match (op, any) {
                (OpDoc::Eq, true) => (OpDoc::In, OperandDoc::Expr(ExprDoc::Query(query))),
                (OpDoc::Ne, false) => (OpDoc::NotIn, OperandDoc::Expr(ExprDoc::Query(query))),
                _ => (op, OperandDoc::Quantified { all: !any, query }),
            };
            return Ok(WhereDoc::Test { left: left.clone(), op, right });
        }
        Json::Object(_) => {
            list.object(&["values"])?;
            list.field("values").ok_or_else(|| list.expected("\"values\""))?
        }
        _ => list,
    };
    let values = list.elements()?;
    if values.is_empty() {
        return Err(list.error("nothing is asked of it").help("write values"));
    }
    let is_plain =
        values.iter().all(|value| !value.json.is_object() && !value.json.is_array() && !value.json.is_null());
    let plain = || OperandDoc::List(values.iter().map(|value| value.json.clone()).collect());
    Ok(match (op, any) {
        (OpDoc::Eq, true) if is_plain => WhereDoc::Test { left: left.clone(), op: OpDoc::In, right: plain() },
        (OpDoc::Ne, false) if is_plain => WhereDoc::Test { left: left.clone(), op: OpDoc::NotIn, right: plain() },
        _ => {
            let each = values
                .iter()
                .map(|value| Ok(WhereDoc::Test { left: left.clone(), op, right: operand(value, depth + 1)? }));
            let each = each.collect::<Result<_>>()?;
            single(if any { WhereDoc::Any(each) } else { WhereDoc::All(each) })?
        }
    })
}

fn operators(reader: &Reader<'_>, left: &ExprDoc, skip: Option<&str>, depth: usize) -> Result<WhereDoc> {
    single(WhereDoc::All(each_operator(reader, left, skip, depth)?))
}

fn each_operator(reader: &Reader<'_>, left: &ExprDoc, skip: Option<&str>, depth: usize) -> Result<Vec<WhereDoc>> {
    guard(reader, depth)?;
    let mut found = Vec::new();
    for (key, json) in reader.map()? {
        let child = reader.child(key, json);
        match key.as_str() {
            key if Some(key) == skip => {}
            "and" => found.push(WhereDoc::All(alternatives(&child, left, depth + 1)?)),
            "or" => found.push(WhereDoc::Any(alternatives(&child, left, depth + 1)?)),
            "not" => found.push(WhereDoc::Not(Box::new(tests(&child, left, depth + 1)?))),
            key => match OpDoc::from_name(key) {
                Some(op) => found.push(test(&child, left, op, depth + 1)?),
                None if matches!(key, "any" | "all") => {
                    found.push(quantified(reader, left, OpDoc::Eq, depth + 1)?);
                    if reader.map()?.len() > 1 + usize::from(skip.is_some()) {
                        let error = child.error(format!("\"{key}\" stands alone, or within an operator"));
                        return Err(error.help("write {\"eq\": {\"any\": [...]}} beside the others"));
                    }
                }
                None => {
                    let error = child.error(format!("there is no operator \"{key}\""));
                    let words = ["and", "or", "not", "any", "all"];
                    return Err(error.near(key, OPERATORS.iter().map(|(name, _)| *name).chain(words)));
                }
            },
        }
    }
    if found.is_empty() {
        // A condition never vanishes.
        return Err(reader.error("nothing is asked of it").help("write a value, or an operator and a value"));
    }
    Ok(found)
}

/// The members of a group inside an attribute: `{"or": [1, {"gt": 5}]}` or `{"or": {"lt": 1, "gt": 5}}`.
fn alternatives(reader: &Reader<'_>, left: &ExprDoc, depth: usize) -> Result<Vec<WhereDoc>> {
    guard(reader, depth)?;
    match reader.json {
        Json::Array(members) if members.is_empty() => {
            // It would be true or false whatever the attribute is, and whether there is one.
            Err(reader.error("nothing is asked of it").help("write values or operators"))
        }
        Json::Array(_) => reader.elements()?.iter().map(|element| tests(element, left, depth + 1)).collect(),
        Json::Object(_) => each_operator(reader, left, None, depth + 1),
        _ => Err(reader.expected("an array of values and operators, or an object of operators")),
    }
}

fn test(reader: &Reader<'_>, left: &ExprDoc, op: OpDoc, depth: usize) -> Result<WhereDoc> {
    if let Json::Object(map) = reader.json
        && map.len() == 1
        && (map.contains_key("any") || map.contains_key("all"))
        && op.takes_quantifier()
    {
        return quantified(reader, left, op, depth);
    }
    let right = match (op, reader.json) {
        (_, Json::Object(map)) if is_expression(map) => operand(reader, depth)?,
        (OpDoc::In | OpDoc::NotIn, Json::Array(values)) if values.iter().any(is_expression_value) => {
            return mixed_list(reader, left, op == OpDoc::In, depth);
        }
        (OpDoc::In | OpDoc::NotIn, Json::Array(values)) => OperandDoc::List(values.clone()),
        (OpDoc::In | OpDoc::NotIn, _) => return Err(reader.expected("an array")),
        (OpDoc::Between | OpDoc::NotBetween, _) => match reader.elements()?.as_slice() {
            [low, high] => OperandDoc::Range(Box::new(operand(low, depth)?), Box::new(operand(high, depth)?)),
            _ => return Err(reader.error("a range has two ends").help("write [low, high]")),
        },
        (OpDoc::Is | OpDoc::IsNot, Json::Null | Json::Bool(_)) => OperandDoc::Value(reader.json.clone()),
        (OpDoc::Is | OpDoc::IsNot, _) => return Err(reader.expected("null, true or false")),
        // A value may be of any form: which one fits is for the column to say.
        _ => OperandDoc::Value(reader.json.clone()),
    };
    Ok(WhereDoc::Test { left: left.clone(), op, right })
}

pub(super) fn is_expression_value(json: &Json) -> bool {
    json.as_object().is_some_and(is_expression)
}

/// A list in which expressions stand too: a test of the values, and one of each of the others.
fn mixed_list(reader: &Reader<'_>, left: &ExprDoc, is_in: bool, depth: usize) -> Result<WhereDoc> {
    let (expressions, values): (Vec<_>, Vec<_>) =
        reader.elements()?.into_iter().partition(|element| is_expression_value(element.json));
    let (list, each) = if is_in { (OpDoc::In, OpDoc::Eq) } else { (OpDoc::NotIn, OpDoc::Ne) };
    let mut tests = Vec::with_capacity(1 + expressions.len());
    if !values.is_empty() {
        let right = OperandDoc::List(values.iter().map(|value| value.json.clone()).collect());
        tests.push(WhereDoc::Test { left: left.clone(), op: list, right });
    }
    for expression in &expressions {
        let right = operand(expression, depth + 1)?;
        if matches!(right, OperandDoc::Value(Json::Null)) {
            // It would be a test for NULL.
            return Err(expression.error("a list has no NULL").help("test for NULL beside it"));
        }
        tests.push(WhereDoc::Test { left: left.clone(), op: each, right });
    }
    single(if is_in { WhereDoc::Any(tests) } else { WhereDoc::All(tests) })
}

fn operand(reader: &Reader<'_>, depth: usize) -> Result<OperandDoc> {
    match reader.json {
        Json::Object(map) if is_expression(map) => match expression(reader, depth + 1)? {
            ExprDoc::Value(value) => Ok(OperandDoc::Value(value)),
            expr => Ok(OperandDoc::Expr(expr)),
        },
        _ => Ok(OperandDoc::Value(reader.json.clone())),
    }
}

/// Whether an object is an expression: it has the key that tells which.
fn is_expression(map: &serde_json::Map<String, Json>) -> bool {
    ["col", "fn", "cast", "value", "query", "outer", "row"].iter().any(|key| map.contains_key(*key))
}

/// An expression.
pub(super) fn expression(reader: &Reader<'_>, depth: usize) -> Result<ExprDoc> {
    guard(reader, depth)?;
    let Json::Object(map) = reader.json else {
        return match reader.json {
            Json::Array(_) => {
                Err(reader.expected("an expression").help("write a value that is an array as {\"value\": [...]}"))
            }
            value => Ok(ExprDoc::Value(value.clone())),
        };
    };
    if map.contains_key("col") {
        let field = reader.object(&["col"]).map(|map| reader.child("col", &map["col"]))?;
        let text = field.text()?;
        return Ok(dollar(text).unwrap_or_else(|| column(text)));
    }
    if map.contains_key("value") {
        return reader.object(&["value"]).map(|map| ExprDoc::Value(map["value"].clone()));
    }
    if map.contains_key("query") {
        reader.object(&["query"])?;
        let query = super::read::query(&reader.child("query", &map["query"]), depth + 1)?;
        return Ok(ExprDoc::Query(Box::new(query)));
    }
    if map.contains_key("outer") {
        return reader
            .object(&["outer"])
            .and_then(|map| reader.child("outer", &map["outer"]).text().map(str::to_owned))
            .map(ExprDoc::Outer);
    }
    if map.contains_key("row") {
        reader.object(&["row"])?;
        let members = reader.child("row", &map["row"]).elements()?;
        let member = |member: &Reader<'_>| match member.json {
            Json::String(name) => Ok(dollar(name).unwrap_or_else(|| column(name))),
            _ => expression(member, depth + 1),
        };
        return Ok(ExprDoc::Row(members.iter().map(member).collect::<Result<_>>()?));
    }
    if map.contains_key("cast") {
        let map = reader.object(&["cast", "as"])?;
        let inner = expression(&reader.child("cast", &map["cast"]), depth + 1)?;
        let ty = reader.field("as").ok_or_else(|| reader.error("\"as\" is missing"))?;
        return Ok(ExprDoc::Cast(Box::new(inner), ty.text()?.to_owned()));
    }
    if map.contains_key("fn") {
        reader.object(&["fn", "args", "distinct"])?;
        let name = reader.child("fn", &map["fn"]).text()?.to_ascii_lowercase();
        let args = match reader.field("args") {
            Some(args) => args.elements()?.iter().map(|arg| expression(arg, depth + 1)).collect::<Result<_>>()?,
            None => Vec::new(),
        };
        let distinct = reader.field("distinct").map_or(Ok(false), |flag| flag.boolean())?;
        return Ok(ExprDoc::Function { name, args, distinct });
    }
    Err(reader.error(
        "an expression is {\"col\": ...}, {\"fn\": ...}, {\"cast\": ...}, {\"value\": ...}, {\"query\": ...}, \
         {\"outer\": ...} or {\"row\": ...}",
    ))
}

/// An attribute, or a path to one with dots between its steps.
fn column(path: &str) -> ExprDoc {
    ExprDoc::Column(path.split('.').map(str::to_owned).collect())
}
