//! What an application says about its data: models, attributes, associations, indexes, and the values they hold.
//!
//! This crate is plain data. It knows no SQL and no database: a [`ModelDef`] says that `User` has an attribute `score`
//! kept in the column `score_points`, and everything that writes or runs SQL is built on top of it. Models come from
//! three places and meet here: the derive macro, [`ModelBuilder`] at run time, and a JSON document ([`SchemaDoc`]).
//!
//! What it is not for: describing a database as it is. That is introspection, and lives above the drivers.

mod address;
mod association;
mod builder;
mod doc;
mod error;
mod fixed;
mod json_value;
mod kind;
mod model;
mod naming;
mod operator;
mod range;
mod reader;
mod resolve;
mod rule;
mod rule_doc;
mod set;
mod sql_type;
mod temporal;
mod value;

pub use address::problem as address_problem;
pub use association::{Association, AssociationKind, Link, Target, Through, ThroughLink};
pub use builder::{AssociationBuilder, AttributeBuilder, ModelBuilder};
pub use doc::{AssociationDoc, AttributeDoc, IndexDoc, ModelDoc, SchemaDoc};
pub use error::{ConnectionFate, Constraint, Error, ErrorKind, Failure, Outcome, Result, Retry, nearest};
pub use json_value::{
    datum_from_json, datum_to_json, in_system, is_exact, nearest_double, system_problem, write_json_datum,
    write_json_string,
};
pub use kind::Kind;
pub use model::{Attribute, Compiled, Generated, Index, ModelDef};
pub use naming::{pluralize, singularize, snake_case};
pub use operator::{Aggregate, Comparison, Function, IndexHint, Parameter, Pattern};
pub use range::Range;
pub use reader::Reader;
pub use rule::{Check, ModelRule, PatternText, Rule, Values};
pub use set::{ModelRef, ModelSet, ModelView};
pub use sql_type::{RangeOf, Shape, ShapeOf, Size, SqlType, Width};
pub use temporal::{
    cut_instant, cut_naive, format_instant, format_naive, format_time, parse_day, parse_instant, parse_naive,
    parse_time, rounds_beyond_day, rounds_beyond_instants,
};
pub use value::{Datum, Value};
