//! How long an application of many models takes to compile.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

/// Writes an application of so many models, each with ten columns and two associations, and builds it: once with all
/// dependencies, once with its own code changed.
pub(crate) fn run(models: usize) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.join("target/compile-time");
    std::fs::create_dir_all(folder.join("src")).map_err(|error| error.to_string())?;
    let manifest = format!(
        "[package]\nname = \"application\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nrelata = {{ path = \
         {:?} }}\n\n[workspace]\n",
        root.join("crates/relata").canonicalize().unwrap_or(PathBuf::from("../../crates/relata"))
    );
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).map_err(|error| error.to_string());
    write("Cargo.toml", &manifest)?;
    let source = source(models);
    write("src/main.rs", &source)?;
    let build = || {
        let started = Instant::now();
        let status = Command::new("cargo").args(["build", "--quiet"]).current_dir(&folder).status();
        match status {
            Ok(status) if status.success() => Ok(started.elapsed().as_secs_f64()),
            _ => Err("the application does not build".to_owned()),
        }
    };
    let all = build()?;
    write("src/main.rs", &format!("{source}\n// changed\n"))?;
    let own = build()?;
    println!("{models} models: {all:.1} s with what was not built yet, {own:.1} s for the application alone");
    Ok(())
}

fn source(models: usize) -> String {
    let mut out = String::from("#![allow(dead_code)]\nuse relata::prelude::*;\n\n");
    for i in 0..models {
        let next = (i + 1) % models;
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            "#[derive(Model, Debug, Clone)]\nstruct Model{i} {{\n    #[key(auto)]\n    id: i64,\n    name: String,\n    \
             #[column(unique)]\n    email: String,\n    note: Option<String>,\n    #[column(default = 0)]\n    score: i32,\n    \
             active: bool,\n    ratio: Option<f64>,\n    views: i64,\n    rank: Option<i32>,\n    next_id: Option<i64>,\n    \
             #[belongs_to(key = next_id)]\n    next: One<Model{next}>,\n    #[has_many(key = next_id)]\n    back: \
             Many<Model{}>,\n}}\n\nfn find{i}(db: &Database) -> relata::Result<usize> {{\n    Ok(Model{i}::find()\n        \
             .filter(any((Model{i}::SCORE.gt(1), Model{i}::NOTE.is_null())))\n        .include(Model{i}::NEXT)\n        \
             .order(Model{i}::ID.desc())\n        .limit(10)\n        .all(db)?\n        .len())\n}}\n\n",
            (i + models - 1) % models
        );
    }
    out.push_str("fn main() -> relata::Result<()> {\n    let db = Database::open(\"sqlite::memory:\")?;\n");
    for i in 0..models {
        let _ = writeln!(out, "    let _ = find{i}(&db);");
    }
    out.push_str("    Ok(())\n}\n");
    out
}
