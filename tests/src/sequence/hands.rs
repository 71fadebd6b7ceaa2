//! The records in the hands of the application, and what is done with one.

use super::{
    model::{Answer, Refusal},
    operations::{Action, Edit},
    rows::{Key, Moment, PairRow, PostRow, ProfileRow, Row, TagRow, UserRow},
    tables::Tables,
};

/// How many records of each table the application has in hand.
pub(crate) const SLOTS: usize = 4;

/// A record in the hands of the application.
#[derive(Debug, Clone)]
pub(crate) struct Held<R> {
    /// The row as it was read or written.
    pub(crate) original: R,
    /// The row as the application has changed it.
    pub(crate) current: R,
    /// It was removed by the record itself.
    pub(crate) gone: bool,
}

/// The records in hand. What a transaction takes back is not taken back from them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hands {
    pub(crate) users: [Option<Held<UserRow>>; SLOTS],
    pub(crate) posts: [Option<Held<PostRow>>; SLOTS],
    pub(crate) tags: [Option<Held<TagRow>>; SLOTS],
    pub(crate) pairs: [Option<Held<PairRow>>; SLOTS],
    pub(crate) profiles: [Option<Held<ProfileRow>>; SLOTS],
}

impl<R: Row> Held<R> {
    pub(crate) fn of(row: R) -> Self {
        Held { original: row.clone(), current: row, gone: false }
    }

    fn edit(&mut self, edits: &[Edit]) {
        edits.iter().for_each(|edit| self.current.edit(edit));
        if self.gone {
            // Of a row that is gone nothing is unsaved.
            self.original = self.current.clone();
        }
    }

    /// Takes over fields that the database has now, and leaves other changes unsaved.
    fn take(&mut self, names: &[&str], row: &R) {
        self.original.take(names, row);
        self.current.take(names, row);
    }

    pub(crate) fn is_there(&self) -> Result<(), Refusal> {
        if self.gone { Err(Refusal::Request) } else { Ok(()) }
    }
}

impl Tables {
    /// What is done with a record in hand.
    pub(crate) fn act<R: Row>(&mut self, held: &mut Held<R>, action: &Action, now: Moment) -> Result<Answer, Refusal> {
        match action {
            Action::Take(_) => panic!("what is taken was not in hand"),
            Action::Edit(edits) => {
                held.edit(edits);
                Ok(Answer::Nothing)
            }
            Action::Save(edits) => {
                held.edit(edits);
                let target = held.current.clone();
                self.write(held, target, now).map(Answer::Wrote)
            }
            Action::Update(edits) => {
                let before = held.current.clone();
                held.edit(edits);
                // Other changes stay unsaved.
                let target = held.original.with_changes(&before, &held.current);
                self.write(held, target, now).map(Answer::Wrote)
            }
            Action::Increment(by) => {
                held.is_there()?;
                let key = held.original.key();
                let mut row = R::rows(self).get(&key).cloned().ok_or(R::MISSING)?;
                // It counts whoever has written the row. A record that was stale before is stale after, or it could be
                // saved over what somebody else has written.
                let is_stale = row.version() != held.original.version();
                row.count(*by);
                row.touch(now);
                self.replace(vec![(key, row.clone())])?;
                held.take(R::COUNTED, &row);
                let upkeep: Vec<&str> =
                    R::UPKEEP.iter().copied().filter(|name| !(is_stale && *name == "version")).collect();
                held.take(&upkeep, &row);
                Ok(Answer::Nothing)
            }
            Action::Destroy if R::PARANOID => self.mark(held, Some(now), now),
            Action::Destroy | Action::DestroyForGood => {
                held.is_there()?;
                let (key, _) = self.current(held)?;
                self.remove::<R>(&[key]);
                held.gone = true;
                held.original = held.current.clone();
                Ok(Answer::Nothing)
            }
            // A row that is not deleted is visible already, and there.
            Action::Restore if R::PARANOID => self.mark(held, None, now),
            Action::Restore => Err(Refusal::Request),
            Action::Reload => {
                let row = R::rows(self).get(&held.original.key()).cloned().ok_or(Refusal::NotFound)?;
                *held = Held::of(row.clone());
                let related = row.related(self);
                Ok(Answer::Rows(std::iter::once(row.into()).chain(related).collect()))
            }
        }
    }

    /// Writes what `target` has that a record has not: only over the row that was read.
    pub(crate) fn write<R: Row>(&mut self, held: &mut Held<R>, target: R, now: Moment) -> Result<bool, Refusal> {
        held.is_there()?;
        if target == held.original {
            return Ok(false);
        }
        let (key, row) = self.current(held)?;
        let mut row = row.with_changes(&held.original, &target);
        row.touch(now);
        self.replace(vec![(key, row.clone())])?;
        held.original = target;
        held.take(R::UPKEEP, &row);
        Ok(true)
    }

    /// Marks the row of a record as deleted, or as not.
    fn mark<R: Row>(&mut self, held: &mut Held<R>, deleted_at: Option<Moment>, now: Moment) -> Result<Answer, Refusal> {
        held.is_there()?;
        let (key, mut row) = self.current(held)?;
        row.set_deleted_at(deleted_at);
        row.touch(now);
        self.replace(vec![(key, row.clone())])?;
        held.take(&["deleted_at"], &row);
        held.take(R::UPKEEP, &row);
        Ok(Answer::Nothing)
    }

    /// The row of a record, unless somebody else has written it since.
    fn current<R: Row>(&self, held: &Held<R>) -> Result<(Key, R), Refusal> {
        let key = held.original.key();
        let row = R::rows(self).get(&key).filter(|row| row.version() == held.original.version());
        row.cloned().map(|row| (key, row)).ok_or(R::MISSING)
    }
}
