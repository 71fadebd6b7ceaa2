//! How long something takes: for the benchmarks and the command of relata.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// Times that something took, per run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Times {
    /// The median, in nanoseconds.
    pub median: f64,
    /// The least.
    pub least: f64,
}

/// How long one round of runs takes, and how many rounds there are.
const ROUND: Duration = Duration::from_micros(400);
const ROUNDS: usize = 61;

/// Runs something again and again, with another number each time, and says how long one run took.
pub fn time<T>(mut run: impl FnMut(u64) -> T) -> Times {
    let mut number = 0;
    let mut round = |runs: u64| {
        let started = Instant::now();
        for _ in 0..runs {
            number += 1;
            black_box(run(black_box(number)));
        }
        started.elapsed()
    };
    let mut runs = 1;
    while round(runs) < ROUND && runs < 1 << 24 {
        runs *= 2;
    }
    let mut rounds: Vec<f64> = (0..ROUNDS).map(|_| round(runs).as_nanos() as f64 / runs as f64).collect();
    rounds.sort_by(f64::total_cmp);
    Times { median: rounds[ROUNDS / 2], least: rounds[0] }
}

/// The geometric mean.
pub fn geometric_mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (sum, count) = values.into_iter().fold((0.0, 0.0), |(sum, count), value| (sum + value.ln(), count + 1.0));
    f64::exp(sum / count)
}
