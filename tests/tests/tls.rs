//! Encrypted connections: what is verified connects, and nothing else does.

use relata::{Database, ErrorKind};
use relata_testkit::{databases::POSTGRES_URL, server::PostgresServer};

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
