//! Plans by shape.

use std::{
    hash::Hasher,
    sync::{Arc, Mutex, PoisonError},
};

use hashbrown::HashTable;
use relata_dialect::Capabilities;
use relata_request::{OwnedKey, Request, ShapeKey};
use relata_schema::Result;
use rustc_hash::FxHasher;

use crate::{Options, Plan, Planner};

/// A bounded map from shapes to plans, for one user: it takes no lock.
///
/// Keys are compared as bytes; a hash only finds the bucket. There are two generations: what was not asked for while
/// the younger one filled up is forgotten with the older. So the bound holds, and what is in use stays.
///
/// ```
/// # use relata_planner::Plans;
/// # use relata_request::Request;
/// # use relata_schema::{ModelBuilder, ModelRef, ModelSet, SqlType};
/// # fn main() -> relata_schema::Result<()> {
/// # let mut user = ModelBuilder::new("User");
/// # user.timestamps(false).attribute("id", SqlType::BigInt).primary_key();
/// # let models = ModelSet::new(vec![user.build()?])?;
/// # let user = models.model("User")?;
/// let mut plans = Plans::new(100);
/// let plan = plans.get(&Request::new(user.clone()), &relata_dialect::POSTGRES_15)?.clone();
/// let again = plans.get(&Request::new(user), &relata_dialect::POSTGRES_15)?;
/// assert_eq!(again.id, plan.id);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Plans {
    young: HashTable<Entry>,
    old: HashTable<Entry>,
    bound: usize,
    planner: Planner,
    hits: u64,
    misses: u64,
}

/// A plan and the shape that it is of.
#[derive(Debug)]
struct Entry {
    hash: u64,
    dialect: u64,
    key: OwnedKey,
    plan: Arc<Plan>,
}

/// The lengths of the sections are left out: requests that differ in nothing else are rare, and keys are compared.
#[inline]
fn hash_of(key: &ShapeKey<'_>, dialect: &Capabilities) -> u64 {
    let mut hasher = FxHasher::default();
    let [a, b, c, d, e, f] = key.flags;
    hasher.write_u64(u64::from_le_bytes([a, b, c, d, e, f, 0, 0]) ^ u64::from(dialect.id) << 48);
    hasher.write_u64(key.model);
    hasher.write(key.bytes);
    hasher.finish()
}

/// How a plan cache has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheStats {
    /// Requests whose plan was there.
    pub hits: u64,
    /// Requests that had to be planned.
    pub misses: u64,
    /// Plans that are kept.
    pub plans: usize,
}

impl Plans {
    /// Room for at most so many plans.
    pub fn new(bound: usize) -> Self {
        Plans {
            young: HashTable::new(),
            old: HashTable::new(),
            bound: bound.max(2),
            planner: Planner::default(),
            hits: 0,
            misses: 0,
        }
    }

    /// The plan of a request's shape, made if it is not there.
    ///
    /// # Errors
    ///
    /// As [`Planner::plan`].
    #[inline]
    pub fn get(&mut self, request: &Request<'_>, dialect: &'static Capabilities) -> Result<&Arc<Plan>> {
        self.look_up(request, request.key(), dialect)
    }

    /// The plan of a request's shape when its first row alone is meant. The values are those of the request itself.
    ///
    /// # Errors
    ///
    /// As [`Planner::plan`].
    pub fn get_first(&mut self, request: &Request<'_>, dialect: &'static Capabilities) -> Result<&Arc<Plan>> {
        self.look_up(request, request.key_of_first(), dialect)
    }

    #[inline]
    fn look_up(
        &mut self,
        request: &Request<'_>,
        key: ShapeKey<'_>,
        dialect: &'static Capabilities,
    ) -> Result<&Arc<Plan>> {
        request.check()?;
        let hash = hash_of(&key, dialect);
        let is_it = |entry: &Entry| entry.hash == hash && entry.is(&key, dialect);
        // The borrow checker does not see that a plan which is answered with ends the call, so it is looked for by place.
        match self.young.find_bucket_index(hash, is_it) {
            Some(place) => {
                self.hits += 1;
                self.at(place)
            }
            None => self.get_slowly(request, key, dialect, hash),
        }
    }

    #[inline]
    fn at(&self, place: usize) -> Result<&Arc<Plan>> {
        let entry = self.young.get_bucket(place);
        entry.map(|entry| &entry.plan).ok_or_else(|| relata_schema::Error::internal("a plan that was kept is gone"))
    }

    #[cold]
    fn get_slowly(
        &mut self,
        request: &Request<'_>,
        key: ShapeKey<'_>,
        dialect: &'static Capabilities,
        hash: u64,
    ) -> Result<&Arc<Plan>> {
        let kept = self.old.find_entry(hash, |entry| entry.hash == hash && entry.is(&key, dialect));
        let entry = match kept {
            Ok(entry) => {
                self.hits += 1;
                entry.remove().0
            }
            Err(_) => {
                self.misses += 1;
                let first = (key.flags != request.key().flags).then(|| request.first());
                let request = first.as_ref().unwrap_or(request);
                let plan = Arc::new(self.planner.plan(request, dialect, &Options::default())?);
                Entry { hash, dialect: u64::from(dialect.id), key: key.to_owned(), plan }
            }
        };
        if self.young.len() * 2 >= self.bound {
            self.old = std::mem::take(&mut self.young);
        }
        let place = self.young.insert_unique(hash, entry, |entry| entry.hash).bucket_index();
        self.at(place)
    }

    /// How it has done so far.
    pub fn stats(&self) -> CacheStats {
        CacheStats { hits: self.hits, misses: self.misses, plans: self.young.len() + self.old.len() }
    }
}

impl Entry {
    #[inline]
    fn is(&self, key: &ShapeKey<'_>, dialect: &Capabilities) -> bool {
        self.dialect == u64::from(dialect.id) && key.is(&self.key)
    }
}

/// A bounded map from shapes to plans that threads share: [`Plans`] behind a lock.
#[derive(Debug)]
pub struct PlanCache {
    plans: Mutex<Plans>,
}

impl PlanCache {
    /// A cache of at most so many plans.
    pub fn new(bound: usize) -> Self {
        PlanCache { plans: Mutex::new(Plans::new(bound)) }
    }

    /// The plan of a request's shape, made if it is not there.
    ///
    /// # Errors
    ///
    /// As [`Planner::plan`].
    pub fn get(&self, request: &Request<'_>, dialect: &'static Capabilities) -> Result<Arc<Plan>> {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner).get(request, dialect).cloned()
    }

    /// The plan of a request's shape when its first row alone is meant.
    ///
    /// # Errors
    ///
    /// As [`Planner::plan`].
    pub fn get_first(&self, request: &Request<'_>, dialect: &'static Capabilities) -> Result<Arc<Plan>> {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner).get_first(request, dialect).cloned()
    }

    /// How it has done so far.
    pub fn stats(&self) -> CacheStats {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner).stats()
    }
}
