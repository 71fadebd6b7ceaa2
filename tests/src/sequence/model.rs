//! The plain model: what every operation does to tables that are ordered maps, and to copies of their rows.
//!
//! It knows no SQL and none of the code that is tested. What a statement refuses is said in the order in which databases
//! find it: what a unique key forbids while rows are written, what a foreign key forbids when they are.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{
    operations::{
        Action, Association, Bulk, BulkKind, Duplicates, Edit, Filter, Link, LinkAction, New, NewPost, NewProfile,
        NewTag, NewUser, Operation,
    },
    rows::{AnyRow, Key, Moment, PairRow, PostRow, ProfileRow, Row, Table, TagRow, UserRow},
};

/// How many records of each table the application has in hand.
pub(crate) const SLOTS: usize = 4;

/// Why an operation is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Unique,
    ForeignKey,
    Stale,
    NotFound,
    Request,
    Validation,
    Unsupported,
}

/// What an operation answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Nothing,
    /// Whether anything was written.
    Wrote(bool),
    Count(u64),
    Rows(Vec<AnyRow>),
    /// The row, and whether it was created.
    Found(AnyRow, bool),
}

/// The numbers that the database gives to new rows: those that it gave, or guesses where it was not asked yet.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    given: BTreeMap<Table, VecDeque<i64>>,
    /// Negative, so that it meets no number of the database; zero while nothing is guessed.
    guess: i64,
}

impl Keys {
    pub(crate) fn guesses() -> Keys {
        Keys { given: BTreeMap::new(), guess: -1 }
    }

    /// Adds what the database gave.
    pub(crate) fn push(&mut self, table: Table, id: i64) {
        self.given.entry(table).or_default().push_back(id);
    }

    fn next(&mut self, table: Table) -> i64 {
        if self.guess < 0 {
            self.guess -= 1;
            return self.guess;
        }
        let next = self.given.get_mut(&table).and_then(VecDeque::pop_front);
        next.unwrap_or_else(|| panic!("the database made fewer rows of {table:?} than the model"))
    }

    /// The next is that of a row that was there.
    fn known(&mut self, table: Table, key: &Key) {
        if let (Key::Number(id), 0) = (key, self.guess) {
            assert_eq!(self.next(table), *id, "another row of {table:?} than the one that was there");
        }
    }

    pub(crate) fn finish(&self) {
        let rest: Vec<_> = self.given.iter().filter(|(_, ids)| !ids.is_empty()).collect();
        assert!(rest.is_empty(), "the database made more rows than the model: {rest:?}");
    }
}

/// All rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    pub(crate) users: BTreeMap<Key, UserRow>,
    pub(crate) posts: BTreeMap<Key, PostRow>,
    pub(crate) tags: BTreeMap<Key, TagRow>,
    pub(crate) pairs: BTreeMap<Key, PairRow>,
    pub(crate) profiles: BTreeMap<Key, ProfileRow>,
    /// Every number that was ever given, unless what gave it was rolled back.
    used: BTreeSet<(Table, i64)>,
}

/// A record in the hands of the application.
#[derive(Debug, Clone)]
pub(crate) struct Held<R> {
    /// The row as it was read or written.
    pub(crate) original: R,
    /// The row as the application has changed it.
    pub(crate) current: R,
    /// It was removed by the record itself.
    pub(crate) gone: bool,
}

/// The records in hand. What a transaction takes back is not taken back from them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hands {
    pub(crate) users: [Option<Held<UserRow>>; SLOTS],
    pub(crate) posts: [Option<Held<PostRow>>; SLOTS],
    pub(crate) tags: [Option<Held<TagRow>>; SLOTS],
    pub(crate) pairs: [Option<Held<PairRow>>; SLOTS],
    pub(crate) profiles: [Option<Held<ProfileRow>>; SLOTS],
}

/// The database and the application.
#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    pub(crate) tables: Tables,
    pub(crate) hands: Hands,
}

impl<R: Row> Held<R> {
    pub(crate) fn of(row: R) -> Self {
        Held { original: row.clone(), current: row, gone: false }
    }

    fn edit(&mut self, edits: &[Edit]) {
        edits.iter().for_each(|edit| self.current.edit(edit));
        if self.gone {
            // Of a row that is gone nothing is unsaved.
            self.original = self.current.clone();
        }
    }

