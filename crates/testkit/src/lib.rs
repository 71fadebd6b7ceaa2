//! What the tests of relata are made with: the reference evaluator, generators, throw-away servers.

pub mod databases;
pub mod eval;
pub mod fuzz;
pub mod requests;
pub mod server;
pub mod tape;
pub mod verify;
pub mod world;
