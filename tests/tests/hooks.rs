//! What runs around a write, on every database: validation of values, and hooks before and after.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use relata::{
    Database, Draft, Error, ErrorKind,
    Event::*,
    Result, Value,
    orm::{Hook, Subject},
    prelude::*,
    request::{Section, typed::Predicate},
};
use relata_testkit::databases::databases;
use relata_tests::models::{Post, Tag, UNCHECKED, UNHOOKED, User, broken, on_all, post, post_of, tag, user, user_of};

/// Each attribute has a rule.
#[derive(Model, Debug, Clone)]
#[model(table = "checked")]
struct Checked {
    #[key(auto)]
    id: i64,
    #[column(validate(len(2..=3)))]
    sized: Option<String>,
    #[column(validate(len(2..)))]
    long: Option<String>,
    #[column(validate(len(4)))]
    exact: Option<String>,
    #[column(validate(min = 1, max = 9))]
    digit: Option<i32>,
    #[column(validate(min = 0.5))]
    share: Option<f64>,
    #[column(validate(is = "^[a-z]+$"))]
    word: Option<String>,
    #[column(validate(not = "[0-9]"))]
    plain: Option<String>,
    #[column(validate(email))]
    email: Option<String>,
    #[column(validate(url))]
    link: Option<String>,
    #[column(validate(not_empty))]
    filled: Option<String>,
    #[column(validate(in("red", "green")))]
    colour: Option<String>,
    #[column(validate(not_in(0, 13)))]
    lucky: Option<i32>,
    #[column(validate(custom = is_even))]
    even: Option<i32>,
    #[column(type = "string(3)")]
    short: Option<String>,
}

fn is_even(value: &Value) -> Result<(), String> {
    match value {
        Value::Int(number) if number % 2 == 0 => Ok(()),
        other => Err(format!("{other:?} is not even")),
    }
}

#[test]
fn each_rule_knows_good_from_bad() {
    on_all(databases("rules"), |db| {
        relata::create_missing(db, &[model::<Checked>()]).unwrap();
        let cases: Vec<(&str, &str, Value, Value)> = vec![
            ("sized", "len", "ab".into(), "a".into()),
            ("sized", "len", "äöü".into(), "abcd".into()),
            ("long", "len", "ab".into(), "ß".into()),
            ("exact", "len", "abcd".into(), "abcde".into()),
            ("digit", "min", 1.into(), 0.into()),
            ("digit", "max", 9.into(), 10.into()),
            ("share", "min", Value::from(0.5), Value::from(0.25)),
            ("word", "is", "abc".into(), "ab1".into()),
            ("plain", "not", "abc".into(), "ab1".into()),
            ("email", "email", "ann.b+c@mail.example.org".into(), "ann@example".into()),
            ("email", "email", "ann@example.org".into(), "ann example.org".into()),
            ("link", "url", "https://example.org/a?b=c".into(), "example.org/a".into()),
            ("link", "url", "ftp://example.org".into(), "javascript:alert(1)".into()),
            ("filled", "not_empty", " x".into(), " \t".into()),
            ("colour", "in", "green".into(), "blue".into()),
            ("lucky", "not_in", 7.into(), 13.into()),
            ("even", "is_even", 2.into(), 3.into()),
            ("short", "type", "äöü".into(), "abcd".into()),
        ];
        for (attribute, rule, good, bad) in cases {
            let create = |value: Value| Checked::create(db, |draft| Draft::from(draft).with(attribute, value).into());
            assert!(create(good).is_ok(), "{attribute}");
            assert_eq!(broken(&create(bad).unwrap_err()), [(attribute, rule)]);
        }
        let nulls = Checked::create(db, |draft| draft.word(None::<&str>).digit(None::<i32>).link(None::<&str>));
        assert!(nulls.is_ok(), "NULL is no value that a rule could look at");
        let null = Checked::create(db, |draft| draft.even(None::<i32>)).unwrap_err();
        assert_eq!(broken(&null), [("even", "is_even")], "but a function of the application may");
        assert!(null.to_string().contains("Null is not even"), "{null}");
        assert!(Checked::create(db, |draft| draft).is_ok());
    });
}

