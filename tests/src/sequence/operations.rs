//! What an operation is, and how a tape chooses one that makes sense for the rows that are there.

use std::collections::BTreeSet;

use relata_testkit::tape::Tape;

use super::{
    hands::{Held, SLOTS},
    model::Model,
    rows::{Key, PairRow, PostRow, ProfileRow, Row, Table, TagRow, UserRow},
};

/// One call of the application.
#[derive(Debug, Clone)]
pub(crate) enum Operation {
    /// Of a draft with what is nested in it, or `as_record` by saving a new record.
    Create {
        new: New,
        as_record: bool,
        slot: Option<usize>,
    },
    CreateMany {
        table: Table,
        rows: Vec<New>,
        duplicates: Duplicates,
        individually: bool,
    },
    Upsert {
        new: New,
        keep: bool,
    },
    /// Of users the condition may ask for more than the key.
    FindOrCreate {
        new: New,
        above: Option<i32>,
    },
    /// Of a record in the hands of the application.
    Held {
        table: Table,
        slot: usize,
        action: Action,
    },
    Bulk(Bulk),
    Link(Link),
    /// Of the pairs.
    Truncate,
}

/// A row that is to be created. What is `None` is not given.
#[derive(Debug, Clone)]
pub(crate) enum New {
    User(NewUser),
    Post(NewPost),
    Tag(NewTag),
    Pair(NewPair),
    Profile(NewProfile),
}

#[derive(Debug, Clone)]
pub(crate) struct NewUser {
    pub(crate) email: String,
    pub(crate) name: Option<String>,
    pub(crate) score: Option<i32>,
    pub(crate) posts: Vec<NewPost>,
    pub(crate) profiles: Vec<NewProfile>,
}

#[derive(Debug, Clone)]
pub(crate) struct NewPost {
    /// Only of a row that is there.
    pub(crate) id: Option<i64>,
    pub(crate) title: Option<String>,
    pub(crate) author_id: Option<i64>,
    pub(crate) author: Option<Box<NewUser>>,
    pub(crate) tags: Vec<NewTag>,
}

#[derive(Debug, Clone)]
pub(crate) struct NewTag {
    pub(crate) name: String,
    pub(crate) color: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct NewPair {
    pub(crate) post_id: i64,
    pub(crate) tag_id: String,
    pub(crate) weight: Option<i32>,
}

#[derive(Debug, Clone)]
pub(crate) struct NewProfile {
    pub(crate) user_id: Option<i64>,
    pub(crate) bio: Option<String>,
}

/// What becomes of rows that are there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Duplicates {
    Fail,
    Ignore,
    Update,
}

/// What is done with a record in hand.
#[derive(Debug, Clone)]
pub(crate) enum Action {
    /// Finds a row, which takes the place.
    Take(Key),
    /// Changes fields and saves nothing.
    Edit(Vec<Edit>),
    /// Changes fields and saves everything that is not saved.
    Save(Vec<Edit>),
    /// Saves these changes only.
    Update(Vec<Edit>),
    Increment(i32),
    Destroy,
    DestroyForGood,
    Restore,
    Reload,
}

/// A change of a field.
#[derive(Debug, Clone)]
pub(crate) enum Edit {
    Email(String),
    Name(Option<String>),
    NameFromEmail,
    Score(i32),
    AddScore(i32),
    Title(String),
    Author(Option<i64>),
    TagName(String),
    Color(Option<String>),
    Weight(i32),
    AddWeight(i32),
    ProfileUser(Option<i64>),
    Bio(Option<String>),
}

