//! What an error number says. <https://dev.mysql.com/doc/mysql-errors/9.7/en/server-error-reference.html>,
//! <https://mariadb.com/kb/en/mariadb-error-codes/>

use mysql::{MySqlError, error::DriverError};
use relata_schema::{ConnectionFate, Constraint, Error, ErrorKind, Outcome, Retry};

/// An error of the `mysql` crate, by kind.
pub(crate) fn from(error: mysql::Error, sql: &str) -> Error {
    match error {
        mysql::Error::MySqlError(error) => of_server(error, sql),
        mysql::Error::DriverError(DriverError::Timeout) => Error::new(
            ErrorKind::Timeout,
            "the server did not answer in time",
        )
        .sql(sql)
        .fate(Outcome::Unknown, Retry::Never, ConnectionFate::Discarded),
        mysql::Error::CodecError(error) if is_too_large(&error) => {
            Error::new(ErrorKind::LimitExceeded, "the statement and its values are larger than a packet may be")
                .sql(sql)
                .fate(Outcome::NotSent, Retry::Never, ConnectionFate::Discarded)
                .help("raise max_allowed_packet of the server, or send less at once")
        }
        error => {
            let connection = error.is_connectivity_error();
            let (kind, outcome, fate) = if connection {
                (ErrorKind::Connection, Outcome::Unknown, ConnectionFate::Discarded)
            } else {
                (ErrorKind::Database, Outcome::NotApplied, ConnectionFate::Kept)
            };
            Error::new(kind, words(&error)).sql(sql).fate(outcome, Retry::Never, fate).because(error)
        }
    }
}

fn is_too_large(error: &impl std::fmt::Debug) -> bool {
    format!("{error:?}").contains("PacketTooLarge")
}

/// The words of an error, without the punctuation that its type puts around them.
fn words(error: &mysql::Error) -> String {
    match error {
        mysql::Error::IoError(error) => error.to_string(),
        other => other.to_string(),
    }
}

fn of_server(error: MySqlError, sql: &str) -> Error {
    let kind = match error.code {
        1022 | 1062 | 1169 | 1586 => ErrorKind::UniqueViolation,
        1216 | 1217 | 1451 | 1452 | 1761 | 1762 => ErrorKind::ForeignKeyViolation,
        1048 | 1364 => ErrorKind::NotNullViolation,
        3819 | 4025 => ErrorKind::CheckViolation,
        // A deadlock has rolled the whole transaction back, and left it.
        1213 => ErrorKind::Deadlock,
        1020 => ErrorKind::Serialization,
        // Waiting for a lock, `NOWAIT`, and a statement that took too long or was interrupted.
        1205 | 3572 | 3024 | 1969 | 1317 => ErrorKind::Timeout,
        1040
        | 1043..=1045
        | 1049
        | 1053
        | 1129
        | 1130
        | 1152..=1161
        | 1184
        | 1203
        | 1226
        | 1251
        | 1927
        | 2002..=2013
        | 3032
        | 4031 => ErrorKind::Connection,
        _ => ErrorKind::Database,
    };
    let retry = match kind {
        ErrorKind::Serialization | ErrorKind::Deadlock | ErrorKind::Timeout => Retry::Transaction,
        _ => Retry::Never,
    };
    // A server that is being ended may have done the statement before it said so.
    let (outcome, fate) = match kind {
        ErrorKind::Connection => (Outcome::Unknown, ConnectionFate::Discarded),
        _ => (Outcome::NotApplied, ConnectionFate::Kept),
    };
    let constraint = match kind {
        ErrorKind::UniqueViolation => Some(of_key(&error.message, sql)),
        ErrorKind::ForeignKeyViolation => Some(of_foreign_key(&error.message)),
        ErrorKind::NotNullViolation => {
            Some(Constraint { columns: quoted(&error.message, '\'').into_iter().collect(), ..empty() })
        }
        ErrorKind::CheckViolation => Some(of_check(&error.message)),
        _ => None,
    };
    let (message, code) = (without_values(&error, kind), error.code.to_string());
    let new = Error::new(kind, message).code(code).sql(sql).fate(outcome, retry, fate).because(error);
    match constraint {
        Some(constraint) => new.constraint_of(constraint),
        None => new,
    }
}

/// The words of the server without values of the row.
fn without_values(error: &MySqlError, kind: ErrorKind) -> String {
    let message = &error.message;
    if kind == ErrorKind::UniqueViolation {
        let key = message.rsplit_once(" for key ").map(|(_, key)| key);
        return key.map_or_else(|| "a unique key is taken".to_owned(), |key| format!("the key {key} is taken"));
    }
    // Incorrect ... value: '...' for column '...' at row 1
    match (message.split_once(": '"), message.rfind("' for column ")) {
        (Some((head, _)), Some(tail)) => format!("{head}{}", &message[tail + 1..]),
        _ => message.clone(),
    }
}

