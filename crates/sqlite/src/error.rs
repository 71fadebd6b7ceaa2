//! What SQLite's result codes mean. <https://www.sqlite.org/rescode.html>

use relata_schema::{ConnectionFate, Error, ErrorKind, Outcome, Retry};
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
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => ErrorKind::Timeout,
        (ErrorCode::CannotOpen | ErrorCode::NotADatabase, _) => ErrorKind::Connection,
        _ => ErrorKind::Database,
    };
    let retry = if kind == ErrorKind::Timeout { Retry::Transaction } else { Retry::Never };
    let message = match &error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    };
    Error::new(kind, message)
        .code(code.extended_code.to_string())
        .sql(sql)
        .fate(Outcome::NotApplied, retry, ConnectionFate::Kept)
        .because(error)
}