/// A change of all rows that meet conditions.
#[derive(Debug, Clone)]
pub(crate) struct Bulk {
    pub(crate) table: Table,
    pub(crate) kind: BulkKind,
    pub(crate) edits: Vec<Edit>,
    pub(crate) filters: Vec<Filter>,
    pub(crate) all: bool,
    pub(crate) with_deleted: bool,
    /// Whether it descends.
    pub(crate) order: Option<(OrderBy, bool)>,
    pub(crate) limit: Option<usize>,
    pub(crate) returning: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BulkKind {
    Update,
    Destroy,
    DestroyForGood,
    Restore,
}

#[derive(Debug, Clone)]
pub(crate) enum Filter {
    NumberAbove(i64),
    NameIs(Option<String>),
    ScoreAbove(i32),
    TitleIs(String),
    AuthorIs(Option<i64>),
    TagIs(String),
    WeightAbove(i32),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum OrderBy {
    Key,
    Email,
    Score,
    Title,
    Weight,
}

/// A change of what belongs to a record in hand, by records in hand.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) association: Association,
    pub(crate) parent: usize,
    pub(crate) action: LinkAction,
    pub(crate) destroying: bool,
    pub(crate) weight: Option<i32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Association {
    /// A post belongs to a user.
    Author,
    /// A user has many posts.
    Posts,
    /// A user has one profile.
    Profile,
    /// A post belongs to many tags.
    Tags,
}

#[derive(Debug, Clone)]
pub(crate) enum LinkAction {
    Add(Vec<usize>),
    Remove(Vec<usize>),
    Set(Vec<usize>),
    Create(New),
}

impl New {
    pub(crate) fn table(&self) -> Table {
        match self {
            New::User(_) => Table::Users,
            New::Post(_) => Table::Posts,
            New::Tag(_) => Table::Tags,
            New::Pair(_) => Table::Pairs,
            New::Profile(_) => Table::Profiles,
        }
    }

    pub(crate) fn has_nested(&self) -> bool {
        match self {
            New::User(new) => !(new.posts.is_empty() && new.profiles.is_empty()),
            New::Post(new) => new.author.is_some() || !new.tags.is_empty(),
            _ => false,
        }
    }

    /// The fields that are given.
    pub(crate) fn given(&self) -> Vec<&'static str> {
        let said: Vec<(&'static str, bool)> = match self {
            New::User(new) => vec![("email", true), ("name", new.name.is_some()), ("score", new.score.is_some())],
            New::Post(new) => {
                vec![("id", new.id.is_some()), ("title", new.title.is_some()), ("author_id", new.author_id.is_some())]
            }
            New::Tag(new) => vec![("name", true), ("color", new.color.is_some())],
            New::Pair(new) => vec![("post_id", true), ("tag_id", true), ("weight", new.weight.is_some())],
            New::Profile(new) => vec![("user_id", new.user_id.is_some()), ("bio", new.bio.is_some())],
        };
        said.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect()
    }

