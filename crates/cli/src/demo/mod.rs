//! `relata demo`: a blog in an empty database, and a tour of finds and writes.

mod models;
mod seed;
mod writes;

use std::{process::ExitCode, sync::Arc};

use relata::{
    Database, DynFind, Error, ErrorKind, Find, ModelSet,
    dialect::{ALL, Capabilities},
    planner::{Options, Planner},
    prelude::*,
    request::{Request, doc::RequestDoc, typed},
};
use serde_json::Value as Json;

use crate::{failure::Failure, input, pretty::pretty, table::table};
use models::{Comment, Post, Role, Tag, User};

/// Tours a blog.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// An empty database: sqlite:path/to/file.db, postgres://user@host:port/database, mysql://, mariadb://, or env:NAME
    /// to read it from there. The blog's tables stay in it.
    #[arg(long, default_value = "sqlite::memory:")]
    url: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let db = input::database(&arguments.url)?;
    let models = relata::to_doc(&models::all()).build()?;
    nothing_is_there(&db, &models).map_err(|error| Failure::at("--url", error))?;
    relata::create_missing(&db, &models::all())?;
    let rows = seed::fill(&db)?;
    println!("A blog on {}: {} tables, {rows} rows.", db.dialect().name, models::all().len());
    let tour = Tour { db, models };
    tour.typed_finds()?;
    tour.json_requests()?;
    tour.typed_writes()?;
    tour.json_writes()?;
    println!("\nNext: write a request of your own, and see `relata sql --help` and `relata find --help`.");
    Ok(ExitCode::SUCCESS)
}

/// The tour writes, and counts what it wrote: not among what somebody else keeps.
fn nothing_is_there(db: &Database, models: &Arc<ModelSet>) -> Result<(), Error> {
    for model in models::all() {
        let count = RequestDoc::from_json(&serde_json::json!({ "count": model.name }))?;
        if DynFind::from_doc(models, count).json(db).is_ok() {
            let message = format!("the database has a table {} already; give the demo an empty one", model.table);
            return Err(Error::new(ErrorKind::Request, message));
        }
    }
    Ok(())
}

struct Tour {
    db: Database,
    models: Arc<ModelSet>,
}

/// Shows a typed find: the source that stands here is the source that runs.
macro_rules! typed {
    ($tour:expr, $title:literal, $find:expr) => {
        $tour.typed($title, stringify!($find), &$find)
    };
}

impl Tour {
    fn typed_finds(&self) -> Result<(), Error> {
        typed!(
            self,
            "A page of users with two has-many includes, one of them limited for each user",
            User::find()
                .include(User::POSTS.select(Post::TITLE).order(Post::VIEWS.desc()).limit(2))
                .include(User::ROLES.order(Role::NAME))
                .order(User::SCORE.desc())
                .limit(3)
        )?;
        typed!(
            self,
            "A condition on a column of an included association keeps users and posts",
            User::find()
                .filter(User::POSTS.path(Post::VIEWS).gt(450))
                .include(User::POSTS.select(Post::VIEWS))
                .order(User::ID.asc())
        )?;
        typed!(
            self,
            "Posts in the order of their greatest number of likes",
            Post::find()
                .include(Post::AUTHOR.select(User::NAME))
                .order((Post::COMMENTS.path(Comment::LIKES).desc().nulls_last(), Post::ID.asc()))
                .limit(4)
        )?;
        let find = User::find().filter(any((User::SCORE.gt(60), User::NAME.is_null()))).order(User::ID.asc()).limit(3);
        heading("A page and a count that agree: one snapshot of the database");
        println!("User::find().filter(any((User::SCORE.gt(60), User::NAME.is_null()))).limit(3).page(&db)");
        let page = find.page(&self.db)?;
        for user in &page.rows {
            println!("  {} {} score {}", user.id, user.name.as_deref().unwrap_or("(no name)"), user.score);
        }
        println!("  {} of {}; count says {}", page.rows.len(), page.total, find.count(&self.db)?);
        heading("Records: relations that were not included are an error, never a hidden query");
        let ann = User::find().include(User::MANAGER).filter(User::ID.eq(5)).required(&self.db)?;
        let manager = ann.manager.get()?.and_then(|manager| manager.name.as_deref()).unwrap_or("nobody");
        println!("  {} works for {manager}", ann.email);
        if let Err(error) = ann.posts.get() {
            println!("  reading their posts: {error}");
        }
        heading("Tuples, with an aggregate");
        let best: Vec<(Option<String>, i64)> =
            Tag::find().group(Tag::NAME).order(Tag::NAME.asc()).limit(3).select((Tag::NAME, count_rows()), &self.db)?;
        println!("  {best:?}");
        Ok(())
    }

