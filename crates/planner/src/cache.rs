//! Plans by shape.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use relata_dialect::Capabilities;
use relata_request::Request;
use relata_schema::Result;
use rustc_hash::FxHashMap;

use crate::{Options, Plan, Planner};

/// A bounded map from shapes to plans.
///
/// Keys are compared as bytes; a hash only finds the bucket. There are two generations: what was not asked for while
/// the younger one filled up is forgotten with the older. So the bound holds, and what is in use stays.
#[derive(Debug)]
pub struct PlanCache {
    generations: Mutex<Generations>,
    bound: usize,
    hits: AtomicU64,
    misses: AtomicU64,
}

type Map = FxHashMap<Box<[u8]>, Arc<Plan>>;

#[derive(Debug, Default)]
struct Generations {
    young: Map,
    old: Map,
    key: Vec<u8>,
    planner: Planner,
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

impl PlanCache {
    /// A cache of at most so many plans.
    pub fn new(bound: usize) -> Self {
        PlanCache {
            generations: Mutex::default(),
            bound: bound.max(2),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    /// The plan of a request's shape, made if it is not there. The flag says whether it was.
    ///
    /// # Errors
    ///
    /// As [`Planner::plan`].
    pub fn get(&self, request: &Request<'_>, dialect: &'static Capabilities) -> Result<(Arc<Plan>, bool)> {
        request.check()?;
        let mut guard = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let Generations { young, old, key, planner } = &mut *guard;
        key.clear();
        key.extend_from_slice(&request.root().view().id.to_le_bytes());
        key.extend_from_slice(&dialect.id.to_le_bytes());
        request.write_key(key);
        if let Some(plan) = young.get(key.as_slice()) {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return Ok((plan.clone(), true));
        }
        if let Some((key, plan)) = old.remove_entry(key.as_slice()) {
            self.hits.fetch_add(1, Ordering::Relaxed);
            if young.len() * 2 >= self.bound {
                *old = std::mem::take(young);
            }
            young.insert(key, plan.clone());
            return Ok((plan, true));
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        let plan = Arc::new(planner.plan(request, dialect, &Options::default())?);
        if young.len() * 2 >= self.bound {
            *old = std::mem::take(young);
        }
        young.insert(key.as_slice().into(), plan.clone());
        Ok((plan, false))
    }

    /// How it has done so far.
    pub fn stats(&self) -> CacheStats {
        let guard = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        CacheStats {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            plans: guard.young.len() + guard.old.len(),
        }
    }
}
