//! Values to JSON and back, in the forms that the documents promise.

use std::{borrow::Cow, ops::Bound};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use rust_decimal::Decimal;
use serde_json::Value as Json;

use crate::{Datum, Error, ErrorKind, Kind, Range, Result, Shape, SqlType, Value, address, nearest, temporal};

/// The largest integer that every reader of JSON keeps exactly: 2^53 - 1.
const SAFE_INTEGER: i64 = (1 << 53) - 1;

/// Reads a JSON value as a value of a type. Nothing is coerced that would lose or invent information.
///
/// # Errors
///
/// [`ErrorKind::TypeMismatch`], which says what was expected.
pub fn datum_from_json(json: &Json, ty: &SqlType) -> Result<Value> {
    let mismatch = || {
        let shown = match json {
            Json::Array(_) => "an array".to_owned(),
            Json::Object(_) => "an object".to_owned(),
            other => other.to_string(),
        };
        Error::new(ErrorKind::TypeMismatch, format!("{shown} is not a value of type {ty}"))
    };
    if json.is_null() {
        return Ok(Datum::Null);
    }
    let text = || json.as_str().ok_or_else(mismatch);
    Ok(match ty.kind() {
        Kind::Bool => Datum::Bool(json.as_bool().ok_or_else(mismatch)?),
        Kind::SmallInt | Kind::Integer | Kind::BigInt | Kind::UnsignedBigInt => {
            let value: i128 = match json {
                Json::Number(number) => {
                    number.as_i64().map(i128::from).or(number.as_u64().map(i128::from)).ok_or_else(mismatch)?
                }
                Json::String(digits) => digits.parse().map_err(|_| mismatch())?,
                _ => return Err(mismatch()),
            };
            let (least, most) = ty.limits().ok_or_else(mismatch)?;
            if value < i128::from(least) || value > i128::from(most) {
                return Err(mismatch().help("the number is out of its range"));
            }
            match i64::try_from(value) {
                Ok(value) => Datum::Int(value),
                // It is above zero, and no more than the most.
                Err(_) => Datum::UnsignedInt(value as u64),
            }
        }
        Kind::Real => {
            let double = json.as_f64().ok_or_else(mismatch)?;
            let real = double as f32;
            if !real.is_finite() || json.as_i64().is_some_and(|integer| f64::from(real) as i128 != i128::from(integer))
            {
                return Err(mismatch().help("no real is this number"));
            }
            Datum::Real(real)
        }
        Kind::Double => {
            let double = json.as_f64().ok_or_else(mismatch)?;
            if json.as_i64().is_some_and(|integer| !is_exact(integer)) {
                return Err(mismatch().help("no double is this integer"));
            }
            Datum::Double(double)
        }
        Kind::Decimal => match json {
            Json::Number(number) => {
                let text = number.to_string();
                // A reader of JSON makes a double of a fraction, and of that 15 digits are sure.
                if number.is_f64() && significant_digits(&text) > 15 {
                    return Err(mismatch().help("write a number of more than 15 digits as text"));
                }
                let decimal = if text.contains('e') { Decimal::from_scientific(&text) } else { text.parse() };
                Datum::Decimal(decimal.map_err(|_| mismatch())?)
            }
            Json::String(digits) => Datum::Decimal(Decimal::from_str_exact(digits).map_err(|_| mismatch())?),
            _ => return Err(mismatch()),
        },
        Kind::Text => {
            let text = text()?;
            if let SqlType::Enum(labels) = ty
                && !labels.iter().any(|label| label == text)
            {
                let error = mismatch();
                return Err(match nearest(text, labels.iter().map(String::as_str)) {
                    Some(label) => error.help(format!("did you mean \"{label}\"?")),
                    None => error,
                });
            }
            Datum::Text(Cow::Owned(text.to_owned()))
        }
        Kind::Uuid => Datum::Uuid(text()?.parse().map_err(|_| mismatch())?),
        Kind::Instant => Datum::Instant(temporal::parse_instant(text()?).ok_or_else(mismatch)?),
        Kind::Naive => Datum::Naive(temporal::parse_naive(text()?).ok_or_else(mismatch)?),
        Kind::Day => Datum::Day(temporal::parse_day(text()?).ok_or_else(mismatch)?),
        Kind::Time => Datum::Time(temporal::parse_time(text()?).ok_or_else(mismatch)?),
        kind @ (Kind::CiText | Kind::Inet | Kind::Cidr | Kind::MacAddr | Kind::MacAddr8 | Kind::TsVector) => {
            let text = text()?;
            if let Some(why) = address::problem(kind, text) {
                return Err(mismatch().help(why));
            }
            Datum::Text(Cow::Owned(text.to_owned()))
        }
        Kind::Json => Datum::Json(Cow::Owned(json.to_string())),
        Kind::Hstore => {
            let pairs = json.as_object().ok_or_else(mismatch)?;
            let mut texts = serde_json::Map::new();
            for (key, value) in pairs {
                let text = match value {
                    Json::Array(_) | Json::Object(_) => return Err(mismatch().help("the values of its keys are texts")),
                    Json::Number(_) | Json::Bool(_) => Json::String(value.to_string()),
                    text => text.clone(),
                };
                texts.insert(key.clone(), text);
            }
            Datum::Json(Cow::Owned(Json::Object(texts).to_string()))
        }
        Kind::Geometry | Kind::Geography => {
            if !json.is_object() {
                return Err(mismatch().help("a shape is an object of GeoJSON"));
            }
            let text = json.to_string();
            Datum::Json(Cow::Owned(in_system(&text, ty).unwrap_or(text)))
        }
        Kind::IntegerRange
        | Kind::BigIntRange
        | Kind::DecimalRange
        | Kind::InstantRange
        | Kind::NaiveRange
        | Kind::DayRange => {
            let SqlType::Range(of) = ty else { return Err(mismatch()) };
            Datum::Range(Box::new(range_from_json(json, &of.bound(), &mismatch)?))
        }
        Kind::BoolArray
        | Kind::SmallIntArray
        | Kind::IntegerArray
        | Kind::BigIntArray
        | Kind::RealArray
        | Kind::DoubleArray
        | Kind::DecimalArray
        | Kind::TextArray
        | Kind::UuidArray
        | Kind::InstantArray
        | Kind::NaiveArray
        | Kind::DayArray
        | Kind::TimeArray
        | Kind::JsonArray
        | Kind::BytesArray => {
            let (SqlType::Array(element), Json::Array(values)) = (ty, json) else { return Err(mismatch()) };
            Datum::Array(values.iter().map(|value| datum_from_json(value, element)).collect::<Result<_>>()?)
        }
        Kind::Bytes => Datum::Bytes(Cow::Owned(
            BASE64.decode(text()?).map_err(|_| mismatch().help("bytes are written in base64"))?,
        )),
    })
}

