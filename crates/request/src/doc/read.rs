//! From JSON to a [`RequestDoc`]: the finder options.

use relata_schema::{Error, ErrorKind, IndexHint, Reader, Result};
use serde_json::Value as Json;

use super::{ast::*, read_expr};
use crate::MAX_DEPTH;

const FIND_KEYS: [&str; 13] = [
    "attributes",
    "where",
    "include",
    "order",
    "group",
    "having",
    "limit",
    "offset",
    "distinct",
    "paranoid",
    "scope",
    "lock",
    "index_hints",
];
const ROOT_KEYS: [&str; 8] =
    ["model", "find_and_count", "count", "aggregate", "attribute", "skip_locked", "nowait", "$schema"];
const INCLUDE_KEYS: [&str; 12] = [
    "scope",
    "association",
    "as",
    "attributes",
    "where",
    "include",
    "order",
    "limit",
    "offset",
    "required",
    "separate",
    "through",
];

/// Options of Sequelize that have no place here, each with what to say instead.
const REFUSED: [(&str, &str); 9] = [
    ("right", "start the find at the other model and include this one"),
    ("duplicating", "nothing is needed: limit counts root rows whatever is included"),
    ("subQuery", "nothing is needed: limit counts root rows whatever is included"),
    ("raw", "ask for the answer as JSON, or for a projection"),
    ("nest", "nothing is needed: answers are nested"),
    ("plain", "ask for one record"),
    ("on", "declare the association, or write the condition as \"where\""),
    ("or", "write the condition as \"where\""),
    ("useMaster", "run the request on the primary's handle"),
];

fn check_keys(reader: &Reader<'_>, known: &[&str]) -> Result<()> {
    for (key, remedy) in REFUSED {
        if let Some(field) = reader.field(key)
            && !known.contains(&key)
        {
            let message = format!("the option \"{key}\" is not offered");
            return Err(Error::new(ErrorKind::Unsupported, message).at(field.pointer()).help(remedy));
        }
    }
    reader.object(known).map(drop)
}

pub(super) fn request(json: &Json) -> Result<RequestDoc> {
    let reader = Reader::new(json);
    let known: Vec<&str> = ROOT_KEYS.into_iter().chain(FIND_KEYS).collect();
    reader.map()?;
    if super::read_write::is_write(&reader) {
        return super::read_write::request(&reader);
    }
    check_keys(&reader, &known)?;
    let (call, model) = call(&reader)?;
    let mut find = options(&reader, 0)?;
    if let Some(lock) = &mut find.lock {
        lock.wait = wait(&reader)?;
    } else if wait(&reader)? != LockWaitDoc::Wait {
        return Err(reader.error("\"skip_locked\" and \"nowait\" go with \"lock\""));
    }
    Ok(RequestDoc { call, model, find })
}

/// A query within a request: a find, a count or an aggregate.
pub(super) fn query(reader: &Reader<'_>, depth: usize) -> Result<RequestDoc> {
    let known: Vec<&str> = ["model", "count", "aggregate", "attribute"].into_iter().chain(FIND_KEYS).collect();
    check_keys(reader, &known)?;
    let (call, model) = call(reader)?;
    let find = options(reader, depth + 1)?;
    if find.lock.is_some() {
        return Err(reader.error("a query within a request locks nothing"));
    }
    if !find.index_hints.is_empty() {
        return Err(reader.error("indexes are said of the request, and not of a query within it"));
    }
    Ok(RequestDoc { call, model, find })
}

fn call(reader: &Reader<'_>) -> Result<(CallDoc, String)> {
    let text = |key: &str| reader.field(key).map(|field| field.text().map(str::to_owned)).transpose();
    let (model, count, both, aggregate) = (text("model")?, text("count")?, text("find_and_count")?, text("aggregate")?);
    if aggregate.is_none() && reader.field("attribute").is_some() {
        return Err(reader.error("\"attribute\" goes with \"aggregate\""));
    }
    match (model, count, both, aggregate) {
        (Some(model), None, None, None) => Ok((CallDoc::Find, model)),
        (None, Some(model), None, None) => Ok((CallDoc::Count, model)),
        (None, None, Some(model), None) => Ok((CallDoc::FindAndCount, model)),
        (Some(model), None, None, Some(function)) => {
            let attribute = text("attribute")?.ok_or_else(|| reader.error("\"attribute\" is missing"))?;
            Ok((CallDoc::Aggregate { function, attribute }, model))
        }
        _ => Err(reader
            .error("a request says one of \"model\", \"count\", \"find_and_count\", or \"aggregate\" with \"model\"")),
    }
}

fn wait(reader: &Reader<'_>) -> Result<LockWaitDoc> {
    let flag = |key: &str| reader.field(key).map_or(Ok(false), |field| field.boolean());
    match (flag("skip_locked")?, flag("nowait")?) {
        (false, false) => Ok(LockWaitDoc::Wait),
        (true, false) => Ok(LockWaitDoc::SkipLocked),
        (false, true) => Ok(LockWaitDoc::NoWait),
        (true, true) => Err(reader.error("\"skip_locked\" and \"nowait\" exclude one another")),
    }
}