    /// Takes over fields that the database has now, and leaves other changes unsaved.
    fn take(&mut self, names: &[&str], row: &R) {
        self.original.take(names, row);
        self.current.take(names, row);
    }

    fn is_there(&self) -> Result<(), Refusal> {
        if self.gone { Err(Refusal::Request) } else { Ok(()) }
    }
}

impl Tables {
    /// The row that there cannot be together with this one.
    fn clash<R: Row>(&self, row: &R) -> Option<Key> {
        R::rows(self).values().find(|other| other.clashes(row)).map(Row::key)
    }

    /// A statement that inserts a row; the foreign keys are looked at when it is done.
    fn insert<R: Row>(&mut self, mut row: R, keys: &mut Keys) -> Result<R, Refusal> {
        if self.clash(&row).is_some() {
            return Err(Refusal::Unique);
        }
        if R::NUMBERED {
            let id = keys.next(R::TABLE);
            assert!(self.used.insert((R::TABLE, id)), "{id} is a number of {:?} that was given before", R::TABLE);
            row.set_number(id);
        }
        R::rows_mut(self).insert(row.key(), row.clone());
        Ok(row)
    }

    /// A statement that writes rows that are there, perhaps with other keys.
    fn replace<R: Row>(&mut self, rows: Vec<(Key, R)>) -> Result<(), Refusal> {
        for (key, _) in &rows {
            R::rows_mut(self).remove(key);
        }
        for (_, row) in rows {
            if self.clash(&row).is_some() {
                return Err(Refusal::Unique);
            }
            R::rows_mut(self).insert(row.key(), row);
        }
        self.references()
    }

    /// A statement that removes rows, with what becomes of those that refer to them.
    fn remove<R: Row>(&mut self, keys: &[Key]) {
        R::rows_mut(self).retain(|key, _| !keys.contains(key));
        let Tables { users, posts, tags, pairs, profiles, .. } = self;
        let is_user = |id: Option<i64>| id.is_none_or(|id| users.contains_key(&Key::Number(id)));
        posts.values_mut().filter(|post| !is_user(post.author_id)).for_each(|post| post.author_id = None);
        profiles.retain(|_, profile| is_user(profile.user_id));
        pairs.retain(|_, pair| {
            posts.contains_key(&Key::Number(pair.post_id)) && tags.contains_key(&Key::Text(pair.tag_id.clone()))
        });
    }

    /// Whether every row is there that another refers to.
    fn references(&self) -> Result<(), Refusal> {
        let is_user = |id: Option<i64>| id.is_none_or(|id| self.users.contains_key(&Key::Number(id)));
        let hold = self.posts.values().all(|post| is_user(post.author_id))
            && self.profiles.values().all(|profile| is_user(profile.user_id))
            && self.pairs.values().all(|pair| {
                self.posts.contains_key(&Key::Number(pair.post_id))
                    && self.tags.contains_key(&Key::Text(pair.tag_id.clone()))
            });
        if hold { Ok(()) } else { Err(Refusal::ForeignKey) }
    }

    /// Creates a row and what is nested in it, one statement for each.
    fn create(&mut self, new: &New, now: Moment, keys: &mut Keys) -> Result<AnyRow, Refusal> {
        match new {
            New::User(user) => self.create_user(user, now, keys).map(AnyRow::from),
            New::Post(post) => self.create_post(post, None, now, keys).map(AnyRow::from),
            New::Tag(tag) => self.create_tag(tag, now, keys).map(AnyRow::from),
            New::Pair(_) => self.create_one(PairRow::of(new, now)?, keys).map(AnyRow::from),
            New::Profile(profile) => self.create_profile(profile, None, now, keys).map(AnyRow::from),
        }
    }

    fn create_one<R: Row>(&mut self, row: R, keys: &mut Keys) -> Result<R, Refusal> {
        let row = self.insert(row, keys)?;
        self.references()?;
        Ok(row)
    }

    fn create_user(&mut self, new: &NewUser, now: Moment, keys: &mut Keys) -> Result<UserRow, Refusal> {
        let user = self.create_one(UserRow::of(&New::User(new.clone()), now)?, keys)?;
        for post in &new.posts {
            self.create_post(post, Some(user.id), now, keys)?;
        }
        if new.profiles.len() > 1 {
            return Err(Refusal::Request);
        }
        for profile in &new.profiles {
            self.create_profile(profile, Some(user.id), now, keys)?;
        }
        Ok(user)
    }

