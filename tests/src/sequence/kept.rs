//! What the library knows of each derived model, in the words of the plain one.

use relata::{
    Entity, Find, Instant,
    orm::{Change, CreateMany},
    prelude::*,
    request::typed::Column,
};

use super::{
    hands::{Hands, SLOTS},
    models::{Post, PostDraft, PostTag, PostTagDraft, Profile, ProfileDraft, Tag, TagDraft, User, UserDraft},
    operations::{Edit, Filter, New, NewPost, NewProfile, NewTag, NewUser, OrderBy},
    rows::{AnyRow, Fields, Key, Moment, PairRow, PostRow, ProfileRow, Row, Table, TagRow, UserRow},
    tables::Keys,
};

/// The records in hand, as the library gave them.
#[derive(Default)]
pub(crate) struct Records {
    pub(crate) users: [Option<Record<User>>; SLOTS],
    pub(crate) posts: [Option<Record<Post>>; SLOTS],
    pub(crate) tags: [Option<Record<Tag>>; SLOTS],
    pub(crate) pairs: [Option<Record<PostTag>>; SLOTS],
    pub(crate) profiles: [Option<Record<Profile>>; SLOTS],
}

/// A derived model, and the calls that must know its columns.
pub(crate) trait Kept: Entity + Clone {
    type Row: Row;
    /// The column that is counted.
    const COUNTED: Option<Column<Self, i32>> = None;

    /// The record as a plain row.
    fn plain(&self) -> Self::Row;

    /// Takes over the fields that an application changes.
    fn assign(&mut self, row: Self::Row);

    fn places(records: &mut Records) -> &mut [Option<Record<Self>>];

    /// All rows, deleted ones too, by key.
    fn in_order() -> Find<'static, Self>;

    fn with_key(key: &Key) -> Find<'static, Self>;

