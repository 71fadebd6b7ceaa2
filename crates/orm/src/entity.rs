//! The calls of derived models that write.

use std::marker::PhantomData;

use relata_request::{
    Request, Section,
    typed::{Column, Columns, Operand, Ordering, Predicate, SqlValue},
    write::{self as request, UpsertBy},
};
use relata_schema::{Error, ErrorKind, ModelRef, ModelView, Result, Value};

use crate::{
    Draft, Event, Executor, Find, Hydrate, Insert, IntoValue, Record, WriteOptions,
    write::{self, Created, ManyOptions},
};

/// A derived model with the calls that write it.
pub trait Entity: Hydrate {
    /// Its draft, with a setter for each field.
    type Draft: From<Draft> + Into<Draft>;

    /// A draft of a new record.
    fn draft() -> Self::Draft {
        Draft::new(ModelRef::Static(Self::def())).into()
    }

    /// Creates a record.
    ///
    /// ```text
    /// let ann = User::create(&db, |user| user.email("ann@example.org").score(1))?;
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](relata_schema::ErrorKind::Validation) with everything that is wrong, or what a hook or
    /// the database says.
    fn create(on: &impl Executor, fill: impl FnOnce(Self::Draft) -> Self::Draft) -> Result<Record<Self>> {
        Self::create_with(on, WriteOptions::default(), fill)
    }

    /// Creates a record with options.
    ///
    /// # Errors
    ///
    /// As [`create`](Entity::create).
    fn create_with(
        on: &impl Executor,
        options: WriteOptions,
        fill: impl FnOnce(Self::Draft) -> Self::Draft,
    ) -> Result<Record<Self>> {
        record(&write::create(on, fill(Self::draft()).into(), options)?)
    }

    /// Begins an insert of plain values for some columns: a statement as it stands, without hooks, validators, timestamps
    /// or records. See [`create`](Entity::create) for these.
    fn insert<'q, C: Columns<Self>>(columns: C) -> Insert<'q, Self, C> {
        Insert::new(&columns)
    }

    /// Creates many records, in as few statements as the database's limits allow, all of them or none.
    fn create_many(drafts: impl IntoIterator<Item = Self::Draft>) -> CreateMany<Self> {
        let drafts = drafts.into_iter().map(Into::into).collect();
        CreateMany { drafts, options: ManyOptions::default(), ignore: false, by: By::default(), model: PhantomData }
    }

    /// Inserts a record, or updates the row that has its key.
    fn upsert(fill: impl FnOnce(Self::Draft) -> Self::Draft) -> Upsert<Self> {
        Upsert {
            draft: fill(Self::draft()).into(),
            by: By::default(),
            options: WriteOptions::default(),
            model: PhantomData,
        }
    }

    /// Finds the row that meets the conditions, or creates one of the draft; says whether it was created. Of many that
    /// do this at the same time one creates it, and all find it: a unique key must stand behind the conditions.
    ///
    /// # Errors
    ///
    /// As [`create`](Entity::create).
    fn find_or_create(
        on: &impl Executor,
        find: &Find<'_, Self>,
        fill: impl FnOnce(Self::Draft) -> Self::Draft,
    ) -> Result<(Record<Self>, bool)> {
        if let Some(found) = find.one(on)? {
            return Ok((found, false));
        }
        let created = write::find_or_create(on, fill(Self::draft()).into(), WriteOptions::default())?;
        match created {
            Some(created) => Ok((record(&created)?, true)),
            // Somebody else was first, or has the key of another row.
            None => match find.one(on)? {
                Some(found) => Ok((found, false)),
                None => Err(write::key_is_taken(&Self::def().name)),
            },
        }
    }

    /// Changes the rows that a condition picks.
    fn update<'q>() -> Change<'q, Self> {
        Change::new(Action::Update)
    }

    /// Removes the rows that a condition picks, or marks them as removed where the model is paranoid.
    fn destroy<'q>() -> Change<'q, Self> {
        Change::new(Action::Destroy { force: false })
    }

    /// Makes soft-deleted rows visible again.
    fn restore<'q>() -> Change<'q, Self> {
        Change::new(Action::Restore)
    }

    /// Removes all rows, without hooks, and without a look at them.
    ///
    /// # Errors
    ///
    /// What the database says.
    fn truncate(on: &impl Executor) -> Result<()> {
        write::truncate(on, &ModelRef::Static(Self::def()), false, false)
    }
}

