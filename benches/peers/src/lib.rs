//! The ten workloads of relata beside the same as other libraries write them.

pub mod of_diesel;
pub mod of_sea_query;
pub mod of_sqlx;
pub mod runs;
pub mod table;