    /// `author` is that of the association by which it is created.
    fn create_post(
        &mut self,
        new: &NewPost,
        author: Option<i64>,
        now: Moment,
        keys: &mut Keys,
    ) -> Result<PostRow, Refusal> {
        let mut post = PostRow::of(&New::Post(new.clone()), now)?;
        if let Some(nested) = &new.author {
            post.author_id = Some(self.create_user(nested, now, keys)?.id);
        }
        if author.is_some() {
            post.author_id = author;
        }
        let post = self.create_one(post, keys)?;
        for tag in &new.tags {
            let tag = self.create_tag(tag, now, keys)?;
            self.pair(post.id, &[tag.key()], None)?;
        }
        Ok(post)
    }

    fn create_tag(&mut self, new: &NewTag, now: Moment, keys: &mut Keys) -> Result<TagRow, Refusal> {
        self.create_one(TagRow::of(&New::Tag(new.clone()), now)?, keys)
    }

    fn create_profile(
        &mut self,
        new: &NewProfile,
        user: Option<i64>,
        now: Moment,
        keys: &mut Keys,
    ) -> Result<ProfileRow, Refusal> {
        let mut profile = ProfileRow::of(&New::Profile(new.clone()), now)?;
        if user.is_some() {
            profile.user_id = user;
        }
        self.create_one(profile, keys)
    }

    /// One statement for all rows.
    fn create_set<R: Row>(
        &mut self,
        rows: &[New],
        duplicates: Duplicates,
        now: Moment,
        keys: &mut Keys,
    ) -> Result<Vec<AnyRow>, Refusal> {
        let rows = rows.iter().map(|new| R::of(new, now)).collect::<Result<Vec<R>, Refusal>>()?;
        let mut written = Vec::new();
        for row in rows {
            match (self.clash(&row), duplicates) {
                (None, _) => written.push(self.insert(row, keys)?.into()),
                (Some(_), Duplicates::Fail) => return Err(Refusal::Unique),
                (Some(_), Duplicates::Ignore) => {}
                (Some(key), Duplicates::Update) => {
                    written.extend(self.write_over(&key, &[R::OF_DUPLICATE], &row, now, keys).map(Into::into));
                }
            }
        }
        self.references()?;
        Ok(written)
    }

    /// A row that is there takes fields of one that was to be inserted.
    fn write_over<R: Row>(&mut self, key: &Key, names: &[&str], row: &R, now: Moment, keys: &mut Keys) -> Option<R> {
        let there = R::rows_mut(self).get_mut(key)?;
        there.take(names, row);
        there.touch(now);
        keys.known(R::TABLE, key);
        Some(there.clone())
    }

    /// Writes what `target` has that a record has not: only over the row that was read.
    fn write<R: Row>(&mut self, held: &mut Held<R>, target: R, now: Moment) -> Result<bool, Refusal> {
        held.is_there()?;
        if target == held.original {
            return Ok(false);
        }
        let (key, row) = self.current(held)?;
        let mut row = row.with_changes(&held.original, &target);
        row.touch(now);
        self.replace(vec![(key, row.clone())])?;
        held.original = target;
        held.take(R::UPKEEP, &row);
        Ok(true)
    }

    /// The row of a record, unless somebody else has written it since.
    fn current<R: Row>(&self, held: &Held<R>) -> Result<(Key, R), Refusal> {
        let key = held.original.key();
        let row = R::rows(self).get(&key).filter(|row| row.version() == held.original.version());
        row.cloned().map(|row| (key, row)).ok_or(R::MISSING)
    }

    /// Posts that are there and not deleted become those of a user.
    fn adopt(&mut self, user: i64, keys: &[Key]) -> Result<(), Refusal> {
        let mut found = 0;
        for key in keys {
            if let Some(post) = self.posts.get_mut(key).filter(|post| post.deleted_at.is_none()) {
                post.author_id = Some(user);
                found += 1;
            }
        }
        self.references()?;
        if found < keys.len() { Err(Refusal::NotFound) } else { Ok(()) }
    }

    /// Posts of a user that are not deleted.
    fn posts_of(&self, user: i64) -> Vec<Key> {
        let of_user = |post: &&PostRow| post.author_id == Some(user) && post.deleted_at.is_none();
        self.posts.values().filter(of_user).map(Row::key).collect()
    }

