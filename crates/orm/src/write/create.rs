//! Creating one record, and those that are nested in it.

use std::sync::Arc;

use relata_planner::{Plan, Slot};
use relata_request::write::{self as request, OnConflict, RowSet};
use relata_schema::{AssociationKind, Datum, Error, ErrorKind, ModelRef, ModelView, Result, Value};

use super::{
    WriteOptions, in_transaction,
    send::{ValueRow, send},
};
use crate::{
    Draft, Event, Executor, Sink,
    hooks::{self, Subject},
    validate,
};

/// A record that was created, as the database has it, and those created along.
pub(crate) struct Created {
    pub plan: Arc<Plan>,
    pub values: Vec<Value>,
    pub children: Vec<(u16, Vec<Created>)>,
}

impl Created {
    /// Hands the record to a sink, as a find that includes what was created along would.
    pub(crate) fn emit(&self, model: ModelView<'_>, sink: &mut dyn Sink) -> Result<()> {
        self.emit_as(model, &self.plan.slots[0], sink)
    }

    fn emit_as(&self, model: ModelView<'_>, slot: &Slot, sink: &mut dyn Sink) -> Result<()> {
        let below = sink.row(slot, &ValueRow(&self.values))?;
        for (association, children) in &self.children {
            let link = model.link(*association)?;
            let target = model.target(*association)?;
            let Some(first) = children.first() else { continue };
            let mut slot = first.plan.slots[0].clone();
            slot.key = model.def().associations[usize::from(*association)].name.as_str().into();
            slot.association = *association;
            slot.single = link.single;
            below.open(&slot, children.len())?;
            children.iter().try_for_each(|child| child.emit_as(target, &slot, below))?;
            below.close(&slot)?;
        }
        below.end()
    }

    /// The value of an attribute.
    pub(crate) fn value(&self, attribute: u16) -> &Value {
        self.values.get(usize::from(attribute)).unwrap_or(&Datum::Null)
    }
}

/// The events at which a hook makes one record's creation several statements.
pub(crate) const EVENTS: [Event; 6] = [
    Event::BeforeValidate,
    Event::AfterValidate,
    Event::BeforeCreate,
    Event::AfterCreate,
    Event::BeforeSave,
    Event::AfterSave,
];

/// Creates a record. With hooks, or others nested in it, it is a transaction; else it is one statement.
pub(crate) fn create(on: &dyn Executor, draft: Draft, options: WriteOptions) -> Result<Created> {
    create_graph(on, draft, options, options)
}

/// Creates a record with options of its own, and those that are nested in it with others.
pub(crate) fn create_graph(
    on: &dyn Executor,
    draft: Draft,
    options: WriteOptions,
    nested: WriteOptions,
) -> Result<Created> {
    draft.check()?;
    let way = Way { options, nested, depth: 0 };
    let hooked = options.hooks && on.database().hooks().any(draft.model(), &EVENTS);
    if !hooked && !draft.has_nested() {
        return create_here(on, draft, way);
    }
    let mut created = None;
    let mut draft = Some(draft);
    in_transaction(on, &mut |tx| {
        if let Some(draft) = draft.take() {
            created = Some(create_here(tx, draft, way)?);
        }
        Ok(())
    })?;
    created.ok_or_else(|| Error::internal("a transaction did not run"))
}

/// How a record of a graph is created, and those nested in it.
#[derive(Debug, Clone, Copy)]
struct Way {
    options: WriteOptions,
    nested: WriteOptions,
    depth: usize,
}

impl Way {
    fn below(self) -> Way {
        Way { options: self.nested, depth: self.depth + 1, ..self }
    }
}

fn create_here(on: &dyn Executor, mut draft: Draft, way: Way) -> Result<Created> {
    let options = way.options;
    if way.depth > relata_request::MAX_DEPTH {
        return Err(Error::new(ErrorKind::LimitExceeded, "drafts are nested too deep").at(&draft.model().name));
    }
    draft.check()?;
    let model = draft.model_ref().clone();
    let view = model.view();
    let hooked = options.hooks && on.database().hooks().any(view, &EVENTS);
    let event = |draft: &mut Draft, event: Event| {
        if hooked { hooks::run(on, view, event, Subject::Draft(draft)) } else { Ok(()) }
    };
    let mut nested = draft.take_nested();
    validated(on, &mut draft, options, &nested)?;
    event(&mut draft, Event::BeforeCreate)?;
    event(&mut draft, Event::BeforeSave)?;
    // Hooks may nest what they create along.
    nested.extend(draft.take_nested());
    let (owners, owned): (Vec<_>, Vec<_>) = nested.into_iter().partition(|(association, _)| {
        view.def().associations[usize::from(*association)].kind == AssociationKind::BelongsTo
    });
    let mut children = Vec::new();
    for (association, drafts) in owners {
        let link = view.link(association)?;
        let mut created = Vec::new();
        if drafts.len() > 1 {
            return Err(Error::new(ErrorKind::Request, "a record belongs to one").at(path(view, association)));
        }
        for mut owner in drafts {
            check_model(view, association, &owner)?;
            for (name, value) in &view.def().associations[usize::from(association)].scope {
                let attribute = owner.model().require_attribute(name)?;
                owner.put(attribute, value.clone());
            }
            let owner = create_here(on, owner, way.below()).map_err(|error| below(error, view, association))?;
            for (&own, &theirs) in link.source.iter().zip(&link.target) {
                draft.put(own, owner.value(theirs).clone());
            }
            created.push(owner);
        }
        children.push((association, created));
    }
    if hooked || !children.is_empty() {
        // Hooks, and owners that were just created, may have changed values that were valid.
        validate::check(&draft, options.validate, &[])?;
    }
    let created = insert_one(on, &draft, None)?;
    let mut created = created.ok_or_else(|| Error::internal("an insert returned no row"))?;
    for (association, drafts) in owned {
        let below = create_children(on, &model, association, &created, drafts, way.below())?;
        children.push((association, below));
    }
    created.children = children;
    if hooked {
        let mut stored = draft.clone();
        created.values.iter().enumerate().for_each(|(i, value)| stored.put(i as u16, value.clone()));
        event(&mut stored, Event::AfterCreate)?;
        event(&mut stored, Event::AfterSave)?;
    }
    Ok(created)
}