/// The options that a find and an include share. Which of them are allowed has been checked by their keys.
pub(super) fn options(reader: &Reader<'_>, depth: usize) -> Result<FindDoc> {
    let field = |name: &str| reader.field(name);
    let count = |name: &str| field(name).map(|field| field.count()).transpose();
    Ok(FindDoc {
        attributes: field("attributes").map(|field| attributes(&field)).transpose()?,
        filter: field("where").map(|field| read_expr::tree(&field, depth)).transpose()?,
        include: match field("include") {
            None => Vec::new(),
            Some(field) => field.elements()?.iter().map(|item| include(item, depth + 1)).collect::<Result<_>>()?,
        },
        order: match field("order") {
            None => Vec::new(),
            Some(field) => field.elements()?.iter().map(order).collect::<Result<_>>()?,
        },
        group: match field("group") {
            None => Vec::new(),
            Some(field) => field.elements()?.iter().map(group).collect::<Result<_>>()?,
        },
        having: field("having").map(|field| read_expr::tree(&field, depth)).transpose()?,
        limit: count("limit")?,
        offset: count("offset")?,
        distinct: field("distinct").map_or(Ok(false), |field| field.boolean())?,
        paranoid: field("paranoid").map(|field| field.boolean()).transpose()?,
        scope: field("scope").map(|field| scopes(&field)).transpose()?,
        lock: field("lock").map(|field| lock(&field)).transpose()?,
        index_hints: field("index_hints").map_or(Ok(Vec::new()), |field| index_hints(&field))?,
    })
}

/// `[{"use": ["by_name", "by_age"]}, {"ignore": "by_score"}]`
fn index_hints(reader: &Reader<'_>) -> Result<Vec<(IndexHint, String)>> {
    let mut found = Vec::new();
    for said in reader.elements()? {
        let kinds = IndexHint::ALL.iter().map(|kind| kind.name());
        said.object(&kinds.clone().collect::<Vec<_>>())?;
        let mut is_empty = true;
        for kind in IndexHint::ALL {
            let Some(names) = said.field(kind.name()) else { continue };
            is_empty = false;
            match names.json {
                Json::String(name) => found.push((*kind, name.clone())),
                _ => {
                    for name in names.elements()? {
                        found.push((*kind, name.text()?.to_owned()));
                    }
                }
            }
        }
        if is_empty {
            return Err(said.error("nothing is said of an index").help("write {\"use\": [\"name\"]}, force or ignore"));
        }
    }
    Ok(found)
}

/// The finder options of a scope's own document.
pub(super) fn scope(reader: &Reader<'_>) -> Result<FindDoc> {
    let known: Vec<&str> = FIND_KEYS.into_iter().filter(|key| *key != "scope").collect();
    reader.map()?;
    check_keys(reader, &known)?;
    options(reader, 0)
}

/// `["adults", {"older_than": {"age": 18}}]`
fn scopes(reader: &Reader<'_>) -> Result<Vec<ScopeDoc>> {
    if let Json::String(name) = reader.json {
        return Ok(vec![ScopeDoc { name: name.clone(), args: Vec::new() }]);
    }
    let mut found = Vec::new();
    for item in reader.elements()? {
        match item.json {
            Json::String(name) => found.push(ScopeDoc { name: name.clone(), args: Vec::new() }),
            _ => {
                for name in item.map()?.keys() {
                    let Some(field) = item.field(name) else { continue };
                    let args = field.map()?.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
                    found.push(ScopeDoc { name: name.clone(), args });
                }
            }
        }
    }
    Ok(found)
}

fn attributes(reader: &Reader<'_>) -> Result<AttributesDoc> {
    if !reader.json.is_object() {
        return Ok(AttributesDoc::List(reader.elements()?.iter().map(select).collect::<Result<_>>()?));
    }
    reader.object(&["include", "exclude"])?;
    let include = match reader.field("include") {
        Some(field) => field.elements()?.iter().map(select).collect::<Result<_>>()?,
        None => Vec::new(),
    };
    let exclude = reader.field("exclude").map_or(Ok(Vec::new()), |field| field.names())?;
    Ok(AttributesDoc::Adjust { include, exclude })
}

fn select(reader: &Reader<'_>) -> Result<SelectDoc> {
    if let Json::String(name) = reader.json {
        return Ok(SelectDoc::Name(name.clone()));
    }
    match reader.elements()?.as_slice() {
        [expr, alias] => {
            let expr = match expr.json {
                Json::String(name) => ExprDoc::Column(vec![name.clone()]),
                _ => read_expr::expression(expr, 0)?,
            };
            Ok(SelectDoc::Aliased(expr, alias.text()?.to_owned()))
        }
        _ => Err(reader.error("an expression needs a name: [expression, \"alias\"]")),
    }
}