    /// Some posts are those of a user no longer; says how many were.
    fn let_go(&mut self, user: i64, keys: &[Key], destroying: bool, now: Moment) -> u64 {
        let gone: Vec<Key> = self.posts_of(user).into_iter().filter(|key| keys.contains(key)).collect();
        for key in &gone {
            if let Some(post) = self.posts.get_mut(key) {
                if destroying {
                    post.deleted_at = Some(now);
                } else {
                    post.author_id = None;
                }
            }
        }
        gone.len() as u64
    }

    /// Pairs of a post and tags; those that are there take the weight, if one is said.
    fn pair(&mut self, post_id: i64, tags: &[Key], weight: Option<i32>) -> Result<(), Refusal> {
        for tag in tags {
            let Key::Text(name) = tag else { panic!("{tag:?} is no key of a tag") };
            let new = PairRow { post_id, tag_id: name.clone(), weight: weight.unwrap_or(1) };
            let pair = self.pairs.entry(new.key()).or_insert(new);
            pair.weight = weight.unwrap_or(pair.weight);
        }
        self.references()
    }

    /// A line for each row.
    pub(crate) fn show(&self) -> String {
        fn lines<R: Row>(tables: &Tables) -> impl Iterator<Item = String> {
            R::rows(tables).values().map(|row| format!("  {row:?}\n"))
        }
        let users = lines::<UserRow>(self).chain(lines::<ProfileRow>(self));
        users.chain(lines::<PostRow>(self)).chain(lines::<PairRow>(self)).chain(lines::<TagRow>(self)).collect()
    }
}

impl Model {
    /// Does an operation. What is refused leaves the tables as they were.
    pub(crate) fn apply(&mut self, operation: &Operation, now: Moment, keys: &mut Keys) -> Result<Answer, Refusal> {
        let before = self.tables.clone();
        let answer = match operation {
            Operation::Create { new, slot, .. } => self.create(new, *slot, now, keys),
            Operation::CreateMany { table, rows, duplicates, individually } => {
                self.create_many(*table, rows, *duplicates, *individually, now, keys)
            }
            Operation::Upsert { new, keep } => match new.table() {
                Table::Users => self.upsert::<UserRow>(new, *keep, now, keys),
                Table::Posts => self.upsert::<PostRow>(new, *keep, now, keys),
                Table::Tags => self.upsert::<TagRow>(new, *keep, now, keys),
                Table::Pairs => self.upsert::<PairRow>(new, *keep, now, keys),
                Table::Profiles => self.upsert::<ProfileRow>(new, *keep, now, keys),
            },
            Operation::FindOrCreate { new: new @ New::Tag(_), above } => {
                self.find_or_create::<TagRow>(new, *above, now, keys)
            }
            Operation::FindOrCreate { new, above } => self.find_or_create::<UserRow>(new, *above, now, keys),
            Operation::Held { table, slot, action } => match table {
                Table::Users => self.held::<UserRow>(*slot, action, now),
                Table::Posts => self.held::<PostRow>(*slot, action, now),
                Table::Tags => self.held::<TagRow>(*slot, action, now),
                Table::Pairs => self.held::<PairRow>(*slot, action, now),
                Table::Profiles => self.held::<ProfileRow>(*slot, action, now),
            },
            Operation::Bulk(bulk) => match bulk.table {
                Table::Users => self.bulk::<UserRow>(bulk, now),
                Table::Posts => self.bulk::<PostRow>(bulk, now),
                Table::Tags => self.bulk::<TagRow>(bulk, now),
                Table::Pairs => self.bulk::<PairRow>(bulk, now),
                Table::Profiles => self.bulk::<ProfileRow>(bulk, now),
            },
            Operation::Link(link) => match link.association {
                Association::Author => self.link_author(link, now, keys),
                Association::Posts => self.link_posts(link, now, keys),
                Association::Profile => self.link_profile(link, now, keys),
                Association::Tags => self.link_tags(link, now, keys),
            },
            Operation::Truncate => {
                self.tables.pairs.clear();
                Ok(Answer::Nothing)
            }
        };
        if answer.is_err() {
            self.tables = before;
        }
        answer
    }

