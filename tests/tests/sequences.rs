//! Random sequences of writes and transactions: every database agrees with a plain model of it, row for row.

use relata::Database;
use relata_testkit::databases;
use relata_tests::sequence::agree;

/// How many sequences of 60 operations a test run has; `RELATA_SEQUENCES` says another number, or the seeds: `17..18`.
const ON_SQLITE: u64 = 200;

/// The same on a server, which takes longer to answer.
const ON_A_SERVER: u64 = 60;

#[test]
fn sequences_agree_with_the_model_on_sqlite() {
    agree(databases::sqlite, ON_SQLITE);
}

fn agree_if_there(db: Option<Database>) {
    match db {
        Some(db) => agree(|| db.clone(), ON_A_SERVER),
        None => eprintln!("skipped: no server; cargo xtask test starts one"),
    }
}

#[test]
fn sequences_agree_with_the_model_on_postgres() {
    agree_if_there(databases::postgres("sequences"));
}

#[test]
fn sequences_agree_with_the_model_on_mysql() {
    agree_if_there(databases::mysql("sequences"));
}

#[test]
fn sequences_agree_with_the_model_on_mariadb() {
    agree_if_there(databases::mariadb("sequences"));
}
