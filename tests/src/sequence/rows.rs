//! Rows as plain data, and what one of them is by itself. Nothing here is shared with what is tested.

use std::{collections::BTreeMap, fmt};

use super::{
    hands::{Hands, Held},
    model::Refusal,
    operations::{Edit, Filter, New, OrderBy},
    tables::Tables,
};

/// Microseconds since 1970.
pub(crate) type Moment = i64;

/// The tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Table {
    Users,
    Posts,
    Tags,
    Pairs,
    Profiles,
}

/// The key of a row of any table, and whatever else has an order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Number(i64),
    Text(String),
    Pair(i64, String),
}

/// A row, field by field.
pub(crate) trait Fields: Clone {
    /// The names of the fields in which two rows differ.
    fn differences(before: &Self, after: &Self) -> Vec<&'static str>;

    /// Takes some fields over from another row.
    fn take(&mut self, names: &[&str], from: &Self);

    /// This row, with what differs between two others.
    fn with_changes(&self, before: &Self, after: &Self) -> Self {
        let mut row = self.clone();
        row.take(&Self::differences(before, after), after);
        row
    }
}

macro_rules! rows {
    ($($name:ident of $table:ident { $($field:ident: $ty:ty),+ })+) => {
        $(
            #[derive(Debug, Clone, PartialEq, Eq)]
            pub(crate) struct $name {
                $(pub(crate) $field: $ty),+
            }

            impl Fields for $name {
                fn differences(before: &Self, after: &Self) -> Vec<&'static str> {
                    let mut names = Vec::new();
                    $(if before.$field != after.$field {
                        names.push(stringify!($field));
                    })+
                    names
                }

                fn take(&mut self, names: &[&str], from: &Self) {
                    $(if names.contains(&stringify!($field)) {
                        self.$field.clone_from(&from.$field);
                    })+
                }
            }

            impl From<$name> for AnyRow {
                fn from(row: $name) -> AnyRow {
                    AnyRow::$table(row)
                }
            }
        )+

        /// A row of any table.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(crate) enum AnyRow {
            $($table($name)),+
        }
    };
}

rows! {
    UserRow of Users {
        id: i64,
        email: String,
        name: Option<String>,
        score: i32,
        version: i32,
        created_at: Moment,
        updated_at: Moment
    }
    PostRow of Posts { id: i64, title: String, author_id: Option<i64>, deleted_at: Option<Moment> }
    TagRow of Tags { name: String, color: Option<String> }
    PairRow of Pairs { post_id: i64, tag_id: String, weight: i32 }
    ProfileRow of Profiles { id: i64, user_id: Option<i64>, bio: Option<String> }
}

/// The rows of one table.
pub(crate) trait Row: Fields + PartialEq + fmt::Debug + Into<AnyRow> + 'static {
    const TABLE: Table;
    /// Whether the database numbers them.
    const NUMBERED: bool = false;
    /// Whether they are marked as deleted before they are removed.
    const PARANOID: bool = false;
    /// How a write is refused whose row is not there.
    const MISSING: Refusal = Refusal::NotFound;
    /// The fields that every write keeps.
    const UPKEEP: &'static [&'static str] = &[];
    /// The fields that are counted.
    const COUNTED: &'static [&'static str] = &[];
    /// The unique key by which an upsert finds a row.
    const TARGET: &'static [&'static str];
    /// What a row that is there takes of its duplicate.
    const OF_DUPLICATE: &'static str;

    /// A row that is to be inserted; without its number.
    fn of(new: &New, now: Moment) -> Result<Self, Refusal>;
    fn key(&self) -> Key;
    fn set_number(&mut self, _id: i64) {}
    /// Whether there can be only one of the two.
    fn clashes(&self, other: &Self) -> bool;
    fn edit(&mut self, edit: &Edit);
    fn meets(&self, filter: &Filter) -> bool;
    /// What an order compares.
    fn rank(&self, by: OrderBy) -> Key;
    /// Is done at every write of a row that is there.
    fn touch(&mut self, _now: Moment) {}
    fn version(&self) -> i32 {
        0
    }
    fn deleted_at(&self) -> Option<Moment> {
        None
    }
    fn set_deleted_at(&mut self, _at: Option<Moment>) {}
    fn count(&mut self, _by: i32) {}
    /// What a reload loads along.
    fn related(&self, _tables: &Tables) -> Vec<AnyRow> {
        Vec::new()
    }
    fn rows(tables: &Tables) -> &BTreeMap<Key, Self>;
    fn rows_mut(tables: &mut Tables) -> &mut BTreeMap<Key, Self>;
    fn held(hands: &mut Hands) -> &mut [Option<Held<Self>>];
}

