//! From a request to IR: which statements there are, and what each means.
//!
//! Who is kept and what is shown are lowered apart. Membership is made of filters and `EXISTS`; display is made of
//! joins, or of statements of their own. So a limit, a loading or an optional include can never change who is kept.

mod attach;
mod child;
mod conditions;
mod expr;
mod find;
mod group;
mod layout;
mod nodes;
mod order;
mod query;
mod scan;
mod write;

pub(crate) use nodes::{Cut, Nodes};

use relata_ir::{BindDef, ExprId, Ir, Join, Limit, Order, Page, PageScope, RelId, RelSource, Select, SelectId};
use relata_ir::{Source, TableId, Transform};
use relata_request::{Call, Request};
use relata_schema::{Error, ErrorKind, Kind, ModelView, Result};
use rustc_hash::FxHashMap;

use crate::{
    blueprint::Blueprint,
    plan::{Feed, Slot, Step},
    share::{Lists, Share, Text},
};

/// The lowering of one request.
pub(crate) struct Lowering<'a, 'p> {
    request: &'a Request<'a>,
    pub nodes: Nodes<'a>,
    pub ir: &'p mut Ir,
    pub flags: relata_request::Flags,
    /// Memory that is used again.
    pub scratch: Scratch,
    pub slots: Vec<Slot>,
    /// The keys that statements of nodes will be fed with.
    pub feeds: Vec<(usize, Fed)>,
    /// How many expressions are being lowered within one another.
    depth: usize,
    /// The rows outside of the query at hand, the nearest last.
    outer: Vec<query::Outer>,
    /// The queries that are one value, by their number and the rows that they are asked beside.
    values: FxHashMap<(u32, Option<RelId>), ExprId>,
}

/// What lowering finds out about a statement, and memory that the next one uses again.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// The tables of models, by their numbers: few.
    tables: Vec<(u64, TableId)>,
    /// The binds of values of the request, by their numbers.
    binds: Vec<Option<(Kind, relata_ir::BindId)>>,
    /// Those of further kinds that a value meets, and of values beyond the first.
    others: FxHashMap<(u32, Kind), relata_ir::BindId>,
    /// Selects that were built.
    built: Vec<Building>,
    /// The lists of the plan.
    pub lists: Lists,
}

/// How many values have their binds in a list.
const AT_HAND: usize = 4_096;

/// The keys that a statement of a node will be fed with.
#[derive(Debug)]
pub(crate) struct Fed {
    /// The slot of the parents.
    slot: usize,
    /// Columns of the rows of that slot.
    columns: Vec<u16>,
    /// Their kinds.
    kinds: Vec<Kind>,
}

/// A select that is being built, and the nodes whose rows it has.
#[derive(Debug, Clone)]
pub(crate) struct Building {
    from: RelId,
    joins: Vec<Join>,
    filters: Vec<ExprId>,
    columns: Vec<ExprId>,
    order: Vec<Order>,
    group: Vec<ExprId>,
    having: Vec<ExprId>,
    /// Which relation has the rows of a node: its table, or a derived table that begins with its columns.
    bound: Vec<(usize, RelId)>,
}

impl Building {
    fn new(from: RelId) -> Self {
        Building {
            from,
            joins: Vec::new(),
            filters: Vec::new(),
            columns: Vec::new(),
            order: Vec::new(),
            group: Vec::new(),
            having: Vec::new(),
            bound: Vec::new(),
        }
    }

    /// Forgets everything and keeps the memory.
    fn clear(&mut self) {
        self.joins.clear();
        self.filters.clear();
        self.columns.clear();
        self.order.clear();
        self.group.clear();
        self.having.clear();
        self.bound.clear();
    }

    fn rel(&self, node: usize) -> Option<RelId> {
        self.bound.iter().find(|(bound, _)| *bound == node).map(|(_, rel)| *rel)
    }
}

/// A statement that still has to be lowered.
#[derive(Debug)]
pub(crate) enum Pending {
    Root,
    /// The rows of a node, fed with keys.
    Child(usize),
}

impl<'a, 'p> Lowering<'a, 'p> {
    pub(crate) fn new(request: &'a Request<'a>, nodes: Nodes<'a>, ir: &'p mut Ir, scratch: Scratch) -> Self {
        Lowering {
            request,
            nodes,
            ir,
            flags: request.flags(),
            scratch,
            slots: Vec::with_capacity(1),
            feeds: Vec::new(),
            depth: 0,
            outer: Vec::new(),
            values: FxHashMap::default(),
        }
    }

    /// A select to be built, on memory of one that was.
    fn building(&mut self, from: RelId) -> Building {
        match self.scratch.built.pop() {
            Some(built) => Building { from, ..built },
            None => Building::new(from),
        }
    }

    /// Gives a select back that was built.
    fn built(&mut self, mut building: Building) {
        building.clear();
        self.scratch.built.push(building);
    }

    /// Lowers one statement into the IR, which is cleared first. The step's text and binds are filled in later.
    pub(crate) fn statement(&mut self, pending: &Pending, number: usize) -> Result<Step> {
        self.ir.clear();
        self.scratch.tables.clear();
        self.scratch.binds.clear();
        self.scratch.others.clear();
        self.values.clear();
        match pending {
            Pending::Root => self.root(number),
            Pending::Child(node) => self.child(*node, number),
        }
    }

