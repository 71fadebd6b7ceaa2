//! Includes of typed models.

use std::marker::PhantomData;

use relata_schema::{ModelView, Result};

use super::{Association, Column, Model, Ordering, Predicate, SqlValue};
use crate::{Encoder, Include, Section};

/// An include of `N` in `M`, with options.
#[derive(Debug)]
pub struct IncludeOf<'q, M, N> {
    include: Include<'q>,
    association: u16,
    types: PhantomData<fn() -> (M, N)>,
}

/// What may be given to `include`: an association, or one with options.
pub trait IntoInclude<'q, M> {
    /// The associated model.
    type Target: Model;

    /// Appends it to the include section above.
    ///
    /// # Errors
    ///
    /// The first mistake made while it was built.
    fn write(self, above: &mut Encoder<'_, 'q>) -> Result<()>;
}

impl<'q, M: Model, N: Model> IntoInclude<'q, M> for Association<M, N> {
    type Target = N;

    #[inline]
    fn write(self, above: &mut Encoder<'_, 'q>) -> Result<()> {
        above.plain_include(self.index());
        Ok(())
    }
}

impl<'q, M: Model, N: Model> IntoInclude<'q, M> for IncludeOf<'q, M, N> {
    type Target = N;

    #[inline]
    fn write(self, above: &mut Encoder<'_, 'q>) -> Result<()> {
        self.include.finish(above)
    }
}

/// Every option begins an include with options.
impl<M: Model, N: Model> Association<M, N> {
    fn with<'q>(self) -> IncludeOf<'q, M, N> {
        IncludeOf { include: Include::new(self.index()), association: self.index(), types: PhantomData }
    }

    /// See [`IncludeOf::filter`].
    pub fn filter<'q>(self, predicate: impl Predicate<'q, N>) -> IncludeOf<'q, M, N> {
        self.with().filter(predicate)
    }

    /// See [`IncludeOf::order`].
    pub fn order<'q>(self, order: impl Ordering<'q, N>) -> IncludeOf<'q, M, N> {
        self.with().order(order)
    }

    /// See [`IncludeOf::include`].
    pub fn include<'q>(self, include: impl IntoInclude<'q, N>) -> IncludeOf<'q, M, N> {
        self.with().include(include)
    }

    /// See [`IncludeOf::limit`].
    pub fn limit<'q>(self, limit: u64) -> IncludeOf<'q, M, N> {
        self.with().limit(limit)
    }

    /// See [`IncludeOf::required`].
    pub fn required<'q>(self, required: bool) -> IncludeOf<'q, M, N> {
        self.with().required(required)
    }

    /// See [`IncludeOf::separate`].
    pub fn separate<'q>(self, separate: bool) -> IncludeOf<'q, M, N> {
        self.with().separate(separate)
    }

    /// See [`IncludeOf::named`].
    pub fn named<'q>(self, alias: &str) -> IncludeOf<'q, M, N> {
        self.with().named(alias)
    }

    /// See [`IncludeOf::select`].
    pub fn select<'q, T: SqlValue>(self, column: Column<N, T>) -> IncludeOf<'q, M, N> {
        self.with().select(column)
    }

    /// See [`IncludeOf::with_deleted`].
    pub fn with_deleted<'q>(self) -> IncludeOf<'q, M, N> {
        self.with().with_deleted()
    }
}

impl<'q, M: Model, N: Model> IncludeOf<'q, M, N> {
    #[inline]
    fn write(mut self, section: Section, write: impl FnOnce(&mut Encoder<'_, 'q>) -> Result<()>) -> Self {
        self.include.write(section, ModelView::of(N::def()), write);
        self
    }

    /// Only children for which the condition holds; and parents only if they have one, unless
    /// [`required(false)`](Self::required) is said.
    #[must_use]
    pub fn filter(self, predicate: impl Predicate<'q, N>) -> Self {
        self.write(Section::Filter, |out| {
            predicate.write_conjuncts(out)?;
            out.at_least_true();
            Ok(())
        })
    }

    /// The order of the children of each parent.
    #[must_use]
    pub fn order(self, order: impl Ordering<'q, N>) -> Self {
        self.write(Section::Order, |out| order.write(out))
    }

    /// Loads along with the children.
    #[must_use]
    pub fn include(self, include: impl IntoInclude<'q, N>) -> Self {
        self.write(Section::Include, |out| include.write(out))
    }

    /// Loads this column, and others said so, instead of all.
    #[must_use]
    pub fn select<T: SqlValue>(self, column: Column<N, T>) -> Self {
        self.write(Section::Attributes, |out| {
            out.explicit_selection();
            out.select_attribute(column.attribute());
            Ok(())
        })
    }

    /// A condition on the junction row of a belongs-to-many, whose model is `J`.
    #[must_use]
    pub fn through<J: Model>(mut self, predicate: impl Predicate<'q, J>) -> Self {
        match ModelView::of(M::def()).through(self.association) {
            Ok(Some(junction)) if junction.id == J::def().id => {
                self.include.write(Section::ThroughFilter, junction, |out| predicate.write_conjuncts(out));
            }
            _ => self.include.fail(relata_schema::Error::new(
                relata_schema::ErrorKind::Request,
                format!("{} is not the junction of this association", J::def().name),
            )),
        }
        self
    }

    /// At most that many children for each parent.
    #[must_use]
    pub fn limit(mut self, limit: u64) -> Self {
        self.include.limit(limit);
        self
    }

    /// Skips that many children of each parent.
    #[must_use]
    pub fn offset(mut self, offset: u64) -> Self {
        self.include.offset(offset);
        self
    }

    /// Whether a parent needs a child to be kept.
    #[must_use]
    pub fn required(mut self, required: bool) -> Self {
        self.include.required(required);
        self
    }

    /// Forces a statement of its own, or a join.
    #[must_use]
    pub fn separate(mut self, separate: bool) -> Self {
        self.include.separate(separate);
        self
    }

    /// The key under which the answer carries it.
    #[must_use]
    pub fn named(mut self, alias: &str) -> Self {
        self.include.alias(alias);
        self
    }

    /// Without the default scope of the children's model.
    #[must_use]
    pub fn unscoped(mut self) -> Self {
        self.include.scoped(false);
        self
    }

    /// Includes children that were soft-deleted.
    #[must_use]
    pub fn with_deleted(mut self) -> Self {
        self.include.paranoid(false);
        self
    }
}
