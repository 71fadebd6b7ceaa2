//! Finds whose rows are not kept: handed over one by one, or in batches.

use relata_driver::Row;
use relata_planner::Slot;
use relata_request::{Request, Section};
use relata_schema::{Comparison, Error, ErrorKind, Result, Value};

use crate::{Executor, Find, Hydrate, Record, Sink, find::found, run, write};

impl<M: Hydrate> Find<'_, M> {
    /// Hands the rows over one by one, as the database sends them: however many there are, one is kept. What goes wrong in
    /// `then` ends the find. The connection is busy meanwhile: within a transaction `then` cannot ask it anything, and a
    /// database in memory has no other.
    ///
    /// ```text
    /// User::find().filter(User::SCORE.gt(10)).each(&db, |user| export(&user))?;
    /// ```
    ///
    /// # Errors
    ///
    /// As [`all`](Find::all), and what `then` says. [`ErrorKind::Request`] where rows are put together of several, as with
    /// included associations of many rows: then [`in_batches`](Find::in_batches) is the way.
    pub fn each(&self, on: &impl Executor, then: impl FnMut(Record<M>) -> Result<()>) -> Result<()> {
        let mut sink = Each { on, last: Vec::with_capacity(1), then };
        run::run_direct(on, self.request(), &mut sink)?;
        sink.flush()
    }

    /// Hands the rows over in batches of at most so many, in the order of their key, each with what the find includes.
    /// Each batch is a find of its own that begins behind the last one: between two of them nothing is held, `then` may
    /// change rows, and rows that others add behind are found.
    ///
    /// ```text
    /// User::find().include(User::POSTS).in_batches(1_000, &db, |users| export(&users))?;
    /// ```
    ///
    /// # Errors
    ///
    /// As [`all`](Find::all), and what `then` says. [`ErrorKind::Request`] for a find with an order, a limit or groups of its
    /// own, and for a model whose key has several attributes.
    pub fn in_batches(
        &self,
        size: u64,
        on: &impl Executor,
        mut then: impl FnMut(Vec<Record<M>>) -> Result<()>,
    ) -> Result<()> {
        let key = self.key_of_batches(size)?;
        let mut behind: Option<Value> = None;
        loop {
            let mut batch: Request<'_> = self.request().with_all();
            batch.write(Section::Order, |out| {
                out.column(key);
                out.direction(false, None);
                Ok(())
            });
            if let Some(behind) = behind.clone() {
                batch.write(Section::Filter, |out| {
                    out.compare(Comparison::Gt as u8);
                    out.column(key);
                    out.value(behind);
                    Ok(())
                });
            }
            batch.set_page(Some(size), None);
            let mut rows: Vec<Record<M>> = Vec::new();
            run::run(on, &batch, &mut rows)?;
            let Some(last) = rows.last() else { return Ok(()) };
            behind = write::key_of(last)?.into_iter().next().map(|(_, value)| value);
            let is_last = (rows.len() as u64) < size;
            found(on, &mut rows)?;
            then(rows)?;
            if is_last {
                return Ok(());
            }
        }
    }

    /// The attribute that batches go by.
    fn key_of_batches(&self, size: u64) -> Result<u16> {
        let model = M::def();
        let refuse =
            |message: &str, help: &str| Err(Error::new(ErrorKind::Request, message).at(&model.name).help(help));
        let request = self.request();
        request.check()?;
        let has = |section| !request.section(section).is_empty();
        if size == 0 {
            return refuse("a batch of no rows never ends", "give a size of at least one");
        }
        if has(Section::Order) || request.page() != (None, None) {
            return refuse("batches go by the key", "leave out order, limit and offset");
        }
        if has(Section::Group) || request.flags().distinct {
            return refuse("groups have no key to go by", "find the groups at once");
        }
        match model.primary_key.as_slice() {
            &[key] => Ok(key),
            _ => refuse("batches go by a key of one attribute", "hand the rows over one by one with each"),
        }
    }
}

/// Keeps a row until the next begins, when everything below it has come too.
struct Each<'e, M, F> {
    on: &'e dyn Executor,
    last: Vec<Record<M>>,
    then: F,
}

impl<M: Hydrate, F: FnMut(Record<M>) -> Result<()>> Each<'_, M, F> {
    fn flush(&mut self) -> Result<()> {
        if self.last.is_empty() {
            return Ok(());
        }
        found(self.on, &mut self.last)?;
        self.last.pop().map_or(Ok(()), &mut self.then)
    }
}

impl<M: Hydrate, F: FnMut(Record<M>) -> Result<()>> Sink for Each<'_, M, F> {
    fn open(&mut self, _slot: &Slot, _rows: usize) -> Result<()> {
        Ok(())
    }

    fn row<'s>(&'s mut self, slot: &Slot, row: &dyn Row) -> Result<&'s mut dyn Sink> {
        self.flush()?;
        self.last.row(slot, row)
    }
}
