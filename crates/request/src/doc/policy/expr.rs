//! Conditions and expressions: every attribute that they name, by the rule of the model that has it.

use relata_schema::{Error, ErrorKind, ModelView, Result};
use serde_json::Value as Json;

use super::{
    ModelPolicy,
    walk::{Walk, follow, too_far},
};
use crate::doc::ast::{ExprDoc, IncludeDoc, OperandDoc, SelectDoc, WhereDoc};

/// As many characters of a name stand in a message.
const SHOWN: usize = 64;

/// What an attribute is named for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    Filter,
    Sort,
    Write,
}

/// What names may refer to, and where they stand.
#[derive(Clone, Copy)]
pub(super) struct Scope<'p, 'a> {
    pub model: ModelView<'a>,
    pub rule: &'p ModelPolicy,
    /// The includes of the find at hand: a path may begin with the key of one.
    pub includes: &'a [IncludeDoc],
    /// The selection of the find at hand, whose aliases may be named.
    pub selected: &'a [SelectDoc],
    /// How many associations lie between the root and the model.
    pub depth: usize,
    /// The find at hand, as it begins a path in messages: `include(posts).`, and nothing for the root.
    pub place: &'a str,
    /// The part of the find.
    pub part: &'static str,
}

impl<'p, 'a> Scope<'p, 'a> {
    /// The same scope in another part of the find.
    pub(super) fn of(&self, part: &'static str) -> Scope<'p, 'a> {
        Scope { part, ..*self }
    }

    fn at(&self, path: &[String]) -> String {
        let mut place = format!("{}{}", self.place, self.part);
        for step in path {
            place.push('.');
            place.push_str(&shown(step));
        }
        place
    }

    fn unknown_attribute(&self, path: &[String]) -> Error {
        let name = path.last().map_or("", String::as_str);
        unknown(ErrorKind::UnknownAttribute, "attribute", name).at(self.at(path))
    }
}

/// A name as the caller wrote it, but short and without control characters, which would forge lines of a log.
pub(super) fn shown(name: &str) -> String {
    name.chars().take(SHOWN).flat_map(char::escape_debug).collect()
}

/// The one message for a name that does not exist and for one that is not listed.
pub(super) fn unknown(kind: ErrorKind, what: &str, name: &str) -> Error {
    Error::new(kind, format!("there is no {what} \"{}\" here", shown(name)))
}

/// The one message for a word that does not exist and for one that is not listed.
pub(super) fn not_offered(what: &str, name: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("the {what} \"{}\" is not offered", shown(name)))
}

/// The attributes that may be read, in the order of the model.
pub(super) fn readable<'s>(scope: &'s Scope<'_, '_>) -> impl Iterator<Item = &'s String> {
    let names = scope.model.attributes.iter().map(|attribute| &attribute.name);
    names.filter(move |&name| scope.rule.read.contains(name))
}

/// Whether an attribute exists for this purpose.
pub(super) fn lists(rule: &ModelPolicy, model: ModelView<'_>, name: &str, purpose: Purpose) -> bool {
    let listed = match purpose {
        Purpose::Read => &rule.read,
        Purpose::Filter => &rule.filter,
        Purpose::Sort => &rule.sort,
        Purpose::Write => &rule.set,
    };
    listed.contains(name) && model.attribute(name).is_some()
}

impl<'p> Walk<'p> {
    /// A condition.
    pub(super) fn condition(&mut self, tree: &WhereDoc, scope: &Scope<'p, '_>, depth: usize) -> Result<()> {
        self.enter(scope, depth)?;
        match tree {
            WhereDoc::All(members) | WhereDoc::Any(members) => {
                members.iter().try_for_each(|member| self.condition(member, scope, depth + 1))
            }
            WhereDoc::Not(inner) => self.condition(inner, scope, depth + 1),
            WhereDoc::Exists(_) => Err(not_offered("condition", "exists").at(scope.at(&[]))),
            WhereDoc::Test { left, op, right } => {
                let before = self.rules.len();
                self.expression(left, Purpose::Filter, scope, depth + 1)?;
                self.operand(right, scope, depth + 1)?;
                if self.all_since(before, scope, |rule| rule.offers_operator(*op)) {
                    return Ok(());
                }
                Err(not_offered("operator", op.name()).at(scope.at(&[])))
            }
        }
    }

    fn operand(&mut self, operand: &OperandDoc, scope: &Scope<'p, '_>, depth: usize) -> Result<()> {
        match operand {
            OperandDoc::Value(value) => self.value(value),
            OperandDoc::List(values) => {
                self.spend(values.len())?;
                values.iter().try_for_each(|value| self.value(value))
            }
            OperandDoc::Range(low, high) => {
                self.enter(scope, depth)?;
                self.operand(low, scope, depth + 1)?;
                self.operand(high, scope, depth + 1)
            }
            OperandDoc::Expr(expr) => self.expression(expr, Purpose::Filter, scope, depth),
            OperandDoc::Quantified { .. } => Err(not_offered("expression", "query").at(scope.at(&[]))),
        }
    }

