//! From a document to the bytes of a request: names become indexes, JSON values become typed binds.

use relata_schema::{Aggregate, Error, ErrorKind, ModelRef, ModelView, Result};

use super::{ast::*, encode_expr::Scope, scope};
use crate::{Call, Encoder, Flags, Include, Lock, Request, Section};

/// Encodes a document against its root model. A `find_and_count` is encoded as its find.
///
/// # Errors
///
/// Whatever is wrong with the document for that model, with the model path of the place and the nearest known name.
pub fn encode_find(doc: &RequestDoc, root: ModelRef) -> Result<Request<'static>> {
    encode_options(doc, root, true, None)
}

/// Encodes a query within a request, which is asked for a row of a model.
pub(super) fn encode_query(doc: &RequestDoc, root: ModelRef, outer: ModelView<'_>) -> Result<Request<'static>> {
    encode_options(doc, root, true, Some(outer))
}

/// Encodes the rows that a document picks to be written: of the default scope only the condition holds.
///
/// # Errors
///
/// As [`encode_find`].
pub fn encode_picked(doc: &RequestDoc, root: ModelRef) -> Result<Request<'static>> {
    encode_options(doc, root, false, None)
}

/// Encodes a document as a find of rows, which are shown or, where `shows` is not said, written.
fn encode_options(
    doc: &RequestDoc,
    root: ModelRef,
    shows: bool,
    outer: Option<ModelView<'_>>,
) -> Result<Request<'static>> {
    let mut request = Request::new(root.clone());
    let view = root.view();
    let call = match &doc.call {
        CallDoc::Find | CallDoc::FindAndCount => Call::Find,
        CallDoc::Count => Call::Count,
        CallDoc::Write(_) => return Err(Error::internal("a document that writes is encoded as a find")),
        CallDoc::Aggregate { function, attribute } => {
            let function = Aggregate::from_name(function).ok_or_else(|| {
                Error::new(ErrorKind::Request, format!("there is no aggregate \"{function}\""))
                    .at(&view.name)
                    .near(function, Aggregate::ALL.iter().map(|aggregate| aggregate.name()))
            })?;
            Call::Aggregate(function, view.require_attribute(attribute).map_err(|error| error.at(&view.name))?)
        }
    };
    let (merged, scoped) = scope::scoped(&doc.find, view, shows)?;
    let find = &merged;
    scope::check_includes(&find.include, view)?;
    request.set_flags(Flags {
        call,
        distinct: find.distinct,
        paranoid: find.paranoid.unwrap_or(true),
        lock: find.lock.map(|lock| Lock { strength: lock.strength as u8, wait: lock.wait as u8 }),
        all: false,
        scoped,
        first: false,
    });
    let aliases = aliases(find.attributes.as_ref());
    let scope = Scope { path: view.name.clone(), aliases: &aliases, includes: &find.include, outer };
    options(find, &scope, |section, write| request.write(section, write));
    if (find.limit, find.offset) != (None, None) {
        request.set_page(find.limit, find.offset);
    }
    request.write(Section::Hints, |out| find.index_hints.iter().try_for_each(|(kind, name)| out.hint(*kind, name)));
    request.check().map_err(|error| if error.path().is_empty() { error.at(&view.name) } else { error })?;
    Ok(request)
}

/// Writes the sections of finder options into a request; flags and page are the caller's.
pub(super) fn write_options(request: &mut Request<'_>, find: &FindDoc) -> Result<()> {
    scope::check_includes(&find.include, request.root().view())?;
    let aliases = aliases(find.attributes.as_ref());
    let scope =
        Scope { path: request.root().view().name.clone(), aliases: &aliases, includes: &find.include, outer: None };
    let mut out: Request<'static> = Request::new(request.root().clone());
    options(find, &scope, |section, write| out.write(section, write));
    out.check()?;
    for section in super::scope::SECTIONS {
        request.copy_section(section, &out);
    }
    Ok(())
}

/// The aliases that a selection gives, which order and having may name.
fn aliases(attributes: Option<&AttributesDoc>) -> Vec<&str> {
    let items = match attributes {
        None => return Vec::new(),
        Some(AttributesDoc::List(items) | AttributesDoc::Adjust { include: items, .. }) => items,
    };
    items
        .iter()
        .filter_map(|item| match item {
            SelectDoc::Aliased(_, alias) => Some(alias.as_str()),
            SelectDoc::Name(_) => None,
        })
        .collect()
}

type Write<'w> = Box<dyn FnOnce(&mut Encoder<'_, 'static>) -> Result<()> + 'w>;