    /// What a reload loads along.
    fn with_related(find: Find<'static, Self>) -> Find<'static, Self> {
        find
    }

    /// What was loaded along.
    fn loaded_rows(&self) -> relata::Result<Vec<AnyRow>> {
        Ok(Vec::new())
    }

    fn fill(draft: Self::Draft, new: &New) -> Self::Draft;

    /// A new record, where nothing is nested in it and it can be one.
    fn fresh(new: &New) -> Option<Self>;

    /// The numbers of the row and of those created along, in the order of their tables.
    fn collect_keys(&self, _keys: &mut Keys) {}

    fn of_duplicates(many: CreateMany<Self>) -> CreateMany<Self>;

    fn assigned(_change: Change<'static, Self>, edit: &Edit) -> Change<'static, Self> {
        panic!("{edit:?} is no edit of all rows")
    }

    fn filtered(_change: Change<'static, Self>, filter: &Filter) -> Change<'static, Self> {
        panic!("{filter:?} is no condition on all rows")
    }

    fn ordered(_change: Change<'static, Self>, by: OrderBy, _descending: bool) -> Change<'static, Self> {
        panic!("{by:?} is no order of all rows")
    }
}

fn micros(at: Instant) -> Moment {
    at.as_microsecond()
}

impl Kept for User {
    type Row = UserRow;
    const COUNTED: Option<Column<Self, i32>> = Some(User::SCORE);

    fn plain(&self) -> UserRow {
        UserRow {
            id: self.id,
            email: self.email.clone(),
            name: self.name.clone(),
            score: self.score,
            version: self.version,
            created_at: micros(self.created_at),
            updated_at: micros(self.updated_at),
        }
    }

    fn assign(&mut self, row: UserRow) {
        (self.email, self.name, self.score) = (row.email, row.name, row.score);
    }

    fn places(records: &mut Records) -> &mut [Option<Record<Self>>] {
        &mut records.users
    }

    fn in_order() -> Find<'static, Self> {
        User::find().order(User::ID.asc())
    }

    fn with_key(key: &Key) -> Find<'static, Self> {
        let Key::Number(id) = key else { panic!("{key:?} is no key of a user") };
        User::find().filter(User::ID.eq(*id))
    }

    fn with_related(find: Find<'static, Self>) -> Find<'static, Self> {
        find.include(User::POSTS.order(Post::ID.asc())).include(User::PROFILE)
    }

    fn loaded_rows(&self) -> relata::Result<Vec<AnyRow>> {
        let mut rows: Vec<AnyRow> = self.posts.get()?.iter().map(|post| post.plain().into()).collect();
        rows.extend(self.profile.get()?.map(|profile| AnyRow::from(profile.plain())));
        Ok(rows)
    }

    fn fill(draft: UserDraft, new: &New) -> UserDraft {
        let New::User(new) = new else { panic!("{new:?} is no user") };
        fill_user(draft, new)
    }

    fn fresh(_new: &New) -> Option<Self> {
        // The application would have to say when it is created.
        None
    }

    fn collect_keys(&self, keys: &mut Keys) {
        keys.push(Table::Users, self.id);
        if let Ok(posts) = self.posts.get() {
            posts.iter().for_each(|post| post.collect_keys(keys));
        }
        if let Ok(Some(profile)) = self.profile.get() {
            profile.collect_keys(keys);
        }
    }

    fn of_duplicates(many: CreateMany<Self>) -> CreateMany<Self> {
        many.update_on_duplicate(User::NAME)
    }

    fn assigned(change: Change<'static, Self>, edit: &Edit) -> Change<'static, Self> {
        match edit {
            Edit::Email(email) => change.set(User::EMAIL, email.clone()),
            Edit::Name(name) => change.set(User::NAME, name.clone()),
            Edit::NameFromEmail => change.set(User::NAME, User::EMAIL),
            Edit::Score(score) => change.set(User::SCORE, *score),
            Edit::AddScore(by) if *by < 0 => change.subtract(User::SCORE, -*by),
            Edit::AddScore(by) => change.set(User::SCORE, User::SCORE.plus(*by)),
            other => panic!("{other:?} is no edit of a user"),
        }
    }

    fn filtered(change: Change<'static, Self>, filter: &Filter) -> Change<'static, Self> {
        match filter {
            Filter::NumberAbove(id) => change.filter(User::ID.gt(*id)),
            Filter::NameIs(name) => change.filter(User::NAME.eq(name.clone())),
            Filter::ScoreAbove(score) => change.filter(User::SCORE.gt(*score)),
            other => panic!("{other:?} is no condition on users"),
        }
    }

    fn ordered(change: Change<'static, Self>, by: OrderBy, descending: bool) -> Change<'static, Self> {
        match (by, descending) {
            (OrderBy::Email, false) => change.order(User::EMAIL.asc()),
            (OrderBy::Email, true) => change.order(User::EMAIL.desc()),
            (OrderBy::Score, false) => change.order(User::SCORE.asc()),
            (OrderBy::Score, true) => change.order(User::SCORE.desc()),
            (_, false) => change.order(User::ID.asc()),
            (_, true) => change.order(User::ID.desc()),
        }
    }
}

impl Kept for Post {
    type Row = PostRow;

    fn plain(&self) -> PostRow {
        PostRow {
            id: self.id,
            title: self.title.clone(),
            author_id: self.author_id,
            deleted_at: self.deleted_at.map(micros),
        }
    }

    fn assign(&mut self, row: PostRow) {
        (self.title, self.author_id) = (row.title, row.author_id);
    }

    fn places(records: &mut Records) -> &mut [Option<Record<Self>>] {
        &mut records.posts
    }

    fn in_order() -> Find<'static, Self> {
        Post::find().with_deleted().order(Post::ID.asc())
    }

    fn with_key(key: &Key) -> Find<'static, Self> {
        let Key::Number(id) = key else { panic!("{key:?} is no key of a post") };
        Post::find().with_deleted().filter(Post::ID.eq(*id))
    }

    fn with_related(find: Find<'static, Self>) -> Find<'static, Self> {
        find.include(Post::AUTHOR).include(Post::TAGS.order(Tag::NAME.asc()))
    }

    fn loaded_rows(&self) -> relata::Result<Vec<AnyRow>> {
        let author = self.author.get()?.map(|author| AnyRow::from(author.plain()));
        let tags = self.tags.get()?.iter().map(|tag| AnyRow::from(tag.plain()));
        Ok(author.into_iter().chain(tags).collect())
    }

    fn fill(draft: PostDraft, new: &New) -> PostDraft {
        let New::Post(new) = new else { panic!("{new:?} is no post") };
        fill_post(draft, new)
    }

    fn fresh(new: &New) -> Option<Self> {
        let New::Post(NewPost { title: Some(title), author_id, author: None, tags, .. }) = new else { return None };
        tags.is_empty().then(|| Post {
            id: 0,
            title: title.clone(),
            author_id: *author_id,
            deleted_at: None,
            author: One::NOT_LOADED,
            tags: Many::NOT_LOADED,
        })
    }

    fn collect_keys(&self, keys: &mut Keys) {
        if let Ok(Some(author)) = self.author.get() {
            author.collect_keys(keys);
        }
        keys.push(Table::Posts, self.id);
    }

    fn of_duplicates(many: CreateMany<Self>) -> CreateMany<Self> {
        many.update_on_duplicate(Post::TITLE)
    }

    fn assigned(change: Change<'static, Self>, edit: &Edit) -> Change<'static, Self> {
        match edit {
            Edit::Title(title) => change.set(Post::TITLE, title.clone()),
            Edit::Author(author) => change.set(Post::AUTHOR_ID, *author),
            other => panic!("{other:?} is no edit of a post"),
        }
    }

    fn filtered(change: Change<'static, Self>, filter: &Filter) -> Change<'static, Self> {
        match filter {
            Filter::NumberAbove(id) => change.filter(Post::ID.gt(*id)),
            Filter::TitleIs(title) => change.filter(Post::TITLE.eq(title.clone())),
            Filter::AuthorIs(author) => change.filter(Post::AUTHOR_ID.eq(*author)),
            other => panic!("{other:?} is no condition on posts"),
        }
    }

    fn ordered(change: Change<'static, Self>, by: OrderBy, descending: bool) -> Change<'static, Self> {
        match (by, descending) {
            (OrderBy::Title, false) => change.order(Post::TITLE.asc()),
            (OrderBy::Title, true) => change.order(Post::TITLE.desc()),
            (_, false) => change.order(Post::ID.asc()),
            (_, true) => change.order(Post::ID.desc()),
        }
    }
}

impl Kept for Tag {
    type Row = TagRow;

    fn plain(&self) -> TagRow {
        TagRow { name: self.name.clone(), color: self.color.clone() }
    }

    fn assign(&mut self, row: TagRow) {
        (self.name, self.color) = (row.name, row.color);
    }

    fn places(records: &mut Records) -> &mut [Option<Record<Self>>] {
        &mut records.tags
    }

    fn in_order() -> Find<'static, Self> {
        Tag::find().order(Tag::NAME.asc())
    }

    fn with_key(key: &Key) -> Find<'static, Self> {
        let Key::Text(name) = key else { panic!("{key:?} is no key of a tag") };
        Tag::find().filter(Tag::NAME.eq(name.clone()))
    }

    fn fill(draft: TagDraft, new: &New) -> TagDraft {
        let New::Tag(new) = new else { panic!("{new:?} is no tag") };
        fill_tag(draft, new)
    }

    fn fresh(new: &New) -> Option<Self> {
        let New::Tag(new) = new else { return None };
        Some(Tag { name: new.name.clone(), color: new.color.clone() })
    }

    fn of_duplicates(many: CreateMany<Self>) -> CreateMany<Self> {
        many.update_on_duplicate(Tag::COLOR)
    }
}

impl Kept for PostTag {
    type Row = PairRow;
    const COUNTED: Option<Column<Self, i32>> = Some(PostTag::WEIGHT);

    fn plain(&self) -> PairRow {
        PairRow { post_id: self.post_id, tag_id: self.tag_id.clone(), weight: self.weight }
    }

    fn assign(&mut self, row: PairRow) {
        self.weight = row.weight;
    }

    fn places(records: &mut Records) -> &mut [Option<Record<Self>>] {
        &mut records.pairs
    }

    fn in_order() -> Find<'static, Self> {
        PostTag::find().order((PostTag::POST_ID.asc(), PostTag::TAG_ID.asc()))
    }

    fn with_key(key: &Key) -> Find<'static, Self> {
        let Key::Pair(post, tag) = key else { panic!("{key:?} is no key of a pair") };
        PostTag::find().filter(PostTag::POST_ID.eq(*post)).filter(PostTag::TAG_ID.eq(tag.clone()))
    }

    fn fill(draft: PostTagDraft, new: &New) -> PostTagDraft {
        let New::Pair(new) = new else { panic!("{new:?} is no pair") };
        let draft = draft.post_id(new.post_id).tag_id(new.tag_id.clone());
        match new.weight {
            Some(weight) => draft.weight(weight),
            None => draft,
        }
    }

    fn fresh(new: &New) -> Option<Self> {
        let New::Pair(new) = new else { return None };
        Some(PostTag {
            post_id: new.post_id,
            tag_id: new.tag_id.clone(),
            weight: new.weight.unwrap_or(1),
            post: One::NOT_LOADED,
            tag: One::NOT_LOADED,
        })
    }

    fn of_duplicates(many: CreateMany<Self>) -> CreateMany<Self> {
        many.update_on_duplicate(PostTag::WEIGHT)
    }

    fn assigned(change: Change<'static, Self>, edit: &Edit) -> Change<'static, Self> {
        match edit {
            Edit::Weight(weight) => change.set(PostTag::WEIGHT, *weight),
            Edit::AddWeight(by) => change.add(PostTag::WEIGHT, *by),
            other => panic!("{other:?} is no edit of a pair"),
        }
    }

    fn filtered(change: Change<'static, Self>, filter: &Filter) -> Change<'static, Self> {
        match filter {
            Filter::NumberAbove(id) => change.filter(PostTag::POST_ID.gt(*id)),
            Filter::TagIs(tag) => change.filter(PostTag::TAG_ID.eq(tag.clone())),
            Filter::WeightAbove(weight) => change.filter(PostTag::WEIGHT.gt(*weight)),
            other => panic!("{other:?} is no condition on pairs"),
        }
    }

    fn ordered(change: Change<'static, Self>, by: OrderBy, descending: bool) -> Change<'static, Self> {
        match (by, descending) {
            (OrderBy::Weight, false) => change.order(PostTag::WEIGHT.asc()),
            (OrderBy::Weight, true) => change.order(PostTag::WEIGHT.desc()),
            (_, false) => change.order(PostTag::POST_ID.asc()).order(PostTag::TAG_ID.asc()),
            (_, true) => change.order(PostTag::POST_ID.desc()).order(PostTag::TAG_ID.desc()),
        }
    }
}

impl Kept for Profile {
    type Row = ProfileRow;

    fn plain(&self) -> ProfileRow {
        ProfileRow { id: self.id, user_id: self.user_id, bio: self.bio.clone() }
    }

    fn assign(&mut self, row: ProfileRow) {
        (self.user_id, self.bio) = (row.user_id, row.bio);
    }

    fn places(records: &mut Records) -> &mut [Option<Record<Self>>] {
        &mut records.profiles
    }

    fn in_order() -> Find<'static, Self> {
        Profile::find().order(Profile::ID.asc())
    }

    fn with_key(key: &Key) -> Find<'static, Self> {
        let Key::Number(id) = key else { panic!("{key:?} is no key of a profile") };
        Profile::find().filter(Profile::ID.eq(*id))
    }

    fn fill(draft: ProfileDraft, new: &New) -> ProfileDraft {
        let New::Profile(new) = new else { panic!("{new:?} is no profile") };
        fill_profile(draft, new)
    }

    fn fresh(new: &New) -> Option<Self> {
        let New::Profile(new) = new else { return None };
        Some(Profile { id: 0, user_id: new.user_id, bio: new.bio.clone(), user: One::NOT_LOADED })
    }

    fn collect_keys(&self, keys: &mut Keys) {
        keys.push(Table::Profiles, self.id);
    }

    fn of_duplicates(many: CreateMany<Self>) -> CreateMany<Self> {
        many.update_on_duplicate(Profile::BIO)
    }
}

pub(crate) fn fill_user(mut draft: UserDraft, new: &NewUser) -> UserDraft {
    draft = draft.email(new.email.clone());
    if let Some(name) = &new.name {
        draft = draft.name(name.clone());
    }
    if let Some(score) = new.score {
        draft = draft.score(score);
    }
    for post in &new.posts {
        draft = draft.posts(|draft| fill_post(draft, post));
    }
    for profile in &new.profiles {
        draft = draft.profile(|draft| fill_profile(draft, profile));
    }
    draft
}

fn fill_post(mut draft: PostDraft, new: &NewPost) -> PostDraft {
    if let Some(id) = new.id {
        draft = draft.id(id);
    }
    if let Some(title) = &new.title {
        draft = draft.title(title.clone());
    }
    if let Some(author) = new.author_id {
        draft = draft.author_id(author);
    }
    if let Some(author) = &new.author {
        draft = draft.author(|draft| fill_user(draft, author));
    }
    for tag in &new.tags {
        draft = draft.tags(|draft| fill_tag(draft, tag));
    }
    draft
}

pub(crate) fn fill_tag(draft: TagDraft, new: &NewTag) -> TagDraft {
    let draft = draft.name(new.name.clone());
    match &new.color {
        Some(color) => draft.color(color.clone()),
        None => draft,
    }
}

fn fill_profile(mut draft: ProfileDraft, new: &NewProfile) -> ProfileDraft {
    if let Some(user) = new.user_id {
        draft = draft.user_id(user);
    }
    if let Some(bio) = &new.bio {
        draft = draft.bio(bio.clone());
    }
    draft
}

/// Panics unless the records in hand are what the model has.
pub(crate) fn compare_held(records: &mut Records, hands: &mut Hands) {
    fn compare<M: Kept>(records: &mut Records, hands: &mut Hands) {
        for (slot, (record, held)) in M::places(records).iter().zip(M::Row::held(hands).iter()).enumerate() {
            let (record, held) = match (record, held) {
                (None, None) => continue,
                (Some(record), Some(held)) => (record, held),
                _ => panic!("the place {slot} of {:?} is empty on one side only", M::Row::TABLE),
            };
            let place = format!("the record at {slot} of {:?}", M::Row::TABLE);
            assert_eq!(record.plain(), held.current, "{place}: left is the record, right the model");
            let changed = <M::Row as Fields>::differences(&held.original, &held.current);
            assert_eq!(record.changed(), changed, "{place}: what is not saved; left is the record, right the model");
        }
    }
    compare::<User>(records, hands);
    compare::<Post>(records, hands);
    compare::<Tag>(records, hands);
    compare::<PostTag>(records, hands);
    compare::<Profile>(records, hands);
}
