//! What a request runs on.

use relata_dialect::Capabilities;
use relata_driver::Session;
use relata_planner::PlanCache;
use relata_schema::Result;

use crate::{Database, Tx};

/// Something that requests run on: a database, or a transaction.
pub trait Executor {
    /// Lends a connection for as long as `run` takes. All statements of one call share it.
    ///
    /// # Errors
    ///
    /// When there is no connection, or what `run` says.
    fn with(&self, run: &mut dyn FnMut(&mut dyn Session) -> Result<()>) -> Result<()>;

    /// Lends a connection that sees one snapshot of the database for as long as `run` takes. Within a transaction that is
    /// what its isolation level gives.
    ///
    /// # Errors
    ///
    /// When there is no connection, or what `run` says.
    fn with_snapshot(&self, run: &mut dyn FnMut(&mut dyn Session) -> Result<()>) -> Result<()>;

    /// Runs several writing statements so that all of them take effect, or none.
    ///
    /// # Errors
    ///
    /// When there is no connection, or what `run` says.
    fn atomically(&self, run: &mut dyn FnMut(&Tx) -> Result<()>) -> Result<()>;

    /// The database, with its hooks and its clock.
    fn database(&self) -> &Database;

    /// The transaction, if this is one.
    fn transaction_at_hand(&self) -> Option<&Tx>;

    /// What the database can say.
    fn dialect(&self) -> &'static Capabilities {
        self.database().pool().dialect()
    }

    /// The plans made for it.
    fn plans(&self) -> &PlanCache {
        self.database().plan_cache()
    }
}
