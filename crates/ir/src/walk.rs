//! Going through expressions: visiting and rewriting.

use crate::{Expr, ExprId, Ir, List, Order, SelectId};

impl Ir {
    /// The direct children of an expression, without those inside of selects.
    pub fn children(&self, expr: ExprId, each: &mut dyn FnMut(ExprId)) {
        match self.expr(expr) {
            Expr::Column { .. }
            | Expr::Bind(_)
            | Expr::Null
            | Expr::Bool(_)
            | Expr::Int(_)
            | Expr::Literal(_)
            | Expr::Exists(_)
            | Expr::Scalar(_) => {}
            Expr::And(list) | Expr::Or(list) | Expr::Call(_, list) | Expr::Row(list) => {
                self.exprs(list).iter().for_each(|&child| each(child));
            }
            Expr::Not(child) | Expr::IsNull(child) | Expr::IsBool(child, _) | Expr::InArray(child, _) => each(child),
            Expr::InSelect(child, _) | Expr::Quantified { left: child, .. } => each(child),
            Expr::Cast { expr: child, .. } => each(child),
            Expr::Compare(_, left, right) | Expr::Match(_, left, right) | Expr::Glob(left, right) => {
                each(left);
                each(right);
            }
            Expr::InList(child, list) => {
                each(child);
                self.exprs(list).iter().for_each(|&child| each(child));
            }
            Expr::Between(child, low, high) => {
                each(child);
                each(low);
                each(high);
            }
            Expr::Aggregate { argument, .. } => argument.into_iter().for_each(each),
            Expr::RowNumber(window) => {
                let window = self.window(window);
                self.exprs(window.partition).iter().for_each(|&child| each(child));
                self.orders(window.order).iter().for_each(|order| each(order.expr));
            }
        }
    }

    /// Visits an expression and everything below it, selects included, from the outside in. What is inside of an
    /// expression for which `each` says no is passed over.
    pub fn visit(&self, expr: ExprId, each: &mut dyn FnMut(ExprId, Expr) -> bool) {
        let node = self.expr(expr);
        if !each(expr, node) {
            return;
        }
        match node {
            Expr::Exists(select) | Expr::Scalar(select) => self.visit_select(select, each),
            Expr::InSelect(child, select) | Expr::Quantified { left: child, select, .. } => {
                self.visit(child, each);
                self.visit_select(select, each);
            }
            Expr::Column { .. } | Expr::Bind(_) => {}
            _ => self.children(expr, &mut |child| self.visit(child, each)),
        }
    }

    /// Visits every expression of a select and of the derived tables in it.
    pub fn visit_select(&self, select: SelectId, each: &mut dyn FnMut(ExprId, Expr) -> bool) {
        let node = self.select(select);
        self.visit_rel(node.from, each);
        for join in self.joins(node.joins) {
            self.visit_rel(join.rel, each);
            self.visit(join.on, each);
        }
        self.own_exprs(select, &mut |expr| self.visit(expr, each));
        self.conflict_exprs(select).for_each(|expr| self.visit(expr, each));
    }

    fn visit_rel(&self, rel: crate::RelId, each: &mut dyn FnMut(ExprId, Expr) -> bool) {
        if let crate::RelSource::Derived(inner) = self.rel(rel).source {
            self.visit_select(inner, each);
        }
    }

    /// The expressions of a select itself, without its joins.
    pub fn own_exprs(&self, select: SelectId, each: &mut dyn FnMut(ExprId)) {
        let select = self.select(select);
        self.exprs(select.columns).iter().for_each(|&expr| each(expr));
        select.filter.into_iter().for_each(&mut *each);
        self.exprs(select.group).iter().for_each(|&expr| each(expr));
        select.having.into_iter().for_each(&mut *each);
        self.orders(select.order).iter().for_each(|order| each(order.expr));
        if let Some(crate::Limit::Bind(limit)) = select.page.limit {
            each(limit);
        }
        select.page.offset.into_iter().for_each(&mut *each);
    }

