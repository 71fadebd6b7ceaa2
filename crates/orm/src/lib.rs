//! Running requests: the database handle, finds, records, and how rows become them.
//!
//! A find is planned through the plan cache, its values are mapped to placeholders, its statements run on one
//! connection, and the rows are hydrated: grouped and merged once, by code that is not generic, and handed to a
//! [`Sink`]. Derived records, dynamic records and the JSON writer are sinks.

mod bind;
mod compiler;
mod database;
mod decode;
mod draft;
mod dyn_model;
mod dyn_record;
mod dynamic;
mod each;
mod entity;
mod executor;
mod find;
mod hooks;
mod insert;
mod instance;
mod into_value;
mod json;
mod keys;
mod place;
mod projection;
mod raw;
mod record;
mod related;
mod run;
mod sink;
mod stage;
mod transaction;
mod url;
mod validate;
mod write;
mod write_doc;

pub use compiler::{Compiled, Compiler};
pub use database::{Clock, Database, OpenOptions, Stats};
pub use decode::FromDatum;
pub use draft::Draft;
pub use dyn_model::{DynChange, DynModel};
pub use dyn_record::{DynLinks, DynRecord};
pub use dynamic::DynFind;
pub use entity::{Change, CreateMany, Entity, Upsert};
pub use executor::Executor;
pub use find::{Find, Page, Selected};
pub use hooks::{Event, Found, Hook, Hooks, Subject};
pub use insert::{Insert, insert_rows};
pub use instance::{Instance, State};
pub use into_value::{IntoValue, ToDatum};
pub use json::JsonSink;
#[doc(hidden)]
pub use projection::column as __column;
pub use projection::{FromRow, Projection, Select};
#[doc(hidden)]
pub use raw::by_name as __by_name;
pub use raw::{FromRawRow, IntoBinds, RawBind, RawQuery, Sql, list};
pub use record::{Hydrate, Many, One, Record, Relation};
#[doc(hidden)]
pub use record::{field as __field, read_value as __read_value};
pub use related::Links;
pub use run::{json_of_plan, records_of_plan};
pub use sink::Sink;
pub use transaction::{Isolation, Tx, TxOptions};
pub use write::WriteOptions;
