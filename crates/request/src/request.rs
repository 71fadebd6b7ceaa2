//! A request: finder or write options, before they are planned.

use relata_schema::{Error, ErrorKind, ModelDef, ModelRef, Result};

use crate::{
    Bind, Call, Encoder, Flags, Section,
    buffer::{Buffer, Parts, ScopePart, fresh, recycle},
    shape::{QUERY_SECTIONS, SECTIONS},
};

/// Finder options as a flat shape and a list of binds, on a recycled buffer.
#[derive(Debug)]
pub struct Request<'q> {
    /// None only while it is dropped.
    parts: Option<Parts<'q>>,
}

/// What tells the shape of one request from that of another: requests of equal keys have equal plans.
#[derive(Debug, Clone, Copy)]
pub struct ShapeKey<'r> {
    /// The number of the root model.
    pub model: u64,
    /// The options that are no list.
    pub flags: [u8; 6],
    /// The sections, one behind the other.
    pub bytes: &'r [u8],
    lengths: &'r [u32; SECTIONS],
    /// The sections that may have any bytes.
    written: u16,
}

/// A key that is kept.
#[derive(Debug, Clone)]
pub struct OwnedKey {
    model: u64,
    flags: [u8; 6],
    written: u16,
    lengths: [u32; SECTIONS],
    bytes: Box<[u8]>,
}

impl ShapeKey<'_> {
    /// The same key, to be kept.
    pub fn to_owned(self) -> OwnedKey {
        let written = (0..SECTIONS).fold(0, |set, section| set | u16::from(self.lengths[section] > 0) << section);
        OwnedKey { model: self.model, flags: self.flags, written, lengths: *self.lengths, bytes: self.bytes.into() }
    }

    /// Whether it is equal to one that was kept.
    #[inline]
    pub fn is(&self, kept: &OwnedKey) -> bool {
        self.model == kept.model && self.flags == kept.flags && *self.bytes == *kept.bytes && self.has_lengths_of(kept)
    }

    /// What has a length in neither has none in both. The others are looked at one by one: they were written one by one a
    /// moment ago, and a processor waits where such are read at once.
    #[inline]
    fn has_lengths_of(&self, kept: &OwnedKey) -> bool {
        let mut sections = self.written | kept.written;
        while sections != 0 {
            let section = sections.trailing_zeros() as usize % SECTIONS;
            if self.lengths[section] != kept.lengths[section] {
                return false;
            }
            sections &= sections - 1;
        }
        true
    }
}

