//! What the user asks, before any of it is a query: a flat *shape* and a list of *binds*.
//!
//! A [`Request`] is a row of sections, each of them bytes. Typed columns, run-time trees and JSON documents write the
//! same bytes through one [`Encoder`], so there is one compiler and one plan cache. The bytes hold operators, indexes
//! into models and the classes of values; they hold no value but those of an index's condition, which is part of the
//! statement. Two requests that differ only in values are equal byte for byte, and so is their SQL.
//!
//! ```text
//!   section:  attributes  include  filter  group  having  order  page
//!   binds:    ......................................................... in the same order
//! ```
//!
//! What this crate is not for: deciding how rows are loaded, or anything that depends on a database. That begins in the
//! planner, which reads the bytes with a [`Cursor`].

mod bind;
mod buffer;
pub mod conflict;
mod cursor;

pub mod doc;
mod encode;
mod include;
mod request;
mod shape;
mod stated;
pub mod typed;
pub mod write;

pub use bind::{Bind, BindList};
pub use cursor::{Cursor, Query};
pub use encode::{Encoder, ListForm, Mark, Place};
pub use include::Include;
pub use request::{OwnedKey, Request, ShapeKey};
pub use shape::{Call, Flags, Lock, Section, op};

/// How deep a condition or a tree of includes may be nested. Every recursion over user input counts against it.
pub const MAX_DEPTH: usize = 128;
