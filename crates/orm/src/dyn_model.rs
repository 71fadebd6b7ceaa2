//! The calls of models that are defined at run time.

use std::sync::Arc;

use relata_request::{
    Request, Section,
    doc::{CallDoc, FindDoc, OrderDoc, RequestDoc, WhereDoc, encode_picked},
    write::{self as request, UpsertBy},
};
use relata_schema::{ModelRef, ModelSet, Result, Value};

use crate::{
    Draft, DynFind, DynRecord, Executor, WriteOptions,
    entity::{Action, Assigned},
    write::{self, ManyOptions},
};

/// A model that is defined at run time.
///
/// ```
/// use relata_orm::{Database, DynModel};
/// use relata_request::doc::col;
/// # use relata_schema::{ModelBuilder, ModelSet, SqlType};
/// # fn main() -> relata_schema::Result<()> {
/// # let mut note = ModelBuilder::new("Note");
/// # note.attribute("text", SqlType::Text).not_null();
/// # let models = ModelSet::new(vec![note.build()?])?;
/// let db = Database::open("sqlite::memory:")?;
/// db.batch("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")?;
/// let notes = DynModel::of(&models, "Note")?;
/// let mut note = notes.create(&db, notes.draft().with("text", "hello"))?;
/// note.set("text", "goodbye")?;
/// note.save(&db)?;
/// assert_eq!(notes.update().set("text", "gone")?.filter(col("id").gt(0)).run(&db)?, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct DynModel {
    models: Arc<ModelSet>,
    model: ModelRef,
}

impl DynModel {
    /// A model of a set.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownModel`](relata_schema::ErrorKind::UnknownModel) with the nearest name.
    pub fn of(models: &Arc<ModelSet>, name: &str) -> Result<DynModel> {
        Ok(DynModel { models: models.clone(), model: models.model(name)? })
    }

    /// The handle of the model.
    pub fn model(&self) -> &ModelRef {
        &self.model
    }

    /// A find of all rows.
    pub fn find(&self) -> DynFind {
        DynFind::of(&self.models, &self.model.view().name)
    }

    /// A draft of a new record.
    pub fn draft(&self) -> Draft {
        Draft::new(self.model.clone())
    }

    /// Creates a record.
    ///
    /// # Errors
    ///
    /// As those of [`Entity::create`](crate::Entity::create).
    pub fn create(&self, on: &impl Executor, draft: Draft) -> Result<DynRecord> {
        DynRecord::created(&self.model, &write::create(on, draft, WriteOptions::default())?)
    }

    /// Creates many records, all of them or none.
    ///
    /// # Errors
    ///
    /// As those of [`CreateMany::run`](crate::CreateMany::run).
    pub fn create_many(&self, on: &impl Executor, drafts: Vec<Draft>) -> Result<Vec<DynRecord>> {
        let created = write::create_many(on, &self.model, drafts, &ManyOptions::default())?;
        created.iter().map(|row| DynRecord::created(&self.model, row)).collect()
    }

    /// Inserts a record, or updates the row that has its key: the attributes of `update`, or all that are given.
    ///
    /// # Errors
    ///
    /// As those of [`Upsert::run`](crate::Upsert::run).
    pub fn upsert(&self, on: &impl Executor, draft: Draft, update: Option<&[&str]>) -> Result<Option<DynRecord>> {
        let view = self.model.view();
        let update: Option<Vec<u16>> = update
            .map(|names| names.iter().map(|name| view.require_attribute(name)).collect::<Result<_>>())
            .transpose()?;
        let done = write::upsert(on, draft, &UpsertBy { update, ..UpsertBy::default() }, WriteOptions::default())?;
        done.as_ref().map(|row| DynRecord::created(&self.model, row)).transpose()
    }

    /// Changes the rows that a condition picks.
    pub fn update(&self) -> DynChange {
        self.change(Action::Update)
    }

    /// Removes the rows that a condition picks, or marks them as removed where the model is paranoid.
    pub fn destroy(&self) -> DynChange {
        self.change(Action::Destroy { force: false })
    }

    /// Makes soft-deleted rows visible again.
    pub fn restore(&self) -> DynChange {
        self.change(Action::Restore)
    }

    fn change(&self, action: Action) -> DynChange {
        DynChange {
            model: self.model.clone(),
            action,
            find: FindDoc::default(),
            sets: Vec::new(),
            all: false,
            options: WriteOptions::default(),
        }
    }
}

/// A call that changes the rows a condition picks.
#[must_use = "nothing is changed until it runs"]
#[derive(Debug, Clone)]
pub struct DynChange {
    model: ModelRef,
    action: Action,
    find: FindDoc,
    /// Attributes and values; an addition where the flag says so.
    sets: Vec<(u16, Value, bool)>,
    all: bool,
    options: WriteOptions,
}

impl DynChange {
    /// Sets an attribute.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownAttribute`](relata_schema::ErrorKind::UnknownAttribute) with the nearest name.
    pub fn set(mut self, attribute: &str, value: impl Into<Value>) -> Result<Self> {
        let attribute = self.model.view().require_attribute(attribute)?;
        self.sets.push((attribute, value.into(), false));
        Ok(self)
    }

    /// Adds to an attribute, as it is in the database.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownAttribute`](relata_schema::ErrorKind::UnknownAttribute) with the nearest name.
    pub fn add(mut self, attribute: &str, by: impl Into<Value>) -> Result<Self> {
        let attribute = self.model.view().require_attribute(attribute)?;
        self.sets.push((attribute, by.into(), true));
        Ok(self)
    }

    /// Only rows for which the condition holds. Said twice, both must hold.
    pub fn filter(mut self, condition: WhereDoc) -> Self {
        self.find.filter = Some(match self.find.filter.take() {
            None => condition,
            Some(earlier) => WhereDoc::All(vec![earlier, condition]),
        });
        self
    }

    /// All rows are meant: without a condition it is an error else.
    pub fn all(mut self) -> Self {
        self.all = true;
        self
    }

    /// The order that a limit goes by.
    pub fn order(mut self, order: OrderDoc) -> Self {
        self.find.order.push(order);
        self
    }

    /// At most that many rows.
    pub fn limit(mut self, limit: u64) -> Self {
        self.find.limit = Some(limit);
        self
    }

    /// Soft-deleted rows too.
    pub fn with_deleted(mut self) -> Self {
        self.find.paranoid = Some(false);
        self
    }

    /// Without the model's default scope.
    pub fn unscoped(mut self) -> Self {
        self.find.scope = Some(Vec::new());
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

    /// Changes the rows; says how many there were.
    ///
    /// # Errors
    ///
    /// As those of [`Change::run`](crate::Change::run).
    pub fn run(self, on: &impl Executor) -> Result<u64> {
        let doc = RequestDoc { call: CallDoc::Find, model: self.model.view().name.clone(), find: self.find };
        let mut out: Request<'static> = encode_picked(&doc, self.model.clone())?;
        let flags = relata_request::Flags { all: self.all, ..out.flags() };
        out.set_flags(flags);
        let mut assigned = Assigned::default();
        for (attribute, value, add) in self.sets {
            if add {
                request::add(&mut out, attribute, value, false);
            } else {
                out.write(Section::Values, |out| {
                    out.assign(attribute);
                    out.value(value);
                    Ok(())
                });
            }
            assigned.push(self.model.view().def(), attribute);
        }
        self.action.complete(&mut out, &assigned, self.options, on.database().now())?;
        Ok(write::bulk(on, out, self.action.events(), self.options)?.affected)
    }
}
