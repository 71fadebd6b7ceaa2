//! Writes of many rows of derived models on every database: by a condition, many at once, and whether they are there.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use relata::{Database, ErrorKind, prelude::*, request::doc::WhereDoc};
use relata_testkit::databases::databases;
use relata_tests::models::{
    Badge, Post, SILENT, Tag, UNCHECKED, User, at, broken, on_all, post, post_of, second, statements, user, user_of,
};

#[test]
fn rows_are_updated_by_a_condition() {
    on_all(databases("bulk"), |db| {
        let [ann, bob, _] = three(db);
        let named = User::update().set(User::NAME, "Ann").filter(User::EMAIL.starts_with("ann")).run(&at(db, 60));
        assert_eq!(named.unwrap(), 1);
        let found = user_of(db, ann.id);
        assert_eq!((found.name.as_deref(), found.updated_at, found.version), (Some("Ann"), second(60), 1));
        assert_eq!((user_of(db, bob.id).updated_at, scores(db)), (second(0), vec![10, 20, 30]));
        let all_fields = User::update().set(User::SCORE, User::SCORE.plus(1)).set(User::NAME, None::<&str>).all();
        assert_eq!(all_fields.run(db).unwrap(), 3);
        assert_eq!((user_of(db, ann.id).name.as_deref(), scores(db)), (None, vec![11, 21, 31]));
        assert_eq!(User::update().add(User::SCORE, 5).filter(User::ID.eq(ann.id)).run(db).unwrap(), 1);
        assert_eq!(User::update().subtract(User::SCORE, 1).filter(User::SCORE.gt(20)).run(db).unwrap(), 2);
        assert_eq!(scores(db), [16, 20, 30]);
        let best = User::update().set(User::SCORE, 0).all().order(User::SCORE.desc()).limit(1);
        assert_eq!(best.run(db).unwrap(), 1);
        assert_eq!(scores(db), [16, 20, 0]);
        Post::create(db, |post| post.title("of ann").author_id(ann.id)).unwrap();
        post(db, "of nobody");
        let by_author = Post::AUTHOR.path(User::EMAIL).eq("ann@example.org");
        assert_eq!(Post::update().set(Post::TITLE, "hers").filter(by_author).run(db).unwrap(), 1);
        let titles: Vec<(String,)> = Post::find().order(Post::ID).select((Post::TITLE,), db).unwrap();
        assert_eq!(titles, [("hers".to_owned(),), ("of nobody".to_owned(),)]);
        assert_eq!(User::update().set(User::SCORE, 1).filter(User::ID.eq(-1)).run(db).unwrap(), 0);
    });
}

#[test]
fn values_of_a_bulk_update_are_validated() {
    on_all(databases("bulk_refused"), |db| {
        three(db);
        let before = statements(db);
        let wrong = User::update().set(User::SCORE, -1).set(User::EMAIL, None::<&str>).all().run(db).unwrap_err();
        assert_eq!(
            (wrong.kind(), broken(&wrong)),
            (ErrorKind::Validation, vec![("score", "min"), ("email", "not_null")])
        );
        assert_eq!(statements(db), before);
        let twice = User::update().set(User::SCORE, 1).add(User::SCORE, 1).all().run(db).unwrap_err();
        assert_eq!((twice.kind(), twice.path()), (ErrorKind::Request, "User.set.score"));
        assert_eq!(User::update().all().run(db).unwrap_err().kind(), ErrorKind::Request);
        assert_eq!(scores(db), [10, 20, 30]);
        assert_eq!(User::update().set(User::SCORE, -1).all().with(UNCHECKED).run(db).unwrap(), 3);
        assert_eq!(scores(db), [-1, -1, -1]);
    });
}