#[test]
fn a_rule_of_the_model_sees_what_is_not_changed() {
    on_all(databases("model_rule"), |db| {
        let mut ann = user(db, "ann@example.org");
        ann.name = Some("ann@example.org".to_owned());
        let error = ann.save(db).unwrap_err();
        assert_eq!(broken(&error), [("name_is_not_the_email", "name_is_not_the_email")]);
        assert!(error.to_string().contains("it is the email"), "{error}");
        assert_eq!(user_of(db, ann.id).name, None);
        assert!(ann.save_with(db, UNCHECKED).unwrap());
        assert_eq!(user_of(db, ann.id).name.as_deref(), Some("ann@example.org"));
        ann.score = 1;
        assert_eq!(broken(&ann.save(db).unwrap_err()).len(), 1, "it is still so");
    });
}

#[test]
fn hooks_run_in_the_order_that_is_documented() {
    on_all(databases("order"), |db| {
        let seen = recorded(db);
        let create = [BeforeValidate, AfterValidate, BeforeCreate, BeforeSave, AfterCreate, AfterSave];
        let mut one = post(db, "one");
        assert_eq!(take(&seen), create);
        one.title = "two".to_owned();
        assert!(one.save(db).unwrap());
        assert_eq!(take(&seen), [BeforeValidate, AfterValidate, BeforeUpdate, BeforeSave, AfterUpdate, AfterSave]);
        assert!(!one.save(db).unwrap());
        assert!(take(&seen).is_empty());
        one.destroy(db).unwrap();
        assert_eq!(take(&seen), [BeforeDestroy, AfterDestroy]);
        one.restore(db).unwrap();
        assert_eq!(take(&seen), [BeforeRestore, AfterRestore]);
        Post::upsert(|post| post.id(one.id).title("three")).run(db).unwrap();
        assert_eq!(take(&seen), [BeforeValidate, AfterValidate, BeforeUpsert, AfterUpsert]);
        let drafts = || [Post::draft().title("four"), Post::draft().title("five")];
        Post::create_many(drafts()).run(db).unwrap();
        assert_eq!(take(&seen), [BeforeBulkCreate, AfterBulkCreate]);
        Post::create_many(drafts()).individually().run(db).unwrap();
        assert_eq!(take(&seen), [&[BeforeBulkCreate][..], &create, &create, &[AfterBulkCreate]].concat());
        Post::update().set(Post::TITLE, "six").all().run(db).unwrap();
        assert_eq!(take(&seen), [BeforeBulkUpdate, AfterBulkUpdate]);
        Post::destroy().all().run(db).unwrap();
        assert_eq!(take(&seen), [BeforeBulkDestroy, AfterBulkDestroy]);
        Post::restore().run(db).unwrap();
        assert_eq!(take(&seen), [BeforeBulkRestore, AfterBulkRestore]);
        assert_eq!(Post::find().all(db).unwrap().len(), 5);
        assert_eq!(take(&seen), [BeforeFind, AfterFind]);
        assert_eq!(Post::find().count(db).unwrap(), 5);
        assert_eq!(take(&seen), [BeforeCount]);
        User::create(db, |user| user.email("ann@example.org").posts(|post| post.title("nested"))).unwrap();
        assert_eq!(take(&seen), create);
    });
}

#[test]
fn a_find_or_create_has_the_hooks_of_a_create() {
    on_all(databases("found_hooks"), |db| {
        let seen = recorded(db);
        let find = Post::find().filter(Post::TITLE.eq("one"));
        assert!(Post::find_or_create(db, &find, |post| post.title("one")).unwrap().1);
        let create = [BeforeValidate, AfterValidate, BeforeCreate, BeforeSave, AfterCreate, AfterSave];
        assert_eq!(take(&seen), [&[BeforeFind, AfterFind][..], &create].concat());
        assert!(!Post::find_or_create(db, &find, |post| post.title("one")).unwrap().1);
        assert_eq!(take(&seen), [BeforeFind, AfterFind]);
    });
}

