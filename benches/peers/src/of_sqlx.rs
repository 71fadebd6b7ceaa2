//! sqlx: its `QueryBuilder` is text that is pushed by hand, and binds.

use sqlx::{Postgres, QueryBuilder};

const USERS: &str = "SELECT id, name, email, status, age, created_at FROM users WHERE ";

/// A builder that is done.
pub type Built = QueryBuilder<Postgres>;

fn moment(n: u64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp_micros(n as i64).unwrap()
}

pub fn by_key(n: u64) -> Built {
    let mut query = QueryBuilder::new(USERS);
    query.push("id = ").push_bind(n as i64);
    query
}

pub fn filtered(n: u64) -> Built {
    let mut query = QueryBuilder::new(USERS);
    query.push("status = ").push_bind("active");
    query.push(" AND age BETWEEN ").push_bind(n as i32 % 20).push(" AND ").push_bind(65);
    query.push(" AND (name LIKE ").push_bind("a%").push(" OR email LIKE ").push_bind("%@example.org");
    query.push(") ORDER BY name, id LIMIT ").push_bind(20_i64).push(" OFFSET ").push_bind((n % 100) as i64);
    query
}

pub fn inserted(n: u64) -> Built {
    let mut query = QueryBuilder::new("INSERT INTO users (id, name, email, status, age, created_at) VALUES (");
    let mut row = query.separated(", ");
    row.push_bind(n as i64).push_bind("Ann").push_bind("ann@example.org").push_bind("active");
    row.push_bind(30).push_bind(moment(n));
    query.push(") RETURNING id");
    query
}

pub fn inserted_many(n: u64) -> Built {
    let mut query = QueryBuilder::new("INSERT INTO users (id, name, email, status, age, created_at) ");
    query.push_values(0..1_000, |mut row, place| {
        row.push_bind((n + place) as i64).push_bind("Ann").push_bind("ann@example.org").push_bind("active");
        row.push_bind(30).push_bind(moment(n));
    });
    query
}

pub fn listed(ids: &[i64]) -> Built {
    let mut query = QueryBuilder::new(USERS);
    query.push("id IN (");
    let mut list = query.separated(", ");
    ids.iter().for_each(|id| _ = list.push_bind(*id));
    query.push(")");
    query
}

pub fn updated(n: u64) -> Built {
    let mut query = QueryBuilder::new("UPDATE users SET name = ");
    query.push_bind("Ann").push(", email = ").push_bind("ann@example.org");
    query.push(", age = ").push_bind(n as i32 % 100).push(" WHERE id = ").push_bind(n as i64);
    query
}

pub fn tree(n: u64) -> Built {
    fn level(query: &mut Built, n: i64, depth: i64) {
        let word = if depth % 2 == 0 { " OR " } else { " AND " };
        for place in 0..5 {
            query.push(if place == 0 { "id > " } else { word });
            if place > 0 {
                query.push("id > ");
            }
            query.push_bind(n + depth * 10 + place).push(word).push("age < ").push_bind((place + depth) as i32);
        }
        if depth > 1 {
            query.push(word).push("(");
            level(query, n, depth - 1);
            query.push(")");
        }
    }
    let mut query = QueryBuilder::new(USERS);
    level(&mut query, n as i64, 20);
    query
}
