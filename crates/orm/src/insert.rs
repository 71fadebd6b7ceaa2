//! Inserts of plain values, for filling tables: without hooks, upkeep, or rules beyond those of the types.

use std::marker::PhantomData;

use relata_dialect::Capabilities;
use relata_request::{
    Bind, Request, Section,
    typed::{Cells, Column, Columns, Model, SqlValue},
    write::{self as request, RowSet},
};
use relata_schema::{Datum, Error, ErrorKind, ModelRef, ModelView, Result, Value};

use crate::{Executor, FromDatum, find::sql_of, validate, write};

/// Inserts rows of values, given for some attributes of a model by name, in statements as those of
/// [`Insert::run`]: all of them or none. Says how many rows there were.
///
/// # Errors
///
/// An attribute that is not known, a row of another length, values that are none of their types, or what the database
/// says.
pub fn insert_rows(
    on: &impl Executor,
    model: impl Into<ModelRef>,
    attributes: &[&str],
    rows: &[Vec<Datum<'_>>],
) -> Result<u64> {
    let model = model.into();
    let view = model.view();
    let columns: Vec<u16> = attributes
        .iter()
        .map(|name| view.require_attribute(name).map_err(|error| error.at(&view.name)))
        .collect::<Result<_>>()?;
    if columns.is_empty() {
        return Err(Error::new(ErrorKind::Request, "an insert names no attribute").at(&view.name));
    }
    if let Some(short) = rows.iter().find(|row| row.len() != columns.len()) {
        let message = format!("a row has {} values for {} attributes", short.len(), columns.len());
        return Err(Error::new(ErrorKind::Request, message).at(&view.name));
    }
    check(view, &columns, rows.iter().map(|row| row.iter()))?;
    let at_once = write::rows_at_once(on, view, columns.len());
    let send = |on: &dyn Executor, chunk: &[Vec<Datum<'_>>]| -> Result<u64> {
        let cells = chunk.iter().flatten().map(Datum::borrowed).collect();
        let set = RowSet { attributes: columns.clone(), cells, rows: chunk.len() as u32 };
        Ok(write::send(on, &request::insert(&model, set, None))?.affected)
    };
    if rows.len() <= at_once {
        return if rows.is_empty() { Ok(0) } else { send(on, rows) };
    }
    let mut total = 0;
    write::in_transaction(on, &mut |tx| {
        let (taken, inserted) = write::insert_rows(tx, view, &columns, rows.len(), &mut rows.iter().flatten())?;
        total = inserted;
        rows[taken..].chunks(at_once).try_for_each(|chunk| {
            total += send(tx, chunk)?;
            Ok(())
        })
    })?;
    Ok(total)
}

/// What the types of attributes ask for is not left to the database: it may bend a value, or keep it.
fn check<'v>(
    view: ModelView<'_>,
    columns: &[u16],
    rows: impl Iterator<Item = impl Iterator<Item = &'v Datum<'v>>>,
) -> Result<()> {
    let mut failures = Vec::new();
    for (number, row) in rows.enumerate() {
        let known = failures.len();
        for (attribute, value) in columns.iter().zip(row) {
            validate::of_value(&view.def().attributes[usize::from(*attribute)], value, false, &mut failures);
        }
        failures[known..].iter_mut().for_each(|failure| failure.path = format!("[{number}].{}", failure.path));
        if failures.len() >= 100 {
            break;
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(Error::validation(failures).at(&view.name)) }
}

/// A cell of a row.
fn value_of<'b>(bind: &'b Bind<'_>) -> &'b Datum<'b> {
    match bind {
        Bind::One(value) => value,
        _ => &Datum::Null,
    }
}

/// An insert of rows of values for some columns: one statement as it stands, without hooks, validators, timestamps or
/// records.
///
/// ```text
/// let ids: Vec<i64> = User::insert((User::NAME, User::AGE)).row(("Ann", 30)).row(("Bob", 40)).returning(User::ID, &db)?;
/// ```
#[must_use = "nothing is inserted until it runs"]
#[derive(Debug)]
pub struct Insert<'q, M, C> {
    request: Request<'q>,
    types: PhantomData<fn() -> (M, C)>,
}

impl<'q, M: Model, C: Columns<M>> Insert<'q, M, C> {
    pub(crate) fn new(columns: &C) -> Self {
        let mut request = Request::new(ModelRef::Static(M::def()));
        columns.with_attributes(|attributes| request.begin_insert(attributes));
        Insert { request, types: PhantomData }
    }