/// The record that was created.
pub(crate) fn record<M: Hydrate>(created: &Created) -> Result<Record<M>> {
    let mut rows: Vec<Record<M>> = Vec::with_capacity(1);
    created.emit(relata_schema::ModelView::of(M::def()), &mut rows)?;
    rows.pop().ok_or_else(|| relata_schema::Error::internal("a created row is gone"))
}

fn push_once(attributes: &mut Vec<u16>, attribute: u16) {
    if !attributes.contains(&attribute) {
        attributes.push(attribute);
    }
}

/// What a typed call says of rows that are there already, and the first mistake in it.
#[derive(Debug, Default)]
struct By {
    said: UpsertBy,
    error: Option<Error>,
}

impl By {
    fn index<'q, M: Hydrate>(&mut self, predicate: impl Predicate<'q, M>) {
        let written = self.said.predicate.write(ModelView::of(M::def()), |out| predicate.write_conjuncts(out));
        self.error = self.error.take().or(written.err());
    }

    fn filter<'q, M: Hydrate>(&mut self, predicate: impl Predicate<'q, M>) {
        let written = self.said.filter.write(ModelView::of(M::def()), |out| predicate.write_conjuncts(out));
        self.error = self.error.take().or(written.err());
    }

    fn check(&mut self) -> Result<()> {
        self.error.take().map_or(Ok(()), Err)
    }
}

/// A call that creates many records.
#[must_use = "nothing is created until it runs"]
#[derive(Debug)]
pub struct CreateMany<M> {
    drafts: Vec<Draft>,
    options: ManyOptions,
    ignore: bool,
    by: By,
    model: PhantomData<fn() -> M>,
}

impl<M: Hydrate> CreateMany<M> {
    /// Rows that are there already are left as they are, and left out of the answer.
    pub fn ignore_duplicates(mut self) -> Self {
        self.ignore = true;
        self.by.said.update.get_or_insert_default();
        self
    }

    /// Rows that are there already take the new values of these attributes; of a record that gives none, the default.
    pub fn update_on_duplicate<T>(mut self, column: Column<M, T>) -> Self {
        push_once(self.by.said.update.get_or_insert_default(), column.attribute());
        self
    }

    /// The unique key by which a row is there already: the first that is given, if nothing is said.
    pub fn on_conflict<T>(mut self, column: Column<M, T>) -> Self {
        push_once(self.by.said.target.get_or_insert_default(), column.attribute());
        self
    }

    /// The condition of the unique index, where it is over some of the rows: the database takes the index that
    /// [`on_conflict`](CreateMany::on_conflict) names with it. Its values stand in the statement.
    pub fn conflict_where<'q>(mut self, predicate: impl Predicate<'q, M>) -> Self {
        self.by.index(predicate);
        self
    }

    /// Only a row for which this holds takes the new values; others stay as they are, and are left out of the answer.
    pub fn update_where<'q>(mut self, predicate: impl Predicate<'q, M>) -> Self {
        self.by.filter(predicate);
        self
    }

    /// Each record with its own hooks and statement.
    pub fn individually(mut self) -> Self {
        self.options.individually = true;
        self
    }

    /// With these options.
    pub fn with(mut self, options: WriteOptions) -> Self {
        self.options.write = options;
        self
    }

    /// Creates them; answers with the records.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](relata_schema::ErrorKind::Validation) with everything that is wrong and the number of
    /// the row, or what a hook or the database says. Nothing is created then.
    pub fn run(mut self, on: &impl Executor) -> Result<Vec<Record<M>>> {
        let model = ModelRef::Static(M::def());
        self.by.check()?;
        if self.by.said != UpsertBy::default() && self.by.said.update.is_none() {
            let error = Error::new(ErrorKind::Request, "nothing is said of rows that are there already");
            return Err(error.at(&M::def().name).help("say ignore_duplicates() or update_on_duplicate()"));
        }
        if self.ignore && self.by.said.update.as_ref().is_some_and(|update| !update.is_empty()) {
            let error = Error::new(ErrorKind::Request, "duplicates are either left alone or updated");
            return Err(error.at(&M::def().name).help("say one of ignore_duplicates() and update_on_duplicate()"));
        }
        if self.by.said.update.is_some() {
            self.options.conflict = Some(write::conflict(&model, &self.drafts, self.by.said)?);
        }
        write::create_many(on, &model, self.drafts, &self.options)?.iter().map(record).collect()
    }
}

