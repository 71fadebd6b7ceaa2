//! The pools of a statement, and the smart constructors: the only place that makes nodes.

use relata_schema::{Aggregate, Comparison, Function, Kind, Pattern, Value};

use crate::{
    BindDef, BindId, Column, Command, Expr, ExprId, Hint, Join, Kinds, List, LiteralId, Made, NameId, Order, Rel,
    RelId, RelSource, Select, SelectId, Table, TableId, TableImage, Window, WindowId, names::Names,
};

/// A statement: pools of nodes and the select that is its root. Cleared and reused, not freed.
#[derive(Debug, Default)]
pub struct Ir {
    names: Names,
    pub(crate) exprs: Vec<Expr>,
    expr_lists: Vec<ExprId>,
    pub(crate) rels: Vec<Rel>,
    pub(crate) tables: Vec<Table>,
    columns: Vec<Column>,
    keys: Vec<List<u16>>,
    key_columns: Vec<u16>,
    kinds: Vec<Kind>,
    hints: Vec<Hint>,
    pub(crate) selects: Vec<Select>,
    joins: Vec<Join>,
    orders: Vec<Order>,
    windows: Vec<Window>,
    binds: Vec<BindDef>,
    literals: Vec<Value>,
    root: Option<SelectId>,
    command: Option<Command>,
    made: Made,
    mentioned: Kinds,
}

macro_rules! pool {
    ($($get:ident($field:ident: $id:ty) -> $ty:ty;)+) => {
        $(
            /// The node of that id.
            #[inline]
            pub fn $get(&self, id: $id) -> $ty {
                self.$field[id.index()]
            }
        )+
    };
}

macro_rules! lists {
    ($($make:ident, $get:ident, $field:ident: $ty:ty;)+) => {
        $(
            /// Stores a list.
            pub fn $make(&mut self, items: &[$ty]) -> List<$ty> {
                if items.is_empty() {
                    return List::EMPTY;
                }
                let start = self.$field.len();
                self.$field.extend_from_slice(items);
                List::new(start, items.len())
            }

            /// The elements of a list.
            #[inline]
            pub fn $get(&self, list: List<$ty>) -> &[$ty] {
                &self.$field[list.range()]
            }
        )+
    };
}

impl Ir {
    pool! {
        expr(exprs: ExprId) -> Expr;
        rel(rels: RelId) -> Rel;
        table(tables: TableId) -> Table;
        select(selects: SelectId) -> Select;
        window(windows: WindowId) -> Window;
        bind(binds: BindId) -> BindDef;
    }

    lists! {
        make_exprs, exprs, expr_lists: ExprId;
        store_joins, joins, joins: Join;
        store_orders, orders, orders: Order;
        store_columns, columns, columns: Column;
        make_keys, keys, keys: List<u16>;
        make_key, key, key_columns: u16;
        make_kinds, kinds, kinds: Kind;
        make_hints, hints, hints: Hint;
    }

    /// Stores a list of joins.
    pub fn make_joins(&mut self, joins: &[Join]) -> List<Join> {
        self.made.add(Made::of_joins(joins));
        self.store_joins(joins)
    }

    /// Stores an order.
    pub fn make_orders(&mut self, orders: &[Order]) -> List<Order> {
        if !orders.is_empty() {
            self.made.add(Made::ORDER);
        }
        self.store_orders(orders)
    }

    /// Stores the columns of a table.
    pub fn make_columns(&mut self, columns: &[Column]) -> List<Column> {
        columns.iter().for_each(|column| self.mentioned.add(column.kind));
        self.store_columns(columns)
    }

    /// What the statement has been made of so far.
    pub fn made(&self) -> Made {
        self.made
    }

    /// The kinds of its columns, binds, constants and conversions so far.
    pub fn mentioned(&self) -> Kinds {
        self.mentioned
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.names.clear();
        self.exprs.clear();
        self.expr_lists.clear();
        self.rels.clear();
        self.tables.clear();
        self.columns.clear();
        self.keys.clear();
        self.key_columns.clear();
        self.kinds.clear();
        self.hints.clear();
        self.selects.clear();
        self.joins.clear();
        self.orders.clear();
        self.windows.clear();
        self.binds.clear();
        self.literals.clear();
        self.root = None;
        self.command = None;
        self.made = Made::NOTHING;
        self.mentioned = Kinds::default();
    }

