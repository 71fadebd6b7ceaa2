//! From the document of a write to requests.

use jiff::Timestamp;
use relata_schema::{Datum, Error, ErrorKind, ModelRef, ModelView, Result, datum_from_json};
use serde_json::{Map, Value as Json};

use super::{ast::*, ast_write::*, encode, encode_expr::Scope};
use crate::{
    Request, Section,
    write::{self, OnConflict},
};

/// Encodes a document that changes rows. A create of rows of which only some give a generated key is several requests.
/// The model's own upkeep is part of it: timestamps with the moment `now`, version, soft deletion.
///
/// # Errors
///
/// Whatever is wrong with the document for that model, with the place and the nearest known name.
pub fn encode_write(doc: &RequestDoc, root: ModelRef, now: Timestamp) -> Result<Vec<Request<'static>>> {
    let CallDoc::Write(call) = &doc.call else {
        return Err(Error::internal("a document that reads is encoded as a write"));
    };
    let view = root.view();
    view.check()?;
    let mut requests = match &call.action {
        ActionDoc::Create { rows, conflict, .. } => {
            let mut given = encode_rows(view, rows)?;
            given.iter_mut().for_each(|row| write::stamp_new(view, row, now));
            let sets = write::row_sets(view, given);
            let conflict = conflict_of(view, conflict, &sets)?;
            sets.into_iter().map(|set| with_conflict(&root, set, conflict.as_ref())).collect::<Result<_>>()?
        }
        ActionDoc::Upsert { row, target, update } => {
            let mut given = encode_rows(view, std::slice::from_ref(row))?;
            let named: Vec<u16> = given.iter().flatten().map(|(attribute, _)| *attribute).collect();
            let target = target.as_ref().map(|names| attributes(view, names, "conflict_attributes")).transpose()?;
            let target = write::conflict_target(view, &named, target.as_deref())?;
            let update = match update {
                Some(names) => attributes(view, names, "update")?,
                None => named.iter().copied().filter(|attribute| !target.contains(attribute)).collect(),
            };
            write::check_given(view, &named, &update)?;
            given.iter_mut().for_each(|row| write::stamp_new(view, row, now));
            let conflict = OnConflict { target, update: with_updated_at(view, update) };
            let sets = write::row_sets(view, given);
            sets.into_iter().map(|set| write::insert(&root, set, Some(&conflict))).collect()
        }
        ActionDoc::Truncate { cascade, restart } => {
            let mut request = Request::new(root.clone());
            let call = crate::Call::Truncate { cascade: *cascade, restart: *restart };
            let flags = crate::Flags { call, ..request.flags() };
            request.set_flags(flags);
            vec![request]
        }
        ActionDoc::Update { .. } | ActionDoc::Destroy { .. } | ActionDoc::Restore | ActionDoc::Increment { .. } => {
            vec![changes(doc, call, &root, now)?]
        }
    };
    let returned = match (&call.returning, &call.action) {
        (ReturningDoc::All, _) | (ReturningDoc::Default, ActionDoc::Create { .. } | ActionDoc::Upsert { .. }) => {
            Some(write::every_attribute(view))
        }
        (ReturningDoc::Attributes(names), _) => Some(attributes(view, names, "returning")?),
        _ => None,
    };
    for request in &mut requests {
        if let Some(returned) = returned.as_deref().filter(|returned| !returned.is_empty()) {
            write::returning(request, returned);
        }
        request.check()?;
    }
    Ok(requests)
}

/// An update, destroy, restore or increment of the rows that the finder options keep.
fn changes(doc: &RequestDoc, call: &WriteDoc, root: &ModelRef, now: Timestamp) -> Result<Request<'static>> {
    let view = root.view();
    if doc.find.limit == Some(0) {
        return Err(Error::new(ErrorKind::Request, "a write of no rows is none").at(&view.name).help("leave it out"));
    }
    let find = RequestDoc { call: CallDoc::Find, model: doc.model.clone(), find: doc.find.clone() };
    let mut request = encode::encode_picked(&find, root.clone())?;
    let flags = crate::Flags { all: call.all, ..request.flags() };
    request.set_flags(flags);
    match &call.action {
        ActionDoc::Update { set } => {
            write::update(&mut request);
            let mut assigned = Vec::new();
            for (name, value) in set {
                assigned.push(assign(&mut request, view, name, value)?);
            }
            if !assigned.is_empty() {
                write::touch(&mut request, &assigned, now);
            }
        }
        ActionDoc::Increment { by, down } => {
            write::update(&mut request);
            let mut assigned = Vec::new();
            for (name, by) in by {
                let path = || format!("{}.by.{name}", view.name);
                let attribute = view.require_attribute(name).map_err(|error| error.at(path()))?;
                let ty = &view.attributes[usize::from(attribute)].ty;
                if !ty.kind().is_number() {
                    let error = Error::new(ErrorKind::TypeMismatch, format!("only numbers are counted, this is {ty}"));
                    return Err(error.at(path()));
                }
                let by = datum_from_json(by, ty).map_err(|error| error.at(path()))?;
                if by.is_null() {
                    return Err(Error::new(ErrorKind::TypeMismatch, "NULL is no number").at(path()));
                }
                write::add(&mut request, attribute, by, *down);
                assigned.push(attribute);
            }
            if assigned.is_empty() {
                let error = Error::new(ErrorKind::Request, "nothing is counted").at(format!("{}.by", view.name));
                return Err(error.help("name an attribute and a number"));
            }
            write::touch(&mut request, &assigned, now);
        }
        ActionDoc::Restore => write::restore(&mut request, false, false, now)?,
        ActionDoc::Destroy { force } => write::destroy(&mut request, *force, false, now),
        ActionDoc::Create { .. } | ActionDoc::Upsert { .. } | ActionDoc::Truncate { .. } => {
            return Err(Error::internal("a call that picks no rows is encoded as one that does"));
        }
    }
    Ok(request)
}