#[test]
fn a_write_of_every_row_must_be_meant() {
    on_all(databases("every_row"), |db| {
        three(db);
        let nothing: Vec<WhereDoc> = Vec::new();
        let refused = [
            User::update().set(User::SCORE, 1).run(db),
            User::update().set(User::SCORE, 1).filter(all(nothing)).run(db),
            User::destroy().run(db),
            User::destroy().limit(1).run(db),
            Post::destroy().run(db),
            Post::destroy().force().run(db),
        ];
        for refused in refused {
            let error = refused.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Request, "{error}");
        }
        assert_eq!(scores(db), [10, 20, 30]);
        assert_eq!(User::update().set(User::SCORE, 1).all().run(db).unwrap(), 3);
        assert_eq!(scores(db), [1, 1, 1]);
        assert_eq!(User::destroy().all().order(User::EMAIL).limit(1).run(db).unwrap(), 1);
        assert_eq!(User::find().order(User::ID).one(db).unwrap().unwrap().email, "bob@example.org");
        assert_eq!(User::destroy().all().run(db).unwrap(), 2);
        assert_eq!(User::find().count(db).unwrap(), 0);
    });
}

#[test]
fn rows_are_hidden_restored_and_removed_by_a_condition() {
    on_all(databases("bulk_paranoid"), |db| {
        let (one, two) = (post(db, "one"), post(db, "two"));
        let first = || Post::TITLE.eq("one");
        assert_eq!(Post::destroy().filter(first()).run(&at(db, 60)).unwrap(), 1);
        assert_eq!(Post::destroy().filter(first()).run(db).unwrap(), 0, "it is hidden already");
        assert_eq!(post_of(db, one.id).deleted_at, Some(second(60)));
        assert_eq!(Post::update().set(Post::TITLE, "ein").filter(first()).run(db).unwrap(), 0);
        assert_eq!(Post::update().set(Post::TITLE, "uno").filter(first()).with_deleted().run(db).unwrap(), 1);
        assert_eq!(Post::restore().run(db).unwrap(), 1);
        assert_eq!(post_of(db, one.id).deleted_at, None);
        assert_eq!(Tag::restore().run(db).unwrap_err().kind(), ErrorKind::Request);
        assert_eq!(Post::destroy().filter(Post::ID.eq(one.id)).run(db).unwrap(), 1);
        assert_eq!(Post::destroy().filter(Post::ID.is_in([one.id, two.id])).force().run(db).unwrap(), 2);
        assert_eq!(Post::find().with_deleted().count(db).unwrap(), 0);
    });
}

#[test]
fn a_silent_removal_leaves_the_last_update_alone() {
    on_all(databases("bulk_silent"), |db| {
        let one = post(db, "one");
        assert_eq!(Post::destroy().all().with(SILENT).run(&at(db, 60)).unwrap(), 1);
        let hidden = post_of(db, one.id);
        assert_eq!((hidden.deleted_at, hidden.updated_at), (Some(second(60)), second(0)));
        assert_eq!(Post::restore().with(SILENT).run(&at(db, 90)).unwrap(), 1);
        let back = post_of(db, one.id);
        assert_eq!((back.deleted_at, back.updated_at), (None, second(0)));
    });
}

#[test]
fn a_bulk_write_returns_its_rows() {
    on_all(databases("returning"), |db| {
        three(db);
        let mut rows = User::update().add(User::SCORE, 1).filter(User::SCORE.lt(15)).returning(db).unwrap();
        assert_eq!((rows.len(), rows[0].score, rows[0].version), (1, 11, 1));
        rows[0].name = Some("Ann".to_owned());
        assert!(rows[0].save(db).unwrap(), "a row that is returned is a record");
        post(db, "one");
        let hidden = Post::destroy().all().returning(&at(db, 60)).unwrap();
        assert_eq!((hidden.len(), hidden[0].deleted_at), (1, Some(second(60))));
        let back = Post::restore().filter(Post::ID.eq(hidden[0].id)).returning(db).unwrap();
        assert!(back.len() == 1 && !back[0].is_soft_deleted());
        let gone = Post::destroy().all().force().returning(db).unwrap();
        assert_eq!((gone.len(), gone[0].title.as_str()), (1, "one"));
        assert!(Post::restore().returning(db).unwrap().is_empty());
    });
}