    /// Adds a row: a value for each of the columns, in their order; `None` for NULL.
    #[inline]
    pub fn row(mut self, cells: impl Cells<'q, C>) -> Self {
        self.request.add_row(|out| cells.write(out));
        self
    }

    /// Adds rows.
    #[inline]
    pub fn rows(mut self, rows: impl IntoIterator<Item = impl Cells<'q, C>>) -> Self {
        rows.into_iter().for_each(|cells| self.request.add_row(|out| cells.write(out)));
        self
    }

    /// Answers with a column of each new row.
    #[inline]
    pub fn answering<T: SqlValue>(mut self, column: Column<M, T>) -> Self {
        self.request.clear(Section::Attributes);
        self.request.write(Section::Attributes, |out| {
            out.explicit_selection();
            out.select_attribute(column.attribute());
            Ok(())
        });
        self
    }

    /// The request behind it.
    pub fn request(&self) -> &Request<'q> {
        &self.request
    }

    /// The request itself.
    pub fn into_request(self) -> Request<'q> {
        self.request
    }

    /// The statement for a database. No connection is needed.
    ///
    /// # Errors
    ///
    /// What is wrong with the call, or what the database cannot do.
    pub fn to_sql(&self, dialect: &'static Capabilities) -> Result<String> {
        sql_of(&self.request, dialect)
    }

    /// Inserts the rows, in as few statements as serve the database: a thousand rows each, or on SQLite a hundred, unless rows
    /// may refer to one another. More than a thousand are copied on PostgreSQL (`COPY`), ten thousand at once, where that does
    /// what an insert does; triggers for each statement see them so. All of them are inserted, or none.
    /// Says how many there were.
    ///
    /// # Errors
    ///
    /// Values that are none of their types, or what the database says.
    pub fn run(self, on: &impl Executor) -> Result<u64> {
        let mut total = 0;
        self.send(on, false, &mut |affected, _| {
            total += affected;
            Ok(())
        })?;
        Ok(total)
    }

    /// The same; answers with a column of each new row, in the order of the rows.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub fn returning<T: SqlValue + FromDatum>(self, column: Column<M, T>, on: &impl Executor) -> Result<Vec<T>> {
        let mut found = Vec::new();
        self.answering(column).send(on, true, &mut |_, rows| {
            for mut row in rows {
                let value = row.pop().ok_or_else(|| Error::internal("a row of an answer has no columns"))?;
                found.push(T::from_datum(value)?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Hands over how many rows were inserted and what they answer, part by part.
    fn send(
        self,
        on: &impl Executor,
        answers: bool,
        then: &mut dyn FnMut(u64, Vec<Vec<Value>>) -> Result<()>,
    ) -> Result<()> {
        let request = &self.request;
        request.check()?;
        let columns = request.inserted()?;
        let (width, view) = (columns.len(), request.root().view());
        let values = request.binds();
        check(view, &columns, values.chunks(width).map(|row| row.iter().map(value_of)))?;
        let at_once = write::rows_at_once(on, view, width);
        if values.len() <= at_once * width {
            if values.is_empty() {
                return Ok(());
            }
            let sent = write::send(on, request)?;
            return then(sent.affected, sent.rows);
        }
        let mut parts = Vec::new();
        write::in_transaction(on, &mut |tx| {
            parts.clear();
            let mut rest = values;
            if !answers {
                let (taken, inserted) =
                    write::insert_rows(tx, view, &columns, values.len() / width, &mut values.iter().map(value_of))?;
                parts.push((inserted, Vec::new()));
                rest = &values[taken * width..];
            }
            let part = |chunk: &[Bind<'_>]| {
                let set = RowSet {
                    attributes: columns.clone(),
                    cells: chunk.iter().map(|bind| value_of(bind).clone().into_owned()).collect(),
                    rows: (chunk.len() / width) as u32,
                };
                let mut part = request::insert(request.root(), set, None);
                part.borrow_section(Section::Attributes, request);
                part
            };
            write::send_chunks(tx, rest, at_once * width, &part, &mut |sent| parts.push((sent.affected, sent.rows)))
        })?;
        parts.into_iter().try_for_each(|(affected, rows)| then(affected, rows))
    }
}
