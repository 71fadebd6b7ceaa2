//! Writes of one record of a derived model on every database, and what is refused.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use relata::{
    Draft, ErrorKind, Instant, Value,
    prelude::*,
    schema::{Outcome, Retry},
};
use relata_testkit::databases::databases;
use relata_tests::models::{
    Post, PostTag, Profile, SILENT, Tag, UNCHECKED, User, UserDraft, at, broken, on_all, post, post_of, second,
    statements, tag, user, user_of,
};
use serde_json::json;
use uuid::Uuid;

#[derive(Model, Debug, Clone)]
#[model(table = "tokens")]
struct Token {
    #[key]
    id: Uuid,
    #[column(default = "session")]
    purpose: String,
}

/// Says nothing of the first version: the option keeps it, as that of timestamps keeps them.
#[derive(Model, Debug, Clone)]
#[model(table = "counters", version)]
struct Counter {
    #[key]
    name: String,
    version: i32,
}

/// Its table has a check that the model knows nothing of.
#[derive(Model, Debug, Clone)]
#[model(table = "gauges")]
struct Gauge {
    #[key]
    id: i64,
    level: i32,
}

#[test]
fn a_create_returns_what_the_database_has() {
    on_all(databases("create"), |db| {
        let noon: Instant = "2024-01-31T12:00:00.123456789Z".parse().unwrap();
        let db = db.clone().with_clock(move || noon);
        let ann = user(&db, "ann@example.org");
        assert!(ann.id > 0 && !ann.is_new() && ann.changed().is_empty());
        assert_eq!((ann.name.as_deref(), ann.score, ann.manager_id, ann.version), (None, 0, None, 0));
        assert_eq!(ann.created_at.to_string(), "2024-01-31T12:00:00.123456Z");
        assert_eq!(ann.updated_at, ann.created_at);
        assert_eq!(user_of(&db, ann.id).to_json(), ann.to_json());
        let bob =
            User::create(&db, |bob| bob.email("bob@example.org").name("Bob").score(7).manager_id(ann.id)).unwrap();
        let found = user_of(&db, bob.id);
        assert_eq!((found.name.as_deref(), found.score, found.manager_id), (Some("Bob"), 7, Some(ann.id)));
        assert!(!found.equals(&ann));
    });
}

#[test]
fn a_draft_is_refused_with_everything_that_is_wrong() {
    on_all(databases("refused"), |db| {
        let before = statements(db);
        let missing = User::create(db, |user| user.score(-1)).unwrap_err();
        assert_eq!((missing.kind(), missing.path()), (ErrorKind::Validation, "User"));
        assert_eq!((missing.outcome(), missing.retry()), (Outcome::NotSent, Retry::Never));
        assert_eq!(broken(&missing), [("email", "not_null"), ("score", "min")]);
        let wrong = User::create(db, |user| user.email("x").name("x").score(-1)).unwrap_err();
        let rule = "name_is_not_the_email";
        assert_eq!(broken(&wrong), [("email", "email"), ("email", "len"), ("score", "min"), (rule, rule)]);
        assert!(wrong.to_string().contains("its length is 1, and 3 to 254 is allowed"), "{wrong}");
        let null = Post::create(db, |post| post.title(None::<&str>)).unwrap_err();
        assert_eq!(broken(&null), [("title", "not_null")]);
        let misspelt = User::create(db, |user| Draft::from(user).with("emial", "x").into()).unwrap_err();
        assert_eq!(misspelt.kind(), ErrorKind::UnknownAttribute);
        assert!(misspelt.to_string().contains("did you mean \"email\"?"), "{misspelt}");
        assert_eq!(statements(db), before);
        assert_eq!(User::find().count(db).unwrap(), 0);
    });
}