#[test]
fn many_records_are_created_or_none() {
    on_all(databases("many"), |db| {
        let address = |number: usize| format!("user{number}@example.org");
        let twice = (0..5_000).map(|i| User::draft().email(address(if i == 4_899 { 0 } else { i })));
        let error = User::create_many(twice).run(db).unwrap_err();
        assert_eq!((error.kind(), error.path()), (ErrorKind::UniqueViolation, "User.email"));
        assert_eq!(User::find().count(db).unwrap(), 0);
        let users = User::create_many((0..5_000).map(|i| User::draft().email(address(i)))).run(db).unwrap();
        assert_eq!((users.len(), User::find().count(db).unwrap()), (5_000, 5_000));
        assert_eq!(users[4_321].email, address(4_321));
        assert_eq!(users.iter().map(|user| user.id).collect::<BTreeSet<_>>().len(), 5_000);
        assert_eq!(user_of(db, users[4_321].id).to_json(), users[4_321].to_json());
        assert!(User::create_many([]).run(db).unwrap().is_empty());
    });
}

#[test]
fn drafts_of_many_differ_and_are_refused_by_number() {
    on_all(databases("many_differ"), |db| {
        let drafts = [
            User::draft().email("ann@example.org").score(5),
            User::draft().email("bob@example.org").name("Bob"),
            User::draft().email("cid@example.org").posts(|post| post.title("one")),
        ];
        let users = User::create_many(drafts).run(db).unwrap();
        assert_eq!(users.iter().map(|user| user.email.as_str()).collect::<Vec<_>>(), EMAILS);
        assert_eq!(scores(db), [5, 0, 0]);
        assert_eq!(users[2].posts.get().unwrap()[0].author_id, Some(users[2].id));
        let wrong = User::create_many([User::draft().email("dan@example.org"), User::draft().score(-1)]).run(db);
        assert_eq!(broken(&wrong.unwrap_err()), [("[1].email", "not_null"), ("[1].score", "min")]);
        assert_eq!(User::find().count(db).unwrap(), 3);
    });
}

#[test]
fn duplicates_are_left_alone_or_updated() {
    on_all(databases("duplicates"), |db| {
        let ann = user(db, "ann@example.org");
        let drafts = || {
            [
                User::draft().email("ann@example.org").score(9).name("Other"),
                User::draft().email("bob@example.org").score(2),
            ]
        };
        let created = User::create_many(drafts()).ignore_duplicates().run(db).unwrap();
        assert_eq!(created.iter().map(|user| user.email.as_str()).collect::<Vec<_>>(), ["bob@example.org"]);
        assert_eq!(scores(db), [0, 2]);
        let both = User::create_many(drafts()).update_on_duplicate(User::SCORE).run(&at(db, 60)).unwrap();
        assert_eq!((both.len(), both[0].id, both[0].score), (2, ann.id, 9));
        let found = user_of(db, ann.id);
        assert_eq!((found.score, found.name.as_deref(), found.version), (9, None, 1));
        assert_eq!((found.created_at, found.updated_at), (second(0), second(60)));
        let by_email = User::create_many(drafts()).on_conflict(User::EMAIL).update_on_duplicate(User::NAME);
        assert_eq!(by_email.run(db).unwrap()[0].name.as_deref(), Some("Other"));
        let no_key = User::create_many(drafts()).on_conflict(User::NAME).update_on_duplicate(User::SCORE).run(db);
        assert_eq!(no_key.unwrap_err().kind(), ErrorKind::Request);
        assert_eq!(User::find().count(db).unwrap(), 2);
    });
}

#[test]
fn duplicates_one_by_one_are_left_alone_or_refused_by_name() {
    on_all(databases("duplicates_each"), |db| {
        user(db, "ann@example.org");
        let drafts = [User::draft().email("ann@example.org")];
        match User::create_many(drafts).ignore_duplicates().individually().run(db) {
            Ok(created) => assert!(created.is_empty()),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}"),
        }
        assert_eq!(User::find().count(db).unwrap(), 1);
    });
}

