//! What a caller who is not trusted may ask by a JSON document.
//!
//! A [`Policy`] lists models, and a [`ModelPolicy`] what may be done with one. Nothing is allowed that is not listed,
//! and what is not listed does not exist for the caller: an unknown name and an unlisted one give the same error, which
//! proposes nothing. What the document leaves open is filled in: the readable attributes, and a limit for every list.
//!
//! Each rule is that of the model it is about. A path `$author.name$` is checked step by step: an association by the
//! model that it leaves from, the attribute and the operator by the model that the path ends in.
//!
//! What it is not for: which *rows* a caller may see or change is a condition of the application's own; the size of a
//! document in bytes is for whoever reads it from the network; the time that a statement may take is for the database.
//! One thing can be learned by trying: an include cannot be given the name (`"as"`) of an attribute or association that
//! its parent has, listed or not, so a guess can be confirmed that there is such a name.

mod expr;
#[cfg(test)]
mod tests;
mod walk;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use relata_schema::{Aggregate, ModelSet, Result};

use super::ast::{OpDoc, RequestDoc};
use crate::MAX_DEPTH;
use walk::Walk;

/// The calls of a model that says nothing about calls.
const CALLS: [&str; 3] = ["find", "count", "find_and_count"];

/// The operators of a model that says nothing about operators: none of them matches a pattern.
const OPERATORS: [OpDoc; 12] = [
    OpDoc::Eq,
    OpDoc::Ne,
    OpDoc::Gt,
    OpDoc::Gte,
    OpDoc::Lt,
    OpDoc::Lte,
    OpDoc::Is,
    OpDoc::IsNot,
    OpDoc::In,
    OpDoc::NotIn,
    OpDoc::Between,
    OpDoc::NotBetween,
];

/// The rule of a junction that has none.
static NOTHING: ModelPolicy = ModelPolicy::new();

/// What a caller who is not trusted may ask.
///
/// A policy is built once and used for every request. An empty one allows nothing.
///
/// ```
/// use relata_request::doc::{ModelPolicy, Policy, RequestDoc};
/// use relata_schema::SchemaDoc;
///
/// let schema: SchemaDoc = serde_json::from_str(r#"{"models": {"User": {"attributes": {
///     "id": {"type": "bigint", "primary_key": true},
///     "name": {"type": "string(100)"},
///     "password_hash": {"type": "text"}
/// }}}}"#)?;
/// let models = schema.build()?;
/// let policy = Policy::new()
///     .max_limit(50)
///     .model("User", ModelPolicy::new().read(["id", "name"]).filter(["name"]).sort(["name"]));
///
/// let mut asked: RequestDoc = serde_json::from_str(r#"{"model": "User", "where": {"name": "Ada"}}"#)?;
/// policy.check(&mut asked, &models)?;
/// assert_eq!(asked.find.limit, Some(50));
/// assert_eq!(asked.to_json()["attributes"], serde_json::json!(["id", "name"]));
///
/// let mut hostile: RequestDoc = serde_json::from_str(r#"{"model": "User", "order": ["password_hash"]}"#)?;
/// let error = policy.check(&mut hostile, &models).unwrap_err();
/// assert_eq!(error.to_string(), "order.password_hash: there is no attribute \"password_hash\" here");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Policy {
    models: BTreeMap<String, ModelPolicy>,
    max_limit: u64,
    max_offset: u64,
    max_rows: u64,
    max_depth: usize,
    max_nesting: usize,
    max_nodes: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Policy::new()
    }
}

impl Policy {
    /// A policy that allows nothing.
    pub fn new() -> Self {
        Policy {
            models: BTreeMap::new(),
            max_limit: 100,
            max_offset: 10_000,
            max_rows: 1_000_000,
            max_depth: 4,
            max_nesting: 8,
            max_nodes: 200,
        }
    }

    /// Lists a model. Said twice of one model, the last rule counts.
    #[must_use]
    pub fn model(mut self, name: &str, rule: ModelPolicy) -> Self {
        self.models.insert(name.to_owned(), rule);
        self
    }

    /// The largest limit, of a find and of an include; 100 unless said. A list without a limit gets this one.
    #[must_use]
    pub fn max_limit(mut self, limit: u64) -> Self {
        self.max_limit = limit;
        self
    }

    /// The largest offset; 10,000 unless said. The database reads all that an offset skips.
    #[must_use]
    pub fn max_offset(mut self, offset: u64) -> Self {
        self.max_offset = offset;
        self
    }

    /// The most rows that the limits of a request may come to, all includes taken together; 1,000,000 unless said. The
    /// limit of an include is one for each parent, so limits multiply.
    #[must_use]
    pub fn max_rows(mut self, rows: u64) -> Self {
        self.max_rows = rows;
        self
    }

    /// How many associations away from the root an include or the end of a path may be; 4 unless said.
    #[must_use]
    pub fn max_depth(mut self, depth: usize) -> Self {
        self.max_depth = depth.min(MAX_DEPTH);
        self
    }

    /// How deep conditions and expressions may be nested; 8 unless said.
    #[must_use]
    pub fn max_nesting(mut self, depth: usize) -> Self {
        self.max_nesting = depth.min(MAX_DEPTH);
        self
    }

    /// How many parts a request may have: conditions, expressions, steps of paths, items of attributes, group and
    /// order, includes, elements of lists, and values that are written; 200 unless said.
    #[must_use]
    pub fn max_nodes(mut self, nodes: usize) -> Self {
        self.max_nodes = nodes;
        self
    }

