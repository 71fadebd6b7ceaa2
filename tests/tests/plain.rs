//! Plain values in, and rows that are not kept out: inserts of values, groups that a function fills, finds of selected
//! expressions, rows one by one and in batches, on every database.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use relata::{Database, Error, ErrorKind, Find, dialect::POSTGRES_15, prelude::*};
use relata_testkit::databases::databases;

#[derive(Model, Debug, Clone)]
#[model(table = "people")]
struct Person {
    #[key(auto)]
    id: i64,
    name: String,
    age: Option<i32>,
    #[has_many(key = person_id)]
    pets: Many<Pet>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "pets")]
struct Pet {
    #[key(auto)]
    id: i64,
    name: String,
    person_id: i64,
    #[belongs_to(key = person_id)]
    person: One<Person>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "pairs")]
struct Pair {
    #[key]
    left: i64,
    #[key]
    right: i64,
}

fn on_all(test: &str, run: impl Fn(&Database)) {
    for db in databases(test) {
        relata::create_missing(&db, &[model::<Person>(), model::<Pet>(), model::<Pair>()]).unwrap();
        run(&db);
    }
}

fn names(find: Find<'_, Person>, db: &Database) -> Vec<String> {
    find.order(Person::ID.asc()).all(db).unwrap().into_iter().map(|person| person.name.clone()).collect()
}

#[test]
fn rows_of_values_are_inserted() {
    on_all("plain_insert", |db| {
        let ids: Vec<i64> = Person::insert((Person::NAME, Person::AGE))
            .row(("Ann", 30))
            .row(("Bob".to_owned(), None::<i32>))
            .rows([("Cid", Some(20)), ("Dan", None)])
            .returning(Person::ID, db)
            .unwrap();
        assert_eq!(ids.len(), 4);
        let people = Person::find().filter(Person::ID.is_in(&ids)).order(Person::ID.asc()).all(db).unwrap();
        let seen: Vec<_> = people.iter().map(|person| (person.name.as_str(), person.age)).collect();
        assert_eq!(seen, [("Ann", Some(30)), ("Bob", None), ("Cid", Some(20)), ("Dan", None)]);
        assert_eq!(people.iter().map(|person| person.id).collect::<Vec<_>>(), ids);
        // More than one statement takes: all of them or none.
        let many = |from: i64| (from..from + 2_500).map(|n| (n, format!("n{n}")));
        let inserted = Person::insert((Person::ID, Person::NAME)).rows(many(10_000)).run(db).unwrap();
        assert_eq!((inserted, Person::find().count(db).unwrap()), (2_500, 2_504));
        let twice = Person::insert((Person::ID, Person::NAME)).rows(many(12_499)).run(db).unwrap_err();
        assert_eq!((twice.kind(), Person::find().count(db).unwrap()), (ErrorKind::UniqueViolation, 2_504));
        assert_eq!(Person::insert((Person::NAME,)).run(db).unwrap(), 0);
    });
}

/// MySQL and MariaDB have a placeholder for each key, as many as the next power of two, and 4,096 in a statement at most.
#[test]
fn children_of_many_parents_are_found_by_their_keys() {
    on_all("plain_keys", |db| {
        const PEOPLE: i64 = 5_000;
        let people = (1..=PEOPLE).map(|n| (n, format!("n{n}")));
        Person::insert((Person::ID, Person::NAME)).rows(people).run(db).unwrap();
        // Two for each, but for every seventh, and none side by side.
        let owners = (1..=PEOPLE).chain(1..=PEOPLE).filter(|owner| owner % 7 != 0);
        Pet::insert((Pet::NAME, Pet::PERSON_ID))
            .rows(owners.map(|owner| (format!("p{owner}"), owner)))
            .run(db)
            .unwrap();
        for limit in [1, 2, 3, 4, 7, 31, 64, 65, 4_095, 4_096, 4_097, 5_000] {
            let pets = Person::PETS.separate(true).order(Pet::ID.desc());
            let found = Person::find().order(Person::ID.asc()).limit(limit).include(pets).all(db).unwrap();
            assert_eq!(found.len() as u64, limit);
            for person in &found {
                let pets = person.pets.get().unwrap();
                assert_eq!(pets.len(), if person.id % 7 == 0 { 0 } else { 2 }, "{limit}: {person:?}");
                assert!(pets.iter().all(|pet| pet.person_id == person.id), "{limit}: {person:?}");
                assert!(pets.is_sorted_by(|one, other| one.id > other.id), "{limit}: {person:?}");
            }
        }
    });
}