    fn json_requests(&self) -> Result<(), Error> {
        for (title, text) in [
            (
                "The same language as JSON: a limit for each parent, through a junction with a column of its own",
                r#"{"model": "Post", "attributes": ["id", "title"], "where": {"published": true},
 "include": [{"association": "tags", "attributes": ["name"], "order": ["name"], "limit": 2,
              "through": {"attributes": ["weight"], "where": {"weight": {"gt": 1}}}}],
 "order": [["views", "desc"]], "limit": 3}"#,
            ),
            (
                "Who manages how many, and how well",
                r#"{"model": "User", "attributes": [[{"col": "manager.name"}, "manager"], [{"fn": "count", "args": []}, "people"],
  [{"fn": "avg", "args": [{"col": "score"}]}, "mean"]],
 "group": [{"col": "manager.name"}], "having": {"$people$": {"gt": 1}}, "order": [["manager", "asc nulls last"]]}"#,
            ),
            ("Posts that nobody has commented on", r#"{"count": "Post", "where": {"$comments.id$": null}}"#),
            (
                "A mistake, explained",
                r#"{"model": "Post", "include": [{"association": "author", "where": {"emial": "ada@example.org"}}]}"#,
            ),
        ] {
            heading(title);
            println!("{text}");
            let answer = serde_json::from_str::<Json>(text)
                .map_err(|error| Error::internal(error.to_string()))
                .and_then(|json| RequestDoc::from_json(&json))
                .map(|doc| DynFind::from_doc(&self.models, doc))
                .and_then(|find| {
                    self.plan(&find.request()?)?;
                    find.json(&self.db)
                });
            match answer {
                Ok(answer) => self.rows(&answer),
                Err(error) => println!("error: {error}"),
            }
        }
        Ok(())
    }

    fn typed<M: typed::Model>(&self, title: &str, source: &str, find: &Find<'_, M>) -> Result<(), Error> {
        heading(title);
        println!("{}", source.split_whitespace().collect::<Vec<_>>().join(" ").replace(" .", "\n    ."));
        self.plan(find.request())?;
        self.rows(&find.json(&self.db)?);
        Ok(())
    }

    /// How it is loaded, and the statements of every dialect.
    fn plan(&self, request: &Request<'_>) -> Result<(), Error> {
        let plan = |dialect: &'static Capabilities| Planner::new().plan(request, dialect, &Options::default());
        let first = plan(self.db.dialect())?;
        if !first.notes.is_empty() {
            println!("\nloading:");
            first.explain().lines().for_each(|line| println!("  {line}"));
        }
        for dialect in ALL {
            println!("\n-- {}", dialect.name);
            match plan(dialect) {
                Ok(plan) => plan.steps.iter().for_each(|step| println!("{};", pretty(&step.sql))),
                // What a database cannot say is said.
                Err(error) => println!("{error}"),
            }
        }
        Ok(())
    }

    fn rows(&self, answer: &str) {
        if let Ok(answer) = serde_json::from_str::<Json>(answer) {
            println!("\n{}", table(&answer, 110));
        }
    }
}

fn heading(title: &str) {
    println!("\n\n── {title}\n");
}
