//! Tasks of the project: `cargo xtask test`, `cargo xtask verify`.
#![expect(clippy::print_stdout, reason = "a command line tool")]

mod compile_time;
mod instructions;

use std::process::{Command, ExitCode, Stdio};

use clap::Parser;
use relata::Database;
use relata_testkit::{
    databases::{MARIADB_URL, MYSQL_URL, POSTGRES_URL},
    server::{Flavor, MysqlServer, PostgresServer, install_mysql, postgres_programs},
    tape::bytes_of_seed,
    verify::{Verifier, WORLDS},
};

#[derive(Parser)]
#[command(name = "xtask", about = "Tasks of the project")]
enum Task {
    /// Installs what is missing, starts throw-away servers, and runs every test.
    Test {
        /// Passed on to the test runner: a filter, for instance.
        arguments: Vec<String>,
    },
    /// Builds an application of so many models, and says how long that takes.
    CompileTime {
        /// How many.
        #[arg(long, default_value_t = 50)]
        models: usize,
        /// The same with diesel and SeaORM beside it.
        #[arg(long)]
        peers: bool,
    },
    /// Counts the instructions of the ten workloads, and compares them with the golden.
    Instructions {
        /// Replaces the golden.
        #[arg(long)]
        update: bool,
    },
    /// Compares random requests with the reference evaluator.
    Verify {
        /// How many requests.
        #[arg(long, default_value_t = 2_000)]
        requests: u64,
        /// Where the random numbers begin.
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// An empty database; without it SQLite, and throw-away servers of those that are installed.
        #[arg(long)]
        url: Option<String>,
        /// One request again: what a failure prints.
        #[arg(long)]
        replay: Option<String>,
    },
}

fn main() -> ExitCode {
    match Task::parse() {
        Task::Test { arguments } => match test(&arguments) {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => {
                println!("error: {message}");
                ExitCode::FAILURE
            }
        },
        Task::CompileTime { models, peers } => match compile_time::run(models, peers) {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => {
                println!("error: {message}");
                ExitCode::FAILURE
            }
        },
        Task::Instructions { update } => match instructions::run(update) {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => {
                println!("error: {message}");
                ExitCode::FAILURE
            }
        },
        Task::Verify { requests, seed, url, replay } => match verify_all(requests, seed, url, replay.as_deref()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => {
                println!("{message}");
                ExitCode::FAILURE
            }
        },
    }
}

fn test(arguments: &[String]) -> Result<(), String> {
    install()?;
    // The servers end with these values, also when a test fails.
    let begun = std::time::Instant::now();
    let servers = Servers::start()?;
    for (name, url) in servers.urls() {
        println!("{name}={url}");
    }
    println!("the servers were started in {:.1} s", begun.elapsed().as_secs_f64());
    let nextest = quiet("cargo", &["nextest", "--version"]);
    let runner: &[&str] = if nextest { &["nextest", "run", "--workspace"] } else { &["test", "--workspace"] };
    let status = Command::new("cargo")
        .args(runner)
        .args(arguments)
        .envs(servers.urls())
        .status()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !status.success() {
        return Err("some tests failed".to_owned());
    }
    // Whoever runs a part of the tests does not wait for a build with optimizations.
    if arguments.is_empty() { instructions::run(false) } else { Ok(()) }
}

/// One server of each kind.
struct Servers {
    postgres: PostgresServer,
    mysql: MysqlServer,
    mariadb: MysqlServer,
}

impl Servers {
    fn start() -> Result<Servers, String> {
        let joined =
            |started: std::thread::Result<Result<_, String>>| started.map_err(|_| "a start panicked".to_owned())?;
        std::thread::scope(|scope| {
            let mysql = scope.spawn(|| MysqlServer::start(Flavor::MySql));
            let mariadb = scope.spawn(|| MysqlServer::start(Flavor::MariaDb));
            Ok(Servers {
                postgres: PostgresServer::start()?,
                mysql: joined(mysql.join())?,
                mariadb: joined(mariadb.join())?,
            })
        })
    }