impl Row for UserRow {
    const TABLE: Table = Table::Users;
    const NUMBERED: bool = true;
    const MISSING: Refusal = Refusal::Stale;
    const UPKEEP: &'static [&'static str] = &["version", "updated_at"];
    const COUNTED: &'static [&'static str] = &["score"];
    const TARGET: &'static [&'static str] = &["email"];
    const OF_DUPLICATE: &'static str = "name";

    fn of(new: &New, now: Moment) -> Result<Self, Refusal> {
        let New::User(new) = new else { panic!("{new:?} is no user") };
        let (email, name, score) = (new.email.clone(), new.name.clone(), new.score.unwrap_or(0));
        Ok(UserRow { id: 0, email, name, score, version: 0, created_at: now, updated_at: now })
    }

    fn key(&self) -> Key {
        Key::Number(self.id)
    }

    fn set_number(&mut self, id: i64) {
        self.id = id;
    }

    fn clashes(&self, other: &Self) -> bool {
        self.email == other.email
    }

    fn edit(&mut self, edit: &Edit) {
        match edit {
            Edit::Email(email) => self.email.clone_from(email),
            Edit::Name(name) => self.name.clone_from(name),
            Edit::NameFromEmail => self.name = Some(self.email.clone()),
            Edit::Score(score) => self.score = *score,
            Edit::AddScore(by) => self.score += by,
            other => panic!("{other:?} is no edit of a user"),
        }
    }

    fn meets(&self, filter: &Filter) -> bool {
        match filter {
            Filter::NumberAbove(id) => self.id > *id,
            Filter::NameIs(name) => self.name == *name,
            Filter::ScoreAbove(score) => self.score > *score,
            other => panic!("{other:?} is no condition on users"),
        }
    }

    fn rank(&self, by: OrderBy) -> Key {
        match by {
            OrderBy::Email => Key::Text(self.email.clone()),
            OrderBy::Score => Key::Number(self.score.into()),
            _ => self.key(),
        }
    }

    fn touch(&mut self, now: Moment) {
        self.version += 1;
        self.updated_at = now;
    }

    fn version(&self) -> i32 {
        self.version
    }

    fn count(&mut self, by: i32) {
        self.score += by;
    }

    fn related(&self, tables: &Tables) -> Vec<AnyRow> {
        let posts =
            tables.posts.values().filter(|post| post.author_id == Some(self.id) && post.deleted_at.is_none()).cloned();
        let profile = tables.profiles.values().filter(|profile| profile.user_id == Some(self.id)).cloned();
        posts.map(AnyRow::from).chain(profile.map(AnyRow::from)).collect()
    }

    fn rows(tables: &Tables) -> &BTreeMap<Key, Self> {
        &tables.users
    }

    fn rows_mut(tables: &mut Tables) -> &mut BTreeMap<Key, Self> {
        &mut tables.users
    }

    fn held(hands: &mut Hands) -> &mut [Option<Held<Self>>] {
        &mut hands.users
    }
}

impl Row for PostRow {
    const TABLE: Table = Table::Posts;
    const NUMBERED: bool = true;
    const PARANOID: bool = true;
    const TARGET: &'static [&'static str] = &["id"];
    const OF_DUPLICATE: &'static str = "title";

    fn of(new: &New, _now: Moment) -> Result<Self, Refusal> {
        let New::Post(new) = new else { panic!("{new:?} is no post") };
        let title = new.title.clone().ok_or(Refusal::Validation)?;
        Ok(PostRow { id: new.id.unwrap_or(0), title, author_id: new.author_id, deleted_at: None })
    }

    fn key(&self) -> Key {
        Key::Number(self.id)
    }

    fn set_number(&mut self, id: i64) {
        self.id = id;
    }

    fn clashes(&self, other: &Self) -> bool {
        self.id == other.id
    }

    fn edit(&mut self, edit: &Edit) {
        match edit {
            Edit::Title(title) => self.title.clone_from(title),
            Edit::Author(author) => self.author_id = *author,
            other => panic!("{other:?} is no edit of a post"),
        }
    }

    fn meets(&self, filter: &Filter) -> bool {
        match filter {
            Filter::NumberAbove(id) => self.id > *id,
            Filter::TitleIs(title) => self.title == *title,
            Filter::AuthorIs(author) => self.author_id == *author,
            other => panic!("{other:?} is no condition on posts"),
        }
    }

    fn rank(&self, by: OrderBy) -> Key {
        match by {
            OrderBy::Title => Key::Text(self.title.clone()),
            _ => self.key(),
        }
    }

    fn deleted_at(&self) -> Option<Moment> {
        self.deleted_at
    }

    fn set_deleted_at(&mut self, at: Option<Moment>) {
        self.deleted_at = at;
    }

    fn related(&self, tables: &Tables) -> Vec<AnyRow> {
        let author = self.author_id.and_then(|id| tables.users.get(&Key::Number(id))).cloned();
        let tags = tables
            .pairs
            .values()
            .filter(|pair| pair.post_id == self.id)
            .filter_map(|pair| tables.tags.get(&Key::Text(pair.tag_id.clone())).cloned());
        author.into_iter().map(AnyRow::from).chain(tags.map(AnyRow::from)).collect()
    }

    fn rows(tables: &Tables) -> &BTreeMap<Key, Self> {
        &tables.posts
    }

    fn rows_mut(tables: &mut Tables) -> &mut BTreeMap<Key, Self> {
        &mut tables.posts
    }

    fn held(hands: &mut Hands) -> &mut [Option<Held<Self>>] {
        &mut hands.posts
    }
}

