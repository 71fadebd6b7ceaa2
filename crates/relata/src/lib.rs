//! Sequelize for Rust, built as a query compiler.
//!
//! ```
//! use relata::prelude::*;
//!
//! #[derive(Model, Debug, Clone)]
//! #[model(table = "users")]
//! struct User {
//!     #[key(auto)]
//!     id: i64,
//!     #[column(unique)]
//!     email: String,
//!     name: Option<String>,
//!     #[column(default = 0)]
//!     score: i32,
//!     #[has_many(key = author_id)]
//!     posts: Many<Post>,
//! }
//!
//! #[derive(Model, Debug, Clone)]
//! #[model(table = "posts")]
//! struct Post {
//!     #[key(auto)]
//!     id: i64,
//!     title: String,
//!     author_id: i64,
//!     #[belongs_to(key = author_id)]
//!     author: One<User>,
//! }
//!
//! # fn main() -> Result<(), relata::Error> {
//! let db = Database::open("sqlite::memory:")?;
//! relata::create_missing(&db, &[model::<User>(), model::<Post>()])?;
//!
//! let find = User::find()
//!     .filter(any((User::SCORE.gt(10), User::NAME.is_null())))
//!     .include(User::POSTS.order(Post::ID.desc()).limit(5))
//!     .order(User::SCORE.desc())
//!     .limit(20);
//! println!("{}", find.to_sql(&relata::dialect::POSTGRES_15)?); // no connection needed
//! let page = find.page(&db)?; // rows and total
//! assert_eq!(page.total, 0);
//! # Ok(())
//! # }
//! ```

pub use relata_derive::{FieldType, Model, Projection};
pub use relata_dialect as dialect;
pub use relata_driver as driver;
pub use relata_ir as ir;
pub use relata_migrate as migrate;
pub use relata_orm as orm;
pub use relata_planner as planner;
pub use relata_request as request;
pub use relata_schema as schema;

pub use relata_orm::{
    Compiler, Database, Draft, DynFind, DynModel, DynRecord, Entity, Event, Executor, Find, Isolation, Many, One,
    OpenOptions, Page, Record, Sql, Tx, TxOptions, WriteOptions, list,
};
pub use relata_schema::{
    Error, ErrorKind, Kind, ModelDef, ModelSet, ModelView, Range, Result, SchemaDoc, SqlType, Value,
};

/// A point in time.
pub use jiff::Timestamp as Instant;
use relata_schema::{ModelBuilder, RangeOf, Shape, Width};

/// What an application's modules begin with.
pub mod prelude {
    pub use crate::{
        Database, DynFind, DynModel, Entity as _, Event, Executor, FieldType, Many, Model, One, Projection, Range,
        Record, Tx, list, model,
        request::typed::{
            Compare, CompareCollection, Model as _, abs, alias, all, all_of, all_of_query, any, any_of, any_of_query,
            avg, coalesce, count, count_rows, exists, json_boolean, json_contains, json_number, json_present,
            json_text, length, lower, max, min, not, outer, round, row, sum, trim, upper,
        },
    };
}

/// The view of a derived model, for calls that take models as data.
pub fn model<M: relata_request::typed::Model>() -> ModelView<'static> {
    ModelView::of(M::def())
}

/// Creates the tables of some models where they are missing.
///
/// # Errors
///
/// A type that the database does not keep, or what the database says.
pub fn create_missing(db: &Database, models: &[ModelView<'_>]) -> Result<()> {
    let statements = relata_migrate::create_missing(models, db.dialect())?;
    db.with(&mut |session| statements.iter().try_for_each(|sql| session.batch(sql)))
}

/// The schema document of derived models.
pub fn to_doc(models: &[ModelView<'_>]) -> SchemaDoc {
    SchemaDoc { models: models.iter().map(|model| (model.name.clone(), model.to_doc())).collect() }
}

#[doc(hidden)]
pub fn __frozen(builder: ModelBuilder) -> ModelDef {
    builder.build_or_keep_problem()
}

#[doc(hidden)]
pub fn __type_of<T: relata_request::typed::SqlValue>() -> SqlType {
    T::sql_type().unwrap_or_else(|| __default_type(T::KIND))
}

#[doc(hidden)]
pub fn __default_type(kind: Kind) -> SqlType {
    match kind {
        Kind::Bool => SqlType::Bool,
        Kind::SmallInt => SqlType::SmallInt,
        Kind::Integer => SqlType::Integer,
        Kind::BigInt => SqlType::BigInt,
        Kind::Double => SqlType::Double,
        Kind::Decimal => SqlType::Decimal { precision: 15, scale: 2 },
        Kind::Text => SqlType::Text,
        Kind::Uuid => SqlType::Uuid,
        Kind::Instant => SqlType::Timestamp(6),
        Kind::Naive => SqlType::NaiveTimestamp(6),
        Kind::Day => SqlType::DateOnly,
        Kind::Time => SqlType::Time(6),
        Kind::Json => SqlType::Json,
        Kind::Bytes => SqlType::Bytes,
        Kind::Real => SqlType::Real,
        Kind::UnsignedBigInt => SqlType::Unsigned(Width::Big),
        Kind::CiText => SqlType::CiText,
        Kind::Inet => SqlType::Inet,
        Kind::Cidr => SqlType::Cidr,
        Kind::MacAddr => SqlType::MacAddr,
        Kind::MacAddr8 => SqlType::MacAddr8,
        Kind::TsVector => SqlType::TsVector,
        Kind::Hstore => SqlType::Hstore,
        Kind::Geometry => SqlType::Geometry(Shape::default()),
        Kind::Geography => SqlType::Geography(Shape::default()),
        kind => match (kind.element(), kind.bound().and_then(RangeOf::of)) {
            (_, Some(of)) => SqlType::Range(of),
            (element, None) => SqlType::Array(Box::new(__default_type(element.unwrap_or(Kind::Text)))),
        },
    }
}

#[doc(hidden)]
pub fn __sql_type(builder: &mut ModelBuilder, field: &str, text: &str, kind: Kind) -> SqlType {
    let problem = match SqlType::parse(text) {
        Ok(ty) if ty.kind() == kind || ty.kind().carrier() == kind => return ty,
        Ok(ty) => {
            Error::new(ErrorKind::Schema, format!("the type {ty} does not hold {}, which the field has", kind.name()))
        }
        Err(error) => error,
    };
    builder.fail(problem.at(field));
    __default_type(kind)
}

#[doc(hidden)]
pub fn __text_default(text: &str) -> String {
    text.to_owned()
}

/// The program of the README, so that it keeps compiling and running.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