#[test]
fn values_of_an_insert_keep_to_their_types() {
    on_all("plain_types", |db| {
        let wrong = Person::insert((Person::NAME, Person::AGE)).row((None::<String>, 1)).run(db).unwrap_err();
        assert!(matches!(wrong.kind(), ErrorKind::Validation | ErrorKind::NotNullViolation), "{wrong:?}");
        assert_eq!(Person::find().count(db).unwrap(), 0);
    });
    let sql = Person::insert((Person::NAME,)).row(("Ann",)).answering(Person::ID).to_sql(&POSTGRES_15).unwrap();
    assert_eq!(sql, r#"INSERT INTO "people" ("name") VALUES ($1) RETURNING "id""#);
}

#[test]
fn a_function_fills_a_group_as_a_tuple_does() {
    let tuple = Person::find().filter(any((Person::AGE.gt(1), all((Person::ID.eq(2), Person::NAME.like("a%"))))));
    let filled = Person::find().filter(any_of(|group| {
        group.add(Person::AGE.gt(1));
        group.all(|group| {
            group.add(Person::ID.eq(2));
            group.add(Person::NAME.like("a%"));
        });
    }));
    let key = |find: &Find<'_, Person>| {
        let mut bytes = Vec::new();
        find.request().write_key(&mut bytes);
        (bytes, format!("{:?}", find.request().binds()))
    };
    assert_eq!(key(&tuple), key(&filled));
    on_all("plain_groups", |db| {
        Person::insert((Person::NAME, Person::AGE)).row(("Ann", 1)).row(("Bob", 2)).run(db).unwrap();
        assert_eq!(names(Person::find().filter(any_of(|_| {})), db), [""; 0]);
        assert_eq!(names(Person::find().filter(all_of(|_| {})), db), ["Ann", "Bob"]);
        let words = ["x", "Bob"];
        let found = names(
            Person::find().filter(any_of(|group| words.iter().for_each(|word| group.add(Person::NAME.eq(*word))))),
            db,
        );
        assert_eq!(found, ["Bob"]);
        let wrong = Person::find().filter(all_of(|group| group.add(Person::AGE.gt(None::<i32>)))).all(db).unwrap_err();
        assert_eq!(wrong.kind(), ErrorKind::Request);
    });
}

#[test]
fn selected_expressions_are_a_find_of_their_own() {
    on_all("plain_columns", |db| {
        let rows = [("Ann", 1), ("Bob", 2), ("Bob", 4)];
        Person::insert((Person::NAME, Person::AGE)).rows(rows).run(db).unwrap();
        let selected = Person::find().group(Person::NAME).having(count(Person::ID).gt(1)).columns((
            Person::NAME,
            count(Person::ID),
            sum(Person::AGE),
        ));
        let found: Vec<(String, i64, i64)> = selected.all(db).unwrap();
        assert_eq!(found, [("Bob".to_owned(), 2, 6)]);
    });
}

