//! How long an application of many models takes to compile, and how large it is: relata's, and the same with others.
//!
//! Each model has ten columns, belongs to the next one and has many of the one before; a file of its own finds rows with
//! what they belong to, finds them with what they have, and inserts one. SQLite's own code is the system's library, so that
//! nobody compiles C.

mod of_diesel;
mod of_relata;
mod of_sea_orm;

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

/// An application, and an empty one that opens a connection by the driver beneath.
struct Application {
    name: &'static str,
    dependencies: String,
    /// The file of a model, by its number among so many.
    model: fn(usize, usize) -> String,
    /// The file that begins the program.
    main: fn(usize) -> String,
    driver: Program,
}

/// A program of one file.
struct Program {
    dependencies: &'static str,
    main: &'static str,
}

/// What was measured of one.
struct Figures {
    name: &'static str,
    clean: f64,
    touched: f64,
    checked: f64,
    bytes: u64,
}

/// Writes and builds the applications, and prints a table.
pub(crate) fn run(models: usize, peers: bool) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().map_err(|error| error.to_string())?;
    let mut applications = vec![of_relata::application(&root)];
    if peers {
        applications.extend([of_diesel::application(), of_sea_orm::application()]);
    }
    let mut all = Vec::new();
    for application in &applications {
        all.push(measure(application, models, &root.join("target/compile-time").join(application.name))?);
    }
    println!(
        "| {models} models | clean build, s | after a change of one model, s | cargo check, s | bytes beyond its driver |"
    );
    println!("|---|---|---|---|---|");
    for Figures { name, clean, touched, checked, bytes } in all {
        println!("| {name} | {clean:.1} | {touched:.2} | {checked:.1} | {bytes} |");
    }
    Ok(())
}

fn measure(application: &Application, models: usize, folder: &Path) -> Result<Figures, String> {
    let source = folder.join("src");
    let io = |error: std::io::Error| error.to_string();
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(io)?;
    }
    std::fs::create_dir_all(&source).map_err(io)?;
    let manifest = |dependencies: &str| {
        format!(
            "[package]\nname = \"application\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n\
             [profile.release]\nstrip = true\n\n[workspace]\n"
        )
    };
    std::fs::write(folder.join("Cargo.toml"), manifest(&application.dependencies)).map_err(io)?;
    for number in 0..models {
        let text = (application.model)(number, models);
        std::fs::write(source.join(format!("model{number}.rs")), text).map_err(io)?;
    }
    std::fs::write(source.join("main.rs"), (application.main)(models)).map_err(io)?;
    cargo(folder, &["fetch"])?;
    let clean = cargo(folder, &["build"])?;
    let mut touched = Vec::new();
    for run in 0..3 {
        let file = source.join(format!("model{}.rs", models / 2));
        let text = (application.model)(models / 2, models);
        std::fs::write(&file, format!("{text}\n#[allow(dead_code)]\npub fn changed() -> u32 {{\n    {run}\n}}\n"))
            .map_err(io)?;
        touched.push(cargo(folder, &["build"])?);
    }
    touched.sort_by(f64::total_cmp);
    std::fs::remove_dir_all(folder.join("target/debug")).map_err(io)?;
    let checked = cargo(folder, &["check"])?;
    std::fs::remove_dir_all(folder.join("target/debug")).map_err(io)?;
    cargo(folder, &["build", "--release"])?;
    let own = std::fs::metadata(folder.join("target/release/application")).map_err(io)?.len();
    let empty = folder.join("driver");
    std::fs::create_dir_all(empty.join("src")).map_err(io)?;
    std::fs::write(empty.join("Cargo.toml"), manifest(application.driver.dependencies)).map_err(io)?;
    std::fs::write(empty.join("src/main.rs"), application.driver.main).map_err(io)?;
    cargo(&empty, &["build", "--release"])?;
    let driver = std::fs::metadata(empty.join("target/release/application")).map_err(io)?.len();
    std::fs::remove_dir_all(folder.join("target")).map_err(io)?;
    std::fs::remove_dir_all(empty.join("target")).map_err(io)?;
    Ok(Figures { name: application.name, clean, touched: touched[1], checked, bytes: own.saturating_sub(driver) })
}

/// Runs cargo in a folder, and says how many seconds it took.
fn cargo(folder: &Path, arguments: &[&str]) -> Result<f64, String> {
    let started = Instant::now();
    let status = Command::new("cargo")
        .args(arguments)
        .arg("--quiet")
        .current_dir(folder)
        .env("LIBSQLITE3_SYS_USE_PKG_CONFIG", "1")
        .env("CARGO_TARGET_DIR", target(folder))
        .status();
    match status {
        Ok(status) if status.success() => Ok(started.elapsed().as_secs_f64()),
        _ => Err(format!("cargo {} failed in {}", arguments.join(" "), folder.display())),
    }
}

fn target(folder: &Path) -> PathBuf {
    folder.join("target")
}

/// A text in which `{own}`, `{next}` and `{back}` are the numbers of a model and of those beside it.
fn numbered(template: &str, number: usize, models: usize) -> String {
    template
        .replace("{own}", &number.to_string())
        .replace("{next}", &((number + 1) % models).to_string())
        .replace("{back}", &((number + models - 1) % models).to_string())
}

/// For each model a line.
fn each(models: usize, template: &str) -> String {
    (0..models).map(|number| numbered(template, number, models)).collect()
}
