//! Scopes: finder options that a model keeps under a name, and those that every request has by default.
//!
//! Scopes merge from left to right, and what the request itself says comes last. Conditions are all asked for; of limit,
//! offset, paranoid and lock the later wins; orders, groups and attributes follow one another; includes of one association
//! become one, whose options merge by the same rules. Naming scopes leaves the default one out, unless it is among them.
//!
//! Of the default scope the condition is no part of the request: the planner adds it wherever the model's rows are kept,
//! also where only a path leads to them, and states its values in the text, so that a partial index serves them.

use relata_schema::{Error, ErrorKind, ModelView, Reader, Result};
use serde_json::Value as Json;

use super::{ast::*, encode, encode_expr::Scope, read};
use crate::{Bind, Encoder, MAX_DEPTH, Request, Section};

/// The most includes of a request, with those that default scopes add: as many as a plan has edges.
const INCLUDES: usize = 1_000;

/// The name of the default scope in a list of scopes.
const DEFAULT: &str = "default";

/// The finder options of a scope, with its arguments in place.
fn options_of(view: ModelView<'_>, name: &str, json: &Json, args: &[(String, Json)]) -> Result<FindDoc> {
    let at = |error: Error| error.at(format!("{}.scope({name})", view.name));
    let mut used = vec![false; args.len()];
    let filled = fill(json, args, &mut used, 0).map_err(at)?;
    if let Some(unused) = used.iter().position(|used| !used) {
        let error = Error::new(ErrorKind::Request, format!("the scope takes no argument \"{}\"", args[unused].0));
        return Err(at(error.help("its document says {\"arg\": \"name\"} where an argument goes")));
    }
    read::scope(&Reader::new(&filled)).map_err(at)
}

/// The document with each `{"arg": "name"}` replaced.
fn fill(json: &Json, args: &[(String, Json)], used: &mut [bool], depth: usize) -> Result<Json> {
    if depth > MAX_DEPTH {
        return Err(Error::new(ErrorKind::LimitExceeded, "a scope is nested too deep"));
    }
    Ok(match json {
        Json::Object(map) => {
            if let (1, Some(Json::String(wanted))) = (map.len(), map.get("arg")) {
                let place = args.iter().position(|(name, _)| name == wanted).ok_or_else(|| {
                    Error::new(ErrorKind::Request, format!("the scope asks for the argument \"{wanted}\""))
                        .help("name the scope with its arguments: {\"scope\": {\"argument\": value}}")
                })?;
                used[place] = true;
                let given = &args[place].1;
                // It is data, and stays data: an object would be operators or an expression.
                let is_plain = |value: &Json| !value.is_object() && !value.is_array();
                if !(is_plain(given) || given.as_array().is_some_and(|values| values.iter().all(is_plain))) {
                    let error = Error::new(ErrorKind::Request, format!("the argument \"{wanted}\" is no plain value"));
                    return Err(error.help("give a text, a number, a boolean, null, or a list of such"));
                }
                return Ok(given.clone());
            }
            let filled = map.iter().map(|(key, value)| Ok((key.clone(), fill(value, args, used, depth + 1)?)));
            Json::Object(filled.collect::<Result<_>>()?)
        }
        Json::Array(items) => {
            Json::Array(items.iter().map(|item| fill(item, args, used, depth + 1)).collect::<Result<_>>()?)
        }
        other => other.clone(),
    })
}

fn named(view: ModelView<'_>, scope: &ScopeDoc) -> Result<FindDoc> {
    let found = view.def().scopes.iter().find(|(name, _)| *name == scope.name).ok_or_else(|| {
        Error::new(ErrorKind::Request, format!("model {} has no scope \"{}\"", view.name, scope.name))
            .at(format!("{}.scope", view.name))
            .near(&scope.name, view.def().scopes.iter().map(|(name, _)| name.as_str()))
    })?;
    options_of(view, &scope.name, &found.1, &scope.args)
}