/// A call that inserts or updates.
#[must_use = "nothing is written until it runs"]
#[derive(Debug)]
pub struct Upsert<M> {
    draft: Draft,
    by: By,
    options: WriteOptions,
    model: PhantomData<fn() -> M>,
}

impl<M: Hydrate> Upsert<M> {
    /// The unique key by which the row is there already, one attribute a call: the first that is given, if nothing is
    /// said.
    pub fn on_conflict<T>(mut self, column: Column<M, T>) -> Self {
        push_once(self.by.said.target.get_or_insert_default(), column.attribute());
        self
    }

    /// What is updated, one attribute a call: everything that is given but the key, if nothing is said.
    pub fn update<T>(mut self, column: Column<M, T>) -> Self {
        push_once(self.by.said.update.get_or_insert_default(), column.attribute());
        self
    }

    /// A row that is there already stays as it is.
    pub fn keep(mut self) -> Self {
        self.by.said.update = Some(Vec::new());
        self
    }

    /// The condition of the unique index, where it is over some of the rows: the database takes the index that
    /// [`on_conflict`](Upsert::on_conflict) names with it. Its values stand in the statement.
    pub fn conflict_where<'q>(mut self, predicate: impl Predicate<'q, M>) -> Self {
        self.by.index(predicate);
        self
    }

    /// Only a row for which this holds is updated; any other stays as it is.
    pub fn update_where<'q>(mut self, predicate: impl Predicate<'q, M>) -> Self {
        self.by.filter(predicate);
        self
    }

    /// With these options.
    pub fn with(mut self, options: WriteOptions) -> Self {
        self.options = options;
        self
    }

    /// Writes it; answers with the record as it is then, or nothing when it was there and stayed as it
    /// was.
    ///
    /// # Errors
    ///
    /// As [`create`](Entity::create); [`ErrorKind::Request`](relata_schema::ErrorKind::Request) when no unique key is
    /// given.
    pub fn run(mut self, on: &impl Executor) -> Result<Option<Record<M>>> {
        self.by.check()?;
        let done = write::upsert(on, self.draft, &self.by.said, self.options)?;
        done.as_ref().map(record).transpose()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Update,
    Destroy { force: bool },
    Restore,
}

impl Action {
    pub(crate) fn events(self) -> [Event; 2] {
        match self {
            Action::Update => [Event::BeforeBulkUpdate, Event::AfterBulkUpdate],
            Action::Destroy { .. } => [Event::BeforeBulkDestroy, Event::AfterBulkDestroy],
            Action::Restore => [Event::BeforeBulkRestore, Event::AfterBulkRestore],
        }
    }

    /// Makes the request the write that it is: sets and conditions are in it already.
    pub(crate) fn complete(
        self,
        out: &mut Request<'_>,
        assigned: &Assigned,
        options: WriteOptions,
        now: jiff::Timestamp,
    ) -> Result<()> {
        match self {
            Action::Update => {
                request::update(out);
                if assigned.any {
                    let silent = out.root().view().updated_at.filter(|_| options.silent);
                    let left_alone = |attribute| Some(attribute) == silent || assigned.kept.contains(&attribute);
                    request::touch_unless(out, left_alone, now);
                }
                Ok(())
            }
            Action::Destroy { force } => {
                request::destroy(out, force, options.silent, now);
                Ok(())
            }
            Action::Restore => request::restore(out, options.silent, false, now),
        }
    }
}

/// What an update assigns to, as far as it matters to what the model keeps by itself.
#[derive(Debug, Default)]
pub(crate) struct Assigned {
    any: bool,
    /// Those that the model would keep.
    kept: Vec<u16>,
}

impl Assigned {
    pub(crate) fn push(&mut self, model: &relata_schema::ModelDef, attribute: u16) {
        self.any = true;
        if [model.updated_at, model.version].contains(&Some(attribute)) {
            self.kept.push(attribute);
        }
    }
}

