//! Plans that databases like: pages and includes over a million rows, by the statements that Sequelize sends for them and by
//! ours, on SQLite, PostgreSQL and MariaDB: `cargo bench -p relata-benches --bench shapes`. Prints medians and ratios.
//!
//! Theirs are sent and their rows are read. Ours are planned, sent, read, put together and written as JSON.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and fails by panicking")]

use std::{
    collections::BTreeSet,
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use relata::{Database, DynFind, Executor, ModelSet, Sql, migrate, request::doc::RequestDoc, schema::SchemaDoc};
use relata_testkit::server::{Flavor, MysqlServer, PostgresServer};
use serde_json::Value as Json;

/// One request, and the statements that Sequelize makes of it.
struct Pair {
    name: String,
    request: RequestDoc,
    theirs: Vec<String>,
}

/// How long a pair is measured on a database, and how often at least and at most.
const TIME: Duration = Duration::from_millis(1_500);
const LEAST: usize = 5;
const MOST: usize = 61;

fn models() -> Arc<ModelSet> {
    let json: Json = serde_json::from_str(include_str!("../shapes/schema.json")).unwrap();
    SchemaDoc::from_json(&json).unwrap().build().unwrap()
}

fn pairs() -> Vec<Pair> {
    let pairs: Vec<Json> = serde_json::from_str(include_str!("../shapes/pairs.json")).unwrap();
    pairs
        .iter()
        .map(|pair| Pair {
            name: pair["name"].as_str().unwrap().to_owned(),
            request: RequestDoc::from_json(&pair["request"]).unwrap(),
            theirs: pair["sequelize"].as_array().unwrap().iter().map(|sql| whole(sql.as_str().unwrap())).collect(),
        })
        .collect()
}

/// What has a branch for each parent is written out.
fn whole(sql: &str) -> String {
    let branch = |parent: u32| {
        format!(
            "SELECT * FROM (SELECT \"id\", \"userId\" FROM \"Tasks\" AS \"Task\" WHERE \"Task\".\"userId\" = {parent} \
             ORDER BY \"Task\".\"id\" DESC LIMIT 3) AS sub"
        )
    };
    sql.replace("{union}", &(1..=400).map(branch).collect::<Vec<_>>().join(" UNION ALL "))
}

/// A statement in the words of a database.
fn in_words_of(db: &Database, sql: &str) -> String {
    if db.dialect().name.contains("maria") { sql.replace('"', "`") } else { sql.to_owned() }
}

/// Twenty thousand users with fifty tasks each, and what belongs to them.
fn fill(db: &Database, models: &ModelSet) {
    let views: Vec<_> = models.views().collect();
    let run = |sql: &str| db.query(Sql::trusted(&in_words_of(db, sql)), ()).execute().unwrap();
    for sql in migrate::create_missing(&views, db.dialect()).unwrap() {
        run(&sql.replace('`', "\""));
    }
    run("CREATE TABLE digits (d BIGINT)");
    run("INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)");
    run("CREATE TABLE numbers (n BIGINT PRIMARY KEY)");
    run("INSERT INTO numbers SELECT 1 + a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d + 100000 * g.d
         FROM digits a, digits b, digits c, digits e, digits f, digits g");
    let text = |what: &str, number: &str| match db.dialect().name {
        name if name.contains("maria") => format!("concat('{what} ', {number})"),
        _ => format!("'{what} ' || ({number})"),
    };
    let up_to = |rows: u32| format!("FROM numbers WHERE n <= {rows} ORDER BY n");
    run(&format!("INSERT INTO \"Companies\" (cname) SELECT {} {}", text("company", "n"), up_to(500)));
    run(&format!(
        "INSERT INTO \"Users\" (name, age, \"companyId\") SELECT {}, n % 90, n % 500 + 1 {}",
        text("user", "n"),
        up_to(20_000)
    ));
    let (title, truth) = (text("task", "n"), "n % 2 = 0");
    run(&format!(
        "INSERT INTO \"Tasks\" (title, done, \"userId\") SELECT CASE WHEN n % 9973 = 0 THEN 'rare' ELSE {title} END, {truth},
         n % 20000 + 1 {}",
        up_to(1_000_000)
    ));
    run(&format!(
        "INSERT INTO \"Comments\" (body, \"taskId\") SELECT CASE WHEN n % 50 = 0 THEN 'x' ELSE 'y' END, n * 2 {}",
        up_to(500_000)
    ));
    run(&format!("INSERT INTO \"Softs\" (v, \"userId\") SELECT n, n % 20000 + 1 {}", up_to(400_000)));
    run(&format!("INSERT INTO \"Tags\" (label) SELECT {} {}", text("tag", "n"), up_to(100)));
    run("INSERT INTO \"TaskTags\" (\"taskId\", \"tagId\") SELECT n, n % 97 + 1 FROM numbers WHERE n <= 200000");
    run("INSERT INTO \"TaskTags\" (\"taskId\", \"tagId\") SELECT n, 98 + n % 3 FROM numbers WHERE n <= 200000");
    match db.dialect().name {
        name if name.contains("maria") => {
            run("ANALYZE TABLE Users, Tasks, Comments, Softs, Tags, TaskTags, Companies");
        }
        _ => {
            run("ANALYZE");
        }
    }
}

/// Sends what Sequelize would, and reads its rows; says which roots they are of. Its values are part of the text, so that one
/// text is hardly ever sent twice, and none is prepared: each run has a text of its own.
fn theirs(db: &Database, statements: &[String], run: usize) -> BTreeSet<i64> {
    let mut roots = BTreeSet::new();
    for (number, sql) in statements.iter().enumerate() {
        let rows = db.query(Sql::trusted(&format!("{sql} /* {run} */")), ()).values().unwrap();
        let last = number == 0 || statements[0].starts_with("SELECT count");
        if last {
            roots = rows
                .iter()
                .filter_map(|row| match row.values().next() {
                    Some((_, relata::Value::Int(id))) => Some(*id),
                    _ => None,
                })
                .collect();
        }
        black_box(rows.len());
    }
    roots
}

/// The roots of our answer, or its count.
fn roots(json: &str) -> BTreeSet<i64> {
    let json: Json = serde_json::from_str(json).unwrap();
    let rows = json.as_array().or(json["rows"].as_array());
    match rows {
        Some(rows) => rows.iter().filter_map(|row| row["id"].as_i64()).collect(),
        None => json["count"].as_i64().into_iter().collect(),
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// The medians of both in microseconds, one after the other in turns.
fn measure(db: &Database, models: &Arc<ModelSet>, pair: &Pair) -> (f64, f64) {
    let statements: Vec<String> = pair.theirs.iter().map(|sql| in_words_of(db, sql)).collect();
    let find = DynFind::from_doc(models, pair.request.clone());
    assert_eq!(roots(&find.json(db).unwrap()), theirs(db, &statements, 0), "{}: other roots", pair.name);
    let (mut of_theirs, mut of_ours) = (Vec::new(), Vec::new());
    let begun = Instant::now();
    while of_ours.len() < LEAST || (of_ours.len() < MOST && begun.elapsed() < TIME) {
        let started = Instant::now();
        black_box(theirs(db, &statements, of_theirs.len() + 1));
        of_theirs.push(started.elapsed().as_secs_f64() * 1e6);
        let started = Instant::now();
        black_box(find.json(db).unwrap());
        of_ours.push(started.elapsed().as_secs_f64() * 1e6);
    }
    (median(of_theirs), median(of_ours))
}

fn main() {
    let (models, pairs) = (models(), pairs());
    let file = std::env::temp_dir().join(format!("relata-shapes-{}.db", std::process::id()));
    let postgres = PostgresServer::start().unwrap();
    let mariadb = MysqlServer::start(Flavor::MariaDb).unwrap();
    let databases = [
        Database::open(&format!("sqlite:{}", file.display())).unwrap(),
        Database::open(&postgres.url("postgres")).unwrap(),
        {
            let made = Database::open(&mariadb.url("mysql")).unwrap();
            made.batch("CREATE DATABASE shapes CHARACTER SET utf8mb4").unwrap();
            Database::open(&mariadb.url("shapes")).unwrap()
        },
    ];
    std::thread::scope(|scope| databases.iter().for_each(|db| _ = scope.spawn(|| fill(db, &models))));
    println!(
        "| microseconds | {} |",
        databases.each_ref().map(|db| format!("{}: theirs | ours | times as fast", db.dialect().name)).join(" | ")
    );
    println!("|---|{}", "---|---|---|".repeat(databases.len()));
    for pair in pairs {
        let cells = databases.each_ref().map(|db| {
            let (theirs, ours) = measure(db, &models, &pair);
            format!("{theirs:.0} | {ours:.0} | {:.2}", theirs / ours)
        });
        println!("| {} | {} |", pair.name, cells.join(" | "));
    }
    drop(databases);
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", file.display()));
    }
}
