//! What belongs to a record, on every database: adding, taking away, replacing, creating and counting it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use relata::{Database, ErrorKind, prelude::*};
use relata_testkit::databases::databases;
use relata_tests::models::{
    Badge, Post, PostTag, Profile, Tag, User, at, broken, on_all, post, post_of, second, statements, tag, user, user_of,
};

#[test]
fn a_has_many_takes_and_lets_go() {
    on_all(databases("has_many"), |db| {
        let mut ann = user(db, "ann@example.org");
        let (one, two, three) = (post(db, "one"), post(db, "two"), post(db, "three"));
        ann.links(User::POSTS).add(&[&one, &two], &at(db, 60)).unwrap();
        let found = post_of(db, one.id);
        assert_eq!((found.author_id, found.updated_at), (Some(ann.id), second(60)));
        assert_eq!(titles(&ann, db), ["one", "two"]);
        ann.links(User::POSTS).add(&[&two], db).unwrap();
        assert_eq!(ann.count_related(User::POSTS, db).unwrap(), 2);
        assert!(ann.has_related(User::POSTS, &[&one, &two], db).unwrap());
        assert!(ann.has_related(User::POSTS, &[], db).unwrap());
        assert!(!ann.has_related(User::POSTS, &[&one, &three], db).unwrap());
        assert_eq!(ann.links(User::POSTS).remove(&[&one, &three], db).unwrap(), 1);
        assert_eq!((post_of(db, one.id).author_id, titles(&ann, db)), (None, vec!["two".to_owned()]));
        ann.links(User::POSTS).set(&[&one, &three], db).unwrap();
        assert_eq!(
            (post_of(db, two.id).author_id, titles(&ann, db)),
            (None, vec!["one".to_owned(), "three".to_owned()])
        );
        let four = ann.links(User::POSTS).create(db, |post| post.title("four")).unwrap();
        assert_eq!((four.author_id, post_of(db, four.id).author_id), (Some(ann.id), Some(ann.id)));
        let untitled = ann.links(User::POSTS).create(db, |post| post).unwrap_err();
        assert_eq!(broken(&untitled), [("title", "not_null")]);
        let newest = ann.related(User::POSTS.order(Post::ID.desc()).limit(1), db).unwrap();
        assert_eq!(newest.iter().map(|post| post.title.as_str()).collect::<Vec<_>>(), ["four"]);
        let filtered = ann.related(User::POSTS.filter(Post::TITLE.starts_with("t")), db).unwrap();
        assert_eq!(filtered.iter().map(|post| post.id).collect::<Vec<_>>(), [three.id]);
        ann.links(User::POSTS).set(&[], db).unwrap();
        assert_eq!((ann.count_related(User::POSTS, db).unwrap(), Post::find().count(db).unwrap()), (0, 4));
        assert!(ann.related(User::POSTS, db).unwrap().is_empty());
    });
}