    fn create(
        &mut self,
        new: &New,
        slot: Option<usize>,
        now: Moment,
        keys: &mut Keys,
    ) -> Result<Answer, Refusal> {
        let row = self.tables.create(new, now, keys)?;
        if let Some(slot) = slot {
            match row.clone() {
                AnyRow::Users(row) => self.hands.users[slot] = Some(Held::of(row)),
                AnyRow::Posts(row) => self.hands.posts[slot] = Some(Held::of(row)),
                AnyRow::Tags(row) => self.hands.tags[slot] = Some(Held::of(row)),
                AnyRow::Pairs(row) => self.hands.pairs[slot] = Some(Held::of(row)),
                AnyRow::Profiles(row) => self.hands.profiles[slot] = Some(Held::of(row)),
            }
        }
        Ok(Answer::Rows(vec![row]))
    }

    fn create_many(
        &mut self,
        table: Table,
        rows: &[New],
        duplicates: Duplicates,
        individually: bool,
        now: Moment,
        keys: &mut Keys,
    ) -> Result<Answer, Refusal> {
        let Some(first) = rows.first() else { return Ok(Answer::Rows(Vec::new())) };
        let (target, given) = (target_of(table), first.given());
        if duplicates == Duplicates::Update && !target.iter().all(|name| given.contains(name)) {
            return Err(Refusal::Request);
        }
        let nested = rows.iter().any(New::has_nested);
        if nested && duplicates != Duplicates::Fail {
            return Err(Refusal::Unsupported);
        }
        let tables = &mut self.tables;
        let written = if nested || individually {
            rows.iter().map(|new| tables.create(new, now, keys)).collect::<Result<Vec<AnyRow>, Refusal>>()?
        } else {
            match table {
                Table::Users => tables.create_set::<UserRow>(rows, duplicates, now, keys)?,
                Table::Posts => tables.create_set::<PostRow>(rows, duplicates, now, keys)?,
                Table::Tags => tables.create_set::<TagRow>(rows, duplicates, now, keys)?,
                Table::Pairs => tables.create_set::<PairRow>(rows, duplicates, now, keys)?,
                Table::Profiles => tables.create_set::<ProfileRow>(rows, duplicates, now, keys)?,
            }
        };
        Ok(Answer::Rows(written))
    }

    fn upsert<R: Row>(&mut self, new: &New, keep: bool, now: Moment, keys: &mut Keys) -> Result<Answer, Refusal> {
        if new.has_nested() {
            // As of many rows that may be there: what belongs to a row that is left alone has no place.
            return Err(Refusal::Unsupported);
        }
        let row = R::of(new, now)?;
        let given = new.given();
        if !R::TARGET.iter().all(|name| given.contains(name)) {
            return Err(Refusal::Request);
        }
        let Some(key) = self.tables.clash(&row) else {
            let row = self.tables.create_one(row, keys)?;
            return Ok(Answer::Rows(vec![row.into()]));
        };
        let names: Vec<&str> = given.into_iter().filter(|name| !keep && !R::TARGET.contains(name)).collect();
        if names.is_empty() {
            return Ok(Answer::Rows(Vec::new()));
        }
        let written = self.tables.write_over(&key, &names, &row, now, keys);
        self.tables.references()?;
        Ok(Answer::Rows(written.into_iter().map(Into::into).collect()))
    }

    fn find_or_create<R: Row>(
        &mut self,
        new: &New,
        above: Option<i32>,
        now: Moment,
        keys: &mut Keys,
    ) -> Result<Answer, Refusal> {
        let row = R::of(new, now)?;
        let Some(key) = self.tables.clash(&row) else {
            return Ok(Answer::Found(self.tables.create_one(row, keys)?.into(), true));
        };
        let found = R::rows(&self.tables).get(&key).cloned().ok_or(Refusal::NotFound)?;
        if above.is_some_and(|score| !found.meets(&Filter::ScoreAbove(score))) {
            // The row that stands in the way is not the one that is meant.
            return Err(Refusal::NotFound);
        }
        keys.known(R::TABLE, &key);
        Ok(Answer::Found(found.into(), false))
    }

    fn held<R: Row>(&mut self, slot: usize, action: &Action, now: Moment) -> Result<Answer, Refusal> {
        if let Action::Take(key) = action {
            let row = R::rows(&self.tables).get(key).cloned().ok_or(Refusal::NotFound)?;
            R::held(&mut self.hands)[slot] = Some(Held::of(row.clone()));
            return Ok(Answer::Rows(vec![row.into()]));
        }
        let Some(mut held) = R::held(&mut self.hands)[slot].clone() else { panic!("the place {slot} is empty") };
        let answer = self.tables.act(&mut held, action, now);
        R::held(&mut self.hands)[slot] = Some(held);
        answer
    }