    /// How many expressions there are: what the node budget counts.
    pub fn size(&self) -> usize {
        self.exprs.len()
    }

    /// How many binds there are.
    pub fn bind_count(&self) -> usize {
        self.binds.len()
    }

    /// The select that is the statement.
    pub fn root(&self) -> Option<SelectId> {
        self.root
    }

    /// Forgets which select is the statement, and says which it was.
    pub fn take_root(&mut self) -> Option<SelectId> {
        self.root.take()
    }

    /// Says which select is the statement.
    pub fn set_root(&mut self, root: SelectId) {
        self.root = Some(root);
    }

    /// What the statement does beside reading.
    pub fn command(&self) -> Option<Command> {
        self.command
    }

    /// Says what the statement does beside reading.
    pub fn set_command(&mut self, command: Command) {
        self.made.add(Made::COMMAND);
        self.command = Some(command);
    }

    /// Interns a name.
    pub fn make_name(&mut self, name: &str) -> NameId {
        self.names.add(name)
    }

    /// A name.
    pub fn name(&self, id: NameId) -> &str {
        self.names.get(id)
    }

    /// A name between double quotes, where none is in it.
    #[inline]
    pub fn quoted(&self, id: NameId) -> Option<&str> {
        self.names.quoted(id)
    }

    /// Adds a table.
    pub fn make_table(&mut self, table: Table) -> TableId {
        self.tables.push(table);
        TableId::new(self.tables.len() - 1)
    }

    /// Adds a table that was made before.
    pub fn make_table_like(&mut self, image: &TableImage) -> TableId {
        let names = self.names.add_all(&image.names);
        let named = |name: NameId| NameId::new(names + name.index());
        let columns = self.columns.len();
        self.columns.extend(image.columns.iter().map(|column| Column { name: named(column.name), ..*column }));
        let (keys, places) = (self.keys.len(), self.key_columns.len());
        self.keys.extend(image.keys.iter().map(|key| key.moved(places)));
        self.key_columns.extend_from_slice(&image.key_columns);
        self.mentioned.add_all(image.mentioned);
        self.make_table(Table {
            name: NameId::new(names),
            columns: List::new(columns, image.columns.len()),
            keys: List::new(keys, image.keys.len()),
        })
    }

    /// Adds an occurrence of a relation; its alias is the next number.
    pub fn make_rel(&mut self, source: RelSource) -> RelId {
        self.made.add(Made::of_source(source));
        self.rels.push(Rel { source, alias: self.rels.len() as u16, hints: List::EMPTY });
        RelId::new(self.rels.len() - 1)
    }

    /// Says something of indexes of a relation's table.
    pub fn set_hints(&mut self, id: RelId, hints: &[Hint]) {
        self.made.add(Made::HINT);
        self.rels[id.index()].hints = self.make_hints(hints);
    }

    /// Replaces what a relation is; its alias stays.
    pub fn set_rel(&mut self, id: RelId, source: RelSource) {
        self.made.add(Made::of_source(source));
        self.rels[id.index()].source = source;
    }

    /// Adds a select.
    pub fn make_select(&mut self, select: Select) -> SelectId {
        self.made.add(Made::of_select(&select));
        self.selects.push(select);
        SelectId::new(self.selects.len() - 1)
    }

    /// Replaces a select.
    pub fn set_select(&mut self, id: SelectId, select: Select) {
        self.made.add(Made::of_select(&select));
        self.selects[id.index()] = select;
    }

    /// Adds a bind.
    pub fn make_bind(&mut self, bind: BindDef) -> BindId {
        self.mentioned.add(bind.kind);
        self.made.add(Made::of_bind(bind));
        self.binds.push(bind);
        BindId::new(self.binds.len() - 1)
    }

    /// Replaces a bind.
    pub fn set_bind(&mut self, id: BindId, bind: BindDef) {
        self.mentioned.add(bind.kind);
        self.made.add(Made::of_bind(bind));
        self.binds[id.index()] = bind;
    }

    /// A constant of the schema.
    pub fn literal(&self, id: LiteralId) -> &Value {
        &self.literals[id.index()]
    }

