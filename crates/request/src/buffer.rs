//! The bytes of a request or of an include: section behind section in one run, on buffers that are recycled.

use std::cell::RefCell;

use relata_schema::{Datum, Error, ModelRef, ModelView, Result};

use crate::{
    Bind, Encoder, Flags, Section,
    request::dropped,
    shape::{QUERY_SECTIONS, SECTIONS},
};

/// The bytes of all sections, and what else a request keeps that knows no lifetime.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    /// None of an include, and while nobody uses the buffer.
    pub root: Option<ModelRef>,
    /// The sections in their order, whatever the order of the calls that wrote them.
    bytes: Vec<u8>,
    /// How many bytes and binds each of them has.
    lengths: [u32; SECTIONS],
    binds: [u32; SECTIONS],
    /// Which sections may have any, as a set of bits.
    written: u16,
    pub flags: Flags,
    pub page: (Option<u64>, Option<u64>),
    pub error: Option<Error>,
    /// What the default scope has written at the front of each section, to be dropped when it is not wanted.
    pub scope: Option<Box<ScopePart>>,
}

/// Bytes and binds of a default scope in each of the sections that it may write to, and its page.
#[derive(Debug, Clone, Default)]
pub(crate) struct ScopePart {
    pub lengths: Vec<(Section, usize, u32)>,
    pub page: (Option<u64>, Option<u64>),
}

/// What a request is made of: two pointers, so that moving a request from one call of its builder to the next moves no
/// memory, and what was just written is not read back in another width.
#[derive(Debug)]
pub(crate) struct Parts<'q> {
    pub buffer: Box<Buffer>,
    binds: Binds<'q>,
}

/// A list of binds in a box. An array can become a vector, and an empty vector can be collected in place: so both
/// allocations survive the change of lifetime when they are given back, without unsafe code.
type Binds<'q> = Box<[Vec<Bind<'q>>; 1]>;

thread_local! {
    /// Parts that were given back, the last ones last. After warm-up a request touches no heap.
    static IDLE: RefCell<Vec<Parts<'static>>> = const { RefCell::new(Vec::new()) };
}

/// Parts that one thread keeps. More than any nesting of includes needs, few enough to forget.
const IDLE_AT_MOST: usize = 16;

/// Empty parts.
#[inline]
pub(crate) fn fresh<'q>() -> Parts<'q> {
    // A thread that is ending has no store any more.
    match IDLE.try_with(|idle| idle.borrow_mut().pop()) {
        Ok(Some(parts)) => parts,
        _ => first(),
    }
}

#[cold]
fn first() -> Parts<'static> {
    Parts { buffer: Box::default(), binds: Box::default() }
}

/// Gives parts back.
#[inline]
pub(crate) fn recycle(mut parts: Parts<'_>) {
    let mut binds = std::mem::take(&mut parts.binds[0]);
    binds.clear();
    let empty: Vec<Bind<'static>> = binds.into_iter().map(|_| Bind::One(Datum::Null)).collect();
    parts.buffer.reset();
    let boxed: Box<[Vec<Bind<'_>>]> = parts.binds;
    let boxed: Vec<Vec<Bind<'static>>> = boxed.into_vec().into_iter().map(|_| Vec::new()).collect();
    let Ok(mut boxed): std::result::Result<Binds<'static>, _> = boxed.into_boxed_slice().try_into() else { return };
    boxed[0] = empty;
    let parts = Parts { buffer: parts.buffer, binds: boxed };
    let _ = IDLE.try_with(|idle| {
        let mut idle = idle.borrow_mut();
        if idle.len() < IDLE_AT_MOST {
            idle.push(parts);
        }
    });
}

impl<'q> Parts<'q> {
    #[inline]
    pub(crate) fn binds(&self) -> &Vec<Bind<'q>> {
        &self.binds[0]
    }

    #[inline]
    pub(crate) fn binds_mut(&mut self) -> &mut Vec<Bind<'q>> {
        &mut self.binds[0]
    }

    /// Both at once.
    #[inline]
    pub(crate) fn split(&mut self) -> (&mut Buffer, &mut Vec<Bind<'q>>) {
        (&mut self.buffer, &mut self.binds[0])
    }

    /// Appends to a section what `write` writes. Binds land behind the section's own, before those of later sections.
    #[inline]
    pub(crate) fn write(
        &mut self,
        section: Section,
        model: ModelView<'_>,
        write: impl FnOnce(&mut Encoder<'_, 'q>) -> Result<()>,
    ) -> Result<()> {
        self.buffer.write(&mut self.binds[0], section, model, write)
    }
}

