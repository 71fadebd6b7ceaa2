//! What the bytes of a shape are made of: operations, sections, and the options that are no list.

use relata_schema::Aggregate;

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
    pub const QUANTIFIED: u8 = 0x33;

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
    /// What is loaded along.
    Include = 0,
    /// The condition, as conjuncts in a row.
    Filter = 1,
    /// Group keys.
    Group = 2,
    /// The condition on groups.
    Having = 3,
    /// The order.
    Order = 4,
    /// Limit and offset.
    Page = 5,
    /// What is selected. Builders say it last.
    Attributes = 6,
    /// Of an include: what is selected of the junction.
    ThroughAttributes = 7,
    /// Of an include: the condition on the junction.
    ThroughFilter = 8,
    /// Of a write: what is written.
    Values = 9,
    /// Of an insert: what becomes of a row that is there already.
    Conflict = 10,
    /// What is said of indexes of the root's table.
    Hints = 11,
}

/// How many sections there are.
pub(crate) const SECTIONS: usize = 12;

/// The sections that an include may have, in order.
pub(crate) const INCLUDE_SECTIONS: [Section; 9] = [
    Section::Include,
    Section::Filter,
    Section::Group,
    Section::Having,
    Section::Order,
    Section::Page,
    Section::Attributes,
    Section::ThroughAttributes,
    Section::ThroughFilter,
];

/// The sections of a query within a request, in order.
pub(crate) const QUERY_SECTIONS: [Section; 7] = [
    Section::Include,
    Section::Filter,
    Section::Group,
    Section::Having,
    Section::Order,
    Section::Page,
    Section::Attributes,
];

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
    /// Of a find: its first row alone is meant.
    pub first: bool,
}

impl Default for Flags {
    fn default() -> Self {
        Flags::PLAIN
    }
}

impl Flags {
    /// Of a find that says nothing.
    pub(crate) const PLAIN: Flags =
        Flags { call: Call::Find, distinct: false, paranoid: true, lock: None, all: false, scoped: true, first: false };

    #[inline]
    pub(crate) fn bytes(self) -> [u8; 6] {
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
            | u8::from(!self.scoped) << 3
            | u8::from(self.first) << 4;
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
        let is_plain = lock == 0 && switches & 0b1_0100 == 0;
        is_plain.then_some(Flags {
            call,
            distinct: switches & 1 != 0,
            paranoid: switches & 2 == 0,
            lock: None,
            all: false,
            scoped: switches & 8 == 0,
            first: false,
        })
    }
}
