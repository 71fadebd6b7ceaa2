//! Queries within requests, and rows of several expressions that are compared at once.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use relata::{
    ErrorKind, ModelSet, SchemaDoc,
    dialect::{MYSQL_9_7, POSTGRES_15, SQLITE_3},
    prelude::*,
    request::doc::RequestDoc,
};
use relata_testkit::databases::databases;
use serde_json::{Value as Json, json};

#[derive(Model, Debug, Clone)]
#[model(table = "authors")]
struct Author {
    #[key(auto)]
    id: i64,
    name: String,
    score: i32,
    #[has_many(key = author_id)]
    posts: Many<Post>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "posts", paranoid)]
struct Post {
    #[key(auto)]
    id: i64,
    author_id: Option<i64>,
    title: String,
    likes: i32,
    #[column(type = "decimal(10,2)")]
    price: rust_decimal::Decimal,
    deleted_at: Option<relata::Instant>,
}

fn filled(db: &Database) {
    relata::create_missing(db, &[model::<Author>(), model::<Post>()]).unwrap();
    for (name, score) in [("ann", 5), ("bob", 7), ("cy", 5)] {
        Author::create(db, |author| author.name(name).score(score)).unwrap();
    }
    let price = |cents: i64| rust_decimal::Decimal::new(cents, 2);
    for (author, title, likes, cents) in
        [(Some(1), "a", 3, 150), (Some(1), "b", 9, 250), (Some(2), "c", 1, 150), (None, "d", 4, 999)]
    {
        Post::create(db, |post| post.author_id(author).title(title).likes(likes).price(price(cents))).unwrap();
    }
    let mut hidden = Post::create(db, |post| post.author_id(3).title("e").likes(99).price(price(1))).unwrap();
    hidden.destroy(db).unwrap();
}

fn names(db: &Database, find: relata::Find<'_, Author>) -> Vec<String> {
    find.order(Author::ID.asc()).all(db).unwrap().into_iter().map(|author| author.name.clone()).collect()
}

#[test]
fn queries_stand_in_typed_conditions() {
    for db in databases("queries_typed") {
        filled(&db);
        let name = db.dialect().name;
        let liked = |least: i32| Post::find().filter(Post::LIKES.gt(least)).query(Post::AUTHOR_ID);
        assert_eq!(names(&db, Author::find().filter(Author::ID.in_query(liked(2)))), ["ann"], "{name}");
        // A NULL among the values leaves nothing that is known to be outside of them.
        assert_eq!(names(&db, Author::find().filter(Author::ID.not_in_query(liked(2)))), [""; 0], "{name}");
        let known = Post::find().filter(Post::LIKES.gt(2)).filter(Post::AUTHOR_ID.is_not_null()).query(Post::AUTHOR_ID);
        assert_eq!(names(&db, Author::find().filter(Author::ID.not_in_query(known))), ["bob", "cy"], "{name}");
        let own = || Post::find().filter(Post::AUTHOR_ID.eq(outer(Author::ID)));
        assert_eq!(names(&db, Author::find().filter(exists(own()))), ["ann", "bob"], "{name}");
        assert_eq!(names(&db, Author::find().filter(not(exists(own())))), ["cy"], "{name}");
        // The soft-deleted are not there, unless the query says so.
        assert_eq!(names(&db, Author::find().filter(exists(own().with_deleted()))), ["ann", "bob", "cy"], "{name}");
        let most = own().query(max(Post::LIKES));
        assert_eq!(names(&db, Author::find().filter(Author::SCORE.lt(most))), ["ann"], "{name}");
        let first = own().order(Post::LIKES.desc()).query(Post::LIKES);
        assert_eq!(names(&db, Author::find().filter(Author::SCORE.lt(first))), ["ann"], "{name}");
        let page = Post::find().order(Post::ID.asc()).limit(2).query(Post::AUTHOR_ID);
        assert_eq!(names(&db, Author::find().filter(Author::ID.in_query(page))), ["ann"], "{name}");
        // A query within a query names the rows of both outside of it.
        let better = Author::find().filter(Author::SCORE.gt(outer(Author::SCORE))).filter(exists(own()));
        assert_eq!(names(&db, Author::find().filter(exists(better))), ["ann", "cy"], "{name}");
        // Within an include the row outside is the child.
        let same = Author::find().filter(Author::SCORE.eq(outer(Post::LIKES))).query(Author::ID);
        let shown = Author::find().include(Author::POSTS.filter(Post::ID.in_query(same)).required(false));
        assert!(shown.all(&db).unwrap().iter().all(|author| author.posts.get().unwrap().is_empty()), "{name}");
        // The find of the README.
        let liked = Post::find().filter(Post::LIKES.gt(2)).query(Post::AUTHOR_ID);
        let own = || Post::find().filter(Post::AUTHOR_ID.eq(outer(Author::ID)));
        let next = Author::find()
            .filter(Author::ID.in_query(liked))
            .filter(not(exists(own().filter(Post::LIKES.eq(0)))))
            .filter(row((Author::SCORE, Author::ID)).gt((4, 42_i64)))
            .order((Author::SCORE.asc(), Author::ID.asc()))
            .limit(20)
            .all(&db)
            .unwrap();
        assert_eq!(next.iter().map(|author| author.name.as_str()).collect::<Vec<_>>(), ["ann"], "{name}");
        // A write looks at the table that it changes.
        let dearest = Post::find().query(max(Post::PRICE));
        let changed = Post::update().set(Post::TITLE, "dear").filter(Post::PRICE.eq(dearest)).run(&db).unwrap();
        assert_eq!(changed, 1, "{name}");
        let cheap = Post::find().order(Post::PRICE.asc()).limit(2).query(Post::ID);
        assert_eq!(Post::update().set(Post::LIKES, 0).filter(Post::ID.in_query(cheap)).run(&db).unwrap(), 2, "{name}");
    }
}