fn assign(request: &mut Request<'static>, view: ModelView<'_>, name: &str, value: &ExprDoc) -> Result<u16> {
    let path = format!("{}.set.{name}", view.name);
    let attribute = view.require_attribute(name).map_err(|error| error.at(&path))?;
    let declared = &view.def().attributes[usize::from(attribute)];
    let scope = Scope { path: path.clone(), aliases: &[], includes: &[] };
    if let ExprDoc::Value(json) = value {
        let datum = datum_from_json(json, &declared.ty).map_err(|error| error.at(&path))?;
        check_null(declared, &datum).map_err(|error| error.at(&path))?;
        write::set(request, attribute, datum);
        return Ok(attribute);
    }
    request.write(Section::Values, |out| {
        out.assign(attribute);
        scope.expression(value, out, Some(&declared.ty))
    });
    Ok(attribute)
}

fn check_null(declared: &relata_schema::Attribute, value: &Datum<'_>) -> Result<()> {
    if value.is_null() && !declared.null {
        return Err(Error::new(ErrorKind::NotNullViolation, format!("\"{}\" cannot be NULL", declared.name)));
    }
    Ok(())
}

/// The values of rows, by attribute.
///
/// # Errors
///
/// An attribute that is not known, or a value of another type, with the place.
pub fn encode_rows(view: ModelView<'_>, rows: &[Map<String, Json>]) -> Result<Vec<Vec<(u16, Datum<'static>)>>> {
    let mut found = Vec::with_capacity(rows.len());
    for (i, row) in rows.iter().enumerate() {
        let place =
            || if rows.len() > 1 { format!("{}.values[{i}]", view.name) } else { format!("{}.values", view.name) };
        let mut values = Vec::with_capacity(row.len());
        for (name, json) in row {
            let attribute = view.require_attribute(name).map_err(|error| error.at(place()))?;
            let declared = &view.def().attributes[usize::from(attribute)];
            let path = || format!("{}.{name}", place());
            let datum = datum_from_json(json, &declared.ty).map_err(|error| error.at(path()))?;
            if datum.is_null() && declared.auto_increment {
                // Sequelize's way to leave a generated key to the database.
                continue;
            }
            check_null(declared, &datum).map_err(|error| error.at(path()))?;
            values.push((attribute, datum));
        }
        found.push(values);
    }
    Ok(found)
}

/// What the document of a create says of rows that are there already, by attribute, and the condition of the index.
///
/// # Errors
///
/// An attribute that is not known, or a key that is none.
pub fn conflict_of<'d>(
    view: ModelView<'_>,
    doc: &'d ConflictDoc,
    sets: &[write::RowSet<'_>],
) -> Result<Option<(OnConflict, Option<&'d WhereDoc>)>> {
    Ok(match doc {
        ConflictDoc::Error => None,
        ConflictDoc::Ignore => Some((OnConflict::default(), None)),
        ConflictDoc::Update { attributes: update, target, predicate } => {
            let update = attributes(view, update, "update_on_duplicate")?;
            let said = target.as_ref().map(|names| attributes(view, names, "conflict_attributes")).transpose()?;
            let given = sets.first().map_or(&[][..], |set| &set.attributes);
            let target = match (&said, predicate) {
                // An index over some of the rows is declared nowhere but in the database, which knows whether it is there.
                (Some(said), Some(_)) => said.clone(),
                _ => write::conflict_target(view, given, said.as_deref())?,
            };
            Some((OnConflict { target, update: with_updated_at(view, update) }, predicate.as_deref()))
        }
    })
}

fn with_conflict(
    root: &ModelRef,
    set: write::RowSet<'static>,
    conflict: Option<&(OnConflict, Option<&WhereDoc>)>,
) -> Result<Request<'static>> {
    let mut request = write::insert(root, set, None);
    if let Some((conflict, predicate)) = conflict {
        let scope = Scope { path: format!("{}.conflict_where", root.view().name), aliases: &[], includes: &[] };
        write::on_conflict(&mut request, conflict, |out| match predicate {
            Some(predicate) => scope.conjuncts(predicate, out),
            None => Ok(()),
        });
    }
    Ok(request)
}

/// Writes a tree of conditions on a model: what a caller has that no find takes.
///
/// # Errors
///
/// What is wrong with the conditions for the model.
pub fn encode_conditions(tree: &WhereDoc, out: &mut crate::Encoder<'_, '_>) -> Result<()> {
    let scope = Scope { path: format!("{}.conflict_where", out.model.name), aliases: &[], includes: &[] };
    scope.conjuncts(tree, out)
}

/// A row that is updated is touched.
fn with_updated_at(view: ModelView<'_>, mut update: Vec<u16>) -> Vec<u16> {
    if let Some(updated) = view.updated_at
        && !update.is_empty()
        && !update.contains(&updated)
    {
        update.push(updated);
    }
    update
}

fn attributes(view: ModelView<'_>, names: &[String], key: &str) -> Result<Vec<u16>> {
    let at = |error: Error| error.at(format!("{}.{key}", view.name));
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        let attribute = view.require_attribute(name).map_err(at)?;
        if found.contains(&attribute) {
            return Err(at(Error::new(ErrorKind::Request, format!("\"{name}\" is named twice"))));
        }
        found.push(attribute);
    }
    Ok(found)
}