    /// A node that no set of what was made knows.
    #[inline]
    fn push_plain(&mut self, expr: Expr) -> ExprId {
        self.exprs.push(expr);
        ExprId::new(self.exprs.len() - 1)
    }

    fn push(&mut self, expr: Expr) -> ExprId {
        self.made.add(Made::of(&expr));
        if self.has_lone_bind(&expr) {
            self.made.add(Made::LONE_BIND);
        }
        self.exprs.push(expr);
        ExprId::new(self.exprs.len() - 1)
    }

    /// Whether a bind is what an operation takes its type from.
    #[inline]
    fn has_lone_bind(&self, expr: &Expr) -> bool {
        let bind = |expr: ExprId| matches!(self.expr(expr), Expr::Bind(_));
        match *expr {
            Expr::Match(_, first, _)
            | Expr::IsNull(first)
            | Expr::IsBool(first, _)
            | Expr::InList(first, _)
            | Expr::Between(first, ..)
            | Expr::Cast { expr: first, .. }
            | Expr::Aggregate { argument: Some(first), .. } => bind(first),
            Expr::Call(_, arguments) => self.exprs(arguments).iter().any(|&argument| bind(argument)),
            _ => false,
        }
    }

    /// A column.
    #[inline]
    pub fn column(&mut self, rel: RelId, column: u16) -> ExprId {
        self.push_plain(Expr::Column { rel, column })
    }

    /// The first so many columns of a relation.
    pub fn columns_of(&mut self, rel: RelId, count: u16) -> impl Iterator<Item = ExprId> + use<> {
        let start = self.exprs.len();
        self.exprs.extend((0..count).map(|column| Expr::Column { rel, column }));
        (start..self.exprs.len()).map(ExprId::new)
    }

    /// A bind, as an expression.
    pub fn bind_expr(&mut self, bind: BindDef) -> ExprId {
        let bind = self.make_bind(bind);
        self.push_plain(Expr::Bind(bind))
    }

    /// A bind that exists already, as an expression.
    #[inline]
    pub fn bind_ref(&mut self, bind: BindId) -> ExprId {
        self.push_plain(Expr::Bind(bind))
    }

    /// Is an element of a list that is a bind which exists already.
    pub fn in_array_ref(&mut self, expr: ExprId, bind: BindId) -> ExprId {
        self.push(Expr::InArray(expr, bind))
    }

    /// NULL.
    pub fn null(&mut self) -> ExprId {
        self.push(Expr::Null)
    }

    /// A boolean constant.
    pub fn boolean(&mut self, value: bool) -> ExprId {
        self.push(Expr::Bool(value))
    }

    /// An integer constant.
    pub fn int(&mut self, value: i32) -> ExprId {
        self.push(Expr::Int(value))
    }

    /// A constant that the schema states: NULL, booleans and integers that fit have nodes of their own.
    pub fn schema_literal(&mut self, value: &Value) -> ExprId {
        match value {
            Value::Null => self.null(),
            Value::Bool(flag) => self.boolean(*flag),
            Value::Int(int) if i32::try_from(*int).is_ok() => self.int(*int as i32),
            other => {
                other.kind().into_iter().for_each(|kind| self.mentioned.add(kind));
                self.literals.push(other.clone());
                let id = LiteralId::new(self.literals.len() - 1);
                self.push(Expr::Literal(id))
            }
        }
    }

    /// All of some conditions: flattened, without units, collapsed.
    pub fn and(&mut self, conditions: &[ExprId]) -> ExprId {
        self.group(conditions, true)
    }

    /// Any of some conditions: flattened, without units, collapsed.
    pub fn or(&mut self, conditions: &[ExprId]) -> ExprId {
        self.group(conditions, false)
    }

    /// `all` has true as its unit and false as what decides it; an `or` is the mirror.
    fn group(&mut self, conditions: &[ExprId], all: bool) -> ExprId {
        let start = self.expr_lists.len();
        for &condition in conditions {
            match self.expr(condition) {
                Expr::Bool(value) if value == all => {}
                Expr::Bool(_) => {
                    self.expr_lists.truncate(start);
                    return condition;
                }
                Expr::And(members) if all => self.expr_lists.extend_from_within(members.range()),
                Expr::Or(members) if !all => self.expr_lists.extend_from_within(members.range()),
                _ => self.expr_lists.push(condition),
            }
        }
        match self.expr_lists.len() - start {
            0 => self.boolean(all),
            1 => {
                let only = self.expr_lists[start];
                self.expr_lists.truncate(start);
                only
            }
            len => {
                let list = List::new(start, len);
                self.push(if all { Expr::And(list) } else { Expr::Or(list) })
            }
        }
    }