fn group(reader: &Reader<'_>) -> Result<ExprDoc> {
    match reader.json {
        Json::String(name) => Ok(ExprDoc::Column(vec![name.clone()])),
        _ => read_expr::expression(reader, 0),
    }
}

fn include(reader: &Reader<'_>, depth: usize) -> Result<IncludeDoc> {
    if depth > MAX_DEPTH {
        return Err(Error::new(ErrorKind::LimitExceeded, format!("includes are nested at most {MAX_DEPTH} deep"))
            .at(reader.pointer()));
    }
    if let Json::String(name) = reader.json {
        return Ok(IncludeDoc { association: name.clone(), ..IncludeDoc::default() });
    }
    let known: Vec<&str> = INCLUDE_KEYS.into_iter().chain(["paranoid"]).collect();
    reader.map()?;
    check_keys(reader, &known)?;
    let flag = |name: &str| reader.field(name).map(|field| field.boolean()).transpose();
    let association = reader.field("association").ok_or_else(|| reader.error("\"association\" is missing"))?;
    Ok(IncludeDoc {
        association: association.text()?.to_owned(),
        alias: match reader.field("as") {
            Some(field) if field.text()?.is_empty() => return Err(field.error("a name is empty")),
            field => field.map(|field| field.text().map(str::to_owned)).transpose()?,
        },
        required: flag("required")?,
        separate: flag("separate")?,
        through: reader.field("through").map(|field| through(&field)).transpose()?,
        find: options(reader, depth)?,
    })
}

fn through(reader: &Reader<'_>) -> Result<ThroughDoc> {
    reader.object(&["attributes", "where", "paranoid"])?;
    Ok(ThroughDoc {
        attributes: reader.field("attributes").map(|field| attributes(&field)).transpose()?,
        filter: reader.field("where").map(|field| read_expr::tree(&field, 0)).transpose()?,
        paranoid: reader.field("paranoid").map(|field| field.boolean()).transpose()?,
    })
}

fn order(reader: &Reader<'_>) -> Result<OrderDoc> {
    if let Json::String(name) = reader.json {
        return Ok(OrderDoc { expr: named(name), descending: false, nulls: None });
    }
    let elements = reader.elements()?;
    let direction = elements.last().and_then(|last| last.json.as_str()).and_then(parse_direction);
    let steps = if direction.is_some() { &elements[..elements.len() - 1] } else { &elements[..] };
    if let (None, [_, .., last]) = (direction, elements.as_slice())
        && let Some(text) = last.json.as_str()
        && (text.contains(' ')
            || text.to_ascii_lowercase().contains("asc")
            || text.to_ascii_lowercase().contains("desc"))
    {
        return Err(last
            .error(format!("\"{text}\" is no direction"))
            .help("say asc or desc, and after it nulls first or nulls last if that matters"));
    }
    let (descending, nulls) = direction.unwrap_or((false, None));
    let expr = match steps {
        [] => return Err(reader.error("an item of order is a name, a path, or an expression, and a direction")),
        [one] => match one.json {
            Json::String(name) => named(name),
            _ => read_expr::expression(one, 0)?,
        },
        path => ExprDoc::Column(path.iter().map(|step| step.text().map(str::to_owned)).collect::<Result<_>>()?),
    };
    Ok(OrderDoc { expr, descending, nulls })
}

/// `"name"` is an attribute or an alias, which only the encoder can tell; `"$n$"` is an alias and `"$a.b$"` a path.
fn named(name: &str) -> ExprDoc {
    read_expr::dollar(name).unwrap_or_else(|| ExprDoc::Column(vec![name.to_owned()]))
}

fn parse_direction(text: &str) -> Option<(bool, Option<NullsDoc>)> {
    let words: Vec<String> = text.split_whitespace().map(str::to_ascii_lowercase).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (descending, rest) = match words.as_slice() {
        ["asc", rest @ ..] => (false, rest),
        ["desc", rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    match rest {
        [] if !words.is_empty() => Some((descending, None)),
        ["nulls", "first"] => Some((descending, Some(NullsDoc::First))),
        ["nulls", "last"] => Some((descending, Some(NullsDoc::Last))),
        _ => None,
    }
}

fn lock(reader: &Reader<'_>) -> Result<LockDoc> {
    let strength = match reader.json {
        Json::Bool(true) => LockStrengthDoc::Update,
        _ => match reader.text()?.to_ascii_lowercase().as_str() {
            "update" => LockStrengthDoc::Update,
            "no_key_update" => LockStrengthDoc::NoKeyUpdate,
            "share" => LockStrengthDoc::Share,
            "key_share" => LockStrengthDoc::KeyShare,
            other => {
                let error = reader.error(format!("there is no lock \"{other}\""));
                return Err(error.near(other, crate::Lock::STRENGTHS));
            }
        },
    };
    Ok(LockDoc { strength, wait: LockWaitDoc::Wait })
}
