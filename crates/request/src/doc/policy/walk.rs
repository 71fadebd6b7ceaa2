//! The walk over a document: its options, selections and includes.

use relata_schema::{Error, ErrorKind, ModelSet, ModelView, Result};

use super::{
    ModelPolicy, NOTHING, Policy,
    expr::{Purpose, Scope, lists, not_offered, readable, shown, unknown},
};
use crate::doc::ast::{AttributesDoc, CallDoc, FindDoc, IncludeDoc, RequestDoc, SelectDoc};

/// The walk over one document, and what it has counted.
pub(super) struct Walk<'p> {
    pub policy: &'p Policy,
    /// The rules of the models whose attributes were named so far, one for each time. No longer than nodes are many.
    pub rules: Vec<&'p ModelPolicy>,
    nodes: usize,
    rows: u64,
}

/// The find of the root, or of an include.
#[derive(Clone, Copy)]
struct Level<'p, 'a> {
    model: ModelView<'a>,
    rule: &'p ModelPolicy,
    /// What begins its paths in messages.
    place: &'a str,
    /// How many associations lie between the root and the model.
    depth: usize,
    /// How many parents there are at most.
    parents: u64,
    /// Whether its rows are part of the answer.
    shown: bool,
    /// Whether a parent may have several of its rows.
    many: bool,
}

impl Level<'_, '_> {
    fn at(&self, part: &str) -> String {
        format!("{}{part}", self.place)
    }
}

/// An association that exists for the caller.
pub(super) struct Edge<'p, 'a> {
    pub model: ModelView<'a>,
    pub rule: &'p ModelPolicy,
    index: u16,
}

/// Follows an association: it is listed, and so is the model that it leads to.
pub(super) fn follow<'p, 'a>(
    policy: &'p Policy,
    from: ModelView<'a>,
    rule: &ModelPolicy,
    name: &str,
) -> Option<Edge<'p, 'a>> {
    if !rule.associations.contains(name) {
        return None;
    }
    let index = from.association(name)?;
    let model = from.target(index).ok()?;
    let rule = policy.models.get(&model.name)?;
    Some(Edge { model, rule, index })
}

pub(super) fn too_far(policy: &Policy) -> Error {
    Error::new(ErrorKind::LimitExceeded, format!("associations are followed at most {} deep", policy.max_depth))
}

/// The word for a call in [`ModelPolicy::calls`].
fn call_name(call: &CallDoc) -> &'static str {
    match call {
        CallDoc::Find => "find",
        CallDoc::FindAndCount => "find_and_count",
        CallDoc::Count => "count",
        CallDoc::Aggregate { .. } => "aggregate",
        CallDoc::Write(write) => write.action.name(),
    }
}

fn named<'n>(names: impl Iterator<Item = &'n String>) -> Vec<SelectDoc> {
    names.map(|name| SelectDoc::Name(name.clone())).collect()
}

/// The options that only a flag of the model's rule allows.
fn options(find: &FindDoc, level: &Level<'_, '_>) -> Result<()> {
    let rule = level.rule;
    let asked = [
        ("paranoid", find.paranoid == Some(false), rule.deleted),
        ("lock", find.lock.is_some(), rule.lock),
        ("index_hints", !find.index_hints.is_empty(), false),
        ("distinct", find.distinct, rule.groups),
        ("group", !find.group.is_empty(), rule.groups),
        ("having", find.having.is_some(), rule.groups),
    ];
    for (option, is_asked, is_allowed) in asked {
        if is_asked && !is_allowed {
            return Err(not_offered("option", option).at(level.at(option)));
        }
    }
    let named = find.scope.iter().flatten().find(|scope| scope.name != "default" && !rule.scopes.contains(&scope.name));
    match named {
        Some(scope) => Err(unknown(ErrorKind::Request, "scope", &scope.name).at(level.at("scope"))),
        None => Ok(()),
    }
}

impl<'p> Walk<'p> {
    pub(super) fn new(policy: &'p Policy) -> Self {
        Walk { policy, rules: Vec::new(), nodes: 0, rows: 0 }
    }

    /// Counts parts of the document.
    pub(super) fn spend(&mut self, nodes: usize) -> Result<()> {
        self.nodes = self.nodes.saturating_add(nodes);
        let most = self.policy.max_nodes;
        if self.nodes > most {
            return Err(Error::new(ErrorKind::LimitExceeded, format!("a request has at most {most} parts")));
        }
        Ok(())
    }