    fn root(&mut self, number: usize) -> Result<Step> {
        match self.flags.call {
            Call::Find if self.is_grouped() => self.grouped(number),
            Call::Find => self.find(number),
            Call::Count if self.is_grouped() => self.grouped(number),
            Call::Count | Call::Aggregate(..) | Call::Exists => self.aggregate_call(number),
            Call::Insert | Call::Update | Call::Delete | Call::Truncate { .. } => self.write(self.request, number),
        }
    }

    /// An error about the request of a node.
    fn refuse(&self, node: usize, part: &str, kind: ErrorKind, message: impl Into<String>) -> Error {
        // A junction row goes by a pseudo node of its own.
        let (node, through) = if node < self.nodes.nodes.len() { (node, "") } else { (usize::MAX - node, ".through") };
        let path = if node < self.nodes.nodes.len() { self.nodes.path(node) } else { String::new() };
        let dot = if part.is_empty() { "" } else { "." };
        Error::new(kind, message).at(format!("{path}{through}{dot}{part}"))
    }

    /// An occurrence of a model's table.
    fn table(&mut self, model: ModelView<'_>) -> Result<RelId> {
        let known = self.scratch.tables.iter().find(|(id, _)| *id == model.id).map(|(_, table)| *table);
        let table = match known {
            Some(table) => table,
            None => {
                let table = self.ir.make_table_like(&Blueprint::of(model)?.table);
                self.scratch.tables.push((model.id, table));
                table
            }
        };
        Ok(self.ir.make_rel(RelSource::Table(table)))
    }

    /// A bind of the request as an expression.
    fn request_bind(&mut self, number: u32, kind: Kind) -> ExprId {
        // One value is one bind, wherever it stands: an alias that is selected and grouped by must be one expression.
        let place = number as usize;
        while self.scratch.binds.len() <= place.min(AT_HAND) {
            self.scratch.binds.push(None);
        }
        let known = match self.scratch.binds.get(place) {
            Some(&Some((met, bind))) if met == kind => Some(bind),
            Some(None) => None,
            _ => self.scratch.others.get(&(number, kind)).copied(),
        };
        let bind = known.unwrap_or_else(|| {
            let bind = self.ir.make_bind(BindDef { source: Source::Request(number), kind, transform: Transform::AsIs });
            match self.scratch.binds.get_mut(place) {
                Some(first @ None) => *first = Some((kind, bind)),
                _ => _ = self.scratch.others.insert((number, kind), bind),
            }
            bind
        });
        self.ir.bind_ref(bind)
    }

    fn page(&mut self, cut: Cut, scope: PageScope) -> Page {
        let limit = match cut.limit {
            _ if cut.one => Some(Limit::One),
            None => None,
            Some(None) => Some(Limit::Zero),
            Some(Some(bind)) => Some(Limit::Bind(self.request_bind(bind, Kind::BigInt))),
        };
        let offset = cut.offset.map(|bind| self.request_bind(bind, Kind::BigInt));
        Page { limit, offset, scope }
    }

    /// Turns what was built into a select.
    fn finish(&mut self, building: &Building) -> Select {
        let mut select = Select::from(building.from);
        select.joins = self.ir.make_joins(&building.joins);
        select.filter = (!building.filters.is_empty()).then(|| self.ir.and(&building.filters));
        if select.filter.is_some_and(|filter| self.ir.expr(filter) == relata_ir::Expr::Bool(true)) {
            select.filter = None;
        }
        select.columns = self.ir.make_exprs(&building.columns);
        select.order = self.ir.make_orders(&building.order);
        select.group = self.ir.make_exprs(&building.group);
        select.having = (!building.having.is_empty()).then(|| self.ir.and(&building.having));
        select
    }

    /// The kinds of columns that are all attributes of one model and nothing else.
    fn kinds_of_model(&self, first: usize, columns: usize) -> Option<Share<Kind>> {
        let [slot] = &self.slots[first..] else { return None };
        let blueprint = Blueprint::of(self.nodes.nodes.get(slot.rank)?.model).ok()?;
        let is_every = slot.fields.is_all(&blueprint.fields) && slot.columns == (0..columns);
        (is_every && blueprint.kinds.len() == columns).then(|| Share::all(&blueprint.kinds))
    }

    /// The step of a select whose slots are those from one on.
    fn step(&mut self, root: SelectId, first: usize, feed: Option<Feed>) -> Step {
        let columns = self.ir.exprs(self.ir.select(root).columns);
        let slots = first..self.slots.len();
        let kinds = match self.kinds_of_model(first, columns.len()) {
            Some(kinds) => kinds,
            None => {
                let kinds = columns.iter().map(|&column| self.ir.kind(column).unwrap_or(Kind::Text));
                self.scratch.lists.add_kinds(kinds)
            }
        };
        Step {
            sql: Text::default(),
            binds: Share::default(),
            kinds,
            slots,
            feed,
            cut_by_value: false,
            repeated: None,
            spread: None,
        }
    }
}
