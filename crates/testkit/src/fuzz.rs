//! Properties that hold for any input: what the fuzz targets assert, and what the test of the kept corpora asserts again.
//!
//! Each property takes the bytes of one input and panics where it does not hold. An input that is too long, or not of the
//! form that the property is about, is passed over: a fuzzer throws those away by itself. No property opens a file or a
//! connection, and none looks at a clock.
//!
//! What the answers to a request are is not the question here: that is what the reference evaluator is for.

mod identifier;
mod ir_text;
mod json_request;
mod json_schema;
mod plans;
mod raw_sql;
mod request_bytes;
mod spelled;
mod url;

use std::sync::{Arc, LazyLock};

use relata::{ErrorKind, ModelSet, Result, SchemaDoc, schema::ModelDef};
use serde_json::Value as Json;

pub use identifier::identifier;
pub use ir_text::ir_text;
pub use json_request::json_request;
pub use json_schema::json_schema;
pub use raw_sql::raw_sql;
pub use request_bytes::{request_bytes, survives_as_bytes};
pub use url::url;

/// A property: it panics where it does not hold for these bytes.
pub type Property = fn(&[u8]);

/// Every property by the name of its target, which is that of its corpus too.
pub const TARGETS: [(&str, Property); 7] = [
    ("request_bytes", request_bytes),
    ("json_request", json_request),
    ("json_schema", json_schema),
    ("ir_text", ir_text),
    ("identifier", identifier),
    ("raw_sql", raw_sql),
    ("url", url),
];

/// The longest document or text that is looked at. Longer ones find nothing new and make everything slow.
const LONGEST: usize = 16 * 1024;

/// Models that requests are about: those of the tests of single cases, and some with everything else that a model may
/// have: scopes, a version, keys of two attributes, names with quotes.
static MODELS: LazyLock<[Arc<ModelSet>; 2]> = LazyLock::new(|| {
    [include_str!("../../../tests/schemas/blog.json"), include_str!("fuzz/shop.json")].map(|text| {
        let doc: SchemaDoc = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}"));
        doc.build().unwrap_or_else(|error| panic!("{error}"))
    })
});

/// Every model of [`MODELS`] with its set.
fn roots() -> impl Iterator<Item = (&'static Arc<ModelSet>, &'static ModelDef)> {
    MODELS.iter().flat_map(|models| models.models().iter().map(move |model| (models, model)))
}

/// What was accepted; nothing where it was refused. A refusal for which relata blames itself is a property that fails.
fn accepted<T>(result: Result<T>, what: impl std::fmt::Display) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) if error.kind() == ErrorKind::Internal => panic!("{what}: {error:?}"),
        Err(_) => None,
    }
}

/// The input as text.
fn text_of(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok().filter(|text| text.len() <= LONGEST)
}

/// The input as JSON.
fn json_of(data: &[u8]) -> Option<Json> {
    text_of(data).and_then(|text| serde_json::from_str(text).ok())
}