/// A shape in the reference system of its column, where it names none itself; nothing where it is in one already.
pub fn in_system(shape: &str, ty: &SqlType) -> Option<String> {
    let (SqlType::Geometry(Shape { srid, .. }) | SqlType::Geography(Shape { srid, .. })) = ty else { return None };
    let srid = (*srid)?;
    let Ok(Json::Object(mut members)) = serde_json::from_str(shape) else { return None };
    if members.contains_key("crs") {
        return None;
    }
    let system = serde_json::json!({ "type": "name", "properties": { "name": format!("EPSG:{srid}") } });
    members.insert("crs".to_owned(), system);
    Some(Json::Object(members).to_string())
}

/// What is wrong with the reference system of a shape for its column: it names another one.
pub fn system_problem(shape: &str, ty: &SqlType) -> Option<String> {
    let (SqlType::Geometry(Shape { srid, .. }) | SqlType::Geography(Shape { srid, .. })) = ty else { return None };
    let json: Json = serde_json::from_str(shape).ok()?;
    let found = json.pointer("/crs/properties/name")?.as_str()?.rsplit(':').next()?.parse::<u32>().ok()?;
    srid.filter(|srid| *srid != found).map(|_| format!("it is in the reference system {found}, which {ty} is not"))
}

/// A range is an array of its bounds, of which the lower is included and the upper is not unless they say so; an empty one
/// is an empty array.
fn range_from_json(json: &Json, bound: &SqlType, mismatch: &dyn Fn() -> Error) -> Result<Range<Value>> {
    let read = |json: &Json, included: bool| -> Result<Bound<Value>> {
        let (value, included) = match json {
            Json::Object(said) => {
                if said.keys().any(|key| !matches!(key.as_str(), "value" | "inclusive")) {
                    return Err(mismatch().help("a bound is {\"value\": ..., \"inclusive\": true}"));
                }
                let included = said.get("inclusive").map_or(Some(included), Json::as_bool).ok_or_else(mismatch)?;
                (said.get("value").unwrap_or(&Json::Null), included)
            }
            value => (value, included),
        };
        Ok(match datum_from_json(value, bound)? {
            Datum::Null => Bound::Unbounded,
            value if included => Bound::Included(value),
            value => Bound::Excluded(value),
        })
    };
    match json.as_array().map(Vec::as_slice) {
        Some([]) => Ok(Range::Empty),
        Some([lower, upper]) => Ok(Range::Between(read(lower, true)?, read(upper, false)?)),
        _ => Err(mismatch().help("a range is an array of two bounds, or of none where it is empty")),
    }
}

/// Whether a double is this integer.
pub fn is_exact(integer: i64) -> bool {
    // Through 128 bits, since 2^63 would saturate in 64.
    (integer as f64) as i128 == i128::from(integer)
}

