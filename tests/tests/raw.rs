//! SQL that the application writes itself: its binds, what its rows become, and what is refused; on every database.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use relata::{
    ErrorKind, Sql, Value,
    prelude::*,
    schema::{Datum, Outcome},
};
use relata_testkit::databases::{databases, postgres};
use relata_tests::models::{User, on_all, user};

#[derive(Projection, Debug, PartialEq)]
#[projection(User)]
struct Score {
    email: String,
    score: i32,
    name: Option<String>,
}

fn fill(db: &Database) {
    for (email, score) in [("ann@example.org", 1), ("bob@example.org", 2), ("cy@example.org", 3)] {
        let mut user = user(db, email);
        user.score = score;
        user.save(db).unwrap();
    }
}

#[test]
fn values_are_found_by_position_number_and_name() {
    on_all(databases("raw_binds"), |db| {
        fill(db);
        let one = |sql: &'static str| db.query(sql, (2, "bob@example.org")).one::<(i64,)>().unwrap();
        assert_eq!(one("SELECT count(*) FROM users WHERE score >= ? AND email <> ?"), Some((1,)));
        assert_eq!(one("SELECT count(*) FROM users WHERE email <> $2 AND score >= $1 AND score >= $1"), Some((1,)));
        let email = String::from("ann@example.org");
        let named =
            db.query("SELECT score FROM users WHERE email = :email OR email = :email", [("email", email.as_str())]);
        assert_eq!(named.all::<(i32,)>().unwrap(), [(1,)]);
        let listed = db.query(
            "SELECT email FROM users WHERE score IN (:scores) AND email <> :not ORDER BY email",
            [("scores", list([1, 2, 9])), ("not", "bob@example.org".into())],
        );
        assert_eq!(listed.all::<(String,)>().unwrap(), [("ann@example.org".to_owned(),)]);
        assert_eq!(db.execute("UPDATE users SET name = ? WHERE score < ?", (None::<&str>, 3)).unwrap(), 2);
    });
}

#[test]
fn markers_and_values_must_fit() {
    on_all(databases("raw_fit"), |db| {
        let refused = |error: relata::Error| assert_eq!(error.kind(), ErrorKind::Request, "{error}");
        refused(db.execute("SELECT ?", ()).unwrap_err());
        refused(db.execute("SELECT 1", (1,)).unwrap_err());
        refused(db.execute("SELECT ?, ?", (1,)).unwrap_err());
        refused(db.execute("SELECT :a", [("b", 1)]).unwrap_err());
        refused(db.execute("SELECT :a, ?", [("a", 1)]).unwrap_err());
        refused(db.execute("SELECT 1 WHERE 1 IN (?)", (list(Vec::<i64>::new()),)).unwrap_err());
        refused(db.execute("SELECT 1; SELECT 2", ()).unwrap_err());
        refused(db.execute("", ()).unwrap_err());
        // What only looks like a marker is none.
        let text: Vec<(String,)> = db.query("SELECT ':a ?' /* ? */ -- :b\n WHERE 1 = ?", (1,)).all().unwrap();
        assert_eq!(text, [(":a ?".to_owned(),)]);
    });
}

#[test]
fn a_question_mark_that_is_an_operator_is_written_twice() {
    on_all(databases("raw_operator"), |db| {
        if db.dialect().name != "postgres" {
            return;
        }
        let found = db.query("SELECT CAST('{\"a\": 1}' AS jsonb) ?? CAST(? AS text)", ("a",)).one::<(bool,)>();
        assert_eq!(found.unwrap(), Some((true,)));
    });
}

