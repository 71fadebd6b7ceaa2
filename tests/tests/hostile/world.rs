//! Databases with rows that have every text, a canary, and what both are known to be.

use std::{collections::HashMap, sync::Arc};

use relata::{
    Database, DynFind, Executor, ModelSet, ModelView, Result, Value, orm::insert_rows, request::doc::RequestDoc,
};
use relata_testkit::{
    databases::databases,
    eval::{Data, Semantics},
};
use serde_json::{Value as Json, json};

use crate::{atoms::values, sinks};

/// The longest text of a label.
const LABEL: usize = 400;

/// A database, its rows, and what they are.
pub(crate) struct World {
    pub db: Database,
    pub models: Arc<ModelSet>,
    pub data: Data,
    pub semantics: Semantics,
    canary: String,
    everything: String,
}

/// The databases of that name that are there. None is no failure: the tests of SQLite always run.
pub(crate) fn named(name: &str, test: &str) -> Vec<Database> {
    let found: Vec<Database> = databases(test).into_iter().filter(|db| db.dialect().name == name).collect();
    assert!(name != "sqlite" || !found.is_empty(), "SQLite is always there");
    if found.is_empty() {
        eprintln!("skipped: no {name} server; cargo xtask test starts one");
    }
    found
}

/// Asks a document, and answers with JSON text.
pub(crate) fn ask(on: &impl Executor, models: &Arc<ModelSet>, request: &Json) -> Result<String> {
    DynFind::from_doc(models, RequestDoc::from_json(request)?).json(on)
}

/// The rows of a model: one for each text. Of tags there are fewer, since the evaluator tries every pair.
fn rows(view: ModelView<'_>, texts: &[String]) -> Vec<Vec<Value>> {
    let is_label = |text: &str| text.chars().count() <= LABEL;
    let few = ["Tag", "NoteTag"].contains(&view.name.as_str());
    let mut rows = Vec::new();
    for (number, text) in (1_i64..).zip(texts).filter(|(number, text)| !few || (number % 5 == 1 && is_label(text))) {
        let cell = |name: &str| -> Value {
            match name {
                "id" | "note_id" | "tag_id" => Value::Int(number),
                "text" | "reason" => text.clone().into(),
                "label" | "name" if is_label(text) => text.clone().into(),
                "size" if view.name == "Word" => Value::Int(0),
                "size" => Value::Int(number % 5),
                "mood" => ["calm", "harmless"][number as usize % 2].into(),
                "marked" => (number % 3 == 0).into(),
                "parent_id" if number > 1 => Value::Int(number - 1),
                "secret" => format!("canary {number}").into(),
                _ => Value::Null,
            }
        };
        rows.push(view.attributes.iter().map(|attribute| cell(&attribute.name)).collect());
    }
    rows
}

impl World {
    /// Creates and fills the tables.
    pub(crate) fn new(db: Database) -> World {
        let models = sinks::models();
        relata::create_missing(&db, &models.views().collect::<Vec<_>>()).unwrap();
        // PostgreSQL keeps no NUL in a text, and SQLite's own functions end at one.
        let keeps_nul = !matches!(db.dialect().name, "postgres" | "sqlite");
        let texts: Vec<String> =
            values().into_iter().map(|atom| atom.text).filter(|text| keeps_nul || !text.contains('\0')).collect();
        let mut data = Data { tables: HashMap::new() };
        for name in ["Note", "Tag", "NoteTag", "Word", "Canary"] {
            let model = models.model(name).unwrap();
            let kept = if name == "Canary" { &texts[..3] } else { &texts[..] };
            let rows = rows(model.view(), kept);
            let attributes: Vec<String> =
                model.view().attributes.iter().map(|attribute| attribute.name.clone()).collect();
            let names: Vec<&str> = attributes.iter().map(String::as_str).collect();
            insert_rows(&db, model.clone(), &names, &rows).unwrap();
            data.tables.insert(name.to_owned(), rows);
        }
        // What a database is free to decide, and the evaluator must know.
        let name = db.dialect().name;
        let (nulls_sort_low, folds_unicode) = (name != "postgres", matches!(name, "mysql" | "mariadb"));
        let semantics = Semantics { nulls_sort_low, folds_unicode };
        let mut world = World { db, models, data, semantics, canary: String::new(), everything: String::new() };
        world.canary = world.canary_now(&world.db).unwrap();
        world.everything = world.everything_now();
        assert!(world.canary.contains("canary 3") && world.everything.contains("zz_canary"));
        world
    }

    fn canary_now(&self, on: &impl Executor) -> Result<String> {
        ask(on, &self.models, &json!({ "model": "Canary", "order": ["id"] }))
    }

    /// Every row of every table, and the names of the tables.
    fn everything_now(&self) -> String {
        let mut found = String::new();
        for view in self.models.views() {
            let order: Vec<&str> =
                view.primary_key.iter().map(|&key| view.attributes[usize::from(key)].name.as_str()).collect();
            let request = json!({ "model": view.name, "order": order, "paranoid": false });
            found.push_str(&ask(&self.db, &self.models, &request).unwrap());
        }
        let tables = match self.db.dialect().name {
            "sqlite" => "SELECT name FROM sqlite_master ORDER BY name",
            "postgres" => {
                "SELECT CAST(relname AS text) FROM pg_class WHERE relnamespace = CAST('public' AS regnamespace) \
                 UNION ALL SELECT CAST(proname AS text) FROM pg_proc WHERE pronamespace = CAST('public' AS regnamespace) \
                 ORDER BY 1"
            }
            _ => "SELECT table_name FROM information_schema.tables WHERE table_schema = database() ORDER BY 1",
        };
        let names: Vec<(String,)> = self.db.query(tables, ()).all().unwrap();
        names.iter().for_each(|(name,)| found.push_str(name));
        found
    }

    /// Whether the canary lives, as far as a transaction sees.
    pub(crate) fn canary_lives(&self, on: &impl Executor) -> std::result::Result<(), String> {
        match self.canary_now(on) {
            Ok(now) if now == self.canary => Ok(()),
            other => Err(format!("the canary is dead: {other:?}")),
        }
    }

    /// Whether everything is as it was, now that all transactions are rolled back.
    pub(crate) fn nothing_changed(&self) -> std::result::Result<(), String> {
        let now = self.everything_now();
        if now == self.everything { Ok(()) } else { Err(format!("rows or tables have changed: {now}")) }
    }
}