fn empty() -> Constraint {
    Constraint { name: None, table: None, columns: Vec::new(), attributes: Vec::new() }
}

/// The first text between two quotes.
fn quoted(message: &str, quote: char) -> Option<String> {
    let (_, rest) = message.split_once(quote)?;
    rest.split_once(quote).map(|(text, _)| text.to_owned())
}

/// `Duplicate entry '...' for key 'table.name'`; MariaDB leaves the table out. The entry may hold anything, so the key is
/// read from the end.
fn of_key(message: &str, sql: &str) -> Constraint {
    let key = message.trim_end_matches('\'').rsplit_once('\'').map(|(_, key)| key).unwrap_or_default();
    match key.rsplit_once('.') {
        Some((table, name)) => Constraint { name: Some(name.to_owned()), table: Some(table.to_owned()), ..empty() },
        // Our own statements begin with the table that they change.
        None => Constraint { name: Some(key.to_owned()), table: quoted(sql, '`'), ..empty() },
    }
}

/// `... fails (`db`.`table`, CONSTRAINT `name` FOREIGN KEY (`a`, `b`) REFERENCES ...`
fn of_foreign_key(message: &str) -> Constraint {
    let table = message.split_once("`.`").and_then(|(_, rest)| rest.split_once('`')).map(|(table, _)| table.to_owned());
    let name = message.split_once("CONSTRAINT `").and_then(|(_, rest)| rest.split_once('`')).map(|(name, _)| name);
    let columns = message
        .split_once("FOREIGN KEY (")
        .and_then(|(_, rest)| rest.split_once(") REFERENCES"))
        .map(|(columns, _)| columns.split(", ").map(|column| column.trim_matches('`').to_owned()).collect());
    Constraint { name: name.map(str::to_owned), table, columns: columns.unwrap_or_default(), ..empty() }
}

/// `Check constraint 'name' is violated.`, or ``CONSTRAINT `table.name` failed for `db`.`table` ``.
fn of_check(message: &str) -> Constraint {
    if let Some(name) = message.strip_prefix("CONSTRAINT `").and_then(|rest| rest.split_once('`')) {
        let table = message.rsplit_once("`.`").map(|(_, rest)| rest.trim_end_matches('`').to_owned());
        let name = name.0.rsplit_once('.').map_or(name.0, |(_, name)| name);
        // A check that stands with a column has its name.
        return Constraint { name: Some(name.to_owned()), table, columns: vec![name.to_owned()], ..empty() };
    }
    Constraint { name: quoted(message, '\''), ..empty() }
}

/// A connection that could not be made. Says where, and never the password.
pub(crate) fn connecting(error: mysql::Error, place: &str) -> Error {
    let (message, retry) = match &error {
        mysql::Error::MySqlError(answer) => {
            // Too many connections, of all users or of this one. What else a server refuses, it refuses again.
            let later = matches!(answer.code, 1040 | 1203 | 1226);
            let retry = if later { Retry::Statement } else { Retry::Never };
            (format!("the server at {place} refuses the connection: {}", answer.message), retry)
        }
        other => (format!("the server at {place} cannot be reached: {}", words(other)), Retry::Statement),
    };
    Error::new(ErrorKind::Connection, message).fate(Outcome::NotSent, retry, ConnectionFate::Discarded).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_are_read_out_of_messages() {
        let key = of_key("Duplicate entry 'it's 'x'' for key 'users.email'", "");
        assert_eq!((key.table.as_deref(), key.name.as_deref()), (Some("users"), Some("email")));
        let key = of_key("Duplicate entry 'a' for key 'PRIMARY'", "INSERT INTO `users` (`id`) VALUES (?)");
        assert_eq!((key.table.as_deref(), key.name.as_deref()), (Some("users"), Some("PRIMARY")));
        let foreign = of_foreign_key(
            "Cannot add or update a child row: a foreign key constraint fails (`shop`.`posts`, CONSTRAINT \
             `posts_ibfk_1` FOREIGN KEY (`a`, `b`) REFERENCES `users` (`a`, `b`))",
        );
        assert_eq!(foreign.table.as_deref(), Some("posts"));
        assert_eq!((foreign.name.as_deref(), foreign.columns.join(" ")), (Some("posts_ibfk_1"), "a b".to_owned()));
        let check = of_check("CONSTRAINT `users.role` failed for `shop`.`users`");
        assert_eq!((check.table.as_deref(), check.columns.join(" ")), (Some("users"), "role".to_owned()));
        assert_eq!(of_check("Check constraint 'c_chk_1' is violated.").name.as_deref(), Some("c_chk_1"));
    }
}
