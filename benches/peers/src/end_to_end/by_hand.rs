//! By hand: rusqlite, with every statement prepared before.

use std::collections::HashMap;

use rusqlite::{CachedStatement, Connection, Row, params, params_from_iter};

use super::{AT_ONCE, FILLED, Library, age, key};

#[expect(dead_code, reason = "it is read, and no more is done with it")]
struct User {
    id: i64,
    name: String,
    email: String,
    status: String,
    age: i32,
    created_at: jiff::Timestamp,
}

#[expect(dead_code, reason = "it is read, and no more is done with it")]
struct Post {
    id: i64,
    title: String,
    body: String,
    published: bool,
    author_id: i64,
    created_at: jiff::Timestamp,
}

#[expect(dead_code, reason = "it is read, and no more is done with it")]
struct Comment {
    id: i64,
    body: String,
    post_id: i64,
    author_id: i64,
}

pub struct Hand(Connection);

const USER: &str = "SELECT id, name, email, status, age, created_at FROM users";
const POST: &str = "SELECT id, title, body, published, author_id, created_at FROM posts";

fn moment(row: &Row<'_>, column: usize) -> rusqlite::Result<jiff::Timestamp> {
    Ok(row.get_ref(column)?.as_str()?.parse().unwrap())
}

fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get(0)?,
        name: row.get(1)?,
        email: row.get(2)?,
        status: row.get(3)?,
        age: row.get(4)?,
        created_at: moment(row, 5)?,
    })
}

fn post(row: &Row<'_>) -> rusqlite::Result<Post> {
    Ok(Post {
        id: row.get(0)?,
        title: row.get(1)?,
        body: row.get(2)?,
        published: row.get(3)?,
        author_id: row.get(4)?,
        created_at: moment(row, 5)?,
    })
}

fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}

impl Hand {
    pub fn new() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(FILLED).unwrap();
        Hand(connection)
    }

    fn prepared(&self, sql: &str) -> CachedStatement<'_> {
        self.0.prepare_cached(sql).unwrap()
    }

    fn users_and_posts(&self) -> (Vec<User>, Vec<Vec<Post>>) {
        let mut users =
            self.prepared("SELECT id, name, email, status, age, created_at FROM users WHERE id <= ? ORDER BY id");
        let users: Vec<User> = users.query_map([100], user).unwrap().map(Result::unwrap).collect();
        let places: HashMap<i64, usize> = users.iter().enumerate().map(|(place, user)| (user.id, place)).collect();
        let mut posts = self.prepared(&format!("{POST} WHERE author_id IN ({}) ORDER BY id", marks(users.len())));
        let mut of_users: Vec<Vec<Post>> = users.iter().map(|_| Vec::new()).collect();
        let rows = posts.query_map(params_from_iter(users.iter().map(|user| user.id)), post).unwrap();
        rows.map(Result::unwrap).for_each(|post| of_users[places[&post.author_id]].push(post));
        (users, of_users)
    }
}

impl Library for Hand {
    fn find(&mut self, n: u64) -> i64 {
        let mut found = self.prepared("SELECT id, name, email, status, age, created_at FROM users WHERE id = ?");
        found.query_row([key(n)], user).unwrap().id
    }

    fn all(&mut self) -> usize {
        self.prepared(USER).query_map([], user).unwrap().map(Result::unwrap).collect::<Vec<User>>().len()
    }

    fn with_posts(&mut self) -> usize {
        let (users, posts) = self.users_and_posts();
        users.len() + posts.iter().map(Vec::len).sum::<usize>()
    }

    fn medium(&mut self, n: u64) -> usize {
        let mut joined = self.prepared(
            "SELECT u.id, u.name, u.email, u.status, u.age, u.created_at, p.id, p.title, p.body, p.published, p.author_id, \
             p.created_at FROM users u LEFT JOIN posts p ON p.author_id = u.id WHERE u.age = ? ORDER BY u.name DESC",
        );
        let mut rows = joined.query([age(n)]).unwrap();
        let mut found: Vec<(User, Option<Post>)> = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            let post = row.get::<_, Option<i64>>(6).unwrap().map(|id| Post {
                id,
                title: row.get(7).unwrap(),
                body: row.get(8).unwrap(),
                published: row.get(9).unwrap(),
                author_id: row.get(10).unwrap(),
                created_at: moment(row, 11).unwrap(),
            });
            found.push((user(row).unwrap(), post));
        }
        found.len()
    }

    fn associations(&mut self) -> usize {
        let (users, posts) = self.users_and_posts();
        let mut places: HashMap<i64, (usize, usize)> = HashMap::new();
        for (user, posts) in posts.iter().enumerate() {
            posts.iter().enumerate().for_each(|(place, post)| _ = places.insert(post.id, (user, place)));
        }
        let count: usize = posts.iter().map(Vec::len).sum();
        let sql = format!("SELECT id, body, post_id, author_id FROM comments WHERE post_id IN ({})", marks(count));
        let mut comments = self.prepared(&sql);
        let mut of_posts: Vec<Vec<Vec<Comment>>> =
            posts.iter().map(|posts| posts.iter().map(|_| Vec::new()).collect()).collect();
        let keys = posts.iter().flatten().map(|post| post.id);
        let read = |row: &Row<'_>| {
            Ok(Comment { id: row.get(0)?, body: row.get(1)?, post_id: row.get(2)?, author_id: row.get(3)? })
        };
        let rows = comments.query_map(params_from_iter(keys), read).unwrap();
        rows.map(Result::unwrap).for_each(|comment| {
            let (user, post) = places[&comment.post_id];
            of_posts[user][post].push(comment);
        });
        users.len() + count + of_posts.iter().flatten().map(Vec::len).sum::<usize>()
    }

    fn create(&mut self, n: u64) -> i64 {
        let mut insert = self
            .prepared("INSERT INTO users (name, email, status, age, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id");
        let moment = jiff::Timestamp::UNIX_EPOCH.to_string();
        insert.query_row(params!["Ann", "ann@example.org", "active", age(n), moment], |row| row.get(0)).unwrap()
    }

    fn insert(&mut self, rows: usize) -> usize {
        self.0.execute_batch("BEGIN").unwrap();
        let mut inserted = 0;
        for start in (0..rows).step_by(AT_ONCE) {
            let count = AT_ONCE.min(rows - start);
            let marks = vec!["(?, ?, ?, ?, ?)"; count].join(", ");
            let sql = format!("INSERT INTO users (name, email, status, age, created_at) VALUES {marks}");
            let mut many = self.prepared(&sql);
            for row in 0..count {
                let moment = jiff::Timestamp::UNIX_EPOCH.to_string();
                let values = params!["Ann", "ann@example.org", "active", age((start + row) as u64), moment];
                let place = |i: usize| row * 5 + i + 1;
                values.iter().enumerate().for_each(|(i, value)| many.raw_bind_parameter(place(i), value).unwrap());
            }
            inserted += many.raw_execute().unwrap();
        }
        self.0.execute_batch("ROLLBACK").unwrap();
        inserted
    }

    fn update(&mut self, n: u64) -> usize {
        self.prepared("UPDATE users SET name = ?, age = ? WHERE id = ?")
            .execute(params!["Bob", age(n), key(n)])
            .unwrap()
    }
}
