//! SeaORM, as its guides say.

use sea_orm::{
    ActiveValue::{NotSet, Set},
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, LoaderTrait, QueryOrder, TransactionTrait,
    entity::prelude::*,
};
use tokio::runtime::Runtime;

use super::{AT_ONCE, FILLED, Library, Place, age, key};

mod user {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub name: String,
        pub email: String,
        pub status: String,
        pub age: i32,
        pub created_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(has_many = "super::post::Entity")]
        Post,
    }

    impl Related<super::post::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Post.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod post {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "posts")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub title: String,
        pub body: String,
        pub published: bool,
        pub author_id: i64,
        pub created_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(belongs_to = "super::user::Entity", from = "Column::AuthorId", to = "super::user::Column::Id")]
        User,
        #[sea_orm(has_many = "super::comment::Entity")]
        Comment,
    }

    impl Related<super::user::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::User.def()
        }
    }

    impl Related<super::comment::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Comment.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod comment {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "comments")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub body: String,
        pub post_id: i64,
        pub author_id: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(belongs_to = "super::post::Entity", from = "Column::PostId", to = "super::post::Column::Id")]
        Post,
    }

    impl Related<super::post::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Post.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn new_user(n: u64) -> user::ActiveModel {
    user::ActiveModel {
        id: NotSet,
        name: Set("Ann".to_owned()),
        email: Set("ann@example.org".to_owned()),
        status: Set("active".to_owned()),
        age: Set(age(n)),
        created_at: Set(DateTimeUtc::UNIX_EPOCH),
    }
}

pub struct SeaOrm {
    db: DatabaseConnection,
    runtime: Runtime,
}

impl SeaOrm {
    pub fn new(place: &Place) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let db = runtime.block_on(async {
            let url = match place {
                Place::Sqlite => "sqlite::memory:",
                Place::Postgres(url) | Place::Mysql(url) | Place::Mariadb(url) => url,
            };
            let mut options = ConnectOptions::new(url);
            // A second connection would have a database of its own in memory.
            options.max_connections(1).min_connections(1).sqlx_logging(false);
            let db = Database::connect(options).await.unwrap();
            if matches!(place, Place::Sqlite) {
                db.execute_unprepared(FILLED).await.unwrap();
            }
            db
        });
        SeaOrm { db, runtime }
    }
}

impl Library for SeaOrm {
    fn find(&mut self, n: u64) -> i64 {
        self.runtime.block_on(user::Entity::find_by_id(key(n)).one(&self.db)).unwrap().unwrap().id
    }

    fn all(&mut self) -> usize {
        self.runtime.block_on(user::Entity::find().all(&self.db)).unwrap().len()
    }

    fn with_posts(&mut self) -> usize {
        self.runtime.block_on(async {
            let users = user::Entity::find().filter(user::Column::Id.lte(100)).order_by_asc(user::Column::Id);
            let users = users.all(&self.db).await.unwrap();
            let posts = post::Entity::find().order_by_asc(post::Column::Id);
            let posts = users.load_many(posts, &self.db).await.unwrap();
            users.len() + posts.iter().map(Vec::len).sum::<usize>()
        })
    }

    fn medium(&mut self, n: u64) -> usize {
        let joined = user::Entity::find()
            .filter(user::Column::Age.eq(age(n)))
            .order_by_desc(user::Column::Name)
            .find_also_related(post::Entity);
        self.runtime.block_on(joined.all(&self.db)).unwrap().len()
    }

    fn associations(&mut self) -> usize {
        self.runtime.block_on(async {
            let users = user::Entity::find().filter(user::Column::Id.lte(100)).order_by_asc(user::Column::Id);
            let users = users.all(&self.db).await.unwrap();
            let posts = post::Entity::find().order_by_asc(post::Column::Id);
            let posts = users.load_many(posts, &self.db).await.unwrap();
            let all: Vec<post::Model> = posts.iter().flatten().cloned().collect();
            let comments = all.load_many(comment::Entity, &self.db).await.unwrap();
            users.len() + all.len() + comments.iter().map(Vec::len).sum::<usize>()
        })
    }

    fn create(&mut self, n: u64) -> i64 {
        self.runtime.block_on(new_user(n).insert(&self.db)).unwrap().id
    }

    fn insert(&mut self, rows: usize) -> usize {
        self.runtime.block_on(async {
            let tx = self.db.begin().await.unwrap();
            let mut inserted = 0;
            for start in (0..rows).step_by(AT_ONCE) {
                let some = (start..rows.min(start + AT_ONCE)).map(|n| new_user(n as u64));
                inserted += user::Entity::insert_many(some).exec_without_returning(&tx).await.unwrap();
            }
            tx.rollback().await.unwrap();
            inserted as usize
        })
    }

    fn update(&mut self, n: u64) -> usize {
        let update = user::Entity::update_many()
            .col_expr(user::Column::Name, Expr::value("Bob"))
            .col_expr(user::Column::Age, Expr::value(age(n)))
            .filter(user::Column::Id.eq(key(n)));
        self.runtime.block_on(update.exec(&self.db)).unwrap().rows_affected as usize
    }
}
