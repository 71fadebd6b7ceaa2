//! The sixteen cases that Sequelize gets wrong, each right here, on every database.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use relata::{
    Database, DynFind, ModelSet, SchemaDoc, Value,
    orm::insert_rows,
    planner::{Options, Planner},
    request::doc::RequestDoc,
};
use relata_testkit::databases::databases;
use serde_json::{Value as Json, json};

const SCHEMA: &str = r#"{ "models": {
  "Company": { "attributes": { "id": {"type": "bigint", "primary_key": true}, "name": {"type": "text"} } },
  "User": { "attributes": { "id": {"type": "bigint", "primary_key": true}, "name": {"type": "text"},
                            "age": {"type": "integer"}, "company_id": {"type": "bigint"} },
            "associations": { "company": {"belongs_to": "Company"}, "tasks": {"has_many": "Task"},
                              "softs": {"has_many": "Soft"} } },
  "Task": { "attributes": { "id": {"type": "bigint", "primary_key": true}, "title": {"type": "text"},
                            "done": {"type": "boolean"}, "user_id": {"type": "bigint"} },
            "associations": { "user": {"belongs_to": "User"}, "comments": {"has_many": "Comment"},
                              "tags": {"belongs_to_many": "Tag", "through": "TaskTag"} } },
  "Comment": { "attributes": { "id": {"type": "bigint", "primary_key": true}, "body": {"type": "text"},
                               "task_id": {"type": "bigint"} }, "associations": { "task": {"belongs_to": "Task"} } },
  "Soft": { "paranoid": true, "attributes": { "id": {"type": "bigint", "primary_key": true},
                                              "user_id": {"type": "bigint"} },
            "associations": { "user": {"belongs_to": "User"} } },
  "Tag": { "attributes": { "id": {"type": "bigint", "primary_key": true}, "label": {"type": "text"} } },
  "TaskTag": { "paranoid": true, "attributes": { "id": {"type": "bigint", "primary_key": true},
               "task_id": {"type": "bigint"}, "tag_id": {"type": "bigint"} },
               "associations": { "task": {"belongs_to": "Task"}, "tag": {"belongs_to": "Tag"} } }
} }"#;

fn models() -> Arc<ModelSet> {
    serde_json::from_str::<SchemaDoc>(SCHEMA).unwrap().build().unwrap()
}

fn fill(db: &Database, models: &Arc<ModelSet>) {
    let views: Vec<_> = models.views().collect();
    relata::create_missing(db, &views).unwrap();
    let insert = |model: &str, columns: &[&str], rows: &[&[Json]]| {
        let cell = |json: &Json| match json {
            Json::Null => Value::Null,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Number(number) => Value::Int(number.as_i64().unwrap()),
            Json::String(text) if text == "deleted" => Value::Instant(relata::Instant::UNIX_EPOCH),
            Json::String(text) => Value::from(text.clone()),
            other => panic!("{other}"),
        };
        let rows: Vec<Vec<Value>> = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        insert_rows(db, models.model(model).unwrap(), columns, &rows).unwrap();
    };
    let n = Json::Null;
    insert("Company", &["id", "name"], &[&[json!(1), json!("zeta")], &[json!(2), json!("acme")]]);
    insert(
        "User",
        &["id", "name", "age", "company_id"],
        &[
            &[json!(1), json!("ann"), json!(30), json!(1)],
            &[json!(2), json!("bob"), json!(30), json!(2)],
            &[json!(3), json!("cid"), json!(40), n.clone()],
            &[json!(4), json!("dan"), json!(40), json!(2)],
        ],
    );
    insert(
        "Task",
        &["id", "title", "done", "user_id"],
        &[
            &[json!(1), json!("m"), json!(true), json!(1)],
            &[json!(2), json!("c"), json!(true), json!(1)],
            &[json!(3), json!("a"), json!(false), json!(2)],
            &[json!(4), json!("z"), json!(true), json!(4)],
        ],
    );
    insert(
        "Comment",
        &["id", "body", "task_id"],
        &[&[json!(1), json!("x"), json!(1)], &[json!(2), json!("y"), json!(3)]],
    );
    insert(
        "Soft",
        &["id", "user_id", "deleted_at"],
        &[&[json!(1), json!(1), n.clone()], &[json!(2), json!(1), n.clone()], &[json!(3), json!(2), json!("deleted")]],
    );
    insert("Tag", &["id", "label"], &[&[json!(1), json!("a")], &[json!(2), json!("b")], &[json!(3), json!("c")]]);
    insert(
        "TaskTag",
        &["id", "task_id", "tag_id", "deleted_at"],
        &[
            &[json!(1), json!(1), json!(1), n.clone()],
            &[json!(2), json!(1), json!(2), n.clone()],
            &[json!(3), json!(1), json!(3), n.clone()],
            &[json!(4), json!(3), json!(1), json!("deleted")],
        ],
    );
}