    pub(super) fn request(&mut self, doc: &mut RequestDoc, models: &ModelSet) -> Result<()> {
        let policy = self.policy;
        let call = call_name(&doc.call);
        let (Some(model), Some(rule)) = (models.view(&doc.model), policy.models.get(&doc.model)) else {
            let key = if matches!(doc.call, CallDoc::Find | CallDoc::Aggregate { .. }) { "model" } else { call };
            return Err(unknown(ErrorKind::UnknownModel, "model", &doc.model).at(key));
        };
        if !rule.offers_call(call) {
            return Err(not_offered("call", call));
        }
        if let CallDoc::Aggregate { function, attribute } = &doc.call {
            if !rule.aggregates.contains(function) {
                return Err(not_offered("aggregate", function).at("aggregate"));
            }
            if !lists(rule, model, attribute, Purpose::Read) {
                return Err(unknown(ErrorKind::UnknownAttribute, "attribute", attribute).at("attribute"));
            }
        }
        if let CallDoc::Write(write) = &mut doc.call {
            self.write(write, model, rule, doc.find.filter.is_some())?;
        }
        let shown = matches!(doc.call, CallDoc::Find | CallDoc::FindAndCount);
        let root = Level { model, rule, place: "", depth: 0, parents: 1, shown, many: shown };
        self.find(&mut doc.find, &root)
    }

    fn find(&mut self, find: &mut FindDoc, level: &Level<'p, '_>) -> Result<()> {
        let Level { model, rule, place, depth, .. } = *level;
        self.spend(find.scope.as_ref().map_or(0, Vec::len))?;
        // The default scope may be what keeps one customer's rows from another: naming scopes never drops it here.
        if let Some(scopes) = &mut find.scope
            && !scopes.iter().any(|scope| scope.name == "default")
        {
            scopes.insert(0, crate::doc::ScopeDoc { name: "default".to_owned(), args: Vec::new() });
        }
        options(find, level)?;
        let asked = find.attributes.take();
        let scope = Scope { model, rule, includes: &find.include, selected: &[], depth, place, part: "attributes" };
        let selected = match asked {
            // A count answers no attributes, and a distinct count is one of the attributes that it names itself.
            None if depth == 0 && !level.shown => None,
            asked => Some(self.selection(asked, &scope)?),
        };
        let scope = Scope { selected: selected.as_deref().unwrap_or_default(), ..scope };
        if let Some(filter) = &find.filter {
            self.condition(filter, &scope.of("where"), 0)?;
        }
        for key in &find.group {
            self.item(key, Purpose::Read, &scope.of("group"))?;
        }
        if let Some(having) = &find.having {
            self.condition(having, &scope.of("having"), 0)?;
        }
        for item in &find.order {
            self.item(&item.expr, Purpose::Sort, &scope.of("order"))?;
        }
        // An include that selects nothing only filters, and nothing below it is shown.
        let shown = level.shown && (depth == 0 || selected.as_ref().is_none_or(|items| !items.is_empty()));
        find.attributes = selected.map(AttributesDoc::List);
        let parents = self.page(find, level, shown)?;
        let here = Level { parents, shown, ..*level };
        for include in &mut find.include {
            self.include(include, &here)?;
        }
        Ok(())
    }

    /// What is selected, as a list, which no default can widen.
    fn selection(&mut self, asked: Option<AttributesDoc>, scope: &Scope<'p, '_>) -> Result<Vec<SelectDoc>> {
        let (mut selected, items) = match asked {
            None => (named(readable(scope)), Vec::new()),
            Some(AttributesDoc::List(items)) => (Vec::new(), items),
            Some(AttributesDoc::Adjust { include, exclude }) => {
                for name in &exclude {
                    self.attribute(name, Purpose::Read, scope)?;
                }
                (named(readable(scope).filter(|&name| !exclude.contains(name))), include)
            }
        };
        for item in items {
            match &item {
                SelectDoc::Name(name) => self.attribute(name, Purpose::Read, scope)?,
                SelectDoc::Aliased(expr, _) => {
                    self.spend(1)?;
                    self.expression(expr, Purpose::Read, scope, 0)?;
                }
            }
            selected.push(item);
        }
        Ok(selected)
    }