    /// Checks a document, and fills in what it leaves open: attributes and limits. What it asks for afterwards is what
    /// this policy allows and nothing else. After an error it may be filled in by half, and is of no more use.
    ///
    /// # Errors
    ///
    /// Unknown model, attribute or association: for a name that is not listed, whether it exists or not.
    /// [`LimitExceeded`](relata_schema::ErrorKind::LimitExceeded), with the limit.
    /// [`Unsupported`](relata_schema::ErrorKind::Unsupported): for an operator, function, option or call that is not
    /// listed. [`Request`](relata_schema::ErrorKind::Request): for what has no meaning.
    pub fn check(&self, doc: &mut RequestDoc, models: &ModelSet) -> Result<()> {
        Walk::new(self).request(doc, models)
    }
}

/// What may be asked of one model.
///
/// Every list replaces what was said before. Operators, functions and aggregates are those of the model whose
/// attributes they are applied to; where there is no attribute, as in a count of rows, those of the model at hand.
#[derive(Debug, Clone)]
pub struct ModelPolicy {
    read: BTreeSet<String>,
    filter: BTreeSet<String>,
    sort: BTreeSet<String>,
    set: BTreeSet<String>,
    functions: BTreeSet<String>,
    aggregates: BTreeSet<String>,
    associations: BTreeSet<String>,
    scopes: BTreeSet<String>,
    /// The usual ones when absent.
    operators: Option<Vec<OpDoc>>,
    /// The usual ones when absent.
    calls: Option<BTreeSet<String>>,
    deleted: bool,
    lock: bool,
    groups: bool,
    force: bool,
}

impl Default for ModelPolicy {
    fn default() -> Self {
        ModelPolicy::new()
    }
}

fn set_of(names: impl IntoIterator<Item = impl Into<String>>) -> BTreeSet<String> {
    names.into_iter().map(Into::into).collect()
}

macro_rules! listed {
    ($($(#[$doc:meta])* $name:ident;)+) => {
        $($(#[$doc])*
        #[must_use]
        pub fn $name(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
            self.$name = set_of(names);
            self
        })+
    };
}

impl ModelPolicy {
    /// A rule by which no attribute of the model can be named. Its rows can be counted.
    pub const fn new() -> Self {
        ModelPolicy {
            read: BTreeSet::new(),
            filter: BTreeSet::new(),
            sort: BTreeSet::new(),
            set: BTreeSet::new(),
            functions: BTreeSet::new(),
            aggregates: BTreeSet::new(),
            associations: BTreeSet::new(),
            scopes: BTreeSet::new(),
            operators: None,
            calls: None,
            deleted: false,
            lock: false,
            groups: false,
            force: false,
        }
    }

    listed! {
        /// Attributes that may be selected, grouped by and aggregated. A request that names none gets these.
        read;
        /// Attributes that may stand in a condition: where, having, and either side of a comparison.
        filter;
        /// Attributes that may be ordered by.
        sort;
        /// Attributes that may be written.
        set;
        /// Functions that may be applied, by name. None unless said. A cast is never offered.
        functions;
        /// Aggregates that may be taken, by name. None unless said.
        aggregates;
        /// Associations that may be included and stand in a path. Their target needs a rule of its own.
        associations;
        /// Scopes that may be named.
        scopes;
    }

    /// Operators that may be used. Unless said: `eq`, `ne`, `gt`, `gte`, `lt`, `lte`, `is`, `is_not`, `in`, `not_in`,
    /// `between`, `not_between`. Those that match a pattern read whole tables, and must be listed.
    #[must_use]
    pub fn operators(mut self, operators: impl IntoIterator<Item = OpDoc>) -> Self {
        self.operators = Some(operators.into_iter().collect());
        self
    }

    /// Calls that may be made with this model as the root. Unless said: `find`, `count`, `find_and_count`. There are
    /// also `aggregate` and, to be listed with care, `create`, `upsert`, `update`, `destroy`, `restore`, `increment`,
    /// `decrement`, `truncate`.
    #[must_use]
    pub fn calls(mut self, calls: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.calls = Some(set_of(calls));
        self
    }

    /// Allows `"paranoid": false`, which shows rows that were soft-deleted.
    #[must_use]
    pub fn allow_deleted(mut self) -> Self {
        self.deleted = true;
        self
    }

    /// Allows row locks.
    #[must_use]
    pub fn allow_lock(mut self) -> Self {
        self.lock = true;
        self
    }

    /// Allows group, having and distinct.
    #[must_use]
    pub fn allow_groups(mut self) -> Self {
        self.groups = true;
        self
    }

    /// Allows writes that sweep: `"all"` of an update or destroy, `"force"` of a destroy, a restore without a condition, and
    /// truncation.
    #[must_use]
    pub fn allow_force(mut self) -> Self {
        self.force = true;
        self
    }

    fn offers_call(&self, name: &str) -> bool {
        match &self.calls {
            Some(calls) => calls.contains(name),
            None => CALLS.contains(&name),
        }
    }

    fn offers_operator(&self, op: OpDoc) -> bool {
        match &self.operators {
            Some(operators) => operators.contains(&op),
            None => OPERATORS.contains(&op),
        }
    }

    fn offers_function(&self, name: &str) -> bool {
        match Aggregate::from_name(name) {
            Some(_) => self.aggregates.contains(name),
            None => self.functions.contains(name),
        }
    }
}
