//! A model: the attributes of one kind of record and where its table keeps them.

use crate::{Association, Check, Error, ErrorKind, Kind, ModelRule, Result, SqlType, Value};

/// A model, checked and frozen.
///
/// Everything that refers to an attribute or association does so by its index here, which is stable because a model
/// never changes once it is built: a redefinition is a new model with a new [`id`](ModelDef::id).
#[derive(Debug)]
pub struct ModelDef {
    /// Unique within the process; part of every cache key.
    pub id: u64,
    /// The application's name for it, `User`.
    pub name: String,
    /// The table, `users`.
    pub table: String,
    /// In the order of declaration, which is the order of columns and of answers.
    pub attributes: Vec<Attribute>,
    /// Indexes of the attributes of the primary key. Never empty.
    pub primary_key: Vec<u16>,
    /// Every set of attributes that no two rows share, the primary key first.
    pub unique: Vec<Vec<u16>>,
    /// Indexes beyond those of keys and unique attributes.
    pub indexes: Vec<Index>,
    /// In the order of declaration.
    pub associations: Vec<Association>,
    /// The attribute that says when a row was soft-deleted, if the model is paranoid.
    pub paranoid: Option<u16>,
    /// The attribute set at creation.
    pub created_at: Option<u16>,
    /// The attribute set at every write.
    pub updated_at: Option<u16>,
    /// The attribute that counts the writes to a row, for optimistic locking.
    pub version: Option<u16>,
    /// What the values of a record must be like together.
    pub rules: Vec<ModelRule>,
    /// Finder options that every request has unless it says otherwise, as a document.
    pub default_scope: Option<serde_json::Value>,
    /// Finder options by name, as documents.
    pub scopes: Vec<(String, serde_json::Value)>,
    /// What the planner makes of the default scope, made once.
    pub compiled: Compiled,
    /// What is wrong with a model that is declared in code. Its declaration runs before any call that could return an
    /// error, so the first call that uses it does.
    pub(crate) problem: Option<String>,
}

/// A place for what a higher layer makes of a model, once.
#[derive(Default)]
pub struct Compiled(std::sync::OnceLock<Box<dyn std::any::Any + Send + Sync>>);

impl Compiled {
    /// What was made of it, made if it was not.
    ///
    /// # Errors
    ///
    /// Those of making it; then it is made again next time.
    pub fn get_or_make<T: Send + Sync + 'static>(&self, make: impl FnOnce() -> Result<T>) -> Result<&T> {
        let made = match self.0.get() {
            Some(made) => made,
            None => {
                let new = make()?;
                self.0.get_or_init(|| Box::new(new))
            }
        };
        made.downcast_ref().ok_or_else(|| Error::internal("two layers make different things of a model"))
    }
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.get().is_some() { "compiled" } else { "not compiled" })
    }
}

/// One attribute of a model.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// The application's name for it.
    pub name: String,
    /// The column that holds it.
    pub column: String,
    /// Its type.
    pub ty: SqlType,
    /// Whether it may be NULL.
    pub null: bool,
    /// Whether the database numbers it.
    pub auto_increment: bool,
    /// What a new row has where nothing is given.
    pub default: Option<Value>,
    /// What is made for a new row where nothing is given.
    pub generated: Option<Generated>,
    /// What its values must be like beyond their type.
    pub checks: Vec<Check>,
}

/// A value that is made anew for each row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generated {
    /// The moment at which the row is created, by the clock of the database's handle.
    Now,
    /// A UUID of random digits, version 4. <https://www.rfc-editor.org/rfc/rfc9562#section-5.4>
    Uuid,
    /// A UUID that begins with the moment, version 7: later ones are greater.
    /// <https://www.rfc-editor.org/rfc/rfc9562#section-5.7>
    UuidV7,
}

impl Generated {
    /// Every one, with its name in documents.
    pub const ALL: [(Generated, &'static str); 3] =
        [(Generated::Now, "now"), (Generated::Uuid, "uuid"), (Generated::UuidV7, "uuid_v7")];

    /// Its name in documents.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|known| known.0 == self).map_or("", |known| known.1)
    }

    /// Whether an attribute of a kind can have it.
    pub fn fits(self, kind: Kind) -> bool {
        match self {
            Generated::Now => matches!(kind, Kind::Instant | Kind::Naive | Kind::Day | Kind::Time),
            Generated::Uuid | Generated::UuidV7 => kind == Kind::Uuid,
        }
    }
}

/// An index of a table.
#[derive(Debug, Clone)]
pub struct Index {
    /// Its name; made from table and columns when absent.
    pub name: Option<String>,
    /// What it is over.
    pub attributes: Vec<u16>,
    /// Whether it allows no two equal rows.
    pub unique: bool,
}

impl ModelDef {
    /// Whether the model is valid and has no default scope: finds of it begin with nothing.
    #[inline]
    pub fn is_plain(&self) -> bool {
        self.problem.is_none() && self.default_scope.is_none()
    }

    /// Whether the model is valid: one that is declared in code may not be.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Schema`] with what is wrong.
    #[inline]
    pub fn check(&self) -> Result<()> {
        match &self.problem {
            None => Ok(()),
            Some(problem) => Err(invalid(problem)),
        }
    }

    /// The index of the attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<u16> {
        self.attributes.iter().position(|attribute| attribute.name == name).map(|i| i as u16)
    }

    /// The index of the association of that name.
    pub fn association(&self, name: &str) -> Option<u16> {
        self.associations.iter().position(|association| association.name == name).map(|i| i as u16)
    }

    /// The index of the attribute of that name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownAttribute`] with the nearest name.
    pub fn require_attribute(&self, name: &str) -> Result<u16> {
        self.attribute(name).ok_or_else(|| {
            Error::new(ErrorKind::UnknownAttribute, format!("model {} has no attribute \"{name}\"", self.name))
                .near(name, self.attributes.iter().map(|attribute| attribute.name.as_str()))
        })
    }

    /// The index of the association of that name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownAssociation`] with the nearest name.
    pub fn require_association(&self, name: &str) -> Result<u16> {
        self.association(name).ok_or_else(|| {
            Error::new(ErrorKind::UnknownAssociation, format!("model {} has no association \"{name}\"", self.name))
                .near(name, self.associations.iter().map(|association| association.name.as_str()))
        })
    }

    /// The kind of an attribute's values.
    pub fn kind(&self, attribute: u16) -> Kind {
        self.attributes[usize::from(attribute)].ty.kind()
    }

    /// Whether these attributes, taken together, tell every row apart: they contain a unique set that cannot be NULL.
    pub fn is_unique(&self, attributes: &[u16]) -> bool {
        self.unique.iter().any(|set| {
            set.iter().all(|attribute| attributes.contains(attribute))
                && set.iter().all(|&attribute| !self.attributes[usize::from(attribute)].null)
        })
    }

    /// Whether at most one row matches an equality on these attributes. Unlike [`is_unique`](Self::is_unique) this
    /// holds for a unique set that may be NULL as well, since an equality never matches NULL.
    pub fn matches_one(&self, attributes: &[u16]) -> bool {
        self.unique.iter().any(|set| set.iter().all(|attribute| attributes.contains(attribute)))
    }
}

#[cold]
fn invalid(problem: &str) -> Error {
    Error::new(ErrorKind::Schema, problem).help("correct the declaration of the model")
}
