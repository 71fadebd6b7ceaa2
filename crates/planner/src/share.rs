//! Lists that the parts of a plan share: each is one allocation, however many parts there are.

use std::{
    fmt,
    ops::{Deref, Range},
    sync::Arc,
};

use relata_ir::BindDef;
use relata_schema::Kind;

use crate::{
    Name,
    plan::{Field, Note, Slot, Step},
};

/// A part of a list of the plan; it reads as a slice.
pub struct Share<T> {
    list: Option<Arc<[T]>>,
    start: u32,
    end: u32,
}

impl<T> Share<T> {
    /// A list of its own.
    pub fn of(list: Vec<T>) -> Self {
        Share { start: 0, end: list.len() as u32, list: Some(list.into()) }
    }

    /// A list that is kept elsewhere too.
    pub(crate) fn all(list: &Arc<[T]>) -> Self {
        Share { start: 0, end: list.len() as u32, list: Some(list.clone()) }
    }

    /// Whether it is all of a list that is kept elsewhere too.
    pub(crate) fn is_all(&self, list: &Arc<[T]>) -> bool {
        self.list.as_ref().is_some_and(|own| Arc::ptr_eq(own, list))
    }

    /// A part of a list that is still being made: it is empty until it is [settled](Self::settle).
    pub(crate) fn drafted(range: Range<usize>) -> Self {
        Share { list: None, start: range.start as u32, end: range.end as u32 }
    }

    /// How many there will be.
    pub(crate) fn drafted_len(&self) -> usize {
        (self.end - self.start) as usize
    }

    /// With what follows it in the list.
    pub(crate) fn and(self, next: &Share<T>) -> Self {
        Share { end: next.end, ..self }
    }

    /// Leaves the first out.
    pub(crate) fn skip(&mut self, first: usize) {
        self.start += first as u32;
    }

    /// Leaves all out.
    pub(crate) fn clear(&mut self) {
        self.end = self.start;
    }

    /// Gives a part its list, unless it has one.
    fn settle(&mut self, list: &Option<Arc<[T]>>) {
        if self.list.is_none() && self.start < self.end {
            self.list.clone_from(list);
        }
    }
}

impl<T> Default for Share<T> {
    fn default() -> Self {
        Share::drafted(0..0)
    }
}

impl<T> Clone for Share<T> {
    fn clone(&self) -> Self {
        Share { list: self.list.clone(), ..*self }
    }
}

impl<T> Deref for Share<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match &self.list {
            Some(list) => &list[self.start as usize..self.end as usize],
            None => &[],
        }
    }
}

impl<'s, T> IntoIterator for &'s Share<T> {
    type Item = &'s T;
    type IntoIter = std::slice::Iter<'s, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: PartialEq> PartialEq for Share<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: fmt::Debug> fmt::Debug for Share<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

/// A part of the text of the plan; it reads as a `str`.
#[derive(Clone, Default)]
pub struct Text {
    text: Option<Arc<str>>,
    start: u32,
    end: u32,
}

impl Text {
    pub(crate) fn drafted(range: Range<usize>) -> Self {
        Text { text: None, start: range.start as u32, end: range.end as u32 }
    }

    pub(crate) fn settle(&mut self, text: &Arc<str>) {
        self.text = (self.start < self.end).then(|| text.clone());
    }
}

impl Deref for Text {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        match &self.text {
            Some(text) => &text[self.start as usize..self.end as usize],
            None => "",
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

/// The lists while a plan is made. Their memory is used again for the next one.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    pub text: String,
    pub binds: Vec<BindDef>,
    pub kinds: Vec<Kind>,
    pub fields: Vec<Field>,
    /// Places of columns, and of slots.
    pub places: Vec<u16>,
}

/// How long the lists are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lengths([usize; 5]);

impl Lists {
    pub fn clear(&mut self) {
        self.cut(Lengths([0; 5]));
    }

    pub fn lengths(&self) -> Lengths {
        let Lists { text, binds, kinds, fields, places } = self;
        Lengths([text.len(), binds.len(), kinds.len(), fields.len(), places.len()])
    }

    /// Forgets what was added since.
    pub fn cut(&mut self, Lengths([text, binds, kinds, fields, places]): Lengths) {
        self.text.truncate(text);
        self.binds.truncate(binds);
        self.kinds.truncate(kinds);
        self.fields.truncate(fields);
        self.places.truncate(places);
    }

    pub fn write(&mut self, text: &str) -> Text {
        self.write_with(|all| all.push_str(text))
    }

    pub fn write_with(&mut self, write: impl FnOnce(&mut String)) -> Text {
        let start = self.text.len();
        write(&mut self.text);
        Text::drafted(start..self.text.len())
    }

    pub fn name(&mut self, name: &str) -> Name {
        Name::part(self.write(name))
    }

    pub fn add_kinds(&mut self, kinds: impl IntoIterator<Item = Kind>) -> Share<Kind> {
        let start = self.kinds.len();
        self.kinds.extend(kinds);
        Share::drafted(start..self.kinds.len())
    }

    pub fn add_places(&mut self, places: impl IntoIterator<Item = u16>) -> Share<u16> {
        let start = self.places.len();
        self.places.extend(places);
        Share::drafted(start..self.places.len())
    }

    pub fn add_fields(&mut self, fields: impl IntoIterator<Item = Field>) -> Share<Field> {
        let start = self.fields.len();
        self.fields.extend(fields);
        Share::drafted(start..self.fields.len())
    }

    /// Gives the parts of a plan what they share.
    pub fn settle(&mut self, steps: &mut [Step], slots: &mut [Slot], notes: &mut [Note]) {
        let text: Arc<str> = self.text.as_str().into();
        self.fields.iter_mut().for_each(|field| field.name.settle(&text));
        let binds = shared(&self.binds);
        let kinds = shared(&self.kinds);
        let places = shared(&self.places);
        let fields = (!self.fields.is_empty()).then(|| self.fields.drain(..).collect());
        for step in steps {
            step.sql.settle(&text);
            step.binds.settle(&binds);
            step.kinds.settle(&kinds);
            if let Some(feed) = &mut step.feed {
                feed.kinds.settle(&kinds);
                feed.columns.settle(&places);
            }
        }
        for slot in slots {
            slot.key.settle(&text);
            slot.fields.settle(&fields);
            if let Some(through) = &mut slot.through {
                through.key.settle(&text);
                through.fields.settle(&fields);
            }
            slot.identity.settle(&places);
            slot.children.settle(&places);
        }
        notes.iter_mut().for_each(|note| note.path.settle(&text));
    }
}

/// A list that is kept, unless there is nothing in it.
fn shared<T: Clone>(list: &[T]) -> Option<Arc<[T]>> {
    (!list.is_empty()).then(|| list.into())
}
