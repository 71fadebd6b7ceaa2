//! Sends one statement that changes rows.

use std::sync::Arc;

use relata_driver::{Numbered, Row, TableOf};
use relata_planner::Plan;
use relata_request::{Bind, Call, Request, Section, conflict::Said};
use relata_schema::{Datum, Error, ErrorKind, Kind, ModelRef, ModelView, Outcome, Result, Value};

use super::{answer, conflict};
use crate::{Executor, bind, run::statement};

/// What a statement has changed.
pub(crate) struct Sent {
    pub affected: u64,
    pub plan: Arc<Plan>,
    /// What was returned, row by row.
    pub rows: Vec<Vec<Value>>,
    /// The numbers that the database gave, where it says so instead of returning the rows.
    pub numbered: Option<Numbered>,
}

/// A row of values.
pub(crate) struct ValueRow<'v>(pub &'v [Value]);

impl Row for ValueRow<'_> {
    fn get(&self, column: usize, _kind: Kind) -> Result<Datum<'_>> {
        self.0.get(column).map(Datum::borrowed).ok_or_else(|| Error::internal("a row lacks a column of its plan"))
    }

    fn is_null(&self, column: usize) -> bool {
        self.0.get(column).is_none_or(Datum::is_null)
    }
}

/// Plans and runs a request that changes rows: in one statement, or in several where the database needs them.
pub(crate) fn send(on: &dyn Executor, request: &Request<'_>) -> Result<Sent> {
    request.check()?;
    let dialect = on.dialect();
    if !dialect.conflict.names_key()
        && let Some(said) = Said::of(request)?
        && conflict::takes_several(request, &said)?
    {
        return conflict::send(on, request, &said);
    }
    if answer::is_missing(request, dialect) { answer::send(on, request) } else { send_one(on, request) }
}

