//! The bind map: from the values of a request to those of placeholders.

use std::borrow::Cow;

use relata_driver::{Param, Values};
use relata_ir::{BindDef, Source, Transform};
use relata_planner::{Rows, Step};
use relata_request::{Bind, BindList};
use relata_schema::{Datum, Error, ErrorKind, Kind, Result};

/// The keys that a statement is fed with: so many rows of so many columns each.
pub(crate) struct Keys<'k> {
    pub values: Vec<Datum<'k>>,
    pub kinds: &'k [Kind],
    /// How many placeholders there are, where each key has one; the last key fills up.
    pub placeholders: usize,
}

/// The parameters of a statement.
pub(crate) fn params<'a>(
    defs: &'a [BindDef],
    binds: &'a [Bind<'_>],
    keys: Option<&'a Keys<'a>>,
) -> Result<Vec<Param<'a>>> {
    let mut params = Vec::with_capacity(defs.len());
    params_into(&mut params, defs, binds, keys)?;
    Ok(params)
}

/// Appends the parameters of a statement.
#[inline]
pub(crate) fn params_into<'a>(
    params: &mut Vec<Param<'a>>,
    defs: &'a [BindDef],
    binds: &'a [Bind<'_>],
    keys: Option<&'a Keys<'a>>,
) -> Result<()> {
    params.reserve(defs.len());
    let mut rest = defs;
    while !rest.is_empty() {
        // Nearly all are values as they stand. They are written where they stay, many at once.
        let plain = rest.iter().take_while(|def| as_it_stands(def, binds).is_some()).count();
        let (run, others) = rest.split_at(plain);
        params.extend(run.iter().map(|def| Param::given(as_it_stands(def, binds).unwrap_or(&Datum::Null), def.kind)));
        rest = others;
        if let Some((def, others)) = rest.split_first() {
            match keys {
                Some(keys) if def.transform == Transform::Spread => spread(params, def.kind, keys),
                _ => params.push(param(def, binds, keys)?),
            }
            rest = others;
        }
    }
    Ok(())
}

/// A parameter for each key.
fn spread<'a>(params: &mut Vec<Param<'a>>, kind: Kind, keys: &'a Keys<'a>) {
    let Some(last) = keys.values.last() else { return };
    params.reserve(keys.placeholders);
    params.extend(keys.values.iter().map(|value| Param::given(value, kind)));
    params.extend((keys.values.len()..keys.placeholders).map(|_| Param::given(last, kind)));
}

