//! Queries within requests, and rows of several expressions that are compared at once.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use relata::{
    ErrorKind, ModelSet, SchemaDoc,
    dialect::{MYSQL_9_7, POSTGRES_15, SQLITE_3},
    prelude::*,
    request::{doc::RequestDoc, typed::concat},
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
        // Any and all of some values: nobody likes less than nothing, and of no posts all are liked more.
        let none = || Post::find().filter(Post::LIKES.gt(1000)).query(Post::LIKES);
        let likes = || Post::find().query(Post::LIKES);
        let own_likes = || own().query(Post::LIKES);
        for (found, expected) in [
            (Author::find().filter(Author::SCORE.gt(any_of_query(likes()))), vec!["ann", "bob", "cy"]),
            (Author::find().filter(Author::SCORE.lt(all_of_query(likes()))), vec![]),
            (Author::find().filter(Author::SCORE.gt(all_of_query(own_likes()))), vec!["bob", "cy"]),
            (Author::find().filter(Author::SCORE.gt(any_of_query(none()))), vec![]),
            (Author::find().filter(Author::SCORE.gt(all_of_query(none()))), vec!["ann", "bob", "cy"]),
            (Author::find().filter(Author::SCORE.eq(any_of_query(none()))), vec![]),
            (Author::find().filter(not(Author::SCORE.lt(any_of_query(own_likes())))), vec!["bob", "cy"]),
        ] {
            assert_eq!(names(&db, found), expected, "{name}");
        }
        // Nothing is known of what is compared with a NULL, unless another value decides.
        let authors = || Post::find().query(Post::AUTHOR_ID);
        assert_eq!(names(&db, Author::find().filter(Author::ID.gt(any_of_query(authors())))), ["bob", "cy"], "{name}");
        assert_eq!(names(&db, Author::find().filter(not(Author::ID.gt(any_of_query(authors()))))), [""; 0], "{name}");
        assert_eq!(names(&db, Author::find().filter(Author::ID.lte(all_of_query(authors())))), [""; 0], "{name}");
        assert_eq!(names(&db, Author::find().filter(not(Author::ID.lte(all_of_query(authors()))))), ["bob", "cy"]);
        let price = |cents: i64| rust_decimal::Decimal::new(cents, 2);
        // A text within another, taken literally.
        Author::create(&db, |author| author.name("50%_\\*[x]?").score(0)).unwrap();
        Post::create(&db, |post| post.author_id(4).title("x50%_\\*[x]?").likes(0).price(price(1))).unwrap();
        Post::create(&db, |post| post.author_id(4).title("x50ab\\*[x]?").likes(0).price(price(1))).unwrap();
        let ends = Post::find().filter(Post::TITLE.ends_with(outer(Author::NAME))).query(Post::AUTHOR_ID);
        assert_eq!(names(&db, Author::find().filter(Author::ID.in_query(ends))), ["50%_\\*[x]?"], "{name}");
        let within = Post::find().filter(Post::TITLE.substring(outer(Author::NAME)));
        assert_eq!(Author::find().filter(exists(within)).count(&db).unwrap(), 1, "{name}");
        let titles = Post::find().filter(Post::TITLE.ends_with(concat(Post::TITLE, "")));
        assert_eq!(titles.count(&db).unwrap(), 6, "{name}");
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
fn queries_stand_beside_groups() {
    let models = models();
    for db in databases("queries_groups") {
        filled(&db);
        let name = db.dialect().name;
        let ask = |request: Json| -> Result<Json, relata::Error> {
            let answer = DynFind::from_doc(&models, RequestDoc::from_json(&request).unwrap()).json(&db)?;
            Ok(serde_json::from_str(&answer).unwrap())
        };
        let posts =
            |outside: &str| json!({ "query": { "count": "Post", "where": { "author_id": { "outer": outside } } } });
        // How many authors have so many posts: the alias is one query, as a key and as what is selected.
        let by_count = json!({
            "model": "Author", "group": ["n"], "order": ["n"],
            "attributes": [[posts("id"), "n"], [{ "fn": "count" }, "authors"]],
        });
        let counted = json!([{ "n": 0, "authors": 1 }, { "n": 1, "authors": 1 }, { "n": 2, "authors": 1 }]);
        assert_eq!(ask(by_count).unwrap(), counted, "{name}");
        let different =
            json!({ "model": "Author", "distinct": true, "attributes": [[posts("id"), "n"]], "order": ["n"] });
        assert_eq!(ask(different).unwrap(), json!([{ "n": 0 }, { "n": 1 }, { "n": 2 }]), "{name}");
        // A query asks for a key of the group, and for nothing else of its many rows.
        let liked = |outside: &str| json!({ "query": { "count": "Post", "where": { "likes": { "outer": outside } } } });
        let by_score = |value: Json| json!({ "model": "Author", "group": ["score"], "order": ["score"], "attributes": ["score", [value, "n"]] });
        assert_eq!(
            ask(by_score(liked("score"))).unwrap(),
            json!([{ "score": 5, "n": 0 }, { "score": 7, "n": 0 }]),
            "{name}"
        );
        for wrong in [
            by_score(posts("id")),
            json!({
                "model": "Author", "group": ["score"], "attributes": ["score"],
                "having": { "exists": { "model": "Post", "where": { "author_id": { "outer": "id" } } } },
            }),
        ] {
            let error = ask(wrong).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Request, "{name}: {error}");
            assert!(error.to_string().contains("\"id\" is neither a group key"), "{name}: {error}");
        }
        // What is of a row outside is one value for all groups, and no aggregate is taken of it alone.
        let having = |left: Json| {
            json!({
                "model": "Author", "attributes": ["name"], "order": ["id"],
                "where": { "exists": {
                    "model": "Post", "attributes": ["author_id"], "group": ["author_id"],
                    "having": { "left": left, "gt": { "outer": "score" } },
                } },
            })
        };
        let most = ask(having(json!({ "fn": "max", "args": [{ "col": "likes" }] }))).unwrap();
        assert_eq!(most, json!([{ "name": "ann" }, { "name": "bob" }, { "name": "cy" }]), "{name}");
        let error = ask(having(json!({ "fn": "max", "args": [{ "outer": "score" }] }))).unwrap_err();
        assert!(error.to_string().contains("an aggregate is taken of a row outside"), "{name}: {error}");
        // A derived table has rows outside, or the query is refused by name.
        let most_liked = json!({
            "model": "Author", "attributes": ["name"], "where": { "left": { "query": {
                "count": "Post", "distinct": true, "attributes": ["likes"], "where": { "author_id": { "outer": "id" } },
            } }, "eq": 2 },
        });
        match ask(most_liked) {
            Ok(found) => assert_eq!(found, json!([{ "name": "ann" }]), "{name}"),
            Err(error) => {
                assert_eq!((name, error.kind()), ("mariadb", ErrorKind::Unsupported), "{error}");
            }
        }
    }
}

