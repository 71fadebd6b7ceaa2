//! What the plan cache keeps of a million shapes: `cargo bench -p relata-benches --bench cache`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and fails by panicking")]

use std::time::Instant;

use relata::{dialect::POSTGRES_15, planner::Plans, prelude::*, request::typed::IntoRequest};
use relata_benches::models::User;

const BOUND: usize = 1_000;
const SHAPES: u64 = 1_000_000;

/// A find whose shape a number decides, to the base of eight: another number has another shape.
fn distinct(number: u64) -> relata::Find<'static, User> {
    User::find().filter(all_of(|group| {
        for digit in (0..7).map(|place| number >> (3 * place) & 7) {
            match digit {
                0 => group.add(User::AGE.eq(1)),
                1 => group.add(User::AGE.ne(1)),
                2 => group.add(User::AGE.lt(1)),
                3 => group.add(User::AGE.lte(1)),
                4 => group.add(User::AGE.gt(1)),
                5 => group.add(User::AGE.gte(1)),
                6 => group.add(User::AGE.is_null()),
                _ => group.add(User::AGE.is_not_null()),
            }
        }
    }))
}

/// Requests of which no two have one shape, and between them one that is asked for again and again.
fn main() {
    let mut plans = Plans::new(BOUND);
    let usual = || User::find().filter(User::ID.eq(7)).into_request();
    let (mut most, mut again) = (0, 0);
    let started = Instant::now();
    for number in 0..SHAPES {
        plans.get(&distinct(number).into_request(), &POSTGRES_15).unwrap();
        most = most.max(plans.stats().plans);
        if number % 100 == 0 {
            let misses = plans.stats().misses;
            plans.get(&usual(), &POSTGRES_15).unwrap();
            again += plans.stats().misses - misses;
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("{} shapes planned in {seconds:.1} s", plans.stats().misses);
    println!("at most {most} plans were kept at a time, where {BOUND} are the bound");
    println!("one that is asked for at every hundredth was planned {again} times");
    assert!(most <= BOUND && again == 1);
}