/// Creates a record without others nested in it, unless a row with one of its unique keys is there.
pub(crate) fn create_unless_there(
    on: &dyn Executor,
    mut draft: Draft,
    options: WriteOptions,
) -> Result<Option<Created>> {
    let model = draft.model_ref().clone();
    let event = |draft: &mut Draft, event: Event| {
        if options.hooks { hooks::run(on, model.view(), event, Subject::Draft(draft)) } else { Ok(()) }
    };
    validated(on, &mut draft, options, &[])?;
    event(&mut draft, Event::BeforeCreate)?;
    event(&mut draft, Event::BeforeSave)?;
    if options.hooks {
        validate::check(&draft, options.validate, &[])?;
    }
    let Some(created) = insert_one(on, &draft, Some(&OnConflict::default()))? else { return Ok(None) };
    let mut stored = draft.clone();
    created.values.iter().enumerate().for_each(|(i, value)| stored.put(i as u16, value.clone()));
    event(&mut stored, Event::AfterCreate)?;
    event(&mut stored, Event::AfterSave)?;
    Ok(Some(created))
}

/// Hooks before and after validation, and validation.
fn validated(on: &dyn Executor, draft: &mut Draft, options: WriteOptions, nested: &[(u16, Vec<Draft>)]) -> Result<()> {
    let model = draft.model_ref().clone();
    if options.hooks {
        hooks::run(on, model.view(), Event::BeforeValidate, Subject::Draft(draft))?;
    }
    // A key to a record that is created along is not there yet.
    let mut waiting = Vec::new();
    for (association, _) in nested {
        if model.view().def().associations[usize::from(*association)].kind == AssociationKind::BelongsTo {
            waiting.extend_from_slice(&model.view().link(*association)?.source);
        }
    }
    validate::check(draft, options.validate, &waiting)?;
    if options.hooks {
        hooks::run(on, model.view(), Event::AfterValidate, Subject::Draft(draft))?;
    }
    Ok(())
}

/// The statement: everything that is set, with the timestamps, and everything is returned.
fn insert_one(on: &dyn Executor, draft: &Draft, conflict: Option<&OnConflict>) -> Result<Option<Created>> {
    let view = draft.model();
    let mut row = draft.given();
    // A new row has its timestamps however silent the call is: they are never NULL.
    request::stamp_new(view, &mut row, &on.database().fresh(view));
    let mut insert = request::insert(draft.model_ref(), RowSet::of(row), conflict);
    request::returning(&mut insert, &request::every_attribute(view));
    let mut sent = send(on, &insert)?;
    Ok(sent.rows.pop().map(|values| Created { plan: sent.plan, values, children: Vec::new() }))
}

/// Children of a record that was just created: their key refers to it, or a junction row does.
fn create_children(
    on: &dyn Executor,
    model: &ModelRef,
    association: u16,
    parent: &Created,
    drafts: Vec<Draft>,
    way: Way,
) -> Result<Vec<Created>> {
    let view = model.view();
    let link = view.link(association)?;
    let declared = &view.def().associations[usize::from(association)];
    if link.single && drafts.len() > 1 {
        return Err(Error::new(ErrorKind::Request, "a record has one of these").at(path(view, association)));
    }
    let mut created = Vec::with_capacity(drafts.len());
    for mut draft in drafts {
        let target = view.target(association)?;
        check_model(view, association, &draft)?;
        for (name, value) in &declared.scope {
            draft.put(target.require_attribute(name)?, value.clone());
        }
        if link.through.is_none() {
            for (&own, &theirs) in link.source.iter().zip(&link.target) {
                draft.put(theirs, parent.value(own).clone());
            }
        }
        let child = create_here(on, draft, way).map_err(|error| below(error, view, association))?;
        if let Some(through) = &link.through {
            let junction = model.through(association)?;
            let mut row = Draft::new(junction);
            for (&own, &key) in link.source.iter().zip(&through.source) {
                row.put(key, parent.value(own).clone());
            }
            for (&theirs, &key) in link.target.iter().zip(&through.target) {
                row.put(key, child.value(theirs).clone());
            }
            create_here(on, row, way)?;
        }
        created.push(child);
    }
    Ok(created)
}

/// That a nested draft is of the model that the association leads to.
fn check_model(view: ModelView<'_>, association: u16, draft: &Draft) -> Result<()> {
    let target = view.target(association)?;
    if draft.model().id == target.id {
        return Ok(());
    }
    let message = format!("a draft of {} is nested where {} belongs", draft.model().name, target.name);
    Err(Error::new(ErrorKind::Request, message).at(path(view, association)))
}

/// Says where in the graph an error is: `User.posts.title`, and not only `Post.title`.
fn below(error: Error, view: ModelView<'_>, association: u16) -> Error {
    let inner = error.path().split_once('.').map(|(_, rest)| format!(".{rest}")).unwrap_or_default();
    error.moved(format!("{}{inner}", path(view, association)))
}

fn path(view: ModelView<'_>, association: u16) -> String {
    format!("{}.{}", view.name, view.def().associations[usize::from(association)].name)
}
