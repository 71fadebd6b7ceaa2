//! Running requests: the database handle, finds, records, and how rows become them.
//!
//! A find is planned through the plan cache, its values are mapped to placeholders, its statements run on one
//! connection, and the rows are hydrated: grouped and merged once, by code that is not generic, and handed to a
//! [`Sink`]. Derived records, dynamic records and the JSON writer are sinks.

mod bind;
mod database;
mod decode;
mod dynamic;
mod executor;
mod find;
mod insert;
mod json;
mod projection;
mod record;
mod run;
mod sink;
mod stage;
mod url;

pub use database::{Database, OpenOptions, Stats};
pub use decode::FromDatum;
pub use dynamic::{DynFind, DynRecord};
pub use executor::Executor;
pub use find::{Find, Page};
pub use insert::insert_rows;
pub use json::JsonSink;
#[doc(hidden)]
pub use projection::column as __column;
pub use projection::{FromRow, Projection, Select};
#[doc(hidden)]
pub use record::field as __field;
pub use record::{Hydrate, Many, One, Record, Relation};
pub use run::json_of_plan;
pub use sink::Sink;
