//! Does one thing again and again, for a profiler: `rows find 1000`, in memory of SQLite, or `rows find 1000 URL` in an empty
//! database that is left full. The things are named below.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a tool for development fails by panicking")]

use std::hint::black_box;

use relata::{DynFind, prelude::*};
use relata_benches::{
    end_to_end,
    models::{Comment, Post, PostTag, Tag, User},
};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let rounds: u64 = arguments.next().unwrap_or_default().parse().unwrap_or(1_000);
    let db = Database::open(&arguments.next().unwrap_or_else(|| "sqlite::memory:".to_owned())).unwrap();
    if end_to_end::find(&db, 1).is_err() {
        end_to_end::fill(&db).unwrap();
    }
    let models =
        relata::to_doc(&[model::<User>(), model::<Post>(), model::<Comment>(), model::<Tag>(), model::<PostTag>()]);
    let models = models.build().unwrap();
    let each = |run: &dyn Fn(u64)| (0..rounds).for_each(run);
    match what.as_str() {
        "find" => each(&|n| _ = black_box(end_to_end::find(&db, n).unwrap())),
        "held" => {
            let tx = db.begin().unwrap();
            each(&|n| _ = black_box(end_to_end::find(&tx, n).unwrap()));
        }
        "all" => each(&|_| _ = black_box(end_to_end::all(&db).unwrap())),
        "each" => each(&|_| _ = black_box(end_to_end::each(&db).unwrap())),
        "joined" | "separate" => each(&|_| _ = black_box(end_to_end::with_posts(&db, what == "separate").unwrap())),
        "dynamic" => each(&|_| _ = black_box(DynFind::of(&models, "User").all(&db).unwrap())),
        "json" => each(&|_| _ = black_box(User::find().json(&db).unwrap())),
        "create" => each(&|n| _ = black_box(end_to_end::create(&db, n).unwrap())),
        "insert" => each(&|n| _ = black_box(end_to_end::insert(&db, n).unwrap())),
        "insert_many" => each(&|_| _ = end_to_end::insert_many(&db).unwrap()),
        "create_many" => each(&|_| _ = end_to_end::create_many(&db).unwrap()),
        "update" => each(&|n| _ = black_box(end_to_end::update(&db, n).unwrap())),
        _ => eprintln!("there is no \"{what}\""),
    }
}
