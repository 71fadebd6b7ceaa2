//! Handles to models, and sets of models defined at run time.

use std::{
    ops::Deref,
    sync::{Arc, Weak},
};

use crate::{Error, ErrorKind, Link, ModelDef, Result, Target, nearest, resolve};

/// Models defined at run time, frozen together. Associations inside a set refer to one another by name.
#[derive(Debug)]
pub struct ModelSet {
    models: Vec<ModelDef>,
    /// Itself, so that a view can hand out owned handles.
    this: Weak<ModelSet>,
}

impl ModelSet {
    /// Freezes models into a set and resolves every association.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Schema`] and its kin for two models of one name, an association to nowhere, or a key that does not
    /// exist or does not fit.
    pub fn new(models: Vec<ModelDef>) -> Result<Arc<ModelSet>> {
        for (i, model) in models.iter().enumerate() {
            if models[..i].iter().any(|earlier| earlier.name == model.name) {
                return Err(Error::new(ErrorKind::Schema, format!("two models are named {}", model.name)));
            }
        }
        let set = Arc::new_cyclic(|this| ModelSet { models, this: this.clone() });
        for view in set.views() {
            for association in 0..view.associations.len() {
                view.link(association as u16)?;
            }
        }
        Ok(set)
    }

    /// The models, in the order of definition.
    pub fn models(&self) -> &[ModelDef] {
        &self.models
    }

    /// Views of all models, in the order of definition.
    pub fn views(&self) -> impl Iterator<Item = ModelView<'_>> {
        self.models.iter().map(|def| ModelView { def, origin: Origin::Set(self) })
    }

    /// The model of that name.
    pub fn view(&self, name: &str) -> Option<ModelView<'_>> {
        self.views().find(|view| view.name == name)
    }

    /// An owned handle to the model of that name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownModel`] with the nearest name.
    pub fn model(self: &Arc<Self>, name: &str) -> Result<ModelRef> {
        match self.models.iter().position(|model| model.name == name) {
            Some(index) => Ok(ModelRef::Shared(self.clone(), index as u32)),
            None => Err(unknown_model(name, self.models.iter().map(|model| model.name.as_str()))),
        }
    }
}

fn unknown_model<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Error {
    let known: Vec<_> = known.collect();
    let error = Error::new(ErrorKind::UnknownModel, format!("there is no model \"{name}\""));
    match nearest(name, known.iter().copied()) {
        Some(near) => error.help(format!("did you mean \"{near}\"?")),
        None => error.help(format!("there are: {}", known.join(", "))),
    }
}

/// An owned handle to a model: declared in code, or one of a set.
#[derive(Debug, Clone)]
pub enum ModelRef {
    /// A model declared in code.
    Static(&'static ModelDef),
    /// A model of a set, by index.
    Shared(Arc<ModelSet>, u32),
}

impl From<ModelView<'static>> for ModelRef {
    /// Of a model that is declared in code.
    fn from(view: ModelView<'static>) -> Self {
        ModelRef::Static(view.def)
    }
}

impl ModelRef {
    /// An owned handle to the model that an association leads to.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownModel`] when there is none of that name.
    pub fn target(&self, association: u16) -> Result<ModelRef> {
        self.follow(&self.view().def.associations[usize::from(association)].target)
    }

    /// An owned handle to the junction's model of a belongs-to-many.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`] when the association has no junction, [`ErrorKind::UnknownModel`] when there is none of
    /// that name.
    pub fn through(&self, association: u16) -> Result<ModelRef> {
        let view = self.view();
        let declared = &view.def.associations[usize::from(association)];
        match &declared.through {
            Some(through) => self.follow(&through.model),
            None => Err(Error::new(ErrorKind::Request, "the association has no junction")
                .at(format!("{}.{}", view.name, declared.name))),
        }
    }

    fn follow(&self, target: &Target) -> Result<ModelRef> {
        match (target, self) {
            (Target::Lazy(def), _) => Ok(ModelRef::Static(def())),
            (Target::Named(name), ModelRef::Shared(set, _)) => set.model(name),
            (Target::Named(name), ModelRef::Static(_)) => Err(unknown_model(name, std::iter::empty())),
        }
    }

