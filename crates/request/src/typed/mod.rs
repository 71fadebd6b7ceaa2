//! Typed columns and expressions: the surface that derived models use.
//!
//! A predicate is a small value on the stack, and writes itself into the request when it is given to it. The types of
//! predicates grow with what they hold; the type of a find never does.

mod collection;
mod column;
mod function;
mod group;
mod include;
mod insert;
mod json;
mod order;
mod predicate;
mod query;
mod row;
mod value;

pub use collection::{Collection, CompareCollection, Related};
pub use column::{Association, Column, Compare, IntoList, Path, PathEnd, Scalar};
pub use function::{Alias, Arithmetic, Call, CallOfTwo, CallOfValues, CountRows, Nullary, Summable, Typed};
pub use function::{abs, alias, avg, coalesce, concat, count, count_rows, day, hour, length, lower, max, min, minute};
pub use function::{month, now, nullif, random, replace, round, second, substr, sum, trim, upper, year};
pub use group::{Filled, Group, all_of, any_of};
pub use include::{IncludeOf, IntoInclude};
pub use insert::{Cells, Columns, Literal};
pub use json::{AtPath, JsonPath, JsonTest};
pub use json::{json_all_keys, json_any_key, json_boolean, json_contains, json_number, json_present, json_text};
pub use order::{OrderItem, Ordering};
pub use predicate::{All, Any, Between, InList, Not, NullTest, Predicate, Test, all, any, not};
pub use query::{Exists, InQuery, IntoRequest, Outer, Quantified, Query, all_of_query, any_of_query, exists, outer};
pub use row::{InRows, MemberRows, MemberValues, Members, Row, RowTest, row};
pub use value::{Operand, SqlValue};

use relata_schema::ModelDef;

/// A model declared in code.
pub trait Model: Sized + Send + Sync + 'static {
    /// Its definition.
    fn def() -> &'static ModelDef;
}
