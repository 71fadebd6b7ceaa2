//! Names in plans.

use std::{fmt, ops::Deref, sync::Arc};

use relata_schema::ModelView;

/// A name that is cheap to keep: of a model that is declared in code it is the model's own.
#[derive(Clone, PartialEq, Eq)]
pub struct Name(Repr);

#[derive(Clone, PartialEq, Eq)]
enum Repr {
    InCode(&'static str),
    Shared(Arc<str>),
}

impl Name {
    /// A name that is known when relata or the application is built.
    pub const fn of(name: &'static str) -> Self {
        Name(Repr::InCode(name))
    }

    /// The name of an attribute.
    pub fn of_attribute(model: ModelView<'_>, attribute: u16) -> Self {
        let place = usize::from(attribute);
        match model.in_code() {
            Some(def) => Name(Repr::InCode(&def.attributes[place].name)),
            None => Name::from(model.attributes[place].name.as_str()),
        }
    }

    /// The name of an association.
    pub(crate) fn of_association(model: ModelView<'_>, association: u16) -> Self {
        let place = usize::from(association);
        match model.in_code() {
            Some(def) => Name(Repr::InCode(&def.associations[place].name)),
            None => Name::from(model.associations[place].name.as_str()),
        }
    }

    /// The name of a model.
    pub(crate) fn of_model(model: ModelView<'_>) -> Self {
        match model.in_code() {
            Some(def) => Name(Repr::InCode(&def.name)),
            None => Name::from(model.name.as_str()),
        }
    }
}

impl From<&str> for Name {
    fn from(name: &str) -> Self {
        Name(Repr::Shared(name.into()))
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Repr::InCode(name) => name,
            Repr::Shared(name) => name,
        }
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self
    }
}
