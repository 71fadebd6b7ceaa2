//! An include, while it is being built.

use relata_schema::{Error, ModelView, Result};

use crate::{
    Encoder, Section,
    buffer::{Parts, fresh, recycle},
    shape::INCLUDE_SECTIONS,
};

/// The options of one include, before they are appended to the request or include above.
#[derive(Debug)]
pub struct Include<'q> {
    association: u16,
    alias: String,
    required: Option<bool>,
    separate: Option<bool>,
    paranoid: bool,
    through_paranoid: bool,
    scoped: bool,
    /// Taken when there is something to keep.
    parts: Option<Parts<'q>>,
    page: (Option<u64>, Option<u64>),
    error: Option<Error>,
}

impl<'q> Include<'q> {
    /// An include of the association of that index.
    pub fn new(association: u16) -> Self {
        Include {
            association,
            alias: String::new(),
            required: None,
            separate: None,
            paranoid: true,
            through_paranoid: true,
            scoped: true,
            parts: None,
            page: (None, None),
            error: None,
        }
    }

    /// At most that many children for each parent.
    pub fn limit(&mut self, limit: u64) {
        self.page.0 = Some(limit);
    }

    /// Skips that many children of each parent.
    pub fn offset(&mut self, offset: u64) {
        self.page.1 = Some(offset);
    }

    /// The key under which the answer carries it.
    pub fn alias(&mut self, alias: &str) {
        alias.clone_into(&mut self.alias);
    }

    /// Whether a parent needs a child to be kept.
    pub fn required(&mut self, required: bool) {
        self.required = Some(required);
    }

    /// Whether it has a statement of its own.
    pub fn separate(&mut self, separate: bool) {
        self.separate = Some(separate);
    }

    /// Whether soft-deleted children are hidden.
    pub fn paranoid(&mut self, paranoid: bool) {
        self.paranoid = paranoid;
    }

    /// Whether the condition of the target's default scope holds.
    pub fn scoped(&mut self, on: bool) {
        self.scoped = on;
    }

    /// Whether soft-deleted junction rows are hidden.
    pub fn through_paranoid(&mut self, paranoid: bool) {
        self.through_paranoid = paranoid;
    }

    /// Keeps the first mistake.
    pub fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    /// Appends to a section; `model` is the include's target (of the junction, for the junction's sections).
    pub fn write(
        &mut self,
        section: Section,
        model: ModelView<'_>,
        write: impl FnOnce(&mut Encoder<'_, 'q>) -> Result<()>,
    ) {
        let parts = self.parts.get_or_insert_with(fresh);
        if let Err(error) = parts.write(section, model, write) {
            self.error.get_or_insert(error);
        }
    }

    /// Appends this include to the include section above it.
    ///
    /// # Errors
    ///
    /// The first mistake made while the include was built.
    pub fn finish(mut self, above: &mut Encoder<'_, 'q>) -> Result<()> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        if self.page != (None, None) {
            let page = self.page;
            self.write(Section::Page, above.model, |out| out.page(page));
            if let Some(error) = self.error.take() {
                return Err(error);
            }
        }
        let tri = |flag: Option<bool>| flag.map_or(0u8, |flag| 1 + u8::from(flag));
        above.u16(self.association);
        above.byte(
            tri(self.required)
                | tri(self.separate) << 2
                | u8::from(!self.paranoid) << 4
                | u8::from(!self.through_paranoid) << 5
                | u8::from(!self.scoped) << 6,
        );
        above.name(&self.alias)?;
        match &mut self.parts {
            Some(parts) => {
                parts.buffer.write_sections(&INCLUDE_SECTIONS, above);
                above.append_binds(parts.binds_mut());
            }
            None => above.u16(0),
        }
        Ok(())
    }
}

impl Drop for Include<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(parts) = self.parts.take() {
            recycle(parts);
        }
    }
}