#[test]
fn a_hook_changes_values_and_they_are_validated_again() {
    on_all(databases("hook_changes"), |db| {
        db.hooks().on::<User>(BeforeSave, "score", score_by_name).unwrap();
        let mut ann = User::create(db, |user| user.email("ann@example.org").name("Ann")).unwrap();
        assert_eq!((ann.score, user_of(db, ann.id).score), (3, 3));
        let bad = User::create(db, |user| user.email("bob@example.org").name("bad")).unwrap_err();
        assert_eq!(broken(&bad), [("score", "min")]);
        assert_eq!(User::find().count(db).unwrap(), 1);
        ann.name = Some("Annabel".to_owned());
        assert!(ann.save(db).unwrap());
        assert_eq!((ann.score, ann.changed().len(), user_of(db, ann.id).score), (7, 0, 7));
        ann.name = Some("bad".to_owned());
        assert_eq!(broken(&ann.save(db).unwrap_err()), [("score", "min")]);
        assert_eq!((ann.changed(), ann.score), (vec!["name"], 7));
        assert_eq!(user_of(db, ann.id).name.as_deref(), Some("Annabel"));
    });
}

#[test]
fn what_a_hook_of_an_upsert_changes_is_validated_again() {
    on_all(databases("upsert_changes"), |db| {
        db.hooks().on::<User>(BeforeUpsert, "score", score_by_name).unwrap();
        let ann = User::upsert(|user| user.email("ann@example.org").name("Ann")).run(db).unwrap().unwrap();
        assert_eq!((ann.score, user_of(db, ann.id).score), (3, 3));
        let bad = User::upsert(|user| user.email("ann@example.org").name("bad")).run(db).unwrap_err();
        assert_eq!(broken(&bad), [("score", "min")]);
        assert_eq!(user_of(db, ann.id).name.as_deref(), Some("Ann"));
    });
}

#[test]
fn a_hook_of_many_leaves_some_out() {
    on_all(databases("leave_out"), |db| {
        let leave_out = |hook: &mut Hook<'_>| -> Result<()> {
            let Subject::Drafts(drafts) = &mut hook.subject else { return Err(Error::internal("it is of many")) };
            drafts.retain(|draft| draft.get("title") != Some(&Value::from("spam")));
            drafts.iter_mut().for_each(|draft| draft.set_of(Post::AUTHOR_ID, None::<i64>));
            Ok(())
        };
        db.hooks().on::<Post>(BeforeBulkCreate, "leave_out", leave_out).unwrap();
        let drafts = ["one", "spam", "two"].map(|title| Post::draft().title(title).author_id(-1));
        let created = Post::create_many(drafts).run(db).unwrap();
        assert_eq!(created.iter().map(|post| post.title.as_str()).collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(Post::find().filter(Post::AUTHOR_ID.is_null()).count(db).unwrap(), 2);
    });
}

#[test]
fn a_hook_narrows_which_rows_are_meant() {
    on_all(databases("narrow"), |db| {
        let rows = Arc::new(Mutex::new(Vec::new()));
        for event in [BeforeFind, BeforeCount, BeforeBulkUpdate, BeforeBulkDestroy] {
            db.hooks().on::<Tag>(event, "narrow", no_secrets).unwrap();
        }
        let changed = rows.clone();
        let keep = move |hook: &mut Hook<'_>| -> Result<()> {
            if let Subject::Changed(count) = &hook.subject {
                changed.lock().unwrap().push(*count);
            }
            // A call of many rows is about no single draft.
            assert_eq!(hook.draft().unwrap_err().kind(), ErrorKind::Request);
            Ok(())
        };
        db.hooks().on::<Post>(AfterBulkUpdate, "count", keep).unwrap();
        tag(db, "open");
        tag(db, "secret");
        assert_eq!(Tag::find().all(db).unwrap().len(), 1);
        assert_eq!(Tag::find().count(db).unwrap(), 1);
        post(db, "one");
        post(db, "two");
        assert_eq!(Post::update().set(Post::TITLE, "three").all().run(db).unwrap(), 2);
        assert_eq!(*rows.lock().unwrap(), [2]);
        assert_eq!(Tag::update().set(Tag::NAME, "public").filter(Tag::NAME.ne("")).run(db).unwrap(), 1);
        assert_eq!(Tag::destroy().all().run(db).unwrap(), 1);
        db.hooks().remove(BeforeFind, "narrow");
        assert_eq!(Tag::find().all(db).unwrap()[0].name, "secret");
    });
}