/// Runs a check on every database that is there.
fn on_all(check: impl Fn(&dyn Fn(Json) -> Json, &Database, &Arc<ModelSet>)) {
    for db in databases("sixteen") {
        let models = models();
        fill(&db, &models);
        let ask = |request: Json| -> Json {
            let doc = RequestDoc::from_json(&request).unwrap();
            let answer = DynFind::from_doc(&models, doc).json(&db).unwrap_or_else(|error| panic!("{error:?}"));
            serde_json::from_str(&answer).unwrap()
        };
        check(&ask, &db, &models);
    }
}

fn ids(answer: &Json) -> Vec<i64> {
    answer.as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

#[test]
fn case_01_a_condition_on_a_has_many_with_a_limit() {
    on_all(|ask, _, _| {
        let answer = ask(json!({"model": "User", "where": {"$tasks.done$": true}, "include": ["tasks"],
            "order": ["id"], "limit": 2}));
        assert_eq!(ids(&answer), [1, 4]);
        assert_eq!(answer[0]["tasks"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn case_02_a_condition_on_a_belongs_to_beside_an_unrelated_has_many() {
    on_all(|ask, _, _| {
        let answer = ask(json!({"model": "User", "where": {"$company.name$": "acme"}, "include": ["company", "tasks"],
            "order": ["id"], "limit": 2}));
        assert_eq!(ids(&answer), [2, 4]);
    });
}

#[test]
fn case_03_a_page_ordered_by_a_has_many_column() {
    on_all(|ask, _, _| {
        let answer =
            ask(json!({"model": "User", "include": ["tasks"], "order": [["tasks", "title", "asc nulls last"]],
            "limit": 2}));
        assert_eq!(ids(&answer), [2, 1], "by the least title of each user");
        assert_eq!(ids(&answer[1]["tasks"]), [2, 1], "the children take the same order");
    });
}

#[test]
fn case_04_a_page_ordered_by_an_optional_belongs_to_beside_a_has_many() {
    on_all(|ask, _, _| {
        let answer = ask(json!({"model": "User", "include": ["company", "tasks"],
            "order": [["company", "name", "desc nulls last"], "id"], "limit": 2}));
        assert_eq!(ids(&answer), [1, 2]);
    });
}

#[test]
fn case_05_a_limit_does_not_change_membership() {
    on_all(|ask, _, _| {
        let include = json!([{"association": "tasks", "required": false,
            "include": [{"association": "comments", "where": {"body": "x"}}]}]);
        let all = ask(json!({"model": "User", "include": include.clone(), "order": ["id"]}));
        let page = ask(json!({"model": "User", "include": include, "order": ["id"], "limit": 10}));
        assert_eq!(ids(&all), [1, 2, 3, 4]);
        assert_eq!(all, page);
        assert_eq!(ids(&all[0]["tasks"]), [1]);
    });
}

#[test]
fn case_06_the_order_of_a_page_holds_outside_of_the_derived_table() {
    on_all(|ask, _, _| {
        let answer = ask(json!({"model": "User", "include": ["tasks"], "limit": 4}));
        assert_eq!(ids(&answer), [1, 2, 3, 4]);
    });
}

#[test]
fn case_07_a_count_counts_roots() {
    on_all(|ask, _, _| {
        let answer =
            ask(json!({"find_and_count": "User", "include": [{"association": "tasks", "where": {"done": true}}],
            "order": ["id"], "limit": 1}));
        assert_eq!(answer["count"], 2);
        assert_eq!(ids(&answer["rows"]), [1]);
    });
}

#[test]
fn case_08_two_has_many_includes_do_not_multiply() {
    on_all(|_, db, models| {
        let doc = RequestDoc::from_json(&json!({"model": "User", "include": ["tasks", "softs"], "order": ["id"]}));
        let find = DynFind::from_doc(models, doc.unwrap());
        let plan = Planner::new().plan(&find.request().unwrap(), db.dialect(), &Options::default()).unwrap();
        assert_eq!(plan.steps.len(), 3, "one statement for each");
        let users = find.all(db).unwrap();
        assert_eq!(users[0].rows("tasks").unwrap().len(), 2);
        assert_eq!(users[0].rows("softs").unwrap().len(), 2);
    });
}

#[test]
fn case_09_a_limit_on_a_belongs_to_many() {
    on_all(|ask, _, _| {
        let answer = ask(json!({"model": "Task", "order": ["id"],
            "include": [{"association": "tags", "order": [["label", "desc"]], "limit": 2}]}));
        assert_eq!(ids(&answer[0]["tags"]), [3, 2]);
    });
}

#[test]
fn case_10_a_limit_for_each_parent_is_one_statement_whatever_their_number() {
    const FORMS: [&str; 3] = ["LATERAL", "row_number()", "IN (SELECT \"t2\".\"id\" FROM"];
    on_all(|_, db, models| {
        let doc = RequestDoc::from_json(&json!({"model": "User",
            "include": [{"association": "tasks", "order": ["title"], "limit": 1}]}));
        let find = DynFind::from_doc(models, doc.unwrap());
        let plan = Planner::new().plan(&find.request().unwrap(), db.dialect(), &Options::default()).unwrap();
        assert_eq!(plan.steps.len(), 2);
        assert!(FORMS.iter().any(|form| plan.steps[1].sql.contains(form)));
    });
}

#[test]
fn case_11_a_grouped_find_over_a_has_many_selects_what_was_asked() {
    on_all(|ask, _, _| {
        let answer = ask(json!({"model": "User", "group": ["age"], "order": ["age"],
            "attributes": ["age", [{"fn": "count", "args": [{"col": "tasks.id"}]}, "n"]]}));
        assert_eq!(answer, json!([{"age": 30, "n": 3}, {"age": 40, "n": 1}]));
    });
}

#[test]
fn case_12_a_limit_counts_roots_however_they_are_loaded() {
    on_all(|ask, _, _| {
        for separate in [true, false] {
            let answer = ask(json!({"model": "User", "order": ["id"], "limit": 2,
                "include": [{"association": "tasks", "where": {"done": true}, "separate": separate}]}));
            assert_eq!(ids(&answer), [1, 4]);
        }
    });
}

#[test]
fn case_13_a_required_grandchild_counts_at_every_depth() {
    on_all(|ask, _, _| {
        let answer = ask(json!({"model": "Company", "order": ["id"], "include": []}));
        assert_eq!(ids(&answer), [1, 2]);
        let answer = ask(json!({"model": "User", "order": ["id"], "limit": 5,
            "include": [{"association": "tasks", "required": true,
                         "include": [{"association": "comments", "required": true}]}]}));
        assert_eq!(ids(&answer), [1, 2]);
    });
}

#[test]
fn case_14_deleted_junction_rows_are_no_children() {
    on_all(|ask, _, _| {
        let required = json!([{"association": "tags", "required": true}]);
        assert_eq!(ask(json!({"count": "Task", "include": required})), json!({"count": 1}));
        let with_deleted = json!([{"association": "tags", "required": true, "through": {"paranoid": false}}]);
        assert_eq!(ask(json!({"count": "Task", "include": with_deleted})), json!({"count": 2}));
    });
}

#[test]
fn case_15_aliases_are_short_at_any_depth() {
    on_all(|_, db, models| {
        let mut include = json!({"association": "user"});
        for _ in 0..6 {
            include = json!({"association": "user", "include": [{"association": "tasks", "include": [include]}]});
        }
        let doc = RequestDoc::from_json(&json!({"model": "Task", "include": [include]})).unwrap();
        let find = DynFind::from_doc(models, doc);
        let request = find.request().unwrap();
        let plan = Planner::new().plan(&request, db.dialect(), &Options::default()).unwrap();
        for step in &plan.steps {
            // Every second piece between quotes is an identifier.
            let longest = step.sql.split('"').skip(1).step_by(2).map(str::len).max();
            assert!(longest.unwrap_or(0) <= 10, "{}", step.sql);
        }
        find.all(db).unwrap();
    });
}

#[test]
fn case_16_a_limit_of_zero_is_no_rows() {
    on_all(|ask, _, _| {
        assert_eq!(ask(json!({"model": "User", "include": ["tasks"], "limit": 0})), json!([]));
        let answer = ask(json!({"model": "User", "order": ["id"], "include": [{"association": "tasks", "limit": 0}]}));
        assert_eq!(ids(&answer), [1, 2, 3, 4]);
        assert_eq!(answer[0]["tasks"], json!([]));
    });
}
