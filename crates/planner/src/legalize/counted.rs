//! A count that asks of every row of a table whether it has children: where a database runs a test once for each row, the
//! keys of the children are a list, which is read once.
//!
//! Law: `EXISTS (σ_{k = c ∧ p}(B))  ≡  c IN (π_k(σ_p(B)))` as a condition of a filter, when p does not name the row outside.
//! With another condition few rows may be asked, and then the test is faster: what the list costs is the same for one row.

use relata_dialect::{Capabilities, CountForm};
use relata_ir::{Expr, ExprId, Ir, Made, RelId, RelSource, Select, SelectId};
use relata_schema::{Aggregate, Comparison, Kind, Result};

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "counted", concerns: Made::EXISTS, run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    let Some(root) = ir.root().filter(|_| dialect.count != CountForm::Tests && ir.command().is_none()) else {
        return Ok(false);
    };
    let mut select = ir.select(root);
    let Some(filter) = select.filter.filter(|_| counts_a_table(ir, &select)) else { return Ok(false) };
    let members = match ir.expr(filter) {
        Expr::And(members) => ir.exprs(members).to_vec(),
        _ => vec![filter],
    };
    let mut listed = Vec::with_capacity(members.len());
    for &member in &members {
        let Some(list) = listable(ir, member, select.from) else { return Ok(false) };
        listed.push(list);
    }
    if !listed.iter().any(|list| matches!(list, Condition::List { .. })) {
        return Ok(false);
    }
    let members: Vec<ExprId> = listed.into_iter().map(|list| list.write(ir, dialect)).collect();
    select.filter = Some(ir.and(&members));
    ir.set_select(root, select);
    Ok(true)
}

/// Whether a select is the number of rows of one table, and nothing else.
fn counts_a_table(ir: &Ir, select: &Select) -> bool {
    let is_count = |&column: &ExprId| {
        matches!(ir.expr(column), Expr::Aggregate { function: Aggregate::Count, distinct: false, argument: None })
    };
    matches!(ir.rel(select.from).source, RelSource::Table(_))
        && select.joins.is_empty()
        && select.group.is_empty()
        && select.having.is_none()
        && !select.page.cuts()
        && ir.exprs(select.columns).iter().all(is_count)
}

/// A condition of the count.
enum Condition {
    /// That a row is not deleted: of most rows it holds.
    Stays(ExprId),
    /// That a key is one of a list.
    List { own: ExprId, select: SelectId, key: ExprId, rest: Vec<ExprId> },
}

impl Condition {
    fn write(self, ir: &mut Ir, dialect: &Capabilities) -> ExprId {
        match self {
            Condition::Stays(condition) => condition,
            Condition::List { own, select, key, rest } => {
                let mut list = ir.select(select);
                list.distinct = dialect.count == CountForm::DistinctLists && !is_unique(ir, key);
                list.columns = ir.make_exprs(&[key]);
                list.filter = (!rest.is_empty()).then(|| ir.and(&rest));
                let list = ir.make_select(list);
                ir.in_select(own, list)
            }
        }
    }
}

/// Whether no two rows of the table share a column.
fn is_unique(ir: &Ir, key: ExprId) -> bool {
    let Expr::Column { rel, column } = ir.expr(key) else { return false };
    let RelSource::Table(table) = ir.rel(rel).source else { return false };
    ir.keys(ir.table(table).keys).iter().any(|&unique| ir.key(unique) == [column])
}

/// What a condition on rows of a table becomes, where it is a test for children.
fn listable(ir: &Ir, condition: ExprId, outside: RelId) -> Option<Condition> {
    let select = match ir.expr(condition) {
        Expr::IsNull(_) => return Some(Condition::Stays(condition)),
        Expr::Exists(select) => select,
        _ => return None,
    };
    let inner = ir.select(select);
    let is_plain = inner.group.is_empty() && inner.having.is_none() && !inner.page.cuts();
    let is_apart = ir.joins(inner.joins).iter().all(|join| !ir.names(join.on, outside))
        && std::iter::once(inner.from)
            .chain(ir.joins(inner.joins).iter().map(|join| join.rel))
            .all(|rel| matches!(ir.rel(rel).source, RelSource::Table(_)));
    if !is_plain || !is_apart {
        return None;
    }
    let filter = inner.filter?;
    let members = match ir.expr(filter) {
        Expr::And(members) => ir.exprs(members).to_vec(),
        _ => vec![filter],
    };
    let (link, rest): (Vec<ExprId>, Vec<ExprId>) = members.into_iter().partition(|&member| ir.names(member, outside));
    let &[link] = link.as_slice() else { return None };
    let Expr::Compare(Comparison::Eq, left, right) = ir.expr(link) else { return None };
    let is_own = |expr: ExprId| matches!(ir.expr(expr), Expr::Column { rel, .. } if rel == outside);
    let (own, key) = match (is_own(left), is_own(right)) {
        (true, false) => (left, right),
        (false, true) => (right, left),
        _ => return None,
    };
    // Texts may be compared otherwise by one side than by the other.
    let is_simple = |expr| matches!(ir.kind(expr), Some(Kind::SmallInt | Kind::Integer | Kind::BigInt | Kind::Uuid));
    let is_column = matches!(ir.expr(key), Expr::Column { .. });
    (is_column && is_simple(own) && is_simple(key)).then_some(Condition::List { own, select, key, rest })
}
