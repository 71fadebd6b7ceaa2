//! The derived models whose rows the sequences write.
#![allow(dead_code, reason = "a derived model names every column, and not every one is asked for")]

use relata::{Instant, prelude::*};

/// Numbered, counts its writes, keeps timestamps.
#[derive(Model, Debug, Clone)]
#[model(table = "users", timestamps, version)]
pub(crate) struct User {
    #[key(auto)]
    pub(crate) id: i64,
    #[column(unique)]
    pub(crate) email: String,
    pub(crate) name: Option<String>,
    #[column(default = 0)]
    pub(crate) score: i32,
    #[column(default = 0)]
    pub(crate) version: i32,
    pub(crate) created_at: Instant,
    pub(crate) updated_at: Instant,
    #[has_many(key = author_id)]
    pub(crate) posts: Many<Post>,
    #[has_one(key = user_id)]
    pub(crate) profile: One<Profile>,
}

/// Paranoid; stays without an author.
#[derive(Model, Debug, Clone)]
#[model(table = "posts", paranoid)]
pub(crate) struct Post {
    #[key(auto)]
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) author_id: Option<i64>,
    pub(crate) deleted_at: Option<Instant>,
    #[belongs_to(key = author_id, on_delete = "set null")]
    pub(crate) author: One<User>,
    #[belongs_to_many(through = PostTag, key = post_id, other_key = tag_id)]
    pub(crate) tags: Many<Tag>,
}

/// Has a natural key.
#[derive(Model, Debug, Clone)]
#[model(table = "tags")]
pub(crate) struct Tag {
    #[key]
    pub(crate) name: String,
    pub(crate) color: Option<String>,
}

/// Has a key of two.
#[derive(Model, Debug, Clone)]
#[model(table = "post_tags")]
pub(crate) struct PostTag {
    #[key]
    pub(crate) post_id: i64,
    #[key]
    pub(crate) tag_id: String,
    #[column(default = 1)]
    pub(crate) weight: i32,
    #[belongs_to(key = post_id, on_delete = "cascade")]
    pub(crate) post: One<Post>,
    #[belongs_to(key = tag_id, on_delete = "cascade")]
    pub(crate) tag: One<Tag>,
}

/// Of a user there is one; goes with its user.
#[derive(Model, Debug, Clone)]
#[model(table = "profiles")]
pub(crate) struct Profile {
    #[key(auto)]
    pub(crate) id: i64,
    #[column(unique)]
    pub(crate) user_id: Option<i64>,
    pub(crate) bio: Option<String>,
    #[belongs_to(key = user_id, on_delete = "cascade")]
    pub(crate) user: One<User>,
}
