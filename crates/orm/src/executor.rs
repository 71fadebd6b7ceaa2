//! What a request runs on.

use relata_dialect::Capabilities;
use relata_driver::Session;
use relata_planner::PlanCache;
use relata_schema::Result;

use crate::{Database, IntoBinds, RawQuery, Sql, Tx};

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

    /// A query that the application writes itself. Values are binds: `?` or `$1` by position, `:name` by name; a question
    /// mark that is an operator is written `??`.
    ///
    /// ```
    /// # use relata_orm::{Database, Executor, list};
    /// # fn main() -> relata_schema::Result<()> {
    /// let db = Database::open("sqlite::memory:")?;
    /// let rows: Vec<(i64, String)> = db
    ///     .query("SELECT 1 + :more AS n, 'x' AS word WHERE 2 IN (:some)", [("more", 1.into()), ("some", list([2, 3]))])
    ///     .all()?;
    /// assert_eq!(rows, [(2, "x".to_owned())]);
    /// # Ok(())
    /// # }
    /// ```
    fn query<'q>(&self, sql: impl Into<Sql<'q>>, binds: impl IntoBinds<'q>) -> RawQuery<'_, 'q, Self>
    where
        Self: Sized,
    {
        RawQuery::new(self, sql.into(), binds.into_binds())
    }

    /// Runs a statement that the application writes itself; says how many rows it touched.
    ///
    /// # Errors
    ///
    /// Markers and values that do not fit, or what the database says.
    fn execute<'q>(&self, sql: impl Into<Sql<'q>>, binds: impl IntoBinds<'q>) -> Result<u64>
    where
        Self: Sized,
    {
        self.query(sql, binds).execute()
    }

    /// What the database can say.
    fn dialect(&self) -> &'static Capabilities {
        self.database().pool().dialect()
    }

    /// The plans made for it.
    fn plans(&self) -> &PlanCache {
        self.database().plan_cache()
    }
}
