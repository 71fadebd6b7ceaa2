//! Every library's way to every workload, by name.

use relata::{
    Compiler,
    dialect::POSTGRES_15,
    planner::{Options, PlanCache, Planner},
};
use relata_benches::{
    hand::{Buffers, Texts},
    workloads::{self, mapped},
};

use crate::{of_diesel, of_sea_query, of_sqlx};

/// The libraries and phases, in the order of the columns.
pub const KINDS: [&str; 9] = [
    "by hand",
    "relata build",
    "relata cold",
    "relata warm",
    "relata shared",
    "sea-query",
    "diesel",
    "diesel warm",
    "sqlx",
];

/// What runs need that is made once.
pub struct World {
    ids: Vec<i64>,
    texts: Texts,
    planner: Planner,
    compiler: Compiler,
    cache: PlanCache,
    options: Options,
}

impl Default for World {
    fn default() -> Self {
        World {
            ids: (0..1_000).collect(),
            texts: workloads::texts(&POSTGRES_15),
            planner: Planner::new(),
            compiler: Compiler::new(&POSTGRES_15),
            cache: PlanCache::new(1_000),
            options: Options { verify: false, ..Options::default() },
        }
    }
}

/// What a run gives back, so that nothing is left out: lengths.
type Run<'w> = Box<dyn FnMut(u64) -> usize + 'w>;

impl World {
    /// A run of a workload by a library, where the library has it.
    pub fn run(&mut self, workload: &'static str, kind: &str) -> Option<Run<'_>> {
        let World { ids, texts, planner, compiler, cache, options } = self;
        let (ids, texts) = (&*ids, &*texts);
        let build = workloads::named(workload)?;
        let drop_sea = |(text, values): (String, sea_query::Values)| text.len() + values.0.len();
        let drop_diesel = |(text, binds): of_diesel::Rendered| text.len() + binds.binds.len();
        let mut out = Buffers::default();
        Some(match kind {
            "by hand" => Box::new(move |n| {
                workloads::by_hand(workload, texts, &mut out, n, ids);
                out.sql.len() + out.values.len()
            }),
            "relata build" => Box::new(move |n| {
                let mut length = 0;
                build(n, ids, &mut |request| length = request.binds().len());
                length
            }),
            "relata cold" => Box::new(move |n| {
                let mut length = 0;
                build(n, ids, &mut |request| {
                    length = planner.plan(request, &POSTGRES_15, options).unwrap().steps[0].sql.len();
                });
                length
            }),
            "relata warm" => Box::new(move |n| {
                let mut length = 0;
                build(n, ids, &mut |request| {
                    let compiled = compiler.compile(request).unwrap();
                    length = compiled.sql().len() + mapped(&compiled);
                });
                length
            }),
            "relata shared" => Box::new(move |n| {
                let mut length = 0;
                build(n, ids, &mut |request| length = cache.get(request, &POSTGRES_15).unwrap().steps[0].sql.len());
                length
            }),
            "sea-query" => match workload {
                "Q1" => Box::new(move |n| drop_sea(of_sea_query::by_key(n))),
                "Q2" => Box::new(move |n| drop_sea(of_sea_query::filtered(n))),
                "Q3" => Box::new(move |n| drop_sea(of_sea_query::joined(n))),
                "Q4" => Box::new(move |n| drop_sea(of_sea_query::page(n))),
                "Q5" => Box::new(move |n| drop_sea(of_sea_query::grouped(n))),
                "Q6" => Box::new(move |n| drop_sea(of_sea_query::inserted(n))),
                "Q7" => Box::new(move |n| drop_sea(of_sea_query::inserted_many(n))),
                "Q8" => Box::new(move |_| drop_sea(of_sea_query::listed(ids))),
                "Q9" => Box::new(move |n| drop_sea(of_sea_query::updated(n))),
                _ => Box::new(move |n| drop_sea(of_sea_query::tree(n))),
            },
            "diesel" => match workload {
                "Q1" => Box::new(move |n| drop_diesel(of_diesel::by_key(n))),
                "Q2" => Box::new(move |n| drop_diesel(of_diesel::filtered(n))),
                "Q3" => Box::new(move |n| drop_diesel(of_diesel::joined(n))),
                "Q4" => Box::new(move |n| drop_diesel(of_diesel::page(n))),
                "Q5" => Box::new(move |n| drop_diesel(of_diesel::grouped(n))),
                "Q6" => Box::new(move |n| drop_diesel(of_diesel::inserted(n))),
                "Q7" => Box::new(move |n| drop_diesel(of_diesel::inserted_many(n))),
                "Q8" => Box::new(move |_| drop_diesel(of_diesel::listed(ids))),
                "Q9" => Box::new(move |n| drop_diesel(of_diesel::updated(n))),
                _ => Box::new(move |n| drop_diesel(of_diesel::tree(n))),
            },
            // Lists, batches and boxed trees have no text that diesel could keep by their type.
            "diesel warm" => match workload {
                "Q1" => Box::new(move |n| of_diesel::by_key_warm(n).binds.len()),
                "Q2" => Box::new(move |n| of_diesel::filtered_warm(n).binds.len()),
                "Q3" => Box::new(move |n| of_diesel::joined_warm(n).binds.len()),
                "Q4" => Box::new(move |n| of_diesel::page_warm(n).binds.len()),
                "Q5" => Box::new(move |n| of_diesel::grouped_warm(n).binds.len()),
                "Q6" => Box::new(move |n| of_diesel::inserted_warm(n).binds.len()),
                "Q8" => Box::new(move |_| of_diesel::listed_warm(ids).binds.len()),
                "Q9" => Box::new(move |n| of_diesel::updated_warm(n).binds.len()),
                _ => return None,
            },
            _ => match workload {
                "Q1" => Box::new(move |n| of_sqlx::by_key(n).sql().as_str().len()),
                "Q2" => Box::new(move |n| of_sqlx::filtered(n).sql().as_str().len()),
                "Q6" => Box::new(move |n| of_sqlx::inserted(n).sql().as_str().len()),
                "Q7" => Box::new(move |n| of_sqlx::inserted_many(n).sql().as_str().len()),
                "Q8" => Box::new(move |_| of_sqlx::listed(ids).sql().as_str().len()),
                "Q9" => Box::new(move |n| of_sqlx::updated(n).sql().as_str().len()),
                "Q10" => Box::new(move |n| of_sqlx::tree(n).sql().as_str().len()),
                _ => return None,
            },
        })
    }
}
