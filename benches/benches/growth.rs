//! How planning and looking up grow with a request: `cargo bench -p relata-benches --bench growth`. Prints what each size
//! takes, and the exponent of the growth over the last steps: 1 is linear.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and fails by panicking")]

use std::sync::Arc;

use relata::{
    Compiler, DynFind, ModelSet, SchemaDoc,
    dialect::POSTGRES_15,
    planner::{Options, Planner},
    prelude::*,
    request::{Request, doc::RequestDoc, typed::IntoRequest},
};
use relata_benches::{models::User, workloads::mapped};
use relata_measure::time;

/// The slope of a line through the logarithms.
fn exponent(points: &[(f64, f64)]) -> f64 {
    let (n, logs) = (points.len() as f64, points.iter().map(|(x, y)| (x.ln(), y.ln())));
    let (x, y, xx, xy) =
        logs.fold((0.0, 0.0, 0.0, 0.0), |(x, y, xx, xy), (a, b)| (x + a, y + b, xx + a * a, xy + a * b));
    (n * xy - x * y) / (n * xx - x * x)
}

fn grows<'q>(name: &str, sizes: &[usize], request: impl Fn(usize, u64) -> Request<'q>) {
    let options = Options { verify: false, ..Options::default() };
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for &size in sizes {
        let mut planner = Planner::new();
        let kept = request(size, 0);
        let planned = time(|_| planner.plan(&kept, &POSTGRES_15, &options).unwrap().steps.len());
        cold.push((size as f64, planned.median));
        let mut compiler = Compiler::new(&POSTGRES_15);
        let found = time(|n| mapped(&compiler.compile(&request(size, n)).unwrap()));
        warm.push((size as f64, found.median));
    }
    let shown = |points: &[(f64, f64)]| {
        let times: Vec<String> = points.iter().map(|(size, time)| format!("{size}: {time:.0}")).collect();
        format!("{} (exponent {:.2})", times.join(", "), exponent(&points[points.len() - 3..]))
    };
    println!("| {name} | {} | {} |", shown(&cold), shown(&warm));
}

fn models(attributes: usize, associations: usize) -> Arc<ModelSet> {
    let columns: String = (0..attributes).map(|i| format!(r#","c{i}":{{"type":"integer"}}"#)).collect();
    let edges: Vec<String> =
        (0..associations).map(|i| format!(r#""e{i}":{{"belongs_to":"Wide","foreign_key":"c{i}"}}"#)).collect();
    let text = format!(
        r#"{{"models":{{"Wide":{{"table":"wide","timestamps":false,"attributes":{{"id":{{"type":"bigint","primary_key":true}}{columns}}},"associations":{{{}}}}}}}}}"#,
        edges.join(",")
    );
    serde_json::from_str::<SchemaDoc>(&text).unwrap().build().unwrap()
}

fn main() {
    println!("| grows | planned, ns | found in the cache, with its values, ns |\n|---|---|---|");
    grows("predicates, all of which hold", &[1, 10, 100, 1_000, 10_000], |size, n| {
        User::find()
            .filter(all_of(|group| (0..size).for_each(|i| group.add(User::ID.ne(n as i64 + i as i64)))))
            .into_request()
    });
    grows("predicates, any of which holds", &[1, 10, 100, 1_000, 10_000], |size, n| {
        User::find()
            .filter(any_of(|group| (0..size).for_each(|i| group.add(User::ID.gt(n as i64 + i as i64)))))
            .into_request()
    });
    grows("equalities, any of which holds", &[1, 10, 100, 1_000, 10_000], |size, n| {
        User::find()
            .filter(any_of(|group| (0..size).for_each(|i| group.add(User::ID.eq(n as i64 + i as i64)))))
            .into_request()
    });
    let wide = models(60, 50);
    grows("includes of one row", &[1, 10, 20, 50], |size, _| {
        let includes: Vec<String> = (0..size).map(|i| format!(r#"{{"association":"e{i}"}}"#)).collect();
        document(&wide, &format!(r#"{{"model":"Wide","include":[{}]}}"#, includes.join(",")))
    });
    let sets: Vec<(usize, Arc<ModelSet>)> = [1, 10, 100, 1_000].map(|size| (size, models(size, 0))).into();
    grows("columns", &[1, 10, 100, 1_000], |size, _| {
        let (_, models) = sets.iter().find(|(known, _)| *known == size).unwrap();
        document(models, r#"{"model":"Wide"}"#)
    });
    grows("rows of an insert", &[1, 10, 100, 1_000, 10_000], |size, n| {
        let rows = (0..size).map(|i| (n as i64 + i as i64, "Ann"));
        User::insert((User::ID, User::NAME)).rows(rows).into_request()
    });
}

fn document(models: &Arc<ModelSet>, text: &str) -> Request<'static> {
    let doc = RequestDoc::from_json(&serde_json::from_str(text).unwrap()).unwrap();
    DynFind::from_doc(models, doc).request().unwrap()
}