    fn bulk<R: Row>(&mut self, bulk: &Bulk, now: Moment) -> Result<Answer, Refusal> {
        let is_unlimited = bulk.limit.is_none();
        let asks = !bulk.filters.is_empty() || bulk.all || bulk.kind == BulkKind::Restore;
        if !asks || (bulk.order.is_some() && is_unlimited) || (bulk.kind == BulkKind::Restore && !R::PARANOID) {
            return Err(Refusal::Request);
        }
        let is_visible = |row: &R| match bulk.kind {
            BulkKind::Restore => row.deleted_at().is_some(),
            BulkKind::DestroyForGood => true,
            BulkKind::Update | BulkKind::Destroy => bulk.with_deleted || row.deleted_at().is_none(),
        };
        let mut rows: Vec<R> = R::rows(&self.tables)
            .values()
            .filter(|row| is_visible(row) && bulk.filters.iter().all(|filter| row.meets(filter)))
            .cloned()
            .collect();
        if let Some((by, descending)) = bulk.order {
            // Of equal ones the lower key is first, whichever way the order goes.
            rows.sort_by(|left, right| {
                let order = left.rank(by).cmp(&right.rank(by));
                if descending { order.reverse() } else { order }
            });
        }
        rows.truncate(bulk.limit.unwrap_or(usize::MAX));
        rows.sort_by_key(Row::key);
        let keys: Vec<Key> = rows.iter().map(Row::key).collect();
        let marks = bulk.kind == BulkKind::Destroy && R::PARANOID;
        for row in &mut rows {
            match bulk.kind {
                BulkKind::Update => bulk.edits.iter().for_each(|edit| row.edit(edit)),
                BulkKind::Restore => row.set_deleted_at(None),
                BulkKind::Destroy if marks => row.set_deleted_at(Some(now)),
                // They are gone, and are answered as they were.
                BulkKind::Destroy | BulkKind::DestroyForGood => continue,
            }
            row.touch(now);
        }
        if matches!(bulk.kind, BulkKind::Update | BulkKind::Restore) || marks {
            self.tables.replace(keys.into_iter().zip(rows.iter().cloned()).collect())?;
        } else {
            self.tables.remove::<R>(&keys);
        }
        Ok(if bulk.returning {
            Answer::Rows(rows.into_iter().map(Into::into).collect())
        } else {
            Answer::Count(rows.len() as u64)
        })
    }

    fn link_author(&mut self, link: &Link, now: Moment, keys: &mut Keys) -> Result<Answer, Refusal> {
        let mut post = in_hand(&self.hands.posts, link.parent);
        let answer = self.link_author_of(&mut post, link, now, keys);
        // What a call that failed has left in the record is nobody's business.
        self.hands.posts[link.parent] = answer.is_ok().then_some(post);
        answer
    }

    fn link_author_of(
        &mut self,
        post: &mut Held<PostRow>,
        link: &Link,
        now: Moment,
        keys: &mut Keys,
    ) -> Result<Answer, Refusal> {
        post.is_there()?;
        let (author, answer) = match &link.action {
            LinkAction::Add(slots) => {
                return only_nothing(&children(&self.hands.users, slots)?, Answer::Nothing);
            }
            LinkAction::Remove(slots) => {
                return only_nothing(&children(&self.hands.users, slots)?, Answer::Count(0));
            }
            LinkAction::Set(slots) => match children(&self.hands.users, slots)?.as_slice() {
                [] => (None, Answer::Nothing),
                [Key::Number(id)] => (Some(*id), Answer::Nothing),
                _ => return Err(Refusal::Request),
            },
            LinkAction::Create(New::User(new)) => {
                let user = self.tables.create_user(new, now, keys)?;
                (Some(user.id), Answer::Rows(vec![user.into()]))
            }
            LinkAction::Create(other) => panic!("{other:?} is no author"),
        };
        post.current.author_id = author;
        let target = PostRow { author_id: author, ..post.original.clone() };
        self.tables.write(post, target, now)?;
        Ok(answer)
    }

