//! What planning knows of a model, made once and kept with it.

use std::sync::{Arc, OnceLock};

use relata_ir::TableImage;
use relata_request::{Bind, doc::default_condition};
use relata_schema::{Kind, ModelView, Result};

use crate::plan::Field;

/// What planning knows of a model.
pub(crate) struct Blueprint {
    /// Its table, as statements have it.
    pub table: TableImage,
    /// All its attributes as what is shown.
    pub fields: Arc<[Field]>,
    /// Their kinds.
    pub kinds: Arc<[Kind]>,
    scope: OnceLock<Option<CompiledScope>>,
}

/// The condition of a default scope: its bytes and values.
pub(crate) struct CompiledScope {
    pub bytes: Vec<u8>,
    pub binds: Vec<Bind<'static>>,
}

impl Blueprint {
    /// That of a model.
    pub fn of(model: ModelView<'_>) -> Result<&Blueprint> {
        model.def().compiled.get_or_make(|| Ok(Blueprint::new(model)))
    }

    fn new(model: ModelView<'_>) -> Blueprint {
        let mut table = TableImage::new(&model.table);
        for attribute in &model.attributes {
            table.add_column(&attribute.column, attribute.ty.kind(), attribute.null, attribute.ty.scale());
        }
        model.unique.iter().for_each(|key| table.add_key(key));
        let fields =
            (0..model.attributes.len() as u16).map(|attribute| Field::of_attribute(model, attribute)).collect();
        let kinds = model.attributes.iter().map(|attribute| attribute.ty.kind()).collect();
        Blueprint { table, fields, kinds, scope: OnceLock::new() }
    }

    /// The condition of its model's default scope.
    pub fn scope(&self, model: ModelView<'_>) -> Result<Option<&CompiledScope>> {
        if let Some(made) = self.scope.get() {
            return Ok(made.as_ref());
        }
        let new = default_condition(model)?.map(|(bytes, binds)| CompiledScope { bytes, binds });
        Ok(self.scope.get_or_init(|| new).as_ref())
    }
}