    /// The conditions of an insert on a row that is there already, where the select is that insert.
    fn conflict_exprs(&self, select: SelectId) -> impl Iterator<Item = ExprId> + use<> {
        let conflict = self.command().filter(|_| self.root() == Some(select)).and_then(|command| command.conflict);
        conflict.into_iter().flat_map(|conflict| conflict.predicate.into_iter().chain(conflict.filter))
    }

    /// Rebuilds an expression from the inside out: `each` sees a node whose children are done and may replace it.
    /// What is inside of selects is left alone.
    pub fn rewrite(&mut self, expr: ExprId, each: &mut dyn FnMut(&mut Ir, ExprId) -> ExprId) -> ExprId {
        let done = match self.expr(expr) {
            Expr::And(list) => {
                let members = self.rewrite_list(list, each);
                members.map_or(expr, |members| self.and(&members))
            }
            Expr::Or(list) => {
                let members = self.rewrite_list(list, each);
                members.map_or(expr, |members| self.or(&members))
            }
            Expr::Call(function, list) => {
                let arguments = self.rewrite_list(list, each);
                arguments.map_or(expr, |arguments| self.call(function, &arguments))
            }
            Expr::Not(child) => {
                let new = self.rewrite(child, each);
                if new == child { expr } else { self.not(new) }
            }
            Expr::IsNull(child) => {
                let new = self.rewrite(child, each);
                if new == child { expr } else { self.is_null(new) }
            }
            Expr::IsBool(child, truth) => {
                let new = self.rewrite(child, each);
                if new == child { expr } else { self.is_bool(new, truth) }
            }
            Expr::InArray(child, bind) => {
                let new = self.rewrite(child, each);
                let bind = self.bind(bind);
                if new == child { expr } else { self.in_array(new, bind) }
            }
            Expr::InSelect(child, select) => {
                let new = self.rewrite(child, each);
                if new == child { expr } else { self.in_select(new, select) }
            }
            Expr::Quantified { comparison, all, left, select } => {
                let new = self.rewrite(left, each);
                if new == left { expr } else { self.quantified(comparison, all, new, select) }
            }
            Expr::Row(list) => {
                let members = self.rewrite_list(list, each);
                members.map_or(expr, |members| self.row(&members))
            }
            Expr::Cast { expr: child, kind, precision, scale } => {
                let new = self.rewrite(child, each);
                if new == child { expr } else { self.cast(new, kind, precision, scale) }
            }
            Expr::Compare(comparison, left, right) => {
                let new = (self.rewrite(left, each), self.rewrite(right, each));
                if new == (left, right) { expr } else { self.compare(comparison, new.0, new.1) }
            }
            Expr::Match(pattern, left, right) => {
                let new = (self.rewrite(left, each), self.rewrite(right, each));
                if new == (left, right) { expr } else { self.matches(pattern, new.0, new.1) }
            }
            Expr::Glob(left, right) => {
                let new = (self.rewrite(left, each), self.rewrite(right, each));
                if new == (left, right) { expr } else { self.glob(new.0, new.1) }
            }
            Expr::InList(child, list) => {
                let new = self.rewrite(child, each);
                match self.rewrite_list(list, each) {
                    Some(members) => self.in_list(new, &members),
                    None if new == child => expr,
                    None => {
                        let members = self.exprs(list).to_vec();
                        self.in_list(new, &members)
                    }
                }
            }
            Expr::Between(child, low, high) => {
                let new = (self.rewrite(child, each), self.rewrite(low, each), self.rewrite(high, each));
                if new == (child, low, high) { expr } else { self.between(new.0, new.1, new.2) }
            }
            Expr::Aggregate { function, distinct, argument: Some(child) } => {
                let new = self.rewrite(child, each);
                if new == child { expr } else { self.aggregate(function, distinct, Some(new)) }
            }
            Expr::RowNumber(window) => {
                let window = self.window(window);
                let partition = self.rewrite_list(window.partition, each);
                let order = self.rewrite_orders(window.order, each);
                if partition.is_none() && order.is_none() {
                    expr
                } else {
                    let partition = partition.unwrap_or_else(|| self.exprs(window.partition).to_vec());
                    let order = order.unwrap_or_else(|| self.orders(window.order).to_vec());
                    self.row_number(&partition, &order)
                }
            }
            _ => expr,
        };
        each(self, done)
    }