/// The default scope without its condition.
fn default_options(view: ModelView<'_>) -> Result<Option<FindDoc>> {
    let Some(json) = &view.def().default_scope else { return Ok(None) };
    let mut options = options_of(view, DEFAULT, json, &[])?;
    options.filter = None;
    Ok(Some(options))
}

/// Finder options with the scopes that they name, or the default one, merged in; and whether the condition of the default
/// scope holds.
///
/// A write takes the condition of the default scope and nothing else: an order or a limit is for what is shown.
pub(super) fn scoped(find: &FindDoc, view: ModelView<'_>, shows: bool) -> Result<(FindDoc, bool)> {
    let mut out = FindDoc::default();
    let is_default = |scope: &ScopeDoc| scope.name == DEFAULT;
    let keeps_default = find.scope.as_ref().is_none_or(|scopes| scopes.iter().any(is_default));
    match &find.scope {
        None if shows => out = default_options(view)?.unwrap_or_default(),
        None => {}
        Some(scopes) => {
            for scope in scopes {
                let next = match is_default(scope) {
                    true if shows => default_options(view)?.unwrap_or_default(),
                    true => FindDoc::default(),
                    false => named(view, scope)?,
                };
                out = merge(out, next);
            }
        }
    }
    let mut own = find.clone();
    own.scope = None;
    Ok((merge(out, own), keeps_default))
}

/// That includes come to an end, with those that default scopes add: a default scope may include a model whose own leads
/// back, or several that each include several.
pub(super) fn check_includes(includes: &[IncludeDoc], view: ModelView<'_>) -> Result<()> {
    count_includes(includes, view, 1, &mut 0)
}

fn count_includes(includes: &[IncludeDoc], view: ModelView<'_>, depth: usize, count: &mut usize) -> Result<()> {
    for item in includes {
        *count += 1;
        if *count > INCLUDES || depth > MAX_DEPTH {
            let message = format!(
                "a request has at most {INCLUDES} includes, {MAX_DEPTH} deep, with those that default scopes add"
            );
            return Err(Error::new(ErrorKind::LimitExceeded, message)
                .at(format!("{}.include({})", view.name, item.association))
                .help("look for default scopes that include one another's models"));
        }
        // What cannot be followed is refused where it is encoded, with its place.
        let target = view.association(&item.association).and_then(|association| view.target(association).ok());
        let Some(target) = target else { continue };
        if target.default_scope.is_none() && item.find.scope.is_none() {
            count_includes(&item.find.include, target, depth + 1, count)?;
        } else if let Ok((merged, _)) = scoped(&item.find, target, true) {
            count_includes(&merged.include, target, depth + 1, count)?;
        }
    }
    Ok(())
}

/// What two sets of finder options ask together; the later is the stronger.
fn merge(base: FindDoc, later: FindDoc) -> FindDoc {
    let all = |left: Option<WhereDoc>, right: Option<WhereDoc>| match (left, right) {
        (Some(left), Some(right)) => Some(WhereDoc::All(vec![left, right])),
        (left, right) => left.or(right),
    };
    let mut include = base.include;
    // Two includes of one association in the same options are two, or a mistake; of different options they are one.
    let earlier = include.len();
    for item in later.include {
        let key = |item: &IncludeDoc| item.alias.clone().unwrap_or_else(|| item.association.clone());
        match include[..earlier]
            .iter_mut()
            .find(|known| key(known) == key(&item) && known.association == item.association)
        {
            Some(known) => {
                let earlier = std::mem::take(&mut known.find);
                known.find = merge(earlier, item.find);
                known.required = item.required.or(known.required);
                known.separate = item.separate.or(known.separate);
                if item.through.is_some() {
                    known.through = item.through;
                }
            }
            None => include.push(item),
        }
    }
    FindDoc {
        attributes: match (base.attributes, later.attributes) {
            (Some(AttributesDoc::List(mut first)), Some(AttributesDoc::List(second))) => {
                first.extend(second.into_iter().filter(|item| !first.contains(item)).collect::<Vec<_>>());
                Some(AttributesDoc::List(first))
            }
            (
                Some(AttributesDoc::Adjust { mut include, mut exclude }),
                Some(AttributesDoc::Adjust { include: more, exclude: less }),
            ) => {
                include.extend(more);
                exclude.extend(less);
                Some(AttributesDoc::Adjust { include, exclude })
            }
            (first, second) => second.or(first),
        },
        filter: all(base.filter, later.filter),
        include,
        order: base.order.into_iter().chain(later.order).collect(),
        group: {
            let mut group = base.group;
            group.extend(later.group.into_iter().filter(|key| !group.contains(key)).collect::<Vec<_>>());
            group
        },
        having: all(base.having, later.having),
        limit: later.limit.or(base.limit),
        offset: later.offset.or(base.offset),
        distinct: base.distinct || later.distinct,
        paranoid: later.paranoid.or(base.paranoid),
        scope: later.scope,
        lock: later.lock.or(base.lock),
        index_hints: base.index_hints.into_iter().chain(later.index_hints).collect(),
    }
}