impl Row for TagRow {
    const TABLE: Table = Table::Tags;
    const TARGET: &'static [&'static str] = &["name"];
    const OF_DUPLICATE: &'static str = "color";

    fn of(new: &New, _now: Moment) -> Result<Self, Refusal> {
        let New::Tag(new) = new else { panic!("{new:?} is no tag") };
        Ok(TagRow { name: new.name.clone(), color: new.color.clone() })
    }

    fn key(&self) -> Key {
        Key::Text(self.name.clone())
    }

    fn clashes(&self, other: &Self) -> bool {
        self.name == other.name
    }

    fn edit(&mut self, edit: &Edit) {
        match edit {
            Edit::TagName(name) => self.name.clone_from(name),
            Edit::Color(color) => self.color.clone_from(color),
            other => panic!("{other:?} is no edit of a tag"),
        }
    }

    fn meets(&self, filter: &Filter) -> bool {
        panic!("{filter:?} is no condition on tags")
    }

    fn rank(&self, _by: OrderBy) -> Key {
        self.key()
    }

    fn rows(tables: &Tables) -> &BTreeMap<Key, Self> {
        &tables.tags
    }

    fn rows_mut(tables: &mut Tables) -> &mut BTreeMap<Key, Self> {
        &mut tables.tags
    }

    fn held(hands: &mut Hands) -> &mut [Option<Held<Self>>] {
        &mut hands.tags
    }
}

impl Row for PairRow {
    const TABLE: Table = Table::Pairs;
    const COUNTED: &'static [&'static str] = &["weight"];
    const TARGET: &'static [&'static str] = &["post_id", "tag_id"];
    const OF_DUPLICATE: &'static str = "weight";

    fn of(new: &New, _now: Moment) -> Result<Self, Refusal> {
        let New::Pair(new) = new else { panic!("{new:?} is no pair") };
        Ok(PairRow { post_id: new.post_id, tag_id: new.tag_id.clone(), weight: new.weight.unwrap_or(1) })
    }

    fn key(&self) -> Key {
        Key::Pair(self.post_id, self.tag_id.clone())
    }

    fn clashes(&self, other: &Self) -> bool {
        self.key() == other.key()
    }

    fn edit(&mut self, edit: &Edit) {
        match edit {
            Edit::Weight(weight) => self.weight = *weight,
            Edit::AddWeight(by) => self.weight += by,
            other => panic!("{other:?} is no edit of a pair"),
        }
    }

    fn meets(&self, filter: &Filter) -> bool {
        match filter {
            Filter::NumberAbove(id) => self.post_id > *id,
            Filter::TagIs(tag) => self.tag_id == *tag,
            Filter::WeightAbove(weight) => self.weight > *weight,
            other => panic!("{other:?} is no condition on pairs"),
        }
    }

    fn rank(&self, by: OrderBy) -> Key {
        match by {
            OrderBy::Weight => Key::Number(self.weight.into()),
            _ => self.key(),
        }
    }

    fn count(&mut self, by: i32) {
        self.weight += by;
    }

    fn rows(tables: &Tables) -> &BTreeMap<Key, Self> {
        &tables.pairs
    }

    fn rows_mut(tables: &mut Tables) -> &mut BTreeMap<Key, Self> {
        &mut tables.pairs
    }

    fn held(hands: &mut Hands) -> &mut [Option<Held<Self>>] {
        &mut hands.pairs
    }
}

impl Row for ProfileRow {
    const TABLE: Table = Table::Profiles;
    const NUMBERED: bool = true;
    const TARGET: &'static [&'static str] = &["user_id"];
    const OF_DUPLICATE: &'static str = "bio";

    fn of(new: &New, _now: Moment) -> Result<Self, Refusal> {
        let New::Profile(new) = new else { panic!("{new:?} is no profile") };
        Ok(ProfileRow { id: 0, user_id: new.user_id, bio: new.bio.clone() })
    }

    fn key(&self) -> Key {
        Key::Number(self.id)
    }

    fn set_number(&mut self, id: i64) {
        self.id = id;
    }

    fn clashes(&self, other: &Self) -> bool {
        self.user_id.is_some() && self.user_id == other.user_id
    }

    fn edit(&mut self, edit: &Edit) {
        match edit {
            Edit::ProfileUser(user) => self.user_id = *user,
            Edit::Bio(bio) => self.bio.clone_from(bio),
            other => panic!("{other:?} is no edit of a profile"),
        }
    }

    fn meets(&self, filter: &Filter) -> bool {
        panic!("{filter:?} is no condition on profiles")
    }

    fn rank(&self, _by: OrderBy) -> Key {
        self.key()
    }

    fn rows(tables: &Tables) -> &BTreeMap<Key, Self> {
        &tables.profiles
    }

    fn rows_mut(tables: &mut Tables) -> &mut BTreeMap<Key, Self> {
        &mut tables.profiles
    }

    fn held(hands: &mut Hands) -> &mut [Option<Held<Self>>] {
        &mut hands.profiles
    }
}