#[test]
fn an_upsert_inserts_and_then_updates() {
    on_all(databases("upsert"), |db| {
        let first = User::upsert(|user| user.email("ann@example.org").name("Ann")).run(db).unwrap().unwrap();
        let again = User::upsert(|user| user.email("ann@example.org").name("Anna").score(3));
        let again = again.run(&at(db, 60)).unwrap().unwrap();
        let found = user_of(db, first.id);
        assert_eq!(again.to_json(), found.to_json());
        assert_eq!((found.name.as_deref(), found.score, found.version), (Some("Anna"), 3, 1));
        assert_eq!((found.created_at, found.updated_at), (second(0), second(60)));
        let score = User::upsert(|user| user.email("ann@example.org").name("Nan").score(8)).update(User::SCORE);
        assert_eq!(score.run(db).unwrap().unwrap().version, 2);
        let kept = User::upsert(|user| user.email("ann@example.org").name("Nan")).keep().run(db).unwrap();
        assert!(kept.is_none());
        let found = user_of(db, first.id);
        assert_eq!((found.name.as_deref(), found.score, found.version), (Some("Anna"), 8, 2));
        let new = User::upsert(|user| user.email("bob@example.org")).keep().run(db).unwrap();
        assert!(new.is_some_and(|bob| bob.id != first.id));
        let by_key = User::upsert(|user| user.id(first.id).email("ann@example.com")).on_conflict(User::ID).run(db);
        assert_eq!((by_key.unwrap().unwrap().id, User::find().count(db).unwrap()), (first.id, 2));
        assert_eq!(user_of(db, first.id).email, "ann@example.com");
        assert_eq!(Post::upsert(|post| post.title("one")).run(db).unwrap_err().kind(), ErrorKind::Request);
        assert_eq!(
            broken(&User::upsert(|user| user.email("x")).run(db).unwrap_err()),
            [("email", "email"), ("email", "len")]
        );
    });
}

#[test]
fn an_upsert_asks_the_row_that_is_there() {
    on_all(databases("upsert_where"), |db| {
        let write = |score: i32| {
            User::upsert(|user| user.email("ann@example.org").score(score)).update_where(User::SCORE.lt(score)).run(db)
        };
        assert_eq!(write(5).unwrap().map(|user| user.score), Some(5));
        assert!(write(4).unwrap().is_none());
        assert_eq!(write(6).unwrap().map(|user| user.score), Some(6));
        let many = User::create_many([User::draft().email("ann@example.org"), User::draft().email("bob@example.org")]);
        let many = many.update_on_duplicate(User::EMAIL).on_conflict(User::EMAIL).update_where(User::SCORE.gt(6));
        let written: Vec<String> = many.run(db).unwrap().into_iter().map(|user| user.email.clone()).collect();
        assert_eq!(written, ["bob@example.org"]);
        let nothing = User::upsert(|user| user.email("ann@example.org")).keep().update_where(User::SCORE.gt(6));
        assert_eq!(nothing.run(db).unwrap_err().kind(), ErrorKind::Request);
        let alone = User::create_many([User::draft().email("x@example.org")]).update_where(User::SCORE.gt(6));
        assert_eq!(alone.run(db).unwrap_err().kind(), ErrorKind::Request);
    });
}

#[test]
fn an_upsert_goes_by_an_index_over_some_of_the_rows() {
    on_all(databases("upsert_partial"), |db| {
        if !db.dialect().conflict.names_key() {
            let upsert = Post::upsert(|post| post.title("one")).on_conflict(Post::TITLE);
            let refused = upsert.conflict_where(Post::DELETED_AT.is_null()).run(db).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Unsupported, "there are no such indexes");
            return;
        }
        let ann = user(db, "ann@example.org").id;
        assert_eq!(ann, 1, "as the index says");
        db.batch("CREATE UNIQUE INDEX open_titles ON posts (title) WHERE author_id = 1 AND deleted_at IS NULL")
            .unwrap();
        let write = |title: &str| {
            let upsert = Post::upsert(|post| post.title(title).author_id(Some(ann))).on_conflict(Post::TITLE);
            let upsert = upsert.conflict_where(Post::AUTHOR_ID.eq(ann)).conflict_where(Post::DELETED_AT.is_null());
            upsert.run(db).unwrap().unwrap().id
        };
        let first = write("one");
        assert_eq!(write("one"), first);
        assert_ne!(write("two"), first);
        Post::destroy().all().run(db).unwrap();
        assert_ne!(write("one"), first, "the soft-deleted one is not in the index");
        let nowhere = Post::upsert(|post| post.title("x")).conflict_where(Post::AUTHOR_ID.eq(ann)).run(db);
        assert_eq!(nowhere.unwrap_err().kind(), ErrorKind::Request, "no attributes of an index are named");
    });
}

