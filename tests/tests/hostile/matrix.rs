//! Every text in every place, for every dialect: refused by name, or a statement of the same shape.

use relata::{Error, dialect::Capabilities};
use serde_json::json;

use crate::{
    atoms::{Atom, atoms, values},
    compile::{Statement, document, is_named, well_formed},
    lexer::Token,
    schemas::{Becomes, HARMLESS, SCHEMAS, index_condition},
    sinks::{ALIASES, READS, Sink, models},
    words::{NUMBERS, WORDS},
    writes::WRITES,
};

/// What is wrong, and how often something was tried.
#[derive(Default)]
struct Findings {
    tried: usize,
    wrong: Vec<String>,
}

impl Findings {
    fn add(&mut self, place: &str, dialect: &Capabilities, atom: &Atom, what: impl AsRef<str>) {
        let what: String = what.as_ref().chars().take(600).collect();
        self.wrong.push(format!("{place} on {}, {}: {:?}: {what}", dialect.name, atom.class, atom.text));
    }

    /// Shows the first few of what is wrong.
    fn none(self, at_least: usize) {
        assert!(self.tried >= at_least, "only {} were tried", self.tried);
        let shown: Vec<&str> = self.wrong.iter().take(12).map(String::as_str).collect();
        assert!(self.wrong.is_empty(), "{} of {} are wrong:\n{}", self.wrong.len(), self.tried, shown.join("\n"));
    }
}

/// The statements of a place with a text that is right there, each of them well formed. None where the dialect cannot say
/// the request at all.
fn harmless(
    place: &str,
    compiled: Result<Vec<Statement>, Error>,
    dialect: &Capabilities,
) -> Option<(Vec<Statement>, Vec<Vec<Token>>)> {
    let statements = match compiled {
        Ok(statements) => statements,
        Err(error) if error.kind() == relata::ErrorKind::Unsupported => return None,
        Err(error) => panic!("{place} on {} cannot be said at all: {error:?}", dialect.name),
    };
    assert!(!statements.is_empty(), "{place} on {} says nothing", dialect.name);
    let tokens = statements.iter().map(|statement| {
        well_formed(statement, dialect.name).unwrap_or_else(|error| panic!("{place} on {}: {error}", dialect.name))
    });
    let tokens = tokens.collect();
    Some((statements, tokens))
}

/// Tries texts that are values, or names that are not part of a statement: whatever they are, the statement is the same.
fn always_the_same(sinks: &[Sink], atoms: &[Atom]) {
    let (models, mut found) = (models(), Findings::default());
    for sink in sinks {
        let mut said = 0;
        for dialect in relata::dialect::ALL {
            let compiled = document(&models, &(sink.request)(sink.harmless), dialect);
            let Some((expected, _)) = harmless(sink.name, compiled, dialect) else { continue };
            said += 1;
            for atom in atoms {
                found.tried += 1;
                match document(&models, &(sink.request)(&atom.text), dialect) {
                    Ok(statements) if statements == expected => {}
                    Ok(statements) => {
                        found.add(sink.name, dialect, atom, format!("{statements:?}\nand not {expected:?}"))
                    }
                    Err(error) if is_named(error.kind()) => {}
                    Err(error) => found.add(sink.name, dialect, atom, format!("{error:?}")),
                }
            }
        }
        assert!(said > 0, "no dialect can say: {}", sink.name);
    }
    found.none(sinks.len() * atoms.len());
}

#[test]
fn values_never_change_what_is_read() {
    always_the_same(&READS, &values());
}

#[test]
fn values_never_change_what_is_written() {
    always_the_same(&WRITES, &values());
}

#[test]
fn names_that_a_request_gives_are_not_in_its_statements() {
    always_the_same(&ALIASES, &atoms());
}