#[test]
fn rows_are_compared_at_once() {
    for db in databases("rows_typed") {
        filled(&db);
        let name = db.dialect().name;
        let titles = |find: relata::Find<'_, Post>| -> Vec<String> {
            find.order(Post::ID.asc()).all(&db).unwrap().into_iter().map(|post| post.title.clone()).collect()
        };
        let price = |cents: i64| rust_decimal::Decimal::new(cents, 2);
        let pair = || row((Post::PRICE, Post::ID));
        assert_eq!(titles(Post::find().filter(pair().gt((price(150), 1_i64)))), ["b", "c", "d"], "{name}");
        assert_eq!(titles(Post::find().filter(pair().lte((price(150), 3_i64)))), ["a", "c"], "{name}");
        assert_eq!(titles(Post::find().filter(pair().eq((price(250), 2_i64)))), ["b"], "{name}");
        assert_eq!(titles(Post::find().filter(pair().ne((price(250), 2_i64)))), ["a", "c", "d"], "{name}");
        let some = vec![(price(150), 1_i64), (price(999), 4), (price(999), 1)];
        assert_eq!(titles(Post::find().filter(pair().is_in(some.clone()))), ["a", "d"], "{name}");
        assert_eq!(titles(Post::find().filter(pair().not_in(some))), ["b", "c"], "{name}");
        assert_eq!(titles(Post::find().filter(pair().is_in(Vec::<(rust_decimal::Decimal, i64)>::new()))), [""; 0]);
        assert_eq!(titles(Post::find().filter(row((Post::LIKES, Post::TITLE)).gte((Post::LIKES, "c")))), ["c", "d"]);
        let many: Vec<(rust_decimal::Decimal, i64)> = (0..129).map(|id| (price(1), id)).collect();
        let error = Post::find().filter(pair().is_in(many)).all(&db).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{error}");
        // A NULL in a row leaves it unknown.
        let authored = row((Post::AUTHOR_ID, Post::ID));
        assert_eq!(titles(Post::find().filter(authored.ne((2_i64, 3_i64)))), ["a", "b", "d"], "{name}");
    }
}

fn models() -> Arc<ModelSet> {
    relata::to_doc(&[model::<Author>(), model::<Post>()]).build().unwrap()
}

