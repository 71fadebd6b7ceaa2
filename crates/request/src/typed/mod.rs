//! Typed columns and expressions: the surface that derived models use.
//!
//! A predicate is a small value on the stack, and writes itself into the request when it is given to it. The types of
//! predicates grow with what they hold; the type of a find never does.

mod column;
mod function;
mod include;
mod order;
mod predicate;
mod value;

pub use column::{Association, Column, Compare, IntoList, Path, PathEnd, Scalar};
pub use function::{Alias, Arithmetic, Call, CallOfTwo, CountRows, Summable, Typed};
pub use function::{abs, alias, avg, coalesce, count, count_rows, length, lower, max, min, sum, trim, upper};
pub use include::{IncludeOf, IntoInclude};
pub use order::{OrderItem, Ordering};
pub use predicate::{All, Any, Between, InList, Not, NullTest, Predicate, Test, all, any, not};
pub use value::{Operand, SqlValue};

use relata_schema::ModelDef;

/// A model declared in code.
pub trait Model: Sized + Send + Sync + 'static {
    /// Its definition.
    fn def() -> &'static ModelDef;
}
