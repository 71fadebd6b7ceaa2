//! What runs before and after the calls of models.
//!
//! The order of one call, with validation in its place:
//!
//! ```text
//! create   before_validate  (validate)  after_validate  before_create   before_save  INSERT  after_create   after_save
//! save     before_validate  (validate)  after_validate  before_update   before_save  UPDATE  after_update   after_save
//! destroy  before_destroy   DELETE or UPDATE   after_destroy
//! restore  before_restore   UPDATE             after_restore
//! upsert   before_validate  (validate)  after_validate  before_upsert   INSERT ... ON CONFLICT   after_upsert
//! bulk     before_bulk_*    the statement      after_bulk_*
//! find     before_find      SELECT             after_find          count   before_count   SELECT
//! ```
//!
//! Values that a hook changes after validation are validated again. Of one event the hooks of the model come first, then
//! those of all models, each in the order in which they were given. Before and after a write they run in its transaction:
//! the call opens one if it has none, and an error of a hook undoes everything.

use std::{
    cell::Cell,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU32, Ordering},
    },
};

use relata_driver::Session;
use relata_request::{Request, typed::Model};
use relata_schema::{Error, ErrorKind, ModelRef, ModelView, Result};

use crate::{Database, Draft, Executor, Tx, instance::Instance};

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the module shows each in its place")]
pub enum Event {
    BeforeValidate,
    AfterValidate,
    BeforeCreate,
    AfterCreate,
    BeforeUpdate,
    AfterUpdate,
    BeforeSave,
    AfterSave,
    BeforeDestroy,
    AfterDestroy,
    BeforeRestore,
    AfterRestore,
    BeforeUpsert,
    AfterUpsert,
    BeforeBulkCreate,
    AfterBulkCreate,
    BeforeBulkUpdate,
    AfterBulkUpdate,
    BeforeBulkDestroy,
    AfterBulkDestroy,
    BeforeBulkRestore,
    AfterBulkRestore,
    BeforeFind,
    AfterFind,
    BeforeCount,
}

/// What a hook sees, and may change. It is an executor: what runs on it runs in the transaction of the call.
pub struct Hook<'h> {
    /// When this is.
    pub event: Event,
    /// The model.
    pub model: ModelView<'h>,
    /// What the call is about.
    pub subject: Subject<'h>,
    on: &'h dyn Executor,
}

/// What the call of a hook is about.
pub enum Subject<'h> {
    /// The values of one record: before it is created, saved or upserted they may be changed.
    Draft(&'h mut Draft),
    /// The values of many records: before a write they may be changed, and drafts left out.
    Drafts(&'h mut Vec<Draft>),
    /// Which rows a find, count, or bulk write is about: conditions may be added.
    Rows(&'h mut Request<'static>),
    /// The records that a find has found, one by one with `each`.
    Found(&'h mut dyn Found),
    /// How many rows a bulk write has changed.
    Changed(u64),
}

/// Records that were found.
pub trait Found {
    /// Shows each of them.
    ///
    /// # Errors
    ///
    /// What `each` says.
    fn each(&mut self, each: &mut dyn FnMut(&mut dyn Instance) -> Result<()>) -> Result<()>;
}

impl<I: Instance> Found for Vec<I> {
    fn each(&mut self, each: &mut dyn FnMut(&mut dyn Instance) -> Result<()>) -> Result<()> {
        self.iter_mut().try_for_each(|record| each(record))
    }
}

impl Hook<'_> {
    /// The values of the record.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`] where the call is not about one record.
    pub fn draft(&mut self) -> Result<&mut Draft> {
        match &mut self.subject {
            Subject::Draft(draft) => Ok(draft),
            _ => {
                let message = format!("the hook runs at {:?}, which is not about one record", self.event);
                Err(Error::new(ErrorKind::Request, message).at(&self.model.name).help("look at its subject"))
            }
        }
    }
}

impl Executor for Hook<'_> {
    fn with(&self, run: &mut dyn FnMut(&mut dyn Session) -> Result<()>) -> Result<()> {
        self.on.with(run)
    }

    fn with_snapshot(&self, run: &mut dyn FnMut(&mut dyn Session) -> Result<()>) -> Result<()> {
        self.on.with_snapshot(run)
    }

    fn atomically(&self, run: &mut dyn FnMut(&Tx) -> Result<()>) -> Result<()> {
        self.on.atomically(run)
    }

    fn database(&self) -> &Database {
        self.on.database()
    }

    fn transaction_at_hand(&self) -> Option<&Tx> {
        self.on.transaction_at_hand()
    }
}

