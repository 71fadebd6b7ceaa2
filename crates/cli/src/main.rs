//! The `relata` command.
#![expect(clippy::print_stdout, reason = "a command line tool")]

mod bench;
mod demo;
mod failure;
mod find;
mod input;
mod pretty;
mod sql;
mod table;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

/// Compile and run requests of relata.
#[derive(Parser)]
#[command(name = "relata", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fill a blog in an empty database and tour it: request, plan, SQL of every dialect, rows.
    Demo(demo::Arguments),
    /// Compile requests. No database is needed.
    Sql(sql::Arguments),
    /// Run requests on a database.
    Find(find::Arguments),
    /// Measure how requests are read, planned, and found among plans. No database is needed.
    Bench(bench::Arguments),
}

/// How answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For reading.
    Text,
    /// A table for reading.
    Table,
    /// One JSON document a line.
    Json,
    /// Comma-separated values, one table after another.
    Csv,
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version go to standard output and succeed; anything else is wrong usage.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let outcome = match arguments.command {
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Sql(arguments) => sql::run(&arguments),
        Command::Find(arguments) => find::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
    };
    match outcome {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}
