//! The flat form of a request: sections of bytes and their binds.

use std::cell::RefCell;

use relata_schema::{Aggregate, Error, ErrorKind, ModelRef, ModelView, Result};

use crate::{Bind, Encoder};

/// Operation codes of the bytes of a shape. Private to the encoders of this crate and the lowering of the planner.
#[expect(missing_docs, reason = "each constant is described where the encoder writes it")]
pub mod op {
    pub const COLUMN: u8 = 0x01;
    pub const PATH: u8 = 0x02;
    pub const BIND: u8 = 0x03;
    pub const NULL: u8 = 0x04;
    pub const FUNCTION: u8 = 0x05;
    pub const AGGREGATE: u8 = 0x06;
    pub const CAST: u8 = 0x07;
    pub const ALIAS: u8 = 0x08;
    pub const STAR: u8 = 0x09;
    pub const QUERY: u8 = 0x0A;
    pub const OUTER: u8 = 0x0B;
    pub const ROW: u8 = 0x0C;

    pub const AND: u8 = 0x20;
    pub const OR: u8 = 0x21;
    pub const NOT: u8 = 0x22;
    pub const TRUE: u8 = 0x23;
    pub const FALSE: u8 = 0x24;
    pub const COMPARE: u8 = 0x25;
    pub const IS_NULL: u8 = 0x26;
    pub const NOT_NULL: u8 = 0x27;
    pub const IN: u8 = 0x28;
    pub const NOT_IN: u8 = 0x29;
    pub const BETWEEN: u8 = 0x2A;
    pub const NOT_BETWEEN: u8 = 0x2B;
    pub const LIKE: u8 = 0x2C;
    pub const IS_BOOL: u8 = 0x2D;
    pub const IN_QUERY: u8 = 0x2E;
    pub const NOT_IN_QUERY: u8 = 0x2F;
    pub const EXISTS: u8 = 0x30;
    pub const IN_ROWS: u8 = 0x31;
    pub const NOT_IN_ROWS: u8 = 0x32;

    /// The class of a bind that takes the kind of what it meets.
    pub const OF_WHAT_IT_MEETS: u8 = 0xFF;
    /// A step of a path that follows an association of the model.
    pub const STEP_ASSOCIATION: u8 = 0;
    /// A step of a path that names an include by its alias.
    pub const STEP_ALIAS: u8 = 1;
}

/// The sections of a request, in the order of their bytes and binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Section {
    /// The call, distinct, paranoid, lock.
    Flags = 0,
    /// What is selected.
    Attributes = 1,
    /// What is loaded along.
    Include = 2,
    /// The condition, as conjuncts in a row.
    Filter = 3,
    /// Group keys.
    Group = 4,
    /// The condition on groups.
    Having = 5,
    /// The order.
    Order = 6,
    /// Limit and offset.
    Page = 7,
    /// Of an include: what is selected of the junction.
    ThroughAttributes = 8,
    /// Of an include: the condition on the junction.
    ThroughFilter = 9,
    /// Of a write: what is written.
    Values = 10,
    /// Of an insert: what becomes of a row that is there already.
    Conflict = 11,
    /// What is said of indexes of the root's table.
    Hints = 12,
}

const SECTIONS: usize = 13;

/// The sections of a query within a request, in order.
pub(crate) const QUERY_SECTIONS: [Section; 7] = [
    Section::Attributes,
    Section::Include,
    Section::Filter,
    Section::Group,
    Section::Having,
    Section::Order,
    Section::Page,
];

/// The bytes of a request or of an include, section by section.
#[derive(Debug, Default)]
struct Sections {
    bytes: [Vec<u8>; SECTIONS],
    binds: [u32; SECTIONS],
}

impl Sections {
    fn clear(&mut self) {
        self.bytes.iter_mut().for_each(Vec::clear);
        self.binds = [0; SECTIONS];
    }

    fn binds_before(&self, section: Section) -> usize {
        self.binds[..=section as usize].iter().map(|&count| count as usize).sum()
    }
}