/// Most texts can be values: a place that refused all of them would prove nothing.
#[test]
fn most_texts_are_values() {
    let (models, atoms) = (models(), values());
    for sink in READS.iter().chain(&WRITES).filter(|sink| sink.harmless == HARMLESS) {
        let takes = |atom: &&Atom| {
            let said =
                relata::dialect::ALL.map(|dialect| document(&models, &(sink.request)(&atom.text), dialect).is_ok());
            said.contains(&true)
        };
        let taken = atoms.iter().filter(takes).count();
        // Labels are few: only one of these texts is one.
        assert!(taken * 10 >= atoms.len() * 9 || sink.name.contains("label"), "{} takes {taken} texts", sink.name);
    }
}

#[test]
fn words_are_known_or_refused() {
    let (models, mut found) = (models(), Findings::default());
    for place in &WORDS {
        let said = relata::dialect::ALL
            .into_iter()
            .filter_map(|dialect| {
                harmless(place.name, document(&models, &(place.request)(place.right), dialect), dialect)
            })
            .count();
        assert!(said > 0, "no dialect can say: {}", place.name);
        for atom in atoms() {
            for dialect in relata::dialect::ALL {
                found.tried += 1;
                match document(&models, &(place.request)(&atom.text), dialect) {
                    Err(error) if is_named(error.kind()) => {}
                    other => found.add(place.name, dialect, &atom, format!("{other:?}")),
                }
            }
        }
    }
    for request in NUMBERS {
        for atom in atoms() {
            for dialect in relata::dialect::ALL {
                found.tried += 1;
                match document(&models, &request(&atom.text), dialect) {
                    Err(error) if is_named(error.kind()) => {}
                    other => found.add("a number", dialect, &atom, format!("{other:?}")),
                }
            }
        }
    }
    found.none(WORDS.len() * 96);
}

/// Whether a statement is another one but for what some of its names, or texts, say: that is the text now.
fn same_but_for(
    expected: &[Token],
    tokens: &[Token],
    becomes: Becomes,
    text: &str,
    numbers: bool,
) -> Result<usize, String> {
    if expected.len() != tokens.len() {
        return Err(format!("{} pieces and not {}: {tokens:?}", tokens.len(), expected.len()));
    }
    let quoted = serde_json::to_string(text).unwrap();
    let mut replaced = 0;
    for pair in expected.iter().zip(tokens) {
        let fits = match pair {
            (before, after) if before == after => true,
            // The length of the longest label.
            (Token::Number(_), Token::Number(_)) => numbers,
            (Token::Name(before), Token::Name(after)) if becomes == Becomes::Name => {
                replaced += 1;
                before == HARMLESS && after == text
            }
            (Token::Text(before), Token::Text(after)) if becomes == Becomes::Literal => {
                replaced += 1;
                before == HARMLESS && after == text
            }
            (Token::Text(before), Token::Text(after)) if becomes == Becomes::Document => {
                replaced += 1;
                *after == before.replace(&format!("\"{HARMLESS}\""), &quoted)
            }
            _ => false,
        };
        if !fits {
            return Err(format!("{pair:?}"));
        }
    }
    Ok(replaced)
}

#[test]
fn names_and_constants_of_a_schema_stay_between_their_quotes() {
    let mut found = Findings::default();
    for sink in &SCHEMAS {
        let mut taken = 0;
        for dialect in relata::dialect::ALL {
            let Some((expected, tokens)) = harmless(sink.name, sink.statements(HARMLESS, dialect), dialect) else {
                continue;
            };
            for atom in atoms() {
                // What has a NUL is looked at by `limits::a_nul_is_refused_in_what_stands_in_a_statement`.
                if atom.text.contains('\0') {
                    continue;
                }
                found.tried += 1;
                let statements = match sink.statements(&atom.text, dialect) {
                    Ok(statements) => statements,
                    Err(error) if is_named(error.kind()) => continue,
                    Err(error) => {
                        found.add(sink.name, dialect, &atom, format!("{error:?}"));
                        continue;
                    }
                };
                taken += 1;
                if sink.becomes == Becomes::Nothing || statements.len() != expected.len() {
                    if statements != expected {
                        found.add(sink.name, dialect, &atom, format!("{statements:?}"));
                    }
                    continue;
                }
                let mut replaced = 0;
                for (statement, expected) in statements.iter().zip(&tokens) {
                    let numbers = sink.name == "label of a column";
                    match well_formed(statement, dialect.name)
                        .and_then(|tokens| same_but_for(expected, &tokens, sink.becomes, &atom.text, numbers))
                    {
                        Ok(more) => replaced += more,
                        Err(error) => found.add(sink.name, dialect, &atom, format!("{error}\n{}", statement.sql)),
                    }
                }
                if replaced == 0 {
                    found.add(sink.name, dialect, &atom, "the text is in no statement");
                }
            }
        }
        assert!(taken > 100, "{} takes {taken} texts", sink.name);
    }
    found.none(SCHEMAS.len() * 96);
}