/// A call that changes the rows a condition picks.
#[must_use = "nothing is changed until it runs"]
#[derive(Debug)]
pub struct Change<'q, M> {
    request: Request<'q>,
    action: Action,
    assigned: Assigned,
    options: WriteOptions,
    model: PhantomData<fn() -> M>,
}

impl<'q, M: Hydrate> Change<'q, M> {
    fn new(action: Action) -> Self {
        let request = Request::new(ModelRef::Static(M::def()));
        Change { request, action, assigned: Assigned::default(), options: WriteOptions::default(), model: PhantomData }
    }

    /// Sets an attribute: to a value, `None` for NULL, another column, or what is computed from columns of the row.
    pub fn set<T: SqlValue>(mut self, column: Column<M, T>, value: impl Operand<'q, M, T>) -> Self {
        self.request.write(Section::Values, |out| {
            out.assign(column.attribute());
            value.write(out)
        });
        self.assigned.push(M::def(), column.attribute());
        self
    }

    /// Adds to an attribute, as it is in the database.
    pub fn add<T: SqlValue>(mut self, column: Column<M, T>, by: impl IntoValue<T>) -> Self {
        request::add(&mut self.request, column.attribute(), by.into_value(), false);
        self.assigned.push(M::def(), column.attribute());
        self
    }

    /// Takes from an attribute, as it is in the database.
    pub fn subtract<T: SqlValue>(mut self, column: Column<M, T>, by: impl IntoValue<T>) -> Self {
        request::add(&mut self.request, column.attribute(), by.into_value(), true);
        self.assigned.push(M::def(), column.attribute());
        self
    }

    /// Only rows for which the condition holds. Said twice, both must hold.
    pub fn filter(mut self, predicate: impl Predicate<'q, M>) -> Self {
        self.request.write(Section::Filter, |out| {
            predicate.write_conjuncts(out)?;
            out.at_least_true();
            Ok(())
        });
        self
    }

    /// All rows are meant: without a condition it is an error else.
    pub fn all(mut self) -> Self {
        let flags = relata_request::Flags { all: true, ..self.request.flags() };
        self.request.set_flags(flags);
        self
    }

    /// The order that a limit goes by.
    pub fn order(mut self, order: impl Ordering<'q, M>) -> Self {
        self.request.write(Section::Order, |out| order.write(out));
        self
    }

    /// At most that many rows.
    pub fn limit(mut self, limit: u64) -> Self {
        self.request.set_page(Some(limit), None);
        self
    }

    /// Soft-deleted rows too.
    pub fn with_deleted(mut self) -> Self {
        let flags = relata_request::Flags { paranoid: false, ..self.request.flags() };
        self.request.set_flags(flags);
        self
    }

    /// Without the model's default scope.
    pub fn unscoped(mut self) -> Self {
        self.request.drop_scope();
        self
    }

    /// Of a destroy: the rows are gone, even where the model is paranoid.
    pub fn force(mut self) -> Self {
        if let Action::Destroy { force } = &mut self.action {
            *force = true;
        }
        self
    }

    /// With these options.
    pub fn with(mut self, options: WriteOptions) -> Self {
        self.options = options;
        self
    }

    /// The request that would be sent at a moment.
    pub fn into_request(mut self, now: jiff::Timestamp) -> Request<'q> {
        if let Err(error) = self.action.complete(&mut self.request, &self.assigned, self.options, now) {
            self.request.fail(error);
        }
        self.request
    }

    /// The statement for a database. No connection is needed; where the model keeps timestamps, `now` stands for the
    /// moment.
    ///
    /// # Errors
    ///
    /// What is wrong with the call, or what the database cannot do.
    pub fn to_sql(mut self, dialect: &'static relata_dialect::Capabilities) -> Result<String> {
        self.action.complete(&mut self.request, &self.assigned, self.options, jiff::Timestamp::UNIX_EPOCH)?;
        crate::find::sql_of(&self.request, dialect)
    }

    fn send(mut self, on: &impl Executor, answer: bool) -> Result<write::Sent> {
        self.action.complete(
            &mut self.request,
            &self.assigned,
            self.options,
            on.database().moment(ModelView::of(M::def())),
        )?;
        if answer {
            let every = request::every_attribute(self.request.root().view());
            request::returning(&mut self.request, &every);
        }
        write::bulk(on, self.request, self.action.events(), self.options)
    }

    /// Changes the rows; says how many there were.
    ///
    /// # Errors
    ///
    /// What is wrong with the call, or what a hook or the database says.
    pub fn run(self, on: &impl Executor) -> Result<u64> {
        Ok(self.send(on, false)?.affected)
    }

    /// Changes the rows; answers with them as they are then, or were when they are gone.
    ///
    /// # Errors
    ///
    /// As [`run`](Change::run).
    pub fn returning(self, on: &impl Executor) -> Result<Vec<Record<M>>> {
        let sent = self.send(on, true)?;
        let slot = &sent.plan.slots[0];
        sent.rows.iter().map(|row| Ok(Record::stored(M::read(slot, &write::ValueRow(row))?))).collect()
    }
}

