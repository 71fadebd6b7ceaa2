//! Building, planning, and finding in the cache, beside the same text written by hand:
//! `cargo bench -p relata-benches --bench queries`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and fails by panicking")]

use relata::{
    Compiler,
    dialect::POSTGRES_15,
    planner::{Options, PlanCache, Planner},
    request::Request,
};
use relata_benches::{
    hand::Buffers,
    workloads::{self, mapped},
};
use relata_measure::time;

fn main() {
    let options = Options { verify: false, ..Options::default() };
    let ids: Vec<i64> = (0..1000).collect();
    let texts = workloads::texts(&POSTGRES_15);
    println!("| | by hand | build | cold | warm | shared |\n|---|---|---|---|---|---|");
    for (name, workload) in workloads::ALL {
        let run = |n: u64, then: &mut dyn FnMut(&Request<'_>)| workload(n, &ids, then);
        let mut out = Buffers::default();
        let by_hand = time(|n| {
            workloads::by_hand(name, &texts, &mut out, n, &ids);
            out.sql.len() + out.values.len()
        });
        let building = time(|n| run(n, &mut |request| _ = std::hint::black_box(request.binds().len())));
        let mut planner = Planner::new();
        let cold = time(|n| run(n, &mut |request| drop(planner.plan(request, &POSTGRES_15, &options).unwrap())));
        let mut compiler = Compiler::new(&POSTGRES_15);
        let warm = time(|n| {
            run(n, &mut |request| _ = std::hint::black_box(mapped(&compiler.compile(request).unwrap())));
        });
        let cache = PlanCache::new(100);
        let shared = time(|n| run(n, &mut |request| drop(cache.get(request, &POSTGRES_15).unwrap())));
        let [by_hand, building, warm, shared] = [by_hand, building, warm, shared].map(|times| times.median);
        println!("| {name} | {by_hand:.1} | {building:.1} | {:.0} | {warm:.1} | {shared:.1} |", cold.median);
    }
}
