//! Finds of derived models.

use std::marker::PhantomData;

use relata_dialect::Capabilities;
use relata_planner::{Options, Planner};
use relata_request::{
    Call, Lock, Request, Section,
    doc::apply_scope,
    typed::{Column, IntoInclude, IntoRequest, Model, Ordering, Predicate, Query, Scalar, SqlValue},
};
use relata_schema::{Aggregate, Datum, Error, ErrorKind, IndexHint, ModelRef, Result};

use crate::{
    Event, Executor, FromDatum, FromRow, Hydrate, JsonSink, Projection, Record, Select,
    hooks::{self, Subject},
    projection::Rows,
    run,
};

/// A find of `M`: a small handle on a recycled buffer.
///
/// Builder methods take and return it, so that `if` composes. Running takes `&self`.
#[derive(Debug)]
pub struct Find<'q, M> {
    request: Request<'q>,
    model: PhantomData<fn() -> M>,
}

/// The statements of a request for a database, one a line.
pub(crate) fn sql_of(request: &Request<'_>, dialect: &'static Capabilities) -> Result<String> {
    let plan = Planner::new().plan(request, dialect, &Options::default())?;
    Ok(plan.steps.iter().map(|step| &*step.sql).collect::<Vec<_>>().join("\n"))
}

/// A page of rows, and how many there are in all.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<R> {
    /// The rows of the page.
    pub rows: Vec<R>,
    /// How many rows there are without limit and offset.
    pub total: u64,
}

impl<'q, M> IntoRequest<'q> for Find<'q, M> {
    fn into_request(self) -> Request<'q> {
        self.request
    }
}

impl<M: Model> Default for Find<'_, M> {
    fn default() -> Self {
        Find::new()
    }
}

impl<'q, M: Model> Find<'q, M> {
    /// All rows.
    #[inline]
    pub fn new() -> Self {
        Find { request: Request::of(M::def()), model: PhantomData }
    }

    #[inline]
    fn write(
        mut self,
        section: Section,
        write: impl FnOnce(&mut relata_request::Encoder<'_, 'q>) -> Result<()>,
    ) -> Self {
        self.request.write(section, write);
        self
    }

    /// Only rows for which the condition holds. Said twice, both must hold.
    #[inline]
    #[must_use]
    pub fn filter(self, predicate: impl Predicate<'q, M>) -> Self {
        self.write(Section::Filter, |out| {
            predicate.write_conjuncts(out)?;
            out.at_least_true();
            Ok(())
        })
    }

    /// Loads an association along.
    #[inline]
    #[must_use]
    pub fn include(self, include: impl IntoInclude<'q, M>) -> Self {
        self.write(Section::Include, |out| include.write(out))
    }

    /// The order; said twice, the second decides where the first does not.
    #[inline]
    #[must_use]
    pub fn order(self, order: impl Ordering<'q, M>) -> Self {
        self.write(Section::Order, |out| order.write(out))
    }

    /// Groups by an expression: a column or a path.
    #[inline]
    #[must_use]
    pub fn group(self, key: impl relata_request::typed::Scalar<'q, M>) -> Self {
        self.write(Section::Group, |out| key.write(out))
    }

    /// Only groups for which the condition holds.
    #[inline]
    #[must_use]
    pub fn having(self, predicate: impl Predicate<'q, M>) -> Self {
        self.write(Section::Having, |out| predicate.write_conjuncts(out))
    }

    /// At most that many root rows, whatever is included.
    #[inline]
    #[must_use]
    pub fn limit(mut self, limit: u64) -> Self {
        let (_, offset) = self.request.page();
        self.request.set_page(Some(limit), offset);
        self
    }

    /// Skips that many root rows.
    #[inline]
    #[must_use]
    pub fn offset(mut self, offset: u64) -> Self {
        let (limit, _) = self.request.page();
        self.request.set_page(limit, Some(offset));
        self
    }

    /// De-duplicates what is selected.
    #[must_use]
    pub fn distinct(mut self) -> Self {
        let mut flags = self.request.flags();
        flags.distinct = true;
        self.request.set_flags(flags);
        self
    }

