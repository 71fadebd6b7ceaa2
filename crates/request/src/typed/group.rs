//! Groups of conditions that a program fills one by one.

use std::marker::PhantomData;

use relata_schema::Result;

use super::Predicate;
use crate::{Encoder, Mark};

/// A group of conditions on the rows of `M` that is being filled. What is added is written at once, so that a tree of any
/// size is built without being kept.
pub struct Group<'g, 'e, 'q, M> {
    out: &'g mut Encoder<'e, 'q>,
    mark: Mark,
    problem: Result<()>,
    model: PhantomData<fn() -> M>,
}

impl<'q, M> Group<'_, '_, 'q, M> {
    #[inline]
    fn write(out: &mut Encoder<'_, 'q>, any: bool, fill: impl FnOnce(&mut Group<'_, '_, 'q, M>)) -> Result<()> {
        let mark = out.open(any);
        let mut group = Group { out: &mut *out, mark, problem: Ok(()), model: PhantomData };
        fill(&mut group);
        let Group { mark, problem, .. } = group;
        problem?;
        out.close(mark);
        Ok(())
    }

    /// Adds a condition.
    pub fn add(&mut self, predicate: impl Predicate<'q, M>) {
        if self.problem.is_ok() {
            self.problem = self.out.member(&mut self.mark).and_then(|()| predicate.write(self.out));
        }
    }

    /// Adds a group of which all conditions must hold.
    pub fn all(&mut self, fill: impl FnOnce(&mut Group<'_, '_, 'q, M>)) {
        self.add(all_of(fill));
    }

    /// Adds a group of which any condition must hold.
    pub fn any(&mut self, fill: impl FnOnce(&mut Group<'_, '_, 'q, M>)) {
        self.add(any_of(fill));
    }
}

impl<M> std::fmt::Debug for Group<'_, '_, '_, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Group").field("mark", &self.mark).finish_non_exhaustive()
    }
}

/// A group that a function fills.
#[derive(Debug, Clone, Copy)]
pub struct Filled<F> {
    fill: F,
    any: bool,
}

/// Conditions of which all must hold, added by a function. Of none: true.
///
/// ```text
/// User::find().filter(all_of(|group| {
///     for word in words {
///         group.add(User::NAME.contains(word));
///     }
/// }))
/// ```
pub fn all_of<'q, M, F: FnOnce(&mut Group<'_, '_, 'q, M>)>(fill: F) -> Filled<F> {
    Filled { fill, any: false }
}

/// Conditions of which any must hold, added by a function. Of none: false.
pub fn any_of<'q, M, F: FnOnce(&mut Group<'_, '_, 'q, M>)>(fill: F) -> Filled<F> {
    Filled { fill, any: true }
}

impl<'q, M, F: FnOnce(&mut Group<'_, '_, 'q, M>)> Predicate<'q, M> for Filled<F> {
    #[inline]
    fn write(self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        Group::write(out, self.any, self.fill)
    }
}