    /// Limit and offset. Answers how many rows there are at most.
    fn page(&mut self, find: &mut FindDoc, level: &Level<'p, '_>, shown: bool) -> Result<u64> {
        let policy = self.policy;
        let exceeded = |message: String, part: &str| Error::new(ErrorKind::LimitExceeded, message).at(level.at(part));
        if find.limit.is_some_and(|limit| limit > policy.max_limit) {
            return Err(exceeded(format!("a limit is at most {}", policy.max_limit), "limit"));
        }
        if find.offset.is_some_and(|offset| offset > policy.max_offset) {
            return Err(exceeded(format!("an offset is at most {}", policy.max_offset), "offset"));
        }
        // Groups are a list too, also those that are only counted.
        if find.limit.is_none() && ((shown && level.many) || !find.group.is_empty()) {
            find.limit = Some(policy.max_limit);
        }
        let rows = match find.limit {
            Some(limit) if level.many => level.parents.saturating_mul(limit),
            _ => level.parents,
        };
        if shown {
            self.rows = self.rows.saturating_add(rows);
            if self.rows > policy.max_rows {
                let message = format!("the limits of a request come to at most {} rows", policy.max_rows);
                return Err(exceeded(message, "limit").help("give smaller limits"));
            }
        }
        Ok(rows)
    }

    fn include(&mut self, include: &mut IncludeDoc, above: &Level<'p, '_>) -> Result<()> {
        let policy = self.policy;
        self.spend(1 + usize::from(include.alias.is_some()))?;
        if above.depth >= policy.max_depth {
            return Err(too_far(policy).at(above.at("include")));
        }
        let found = follow(policy, above.model, above.rule, &include.association).and_then(|edge| {
            let link = above.model.link(edge.index).ok()?;
            let junction = above.model.through(edge.index).ok()?;
            Some((edge, link, junction))
        });
        let Some((edge, link, junction)) = found else {
            let error = unknown(ErrorKind::UnknownAssociation, "association", &include.association);
            return Err(error.at(above.at("include")));
        };
        if let Some(alias) = &include.alias {
            // The planner refuses such a name too, and would say whose it is.
            let other = above.model.association(alias).is_some_and(|other| other != edge.index);
            if other || above.model.attribute(alias).is_some() {
                let message = format!("the name \"{}\" cannot be given here", shown(alias));
                return Err(Error::new(ErrorKind::Request, message).at(above.at("include")));
            }
        }
        let key = include.alias.as_ref().unwrap_or(&include.association);
        let place = format!("{}include({}).", above.place, shown(key));
        let level = Level {
            model: edge.model,
            rule: edge.rule,
            place: &place,
            depth: above.depth + 1,
            parents: above.parents,
            shown: above.shown,
            many: !link.single && !link.to_one,
        };
        self.through(include, junction, &level)?;
        let is_unlimited = include.find.limit.is_none();
        self.find(&mut include.find, &level)?;
        if is_unlimited && include.find.limit.is_some() && include.separate == Some(false) {
            // A limit for each parent cannot be joined. The rows are the same either way.
            include.separate = None;
        }
        Ok(())
    }

    /// The junction of an include. Its row is shown unless the request says otherwise, so it always does.
    fn through(
        &mut self,
        include: &mut IncludeDoc,
        junction: Option<ModelView<'_>>,
        level: &Level<'p, '_>,
    ) -> Result<()> {
        let Some(junction) = junction else {
            return match include.through {
                Some(_) => {
                    let error = Error::new(ErrorKind::Request, "\"through\" has no meaning here");
                    Err(error.at(level.at("through")))
                }
                None => Ok(()),
            };
        };
        let listed = self.policy.models.get(&junction.name);
        let rule = listed.unwrap_or(&NOTHING);
        let place = level.at("through.");
        let through = include.through.get_or_insert_default();
        if through.paranoid == Some(false) && !rule.deleted {
            return Err(not_offered("option", "paranoid").at(format!("{place}paranoid")));
        }
        let scope = Scope {
            model: junction,
            rule,
            includes: &[],
            selected: &[],
            depth: level.depth,
            place: &place,
            part: "attributes",
        };
        let selected = self.selection(through.attributes.take(), &scope)?;
        if listed.is_none() && !selected.is_empty() {
            // Even a constant would be shown under the name of the junction's model.
            return Err(not_offered("option", "attributes").at(format!("{place}attributes")));
        }
        if let Some(filter) = &through.filter {
            self.condition(filter, &scope.of("where"), 0)?;
        }
        through.attributes = Some(AttributesDoc::List(selected));
        Ok(())
    }
}