    /// The members as they are now, if any of them is another.
    fn rewrite_list(
        &mut self,
        list: List<ExprId>,
        each: &mut dyn FnMut(&mut Ir, ExprId) -> ExprId,
    ) -> Option<Vec<ExprId>> {
        let mut changed: Option<Vec<ExprId>> = None;
        for place in 0..list.len() {
            let old = self.exprs(list)[place];
            let new = self.rewrite(old, each);
            match &mut changed {
                Some(changed) => changed.push(new),
                None if new == old => {}
                None => {
                    let mut members = self.exprs(list)[..place].to_vec();
                    members.push(new);
                    changed = Some(members);
                }
            }
        }
        changed
    }

    fn rewrite_orders(
        &mut self,
        list: List<Order>,
        each: &mut dyn FnMut(&mut Ir, ExprId) -> ExprId,
    ) -> Option<Vec<Order>> {
        let mut changed: Option<Vec<Order>> = None;
        for place in 0..list.len() {
            let old = self.orders(list)[place];
            let new = Order { expr: self.rewrite(old.expr, each), ..old };
            match &mut changed {
                Some(changed) => changed.push(new),
                None if new == old => {}
                None => {
                    let mut members = self.orders(list)[..place].to_vec();
                    members.push(new);
                    changed = Some(members);
                }
            }
        }
        changed
    }

    /// Rewrites every expression of a select: its own and those of its joins, not those of selects inside.
    pub fn rewrite_select(&mut self, id: SelectId, each: &mut dyn FnMut(&mut Ir, ExprId) -> ExprId) {
        let mut select = self.select(id);
        let mut joins: Option<Vec<crate::Join>> = None;
        for place in 0..select.joins.len() {
            let old = self.joins(select.joins)[place].on;
            let new = self.rewrite(old, each);
            if new != old {
                joins.get_or_insert_with(|| self.joins(select.joins).to_vec())[place].on = new;
            }
        }
        if let Some(joins) = joins {
            select.joins = self.make_joins(&joins);
        }
        for list in [&mut select.columns, &mut select.group] {
            if let Some(new) = self.rewrite_list(*list, each) {
                *list = self.make_exprs(&new);
            }
        }
        if let Some(orders) = self.rewrite_orders(select.order, each) {
            select.order = self.make_orders(&orders);
        }
        select.filter = select.filter.map(|filter| self.rewrite(filter, each));
        select.having = select.having.map(|having| self.rewrite(having, each));
        self.set_select(id, select);
        if let (Some(mut command), true) = (self.command(), self.root() == Some(id))
            && let Some(conflict) = &mut command.conflict
        {
            conflict.predicate = conflict.predicate.map(|predicate| self.rewrite(predicate, each));
            conflict.filter = conflict.filter.map(|filter| self.rewrite(filter, each));
            self.set_command(command);
        }
    }
}

impl Ir {
    /// Every expression that was made: those too that nothing refers to any more. What none of them is, need not be looked
    /// for.
    pub fn made_exprs(&self) -> impl Iterator<Item = Expr> + '_ {
        self.exprs.iter().copied()
    }

    /// Every select there is, inner ones before those that hold them.
    pub fn select_ids(&self) -> impl Iterator<Item = SelectId> + use<> {
        (0..self.selects.len()).map(SelectId::new)
    }

    /// Every relation there is.
    pub fn rel_ids(&self) -> impl Iterator<Item = crate::RelId> + use<> {
        (0..self.rels.len()).map(crate::RelId::new)
    }

    /// Whether an expression names a relation, selects inside of it included.
    pub fn names(&self, expr: ExprId, rel: crate::RelId) -> bool {
        let mut found = false;
        self.visit(expr, &mut |_, node| {
            found |= matches!(node, Expr::Column { rel: named, .. } if named == rel);
            !found
        });
        found
    }
}