    /// Three-valued not. A double one cancels; a constant folds.
    pub fn not(&mut self, condition: ExprId) -> ExprId {
        match self.expr(condition) {
            Expr::Not(inner) => inner,
            Expr::Bool(value) => self.boolean(!value),
            _ => self.push(Expr::Not(condition)),
        }
    }

    /// A comparison.
    #[inline]
    pub fn compare(&mut self, comparison: Comparison, left: ExprId, right: ExprId) -> ExprId {
        let is_bind = |expr: ExprId| matches!(self.expr(expr), Expr::Bind(_));
        if is_bind(left) && is_bind(right) {
            self.made.add(Made::LONE_BIND);
        }
        self.push_plain(Expr::Compare(comparison, left, right))
    }

    /// Equality.
    pub fn equal(&mut self, left: ExprId, right: ExprId) -> ExprId {
        self.compare(Comparison::Eq, left, right)
    }

    /// Is NULL.
    pub fn is_null(&mut self, expr: ExprId) -> ExprId {
        self.push(Expr::IsNull(expr))
    }

    /// Is true, or is false.
    pub fn is_bool(&mut self, expr: ExprId, truth: bool) -> ExprId {
        self.push(Expr::IsBool(expr, truth))
    }

    /// Is one of some expressions. Of none: false; of one: equality.
    pub fn in_list(&mut self, expr: ExprId, list: &[ExprId]) -> ExprId {
        match list {
            [] => self.boolean(false),
            [one] => self.equal(expr, *one),
            many => {
                let list = self.make_exprs(many);
                self.push(Expr::InList(expr, list))
            }
        }
    }

    /// Is an element of a list that is one bind.
    pub fn in_array(&mut self, expr: ExprId, bind: BindDef) -> ExprId {
        let bind = self.make_bind(bind);
        self.push(Expr::InArray(expr, bind))
    }

    /// Lies between two.
    pub fn between(&mut self, expr: ExprId, low: ExprId, high: ExprId) -> ExprId {
        self.push(Expr::Between(expr, low, high))
    }

    /// Matches a pattern.
    pub fn matches(&mut self, pattern: Pattern, expr: ExprId, value: ExprId) -> ExprId {
        self.push(Expr::Match(pattern, expr, value))
    }

    /// Matches a pattern of `GLOB`.
    pub fn glob(&mut self, expr: ExprId, pattern: ExprId) -> ExprId {
        self.push(Expr::Glob(expr, pattern))
    }

    /// A function.
    pub fn call(&mut self, function: Function, arguments: &[ExprId]) -> ExprId {
        let arguments = self.make_exprs(arguments);
        self.push(Expr::Call(function, arguments))
    }

    /// An aggregate.
    pub fn aggregate(&mut self, function: Aggregate, distinct: bool, argument: Option<ExprId>) -> ExprId {
        self.push(Expr::Aggregate { function, distinct, argument })
    }

    /// A conversion. To what it was just converted to, it is that.
    pub fn cast(&mut self, expr: ExprId, kind: Kind, precision: u8, scale: u8) -> ExprId {
        match self.expr(expr) {
            Expr::Cast { kind: k, precision: p, scale: s, .. } if (k, p, s) == (kind, precision, scale) => expr,
            _ => {
                self.mentioned.add(kind);
                self.push(Expr::Cast { expr, kind, precision, scale })
            }
        }
    }

    /// Whether a select has a row.
    pub fn exists(&mut self, select: SelectId) -> ExprId {
        self.push(Expr::Exists(select))
    }

    /// Is one of the values of a select.
    pub fn in_select(&mut self, expr: ExprId, select: SelectId) -> ExprId {
        self.push(Expr::InSelect(expr, select))
    }