#[test]
fn keys_are_words_uuids_and_pairs() {
    on_all(databases("keys"), |db| {
        relata::create_missing(db, &[model::<Token>()]).unwrap();
        let id = Uuid::from_u128(0x1234_5678_9abc_def0);
        let token = Token::create(db, |token| token.id(id)).unwrap();
        assert_eq!((token.id, token.purpose.as_str()), (id, "session"));
        assert_eq!(Token::find().filter(Token::ID.eq(id)).required(db).unwrap().purpose, "session");
        let mut rust = tag(db, "rust");
        assert_eq!(Tag::create(db, |tag| tag.name("rust")).unwrap_err().kind(), ErrorKind::UniqueViolation);
        assert_eq!(broken(&Tag::create(db, |tag| tag).unwrap_err()), [("name", "not_null")]);
        rust.name = "crab".to_owned();
        assert!(rust.save(db).unwrap());
        assert_eq!(Tag::find().all(db).unwrap().iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(), ["crab"]);
        let (one, other) = (post(db, "one"), tag(db, "other"));
        for tag in [&rust, &other] {
            PostTag::create(db, |pair| pair.post_id(one.id).tag_name(&tag.name)).unwrap();
        }
        let find = PostTag::find().filter(all((PostTag::POST_ID.eq(one.id), PostTag::TAG_NAME.eq("crab"))));
        let mut pair = find.required(db).unwrap();
        pair.weight = 5;
        assert!(pair.save(db).unwrap());
        assert_eq!(
            PostTag::find().order(PostTag::WEIGHT).select::<(i32,)>((PostTag::WEIGHT,), db).unwrap(),
            [(0,), (5,)]
        );
        pair.destroy(db).unwrap();
        assert!(find.one(db).unwrap().is_none());
        assert_eq!(PostTag::find().count(db).unwrap(), 1);
    });
}