    /// Includes rows that were soft-deleted.
    #[must_use]
    pub fn with_deleted(mut self) -> Self {
        let mut flags = self.request.flags();
        flags.paranoid = false;
        self.request.set_flags(flags);
        self
    }

    /// Locks the root rows for update.
    #[must_use]
    pub fn for_update(mut self) -> Self {
        let mut flags = self.request.flags();
        flags.lock = Some(Lock { strength: 0, wait: 0 });
        self.request.set_flags(flags);
        self
    }

    /// Lets the database look for root rows by these indexes and no others, where it takes such words.
    #[must_use]
    pub fn use_indexes<'n>(self, indexes: impl IntoIterator<Item = &'n str>) -> Self {
        self.hint(IndexHint::Use, indexes)
    }

    /// Makes the database look for root rows by these indexes, where it takes such words: SQLite takes one, MySQL and
    /// MariaDB several, and PostgreSQL none.
    #[must_use]
    pub fn force_indexes<'n>(self, indexes: impl IntoIterator<Item = &'n str>) -> Self {
        self.hint(IndexHint::Force, indexes)
    }

    /// Keeps the database from looking for root rows by these indexes, where it takes such words.
    #[must_use]
    pub fn ignore_indexes<'n>(self, indexes: impl IntoIterator<Item = &'n str>) -> Self {
        self.hint(IndexHint::Ignore, indexes)
    }

    fn hint<'n>(mut self, kind: IndexHint, indexes: impl IntoIterator<Item = &'n str>) -> Self {
        self.request.write(Section::Hints, |out| indexes.into_iter().try_for_each(|index| out.hint(kind, index)));
        self
    }

    /// Merges a scope of the model in by its name, in place of the default one.
    #[must_use]
    pub fn scope(self, name: &str) -> Self {
        self.scope_with(name, &[])
    }

    /// Merges a scope that takes arguments in by its name, in place of the default one.
    ///
    /// ```text
    /// User::find().scope_with("older_than", &[("age", 18.into())])
    /// ```
    #[must_use]
    pub fn scope_with(mut self, name: &str, args: &[(&str, serde_json::Value)]) -> Self {
        if self.request.has_default_scope() {
            self.request.drop_scope();
        }
        if let Err(error) = apply_scope(&mut self.request, name, args) {
            self.request.fail(error);
        }
        self
    }

    /// Without the model's default scope.
    #[must_use]
    pub fn unscoped(mut self) -> Self {
        self.request.drop_scope();
        self
    }

    /// Goes on with `then` only if the condition holds.
    #[must_use]
    pub fn when(self, condition: bool, then: impl FnOnce(Self) -> Self) -> Self {
        if condition { then(self) } else { self }
    }

    /// The request behind it.
    pub fn request(&self) -> &Request<'q> {
        &self.request
    }

    pub(crate) fn into_request(self) -> Request<'q> {
        self.request
    }

    /// The row of a key, soft-deleted or not, whatever the default scope says.
    pub(crate) fn by_key(key: Vec<(u16, relata_schema::Value)>) -> Self {
        let mut request = Request::new(ModelRef::Static(M::def()));
        let flags = relata_request::Flags { paranoid: false, scoped: false, ..request.flags() };
        request.set_flags(flags);
        key.into_iter().for_each(|(attribute, value)| crate::write::equal(&mut request, attribute, value));
        Find { request, model: PhantomData }
    }

    /// The values of an expression in these rows, for a condition of another find: a list for
    /// [`in_query`](relata_request::typed::Compare::in_query), or the value of the first row.
    pub fn query<S: Scalar<'q, M>>(mut self, value: S) -> Query<'q, S::Type> {
        self.request.clear(Section::Attributes);
        self.request.write(Section::Attributes, |out| {
            out.explicit_selection();
            out.select_alias("value")?;
            value.write(out)
        });
        Query::new(self.request)
    }

    /// The statements for a database, one a line. No connection is needed.
    ///
    /// # Errors
    ///
    /// What is wrong with the find, or what the database cannot do.
    pub fn to_sql(&self, dialect: &'static Capabilities) -> Result<String> {
        sql_of(&self.request, dialect)
    }

    /// How each edge is loaded and why, one a line.
    ///
    /// # Errors
    ///
    /// What is wrong with the find, or what the database cannot do.
    pub fn explain(&self, dialect: &'static Capabilities) -> Result<String> {
        Ok(Planner::new().plan(&self.request, dialect, &Options::default())?.explain())
    }

    /// How many root rows there are, without limit and offset.
    ///
    /// # Errors
    ///
    /// What is wrong with the find, or what the database says.
    pub fn count(&self, on: &impl Executor) -> Result<u64> {
        let request = self.request.with_call(Call::Count);
        let count = run::value(on, &request, i64::from_datum)?;
        count.and_then(|count| u64::try_from(count).ok()).ok_or_else(|| Error::internal("a count answered no number"))
    }

    /// Whether there is any row.
    ///
    /// # Errors
    ///
    /// What is wrong with the find, or what the database says.
    pub fn exists(&self, on: &impl Executor) -> Result<bool> {
        let request = self.request.with_call(Call::Exists);
        Ok(run::value(on, &request, |_| Ok(()))?.is_some())
    }

    /// The sum of a column over the root rows; `None` when there is no value. A sum of integers is read as `i64`.
    ///
    /// # Errors
    ///
    /// What is wrong with the find, or what the database says, an overflow among it.
    pub fn sum<T: SqlValue, R: FromDatum>(&self, column: Column<M, T>, on: &impl Executor) -> Result<Option<R>> {
        self.aggregate(Aggregate::Sum, column, on)
    }

    /// The least value of a column over the root rows; `None` when there is no value.
    ///
    /// # Errors
    ///
    /// What is wrong with the find, or what the database says.
    pub fn min<T: SqlValue + FromDatum>(&self, column: Column<M, T>, on: &impl Executor) -> Result<Option<T>> {
        self.aggregate(Aggregate::Min, column, on)
    }

    /// The greatest value of a column over the root rows; `None` when there is no value.
    ///
    /// # Errors
    ///
    /// What is wrong with the find, or what the database says.
    pub fn max<T: SqlValue + FromDatum>(&self, column: Column<M, T>, on: &impl Executor) -> Result<Option<T>> {
        self.aggregate(Aggregate::Max, column, on)
    }

    /// The mean of a column over the root rows; `None` when there is no value.
    ///
    /// # Errors
    ///
    /// What is wrong with the find, or what the database says.
    pub fn avg<T: SqlValue>(&self, column: Column<M, T>, on: &impl Executor) -> Result<Option<f64>> {
        self.aggregate(Aggregate::Avg, column, on)
    }

    fn aggregate<T, R: FromDatum>(
        &self,
        function: Aggregate,
        column: Column<M, T>,
        on: &impl Executor,
    ) -> Result<Option<R>> {
        let request = self.request.with_call(Call::Aggregate(function, column.attribute()));
        Ok(run::value(on, &request, |datum: Datum<'_>| Option::<R>::from_datum(datum))?.flatten())
    }

    /// Selected expressions, as tuples of the types that the caller says.
    ///
    /// # Errors
    ///
    /// What is wrong with the find, what the database says, or a value of another type.
    pub fn select<R: FromRow>(&self, columns: impl Select<'q, M>, on: &impl Executor) -> Result<Vec<R>> {
        let mut request = self.request.with_call(Call::Find);
        request.clear(Section::Attributes);
        let mut selection = Request::new(ModelRef::Static(M::def()));
        selection.write(Section::Attributes, |out| columns.write(out));
        selection.check()?;
        request.copy_section(Section::Attributes, &selection);
        let mut rows = Rows::new();
        run::run(on, &request, &mut rows)?;
        Ok(rows.rows)
    }

    /// The same find, of selected expressions instead of records.
    pub fn columns(mut self, columns: impl Select<'q, M>) -> Selected<'q, M> {
        self.request.clear(Section::Attributes);
        Selected { find: self.write(Section::Attributes, |out| columns.write(out)) }
    }

    /// The attributes that a projection names, as that projection.
    ///
    /// # Errors
    ///
    /// What is wrong with the find, what the database says, or a field that is no attribute of the model.
    pub fn project<P: Projection<Model = M>>(&self, on: &impl Executor) -> Result<Vec<P>> {
        let mut request = self.request.with_call(Call::Find);
        request.clear(Section::Attributes);
        request.write(Section::Attributes, |out| {
            out.explicit_selection();
            for name in P::ATTRIBUTES {
                out.select_attribute(M::def().require_attribute(name)?);
            }
            Ok(())
        });
        let mut rows = Rows::new();
        run::run(on, &request, &mut rows)?;
        Ok(rows.rows)
    }

    /// The answer as JSON text.
    ///
    /// # Errors
    ///
    /// What is wrong with the find, or what the database says.
    pub fn json(&self, on: &impl Executor) -> Result<String> {
        let mut sink = JsonSink::new();
        run::run(on, &self.request, &mut sink)?;
        Ok(sink.finish())
    }
}

/// A find of selected expressions.
#[derive(Debug)]
pub struct Selected<'q, M> {
    find: Find<'q, M>,
}

impl<'q, M: Model> Selected<'q, M> {
    /// The request behind it.
    pub fn request(&self) -> &Request<'q> {
        &self.find.request
    }

    /// The statement for a database. No connection is needed.
    ///
    /// # Errors
    ///
    /// What is wrong with the find, or what the database cannot do.
    pub fn to_sql(&self, dialect: &'static Capabilities) -> Result<String> {
        self.find.to_sql(dialect)
    }

    /// The rows, as tuples of the types that the caller says.
    ///
    /// # Errors
    ///
    /// What is wrong with the find, what the database says, or a value of another type.
    pub fn all<R: FromRow>(&self, on: &impl Executor) -> Result<Vec<R>> {
        let mut rows = Rows::new();
        run::run(on, &self.find.request, &mut rows)?;
        Ok(rows.rows)
    }
}

