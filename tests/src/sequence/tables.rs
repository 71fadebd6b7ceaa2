//! The plain tables, and what statements do to their rows.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{
    model::Refusal,
    operations::{Duplicates, New, NewPost, NewProfile, NewTag, NewUser},
    rows::{AnyRow, Key, Moment, PairRow, PostRow, ProfileRow, Row, Table, TagRow, UserRow},
};

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
    pub(crate) fn known(&mut self, table: Table, key: &Key) {
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

impl Tables {
    /// The row that there cannot be together with this one.
    pub(crate) fn clash<R: Row>(&self, row: &R) -> Option<Key> {
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
    pub(crate) fn replace<R: Row>(&mut self, rows: Vec<(Key, R)>) -> Result<(), Refusal> {
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
    pub(crate) fn remove<R: Row>(&mut self, keys: &[Key]) {
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
    pub(crate) fn references(&self) -> Result<(), Refusal> {
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
    pub(crate) fn create(&mut self, new: &New, now: Moment, keys: &mut Keys) -> Result<AnyRow, Refusal> {
        match new {
            New::User(user) => self.create_user(user, now, keys).map(AnyRow::from),
            New::Post(post) => self.create_post(post, None, now, keys).map(AnyRow::from),
            New::Tag(tag) => self.create_tag(tag, now, keys).map(AnyRow::from),
            New::Pair(_) => self.create_one(PairRow::of(new, now)?, keys).map(AnyRow::from),
            New::Profile(profile) => self.create_profile(profile, None, now, keys).map(AnyRow::from),
        }
    }

    pub(crate) fn create_one<R: Row>(&mut self, row: R, keys: &mut Keys) -> Result<R, Refusal> {
        let row = self.insert(row, keys)?;
        self.references()?;
        Ok(row)
    }

    pub(crate) fn create_user(&mut self, new: &NewUser, now: Moment, keys: &mut Keys) -> Result<UserRow, Refusal> {
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
    pub(crate) fn create_post(
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

    pub(crate) fn create_tag(&mut self, new: &NewTag, now: Moment, keys: &mut Keys) -> Result<TagRow, Refusal> {
        self.create_one(TagRow::of(&New::Tag(new.clone()), now)?, keys)
    }

    pub(crate) fn create_profile(
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
    pub(crate) fn create_set<R: Row>(
        &mut self,
        rows: &[New],
        duplicates: Duplicates,
        now: Moment,
        keys: &mut Keys,
    ) -> Result<Vec<AnyRow>, Refusal> {
        let rows = rows.iter().map(|new| R::of(new, now)).collect::<Result<Vec<R>, Refusal>>()?;
        let mut written: Vec<AnyRow> = Vec::new();
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
    pub(crate) fn write_over<R: Row>(
        &mut self,
        key: &Key,
        names: &[&str],
        row: &R,
        now: Moment,
        keys: &mut Keys,
    ) -> Option<R> {
        let there = R::rows_mut(self).get_mut(key)?;
        there.take(names, row);
        there.touch(now);
        keys.known(R::TABLE, key);
        Some(there.clone())
    }

    /// Posts that are there and not deleted become those of a user.
    pub(crate) fn adopt(&mut self, user: i64, keys: &[Key]) -> Result<(), Refusal> {
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
    pub(crate) fn posts_of(&self, user: i64) -> Vec<Key> {
        let of_user = |post: &&PostRow| post.author_id == Some(user) && post.deleted_at.is_none();
        self.posts.values().filter(of_user).map(Row::key).collect()
    }

    /// Some posts are those of a user no longer; says how many were.
    pub(crate) fn let_go(&mut self, user: i64, keys: &[Key], destroying: bool, now: Moment) -> u64 {
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

    /// Profiles of a user are its no longer, but for some.
    pub(crate) fn leave_profiles(&mut self, user: i64, but: &[Key], destroying: bool) {
        let of_user = |profile: &&ProfileRow| profile.user_id == Some(user);
        let there: Vec<Key> = self.profiles.values().filter(of_user).map(Row::key).collect();
        for key in there.iter().filter(|key| !but.contains(key)) {
            if destroying {
                self.profiles.remove(key);
            } else if let Some(profile) = self.profiles.get_mut(key) {
                profile.user_id = None;
            }
        }
    }

    /// Pairs of a post and tags; those that are there take the weight, if one is said.
    pub(crate) fn pair(&mut self, post_id: i64, tags: &[Key], weight: Option<i32>) -> Result<(), Refusal> {
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