impl Buffer {
    #[inline]
    fn reset(&mut self) {
        self.root = None;
        self.bytes.clear();
        self.lengths = [0; SECTIONS];
        self.binds = [0; SECTIONS];
        self.written = 0;
        self.flags = Flags::PLAIN;
        self.page = (None, None);
        self.error = None;
        self.scope = None;
    }

    /// The sections, one behind the other.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How long each section is, and which may have any bytes.
    #[inline]
    pub(crate) fn lengths(&self) -> (&[u32; SECTIONS], u16) {
        (&self.lengths, self.written)
    }

    fn start(&self, section: Section) -> usize {
        self.lengths[..section as usize].iter().map(|&length| length as usize).sum()
    }

    /// The bytes of a section.
    pub(crate) fn section(&self, section: Section) -> &[u8] {
        let start = self.start(section);
        &self.bytes[start..start + self.lengths[section as usize] as usize]
    }

    /// Every section in order, with the number of its first bind.
    pub(crate) fn parts(&self) -> [(&[u8], u32); SECTIONS] {
        let mut parts = [(&[][..], 0); SECTIONS];
        let (mut rest, mut bind) = (self.bytes.as_slice(), 0);
        for (part, (length, binds)) in parts.iter_mut().zip(self.lengths.iter().zip(&self.binds)) {
            let (bytes, others) = rest.split_at(*length as usize);
            *part = (bytes, bind);
            (rest, bind) = (others, bind + binds);
        }
        parts
    }

    /// How many binds a section has.
    pub(crate) fn binds_of(&self, section: Section) -> usize {
        self.binds[section as usize] as usize
    }

    /// How many binds come before those of a section.
    pub(crate) fn first_bind(&self, section: Section) -> usize {
        self.binds[..section as usize].iter().map(|&count| count as usize).sum()
    }

