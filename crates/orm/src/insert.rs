//! Inserts of plain values, for filling tables: without hooks, upkeep, or rules beyond those of the types.

use relata_request::write::{self as request, RowSet};
use relata_schema::{Datum, Error, ErrorKind, ModelRef, Result};

use crate::{Executor, validate, write};

/// Inserts rows of values, given for some attributes of a model by name, in as many statements as the database's limit
/// of binds asks for: all of them or none. Says how many rows there were.
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
    // What the types of attributes ask for is not left to the database: it may bend a value, or keep it.
    let mut failures = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let known = failures.len();
        for (attribute, value) in columns.iter().zip(row) {
            validate::of_value(&view.def().attributes[usize::from(*attribute)], value, false, &mut failures);
        }
        failures[known..].iter_mut().for_each(|failure| failure.path = format!("[{number}].{}", failure.path));
        if failures.len() >= 100 {
            break;
        }
    }
    if !failures.is_empty() {
        return Err(Error::validation(failures).at(&view.name));
    }
    let at_once = (on.dialect().max_binds / columns.len()).clamp(1, 1_000);
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
        total = 0;
        rows.chunks(at_once).try_for_each(|chunk| {
            total += send(tx, chunk)?;
            Ok(())
        })
    })?;
    Ok(total)
}
