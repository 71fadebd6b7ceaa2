//! Encrypted connections: what is verified connects, and nothing else does.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use relata::{Database, ErrorKind, Executor};
use relata_testkit::{
    databases::{MARIADB_URL, MYSQL_URL, POSTGRES_URL},
    server::{Flavor, MysqlServer, PostgresServer},
};

#[test]
fn only_a_server_that_is_verified_is_spoken_to() {
    if std::env::var(POSTGRES_URL).is_err() {
        eprintln!("skipped: no PostgreSQL server; cargo xtask test starts one");
        return;
    }
    let (server, certificate) = PostgresServer::start_encrypted().unwrap();
    let open = |host: &str, options: &str| {
        Database::open(&format!("postgres://postgres@{host}:{}/postgres?{options}", server.port())).map(drop)
    };
    let trusted = format!("sslmode=verify-full&sslrootcert={}", certificate.display());
    open("localhost", &trusted).unwrap();
    open("127.0.0.1", "sslmode=disable").unwrap();
    // The name is another than the certificate's.
    assert_eq!(open("127.0.0.1", &trusted).unwrap_err().kind(), ErrorKind::Connection);
    // Nobody vouches for the certificate.
    assert_eq!(open("localhost", "sslmode=verify-full").unwrap_err().kind(), ErrorKind::Connection);
    assert_eq!(open("localhost", "sslmode=require").unwrap_err().kind(), ErrorKind::Connection);
}

#[test]
fn only_a_mysql_server_that_is_verified_is_spoken_to() {
    verified(MYSQL_URL, Flavor::MySql);
}

#[test]
fn only_a_mariadb_server_that_is_verified_is_spoken_to() {
    verified(MARIADB_URL, Flavor::MariaDb);
}

fn verified(variable: &str, flavor: Flavor) {
    if std::env::var(variable).is_err() {
        eprintln!("skipped: no server; cargo xtask test starts one");
        return;
    }
    let (server, certificate) = MysqlServer::start_encrypted(flavor).unwrap();
    let url = |host: &str, rest: &str| server.url("mysql").replace("127.0.0.1", host) + rest;
    let roots = format!("&sslrootcert={}", certificate.display());
    let db = Database::open(&url("localhost", &format!("?sslmode=verify-full{roots}"))).unwrap();
    let cipher: Vec<(String, String)> = db.query("SHOW STATUS LIKE 'Ssl_cipher'", ()).all().unwrap();
    assert!(cipher.iter().all(|(_, cipher)| !cipher.is_empty()), "{cipher:?}");
    for (host, rest) in
        [("localhost", "?sslmode=verify-full".to_owned()), ("127.0.0.1", format!("?sslmode=verify-full{roots}"))]
    {
        let error = Database::open(&url(host, &rest)).map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connection, "{host}{rest}: {error}");
    }
}