    /// Appends to a section what `write` writes. Binds land behind the section's own, before those of later sections.
    #[inline]
    pub(crate) fn write<'q>(
        &mut self,
        binds: &mut Vec<Bind<'q>>,
        section: Section,
        model: ModelView<'_>,
        write: impl FnOnce(&mut Encoder<'_, 'q>) -> Result<()>,
    ) -> Result<()> {
        let before = self.before(binds, section);
        let result = write(&mut Encoder::new(&mut self.bytes, binds, model, before.begins));
        self.written(binds, section, before);
        result
    }

    /// The same, in terms of the root model.
    #[inline]
    pub(crate) fn write_of_root<'q>(
        &mut self,
        binds: &mut Vec<Bind<'q>>,
        section: Section,
        write: impl FnOnce(&mut Encoder<'_, 'q>) -> Result<()>,
    ) -> Result<()> {
        let before = self.before(binds, section);
        let model = root_of(&self.root).view();
        let result = write(&mut Encoder::new(&mut self.bytes, binds, model, before.begins));
        self.written(binds, section, before);
        result
    }

    #[inline]
    fn before(&self, binds: &[Bind<'_>], section: Section) -> Before {
        let begins = self.lengths[section as usize] == 0;
        Before { bytes: self.bytes.len(), binds: binds.len(), begins }
    }

    #[inline]
    fn written(&mut self, binds: &mut [Bind<'_>], section: Section, before: Before) {
        // The encoder appends at the end. Only a call out of the usual order has anything behind its place.
        if self.written >> section as u16 > 1 {
            self.move_into_place(binds, section, before.bytes, before.binds);
        }
        self.written |= 1 << section as u16;
        self.lengths[section as usize] += (self.bytes.len() - before.bytes) as u32;
        self.binds[section as usize] += (binds.len() - before.binds) as u32;
    }

    /// The root model.
    #[inline]
    pub(crate) fn root(&self) -> &ModelRef {
        root_of(&self.root)
    }

    #[cold]
    fn move_into_place(&mut self, binds: &mut [Bind<'_>], section: Section, bytes_before: usize, binds_before: usize) {
        let bytes_start = self.start(section) + self.lengths[section as usize] as usize;
        let binds_start = self.first_bind(section) + self.binds_of(section);
        let (bytes_added, binds_added) = (self.bytes.len() - bytes_before, binds.len() - binds_before);
        self.bytes[bytes_start..].rotate_right(bytes_added);
        if binds_added > 0 {
            binds[binds_start..].rotate_right(binds_added);
        }
    }

    /// Drops so many bytes and binds from the front of a section.
    pub(crate) fn drop_front(&mut self, binds: &mut Vec<Bind<'_>>, section: Section, length: usize, count: usize) {
        let (start, first) = (self.start(section), self.first_bind(section));
        self.bytes.drain(start..start + length);
        binds.drain(first..first + count);
        self.lengths[section as usize] -= length as u32;
        self.binds[section as usize] -= count as u32;
    }

    /// Says that an insert has one more row: the first thing that its values say is how many there are.
    #[inline]
    pub(crate) fn count_row(&mut self) {
        let start = self.start(Section::Values);
        if let Some(rows) = self.bytes.get_mut(start..start + 4).and_then(|rows| rows.first_chunk_mut()) {
            *rows = (u32::from_le_bytes(*rows).saturating_add(1)).to_le_bytes();
        }
    }

    /// Empties a section.
    pub(crate) fn clear(&mut self, binds: &mut Vec<Bind<'_>>, section: Section) {
        let (length, count) = (self.lengths[section as usize] as usize, self.binds_of(section));
        if length > 0 || count > 0 {
            self.drop_front(binds, section, length, count);
        }
    }

    /// Takes limit and offset, and writes them.
    #[inline]
    pub(crate) fn set_page(&mut self, binds: &mut Vec<Bind<'_>>, page: (Option<u64>, Option<u64>)) -> Result<()> {
        let before = std::mem::replace(&mut self.page, page);
        // The usual order of calls: first the limit, then the offset.
        let is_last = self.written >> Section::Page as u16 == 1 && self.lengths[Section::Page as usize] == 1;
        let grows = before == (page.0, None) && before.0.is_some() && is_last;
        if let (true, Some(offset), Some(class)) = (grows, page.1, self.bytes.last_mut()) {
            *class |= Encoder::page_class((None, page.1));
            self.binds[Section::Page as usize] += 1;
            binds.extend(std::iter::once_with(|| Bind::count(offset)));
            return Encoder::check_page(page);
        }
        self.clear(binds, Section::Page);
        self.write_of_root(binds, Section::Page, |encoder| encoder.page(page))
    }

    /// The same sections, flags and page.
    pub(crate) fn copy_from(&mut self, other: &Buffer) {
        self.bytes.clone_from(&other.bytes);
        self.lengths = other.lengths;
        self.binds = other.binds;
        self.written = other.written;
        self.flags = other.flags;
        self.page = other.page;
    }

    /// Writes some of the sections into another shape: which of them there are, and of each its length, the number of its
    /// binds, and its bytes.
    pub(crate) fn write_sections(&self, sections: &[Section], out: &mut Encoder<'_, '_>) {
        let is_there = |section: &Section| self.lengths[*section as usize] > 0 || self.binds[*section as usize] > 0;
        let mask = sections.iter().enumerate().fold(0, |mask, (i, section)| mask | u16::from(is_there(section)) << i);
        out.u16(mask);
        for section in sections.iter().filter(|section| is_there(section)) {
            out.u32(self.lengths[*section as usize]);
            out.u32(self.binds[*section as usize]);
            out.plain(self.section(*section));
        }
    }
}

/// How much there was before something was written.
#[derive(Clone, Copy)]
struct Before {
    bytes: usize,
    binds: usize,
    begins: bool,
}

#[inline]
fn root_of(root: &Option<ModelRef>) -> &ModelRef {
    match root {
        Some(root) => root,
        None => dropped(),
    }
}

const _: () = assert!(QUERY_SECTIONS.len() <= 16);
