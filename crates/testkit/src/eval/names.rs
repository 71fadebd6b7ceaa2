//! What the names in expressions mean: columns at the end of a path, aliases, and whether two expressions are one.

use std::collections::BTreeSet;

use relata::request::doc::{AttributesDoc, ExprDoc, FindDoc, OperandDoc, SelectDoc, WhereDoc};

use super::tree::{ROOT, Tree, position};

/// Whether a function takes many rows to one value.
pub(super) fn is_aggregate(name: &str) -> bool {
    matches!(name, "count" | "sum" | "min" | "max" | "avg")
}

/// Whether an aggregate stands anywhere in an expression.
pub(super) fn has_aggregate(expr: &ExprDoc) -> bool {
    let mut found = false;
    visit(expr, &mut |part| {
        if let ExprDoc::Function { name, .. } = part {
            found |= is_aggregate(name);
        }
    });
    found
}

/// The expressions that a condition tests, on both sides.
pub(super) fn tested<'e>(condition: &'e WhereDoc, out: &mut Vec<&'e ExprDoc>) {
    match condition {
        WhereDoc::All(parts) | WhereDoc::Any(parts) => {
            for part in parts {
                tested(part, out);
            }
        }
        WhereDoc::Not(part) => tested(part, out),
        // It names what is its own, and rows outside.
        WhereDoc::Exists(_) => {}
        WhereDoc::Test { left, right, .. } => {
            out.push(left);
            operand(right, out);
        }
    }
}

fn operand<'e>(right: &'e OperandDoc, out: &mut Vec<&'e ExprDoc>) {
    match right {
        OperandDoc::Value(_) | OperandDoc::List(_) | OperandDoc::Quantified { .. } => {}
        OperandDoc::Range(low, high) => {
            operand(low, out);
            operand(high, out);
        }
        OperandDoc::Expr(expr) => out.push(expr),
    }
}

/// The paths of all columns that the options of a find or include name.
pub(super) fn paths_of_find(find: &FindDoc) -> Vec<&[String]> {
    let mut exprs = Vec::new();
    let selected: &[SelectDoc] = match &find.attributes {
        None => &[],
        Some(AttributesDoc::List(list)) => list.as_slice(),
        Some(AttributesDoc::Adjust { include, .. }) => include.as_slice(),
    };
    for select in selected {
        if let SelectDoc::Aliased(expr, _) = select {
            exprs.push(expr);
        }
    }
    for condition in [&find.filter, &find.having].into_iter().flatten() {
        tested(condition, &mut exprs);
    }
    exprs.extend(find.group.iter());
    exprs.extend(find.order.iter().map(|item| &item.expr));

    let mut paths = Vec::new();
    for expr in exprs {
        paths_of(expr, &mut paths);
    }
    paths
}

fn paths_of<'e>(expr: &'e ExprDoc, out: &mut Vec<&'e [String]>) {
    visit(expr, &mut |part| {
        if let ExprDoc::Column(path) = part {
            out.push(path.as_slice());
        }
    });
}

fn visit<'e>(expr: &'e ExprDoc, see: &mut dyn FnMut(&'e ExprDoc)) {
    see(expr);
    match expr {
        ExprDoc::Column(_) | ExprDoc::Alias(_) | ExprDoc::Value(_) | ExprDoc::Query(_) | ExprDoc::Outer(_) => {}
        ExprDoc::Row(members) => members.iter().for_each(|member| visit(member, see)),
        ExprDoc::Cast(inner, _) => visit(inner, see),
        ExprDoc::Function { args, .. } => {
            for arg in args {
                visit(arg, see);
            }
        }
    }
}

