//! Spells legal IR. Total and infallible: what a database cannot say was refused before it came here.
//!
//! The [`Writer`] has exactly these ways to append: a static keyword, a quoted identifier, a placeholder, a constant of
//! the planner, and an escaped literal (constants of the schema, and DDL). There is no other way for text to get in.

mod command;
mod ddl;
mod expr;
mod json;
mod literal;
mod query;
mod writer;

pub use command::statement;
pub use ddl::{create_extension, create_index, create_table};
pub use writer::{ANOTHER_PLACEHOLDER, Scratch, Writer};