impl<'q, M: Hydrate> Find<'q, M> {
    /// All rows.
    ///
    /// # Errors
    ///
    /// What is wrong with the find, what the database says, or a value that a field cannot hold.
    pub fn all(&self, on: &impl Executor) -> Result<Vec<Record<M>>> {
        let mut rows: Vec<Record<M>> = Vec::new();
        run::run(on, &self.request, &mut rows)?;
        found(on, &mut rows)?;
        Ok(rows)
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    ///
    /// As [`all`](Find::all).
    pub fn one(&self, on: &impl Executor) -> Result<Option<Record<M>>> {
        let mut rows: Vec<Record<M>> = Vec::new();
        run::run_first(on, &self.request, &mut rows)?;
        found(on, &mut rows)?;
        Ok(rows.into_iter().next())
    }

    /// The first row.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] when there is none; else as [`all`](Find::all).
    pub fn required(&self, on: &impl Executor) -> Result<Record<M>> {
        self.one(on)?.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "no row meets the conditions")
                .at(&M::def().name)
                .help("use one, which may be none")
        })
    }

    /// The rows of the page, and how many there are in all: both from one snapshot of the database.
    ///
    /// # Errors
    ///
    /// As [`all`](Find::all).
    pub fn page(&self, on: &impl Executor) -> Result<Page<Record<M>>> {
        self.find_and_count(on)
    }

    /// The rows, and how many there are without limit and offset: both from one snapshot of the database.
    ///
    /// # Errors
    ///
    /// As [`all`](Find::all).
    pub fn find_and_count(&self, on: &impl Executor) -> Result<Page<Record<M>>> {
        let mut rows: Vec<Record<M>> = Vec::new();
        let total = run::find_and_count(on, &self.request, &mut rows)?;
        found(on, &mut rows)?;
        Ok(Page { rows, total })
    }
}

/// Shows what was found to the hooks.
pub(crate) fn found<M: Hydrate>(on: &dyn Executor, rows: &mut Vec<Record<M>>) -> Result<()> {
    hooks::run(on, relata_schema::ModelView::of(M::def()), Event::AfterFind, Subject::Found(rows))
}
