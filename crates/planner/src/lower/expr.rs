//! Conditions and expressions of a shape, lowered where the rows that they name are at hand.

use relata_ir::{BindDef, Expr, ExprId, Source, Transform};
use relata_request::{Bind, Cursor, ListForm, op};
use relata_schema::{Aggregate, Comparison, Datum, Error, ErrorKind, Function, Kind, Pattern, Result};

use super::{
    Building, Lowering,
    attach::junction_of,
    nodes::{Part, SCOPE_BIND},
};
use crate::MAX_NODES;

/// How deep expressions are lowered within one another: a condition as deep as may be, an alias in it, and some more for
/// what is written as two operations.
const DEEPEST: usize = 3 * relata_request::MAX_DEPTH;

impl<'a> Lowering<'a, '_> {
    /// Lowers one condition or expression of a node.
    pub(super) fn expr_of(&mut self, node: usize, part: Part<'a>, rows: &Building) -> Result<ExprId> {
        self.expr(node, &mut part.cursor(), rows, None)
    }

    /// Lowers a condition on rows, in which no aggregate can stand.
    pub(super) fn row_condition(&mut self, node: usize, part: Part<'a>, rows: &Building) -> Result<ExprId> {
        let condition = self.expr_of(node, part, rows)?;
        if self.has_aggregate(condition) {
            return Err(self
                .refuse(node, "where", ErrorKind::Request, "a condition on rows names an aggregate of them")
                .help("write it as having"));
        }
        Ok(condition)
    }

    /// Lowers the condition or expression at a cursor.
    pub(super) fn condition_at(&mut self, node: usize, at: &mut Cursor<'a>, rows: &Building) -> Result<ExprId> {
        self.expr(node, at, rows, None)
    }

    /// `meets` is the kind of what a bare value is compared with.
    pub(super) fn expr(
        &mut self,
        node: usize,
        at: &mut Cursor<'a>,
        rows: &Building,
        meets: Option<Kind>,
    ) -> Result<ExprId> {
        // What most operations are about, and what has nothing within.
        match at.peek() {
            Some(op::COLUMN) => {
                at.byte()?;
                let attribute = at.u16()?;
                return self.column(node, attribute, rows);
            }
            Some(op::BIND) => {
                at.byte()?;
                return self.bind(at, meets);
            }
            _ => {}
        }
        if self.ir.size() > MAX_NODES {
            let message = format!("the request makes more than {MAX_NODES} nodes");
            return Err(self.refuse(node, "", ErrorKind::LimitExceeded, message));
        }
        if self.depth >= DEEPEST {
            return Err(self.refuse(node, "", ErrorKind::LimitExceeded, "an expression is nested too deep"));
        }
        self.depth += 1;
        let lowered = self.operation(node, at, rows);
        self.depth -= 1;
        lowered
    }

    /// A value, whose kind is said or that of what it meets.
    fn bind(&mut self, at: &mut Cursor<'a>, meets: Option<Kind>) -> Result<ExprId> {
        let kind = match at.byte()? {
            op::OF_WHAT_IT_MEETS => meets.unwrap_or(Kind::Text),
            byte => Kind::from_byte(byte).ok_or_else(|| Error::internal("a bind has no kind"))?,
        };
        let bind = at.next_bind();
        if bind & SCOPE_BIND != 0 { self.stated(bind) } else { Ok(self.request_bind(bind, kind)) }
    }

    /// What is neither a column nor a value.
    fn operation(&mut self, node: usize, at: &mut Cursor<'a>, rows: &Building) -> Result<ExprId> {
        Ok(match at.byte()? {
            op::PATH if node >= self.nodes.nodes.len() => {
                let owner = junction_of(node);
                return Err(self
                    .refuse(
                        owner,
                        "through.where",
                        ErrorKind::Unsupported,
                        "a condition on a junction names its columns only",
                    )
                    .help("write the condition on the association itself"));
            }
            op::PATH => {
                let (along, attribute) = self.nodes.read_path(node, at)?;
                self.column(along.last().copied().unwrap_or(node), attribute, rows)?
            }
            op::NULL => self.ir.null(),
            op::TRUE => self.ir.boolean(true),
            op::FALSE => self.ir.boolean(false),
            op::ALIAS if node >= self.nodes.nodes.len() => {
                return Err(self.refuse(node, "where", ErrorKind::Request, "a junction has no aliases"));
            }
            op::ALIAS => {
                let alias = at.name()?;
                let part = self.nodes.alias(node, alias)?;
                self.expr(node, &mut part.cursor(), rows, None)?
            }
            op::FUNCTION => self.function(node, at, rows)?,
            op::QUERY => self.value_query(node, at, rows)?,
            op::EXISTS => self.exists_query(node, at, rows)?,
            op::OUTER => self.outer(node, at)?,
            op::ROW => {
                let members: Vec<ExprId> =
                    (0..at.byte()?).map(|_| self.expr(node, at, rows, None)).collect::<Result<_>>()?;
                self.ir.row(&members)
            }
            code @ (op::IN_QUERY | op::NOT_IN_QUERY) => {
                let left = self.expr(node, at, rows, None)?;
                let members = self.members(left);
                let select = self.rows_query(node, at, rows, members.len())?;
                let columns = self.ir.exprs(self.ir.select(select).columns).to_vec();
                for (&member, &column) in members.iter().zip(&columns) {
                    self.check_comparable(node, member, column)?;
                }
                let test = self.ir.in_select(left, select);
                if code == op::IN_QUERY { test } else { self.ir.not(test) }
            }
            op::QUANTIFIED => {
                let comparison =
                    Comparison::from_byte(at.byte()?).ok_or_else(|| Error::internal("no such comparison"))?;
                let all = at.byte()? != 0;
                let left = self.expr(node, at, rows, None)?;
                let select = self.rows_query(node, at, rows, 1)?;
                if let &[column] = self.ir.exprs(self.ir.select(select).columns) {
                    self.check_comparable(node, left, column)?;
                }
                self.ir.quantified(comparison, all, left, select)
            }
            code @ (op::IN_ROWS | op::NOT_IN_ROWS) => {
                let size = at.byte()?;
                let left = self.expr(node, at, rows, None)?;
                let members = self.members(left);
                for &member in &members {
                    self.check_comparable(node, member, member)?;
                }
                let test = self.in_rows(left, &members, size, at);
                if code == op::IN_ROWS { test } else { self.ir.not(test) }
            }
            op::AGGREGATE => {
                let function = Aggregate::from_byte(at.byte()?).ok_or_else(|| Error::internal("no such aggregate"))?;
                let distinct = at.byte()? != 0;
                if at.peek() == Some(op::STAR) {
                    at.byte()?;
                    self.ir.aggregate(function, distinct, None)
                } else {
                    let argument = self.expr(node, at, rows, None)?;
                    if self.has_aggregate(argument) {
                        return Err(self
                            .refuse(node, "", ErrorKind::Request, "an aggregate is taken of an aggregate")
                            .help("take it of the rows, or aggregate the answer in the application"));
                    }
                    self.check_aggregated(node, argument)?;
                    self.ir.aggregate(function, distinct, Some(argument))
                }
            }
            op::CAST => {
                let (kind, precision, scale) = (at.kind()?, at.byte()?, at.byte()?);
                let inner = self.expr(node, at, rows, None)?;
                self.check_cast(node, self.ir.kind(inner), kind)?;
                self.ir.cast(inner, kind, precision, scale)
            }
            code @ (op::AND | op::OR) => {
                let members: Vec<ExprId> =
                    (0..at.u16()?).map(|_| self.expr(node, at, rows, None)).collect::<Result<_>>()?;
                if code == op::AND { self.ir.and(&members) } else { self.ir.or(&members) }
            }
            op::NOT => {
                let inner = self.expr(node, at, rows, None)?;
                self.ir.not(inner)
            }
            code @ (op::IS_NULL | op::NOT_NULL) => {
                let inner = self.expr(node, at, rows, None)?;
                let test = self.ir.is_null(inner);
                if code == op::IS_NULL { test } else { self.ir.not(test) }
            }
            op::IS_BOOL => {
                let truth = at.byte()? != 0;
                let inner = self.expr(node, at, rows, None)?;
                self.ir.is_bool(inner, truth)
            }
            op::COMPARE => {
                let comparison =
                    Comparison::from_byte(at.byte()?).ok_or_else(|| Error::internal("no such comparison"))?;
                let left = self.expr(node, at, rows, None)?;
                let right = self.expr(node, at, rows, self.ir.kind(left))?;
                self.check_comparable(node, left, right)?;
                self.ir.compare(comparison, left, right)
            }
            op::LIKE => {
                let pattern = Pattern::from_byte(at.byte()?).ok_or_else(|| Error::internal("no such pattern"))?;
                let left = self.expr(node, at, rows, None)?;
                let right = self.expr(node, at, rows, Some(Kind::Text))?;
                self.ir.matches(pattern, left, right)
            }
            code @ (op::IN | op::NOT_IN) => {
                let form = at.list_form()?;
                let left = self.expr(node, at, rows, None)?;
                let kind = self.ir.kind(left).unwrap_or(Kind::Text);
                self.check_comparable(node, left, left)?;
                let bind = at.next_bind();
                let test = if bind & SCOPE_BIND != 0 {
                    self.stated_list(left, bind)?
                } else {
                    self.list(left, kind, bind, form)
                };
                if code == op::IN { test } else { self.ir.not(test) }
            }
            code @ (op::BETWEEN | op::NOT_BETWEEN) => {
                let left = self.expr(node, at, rows, None)?;
                let kind = self.ir.kind(left);
                let low = self.expr(node, at, rows, kind)?;
                let high = self.expr(node, at, rows, kind)?;
                self.check_comparable(node, left, low)?;
                let test = self.ir.between(left, low, high);
                if code == op::BETWEEN { test } else { self.ir.not(test) }
            }
            other => return Err(Error::internal(format!("there is no operation {other:#x} in a shape"))),
        })
    }

    /// A column of a node's model.
    pub(super) fn column(&mut self, node: usize, attribute: u16, rows: &Building) -> Result<ExprId> {
        match rows.rel(node) {
            Some(rel) if usize::from(attribute) >= self.ir.width(rel) => {
                Err(Error::internal(format!("a request names the attribute number {attribute}, and there are fewer")))
            }
            Some(rel) => Ok(self.ir.column(rel, attribute)),
            None => Err(self
                .refuse(node, "", ErrorKind::Request, "a path to several rows has no single value here")
                .help("include the association, or take an aggregate of it")),
        }
    }

    fn function(&mut self, node: usize, at: &mut Cursor<'a>, rows: &Building) -> Result<ExprId> {
        let function = Function::from_byte(at.byte()?).ok_or_else(|| Error::internal("no such function"))?;
        let arguments: Vec<ExprId> = (0..at.byte()?).map(|_| self.expr(node, at, rows, None)).collect::<Result<_>>()?;
        let (least, most) = function.arity();
        if arguments.len() < least || arguments.len() > most {
            let message = format!("\"{}\" cannot take {} arguments", function.name(), arguments.len());
            return Err(self.refuse(node, "", ErrorKind::Request, message));
        }
        if let (true, &[first, second]) = (function.is_of_collections(), arguments.as_slice())
            && let (Some(left), Some(right)) = (self.ir.kind(first), self.ir.kind(second))
            && !function.relates(left, right)
        {
            let message = format!("\"{}\" is not asked of {} and {}", function.name(), left.name(), right.name());
            return Err(self.refuse(node, "", ErrorKind::TypeMismatch, message));
        }
        for (place, &argument) in arguments.iter().enumerate() {
            let wrong = self.ir.kind(argument).filter(|kind| !function.parameter(place).takes(*kind));
            if let Some(kind) = wrong.filter(|_| function != Function::Coalesce) {
                let message = format!("\"{}\" cannot take {} here", function.name(), kind.name());
                return Err(self.refuse(node, "", ErrorKind::TypeMismatch, message).help("cast the argument"));
            }
        }
        Ok(self.ir.call(function, &arguments))
    }

    /// A value that a default scope states.
    fn stated(&mut self, bind: u32) -> Result<ExprId> {
        match self.nodes.stated.get((bind & !SCOPE_BIND) as usize).map(|bind| &**bind) {
            Some(Bind::One(Datum::Text(text))) if text.contains('\0') => {
                Err(Error::new(ErrorKind::Schema, "a default scope states a text with a NUL character"))
            }
            Some(Bind::One(value)) => Ok(self.ir.schema_literal(value)),
            _ => Err(Error::internal("a default scope names a value that it does not have")),
        }
    }

    fn stated_list(&mut self, left: ExprId, bind: u32) -> Result<ExprId> {
        let Some(Bind::Many(values)) = self.nodes.stated.get((bind & !SCOPE_BIND) as usize).map(|bind| &**bind) else {
            return Err(Error::internal("a default scope names a list that it does not have"));
        };
        let members: Vec<ExprId> = values.iter().map(|value| self.ir.schema_literal(&value.into_owned())).collect();
        Ok(self.ir.in_list(left, &members))
    }

    /// The members of a row, or what stands alone.
    fn members(&self, expr: ExprId) -> Vec<ExprId> {
        match self.ir.expr(expr) {
            Expr::Row(list) => self.ir.exprs(list).to_vec(),
            _ => vec![expr],
        }
    }

    /// A row among others: each member has a bind that is the list of its values.
    fn in_rows(&mut self, left: ExprId, members: &[ExprId], size: u8, at: &mut Cursor<'a>) -> ExprId {
        let kinds: Vec<Kind> = members.iter().map(|&member| self.ir.kind(member).unwrap_or(Kind::Text)).collect();
        let lists: Vec<u32> = members.iter().map(|_| at.next_bind()).collect();
        let rows: Vec<ExprId> = (0..size)
            .map(|row| {
                let values: Vec<ExprId> = lists
                    .iter()
                    .zip(&kinds)
                    .map(|(&list, &kind)| {
                        let source = Source::Element(list, row);
                        self.ir.bind_expr(BindDef { source, kind, transform: Transform::AsIs })
                    })
                    .collect();
                self.ir.row(&values)
            })
            .collect();
        self.ir.in_list(left, &rows)
    }

    fn list(&mut self, left: ExprId, kind: Kind, bind: u32, form: ListForm) -> ExprId {
        match form {
            ListForm::Array => {
                self.ir.in_array(left, BindDef { source: Source::Request(bind), kind, transform: Transform::Array })
            }
            ListForm::Expanded(size) => {
                let members: Vec<ExprId> = (0..size)
                    .map(|i| {
                        let source = Source::Element(bind, i);
                        self.ir.bind_expr(BindDef { source, kind, transform: Transform::AsIs })
                    })
                    .collect();
                self.ir.in_list(left, &members)
            }
        }
    }

    /// What both sides of a comparison must be like. The documents are checked when they are encoded; typed columns
    /// of one Rust type may still differ in kind.
    fn check_comparable(&self, node: usize, left: ExprId, right: ExprId) -> Result<()> {
        // A row has no kind.
        if let (Some(one), Some(other)) = (self.ir.kind(left), self.ir.kind(right))
            && one == other
            && one.is_compared()
        {
            return Ok(());
        }
        if let (Expr::Row(left), Expr::Row(right)) = (self.ir.expr(left), self.ir.expr(right)) {
            if left.len() != right.len() {
                return Err(Error::internal("rows of different widths are compared"));
            }
            let pairs = self.ir.exprs(left).iter().zip(self.ir.exprs(right));
            return pairs.into_iter().try_for_each(|(&left, &right)| self.check_comparable(node, left, right));
        }
        let (Some(left), Some(right)) = (self.ir.kind(left), self.ir.kind(right)) else { return Ok(()) };
        if let Some(kind) = [left, right].into_iter().find(|kind| !kind.is_compared()) {
            let what = if kind == Kind::Json { "JSON documents" } else { "shapes and arrays of JSON documents" };
            return Err(self
                .refuse(node, "where", ErrorKind::Unsupported, format!("{what} are not compared"))
                .help("test the document for NULL, or keep what is compared in an attribute of its own"));
        }
        if left == right || (left.is_number() && right.is_number()) {
            return Ok(());
        }
        let message = format!("{} cannot be compared with {}", left.name(), right.name());
        Err(self.refuse(node, "where", ErrorKind::TypeMismatch, message).help("cast one of them"))
    }

    /// Conversions that mean the same on every database.
    fn check_cast(&self, node: usize, from: Option<Kind>, to: Kind) -> Result<()> {
        let Some(from) = from else { return Ok(()) };
        // To an integer PostgreSQL rounds and SQLite truncates, so a number with a fraction is not made one.
        let fits = from == to
            || (from.is_integer() && to.is_number())
            || (from.is_number() && matches!(to, Kind::Double | Kind::Decimal))
            || (to == Kind::Text && (from.is_integer() || from == Kind::Uuid))
            || (from == Kind::Text && to.is_number());
        if fits {
            return Ok(());
        }
        let message = format!("a cast of {} to {} does not mean the same on every database", from.name(), to.name());
        Err(self.refuse(node, "", ErrorKind::Unsupported, message).help("convert it in the application"))
    }
}
