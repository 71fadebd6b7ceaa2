//! What differs between the databases is a list, `docs/DIFFERENCES.md`: each row of it is asked of each database, and what
//! has no row is answered alike by all of them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod alike;
mod calls;
mod page;
mod rows;
mod tests_of_rows;
mod world;

use std::collections::BTreeSet;

use relata::Database;
use relata_testkit::databases::databases;
use relata_tests::{files, folder};

use crate::{alike::ALIKE, calls::CALLS, page::Line, rows::ROWS, tests_of_rows::TESTS, world::World};

/// How something is found out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ask {
    /// By requests: the first error, or the last answer.
    Requests(&'static [&'static str]),
    /// By calls.
    Call(fn(&World<'_>) -> String),
}

/// What is asked for a row of the page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) ask: Ask,
    /// What is seen, and the words that the page has for it.
    pub(crate) means: &'static [(&'static str, &'static str)],
}

impl Ask {
    fn seen(self, world: &World<'_>) -> String {
        match self {
            Ask::Requests(requests) => world.last(requests),
            Ask::Call(call) => call(world),
        }
    }
}

impl Row {
    /// The words of the page for what was seen.
    fn words(&self, seen: &str) -> String {
        if let Some((_, words)) = self.means.iter().find(|(known, _)| *known == seen) {
            return (*words).to_owned();
        }
        match seen {
            "unsupported" | "type_mismatch" | "request" => "refused by name".to_owned(),
            _ => seen.replace("database ", "error "),
        }
    }
}

fn asked() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().chain(CALLS)
}

/// What each database that is there answers, in the order of what is asked.
fn seen(test: &str, asks: &[Ask]) -> Vec<(&'static str, Vec<String>)> {
    let databases: Vec<Database> = databases(test);
    std::thread::scope(|scope| {
        let running: Vec<_> =
            databases.iter().map(|db| (db.dialect().name, scope.spawn(move || answers(db, asks)))).collect();
        running.into_iter().map(|(name, answers)| (name, answers.join().unwrap())).collect()
    })
}

fn answers(db: &Database, asks: &[Ask]) -> Vec<String> {
    asks.iter().enumerate().map(|(number, ask)| ask.seen(&World::new(db, number))).collect()
}

fn line<'p>(page: &'p [Line], name: &str) -> &'p Line {
    page.iter().find(|line| line.name == name).unwrap_or_else(|| panic!("the page has no row \"{name}\""))
}

#[test]
fn each_database_answers_as_its_cell_says() {
    let page = page::read();
    let asks: Vec<Ask> = asked().map(|row| row.ask).collect();
    let answers = seen("differences", &asks);
    let mut wrong = Vec::new();
    for (number, row) in asked().enumerate() {
        let line = line(&page, row.name);
        for (database, seen) in &answers {
            let words = row.words(&seen[number]);
            if words != line.says(database) {
                let says = line.says(database);
                wrong.push(format!(
                    "{}: {database} says \"{words}\" ({}), and the page \"{says}\"",
                    row.name, seen[number]
                ));
            }
        }
        // What is said alike is alike, and not only in words.
        for (i, (database, seen)) in answers.iter().enumerate() {
            for (other, others) in &answers[..i] {
                if line.says(database) == line.says(other) && seen[number] != others[number] {
                    let both = format!("{} and {}", others[number], seen[number]);
                    wrong.push(format!("{}: {other} and {database} are said to be alike: {both}", row.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), asks.len(), wrong.join("\n"));
}

#[test]
fn what_is_no_row_is_answered_alike() {
    let page = page::read();
    let asks: Vec<Ask> = ALIKE.iter().map(|(_, ask)| *ask).collect();
    let answers = seen("alike", &asks);
    let mut wrong = Vec::new();
    for (number, (name, _)) in ALIKE.iter().enumerate() {
        let different: BTreeSet<&str> = answers.iter().map(|(_, seen)| seen[number].as_str()).collect();
        if different.len() > 1 && !page.iter().any(|line| line.name == *name) {
            let each: Vec<String> =
                answers.iter().map(|(database, seen)| format!("  {database}: {}", seen[number])).collect();
            wrong.push(format!("{name}\n{}", each.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{} differ and are no row of the page:\n{}", wrong.len(), wrong.join("\n"));
    assert!(ALIKE.len() >= 40, "{} are asked", ALIKE.len());
}

#[test]
fn every_row_is_shown() {
    let sources: String = files("tests", "rs").iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let page = page::read();
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for line in &page {
        assert!(names.insert(&line.name), "\"{}\" stands twice", line.name);
        assert!(!line.reason.is_empty(), "\"{}\" has no reason", line.name);
        assert!(line.cells.iter().any(|cell| *cell != line.cells[0]), "nothing differs in \"{}\"", line.name);
        let probes = asked().filter(|row| row.name == line.name).count();
        let tests = TESTS.iter().find(|(name, _)| *name == line.name).map_or(&[][..], |(_, tests)| *tests);
        assert!(probes == 1 || (probes == 0 && !tests.is_empty()), "nothing shows \"{}\"", line.name);
        for test in tests {
            let (file, function) = test.split_once("::").unwrap();
            let places = [format!("tests/{file}.rs"), format!("tests/{file}/main.rs")];
            assert!(places.iter().any(|source| folder().join(source).exists()), "{test}");
            assert!(sources.contains(&format!("fn {function}(")), "{test}");
        }
    }
    for name in asked().map(|row| row.name).chain(TESTS.iter().map(|(name, _)| *name)) {
        assert!(names.contains(name), "the page has no row \"{name}\"");
    }
}