#[test]
fn rows_become_values_projections_and_records() {
    on_all(databases("raw_rows"), |db| {
        fill(db);
        let values =
            db.query("SELECT email, score, NULL AS none_at_all FROM users WHERE score = ?", (2,)).values().unwrap();
        assert_eq!(values[0].get("email").unwrap(), &Value::from("bob@example.org"));
        assert_eq!(values[0].get("score").unwrap(), &Datum::Int(2));
        assert!(values[0].get("none_at_all").unwrap().is_null());
        let scores = db.query("SELECT name, score, email FROM users WHERE score = ?", (3,)).all::<Score>().unwrap();
        assert_eq!(scores, [Score { email: "cy@example.org".to_owned(), score: 3, name: None }]);
        let mut users = db.query("SELECT * FROM users WHERE score = ?", (1,)).records::<User>().unwrap();
        users[0].score = 7;
        assert!(users[0].save(db).unwrap(), "it is a record like any other");
        let missing = db.query("SELECT id FROM users", ()).records::<User>().unwrap_err();
        assert_eq!((missing.kind(), missing.path()), (ErrorKind::NotLoaded, "User.email"));
        let few = db.query("SELECT 1", ()).all::<(i64, i64)>().unwrap_err();
        assert_eq!(few.kind(), ErrorKind::NotLoaded);
        let wrong = db.query("SELECT email FROM users", ()).all::<(i64,)>().unwrap_err();
        assert_eq!(wrong.kind(), ErrorKind::Decode);
    });
}

#[test]
fn text_that_was_put_together_is_vouched_for() {
    on_all(databases("raw_trusted"), |db| {
        let columns = ["1", "2"].join(" + ");
        let sql = format!("SELECT {columns} + ?");
        assert_eq!(db.query(Sql::trusted(&sql), (3,)).one::<(i64,)>().unwrap(), Some((6,)));
    });
}

#[test]
fn an_error_has_the_statement_and_the_code_of_the_database() {
    on_all(databases("raw_errors"), |db| {
        let error = db.execute("SELECT * FROM nowhere WHERE id = ?", (1,)).unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Database, Outcome::NotApplied));
        assert!(error.statement().is_some_and(|sql| sql.contains("nowhere")), "{error:?}");
        assert!(error.database_code().is_some());
        let secret = db.execute("INSERT INTO nowhere VALUES (?)", ("a secret value",)).unwrap_err();
        assert!(!format!("{secret:?}").contains("a secret value"));
    });
}

/// What is prepared is planned without its values from the sixth time on, and then a limit is a tenth of the rows.
#[test]
fn postgres_knows_a_limit_when_it_plans() {
    on_all(postgres("raw_planned").into_iter().collect(), |db| {
        fill(db);
        db.transaction(|tx| {
            for n in 0..10_u64 {
                let found = User::find().filter(User::SCORE.gte(1)).limit(n % 3 + 1).all(tx)?;
                assert_eq!(found.len() as u64, n % 3 + 1);
                assert!(User::find().filter(User::EMAIL.eq("nobody")).all(tx)?.is_empty());
            }
            let mut seen = 0;
            User::find().filter(User::SCORE.gte(1)).limit(2).each(tx, |_| {
                seen += 1;
                Ok(())
            })?;
            assert_eq!(seen, 2);
            let planned = |part: &str| {
                let sql = format!(
                    "SELECT count(*), coalesce(sum(generic_plans), 0)::bigint FROM pg_prepared_statements WHERE statement \
                     LIKE 'SELECT \"t0\"%{part}%'"
                );
                tx.query(Sql::trusted(&sql), ()).one::<(i64, i64)>().map(Option::unwrap)
            };
            assert_eq!(planned("LIMIT")?, (1, 0), "kept for its types, and never run");
            assert_eq!(planned("\"email\" =")?, (1, 5));
            Ok::<_, relata::Error>(())
        })
        .unwrap();
    });
}

/// A connection that has prepared a page sees that a column has changed, however large its values are then.
#[test]
fn a_page_is_prepared_again_when_its_table_changes() {
    on_all(postgres("raw_changed").into_iter().collect(), |db| {
        fill(db);
        let page = |least: i32| User::find().filter(User::SCORE.gte(least)).limit(2).all(db).map(|found| found.len());
        assert_eq!((0..7).map(|_| page(2).unwrap()).collect::<Vec<_>>(), [2; 7]);
        db.batch("ALTER TABLE users ALTER COLUMN score TYPE bigint").unwrap();
        assert_eq!((0..7).map(|_| page(3).unwrap()).collect::<Vec<_>>(), [1; 7]);
    });
}