#[test]
fn a_graph_is_created_in_one_call() {
    on_all(databases("graph"), |db| {
        let ann = User::create(db, |user| {
            user.email("ann@example.org")
                .profile(|profile| profile.bio("writes"))
                .posts(|post| post.title("one").tags(|tag| tag.name("a")).tags(|tag| tag.name("b")))
                .posts(|post| post.title("two"))
        })
        .unwrap();
        let posts = ann.posts.get().unwrap();
        assert_eq!(posts.iter().map(|post| post.title.as_str()).collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(ann.profile.get().unwrap().unwrap().user_id, Some(ann.id));
        assert_eq!(tag_names(&posts[0]), ["a", "b"]);
        assert!(!ann.badge.is_loaded() && !posts[1].tags.is_loaded());
        let in_order = User::POSTS.order(Post::ID.asc()).include(Post::TAGS.order(Tag::NAME.asc()));
        let found = User::find().include(User::PROFILE).include(in_order).required(db).unwrap();
        assert_eq!(found.profile.get().unwrap().unwrap().bio.as_deref(), Some("writes"));
        let posts = found.posts.get().unwrap();
        assert_eq!(posts.iter().map(|post| post.title.as_str()).collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!((tag_names(&posts[0]), tag_names(&posts[1])), (vec!["a", "b"], Vec::new()));
        let three = Post::create(db, |post| post.title("three").author(|user| user.email("bob@example.org"))).unwrap();
        let bob = three.author.get().unwrap().unwrap();
        assert_eq!((bob.email.as_str(), three.author_id), ("bob@example.org", Some(bob.id)));
        assert_eq!(post_of(db, three.id).author_id, Some(user_of(db, bob.id).id));
    });
}

#[test]
fn a_failure_deep_in_a_graph_leaves_nothing() {
    on_all(databases("graph_fails"), |db| {
        tag(db, "taken");
        let taken = User::create(db, |user| {
            user.email("ann@example.org")
                .profile(|profile| profile.bio("writes"))
                .posts(|post| post.title("one").tags(|tag| tag.name("free")).tags(|tag| tag.name("taken")))
        })
        .unwrap_err();
        assert_eq!((taken.kind(), taken.path()), (ErrorKind::UniqueViolation, "User.posts.tags.name"));
        let untitled = User::create(db, |user| user.email("ann@example.org").posts(|post| post)).unwrap_err();
        assert_eq!(broken(&untitled), [("title", "not_null")]);
        let nobody = Post::create(db, |post| post.title("one").author(|user| user)).unwrap_err();
        assert_eq!(broken(&nobody), [("email", "not_null")]);
        let two = User::create(db, |user| user.email("ann@example.org").profile(|one| one).profile(|two| two));
        assert_eq!(two.unwrap_err().kind(), ErrorKind::Request);
        let counts = [
            User::find().count(db).unwrap(),
            Profile::find().count(db).unwrap(),
            Post::find().count(db).unwrap(),
            Tag::find().count(db).unwrap(),
            PostTag::find().count(db).unwrap(),
        ];
        assert_eq!(counts, [0, 0, 0, 1, 0]);
    });
}

#[test]
fn a_write_is_part_of_the_transaction_that_it_runs_on() {
    on_all(databases("in_transaction"), |db| {
        let failed = db.transaction(|tx| {
            let mut ann = User::create(tx, |user| user.email("ann@example.org").posts(|post| post.title("one")))?;
            ann.score = 1;
            assert!(ann.save(tx)?);
            assert_eq!(Post::update().set(Post::TITLE, "two").all().run(tx)?, 1);
            Err::<(), _>(relata::Error::application(std::io::Error::other("no")))
        });
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::Application);
        assert_eq!((User::find().count(db).unwrap(), Post::find().count(db).unwrap()), (0, 0));
    });
}

#[test]
fn a_save_writes_what_has_changed_and_nothing_else() {
    on_all(databases("save"), |db| {
        let mut ann = user(db, "ann@example.org");
        db.execute("UPDATE users SET score = 41", ()).unwrap();
        ann.name = Some("Ann".to_owned());
        assert!(ann.save(&at(db, 60)).unwrap());
        let found = user_of(db, ann.id);
        assert_eq!((found.name.as_deref(), found.score, found.version), (Some("Ann"), 41, 1));
        assert_eq!((found.created_at, found.updated_at), (second(0), second(60)));
        assert_eq!((ann.score, ann.version, ann.updated_at), (0, 1, second(60)));
        let before = statements(db);
        assert!(!ann.save(db).unwrap());
        ann.name = Some("Ann".to_owned());
        assert!(!ann.save(db).unwrap());
        assert_eq!(statements(db), before);
        ann.score = -1;
        assert_eq!(broken(&ann.save(db).unwrap_err()), [("score", "min")]);
        assert_eq!(statements(db), before);
        assert!(ann.is_changed(User::SCORE));
    });
}

#[test]
fn a_record_knows_what_has_changed() {
    on_all(databases("changed"), |db| {
        let mut ann = user(db, "ann@example.org");
        ann.score = 5;
        ann.name = Some("Ann".to_owned());
        assert_eq!(ann.changed(), ["name", "score"]);
        assert!(ann.is_changed(User::SCORE) && !ann.is_changed(User::EMAIL));
        assert_eq!((ann.previous(User::SCORE).unwrap(), ann.score), (Some(0), 5));
        ann.score = 0;
        assert_eq!(ann.changed(), ["name"]);
        ann.score = 5;
        assert!(ann.save(db).unwrap());
        assert!(ann.changed().is_empty());
        assert_eq!(ann.previous(User::SCORE).unwrap(), Some(5));
        assert_eq!(ann.previous(User::NAME).unwrap().as_deref(), Some("Ann"));
        assert_eq!(ann.previous(User::MANAGER_ID).unwrap(), None);
    });
}

#[test]
fn an_update_writes_what_it_touches_and_leaves_the_rest_unsaved() {
    on_all(databases("update"), |db| {
        let mut ann = user(db, "ann@example.org");
        ann.name = Some("Ann".to_owned());
        assert!(ann.update(db, |ann| ann.score = 5).unwrap());
        let found = user_of(db, ann.id);
        assert_eq!((found.name.as_deref(), found.score, found.version), (None, 5, 1));
        assert!(!ann.update(db, |_| ()).unwrap());
        assert_eq!((ann.name.as_deref(), ann.changed()), (Some("Ann"), vec!["name"]));
        assert!(ann.save(db).unwrap());
        assert_eq!(user_of(db, ann.id).name.as_deref(), Some("Ann"));
    });
}

#[test]
fn a_reload_reads_the_row_and_what_it_includes() {
    on_all(databases("reload"), |db| {
        let mut ann = user(db, "ann@example.org");
        Post::create(db, |post| post.title("one").author_id(ann.id)).unwrap();
        db.execute("UPDATE users SET score = 9", ()).unwrap();
        ann.name = Some("lost".to_owned());
        ann.reload(db, |find| find.include(User::POSTS)).unwrap();
        assert_eq!((ann.score, ann.name.as_deref(), ann.posts.get().unwrap().len()), (9, None, 1));
        assert!(ann.changed().is_empty());
    });
}

#[test]
fn a_row_that_is_gone_is_not_found() {
    on_all(databases("gone"), |db| {
        let mut one = post(db, "one");
        let mut copy = one.clone();
        one.destroy_for_good(db).unwrap();
        assert_eq!(copy.reload(db, |find| find).unwrap_err().kind(), ErrorKind::NotFound);
        copy.title = "two".to_owned();
        let error = copy.save(db).unwrap_err();
        assert_eq!((error.kind(), error.path(), error.outcome()), (ErrorKind::NotFound, "Post", Outcome::NotApplied));
        assert_eq!(copy.destroy(db).unwrap_err().kind(), ErrorKind::NotFound);
        // This one knows that it is gone.
        for error in [one.save(db).unwrap_err(), one.destroy(db).unwrap_err(), one.restore(db).unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::Request, "{error}");
        }
        assert_eq!(one.reload(db, |find| find).unwrap_err().kind(), ErrorKind::NotFound);
    });
}