#[test]
fn children_are_taken_all_or_none() {
    on_all(databases("all_or_none"), |db| {
        let mut ann = user(db, "ann@example.org");
        let (old, new, gone) = (post(db, "old"), post(db, "new"), post(db, "gone"));
        ann.links(User::POSTS).add(&[&old], db).unwrap();
        gone.clone().destroy_for_good(db).unwrap();
        let set = ann.links(User::POSTS).set(&[&new, &gone], db).unwrap_err();
        assert_eq!((set.kind(), set.path()), (ErrorKind::NotFound, "User.posts"));
        assert_eq!(titles(&ann, db), ["old"]);
        assert_eq!(ann.links(User::POSTS).add(&[&new, &gone], db).unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(titles(&ann, db), ["old"]);
    });
}

#[test]
fn a_has_one_is_set_replaced_and_created() {
    on_all(databases("has_one"), |db| {
        let mut ann = user(db, "ann@example.org");
        let [first, other] = ["first", "other"].map(|bio| Profile::create(db, |profile| profile.bio(bio)).unwrap());
        ann.links(User::PROFILE).set(&[&first], db).unwrap();
        assert_eq!(profiles(db), [("first".to_owned(), Some(ann.id)), ("other".to_owned(), None)]);
        assert!(ann.has_related(User::PROFILE, &[&first], db).unwrap());
        ann.links(User::PROFILE).set(&[&other], &at(db, 60)).unwrap();
        assert_eq!(profiles(db), [("first".to_owned(), None), ("other".to_owned(), Some(ann.id))]);
        let found = ann.related(User::PROFILE, db).unwrap();
        assert_eq!((found.len(), found[0].id, found[0].updated_at), (1, other.id, second(60)));
        ann.links(User::PROFILE).set(&[], db).unwrap();
        assert_eq!(ann.count_related(User::PROFILE, db).unwrap(), 0);
        let new = ann.links(User::PROFILE).create(db, |profile| profile.bio("new")).unwrap();
        assert_eq!(new.user_id, Some(ann.id));
        ann.links(User::PROFILE).destroying().set(&[&first], db).unwrap();
        assert_eq!(profiles(db), [("first".to_owned(), Some(ann.id)), ("other".to_owned(), None)]);
        // There is one: several, or one more, make no sense.
        let refused = [
            ann.links(User::PROFILE).set(&[&first, &other], db),
            ann.links(User::PROFILE).add(&[&other], db),
            ann.links(User::PROFILE).remove(&[&first], db).map(drop),
        ];
        for refused in refused {
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::Request);
        }
    });
}

#[test]
fn a_has_one_that_is_there_already_is_not_written() {
    on_all(databases("has_one_same"), |db| {
        let mut ann = user(db, "ann@example.org");
        let profile = ann.links(User::PROFILE).create(db, |profile| profile.bio("first")).unwrap();
        ann.links(User::PROFILE).set(&[&profile], &at(db, 60)).unwrap();
        assert_eq!(ann.related(User::PROFILE, db).unwrap()[0].updated_at, second(0));
    });
}

#[test]
fn a_has_one_whose_key_is_never_null_is_replaced_by_destroying() {
    on_all(databases("has_one_not_null"), |db| {
        let (mut ann, bob) = (user(db, "ann@example.org"), user(db, "bob@example.org"));
        let silver = Badge::create(db, |badge| badge.code("silver").user_id(ann.id)).unwrap();
        let gold = Badge::create(db, |badge| badge.code("gold").user_id(bob.id)).unwrap();
        let error = ann.links(User::BADGE).set(&[&gold], db).unwrap_err();
        assert_eq!((error.kind(), error.path()), (ErrorKind::Request, "User.badge"));
        assert_eq!((badges(&ann, db), badges(&bob, db)), (vec!["silver".to_owned()], vec!["gold".to_owned()]));
        ann.links(User::BADGE).destroying().set(&[&gold], db).unwrap();
        assert_eq!((badges(&ann, db), badges(&bob, db)), (vec!["gold".to_owned()], Vec::new()));
        assert_eq!(Badge::find().filter(Badge::CODE.eq(&silver.code)).count(db).unwrap(), 0);
    });
}

#[test]
fn a_has_one_whose_key_is_never_null_is_set_where_there_is_none() {
    on_all(databases("has_one_first"), |db| {
        let (mut ann, bob) = (user(db, "ann@example.org"), user(db, "bob@example.org"));
        let gold = Badge::create(db, |badge| badge.code("gold").user_id(bob.id)).unwrap();
        ann.links(User::BADGE).set(&[&gold], db).unwrap();
        assert_eq!((badges(&ann, db), badges(&bob, db)), (vec!["gold".to_owned()], Vec::new()));
        ann.links(User::BADGE).set(&[&gold], db).unwrap();
        assert_eq!(badges(&ann, db), ["gold"]);
    });
}