/// The sections that a find and an include share.
fn options<'w>(find: &'w FindDoc, scope: &'w Scope<'w>, mut section: impl FnMut(Section, Write<'w>)) {
    if let Some(doc) = &find.attributes {
        section(Section::Attributes, Box::new(|encoder| attributes(doc, scope, encoder)));
    }
    if !find.include.is_empty() {
        section(
            Section::Include,
            Box::new(|encoder| find.include.iter().try_for_each(|item| include(item, scope, encoder))),
        );
    }
    if let Some(filter) = &find.filter {
        section(
            Section::Filter,
            Box::new(|encoder| {
                scope.part("where").conjuncts(filter, encoder)?;
                // A where that asks nothing was still written, and makes an include required.
                encoder.at_least_true();
                Ok(())
            }),
        );
    }
    if !find.group.is_empty() {
        section(
            Section::Group,
            Box::new(|encoder| find.group.iter().try_for_each(|key| scope.part("group").grouping(key, encoder))),
        );
    }
    if let Some(having) = &find.having {
        section(Section::Having, Box::new(|encoder| scope.part("having").conjuncts(having, encoder)));
    }
    if !find.order.is_empty() {
        section(
            Section::Order,
            Box::new(|encoder| {
                find.order.iter().try_for_each(|item| {
                    scope.part("order").ordering(&item.expr, encoder)?;
                    encoder.direction(item.descending, item.nulls.map(|nulls| nulls == NullsDoc::First));
                    Ok(())
                })
            }),
        );
    }
}

fn attributes(doc: &AttributesDoc, scope: &Scope<'_>, encoder: &mut Encoder<'_, 'static>) -> Result<()> {
    let scope = scope.part("attributes");
    encoder.explicit_selection();
    let items = match doc {
        AttributesDoc::List(items) => items,
        AttributesDoc::Adjust { include, exclude } => {
            for name in exclude {
                encoder.model.require_attribute(name).map_err(|error| error.at(&scope.path))?;
            }
            for (i, attribute) in (0u16..).zip(&encoder.model.def().attributes) {
                if !exclude.contains(&attribute.name) {
                    encoder.select_attribute(i);
                }
            }
            include
        }
    };
    for item in items {
        match item {
            SelectDoc::Name(name) => {
                let attribute = encoder.model.require_attribute(name).map_err(|error| error.at(&scope.path))?;
                encoder.select_attribute(attribute);
            }
            SelectDoc::Aliased(expr, alias) => {
                encoder.select_alias(alias).map_err(|error| error.at(&scope.path))?;
                scope.expression(expr, encoder, None)?;
            }
        }
    }
    Ok(())
}

fn include(doc: &IncludeDoc, above: &Scope<'_>, encoder: &mut Encoder<'_, 'static>) -> Result<()> {
    let model: ModelView<'_> = encoder.model;
    let at = |error: Error| error.at(format!("{}.include", above.path));
    let association = model.require_association(&doc.association).map_err(at)?;
    let target = model.target(association).map_err(at)?;
    let key = doc.alias.as_deref().unwrap_or(&doc.association);
    let path = format!("{}.include({key})", above.path);
    let (merged, scoped) = scope::scoped(&doc.find, target, true).map_err(|error| error.at(&path))?;
    let find = &merged;
    let misplaced = [
        ("group", !find.group.is_empty()),
        ("having", find.having.is_some()),
        ("distinct", find.distinct),
        ("lock", find.lock.is_some()),
    ];
    if let Some((option, _)) = misplaced.iter().find(|(_, said)| *said) {
        return Err(Error::new(ErrorKind::Request, format!("an include has no \"{option}\"")).at(path));
    }
    let aliases = aliases(find.attributes.as_ref());
    let scope = Scope { path: path.clone(), aliases: &aliases, includes: &find.include, outer: above.outer };
    let mut out = Include::new(association);
    if let Some(alias) = &doc.alias {
        out.alias(alias);
    }
    if let Some(required) = doc.required {
        out.required(required);
    }
    if let Some(separate) = doc.separate {
        out.separate(separate);
    }
    out.paranoid(find.paranoid.unwrap_or(true));
    out.scoped(scoped);
    if let Some(limit) = find.limit {
        out.limit(limit);
    }
    if let Some(offset) = find.offset {
        out.offset(offset);
    }
    options(find, &scope, |section, write| out.write(section, target, write));
    if let Some(through) = &doc.through {
        let Some(junction) = model.through(association).map_err(at)? else {
            return Err(Error::new(
                ErrorKind::Request,
                format!("{key} has no junction, so \"through\" has no meaning"),
            )
            .at(path));
        };
        let scope = Scope { path: format!("{path}.through"), aliases: &[], includes: &[], outer: above.outer };
        out.through_paranoid(through.paranoid.unwrap_or(true));
        if let Some(doc) = &through.attributes {
            out.write(Section::ThroughAttributes, junction, |encoder| attributes(doc, &scope, encoder));
        }
        if let Some(filter) = &through.filter {
            out.write(Section::ThroughFilter, junction, |encoder| scope.part("where").conjuncts(filter, encoder));
        }
    }
    out.finish(encoder).map_err(|error| error.at(path))
}
