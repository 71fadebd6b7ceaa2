//! How many instructions the phases of the ten workloads take, as callgrind counts them: goldens in `snapshots/`.
//!
//! A run of so many repetitions is taken from one of more, so that what a process does once is not counted. Counts depend on
//! the compiler, so they are compared on the toolchain that the golden names and nowhere else.

use std::{fmt::Write, path::PathBuf, process::Command};

const WORKLOADS: [&str; 10] = ["Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "Q8", "Q9", "Q10"];
const PHASES: [&str; 3] = ["build", "cold", "warm"];

/// How far a count may be from the golden, which has two digits: processors differ in how memory is copied on them.
const TOLERANCE: f64 = 0.10;

/// Counts, and compares with the golden or replaces it.
pub(crate) fn run(update: bool) -> Result<(), String> {
    let golden = root().join("snapshots/instructions.txt");
    let toolchain = toolchain()?;
    let before = std::fs::read_to_string(&golden).unwrap_or_default();
    if !update && before.lines().next() != Some(&format!("toolchain: {toolchain}")) {
        println!("instructions are not compared: the golden was counted with another toolchain than {toolchain}");
        return Ok(());
    }
    let build = ["build", "--release", "-p", "relata-benches", "--example", "profile"];
    let built = Command::new("cargo").args(build).current_dir(root()).status();
    if !built.map_err(|error| format!("cargo cannot be run: {error}"))?.success() {
        return Err("the workloads do not compile".to_owned());
    }
    let mut table =
        format!("toolchain: {toolchain}\ninstructions of a run: build, plan, find in the cache with its values\n");
    let mut apart = Vec::new();
    for workload in WORKLOADS {
        let counts = PHASES.iter().map(|phase| count(workload, phase)).collect::<Result<Vec<f64>, _>>()?;
        let shown: Vec<String> = counts.iter().map(|&count| two_digits(count)).collect();
        let _ = writeln!(table, "{workload}: {}", shown.join(", "));
        let Some(line) = before.lines().find_map(|line| line.strip_prefix(&format!("{workload}: "))) else {
            apart.push(format!("{workload} has no golden"));
            continue;
        };
        for ((phase, count), known) in PHASES.iter().zip(counts).zip(line.split(", ")) {
            let known: f64 = known.replace('_', "").parse().map_err(|_| format!("the golden has {known:?}"))?;
            if (count / known - 1.0).abs() > TOLERANCE {
                apart.push(format!("{workload} {phase}: {} instead of {}", two_digits(count), two_digits(known)));
            }
        }
    }
    if update {
        print!("{table}");
        return std::fs::write(&golden, table).map_err(|error| format!("the golden cannot be written: {error}"));
    }
    if apart.is_empty() {
        println!("instructions are what they were");
        return Ok(());
    }
    Err(format!("instructions have changed; `cargo xtask instructions --update` accepts that:\n{}", apart.join("\n")))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn toolchain() -> Result<String, String> {
    let output = Command::new("rustc").arg("--version").current_dir(root()).output();
    let output = output.map_err(|error| format!("rustc cannot be run: {error}"))?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok(format!("{version} on {}", std::env::consts::ARCH))
}

/// Instructions of one repetition.
fn count(workload: &str, phase: &str) -> Result<f64, String> {
    let (few, more) = if workload == "Q7" { (5, 25) } else { (100, 500) };
    Ok((collected(workload, phase, more)? - collected(workload, phase, few)?) / f64::from(more - few))
}

fn collected(workload: &str, phase: &str, runs: u32) -> Result<f64, String> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(root().join("target/release/examples/profile"))
        .args([workload, phase, &runs.to_string()])
        .output()
        .map_err(|error| format!("valgrind cannot be run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let counted = text.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, count)| count.trim());
    let count = counted.and_then(|count| count.parse().ok());
    count.ok_or_else(|| format!("valgrind says nothing of {workload} {phase}:\\n{text}"))
}

/// A number with two digits and zeros.
fn two_digits(count: f64) -> String {
    let step = 10f64.powf(count.max(1.0).log10().floor() - 1.0).max(1.0);
    format!("{:.0}", (count / step).round() * step)
}
