//! Every option that is set in a request is seen: in the SQL, in the binds, in the answer's form, or as an error.

use relata::{
    DynFind, ErrorKind,
    planner::{Options, Planner},
    request::{Bind, doc::RequestDoc},
};
use relata_testkit::databases::databases;
use relata_tests::schema;
use serde_json::{Value as Json, json};

/// What can be seen of a request: its statements, values, and the form of its answer; or its error.
fn seen(request: &Json) -> String {
    let models = schema("blog");
    let plan = RequestDoc::from_json(request).and_then(|doc| {
        let request = DynFind::from_doc(&models, doc).request()?;
        let plan = Planner::new().plan(&request, &relata::dialect::POSTGRES_15, &Options::default())?;
        let binds: Vec<Bind<'static>> = request.binds().iter().cloned().map(Bind::into_owned).collect();
        Ok((plan, binds))
    });
    match plan {
        Ok((plan, binds)) => {
            let form: Vec<String> = plan.slots.iter().map(|slot| format!("{} {:?}", slot.key, slot.fields)).collect();
            let through: Vec<String> = plan.slots.iter().map(|slot| format!("{:?}", slot.through)).collect();
            let texts: Vec<&str> = plan.steps.iter().map(|step| &*step.sql).collect();
            format!("{:?} {texts:?} {binds:?} {form:?} {through:?}", plan.call)
        }
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_change_of_any_option_is_seen() {
    let base = json!({"model": "User", "include": [{"association": "posts"}, {"association": "roles"}]});
    let changes: Vec<(&str, Json)> = vec![
        ("/attributes", json!(["id"])),
        ("/attributes", json!({"exclude": ["email"]})),
        ("/attributes", json!({"include": [[{"fn": "lower", "args": [{"col": "name"}]}, "low"]]})),
        ("/where", json!({"score": 1})),
        ("/where", json!({"score": 2})),
        ("/where", json!({"name": null})),
        ("/where", json!({"$posts.title$": "x"})),
        ("/order", json!(["name"])),
        ("/order", json!([["name", "desc"]])),
        ("/order", json!([["name", "asc nulls first"]])),
        ("/order", json!([["posts", "views", "desc"]])),
        ("/limit", json!(1)),
        ("/limit", json!(0)),
        ("/offset", json!(1)),
        ("/distinct", json!(true)),
        ("/group", json!(["role"])),
        ("/having", json!({"$n$": 1})),
        ("/lock", json!("update")),
        ("/lock", json!("share")),
        ("/skip_locked", json!(true)),
        ("/scope", json!(["adults"])),
        ("/index_hints", json!([{"use": ["by_name"]}])),
        ("/include/0/attributes", json!(["id"])),
        ("/include/0/attributes", json!([])),
        ("/include/0/where", json!({"views": 1})),
        ("/include/0/required", json!(true)),
        ("/include/0/order", json!([["views", "desc"]])),
        ("/include/0/limit", json!(2)),
        ("/include/0/offset", json!(2)),
        ("/include/0/separate", json!(false)),
        ("/include/0/paranoid", json!(false)),
        ("/include/0/as", json!("texts")),
        ("/include/0/include", json!(["author"])),
        ("/include/1/through", json!({"attributes": []})),
        ("/include/1/through", json!({"where": {"granted_at": null}})),
        ("/unknown", json!(1)),
        ("/include/0/unknown", json!(1)),
        ("/include/0/duplicating", json!(false)),
    ];
    let before = seen(&base);
    let mut all = vec![before.clone()];
    for (pointer, value) in changes {
        let mut changed = base.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = if parent.is_empty() { Some(&mut changed) } else { changed.pointer_mut(parent) };
        parent.unwrap().as_object_mut().unwrap().insert(key.to_owned(), value.clone());
        let after = seen(&changed);
        assert!(!all.contains(&after), "{pointer} = {value} is not seen: {after}");
        all.push(after);
    }
}

/// Where indexes are named at all, their names are names: the server looks for one of just that name.
#[test]
fn an_index_is_named_and_nothing_more() {
    let models = schema("blog");
    for db in databases("index_hints") {
        relata::create_missing(&db, &models.views().collect::<Vec<_>>()).unwrap();
        let ask = |hints: Json| {
            let request =
                json!({"model": "Post", "attributes": ["id"], "where": {"author_id": 1}, "index_hints": hints});
            DynFind::from_doc(&models, RequestDoc::from_json(&request).unwrap()).json(&db)
        };
        let name = db.dialect().name;
        let hostile = "a`) IGNORE INDEX (b\" WHERE 1=1 --";
        let (known, unknown) = (ask(json!([{"force": "posts_author_id"}])), ask(json!([{"force": hostile}])));
        if name == "postgres" {
            assert_eq!(known.unwrap_err().kind(), ErrorKind::Unsupported);
            continue;
        }
        assert_eq!(known.unwrap(), "[]", "{name}");
        let error = unknown.unwrap_err();
        assert!(error.kind() == ErrorKind::Database && error.to_string().contains("IGNORE INDEX"), "{name}: {error}");
    }
}

#[test]
fn a_forced_force_of_the_same_loading_is_no_change() {
    // `separate: true` where it is separate anyway says nothing new, and is no error.
    let base = json!({"model": "User", "include": [{"association": "posts"}, {"association": "roles"}]});
    let said =
        json!({"model": "User", "include": [{"association": "posts", "separate": true}, {"association": "roles"}]});
    assert_eq!(seen(&base), seen(&said));
}
