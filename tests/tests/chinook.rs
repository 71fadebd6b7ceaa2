//! Real data: the Chinook database, loaded from its own scripts into every database that is there.
//!
//! What is expected was computed by SQL that was written by hand. The tables of the scripts compare text as each server
//! does by default, so no answer hangs on case, accents or spaces at the end of a text.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{io::Write, sync::LazyLock};

use relata::{
    Instant,
    prelude::*,
    request::doc::{RequestDoc, col},
};
use relata_testkit::databases::databases;
use relata_tests::{chinook::*, files, folder, schema};
use rust_decimal::Decimal;
use serde_json::Value as Json;

/// What a database is loaded from, and the schema document that has the names of that script.
fn script_of(dialect: &str) -> (&'static str, &'static str) {
    match dialect {
        "sqlite" => ("Chinook_Sqlite_AutoIncrementPKs.sql", "chinook-camel"),
        "postgres" => ("Chinook_PostgreSql_AutoIncrementPKs.sql", "chinook-snake"),
        "mariadb" | "mysql" => ("Chinook_MySql_AutoIncrementPKs.sql", "chinook-camel"),
        other => panic!("there is no script for {other}"),
    }
}

/// The text of a script without the lines that make a database of its own and enter it: the test has made one.
fn script(name: &str) -> Result<String, String> {
    let path = folder().join("../../shared/data/chinook").join(name);
    let text = std::fs::read_to_string(&path)
        .map_err(|_| format!("the scripts of Chinook are not beside the project, {name} for one"))?;
    let own = ["DROP DATABASE", "CREATE DATABASE", "USE ", "\\c "];
    let lines = text.trim_start_matches('\u{feff}').lines();
    Ok(lines.filter(|line| !own.iter().any(|start| line.starts_with(start))).collect::<Vec<_>>().join("\n"))
}

/// Every database that is there, loaded once for all tests; or why there is none.
static LOADED: LazyLock<Result<Vec<Database>, String>> = LazyLock::new(|| {
    let mut scripts = Vec::new();
    for dialect in ["sqlite", "postgres", "mysql"] {
        scripts.push((script_of(dialect).0, script(script_of(dialect).0)?));
    }
    let found = databases("chinook");
    for db in &found {
        let name = script_of(db.dialect().name).0;
        let text = scripts.iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_str()).unwrap();
        db.with(&mut |session| session.batch(text)).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    }
    Ok(found)
});

/// Past the harness, which keeps to itself what a test that passes prints.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn loaded(test: &str) -> &'static [Database] {
    match &*LOADED {
        Ok(found) => found,
        Err(why) => {
            say(&format!("chinook::{test} is skipped: {why}"));
            &[]
        }
    }
}

/// Runs a check on each database whose tables have the names of the derived models.
fn typed(test: &str, check: impl Fn(&Database)) {
    for db in loaded(test).iter().filter(|db| script_of(db.dialect().name).1 == "chinook-camel") {
        eprintln!("on {}", db.dialect().name);
        check(db);
    }
}

/// Doubles that two databases add up in another order may differ in their last digits: ten are compared.
fn rounded(json: &Json) -> Json {
    match json {
        Json::Number(number) if number.is_f64() => {
            Json::from(format!("{:.9e}", number.as_f64().unwrap()).parse::<f64>().unwrap())
        }
        Json::Array(items) => Json::Array(items.iter().map(rounded).collect()),
        Json::Object(fields) => {
            Json::Object(fields.iter().map(|(name, value)| (name.clone(), rounded(value))).collect())
        }
        other => other.clone(),
    }
}

struct Document {
    name: String,
    request: Json,
    answer: Json,
}

fn documents() -> Vec<Document> {
    let read = |path: std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let json: Json = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert!(json["title"].is_string() && !json["answer"].is_null(), "{name} lacks its title or answer");
        Document { name, request: json["request"].clone(), answer: json["answer"].clone() }
    };
    files("chinook", "json").into_iter().map(read).collect()
}

