//! The rows of the demo: the same in every run. The tables are new, so that what they number begins with 1.

use relata::{Database, Error, Value, orm::insert_rows, prelude::model};

use super::models::{Comment, Post, PostTag, Profile, Role, Tag, User, UserRole};

const NAMES: [&str; 20] = [
    "Ada", "Barbara", "Charles", "Dennis", "Edsger", "Frances", "Grace", "Hedy", "Ivan", "Joan", "Ken", "Leslie",
    "Margaret", "Niklaus", "Ole", "Peter", "Radia", "Sophie", "Tony", "Ursula",
];
const WORDS: [&str; 8] = ["rust", "queries", "limits", "joins", "planning", "pages", "hooks", "types"];
const TAGS: [&str; 6] = ["databases", "rust", "tips", "news", "tools", "theory"];

/// Fills the tables; says how many rows.
pub(super) fn fill(db: &Database) -> Result<u64, Error> {
    let int = |value: usize| Value::Int(value as i64);
    let mut total = 0;
    let users = NAMES.iter().enumerate().map(|(i, name)| {
        let name_or_none = if i % 7 == 6 { Value::Null } else { Value::from((*name).to_owned()) };
        let manager = if i < 3 { Value::Null } else { int(1 + i % 3) };
        let email = format!("{}@example.org", name.to_lowercase());
        vec![Value::from(email), name_or_none, int((i * 37) % 100), manager]
    });
    let users: Vec<_> = users.collect();
    total += insert_rows(db, model::<User>(), &["email", "name", "score", "manager_id"], &users)?;
    let profiles: Vec<_> = (0..NAMES.len())
        .filter(|i| i % 4 != 3)
        .map(|i| vec![int(i + 1), Value::from(format!("Writes about {}.", WORDS[i % 8]))])
        .collect();
    total += insert_rows(db, model::<Profile>(), &["user_id", "bio"], &profiles)?;
    let posts: Vec<_> = (0..60)
        .map(|i| {
            let title = format!("On {} and {}", WORDS[i % 8], WORDS[(i * 3 + 1) % 8]);
            let deleted = if i % 11 == 10 {
                Value::Instant(relata::Instant::from_microsecond(1_700_000_000_000_000).unwrap_or_default())
            } else {
                Value::Null
            };
            vec![
                Value::from(title),
                Value::from(i % 5 != 0),
                int((i * 53) % 500),
                int(1 + (i * i) % NAMES.len()),
                deleted,
            ]
        })
        .collect();
    let columns = ["title", "published", "views", "author_id", "deleted_at"];
    total += insert_rows(db, model::<Post>(), &columns, &posts)?;
    let comments: Vec<_> = (0..180)
        .map(|i| {
            let body = format!("What about {}?", WORDS[(i * 5) % 8]);
            let author = if i % 9 == 8 { Value::Null } else { int(1 + (i * 7) % NAMES.len()) };
            vec![Value::from(body), int((i * 13) % 40), int(1 + (i * 11) % 60), author]
        })
        .collect();
    total += insert_rows(db, model::<Comment>(), &["body", "likes", "post_id", "author_id"], &comments)?;
    let named = |names: &[&str]| -> Vec<Vec<Value>> {
        names.iter().map(|name| vec![Value::from((*name).to_owned())]).collect()
    };
    total += insert_rows(db, model::<Tag>(), &["name"], &named(&TAGS))?;
    let post_tags: Vec<_> = (0..60)
        .flat_map(|post| {
            (0..post % 4).map(move |n| vec![int(post + 1), int(1 + (post + n * 2) % 6), int(1 + (post * n) % 5)])
        })
        .collect();
    total += insert_rows(db, model::<PostTag>(), &["post_id", "tag_id", "weight"], &post_tags)?;
    total += insert_rows(db, model::<Role>(), &["name"], &named(&["reader", "writer", "editor"]))?;
    let user_roles: Vec<_> =
        (0..NAMES.len()).flat_map(|user| (0..=user % 3).map(move |role| vec![int(user + 1), int(role + 1)])).collect();
    total += insert_rows(db, model::<UserRole>(), &["user_id", "role_id"], &user_roles)?;
    Ok(total)
}
