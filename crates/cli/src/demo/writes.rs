//! The writing half of the tour.

use relata::{
    DynFind, Error,
    dialect::ALL,
    planner::{Options, Planner},
    prelude::*,
    request::doc::RequestDoc,
};
use serde_json::Value as Json;

use super::{
    Tour, heading,
    models::{Post, Tag, User},
};
use crate::pretty::pretty;

impl Tour {
    pub(super) fn typed_writes(&self) -> Result<(), Error> {
        let db = &self.db;
        heading("A record and what belongs to it, in one transaction");
        println!("User::create(&db, |user| user.email(..).name(..).posts(|post| post.title(..).tags(|tag| ..)))");
        let mut zoe = User::create(db, |user| {
            user.email("zoe@example.org")
                .name("Zoe")
                .posts(|post| post.title("First").published(true).views(1).tags(|tag| tag.id(900).name("new")))
                .posts(|post| post.title("Second").published(false).views(0))
        })?;
        println!("  {}", zoe.to_json());

        heading("Saving writes what has changed, and nothing else");
        zoe.score = 7;
        println!("  changed: {:?}", zoe.changed());
        println!("  saved: {}, and once more: {}", zoe.save(db)?, zoe.save(db)?);

        heading("All that is wrong with a record, at once");
        match User::create(db, |user| user.email("zoe at home").score(-1)) {
            Ok(_) => println!("  it was created"),
            Err(error) => {
                error.failures().iter().for_each(|failure| println!("  {}: {}", failure.path, failure.message))
            }
        }

        heading("A violation in the terms of the model");
        match User::create(db, |user| user.email("zoe@example.org")) {
            Ok(_) => println!("  it was created"),
            Err(error) => println!("  {error}\n  outcome: {:?}", error.outcome()),
        }

        heading("Rows that a condition picks, through a path to another model");
        println!("Post::update().add(Post::VIEWS, 10).filter(Post::AUTHOR.path(User::EMAIL).eq(\"zoe@example.org\"))");
        let change =
            || Post::update().add(Post::VIEWS, 10).filter(Post::AUTHOR.path(User::EMAIL).eq("zoe@example.org"));
        for dialect in ALL {
            println!("\n-- {}", dialect.name);
            match change().to_sql(dialect) {
                Ok(sql) => println!("{};", pretty(&sql)),
                Err(error) => println!("{error}"),
            }
        }
        println!("\n  {} rows", change().run(db)?);

        heading("A set is a difference: what is there already stays");
        let mut first = zoe.related(User::POSTS.order(Post::ID).limit(1), db)?.remove(0);
        let tags = Tag::find().order(Tag::ID).limit(2).all(db)?;
        first.links(Post::TAGS).through(super::models::PostTag::WEIGHT, 5).set(&[&tags[0], &tags[1]], db)?;
        println!("  {} now has {} tags", first.title, first.count_related(Post::TAGS, db)?);

        heading("A transaction, and one within it that fails");
        db.transaction(|tx| {
            zoe.increment(User::SCORE, 1, tx)?;
            let inner = tx.transaction(|inner| {
                Post::update().set(Post::VIEWS, 0).all().run(inner)?;
                Err::<(), _>(Error::application(std::io::Error::other("changed my mind")))
            });
            if let Err(error) = inner {
                println!("  the inner one: {error}");
            }
            tx.after_commit(|| println!("  committed"));
            Ok(())
        })?;
        println!("  zoe has {} points, and there are {} users", zoe.score, User::find().count(db)?);

        heading("Soft deletion");
        first.destroy(db)?;
        let all = Post::find().with_deleted().filter(Post::AUTHOR_ID.eq(zoe.id)).count(db)?;
        println!("  {} posts, {all} with those that were deleted", zoe.count_related(User::POSTS, db)?);
        first.restore(db)
    }

    pub(super) fn json_writes(&self) -> Result<(), Error> {
        for (title, text) in [
            (
                "Writes as JSON: rows are created, or take new values where they are there",
                r#"{"create": "Tag", "values": [{"id": 900, "name": "newer"}, {"id": 901, "name": "newest"}],
 "update_on_duplicate": ["name"], "conflict_attributes": ["id"]}"#,
            ),
            (
                "The two oldest unpublished posts",
                r#"{"update": "Post", "set": {"published": true}, "where": {"published": false}, "order": ["id"], "limit": 2,
 "returning": ["id", "title"]}"#,
            ),
            ("A mistake that would have been dear", r#"{"destroy": "User"}"#),
        ] {
            heading(title);
            println!("{text}");
            let doc = serde_json::from_str::<Json>(text)
                .map_err(|error| Error::internal(error.to_string()))
                .and_then(|json| RequestDoc::from_json(&json))?;
            let find = DynFind::from_doc(&self.models, doc);
            for dialect in ALL {
                for (_, request) in find.requests()? {
                    if let Ok(plan) = Planner::new().plan(&request, dialect, &Options::default()) {
                        println!("\n-- {}", dialect.name);
                        plan.steps.iter().for_each(|step| println!("{};", pretty(&step.sql)));
                    }
                }
            }
            match find.json(&self.db) {
                Ok(answer) => self.rows(&answer),
                Err(error) => println!("error: {error}"),
            }
        }
        Ok(())
    }
}
