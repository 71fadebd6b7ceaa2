//! What a database can say, as data, and the printer that spells legal IR.
//!
//! A database is a constant of type [`Capabilities`]: a record of *forms*, each an answer to "how do you write this?". A
//! new database is a new constant. A new kind of difference is a new variant of a form, with one arm in one
//! legalization of the planner. The [`mod@print`] module decides nothing: it spells what it is given.

mod capabilities;
mod mariadb;
mod mysql;
mod postgres;
pub mod print;
pub mod raw;
mod sqlite;
mod types;

pub use capabilities::{
    Assignments, BindTyping, Capabilities, ColumnCheck, ConflictForm, CountForm, DatePartForm, DecimalForm, DeleteForm,
    FeedForm, FunctionNames, InSelectForm, IndexHintForm, IsolationForm, JsonForm, KeysForm, LimitForm, ListForm,
    LockForm, NullsForm, OwnTable, PatternForm, PerParentForm, Placeholder, QuantifiedForm, RealForm, RegexpForm,
    Returning, SearchForm, Subqueries, TransactionForm, TruncateForm, TypeNames,
};
pub use mariadb::{MARIADB_10_6, MARIADB_10_11, MARIADB_11_8};
pub use mysql::{MYSQL_8_0, MYSQL_9_7};
pub use postgres::POSTGRES_15;
pub use sqlite::SQLITE_3;

/// Every database there is, in the order in which snapshots show them.
pub const ALL: [&Capabilities; 4] = [&POSTGRES_15, &SQLITE_3, &MYSQL_9_7, &MARIADB_10_11];

/// The database of that name.
pub fn by_name(name: &str) -> Option<&'static Capabilities> {
    ALL.into_iter().find(|dialect| dialect.name == name)
}
