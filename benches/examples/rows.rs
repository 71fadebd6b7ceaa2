//! Reads ten thousand rows again and again, for a profiler.
#![expect(clippy::unwrap_used, reason = "a tool for development fails by panicking")]

use relata::{Database, Instant, prelude::*};
use relata_benches::models::User;

fn main() {
    let db = Database::open("sqlite::memory:").unwrap();
    relata::create_missing(&db, &[model::<User>()]).unwrap();
    let rows = (1..=10_000)
        .map(|n| (n, format!("name {n}"), "ann@example.org", "active", (n % 90) as i32, Instant::UNIX_EPOCH));
    let columns = (User::ID, User::NAME, User::EMAIL, User::STATUS, User::AGE, User::CREATED_AT);
    User::insert(columns).rows(rows).run(&db).unwrap();
    for _ in 0..300 {
        std::hint::black_box(User::find().all(&db).unwrap().len());
    }
}
