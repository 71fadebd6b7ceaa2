//! Statements and their values, for those who run them themselves.

use relata_dialect::Capabilities;
use relata_driver::Param;
use relata_planner::{Plan, Plans};
use relata_request::{Bind, Request};
use relata_schema::Result;

use crate::bind;

/// Compiles requests for one database, with plans that one user keeps, without a lock.
///
/// A database handle has its own plans. This is for the rest: for a driver that relata does not have, for a look at what
/// would be sent, and for measuring. After the first request of a shape it touches no heap.
///
/// ```
/// # use relata_orm::Compiler;
/// # use relata_request::Request;
/// # use relata_schema::{ModelBuilder, ModelSet, SqlType};
/// # fn main() -> relata_schema::Result<()> {
/// # let mut user = ModelBuilder::new("User");
/// # user.timestamps(false).attribute("id", SqlType::BigInt).primary_key();
/// # let models = ModelSet::new(vec![user.build()?])?;
/// # let find = Request::new(models.model("User")?);
/// let mut compiler = Compiler::new(&relata_dialect::POSTGRES_15);
/// let compiled = compiler.compile(&find)?;
/// assert_eq!(compiled.sql(), r#"SELECT "t0"."id" FROM "users" AS "t0""#);
/// compiled.params(|value| unreachable!("it has none: {value:?}"))?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Compiler {
    dialect: &'static Capabilities,
    plans: Plans,
}

/// A request that was compiled: its first statement and the values of its placeholders.
#[derive(Debug, Clone, Copy)]
pub struct Compiled<'a> {
    plan: &'a Plan,
    binds: &'a [Bind<'a>],
}

/// How many plans it keeps.
const PLANS: usize = 1_024;

impl Compiler {
    /// A compiler for a database.
    pub fn new(dialect: &'static Capabilities) -> Self {
        Compiler { dialect, plans: Plans::new(PLANS) }
    }

    /// Compiles a request. Of one that takes several statements, the others take values that only the rows of the first
    /// one have.
    ///
    /// # Errors
    ///
    /// What is wrong with the request, or what the database cannot do.
    #[inline]
    pub fn compile<'a>(&'a mut self, request: &'a Request<'_>) -> Result<Compiled<'a>> {
        Ok(Compiled { plan: self.plans.get(request, self.dialect)?, binds: request.binds() })
    }
}

impl<'a> Compiled<'a> {
    /// The text of the statement.
    #[inline]
    pub fn sql(&self) -> &'a str {
        &self.plan.steps[0].sql
    }

    /// Hands the values of its placeholders over, in their order.
    ///
    /// # Errors
    ///
    /// What `each` says; or a value that the statement needs in another form and that has none, such as a pattern that
    /// ends within an escape.
    #[inline]
    pub fn params(&self, each: impl FnMut(Param<'a>) -> Result<()>) -> Result<()> {
        bind::each_of_step(&self.plan.steps[0], self.binds, each)
    }

    /// The plan, with its other statements.
    pub fn plan(&self) -> &'a Plan {
        self.plan
    }
}