    /// The model, with what is needed to follow its associations.
    #[inline]
    pub fn view(&self) -> ModelView<'_> {
        match self {
            ModelRef::Static(def) => ModelView::of(def),
            ModelRef::Shared(set, index) => ModelView { def: &set.models[*index as usize], origin: Origin::Set(set) },
        }
    }
}

/// A borrowed handle to a model, from which associations can be followed.
#[derive(Debug, Clone, Copy)]
pub struct ModelView<'a> {
    def: &'a ModelDef,
    origin: Origin<'a>,
}

/// Where a model comes from.
#[derive(Debug, Clone, Copy)]
enum Origin<'a> {
    /// It is declared in code, and lives as long as the program.
    Code(&'static ModelDef),
    /// It is one of a set.
    Set(&'a ModelSet),
}

impl Deref for ModelView<'_> {
    type Target = ModelDef;

    #[inline]
    fn deref(&self) -> &ModelDef {
        self.def
    }
}

impl<'a> ModelView<'a> {
    /// A view of a model declared in code.
    #[inline]
    pub fn of(def: &'static ModelDef) -> ModelView<'static> {
        ModelView { def, origin: Origin::Code(def) }
    }

    /// The model itself, for as long as the view's source lives.
    pub fn def(self) -> &'a ModelDef {
        self.def
    }

    /// The model, if it is declared in code: then what it holds lives as long as the program.
    #[inline]
    pub fn in_code(self) -> Option<&'static ModelDef> {
        match self.origin {
            Origin::Code(def) => Some(def),
            Origin::Set(_) => None,
        }
    }

    fn set(self) -> Option<&'a ModelSet> {
        match self.origin {
            Origin::Code(_) => None,
            Origin::Set(set) => Some(set),
        }
    }

    /// An owned handle to another model of the same set.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownModel`] when there is none of that name, as of a model that is declared in code.
    pub fn sibling(self, name: &str) -> Result<ModelRef> {
        match self.set().and_then(|set| set.this.upgrade()) {
            Some(set) => set.model(name),
            None => {
                Err(Error::new(ErrorKind::UnknownModel, format!("there is no model \"{name}\" beside {}", self.name))
                    .help("models that are declared in code are named in code: write a query with types"))
            }
        }
    }

    /// The model that an association leads to.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownModel`] when there is none of that name.
    pub fn target(self, association: u16) -> Result<ModelView<'a>> {
        self.follow(&self.declared(association)?.target)
    }

    /// The junction's model of a belongs-to-many.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownModel`] when there is none of that name.
    pub fn through(self, association: u16) -> Result<Option<ModelView<'a>>> {
        match &self.declared(association)?.through {
            Some(through) => self.follow(&through.model).map(Some),
            None => Ok(None),
        }
    }

    /// The keys of an association, resolved at first use.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Schema`] and its kin when a key does not exist or does not fit.
    pub fn link(self, association: u16) -> Result<&'a Link> {
        let declared = self.declared(association)?;
        match declared.link.get() {
            Some(link) => Ok(link),
            None => {
                let link = resolve::link(self, association)?;
                Ok(declared.link.get_or_init(|| link))
            }
        }
    }

    fn declared(self, association: u16) -> Result<&'a crate::Association> {
        self.def.check()?;
        let declared = self.def.associations.get(usize::from(association));
        declared.ok_or_else(|| {
            let message = format!("model {} has no association number {association}", self.def.name);
            Error::new(ErrorKind::UnknownAssociation, message)
        })
    }

    fn follow(self, target: &Target) -> Result<ModelView<'a>> {
        match (target, self.set()) {
            (Target::Lazy(def), _) => {
                let def = def();
                def.check()?;
                Ok(ModelView::of(def))
            }
            (Target::Named(name), Some(set)) => {
                set.view(name).ok_or_else(|| unknown_model(name, set.models.iter().map(|model| model.name.as_str())))
            }
            (Target::Named(name), None) => Err(unknown_model(name, std::iter::empty())),
        }
    }
}
