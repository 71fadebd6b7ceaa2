//! What every database driver offers, and what is the same for all of them: the pool.
//!
//! A driver is thin. It opens connections that keep a contract (UTF-8, UTC, no surprises in how text is read), runs
//! statements with parameters, hands out rows, and says what an error means. Everything else is above it.

pub mod geometry;
mod in_use;
mod param;
mod pool;
mod traits;

pub use in_use::InUse;
pub use param::{Given, Param, Values};
pub use pool::{Held, Pool, PoolOptions};
pub use traits::{Connection, Driver, Numbered, Row, Session, Statement, TableOf, int_of, text_of};