    /// Compares with any, or with all, of the values of a select.
    pub fn quantified(&mut self, comparison: Comparison, all: bool, left: ExprId, select: SelectId) -> ExprId {
        match (comparison, all) {
            (Comparison::Eq, false) => self.in_select(left, select),
            (Comparison::Ne, true) => {
                let test = self.in_select(left, select);
                self.not(test)
            }
            _ => self.push(Expr::Quantified { comparison, all, left, select }),
        }
    }

    /// Several expressions that are compared at once.
    pub fn row(&mut self, members: &[ExprId]) -> ExprId {
        let list = self.make_exprs(members);
        self.push(Expr::Row(list))
    }

    /// The one value of a select.
    pub fn scalar(&mut self, select: SelectId) -> ExprId {
        self.push(Expr::Scalar(select))
    }

    /// The number of a row within its partition.
    pub fn row_number(&mut self, partition: &[ExprId], order: &[Order]) -> ExprId {
        let window = Window { partition: self.make_exprs(partition), order: self.make_orders(order) };
        self.windows.push(window);
        let id = WindowId::new(self.windows.len() - 1);
        self.push(Expr::RowNumber(id))
    }

    /// How many columns a relation has.
    #[inline]
    pub fn width(&self, rel: RelId) -> usize {
        match self.rel(rel).source {
            RelSource::Table(table) | RelSource::Excluded(table) => self.table(table).columns.len(),
            RelSource::Derived(select) => self.select(select).columns.len(),
            RelSource::Keys(kinds) => 1 + kinds.len(),
            RelSource::Unit => 0,
        }
    }

    /// The kind of an expression's value, where it has one that does not depend on what it meets.
    #[inline]
    pub fn kind(&self, expr: ExprId) -> Option<Kind> {
        match self.expr(expr) {
            Expr::Column { rel, column } => self.column_kind(rel, column),
            other => self.kind_of(other),
        }
    }

    fn kind_of(&self, expr: Expr) -> Option<Kind> {
        Some(match expr {
            Expr::Column { rel, column } => return self.column_kind(rel, column),
            Expr::Bind(bind) => self.bind(bind).kind,
            Expr::Null | Expr::Row(_) => return None,
            Expr::Int(_) => Kind::BigInt,
            Expr::Literal(literal) => return self.literal(literal).kind(),
            Expr::Call(function, arguments) => match function.own_kind() {
                Some(kind) => kind,
                None => {
                    let kinds = self.exprs(arguments).iter().filter_map(|&argument| self.kind(argument));
                    let computes = matches!(
                        function,
                        Function::Add | Function::Sub | Function::Mul | Function::Div | Function::Round
                    );
                    match kinds.reduce(widest) {
                        Some(Kind::Real) if computes => Kind::Double,
                        kind => return kind,
                    }
                }
            },
            Expr::Aggregate { function, argument, .. } => match (function, argument.and_then(|a| self.kind(a))) {
                (Aggregate::Count, _) => Kind::BigInt,
                (Aggregate::Avg, _) => Kind::Double,
                (Aggregate::Sum, Some(kind)) if kind.is_integer() => Kind::BigInt,
                (Aggregate::Sum, Some(Kind::Real)) => Kind::Double,
                (_, kind) => return kind,
            },
            Expr::Cast { kind, .. } => kind,
            Expr::Scalar(select) => {
                return self.exprs(self.select(select).columns).first().and_then(|&column| self.kind(column));
            }
            Expr::RowNumber(_) => Kind::BigInt,
            _ => Kind::Bool,
        })
    }

    /// The kind of a relation's column.
    #[inline]
    pub fn column_kind(&self, rel: RelId, column: u16) -> Option<Kind> {
        let column = usize::from(column);
        match self.rel(rel).source {
            RelSource::Table(table) | RelSource::Excluded(table) => {
                self.columns(self.table(table).columns).get(column).map(|c| c.kind)
            }
            RelSource::Derived(select) => {
                self.exprs(self.select(select).columns).get(column).and_then(|&expr| self.kind(expr))
            }
            RelSource::Keys(_) if column == 0 => Some(Kind::BigInt),
            RelSource::Keys(kinds) => self.kinds(kinds).get(column - 1).copied(),
            RelSource::Unit => None,
        }
    }