#[inline]
fn as_it_stands<'a>(def: &BindDef, binds: &'a [Bind<'_>]) -> Option<&'a Datum<'a>> {
    match (def.source, def.transform) {
        (Source::Request(number), Transform::AsIs) => match binds.get(number as usize) {
            Some(Bind::One(value)) => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// The parameters of a step that is fed nothing, whose first may repeat for each row.
#[inline]
pub(crate) fn of_step<'a>(params: &mut Vec<Param<'a>>, step: &'a Step, binds: &'a [Bind<'_>]) -> Result<()> {
    match step.repeated {
        None => params_into(params, &step.binds, binds, None),
        Some(rows) => of_rows(params, step, rows, binds),
    }
}

/// The parameters of a step that is fed nothing, one by one.
#[inline]
pub(crate) fn each_of_step<'a>(
    step: &'a Step,
    binds: &'a [Bind<'a>],
    mut each: impl FnMut(Param<'a>) -> Result<()>,
) -> Result<()> {
    let mut rest = &*step.binds;
    if let Some(Rows { width, rows }) = step.repeated {
        let (template, others) = rest.split_at(width.min(rest.len()));
        rest = others;
        for row in 0..rows {
            for def in template {
                match of_row(def, binds, row * width) {
                    Some(value) => each(Param::given(value, def.kind))?,
                    None => return Err(missing()),
                }
            }
        }
    }
    for def in rest {
        match as_it_stands(def, binds) {
            Some(value) => each(Param::given(value, def.kind))?,
            None => each(param(def, binds, None)?)?,
        }
    }
    Ok(())
}

/// The value of a row of an insert, whose values begin so many further on.
#[inline]
fn of_row<'a>(def: &BindDef, binds: &'a [Bind<'_>], further: usize) -> Option<&'a Datum<'a>> {
    match def.source {
        Source::Request(first) => match binds.get(first as usize + further) {
            Some(Bind::One(value)) => Some(value),
            _ => None,
        },
        _ => None,
    }
}

#[cold]
fn missing() -> Error {
    Error::internal("a plan names a value that the request does not have")
}

fn of_rows<'a>(params: &mut Vec<Param<'a>>, step: &'a Step, of: Rows, binds: &'a [Bind<'_>]) -> Result<()> {
    let Rows { width, rows } = of;
    let (template, rest) = step.binds.split_at(width.min(step.binds.len()));
    params.reserve(step.placeholders());
    for row in 0..rows {
        if template.iter().any(|def| of_row(def, binds, row * width).is_none()) {
            return Err(missing());
        }
        let cell = |def: &BindDef| of_row(def, binds, row * width).unwrap_or(&Datum::Null);
        params.extend(template.iter().map(|def| Param::given(cell(def), def.kind)));
    }
    params_into(params, rest, binds, None)
}

fn param<'a>(def: &BindDef, binds: &'a [Bind<'_>], keys: Option<&'a Keys<'a>>) -> Result<Param<'a>> {
    let missing = || Error::internal("a plan names a bind that the request does not have");
    let value = match def.source {
        Source::Keys(column) => {
            let keys = keys.ok_or_else(|| Error::internal("a statement is fed, and there are no keys"))?;
            if def.transform == Transform::JsonRows {
                return Ok(Param::JsonRows(Values::Borrowed(&keys.values), keys.kinds));
            }
            let width = keys.kinds.len();
            if width == 1 {
                return Ok(Param::Array(Values::Borrowed(&keys.values), def.kind));
            }
            let values = keys.values.iter().skip(usize::from(column)).step_by(width).map(Datum::borrowed);
            return Ok(Param::Array(Values::Made(values.collect()), def.kind));
        }
        Source::Request(number) => match binds.get(number as usize).ok_or_else(missing)? {
            Bind::One(value) => value.borrowed(),
            Bind::Query(_) => return Err(missing()),
            Bind::Many(list) => {
                let values = match list {
                    BindList::Ints(values) => Values::Ints(values),
                    BindList::Data(values) => Values::Borrowed(values),
                };
                return Ok(match def.transform {
                    Transform::JsonRows => Param::JsonRows(values, kind_slice(def.kind)),
                    _ => Param::Array(values, def.kind),
                });
            }
        },
        Source::Element(number, index) => match binds.get(number as usize).ok_or_else(missing)? {
            // Past the end the last element stands again: a list is padded to the size of its class.
            Bind::Many(list) => {
                let index = usize::from(index).min(list.len().saturating_sub(1));
                list.get(index).ok_or_else(missing)?
            }
            _ => return Err(missing()),
        },
        Source::PageEnd { offset, limit } => {
            let count = |number: u32| match binds.get(number as usize) {
                Some(Bind::One(Datum::Int(count))) => Ok(*count),
                _ => Err(missing()),
            };
            let end = count(offset)?.checked_add(count(limit)?);
            let too_far = || Error::new(ErrorKind::LimitExceeded, "limit and offset together are below 2^63");
            Datum::Int(end.ok_or_else(too_far)?)
        }
    };
    if def.transform == Transform::JsonLegs {
        let legs = legs_of(&value)?;
        let legs: Vec<Datum<'_>> = legs.into_iter().map(|leg| Datum::Text(leg.into())).collect();
        return Ok(Param::Array(Values::Made(legs.into()), Kind::Text));
    }
    if let Transform::JsonPath { escapes } = def.transform {
        return Ok(Param::made(Datum::Text(json_path(&value, escapes)?.into()), Kind::Text));
    }
    Ok(Param::made(transform(value, def.transform)?, def.kind))
}

fn legs(value: &Datum<'_>) -> Result<Vec<serde_json::Value>> {
    let wrong = || Error::internal("a path in a JSON document is none");
    let Datum::Json(text) = value else { return Err(wrong()) };
    serde_json::from_str(text).map_err(|_| wrong())
}

/// Keys and numbers as texts.
fn legs_of(value: &Datum<'_>) -> Result<Vec<String>> {
    let text = |leg: serde_json::Value| match leg {
        serde_json::Value::String(key) => key,
        number => number.to_string(),
    };
    Ok(legs(value)?.into_iter().map(text).collect())
}

/// `$."key"[0]`: a key is always quoted, so that nothing in it is a step, a wildcard or a range.
fn json_path(value: &Datum<'_>, escapes: bool) -> Result<String> {
    let mut path = String::from("$");
    for leg in legs(value)? {
        let serde_json::Value::String(key) = leg else {
            path.push_str(&format!("[{leg}]"));
            continue;
        };
        if !escapes && key.contains(['"', '\\']) {
            let message = "SQLite finds no key with a quote or a backslash in it";
            return Err(Error::new(ErrorKind::Unsupported, message).help("read the document in the application"));
        }
        path.push('.');
        if escapes {
            // As JSON writes it.
            path.push_str(&serde_json::Value::String(key).to_string());
        } else {
            path.push('"');
            path.push_str(&key);
            path.push('"');
        }
    }
    Ok(path)
}

/// A slice of one kind that lives as long as the program.
fn kind_slice(kind: Kind) -> &'static [Kind] {
    std::slice::from_ref(&Kind::ALL[kind as usize])
}

fn transform(value: Datum<'_>, transform: Transform) -> Result<Datum<'_>> {
    let Datum::Text(text) = &value else { return Ok(value) };
    let new = match transform {
        Transform::AsIs
        | Transform::Array
        | Transform::Spread
        | Transform::JsonRows
        | Transform::JsonLegs
        | Transform::JsonPath { .. } => return Ok(value),
        Transform::EscapeLike { open_start, open_end } => enclose(text, '%', open_start, open_end, |c, out| {
            if matches!(c, '%' | '_' | '\\') {
                out.push('\\');
            }
            out.push(c);
        }),
        Transform::EscapeGlob { open_start, open_end } => enclose(text, '*', open_start, open_end, glob_literal),
        Transform::LikeToGlob => like_to_glob(text)?,
    };
    Ok(Datum::Text(Cow::Owned(new)))
}

fn enclose(text: &str, any: char, start: bool, end: bool, each: impl Fn(char, &mut String)) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    if start {
        out.push(any);
    }
    text.chars().for_each(|c| each(c, &mut out));
    if end {
        out.push(any);
    }
    out
}

fn glob_literal(c: char, out: &mut String) {
    if matches!(c, '*' | '?' | '[') {
        out.push('[');
        out.push(c);
        out.push(']');
    } else {
        out.push(c);
    }
}

/// `%` is `*`, `_` is `?`, and what a backslash takes literally is put in brackets where it must be.
fn like_to_glob(pattern: &str) -> Result<String> {
    let mut out = String::with_capacity(pattern.len() + 4);
    let mut characters = pattern.chars();
    while let Some(c) = characters.next() {
        match c {
            '%' => out.push('*'),
            '_' => out.push('?'),
            '\\' => match characters.next() {
                Some(literal) => glob_literal(literal, &mut out),
                None => {
                    return Err(Error::new(ErrorKind::Request, "the pattern ends with a backslash that takes nothing")
                        .help("write \\\\ for a backslash"));
                }
            },
            other => glob_literal(other, &mut out),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_translated() {
        assert_eq!(like_to_glob(r"a%_\%*[x").unwrap(), "a*?%[*][[]x");
        assert!(like_to_glob("x\\").is_err());
        let escaped =
            transform(Datum::from("5%_\\"), Transform::EscapeLike { open_start: false, open_end: true }).unwrap();
        assert_eq!(escaped, Datum::from(r"5\%\_\\%"));
        let glob = transform(Datum::from("[a*"), Transform::EscapeGlob { open_start: true, open_end: true }).unwrap();
        assert_eq!(glob, Datum::from("*[[]a[*]*"));
    }
}
