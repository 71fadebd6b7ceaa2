//! Names and constants of schemas on databases: tables are created, written, read and dropped under names that no database
//! was meant to see, and constants are compared with rows that have them.

use relata::{Database, DynFind, ErrorKind, request::doc::RequestDoc};
use serde_json::{Value as Json, json};

use crate::{
    atoms::{atoms, values},
    compile,
    world::{World, ask, named},
};

/// A name between quotes, by the manual of each database and not by relata.
fn quoted(name: &str, database: &str) -> String {
    match database {
        "mysql" | "mariadb" => format!("`{}`", name.replace('`', "``")),
        _ => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

fn batch(db: &Database, sql: &str) -> relata::Result<()> {
    relata::Executor::with(db, &mut |session| session.batch(sql))
}

/// A table and columns of one name: what is written there is found there.
fn kept(db: &Database, name: &str) -> Result<bool, String> {
    let schema = json!({ "models": { "Thing": { "table": name, "attributes": {
        "id": { "type": "bigint", "primary_key": true },
        "word": { "type": "string(100)", "column": name },
        "number": { "type": "integer", "default": 0 }
    } } } });
    let models = match compile::models(&schema) {
        Ok(models) => models,
        Err(error) if error.kind() == ErrorKind::Schema => return Ok(false),
        Err(error) => return Err(format!("{error:?}")),
    };
    match relata::create_missing(db, &models.views().collect::<Vec<_>>()) {
        Ok(()) => {}
        // Some names a database keeps for itself, and some it does not take.
        Err(error) if matches!(error.kind(), ErrorKind::Database | ErrorKind::Unsupported) => return Ok(false),
        Err(error) => return Err(format!("{error:?}")),
    }
    let says = |request: Json| -> Result<Json, String> {
        let answer = ask(db, &models, &request).map_err(|error| format!("{request}: {error:?}"))?;
        serde_json::from_str(&answer).map_err(|error| format!("{error}: {answer}"))
    };
    let rows = json!([{ "id": 1, "word": "one" }, { "id": 2, "word": "two" }]);
    says(json!({ "create": "Thing", "values": rows }))?;
    says(json!({ "update": "Thing", "set": { "word": "three" }, "where": { "word": "two" } }))?;
    says(json!({ "increment": "Thing", "by": { "number": 5 }, "where": { "word": { "starts_with": "thr" } } }))?;
    says(json!({ "destroy": "Thing", "where": { "word": "one" } }))?;
    let found = says(json!({ "model": "Thing", "where": { "word": { "ne": "x" } }, "order": ["word"] }))?;
    let expected = json!([{ "id": 2, "word": "three", "number": 5 }]);
    // The table has that name, and no other: it is dropped by it.
    let dropped = batch(db, &format!("DROP TABLE {}", quoted(name, db.dialect().name)));
    match dropped {
        Ok(()) if found == expected => Ok(true),
        Ok(()) => Err(format!("{found}")),
        Err(error) => Err(format!("the table has another name: {error:?}")),
    }
}

fn names(name: &str, test: &str) {
    for db in named(name, test) {
        let world = World::new(db);
        let (mut wrong, mut taken) = (Vec::new(), 0);
        for atom in atoms() {
            match kept(&world.db, &atom.text) {
                Ok(true) => taken += 1,
                Ok(false) => {}
                Err(error) => wrong.push(format!("{:?}: {error}", atom.text)),
            }
        }
        assert!(wrong.is_empty(), "{} are wrong on {name}:\n{}", wrong.len(), wrong.join("\n"));
        // MySQL takes no name that ends with a blank or has a character beyond the first 65,536.
        assert!(taken >= 150, "{name} takes {taken} names");
        world.nothing_changed().unwrap();
    }
}

/// The words as another model sees them, which a default scope confines to one text.
fn scoped(text: &str) -> Json {
    json!({ "models": {
        "Word": {
            "attributes": {
                "id": { "type": "bigint", "primary_key": true },
                "label": { "type": "string(400)", "unique": true },
                "text": { "type": "text" },
                "size": { "type": "integer", "default": 0 }
            },
            "associations": { "same": { "has_many": "Twin", "foreign_key": "id", "references": "id", "scope": { "text": text } } },
            "default_scope": { "where": { "text": { "in": [text, "no such text"] } } }
        },
        "Twin": { "table": "words", "attributes": {
            "id": { "type": "bigint", "primary_key": true },
            "text": { "type": "text" }
        } }
    } })
}

fn constants(name: &str, test: &str) {
    for db in named(name, test) {
        let world = World::new(db);
        for atom in values().iter().filter(|atom| !atom.text.contains('\0')) {
            let models = compile::models(&scoped(&atom.text)).unwrap();
            let tx = world.db.begin().unwrap();
            let says = |request: Json| -> Json {
                let answer = ask(&tx, &models, &request);
                let answer = answer.unwrap_or_else(|error| panic!("{:?} on {name}: {error:?}", atom.text));
                serde_json::from_str(&answer).unwrap()
            };
            assert_eq!(says(json!({ "count": "Word" })), json!({ "count": 1 }), "{:?} on {name}", atom.text);
            let found = says(json!({ "model": "Word", "attributes": ["text"], "include": [
                { "association": "same", "attributes": ["text"] }], "where": { "or": [{ "size": 0 }, { "id": 1 }] } }));
            assert_eq!(found, json!([{ "text": atom.text, "same": [{ "text": atom.text }] }]), "{name}");
            let changed = says(json!({ "update": "Word", "set": { "size": 9 }, "all": true }));
            assert_eq!(changed, json!({ "affected": 1 }), "{:?} on {name}", atom.text);
            assert_eq!(says(json!({ "destroy": "Word", "all": true })), json!({ "affected": 1 }), "{name}");
            world.canary_lives(&tx).unwrap();
            tx.rollback().unwrap();
        }
        world.nothing_changed().unwrap();
    }
}

/// Defaults and labels are kept as they were said.
fn defaults(name: &str, test: &str) {
    for db in named(name, test) {
        let world = World::new(db);
        for (number, atom) in values().iter().enumerate().filter(|(_, atom)| !atom.text.contains('\0')) {
            let label = format!("enum('calm','{}')", atom.text.replace('\'', "''"));
            let schema = json!({ "models": { "Thing": { "table": format!("things {number}"), "attributes": {
                "id": { "type": "bigint", "primary_key": true },
                "word": { "type": "string(200)", "default": atom.text },
                "mood": { "type": label, "default": atom.text }
            } } } });
            let models = compile::models(&schema).unwrap();
            relata::create_missing(&world.db, &models.views().collect::<Vec<_>>()).unwrap();
            let create = json!({ "create": "Thing", "values": { "id": 1 } });
            DynFind::from_doc(&models, RequestDoc::from_json(&create).unwrap()).json(&world.db).unwrap();
            let found = ask(&world.db, &models, &json!({ "model": "Thing" })).unwrap();
            let found: Json = serde_json::from_str(&found).unwrap();
            assert_eq!(found, json!([{ "id": 1, "word": atom.text, "mood": atom.text }]), "{name}");
            // A label that is none is refused by the database too.
            let table = quoted(&format!("things {number}"), name);
            let sneaked = batch(&world.db, &format!("INSERT INTO {table} (id, mood) VALUES (2, 'none')"));
            assert_eq!(sneaked.unwrap_err().kind(), ErrorKind::CheckViolation, "{:?} on {name}", atom.text);
            batch(&world.db, &format!("DROP TABLE {table}")).unwrap();
        }
        world.nothing_changed().unwrap();
    }
}

macro_rules! on_each {
    ($($name:ident)+) => {
        $(mod $name {
            use super::{constants, defaults, names};

            #[test]
            fn tables_and_columns_have_the_names_they_are_given() {
                names(stringify!($name), "hostile_names");
            }

            #[test]
            fn constants_are_compared_as_they_were_said() {
                constants(stringify!($name), "hostile_constants");
            }

            #[test]
            fn defaults_and_labels_are_kept_as_they_were_said() {
                defaults(stringify!($name), "hostile_defaults");
            }
        })+
    };
}

on_each! { sqlite postgres mariadb mysql }
