//! Tasks of the project: `cargo xtask test`, `cargo xtask verify`.
#![expect(clippy::print_stdout, reason = "a command line tool")]

mod compile_time;

use std::process::{Command, ExitCode, Stdio};

use clap::Parser;
use relata::Database;
use relata_testkit::{
    databases::POSTGRES_URL,
    server::{PostgresServer, postgres_programs},
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
    },
    /// Compares random requests with the reference evaluator.
    Verify {
        /// How many requests.
        #[arg(long, default_value_t = 2_000)]
        requests: u64,
        /// Where the random numbers begin.
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// An empty database; without it SQLite, and a throw-away PostgreSQL where it is installed.
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
        Task::CompileTime { models } => match compile_time::run(models) {
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
    // The server ends with this value, also when a test fails.
    let server = PostgresServer::start()?;
    println!("PostgreSQL is at {}", server.url("postgres"));
    let nextest = quiet("cargo", &["nextest", "--version"]);
    let runner: &[&str] = if nextest { &["nextest", "run", "--workspace"] } else { &["test", "--workspace"] };
    let status = Command::new("cargo")
        .args(runner)
        .args(arguments)
        .env(POSTGRES_URL, server.url("postgres"))
        .status()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    if status.success() { Ok(()) } else { Err("some tests failed".to_owned()) }
}

/// The servers come from Debian's packages. Elsewhere they have to be there already.
fn install() -> Result<(), String> {
    if postgres_programs().is_some() {
        return Ok(());
    }
    println!("PostgreSQL is missing: installing it with apt-get");
    let apt = |arguments: &[&str]| {
        let status = Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").status();
        status.is_ok_and(|status| status.success())
    };
    if apt(&["update", "-qq"]) && apt(&["install", "-y", "-qq", "--no-install-recommends", "postgresql"]) {
        return Ok(());
    }
    Err("PostgreSQL 15 or later is needed and could not be installed: install its server package".to_owned())
}

fn quiet(program: &str, arguments: &[&str]) -> bool {
    let command = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    command.is_ok_and(|status| status.success())
}

fn verify_all(requests: u64, seed: u64, url: Option<String>, replay: Option<&str>) -> Result<(), String> {
    if let Some(url) = url {
        return verify(requests, seed, &url, replay);
    }
    let sqlite = verify(requests, seed, "sqlite::memory:", replay);
    let postgres = match postgres_programs() {
        Some(_) => verify(requests, seed, &PostgresServer::start()?.url("postgres"), replay),
        None => Ok(()),
    };
    sqlite.and(postgres)
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