impl<M: Hydrate> Record<M> {
    /// Writes what has changed since the record was read or saved, and checks the version; says whether anything had.
    /// A new record is created.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Stale`](relata_schema::ErrorKind::Stale) when somebody else has written the row since,
    /// [`ErrorKind::NotFound`](relata_schema::ErrorKind::NotFound) when it is gone, or what validation, a hook or the
    /// database says.
    pub fn save(&mut self, on: &impl Executor) -> Result<bool> {
        self.save_with(on, WriteOptions::default())
    }

    /// Saves with options.
    ///
    /// # Errors
    ///
    /// As [`save`](Record::save).
    pub fn save_with(&mut self, on: &impl Executor, options: WriteOptions) -> Result<bool> {
        write::save(on, self, None, options)
    }

    /// Applies a change and saves what it touched; other changes of the record stay unsaved.
    ///
    /// # Errors
    ///
    /// As [`save`](Record::save).
    pub fn update(&mut self, on: &impl Executor, change: impl FnOnce(&mut M)) -> Result<bool> {
        let before: Vec<Value> = self.all_values();
        change(self);
        let touched: Vec<u16> = (0u16..)
            .zip(&before)
            .filter(|(attribute, before)| {
                let now = crate::Instance::value(self, *attribute);
                now.is_some_and(|now| !crate::into_value::same(before, &now))
            })
            .map(|(attribute, _)| attribute)
            .collect();
        write::save(on, self, Some(&touched), WriteOptions::default())
    }

    /// Reads the row again, with what the find includes: changes that were not saved are lost.
    ///
    /// ```text
    /// user.reload(&db, |find| find.include(User::POSTS))?;
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](relata_schema::ErrorKind::NotFound) when it is gone, or what the database says.
    pub fn reload(
        &mut self,
        on: &impl Executor,
        with: impl FnOnce(Find<'static, M>) -> Find<'static, M>,
    ) -> Result<()> {
        let key = write::reload_key(self)?;
        *self = with(Find::by_key(key)).required(on)?;
        Ok(())
    }

    /// Removes the row, or marks it as removed where the model is paranoid.
    ///
    /// # Errors
    ///
    /// As [`save`](Record::save).
    pub fn destroy(&mut self, on: &impl Executor) -> Result<()> {
        write::destroy(on, self, false, WriteOptions::default())
    }

    /// Removes the row, even where the model is paranoid.
    ///
    /// # Errors
    ///
    /// As [`save`](Record::save).
    pub fn destroy_for_good(&mut self, on: &impl Executor) -> Result<()> {
        write::destroy(on, self, true, WriteOptions::default())
    }

    /// Makes it visible again after it was soft-deleted.
    ///
    /// # Errors
    ///
    /// As [`save`](Record::save).
    pub fn restore(&mut self, on: &impl Executor) -> Result<()> {
        write::restore(on, self, WriteOptions::default())
    }

    /// Adds to an attribute as it is in the database, and takes over what it is then. Nothing is lost when many do it at
    /// the same time.
    ///
    /// # Errors
    ///
    /// As [`save`](Record::save).
    pub fn increment<T>(&mut self, column: Column<M, T>, by: impl IntoValue<T>, on: &impl Executor) -> Result<()> {
        write::increment(on, self, vec![(column.attribute(), by.into_value())], WriteOptions::default())
    }

    fn all_values(&self) -> Vec<Value> {
        let attributes = 0..M::def().attributes.len() as u16;
        attributes
            .map(|attribute| {
                crate::Instance::value(self, attribute).map_or(Value::Null, relata_schema::Datum::into_owned)
            })
            .collect()
    }
}
