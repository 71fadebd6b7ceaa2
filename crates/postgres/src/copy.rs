//! Rows of plain values by `COPY`, where it does what an insert does.
//! <https://www.postgresql.org/docs/15/sql-copy.html>
//!
//! It fires triggers and checks constraints alike, and takes three quarters of the time. But it knows no rules, is refused
//! where rows are secured one by one, writes a key that is always generated, does not check the domain of a column that is
//! left out, and reads bytes as whatever type a column has at that moment. So the table is looked at before, and again while
//! the lock of `COPY` keeps it as it is.

use std::io::Write;

use postgres::{
    Client,
    types::{IsNull, Kind, Type, private::BytesMut},
};
use relata_driver::TableOf;
use relata_schema::{ConnectionFate, Datum, Error, ErrorKind, Outcome, Result, Retry};

use crate::{bind, error};

/// The types of the columns of a table that rows can be copied into: of an enumeration that of its labels, of a domain that
/// of its values. None for a table of another sort, or where other transactions would not be seen.
const COLUMNS: &str = "SELECT a.attname::text, t.typtype = 'd' AND NOT a.atthasdef, \
     CASE t.typtype WHEN 'e' THEN 'text'::regtype::oid WHEN 'd' THEN t.typbasetype ELSE a.atttypid END \
     FROM pg_catalog.pg_class c \
     JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
     JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
     WHERE c.oid = to_regclass($1) AND c.relkind IN ('r', 'p') AND NOT c.relhasrules AND NOT c.relrowsecurity \
     AND a.attidentity <> 'a' AND a.attgenerated = '' AND current_setting('transaction_isolation') = 'read committed'";

/// The first bytes of the binary form: its signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What stands behind the last row.
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
/// So many bytes are sent at once.
const AT_ONCE: usize = 1 << 16;

/// Copies rows into a table, within a transaction. None where that is not what an insert does.
pub(crate) fn rows<'v>(
    client: &mut Client,
    into: TableOf<'_>,
    cells: &mut dyn Iterator<Item = &'v Datum<'v>>,
) -> Result<Option<u64>> {
    let Some(types) = types(client, into)? else { return Ok(None) };
    let columns: Vec<String> = into.columns.iter().map(|column| quoted(column)).collect();
    let sql = format!("COPY {} ({}) FROM STDIN BINARY", quoted(into.table), columns.join(", "));
    let failed = |error: postgres::Error| error::from(error, &sql);
    let mut writer = client.copy_in(&sql).map_err(failed)?;
    let mut send = |bytes: &BytesMut| {
        writer.write_all(bytes).and_then(|()| writer.flush()).map_err(|error| match error.downcast() {
            Ok(error) => failed(error),
            Err(error) => Error::new(ErrorKind::Connection, "the rows could not be sent").because(error).fate(
                Outcome::NotApplied,
                Retry::Never,
                ConnectionFate::Discarded,
            ),
        })
    };
    let mut bytes = BytesMut::with_capacity(AT_ONCE + AT_ONCE / 4);
    bytes.extend_from_slice(HEADER);
    let width = (types.len() as i16).to_be_bytes();
    for (cell, ty) in cells.zip(types.iter().cycle()) {
        if std::ptr::eq(ty, &types[0]) {
            if bytes.len() >= AT_ONCE {
                send(&bytes)?;
                bytes.clear();
            }
            bytes.extend_from_slice(&width);
        }
        let length = bytes.len();
        bytes.extend_from_slice(&(-1_i32).to_be_bytes());
        let start = bytes.len();
        if let IsNull::No = bind::one(cell, ty, &mut bytes).map_err(bind::refused)? {
            let written = i32::try_from(bytes.len() - start).map_err(|_| {
                Error::new(ErrorKind::LimitExceeded, "a value has more than two gigabytes").fate(
                    Outcome::NotApplied,
                    Retry::Never,
                    ConnectionFate::Kept,
                )
            })?;
            bytes[length..start].copy_from_slice(&written.to_be_bytes());
        }
    }
    bytes.extend_from_slice(&TRAILER);
    send(&bytes)?;
    let copied = writer.finish().map_err(failed)?;
    if self::types(client, into)?.as_ref() != Some(&types) {
        let message = format!("the table \"{}\" was changed while rows were copied into it", into.table);
        return Err(Error::new(ErrorKind::Serialization, message)
            .fate(Outcome::NotApplied, Retry::Transaction, ConnectionFate::Kept)
            .help("run the transaction again"));
    }
    Ok(Some(copied))
}

/// The types of the columns, where rows can be copied into them.
fn types(client: &mut Client, into: TableOf<'_>) -> Result<Option<Vec<Type>>> {
    let failed = |error: postgres::Error| error::from(error, COLUMNS);
    let rows = client.query_typed(COLUMNS, &[(&quoted(into.table), Type::TEXT)]).map_err(failed)?;
    let mut known = Vec::with_capacity(rows.len());
    for row in rows {
        let name: String = row.try_get(0).map_err(failed)?;
        let (is_domain, oid): (bool, u32) = (row.try_get(1).map_err(failed)?, row.try_get(2).map_err(failed)?);
        // A domain may forbid the NULL of a column that is left out, and COPY does not ask it.
        if is_domain && !into.columns.contains(&name.as_str()) {
            return Ok(None);
        }
        known.push((name, oid));
    }
    let of = |column: &&str| {
        let (_, oid) = known.iter().find(|(name, _)| name == column)?;
        Type::from_oid(*oid).filter(|ty| *ty.kind() == Kind::Simple && !bind::is_read_as_text(ty))
    };
    Ok(into.columns.iter().map(of).collect())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