    fn link_posts(&mut self, link: &Link, now: Moment, keys: &mut Keys) -> Result<Answer, Refusal> {
        let user = in_hand(&self.hands.users, link.parent);
        user.is_there()?;
        let id = user.current.id;
        match &link.action {
            LinkAction::Add(slots) => {
                let posts = children(&self.hands.posts, slots)?;
                self.tables.adopt(id, &posts)?;
                Ok(Answer::Nothing)
            }
            LinkAction::Remove(slots) => {
                let posts = children(&self.hands.posts, slots)?;
                Ok(Answer::Count(self.tables.let_go(id, &posts, link.destroying, now)))
            }
            LinkAction::Set(slots) => {
                let posts = children(&self.hands.posts, slots)?;
                let there = self.tables.posts_of(id);
                let (kept, gone): (Vec<Key>, Vec<Key>) = there.into_iter().partition(|key| posts.contains(key));
                self.tables.let_go(id, &gone, link.destroying, now);
                let new: Vec<Key> = posts.into_iter().filter(|key| !kept.contains(key)).collect();
                self.tables.adopt(id, &new)?;
                Ok(Answer::Nothing)
            }
            LinkAction::Create(New::Post(new)) => {
                let post = self.tables.create_post(new, Some(id), now, keys)?;
                Ok(Answer::Rows(vec![post.into()]))
            }
            LinkAction::Create(other) => panic!("{other:?} is no post"),
        }
    }

    fn link_profile(&mut self, link: &Link, now: Moment, keys: &mut Keys) -> Result<Answer, Refusal> {
        let user = in_hand(&self.hands.users, link.parent);
        user.is_there()?;
        let id = user.current.id;
        match &link.action {
            LinkAction::Add(slots) => only_nothing(&children(&self.hands.profiles, slots)?, Answer::Nothing),
            LinkAction::Remove(slots) => only_nothing(&children(&self.hands.profiles, slots)?, Answer::Count(0)),
            LinkAction::Set(slots) => {
                let profiles = children(&self.hands.profiles, slots)?;
                if profiles.len() > 1 {
                    return Err(Refusal::Request);
                }
                let of_user = |profile: &&ProfileRow| profile.user_id == Some(id);
                let there: Vec<Key> = self.tables.profiles.values().filter(of_user).map(Row::key).collect();
                for key in there.iter().filter(|key| !profiles.contains(key)) {
                    if link.destroying {
                        self.tables.remove::<ProfileRow>(std::slice::from_ref(key));
                    } else if let Some(profile) = self.tables.profiles.get_mut(key) {
                        profile.user_id = None;
                    }
                }
                if let Some(key) = profiles.first() {
                    self.tables.profiles.get_mut(key).ok_or(Refusal::NotFound)?.user_id = Some(id);
                }
                self.tables.references()?;
                Ok(Answer::Nothing)
            }
            LinkAction::Create(New::Profile(new)) => {
                let profile = self.tables.create_profile(new, Some(id), now, keys)?;
                Ok(Answer::Rows(vec![profile.into()]))
            }
            LinkAction::Create(other) => panic!("{other:?} is no profile"),
        }
    }

    fn link_tags(&mut self, link: &Link, now: Moment, keys: &mut Keys) -> Result<Answer, Refusal> {
        let post = in_hand(&self.hands.posts, link.parent);
        post.is_there()?;
        let id = post.current.id;
        match &link.action {
            LinkAction::Add(slots) => {
                let tags = children(&self.hands.tags, slots)?;
                if !tags.is_empty() {
                    self.tables.pair(id, &tags, link.weight)?;
                }
                Ok(Answer::Nothing)
            }
            LinkAction::Remove(slots) => {
                let tags = children(&self.hands.tags, slots)?;
                let before = self.tables.pairs.len();
                self.tables.pairs.retain(|_, pair| pair.post_id != id || !tags.contains(&Key::Text(pair.tag_id.clone())));
                Ok(Answer::Count((before - self.tables.pairs.len()) as u64))
            }
            LinkAction::Set(slots) => {
                let tags = children(&self.hands.tags, slots)?;
                self.tables.pairs.retain(|_, pair| pair.post_id != id || tags.contains(&Key::Text(pair.tag_id.clone())));
                self.tables.pair(id, &tags, link.weight)?;
                Ok(Answer::Nothing)
            }
            LinkAction::Create(New::Tag(new)) => {
                let tag = self.tables.create_tag(new, now, keys)?;
                self.tables.pair(id, &[tag.key()], link.weight)?;
                Ok(Answer::Rows(vec![tag.into()]))
            }
            LinkAction::Create(other) => panic!("{other:?} is no tag"),
        }
    }
}

