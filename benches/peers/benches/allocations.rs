//! How often each library touches the heap: `cargo bench --bench allocations`.

use allocation_counter::measure;
use relata_peers::{
    runs::{KINDS, World},
    table,
};

fn main() {
    let rows: Vec<_> = relata_benches::workloads::ALL
        .iter()
        .map(|(name, _)| {
            let count = |kind: &&str| {
                let mut world = World::default();
                let mut run = world.run(name, kind)?;
                (0..3).for_each(|n| _ = run(n));
                Some(measure(|| _ = run(3)).count_total as f64)
            };
            (*name, KINDS.iter().map(count).collect::<Vec<_>>())
        })
        .collect();
    println!("{}", table::markdown(&rows, &KINDS));
}
