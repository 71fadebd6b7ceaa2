//! Where the value of a placeholder comes from, and what becomes of it on the way.

use relata_schema::Kind;

/// A placeholder's value, as the plan describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BindDef {
    /// Where it comes from.
    pub source: Source,
    /// The kind of the value (of an element, where the bind is a list).
    pub kind: Kind,
    /// What becomes of it.
    pub transform: Transform,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The bind of that number in the request.
    Request(u32),
    /// An element of a list in the request; past the end, its last.
    Element(u32, u8),
    /// Offset plus limit: the numbers of both binds. The offset's is `u32::MAX` when there is none.
    PageEnd {
        /// The offset's bind.
        offset: u32,
        /// The limit's bind.
        limit: u32,
    },
    /// The keys of the parents, as a feed gives them: that column of the feed, or all of them.
    Keys(u8),
}

/// What becomes of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transform {
    /// Nothing.
    AsIs,
    /// A list becomes one value: the database's array, or a JSON array.
    Array,
    /// Each element of a list has a placeholder of its own.
    Spread,
    /// The whole feed of keys becomes a JSON array: of values, or of arrays when there are several columns.
    JsonRows,
    /// The keys and numbers of a path in a JSON document become a list of texts.
    JsonLegs,
    /// They become a path in the language of SQL/JSON. Whether a key may hold a quote or a backslash, escaped.
    JsonPath {
        /// It may.
        escapes: bool,
    },
    /// A pattern of `LIKE` becomes one of `GLOB`.
    LikeToGlob,
    /// A text that is taken literally becomes a pattern of `LIKE`.
    EscapeLike {
        /// Anything may come before it.
        open_start: bool,
        /// Anything may come after it.
        open_end: bool,
    },
    /// A text that is taken literally becomes a pattern of `GLOB`.
    EscapeGlob {
        /// Anything may come before it.
        open_start: bool,
        /// Anything may come after it.
        open_end: bool,
    },
}
