//! The same with SeaORM.

use super::{Application, Program, each, numbered};

pub(super) fn application() -> Application {
    Application {
        name: "SeaORM",
        dependencies: "sea-orm = { version = \"2.0\", default-features = false, features = [\"macros\", \
                       \"sqlx-sqlite\", \"runtime-tokio\", \"sqlite-use-returning-for-3_35\"] }\ntokio = { version = \"1\", features = \
                       [\"rt\", \"macros\"] }\n"
            .to_owned(),
        model: |number, models| numbered(MODEL, number, models),
        main: |models| {
            format!(
                "{}\nuse sea_orm::*;\n\n#[tokio::main(flavor = \"current_thread\")]\nasync fn main() -> Result<(), DbErr> {{\n    \
                 let db = Database::connect(\"sqlite::memory:\").await?;\n{}    Ok(())\n}}\n",
                each(models, "mod model{own};\n"),
                each(models, "    model{own}::run(&db).await?;\n"),
            )
        },
        driver: Program {
            dependencies: "sqlx = { version = \"0.9\", default-features = false, features = [\"sqlite\", \"runtime-tokio\"] \
                           }\ntokio = { version = \"1\", features = [\"rt\", \"macros\"] }\n",
            main: "#[tokio::main(flavor = \"current_thread\")]\nasync fn main() {\n    let db = \
                   sqlx::SqlitePool::connect(\"sqlite::memory:\").await.unwrap();\n    let one: (i64,) = \
                   sqlx::query_as(\"SELECT 1\").fetch_one(&db).await.unwrap();\n    println!(\"{}\", one.0);\n}\n",
        },
    }
}

const MODEL: &str = "use sea_orm::{ActiveValue::Set, Condition, QueryOrder, QuerySelect, entity::prelude::*};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = \"models{own}\")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub name: String,
    #[sea_orm(unique)]
    pub email: String,
    pub note: Option<String>,
    pub score: i32,
    pub active: bool,
    pub ratio: Option<f64>,
    pub views: i64,
    pub rank: Option<i32>,
    pub next_id: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = \"crate::model{next}::Entity\",
        from = \"Column::NextId\",
        to = \"crate::model{next}::Column::Id\"
    )]
    Next,
    #[sea_orm(has_many = \"crate::model{back}::Entity\")]
    Back,
}

impl Related<crate::model{next}::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Next.def()
    }
}

impl Related<crate::model{back}::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Back.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}

pub async fn run(db: &DatabaseConnection) -> Result<(), DbErr> {
    let new = ActiveModel {
        name: Set(\"a\".to_owned()),
        email: Set(\"b\".to_owned()),
        note: Set(None),
        score: Set(1),
        active: Set(true),
        views: Set(2),
        ..Default::default()
    };
    new.insert(db).await?;
    let found = Entity::find()
        .filter(Condition::any().add(Column::Score.gt(1)).add(Column::Note.is_null()))
        .order_by_desc(Column::Id)
        .limit(10)
        .find_also_related(crate::model{next}::Entity)
        .all(db)
        .await?;
    for (model, next) in &found {
        println!(\"{} {:?}\", model.name, next.as_ref().map(|next| next.id));
    }
    let models = Entity::find().all(db).await?;
    let back = models.load_many(crate::model{back}::Entity, db).await?;
    for (model, back) in models.iter().zip(back) {
        println!(\"{} {}\", model.name, back.len());
    }
    Ok(())
}
";
