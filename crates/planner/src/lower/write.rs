//! Statements that change rows: which rows, which values, and what is returned.
//!
//! Which rows an update or delete changes is said by the same conditions that keep the roots of a find, so that a path to
//! another model, a required child or soft deletion mean here what they mean there.

use relata_ir::{
    BindDef, Command, CommandKind, Conflict, Expr, ExprId, PageScope, RelId, RelSource, Source, Transform,
};
use relata_request::{Call, Request, Section, op};
use relata_schema::{Error, ErrorKind, Kind, Result};

use super::{
    Building, Lowering,
    nodes::{Conjunct, Item, Part, SCOPE_BIND, attribute_of},
};
use crate::{
    blueprint::Blueprint,
    plan::{Rows, Step},
};

impl<'a> Lowering<'a, '_> {
    /// The statement of a write.
    pub(super) fn write(&mut self, request: &'a Request<'_>, number: usize) -> Result<Step> {
        self.refuse_what_writes_have_not()?;
        let part =
            |section: Section| Part { bytes: request.section(section), bind: request.first_bind(section) as u32 };
        let model = self.nodes.nodes[0].model;
        let rel = self.table(model)?;
        let mut rows = self.building(rel);
        rows.bound.push((0, rel));
        let mut repeated = None;
        let (kind, sets, conflict) = match self.flags.call {
            Call::Insert => {
                let mut at = part(Section::Values).cursor();
                let (count, sets) = (at.u32()?, at.attributes()?);
                sets.iter().try_for_each(|&attribute| attribute_of(model, attribute).map(drop))?;
                self.cells(&sets, at.bind, &mut rows)?;
                let conflict = self.conflict(rel, &mut rows)?;
                repeated = Some(Rows { width: sets.len(), rows: count as usize });
                (CommandKind::Insert, sets, conflict)
            }
            Call::Update => {
                let sets = self.assignments(part(Section::Values), &mut rows)?;
                self.changed_rows(rel, &mut rows)?;
                (CommandKind::Update, sets, None)
            }
            Call::Truncate { cascade, restart } => (CommandKind::Truncate { cascade, restart }, Vec::new(), None),
            _ => {
                self.changed_rows(rel, &mut rows)?;
                (CommandKind::Delete, Vec::new(), None)
            }
        };
        let written = rows.columns.len();
        let slot = (self.nodes.explicit).then(|| self.slot(0, number, &mut rows)).transpose()?;
        let select = self.finish(&rows);
        let root = self.ir.make_select(select);
        self.ir.set_root(root);
        let sets = self.ir.make_key(&sets);
        let count = repeated.map_or(0, |repeated| repeated.rows as u32);
        self.ir.set_command(Command { kind, sets, rows: count, conflict });
        let mut step = self.step(root, slot.unwrap_or(self.slots.len()), None);
        step.kinds.skip(written);
        if let Some(slot) = slot {
            // What is returned is read from its own first column, not from behind what is written.
            let columns = &mut self.slots[slot].columns;
            *columns = columns.start - written..columns.end - written;
        }
        step.repeated = repeated;
        Ok(step)
    }

    /// The template of a row: each attribute is a bind.
    fn cells(&mut self, sets: &[u16], first: u32, rows: &mut Building) -> Result<()> {
        let kinds = &Blueprint::of(self.nodes.nodes[0].model)?.kinds;
        rows.columns.reserve(sets.len());
        for (i, &attribute) in (0u32..).zip(sets) {
            let (source, kind) = (Source::Request(first + i), kinds[usize::from(attribute)]);
            rows.columns.push(self.ir.bind_expr(BindDef { source, kind, transform: Transform::AsIs }));
        }
        Ok(())
    }

    fn assignments(&mut self, part: Part<'a>, rows: &mut Building) -> Result<Vec<u16>> {
        let model = self.nodes.nodes[0].model;
        let mut at = part.cursor();
        let mut sets = Vec::new();
        while !at.is_done() {
            let attribute = attribute_of(model, at.u16()?)?;
            let kind = model.kind(attribute);
            let path = || format!("{}.set.{}", model.name, model.def().attributes[usize::from(attribute)].name);
            if sets.contains(&attribute) {
                return Err(Error::new(ErrorKind::Request, "the attribute is set twice").at(path()));
            }
            if let Some(op::PATH) = at.peek() {
                return Err(Error::new(
                    ErrorKind::Unsupported,
                    "a value is computed from the row's own attributes only",
                )
                .at(path())
                .help("find the value first, in the same transaction"));
            }
            let value = self.expr(0, &mut at, rows, Some(kind)).map_err(|error| error.at(path()))?;
            if self.has_aggregate(value) {
                return Err(Error::new(ErrorKind::Request, "a row is set to an aggregate of rows").at(path()));
            }
            let found = self.ir.kind(value);
            let fits = found.is_none_or(|found| {
                found == kind || (found.is_number() && kind.is_number() && (found.is_integer() || !kind.is_integer()))
            });
            if !fits {
                let found = found.map_or("", Kind::name);
                let message = format!("{found} does not fit the attribute, which is {}", kind.name());
                return Err(Error::new(ErrorKind::TypeMismatch, message).at(path()).help("cast it"));
            }
            sets.push(attribute);
            rows.columns.push(value);
        }
        if sets.is_empty() {
            return Err(Error::new(ErrorKind::Request, "an update sets nothing")
                .at(&model.name)
                .help("set an attribute, or leave the update out"));
        }
        Ok(sets)
    }

    fn conflict(&mut self, rel: RelId, rows: &mut Building) -> Result<Option<Conflict>> {
        let Some(said) = self.nodes.conflict.take() else { return Ok(None) };
        let RelSource::Table(table) = self.ir.rel(rel).source else {
            return Err(Error::internal("an insert goes into a table"));
        };
        let excluded = self.ir.make_rel(RelSource::Excluded(table));
        for &attribute in &said.update {
            rows.columns.push(self.ir.column(excluded, attribute));
        }
        for &attribute in &said.count {
            let (own, one) = (self.ir.column(rel, attribute), self.ir.int(1));
            rows.columns.push(self.ir.call(relata_schema::Function::Add, &[own, one]));
        }
        let mut rows = Building::new(rel);
        rows.bound.push((0, rel));
        let predicate = self.own_conditions(&said.predicate, "conflict_where", &rows)?;
        // A row that the default scope hides is none that this caller may change.
        let hidden = self.nodes.nodes[0].conjuncts.clone();
        let scoped = if said.update.is_empty() { &[][..] } else { &hidden };
        let scope = self.own_conditions(scoped, "default scope", &rows)?;
        let filter = self.own_conditions(&said.filter, "update_where", &rows)?;
        let filter = match (scope, filter) {
            (Some(scope), Some(filter)) => Some(self.ir.and(&[scope, filter])),
            (scope, filter) => scope.or(filter),
        };
        let sets: Vec<u16> = said.update.into_iter().chain(said.count).collect();
        let (target, sets) = (self.ir.make_key(&said.target), self.ir.make_key(&sets));
        Ok(Some(Conflict { target, predicate, excluded, sets, filter }))
    }

    /// Conditions that name columns of the row alone.
    fn own_conditions(&mut self, all: &[Conjunct<'a>], part: &str, rows: &Building) -> Result<Option<ExprId>> {
        let mut conditions = Vec::with_capacity(all.len());
        for conjunct in all {
            if !conjunct.names.is_empty() {
                let message = "the condition on a row that is there already names another model";
                return Err(self
                    .refuse(0, part, ErrorKind::Unsupported, message)
                    .help("name attributes of the row itself, or find the row first"));
            }
            conditions.push(self.row_condition(0, conjunct.part, rows)?);
        }
        Ok((!conditions.is_empty()).then(|| self.ir.and(&conditions)))
    }

    /// Which rows an update or delete changes.
    fn changed_rows(&mut self, rel: RelId, rows: &mut Building) -> Result<()> {
        let cut = self.nodes.nodes[0].cut;
        // What the default scope asks is asked of every request: it does not say that this one picks rows.
        let says = |part: &Part<'_>| part.bytes != [op::TRUE] && part.bind & SCOPE_BIND == 0;
        let mut asked = false;
        for place in 0..self.nodes.nodes[0].conjuncts.len() {
            let conjunct = &self.nodes.nodes[0].conjuncts[place];
            if asked || !says(&conjunct.part) {
                continue;
            }
            // What holds of every row, however it is written, picks none. A test of one row's values does not.
            asked = !conjunct.names.is_empty() || matches!(conjunct.part.bytes, [op::COMPARE | op::LIKE, ..]) || {
                let condition = self.row_condition(0, conjunct.part, rows)?;
                !matches!(self.ir.expr(condition), Expr::Bool(true))
            };
        }
        if !asked && !self.flags.all {
            return Err(Error::new(ErrorKind::Request, "an update or delete without a condition changes every row")
                .at(self.nodes.path(0))
                .help("write a condition, or say that all rows are meant: all()"));
        }
        if cut.offset.is_some() {
            return Err(self
                .refuse(0, "offset", ErrorKind::Unsupported, "a write skips no rows")
                .help("find the keys of the rows first, and write by them"));
        }
        if !cut.cuts() {
            if !self.nodes.nodes[0].order.is_empty() {
                return Err(self
                    .refuse(0, "order", ErrorKind::Request, "an order has no meaning without a limit")
                    .help("leave it out, or add a limit"));
            }
            self.filter_rows(0, rel, rows, &[])?;
            return Ok(());
        }
        // The page of rows is a derived table of keys. The conditions stand outside of it too: another transaction may have
        // written a row since it was picked, and what is looked at again after waiting for it is only what stands here.
        self.filter_rows(0, rel, rows, &[])?;
        let mut page = self.kept_roots()?;
        let mut order = self.order_of(0, &mut page)?;
        let identity = self.identity(0, &page)?;
        self.tiebreak(&mut order, &identity);
        page.order = order;
        page.columns = identity;
        let mut select = self.finish(&page);
        select.page = self.page(cut, PageScope::Rows);
        let select = self.ir.make_select(select);
        let keys = self.ir.make_rel(RelSource::Derived(select));
        let mut inner = Building::new(keys);
        for (place, &key) in (0u16..).zip(&self.nodes.nodes[0].model.def().primary_key) {
            let (left, right) = (self.ir.column(keys, place), self.ir.column(rel, key));
            inner.filters.push(self.ir.equal(left, right));
        }
        inner.columns.push(self.ir.int(1));
        let select = self.finish(&inner);
        let select = self.ir.make_select(select);
        rows.filters.push(self.ir.exists(select));
        Ok(())
    }

    fn refuse_what_writes_have_not(&self) -> Result<()> {
        let root = &self.nodes.nodes[0];
        let refuse = |part: &str, message: &str, help: &str| {
            Err(self.refuse(0, part, ErrorKind::Request, message).help(help.to_owned()))
        };
        if root.children.iter().any(|&child| self.nodes.nodes[child].included) {
            return refuse(
                "include",
                "a write loads nothing along",
                "name the association by a path in the condition: \"$posts.title$\"",
            );
        }
        if self.is_grouped() || self.flags.distinct || self.flags.lock.is_some() {
            return refuse("", "a write has no group, distinct or lock", "leave it out");
        }
        if root.selection.iter().any(|item| matches!(item, Item::Alias(..))) {
            return refuse("returning", "a write returns attributes, not expressions", "compute it in the application");
        }
        Ok(())
    }
}