thread_local! {
    /// Buffers of requests that are done. After warm-up a request touches no heap.
    static RECYCLED: RefCell<Vec<(Box<Sections>, Vec<Bind<'static>>)>> = const { RefCell::new(Vec::new()) };
}

/// Buffers that one thread keeps. More than any nesting of includes needs, few enough to forget.
const RECYCLED_AT_MOST: usize = 16;

fn fresh<'q>() -> (Option<Box<Sections>>, Vec<Bind<'q>>) {
    let kept = RECYCLED.try_with(|store| store.borrow_mut().pop());
    let (sections, binds) = kept.ok().flatten().unwrap_or_default();
    (Some(sections), binds)
}

/// What a buffer that was taken away looks like. Only a value that is being dropped has none.
static NO_SECTIONS: Sections = Sections { bytes: [const { Vec::new() }; SECTIONS], binds: [0; SECTIONS] };

fn recycle(buffer: &mut Option<Box<Sections>>, binds: &mut Vec<Bind<'_>>) {
    let (Some(mut sections), mut binds) = (buffer.take(), std::mem::take(binds)) else { return };
    sections.clear();
    binds.clear();
    // An empty vector is collected in place: the allocation survives the change of lifetime, without unsafe code.
    let binds: Vec<Bind<'static>> = binds.into_iter().map(Bind::into_owned).collect();
    // A thread that is ending has no store any more; then the buffers are freed like any others.
    let _ = RECYCLED.try_with(|store| {
        let mut store = store.borrow_mut();
        if store.len() < RECYCLED_AT_MOST {
            store.push((sections, binds));
        }
    });
}

/// What is asked of the rows that a request keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Call {
    /// The rows.
    #[default]
    Find,
    /// How many there are.
    Count,
    /// One aggregate over an attribute of each.
    Aggregate(Aggregate, u16),
    /// Whether there is any.
    Exists,
    /// Rows are added.
    Insert,
    /// The rows are changed.
    Update,
    /// The rows are removed.
    Delete,
    /// All rows of the table are removed.
    Truncate {
        /// And those of tables that refer to it.
        cascade: bool,
        /// And numbers new rows from the start.
        restart: bool,
    },
}

impl Call {
    /// Whether rows are changed.
    pub fn writes(self) -> bool {
        matches!(self, Call::Insert | Call::Update | Call::Delete | Call::Truncate { .. })
    }
}

/// A row lock, as asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lock {
    /// How strong: one of [`Lock::STRENGTHS`].
    pub strength: u8,
    /// What happens to rows that are locked already: one of [`Lock::WAITS`].
    pub wait: u8,
}

impl Lock {
    /// The strengths, strongest first.
    pub const STRENGTHS: [&'static str; 4] = ["update", "no_key_update", "share", "key_share"];
    /// The ways to wait.
    pub const WAITS: [&'static str; 3] = ["wait", "skip_locked", "nowait"];
}

/// The options that are no list: one small section of fixed length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flags {
    /// What is asked of the rows.
    pub call: Call,
    /// De-duplicate the selected attributes.
    pub distinct: bool,
    /// Hide soft-deleted rows of the root.
    pub paranoid: bool,
    /// A row lock.
    pub lock: Option<Lock>,
    /// Of an update or delete: it is meant for all rows when there is no condition.
    pub all: bool,
    /// The condition of the model's default scope holds.
    pub scoped: bool,
}

impl Default for Flags {
    fn default() -> Self {
        Flags { call: Call::Find, distinct: false, paranoid: true, lock: None, all: false, scoped: true }
    }
}

impl Flags {
    fn bytes(self) -> [u8; 6] {
        let (call, function, attribute) = match self.call {
            Call::Find => (0, 0, 0),
            Call::Count => (1, 0, 0),
            Call::Aggregate(function, attribute) => (2, function as u8, attribute),
            Call::Exists => (3, 0, 0),
            Call::Insert => (4, 0, 0),
            Call::Update => (5, 0, 0),
            Call::Delete => (6, 0, 0),
            Call::Truncate { cascade, restart } => (7, u8::from(cascade) | u8::from(restart) << 1, 0),
        };
        let [low, high] = attribute.to_le_bytes();
        let lock = self.lock.map_or(0, |lock| 1 + (lock.strength.min(3) | lock.wait.min(2) << 3));
        let switches = u8::from(self.distinct)
            | u8::from(!self.paranoid) << 1
            | u8::from(self.all) << 2
            | u8::from(!self.scoped) << 3;
        [call, function, low, high, switches, lock]
    }