#[test]
fn a_stale_copy_is_not_written_over_the_row() {
    on_all(databases("stale"), |db| {
        let mut first = user(db, "ann@example.org");
        let mut other = user_of(db, first.id);
        first.score = 1;
        assert!(first.save(db).unwrap());
        other.score = 2;
        let error = other.save(db).unwrap_err();
        assert_eq!((error.kind(), error.path(), error.outcome()), (ErrorKind::Stale, "User", Outcome::NotApplied));
        assert_eq!((other.score, other.changed(), other.version), (2, vec!["score"], 0));
        assert_eq!(other.destroy(db).unwrap_err().kind(), ErrorKind::Stale);
        let found = user_of(db, first.id);
        assert_eq!((found.score, found.version), (1, 1));
        other.reload(db, |find| find).unwrap();
        other.score = 2;
        assert!(other.save(db).unwrap());
        let found = user_of(db, first.id);
        assert_eq!((found.score, found.version, other.version), (2, 2, 2));
        assert_eq!(first.save(db).ok(), Some(false), "nothing is to be written, so nothing is stale");
        other.destroy(db).unwrap();
        assert_eq!(User::find().count(db).unwrap(), 0);
    });
}

#[test]
fn a_version_that_is_set_by_hand_is_counted_all_the_same() {
    on_all(databases("version"), |db| {
        let mut ann = user(db, "ann@example.org");
        (ann.version, ann.score) = (77, 1);
        assert!(ann.save(db).unwrap());
        assert_eq!((ann.version, user_of(db, ann.id).version), (1, 1));
    });
}

#[test]
fn a_version_begins_at_zero_by_itself() {
    on_all(databases("first_version"), |db| {
        relata::create_missing(db, &[model::<Counter>()]).unwrap();
        let mut counter = Counter::create(db, |counter| counter.name("visits")).unwrap();
        assert_eq!(counter.version, 0);
        counter.name = "calls".to_owned();
        assert!(counter.save(db).unwrap());
        assert_eq!(Counter::find().required(db).unwrap().version, 1);
    });
}

#[test]
fn a_soft_deleted_record_comes_back_or_goes_for_good() {
    on_all(databases("paranoid"), |db| {
        let mut one = post(db, "one");
        one.title = "unsaved".to_owned();
        one.destroy(&at(db, 60)).unwrap();
        assert!(one.is_soft_deleted());
        assert_eq!((one.deleted_at, one.changed()), (Some(second(60)), vec!["title"]));
        assert!(Post::find().one(db).unwrap().is_none());
        let hidden = post_of(db, one.id);
        assert_eq!(
            (hidden.title.as_str(), hidden.deleted_at, hidden.updated_at),
            ("one", Some(second(60)), second(60))
        );
        one.reload(db, |find| find).unwrap();
        assert!(one.is_soft_deleted(), "its own row is found all the same");
        one.restore(&at(db, 90)).unwrap();
        assert!(!one.is_soft_deleted());
        assert_eq!(Post::find().required(db).unwrap().updated_at, second(90));
        assert!(one.restore(db).is_ok(), "there is nothing to restore, and that is no error");
        one.destroy(db).unwrap();
        one.destroy_for_good(db).unwrap();
        assert_eq!(Post::find().with_deleted().count(db).unwrap(), 0);
        let mut rust = tag(db, "rust");
        assert_eq!(rust.restore(db).unwrap_err().kind(), ErrorKind::Request);
        rust.destroy(db).unwrap();
        assert_eq!(Tag::find().count(db).unwrap(), 0);
    });
}

#[test]
fn an_increment_loses_nothing() {
    on_all(databases("increment"), |db| {
        let mut first = user(db, "ann@example.org");
        let mut other = user_of(db, first.id);
        first.name = Some("unsaved".to_owned());
        first.increment(User::SCORE, 5, db).unwrap();
        other.increment(User::SCORE, 7, &at(db, 60)).unwrap();
        assert_eq!((first.score, other.score), (5, 12));
        assert_eq!((first.name.as_deref(), first.changed()), (Some("unsaved"), vec!["name"]));
        other.increment(User::SCORE, -2, &at(db, 60)).unwrap();
        let found = user_of(db, first.id);
        assert_eq!((found.score, found.name.as_deref(), found.version), (10, None, 3));
        assert_eq!(found.updated_at, second(60));
        assert_eq!(other.increment(User::EMAIL, "x", db).unwrap_err().kind(), ErrorKind::TypeMismatch);
        let id = first.id;
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(move || {
                    let mut copy = user_of(db, id);
                    (0..25).for_each(|_| copy.increment(User::SCORE, 1, db).unwrap());
                });
            }
        });
        assert_eq!(user_of(db, id).score, 110);
    });
}