impl Tables {
    /// What is done with a record in hand.
    fn act<R: Row>(&mut self, held: &mut Held<R>, action: &Action, now: Moment) -> Result<Answer, Refusal> {
        match action {
            Action::Take(_) => panic!("what is taken was not in hand"),
            Action::Edit(edits) => {
                held.edit(edits);
                Ok(Answer::Nothing)
            }
            Action::Save(edits) => {
                held.edit(edits);
                let target = held.current.clone();
                self.write(held, target, now).map(Answer::Wrote)
            }
            Action::Update(edits) => {
                let before = held.current.clone();
                held.edit(edits);
                // Other changes stay unsaved.
                let target = held.original.with_changes(&before, &held.current);
                self.write(held, target, now).map(Answer::Wrote)
            }
            Action::Increment(by) => {
                held.is_there()?;
                let key = held.original.key();
                let mut row = R::rows(self).get(&key).cloned().ok_or(R::MISSING)?;
                // It counts whoever has written the row. A record that was stale before is stale after, or it could be
                // saved over what somebody else has written.
                let is_stale = row.version() != held.original.version();
                row.count(*by);
                row.touch(now);
                self.replace(vec![(key, row.clone())])?;
                held.take(R::COUNTED, &row);
                let upkeep: Vec<&str> =
                    R::UPKEEP.iter().copied().filter(|name| !(is_stale && *name == "version")).collect();
                held.take(&upkeep, &row);
                Ok(Answer::Nothing)
            }
            Action::Destroy if R::PARANOID => self.mark(held, Some(now), now),
            Action::Destroy | Action::DestroyForGood => {
                held.is_there()?;
                let (key, _) = self.current(held)?;
                self.remove::<R>(&[key]);
                held.gone = true;
                held.original = held.current.clone();
                Ok(Answer::Nothing)
            }
            // A row that is not deleted is visible already, and there.
            Action::Restore if R::PARANOID => self.mark(held, None, now),
            Action::Restore => Err(Refusal::Request),
            Action::Reload => {
                let row = R::rows(self).get(&held.original.key()).cloned().ok_or(Refusal::NotFound)?;
                *held = Held::of(row.clone());
                let related = row.related(self);
                Ok(Answer::Rows(std::iter::once(row.into()).chain(related).collect()))
            }
        }
    }

    /// Marks the row of a record as deleted, or as not.
    fn mark<R: Row>(
        &mut self,
        held: &mut Held<R>,
        deleted_at: Option<Moment>,
        now: Moment,
    ) -> Result<Answer, Refusal> {
        held.is_there()?;
        let (key, mut row) = self.current(held)?;
        row.set_deleted_at(deleted_at);
        row.touch(now);
        self.replace(vec![(key, row.clone())])?;
        held.take(&["deleted_at"], &row);
        held.take(R::UPKEEP, &row);
        Ok(Answer::Nothing)
    }
}

fn target_of(table: Table) -> &'static [&'static str] {
    match table {
        Table::Users => UserRow::TARGET,
        Table::Posts => PostRow::TARGET,
        Table::Tags => TagRow::TARGET,
        Table::Pairs => PairRow::TARGET,
        Table::Profiles => ProfileRow::TARGET,
    }
}

fn in_hand<R: Row>(held: &[Option<Held<R>>], slot: usize) -> Held<R> {
    held[slot].clone().unwrap_or_else(|| panic!("the place {slot} is empty"))
}

/// The keys of records in hand, each once; one that was destroyed belongs to nobody.
fn children<R: Row>(held: &[Option<Held<R>>], slots: &[usize]) -> Result<Vec<Key>, Refusal> {
    let mut keys = Vec::new();
    for child in slots.iter().filter_map(|slot| held[*slot].as_ref()) {
        child.is_there()?;
        let key = child.original.key();
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    Ok(keys)
}

/// Where there is one, none can be added or removed.
fn only_nothing(children: &[Key], answer: Answer) -> Result<Answer, Refusal> {
    if children.is_empty() { Ok(answer) } else { Err(Refusal::Request) }
}