    /// The flags of a query within a request, of which these are the bytes: it finds, or aggregates.
    pub(crate) fn of_query(bytes: [u8; 6]) -> Option<Flags> {
        let [call, function, low, high, switches, lock] = bytes;
        let call = match call {
            0 => Call::Find,
            1 => Call::Count,
            2 => Call::Aggregate(Aggregate::from_byte(function)?, u16::from_le_bytes([low, high])),
            _ => return None,
        };
        let is_plain = lock == 0 && switches & 4 == 0;
        is_plain.then_some(Flags {
            call,
            distinct: switches & 1 != 0,
            paranoid: switches & 2 == 0,
            lock: None,
            all: false,
            scoped: switches & 8 == 0,
        })
    }
}

/// Finder options as a flat shape and a list of binds, on a recycled buffer.
#[derive(Debug)]
pub struct Request<'q> {
    root: ModelRef,
    buffer: Option<Box<Sections>>,
    binds: Vec<Bind<'q>>,
    flags: Flags,
    page: (Option<u64>, Option<u64>),
    error: Option<Error>,
    /// What the default scope has written at the front of each section, to be dropped when it is not wanted.
    scope: Option<Box<ScopePart>>,
}

/// Bytes and binds of a default scope in each of the sections that it may write to, and its page.
#[derive(Debug, Clone, Default)]
struct ScopePart {
    lengths: Vec<(Section, usize, u32)>,
    page: (Option<u64>, Option<u64>),
}

impl<'q> Request<'q> {
    fn sections(&self) -> &Sections {
        self.buffer.as_deref().unwrap_or(&NO_SECTIONS)
    }

    fn sections_mut(&mut self) -> &mut Sections {
        self.buffer.get_or_insert_default()
    }

    /// A request for all rows of a model.
    pub fn new(root: ModelRef) -> Self {
        let (buffer, binds) = fresh();
        let mut request =
            Request { root, buffer, binds, flags: Flags::default(), page: (None, None), error: None, scope: None };
        request.set_flags(Flags::default());
        if let Err(error) = request.root.view().check() {
            request.fail(error);
        }
        request
    }

    /// A request for the rows of a model with the options of its default scope, as typed finds begin.
    pub fn scoped(root: ModelRef) -> Self {
        let mut request = Request::new(root);
        if request.root.view().default_scope.is_some() {
            if let Err(error) = crate::doc::begin_scoped(&mut request) {
                request.fail(error);
            }
            let part = ScopePart {
                lengths: crate::doc::SCOPE_SECTIONS
                    .into_iter()
                    .map(|section| {
                        (section, request.section(section).len(), request.sections().binds[section as usize])
                    })
                    .collect(),
                page: request.page,
            };
            request.scope = Some(Box::new(part));
        }
        request
    }

    /// Whether a default scope is in it that can be dropped.
    pub fn has_default_scope(&self) -> bool {
        self.flags.scoped && self.root.view().default_scope.is_some()
    }

    /// Forgets the default scope: its condition, and what else of it has been written.
    pub fn drop_scope(&mut self) {
        let flags = Flags { scoped: false, ..self.flags };
        self.set_flags(flags);
        let Some(part) = self.scope.take() else { return };
        for (section, bytes, binds) in part.lengths {
            let first = self.first_bind(section);
            self.binds.drain(first..first + binds as usize);
            self.sections_mut().binds[section as usize] -= binds;
            self.sections_mut().bytes[section as usize].drain(..bytes);
        }
        if self.page == part.page && part.page != (None, None) {
            self.page = (None, None);
            self.clear(Section::Page);
        }
    }