#[test]
fn queries_stand_in_documents() {
    let models = models();
    for db in databases("queries_documents") {
        filled(&db);
        let ask = |request: &Json| -> Json {
            let doc = RequestDoc::from_json(request).unwrap();
            // What is read is written as it was.
            assert_eq!(RequestDoc::from_json(&doc.to_json()).unwrap(), doc);
            let answer = DynFind::from_doc(&models, doc).json(&db);
            let answer = answer.unwrap_or_else(|error| panic!("{request} on {}: {error:?}", db.dialect().name));
            serde_json::from_str(&answer).unwrap()
        };
        let own = json!({ "model": "Post", "where": { "author_id": { "outer": "id" } } });
        for (filter, expected) in [
            (json!({ "id": { "in": { "query": { "model": "Post", "attributes": ["author_id"], "where": { "likes": { "gt": 2 } } } } } }), json!(["ann"])),
            (json!({ "exists": own }), json!(["ann", "bob"])),
            (json!({ "not": { "exists": own } }), json!(["cy"])),
            (json!({ "or": [{ "exists": own }, { "name": "cy" }] }), json!(["ann", "bob", "cy"])),
            (json!({ "left": { "query": { "count": "Post", "where": { "author_id": { "outer": "id" } } } }, "eq": 2 }), json!(["ann"])),
            (json!({ "score": { "lt": { "query": { "model": "Post", "aggregate": "max", "attribute": "likes", "where": { "author_id": { "outer": "id" } } } } } }), json!(["ann"])),
            (json!({ "score": { "gt": { "query": { "model": "Post", "attributes": [[{ "fn": "avg", "args": [{ "col": "likes" }] }, "mean"]] } } } }), json!(["ann", "bob", "cy"])),
            (json!({ "left": { "row": ["score", "id"] }, "gt": [5, 1] }), json!(["bob", "cy"])),
            (json!({ "left": { "row": ["score", "name"] }, "in": [[5, "ann"], [7, "bob"], [5, "bob"]] }), json!(["ann", "bob"])),
            (json!({ "left": { "row": ["score", "name"] }, "not_in": [[5, "ann"]] }), json!(["bob", "cy"])),
            (json!({ "left": { "row": ["id", "id"] }, "in": { "query": { "model": "Post", "attributes": ["author_id", [{ "col": "author_id" }, "again"]] } } }), json!(["ann", "bob"])),
        ]
        .into_iter()
        {
            let found = ask(&json!({ "model": "Author", "attributes": ["name"], "where": filter, "order": ["id"] }));
            let names: Json = found.as_array().unwrap().iter().map(|row| row["name"].clone()).collect();
            assert_eq!(names, expected, "{filter} on {}", db.dialect().name);
        }
        let counted = ask(&json!({
            "model": "Author",
            "attributes": ["name", [{ "query": { "count": "Post", "where": { "author_id": { "outer": "id" } } } }, "posts_of"]],
            "order": ["id"],
        }));
        assert_eq!(
            counted,
            json!([{ "name": "ann", "posts_of": 2 }, { "name": "bob", "posts_of": 1 }, { "name": "cy", "posts_of": 0 }])
        );
        let grouped = ask(&json!({
            "model": "Post", "attributes": ["author_id"], "group": ["author_id"], "where": { "author_id": { "ne": null } },
            "having": { "left": { "fn": "sum", "args": [{ "col": "likes" }] },
                "gt": { "query": { "model": "Author", "aggregate": "min", "attribute": "score" } } },
        }));
        assert_eq!(grouped, json!([{ "author_id": 1 }]));
    }
}

#[test]
fn what_no_query_can_be_is_explained() {
    let models = models();
    let complaint = |filter: Json| {
        let request = json!({ "model": "Author", "attributes": ["name"], "where": filter });
        match RequestDoc::from_json(&request) {
            Err(error) => error,
            Ok(doc) => DynFind::from_doc(&models, doc).to_sql(&POSTGRES_15).unwrap_err(),
        }
    };
    for (filter, kind, said) in [
        (json!({ "exists": { "model": "Nobody" } }), ErrorKind::UnknownModel, "Author"),
        (json!({ "exists": { "model": "Post", "lock": "update" } }), ErrorKind::Document, "lock"),
        (json!({ "exists": { "model": "Post", "where": { "nothing": 1 } } }), ErrorKind::UnknownAttribute, "nothing"),
        (json!({ "exists": { "count": "Post", "model": "Post" } }), ErrorKind::Document, "one of"),
        (json!({ "id": { "in": { "query": { "model": "Post" } } } }), ErrorKind::Request, "6 attributes"),
        (
            json!({ "id": { "in": { "query": { "model": "Post", "attributes": ["title"] } } } }),
            ErrorKind::TypeMismatch,
            "text",
        ),
        (
            json!({ "id": { "eq": { "query": { "model": "Post", "attributes": ["id"] } } } }),
            ErrorKind::Request,
            "first",
        ),
        (json!({ "id": { "eq": { "outer": "id" } } }), ErrorKind::Request, "outside"),
        (json!({ "left": { "row": ["id"] }, "eq": [1] }), ErrorKind::Request, "2 to 16"),
        (json!({ "left": { "row": ["id", "name"] }, "eq": [1] }), ErrorKind::Request, "as many"),
        (json!({ "left": { "row": ["id", "name"] }, "eq": [1, null] }), ErrorKind::Request, "NULL"),
        (json!({ "left": { "row": ["id", "name"] }, "like": [1, "a"] }), ErrorKind::Request, "like"),
        (json!({ "id": { "eq": { "row": ["id", "name"] } } }), ErrorKind::Request, "left side"),
    ] {
        let error = complaint(filter.clone());
        assert_eq!(error.kind(), kind, "{filter}: {error}");
        assert!(error.to_string().contains(said), "{filter}: {error}");
    }
    let own = || Post::find().filter(Post::AUTHOR_ID.eq(outer(Author::ID)));
    // Outside of a query there is no row outside.
    let error = own().to_sql(&SQLITE_3).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request, "{error}");
    let error = Author::find().filter(exists(own().for_update())).to_sql(&MYSQL_9_7).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request, "{error}");
    // A tree of names knows no models that are declared in code.
    let doc: SchemaDoc = relata::to_doc(&[model::<Author>()]);
    assert!(doc.build().is_err());
}
