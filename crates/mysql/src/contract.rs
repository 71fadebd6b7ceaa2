//! What every connection keeps, whatever the server's own settings are: set, then read back.

use mysql::{Conn, prelude::Queryable};
use relata_dialect::{Capabilities, MARIADB_10_6, MARIADB_10_11, MARIADB_11_8, MYSQL_8_0, MYSQL_9_7};
use relata_schema::{Error, ErrorKind, Result};

use crate::error;

/// Values that do not fit are refused and not bent, a division by zero is seen, and a backslash escapes.
///
/// A key of 0 is a key like any other, and no word for the next number: NO_AUTO_VALUE_ON_ZERO.
///
/// ONLY_FULL_GROUP_BY is left out. What relata groups by is what it selects; but two placeholders of one value are not the
/// same for MySQL, and on MariaDB a prepared aggregate over a joined derived table fails with error 1140 when it runs for
/// the second time.
const SQL_MODE: &str = "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,\
                        NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO";

/// What is known of a server whose connection keeps the contract.
pub(crate) struct Kept {
    pub dialect: &'static Capabilities,
    /// From one number that it gives to a row to the next.
    pub step: u64,
    /// The most bytes of one packet, less what surrounds the values.
    pub max_packet: usize,
}

/// Makes a connection keep the contract.
pub(crate) fn keep(conn: &mut Conn, place: &str) -> Result<Kept> {
    let failed = |error| error::connecting(error, place);
    let version: Option<String> = conn.query_first("SELECT VERSION()").map_err(failed)?;
    let version = version.unwrap_or_default();
    let dialect = dialect_of(&version)?;
    let is_mariadb = dialect.name == MARIADB_10_11.name;
    let (collation, mode) = if is_mariadb {
        // Assignments of an update see the row as it was, as the standard says.
        ("utf8mb4_nopad_bin", format!("{SQL_MODE},SIMULTANEOUS_ASSIGNMENT"))
    } else {
        ("utf8mb4_0900_bin", SQL_MODE.to_owned())
    };
    let settings = [
        format!("SET NAMES utf8mb4 COLLATE {collation}"),
        format!("SET SESSION sql_mode = '{mode}', time_zone = '+00:00', foreign_key_checks = 1, sql_auto_is_null = 0"),
        // As on PostgreSQL: each statement sees what was committed before it began, and gaps are not locked.
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED".to_owned(),
    ];
    for setting in settings {
        conn.query_drop(setting).map_err(failed)?;
    }
    let kept: Option<(String, String, String, u64, usize)> = conn
        .query_first(
            "SELECT @@collation_connection, @@time_zone, @@sql_mode, @@auto_increment_increment, @@max_allowed_packet",
        )
        .map_err(failed)?;
    let Some((found, zone, modes, step, packet)) = kept else {
        return Err(Error::new(ErrorKind::Connection, format!("the server at {place} does not say how it is set")));
    };
    let is_strict = mode.split(',').all(|wanted| modes.split(',').any(|mode| mode == wanted));
    let is_bent =
        modes.split(',').any(|mode| matches!(mode, "NO_BACKSLASH_ESCAPES" | "ANSI_QUOTES" | "PIPES_AS_CONCAT"));
    if found != collation || zone != "+00:00" || !is_strict || is_bent {
        let message = format!(
            "the server at {place} has collation {found}, time zone {zone} and sql_mode {modes}, which relata has set \
             otherwise"
        );
        return Err(
            Error::new(ErrorKind::Connection, message).help("something between changes the settings: remove it")
        );
    }
    Ok(Kept { dialect, step: step.max(1), max_packet: packet.saturating_sub(4_096).max(1_024) })
}

/// The dialect of a version, as the server writes it: `9.7.4`, `10.11.19-MariaDB-0+deb12u1`.
fn dialect_of(version: &str) -> Result<&'static Capabilities> {
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse::<u32>().unwrap_or(0));
    let number = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let (name, oldest) = if version.contains("MariaDB") { ("MariaDB", (10, 6, 0)) } else { ("MySQL", (8, 0, 19)) };
    if number < oldest {
        let message = format!("the server is {name} {version}, and relata speaks {}.{} and later", oldest.0, oldest.1);
        return Err(Error::new(ErrorKind::Unsupported, message).help("upgrade the server"));
    }
    Ok(match (name, number) {
        ("MariaDB", (major, ..)) if major >= 11 => &MARIADB_11_8,
        ("MariaDB", (_, minor, _)) if minor >= 11 => &MARIADB_10_11,
        ("MariaDB", _) => &MARIADB_10_6,
        (_, (major, ..)) if major >= 9 => &MYSQL_9_7,
        _ => &MYSQL_8_0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_a_dialect() {
        let name = |version: &str| dialect_of(version).map(|dialect| dialect.name).map_err(|error| error.to_string());
        assert_eq!(name("10.11.19-MariaDB-0+deb12u1"), Ok("mariadb"));
        assert_eq!(name("11.8.2-MariaDB"), Ok("mariadb"));
        assert_eq!(name("9.7.4-2"), Ok("mysql"));
        assert_eq!(name("8.0.36"), Ok("mysql"));
        for old in ["5.7.44-log", "8.0.18", "10.5.23-MariaDB", "", "x"] {
            assert!(name(old).is_err(), "{old}");
        }
    }
}
