//! `relata sql`

use std::process::ExitCode;

use relata::{
    DynFind, Error, ErrorKind, ModelSet,
    dialect::{self, Capabilities},
    planner::{Force, Loading, Options, PASSES, Plan, Planner, Trace},
    request::doc::RequestDoc,
};
use serde_json::{Value as Json, json};

use crate::{
    Format,
    failure::{self, Failure},
    input,
    pretty::pretty,
};

/// Compiles requests.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The schema document.
    #[arg(long)]
    schema: String,
    /// Requests: JSON files, .jsonl files, or - for standard input.
    #[arg(required = true)]
    requests: Vec<String>,
    /// A dialect, or all.
    #[arg(long, default_value = "all")]
    dialect: String,
    /// Break the statements into lines.
    #[arg(long)]
    pretty: bool,
    /// Print the IR of each statement after the last pass.
    #[arg(long)]
    ir: bool,
    /// Print the IR of each statement after each stage.
    #[arg(long)]
    trace: bool,
    /// Do without a pass; results never depend on it.
    #[arg(long = "without", value_name = "PASS")]
    without: Vec<String>,
    /// Force the loading of an include: path=join, path=separate, ...
    #[arg(long = "force", value_name = "PATH=LOADING")]
    force: Vec<String>,
    /// text or json.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// One plan of a request: `find_and_count` has two.
struct Compiled {
    name: &'static str,
    plan: Plan,
    trace: Trace,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let dialects = dialects(&arguments.dialect)?;
    let options = options(arguments)?;
    let models = input::schema(&arguments.schema)?;
    let mut status = 0;
    for input in input::requests(&arguments.requests)? {
        let compiled = input.doc.and_then(|doc| {
            let plans = dialects.iter().map(|dialect| (*dialect, compile(&models, &doc, dialect, &options)));
            // What is wrong with the request itself is the same on every dialect.
            let plans: Vec<_> = plans.collect();
            match plans.iter().all(|(_, plan)| plan.is_err()) {
                true => plans.into_iter().next().map_or(Ok(Vec::new()), |(_, plan)| plan.map(|_| Vec::new())),
                false => Ok(plans),
            }
        });
        match compiled {
            Err(error) => {
                status = status.max(failure::status(&error));
                match arguments.format {
                    Format::Json => println!("{}", failure::json(&error)),
                    _ => eprintln!("error: {}: {error}", input.place),
                }
            }
            Ok(plans) => match arguments.format {
                Format::Json => println!("{}", as_json(&plans, arguments)),
                _ => print_text(&input.place, &plans, arguments),
            },
        }
    }
    Ok(ExitCode::from(status.min(1)))
}

pub(crate) fn dialects(name: &str) -> Result<Vec<&'static Capabilities>, Failure> {
    if name == "all" {
        return Ok(dialect::ALL.to_vec());
    }
    dialect::by_name(name).map(|dialect| vec![dialect]).ok_or_else(|| {
        let known = dialect::ALL.iter().map(|dialect| dialect.name).chain(["all"]);
        Failure::at(
            "--dialect",
            Error::new(ErrorKind::Request, format!("there is no dialect \"{name}\"")).near(name, known),
        )
    })
}

fn options(arguments: &Arguments) -> Result<Options, Failure> {
    let mut options = Options { verify: true, ..Options::default() };
    for name in &arguments.without {
        let pass = PASSES.iter().find(|pass| pass.name == name).ok_or_else(|| {
            let error = Error::new(ErrorKind::Request, format!("there is no pass \"{name}\""));
            Failure::at("--without", error.near(name, PASSES.iter().map(|pass| pass.name)))
        })?;
        options.without.push(pass.name);
    }
    for force in &arguments.force {
        let parsed = force
            .split_once('=')
            .and_then(|(path, loading)| Some(Force { path: path.to_owned(), loading: Loading::from_name(loading)? }));
        options.force.push(parsed.ok_or_else(|| {
            let known = Loading::ALL.map(Loading::name).join(", ");
            Failure::at(
                "--force",
                Error::new(ErrorKind::Request, format!("it is PATH=LOADING, where LOADING is {known}")),
            )
        })?);
    }
    Ok(options)
}

fn compile(
    models: &std::sync::Arc<ModelSet>,
    doc: &RequestDoc,
    dialect: &'static Capabilities,
    options: &Options,
) -> Result<Vec<Compiled>, Error> {
    let mut planner = Planner::new();
    let mut compiled = Vec::new();
    for (name, request) in DynFind::from_doc(models, doc.clone()).requests()? {
        let force = if name == "find" { options.force.clone() } else { Vec::new() };
        let (plan, trace) = planner.trace(&request, dialect, &Options { force, ..options.clone() })?;
        compiled.push(Compiled { name, plan, trace });
    }
    Ok(compiled)
}

fn statement(sql: &str, arguments: &Arguments) -> String {
    if arguments.pretty { pretty(sql) } else { sql.to_owned() }
}

fn print_text(place: &str, plans: &[(&'static Capabilities, Result<Vec<Compiled>, Error>)], arguments: &Arguments) {
    println!("== {place}");
    if let Some((_, Ok(compiled))) = plans.iter().find(|(_, plan)| plan.is_ok()) {
        for plan in compiled {
            plan.plan.explain().lines().for_each(|line| println!("   {line}"));
        }
    }
    for (dialect, plan) in plans {
        println!("-- {}", dialect.name);
        match plan {
            Err(error) => println!("{}: {error}", error.kind().name()),
            Ok(compiled) => {
                for plan in compiled {
                    for step in &plan.plan.steps {
                        println!("{};", statement(&step.sql, arguments));
                    }
                    let stages = &plan.trace.stages;
                    if arguments.trace {
                        for (stage, changed, ir) in stages {
                            println!("~~ {stage}{}", if *changed { "" } else { " (nothing to do)" });
                            if *changed {
                                print!("{ir}");
                            }
                        }
                    } else if arguments.ir {
                        // The last stage of each step is the one whose next belongs to another step.
                        for (i, (stage, _, ir)) in stages.iter().enumerate() {
                            let step = stage.split(':').next();
                            if stages.get(i + 1).is_none_or(|(next, ..)| next.split(':').next() != step) {
                                print!("{ir}");
                            }
                        }
                    }
                }
            }
        }
    }
}

fn as_json(plans: &[(&'static Capabilities, Result<Vec<Compiled>, Error>)], arguments: &Arguments) -> Json {
    let mut out = serde_json::Map::new();
    for (dialect, plan) in plans {
        let value = match plan {
            Err(error) => serde_json::from_str(&failure::json(error)).unwrap_or(Json::Null),
            Ok(compiled) => {
                let statements: Vec<Json> = compiled
                    .iter()
                    .flat_map(|plan| plan.plan.steps.iter().map(move |step| (plan.name, step)))
                    .map(|(name, step)| {
                        json!({ "of": name, "sql": statement(&step.sql, arguments), "binds": step.binds.len() })
                    })
                    .collect();
                let loading: Vec<Json> = compiled
                    .first()
                    .map(|plan| &plan.plan.notes)
                    .into_iter()
                    .flatten()
                    .map(|note| json!({ "path": &*note.path, "loading": note.loading.name(), "why": note.why }))
                    .collect();
                json!({ "statements": statements, "loading": loading })
            }
        };
        out.insert(dialect.name.to_owned(), value);
    }
    Json::Object(out)
}
