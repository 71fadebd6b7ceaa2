//! The same statements, written by hand into buffers that are used again: the limit of what a library can reach.

use std::fmt::Write;

/// A value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'v> {
    /// An integer.
    Int(i64),
    /// A text.
    Text(&'v str),
    /// A boolean.
    Bool(bool),
    /// A moment, in microseconds.
    Instant(i64),
    /// A list.
    List(&'v [i64]),
}

use Value::{Bool, Instant, Int, List, Text};

/// A text and its values.
#[derive(Debug, Default)]
pub struct Buffers<'v> {
    /// The text.
    pub sql: String,
    /// The values.
    pub values: Vec<Value<'v>>,
}

impl<'v> Buffers<'v> {
    fn put(&mut self, sql: &str, values: &[Value<'v>]) {
        self.sql.clear();
        self.sql.push_str(sql);
        self.values.clear();
        self.values.extend_from_slice(values);
    }
}

/// The text of each statement, as relata has it for PostgreSQL.
#[derive(Debug, Clone)]
pub struct Texts(pub [String; 11]);

/// Q1.
pub fn by_key(texts: &Texts, out: &mut Buffers<'_>, n: u64) {
    out.put(&texts.0[1], &[Int(n as i64)]);
}

/// Q2.
pub fn filtered(texts: &Texts, out: &mut Buffers<'_>, n: u64) {
    let age = i64::from(n as i32 % 20);
    let values = [Text("active"), Int(age), Int(65), Text("a%"), Text("%@example.org"), Int(20), Int((n % 100) as i64)];
    out.put(&texts.0[2], &values);
}

/// Q3.
pub fn joined(texts: &Texts, out: &mut Buffers<'_>, n: u64) {
    out.put(&texts.0[3], &[Bool(true), Int(n as i64)]);
}

/// Q4.
pub fn page(texts: &Texts, out: &mut Buffers<'_>, n: u64) {
    out.put(&texts.0[4], &[Bool(true), Int(20), Int((n % 100) as i64)]);
}

/// Q5.
pub fn grouped(texts: &Texts, out: &mut Buffers<'_>, n: u64) {
    out.put(&texts.0[5], &[Int(18), Int((n % 10) as i64)]);
}

/// Q6.
pub fn inserted(texts: &Texts, out: &mut Buffers<'_>, n: u64) {
    let now = n as i64;
    out.put(&texts.0[6], &[Text("Ann"), Text("ann@example.org"), Text("active"), Int(30), Int(now), Instant(now)]);
}

/// Q7: a thousand rows, their placeholders written one by one.
pub fn inserted_many(out: &mut Buffers<'_>, n: u64) {
    out.put(INSERT, &[]);
    let mut number = 0;
    for row in 0..1_000 {
        out.sql.push_str(if row == 0 { "(" } else { ", (" });
        for cell in 0..6 {
            number += 1;
            out.sql.push_str(if cell == 0 { "$" } else { ", $" });
            // Writing to a text does not fail.
            let _ = write!(out.sql, "{number}");
        }
        out.sql.push(')');
        let id = (n + row) as i64;
        out.values.extend([Int(id), Text("Ann"), Text("ann@example.org"), Text("active"), Int(30), Instant(n as i64)]);
    }
}

const INSERT: &str = "INSERT INTO \"users\" (\"id\", \"name\", \"email\", \"status\", \"age\", \"created_at\") VALUES ";

/// Q8: a thousand keys, their placeholders written one by one.
pub fn listed_each(texts: &Texts, out: &mut Buffers<'_>, ids: &[i64]) {
    let (head, _) = texts.0[8].split_once("= ANY(").unwrap_or_default();
    out.put(head, &[]);
    out.sql.push_str("IN (");
    for (i, id) in ids.iter().enumerate() {
        out.sql.push_str(if i == 0 { "$" } else { ", $" });
        let _ = write!(out.sql, "{}", i + 1);
        out.values.push(Int(*id));
    }
    out.sql.push(')');
}

/// Q8: a thousand keys as one array, which is what relata sends.
pub fn listed<'v>(texts: &Texts, out: &mut Buffers<'v>, ids: &'v [i64]) {
    out.put(&texts.0[8], &[List(ids)]);
}

/// Q9.
pub fn updated(texts: &Texts, out: &mut Buffers<'_>, n: u64) {
    out.put(&texts.0[9], &[Text("Ann"), Text("ann@example.org"), Int(n as i64 % 100), Int(n as i64)]);
}

/// Q10: the tree written token by token.
pub fn tree(texts: &Texts, out: &mut Buffers<'_>, n: u64) {
    let (head, _) = texts.0[10].split_once("WHERE ").unwrap_or_default();
    out.put(head, &[]);
    out.sql.push_str("WHERE ");
    level(out, n as i64, 20);
}

fn level(out: &mut Buffers<'_>, n: i64, depth: i64) {
    let word = if depth % 2 == 0 { " OR " } else { " AND " };
    for place in 0..5 {
        for (column, value) in [("\"t0\".\"id\" > $", n + depth * 10 + place), ("\"t0\".\"age\" < $", place + depth)] {
            if place > 0 || column.contains("age") {
                out.sql.push_str(word);
            }
            out.sql.push_str(column);
            out.values.push(Int(value));
            let number = out.values.len();
            let _ = write!(out.sql, "{number}");
        }
    }
    if depth > 1 {
        out.sql.push_str(word);
        out.sql.push('(');
        level(out, n, depth - 1);
        out.sql.push(')');
    }
}
