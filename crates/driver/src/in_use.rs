//! A connection that is held and used by several calls one after another.

use self_cell::{MutBorrow, self_cell};

use crate::{Held, Session};

type Begun<'h> = Box<dyn Session + 'h>;

self_cell! {
    struct Parts {
        owner: MutBorrow<Held>,
        #[not_covariant]
        dependent: Begun,
    }
}

/// A connection of a pool with the one session in which all that runs on it runs: statements are prepared once, and found
/// by their plan. It returns to the pool when it is dropped.
pub struct InUse {
    /// There until it is dropped.
    parts: Option<Parts>,
    discarded: bool,
}

impl InUse {
    /// Begins to use a connection.
    pub fn new(held: Held) -> Self {
        let parts = Parts::new(MutBorrow::new(held), |held| held.borrow_mut().session());
        InUse { parts: Some(parts), discarded: false }
    }

    /// Runs something on it.
    pub fn with<T>(&mut self, run: impl FnOnce(&mut dyn Session) -> T) -> T {
        match &mut self.parts {
            Some(parts) => parts.with_dependent_mut(|_, session| run(&mut **session)),
            None => unreachable!("a connection is in use until it is dropped"),
        }
    }

    /// Says that it must not be used again.
    pub fn discard(&mut self) {
        self.discarded = true;
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        let Some(parts) = self.parts.take() else { return };
        let mut held = parts.into_owner().into_inner();
        if self.discarded {
            held.discard();
        }
    }
}