/// Runs an insert in parts of so many values. `part` makes a request of some: those of one length have one plan, which takes
/// its values from where they are.
pub(crate) fn send_chunks<'q>(
    on: &dyn Executor,
    values: &[Bind<'_>],
    size: usize,
    part: &dyn Fn(&[Bind<'_>]) -> Request<'q>,
    then: &mut dyn FnMut(Sent),
) -> Result<()> {
    let mut known: Option<(usize, Request<'q>, Arc<Plan>)> = None;
    for chunk in values.chunks(size) {
        let (_, request, plan) = match known.take() {
            Some(same) if same.0 == chunk.len() => known.insert(same),
            _ => {
                let request = part(chunk);
                request.check()?;
                let plan = on.plans().get(&request, on.dialect())?;
                known.insert((chunk.len(), request, plan))
            }
        };
        if answer::is_missing(request, on.dialect()) {
            then(answer::send(on, &part(chunk))?);
        } else {
            then(run_plan(on, plan, chunk, request.root().view())?);
        }
    }
    Ok(())
}

/// How many rows a statement takes that the database has for many of them.
const ROWS_OF_MANY: usize = 10_000;

/// Inserts rows of plain values in the way of the database's own, if it has one that does the same. Says how many rows of
/// those that are given it has taken, the first ones, and how many it has inserted.
pub(crate) fn insert_rows<'v>(
    tx: &dyn Executor,
    view: ModelView<'_>,
    attributes: &[u16],
    rows: usize,
    cells: &mut dyn Iterator<Item = &'v Datum<'v>>,
) -> Result<(usize, u64)> {
    let columns: Vec<&str> =
        attributes.iter().map(|&attribute| view.def().attributes[usize::from(attribute)].column.as_str()).collect();
    let into = TableOf { table: &view.def().table, columns: &columns };
    let (mut taken, mut inserted) = (0, 0);
    while taken < rows {
        let part = ROWS_OF_MANY.min(rows - taken);
        let mut done = None;
        let sent = tx.with(&mut |session| {
            done = session.insert_rows(into, &mut cells.take(part * columns.len()))?;
            Ok(())
        });
        if sent.is_err() || done.is_some() {
            log::debug!(target: "relata::sql", "{part} rows into {}, in the database's own way", into.table);
        }
        sent.map_err(|error| explain(error, view))?;
        let Some(done) = done else { break };
        (taken, inserted) = (taken + part, inserted + done);
    }
    Ok((taken, inserted))
}

/// Plans and runs a request that is one statement.
pub(super) fn send_one(on: &dyn Executor, request: &Request<'_>) -> Result<Sent> {
    let plan = on.plans().get(request, on.dialect())?;
    run_plan(on, &plan, request.binds(), request.root().view())
}

fn run_plan(on: &dyn Executor, plan: &Arc<Plan>, binds: &[Bind<'_>], view: ModelView<'_>) -> Result<Sent> {
    let mut sent = Sent { affected: 0, plan: plan.clone(), rows: Vec::new(), numbered: None };
    on.with(&mut |session| {
        (sent.affected, sent.rows) = (0, Vec::new());
        for (number, step) in plan.steps.iter().enumerate() {
            let mut params = Vec::new();
            bind::of_step(&mut params, step, binds)?;
            log::debug!(target: "relata::sql", "{}", step.sql);
            if step.kinds.is_empty() {
                sent.affected += session.execute(statement(plan, number), &params)?;
                sent.numbered = session.numbered();
                continue;
            }
            let rows = &mut sent.rows;
            session.query(statement(plan, number), &params, &mut |row| {
                let values = (0..step.kinds.len())
                    .map(|i| row.get(i, step.kinds[i]).map(Datum::into_owned))
                    .collect::<Result<Vec<Value>>>()
                    // The statement has been done; only its answer cannot be read.
                    .map_err(|error| error.with_outcome(Outcome::Applied))?;
                rows.push(values);
                Ok(())
            })?;
            sent.affected += rows.len() as u64;
        }
        Ok(())
    })
    .map_err(|error| explain(error, view))?;
    Ok(sent)
}

/// Says an error of the database in the terms of the model.
pub(crate) fn explain(error: Error, view: ModelView<'_>) -> Error {
    let Some(constraint) = error.constraint() else { return error.at(&view.name) };
    let mut found = constraint.clone();
    let by_column = |column: &String| {
        view.def()
            .attributes
            .iter()
            .find(|attribute| attribute.column == *column)
            .map(|attribute| attribute.name.clone())
    };
    // A violation may be of another table: of a child that a cascade has met.
    if found.table.as_ref().is_none_or(|table| *table == view.table) {
        found.attributes = found.columns.iter().filter_map(by_column).collect();
        if found.attributes.is_empty()
            && let Some(key) = found.name.as_ref().and_then(|name| key_named(view, name))
        {
            found.columns = key.iter().map(|&a| view.attributes[usize::from(a)].column.clone()).collect();
            found.attributes = key.iter().map(|&a| view.attributes[usize::from(a)].name.clone()).collect();
        }
    }
    let path = match found.attributes.as_slice() {
        [] => view.name.clone(),
        names => format!("{}.{}", view.name, names.join(",")),
    };
    let help = match error.kind() {
        ErrorKind::UniqueViolation => "another row has these values; upsert, or choose others",
        ErrorKind::ForeignKeyViolation => {
            "the row that is referred to must be there, and none may refer to one that goes"
        }
        ErrorKind::NotNullViolation => "give the attribute a value",
        _ => "give values that the constraint allows",
    };
    error.constraint_of(found).at(path).help(help)
}

/// The unique key whose constraint has that name, by the names that PostgreSQL gives them and those of our indexes.
fn key_named<'m>(view: ModelView<'m>, name: &str) -> Option<&'m [u16]> {
    let def = view.def();
    if name == format!("{}_pkey", def.table) || name == "PRIMARY" {
        return Some(&def.primary_key);
    }
    let columns =
        |key: &[u16]| key.iter().map(|&a| def.attributes[usize::from(a)].column.as_str()).collect::<Vec<_>>().join("_");
    def.unique.iter().map(Vec::as_slice).find(|key| {
        let columns = columns(key);
        name == format!("{}_{columns}_key", def.table) || name == format!("{}_{columns}", def.table)
    })
}

/// A request for rows of a model, whatever its default scope says.
pub(crate) fn unscoped<'q>(model: &ModelRef) -> Request<'q> {
    let mut request = Request::new(model.clone());
    let flags = relata_request::Flags { scoped: false, ..request.flags() };
    request.set_flags(flags);
    request
}

/// A request for the row of a key.
pub(crate) fn keyed<'q>(model: &ModelRef, call: Call, key: &[(u16, Datum<'q>)]) -> Request<'q> {
    let mut request = Request::new(model.clone());
    let flags = relata_request::Flags { call, scoped: false, ..request.flags() };
    request.set_flags(flags);
    for (attribute, value) in key {
        equal(&mut request, *attribute, value.clone());
    }
    request
}

/// Adds that an attribute has a value.
pub(crate) fn equal<'q>(request: &mut Request<'q>, attribute: u16, value: Datum<'q>) {
    request.write(Section::Filter, |out| {
        if value.is_null() {
            let place = out.test();
            out.column(attribute);
            out.head(place, &[relata_request::op::IS_NULL]);
        } else {
            out.compare(relata_schema::Comparison::Eq as u8);
            out.column(attribute);
            out.value(value);
        }
        Ok(())
    });
}

/// The primary key of an instance, as the database has it.
pub(crate) fn key_of(instance: &dyn crate::Instance) -> Result<Vec<(u16, Value)>> {
    let model = instance.model()?;
    let view = model.view();
    let key = view.def().primary_key.iter().map(|&attribute| {
        let value = instance.original(attribute).filter(|value| !value.is_null());
        let value = value.ok_or_else(|| {
            let name = &view.def().attributes[usize::from(attribute)].name;
            Error::new(ErrorKind::Request, "the record has no key, so its row cannot be found")
                .at(format!("{}.{name}", view.name))
                .help("select the key along with the other attributes")
        })?;
        Ok((attribute, value.into_owned()))
    });
    key.collect()
}
