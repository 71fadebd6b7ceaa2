//! The query compiler: from a request to a plan.
//!
//! ```text
//! request ─► nodes ─► choose loading ─► lower ─► IR ─► passes ─► legalize ─► verify ─► print ─► Plan
//! ```
//!
//! Planning is a pure function of the request's shape, the dialect and the options. It sees no value, does no I/O, and
//! reads neither clock nor environment. The IR and all scratch belong to a [`Planner`], which is reused.

mod blueprint;
mod cache;
mod compile;
mod cut;
mod legalize;
mod loading;
mod lower;
mod name;
mod passes;
mod plan;
mod share;

pub use cache::{CacheStats, PlanCache, Plans};
pub use compile::{Force, Options, Planner, Trace};
pub use name::Name;
pub use passes::{PASSES, Pass};
pub use plan::{Feed, Field, Loading, Note, Plan, Rows, Slot, Spread, Step, ThroughSlot};
pub use share::{Share, Text};

/// How many nodes one statement may have.
pub const MAX_NODES: usize = 200_000;
