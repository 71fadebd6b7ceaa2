//! The requests under one name each.

use relata::{
    dialect::Capabilities,
    orm::Compiled,
    planner::{Options, Planner},
    request::Request,
};

use crate::{
    hand::{self, Buffers, Texts},
    queries,
};

/// Builds a request with the values of a number, shows it, and drops it.
pub type Workload = fn(u64, &[i64], &mut dyn FnMut(&Request<'_>));

/// All of them.
pub const ALL: [(&str, Workload); 10] = [
    ("Q1", |n, _, then| then(queries::by_key(n).request())),
    ("Q2", |n, _, then| then(queries::filtered(n).request())),
    ("Q3", |n, _, then| then(queries::joined(n).request())),
    ("Q4", |n, _, then| then(queries::page(n).request())),
    ("Q5", |n, _, then| then(queries::grouped(n).request())),
    ("Q6", |n, _, then| then(queries::inserted(n).request())),
    ("Q7", |n, _, then| then(queries::inserted_many(n).request())),
    ("Q8", |_, ids, then| then(queries::listed(ids).request())),
    ("Q9", |n, _, then| then(&queries::updated(n))),
    ("Q10", |n, _, then| then(queries::tree(n).request())),
];

/// The one of that name.
pub fn named(name: &str) -> Option<Workload> {
    ALL.iter().find(|(known, _)| *known == name).map(|(_, workload)| *workload)
}

/// Maps the values of a compiled request, and counts them.
pub fn mapped(compiled: &Compiled<'_>) -> usize {
    let mut count = 0;
    let mapped = compiled.params(|param| {
        std::hint::black_box(&param);
        count += 1;
        Ok(())
    });
    if mapped.is_ok() { count } else { 0 }
}

/// What relata sends for each: the constants of those who write by hand.
pub fn texts(dialect: &'static Capabilities) -> Texts {
    let mut texts = Texts(Default::default());
    let ids: Vec<i64> = (0..1_000).collect();
    for (text, (_, workload)) in texts.0[1..].iter_mut().zip(ALL) {
        workload(1, &ids, &mut |request| {
            let plan = Planner::new().plan(request, dialect, &Options::default());
            *text = plan.map_or_else(|error| error.to_string(), |plan| plan.steps[0].sql.to_string());
        });
    }
    texts
}

/// Writes the statement of that name by hand.
pub fn by_hand<'v>(name: &str, texts: &Texts, out: &mut Buffers<'v>, n: u64, ids: &'v [i64]) {
    match name {
        "Q1" => hand::by_key(texts, out, n),
        "Q2" => hand::filtered(texts, out, n),
        "Q3" => hand::joined(texts, out, n),
        "Q4" => hand::page(texts, out, n),
        "Q5" => hand::grouped(texts, out, n),
        "Q6" => hand::inserted(texts, out, n),
        "Q7" => hand::inserted_many(out, n),
        "Q8" => hand::listed_each(texts, out, ids),
        "Q9" => hand::updated(texts, out, n),
        _ => hand::tree(texts, out, n),
    }
}
