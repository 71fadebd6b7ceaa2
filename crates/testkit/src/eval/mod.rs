//! The reference evaluator: what a request means, said a second time and as plainly as possible.
//!
//! It reads the JSON document of a request and walks over rows in memory, one sentence of the contract after another
//! ("What a find means", rules 0 to 9). It is the oracle of the random tests, so it shares nothing with the compiler
//! beyond the document and the types of the schema, and where a fast way and an obvious way differ it takes the
//! obvious one: every row of the target is tried for every parent, and a condition over several edges is tried on the
//! whole product of their children.
//!
//! ```text
//!   document ─► tree of nodes ─► kept roots, each with its kept children ─► rows in order ─► answer
//!               tree, names      keep, combine, condition                   arrange          show, distinct, group
//! ```
//!
//! What it is not for: requests outside the contract. Those are an `Err` that says what is wrong, which a test reads as
//! "no opinion", never as "no rows".

mod aggregate;
mod agree;
mod arrange;
mod call;
mod combine;
mod compare;
mod condition;
mod distinct;
mod expression;
mod function;
mod group;
mod keep;
mod names;
mod pattern;
mod query;
mod show;
mod tree;

use std::{cell::Cell, collections::HashMap};

use relata::request::doc::RequestDoc;
use relata::schema::{ModelSet, Value};
use serde_json::{Map, Value as Json};

pub use agree::agrees;
use tree::Tree;

/// The rows that a request is evaluated over.
#[derive(Debug, Clone, Default)]
pub struct Data {
    /// By the name of the model; the cells of a row are in the order of its attributes. A model that is absent has no
    /// rows.
    pub tables: HashMap<String, Vec<Vec<Value>>>,
}

/// Where databases differ and the contract lets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Semantics {
    /// Whether NULL comes before all values in ascending order (SQLite), or after them (PostgreSQL).
    pub nulls_sort_low: bool,
    /// Whether letters beyond ASCII have a large and a small form.
    pub folds_unicode: bool,
}

/// What a request answers, with as much freedom as the contract leaves.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A value in the form of the answer. A to-one include without a child is a null.
    Scalar(Json),
    /// A row, or the frame of a count. The keys are in the order asked for.
    Object(Vec<(String, Answer)>),
    /// Rows. Those of equal rank may come in any order.
    List {
        /// The rows, in one of the orders that the contract allows.
        rows: Vec<Answer>,
        /// As many as there are rows, and never falling.
        ranks: Vec<u32>,
    },
}

impl Answer {
    /// The answer as JSON, for messages: one of the orders that the contract allows.
    pub fn to_json(&self) -> Json {
        match self {
            Answer::Scalar(value) => value.clone(),
            Answer::Object(fields) => {
                let mut object = Map::new();
                for (key, value) in fields {
                    object.insert(key.clone(), value.to_json());
                }
                Json::Object(object)
            }
            Answer::List { rows, .. } => Json::Array(rows.iter().map(Answer::to_json).collect()),
        }
    }
}

/// Evaluates a request over data.
///
/// # Errors
///
/// A sentence, for a request that the contract gives no meaning.
pub fn evaluate(request: &RequestDoc, models: &ModelSet, data: &Data, semantics: Semantics) -> Result<Answer, String> {
    let evaluator = Evaluator {
        tree: Tree::build(request, models, data, semantics, Vec::new())?,
        data,
        semantics,
        serial: Cell::new(0),
    };
    let roots = evaluator.roots()?;
    evaluator.call(request, &roots)
}

/// What every rule needs to see.
struct Evaluator<'a> {
    tree: Tree<'a>,
    data: &'a Data,
    semantics: Semantics,
    /// The number of the next instance.
    serial: Cell<u32>,
}