#[test]
fn a_belongs_to_is_set_and_created() {
    on_all(databases("belongs_to"), |db| {
        let ann = user(db, "ann@example.org");
        let mut one = post(db, "one");
        assert!(one.related(Post::AUTHOR, db).unwrap().is_empty());
        one.links(Post::AUTHOR).set(&[&ann], &at(db, 60)).unwrap();
        let found = post_of(db, one.id);
        assert_eq!((one.author_id, found.author_id, found.updated_at), (Some(ann.id), Some(ann.id), second(60)));
        assert_eq!(one.related(Post::AUTHOR, db).unwrap()[0].id, ann.id);
        assert!(one.has_related(Post::AUTHOR, &[&ann], db).unwrap());
        assert_eq!(one.count_related(Post::AUTHOR, db).unwrap(), 1);
        let bob = one.links(Post::AUTHOR).create(db, |user| user.email("bob@example.org")).unwrap();
        assert_eq!((one.author_id, post_of(db, one.id).author_id), (Some(bob.id), Some(bob.id)));
        assert!(!one.has_related(Post::AUTHOR, &[&ann], db).unwrap());
        one.links(Post::AUTHOR).set(&[], db).unwrap();
        assert_eq!((one.author_id, post_of(db, one.id).author_id), (None, None));
        let refused = [
            one.links(Post::AUTHOR).set(&[&ann, &bob], db),
            one.links(Post::AUTHOR).add(&[&ann], db),
            one.links(Post::AUTHOR).remove(&[&ann], db).map(drop),
        ];
        for refused in refused {
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::Request);
        }
        let manager = user(db, "boss@example.org");
        let mut ann = user_of(db, ann.id);
        ann.links(User::MANAGER).set(&[&manager], db).unwrap();
        let found = user_of(db, ann.id);
        assert_eq!((found.manager_id, found.version, ann.version), (Some(manager.id), 1, 1));
    });
}

#[test]
fn the_owner_of_a_record_is_set_and_nothing_else_is_saved() {
    on_all(databases("owner_only"), |db| {
        let ann = user(db, "ann@example.org");
        let mut one = post(db, "one");
        one.title = "unsaved".to_owned();
        one.links(Post::AUTHOR).set(&[&ann], db).unwrap();
        let found = post_of(db, one.id);
        assert_eq!((found.title.as_str(), found.author_id), ("one", Some(ann.id)));
        assert_eq!((one.title.as_str(), one.changed()), ("unsaved", vec!["title"]));
    });
}

#[test]
fn a_belongs_to_many_keeps_values_in_its_junction() {
    on_all(databases("belongs_to_many"), |db| {
        let mut one = post(db, "one");
        let mut two = post(db, "two");
        let (a, b, c) = (tag(db, "a"), tag(db, "b"), tag(db, "c"));
        one.links(Post::TAGS).add(&[&a, &b], db).unwrap();
        assert_eq!(weights(&one, db), [("a".to_owned(), 0), ("b".to_owned(), 0)]);
        one.links(Post::TAGS).through(PostTag::WEIGHT, 5).add(&[&b, &c], db).unwrap();
        assert_eq!(weights(&one, db), [("a".to_owned(), 0), ("b".to_owned(), 5), ("c".to_owned(), 5)]);
        one.links(Post::TAGS).add(&[&b], db).unwrap();
        assert_eq!(weights(&one, db)[1].1, 5, "a pair that is there stays as it is");
        two.links(Post::TAGS).add(&[&b], db).unwrap();
        assert!(one.has_related(Post::TAGS, &[&a, &b, &c], db).unwrap());
        assert_eq!((one.count_related(Post::TAGS, db).unwrap(), two.count_related(Post::TAGS, db).unwrap()), (3, 1));
        assert_eq!(one.links(Post::TAGS).remove(&[&a, &b], db).unwrap(), 2);
        assert_eq!(one.links(Post::TAGS).remove(&[&a], db).unwrap(), 0);
        assert_eq!((weights(&one, db), weights(&two, db)), (vec![("c".to_owned(), 5)], vec![("b".to_owned(), 0)]));
        assert_eq!(Tag::find().count(db).unwrap(), 3, "a pair goes, and not what it is of");
        one.links(Post::TAGS).through(PostTag::WEIGHT, 7).set(&[&a, &c], db).unwrap();
        assert_eq!(weights(&one, db), [("a".to_owned(), 7), ("c".to_owned(), 7)]);
        let new = one.links(Post::TAGS).through(PostTag::WEIGHT, 9).create(db, |tag| tag.name("new")).unwrap();
        assert_eq!((new.name.as_str(), weights(&one, db)[2].clone()), ("new", ("new".to_owned(), 9)));
        let taken = one.links(Post::TAGS).create(db, |tag| tag.name("a")).unwrap_err();
        assert_eq!((taken.kind(), taken.path()), (ErrorKind::UniqueViolation, "Tag.name"));
        let mut b = b;
        let of_b = b.related(Tag::POSTS, db).unwrap();
        assert_eq!(of_b.iter().map(|post| post.id).collect::<Vec<_>>(), [two.id]);
        b.links(Tag::POSTS).set(&[&one], db).unwrap();
        assert_eq!((weights(&one, db)[1].0.as_str(), weights(&two, db).len()), ("b", 0));
    });
}

