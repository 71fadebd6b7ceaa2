//! sqlx: SQL by hand, structs by derive. What differs from database to database is the type of the connection, the spelling
//! of placeholders, and how the key of a new row is answered.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

#[derive(FromRow)]
#[expect(dead_code, reason = "it is read, and no more is done with it")]
struct User {
    id: i64,
    name: String,
    email: String,
    status: String,
    age: i32,
    created_at: DateTime<Utc>,
}

#[derive(FromRow)]
#[expect(dead_code, reason = "it is read, and no more is done with it")]
struct Post {
    id: i64,
    title: String,
    body: String,
    published: bool,
    author_id: i64,
    created_at: DateTime<Utc>,
}

#[derive(FromRow)]
#[expect(dead_code, reason = "it is read, and no more is done with it")]
struct Comment {
    id: i64,
    body: String,
    post_id: i64,
    author_id: i64,
}

/// The key of a user that is inserted.
macro_rules! created {
    ($text:literal, $own:expr, $n:expr) => {{
        let insert = sqlx::query_scalar($text);
        let insert = insert.bind("Ann").bind("ann@example.org").bind("active").bind(age($n)).bind(DateTime::UNIX_EPOCH);
        $own.runtime.block_on(insert.fetch_one(&mut $own.connection)).unwrap()
    }};
    (by_number, $own:expr, $n:expr) => {{
        let insert = sqlx::query("INSERT INTO users (name, email, status, age, created_at) VALUES (?, ?, ?, ?, ?)");
        let insert = insert.bind("Ann").bind("ann@example.org").bind("active").bind(age($n)).bind(DateTime::UNIX_EPOCH);
        $own.runtime.block_on(insert.execute(&mut $own.connection)).unwrap().last_insert_id() as i64
    }};
}

