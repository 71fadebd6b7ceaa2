//! The workloads of relata beside the same as other libraries write them.

pub mod end_to_end;
pub mod of_diesel;
pub mod of_sea_query;
pub mod of_sqlx;
pub mod runs;
pub mod table;