#[test]
fn values_of_another_junction_are_refused() {
    on_all(databases("wrong_junction"), |db| {
        let mut one = post(db, "one");
        let a = tag(db, "a");
        let error = one.links(Post::TAGS).through(Badge::USER_ID, 5_i64).add(&[&a], db).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        assert!(weights(&one, db).is_empty());
    });
}

#[test]
fn a_set_of_the_same_sends_no_write() {
    on_all(databases("set_same"), |db| {
        let mut ann = user(db, "ann@example.org");
        let mut one = ann.links(User::POSTS).create(db, |post| post.title("one")).unwrap();
        let a = one.links(Post::TAGS).create(db, |tag| tag.name("a")).unwrap();
        let before = statements(db);
        ann.links(User::POSTS).set(&[&one, &one], &at(db, 60)).unwrap();
        one.links(Post::TAGS).set(&[&a], db).unwrap();
        assert_eq!(statements(db) - before, 2, "each looks at what is there");
        one.links(Post::AUTHOR).set(&[&ann], db).unwrap();
        ann.links(User::POSTS).add(&[], db).unwrap();
        assert_eq!(ann.links(User::POSTS).remove(&[], db).unwrap(), 0);
        assert_eq!(statements(db) - before, 2, "the record knows its owner");
        assert_eq!(post_of(db, one.id).updated_at, second(0));
    });
}

