//! The ten workloads of relata as other libraries write them.

pub mod of_diesel;
pub mod of_sea_query;
pub mod of_sqlx;