/// The condition of a model's default scope: its bytes and its values.
///
/// # Errors
///
/// What is wrong with the scope's document for the model.
pub fn default_condition(view: ModelView<'_>) -> Result<Option<(Vec<u8>, Vec<Bind<'static>>)>> {
    let Some(json) = &view.def().default_scope else { return Ok(None) };
    let Some(filter) = options_of(view, DEFAULT, json, &[])?.filter else { return Ok(None) };
    let (mut bytes, mut binds) = (Vec::new(), Vec::new());
    let scope = Scope { path: format!("{}.scope({DEFAULT})", view.name), aliases: &[], includes: &[], outer: None };
    scope.conjuncts(&filter, &mut Encoder::new(&mut bytes, &mut binds, view, true))?;
    if binds.iter().any(|bind| matches!(bind, Bind::Query(_))) {
        let error = Error::new(ErrorKind::Unsupported, "the condition of a default scope asks no query");
        return Err(error.at(&scope.path).help("write it where it is meant, or as a scope with a name"));
    }
    Ok(Some((bytes, binds)))
}

/// Merges the default scope, but for its condition, into a request that has nothing yet: what typed finds begin with.
pub(crate) fn begin(request: &mut Request<'_>) -> Result<()> {
    let model = request.root().clone();
    match default_options(model.view())? {
        None => Ok(()),
        Some(options) => write(request, &options, model.view()),
    }
}

/// Merges a scope by name into a request.
///
/// # Errors
///
/// A scope that is not known, arguments that do not fit, or what is wrong with its document.
pub fn apply(request: &mut Request<'_>, name: &str, args: &[(&str, Json)]) -> Result<()> {
    let model = request.root().clone();
    let args = args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let options = named(model.view(), &ScopeDoc { name: name.to_owned(), args })?;
    write(request, &options, model.view())
}

fn write(request: &mut Request<'_>, options: &FindDoc, view: ModelView<'_>) -> Result<()> {
    let wrong = [
        ("attributes", options.attributes.is_some()),
        ("distinct", options.distinct),
        ("index_hints", !options.index_hints.is_empty()),
    ];
    if let Some((key, _)) = wrong.iter().find(|(_, said)| *said) {
        return Err(Error::new(ErrorKind::Unsupported, format!("a typed find takes no \"{key}\" from a scope"))
            .at(&view.name)
            .help("records have all attributes; read run-time records, or write it in the find"));
    }
    let (limit, offset) = request.page();
    encode::write_options(request, options)?;
    if options.limit.or(options.offset).is_some() {
        request.set_page(options.limit.or(limit), options.offset.or(offset));
    }
    if let Some(paranoid) = options.paranoid {
        let flags = crate::Flags { paranoid, ..request.flags() };
        request.set_flags(flags);
    }
    Ok(())
}

/// The sections that a scope may write to.
pub(crate) const SECTIONS: [Section; 5] =
    [Section::Include, Section::Filter, Section::Group, Section::Having, Section::Order];
