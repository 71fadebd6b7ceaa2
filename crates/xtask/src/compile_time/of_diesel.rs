//! The same with diesel.

use super::{Application, Program, each, numbered};

pub(super) fn application() -> Application {
    Application {
        name: "diesel",
        dependencies: "diesel = { version = \"2.3\", default-features = false, features = [\"sqlite\", \
                       \"returning_clauses_for_sqlite_3_35\"] }\n"
            .to_owned(),
        model: |number, models| numbered(MODEL, number, models),
        main: |models| {
            format!(
                "{}\nuse diesel::prelude::*;\n\nfn main() -> QueryResult<()> {{\n    let mut db = \
                 SqliteConnection::establish(\":memory:\").unwrap();\n{}    Ok(())\n}}\n",
                each(models, "mod model{own};\n"),
                each(models, "    model{own}::run(&mut db)?;\n"),
            )
        },
        driver: Program {
            dependencies: "libsqlite3-sys = { version = \"0.37\", features = [\"bundled\"] }\n",
            main: "fn main() {\n    let version = unsafe { libsqlite3_sys::sqlite3_libversion_number() };\n    \
                   println!(\"{version}\");\n}\n",
        },
    }
}

const MODEL: &str = "use diesel::prelude::*;

use crate::{model{back}::Model{back}, model{next}::{Model{next}, models{next}}};

diesel::table! {
    models{own} (id) {
        id -> BigInt,
        name -> Text,
        email -> Text,
        note -> Nullable<Text>,
        score -> Integer,
        active -> Bool,
        ratio -> Nullable<Double>,
        views -> BigInt,
        rank -> Nullable<Integer>,
        next_id -> Nullable<BigInt>,
    }
}

diesel::joinable!(models{own} -> models{next} (next_id));
diesel::allow_tables_to_appear_in_same_query!(models{own}, models{next});

#[derive(Queryable, Selectable, Identifiable, Associations, Debug, Clone)]
#[diesel(table_name = models{own}, belongs_to(Model{next}, foreign_key = next_id))]
pub struct Model{own} {
    pub id: i64,
    pub name: String,
    pub email: String,
    pub note: Option<String>,
    pub score: i32,
    pub active: bool,
    pub ratio: Option<f64>,
    pub views: i64,
    pub rank: Option<i32>,
    pub next_id: Option<i64>,
}

#[derive(Insertable)]
#[diesel(table_name = models{own})]
pub struct NewModel{own}<'a> {
    pub name: &'a str,
    pub email: &'a str,
    pub note: Option<&'a str>,
    pub score: i32,
    pub active: bool,
    pub views: i64,
}

pub fn run(db: &mut SqliteConnection) -> QueryResult<()> {
    let new = NewModel{own} { name: \"a\", email: \"b\", note: None, score: 1, active: true, views: 2 };
    let _: Model{own} =
        diesel::insert_into(models{own}::table).values(&new).returning(Model{own}::as_returning()).get_result(db)?;
    let found: Vec<(Model{own}, Option<Model{next}>)> = models{own}::table
        .left_join(models{next}::table)
        .filter(models{own}::score.gt(1).or(models{own}::note.is_null()))
        .order(models{own}::id.desc())
        .limit(10)
        .select((Model{own}::as_select(), Option::<Model{next}>::as_select()))
        .load(db)?;
    for (model, next) in &found {
        println!(\"{} {:?}\", model.name, next.as_ref().map(|next| next.id));
    }
    let models: Vec<Model{own}> = models{own}::table.select(Model{own}::as_select()).load(db)?;
    let back: Vec<Vec<Model{back}>> =
        Model{back}::belonging_to(&models).select(Model{back}::as_select()).load(db)?.grouped_by(&models);
    for (model, back) in models.iter().zip(back) {
        println!(\"{} {}\", model.name, back.len());
    }
    Ok(())
}
";
