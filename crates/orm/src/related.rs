//! What belongs to a record of a derived model.

use std::marker::PhantomData;

use relata_driver::Row;
use relata_planner::Slot;
use relata_request::{
    Section,
    typed::{Association, Column, IntoInclude, Model},
};
use relata_schema::{Aggregate, ModelView, Result};

use crate::{
    Entity, Executor, Find, Hydrate, Instance, IntoValue, Record, Sink, run,
    write::{self, LinkOptions},
};

/// The rows of one association of one record, to be changed: see [`Record::links`].
#[must_use = "nothing is sent until a call says what"]
pub struct Links<'r, M, N> {
    record: &'r mut Record<M>,
    association: u16,
    options: LinkOptions,
    target: PhantomData<fn() -> N>,
}

impl<M: Hydrate> Record<M> {
    /// The rows of an association of this record, with the options of an include: a filter, an order, a limit.
    ///
    /// ```text
    /// let newest = user.related(User::POSTS.order(Post::ID.desc()).limit(5), &db)?;
    /// ```
    ///
    /// # Errors
    ///
    /// What is wrong with the options, or what the database says.
    pub fn related<'q, I: IntoInclude<'q, M>>(&self, include: I, on: &impl Executor) -> Result<Vec<Record<I::Target>>>
    where
        I::Target: Hydrate,
    {
        let find: Find<'q, M> = Find::by_key(write::reload_key(self)?).include(include);
        let mut children = Children { rows: Vec::new() };
        run::run(on, find.request(), &mut children)?;
        Ok(children.rows)
    }

    /// How many rows of an association belong to this record.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn count_related<N: Hydrate>(&self, association: Association<M, N>, on: &impl Executor) -> Result<u64> {
        let mut request = Find::<M>::by_key(write::reload_key(self)?).into_request();
        request.write(Section::Attributes, |out| {
            out.explicit_selection();
            out.select_alias("n")?;
            out.aggregate(Aggregate::Count as u8, false);
            out.path(1);
            out.step(association.index());
            out.path_attribute(N::def().primary_key.first().copied().unwrap_or_default());
            Ok(())
        });
        let mut rows = crate::projection::Rows::<(i64,)>::new();
        run::run(on, &request, &mut rows)?;
        Ok(rows.rows.first().and_then(|(count,)| u64::try_from(*count).ok()).unwrap_or_default())
    }

    /// Whether all of these records belong to this one by an association.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub fn has_related<N: Hydrate>(
        &mut self,
        association: Association<M, N>,
        children: &[&Record<N>],
        on: &impl Executor,
    ) -> Result<bool> {
        let links = write::Links::new(self, association.index(), LinkOptions::default())?;
        let children: Vec<&dyn Instance> = children.iter().map(|child| *child as &dyn Instance).collect();
        let keys = links.keys_of(&children)?;
        links.has(on, &keys)
    }

    /// The rows of an association of this record, to be changed.
    ///
    /// ```text
    /// user.links(User::ROLES).add(&[&editor], &db)?;
    /// user.links(User::POSTS).create(&db, |post| post.title("hello"))?;
    /// ```
    pub fn links<N: Entity>(&mut self, association: Association<M, N>) -> Links<'_, M, N> {
        Links { record: self, association: association.index(), options: LinkOptions::default(), target: PhantomData }
    }
}

impl<M: Hydrate, N: Entity> Links<'_, M, N> {
    /// Children of a has-one or has-many that are taken away are destroyed; else they stay, without a parent.
    pub fn destroying(mut self) -> Self {
        self.options.destroy = true;
        self
    }

    /// A value of the junction rows that are made. A pair that is there already takes it too, where a unique key says that
    /// it stands once. What is changed here runs no hooks: only records that are created do.
    pub fn through<J: Model, T>(mut self, column: Column<J, T>, value: impl IntoValue<T>) -> Self {
        let junction = ModelView::of(M::def()).through(self.association);
        if !matches!(junction, Ok(Some(junction)) if junction.id == J::def().id) {
            let message = format!("{} is not the junction of this association", J::def().name);
            self.options.problem.get_or_insert(message);
        }
        self.options.through.retain(|(known, _)| *known != column.attribute());
        self.options.through.push((column.attribute(), value.into_value()));
        self
    }

    fn with<T>(self, run: impl FnOnce(&mut write::Links<'_>) -> Result<T>) -> Result<T> {
        let mut links = write::Links::new(self.record, self.association, self.options)?;
        let done = run(&mut links)?;
        // What was loaded is not what there is now.
        self.record.forget(self.association);
        Ok(done)
    }

    /// Adds records to those that belong to this one. Those that do already are no error.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`](relata_schema::ErrorKind::NotFound) when one of them is gone, or what the database says.
    pub fn add(self, children: &[&Record<N>], on: &impl Executor) -> Result<()> {
        self.with(|links| {
            let keys = links.keys_of(&instances(children))?;
            links.add(on, keys)
        })
    }

    /// Takes records away from those that belong to this one; says how many did.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`](relata_schema::ErrorKind::Request) where a child cannot be without a parent, or what the database says.
    pub fn remove(self, children: &[&Record<N>], on: &impl Executor) -> Result<u64> {
        self.with(|links| {
            let keys = links.keys_of(&instances(children))?;
            links.remove(on, keys)
        })
    }

    /// Makes these records, and no others, those that belong to this one: in one transaction, by at most three
    /// statements, and none for what is so already.
    ///
    /// # Errors
    ///
    /// As [`add`](Links::add) and [`remove`](Links::remove).
    pub fn set(self, children: &[&Record<N>], on: &impl Executor) -> Result<()> {
        self.with(|links| {
            let keys = links.keys_of(&instances(children))?;
            links.set(on, keys)
        })
    }

    /// Creates a record that belongs to this one.
    ///
    /// # Errors
    ///
    /// As [`Entity::create`].
    pub fn create(self, on: &impl Executor, fill: impl FnOnce(N::Draft) -> N::Draft) -> Result<Record<N>> {
        let draft = fill(N::draft()).into();
        self.with(|links| crate::entity::record(&links.create(on, draft)?))
    }
}

fn instances<'c, N: Hydrate>(children: &[&'c Record<N>]) -> Vec<&'c dyn Instance> {
    children.iter().map(|child| *child as &dyn Instance).collect()
}

/// Collects the children of the one root row.
struct Children<N> {
    rows: Vec<Record<N>>,
}

impl<N: Hydrate> Sink for Children<N> {
    fn open(&mut self, _slot: &Slot, _rows: usize) -> Result<()> {
        Ok(())
    }

    fn row<'s>(&'s mut self, slot: &Slot, row: &dyn Row) -> Result<&'s mut dyn Sink> {
        if slot.key.is_empty() {
            return Ok(self);
        }
        self.rows.row(slot, row)
    }
}
