//! What a database can say, as data, and the printer that spells legal IR.
//!
//! A database is a constant of type [`Capabilities`]: a record of *forms*, each an answer to "how do you write this?". A
//! new database is a new constant. A new kind of difference is a new variant of a form, with one arm in one
//! legalization of the planner. The [`mod@print`] module decides nothing: it spells what it is given.

mod capabilities;
mod postgres;
pub mod print;
pub mod raw;
mod sqlite;

pub use capabilities::{
    BindTyping, Capabilities, DecimalForm, FeedForm, LimitForm, ListForm, LockForm, PatternForm, PerParentForm,
    Placeholder, TransactionForm, TruncateForm, TypeNames,
};
pub use postgres::POSTGRES_15;
pub use sqlite::SQLITE_3;

/// Every database there is, in the order in which snapshots show them.
pub const ALL: [&Capabilities; 2] = [&POSTGRES_15, &SQLITE_3];

/// The database of that name.
pub fn by_name(name: &str) -> Option<&'static Capabilities> {
    ALL.into_iter().find(|dialect| dialect.name == name)
}