#[test]
fn rows_come_one_by_one() {
    on_all("plain_each", |db| {
        Person::insert((Person::NAME, Person::AGE)).rows((0..500).map(|n| (format!("n{n}"), n))).run(db).unwrap();
        let mut seen = Vec::new();
        let find = Person::find().filter(Person::AGE.gte(100)).order(Person::AGE.desc());
        find.each(db, |person| {
            seen.push(person.age);
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, (100..500).rev().map(Some).collect::<Vec<_>>());
        // What goes wrong ends it, and the connection is as good as before.
        let mut count = 0;
        let stopped = find.each(db, |_| {
            count += 1;
            if count == 3 { Err(Error::new(ErrorKind::Application, "enough")) } else { Ok(()) }
        });
        assert_eq!((stopped.unwrap_err().kind(), count), (ErrorKind::Application, 3));
        assert_eq!(Person::find().count(db).unwrap(), 500);
        let several = Person::find().include(Person::PETS).each(db, |_| Ok(())).unwrap_err();
        assert_eq!(several.kind(), ErrorKind::Request);
        // Edges of one row come with their row.
        let first = Person::find().order(Person::ID.asc()).required(db).unwrap();
        Pet::insert((Pet::NAME, Pet::PERSON_ID)).row(("Rex", first.id)).run(db).unwrap();
        let mut owners = Vec::new();
        let pets = Pet::find().include(Pet::PERSON);
        pets.each(db, |pet| {
            owners.push(pet.person.get()?.map(|person| person.name.clone()));
            Ok(())
        })
        .unwrap();
        assert_eq!(owners, [Some("n0".to_owned())]);
    });
}

#[test]
fn rows_come_in_batches() {
    on_all("plain_batches", |db| {
        let ids: Vec<i64> = Person::insert((Person::NAME, Person::AGE))
            .rows((0..25).map(|n| (format!("n{n}"), n)))
            .returning(Person::ID, db)
            .unwrap();
        Pet::insert((Pet::NAME, Pet::PERSON_ID)).rows(ids.iter().map(|id| ("Rex", *id))).run(db).unwrap();
        let mut sizes = Vec::new();
        let mut seen = Vec::new();
        Person::find()
            .filter(Person::AGE.lt(23))
            .include(Person::PETS)
            .in_batches(10, db, |people| {
                sizes.push(people.len());
                for mut person in people {
                    assert_eq!(person.pets.get()?.len(), 1);
                    seen.push(person.id);
                    // Between two batches nothing is held: rows may be changed.
                    person.update(db, |person| person.name = "seen".to_owned())?;
                }
                Ok(())
            })
            .unwrap();
        assert_eq!((sizes, seen), (vec![10, 10, 3], ids[..23].to_vec()));
        assert_eq!(Person::find().filter(Person::NAME.eq("seen")).count(db).unwrap(), 23);
        for find in [Person::find().limit(1), Person::find().order(Person::ID.asc()), Person::find().distinct()] {
            assert_eq!(find.in_batches(10, db, |_| Ok(())).unwrap_err().kind(), ErrorKind::Request);
        }
        assert_eq!(Person::find().in_batches(0, db, |_| Ok(())).unwrap_err().kind(), ErrorKind::Request);
        assert_eq!(Pair::find().in_batches(1, db, |_| Ok(())).unwrap_err().kind(), ErrorKind::Request);
    });
}

#[test]
fn a_million_rows_are_not_kept() {
    let db = Database::open("sqlite::memory:").unwrap();
    relata::create_missing(&db, &[model::<Person>()]).unwrap();
    db.batch(
        "INSERT INTO people (name, age) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) \
         SELECT 'a name of some length ' || i, i % 100 FROM n",
    )
    .unwrap();
    let mut sum = 0_i64;
    let kept = allocation_counter::measure(|| {
        Person::find()
            .each(&db, |person| {
                sum += person.age.map_or(0, i64::from);
                Ok(())
            })
            .unwrap();
    });
    assert_eq!(sum, 49_500_000);
    assert!(kept.bytes_max < 10 << 20, "{kept:?}");
    let batches = allocation_counter::measure(|| {
        Person::find()
            .in_batches(1_000, &db, |people| {
                sum -= people.iter().map(|person| person.age.map_or(0, i64::from)).sum::<i64>();
                Ok(())
            })
            .unwrap();
    });
    assert_eq!(sum, 0);
    assert!(batches.bytes_max < 10 << 20, "{batches:?}");
}

#[derive(Model, Debug, Clone)]
#[model(table = "categories")]
struct Category {
    #[key]
    id: i64,
    parent_id: Option<i64>,
    #[belongs_to(key = parent_id)]
    parent: One<Category>,
}

/// References are checked after each statement, so rows that may refer to one another stand in one.
#[test]
fn rows_may_refer_to_later_ones() {
    for db in databases("plain_later") {
        relata::create_missing(&db, &[model::<Category>()]).unwrap();
        let insert = Category::insert((Category::ID, Category::PARENT_ID));
        // MySQL and MariaDB check each row.
        let last = if matches!(db.dialect().name, "mysql" | "mariadb") { 1 } else { 150 };
        assert_eq!(insert.rows((1..=150).map(|id| (id, Some(last)))).run(&db).unwrap(), 150);
    }
}
