//! Questions to JSON documents.
//!
//! ```text
//! User::find().filter(json_text(User::META, ["address", "city"]).eq("Oslo"))
//! User::find().filter(json_number(User::META, JsonPath::key("scores").index(0)).gt(5.0))
//! User::find().filter(json_contains(User::META, json!({"active": true})))
//! ```

use std::marker::PhantomData;

use relata_schema::{Datum, Error, ErrorKind, Function, Kind, Result};
use serde_json::Value as Json;

use super::{Operand, Predicate, Scalar, SqlValue};
use crate::Encoder;

/// The way to a place in a JSON document: keys, and numbers of elements counted from zero. It is a value of the request:
/// nothing of it is ever read as SQL, as a wildcard or as another step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JsonPath {
    legs: Vec<Json>,
}

impl JsonPath {
    /// The member of that key, whatever characters are in it.
    pub fn key(key: &str) -> JsonPath {
        JsonPath::default().then(key)
    }

    /// The member of that key below.
    #[must_use]
    pub fn then(mut self, key: &str) -> JsonPath {
        self.legs.push(key.into());
        self
    }

    /// The element of that number below.
    #[must_use]
    pub fn index(mut self, number: u32) -> JsonPath {
        self.legs.push(number.into());
        self
    }
}

impl From<&str> for JsonPath {
    fn from(key: &str) -> Self {
        JsonPath::key(key)
    }
}

impl<const N: usize> From<[&str; N]> for JsonPath {
    fn from(keys: [&str; N]) -> Self {
        JsonPath { legs: keys.into_iter().map(Into::into).collect() }
    }
}

/// What stands at a place in a JSON document.
#[derive(Debug, Clone)]
pub struct AtPath<S, T> {
    function: Function,
    document: S,
    path: JsonPath,
    ty: PhantomData<fn() -> T>,
}

/// The text at a place; NULL where there is none, or something else.
pub fn json_text<S>(document: S, path: impl Into<JsonPath>) -> AtPath<S, String> {
    AtPath { function: Function::JsonText, document, path: path.into(), ty: PhantomData }
}

/// The number at a place, as a double; NULL where there is none, or something else.
pub fn json_number<S>(document: S, path: impl Into<JsonPath>) -> AtPath<S, f64> {
    AtPath { function: Function::JsonNumber, document, path: path.into(), ty: PhantomData }
}

/// The boolean at a place; NULL where there is none, or something else.
pub fn json_boolean<S>(document: S, path: impl Into<JsonPath>) -> AtPath<S, bool> {
    AtPath { function: Function::JsonBool, document, path: path.into(), ty: PhantomData }
}

fn question<'q, M, S: Scalar<'q, M>>(
    out: &mut Encoder<'_, 'q>,
    function: Function,
    document: S,
    value: Json,
) -> Result<()> {
    if S::Type::KIND != Kind::Json {
        return Err(Error::new(ErrorKind::TypeMismatch, "only a JSON document has places"));
    }
    out.function(function as u8, 2);
    document.write(out)?;
    out.value_of(Kind::Json, Datum::Json(value.to_string().into()));
    Ok(())
}

impl<'q, M, S: Scalar<'q, M>, T: SqlValue> Scalar<'q, M> for AtPath<S, T> {
    type Type = T;

    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        if self.path.legs.is_empty() || self.path.legs.len() > 64 {
            return Err(Error::new(ErrorKind::Request, "a path in a JSON document has 1 to 64 steps"));
        }
        question(out, self.function, self.document, Json::Array(self.path.legs))
    }
}

impl<'q, M, S: Scalar<'q, M>, T: SqlValue> Operand<'q, M, T> for AtPath<S, T> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        Scalar::<M>::write(self, out)
    }
}

/// A question that a JSON document answers with yes or no.
#[derive(Debug, Clone)]
pub struct JsonTest<S> {
    function: Function,
    document: S,
    value: Json,
}

/// Whether there is anything but null at a place.
pub fn json_present<S>(document: S, path: impl Into<JsonPath>) -> JsonTest<S> {
    JsonTest { function: Function::JsonPresent, document, value: Json::Array(path.into().legs) }
}

/// Whether the document contains another: each member and each element of it, at the same place.
pub fn json_contains<S>(document: S, part: impl Into<Json>) -> JsonTest<S> {
    JsonTest { function: Function::JsonContains, document, value: part.into() }
}

/// Whether the document is an object with one of these keys.
pub fn json_any_key<'k, S>(document: S, keys: impl IntoIterator<Item = &'k str>) -> JsonTest<S> {
    JsonTest { function: Function::JsonAnyKey, document, value: keys.into_iter().map(Json::from).collect() }
}

/// Whether the document is an object with all of these keys.
pub fn json_all_keys<'k, S>(document: S, keys: impl IntoIterator<Item = &'k str>) -> JsonTest<S> {
    JsonTest { function: Function::JsonAllKeys, document, value: keys.into_iter().map(Json::from).collect() }
}

impl<'q, M, S: Scalar<'q, M>> Predicate<'q, M> for JsonTest<S> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        question(out, self.function, self.document, self.value)
    }
}