    /// The options that are no list.
    pub fn flags(&self) -> Flags {
        self.flags
    }

    /// Replaces the options that are no list.
    pub fn set_flags(&mut self, flags: Flags) {
        self.flags = flags;
        let bytes = &mut self.sections_mut().bytes[Section::Flags as usize];
        bytes.clear();
        bytes.extend_from_slice(&flags.bytes());
    }

    /// Limit and offset.
    pub fn page(&self) -> (Option<u64>, Option<u64>) {
        self.page
    }

    /// Replaces limit and offset.
    pub fn set_page(&mut self, limit: Option<u64>, offset: Option<u64>) {
        self.page = (limit, offset);
        self.clear(Section::Page);
        self.write(Section::Page, |encoder| encoder.page(limit, offset));
    }

    /// The root model.
    pub fn root(&self) -> &ModelRef {
        &self.root
    }

    /// The values, in the order of the sections.
    pub fn binds(&self) -> &[Bind<'q>] {
        &self.binds
    }

    /// The bytes of a section.
    pub fn section(&self, section: Section) -> &[u8] {
        &self.sections().bytes[section as usize]
    }

    /// How many binds come before those of a section.
    pub fn first_bind(&self, section: Section) -> usize {
        self.sections().binds[..section as usize].iter().map(|&count| count as usize).sum()
    }

    /// The first mistake made while the request was built.
    ///
    /// # Errors
    ///
    /// That mistake. Builder methods return the builder, so a mistake waits here until something runs.
    pub fn check(&self) -> Result<()> {
        match &self.error {
            None => Ok(()),
            Some(error) => Err(error.again()),
        }
    }

    /// Keeps the first mistake.
    pub fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    /// Appends to a section. Binds land behind the section's own, before those of later sections.
    pub fn write(&mut self, section: Section, write: impl FnOnce(&mut Encoder<'_, 'q>) -> Result<()>) {
        let view = self.root.view();
        let result = write_section(self.buffer.get_or_insert_default(), &mut self.binds, section, view, write);
        if let Err(error) = result {
            self.fail(error);
        }
    }

    /// Empties a section and drops its binds.
    pub fn clear(&mut self, section: Section) {
        let end = self.sections().binds_before(section);
        let start = end - self.sections().binds[section as usize] as usize;
        self.binds.drain(start..end);
        self.sections_mut().binds[section as usize] = 0;
        self.sections_mut().bytes[section as usize].clear();
    }

    /// Appends a section of another request, with its binds.
    pub fn copy_section(&mut self, section: Section, other: &Request<'q>) {
        let first = other.first_bind(section);
        let count = other.sections().binds[section as usize] as usize;
        let start = self.sections().binds_before(section);
        self.sections_mut().bytes[section as usize].extend_from_slice(other.section(section));
        self.binds.splice(start..start, other.binds[first..first + count].iter().cloned());
        self.sections_mut().binds[section as usize] += count as u32;
    }

    /// Appends the bytes of the whole shape: every section with its length.
    pub fn write_key(&self, out: &mut Vec<u8>) {
        let sections = &self.sections().bytes;
        let values = Section::Values as usize..=Section::Conflict as usize;
        let written = if self.flags.call.writes() { &sections[values] } else { &[] };
        for bytes in sections[..=Section::Page as usize].iter().chain(written) {
            out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
            out.extend_from_slice(bytes);
        }
        // At the end, where nothing else is: requests that say nothing of indexes are as short as they were.
        out.extend_from_slice(self.section(Section::Hints));
    }

