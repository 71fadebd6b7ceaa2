//! Hostile input: every text that has broken a database library somewhere, in every place where relata takes text from
//! somebody; compiled for every dialect, and run on every database.
//!
//! | file | says |
//! |---|---|
//! | `lexer.rs` | how each database reads SQL, written from the manuals |
//! | `atoms.rs` | the texts |
//! | `sinks.rs`, `writes.rs`, `words.rs` | the places of documents: values of what reads and what writes, and words |
//! | `schemas.rs` | the places of schemas |
//! | `matrix.rs` | every text in every place: refused by name, or a statement of the same shape |
//! | `typed.rs` | the same for typed calls, whose places are few |
//! | `structures.rs` | values of other forms where a document expects something |
//! | `executed.rs`, `names.rs` | the same on databases, with canaries |
//! | `limits.rs` | what is too long, too deep or too many |
//! | `secrets.rs` | what must be in no error, log or debug print |
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod atoms;
mod compile;
mod executed;
mod lexer;
mod limits;
mod matrix;
mod names;
mod schemas;
mod secrets;
mod sinks;
mod structures;
mod typed;
mod words;
mod world;
mod writes;
