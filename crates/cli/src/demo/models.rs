//! The blog of the demo, as derived models.
// The demo reads its answers as JSON: not every field is read in Rust.

use relata::{ModelView, prelude::*};

#[derive(Model, Debug, Clone)]
#[model(table = "users")]
pub(crate) struct User {
    #[key(auto)]
    pub id: i64,
    #[column(unique, validate(email))]
    pub email: String,
    pub name: Option<String>,
    #[column(default = 0, validate(min = 0))]
    pub score: i32,
    pub manager_id: Option<i64>,
    #[belongs_to(key = manager_id)]
    pub manager: One<User>,
    #[has_one(key = user_id)]
    pub profile: One<Profile>,
    #[has_many(key = author_id)]
    pub posts: Many<Post>,
    #[belongs_to_many(through = UserRole, key = user_id, other_key = role_id)]
    pub roles: Many<Role>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "profiles")]
pub(crate) struct Profile {
    #[key(auto)]
    pub id: i64,
    #[column(unique)]
    pub user_id: i64,
    pub bio: String,
    #[belongs_to(key = user_id)]
    pub user: One<User>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "posts", paranoid)]
pub(crate) struct Post {
    #[key(auto)]
    pub id: i64,
    pub title: String,
    pub published: bool,
    pub views: i32,
    pub author_id: i64,
    pub deleted_at: Option<relata::Instant>,
    #[belongs_to(key = author_id)]
    pub author: One<User>,
    #[has_many(key = post_id)]
    pub comments: Many<Comment>,
    #[belongs_to_many(through = PostTag, key = post_id, other_key = tag_id)]
    pub tags: Many<Tag>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "comments")]
pub(crate) struct Comment {
    #[key(auto)]
    pub id: i64,
    pub body: String,
    pub likes: i32,
    pub post_id: i64,
    pub author_id: Option<i64>,
    #[belongs_to(key = post_id)]
    pub post: One<Post>,
    #[belongs_to(key = author_id)]
    pub author: One<User>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "tags")]
pub(crate) struct Tag {
    #[key(auto)]
    pub id: i64,
    #[column(unique)]
    pub name: String,
}

#[derive(Model, Debug, Clone)]
#[model(table = "post_tags")]
pub(crate) struct PostTag {
    #[key]
    pub post_id: i64,
    #[key]
    pub tag_id: i64,
    #[column(default = 1)]
    pub weight: i32,
    #[belongs_to(key = post_id)]
    pub post: One<Post>,
    #[belongs_to(key = tag_id)]
    pub tag: One<Tag>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "roles")]
pub(crate) struct Role {
    #[key(auto)]
    pub id: i64,
    #[column(unique)]
    pub name: String,
}

#[derive(Model, Debug, Clone)]
#[model(table = "user_roles")]
pub(crate) struct UserRole {
    #[key]
    pub user_id: i64,
    #[key]
    pub role_id: i64,
    #[belongs_to(key = user_id)]
    pub user: One<User>,
    #[belongs_to(key = role_id)]
    pub role: One<Role>,
}

/// All of them, those that others refer to first.
pub(crate) fn all() -> Vec<ModelView<'static>> {
    vec![
        model::<User>(),
        model::<Profile>(),
        model::<Post>(),
        model::<Comment>(),
        model::<Tag>(),
        model::<PostTag>(),
        model::<Role>(),
        model::<UserRole>(),
    ]
}