#[test]
fn the_condition_of_an_index_stays_between_its_quotes() {
    let (models, mut found) = (models(), Findings::default());
    let mut said = 0;
    for dialect in relata::dialect::ALL {
        let compiled = document(&models, &index_condition(HARMLESS), dialect);
        let Some((_, tokens)) = harmless("index", compiled, dialect) else { continue };
        said += 1;
        for atom in values().iter().filter(|atom| !atom.text.contains('\0')) {
            found.tried += 1;
            let checked = document(&models, &index_condition(&atom.text), dialect)
                .map_err(|error| format!("{error:?}"))
                .and_then(|statements| match statements.as_slice() {
                    [one] => well_formed(one, dialect.name),
                    _ => Err("several statements".to_owned()),
                })
                .and_then(|read| same_but_for(&tokens[0], &read, Becomes::Literal, &atom.text, false));
            match checked {
                Ok(1) => {}
                other => found.add("index", dialect, atom, format!("{other:?}")),
            }
        }
    }
    assert!(said > 0, "no dialect has indexes over some of the rows");
    found.none(96);
}

#[test]
fn the_name_of_an_index_stays_between_its_quotes() {
    let (models, mut found) = (models(), Findings::default());
    let request = |text: &str| json!({ "model": "Note", "attributes": ["id"], "index_hints": [{ "force": text }] });
    let mut said = 0;
    for dialect in relata::dialect::ALL {
        let compiled = document(&models, &request(HARMLESS), dialect);
        let Some((_, tokens)) = harmless("index hint", compiled, dialect) else { continue };
        said += 1;
        for atom in atoms() {
            found.tried += 1;
            let read = match document(&models, &request(&atom.text), dialect) {
                Ok(statements) => well_formed(&statements[0], dialect.name),
                Err(error) if is_named(error.kind()) => continue,
                Err(error) => Err(format!("{error:?}")),
            };
            match read.and_then(|read| same_but_for(&tokens[0], &read, Becomes::Name, &atom.text, false)) {
                Ok(1) => {}
                other => found.add("index hint", dialect, &atom, format!("{other:?}")),
            }
        }
    }
    assert_eq!(said, 3);
    found.none(96);
}

/// What a caller writes comes back in errors, and errors are written to terminals and logs: no line is forged, and nothing
/// is coloured, cleared or turned round.
#[test]
fn no_error_carries_what_a_terminal_obeys() {
    let (models, mut found) = (models(), Findings::default());
    let dialect = &relata::dialect::POSTGRES_15;
    let obeyed = |c: char| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    for atom in atoms().iter().filter(|atom| atom.text.chars().any(obeyed)) {
        let requests = WORDS.iter().map(|place| (place.name, (place.request)(&atom.text)));
        let requests = requests.chain(READS.iter().map(|sink| (sink.name, (sink.request)(&atom.text))));
        for (place, request) in requests.chain(ALIASES.iter().map(|sink| (sink.name, (sink.request)(&atom.text)))) {
            let Err(error) = document(&models, &request, dialect) else { continue };
            found.tried += 1;
            for shown in [error.to_string(), format!("{error:?}")] {
                if shown.chars().any(obeyed) {
                    found.add(place, dialect, atom, format!("{:?}", shown.chars().take(160).collect::<String>()));
                }
            }
        }
    }
    found.none(96);
}
