//! What must hold of a statement between any two passes.

use std::fmt;

use crate::{BindId, CommandKind, Expr, ExprId, Ir, JoinKind, List, RelId, RelSource, SelectId};

/// A rule of the IR that a statement breaks. Always a defect of relata, never of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The select in which it is.
    pub select: Option<SelectId>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.select {
            Some(select) => write!(f, "{select:?}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

struct Verifier<'i> {
    ir: &'i Ir,
    /// Relations that are visible here, those of enclosing selects first.
    scope: Vec<RelId>,
    /// Selects that are being verified, to see a cycle.
    open: Vec<SelectId>,
}

impl Ir {
    /// Checks the statement: ids are in range, columns exist, every relation is in scope where it is named and comes
    /// in once there, groups are canonical, aggregates stand where they may, a page that cuts is ordered.
    ///
    /// # Errors
    ///
    /// The first rule that is broken.
    pub fn verify(&self) -> Result<(), Violation> {
        let root = self.root().ok_or_else(|| Violation { select: None, message: "there is no root".to_owned() })?;
        let mut verifier = Verifier { ir: self, scope: Vec::new(), open: Vec::new() };
        if self.command().is_some() {
            verifier.command(root)?;
        }
        verifier.select(root)
    }
}

impl Verifier<'_> {
    fn fail<T>(&self, message: impl Into<String>) -> Result<T, Violation> {
        Err(Violation { select: self.open.last().copied(), message: message.into() })
    }

    /// A command changes one table: its root has no joins, groups, order or page, and starts from a table that has the
    /// columns it writes.
    fn command(&mut self, root: SelectId) -> Result<(), Violation> {
        let (Some(command), true) = (self.ir.command(), root.index() < self.ir.selects.len()) else {
            return self.fail("a command has no root");
        };
        let select = self.ir.select(root);
        let plain = select.joins.is_empty()
            && select.group.is_empty()
            && select.having.is_none()
            && select.order.is_empty()
            && !select.page.cuts()
            && !select.distinct
            && select.lock.is_none();
        if !plain || !matches!(self.ir.rel(select.from).source, RelSource::Table(_)) {
            return self.fail("a command changes one table and nothing else");
        }
        if select.columns.len() < command.written() {
            return self.fail("a command has fewer values than columns");
        }
        let width = self.ir.width(select.from);
        let conflict_sets = command.conflict.map_or(List::EMPTY, |conflict| conflict.sets);
        let target = command.conflict.map_or(List::EMPTY, |conflict| conflict.target);
        for list in [command.sets, conflict_sets, target] {
            let columns = self.ir.key(list);
            if let Some(wrong) = columns.iter().find(|&&column| usize::from(column) >= width) {
                return self.fail(format!("a command names column {wrong} of a table that has {width}"));
            }
            if (1..columns.len()).any(|i| columns[..i].contains(&columns[i])) {
                return self.fail("a command names a column twice");
            }
        }
        let is_insert = command.kind == CommandKind::Insert;
        if command.conflict.is_some() && !is_insert {
            return self.fail("a conflict belongs to an insert");
        }
        if (command.kind == CommandKind::Update && command.sets.is_empty()) || (is_insert && command.rows == 0) {
            return self.fail("a command writes nothing");
        }
        let returned = &self.ir.exprs(select.columns)[command.written()..];
        let own = |&column: &ExprId| matches!(self.ir.expr(column), Expr::Column { rel, .. } if rel == select.from);
        if !returned.iter().all(own) {
            return self.fail("a command returns what is no column of its table");
        }
        if is_insert {
            let values = &self.ir.exprs(select.columns)[..command.sets.len()];
            if !values.iter().all(|&value| matches!(self.ir.expr(value), Expr::Bind(_))) {
                return self.fail("a value of an insert is not a bind");
            }
        }
        if let Some(conflict) = command.conflict {
            self.scope.push(select.from);
            if let Some(predicate) = conflict.predicate {
                self.condition(predicate, "a conflict target", false)?;
            }
            self.scope.clear();
            self.relation(conflict.excluded, false, 0)?;
            self.scope.push(select.from);
            if let Some(filter) = conflict.filter {
                self.condition(filter, "a conflict", false)?;
            }
            // The row that was to be inserted stays in scope for the values that are written over the other.
            self.scope.pop();
        }
        Ok(())
    }

    fn select(&mut self, id: SelectId) -> Result<(), Violation> {
        if id.index() >= self.ir.selects.len() {
            return self.fail(format!("{id:?} does not exist"));
        }
        if self.open.contains(&id) {
            return self.fail(format!("{id:?} contains itself"));
        }
        self.open.push(id);
        let depth = self.scope.len();
        let select = self.ir.select(id);
        self.relation(select.from, false, depth)?;
        for join in self.ir.joins(select.joins) {
            self.relation(join.rel, join.kind == JoinKind::Lateral, depth)?;
            self.condition(join.on, "a join", false)?;
        }
        if let Some(filter) = select.filter {
            self.condition(filter, "a filter", false)?;
        }
        for &key in self.ir.exprs(select.group) {
            self.condition(key, "a group key", false)?;
        }
        if let Some(having) = select.having {
            self.condition(having, "a having", true)?;
        }
        if select.columns.is_empty() && (self.open.len() > 1 || self.ir.command().is_none()) {
            return self.fail("nothing is selected");
        }
        for &column in self.ir.exprs(select.columns) {
            self.condition(column, "a column", true)?;
        }
        for order in self.ir.orders(select.order) {
            self.condition(order.expr, "an order", true)?;
        }
        for count in select.page.offset.into_iter().chain(match select.page.limit {
            Some(crate::Limit::Bind(limit)) => Some(limit),
            _ => None,
        }) {
            if !matches!(self.ir.expr(count), Expr::Bind(_)) {
                return self.fail("a page is not a bind");
            }
        }
        if select.lock.is_some() && (select.distinct || !select.group.is_empty()) {
            return self.fail("a lock on rows that are not those of a table");
        }
        self.scope.truncate(depth);
        self.open.pop();
        Ok(())
    }

    /// A relation comes into scope. What is inside of a derived table sees the enclosing selects, and the relations
    /// to its left only when it is lateral.
    fn relation(&mut self, rel: RelId, lateral: bool, depth: usize) -> Result<(), Violation> {
        if rel.index() >= self.ir.rels.len() {
            return self.fail(format!("{rel:?} does not exist"));
        }
        // The same select may stand in two places, but never within itself: aliases would clash.
        if self.scope.contains(&rel) {
            return self.fail(format!("{rel:?} comes in twice"));
        }
        if let RelSource::Derived(select) = self.ir.rel(rel).source {
            if lateral {
                self.select(select)?;
            } else {
                let hidden = self.scope.split_off(depth);
                self.select(select)?;
                self.scope.extend(hidden);
            }
        }
        self.scope.push(rel);
        Ok(())
    }

    fn condition(&mut self, expr: ExprId, place: &str, aggregates: bool) -> Result<(), Violation> {
        self.expr(expr, place, aggregates)
    }

    fn expr(&mut self, id: ExprId, place: &str, aggregates: bool) -> Result<(), Violation> {
        if id.index() >= self.ir.exprs.len() {
            return self.fail(format!("{place} names {id:?}, which does not exist"));
        }
        let node = self.ir.expr(id);
        match node {
            Expr::Column { rel, column } => {
                if !self.scope.contains(&rel) {
                    return self.fail(format!("{place} names {rel:?}, which is not in scope"));
                }
                if usize::from(column) >= self.ir.width(rel) {
                    return self
                        .fail(format!("{place} names column {column} of {rel:?}, which has {}", self.ir.width(rel)));
                }
            }
            Expr::Bind(bind) | Expr::InArray(_, bind) => self.bind(bind)?,
            Expr::And(list) | Expr::Or(list) => {
                let is_and = matches!(node, Expr::And(_));
                if list.len() < 2 {
                    return self.fail(format!("{place} has a group of {}", list.len()));
                }
                for &member in self.ir.exprs(list) {
                    match self.ir.expr(member) {
                        Expr::Bool(_) => return self.fail(format!("{place} has a constant in a group")),
                        Expr::And(_) if is_and => return self.fail(format!("{place} has an and in an and")),
                        Expr::Or(_) if !is_and => return self.fail(format!("{place} has an or in an or")),
                        _ => {}
                    }
                }
            }
            Expr::Not(child) if matches!(self.ir.expr(child), Expr::Not(_) | Expr::Bool(_)) => {
                return self.fail(format!("{place} has a not that folds"));
            }
            Expr::InList(_, list) if list.is_empty() => return self.fail(format!("{place} has an empty list")),
            Expr::Aggregate { argument, .. } => {
                if !aggregates {
                    return self.fail(format!("{place} has an aggregate"));
                }
                return argument.map_or(Ok(()), |argument| self.expr(argument, "an aggregate", false));
            }
            Expr::Exists(select) => return self.select(select),
            Expr::InSelect(child, select) => {
                let width = match self.ir.expr(child) {
                    Expr::Row(list) => list.len(),
                    _ => 1,
                };
                if select.index() < self.ir.selects.len() && self.ir.select(select).columns.len() != width {
                    return self.fail(format!("{place} compares {width} with a select of other columns"));
                }
                self.expr(child, place, aggregates)?;
                return self.select(select);
            }
            Expr::Quantified { left, select, .. } => {
                if select.index() < self.ir.selects.len() && self.ir.select(select).columns.len() != 1 {
                    return self.fail(format!("{place} compares with a select of several columns"));
                }
                self.expr(left, place, aggregates)?;
                return self.select(select);
            }
            Expr::Row(list) if list.len() < 2 => return self.fail(format!("{place} has a row of {}", list.len())),
            Expr::Scalar(select) => {
                if select.index() < self.ir.selects.len() && self.ir.select(select).columns.len() != 1 {
                    return self.fail(format!("{place} has a scalar of several columns"));
                }
                return self.select(select);
            }
            _ => {}
        }
        let mut children = Vec::new();
        self.ir.children(id, &mut |child| children.push(child));
        children.into_iter().try_for_each(|child| self.expr(child, place, aggregates))
    }

    fn bind(&self, bind: BindId) -> Result<(), Violation> {
        if bind.index() < self.ir.bind_count() { Ok(()) } else { self.fail(format!("{bind:?} does not exist")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str = "table users (id bigint!, name text, \"odd name\" integer, price decimal/2) key (0)\n";

    fn complaint(text: &str) -> String {
        Ir::parse(&format!("{USERS}{text}")).unwrap().verify().unwrap_err().to_string()
    }

    #[test]
    fn text_survives_being_parsed_and_printed() {
        let text = format!(
            "{USERS}r0 = t0\nr1 = s1\nr2 = keys bigint text\n?0 = text request 0 escape-like 0 1\n?1 = bigint keys 0 \
             array\ns0 = from r0\n  left r1 on (eq r1.0 r0.id)\n  where (and (match-like r0.name ?0) (or (is-null \
             r0.2) (in-array r0.id ?1)))\n  group r0.id\n  having (gt (agg-sum r0.id) 5)\n  columns r0.id (agg-count) \
             (cast decimal 10 2 r1.0)\n  order (desc-nulls-last r0.id)\n  limit zero\ns1 = from r2\n  columns r2.0 \
             (row-number (by r2.1) (asc r2.2))\n  per-parent\nroot s0\n"
        );
        let ir = Ir::parse(&text).unwrap();
        ir.verify().unwrap();
        assert_eq!(ir.dump(), text);
    }

    #[test]
    fn commands_survive_being_parsed_and_printed() {
        let text = format!(
            "{USERS}r0 = t0\nr1 = excluded t0\n?0 = text request 0\n?1 = integer request 1\ns0 = from r0\n  columns ?0 ?1 \
             r1.name r0.id\nroot s0\ninsert (1 2) rows 3\n  conflict r1 (0) set (1)\n  target-where (is-null r0.name)\n  \
             update-where (eq r0.2 r1.2)\n"
        );
        let ir = Ir::parse(&text).unwrap();
        ir.verify().unwrap();
        assert_eq!(ir.dump(), text);
        for other in ["update (1 2)", "delete", "truncate cascade restart"] {
            let text = text.split("insert").next().unwrap().to_owned() + other + "\n";
            let text = text.replace("r1.name", "r0.name");
            let text = if other.starts_with("update") { text } else { text.replace("columns ?0 ?1", "columns") };
            let ir = Ir::parse(&text).unwrap();
            ir.verify().unwrap();
            assert_eq!(ir.dump(), text);
        }
    }

    #[test]
    fn a_command_that_cannot_be_is_seen() {
        assert!(complaint("r0 = t0\ns0 = from r0\n  columns 1\nroot s0\nupdate (9)").contains("column 9"));
        assert!(complaint("r0 = t0\ns0 = from r0\n  columns 1\nroot s0\ninsert (1) rows 1").contains("not a bind"));
        assert!(complaint("r0 = t0\ns0 = from r0\n  columns 1\nroot s0\nupdate (1 2)").contains("fewer values"));
        assert!(complaint("r0 = t0\ns0 = from r0\n  columns 1 2\nroot s0\nupdate (1 1)").contains("twice"));
        let joined = "r0 = t0\nr1 = t0\ns0 = from r0\n  inner r1 on true\n  columns 1\nroot s0\nupdate (1)";
        assert!(complaint(joined).contains("one table"));
    }

    #[test]
    fn what_is_out_of_scope_is_seen() {
        assert!(complaint("r0 = t0\nr1 = t0\ns0 = from r0\n  columns r1.id\nroot s0").contains("not in scope"));
        assert!(complaint("r0 = t0\ns0 = from r0\n  columns r0.9\nroot s0").contains("column 9"));
        assert!(
            complaint("r0 = t0\ns0 = from r0\n  where (gt (agg-count) 1)\n  columns r0.id\nroot s0")
                .contains("aggregate")
        );
        let derived = "r0 = t0\nr1 = s1\nr2 = t0\ns0 = from r0\n  inner r1 on true\n  columns r1.0\ns1 = from r2\n  \
                       where (eq r2.id r0.id)\n  columns r2.id\nroot s0";
        assert!(complaint(derived).contains("not in scope"));
        let lateral = derived.replace("inner", "lateral");
        Ir::parse(&format!("{USERS}{lateral}")).unwrap().verify().unwrap();
    }
}
