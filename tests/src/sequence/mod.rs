//! Random sequences of writes: a database and a plain model of it agree after every one.
//!
//! A seed makes a tape, and the tape chooses operations that make sense for the rows that are there. Each is done by
//! the library on a database and by the model on ordered maps. Both must answer the same, or refuse for the same
//! reason, and then every row of every table and every record in the hands of the application must be what the model
//! has.

mod hands;
mod kept;
mod links;
mod model;
mod models;
mod operations;
mod perform;
mod rows;
mod runner;
mod tables;

use std::{
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
};

use relata::{Database, model as view};
use relata_testkit::tape::{Tape, bytes_of_seed};

use models::{Post, PostTag, Profile, Tag, User};
use runner::Runner;

/// How many operations a sequence has; what a transaction does counts as one.
const STEPS: usize = 60;

/// How many bytes its tape has. Where they end, every choice is the first.
const TAPE: usize = 32_768;

/// Says how many sequences run, or from which seed on to which: `1000`, `17..18`.
const SEQUENCES: &str = "RELATA_SEQUENCES";

/// Runs sequences, each on a database that `database` gives and that is emptied first.
///
/// # Panics
///
/// When a database and the model differ: with the shortest sequence after which they do.
pub fn agree(mut database: impl FnMut() -> Database, sequences: u64) {
    // How many operations it took, and what there is to say.
    let mut shortest: Option<(usize, String)> = None;
    let (mut done, mut all) = (0, 0);
    for seed in seeds(sequences) {
        // After a failure only a shorter one is worth knowing.
        let steps = shortest.as_ref().map_or(STEPS, |(steps, _)| steps - 1);
        if steps == 0 {
            break;
        }
        let db = database();
        prepare(&db);
        let bytes = bytes_of_seed(seed, TAPE);
        let mut runner = Runner::new(&db, Tape::new(&bytes));
        let ended = catch_unwind(AssertUnwindSafe(|| runner.run(steps)));
        (done, all) = (done + runner.done.0, all + runner.done.1);
        let Err(panic) = ended else { continue };
        let words = panic.downcast_ref::<String>().cloned();
        let words = words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
        let message = format!(
            "{}\n\nsequence {seed} on {}, operation {} of {STEPS}:\n{}\n\nthe model then:\n{}\nagain: \
             {SEQUENCES}={seed}..{}",
            words.unwrap_or_default(),
            db.dialect().name,
            runner.steps,
            runner.log.join("\n"),
            runner.model.tables.show(),
            seed + 1
        );
        shortest = Some((runner.steps, message));
    }
    if let Some((_, message)) = shortest {
        panic!("{message}");
    }
    // A run in which everything is refused proves little.
    assert!(done * 3 >= all, "only {done} of {all} operations were done");
}

fn seeds(sequences: u64) -> Range<u64> {
    let Ok(said) = std::env::var(SEQUENCES) else { return 0..sequences };
    let number = |text: &str| -> u64 {
        text.trim()
            .parse()
            .unwrap_or_else(|error| panic!("{SEQUENCES} is {said:?}, and {text:?} is no number: {error}"))
    };
    match said.split_once("..") {
        Some((first, end)) => number(first)..number(end),
        None => 0..number(&said),
    }
}

/// Makes the tables where they are missing, and empties them.
fn prepare(db: &Database) {
    let models = [view::<User>(), view::<Post>(), view::<Tag>(), view::<PostTag>(), view::<Profile>()];
    let prepared = relata::create_missing(db, &models).and_then(|()| {
        db.batch("DELETE FROM post_tags; DELETE FROM profiles; DELETE FROM posts; DELETE FROM tags; DELETE FROM users")
    });
    prepared.unwrap_or_else(|error| panic!("{error:?}"));
}