#[test]
fn every_request_answers_alike_on_every_database() {
    let documents = documents();
    assert!(documents.len() >= 40);
    let mut differences = Vec::new();
    for db in loaded("every_request_answers_alike_on_every_database") {
        let dialect = db.dialect().name;
        let models = schema(script_of(dialect).1);
        for Document { name, request, answer } in &documents {
            let found = RequestDoc::from_json(request).and_then(|doc| DynFind::from_doc(&models, doc).json(db));
            match found {
                Err(error) => differences.push(format!("{name} on {dialect}: {error:?}")),
                Ok(text) => {
                    let found: Json = serde_json::from_str(&text).unwrap();
                    if rounded(&found) != rounded(answer) {
                        differences.push(format!("{name} on {dialect}:\n  found  {found}\n  wanted {answer}"));
                    }
                }
            }
        }
    }
    assert!(differences.is_empty(), "{} differences\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn every_row_of_the_scripts_is_there() {
    let rows = [
        ("Album", 347),
        ("Artist", 275),
        ("Customer", 59),
        ("Employee", 8),
        ("Genre", 25),
        ("Invoice", 412),
        ("InvoiceLine", 2_240),
        ("MediaType", 5),
        ("Playlist", 18),
        ("PlaylistTrack", 8_715),
        ("Track", 3_503),
    ];
    for db in loaded("every_row_of_the_scripts_is_there") {
        let models = schema(script_of(db.dialect().name).1);
        assert_eq!(models.models().len(), rows.len());
        for (model, count) in rows {
            assert_eq!(DynFind::of(&models, model).count(db).unwrap(), count, "{model} on {}", db.dialect().name);
        }
    }
}

#[test]
fn the_schema_documents_and_the_derived_models_say_the_same() {
    let (camel, snake) = (schema("chinook-camel"), schema("chinook-snake"));
    assert_eq!((camel.models().len(), snake.models().len()), (models().len(), models().len()));
    for derived in models() {
        let (camel, snake) = (camel.view(&derived.name).unwrap(), snake.view(&derived.name).unwrap());
        let columns = |view: &relata::ModelDef| -> Vec<(String, String, bool)> {
            let attribute = |a: &relata::schema::Attribute| (a.name.clone(), a.column.clone(), a.null);
            view.attributes.iter().map(attribute).collect()
        };
        let names = |view: &relata::ModelDef| -> Vec<(String, bool)> {
            view.attributes.iter().map(|attribute| (attribute.name.clone(), attribute.null)).collect()
        };
        let associations = |view: &relata::ModelDef| -> Vec<(String, &str)> {
            view.associations.iter().map(|association| (association.name.clone(), association.kind.name())).collect()
        };
        assert_eq!(derived.table, camel.table);
        assert_eq!(columns(&derived), columns(&camel), "{}", derived.name);
        assert_eq!(names(&derived), names(&snake), "{}", derived.name);
        assert_eq!(associations(&derived), associations(&camel), "{}", derived.name);
        assert_eq!(associations(&derived), associations(&snake), "{}", derived.name);
    }
}

#[derive(Projection, Debug, PartialEq)]
#[projection(Album)]
struct AlbumTitle {
    album_id: i32,
    title: String,
}

fn cents(number: i64) -> Decimal {
    Decimal::new(number, 2)
}

fn moment(text: &str) -> Instant {
    text.parse().unwrap()
}

#[test]
fn the_longest_tracks_of_each_genre() {
    typed("the_longest_tracks_of_each_genre", |db| {
        let genres = Genre::find()
            .filter(Genre::GENRE_ID.lte(3))
            .include(Genre::TRACKS.order((Track::MILLISECONDS.desc(), Track::TRACK_ID.asc())).limit(2))
            .order(Genre::GENRE_ID.asc())
            .all(db)
            .unwrap();
        let found: Vec<(&str, Vec<i32>)> = genres
            .iter()
            .map(|genre| {
                let tracks = genre.tracks.get().unwrap().iter().map(|track| track.track_id).collect();
                (genre.name.as_deref().unwrap(), tracks)
            })
            .collect();
        assert_eq!(found, [("Rock", vec![1666, 620]), ("Jazz", vec![610, 614]), ("Metal", vec![1351, 1293])]);
    });
}

#[test]
fn employees_and_their_managers_managers() {
    typed("employees_and_their_managers_managers", |db| {
        let employees = Employee::find()
            .include(Employee::MANAGER.required(true).include(Employee::MANAGER))
            .order((Employee::HIRE_DATE.desc(), Employee::EMPLOYEE_ID.asc()))
            .all(db)
            .unwrap();
        let found: Vec<(i32, i32, Option<i32>)> = employees
            .iter()
            .map(|employee| {
                let manager = employee.manager.get().unwrap().unwrap();
                let above = manager.manager.get().unwrap().map(|above| above.employee_id);
                (employee.employee_id, manager.employee_id, above)
            })
            .collect();
        let wanted = [
            (8, 6, Some(1)),
            (7, 6, Some(1)),
            (5, 2, Some(1)),
            (6, 1, None),
            (4, 2, Some(1)),
            (2, 1, None),
            (3, 2, Some(1)),
        ];
        assert_eq!(found, wanted);
        assert_eq!(employees[0].hire_date, Some(moment("2004-03-04T00:00:00Z")));
    });
}

#[test]
fn playlists_with_tracks_by_an_artist_on_a_page_of_five() {
    typed("playlists_with_tracks_by_an_artist_on_a_page_of_five", |db| {
        let by_artist = Track::ALBUM.path(Album::ARTIST.path(Artist::NAME)).eq("Audioslave");
        let page = Playlist::find()
            .include(Playlist::TRACKS.filter(by_artist).order(Track::TRACK_ID.asc()).limit(2))
            .order(Playlist::PLAYLIST_ID.asc())
            .limit(5)
            .page(db)
            .unwrap();
        let tracks = |playlist: &Playlist| -> Vec<i32> {
            playlist.tracks.get().unwrap().iter().map(|track| track.track_id).collect()
        };
        let found: Vec<(i32, Vec<i32>)> =
            page.rows.iter().map(|playlist| (playlist.playlist_id, tracks(playlist))).collect();
        assert_eq!((found, page.total), (vec![(1, vec![85, 86]), (8, vec![85, 86]), (9, vec![3402])], 3));
    });
}

#[test]
fn tracks_never_sold() {
    typed("tracks_never_sold", |db| {
        let unsold = Track::find().filter(Track::INVOICE_LINES.path(InvoiceLine::INVOICE_LINE_ID).is_null());
        assert_eq!(unsold.count(db).unwrap(), 1_519);
        let first = unsold.order(Track::TRACK_ID.asc()).limit(3).all(db).unwrap();
        assert_eq!(first.iter().map(|track| track.track_id).collect::<Vec<_>>(), [7, 11, 17]);
        let empty = Playlist::find().filter(Playlist::TRACKS.path(Track::TRACK_ID).is_null());
        assert_eq!(empty.count(db).unwrap(), 4);
        assert!(!empty.filter(Playlist::PLAYLIST_ID.eq(1)).exists(db).unwrap());
    });
}

#[test]
fn revenue_by_artist_with_having() {
    typed("revenue_by_artist_with_having", |db| {
        let artist = || InvoiceLine::TRACK.path(Track::ALBUM.path(Album::ARTIST.path(Artist::NAME)));
        let mut found: Vec<(String, Decimal, i64)> = InvoiceLine::find()
            .group(artist())
            .having(sum(InvoiceLine::UNIT_PRICE).gt(cents(9_000)))
            .order(sum(InvoiceLine::UNIT_PRICE).desc())
            .select((artist(), sum(InvoiceLine::UNIT_PRICE), count_rows()), db)
            .unwrap();
        found.iter_mut().for_each(|(_, revenue, _)| *revenue = revenue.round_dp(2));
        let wanted = [("Iron Maiden", 13_860, 140), ("U2", 10_593, 107), ("Metallica", 9_009, 91)];
        assert_eq!(found, wanted.map(|(name, revenue, lines)| (name.to_owned(), cents(revenue), lines)));
    });
}

#[test]
fn customers_of_the_same_support_employee() {
    typed("customers_of_the_same_support_employee", |db| {
        let colleagues = Customer::SUPPORT_REP.path(Employee::CUSTOMERS.path(Customer::CUSTOMER_ID));
        let find = Customer::find().filter(colleagues.eq(1)).filter(Customer::CUSTOMER_ID.ne(1));
        assert_eq!(find.count(db).unwrap(), 20);
        let first: Vec<(i32,)> =
            find.order(Customer::CUSTOMER_ID.asc()).limit(3).select((Customer::CUSTOMER_ID,), db).unwrap();
        assert_eq!(first, [(3,), (12,), (15,)]);
        let by_tree = Customer::find().filter(col("support_rep.last_name").eq("Park")).count(db).unwrap();
        assert_eq!(by_tree, 20);
    });
}

#[test]
fn albums_in_the_order_of_their_longest_track() {
    typed("albums_in_the_order_of_their_longest_track", |db| {
        let albums: Vec<AlbumTitle> = Album::find()
            .order((Album::TRACKS.path(Track::MILLISECONDS).desc(), Album::ALBUM_ID.asc()))
            .limit(3)
            .project(db)
            .unwrap();
        let wanted = [
            (227, "Battlestar Galactica, Season 3"),
            (229, "Lost, Season 3"),
            (253, "Battlestar Galactica (Classic), Season 1"),
        ];
        assert_eq!(albums, wanted.map(|(album_id, title)| AlbumTitle { album_id, title: title.to_owned() }));
    });
}

#[test]
fn invoices_by_country() {
    typed("invoices_by_country", |db| {
        let mut found: Vec<(Option<String>, i64, Decimal)> = Invoice::find()
            .group(Invoice::BILLING_COUNTRY)
            .order((count(Invoice::INVOICE_ID).desc(), Invoice::BILLING_COUNTRY.asc()))
            .limit(4)
            .select((Invoice::BILLING_COUNTRY, count(Invoice::INVOICE_ID), sum(Invoice::TOTAL)), db)
            .unwrap();
        found.iter_mut().for_each(|(.., total)| *total = total.round_dp(2));
        let wanted = [("USA", 91, 52_306), ("Canada", 56, 30_396), ("Brazil", 35, 19_010), ("France", 35, 19_510)];
        assert_eq!(found, wanted.map(|(country, n, total)| (Some(country.to_owned()), n, cents(total))));
    });
}

#[test]
fn aggregates_of_a_country() {
    typed("aggregates_of_a_country", |db| {
        let german = Invoice::find().filter(Invoice::BILLING_COUNTRY.eq("Germany"));
        assert_eq!(german.count(db).unwrap(), 28);
        let total = german.sum::<_, Decimal>(Invoice::TOTAL, db).unwrap().unwrap();
        assert_eq!(total.round_dp(2), cents(15_648));
        let mean = german.avg(Invoice::TOTAL, db).unwrap().unwrap();
        assert!((mean - 156.48 / 28.0).abs() < 1e-9, "{mean}");
        let most = german.max(Invoice::TOTAL, db).unwrap().unwrap();
        let least = german.min(Invoice::TOTAL, db).unwrap().unwrap();
        assert_eq!((least.round_dp(2), most.round_dp(2)), (cents(99), cents(1_491)));
        assert_eq!(german.max(Invoice::INVOICE_DATE, db).unwrap(), Some(moment("2025-06-03T00:00:00Z")));
        assert_eq!(Track::find().sum::<_, i64>(Track::BYTES, db).unwrap(), Some(117_386_255_350));
        let nowhere = Invoice::find().filter(Invoice::BILLING_COUNTRY.eq("Atlantis"));
        assert_eq!(nowhere.sum::<_, Decimal>(Invoice::TOTAL, db).unwrap(), None);
    });
}

#[test]
fn tracks_through_the_lines_of_an_invoice() {
    typed("tracks_through_the_lines_of_an_invoice", |db| {
        let dear = InvoiceLine::UNIT_PRICE.gt(cents(100));
        let invoices = Invoice::find()
            .filter(Invoice::TOTAL.gt(cents(2_100)))
            .include(Invoice::TRACKS.order(Track::TRACK_ID.asc()).limit(2).through::<InvoiceLine>(dear))
            .order(Invoice::INVOICE_ID.asc())
            .all(db)
            .unwrap();
        let tracks = |invoice: &Invoice| -> Vec<i32> {
            invoice.tracks.get().unwrap().iter().map(|track| track.track_id).collect()
        };
        let found: Vec<(i32, Vec<i32>)> =
            invoices.iter().map(|invoice| (invoice.invoice_id, tracks(invoice))).collect();
        let wanted = [(96, [3169, 3178]), (194, [2860, 2869]), (299, [2837, 2846]), (404, [2823, 2832])];
        assert_eq!(found, wanted.map(|(invoice, tracks)| (invoice, tracks.to_vec())));
    });
}

#[test]
fn the_latest_invoice_of_each_customer() {
    typed("the_latest_invoice_of_each_customer", |db| {
        let latest = Customer::LATEST_INVOICE.order((Invoice::INVOICE_DATE.desc(), Invoice::INVOICE_ID.desc()));
        let customers = Customer::find().include(latest).order(Customer::CUSTOMER_ID.desc()).limit(3).all(db).unwrap();
        let found: Vec<(i32, i32)> = customers
            .iter()
            .map(|customer| (customer.customer_id, customer.latest_invoice.get().unwrap().unwrap().invoice_id))
            .collect();
        assert_eq!(found, [(59, 284), (58, 412), (57, 314)]);
    });
}

#[test]
fn conditions_of_every_kind() {
    typed("conditions_of_every_kind", |db| {
        let long = Track::find()
            .filter(any((Track::COMPOSER.is_null(), length(Track::NAME).gt(60))))
            .filter(Track::GENRE_ID.is_in([1, 2, 3]))
            .filter(Track::MILLISECONDS.between(240_000, 300_000));
        assert_eq!(long.count(db).unwrap(), 83);
        let other = all((Track::NAME.starts_with("B"), not(Track::GENRE_ID.eq(1)), Track::UNIT_PRICE.lt(cents(100))));
        assert_eq!(Track::find().filter(other).count(db).unwrap(), 114);
        assert_eq!(Track::find().filter(Track::NAME.ilike("%rock%")).count(db).unwrap(), 39);
        let early = Invoice::INVOICE_DATE.lt(moment("2021-01-10T12:00:00Z"));
        assert_eq!(Invoice::find().filter(early).count(db).unwrap(), 4);
        let firms = Customer::find()
            .filter(Customer::COMPANY.is_not_null())
            .filter(Customer::COUNTRY.not_in(["USA", "Canada"]));
        assert_eq!(firms.count(db).unwrap(), 5);
        let jazz = Album::TRACKS.filter(Track::GENRE.path(Genre::NAME).eq("Jazz"));
        let artists = Artist::find().include(Artist::ALBUMS.required(true).include(jazz));
        assert_eq!(artists.count(db).unwrap(), 10);
    });
}

#[test]
fn what_belongs_to_a_record() {
    typed("what_belongs_to_a_record", |db| {
        let artist = Artist::find().filter(Artist::NAME.eq("Iron Maiden")).required(db).unwrap();
        assert_eq!(artist.count_related(Artist::ALBUMS, db).unwrap(), 21);
        let newest = artist.related(Artist::ALBUMS.order(Album::ALBUM_ID.desc()).limit(2), db).unwrap();
        assert_eq!(newest.iter().map(|album| album.album_id).collect::<Vec<_>>(), [114, 113]);
    });
}

#[test]
fn employees_and_how_many_customers_they_have() {
    typed("employees_and_how_many_customers_they_have", |db| {
        let customers = || count(Employee::CUSTOMERS.path(Customer::CUSTOMER_ID));
        let found: Vec<(i32, i64)> = Employee::find()
            .group(Employee::EMPLOYEE_ID)
            .having(customers().gt(0))
            .order(customers().desc())
            .select((Employee::EMPLOYEE_ID, customers()), db)
            .unwrap();
        assert_eq!(found, [(3, 21), (4, 20), (5, 18)]);
    });
}

#[test]
fn columns_of_other_models_beside_expressions() {
    typed("columns_of_other_models_beside_expressions", |db| {
        let artist = Track::ALBUM.path(Album::ARTIST.path(Artist::NAME));
        let found: Vec<(String, Option<String>, Decimal)> = Track::find()
            .filter(any((Track::GENRE_ID.eq(25), Track::TRACK_ID.eq(2819))))
            .order(Track::TRACK_ID.desc())
            .select((Track::NAME, artist, Track::UNIT_PRICE), db)
            .unwrap();
        assert_eq!(found[0].0, "Die Zauberflöte, K.620: \"Der Hölle Rache Kocht in Meinem Herze\"");
        assert_eq!(found[1].1.as_deref(), Some("Battlestar Galactica"));
        assert_eq!((found.len(), found[0].2.round_dp(2), found[1].2.round_dp(2)), (2, cents(99), cents(199)));
        let customers: Vec<(String, i32, String)> = Customer::find()
            .filter(Customer::COUNTRY.eq("USA"))
            .order(Customer::CUSTOMER_ID.asc())
            .limit(3)
            .select((upper(Customer::LAST_NAME), length(Customer::EMAIL), coalesce(Customer::COMPANY, "-")), db)
            .unwrap();
        let wanted = [("HARRIS", 18, "Google Inc."), ("SMITH", 23, "Microsoft Corporation"), ("BROOKS", 17, "-")];
        assert_eq!(customers, wanted.map(|(name, letters, firm)| (name.to_owned(), letters, firm.to_owned())));
    });
}

#[test]
fn distinct_values_and_places_of_null() {
    typed("distinct_values_and_places_of_null", |db| {
        let countries: Vec<(Option<String>,)> = Customer::find()
            .distinct()
            .order(Customer::COUNTRY.asc())
            .limit(3)
            .offset(1)
            .select((Customer::COUNTRY,), db)
            .unwrap();
        assert_eq!(countries, ["Australia", "Austria", "Belgium"].map(|country| (Some(country.to_owned()),)));
        let employees: Vec<(i32, Option<i32>)> = Employee::find()
            .order((Employee::REPORTS_TO.desc().nulls_last(), Employee::EMPLOYEE_ID.asc()))
            .offset(5)
            .select((Employee::EMPLOYEE_ID, Employee::REPORTS_TO), db)
            .unwrap();
        assert_eq!(employees, [(2, Some(1)), (6, Some(1)), (1, None)]);
    });
}

#[test]
fn a_find_answers_as_json() {
    typed("a_find_answers_as_json", |db| {
        let find = Album::find().filter(Album::ALBUM_ID.eq(2)).include(Album::ARTIST);
        let wanted = "[{\"album_id\":2,\"title\":\"Balls to the Wall\",\"artist_id\":2,\
                      \"artist\":{\"artist_id\":2,\"name\":\"Accept\"}}]";
        assert_eq!(find.json(db).unwrap(), wanted);
        let employee = Employee::find().filter(Employee::EMPLOYEE_ID.eq(1)).json(db).unwrap();
        assert!(employee.contains("\"birth_date\":\"1962-02-18T00:00:00Z\""), "{employee}");
    });
}

/// The finds of the README are those of these tests, word for word.
#[test]
fn the_readme_shows_finds_that_are_asked_here() {
    let words = |text: &str| -> String {
        let lines = text.lines().map(|line| line.split("//").next().unwrap_or(line));
        lines.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect()
    };
    let read = |path: &str| std::fs::read_to_string(relata_tests::folder().join(path)).unwrap();
    let readme = read("../README.md");
    let here = words(&read("tests/chinook.rs")) + &words(&read("tests/queries.rs"));
    let blocks: Vec<&str> =
        readme.split("```rust,ignore").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let finds = words(&blocks.concat());
    let finds: Vec<&str> = finds.split(';').filter(|find| !find.is_empty()).collect();
    assert_eq!((blocks.len(), finds.len()), (2, 7));
    for find in finds {
        let asked = find.replace("(&db)?", "(db).unwrap()");
        assert!(here.contains(&asked) || here.contains(&asked.replace("(db)", "(&db)")), "{asked}");
    }
}
