//! From JSON to the documents of calls that change rows.

use relata_schema::{Error, ErrorKind, Reader, Result};
use serde_json::{Map, Value as Json};

use super::{ast::*, ast_write::*, read, read_expr};

/// Keys of one call each, which name the model.
const CALLS: [&str; 8] = ["create", "upsert", "update", "destroy", "restore", "increment", "decrement", "truncate"];

/// Whether an object is a write.
pub(super) fn is_write(reader: &Reader<'_>) -> bool {
    CALLS.iter().any(|call| reader.field(call).is_some())
}

pub(super) fn request(reader: &Reader<'_>) -> Result<RequestDoc> {
    // The "update" of an upsert is a list of attributes, and no call.
    let mut calls = CALLS
        .into_iter()
        .filter_map(|call| reader.field(call).map(|field| (call, field)))
        .filter(|(call, _)| *call != "update" || reader.field("upsert").is_none());
    let (Some((call, model)), None) = (calls.next(), calls.next()) else {
        return Err(reader.error("a request is one call"));
    };
    let model = model.text()?.to_owned();
    let rows = ["where", "order", "limit", "paranoid", "scope", "all", "returning", "offset", "include", "group"];
    let own: &[&str] = match call {
        "create" => &[
            "values",
            "returning",
            "ignore_duplicates",
            "update_on_duplicate",
            "conflict_attributes",
            "conflict_where",
            "update_where",
        ],
        "upsert" => &["values", "returning", "conflict_attributes", "conflict_where", "update_where", "update"],
        "update" => &["set"],
        "destroy" => &["force"],
        "restore" => &[],
        "truncate" => &["cascade", "restart_identity"],
        _ => &["by"],
    };
    let picks = !matches!(call, "create" | "upsert" | "truncate");
    let known: Vec<&str> =
        own.iter().copied().chain([call, "$schema"]).chain(rows.into_iter().filter(|_| picks)).collect();
    reader.object(&known)?;
    let flag = |name: &str| reader.field(name).map_or(Ok(false), |field| field.boolean());
    let action = match call {
        "create" => create(reader)?,
        "upsert" => ActionDoc::Upsert {
            row: row(&required(reader, "values")?)?,
            update: names(reader, "update")?,
            target: Box::new(target(reader)?),
        },
        "update" => ActionDoc::Update { set: set(&required(reader, "set")?)? },
        "destroy" => ActionDoc::Destroy { force: flag("force")? },
        "restore" => ActionDoc::Restore,
        "truncate" => ActionDoc::Truncate { cascade: flag("cascade")?, restart: flag("restart_identity")? },
        _ => {
            let by = required(reader, "by")?;
            let by: Vec<(String, Json)> = by.map()?.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
            ActionDoc::Increment { by, down: call == "decrement" }
        }
    };
    let mut find = if picks { read::options(reader, 0)? } else { FindDoc::default() };
    if !find.include.is_empty() || !find.group.is_empty() || find.offset.is_some() {
        let error = Error::new(ErrorKind::Request, "a write has no include, group or offset").at(reader.pointer());
        return Err(error.help("name associations by paths in the condition: \"$posts.title$\""));
    }
    find.include.clear();
    let returning = match reader.field("returning") {
        None => ReturningDoc::Default,
        Some(field) => match field.json {
            Json::Bool(true) => ReturningDoc::All,
            Json::Bool(false) => ReturningDoc::Nothing,
            _ => ReturningDoc::Attributes(field.names()?),
        },
    };
    let call = CallDoc::Write(Box::new(WriteDoc { action, all: flag("all")?, returning }));
    Ok(RequestDoc { call, model, find })
}

fn required<'j>(reader: &Reader<'j>, name: &str) -> Result<Reader<'j>> {
    reader.field(name).ok_or_else(|| reader.error(format!("\"{name}\" is missing")))
}

fn names(reader: &Reader<'_>, name: &str) -> Result<Option<Vec<String>>> {
    reader.field(name).map(|field| field.names()).transpose()
}

