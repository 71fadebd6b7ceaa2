//! What SQLite's result codes mean. <https://www.sqlite.org/rescode.html>

use relata_schema::{ConnectionFate, Constraint, Error, ErrorKind, Outcome, Retry};
use rusqlite::ErrorCode;

/// An error of rusqlite, by kind.
pub(crate) fn from(error: rusqlite::Error, sql: &str) -> Error {
    if let rusqlite::Error::ToSqlConversionFailure(inner) = error {
        return match inner.downcast::<Error>() {
            Ok(ours) => *ours,
            Err(other) => Error::new(ErrorKind::TypeMismatch, other.to_string()),
        };
    }
    let Some(code) = error.sqlite_error().copied() else {
        return Error::new(ErrorKind::Database, error.to_string()).sql(sql).because(error);
    };
    let kind = match (code.code, code.extended_code) {
        // SQLITE_CONSTRAINT with PRIMARYKEY, UNIQUE, ROWID; FOREIGNKEY; NOTNULL; CHECK.
        (ErrorCode::ConstraintViolation, 1555 | 2067 | 2579) => ErrorKind::UniqueViolation,
        (ErrorCode::ConstraintViolation, 787) => ErrorKind::ForeignKeyViolation,
        (ErrorCode::ConstraintViolation, 1299) => ErrorKind::NotNullViolation,
        (ErrorCode::ConstraintViolation, 275) => ErrorKind::CheckViolation,
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => ErrorKind::Busy,
        (ErrorCode::OperationInterrupted, _) => ErrorKind::Timeout,
        (ErrorCode::CannotOpen | ErrorCode::NotADatabase, _) => ErrorKind::Connection,
        _ => ErrorKind::Database,
    };
    let retry = if kind == ErrorKind::Busy { Retry::Transaction } else { Retry::Never };
    let message = match &error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    };
    let constraint = (code.code == ErrorCode::ConstraintViolation).then(|| constraint(&message));
    let new = Error::new(kind, message)
        .code(code.extended_code.to_string())
        .sql(sql)
        .fate(Outcome::NotApplied, retry, ConnectionFate::Kept)
        .because(error);
    match constraint {
        Some(constraint) => new.constraint_of(constraint),
        None => new,
    }
}

/// What `UNIQUE constraint failed: users.tenant, users.email` says. Of a check it says the name, of an index over
/// expressions `index 'name'`, of a foreign key nothing.
fn constraint(message: &str) -> Constraint {
    let Some((what, rest)) = message.split_once(" constraint failed: ") else { return Constraint::default() };
    let mut found = Constraint::default();
    if what == "CHECK" {
        found.name = Some(rest.to_owned());
    } else if let Some(name) = rest.strip_prefix("index '") {
        found.name = Some(name.trim_end_matches('\'').to_owned());
    } else {
        for column in rest.split(", ") {
            let (table, column) = column.split_once('.').unwrap_or(("", column));
            found.table.get_or_insert_with(|| table.to_owned());
            found.columns.push(column.to_owned());
        }
    }
    found
}