#[test]
fn a_hook_that_refuses_leaves_nothing() {
    on_all(databases("refuse"), |db| {
        let mut ann = user(db, "ann@example.org");
        let mut one = post(db, "one");
        for event in [AfterSave, AfterUpsert, AfterBulkUpdate, AfterBulkCreate, AfterDestroy, AfterBulkDestroy] {
            db.hooks().on_every_model(event, "refuse", refuse).unwrap();
        }
        let created = User::create(db, |user| user.email("bob@example.org").posts(|post| post.title("his")));
        ann.score = 1;
        let errors = [
            created.unwrap_err(),
            ann.save(db).unwrap_err(),
            User::upsert(|user| user.email("ann@example.org").score(2)).run(db).unwrap_err(),
            User::update().set(User::SCORE, 3).all().run(db).unwrap_err(),
            User::create_many([User::draft().email("cid@example.org")]).run(db).unwrap_err(),
            one.destroy(db).unwrap_err(),
            one.destroy_for_good(db).unwrap_err(),
            Post::destroy().all().force().run(db).unwrap_err(),
        ];
        for error in &errors {
            assert_eq!(error.kind(), ErrorKind::Application, "{error}");
            assert!(std::error::Error::source(error).is_some());
        }
        assert_eq!((errors[0].path(), errors[1].path()), ("User.posts.AfterSave(refuse)", "User.AfterSave(refuse)"));
        let found = user_of(db, ann.id);
        assert_eq!((found.score, found.version, User::find().count(db).unwrap()), (0, 0, 1));
        assert_eq!((ann.changed(), ann.version), (vec!["score"], 0));
        assert!(!one.is_soft_deleted() && !post_of(db, one.id).is_soft_deleted());
        assert_eq!(Post::find().count(db).unwrap(), 1);
    });
}

#[test]
fn a_hook_writes_in_the_transaction_of_its_call() {
    on_all(databases("hook_writes"), |db| {
        let label = |hook: &mut Hook<'_>| -> Result<()> {
            assert!(hook.transaction_at_hand().is_some());
            let draft = hook.draft()?;
            let id: i64 = draft.get_of(User::ID)?.unwrap();
            let email: String = draft.get_of(User::EMAIL)?.unwrap();
            assert!(id > 0, "the record is there already");
            Tag::create(hook, |tag| tag.name(&email)).map(drop)
        };
        db.hooks().on::<User>(AfterCreate, "label", label).unwrap();
        db.hooks().on::<User>(AfterSave, "refuse", refuse_bob).unwrap();
        user(db, "ann@example.org");
        assert!(User::create(db, |user| user.email("bob@example.org")).is_err());
        assert_eq!(tags(db), ["ann@example.org"]);
        // Within a transaction a call that fails takes back what is its own, and no more.
        db.transaction(|tx| {
            Tag::create(tx, |tag| tag.name("kept"))?;
            assert!(User::create(tx, |user| user.email("bob@example.org")).is_err());
            User::create(tx, |user| user.email("cid@example.org")).map(drop)
        })
        .unwrap();
        assert_eq!(
            (tags(db), User::find().count(db).unwrap()),
            (owned(["ann@example.org", "cid@example.org", "kept"]), 2)
        );
        let undone = db.transaction(|tx| {
            User::create(tx, |user| user.email("dan@example.org"))?;
            Err::<(), _>(Error::application(std::io::Error::other("no")))
        });
        assert!(undone.is_err());
        assert_eq!(tags(db).len(), 3);
    });
}

#[test]
fn what_a_hook_changes_goes_along_with_a_soft_deletion() {
    on_all(databases("hook_deletes"), |db| {
        let ann = user(db, "ann@example.org").id;
        let sign = move |hook: &mut Hook<'_>| hook.draft()?.set("author_id", ann);
        db.hooks().on::<Post>(BeforeDestroy, "who", sign).unwrap();
        db.hooks().on::<Post>(BeforeRestore, "who", |hook| hook.draft()?.set("author_id", Value::Null)).unwrap();
        let mut one = post(db, "one");
        one.title = "unsaved".to_owned();
        one.destroy(db).unwrap();
        assert_eq!((one.author_id, one.changed()), (Some(ann), vec!["title"]));
        let stored = post_of(db, one.id);
        assert_eq!((stored.author_id, stored.title.as_str()), (Some(ann), "one"));
        assert!(stored.is_soft_deleted());
        one.restore(db).unwrap();
        assert_eq!((one.author_id, post_of(db, one.id).author_id), (None, None));
        db.hooks().on::<Post>(BeforeDestroy, "bad", |hook| hook.draft()?.set("title", Value::Null)).unwrap();
        assert_eq!(one.destroy(db).unwrap_err().kind(), ErrorKind::Validation);
        assert!(!post_of(db, one.id).is_soft_deleted());
        one.destroy_for_good(db).unwrap();
        assert_eq!(Post::find().with_deleted().count(db).unwrap(), 0);
    });
}

