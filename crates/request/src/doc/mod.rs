//! The JSON document of a request: read, written, and encoded into a [`Request`](crate::Request).
//!
//! ```
//! use relata_request::doc::RequestDoc;
//! let doc: RequestDoc = serde_json::from_str(r#"{"model": "User", "where": {"score": {"gte": 18}}, "limit": 10}"#)?;
//! assert_eq!(doc.model, "User");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod ast;
mod ast_write;
mod encode;
mod encode_expr;
mod encode_query;
mod encode_question;
mod encode_write;
mod policy;
mod read;
mod read_expr;
mod read_write;
mod scope;
mod tree;
mod write;

pub use ast::*;
pub use ast_write::{ActionDoc, ConflictDoc, ReturningDoc, TargetDoc, WriteDoc};
pub use encode::{encode_find, encode_picked};
pub(crate) use encode_expr::Scope as Scoped;
pub use encode_write::{conflict_of, encode_rows, encode_write, upsert_by};
pub use policy::{ModelPolicy, Policy};
pub(crate) use scope::SECTIONS as SCOPE_SECTIONS;
pub(crate) use scope::begin as begin_scoped;
pub use scope::{apply as apply_scope, default_condition};
pub use tree::{Tree, alias, all, any, call, cast, col, count, not, value};

use relata_schema::Result;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::Value as Json;

impl RequestDoc {
    /// Reads a document.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Document`](relata_schema::ErrorKind::Document) with a JSON pointer and the nearest known word.
    pub fn from_json(json: &Json) -> Result<RequestDoc> {
        read::request(json)
    }

    /// The document as JSON.
    pub fn to_json(&self) -> Json {
        write::request(self)
    }
}

impl<'de> Deserialize<'de> for RequestDoc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        RequestDoc::from_json(&Json::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Serialize for RequestDoc {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}
