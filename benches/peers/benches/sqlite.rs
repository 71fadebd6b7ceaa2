//! Calls on SQLite in memory by every library in one process: `cargo bench --bench sqlite`. Prints the medians and what each
//! takes of rusqlite by hand, as Markdown.

use std::time::Duration;

use criterion::Criterion;
use relata_peers::{
    end_to_end::{CALLS, LIBRARIES, Place, call, library, median},
    table,
};

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(30)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(800))
        .without_plots()
        .configure_from_args();
    for name in CALLS {
        let answers: Vec<usize> = LIBRARIES.iter().map(|of| call(&mut *library(of, &Place::Sqlite), name, 7)).collect();
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{name}: {answers:?}");
        for of in LIBRARIES {
            // Each starts with a database that nobody has written to.
            let mut library = library(of, &Place::Sqlite);
            let mut number = 0;
            criterion.bench_function(&format!("{name}/{of}"), |bencher| {
                bencher.iter(|| {
                    number += 1;
                    call(&mut *library, name, number)
                });
            });
        }
    }
    criterion.final_summary();
    let rows: Vec<_> = CALLS
        .iter()
        .map(|name| (*name, LIBRARIES.iter().map(|of| median(&format!("{name}/{of}"))).collect::<Vec<_>>()))
        .collect();
    println!("\n{}", table::markdown(&rows, &LIBRARIES));
    let ratios: Vec<_> = rows
        .iter()
        .map(|(name, cells)| (*name, cells.iter().map(|cell| Some((*cell)? / cells[0]?)).collect::<Vec<_>>()))
        .collect();
    println!("{}", table::markdown(&ratios, &LIBRARIES));
}