impl<'q> Request<'q> {
    #[inline]
    fn parts(&self) -> &Parts<'q> {
        match &self.parts {
            Some(parts) => parts,
            None => dropped(),
        }
    }

    #[inline]
    fn parts_mut(&mut self) -> &mut Parts<'q> {
        match &mut self.parts {
            Some(parts) => parts,
            None => dropped(),
        }
    }

    #[inline]
    fn buffer(&self) -> &Buffer {
        &self.parts().buffer
    }

    #[inline]
    fn buffer_mut(&mut self) -> &mut Buffer {
        &mut self.parts_mut().buffer
    }

    /// A request for the rows of a model that is declared in code, with the options of its default scope: as typed finds
    /// begin.
    pub fn of(model: &'static ModelDef) -> Self {
        let mut parts = fresh();
        parts.buffer.root = Some(ModelRef::Static(model));
        let mut request = Request { parts: Some(parts) };
        if !model.is_plain() {
            request = Request::scoped(ModelRef::Static(model));
        }
        request
    }

    /// A request for all rows of a model.
    pub fn new(root: ModelRef) -> Self {
        let mut parts = fresh();
        if let Err(error) = root.view().check() {
            parts.buffer.error = Some(error);
        }
        parts.buffer.root = Some(root);
        Request { parts: Some(parts) }
    }

    /// A request for the rows of a model with the options of its default scope, as typed finds begin.
    pub fn scoped(root: ModelRef) -> Self {
        let has_scope = root.view().default_scope.is_some();
        let mut request = Request::new(root);
        if has_scope {
            request.begin_scoped();
        }
        request
    }

    #[cold]
    fn begin_scoped(&mut self) {
        if let Err(error) = crate::doc::begin_scoped(self) {
            self.fail(error);
        }
        let buffer = self.buffer();
        let part = ScopePart {
            lengths: crate::doc::SCOPE_SECTIONS
                .into_iter()
                .map(|section| (section, buffer.section(section).len(), buffer.binds_of(section) as u32))
                .collect(),
            page: buffer.page,
        };
        self.buffer_mut().scope = Some(Box::new(part));
    }

    /// Whether a default scope is in it that can be dropped.
    pub fn has_default_scope(&self) -> bool {
        self.flags().scoped && self.root().view().default_scope.is_some()
    }

    /// Forgets the default scope: its condition, and what else of it has been written.
    pub fn drop_scope(&mut self) {
        let flags = Flags { scoped: false, ..self.flags() };
        self.set_flags(flags);
        let Some(part) = self.buffer_mut().scope.take() else { return };
        let (buffer, binds) = self.parts_mut().split();
        for (section, bytes, count) in part.lengths {
            buffer.drop_front(binds, section, bytes, count as usize);
        }
        if buffer.page == part.page && part.page != (None, None) {
            buffer.page = (None, None);
            buffer.clear(binds, Section::Page);
        }
    }

    /// The options that are no list.
    pub fn flags(&self) -> Flags {
        self.buffer().flags
    }

    /// Replaces the options that are no list.
    pub fn set_flags(&mut self, flags: Flags) {
        self.buffer_mut().flags = flags;
    }

    /// Limit and offset.
    pub fn page(&self) -> (Option<u64>, Option<u64>) {
        self.buffer().page
    }

    /// Replaces limit and offset.
    #[inline]
    pub fn set_page(&mut self, limit: Option<u64>, offset: Option<u64>) {
        let (buffer, binds) = self.parts_mut().split();
        if let Err(error) = buffer.set_page(binds, (limit, offset)) {
            self.fail(error);
        }
    }

    /// The root model.
    #[inline]
    pub fn root(&self) -> &ModelRef {
        self.buffer().root()
    }

    /// The values, in the order of the sections.
    #[inline]
    pub fn binds(&self) -> &[Bind<'q>] {
        self.parts().binds()
    }

    /// The bytes of a section.
    pub fn section(&self, section: Section) -> &[u8] {
        self.buffer().section(section)
    }

    /// The bytes of every section, in the order of [`Section`], and the number of its first bind.
    pub fn sections(&self) -> [(&[u8], u32); SECTIONS] {
        self.buffer().parts()
    }

    /// How many binds come before those of a section.
    pub fn first_bind(&self, section: Section) -> usize {
        self.buffer().first_bind(section)
    }

    /// The first mistake made while the request was built.
    ///
    /// # Errors
    ///
    /// That mistake. Builder methods return the builder, so a mistake waits here until something runs.
    #[inline]
    pub fn check(&self) -> Result<()> {
        match &self.buffer().error {
            None => Ok(()),
            Some(error) => Err(error.again()),
        }
    }

    /// Keeps the first mistake.
    #[cold]
    pub fn fail(&mut self, error: Error) {
        self.buffer_mut().error.get_or_insert(error);
    }

    /// Appends to a section. Binds land behind the section's own, before those of later sections.
    #[inline]
    pub fn write(&mut self, section: Section, write: impl FnOnce(&mut Encoder<'_, 'q>) -> Result<()>) {
        let (buffer, binds) = self.parts_mut().split();
        if let Err(error) = buffer.write_of_root(binds, section, write) {
            self.fail(error);
        }
    }

    /// Begins an insert of rows of these attributes, none so far.
    pub fn begin_insert(&mut self, attributes: &[u16]) {
        self.set_flags(Flags { call: Call::Insert, ..self.flags() });
        self.write(Section::Values, |out| {
            out.insert(attributes, 0);
            Ok(())
        });
    }

    /// Adds a row to an insert; `cells` writes a value for each attribute.
    #[inline]
    pub fn add_row(&mut self, cells: impl FnOnce(&mut Encoder<'_, 'q>) -> Result<()>) {
        self.write(Section::Values, cells);
        self.buffer_mut().count_row();
    }

    /// The attributes of an insert.
    ///
    /// # Errors
    ///
    /// An internal error when it is none.
    pub fn inserted(&self) -> Result<Vec<u16>> {
        let mut at = crate::Cursor::new(self.section(Section::Values), 0);
        at.u32()?;
        at.attributes()
    }

    /// Empties a section and drops its binds.
    pub fn clear(&mut self, section: Section) {
        let (buffer, binds) = self.parts_mut().split();
        buffer.clear(binds, section);
    }

    /// Appends a section of another request, with its binds.
    pub fn copy_section(&mut self, section: Section, other: &Request<'q>) {
        let first = other.first_bind(section);
        let binds = other.binds()[first..first + other.buffer().binds_of(section)].iter().cloned();
        self.append(section, other.section(section), binds);
    }

    /// The same with values that are borrowed from the other request.
    pub fn borrow_section(&mut self, section: Section, other: &'q Request<'_>) {
        let first = other.first_bind(section);
        let binds = other.binds()[first..first + other.buffer().binds_of(section)].iter().map(Bind::borrowed);
        self.append(section, other.section(section), binds);
    }

    fn append(&mut self, section: Section, bytes: &[u8], binds: impl Iterator<Item = Bind<'q>>) {
        self.write(section, |out| {
            out.raw(bytes, binds);
            Ok(())
        });
    }

    /// What tells its shape from others.
    #[inline]
    pub fn key(&self) -> ShapeKey<'_> {
        let buffer = self.buffer();
        let (lengths, written) = buffer.lengths();
        let model = buffer.root().view().id;
        ShapeKey { model, flags: buffer.flags.bytes(), bytes: buffer.bytes(), lengths, written }
    }

    /// What tells the shape of the same request from others when its first row alone is meant.
    #[inline]
    pub fn key_of_first(&self) -> ShapeKey<'_> {
        ShapeKey { flags: Flags { first: true, ..self.flags() }.bytes(), ..self.key() }
    }

    /// The same request, of which the first row alone is meant. Values are borrowed from this one.
    pub fn first<'s>(&'s self) -> Request<'s> {
        let mut first = self.with_all();
        first.set_flags(Flags { first: true, ..self.flags() });
        first
    }

    /// Appends the bytes of the whole shape: its options, and every section with its length.
    pub fn write_key(&self, out: &mut Vec<u8>) {
        let key = self.key();
        out.extend_from_slice(&key.flags);
        key.lengths.iter().for_each(|length| out.extend_from_slice(&length.to_le_bytes()));
        out.extend_from_slice(key.bytes);
    }

    /// Writes the request as a query within another: the number of its model, its flags, and its sections with the numbers
    /// of their binds.
    pub(crate) fn write_query(&self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        self.check()?;
        let flags = self.flags();
        if flags.lock.is_some() || flags.call.writes() || flags.call == Call::Exists {
            return Err(Error::new(ErrorKind::Request, "a query within a request only reads, and locks nothing"));
        }
        if !self.section(Section::Hints).is_empty() {
            return Err(Error::new(ErrorKind::Unsupported, "a query within a request says nothing of indexes")
                .help("leave its index_hints out"));
        }
        out.handle(self.root().clone());
        out.plain(&flags.bytes());
        self.buffer().write_sections(&QUERY_SECTIONS, out);
        out.append_binds(&mut self.binds().to_vec());
        Ok(())
    }

    /// Another request on the same rows: with the call, and as much of the rest as it has a use for. Values are
    /// borrowed from this one.
    pub fn with_call<'s>(&'s self, call: Call) -> Request<'s> {
        let mut other: Request<'s> = Request::new(self.root().clone());
        let flags = match call {
            Call::Find => Flags { call, ..self.flags() },
            _ => Flags { call, lock: None, ..self.flags() },
        };
        other.set_flags(flags);
        let grouped = !self.section(Section::Group).is_empty();
        for section in [
            Section::Include,
            Section::Filter,
            Section::Group,
            Section::Having,
            Section::Order,
            Section::Attributes,
            Section::Hints,
        ] {
            let wanted = match section {
                Section::Attributes => call == Call::Find || flags.distinct || grouped,
                Section::Order => call == Call::Find,
                _ => true,
            };
            if wanted && !self.section(section).is_empty() {
                let first = self.first_bind(section);
                let binds = self.binds()[first..first + self.buffer().binds_of(section)].iter().map(Bind::borrowed);
                other.append(section, self.section(section), binds);
            }
        }
        let page = self.page();
        if call == Call::Find && page != (None, None) {
            other.set_page(page.0, page.1);
        }
        if let Err(error) = self.check() {
            other.fail(error);
        }
        other
    }

    /// The same request, with values that are borrowed from this one.
    pub fn with_all<'s>(&'s self) -> Request<'s> {
        let mut other: Request<'s> = Request::new(self.root().clone());
        other.buffer_mut().copy_from(self.buffer());
        other.parts_mut().binds_mut().extend(self.binds().iter().map(Bind::borrowed));
        if let Err(error) = self.check() {
            other.fail(error);
        }
        other
    }

    /// The same request without borrowing.
    pub fn into_owned(mut self) -> Request<'static> {
        let mut owned = Request::new(self.root().clone());
        let binds = std::mem::take(self.parts_mut().binds_mut());
        let parts = owned.parts_mut();
        std::mem::swap(&mut parts.buffer, &mut self.parts_mut().buffer);
        *parts.binds_mut() = binds.into_iter().map(Bind::into_owned).collect();
        owned
    }
}

/// Nothing is asked of a request that was dropped, and its parts are there until then.
#[cold]
pub(crate) fn dropped() -> ! {
    unreachable!("a request that is in use has its parts")
}

impl Drop for Request<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(parts) = self.parts.take() {
            recycle(parts);
        }
    }
}
