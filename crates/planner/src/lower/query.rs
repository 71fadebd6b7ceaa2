//! Queries within a request: whether there is a row, the values of an attribute, one value.

use relata_ir::{Expr, ExprId, RelId, SelectId};
use relata_request::{Bind, Call, Cursor};
use relata_schema::{Error, ErrorKind, Result};

use super::{Building, Lowering, Nodes, attach::junction_of};
use crate::loading;

/// How many queries may stand within one another.
const DEEPEST: usize = 16;

/// A row outside of the query at hand: the number of its model, and its relation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outer {
    model: u64,
    rel: RelId,
}

impl<'a> Lowering<'a, '_> {
    /// Whether a query has a row.
    pub(super) fn exists_query(&mut self, node: usize, at: &mut Cursor<'a>, rows: &Building) -> Result<ExprId> {
        let (select, aggregates) = self.query(node, at, rows, false)?;
        if aggregates {
            return Err(self
                .refuse(node, "where", ErrorKind::Request, "an aggregate of all rows is there whatever they are")
                .help("ask for the rows, or compare the aggregate"));
        }
        let mut inner = self.ir.select(select);
        // What it has is nothing to the question, and neither is in which order.
        if self.ir.exprs(inner.group).is_empty() && !inner.distinct {
            let one = self.ir.int(1);
            inner.columns = self.ir.make_exprs(&[one]);
        }
        if !inner.page.cuts() {
            inner.order = relata_ir::List::EMPTY;
        }
        self.ir.set_select(select, inner);
        Ok(self.ir.exists(select))
    }

    /// The rows of a query, of which each has so many columns.
    pub(super) fn rows_query(
        &mut self,
        node: usize,
        at: &mut Cursor<'a>,
        rows: &Building,
        width: usize,
    ) -> Result<SelectId> {
        let (select, _) = self.query(node, at, rows, false)?;
        let found = self.ir.exprs(self.ir.select(select).columns).len();
        if found != width {
            let message = format!("a query has {found} attributes where {width} are compared");
            return Err(self.refuse(node, "", ErrorKind::Request, message).help("select as many as are compared"));
        }
        Ok(select)
    }

    /// The one value of a query: of its first row, where it has several. The query of an alias is lowered once for the
    /// same rows, so that those who name the alias say the same: a key of a group and what is selected by it.
    pub(super) fn value_query(&mut self, node: usize, at: &mut Cursor<'a>, rows: &Building) -> Result<ExprId> {
        let place = (at.clone().query()?.handle, rows.rel(node));
        if let Some(&known) = self.values.get(&place) {
            at.query()?;
            return Ok(known);
        }
        let (select, aggregates) = self.query(node, at, rows, true)?;
        let mut inner = self.ir.select(select);
        if self.ir.exprs(inner.columns).len() != 1 {
            let message = "a query that is one value selects one attribute";
            return Err(self.refuse(node, "", ErrorKind::Request, message));
        }
        if aggregates {
            inner.order = relata_ir::List::EMPTY;
            self.ir.set_select(select, inner);
        }
        let value = self.ir.scalar(select);
        self.values.insert(place, value);
        Ok(value)
    }

    /// Whether a relation has a row outside of the query at hand.
    pub(super) fn is_outside(&self, rel: RelId) -> bool {
        self.outer.iter().any(|outer| outer.rel == rel)
    }

    /// Refuses an aggregate of nothing but columns of rows outside: it would be theirs, and not of the rows at hand.
    pub(super) fn check_aggregated(&self, node: usize, argument: ExprId) -> Result<()> {
        let (mut outside, mut here) = (false, false);
        self.ir.visit(argument, &mut |_, expr| {
            if let Expr::Column { rel, .. } = expr {
                if self.is_outside(rel) {
                    outside = true;
                } else {
                    here = true;
                }
            }
            true
        });
        if outside && !here {
            let message = "an aggregate is taken of a row outside of the query";
            return Err(self
                .refuse(node, "", ErrorKind::Request, message)
                .help("take it of an attribute of the rows at hand, or name the attribute outside alone"));
        }
        Ok(())
    }

    /// A column of a row outside of the query at hand.
    pub(super) fn outer(&mut self, node: usize, at: &mut Cursor<'a>) -> Result<ExprId> {
        let (model, attribute) = (at.u64()?, at.u16()?);
        let Some(outer) = self.outer.iter().rev().find(|outer| outer.model == model) else {
            let message = "a query names an attribute of a row outside of it, and no such row is there";
            return Err(self.refuse(node, "", ErrorKind::Request, message));
        };
        if usize::from(attribute) >= self.ir.width(outer.rel) {
            return Err(Error::internal(format!(
                "a query names the attribute number {attribute}, and there are fewer"
            )));
        }
        if node != 0 {
            let message = "only the conditions of a query itself name a row outside of it";
            return Err(self
                .refuse(node, "", ErrorKind::Unsupported, message)
                .help("write it as a condition of the query"));
        }
        Ok(self.ir.column(outer.rel, attribute))
    }

    /// Only the first row of a query is meant. Which that is must not change from run to run.
    fn only_first(&mut self) -> Result<()> {
        let refuse =
            |message: &str, help: &str| Err(self.refuse(0, "", ErrorKind::Request, message).help(help.to_owned()));
        if self.nodes.nodes[0].cut.limit.is_some() {
            return refuse("a query that is one value has no limit: its first row is meant", "leave the limit out");
        }
        if self.nodes.nodes[0].order.is_empty() {
            return refuse(
                "a query that is one value says which of its rows is the first, or is an aggregate",
                "order it, or take its count, min, max or sum",
            );
        }
        self.nodes.nodes[0].cut.one = true;
        Ok(())
    }

    /// Lowers the query at a cursor, and says whether it is one aggregate of all its rows.
    fn query(&mut self, node: usize, at: &mut Cursor<'a>, rows: &Building, is_value: bool) -> Result<(SelectId, bool)> {
        let query = at.query()?;
        let model = match self.request.binds().get(query.handle as usize) {
            Some(Bind::Query(model)) if model.view().id == query.model => model.view(),
            _ => return Err(Error::internal("a request names a query that it does not have")),
        };
        if self.outer.len() >= DEEPEST {
            let message = format!("queries stand at most {DEEPEST} deep within one another");
            return Err(self.refuse(node, "", ErrorKind::LimitExceeded, message));
        }
        let mut outer = self.outer.clone();
        let here = match self.nodes.nodes.get(node) {
            Some(here) => Some(here.model),
            None => self.nodes.nodes.get(junction_of(node)).and_then(|target| target.junction),
        };
        if let (Some(here), Some(rel)) = (here, rows.rel(node)) {
            outer.push(Outer { model: here.id, rel });
        }
        let within = |error: Error, path: &str| error.at(format!("{path}.query"));
        let path = if node < self.nodes.nodes.len() { self.nodes.path(node) } else { String::new() };
        let mut nodes = Nodes::of_query(model, &query).map_err(|error| within(error, &path))?;
        loading::choose(&mut nodes, query.flags, &[])?;
        let shown = nodes.nodes[1..].iter().any(|edge| edge.included && edge.visible);
        let lengths = self.scratch.lists.lengths();
        let mut inner = Lowering {
            request: self.request,
            nodes,
            ir: self.ir,
            flags: query.flags,
            scratch: std::mem::take(&mut self.scratch),
            slots: Vec::new(),
            feeds: Vec::new(),
            depth: self.depth,
            outer,
            values: Default::default(),
        };
        if shown && query.flags.call == Call::Find {
            return Err(inner
                .refuse(0, "include", ErrorKind::Request, "a query within a request shows nothing of what it includes")
                .help("give the include \"attributes\": [], or select a column of it by its path"));
        }
        let aggregates = match query.flags.call {
            Call::Find => inner.is_grouped() && inner.nodes.group.is_empty(),
            _ => true,
        };
        if is_value && !aggregates {
            inner.only_first()?;
        }
        let outside = inner.ir.take_root();
        inner.root(0).map_err(|error| within(error, &path))?;
        let select = inner.ir.take_root().ok_or_else(|| Error::internal("a query was lowered to nothing"))?;
        self.scratch = inner.scratch;
        // Nothing of it is shown.
        self.scratch.lists.cut(lengths);
        if let Some(outside) = outside {
            self.ir.set_root(outside);
        }
        Ok((select, aggregates))
    }
}