fn create(reader: &Reader<'_>) -> Result<ActionDoc> {
    let values = required(reader, "values")?;
    let many = values.json.is_array();
    let rows = if many { values.elements()?.iter().map(row).collect::<Result<_>>()? } else { vec![row(&values)?] };
    if rows.is_empty() {
        return Err(values.error("there is no row"));
    }
    let ignore = reader.field("ignore_duplicates").map_or(Ok(false), |field| field.boolean())?;
    let update = names(reader, "update_on_duplicate")?;
    let target = Box::new(target(reader)?);
    let conflict = match (ignore, update) {
        (true, Some(_)) => {
            return Err(reader.error("\"ignore_duplicates\" and \"update_on_duplicate\" exclude one another"));
        }
        (false, Some(attributes)) => {
            if attributes.is_empty() {
                return Err(reader
                    .error("\"update_on_duplicate\" names no attribute")
                    .help("say \"ignore_duplicates\": true to leave the row as it is"));
            }
            ConflictDoc::Update { attributes, target }
        }
        (ignore, None) => {
            if *target != TargetDoc::default() {
                let message = "\"conflict_attributes\", \"conflict_where\" and \"update_where\" go with \
                               \"update_on_duplicate\"";
                return Err(reader.error(message));
            }
            if ignore { ConflictDoc::Ignore } else { ConflictDoc::Error }
        }
    };
    Ok(ActionDoc::Create { rows, many, conflict })
}

fn target(reader: &Reader<'_>) -> Result<TargetDoc> {
    let tree = |name: &str| reader.field(name).map(|field| read_expr::tree(&field, 0)).transpose();
    Ok(TargetDoc {
        attributes: names(reader, "conflict_attributes")?,
        predicate: tree("conflict_where")?,
        filter: tree("update_where")?,
    })
}

fn row(reader: &Reader<'_>) -> Result<Map<String, Json>> {
    reader.map().cloned()
}

/// `{"name": "x", "score": {"fn": "add", ...}}`
fn set(reader: &Reader<'_>) -> Result<Vec<(String, ExprDoc)>> {
    let mut found = Vec::new();
    for name in reader.map()?.keys() {
        let Some(field) = reader.field(name) else { continue };
        let is_expression = ["fn", "col", "cast", "value"].iter().any(|key| field.field(key).is_some());
        let value = if is_expression { read_expr::expression(&field, 0)? } else { ExprDoc::Value(field.json.clone()) };
        found.push((name.clone(), value));
    }
    Ok(found)
}

fn target_to_json(target: &TargetDoc, put: &mut impl FnMut(&str, Json)) {
    if let Some(names) = &target.attributes {
        put("conflict_attributes", names.clone().into());
    }
    for (key, tree) in [("conflict_where", &target.predicate), ("update_where", &target.filter)] {
        if let Some(tree) = tree {
            put(key, super::write::conditions(tree));
        }
    }
}

/// The document as JSON.
pub(super) fn to_json(doc: &WriteDoc, model: &str) -> Map<String, Json> {
    let mut out = Map::new();
    out.insert(doc.action.name().to_owned(), model.into());
    let mut put = |key: &str, value: Json| drop(out.insert(key.to_owned(), value));
    match &doc.action {
        ActionDoc::Create { rows, many, conflict } => {
            let mut objects = rows.iter().cloned().map(Json::Object);
            put("values", if *many { objects.collect() } else { objects.next().unwrap_or(Json::Null) });
            match conflict {
                ConflictDoc::Error => {}
                ConflictDoc::Ignore => put("ignore_duplicates", true.into()),
                ConflictDoc::Update { attributes, target } => {
                    put("update_on_duplicate", attributes.clone().into());
                    target_to_json(target, &mut put);
                }
            }
        }
        ActionDoc::Upsert { row, update, target } => {
            put("values", Json::Object(row.clone()));
            if let Some(names) = update {
                put("update", names.clone().into());
            }
            target_to_json(target, &mut put);
        }
        ActionDoc::Update { set } => {
            let set = set.iter().map(|(name, value)| {
                let value = match value {
                    ExprDoc::Value(json) if !json.is_object() => json.clone(),
                    other => super::write::expression(other),
                };
                (name.clone(), value)
            });
            put("set", Json::Object(set.collect()));
        }
        ActionDoc::Destroy { force } => {
            if *force {
                put("force", true.into());
            }
        }
        ActionDoc::Restore => {}
        ActionDoc::Increment { by, .. } => put("by", Json::Object(by.iter().cloned().collect())),
        ActionDoc::Truncate { cascade, restart } => {
            if *cascade {
                put("cascade", true.into());
            }
            if *restart {
                put("restart_identity", true.into());
            }
        }
    }
    if doc.all {
        put("all", true.into());
    }
    match &doc.returning {
        ReturningDoc::Default => {}
        ReturningDoc::Nothing => put("returning", false.into()),
        ReturningDoc::All => put("returning", true.into()),
        ReturningDoc::Attributes(names) => put("returning", names.clone().into()),
    }
    out
}
