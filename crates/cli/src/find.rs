//! `relata find`

use std::process::ExitCode;

use relata::{
    Database, DynFind, Error, ModelSet,
    planner::{Options, Planner},
    request::doc::RequestDoc,
};
use serde_json::Value as Json;

use crate::{
    Format,
    failure::{self, Failure},
    input, table,
};

/// Runs requests.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The schema document.
    #[arg(long)]
    schema: String,
    /// The database: sqlite:path/to/file.db, postgres://user@host:port/database, mysql://, mariadb://, or env:NAME to
    /// read it from there.
    #[arg(long)]
    url: String,
    /// Requests: JSON files, .jsonl files, or - for standard input.
    #[arg(required = true)]
    requests: Vec<String>,
    /// table, json or csv.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Print how each edge is loaded, and the statements.
    #[arg(long)]
    explain: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let models = input::schema(&arguments.schema)?;
    let requests = input::requests(&arguments.requests)?;
    let db = input::database(&arguments.url)?;
    let mut status = 0;
    for input in requests {
        let answer = input.doc.and_then(|doc| {
            if arguments.explain {
                explain(&db, &models, &doc)?;
            }
            DynFind::from_doc(&models, doc).json(&db)
        });
        let printed = answer.and_then(|answer| print(&answer, arguments.format));
        if let Err(error) = printed {
            status = status.max(failure::status(&error));
            match arguments.format {
                Format::Json => println!("{}", failure::json(&error)),
                _ => eprintln!("error: {}: {error}", input.place),
            }
        }
    }
    // With one document a line, whoever reads them sees which failed; the status only says that some did.
    Ok(ExitCode::from(if arguments.format == Format::Json { status.min(1) } else { status }))
}

fn explain(db: &Database, models: &std::sync::Arc<ModelSet>, doc: &RequestDoc) -> Result<(), Error> {
    let request = DynFind::from_doc(models, doc.clone()).request()?;
    let plan = Planner::new().plan(&request, db.dialect(), &Options::default())?;
    eprint!("{}", plan.explain());
    plan.steps.iter().for_each(|step| eprintln!("{};", step.sql));
    Ok(())
}

fn print(answer: &str, format: Format) -> Result<(), Error> {
    let parse = || -> Result<Json, Error> {
        serde_json::from_str(answer).map_err(|error| Error::internal(format!("the answer is not JSON: {error}")))
    };
    match format {
        Format::Json => println!("{answer}"),
        Format::Csv => print!("{}", table::csv(&parse()?)?),
        Format::Table | Format::Text => println!("{}", table::table(&parse()?, 140)),
    }
    Ok(())
}