#[test]
fn what_is_nested_in_many_has_its_own_hooks() {
    on_all(databases("hook_nested"), |db| {
        let seen = recorded(db);
        let drafts = || {
            ["ann", "bob"].map(|name| User::draft().email(format!("{name}@example.org")).posts(|post| post.title(name)))
        };
        User::create_many(drafts()).run(db).unwrap();
        let of_a_post = [BeforeValidate, AfterValidate, BeforeCreate, BeforeSave, AfterCreate, AfterSave];
        assert_eq!(take(&seen), [of_a_post, of_a_post].concat());
        User::create_many(drafts().map(|user| user.score(1))).with(UNHOOKED).run(db).unwrap_err();
        assert_eq!(take(&seen), []);
    });
}

#[test]
fn hooks_that_cause_one_another_are_cut() {
    on_all(databases("recursion"), |db| {
        let again = |hook: &mut Hook<'_>| -> Result<()> {
            let name: String = hook.draft()?.get_of(Tag::NAME)?.unwrap();
            Tag::create(hook, |tag| tag.name(format!("{name}x"))).map(drop)
        };
        db.hooks().on::<Tag>(BeforeCreate, "again", again).unwrap();
        let error = Tag::create(db, |tag| tag.name("a")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{error}");
        assert_eq!(Tag::find().count(db).unwrap(), 0);
        assert!(db.hooks().remove(BeforeCreate, "again"));
        tag(db, "a");
    });
}

#[test]
fn hooks_have_names_and_an_order() {
    on_all(databases("names"), |db| {
        let log: Arc<Mutex<Vec<String>>> = Arc::default();
        let says = |what: &'static str| {
            let log = log.clone();
            move |hook: &mut Hook<'_>| -> Result<()> {
                log.lock().unwrap().push(format!("{} {what}", hook.model.name));
                Ok(())
            }
        };
        db.hooks().on_every_model(BeforeSave, "same", says("every")).unwrap();
        db.hooks().on::<User>(BeforeSave, "same", says("first")).unwrap();
        db.hooks().on::<User>(BeforeSave, "other", says("second")).unwrap();
        let twice = db.hooks().on::<User>(BeforeSave, "same", says("twice")).unwrap_err();
        assert_eq!(twice.kind(), ErrorKind::Request);
        assert!(twice.to_string().contains("\"same\" for BeforeSave"), "{twice}");
        db.hooks().on::<User>(AfterSave, "same", says("after")).unwrap();
        let mut ann = user(db, "ann@example.org");
        tag(db, "a");
        let expected = owned(["User first", "User second", "User every", "User after", "Tag every"]);
        assert_eq!(std::mem::take(&mut *log.lock().unwrap()), expected);
        assert!(db.hooks().remove(BeforeSave, "same") && !db.hooks().remove(BeforeSave, "same"));
        ann.score = 1;
        assert!(ann.save(db).unwrap());
        assert_eq!(*log.lock().unwrap(), ["User second", "User after"]);
    });
}

#[test]
fn a_hook_sees_what_a_save_changes() {
    on_all(databases("sees"), |db| {
        let log: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = log.clone();
        let see = move |hook: &mut Hook<'_>| -> Result<()> {
            let draft = hook.draft()?;
            assert!(!draft.is_new());
            for attribute in draft.changed() {
                let name = &draft.model().def().attributes[usize::from(attribute)].name;
                let change = format!("{name}: {:?} to {:?}", draft.previous(name), draft.get(name));
                kept.lock().unwrap().push(change);
            }
            Ok(())
        };
        let mut ann = user(db, "ann@example.org");
        db.hooks().on::<User>(BeforeUpdate, "see", see).unwrap();
        ann.score = 5;
        ann.name = Some("Ann".to_owned());
        assert!(ann.update(db, |ann| ann.score = 6).unwrap());
        assert_eq!(*log.lock().unwrap(), ["score: Some(Int(0)) to Some(Int(6))"]);
    });
}