/// The double that is nearest to a decimal.
pub fn nearest_double(decimal: Decimal) -> f64 {
    // The digits of a decimal are always a number, and reading them rounds once.
    decimal.to_string().parse().unwrap_or(f64::NAN)
}

/// How many digits a number has from the first that is not zero to the last.
fn significant_digits(number: &str) -> usize {
    let (digits, _) = number.split_once('e').unwrap_or((number, ""));
    let digits = digits.trim_start_matches(['-', '0', '.']).trim_end_matches(['0', '.']);
    digits.bytes().filter(u8::is_ascii_digit).count()
}

/// The JSON form of a value in an answer. `scale` is that of the column.
pub fn datum_to_json(value: &Datum<'_>, scale: Option<u8>) -> Json {
    let mut out = String::new();
    write_json_datum(&mut out, value, scale);
    serde_json::from_str(&out).unwrap_or(Json::Null)
}

/// Appends the JSON form of a value in an answer. `scale` is that of the column.
pub fn write_json_datum(out: &mut String, value: &Datum<'_>, scale: Option<u8>) {
    use std::fmt::Write;
    // Writing to a string cannot fail, hence the ignored results.
    let quoted = |out: &mut String, write: &mut dyn FnMut(&mut String)| {
        out.push('"');
        write(out);
        out.push('"');
    };
    let digits = scale.unwrap_or(6);
    match value {
        Datum::Null => out.push_str("null"),
        Datum::Bool(v) => out.push_str(if *v { "true" } else { "false" }),
        Datum::Int(v) if v.unsigned_abs() <= SAFE_INTEGER as u64 => out.push_str(itoa::Buffer::new().format(*v)),
        Datum::Int(v) => drop(write!(out, "\"{v}\"")),
        Datum::UnsignedInt(v) if *v <= SAFE_INTEGER as u64 => drop(write!(out, "{v}")),
        Datum::UnsignedInt(v) => drop(write!(out, "\"{v}\"")),
        Datum::Real(v) if v.is_finite() => drop(write!(out, "{v:?}")),
        Datum::Real(v) => drop(write!(out, "\"{v}\"")),
        Datum::Double(v) => match serde_json::Number::from_f64(*v) {
            Some(number) => drop(write!(out, "{number}")),
            None => drop(write!(out, "\"{v}\"")),
        },
        Datum::Decimal(v) => {
            let mut v = *v;
            if let Some(scale) = scale {
                v.rescale(u32::from(scale));
            }
            if v.is_zero() {
                // What was rounded to nothing has no sign; it would not be read back with one.
                v.set_sign_positive(true);
            }
            let _ = write!(out, "\"{v}\"");
        }
        Datum::Text(v) => write_json_string(out, v),
        Datum::Json(v) => out.push_str(v),
        Datum::Bytes(v) => quoted(out, &mut |out| BASE64.encode_string(v, out)),
        Datum::Uuid(v) => drop(write!(out, "\"{v}\"")),
        Datum::Instant(v) => quoted(out, &mut |out| temporal::format_instant(out, *v, 'T', digits, "Z")),
        Datum::Naive(v) => quoted(out, &mut |out| temporal::format_naive(out, *v, 'T', digits)),
        Datum::Day(v) => drop(write!(out, "\"{v}\"")),
        Datum::Time(v) => quoted(out, &mut |out| temporal::format_time(out, *v, digits)),
        Datum::Array(values) => {
            for (i, value) in values.iter().enumerate() {
                out.push(if i > 0 { ',' } else { '[' });
                write_json_datum(out, value, scale);
            }
            out.push_str(if values.is_empty() { "[]" } else { "]" });
        }
        Datum::Range(range) => match &**range {
            Range::Empty => out.push_str("[]"),
            Range::Between(lower, upper) => {
                for (start, bound) in [('[', lower), (',', upper)] {
                    let (value, included) = match bound {
                        Bound::Included(value) => (value, true),
                        Bound::Excluded(value) => (value, false),
                        Bound::Unbounded => (&Datum::Null, false),
                    };
                    out.push(start);
                    out.push_str("{\"value\":");
                    write_json_datum(out, value, scale);
                    let _ = write!(out, ",\"inclusive\":{included}}}");
                }
                out.push(']');
            }
        },
    }
}

/// Appends a JSON string.
pub fn write_json_string(out: &mut String, text: &str) {
    // Looked at to the end whatever is found: many bytes at once.
    let is_plain = text.bytes().fold(true, |plain, byte| plain & (byte >= b' ') & (byte != b'"') & (byte != b'\\'));
    if is_plain {
        out.reserve(text.len() + 2);
        out.push('"');
        out.push_str(text);
        out.push('"');
        return;
    }
    // Serializing a string slice cannot fail.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}