macro_rules! of_sqlx {
    ($module:ident: $database:ty, $connection:ty, [$first:literal, $second:literal, $third:literal], $answer:tt) => {
        pub mod $module {
            use std::collections::HashMap;

            use chrono::DateTime;
            use sqlx::{Connection, Executor, QueryBuilder, Row};
            use tokio::runtime::Runtime;

            use super::{Comment, Post, User};
            use crate::end_to_end::{AT_ONCE, Library, age, key};

            pub struct Sqlx {
                connection: $connection,
                runtime: Runtime,
            }

            impl Sqlx {
                pub fn new(url: &str, filled: Option<&'static str>) -> Self {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    let connection = runtime.block_on(async {
                        let mut connection = <$connection>::connect(url).await.unwrap();
                        if let Some(filled) = filled {
                            connection.execute(filled).await.unwrap();
                        }
                        connection
                    });
                    Sqlx { connection, runtime }
                }

                fn users_and_posts(&mut self) -> (Vec<User>, Vec<Vec<Post>>) {
                    let Sqlx { connection, runtime } = self;
                    runtime.block_on(async {
                        let users: Vec<User> =
                            sqlx::query_as(concat!("SELECT id, name, email, status, age, created_at FROM users WHERE id <= ", $first, " ORDER BY id"))
                                .bind(100)
                                .fetch_all(&mut *connection)
                                .await
                                .unwrap();
                        let places: HashMap<i64, usize> = users.iter().enumerate().map(|(place, user)| (user.id, place)).collect();
                        let mut posts: QueryBuilder<$database> = QueryBuilder::new(
                            "SELECT id, title, body, published, author_id, created_at FROM posts WHERE author_id IN (",
                        );
                        let mut keys = posts.separated(", ");
                        users.iter().for_each(|user| _ = keys.push_bind(user.id));
                        posts.push(") ORDER BY id");
                        let posts: Vec<Post> = posts.build_query_as().fetch_all(&mut *connection).await.unwrap();
                        let mut of_users: Vec<Vec<Post>> = users.iter().map(|_| Vec::new()).collect();
                        posts.into_iter().for_each(|post| of_users[places[&post.author_id]].push(post));
                        (users, of_users)
                    })
                }
            }

            impl Library for Sqlx {
                fn find(&mut self, n: u64) -> i64 {
                    let find =
                        sqlx::query_as(concat!("SELECT id, name, email, status, age, created_at FROM users WHERE id = ", $first)).bind(key(n));
                    let user: User = self.runtime.block_on(find.fetch_one(&mut self.connection)).unwrap();
                    user.id
                }

                fn all(&mut self) -> usize {
                    let all = sqlx::query_as("SELECT id, name, email, status, age, created_at FROM users");
                    let users: Vec<User> = self.runtime.block_on(all.fetch_all(&mut self.connection)).unwrap();
                    users.len()
                }

                fn with_posts(&mut self) -> usize {
                    let (users, posts) = self.users_and_posts();
                    users.len() + posts.iter().map(Vec::len).sum::<usize>()
                }

                fn medium(&mut self, n: u64) -> usize {
                    let joined = sqlx::query(concat!(
                        "SELECT u.id, u.name, u.email, u.status, u.age, u.created_at, p.id, p.title, p.body, p.published, p.author_id, ",
                        "p.created_at FROM users u LEFT JOIN posts p ON p.author_id = u.id WHERE u.age = ",
                        $first,
                        " ORDER BY u.name DESC",
                    ))
                    .bind(age(n));
                    let rows = self.runtime.block_on(joined.fetch_all(&mut self.connection)).unwrap();
                    let found: Vec<(User, Option<Post>)> = rows
                        .iter()
                        .map(|row| {
                            let post = row.get::<Option<i64>, _>(6).map(|id| Post {
                                id,
                                title: row.get(7),
                                body: row.get(8),
                                published: row.get(9),
                                author_id: row.get(10),
                                created_at: row.get(11),
                            });
                            let user = User {
                                id: row.get(0),
                                name: row.get(1),
                                email: row.get(2),
                                status: row.get(3),
                                age: row.get(4),
                                created_at: row.get(5),
                            };
                            (user, post)
                        })
                        .collect();
                    found.len()
                }

                fn associations(&mut self) -> usize {
                    let (users, posts) = self.users_and_posts();
                    let mut places: HashMap<i64, (usize, usize)> = HashMap::new();
                    for (user, posts) in posts.iter().enumerate() {
                        posts.iter().enumerate().for_each(|(place, post)| _ = places.insert(post.id, (user, place)));
                    }
                    let mut comments: QueryBuilder<$database> =
                        QueryBuilder::new("SELECT id, body, post_id, author_id FROM comments WHERE post_id IN (");
                    let mut keys = comments.separated(", ");
                    posts.iter().flatten().for_each(|post| _ = keys.push_bind(post.id));
                    comments.push(")");
                    let comments: Vec<Comment> =
                        self.runtime.block_on(comments.build_query_as().fetch_all(&mut self.connection)).unwrap();
                    let mut of_posts: Vec<Vec<Vec<Comment>>> =
                        posts.iter().map(|posts| posts.iter().map(|_| Vec::new()).collect()).collect();
                    comments.into_iter().for_each(|comment| {
                        let (user, post) = places[&comment.post_id];
                        of_posts[user][post].push(comment);
                    });
                    users.len() + posts.iter().map(Vec::len).sum::<usize>() + of_posts.iter().flatten().map(Vec::len).sum::<usize>()
                }

                fn create(&mut self, n: u64) -> i64 {
                    created!($answer, self, n)
                }

                fn insert(&mut self, rows: usize) -> usize {
                    let Sqlx { connection, runtime } = self;
                    runtime.block_on(async {
                        let mut tx = connection.begin().await.unwrap();
                        let mut inserted = 0;
                        for start in (0..rows).step_by(AT_ONCE) {
                            let mut many: QueryBuilder<$database> =
                                QueryBuilder::new("INSERT INTO users (name, email, status, age, created_at) ");
                            many.push_values(start..rows.min(start + AT_ONCE), |mut row, n| {
                                row.push_bind("Ann").push_bind("ann@example.org").push_bind("active");
                                row.push_bind(age(n as u64)).push_bind(DateTime::UNIX_EPOCH);
                            });
                            inserted += many.build().execute(&mut *tx).await.unwrap().rows_affected();
                        }
                        tx.rollback().await.unwrap();
                        inserted as usize
                    })
                }

                fn update(&mut self, n: u64) -> usize {
                    let update =
                        sqlx::query(concat!("UPDATE users SET name = ", $first, ", age = ", $second, " WHERE id = ", $third))
                            .bind("Bob")
                            .bind(age(n))
                            .bind(key(n));
                    self.runtime.block_on(update.execute(&mut self.connection)).unwrap().rows_affected() as usize
                }
            }
        }
    };
}

of_sqlx!(
    sqlite: sqlx::Sqlite, sqlx::SqliteConnection, ["?", "?", "?"],
    "INSERT INTO users (name, email, status, age, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id"
);
of_sqlx!(
    postgres: sqlx::Postgres, sqlx::PgConnection, ["$1", "$2", "$3"],
    "INSERT INTO users (name, email, status, age, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id"
);
of_sqlx!(mysql: sqlx::MySql, sqlx::MySqlConnection, ["?", "?", "?"], by_number);
