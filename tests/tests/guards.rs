//! What keeps a write from doing more than was meant; on every database.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{collections::BTreeSet, thread};

use relata::{ErrorKind, Value, prelude::*, schema::Outcome};
use relata_testkit::databases::{databases, served};

#[derive(Model, Debug, Clone)]
#[model(table = "jobs", paranoid, default_scope = r#"{"where": {"tenant": 1}}"#)]
struct Job {
    #[key]
    id: i64,
    #[column(unique)]
    name: String,
    #[column(default = "new")]
    status: String,
    #[column(default = 1)]
    tenant: i32,
    #[column(type = "decimal(10,2)", default = "1.50")]
    price: rust_decimal::Decimal,
    deleted_at: Option<relata::Instant>,
}

fn job(db: &Database, id: i64, tenant: i32) -> Record<Job> {
    Job::create(db, |job| job.id(id).name(format!("job {id}")).tenant(tenant)).unwrap()
}

fn on_all(test: &str, run: impl Fn(&Database)) {
    for db in databases(test) {
        relata::create_missing(&db, &[model::<Job>()]).unwrap();
        run(&db);
    }
}

#[test]
fn only_numbers_are_counted() {
    on_all("guard_numbers", |db| {
        let mut one = job(db, 1, 1);
        let text = Job::update().add(Job::NAME, "x").all().run(db).unwrap_err();
        assert_eq!((text.kind(), text.path()), (ErrorKind::TypeMismatch, "Job.name"));
        assert_eq!(
            Job::update().set(Job::NAME, Job::NAME.plus("x")).all().run(db).unwrap_err().kind(),
            ErrorKind::TypeMismatch
        );
        assert_eq!(
            Job::update().add(Job::TENANT, None::<i32>).all().run(db).unwrap_err().kind(),
            ErrorKind::TypeMismatch
        );
        assert_eq!(one.increment(Job::NAME, "x", db).unwrap_err().kind(), ErrorKind::TypeMismatch);
        assert_eq!(Job::find().required(db).unwrap().name, "job 1");
    });
}

#[test]
fn an_upsert_changes_no_row_that_the_default_scope_hides() {
    on_all("guard_scope", |db| {
        job(db, 1, 2);
        let taken = Job::upsert(|job| job.id(1).name("mine")).run(db).unwrap_err();
        assert_eq!((taken.kind(), taken.outcome()), (ErrorKind::UniqueViolation, Outcome::NotApplied));
        let drafts = [Job::draft().id(1).name("mine"), Job::draft().id(2).name("two")];
        let created = Job::create_many(drafts).update_on_duplicate(Job::NAME).run(db).unwrap();
        assert_eq!(created.iter().map(|job| job.id).collect::<Vec<_>>(), [2]);
        assert_eq!(Job::find().unscoped().filter(Job::ID.eq(1)).required(db).unwrap().name, "job 1");
    });
}

#[test]
fn a_condition_of_a_hook_does_not_stand_for_one_of_the_caller() {
    on_all("guard_hook", |db| {
        job(db, 1, 1);
        db.hooks()
            .on::<Job>(Event::BeforeBulkDestroy, "tenant", |hook| {
                if let relata::orm::Subject::Rows(rows) = &mut hook.subject {
                    let own = Job::find().filter(Job::TENANT.eq(1));
                    rows.copy_section(
                        relata::request::Section::Filter,
                        &own.request().with_call(Default::default()).into_owned(),
                    );
                }
                Ok(())
            })
            .unwrap();
        assert_eq!(Job::destroy().run(db).unwrap_err().kind(), ErrorKind::Request);
        assert_eq!(Job::destroy().all().run(db).unwrap(), 1);
    });
}

#[test]
fn nobody_takes_what_nobody_gave() {
    on_all("guard_given", |db| {
        job(db, 1, 1);
        let missing = Job::upsert(|job| job.id(1).name("other")).update(Job::STATUS).run(db).unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::Request, "{missing}");
        assert_eq!(Job::find().required(db).unwrap().status, "new");
        let aimless = Job::create_many([Job::draft().id(2).name("two")]).on_conflict(Job::NAME).run(db).unwrap_err();
        assert_eq!(aimless.kind(), ErrorKind::Request);
    });
}

#[test]
fn a_default_that_is_written_as_text_has_the_type_of_its_attribute() {
    on_all("guard_default", |db| {
        let drafts = [Job::draft().id(1).name("one"), Job::draft().id(2).name("two").price(rust_decimal::Decimal::TWO)];
        let created = Job::create_many(drafts).run(db).unwrap();
        let prices: Vec<Value> = created.iter().map(|job| Value::from(job.price)).collect();
        assert_eq!(prices, [Value::from(rust_decimal::Decimal::new(150, 2)), Value::from(rust_decimal::Decimal::TWO)]);
    });
}

#[test]
fn what_a_row_is_found_by_is_named_when_it_stands_in_the_way() {
    on_all("guard_find_or_create", |db| {
        job(db, 1, 1).destroy(db).unwrap();
        let find = Job::find().filter(Job::NAME.eq("job 1"));
        let error = Job::find_or_create(db, &find, |job| job.id(9).name("job 1")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UniqueViolation, "it is there, and soft-deleted");
    });
}

/// What waited for a row that somebody else has taken looks at it again, and takes none that is taken.
#[test]
fn no_two_workers_claim_one_row() {
    for db in served("guard_claim") {
        relata::create_missing(&db, &[model::<Job>()]).unwrap();
        for id in 0..60 {
            job(&db, id, 1);
        }
        let claimed: Vec<i64> = thread::scope(|scope| {
            let workers: Vec<_> = (0..6)
                .map(|_| {
                    scope.spawn(|| {
                        let mut own = Vec::new();
                        for _ in 0..40 {
                            let claim = Job::update()
                                .set(Job::STATUS, "taken")
                                .filter(Job::STATUS.eq("new"))
                                .order(Job::ID.asc())
                                .limit(1);
                            own.extend(claim.returning(&db).unwrap().iter().map(|job| job.id));
                        }
                        own
                    })
                })
                .collect();
            workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
        });
        let different: BTreeSet<i64> = claimed.iter().copied().collect();
        assert_eq!(claimed.len(), different.len(), "a row was claimed twice");
    }
}
