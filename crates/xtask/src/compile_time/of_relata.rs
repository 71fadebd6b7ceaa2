//! The application with relata.

use std::path::Path;

use super::{Application, Program, each, numbered};

pub(super) fn application(root: &Path) -> Application {
    Application {
        name: "relata",
        dependencies: format!("relata = {{ path = {:?}, features = [\"sqlite\"] }}\n", root.join("crates/relata")),
        model: |number, models| numbered(MODEL, number, models),
        main: |models| {
            format!(
                "{}\nuse relata::prelude::*;\n\nfn main() -> relata::Result<()> {{\n    let db = \
                 Database::open(\"sqlite::memory:\")?;\n{}    Ok(())\n}}\n",
                each(models, "mod model{own};\n"),
                each(models, "    model{own}::run(&db)?;\n"),
            )
        },
        driver: Program {
            dependencies: "rusqlite = { version = \"0.39\", features = [\"bundled\"] }\n",
            main: "fn main() {\n    let db = rusqlite::Connection::open_in_memory().unwrap();\n    let one: i64 = \
                   db.query_row(\"SELECT 1\", (), |row| row.get(0)).unwrap();\n    println!(\"{one}\");\n}\n",
        },
    }
}

const MODEL: &str = "use relata::prelude::*;

use crate::{model{back}::Model{back}, model{next}::Model{next}};

#[derive(Model, Debug, Clone)]
pub struct Model{own} {
    #[key(auto)]
    pub id: i64,
    pub name: String,
    #[column(unique)]
    pub email: String,
    pub note: Option<String>,
    pub score: i32,
    pub active: bool,
    pub ratio: Option<f64>,
    pub views: i64,
    pub rank: Option<i32>,
    pub next_id: Option<i64>,
    #[belongs_to(key = next_id)]
    pub next: One<Model{next}>,
    #[has_many(key = next_id)]
    pub back: Many<Model{back}>,
}

pub fn run(db: &Database) -> relata::Result<()> {
    Model{own}::create(db, |model| {
        model.name(\"a\").email(\"b\").score(1).active(true).views(2).note(None::<String>)
    })?;
    let found = Model{own}::find()
        .filter(any((Model{own}::SCORE.gt(1), Model{own}::NOTE.is_null())))
        .include(Model{own}::NEXT)
        .order(Model{own}::ID.desc())
        .limit(10)
        .all(db)?;
    for model in &found {
        println!(\"{} {:?}\", model.name, model.next.get()?.map(|next| next.id));
    }
    for model in Model{own}::find().include(Model{own}::BACK).all(db)? {
        println!(\"{} {}\", model.name, model.back.get()?.len());
    }
    Ok(())
}
";