    /// Counts what is inside of a value.
    pub(super) fn value(&mut self, value: &Json) -> Result<()> {
        if !value.is_array() && !value.is_object() {
            return Ok(());
        }
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            match value {
                Json::Array(elements) => {
                    self.spend(elements.len())?;
                    open.extend(elements);
                }
                Json::Object(fields) => {
                    self.spend(fields.len())?;
                    open.extend(fields.values());
                }
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
            }
        }
        Ok(())
    }

    /// An item of order or group. A plain name is an alias before it is an attribute, as it is for the encoder.
    pub(super) fn item(&mut self, expr: &ExprDoc, purpose: Purpose, scope: &Scope<'p, '_>) -> Result<()> {
        let is_alias = |name: &str| {
            scope.selected.iter().any(|item| matches!(item, SelectDoc::Aliased(_, alias) if alias.as_str() == name))
        };
        if let ExprDoc::Column(path) = expr
            && let [name] = path.as_slice()
            && is_alias(name.as_str())
        {
            self.spend(1)?;
            return self.alias(name, purpose, scope, 0);
        }
        self.expression(expr, purpose, scope, 0)
    }

    /// An expression. All its attributes are named for the same purpose.
    pub(super) fn expression(
        &mut self,
        expr: &ExprDoc,
        purpose: Purpose,
        scope: &Scope<'p, '_>,
        depth: usize,
    ) -> Result<()> {
        self.enter(scope, depth)?;
        match expr {
            ExprDoc::Column(path) => self.column(path, purpose, scope),
            ExprDoc::Alias(name) => self.alias(name, purpose, scope, depth),
            ExprDoc::Value(value) => self.value(value),
            ExprDoc::Cast(..) => Err(not_offered("expression", "cast").at(scope.at(&[]))),
            ExprDoc::Query(_) => Err(not_offered("expression", "query").at(scope.at(&[]))),
            ExprDoc::Outer(_) => Err(not_offered("expression", "outer").at(scope.at(&[]))),
            ExprDoc::Row(members) => {
                members.iter().try_for_each(|member| self.expression(member, purpose, scope, depth + 1))
            }
            ExprDoc::Function { name, args, .. } => {
                let before = self.rules.len();
                for arg in args {
                    self.expression(arg, purpose, scope, depth + 1)?;
                }
                if self.all_since(before, scope, |rule| rule.offers_function(name)) {
                    return Ok(());
                }
                Err(not_offered("function", name).at(scope.at(&[])))
            }
        }
    }

    /// An alias is as good as its expression, for the purpose at hand. No alias is known inside of that expression:
    /// aliases of aliases would double with every step.
    fn alias(&mut self, name: &str, purpose: Purpose, scope: &Scope<'p, '_>, depth: usize) -> Result<()> {
        let inner = Scope { selected: &[], ..*scope };
        let mut known = false;
        for item in scope.selected {
            if let SelectDoc::Aliased(expr, alias) = item
                && alias.as_str() == name
            {
                known = true;
                self.expression(expr, purpose, &inner, depth + 1)?;
            }
        }
        if known { Ok(()) } else { Err(scope.unknown_attribute(&[name.to_owned()])) }
    }

    /// An attribute, of the model at hand or at the end of a path.
    fn column(&mut self, path: &[String], purpose: Purpose, scope: &Scope<'p, '_>) -> Result<()> {
        let Some((attribute, steps)) = path.split_last() else {
            return Err(Error::new(ErrorKind::Request, "a path is empty").at(scope.at(&[])));
        };
        self.spend(steps.len())?;
        if scope.depth.saturating_add(steps.len()) > self.policy.max_depth {
            return Err(too_far(self.policy).at(scope.at(&[])));
        }
        let (mut model, mut rule, mut includes) = (scope.model, scope.rule, scope.includes);
        for (i, step) in steps.iter().enumerate() {
            let include =
                includes.iter().find(|include| include.alias.as_ref().unwrap_or(&include.association) == step);
            let association = include.map_or(step, |include| &include.association);
            let Some(edge) = follow(self.policy, model, rule, association) else {
                let error = unknown(ErrorKind::UnknownAssociation, "association", step);
                return Err(error.at(scope.at(&path[..=i])));
            };
            (model, rule) = (edge.model, edge.rule);
            includes = match include {
                Some(include) => include.find.include.as_slice(),
                None => &[],
            };
        }
        if !lists(rule, model, attribute, purpose) {
            return Err(scope.unknown_attribute(path));
        }
        self.rules.push(rule);
        Ok(())
    }

    /// An attribute of the model at hand, by its name alone.
    pub(super) fn attribute(&mut self, name: &str, purpose: Purpose, scope: &Scope<'p, '_>) -> Result<()> {
        self.spend(1)?;
        if lists(scope.rule, scope.model, name, purpose) {
            return Ok(());
        }
        Err(scope.unknown_attribute(&[name.to_owned()]))
    }

    /// Whether something is offered by every model whose attributes have been named since, or else by the one at hand.
    fn all_since(&self, before: usize, scope: &Scope<'p, '_>, offers: impl Fn(&ModelPolicy) -> bool) -> bool {
        match self.rules.get(before..) {
            Some(named) if !named.is_empty() => named.iter().all(|rule| offers(rule)),
            _ => offers(scope.rule),
        }
    }

    /// One step down a tree of conditions or expressions.
    fn enter(&mut self, scope: &Scope<'p, '_>, depth: usize) -> Result<()> {
        let most = self.policy.max_nesting;
        if depth > most {
            let message = format!("conditions and expressions are nested at most {most} deep");
            return Err(Error::new(ErrorKind::LimitExceeded, message).at(scope.at(&[])));
        }
        self.spend(1)
    }
}