type Run = dyn Fn(&mut Hook<'_>) -> Result<()> + Send + Sync;

struct Entry {
    /// The model; none for all.
    model: Option<u64>,
    event: Event,
    name: String,
    run: Arc<Run>,
}

/// The hooks of a database.
#[derive(Default)]
pub struct Hooks {
    entries: RwLock<Vec<Entry>>,
    /// A bit for each event that has a hook: calls without any look no further.
    events: AtomicU32,
}

impl Hooks {
    /// Runs `run` at an event of a derived model. The name says which it is, in messages and to remove it.
    ///
    /// ```
    /// # use relata_orm::{Database, Event};
    /// # use relata_schema::{ModelBuilder, ModelSet, SqlType};
    /// # fn main() -> relata_schema::Result<()> {
    /// # let mut user = ModelBuilder::new("User");
    /// # user.attribute("name", SqlType::Text);
    /// # let models = ModelSet::new(vec![user.build()?])?;
    /// let db = Database::open("sqlite::memory:")?;
    /// db.hooks().on_model(&models.model("User")?, Event::BeforeSave, "trim", |hook| {
    ///     let draft = hook.draft()?;
    ///     if let Some(relata_schema::Datum::Text(name)) = draft.get("name").cloned() {
    ///         draft.set("name", name.trim().to_owned())?;
    ///     }
    ///     Ok(())
    /// })?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`] when the model has a hook of that name for the event already.
    pub fn on<M: Model>(
        &self,
        event: Event,
        name: &str,
        run: impl Fn(&mut Hook<'_>) -> Result<()> + Send + Sync + 'static,
    ) -> Result<()> {
        self.on_model(&ModelRef::Static(M::def()), event, name, run)
    }

    /// Runs `run` at an event of a model.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`] when the model has a hook of that name for the event already.
    pub fn on_model(
        &self,
        model: &ModelRef,
        event: Event,
        name: &str,
        run: impl Fn(&mut Hook<'_>) -> Result<()> + Send + Sync + 'static,
    ) -> Result<()> {
        self.add(Some(model.view().id), event, name, Arc::new(run))
    }

    /// Runs `run` at an event of every model, after the model's own hooks.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`] when there is a hook of that name for the event already.
    pub fn on_every_model(
        &self,
        event: Event,
        name: &str,
        run: impl Fn(&mut Hook<'_>) -> Result<()> + Send + Sync + 'static,
    ) -> Result<()> {
        self.add(None, event, name, Arc::new(run))
    }

    fn add(&self, model: Option<u64>, event: Event, name: &str, run: Arc<Run>) -> Result<()> {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.iter().any(|entry| entry.model == model && entry.event == event && entry.name == name) {
            return Err(Error::new(ErrorKind::Request, format!("there is a hook \"{name}\" for {event:?} already"))
                .help("remove it first, or give another name"));
        }
        entries.push(Entry { model, event, name: name.to_owned(), run });
        self.events.fetch_or(1 << event as u32, Ordering::Release);
        Ok(())
    }

    /// Removes the hooks of that name for an event, of whichever model; says whether there was one.
    pub fn remove(&self, event: Event, name: &str) -> bool {
        self.retain(|entry| entry.event != event || entry.name != name)
    }

    /// Removes a hook of one model; says whether there was one.
    pub fn remove_on(&self, model: &ModelRef, event: Event, name: &str) -> bool {
        let id = Some(model.view().id);
        self.retain(|entry| entry.model != id || entry.event != event || entry.name != name)
    }

    fn retain(&self, keep: impl Fn(&Entry) -> bool) -> bool {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let before = entries.len();
        entries.retain(keep);
        let events = entries.iter().fold(0, |events, entry| events | 1 << entry.event as u32);
        self.events.store(events, Ordering::Release);
        entries.len() != before
    }

    /// Whether anything runs at one of some events of a model.
    pub(crate) fn any(&self, model: ModelView<'_>, events: &[Event]) -> bool {
        let known = self.events.load(Ordering::Acquire);
        events.iter().any(|&event| known & (1 << event as u32) != 0)
            && events.iter().any(|&event| !self.of(model, event).is_empty())
    }

    fn of(&self, model: ModelView<'_>, event: Event) -> Vec<(String, Arc<Run>)> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        let pick = |own: bool| {
            entries
                .iter()
                .filter(move |entry| entry.event == event && entry.model.is_some() == own)
                .filter(|entry| entry.model.is_none_or(|id| id == model.id))
                .map(|entry| (entry.name.clone(), entry.run.clone()))
        };
        pick(true).chain(pick(false)).collect()
    }
}

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// How deep hooks may cause calls that run hooks.
const MAX_HOOK_DEPTH: usize = 32;

struct Deeper;

impl Drop for Deeper {
    fn drop(&mut self) {
        DEPTH.with(|depth| depth.set(depth.get() - 1));
    }
}

/// Runs the hooks of an event.
pub(crate) fn run<'h>(on: &'h dyn Executor, model: ModelView<'h>, event: Event, subject: Subject<'h>) -> Result<()> {
    let hooks = on.database().hooks();
    if hooks.events.load(Ordering::Acquire) & (1 << event as u32) == 0 {
        return Ok(());
    }
    let found = hooks.of(model, event);
    if found.is_empty() {
        return Ok(());
    }
    let depth = DEPTH.with(|depth| depth.replace(depth.get() + 1));
    let _deeper = Deeper;
    if depth >= MAX_HOOK_DEPTH {
        let message = format!("hooks cause calls that run hooks, {MAX_HOOK_DEPTH} deep, at {event:?}");
        return Err(Error::new(ErrorKind::LimitExceeded, message)
            .at(&model.name)
            .help("let the hook change its draft, and not save the record again"));
    }
    let mut hook = Hook { event, model, subject, on };
    for (name, run) in found {
        run(&mut hook).map_err(|error| error.at(format!("{}.{event:?}({name})", model.name)))?;
    }
    Ok(())
}
