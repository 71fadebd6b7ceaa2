//! A blog: users, posts, comments and tags.

use relata::{Instant, prelude::*};

/// Somebody who writes.
#[derive(Model, Debug, Clone)]
#[model(table = "users")]
pub struct User {
    #[key(auto)]
    pub id: i64,
    pub name: String,
    pub email: String,
    pub status: String,
    pub age: i32,
    pub created_at: Instant,
    #[has_many(key = author_id)]
    pub posts: Many<Post>,
}

/// What somebody wrote.
#[derive(Model, Debug, Clone)]
#[model(table = "posts")]
pub struct Post {
    #[key(auto)]
    pub id: i64,
    pub title: String,
    pub body: String,
    pub published: bool,
    pub author_id: i64,
    pub created_at: Instant,
    #[belongs_to(key = author_id)]
    pub author: One<User>,
    #[has_many(key = post_id)]
    pub comments: Many<Comment>,
    #[belongs_to_many(through = PostTag)]
    pub tags: Many<Tag>,
}

/// What somebody says of it.
#[derive(Model, Debug, Clone)]
#[model(table = "comments")]
pub struct Comment {
    #[key(auto)]
    pub id: i64,
    pub body: String,
    pub post_id: i64,
    pub author_id: i64,
    #[belongs_to(key = author_id)]
    pub author: One<User>,
}

/// A word for posts.
#[derive(Model, Debug, Clone)]
#[model(table = "tags")]
pub struct Tag {
    #[key(auto)]
    pub id: i64,
    pub name: String,
}

/// That a post has a tag.
#[derive(Model, Debug, Clone)]
#[model(table = "post_tags")]
pub struct PostTag {
    #[key]
    pub post_id: i64,
    #[key]
    pub tag_id: i64,
}