    fn urls(&self) -> [(&'static str, String); 3] {
        [
            (POSTGRES_URL, self.postgres.url("postgres")),
            (MYSQL_URL, self.mysql.url("mysql")),
            (MARIADB_URL, self.mariadb.url("mysql")),
        ]
    }
}

/// The servers come from Debian's packages. Elsewhere PostgreSQL and MariaDB have to be there already.
fn install() -> Result<(), String> {
    let missing = [
        ("postgresql", postgres_programs().is_none()),
        ("postgresql-15-postgis-3", !has_postgis()),
        ("mariadb-server-core", !Flavor::MariaDb.is_installed()),
        ("valgrind", !quiet("valgrind", &["--version"])),
    ];
    let missing: Vec<&str> = missing.into_iter().filter(|(_, missing)| *missing).map(|(package, _)| package).collect();
    if !missing.is_empty() {
        println!("installing {} with apt-get", missing.join(" and "));
        let apt = |arguments: &[&str]| {
            let status = Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").status();
            status.is_ok_and(|status| status.success())
        };
        let install: Vec<&str> =
            ["install", "-y", "-qq", "--no-install-recommends"].into_iter().chain(missing.iter().copied()).collect();
        if !(apt(&["update", "-qq"]) && apt(&install)) {
            return Err(format!("{} could not be installed: install the packages", missing.join(" and ")));
        }
    }
    if !Flavor::MySql.is_installed() {
        println!("unpacking MySQL 9.7 into a folder of its own");
        install_mysql()?;
    }
    Ok(())
}

/// Whether PostGIS is there, or PostgreSQL is not the one of Debian 12, for which the package is.
fn has_postgis() -> bool {
    let share = std::path::Path::new("/usr/share/postgresql/15");
    share.join("extension/postgis.control").exists() || (postgres_programs().is_some() && !share.exists())
}

fn quiet(program: &str, arguments: &[&str]) -> bool {
    let command = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    command.is_ok_and(|status| status.success())
}

fn verify_all(requests: u64, seed: u64, url: Option<String>, replay: Option<&str>) -> Result<(), String> {
    if let Some(url) = url {
        return verify(requests, seed, &url, replay);
    }
    let mut done = verify(requests, seed, "sqlite::memory:", replay);
    if postgres_programs().is_some() {
        done = done.and(verify(requests, seed, &PostgresServer::start()?.url("postgres"), replay));
    }
    for flavor in [Flavor::MySql, Flavor::MariaDb].into_iter().filter(|flavor| flavor.is_installed()) {
        let server = MysqlServer::start(flavor)?;
        // The database of the server's own tables is none to write to.
        let made = Database::open(&server.url("mysql")).and_then(|db| db.batch("CREATE DATABASE verify"));
        made.map_err(|error| error.to_string())?;
        done = done.and(verify(requests, seed, &server.url("verify"), replay));
    }
    done
}

fn verify(requests: u64, seed: u64, url: &str, replay: Option<&str>) -> Result<(), String> {
    let db = Database::open(url).map_err(|error| error.to_string())?;
    let mut verifier = Verifier::new(db);
    if let Some(replay) = replay {
        let (world, hex) = replay.split_once(':').ok_or("a replay is WORLD:HEX")?;
        let world = world.parse().map_err(|_| "the world is a number")?;
        let bytes = (0..hex.len() / 2)
            .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).map_err(|_| "the tape is hexadecimal"))
            .collect::<Result<Vec<u8>, _>>()?;
        return verifier.check(world, &bytes);
    }
    let mut failures = 0;
    let mut first = None;
    for number in seed..seed + requests {
        let bytes = bytes_of_seed(number, 200);
        if let Err(message) = verifier.check(number % WORLDS, &bytes) {
            failures += 1;
            // The shortest tape that still fails.
            let mut shortest = (bytes.clone(), message);
            for len in (0..bytes.len()).rev() {
                if let Err(message) = verifier.check(number % WORLDS, &bytes[..len]) {
                    shortest = (bytes[..len].to_vec(), message);
                }
            }
            if first.is_none() || failures <= 3 {
                println!("{}\n", shortest.1);
            }
            first.get_or_insert(shortest.1);
            if failures >= 5 {
                break;
            }
        }
    }
    println!(
        "{}: {} requests answered, {} refused by both, {failures} failed",
        verifier.db.dialect().name,
        verifier.answered,
        verifier.refused
    );
    first.map_or(Ok(()), |_| Err("some requests failed".to_owned()))
}