    /// Writes the request as a query within another: the number of its model, its flags, and its sections with the numbers
    /// of their binds.
    pub(crate) fn write_query(&self, out: &mut Encoder<'_, 'q>) -> Result<()> {
        self.check()?;
        if self.flags.lock.is_some() || self.flags.call.writes() || self.flags.call == Call::Exists {
            return Err(Error::new(ErrorKind::Request, "a query within a request only reads, and locks nothing"));
        }
        if !self.section(Section::Hints).is_empty() {
            return Err(Error::new(ErrorKind::Unsupported, "a query within a request says nothing of indexes")
                .help("leave its index_hints out"));
        }
        out.handle(self.root.clone());
        out.plain(&self.flags.bytes());
        for section in QUERY_SECTIONS {
            out.bytes(self.section(section));
            out.bytes(&self.sections().binds[section as usize].to_le_bytes());
        }
        out.append_binds(&mut self.binds.to_vec());
        Ok(())
    }

    /// Another request on the same rows: with the call, and as much of the rest as it has a use for. Values are
    /// borrowed from this one.
    pub fn with_call<'s>(&'s self, call: Call) -> Request<'s> {
        let mut other: Request<'s> = Request::new(self.root.clone());
        let flags = match call {
            Call::Find => Flags { call, ..self.flags },
            _ => Flags { call, lock: None, ..self.flags },
        };
        other.set_flags(flags);
        let grouped = !self.section(Section::Group).is_empty();
        for section in [
            Section::Attributes,
            Section::Include,
            Section::Filter,
            Section::Group,
            Section::Having,
            Section::Order,
            Section::Hints,
        ] {
            let wanted = match section {
                Section::Attributes => call == Call::Find || self.flags.distinct || grouped,
                Section::Order => call == Call::Find,
                _ => true,
            };
            if wanted {
                let first = self.first_bind(section);
                let count = self.sections().binds[section as usize] as usize;
                other.sections_mut().bytes[section as usize].extend_from_slice(self.section(section));
                other.binds.extend(self.binds[first..first + count].iter().map(Bind::borrowed));
                other.sections_mut().binds[section as usize] = count as u32;
            }
        }
        if call == Call::Find && self.page != (None, None) {
            other.set_page(self.page.0, self.page.1);
        }
        if let Err(error) = self.check() {
            other.fail(error);
        }
        other
    }

    /// The same request, with values that are borrowed from this one.
    pub fn with_all<'s>(&'s self) -> Request<'s> {
        let mut other: Request<'s> = Request::new(self.root.clone());
        other.set_flags(self.flags);
        let (from, to) = (self.sections(), other.buffer.get_or_insert_default());
        for (from, to) in from.bytes.iter().zip(&mut to.bytes) {
            to.clone_from(from);
        }
        to.binds = from.binds;
        other.binds.extend(self.binds.iter().map(Bind::borrowed));
        other.page = self.page;
        if let Err(error) = self.check() {
            other.fail(error);
        }
        other
    }

    /// The same request without borrowing.
    pub fn into_owned(mut self) -> Request<'static> {
        let binds = std::mem::take(&mut self.binds).into_iter().map(Bind::into_owned).collect();
        let buffer = self.buffer.take();
        let (flags, page) = (self.flags, self.page);
        Request {
            root: self.root.clone(),
            buffer,
            binds,
            flags,
            page,
            error: self.error.take(),
            scope: self.scope.take(),
        }
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        recycle(&mut self.buffer, &mut self.binds);
    }
}

/// The options of one include, before they are appended to the request or include above.
#[derive(Debug)]
pub struct Include<'q> {
    association: u16,
    alias: String,
    required: Option<bool>,
    separate: Option<bool>,
    paranoid: bool,
    through_paranoid: bool,
    scoped: bool,
    buffer: Option<Box<Sections>>,
    binds: Vec<Bind<'q>>,
    page: (Option<u64>, Option<u64>),
    error: Option<Error>,
}

impl<'q> Include<'q> {
    fn sections(&self) -> &Sections {
        self.buffer.as_deref().unwrap_or(&NO_SECTIONS)
    }

