//! What a request runs on.

use relata_dialect::Capabilities;
use relata_driver::Session;
use relata_planner::PlanCache;
use relata_schema::Result;

/// Something that requests run on: a database, or a transaction.
pub trait Executor {
    /// Lends a connection for as long as `run` takes. All statements of one call share it.
    ///
    /// # Errors
    ///
    /// When there is no connection, or what `run` says.
    fn with(&self, run: &mut dyn FnMut(&mut dyn Session) -> Result<()>) -> Result<()>;

    /// What the database can say.
    fn dialect(&self) -> &'static Capabilities;

    /// The plans made for it.
    fn plans(&self) -> &PlanCache;
}
