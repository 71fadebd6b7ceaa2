//! Runs one phase of one workload again and again, for a profiler: `profile Q1 warm 100000`. The phases are `none`, `build`,
//! `cold` and `warm`.
#![expect(clippy::unwrap_used, reason = "a tool for development fails by panicking")]

use relata::{
    Compiler,
    dialect::POSTGRES_15,
    planner::{Options, Planner},
    request::Request,
};
use relata_benches::workloads::{self, mapped};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, workload, phase, runs] = arguments.as_slice() else { return };
    let options = Options { verify: false, ..Options::default() };
    let (mut planner, mut compiler) = (Planner::new(), Compiler::new(&POSTGRES_15));
    let mut then = |request: &Request<'_>| match phase.as_str() {
        "build" => _ = std::hint::black_box(request.binds().len()),
        "cold" => drop(planner.plan(request, &POSTGRES_15, &options).unwrap()),
        _ => _ = std::hint::black_box(mapped(&compiler.compile(request).unwrap())),
    };
    let ids: Vec<i64> = (0..1000).collect();
    let workload = workloads::named(workload).unwrap();
    for n in 0..runs.parse().unwrap() {
        if phase != "none" {
            workload(n, &ids, &mut then);
        }
    }
}