    /// An include of the association of that index.
    pub fn new(association: u16) -> Self {
        let (buffer, binds) = fresh();
        Include {
            association,
            alias: String::new(),
            required: None,
            separate: None,
            paranoid: true,
            through_paranoid: true,
            scoped: true,
            buffer,
            binds,
            page: (None, None),
            error: None,
        }
    }

    /// At most that many children for each parent.
    pub fn limit(&mut self, limit: u64) {
        self.page.0 = Some(limit);
    }

    /// Skips that many children of each parent.
    pub fn offset(&mut self, offset: u64) {
        self.page.1 = Some(offset);
    }

    /// The key under which the answer carries it.
    pub fn alias(&mut self, alias: &str) {
        alias.clone_into(&mut self.alias);
    }

    /// Whether a parent needs a child to be kept.
    pub fn required(&mut self, required: bool) {
        self.required = Some(required);
    }

    /// Whether it has a statement of its own.
    pub fn separate(&mut self, separate: bool) {
        self.separate = Some(separate);
    }

    /// Whether soft-deleted children are hidden.
    pub fn paranoid(&mut self, paranoid: bool) {
        self.paranoid = paranoid;
    }

    /// Whether the condition of the target's default scope holds.
    pub fn scoped(&mut self, on: bool) {
        self.scoped = on;
    }

    /// Whether soft-deleted junction rows are hidden.
    pub fn through_paranoid(&mut self, paranoid: bool) {
        self.through_paranoid = paranoid;
    }

    /// Keeps the first mistake.
    pub fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    /// Appends to a section; `model` is the include's target (of the junction, for the junction's sections).
    pub fn write(
        &mut self,
        section: Section,
        model: ModelView<'_>,
        write: impl FnOnce(&mut Encoder<'_, 'q>) -> Result<()>,
    ) {
        if let Err(error) = write_section(self.buffer.get_or_insert_default(), &mut self.binds, section, model, write) {
            self.error.get_or_insert(error);
        }
    }

    /// Appends this include to the include section above it.
    ///
    /// # Errors
    ///
    /// The first mistake made while the include was built.
    pub fn finish(mut self, above: &mut Encoder<'_, 'q>) -> Result<()> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        if self.page != (None, None) {
            let (sections, binds) = (self.buffer.get_or_insert_default(), &mut self.binds);
            let (limit, offset) = self.page;
            write_section(sections, binds, Section::Page, above.model, |page| page.page(limit, offset))?;
        }
        let tri = |flag: Option<bool>| flag.map_or(0u8, |flag| 1 + u8::from(flag));
        above.u16(self.association);
        above.byte(
            tri(self.required)
                | tri(self.separate) << 2
                | u8::from(!self.paranoid) << 4
                | u8::from(!self.through_paranoid) << 5
                | u8::from(!self.scoped) << 6,
        );
        above.name(&self.alias)?;
        let sections = Section::Attributes as usize..=Section::ThroughFilter as usize;
        for (bytes, binds) in self.sections().bytes[sections.clone()].iter().zip(&self.sections().binds[sections]) {
            above.bytes(bytes);
            above.bytes(&binds.to_le_bytes());
        }
        above.append_binds(&mut self.binds);
        Ok(())
    }
}

impl Drop for Include<'_> {
    fn drop(&mut self) {
        recycle(&mut self.buffer, &mut self.binds);
    }
}

fn write_section<'q>(
    sections: &mut Sections,
    binds: &mut Vec<Bind<'q>>,
    section: Section,
    model: ModelView<'_>,
    write: impl FnOnce(&mut Encoder<'_, 'q>) -> Result<()>,
) -> Result<()> {
    let start = sections.binds_before(section);
    let before = binds.len();
    let mut encoder = Encoder::new(&mut sections.bytes[section as usize], binds, model);
    let result = write(&mut encoder);
    let added = binds.len() - before;
    // The encoder appends at the end. Only a call out of the usual order has anything behind its place.
    if start < before {
        binds[start..].rotate_right(added);
    }
    sections.binds[section as usize] += added as u32;
    result
}
