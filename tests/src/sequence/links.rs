//! What belongs to a record in hand: adding, removing, setting and creating it, for the four kinds of association.

use super::{
    hands::Held,
    model::{Answer, Model, Refusal},
    operations::{Link, LinkAction, New},
    rows::{Key, Moment, PostRow, Row},
    tables::Keys,
};

impl Model {
    pub(crate) fn link_author(&mut self, link: &Link, now: Moment, keys: &mut Keys) -> Result<Answer, Refusal> {
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

    pub(crate) fn link_posts(&mut self, link: &Link, now: Moment, keys: &mut Keys) -> Result<Answer, Refusal> {
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

    pub(crate) fn link_profile(&mut self, link: &Link, now: Moment, keys: &mut Keys) -> Result<Answer, Refusal> {
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
                self.tables.leave_profiles(id, &profiles, link.destroying);
                if let Some(key) = profiles.first() {
                    self.tables.profiles.get_mut(key).ok_or(Refusal::NotFound)?.user_id = Some(id);
                }
                self.tables.references()?;
                Ok(Answer::Nothing)
            }
            LinkAction::Create(New::Profile(new)) => {
                // There is one: the new takes the place of the old.
                self.tables.leave_profiles(id, &[], link.destroying);
                let profile = self.tables.create_profile(new, Some(id), now, keys)?;
                Ok(Answer::Rows(vec![profile.into()]))
            }
            LinkAction::Create(other) => panic!("{other:?} is no profile"),
        }
    }

    pub(crate) fn link_tags(&mut self, link: &Link, now: Moment, keys: &mut Keys) -> Result<Answer, Refusal> {
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
                self.tables
                    .pairs
                    .retain(|_, pair| pair.post_id != id || !tags.contains(&Key::Text(pair.tag_id.clone())));
                Ok(Answer::Count((before - self.tables.pairs.len()) as u64))
            }
            LinkAction::Set(slots) => {
                let tags = children(&self.hands.tags, slots)?;
                self.tables
                    .pairs
                    .retain(|_, pair| pair.post_id != id || tags.contains(&Key::Text(pair.tag_id.clone())));
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
