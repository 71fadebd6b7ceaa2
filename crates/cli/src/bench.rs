//! `relata bench`

use std::{process::ExitCode, sync::Arc};

use allocation_counter::measure;
use comfy_table::{CellAlignment, Table, presets};
use relata::{
    Compiler, DynFind, Error, ModelSet,
    dialect::Capabilities,
    planner::{Options, Planner},
    request::{Request, doc::RequestDoc},
};
use relata_measure::time;
use serde_json::{Value as Json, json};

use crate::{
    Format,
    failure::{self, Failure},
    input, sql,
};

/// Measures requests.
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
    /// text or json.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// What a phase takes: nanoseconds in the median, and how often it touches the heap.
#[derive(Debug, Clone, Copy)]
struct Cost {
    nanoseconds: f64,
    allocations: u64,
}

/// The phases of a request on a dialect.
struct Costs {
    /// From the document to a request.
    build: Cost,
    /// From the request to a plan.
    cold: Cost,
    /// From the request to a plan that is kept, with its values.
    warm: Cost,
    statements: usize,
    bytes: usize,
    binds: usize,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let dialects = sql::dialects(&arguments.dialect)?;
    let models = input::schema(&arguments.schema)?;
    let mut status = 0;
    for input in input::requests(&arguments.requests)? {
        let measured = input.doc.and_then(|doc| {
            dialects.iter().map(|dialect| Ok((*dialect, costs(&models, &doc, dialect)?))).collect::<Result<Vec<_>, _>>()
        });
        match (measured, arguments.format) {
            (Err(error), format) => {
                status = status.max(failure::status(&error));
                match format {
                    Format::Json => println!("{}", failure::json(&error)),
                    _ => eprintln!("error: {}: {error}", input.place),
                }
            }
            (Ok(costs), Format::Json) => println!("{}", as_json(&costs)),
            (Ok(costs), _) => println!("== {}\n{}", input.place, as_table(&costs)),
        }
    }
    Ok(ExitCode::from(status.min(1)))
}

fn costs(models: &Arc<ModelSet>, doc: &RequestDoc, dialect: &'static Capabilities) -> Result<Costs, Error> {
    let find = DynFind::from_doc(models, doc.clone());
    let request = find.request()?;
    let plan = Planner::new().plan(&request, dialect, &Options::default())?;
    // What succeeded once succeeds again.
    let build = cost(|| drop(find.request()));
    let options = Options { verify: false, ..Options::default() };
    let mut planner = Planner::new();
    let cold = cost(|| drop(planner.plan(&request, dialect, &options)));
    let mut compiler = Compiler::new(dialect);
    let warm = cost(|| look_up(&mut compiler, &request));
    Ok(Costs {
        build,
        cold,
        warm,
        statements: plan.steps.len(),
        bytes: plan.steps.iter().map(|step| step.sql.len()).sum(),
        binds: plan.steps.iter().map(relata::planner::Step::placeholders).sum(),
    })
}

fn look_up(compiler: &mut Compiler, request: &Request<'_>) {
    if let Ok(compiled) = compiler.compile(request) {
        let _ = compiled.params(|value| {
            std::hint::black_box(&value);
            Ok(())
        });
    }
}

fn cost(mut run: impl FnMut()) -> Cost {
    // The first runs fill what is used again.
    (0..3).for_each(|_| run());
    let allocations = measure(&mut run).count_total;
    Cost { nanoseconds: time(|_| run()).median, allocations }
}

/// A table, and a bar for how long the phases take: each step of it is twice as long.
fn as_table(costs: &[(&'static Capabilities, Costs)]) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY);
    table.set_header(["dialect", "phase", "ns", "allocations", "", "statements", "bytes", "binds"]);
    for (dialect, costs) in costs {
        let phases = [("build", costs.build), ("cold", costs.cold), ("warm", costs.warm)];
        for (place, (phase, cost)) in phases.into_iter().enumerate() {
            let first = place == 0;
            let once = |text: String| if first { text } else { String::new() };
            table.add_row([
                once(dialect.name.to_owned()),
                phase.to_owned(),
                format!("{:.0}", cost.nanoseconds),
                cost.allocations.to_string(),
                "▇".repeat(cost.nanoseconds.max(1.0).log2().round() as usize),
                once(costs.statements.to_string()),
                once(costs.bytes.to_string()),
                once(costs.binds.to_string()),
            ]);
        }
    }
    for column in [2, 3, 5, 6, 7] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

fn as_json(costs: &[(&'static Capabilities, Costs)]) -> Json {
    let cost = |cost: Cost| json!({ "ns": cost.nanoseconds, "allocations": cost.allocations });
    let of = |costs: &Costs| {
        json!({
            "build": cost(costs.build), "cold": cost(costs.cold), "warm": cost(costs.warm),
            "statements": costs.statements, "bytes": costs.bytes, "binds": costs.binds,
        })
    };
    costs.iter().map(|(dialect, costs)| (dialect.name.to_owned(), of(costs))).collect::<serde_json::Map<_, _>>().into()
}
