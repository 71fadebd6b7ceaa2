//! How often the ten workloads of `benches` touch the heap. Goldens.
//!
//! Repeat with `cargo nextest run -p relata-tests -E 'binary(allocations)'`.

use std::fmt::Write;

use allocation_counter::measure;
use relata::{
    Compiler,
    dialect::POSTGRES_15,
    planner::{Options, PlanCache, Planner},
    request::Request,
};
use relata_benches::workloads::{self, Workload};
use relata_tests::folder;

/// Runs a phase until what is recycled is there, and then once more.
fn count(workload: Workload, ids: &[i64], then: &mut dyn FnMut(&Request<'_>)) -> u64 {
    (0..3).for_each(|n| workload(n, ids, then));
    measure(|| workload(3, ids, then)).count_total
}

#[test]
fn allocations_are_what_they_were() {
    let ids: Vec<i64> = (0..1_000).collect();
    // The check between stages is for us, not for users.
    let options = Options { verify: false, ..Options::default() };
    let mut table = String::from(
        "What a plan keeps, at most: its text; lists of placeholders, kinds, fields and places; statements; edges; notes.\n\n\
         workload: build, plan (of which are kept), warm, shared\n",
    );
    for (name, workload) in workloads::ALL {
        let build = count(workload, &ids, &mut |_| {});
        let mut planner = Planner::new();
        let cold = count(workload, &ids, &mut |request| drop(planner.plan(request, &POSTGRES_15, &options).unwrap()));
        let mut kept = 0;
        workload(4, &ids, &mut |request| {
            let mut plan = None;
            kept = measure(|| plan = Some(planner.plan(request, &POSTGRES_15, &options).unwrap())).count_current;
        });
        let mut compiler = Compiler::new(&POSTGRES_15);
        let warm = count(workload, &ids, &mut |request| _ = workloads::mapped(&compiler.compile(request).unwrap()));
        let cache = PlanCache::new(100);
        let shared = count(workload, &ids, &mut |request| drop(cache.get(request, &POSTGRES_15).unwrap()));
        assert!(kept <= 8, "{name} keeps {kept}");
        writeln!(table, "{name}: {build}, {cold} ({kept}), {warm}, {shared}").unwrap();
        assert_eq!((build, warm, shared), (0, 0, 0), "{name}: building and a hit touch no heap");
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder().join("../snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("allocations", table));
}
