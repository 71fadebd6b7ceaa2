//! From the document of a write to requests.

use jiff::Timestamp;
use relata_schema::{Datum, Error, ErrorKind, ModelRef, ModelView, Result, datum_from_json};
use serde_json::{Map, Value as Json};

use super::{ast::*, ast_write::*, encode, encode_expr::Scope};
use crate::{
    Request, Section,
    write::{self, Fresh, OnConflict},
};

/// Encodes a document that changes rows. A create of rows of which only some give a generated key is several requests.
/// The model's own upkeep is part of it: timestamps and what is made for each row, version, soft deletion.
///
/// # Errors
///
/// Whatever is wrong with the document for that model, with the place and the nearest known name.
pub fn encode_write(doc: &RequestDoc, root: ModelRef, fresh: &Fresh<'_>) -> Result<Vec<Request<'static>>> {
    let now = fresh.now;
    let CallDoc::Write(call) = &doc.call else {
        return Err(Error::internal("a document that reads is encoded as a write"));
    };
    let view = root.view();
    view.check()?;
    let mut requests = match &call.action {
        ActionDoc::Create { rows, conflict, .. } => {
            let mut given = encode_rows(view, rows)?;
            given.iter_mut().for_each(|row| write::stamp_new(view, row, fresh));
            let sets = write::row_sets(view, given);
            let conflict = conflict_of(view, conflict, &sets)?;
            sets.into_iter().map(|set| write::insert(&root, set, conflict.as_ref())).collect()
        }
        ActionDoc::Upsert { row, update, target } => {
            let mut given = encode_rows(view, std::slice::from_ref(row))?;
            let named: Vec<u16> = given.iter().flatten().map(|(attribute, _)| *attribute).collect();
            let conflict = upsert_by(view, update.as_deref(), target)?.resolve(view, &named, false)?;
            given.iter_mut().for_each(|row| write::stamp_new(view, row, fresh));
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
    let scope = Scope { path: path.clone(), aliases: &[], includes: &[], outer: None };
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

/// What the document of a create says of rows that are there already.
///
/// # Errors
///
/// An attribute that is not known, a key that is none, or what is wrong with a condition.
pub fn conflict_of(view: ModelView<'_>, doc: &ConflictDoc, sets: &[write::RowSet<'_>]) -> Result<Option<OnConflict>> {
    Ok(match doc {
        ConflictDoc::Error => None,
        ConflictDoc::Ignore => Some(OnConflict::default()),
        ConflictDoc::Update { attributes: update, target } => {
            let update = attributes(view, update, "update_on_duplicate")?;
            let said = upsert_by(view, None, target)?;
            let given = sets.first().map_or(&[][..], |set| &set.attributes);
            let target = said.key(view, given)?;
            let update = with_updated_at(view, update);
            let conflict = OnConflict { target, predicate: said.predicate, update, filter: said.filter };
            conflict.check(view)?;
            Some(conflict)
        }
    })
}

/// What the document of an upsert says of a row that is there already.
///
/// # Errors
///
/// An attribute that is not known, or what is wrong with a condition.
pub fn upsert_by(view: ModelView<'_>, update: Option<&[String]>, target: &TargetDoc) -> Result<write::UpsertBy> {
    let names =
        |names: &Option<Vec<String>>, key: &str| names.as_ref().map(|names| attributes(view, names, key)).transpose();
    let conditions = |tree: &Option<WhereDoc>, key: &str| {
        let mut conditions = write::Conditions::default();
        if let Some(tree) = tree {
            let scope = Scope { path: format!("{}.{key}", view.name), aliases: &[], includes: &[], outer: None };
            conditions.write(view, |out| scope.conjuncts(tree, out))?;
        }
        Ok::<_, Error>(conditions)
    };
    Ok(write::UpsertBy {
        target: names(&target.attributes, "conflict_attributes")?,
        predicate: conditions(&target.predicate, "conflict_where")?,
        update: update.map(|update| attributes(view, update, "update")).transpose()?,
        filter: conditions(&target.filter, "update_where")?,
    })
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
