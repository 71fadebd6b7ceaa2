//! The rules of an attribute in the JSON document of a schema.

use serde_json::{Map, Value as Json};

use crate::{
    Check, Error, ErrorKind, PatternText, Reader, Result, Rule, SqlType, Value, datum_from_json, datum_to_json,
};

/// Reads `"validate": {"email": true, "len": [3, 254], "min": {"args": 0, "msg": "..."}}`.
pub(crate) fn read(reader: &Reader<'_>, ty: &SqlType) -> Result<Vec<Check>> {
    let mut checks = Vec::new();
    for name in reader.object(&Rule::NAMES)?.keys() {
        let Some(field) = reader.field(name) else { continue };
        let message = field.field("msg").map(|msg| msg.text().map(str::to_owned)).transpose()?;
        let args = match field.field("args") {
            Some(args) => args,
            None if field.json.is_object() && message.is_some() => {
                field.object(&["msg", "args"])?;
                Reader::new(&Json::Bool(true))
            }
            None => field.clone(),
        };
        if field.json.is_object() {
            field.object(&["msg", "args"])?;
        }
        checks.extend(rule(name, &args, ty)?.map(|rule| Check { rule, message }));
    }
    Ok(checks)
}

/// A rule by its name; none where it is said to be off.
fn rule(name: &str, args: &Reader<'_>, ty: &SqlType) -> Result<Option<Rule>> {
    let value = |args: &Reader<'_>| datum_from_json(args.json, ty).map_err(|error| error.at(args.pointer()));
    let values = || args.elements()?.iter().map(value).collect::<Result<Vec<Value>>>();
    let pattern = || PatternText::new(args.text()?).map_err(|error| error.at(args.pointer()));
    let on = |rule: Rule| Ok(args.boolean()?.then_some(rule));
    Ok(Some(match name {
        "email" => return on(Rule::Email),
        "url" => return on(Rule::Url),
        "not_empty" => return on(Rule::NotEmpty),
        "len" => match args.elements()?.as_slice() {
            [min] => Rule::Len { min: min.count()? as usize, max: None },
            [min, max] => {
                let (min, max) = (min.count()? as usize, max.count()? as usize);
                if max < min {
                    return Err(Error::new(ErrorKind::Document, "the greatest length is less than the least")
                        .at(args.pointer()));
                }
                Rule::Len { min, max: Some(max) }
            }
            _ => return Err(args.error("a length is [least] or [least, greatest]")),
        },
        "min" => Rule::Min(value(args)?),
        "max" => Rule::Max(value(args)?),
        "is" => Rule::Is(pattern()?),
        "not" => Rule::IsNot(pattern()?),
        "in" => Rule::In(values()?),
        _ => Rule::NotIn(values()?),
    }))
}

/// The rules as they are read. A function of the application has no document, and is left out.
pub(crate) fn to_json(checks: &[Check], ty: &SqlType) -> Option<Json> {
    let mut out = Map::new();
    for check in checks {
        let shown = |value: &Value| datum_to_json(value, ty.scale());
        let args: Json = match &check.rule {
            Rule::Len { min, max } => std::iter::once(*min).chain(*max).collect::<Vec<_>>().into(),
            Rule::Min(value) | Rule::Max(value) => shown(value),
            Rule::Is(pattern) | Rule::IsNot(pattern) => pattern.text().into(),
            Rule::Email | Rule::Url | Rule::NotEmpty => true.into(),
            Rule::In(values) | Rule::NotIn(values) => values.iter().map(shown).collect(),
            Rule::Custom { .. } => continue,
        };
        let value = match &check.message {
            Some(message) => serde_json::json!({ "args": args, "msg": message }),
            // An object would be read as arguments and message.
            None if args.is_object() => serde_json::json!({ "args": args }),
            None => args,
        };
        out.insert(check.rule.name().to_owned(), value);
    }
    (!out.is_empty()).then_some(Json::Object(out))
}
