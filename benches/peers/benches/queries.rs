//! The ten workloads by every library in one process: `cargo bench --bench queries`. Prints the medians as Markdown.

use std::{fs, path::Path, time::Duration};

use criterion::Criterion;
use relata_peers::{
    runs::{KINDS, World},
    table,
};

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(60)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
        .without_plots()
        .configure_from_args();
    let names: Vec<&'static str> = relata_benches::workloads::ALL.iter().map(|(name, _)| *name).collect();
    for &name in &names {
        for kind in KINDS {
            // Each starts with nothing that another has left.
            let mut world = World::default();
            let Some(mut run) = world.run(name, kind) else { continue };
            let mut number = 0;
            criterion.bench_function(&format!("{name}/{kind}"), |bencher| {
                bencher.iter(|| {
                    number += 1;
                    run(number)
                });
            });
        }
    }
    criterion.final_summary();
    let rows: Vec<_> =
        names.iter().map(|name| (*name, KINDS.iter().map(|kind| median(name, kind)).collect::<Vec<_>>())).collect();
    println!("\n{}", table::markdown(&rows, &KINDS));
    for (of, to) in [
        ("sea-query", "relata cold"),
        ("sea-query", "relata warm"),
        ("diesel", "relata cold"),
        ("diesel warm", "relata warm"),
    ] {
        let place = |kind| KINDS.iter().position(|known| *known == kind).unwrap();
        let (ratio, rows) = table::ratio(&rows, place(of), place(to));
        println!("{of} / {to}: {ratio:.2} (geometric mean of {rows})");
    }
}

/// What criterion has written down, in nanoseconds.
fn median(name: &str, kind: &str) -> Option<f64> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/criterion");
    let text = fs::read_to_string(folder.join(format!("{name}_{kind}/new/estimates.json"))).ok()?;
    let estimates: serde_json::Value = serde_json::from_str(&text).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}
