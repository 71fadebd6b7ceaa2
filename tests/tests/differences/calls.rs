//! The rows of the page that take more than requests: values that JSON does not have, transactions, other tables, errors.

use relata::{
    Error, Executor, Isolation, Kind, Sql, TxOptions, Value,
    planner::{Options, Planner},
    request::doc::col,
    schema::{Constraint, SchemaDoc},
};
use serde_json::{Value as Json, json};

use crate::{
    Ask, Row,
    world::{World, either, word},
};

const fn row(
    name: &'static str,
    call: fn(&World<'_>) -> String,
    means: &'static [(&'static str, &'static str)],
) -> Row {
    Row { name, ask: Ask::Call(call), means }
}

pub(crate) const CALLS: &[Row] = &[
    row("decimals over 15 digits", wide_decimals, &[("made", "exact")]),
    row("a double that is no number", |world| kept(world, "x", Value::Double(f64::NAN)), &[]),
    row("an infinite double", |world| kept(world, "x", Value::Double(f64::INFINITY)), &[]),
    row(
        "dates without a zone after 9999-12-30 22:00",
        last_days,
        &[("made", "kept"), ("database", "refused by the driver")],
    ),
    row("a JSON document with a NUL character in a text", |world| kept(world, "doc", document("\"\\u0000\"")), &[]),
    row(
        "a text that is no document, as a JSON value",
        no_document,
        &[("decode", "kept, and a decode error when it is read"), ("check_violation", "a violated check")],
    ),
    row(
        "how deep a JSON document may be nested",
        nested,
        &[("31", "31 levels"), ("100", "100 levels"), ("101", "more than 100 levels")],
    ),
    row(
        "numbers of a JSON document beyond 64 bits and doubles",
        |world| answered(world, "123456789012345678901234567890"),
        &[("123456789012345678901234567890", "kept"), ("1.2345678901234568e29", "made doubles")],
    ),
    row(
        "how a JSON document writes its numbers",
        |world| answered(world, "[1e2,1.10]"),
        &[("[1e2,1.10]", "as written"), ("[100,1.10]", "without an exponent"), ("[100.0,1.1]", "in the shortest form")],
    ),
    row(
        "a key that stands twice in a JSON object",
        |world| answered(world, "{\"a\":1,\"a\":2}"),
        &[("{\"a\":1,\"a\":2}", "both are kept"), ("{\"a\":2}", "the last is kept")],
    ),
    row(
        "a number that is neither 0 nor 1, as a boolean",
        two_as_a_boolean,
        &[("decode", "a decode error"), ("database 42804", "there is none"), ("[{\"flag\":true}]", "true")],
    ),
    row(
        "kinds of the values of a raw query",
        raw_kinds,
        &[
            ("bigint double text text", "integers, doubles and text"),
            ("boolean decimal uuid timestamp", "as declared"),
            ("bigint decimal text naive_timestamp", "no booleans, UUIDs or zones"),
        ],
    ),
    row("binds of one statement", |world| world.db.dialect().max_binds.to_string(), &[]),
    row(
        "an order by texts that differ after 1,024 bytes",
        long_texts,
        &[("2 1 3", "by all of them"), ("1 2 3", "as if they were equal")],
    ),
    row("a pattern over 50,000 bytes", long_pattern, &[("[]", "works")]),
    row(
        "an error inside a transaction",
        error_inside,
        &[("committed 2", "the transaction goes on"), ("rolled_back 0", "the transaction has failed")],
    ),
    row("isolation unless said", isolation, &[]),
    row("`deferrable` transactions", deferrable, &[]),
    row(
        "how `truncate` removes rows",
        |world| sql(world, "{\"truncate\":\"Thing\"}").map_or_else(|word| word, |sql| first_word(&sql)),
        &[("DELETE", "`DELETE`"), ("TRUNCATE", "`TRUNCATE`")],
    ),
    row("locks weaker than `update`", weaker_locks, &[("key share", "as asked"), ("share", "made stronger")]),
    row("rows of joined tables beside a row lock", joined_locks, &[("of", "stay free"), ("all", "are locked too")]),
    row(
        "several statements in one `batch`, of which one fails",
        half_a_batch,
        &[("1 Unknown", "what stands before it is done"), ("0 NotApplied", "all or none")],
    ),
    row(
        "the columns of a violated foreign key",
        |world| said(world, "Child", "parent_id", |constraint| !constraint.columns.is_empty()),
        &[],
    ),
    row(
        "the name of a violated unique key",
        |world| said(world, "Parent", "code", |constraint| constraint.name.is_some()),
        &[],
    ),
    row("the code of a violated unique key", unique_code, &[]),
    row(
        "how long a lock is waited for",
        lock_wait,
        &[("5000", "five seconds"), ("0", "without end"), ("50", "fifty seconds")],
    ),
    row(
        "a table that is made inside of a transaction",
        table_inside,
        &[("application 0", "is part of it"), ("transaction 1", "ends it, which is an error")],
    ),
    row(
        "a cast of a text that is a value, to an integer",
        crate::alike::cast_of_a_value,
        &[("true", "as that of a column"), ("false", "another way of rounding")],
    ),
    row("a key of text over 255 characters", long_key, &[("256", "kept")]),
    row(
        "an upsert by one of several unique keys",
        |world| {
            world.ask("{\"create\":\"Parent\",\"values\":{\"id\":1,\"code\":\"a\"}}").unwrap();
            let request = "{\"upsert\":\"Parent\",\"values\":{\"id\":1,\"code\":\"a\",\"n\":2},\"conflict_attributes\":[\"code\"]}";
            statements(world, &[request])
        },
        &[("one", "one statement"), ("several", "several statements")],
    ),
    row(
        "`ignore_duplicates`",
        |world| {
            world.ask("{\"create\":\"Parent\",\"values\":{\"code\":\"a\"}}").unwrap();
            let request =
                "{\"create\":\"Parent\",\"values\":[{\"code\":\"a\"},{\"code\":\"b\"}],\"ignore_duplicates\":true}";
            statements(world, &[request])
        },
        &[("one", "one statement"), ("several", "several statements")],
    ),
    row(
        "the answer of a create, an update and a destroy",
        |world| {
            let create = "{\"create\":\"Thing\",\"values\":{\"id\":1,\"n\":1,\"doc\":{\"a\":1}}}";
            let update = "{\"update\":\"Thing\",\"set\":{\"n\":2},\"all\":true,\"returning\":[\"n\"]}";
            let destroy = "{\"destroy\":\"Thing\",\"all\":true,\"returning\":[\"n\"]}";
            statements(world, &[create, update, destroy])
        },
        &[
            ("one one one", "by the statement itself"),
            ("several several several", "by further statements"),
            ("one several one", "of an update by further statements"),
        ],
    ),
    row(
        "a default of the table that the model does not declare",
        undeclared_default,
        &[("Int(7)", "in the answer of a create"), ("Null", "after a reload")],
    ),
    row("the number of an insert that fails", lost_numbers, &[("1", "is used again"), ("2", "is lost")]),
    row("names with letters beyond U+FFFF", wide_names, &[("made", "work")]),
    row("names that differ only in case", names_by_case, &[("made", "work")]),
    row("text in tables that relata has not made", foreign_text, &[("0", "case counts"), ("1", "case does not count")]),
    row(
        "patterns over an enumeration of the server, in tables that relata has not made",
        foreign_labels,
        &[("1", "found"), ("none", "there is no such type")],
    ),
    row(
        "a row that was changed since the snapshot",
        changed_since,
        &[
            ("nested_acquire", "cannot be"),
            ("serialization", "a serialization error"),
            ("1", "is changed as it is now"),
        ],
    ),
];

fn pick(condition: bool, yes: &str, no: &str) -> String {
    if condition { yes.to_owned() } else { no.to_owned() }
}

fn document(text: &str) -> Value {
    Value::Json(text.to_owned().into())
}

/// Whether a value of a thing is kept.
fn kept(world: &World<'_>, attribute: &str, value: Value) -> String {
    let things = world.model("Thing");
    let created = things.create(world.db, things.draft().with("id", 1_i64).with(attribute, value));
    match created.and_then(|_| things.find().one(world.db)) {
        Ok(Some(thing)) => thing.get(attribute).map_or("lost", |_| "kept").to_owned(),
        Ok(None) => "lost".to_owned(),
        Err(error) => word(&error),
    }
}

/// The text of a document in an answer.
fn answered(world: &World<'_>, text: &str) -> String {
    let kept = kept(world, "doc", document(text));
    if kept != "kept" {
        return kept;
    }
    let answer = either(world.ask("{\"model\":\"Thing\",\"attributes\":[\"doc\"]}"));
    let inner = answer.strip_prefix("[{\"doc\":").and_then(|rest| rest.strip_suffix("}]"));
    inner.unwrap_or(&answer).to_owned()
}

fn no_document(world: &World<'_>) -> String {
    match kept(world, "doc", document("{no")).as_str() {
        "kept" => either(world.ask("{\"model\":\"Thing\",\"attributes\":[\"doc\"]}")),
        word => word.to_owned(),
    }
}

fn nested(world: &World<'_>) -> String {
    let things = world.model("Thing");
    let levels = [31, 100, 101];
    let kept = levels.into_iter().rfind(|&levels| {
        let text = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        things.create(world.db, things.draft().with("doc", document(&text))).is_ok()
    });
    kept.map_or("none".to_owned(), |levels| levels.to_string())
}

/// A model of a table of its own, whose name begins with a word, made or not.
fn made(world: &World<'_>, table: &str, attributes: Json) -> relata::Result<relata::DynModel> {
    let doc: SchemaDoc = serde_json::from_value(
        json!({ "models": { "Made": { "table": world.table(table), "attributes": attributes } } }),
    )
    .unwrap();
    let models = doc.build()?;
    relata::create_missing(world.db, &models.views().collect::<Vec<_>>())?;
    relata::DynModel::of(&models, "Made")
}

fn wide_decimals(world: &World<'_>) -> String {
    let made = made(world, "wide", json!({ "v": { "type": "decimal(16,2)" } }));
    made.map_or_else(|error| word(&error), |_| "made".to_owned())
}

fn last_days(world: &World<'_>) -> String {
    let made = made(world, "last", json!({ "v": { "type": "naive_timestamp" } })).unwrap();
    let last = Value::Naive("9999-12-31T23:59:59".parse().unwrap());
    let created = made.create(world.db, made.draft().with("v", last));
    created.map_or_else(|error| word(&error), |_| "made".to_owned())
}

fn wide_names(world: &World<'_>) -> String {
    let made = made(world, "t😀", json!({ "v": { "type": "integer" } }));
    made.map_or_else(|error| word(&error), |_| "made".to_owned())
}

fn names_by_case(world: &World<'_>) -> String {
    let made = made(world, "cases", json!({ "a": { "type": "integer" }, "A": { "type": "integer" } }));
    made.map_or_else(|error| word(&error), |_| "made".to_owned())
}

/// Runs SQL of one's own.
fn execute(world: &World<'_>, sql: &str) -> Result<u64, String> {
    world.db.execute(Sql::trusted(sql), ()).map_err(|error| word(&error))
}

fn two_as_a_boolean(world: &World<'_>) -> String {
    world.ask("{\"create\":\"Thing\",\"values\":{\"id\":1}}").unwrap();
    match execute(world, &format!("UPDATE {} SET flag = 2", world.table("things"))) {
        Ok(_) => either(world.ask("{\"model\":\"Thing\",\"attributes\":[\"flag\"]}")),
        Err(word) => word,
    }
}

fn raw_kinds(world: &World<'_>) -> String {
    let values = "{\"flag\":true,\"price\":\"1.50\",\"token\":\"67e55044-10b1-426f-9247-bb680e5fe0c8\",\
                   \"noon\":\"2024-01-31T12:00:00Z\"}";
    world.ask(&format!("{{\"create\":\"Thing\",\"values\":{values}}}")).unwrap();
    let sql = format!("SELECT flag, price, token, noon FROM {}", world.table("things"));
    let rows = world.db.query(Sql::trusted(&sql), ()).values().unwrap();
    let kinds = rows[0].values().map(|(_, value)| value.kind().map_or("null", Kind::name));
    kinds.collect::<Vec<_>>().join(" ")
}

fn long_texts(world: &World<'_>) -> String {
    let things = world.model("Thing");
    for (id, end) in [(1_i64, "b"), (2, "a"), (3, "c")] {
        let text = format!("{}{end}", "x".repeat(2_000));
        things.create(world.db, things.draft().with("id", id).with("long", text)).unwrap();
    }
    let found = things.find().order(col("long").asc()).all(world.db).unwrap();
    let ids: Vec<String> = found.iter().map(|thing| thing.to_json()["id"].to_string()).collect();
    ids.join(" ")
}

pub(crate) fn many_conditions(world: &World<'_>) -> String {
    world.ask("{\"create\":\"Thing\",\"values\":{\"id\":1,\"n\":1}}").unwrap();
    let conditions: Vec<String> = (2..1_102).map(|n| format!("{{\"n\":{{\"ne\":{n}}}}}")).collect();
    let conditions = conditions.join(",");
    either(world.ask(&format!("{{\"model\":\"Thing\",\"attributes\":[\"id\"],\"where\":{{\"and\":[{conditions}]}}}}")))
}

fn long_pattern(world: &World<'_>) -> String {
    world.ask("{\"create\":\"Thing\",\"values\":{\"word\":\"x\"}}").unwrap();
    let pattern = "x".repeat(50_001);
    either(world.ask(&format!(
        "{{\"model\":\"Thing\",\"attributes\":[\"id\"],\"where\":{{\"word\":{{\"like\":\"{pattern}\"}}}}}}"
    )))
}

fn count(world: &World<'_>, name: &str) -> u64 {
    world.model(name).find().count(world.db).unwrap()
}

fn error_inside(world: &World<'_>) -> String {
    let parents = world.model("Parent");
    let done = world.db.transaction(|tx| {
        parents.create(tx, parents.draft().with("code", "a"))?;
        assert!(parents.create(tx, parents.draft().with("code", "a")).is_err());
        // Where the transaction has failed, this is refused too.
        let _ = parents.create(tx, parents.draft().with("code", "b"));
        Ok(())
    });
    let done = done.map_or_else(|error| word(&error), |()| "committed".to_owned());
    format!("{done} {}", count(world, "Parent"))
}

/// One value of a raw query, as text.
fn setting(world: &World<'_>, sql: &'static str) -> String {
    let rows = world.db.query(sql, ()).values().unwrap();
    let value = rows[0].values().next().map(|(_, value)| relata::schema::datum_to_json(value, None)).unwrap();
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn isolation(world: &World<'_>) -> String {
    let level = match world.db.dialect().name {
        // It would read what others have not committed only where they share a cache and say so.
        "sqlite" => pick(setting(world, "PRAGMA read_uncommitted") == "0", "serializable", "read uncommitted"),
        "postgres" => setting(world, "SHOW transaction_isolation"),
        "mysql" => setting(world, "SELECT @@transaction_isolation"),
        _ => setting(world, "SELECT @@tx_isolation"),
    };
    level.to_lowercase().replace('-', " ")
}

fn lock_wait(world: &World<'_>) -> String {
    match world.db.dialect().name {
        "sqlite" => setting(world, "PRAGMA busy_timeout"),
        "postgres" => setting(world, "SHOW lock_timeout"),
        _ => setting(world, "SELECT @@innodb_lock_wait_timeout"),
    }
}

fn deferrable(world: &World<'_>) -> String {
    let isolation = Some(Isolation::Serializable);
    let options = TxOptions { isolation, read_only: true, deferrable: true, ..TxOptions::default() };
    world.db.begin_with(options).map_or_else(|error| word(&error), |_| "works".to_owned())
}

/// The text of the first statement of a request.
fn sql(world: &World<'_>, request: &str) -> Result<String, String> {
    let plan = || {
        let (_, request) = world.find(request).requests()?.swap_remove(0);
        Planner::new().plan(&request, world.db.dialect(), &Options::default())
    };
    plan().map(|plan| plan.steps[0].sql.to_string()).map_err(|error| word(&error))
}

fn first_word(sql: &str) -> String {
    sql.split(' ').next().unwrap_or_default().to_owned()
}

fn weaker_locks(world: &World<'_>) -> String {
    match sql(world, "{\"model\":\"Thing\",\"lock\":\"key_share\"}") {
        Ok(sql) => pick(sql.contains("KEY SHARE"), "key share", "share"),
        Err(word) => word,
    }
}

fn joined_locks(world: &World<'_>) -> String {
    match sql(world, "{\"model\":\"Child\",\"include\":[\"parent\"],\"lock\":\"update\"}") {
        Ok(sql) => pick(sql.contains(" OF "), "of", "all"),
        Err(word) => word,
    }
}

fn half_a_batch(world: &World<'_>) -> String {
    let table = world.table("words");
    let sql = format!("INSERT INTO {table} (word) VALUES ('a'); INSERT INTO {table} (nothing) VALUES (1)");
    let failed = world.db.hold().unwrap().session().batch(&sql).unwrap_err();
    format!("{} {:?}", count(world, "Word"), failed.outcome())
}

/// Whether a violated constraint is told in a way.
fn said(world: &World<'_>, name: &str, attribute: &str, tells: fn(&Constraint) -> bool) -> String {
    let model = world.model(name);
    let draft = || match attribute {
        "parent_id" => model.draft().with("parent_id", 99_i64),
        _ => model.draft().with("code", "a"),
    };
    let _ = model.create(world.db, draft());
    let error = model.create(world.db, draft()).unwrap_err();
    pick(error.constraint().is_some_and(tells), "said", "not said")
}

fn unique_code(world: &World<'_>) -> String {
    let parents = world.model("Parent");
    parents.create(world.db, parents.draft().with("code", "a")).unwrap();
    let error = parents.create(world.db, parents.draft().with("code", "a")).unwrap_err();
    error.database_code().unwrap_or("none").to_owned()
}

fn table_inside(world: &World<'_>) -> String {
    let parents = world.model("Parent");
    let create = format!("CREATE TABLE {} (id INT)", world.table("inside"));
    let done: relata::Result<()> = world.db.transaction(|tx| {
        parents.create(tx, parents.draft().with("code", "a"))?;
        tx.execute(Sql::trusted(&create), ())?;
        Err(Error::application(std::io::Error::other("no")))
    });
    format!("{} {}", word(&done.unwrap_err()), count(world, "Parent"))
}

fn long_key(world: &World<'_>) -> String {
    let words = world.model("Word");
    let created = words.create(world.db, words.draft().with("word", "x".repeat(256)));
    match created {
        Ok(created) => created.to_json()["word"].as_str().unwrap().len().to_string(),
        Err(error) => word(&error),
    }
}

/// How many statements each of some requests takes.
fn statements(world: &World<'_>, requests: &[&str]) -> String {
    let planned = || {
        let plans = world.db.stats().plans;
        plans.hits + plans.misses
    };
    let counts = requests.iter().map(|request| {
        let before = planned();
        world.ask(request).unwrap();
        if planned() - before == 1 { "one" } else { "several" }
    });
    counts.collect::<Vec<_>>().join(" ")
}

fn undeclared_default(world: &World<'_>) -> String {
    let table = world.table("defaults");
    execute(world, &format!("CREATE TABLE {table} (id BIGINT PRIMARY KEY, n INT DEFAULT 7)")).unwrap();
    let attributes = json!({ "id": { "type": "bigint", "primary_key": true }, "n": { "type": "integer" } });
    let made = made(world, "defaults", attributes).unwrap();
    let created = made.create(world.db, made.draft().with("id", 1_i64)).unwrap();
    format!("{:?}", created.get("n").unwrap())
}

fn lost_numbers(world: &World<'_>) -> String {
    let parents = world.model("Parent");
    let id = |code: &str| {
        let parent = parents.create(world.db, parents.draft().with("code", code.to_owned())).unwrap();
        parent.to_json()["id"].as_i64().unwrap()
    };
    let first = id("a");
    assert!(parents.create(world.db, parents.draft().with("code", "a")).is_err());
    (id("b") - first).to_string()
}

fn foreign_text(world: &World<'_>) -> String {
    let table = world.table("others");
    execute(world, &format!("CREATE TABLE {table} (id BIGINT PRIMARY KEY, name VARCHAR(20))")).unwrap();
    execute(world, &format!("INSERT INTO {table} VALUES (1, 'ann')")).unwrap();
    let attributes = json!({ "id": { "type": "bigint", "primary_key": true }, "name": { "type": "string(20)" } });
    let others = made(world, "others", attributes).unwrap();
    others.find().filter(col("name").eq("ANN")).count(world.db).unwrap().to_string()
}

fn foreign_labels(world: &World<'_>) -> String {
    let table = world.table("moods");
    let (before, ty) = match world.db.dialect().name {
        "sqlite" => return "none".to_owned(),
        "postgres" => (format!("CREATE TYPE {table}_mood AS ENUM ('glad', 'sad')"), format!("{table}_mood")),
        _ => ("SELECT 1".to_owned(), "ENUM('glad', 'sad')".to_owned()),
    };
    execute(world, &before).unwrap();
    execute(world, &format!("CREATE TABLE {table} (id BIGINT PRIMARY KEY, mood {ty})")).unwrap();
    execute(world, &format!("INSERT INTO {table} VALUES (1, 'sad')")).unwrap();
    let attributes =
        json!({ "id": { "type": "bigint", "primary_key": true }, "mood": { "type": "enum('glad','sad')" } });
    let moods = made(world, "moods", attributes).unwrap();
    match moods.find().filter(col("mood").like("s%")).count(world.db) {
        Ok(count) => count.to_string(),
        Err(error) => word(&error),
    }
}

fn changed_since(world: &World<'_>) -> String {
    let parents = world.model("Parent");
    parents.create(world.db, parents.draft().with("id", 1_i64).with("n", 0_i64)).unwrap();
    let options = TxOptions { isolation: Some(Isolation::RepeatableRead), ..TxOptions::default() };
    let tx = world.db.begin_with(options).unwrap();
    parents.find().one(&tx).unwrap().unwrap();
    let set = |n: i64| parents.update().set("n", n).unwrap().filter(col("id").eq(1));
    match set(1).run(world.db).and_then(|_| set(2).run(&tx)) {
        Ok(changed) => changed.to_string(),
        Err(error) => word(&error),
    }
}