    /// The values of the unique key by which it may be there already.
    fn target(&self) -> Option<Key> {
        match self {
            New::User(new) => Some(Key::Text(new.email.clone())),
            New::Post(new) => new.id.map(Key::Number),
            New::Tag(new) => Some(Key::Text(new.name.clone())),
            New::Pair(new) => Some(Key::Pair(new.post_id, new.tag_id.clone())),
            New::Profile(new) => new.user_id.map(Key::Number),
        }
    }
}

const EMAILS: [&str; 14] = [
    "a@example.org",
    "b@example.org",
    "c@example.org",
    "d@example.org",
    "e@example.org",
    "f@example.org",
    "g@example.org",
    "h@example.org",
    "i@example.org",
    "j@example.org",
    "k@example.org",
    "l@example.org",
    "m@example.org",
    "n@example.org",
];
const NAMES: [&str; 5] = ["ann", "bob", "cid", "O'Neil", ""];
const TITLES: [&str; 4] = ["one", "two", "three", "100%"];
const TAGS: [&str; 8] = ["art", "bees", "cats", "dogs", "ends", "fire", "gold", "hats"];
const COLORS: [&str; 3] = ["red", "green", "blue"];
const BIOS: [&str; 3] = ["long", "short", "none"];
const TABLES: [Table; 5] = [Table::Users, Table::Posts, Table::Tags, Table::Pairs, Table::Profiles];

/// The number of no row.
const NOBODY: i64 = 9_999_999;

/// Chooses an operation.
pub(crate) fn generate(tape: &mut Tape<'_>, model: &Model) -> Operation {
    match tape.below(64) {
        0..=8 => create(tape, model),
        9..=15 => create_many(tape, model),
        16..=20 => upsert(tape, model),
        21..=23 => find_or_create(tape),
        24..=44 => held(tape, model),
        45..=52 => Operation::Bulk(bulk(tape, model)),
        53..=62 => link(tape, model),
        _ => Operation::Truncate,
    }
}

/// An operation that every database and every model refuses.
pub(crate) fn hopeless() -> Operation {
    Operation::Bulk(Bulk {
        table: Table::Users,
        kind: BulkKind::Destroy,
        edits: Vec::new(),
        filters: Vec::new(),
        all: false,
        with_deleted: false,
        order: None,
        limit: None,
        returning: false,
    })
}

fn word(tape: &mut Tape<'_>, words: &[&str]) -> String {
    words[tape.below(words.len())].to_owned()
}

fn maybe_word(tape: &mut Tape<'_>, words: &[&str]) -> Option<String> {
    tape.often(160).then(|| word(tape, words))
}

/// A small number, seldom below zero.
fn amount(tape: &mut Tape<'_>) -> i32 {
    tape.below(12) as i32 - 2
}

fn maybe_amount(tape: &mut Tape<'_>) -> Option<i32> {
    tape.often(128).then(|| amount(tape))
}

fn keys<R: Row>(model: &Model) -> Vec<Key> {
    R::rows(&model.tables).keys().cloned().collect()
}

fn keys_of(model: &Model, table: Table) -> Vec<Key> {
    match table {
        Table::Users => keys::<UserRow>(model),
        Table::Posts => keys::<PostRow>(model),
        Table::Tags => keys::<TagRow>(model),
        Table::Pairs => keys::<PairRow>(model),
        Table::Profiles => keys::<ProfileRow>(model),
    }
}

/// The number of a row that is there; seldom of none.
fn number(tape: &mut Tape<'_>, model: &Model, table: Table) -> i64 {
    let keys = keys_of(model, table);
    match tape.pick(&keys) {
        Some(Key::Number(id)) if tape.below(16) != 15 => *id,
        _ => NOBODY,
    }
}

fn maybe_number(tape: &mut Tape<'_>, model: &Model, table: Table) -> Option<i64> {
    tape.often(160).then(|| number(tape, model, table))
}

/// The name of a tag; now and then of one that is not there.
fn tag(tape: &mut Tape<'_>, model: &Model) -> String {
    let keys = keys_of(model, Table::Tags);
    match tape.pick(&keys) {
        Some(Key::Text(name)) if tape.below(16) != 15 => name.clone(),
        _ => word(tape, &TAGS),
    }
}

fn new_user(tape: &mut Tape<'_>, nested: bool) -> NewUser {
    let mut user = NewUser {
        email: word(tape, &EMAILS),
        name: maybe_word(tape, &NAMES),
        score: maybe_amount(tape),
        posts: Vec::new(),
        profiles: Vec::new(),
    };
    if nested {
        for _ in 0..tape.below(3) {
            user.posts.push(new_post(tape, None, true));
        }
        // Two are one too many.
        for _ in 0..[0, 1, 1, 1, 0, 2][tape.below(6)] {
            user.profiles.push(NewProfile { user_id: None, bio: maybe_word(tape, &BIOS) });
        }
    }
    user
}

/// A post; its author is one of the model, where that is given.
fn new_post(tape: &mut Tape<'_>, authors: Option<&Model>, nested: bool) -> NewPost {
    let mut post = NewPost { id: None, title: None, author_id: None, author: None, tags: Vec::new() };
    // Without a title it is not valid.
    if tape.below(24) != 23 {
        post.title = Some(word(tape, &TITLES));
    }
    if let Some(model) = authors {
        if nested && tape.below(5) == 4 {
            post.author = Some(Box::new(new_user(tape, false)));
        } else {
            post.author_id = maybe_number(tape, model, Table::Users);
        }
    }
    if nested {
        for _ in 0..tape.below(4).saturating_sub(1) {
            post.tags.push(new_tag(tape));
        }
    }
    post
}

fn new_tag(tape: &mut Tape<'_>) -> NewTag {
    NewTag { name: word(tape, &TAGS), color: maybe_word(tape, &COLORS) }
}

fn new_row(tape: &mut Tape<'_>, model: &Model, table: Table, nested: bool) -> New {
    match table {
        Table::Users => New::User(new_user(tape, nested)),
        Table::Posts => New::Post(new_post(tape, Some(model), nested)),
        Table::Tags => New::Tag(new_tag(tape)),
        Table::Pairs => {
            let (post_id, tag_id) = (number(tape, model, Table::Posts), tag(tape, model));
            New::Pair(NewPair { post_id, tag_id, weight: maybe_amount(tape) })
        }
        Table::Profiles => {
            let user_id = maybe_number(tape, model, Table::Users);
            New::Profile(NewProfile { user_id, bio: maybe_word(tape, &BIOS) })
        }
    }
}

fn table(tape: &mut Tape<'_>) -> Table {
    TABLES[[0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 4][tape.below(12)]]
}

fn create(tape: &mut Tape<'_>, model: &Model) -> Operation {
    let table = table(tape);
    let nested = tape.often(110);
    let new = new_row(tape, model, table, nested);
    let as_record = tape.below(4) == 3;
    let slot = tape.often(160).then(|| tape.below(SLOTS));
    Operation::Create { new, as_record, slot }
}

fn create_many(tape: &mut Tape<'_>, model: &Model) -> Operation {
    let table = table(tape);
    let duplicates = [Duplicates::Fail, Duplicates::Ignore, Duplicates::Update][tape.below(3)];
    let nested = tape.below(8) == 7;
    let mut rows: Vec<New> = (0..tape.below(5)).map(|_| new_row(tape, model, table, nested)).collect();
    if duplicates == Duplicates::Update {
        // Databases differ in what becomes of a row that one statement inserts and then finds there.
        let mut seen = BTreeSet::new();
        rows.retain(|new| new.target().is_none_or(|key| seen.insert(key)));
        // Whether the key is given is asked of the first.
        if rows.first().is_some_and(|first| first.target().is_some()) {
            rows.retain(|new| new.target().is_some());
        }
    }
    // What is not to fail is created in one statement, or not at all.
    let individually = tape.below(if duplicates == Duplicates::Fail { 5 } else { 24 }) == 4;
    Operation::CreateMany { table, rows, duplicates, individually }
}

fn upsert(tape: &mut Tape<'_>, model: &Model) -> Operation {
    let table = table(tape);
    let nested = table == Table::Users && tape.below(16) == 15;
    let mut new = new_row(tape, model, table, nested);
    if let New::Post(post) = &mut new {
        // A number that is given is not the database's next: only that of a row that is there is.
        let keys = keys_of(model, Table::Posts);
        if let Some(Key::Number(id)) = tape.pick(&keys) {
            post.id = Some(*id);
        }
    }
    Operation::Upsert { new, keep: tape.below(5) == 4 }
}

fn find_or_create(tape: &mut Tape<'_>) -> Operation {
    if tape.below(3) == 2 {
        return Operation::FindOrCreate { new: New::Tag(new_tag(tape)), above: None };
    }
    let new = New::User(new_user(tape, false));
    let above = (tape.below(3) == 2).then(|| amount(tape));
    Operation::FindOrCreate { new, above }
}

/// Which places hold a record.
fn filled<R>(held: &[Option<Held<R>>]) -> Vec<usize> {
    (0..held.len()).filter(|slot| held[*slot].is_some()).collect()
}

fn held(tape: &mut Tape<'_>, model: &Model) -> Operation {
    let (table, slot) = (table(tape), tape.below(SLOTS));
    let hands = &model.hands;
    let is_filled = match table {
        Table::Users => hands.users[slot].is_some(),
        Table::Posts => hands.posts[slot].is_some(),
        Table::Tags => hands.tags[slot].is_some(),
        Table::Pairs => hands.pairs[slot].is_some(),
        Table::Profiles => hands.profiles[slot].is_some(),
    };
    let action = if !is_filled || tape.below(5) == 4 {
        let keys = keys_of(model, table);
        let nobody = match table {
            Table::Tags => Key::Text("nobody".to_owned()),
            Table::Pairs => Key::Pair(NOBODY, "nobody".to_owned()),
            _ => Key::Number(NOBODY),
        };
        Action::Take(tape.pick(&keys).cloned().unwrap_or(nobody))
    } else {
        match tape.below(16) {
            0..=1 => Action::Edit(edits(tape, model, table)),
            2..=5 => Action::Save(if tape.below(8) == 7 { Vec::new() } else { edits(tape, model, table) }),
            6..=7 => Action::Update(edits(tape, model, table)),
            8..=9 if matches!(table, Table::Users | Table::Pairs) => Action::Increment(amount(tape)),
            8..=9 => Action::Save(Vec::new()),
            10 => Action::Destroy,
            11 => Action::DestroyForGood,
            12 => Action::Restore,
            13 if table == Table::Posts => Action::Restore,
            _ => Action::Reload,
        }
    };
    Operation::Held { table, slot, action }
}

/// One or two changes of different fields.
fn edits(tape: &mut Tape<'_>, model: &Model, table: Table) -> Vec<Edit> {
    let mut edits = match table {
        Table::Users => {
            vec![Edit::Email(word(tape, &EMAILS)), Edit::Name(maybe_word(tape, &NAMES)), Edit::Score(amount(tape))]
        }
        Table::Posts => {
            vec![Edit::Title(word(tape, &TITLES)), Edit::Author(maybe_number(tape, model, Table::Users))]
        }
        Table::Tags => vec![Edit::TagName(word(tape, &TAGS)), Edit::Color(maybe_word(tape, &COLORS))],
        Table::Pairs => vec![Edit::Weight(amount(tape))],
        Table::Profiles => {
            vec![Edit::ProfileUser(maybe_number(tape, model, Table::Users)), Edit::Bio(maybe_word(tape, &BIOS))]
        }
    };
    let first = tape.below(edits.len());
    edits.rotate_left(first);
    edits.truncate(1 + tape.below(2));
    edits
}

fn bulk(tape: &mut Tape<'_>, model: &Model) -> Bulk {
    let table = [Table::Users, Table::Posts, Table::Pairs][tape.below(3)];
    let kind = match tape.below(16) {
        0..=8 => BulkKind::Update,
        9..=11 => BulkKind::Destroy,
        12 => BulkKind::DestroyForGood,
        13..=14 if table == Table::Posts => BulkKind::Restore,
        15 => BulkKind::Restore,
        _ => BulkKind::Update,
    };
    let edits = if kind == BulkKind::Update { bulk_edits(tape, model, table) } else { Vec::new() };
    let filters: Vec<Filter> = (0..[1, 1, 1, 2, 2, 0][tape.below(6)]).map(|_| filter(tape, model, table)).collect();
    // Without a condition it must be said that all rows are meant.
    let all = filters.is_empty() && tape.below(4) != 3;
    let limit = tape.often(128).then(|| tape.below(4));
    // An order is for a limit to go by.
    let is_ordered = if limit.is_some() { tape.often(180) } else { tape.below(24) == 23 };
    let order = is_ordered.then(|| {
        let by = match table {
            Table::Users => [OrderBy::Key, OrderBy::Score, OrderBy::Email],
            Table::Posts => [OrderBy::Key, OrderBy::Title, OrderBy::Title],
            _ => [OrderBy::Key, OrderBy::Weight, OrderBy::Weight],
        };
        (by[tape.below(3)], tape.below(2) == 1)
    });
    let with_deleted = table == Table::Posts && tape.below(4) == 3;
    Bulk { table, kind, edits, filters, all, with_deleted, order, limit, returning: tape.below(3) == 2 }
}

fn bulk_edits(tape: &mut Tape<'_>, model: &Model, table: Table) -> Vec<Edit> {
    match table {
        Table::Users => {
            let score = if tape.below(3) == 2 { Edit::Score(amount(tape)) } else { Edit::AddScore(amount(tape)) };
            let name = if tape.below(3) == 2 { Edit::NameFromEmail } else { Edit::Name(maybe_word(tape, &NAMES)) };
            match tape.below(8) {
                0..=3 => vec![score],
                4..=5 => vec![name],
                6 => vec![score, name],
                // Of two rows it is a violation.
                _ => vec![Edit::Email(word(tape, &EMAILS))],
            }
        }
        Table::Pairs if tape.below(2) == 1 => vec![Edit::AddWeight(amount(tape))],
        table => edits(tape, model, table),
    }
}

fn filter(tape: &mut Tape<'_>, model: &Model, table: Table) -> Filter {
    let choice = tape.below(4);
    match (table, choice) {
        (Table::Users, 0) => Filter::NameIs(maybe_word(tape, &NAMES)),
        (Table::Users, 1..=2) => Filter::ScoreAbove(amount(tape) - 2),
        (Table::Posts, 0) => Filter::TitleIs(word(tape, &TITLES)),
        (Table::Posts, 1..=2) => Filter::AuthorIs(maybe_number(tape, model, Table::Users)),
        (Table::Pairs, 0) => Filter::TagIs(tag(tape, model)),
        (Table::Pairs, 1..=2) => Filter::WeightAbove(amount(tape)),
        (Table::Users, _) => Filter::NumberAbove(number(tape, model, Table::Users) - 1),
        _ => Filter::NumberAbove(number(tape, model, Table::Posts) - 1),
    }
}

fn link(tape: &mut Tape<'_>, model: &Model) -> Operation {
    let hands = &model.hands;
    let association = [Association::Author, Association::Posts, Association::Profile, Association::Tags][tape.below(4)];
    let (parents, children) = match association {
        Association::Author => (filled(&hands.posts), filled(&hands.users)),
        Association::Posts => (filled(&hands.users), filled(&hands.posts)),
        Association::Profile => (filled(&hands.users), filled(&hands.profiles)),
        Association::Tags => (filled(&hands.posts), filled(&hands.tags)),
    };
    let Some(&parent) = tape.pick(&parents) else { return create(tape, model) };
    let is_single = matches!(association, Association::Author | Association::Profile);
    let mut slots: Vec<usize> = children.into_iter().filter(|_| tape.often(128)).collect();
    if is_single && tape.below(16) != 15 {
        slots.truncate(1);
    }
    let action = match tape.below(8) {
        // Of one there is nothing to add, and mostly it is set.
        0..=2 if !is_single || tape.below(8) == 7 => LinkAction::Add(slots),
        3 if !is_single || tape.below(8) == 7 => LinkAction::Remove(slots),
        0..=5 => LinkAction::Set(slots),
        _ => LinkAction::Create(match association {
            Association::Author => New::User(new_user(tape, false)),
            Association::Posts => {
                let nested = tape.below(4) == 3;
                New::Post(new_post(tape, None, nested))
            }
            Association::Profile => New::Profile(NewProfile { user_id: None, bio: maybe_word(tape, &BIOS) }),
            Association::Tags => New::Tag(new_tag(tape)),
        }),
    };
    let destroying = tape.below(4) == 3;
    let weight = if association == Association::Tags { maybe_amount(tape) } else { None };
    Operation::Link(Link { association, parent, action, destroying, weight })
}
