//! Names in plans.

use std::{fmt, ops::Deref, sync::Arc};

use relata_schema::ModelView;

use crate::{Text, share::Lists};

/// A name that is cheap to keep: of a model that is declared in code it is the model's own.
#[derive(Clone)]
pub struct Name(Repr);

#[derive(Clone)]
enum Repr {
    InCode(&'static str),
    Shared(Arc<str>),
    /// A part of the text of a plan.
    Part(Text),
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

    /// The name of an association, in the text of a plan that is being made.
    pub(crate) fn drafted_association(model: ModelView<'_>, association: u16, lists: &mut Lists) -> Self {
        let place = usize::from(association);
        match model.in_code() {
            Some(def) => Name(Repr::InCode(&def.associations[place].name)),
            None => lists.name(&model.associations[place].name),
        }
    }

    /// The name of a model.
    pub(crate) fn drafted_model(model: ModelView<'_>, lists: &mut Lists) -> Self {
        match model.in_code() {
            Some(def) => Name(Repr::InCode(&def.name)),
            None => lists.name(&model.name),
        }
    }

    pub(crate) fn part(text: Text) -> Self {
        Name(Repr::Part(text))
    }

    pub(crate) fn settle(&mut self, text: &Arc<str>) {
        if let Repr::Part(part) = &mut self.0 {
            part.settle(text);
        }
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Name {}

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
            Repr::Part(name) => name,
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
