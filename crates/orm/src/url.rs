//! The URL table: the one place outside of dialects and drivers that knows databases by name.

use std::sync::Arc;

use relata_driver::Driver;
use relata_schema::{Error, ErrorKind, Result};

/// The driver for a URL. Messages never repeat the URL: it may hold a password.
pub(crate) fn driver(url: &str) -> Result<Arc<dyn Driver>> {
    let (scheme, rest) = url.split_once(':').unwrap_or(("", url));
    #[cfg(not(feature = "sqlite"))]
    let _ = rest;
    match scheme {
        #[cfg(feature = "sqlite")]
        "sqlite" => {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            if path.contains('?') {
                return Err(Error::new(ErrorKind::Connection, "a SQLite URL has no options yet")
                    .help("say sqlite::memory: or sqlite:path/to/file.db"));
            }
            match path {
                ":memory:" => Ok(Arc::new(relata_sqlite::Sqlite::in_memory())),
                "" => Err(Error::new(ErrorKind::Connection, "the URL names no file")
                    .help("say sqlite::memory: or sqlite:path/to/file.db")),
                path => Ok(Arc::new(relata_sqlite::Sqlite::file(path))),
            }
        }
        #[cfg(feature = "postgres")]
        "postgres" | "postgresql" => Ok(Arc::new(relata_postgres::Postgres::from_url(url)?)),
        #[cfg(feature = "mysql")]
        "mysql" | "mariadb" => Ok(Arc::new(relata_mysql::Mysql::from_url(url)?)),
        #[allow(unreachable_patterns, reason = "a build has some of the drivers, or all of them")]
        "sqlite" | "postgres" | "postgresql" | "mysql" | "mariadb" => {
            Err(Error::new(ErrorKind::Unsupported, format!("this build of relata has no driver for {scheme}"))
                .help("enable the feature sqlite, postgres or mysql"))
        }
        "odbc" => Err(Error::new(ErrorKind::Unsupported, "there is no driver for odbc yet")
            .help("there are sqlite, postgres, mysql and mariadb")),
        _ => Err(Error::new(ErrorKind::Connection, "the URL begins with no known database").help(
            "say sqlite::memory:, sqlite:path/to/file.db, postgres://user@host:port/database, \
                 mysql://user@host:port/database or mariadb:// and the same",
        )),
    }
}
