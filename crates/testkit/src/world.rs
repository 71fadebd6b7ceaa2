//! Random schemas with random rows.

use std::{collections::HashMap, sync::Arc};

use relata::{
    Database, ModelSet, Result, SqlType, Value,
    schema::{AssociationKind, ModelBuilder, ModelView},
};

use crate::{
    eval::Data,
    tape::{Tape, bytes_of_seed},
};

/// A schema and its rows.
#[derive(Debug)]
pub struct World {
    /// The models.
    pub models: Arc<ModelSet>,
    /// The rows.
    pub data: Data,
}

/// A random schema of five models and a junction, with few rows and values that collide.
///
/// # Errors
///
/// Never for a seed that was seen to work: the generator makes valid schemas.
pub fn world(seed: u64) -> Result<World> {
    let bytes = bytes_of_seed(seed, 4_096);
    let mut tape = Tape::new(&bytes);
    let composite = tape.often(90);
    let profile_unique = tape.often(128);
    let mut author = ModelBuilder::new("Author");
    author.table(format!("w{seed}_authors")).paranoid(tape.often(100));
    author.attribute("id", SqlType::BigInt).primary_key();
    plain_attributes(&mut author, &mut tape);
    author.attribute("boss_id", SqlType::BigInt);
    author.belongs_to("boss", "Author").foreign_key(["boss_id"]);
    author.has_many("reports", "Author").foreign_key(["boss_id"]);
    author.has_many("books", "Book").foreign_key(["author_id"]);
    author.has_one("profile", "Profile").foreign_key(["author_id"]);
    author.belongs_to_many("tags", "Tag", "Tagging").foreign_key(["author_id"]).other_key(["tag_id"]);

    let mut profile = ModelBuilder::new("Profile");
    profile.table(format!("w{seed}_profiles"));
    profile.attribute("id", SqlType::Integer).primary_key();
    plain_attributes(&mut profile, &mut tape);
    let key = profile.attribute("author_id", SqlType::BigInt);
    if profile_unique {
        key.unique();
    }
    profile.belongs_to("author", "Author").foreign_key(["author_id"]);

    let mut book = ModelBuilder::new("Book");
    book.table(format!("w{seed}_books")).paranoid(tape.often(100));
    if composite {
        book.attribute("shelf", SqlType::Text).primary_key();
        book.attribute("number", SqlType::Integer).primary_key();
    } else {
        book.attribute("id", SqlType::BigInt).primary_key();
    }
    plain_attributes(&mut book, &mut tape);
    book.attribute("author_id", SqlType::BigInt);
    book.belongs_to("author", "Author").foreign_key(["author_id"]);
    let notes = if composite { vec!["book_shelf", "book_number"] } else { vec!["book_id"] };
    book.has_many("notes", "Note").foreign_key(notes.clone());
    if tape.often(100) {
        book.has_many("loud_notes", "Note").foreign_key(notes.clone()).scope("flag", true);
    }

    let mut note = ModelBuilder::new("Note");
    note.table(format!("w{seed}_notes"));
    note.attribute("id", SqlType::Uuid).primary_key();
    plain_attributes(&mut note, &mut tape);
    if composite {
        note.attribute("book_shelf", SqlType::Text);
        note.attribute("book_number", SqlType::Integer);
    } else {
        note.attribute("book_id", SqlType::BigInt);
    }
    note.belongs_to("book", "Book").foreign_key(notes);

    let mut tag = ModelBuilder::new("Tag");
    tag.table(format!("w{seed}_tags"));
    tag.attribute("id", SqlType::SmallInt).primary_key();
    plain_attributes(&mut tag, &mut tape);
    tag.belongs_to_many("authors", "Author", "Tagging").foreign_key(["tag_id"]).other_key(["author_id"]);

    let mut tagging = ModelBuilder::new("Tagging");
    tagging.table(format!("w{seed}_taggings")).paranoid(tape.often(100));
    tagging.attribute("id", SqlType::BigInt).primary_key();
    tagging.attribute("author_id", SqlType::BigInt).not_null();
    tagging.attribute("tag_id", SqlType::SmallInt).not_null();
    tagging.attribute("weight", SqlType::Integer);
    tagging.belongs_to("author", "Author").foreign_key(["author_id"]);
    tagging.belongs_to("tag", "Tag").foreign_key(["tag_id"]);

    let models = ModelSet::new(vec![
        author.build()?,
        profile.build()?,
        book.build()?,
        note.build()?,
        tag.build()?,
        tagging.build()?,
    ])?;
    let data = rows(&models, &mut tape)?;
    Ok(World { models, data })
}

fn plain_attributes(model: &mut ModelBuilder, tape: &mut Tape<'_>) {
    model.attribute("name", SqlType::String(40));
    model.attribute("size", SqlType::Integer);
    model.attribute("flag", SqlType::Bool).null(tape.often(128));
    let extra = [
        ("price", SqlType::Decimal { precision: 10, scale: 2 }),
        ("ratio", SqlType::Double),
        ("day", SqlType::DateOnly),
        ("moment", SqlType::Timestamp(6)),
        ("code", SqlType::Uuid),
        ("mood", SqlType::Enum(vec!["low".to_owned(), "high".to_owned()])),
        ("big", SqlType::BigInt),
        ("raw", SqlType::Bytes),
        ("clock", SqlType::Time(6)),
        ("local", SqlType::NaiveTimestamp(6)),
    ];
    for (name, ty) in extra {
        if tape.often(90) {
            let unlike = name == "price" && tape.often(100);
            let attribute = model.attribute(name, ty);
            if unlike {
                attribute.column("price_of_it");
            }
        }
    }
}

