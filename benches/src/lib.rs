//! The workloads that relata is measured by, and what measures them. The tests keep their allocations and instructions as
//! goldens; `benches/peers` runs them beside other libraries.

pub mod end_to_end;
pub mod hand;
#[expect(missing_docs, reason = "columns are what they are called")]
pub mod models;
pub mod queries;
pub mod workloads;