#[test]
fn an_increment_makes_no_stale_copy_fresh() {
    on_all(databases("increment_stale"), |db| {
        let mut ann = user(db, "ann@example.org");
        let mut other = user_of(db, ann.id);
        other.name = Some("Other".to_owned());
        assert!(other.save(db).unwrap());
        ann.increment(User::SCORE, 1, db).unwrap();
        ann.name = Some("Ann".to_owned());
        assert_eq!(ann.save(db).unwrap_err().kind(), ErrorKind::Stale, "it has not seen what the other has written");
        let mut fresh = user_of(db, ann.id);
        fresh.increment(User::SCORE, 1, db).unwrap();
        fresh.name = Some("Ann".to_owned());
        assert!(fresh.save(db).unwrap());
        let found = user_of(db, ann.id);
        assert_eq!((found.name.as_deref(), found.score, found.version), (Some("Ann"), 2, 4));
    });
}

#[test]
fn records_are_equal_by_key_and_become_json() {
    on_all(databases("json"), |db| {
        let mut ann = user(db, "ann@example.org");
        let one = Post::create(db, |post| post.title("one").author_id(ann.id)).unwrap();
        let copy = user_of(db, ann.id);
        ann.score = 3;
        assert!(ann.equals(&copy) && !ann.equals(&user(db, "bob@example.org")));
        ann.reload(db, |find| find.include(User::PROFILE).include(User::POSTS)).unwrap();
        let noon = "2024-01-31T12:00:00.000000Z";
        let post = json!({
            "id": one.id, "title": "one", "author_id": ann.id, "created_at": noon, "updated_at": noon,
            "deleted_at": null,
        });
        assert_eq!(one.to_json(), post);
        let expected = json!({
            "id": ann.id, "email": "ann@example.org", "name": null, "score": 0, "manager_id": null, "created_at": noon,
            "updated_at": noon, "version": 0, "profile": null, "posts": [post],
        });
        assert_eq!(ann.to_json(), expected);
    });
}

#[test]
fn a_record_that_was_made_by_hand_is_inserted() {
    on_all(databases("by_hand"), |db| {
        let mut ann = Record::new(made_by_hand("ann@example.org"));
        assert!(ann.is_new() && ann.is_changed(User::EMAIL));
        assert_eq!(ann.previous(User::SCORE).unwrap_err().kind(), ErrorKind::Request);
        assert_eq!(ann.reload(db, |find| find).unwrap_err().kind(), ErrorKind::Request);
        ann.score = 4;
        assert!(ann.save(db).unwrap());
        assert!(!ann.is_new() && ann.id > 0 && ann.changed().is_empty());
        assert_eq!(user_of(db, ann.id).score, 4);
        assert!(!ann.save(db).unwrap());
        let mut again = Record::new(made_by_hand("ann@example.org"));
        assert_eq!(again.save(db).unwrap_err().kind(), ErrorKind::UniqueViolation);
        assert!(again.is_new());
        again.email = "bob@example.org".to_owned();
        assert!(again.save(db).unwrap());
        assert_eq!(User::find().count(db).unwrap(), 2);
    });
}

#[test]
fn a_record_that_was_made_by_hand_is_inserted_as_a_whole() {
    on_all(databases("by_hand_update"), |db| {
        let mut ann = Record::new(made_by_hand("ann@example.org"));
        assert!(ann.update(db, |ann| ann.score = 5).unwrap());
        let found = user_of(db, ann.id);
        assert_eq!((found.email.as_str(), found.score), ("ann@example.org", 5));
    });
}