/// Values of a type from a small pool, so that they collide; NULL now and then where it may be.
pub(crate) fn value(ty: &SqlType, null: bool, tape: &mut Tape<'_>) -> Value {
    if null && tape.often(50) {
        return Value::Null;
    }
    let texts = ["ann", "Ann", "bob", "a%b", "a_b", "100%", "", "x\\y", "it's", "ümlaut", "zoe"];
    let small = tape.below(6) as i64 - 1;
    match ty {
        SqlType::Bool => (tape.below(2) == 1).into(),
        SqlType::BigInt if small == 4 => Value::Int(9_007_199_254_740_993),
        SqlType::SmallInt | SqlType::Integer | SqlType::BigInt => Value::Int(small),
        SqlType::Double => Value::Double(small as f64 * 0.5),
        SqlType::Decimal { .. } => Value::Decimal(rust_decimal::Decimal::new(small * 125, 2)),
        SqlType::Enum(labels) => labels[tape.below(labels.len())].clone().into(),
        SqlType::Uuid => Value::Uuid(uuid::Uuid::from_u128(small.unsigned_abs().into())),
        SqlType::Timestamp(_) => Value::Instant(
            jiff::Timestamp::from_microsecond(1_700_000_000_000_000 + small * 1_500_000).unwrap_or_default(),
        ),
        SqlType::NaiveTimestamp(_) => {
            Value::Naive(jiff::civil::date(2024, 2, 28).at(small.unsigned_abs() as i8, 30, 0, 500_000_000))
        }
        SqlType::DateOnly => Value::Day(jiff::civil::date(2024, 2, 28 + (small.unsigned_abs() % 2) as i8)),
        SqlType::Time(_) => Value::Time(jiff::civil::time(small.unsigned_abs() as i8, 15, 0, 0)),
        SqlType::Bytes => Value::from(vec![small as u8, 0, 255]),
        SqlType::Json => Value::Json("{}".into()),
        SqlType::String(_) | SqlType::Text => texts[tape.below(texts.len())].into(),
        // The worlds have types that every database keeps; the others have tests of their own.
        _ => Value::Null,
    }
}

fn rows(models: &Arc<ModelSet>, tape: &mut Tape<'_>) -> Result<Data> {
    let mut tables: HashMap<String, Vec<Vec<Value>>> = HashMap::new();
    for name in ["Author", "Profile", "Book", "Note", "Tag", "Tagging"] {
        let Some(model) = models.view(name) else { continue };
        let count = 3 + tape.below(7);
        let mut rows: Vec<Vec<Value>> = Vec::new();
        for number in 0..count {
            let mut row: Vec<Value> = model
                .attributes
                .iter()
                .map(|attribute| match attribute.name.as_str() {
                    "deleted_at" if !tape.often(60) => Value::Null,
                    _ => value(&attribute.ty, attribute.null, tape),
                })
                .collect();
            for (i, &key) in model.primary_key.iter().enumerate() {
                row[usize::from(key)] = key_value(&model.attributes[usize::from(key)].ty, number, i);
            }
            link(model, &mut row, &rows, &tables, tape)?;
            let clashes = |row: &Vec<Value>, other: &Vec<Value>| {
                model.unique.iter().any(|set| {
                    set.iter().all(|&a| !row[usize::from(a)].is_null() && row[usize::from(a)] == other[usize::from(a)])
                })
            };
            if !rows.iter().any(|other| clashes(&row, other)) {
                rows.push(row);
            }
        }
        tables.insert(name.to_owned(), rows);
    }
    Ok(Data { tables })
}

fn key_value(ty: &SqlType, number: usize, place: usize) -> Value {
    match ty {
        // Composite keys whose texts would be equal if they were joined: ("1", 11) and ("11", 1).
        SqlType::Text => ["1", "11", "2", "1", "11", "a", "b", "c", "d", "e"][number % 10].into(),
        SqlType::Uuid => Value::Uuid(uuid::Uuid::from_u128(1_000 + number as u128)),
        _ if place == 1 => Value::Int([11, 1, 1, 1, 11, 5, 6, 7, 8, 9][number % 10]),
        _ => Value::Int(number as i64 + 1),
    }
}

/// Gives foreign keys the keys of rows that are there, or NULL.
fn link(
    model: ModelView<'_>,
    row: &mut [Value],
    own: &[Vec<Value>],
    tables: &HashMap<String, Vec<Vec<Value>>>,
    tape: &mut Tape<'_>,
) -> Result<()> {
    for (i, association) in (0u16..).zip(&model.def().associations) {
        if association.kind != AssociationKind::BelongsTo {
            continue;
        }
        let (link, target) = (model.link(i)?, model.target(i)?);
        let parents = if target.id == model.id { own } else { tables.get(&target.name).map_or(&[][..], Vec::as_slice) };
        let nullable = link.source.iter().all(|&a| model.attributes[usize::from(a)].null);
        let parent = if nullable && tape.often(50) { None } else { tape.pick(parents) };
        for (&source, &referred) in link.source.iter().zip(&link.target) {
            row[usize::from(source)] = parent.map_or(Value::Null, |parent| parent[usize::from(referred)].clone());
        }
    }
    Ok(())
}

/// Creates the tables of a world and fills them.
///
/// # Errors
///
/// What the database says.
pub fn fill(db: &Database, world: &World) -> Result<()> {
    let models: Vec<ModelView<'_>> = world.models.views().collect();
    relata::create_missing(db, &models)?;
    for name in ["Author", "Profile", "Book", "Note", "Tag", "Tagging"] {
        let Some(rows) = world.data.tables.get(name) else { continue };
        let reference = world.models.model(name)?;
        let model = reference.view();
        let names: Vec<&str> = model.attributes.iter().map(|attribute| attribute.name.as_str()).collect();
        relata::orm::insert_rows(db, reference.clone(), &names, rows)?;
    }
    Ok(())
}
