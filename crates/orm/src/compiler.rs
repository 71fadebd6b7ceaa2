//! Statements and their values, for those who run them themselves.

use relata_dialect::Capabilities;
use relata_driver::{Param, Values};
use relata_planner::{Plan, Plans};
use relata_request::Request;
use relata_schema::{Kind, Result};

use crate::bind;

/// Compiles requests for one database: plans that one user keeps, without a lock, and a list of values that is used again.
///
/// A database handle has its own plans. This is for the rest: for a driver that relata does not have, for a look at what
/// would be sent, and for measuring. After the first request of a shape it touches no heap.
///
/// ```
/// # use relata_orm::Compiler;
/// # use relata_request::Request;
/// # use relata_schema::{ModelBuilder, ModelSet, SqlType};
/// # fn main() -> relata_schema::Result<()> {
/// # let models = ModelSet::build([ModelBuilder::new("User").attribute("id", SqlType::BigInt, |id| id.primary_key())])?;
/// # let find = Request::new(models.model("User")?);
/// let mut compiler = Compiler::new(&relata_dialect::POSTGRES_15);
/// let compiled = compiler.compile(&find)?;
/// assert_eq!(compiled.sql(), r#"SELECT "t0"."id" FROM "users" AS "t0""#);
/// assert!(compiled.params().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Compiler {
    dialect: &'static Capabilities,
    plans: Plans,
    spare: Vec<Param<'static>>,
}

/// A request that was compiled: its first statement and the values of its placeholders.
#[derive(Debug)]
pub struct Compiled<'a> {
    plan: &'a Plan,
    params: Vec<Param<'a>>,
    home: &'a mut Vec<Param<'static>>,
}

/// How many plans it keeps.
const PLANS: usize = 1_024;

impl Compiler {
    /// A compiler for a database.
    pub fn new(dialect: &'static Capabilities) -> Self {
        Compiler { dialect, plans: Plans::new(PLANS), spare: Vec::new() }
    }

    /// Compiles a request. Of one that takes several statements, the others take values that only the rows of the first
    /// one have.
    ///
    /// # Errors
    ///
    /// What is wrong with the request, or what the database cannot do.
    #[inline]
    pub fn compile<'a>(&'a mut self, request: &'a Request<'_>) -> Result<Compiled<'a>> {
        let plan: &Plan = self.plans.get(request, self.dialect)?;
        let mut compiled = Compiled { plan, params: std::mem::take(&mut self.spare), home: &mut self.spare };
        bind::of_step(&mut compiled.params, &plan.steps[0], request.binds())?;
        Ok(compiled)
    }
}

impl Compiled<'_> {
    /// The text of the statement.
    #[inline]
    pub fn sql(&self) -> &str {
        &self.plan.steps[0].sql
    }

    /// The values of its placeholders, in their order.
    #[inline]
    pub fn params(&self) -> &[Param<'_>] {
        &self.params
    }

    /// The plan, with its other statements.
    pub fn plan(&self) -> &Plan {
        self.plan
    }
}

impl Drop for Compiled<'_> {
    #[inline]
    fn drop(&mut self) {
        let mut params = std::mem::take(&mut self.params);
        params.clear();
        // An empty vector is collected in place: the allocation survives the change of lifetime.
        *self.home = params.into_iter().map(|_| Param::Array(Values::Ints(&[]), Kind::Bool)).collect();
    }
}
