//! A declared link between two models.

use std::sync::OnceLock;

use crate::{ModelDef, Value};

/// The four kinds of association.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssociationKind {
    /// The foreign key is on the source: `Post` belongs to its author.
    BelongsTo,
    /// The foreign key is on the target, which holds at most one row for each source.
    HasOne,
    /// The foreign key is on the target.
    HasMany,
    /// Two foreign keys on a junction.
    BelongsToMany,
}

impl AssociationKind {
    /// Whether a source row may have more than one child.
    pub fn is_to_many(self) -> bool {
        matches!(self, AssociationKind::HasMany | AssociationKind::BelongsToMany)
    }

    /// The name in the JSON form of a schema.
    pub fn name(self) -> &'static str {
        match self {
            AssociationKind::BelongsTo => "belongs_to",
            AssociationKind::HasOne => "has_one",
            AssociationKind::HasMany => "has_many",
            AssociationKind::BelongsToMany => "belongs_to_many",
        }
    }
}

/// The model that an association leads to.
///
/// Lazy for models that are declared in code, so that two models may refer to one another.
#[derive(Debug, Clone)]
pub enum Target {
    /// A model declared in code.
    Lazy(fn() -> &'static ModelDef),
    /// A model of the same set, by name.
    Named(String),
}

/// An association, as its model declares it.
///
/// Keys are names here, since the target's attributes are not known yet when the source is built. They are resolved to
/// indexes at first use; see [`ModelView::link`](crate::ModelView::link).
#[derive(Debug)]
pub struct Association {
    /// The name under which requests and answers know it.
    pub name: String,
    /// Its kind.
    pub kind: AssociationKind,
    /// Where it leads.
    pub target: Target,
    /// The foreign key: on the source (belongs-to), the target (has), or the junction (belongs-to-many).
    pub foreign_key: Vec<String>,
    /// The attributes that the foreign key refers to; the primary key of their model when empty.
    pub references: Vec<String>,
    /// The junction, of a belongs-to-many.
    pub through: Option<Through>,
    /// Values that every target row has: the association holds only where they are equal.
    pub scope: Vec<(String, Value)>,
    /// What happens to children when the parent is deleted (DDL).
    pub on_delete: Option<String>,
    pub(crate) link: OnceLock<Link>,
}

/// The junction of a belongs-to-many, as declared.
#[derive(Debug, Clone)]
pub struct Through {
    /// The junction's model.
    pub model: Target,
    /// The junction's key to the target.
    pub other_key: Vec<String>,
    /// What the other key refers to on the target; its primary key when empty.
    pub target_key: Vec<String>,
}

/// An association with its keys resolved to attribute indexes.
#[derive(Debug, PartialEq, Eq)]
pub struct Link {
    /// Attributes of the source that take part.
    pub source: Vec<u16>,
    /// Attributes of the target that take part. Without a junction, `source[i]` equals `target[i]`.
    pub target: Vec<u16>,
    /// The junction in between.
    pub through: Option<ThroughLink>,
    /// Whether the schema proves at most one child for each source row.
    pub to_one: bool,
    /// Whether the kind promises one child, and so the answer is an object: belongs-to and has-one.
    pub single: bool,
}

/// The keys of a junction.
#[derive(Debug, PartialEq, Eq)]
pub struct ThroughLink {
    /// Attributes of the junction that equal the source's.
    pub source: Vec<u16>,
    /// Attributes of the junction that equal the target's.
    pub target: Vec<u16>,
}

impl Association {
    /// A bare association; the builder and the derive macro fill in the rest.
    pub fn new(name: impl Into<String>, kind: AssociationKind, target: Target) -> Self {
        Association {
            name: name.into(),
            kind,
            target,
            foreign_key: Vec::new(),
            references: Vec::new(),
            through: None,
            scope: Vec::new(),
            on_delete: None,
            link: OnceLock::new(),
        }
    }
}