#[test]
fn an_upsert_leaves_timestamps_alone_where_it_is_silent() {
    on_all(databases("upsert_silent"), |db| {
        let ann = user(db, "ann@example.org");
        let silent = User::upsert(|user| user.email("ann@example.org").name("Ann")).with(SILENT).run(&at(db, 60));
        assert_eq!(silent.unwrap().unwrap().name.as_deref(), Some("Ann"));
        assert_eq!(user_of(db, ann.id).updated_at, second(0));
    });
}

#[test]
fn what_is_nested_is_never_dropped_in_silence() {
    on_all(databases("upsert_nested"), |db| {
        let upsert = User::upsert(|user| user.email("ann@example.org").posts(|post| post.title("one"))).run(db);
        assert_eq!(upsert.unwrap_err().kind(), ErrorKind::Unsupported);
        let drafts = [User::draft().email("ann@example.org").posts(|post| post.title("one"))];
        let many = User::create_many(drafts).ignore_duplicates().run(db);
        assert_eq!(many.unwrap_err().kind(), ErrorKind::Unsupported);
        assert_eq!(User::find().count(db).unwrap(), 0);
    });
}

#[test]
fn a_row_is_found_or_created_once() {
    on_all(databases("find_or_create"), |db| {
        let find = User::find().filter(User::EMAIL.eq("ann@example.org"));
        let (ann, created) = User::find_or_create(db, &find, |user| user.email("ann@example.org").name("Ann")).unwrap();
        assert!(created && user_of(db, ann.id).name.as_deref() == Some("Ann"));
        let (same, created) = User::find_or_create(db, &find, |user| user.email("ann@example.org").name("No")).unwrap();
        assert!(!created && same.equals(&ann) && user_of(db, ann.id).name.as_deref() == Some("Ann"));
        let created = std::thread::scope(|scope| {
            let create = move || {
                let find = User::find().filter(User::EMAIL.eq("bob@example.org"));
                User::find_or_create(db, &find, |user| user.email("bob@example.org")).unwrap().1
            };
            let tries: Vec<_> = (0..8).map(|_| scope.spawn(create)).collect();
            tries.into_iter().map(|each| each.join().unwrap()).filter(|&created| created).count()
        });
        assert_eq!((created, User::find().count(db).unwrap()), (1, 2));
    });
}

#[test]
fn a_find_or_create_is_refused_as_a_create_is() {
    on_all(databases("find_or_refuse"), |db| {
        let error = User::find_or_create(db, &User::find(), |user| user.score(-1)).unwrap_err();
        assert_eq!(broken(&error), [("email", "not_null"), ("score", "min")]);
    });
}

#[test]
fn a_truncate_removes_every_row() {
    on_all(databases("truncate"), |db| {
        let ann = user(db, "ann@example.org");
        Badge::create(db, |badge| badge.code("a").user_id(ann.id)).unwrap();
        Badge::truncate(db).unwrap();
        assert_eq!((Badge::find().count(db).unwrap(), User::find().count(db).unwrap()), (0, 1));
    });
}

const EMAILS: [&str; 3] = ["ann@example.org", "bob@example.org", "cid@example.org"];

/// Users with scores of 10, 20 and 30.
fn three(db: &Database) -> [Record<User>; 3] {
    let mut score = 0;
    EMAILS.map(|email| {
        score += 10;
        User::create(db, |user| user.email(email).score(score)).unwrap()
    })
}

fn scores(db: &Database) -> Vec<i32> {
    User::find().order(User::ID.asc()).all(db).unwrap().iter().map(|user| user.score).collect()
}
