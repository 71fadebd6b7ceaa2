//! Calls that change rows: what is written, and what is answered of it.

use relata_schema::{ModelView, Result};
use serde_json::{Map, Value as Json};

use super::{
    ModelPolicy,
    expr::{Purpose, Scope, not_offered, readable},
    walk::Walk,
};
use crate::doc::{ActionDoc, ConflictDoc, ReturningDoc, TargetDoc, WriteDoc};

impl<'p> Walk<'p> {
    /// A write, without the options that say which rows. `picks` says that there is a condition.
    pub(super) fn write(
        &mut self,
        write: &mut WriteDoc,
        model: ModelView<'_>,
        rule: &'p ModelPolicy,
        picks: bool,
    ) -> Result<()> {
        let asked = [
            ("truncate", matches!(write.action, ActionDoc::Truncate { .. })),
            ("restore", matches!(write.action, ActionDoc::Restore) && !picks),
            ("all", write.all),
            ("force", matches!(write.action, ActionDoc::Destroy { force: true })),
            ("cascade", matches!(write.action, ActionDoc::Truncate { cascade: true, .. })),
            ("restart_identity", matches!(write.action, ActionDoc::Truncate { restart: true, .. })),
        ];
        for (option, is_asked) in asked {
            if is_asked && !rule.force {
                return Err(not_offered("option", option).at(option));
            }
        }
        let scope = Scope { model, rule, includes: &[], selected: &[], depth: 0, place: "", part: "values" };
        match &write.action {
            ActionDoc::Create { rows, conflict, .. } => {
                for row in rows {
                    self.row(row, &scope)?;
                }
                self.conflict(conflict, &scope)?;
            }
            ActionDoc::Upsert { row, target, update } => {
                self.row(row, &scope)?;
                self.target(target, &scope)?;
                self.written(update.iter().flatten(), &scope.of("update"))?;
            }
            ActionDoc::Update { set } => {
                for (name, value) in set {
                    self.attribute(name, Purpose::Write, &scope.of("set"))?;
                    // What is copied from can be read where it is copied to.
                    self.expression(value, Purpose::Read, &scope.of("set"), 0)?;
                }
            }
            ActionDoc::Increment { by, .. } => {
                for (name, value) in by {
                    self.attribute(name, Purpose::Write, &scope.of("by"))?;
                    self.value(value)?;
                }
            }
            ActionDoc::Destroy { .. } | ActionDoc::Restore | ActionDoc::Truncate { .. } => {}
        }
        self.returning(write, &scope.of("returning"))
    }

    fn row(&mut self, row: &Map<String, Json>, scope: &Scope<'p, '_>) -> Result<()> {
        self.spend(1)?;
        self.written(row.keys(), scope)?;
        row.values().try_for_each(|value| self.value(value))
    }

    fn written<'n>(&mut self, names: impl Iterator<Item = &'n String>, scope: &Scope<'p, '_>) -> Result<()> {
        for name in names {
            self.attribute(name, Purpose::Write, scope)?;
        }
        Ok(())
    }

    fn conflict(&mut self, conflict: &ConflictDoc, scope: &Scope<'p, '_>) -> Result<()> {
        let ConflictDoc::Update { attributes, target } = conflict else { return Ok(()) };
        // Rows that are there already are changed, which a caller who may only create has no right to.
        if !scope.rule.offers_call("upsert") {
            return Err(not_offered("option", "update_on_duplicate").at("update_on_duplicate"));
        }
        self.written(attributes.iter(), &scope.of("update_on_duplicate"))?;
        self.target(target, scope)
    }

    fn target(&mut self, target: &TargetDoc, scope: &Scope<'p, '_>) -> Result<()> {
        self.written(target.attributes.iter().flatten(), &scope.of("conflict_attributes"))?;
        for (part, tree) in [("conflict_where", &target.predicate), ("update_where", &target.filter)] {
            if let Some(tree) = tree {
                self.condition(tree, &scope.of(part), 0)?;
            }
        }
        Ok(())
    }

    /// What is answered of the rows is a selection like any other: everything is all that may be read.
    fn returning(&mut self, write: &mut WriteDoc, scope: &Scope<'p, '_>) -> Result<()> {
        let answers_rows = matches!(write.action, ActionDoc::Create { .. } | ActionDoc::Upsert { .. });
        match &write.returning {
            ReturningDoc::Nothing => return Ok(()),
            ReturningDoc::Default if !answers_rows => return Ok(()),
            ReturningDoc::Default | ReturningDoc::All => {}
            ReturningDoc::Attributes(names) => {
                return names.iter().try_for_each(|name| self.attribute(name, Purpose::Read, scope));
            }
        }
        let names: Vec<String> = readable(scope).cloned().collect();
        write.returning = if names.is_empty() { ReturningDoc::Nothing } else { ReturningDoc::Attributes(names) };
        Ok(())
    }
}
