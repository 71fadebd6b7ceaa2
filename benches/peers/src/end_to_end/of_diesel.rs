//! diesel, as its guides say. What differs from database to database is the type of the connection and of moments, and how a
//! new row is answered.

/// The key of a user that is inserted, with all of its columns.
macro_rules! created {
    (returning, $own:expr, $n:expr) => {
        diesel::insert_into(users::table)
            .values(new_user($n))
            .returning(User::as_returning())
            .get_result(&mut $own.0)
            .unwrap()
            .id
    };
    (by_number, $own:expr, $n:expr) => {{
        diesel::insert_into(users::table).values(new_user($n)).execute(&mut $own.0).unwrap();
        let found = users::table.order(users::id.desc()).select(User::as_select());
        found.first(&mut $own.0).unwrap().id
    }};
}

macro_rules! of_diesel {
    ($module:ident: $connection:ty, $moment:ident, $rust:ty, $epoch:expr, $answer:tt) => {
        pub mod $module {
            use diesel::{connection::SimpleConnection, prelude::*};

            use crate::end_to_end::{AT_ONCE, Library, age, key};

            diesel::table! {
                users (id) {
                    id -> BigInt,
                    name -> Text,
                    email -> Text,
                    status -> Text,
                    age -> Integer,
                    created_at -> $moment,
                }
            }

            diesel::table! {
                posts (id) {
                    id -> BigInt,
                    title -> Text,
                    body -> Text,
                    published -> Bool,
                    author_id -> BigInt,
                    created_at -> $moment,
                }
            }

            diesel::table! {
                comments (id) {
                    id -> BigInt,
                    body -> Text,
                    post_id -> BigInt,
                    author_id -> BigInt,
                }
            }

            diesel::joinable!(posts -> users (author_id));
            diesel::allow_tables_to_appear_in_same_query!(users, posts);

            #[derive(Queryable, Selectable, Identifiable)]
            #[diesel(table_name = users)]
            #[expect(dead_code, reason = "it is read, and no more is done with it")]
            struct User {
                id: i64,
                name: String,
                email: String,
                status: String,
                age: i32,
                created_at: $rust,
            }

            #[derive(Queryable, Selectable, Identifiable, Associations)]
            #[diesel(table_name = posts, belongs_to(User, foreign_key = author_id))]
            #[expect(dead_code, reason = "it is read, and no more is done with it")]
            struct Post {
                id: i64,
                title: String,
                body: String,
                published: bool,
                author_id: i64,
                created_at: $rust,
            }

            #[derive(Queryable, Selectable, Identifiable, Associations)]
            #[diesel(table_name = comments, belongs_to(Post))]
            #[expect(dead_code, reason = "it is read, and no more is done with it")]
            struct Comment {
                id: i64,
                body: String,
                post_id: i64,
                author_id: i64,
            }

            #[derive(Insertable)]
            #[diesel(table_name = users)]
            struct NewUser {
                name: &'static str,
                email: &'static str,
                status: &'static str,
                age: i32,
                created_at: $rust,
            }

            fn new_user(n: u64) -> NewUser {
                NewUser { name: "Ann", email: "ann@example.org", status: "active", age: age(n), created_at: $epoch }
            }

            pub struct Diesel($connection);

            impl Diesel {
                pub fn new(url: &str, filled: Option<&str>) -> Self {
                    let mut connection = <$connection>::establish(url).unwrap();
                    if let Some(filled) = filled {
                        connection.batch_execute(filled).unwrap();
                    }
                    Diesel(connection)
                }

                fn users_and_posts(&mut self) -> (Vec<User>, Vec<Post>) {
                    let users: Vec<User> = users::table
                        .filter(users::id.le(100))
                        .order(users::id.asc())
                        .select(User::as_select())
                        .load(&mut self.0)
                        .unwrap();
                    let posts = Post::belonging_to(&users).order(posts::id.asc()).select(Post::as_select());
                    let posts = posts.load(&mut self.0).unwrap();
                    (users, posts)
                }
            }

            impl Library for Diesel {
                fn find(&mut self, n: u64) -> i64 {
                    users::table.find(key(n)).select(User::as_select()).first(&mut self.0).unwrap().id
                }

                fn all(&mut self) -> usize {
                    users::table.select(User::as_select()).load(&mut self.0).unwrap().len()
                }

                fn with_posts(&mut self) -> usize {
                    let (users, posts) = self.users_and_posts();
                    let posts: Vec<Vec<Post>> = posts.grouped_by(&users);
                    users.len() + posts.iter().map(Vec::len).sum::<usize>()
                }

                fn medium(&mut self, n: u64) -> usize {
                    let found: Vec<(User, Option<Post>)> = users::table
                        .left_join(posts::table)
                        .filter(users::age.eq(age(n)))
                        .order(users::name.desc())
                        .select((User::as_select(), Option::<Post>::as_select()))
                        .load(&mut self.0)
                        .unwrap();
                    found.len()
                }

                fn associations(&mut self) -> usize {
                    let (users, posts) = self.users_and_posts();
                    let comments: Vec<Comment> =
                        Comment::belonging_to(&posts).select(Comment::as_select()).load(&mut self.0).unwrap();
                    let comments: Vec<Vec<Comment>> = comments.grouped_by(&posts);
                    let posts: Vec<(Post, Vec<Comment>)> = posts.into_iter().zip(comments).collect();
                    let posts: Vec<Vec<(Post, Vec<Comment>)>> = posts.grouped_by(&users);
                    let of_posts = posts.iter().flatten().map(|(_, comments)| 1 + comments.len());
                    users.len() + of_posts.sum::<usize>()
                }

                fn create(&mut self, n: u64) -> i64 {
                    created!($answer, self, n)
                }

                fn insert(&mut self, rows: usize) -> usize {
                    let mut inserted = 0;
                    let undone: Result<(), diesel::result::Error> = self.0.transaction(|connection| {
                        for start in (0..rows).step_by(AT_ONCE) {
                            let some: Vec<NewUser> = (start..rows.min(start + AT_ONCE)).map(|n| new_user(n as u64)).collect();
                            inserted += diesel::insert_into(users::table).values(&some).execute(connection)?;
                        }
                        Err(diesel::result::Error::RollbackTransaction)
                    });
                    assert!(undone.is_err());
                    inserted
                }

                fn update(&mut self, n: u64) -> usize {
                    diesel::update(users::table.find(key(n)))
                        .set((users::name.eq("Bob"), users::age.eq(age(n))))
                        .execute(&mut self.0)
                        .unwrap()
                }
            }
        }
    };
}

of_diesel!(
    sqlite: diesel::SqliteConnection, TimestamptzSqlite, chrono::DateTime<chrono::Utc>, chrono::DateTime::UNIX_EPOCH,
    returning
);
of_diesel!(
    postgres: diesel::PgConnection, Timestamptz, chrono::DateTime<chrono::Utc>, chrono::DateTime::UNIX_EPOCH, returning
);
of_diesel!(
    mysql: diesel::MysqlConnection, Datetime, chrono::NaiveDateTime, chrono::DateTime::UNIX_EPOCH.naive_utc(), by_number
);
