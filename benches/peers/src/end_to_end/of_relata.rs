//! relata, with the models of its own benchmarks.

use relata::prelude::*;
use relata_benches::{
    end_to_end::{self, COLUMNS, values},
    models::{Post, User},
};

use super::{FILLED, Library, Place, age};

pub struct Relata(Database);

impl Relata {
    pub fn new(place: &Place) -> Self {
        Relata(match place {
            Place::Sqlite => {
                let db = Database::open("sqlite::memory:").unwrap();
                db.batch(FILLED).unwrap();
                db
            }
            Place::Postgres(url) | Place::Mysql(url) => Database::open(url).unwrap(),
            Place::Mariadb(url) => Database::open(&url.replacen("mysql:", "mariadb:", 1)).unwrap(),
        })
    }
}

impl Library for Relata {
    fn find(&mut self, n: u64) -> i64 {
        end_to_end::find(&self.0, n).unwrap().unwrap()
    }

    fn all(&mut self) -> usize {
        end_to_end::all(&self.0).unwrap()
    }

    fn with_posts(&mut self) -> usize {
        let users = User::find().filter(User::ID.lte(100)).order(User::ID.asc());
        // As the others do: left to relata it would be a join, which is one statement and repeats the users.
        let posts = User::POSTS.order(Post::ID.asc()).separate(true);
        let users = users.include(posts).all(&self.0).unwrap();
        users.len() + users.iter().map(|user| user.posts.get().unwrap().len()).sum::<usize>()
    }

    fn medium(&mut self, n: u64) -> usize {
        let users = User::find().filter(User::AGE.eq(age(n))).order(User::NAME.desc());
        let users = users.include(User::POSTS.separate(false)).all(&self.0).unwrap();
        // A join has a row for each post, and one for a user without.
        users.iter().map(|user| user.posts.get().unwrap().len().max(1)).sum()
    }

    fn associations(&mut self) -> usize {
        let users = User::find().filter(User::ID.lte(100)).order(User::ID.asc());
        let posts = User::POSTS.order(Post::ID.asc()).separate(true).include(Post::COMMENTS.separate(true));
        let users = users.include(posts).all(&self.0).unwrap();
        let mut count = users.len();
        for user in &users {
            for post in user.posts.get().unwrap() {
                count += 1 + post.comments.get().unwrap().len();
            }
        }
        count
    }

    fn create(&mut self, n: u64) -> i64 {
        end_to_end::create(&self.0, n).unwrap()
    }

    fn insert(&mut self, rows: usize) -> usize {
        let tx = self.0.begin().unwrap();
        let inserted = User::insert(COLUMNS).rows((0..rows as u64).map(values)).run(&tx).unwrap();
        tx.rollback().unwrap();
        inserted as usize
    }

    fn update(&mut self, n: u64) -> usize {
        end_to_end::update(&self.0, n).unwrap() as usize
    }
}
