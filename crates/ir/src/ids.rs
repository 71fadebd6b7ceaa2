//! Typed ids. Four bytes each, and an id of one pool cannot be used in another.

use std::{fmt, marker::PhantomData, num::NonZeroU32};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)+) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(NonZeroU32);

        impl $name {
            /// The id of that place in its pool.
            pub fn new(index: usize) -> Self {
                // Pools are bounded far below 2^32 by the node budget of the planner.
                Self(NonZeroU32::MIN.saturating_add(index as u32))
            }

            /// The place in its pool.
            pub fn index(self) -> usize {
                self.0.get() as usize - 1
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $prefix, self.index())
            }
        })+
    };
}

ids! {
    /// An expression.
    ExprId "e";
    /// A select.
    SelectId "s";
    /// An occurrence of a relation in a statement.
    RelId "r";
    /// A table, with its columns and keys.
    TableId "t";
    /// An interned name.
    NameId "n";
    /// A bind.
    BindId "b";
    /// A window.
    WindowId "w";
    /// A constant of the schema.
    LiteralId "l";
}

/// A run of elements in a pool.
pub struct List<T> {
    start: u32,
    len: u32,
    of: PhantomData<fn() -> T>,
}

impl<T> List<T> {
    /// The list of nothing.
    pub const EMPTY: List<T> = List { start: 0, len: 0, of: PhantomData };

    pub(crate) fn new(start: usize, len: usize) -> Self {
        List { start: start as u32, len: len as u32, of: PhantomData }
    }

    /// How many elements there are.
    pub fn len(self) -> usize {
        self.len as usize
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The same run in a pool in which so many elements stand before.
    pub(crate) fn moved(self, by: usize) -> Self {
        List { start: self.start + by as u32, ..self }
    }

    pub(crate) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<T> {}

impl<T> PartialEq for List<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.start, self.len) == (other.start, other.len)
    }
}

impl<T> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}; {}]", self.start, self.len)
    }
}
