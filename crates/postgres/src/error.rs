//! What SQLSTATE says. <https://www.postgresql.org/docs/15/errcodes-appendix.html>

use postgres::{Config, config::Host};
use relata_schema::{ConnectionFate, Constraint, Error, ErrorKind, Outcome, Retry};

/// An error of the `postgres` crate, by kind.
pub(crate) fn from(error: postgres::Error, sql: &str) -> Error {
    // A parameter that could not be written carries an error of ours.
    if let Some(ours) = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<Error>()) {
        return ours.again();
    }
    let Some(db) = error.as_db_error() else {
        let lost =
            error.is_closed() || std::error::Error::source(&error).is_some_and(|source| source.is::<std::io::Error>());
        let (kind, outcome, fate) = if lost {
            (ErrorKind::Connection, Outcome::Unknown, ConnectionFate::Discarded)
        } else {
            (ErrorKind::Database, Outcome::NotApplied, ConnectionFate::Kept)
        };
        return Error::new(kind, error.to_string()).sql(sql).fate(outcome, Retry::Never, fate).because(error);
    };
    let code = db.code().code().to_owned();
    let kind = match code.as_str() {
        "23505" | "23P01" => ErrorKind::UniqueViolation,
        "23503" => ErrorKind::ForeignKeyViolation,
        "23502" => ErrorKind::NotNullViolation,
        "23514" => ErrorKind::CheckViolation,
        "40001" => ErrorKind::Serialization,
        "40P01" => ErrorKind::Deadlock,
        "25P02" => ErrorKind::Transaction,
        "55P03" | "57014" => ErrorKind::Timeout,
        "57P01" | "57P02" | "57P03" => ErrorKind::Connection,
        code if code.starts_with("08") || code.starts_with("28") || code.starts_with("53") => ErrorKind::Connection,
        _ => ErrorKind::Database,
    };
    let retry = match kind {
        ErrorKind::Serialization | ErrorKind::Deadlock | ErrorKind::Timeout => Retry::Transaction,
        _ => Retry::Never,
    };
    // A server that is being ended may have done the statement before it said so.
    let outcome = if matches!(code.as_str(), "57P01" | "57P02") { Outcome::Unknown } else { Outcome::NotApplied };
    let fate = if kind == ErrorKind::Connection { ConnectionFate::Discarded } else { ConnectionFate::Kept };
    // The detail has values of the row, and so has the message where a value could not be read.
    let message = match db.message().split_once(": \"") {
        Some((message, _)) if code.starts_with("22") => message.to_owned(),
        _ => db.message().to_owned(),
    };
    let constraint = code.starts_with("23").then(|| Constraint {
        name: db.constraint().map(str::to_owned),
        table: db.table().map(str::to_owned),
        columns: match db.column() {
            Some(column) => vec![column.to_owned()],
            None => db.detail().map(key_columns).unwrap_or_default(),
        },
        attributes: Vec::new(),
    });
    let new = Error::new(kind, message).code(code).sql(sql).fate(outcome, retry, fate).because(error);
    match constraint {
        Some(constraint) => new.constraint_of(constraint),
        None => new,
    }
}

/// The columns of `Key (a, b)=(1, 2) already exists.`, which has this form in every language of the server.
fn key_columns(detail: &str) -> Vec<String> {
    let Some((_, rest)) = detail.split_once('(') else { return Vec::new() };
    let Some((names, _)) = rest.split_once(")=(") else { return Vec::new() };
    names.split(", ").map(|name| name.trim_matches('"').replace("\"\"", "\"")).collect()
}

/// A connection that could not be made. Says where, and never the password.
pub(crate) fn connecting(error: postgres::Error, config: &Config) -> Error {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(host)) => host.clone(),
        #[cfg(unix)]
        Some(Host::Unix(path)) => path.display().to_string(),
        None => "localhost".to_owned(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let place = format!("PostgreSQL at {host}:{port}");
    let (message, retry) = match (error.as_db_error(), std::error::Error::source(&error)) {
        (Some(db), _) => {
            // Too many connections, or the server is starting or stopping. What else it refuses, it refuses again.
            let later = db.code().code().starts_with("53") || db.code().code().starts_with("57P0");
            let retry = if later { Retry::Statement } else { Retry::Never };
            (format!("{place} refuses the connection: {}", db.message()), retry)
        }
        (None, Some(source)) => (format!("{place} cannot be reached: {source}"), Retry::Statement),
        (None, None) => (format!("{place} cannot be reached: {error}"), Retry::Statement),
    };
    Error::new(ErrorKind::Connection, message).fate(Outcome::NotSent, retry, ConnectionFate::Discarded).because(error)
}
