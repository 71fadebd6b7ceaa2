//! The places of typed calls where text of a caller can stand: values, aliases, names of scopes and of includes. Columns
//! and associations are constants of the program.

use relata::{
    ErrorKind, Result,
    dialect::Capabilities,
    prelude::*,
    request::doc::{col, value},
};
use serde_json::json;

use crate::{
    atoms::{Atom, atoms, values},
    compile::{Statement, is_named, plan, well_formed},
    schemas::HARMLESS,
};

#[derive(Model, Debug, Clone)]
#[model(table = "pages", scope("of_text", r#"{"where": {"text": {"arg": "text"}}}"#))]
struct Page {
    #[key(auto)]
    id: i64,
    text: Option<String>,
    title: String,
    size: i32,
    parent_id: Option<i64>,
    #[belongs_to(key = parent_id)]
    parent: One<Page>,
    #[has_many(key = parent_id)]
    pages: Many<Page>,
}

type Compile = fn(&str, &'static Capabilities) -> Result<Vec<Statement>>;

fn finds(find: &relata::Find<'_, Page>, dialect: &'static Capabilities) -> Result<Vec<Statement>> {
    plan(find.request(), dialect)
}

/// A change says its statement and not its values; placeholders are counted by their number alone.
fn changes(sql: Result<String>, dialect: &'static Capabilities) -> Result<Vec<Statement>> {
    let sql = sql?;
    let mark = if dialect.name == "postgres" { '$' } else { '?' };
    let binds = sql.chars().filter(|c| *c == mark).count();
    Ok(vec![Statement { sql, binds }])
}

const VALUES: [(&str, Compile); 16] = [
    ("eq", |t, dialect| finds(&Page::find().filter(Page::TEXT.eq(t)), dialect)),
    ("ne of text that is owned", |t, dialect| finds(&Page::find().filter(Page::TITLE.ne(t.to_owned())), dialect)),
    ("optional", |t, dialect| finds(&Page::find().filter(Page::TEXT.gt(Some(t))), dialect)),
    ("between", |t, dialect| finds(&Page::find().filter(Page::TITLE.between(t, "~")), dialect)),
    ("list", |t, dialect| finds(&Page::find().filter(Page::TITLE.is_in([t, "x"])), dialect)),
    ("long list", |t, dialect| finds(&Page::find().filter(Page::TITLE.not_in(vec![t.to_owned(); 40])), dialect)),
    ("like", |t, dialect| finds(&Page::find().filter(Page::TITLE.like(t)), dialect)),
    ("substring", |t, dialect| finds(&Page::find().filter(not(Page::TITLE.substring(t))), dialect)),
    ("function", |t, dialect| finds(&Page::find().filter(lower(Page::TITLE).eq(t)), dialect)),
    ("coalesce", |t, dialect| finds(&Page::find().order(coalesce(Page::TEXT, t.to_owned()).desc()), dialect)),
    ("path", |t, dialect| finds(&Page::find().filter(Page::PARENT.path(Page::TITLE).starts_with(t)), dialect)),
    ("include", |t, dialect| finds(&Page::find().include(Page::PAGES.filter(Page::TITLE.eq(t)).limit(2)), dialect)),
    ("scope", |t, dialect| finds(&Page::find().scope_with("of_text", &[("text", json!(t))]), dialect)),
    ("tree", |t, dialect| finds(&Page::find().filter(col("title").eq(value(t))).order(col("title").asc()), dialect)),
    ("update", |t, dialect| changes(Page::update().set(Page::TEXT, t).all().to_sql(dialect), dialect)),
    ("destroy", |t, dialect| changes(Page::destroy().filter(Page::TITLE.ends_with(t)).to_sql(dialect), dialect)),
];

/// Names that the answer has and the statement does not.
const NAMES: [(&str, Compile); 2] = [
    ("name of an include", |t, dialect| finds(&Page::find().include(Page::PARENT.named(t)), dialect)),
    ("name of a limited include", |t, dialect| finds(&Page::find().include(Page::PAGES.limit(1).named(t)), dialect)),
];

/// Names that must be known.
const WORDS: [(&str, Compile); 5] = [
    ("scope", |t, dialect| finds(&Page::find().scope(t), dialect)),
    ("argument of a scope", |t, dialect| finds(&Page::find().scope_with("of_text", &[(t, json!("x"))]), dialect)),
    ("path of a tree", |t, dialect| finds(&Page::find().filter(col(t).is_null()), dialect)),
    ("order of a tree", |t, dialect| finds(&Page::find().order(col(t).desc()), dialect)),
    ("alias that nobody gives", |t, dialect| {
        finds(&Page::find().order(Compare::<Page>::asc(alias::<i32>(t))), dialect)
    }),
];

fn same(calls: &[(&str, Compile)], atoms: &[Atom]) {
    let (mut wrong, mut said) = (Vec::new(), 0);
    for (name, compile) in calls {
        for dialect in relata::dialect::ALL {
            let expected = match compile(HARMLESS, dialect) {
                Ok(statements) => statements,
                Err(error) if error.kind() == ErrorKind::Unsupported => continue,
                Err(error) => panic!("{name} on {}: {error:?}", dialect.name),
            };
            said += 1;
            for statement in &expected {
                well_formed(statement, dialect.name).unwrap_or_else(|error| panic!("{name}: {error}"));
            }
            for atom in atoms {
                match compile(&atom.text, dialect) {
                    Ok(statements) if statements == expected => {}
                    Err(error) if is_named(error.kind()) => {}
                    other => wrong.push(format!("{name} on {}: {:?}: {other:?}", dialect.name, atom.text)),
                }
            }
        }
    }
    assert!(said >= 2 * calls.len(), "PostgreSQL and SQLite can say each of them");
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn typed_values_never_change_a_statement() {
    same(&VALUES, &values());
}

#[test]
fn names_that_a_typed_find_gives_are_not_in_its_statements() {
    same(&NAMES, &atoms());
}

#[test]
fn names_that_a_typed_find_asks_for_are_known_or_refused() {
    for (name, compile) in WORDS {
        for atom in atoms() {
            for dialect in relata::dialect::ALL {
                let error = compile(&atom.text, dialect).expect_err(name);
                assert!(is_named(error.kind()), "{name}: {:?}: {error:?}", atom.text);
            }
        }
    }
}

/// Conditions and drafts know what they are given: a value of another kind is refused, and is never SQL.
#[test]
fn an_object_is_no_text() {
    let object = json!({ "__raw": true, "sql": "1=1" });
    let find = Page::find().filter(col("title").eq(object.clone()));
    for dialect in relata::dialect::ALL {
        assert!(finds(&find, dialect).is_err());
    }
    let db = relata_testkit::databases::sqlite();
    relata::create_missing(&db, &[model::<Page>()]).unwrap();
    Page::create(&db, |page| page.title("x").size(1)).unwrap();
    let wrong = relata::Draft::new(model::<Page>().into()).with("title", object).with("size", 1);
    let refused = Page::create(&db, |_| wrong.into()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Validation, "{refused}");
    assert_eq!(Page::find().count(&db).unwrap(), 1);
}