    /// The name of a column of a table.
    pub fn column_name(&self, expr: ExprId) -> Option<NameId> {
        let Expr::Column { rel, column } = self.expr(expr) else { return None };
        match self.rel(rel).source {
            RelSource::Table(table) | RelSource::Excluded(table) => {
                self.columns(self.table(table).columns).get(usize::from(column)).map(|column| column.name)
            }
            _ => None,
        }
    }

    /// Digits after the point: of a column as its table states them, of a sum or choice those of its arguments.
    pub fn scale(&self, expr: ExprId) -> Option<u8> {
        match self.expr(expr) {
            Expr::Column { rel, column } => match self.rel(rel).source {
                RelSource::Table(table) | RelSource::Excluded(table) => {
                    self.columns(self.table(table).columns).get(usize::from(column)).and_then(|column| column.scale)
                }
                RelSource::Derived(select) => {
                    let columns = self.exprs(self.select(select).columns);
                    columns.get(usize::from(column)).and_then(|&inner| self.scale(inner))
                }
                RelSource::Keys(_) | RelSource::Unit => None,
            },
            Expr::Cast { kind: Kind::Decimal, precision, scale, .. } if precision > 0 => Some(scale),
            Expr::Aggregate { function: Aggregate::Count | Aggregate::Avg, .. } => None,
            Expr::Aggregate { argument: Some(argument), .. } => self.scale(argument),
            Expr::Call(Function::Mul | Function::Div, _) => None,
            Expr::Call(_, list) => self.exprs(list).iter().filter_map(|&argument| self.scale(argument)).max(),
            Expr::Scalar(select) => {
                self.exprs(self.select(select).columns).first().and_then(|&column| self.scale(column))
            }
            _ => None,
        }
    }

    /// Whether two expressions say the same.
    #[inline]
    pub fn same(&self, left: ExprId, right: ExprId) -> bool {
        left == right
            || match (self.expr(left), self.expr(right)) {
                (Expr::Column { rel: r, column: c }, Expr::Column { rel: s, column: d }) => (r, c) == (s, d),
                (Expr::Column { .. }, _) | (_, Expr::Column { .. }) => false,
                _ => self.say_the_same(left, right),
            }
    }

    fn say_the_same(&self, left: ExprId, right: ExprId) -> bool {
        let lists = |a: List<ExprId>, b: List<ExprId>| {
            a.len() == b.len() && self.exprs(a).iter().zip(self.exprs(b)).all(|(&a, &b)| self.same(a, b))
        };
        match (self.expr(left), self.expr(right)) {
            (Expr::And(a), Expr::And(b)) | (Expr::Or(a), Expr::Or(b)) => lists(a, b),
            (Expr::Not(a), Expr::Not(b)) | (Expr::IsNull(a), Expr::IsNull(b)) => self.same(a, b),
            (Expr::IsBool(a, x), Expr::IsBool(b, y)) => x == y && self.same(a, b),
            (Expr::Compare(x, a, b), Expr::Compare(y, c, d)) => x == y && self.same(a, c) && self.same(b, d),
            (Expr::Call(f, a), Expr::Call(g, b)) => f == g && lists(a, b),
            (Expr::Row(a), Expr::Row(b)) => lists(a, b),
            (Expr::InSelect(a, s), Expr::InSelect(b, t)) => s == t && self.same(a, b),
            (
                Expr::Aggregate { function: f, distinct: d, argument: Some(a) },
                Expr::Aggregate { function: g, distinct: e, argument: Some(b) },
            ) => f == g && d == e && self.same(a, b),
            (
                Expr::Cast { expr: a, kind: k, precision: p, scale: s },
                Expr::Cast { expr: b, kind: l, precision: q, scale: t },
            ) => (k, p, s) == (l, q, t) && self.same(a, b),
            (a, b) => a == b,
        }
    }
}

/// The kind that a sum or choice of two kinds has.
fn widest(left: Kind, right: Kind) -> Kind {
    if left == right {
        left
    } else if [left, right].iter().any(|kind| matches!(kind, Kind::Double | Kind::Real)) {
        Kind::Double
    } else if left == Kind::Decimal || right == Kind::Decimal {
        Kind::Decimal
    } else {
        left.max(right)
    }
}