#[test]
fn a_silent_write_leaves_timestamps_alone() {
    on_all(databases("silent"), |db| {
        let late = at(db, 60);
        let mut ann = user(db, "ann@example.org");
        ann.score = 1;
        assert!(ann.save_with(&late, SILENT).unwrap());
        assert_eq!(User::update().add(User::SCORE, 1).all().with(SILENT).run(&late).unwrap(), 1);
        let found = user_of(db, ann.id);
        assert_eq!((found.score, found.updated_at, found.version), (2, second(0), 2));
        let given = |user: UserDraft| user.email("bob@example.org").created_at(second(5)).updated_at(second(6));
        let bob = User::create_with(db, SILENT, given).unwrap();
        assert_eq!((bob.created_at, bob.updated_at), (second(5), second(6)));
        let found = user_of(db, bob.id);
        assert_eq!((found.created_at, found.updated_at), (second(5), second(6)));
    });
}

#[test]
fn a_silent_create_has_its_timestamps_all_the_same() {
    on_all(databases("silent_create"), |db| {
        let ann = User::create_with(db, SILENT, |user| user.email("ann@example.org")).unwrap();
        let many = User::create_many([User::draft().email("bob@example.org")]).with(SILENT).run(db).unwrap();
        for user in [&ann, &many[0]] {
            let found = user_of(db, user.id);
            assert_eq!((found.created_at, found.updated_at), (second(0), second(0)));
        }
    });
}

#[test]
fn a_broken_constraint_is_said_in_the_terms_of_the_model() {
    on_all(databases("constraints"), |db| {
        let ann = user(db, "ann@example.org");
        let mut bob = user(db, "bob@example.org");
        bob.email = "ann@example.org".to_owned();
        let errors = [
            (User::create(db, |user| user.email("ann@example.org")).unwrap_err(), ErrorKind::UniqueViolation),
            (bob.save(db).unwrap_err(), ErrorKind::UniqueViolation),
            (User::create_with(db, UNCHECKED, |user| user.name("Ann")).unwrap_err(), ErrorKind::NotNullViolation),
        ];
        for (error, kind) in errors {
            assert_eq!((error.kind(), error.path()), (kind, "User.email"));
            assert_eq!((error.outcome(), error.retry()), (Outcome::NotApplied, Retry::Never));
            assert_eq!(error.constraint().unwrap().attributes, ["email"]);
        }
        let stranger = Post::create(db, |post| post.title("one").author_id(-1)).unwrap_err();
        // SQLite does not say which foreign key it was.
        assert!(["Post", "Post.author_id"].contains(&stranger.path()), "{stranger}");
        Post::create(db, |post| post.title("one").author_id(ann.id)).unwrap();
        let parent = User::destroy().filter(User::ID.eq(ann.id)).run(db).unwrap_err();
        assert_eq!(parent.path(), "User");
        for error in [stranger, parent] {
            assert_eq!((error.kind(), error.outcome()), (ErrorKind::ForeignKeyViolation, Outcome::NotApplied));
        }
        assert_eq!((User::find().count(db).unwrap(), Post::find().count(db).unwrap()), (2, 1));
    });
}

#[test]
fn a_check_of_the_database_is_said_by_its_name() {
    on_all(databases("check"), |db| {
        db.batch(
            "CREATE TABLE gauges (id bigint PRIMARY KEY, level int NOT NULL, CONSTRAINT positive CHECK (level > 0))",
        )
        .unwrap();
        let error = Gauge::create(db, |gauge| gauge.id(1).level(0)).unwrap_err();
        assert_eq!((error.kind(), error.path()), (ErrorKind::CheckViolation, "Gauge"));
        assert_eq!(error.outcome(), Outcome::NotApplied);
        assert_eq!(error.constraint().unwrap().name.as_deref(), Some("positive"));
        assert_eq!(Gauge::find().count(db).unwrap(), 0);
    });
}

#[test]
fn a_value_beyond_its_type_is_refused_without_validation_too() {
    on_all(databases("types"), |db| {
        let wide = Value::from(1_i64 << 40);
        let error = User::create_with(db, UNCHECKED, |user| {
            Draft::from(user.email("ann@example.org")).with("score", wide.clone()).into()
        });
        assert_eq!(broken(&error.unwrap_err()), [("score", "type")]);
        assert_eq!(User::find().count(db).unwrap(), 0);
    });
}

fn made_by_hand(email: &str) -> User {
    User {
        id: 0,
        email: email.to_owned(),
        name: None,
        score: 0,
        manager_id: None,
        created_at: second(0),
        updated_at: second(0),
        version: 0,
        manager: One::NOT_LOADED,
        profile: One::NOT_LOADED,
        badge: One::NOT_LOADED,
        posts: Many::NOT_LOADED,
    }
}

fn tag_names(post: &Record<Post>) -> Vec<&str> {
    post.tags.get().unwrap().iter().map(|tag| tag.name.as_str()).collect()
}