#[derive(Model, Debug, Clone)]
#[model(table = "labels")]
struct Label {
    #[key(auto)]
    id: i64,
    meta: Json,
    #[belongs_to_many(through = Labelling)]
    items: Many<Item>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "items")]
struct Item {
    #[key(auto)]
    id: i64,
    #[belongs_to_many(through = Labelling)]
    labels: Many<Label>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "labellings")]
struct Labelling {
    #[key]
    label_id: i64,
    #[key]
    item_id: i64,
    by: i64,
}

#[test]
fn the_row_outside_of_a_query_on_a_junction_is_the_junctions() {
    let models = relata::to_doc(&[model::<Label>(), model::<Item>(), model::<Labelling>()]).build().unwrap();
    for db in databases("queries_junction") {
        let name = db.dialect().name;
        relata::create_missing(&db, &[model::<Label>(), model::<Item>(), model::<Labelling>()]).unwrap();
        for _ in 0..2 {
            Label::create(&db, |label| label.meta(json!({}))).unwrap();
            Item::create(&db, |item| item).unwrap();
        }
        for (label, by) in [(1, 2), (2, 9)] {
            Labelling::create(&db, |row| row.label_id(label).item_id(1).by(by)).unwrap();
        }
        let ask = |request: Json| -> Result<Json, relata::Error> {
            let answer = DynFind::from_doc(&models, RequestDoc::from_json(&request).unwrap()).json(&db)?;
            Ok(serde_json::from_str(&answer).unwrap())
        };
        let known = json!({ "exists": { "model": "Label", "where": { "id": { "outer": "by" } } } });
        let through = json!({ "association": "labels", "attributes": ["id"], "through": { "where": known } });
        let found =
            ask(json!({ "model": "Item", "attributes": ["id"], "order": ["id"], "include": [through] })).unwrap();
        let labels: Vec<usize> =
            found.as_array().unwrap().iter().map(|row| row["labels"].as_array().unwrap().len()).collect();
        assert_eq!(labels, [1, 0], "{name}: {found}");
        // Neither are documents compared as members of a row.
        let pair = json!({ "left": { "row": ["id", "meta"] }, "in": [[1, { "a": 1 }]] });
        let error = ask(json!({ "model": "Label", "where": pair })).unwrap_err();
        assert!(error.to_string().contains("not compared"), "{name}: {error}");
    }
}

#[test]
fn a_query_says_nothing_of_indexes() {
    let own = Post::find().force_indexes(["by_author"]);
    let error = Author::find().filter(exists(own)).to_sql(&MYSQL_9_7).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    let error = Post::find().use_indexes(["a"]).force_indexes(["b"]).to_sql(&MYSQL_9_7).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(Post::find().use_indexes(["a"]).ignore_indexes(["b"]).to_sql(&MYSQL_9_7).is_ok());
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

/// A chapter is known by its book and number; some have a code, which no two share.
#[derive(Model, Debug, Clone)]
#[model(table = "chapters")]
struct Chapter {
    #[key]
    book_id: i64,
    #[key]
    number: i64,
    #[column(unique)]
    code: Option<String>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "books")]
struct Book {
    #[key]
    id: i64,
    #[has_many(key = book_id)]
    chapters: Many<Chapter>,
}

#[test]
fn a_limit_for_each_parent_counts_rows_whose_unique_key_is_null() {
    for db in databases("queries_chapters") {
        relata::create_missing(&db, &[model::<Book>(), model::<Chapter>()]).unwrap();
        for book in 1..=2 {
            Book::create(&db, |row| row.id(book)).unwrap();
            for number in 1..=3 {
                Chapter::create(&db, |row| row.book_id(book).number(number)).unwrap();
            }
        }
        let chapters = Book::CHAPTERS.order(Chapter::NUMBER.desc()).limit(2);
        let books = Book::find().include(chapters).order(Book::ID.asc()).all(&db).unwrap();
        for book in books {
            let found: Vec<i64> = book.chapters.get().unwrap().iter().map(|chapter| chapter.number).collect();
            assert_eq!(found, [3, 2], "{}, book {}", db.dialect().name, book.id);
        }
    }
}
