//! Bulk insert of values: as much of writing as filling tables needs.

use relata_dialect::print::{Writer, insert};
use relata_driver::{Param, Statement};
use relata_ir::Insert;
use relata_schema::{Datum, Error, ErrorKind, ModelView, Result};

use crate::Executor;

/// Inserts rows of values, given for some attributes of a model by name, in as many statements as the database's limit
/// of binds asks for.
///
/// # Errors
///
/// An attribute that is not known, a row of another length, or what the database says.
pub fn insert_rows(
    on: &impl Executor,
    model: ModelView<'_>,
    attributes: &[&str],
    rows: &[Vec<Datum<'_>>],
) -> Result<u64> {
    let dialect = on.dialect();
    let columns: Vec<_> = attributes
        .iter()
        .map(|name| {
            let index = model.require_attribute(name).map_err(|error| error.at(&model.name))?;
            let attribute = &model.def().attributes[usize::from(index)];
            Ok((attribute.column.as_str(), attribute.ty.kind()))
        })
        .collect::<Result<_>>()?;
    if columns.is_empty() {
        return Err(Error::new(ErrorKind::Request, "an insert names no attribute").at(&model.name));
    }
    if let Some(short) = rows.iter().find(|row| row.len() != columns.len()) {
        let message = format!("a row has {} values for {} attributes", short.len(), columns.len());
        return Err(Error::new(ErrorKind::Request, message).at(&model.name));
    }
    let at_once = (dialect.max_binds / columns.len()).clamp(1, 1_000);
    let mut total = 0;
    on.with(&mut |session| {
        // Several statements are one insert: all of them take effect, or none.
        let several = rows.len() > at_once;
        if several {
            session.batch("BEGIN")?;
        }
        let result = rows.chunks(at_once).try_for_each(|chunk| {
            let (mut sql, mut order) = (String::new(), Vec::new());
            let command = Insert { table: &model.table, columns: &columns, rows: chunk.len() };
            insert(&mut Writer::new(dialect, &mut sql, &mut order), &command);
            let params: Vec<Param<'_>> = chunk
                .iter()
                .flat_map(|row| row.iter().zip(&columns).map(|(value, (_, kind))| Param::One(value.borrowed(), *kind)))
                .collect();
            total += session.execute(Statement::once(&sql), &params)?;
            Ok(())
        });
        if several {
            let ended = session.batch(if result.is_ok() { "COMMIT" } else { "ROLLBACK" });
            return result.and(ended);
        }
        result
    })
    .map_err(|error| error.at(&model.name))?;
    Ok(total)
}