#[test]
fn a_hook_may_take_every_change_back() {
    on_all(databases("take_back"), |db| {
        let take_back = |hook: &mut Hook<'_>| -> Result<()> {
            hook.draft()?.unset(Tag::NAME.attribute());
            Ok(())
        };
        let mut a = tag(db, "a");
        db.hooks().on::<Tag>(BeforeUpdate, "take_back", take_back).unwrap();
        a.name = "b".to_owned();
        assert!(a.save(db).is_ok(), "there is nothing left to write, and that is no error");
        assert_eq!(tags(db), ["a"]);
    });
}

#[test]
fn hooks_are_left_out_where_the_call_says_so() {
    on_all(databases("unhooked"), |db| {
        let seen = recorded(db);
        let mut one = Post::create_with(db, UNHOOKED, |post| post.title("one")).unwrap();
        one.title = "two".to_owned();
        assert!(one.save_with(db, UNHOOKED).unwrap());
        Post::create_many([Post::draft().title("three")]).with(UNHOOKED).run(db).unwrap();
        Post::upsert(|post| post.id(one.id).title("four")).with(UNHOOKED).run(db).unwrap();
        Post::update().set(Post::TITLE, "five").all().with(UNHOOKED).run(db).unwrap();
        Post::destroy().all().with(UNHOOKED).run(db).unwrap();
        Post::restore().with(UNHOOKED).run(db).unwrap();
        assert!(take(&seen).is_empty());
        let wrong = Post::create_with(db, UNHOOKED, |post| post).unwrap_err();
        assert_eq!(broken(&wrong), [("title", "not_null")], "validated it is all the same");
    });
}

/// Keeps the events of posts.
fn recorded(db: &Database) -> Arc<Mutex<Vec<Event>>> {
    let seen: Arc<Mutex<Vec<Event>>> = Arc::default();
    let events = [
        [BeforeValidate, AfterValidate],
        [BeforeCreate, AfterCreate],
        [BeforeUpdate, AfterUpdate],
        [BeforeSave, AfterSave],
        [BeforeDestroy, AfterDestroy],
        [BeforeRestore, AfterRestore],
        [BeforeUpsert, AfterUpsert],
        [BeforeBulkCreate, AfterBulkCreate],
        [BeforeBulkUpdate, AfterBulkUpdate],
        [BeforeBulkDestroy, AfterBulkDestroy],
        [BeforeBulkRestore, AfterBulkRestore],
        [BeforeFind, AfterFind],
    ];
    for event in events.into_iter().flatten().chain([BeforeCount]) {
        let seen = seen.clone();
        let keep = move |hook: &mut Hook<'_>| -> Result<()> {
            seen.lock().unwrap().push(hook.event);
            Ok(())
        };
        db.hooks().on::<Post>(event, "keep", keep).unwrap();
    }
    seen
}

fn take(seen: &Mutex<Vec<Event>>) -> Vec<Event> {
    std::mem::take(&mut *seen.lock().unwrap())
}

/// The score is the length of the name, and wrong for a bad one.
fn score_by_name(hook: &mut Hook<'_>) -> Result<()> {
    let draft = hook.draft()?;
    let score = match draft.get("name") {
        Some(Value::Text(name)) if name == "bad" => -1,
        Some(Value::Text(name)) => i32::try_from(name.len()).unwrap_or_default(),
        _ => 0,
    };
    draft.set_of(User::SCORE, score);
    Ok(())
}

fn no_secrets(hook: &mut Hook<'_>) -> Result<()> {
    if let Subject::Rows(rows) = &mut hook.subject {
        rows.write(Section::Filter, |out| Tag::NAME.ne("secret").write(out));
    }
    Ok(())
}

fn refuse(_: &mut Hook<'_>) -> Result<()> {
    Err(Error::application(std::io::Error::other("no")))
}

fn refuse_bob(hook: &mut Hook<'_>) -> Result<()> {
    if hook.draft()?.get("email") == Some(&Value::from("bob@example.org")) { refuse(hook) } else { Ok(()) }
}

fn tags(db: &Database) -> Vec<String> {
    Tag::find().order(Tag::NAME).all(db).unwrap().iter().map(|tag| tag.name.clone()).collect()
}

fn owned<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}