impl Tree<'_> {
    /// The node and the cell that a path from a node leads to.
    pub(super) fn resolve(&self, base: usize, path: &[String]) -> Result<(usize, usize), String> {
        let Some((attribute, edges)) = path.split_last() else {
            return Err("a column has a name".to_owned());
        };
        let mut node = base;
        for name in edges {
            node = self.edge_named(node, name)?.ok_or_else(|| format!("no edge is named {name}"))?;
        }
        Ok((node, position(&self.nodes[node].model, attribute)?))
    }

    /// The nodes below `base` that an expression names, with those on the way to them.
    pub(super) fn named(&self, base: usize, expr: &ExprDoc) -> Result<BTreeSet<usize>, String> {
        let mut paths = Vec::new();
        paths_of(expr, &mut paths);
        let mut named = BTreeSet::new();
        for path in paths {
            let mut node = self.resolve(base, path)?.0;
            while node != base {
                named.insert(node);
                node = self.nodes[node].parent.ok_or("a path leads below its base")?;
            }
        }
        Ok(named)
    }

    /// The nodes below `base` that a condition names.
    pub(super) fn named_by(&self, base: usize, condition: &WhereDoc) -> Result<BTreeSet<usize>, String> {
        let mut exprs = Vec::new();
        tested(condition, &mut exprs);
        let mut named = BTreeSet::new();
        for expr in exprs {
            named.extend(self.named(base, expr)?);
        }
        Ok(named)
    }

    /// Refuses nodes among which two to-many edges would multiply one another: no list, no order and no group is meant
    /// by their product.
    pub(super) fn one_chain(&self, named: &BTreeSet<usize>) -> Result<(), String> {
        let many: Vec<usize> = named.iter().copied().filter(|&node| self.to_many(node)).collect();
        for pair in many.windows(2) {
            if !self.is_below(pair[1], pair[0]) {
                let (one, other) = (self.key(pair[0]), self.key(pair[1]));
                return Err(format!("{one} and {other} would multiply one another: use a subquery"));
            }
        }
        Ok(())
    }

    fn is_below(&self, node: usize, above: usize) -> bool {
        let mut at = Some(node);
        while let Some(here) = at {
            if here == above {
                return true;
            }
            at = self.nodes[here].parent;
        }
        false
    }

    /// An item of an order: a plain name is an alias before it is an attribute.
    pub(super) fn order_expression(&self, node: usize, expr: &ExprDoc) -> Result<ExprDoc, String> {
        if let ExprDoc::Column(path) = expr
            && let [name] = path.as_slice()
            && let Some(aliased) = self.aliased(node, name)
        {
            return Ok(aliased.clone());
        }
        self.without_aliases(node, expr)
    }

    /// A group key: a plain name is an attribute before it is an alias, as in SQL.
    pub(super) fn group_expression(&self, expr: &ExprDoc) -> Result<ExprDoc, String> {
        if let ExprDoc::Column(path) = expr
            && let [name] = path.as_slice()
            && self.nodes[ROOT].model.attribute(name).is_none()
            && let Some(aliased) = self.aliased(ROOT, name)
        {
            return Ok(aliased.clone());
        }
        self.without_aliases(ROOT, expr)
    }

    /// The expression with what its aliases stand for. Only order, group and having know aliases, so they alone call
    /// this, and an alias anywhere else stays in the expression and is refused where it is evaluated.
    fn without_aliases(&self, node: usize, expr: &ExprDoc) -> Result<ExprDoc, String> {
        Ok(match expr {
            ExprDoc::Column(_) | ExprDoc::Value(_) | ExprDoc::Query(_) | ExprDoc::Outer(_) => expr.clone(),
            ExprDoc::Row(members) => {
                ExprDoc::Row(members.iter().map(|member| self.without_aliases(node, member)).collect::<Result<_, _>>()?)
            }
            ExprDoc::Alias(name) => match self.aliased(node, name) {
                Some(aliased) => aliased.clone(),
                None => return Err(format!("no attribute has the alias {name}")),
            },
            ExprDoc::Cast(inner, ty) => ExprDoc::Cast(Box::new(self.without_aliases(node, inner)?), ty.clone()),
            ExprDoc::Function { name, args, distinct } => {
                let mut plain = Vec::new();
                for arg in args {
                    plain.push(self.without_aliases(node, arg)?);
                }
                ExprDoc::Function { name: name.clone(), args: plain, distinct: *distinct }
            }
        })
    }

    /// A condition of the root with what its aliases stand for.
    pub(super) fn having(&self, condition: &WhereDoc) -> Result<WhereDoc, String> {
        let all = |parts: &[WhereDoc]| parts.iter().map(|part| self.having(part)).collect::<Result<Vec<_>, _>>();
        Ok(match condition {
            WhereDoc::All(parts) => WhereDoc::All(all(parts)?),
            WhereDoc::Any(parts) => WhereDoc::Any(all(parts)?),
            WhereDoc::Not(part) => WhereDoc::Not(Box::new(self.having(part)?)),
            WhereDoc::Exists(_) => condition.clone(),
            WhereDoc::Test { left, op, right } => WhereDoc::Test {
                left: self.without_aliases(ROOT, left)?,
                op: *op,
                right: self.operand_without_aliases(right)?,
            },
        })
    }

    fn operand_without_aliases(&self, right: &OperandDoc) -> Result<OperandDoc, String> {
        Ok(match right {
            OperandDoc::Value(_) | OperandDoc::List(_) | OperandDoc::Quantified { .. } => right.clone(),
            OperandDoc::Range(low, high) => OperandDoc::Range(
                Box::new(self.operand_without_aliases(low)?),
                Box::new(self.operand_without_aliases(high)?),
            ),
            OperandDoc::Expr(expr) => OperandDoc::Expr(self.without_aliases(ROOT, expr)?),
        })
    }

    /// Whether two expressions, each relative to a node of its own, say the same. Paths are compared by where they
    /// lead, since one edge may be named by its key and by its association.
    pub(super) fn same(&self, one: (usize, &ExprDoc), other: (usize, &ExprDoc)) -> Result<bool, String> {
        Ok(match (one.1, other.1) {
            (ExprDoc::Column(left), ExprDoc::Column(right)) => {
                self.resolve(one.0, left)? == self.resolve(other.0, right)?
            }
            (ExprDoc::Value(left), ExprDoc::Value(right)) => left == right,
            (ExprDoc::Cast(left, left_type), ExprDoc::Cast(right, right_type)) => {
                left_type == right_type && self.same((one.0, left.as_ref()), (other.0, right.as_ref()))?
            }
            (
                ExprDoc::Function { name, args, distinct },
                ExprDoc::Function { name: other_name, args: other_args, distinct: other_distinct },
            ) => {
                if name != other_name || distinct != other_distinct || args.len() != other_args.len() {
                    return Ok(false);
                }
                for (left, right) in args.iter().zip(other_args) {
                    if !self.same((one.0, left), (other.0, right))? {
                        return Ok(false);
                    }
                }
                true
            }
            _ => false,
        })
    }

    /// Whether an expression has one value for a whole group: it is made of group keys, aggregates and values.
    pub(super) fn is_of_group(&self, expr: &ExprDoc, keys: &[ExprDoc]) -> Result<bool, String> {
        for key in keys {
            if self.same((ROOT, expr), (ROOT, key))? {
                return Ok(true);
            }
        }
        match expr {
            ExprDoc::Value(_) | ExprDoc::Query(_) | ExprDoc::Outer(_) => Ok(true),
            ExprDoc::Column(_) | ExprDoc::Alias(_) | ExprDoc::Row(_) => Ok(false),
            ExprDoc::Cast(inner, _) => self.is_of_group(inner, keys),
            ExprDoc::Function { name, .. } if is_aggregate(name) => Ok(true),
            ExprDoc::Function { args, .. } => {
                for arg in args {
                    if !self.is_of_group(arg, keys)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }
    }
}