#[test]
fn soft_deleted_children_are_no_children() {
    on_all(databases("hidden"), |db| {
        let mut ann = user(db, "ann@example.org");
        let mut one = ann.links(User::POSTS).create(db, |post| post.title("one")).unwrap();
        let mut stray = post(db, "stray");
        one.destroy(db).unwrap();
        stray.destroy(db).unwrap();
        assert!(titles(&ann, db).is_empty());
        assert_eq!(ann.related(User::POSTS.with_deleted(), db).unwrap().len(), 1);
        assert_eq!(ann.count_related(User::POSTS, db).unwrap(), 0);
        assert!(!ann.has_related(User::POSTS, &[&one], db).unwrap());
        assert_eq!(ann.links(User::POSTS).add(&[&stray], db).unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(ann.links(User::POSTS).remove(&[&one], db).unwrap(), 0);
        one.restore(db).unwrap();
        assert_eq!(titles(&ann, db), ["one"]);
        assert_eq!(ann.links(User::POSTS).destroying().remove(&[&one], &at(db, 60)).unwrap(), 1);
        let found = post_of(db, one.id);
        assert_eq!((found.deleted_at, found.author_id), (Some(second(60)), Some(ann.id)));
    });
}

#[test]
fn a_soft_deleted_row_behind_a_junction_is_not_related() {
    on_all(databases("hidden_behind"), |db| {
        let mut one = post(db, "one");
        let mut a = one.links(Post::TAGS).create(db, |tag| tag.name("a")).unwrap();
        one.destroy(db).unwrap();
        assert!(a.related(Tag::POSTS, db).unwrap().is_empty());
        assert_eq!(a.count_related(Tag::POSTS, db).unwrap(), 0);
        assert!(!a.has_related(Tag::POSTS, &[&one], db).unwrap());
    });
}

#[test]
fn a_child_that_cannot_be_without_a_parent_is_destroyed_or_stays() {
    on_all(databases("not_null_child"), |db| {
        let mut one = post(db, "one");
        let (a, b) = (tag(db, "a"), tag(db, "b"));
        one.links(Post::TAGS).add(&[&a, &b], db).unwrap();
        let pairs = one.related(Post::PAIRS.order(PostTag::TAG_NAME.asc()), db).unwrap();
        let [first, other] = [&pairs[0], &pairs[1]];
        let refused = [one.links(Post::PAIRS).remove(&[first], db).map(drop), one.links(Post::PAIRS).set(&[first], db)];
        for refused in refused {
            let error = refused.unwrap_err();
            assert_eq!((error.kind(), error.path()), (ErrorKind::Request, "Post.pairs"));
            assert!(error.to_string().contains("destroying()"), "{error}");
        }
        assert!(one.has_related(Post::PAIRS, &[first, other], db).unwrap());
        assert_eq!(one.links(Post::PAIRS).destroying().remove(&[first], db).unwrap(), 1);
        assert_eq!(weights(&one, db), [("b".to_owned(), 0)]);
        one.links(Post::PAIRS).destroying().set(&[], db).unwrap();
        assert_eq!((one.count_related(Post::PAIRS, db).unwrap(), Tag::find().count(db).unwrap()), (0, 2));
    });
}

#[test]
fn only_what_is_in_the_database_is_linked() {
    on_all(databases("unsaved"), |db| {
        let mut one = post(db, "one");
        let mut new = Record::new(Tag { name: "new".to_owned(), posts: Many::NOT_LOADED });
        let before = statements(db);
        for error in [
            one.links(Post::TAGS).add(&[&new], db).unwrap_err(),
            new.links(Tag::POSTS).add(&[&one], db).unwrap_err(),
            new.related(Tag::POSTS, db).unwrap_err(),
            new.count_related(Tag::POSTS, db).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Request, "{error}");
        }
        assert_eq!(statements(db), before);
        one.destroy_for_good(db).unwrap();
        assert_eq!(one.links(Post::TAGS).set(&[], db).unwrap_err().kind(), ErrorKind::Request);
    });
}

#[test]
fn what_was_loaded_does_not_outlive_a_change_of_it() {
    on_all(databases("forget"), |db| {
        let mut ann = user(db, "ann@example.org");
        let mut one = ann.links(User::POSTS).create(db, |post| post.title("one")).unwrap();
        ann.reload(db, |find| find.include(User::POSTS)).unwrap();
        one.reload(db, |find| find.include(Post::AUTHOR)).unwrap();
        ann.links(User::POSTS).set(&[], db).unwrap();
        assert!(ann.posts.get().ok().is_none_or(|posts| posts.is_empty()), "not loaded, or what there is now");
        one.links(Post::AUTHOR).set(&[], db).unwrap();
        assert!(one.author.get().ok().is_none_or(|author| author.is_none()));
    });
}

fn titles(user: &Record<User>, db: &Database) -> Vec<String> {
    user.related(User::POSTS.order(Post::ID.asc()), db).unwrap().iter().map(|post| post.title.clone()).collect()
}

fn badges(user: &Record<User>, db: &Database) -> Vec<String> {
    user.related(User::BADGE, db).unwrap().iter().map(|badge| badge.code.clone()).collect()
}

/// Every profile, and of whom it is.
fn profiles(db: &Database) -> Vec<(String, Option<i64>)> {
    Profile::find().order(Profile::BIO).select((Profile::BIO, Profile::USER_ID), db).unwrap()
}

/// The tags of a post, by name, with the weights of their pairs.
fn weights(post: &Record<Post>, db: &Database) -> Vec<(String, i32)> {
    let pairs = PostTag::find().filter(PostTag::POST_ID.eq(post.id)).order(PostTag::TAG_NAME);
    pairs.select((PostTag::TAG_NAME, PostTag::WEIGHT), db).unwrap()
}
