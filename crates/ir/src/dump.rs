//! The text form of a statement.
//!
//! ```text
//! table users (id bigint!, name text) keys (id)
//! r0 = users
//! ?0 = text request 0
//! s0 = from r0
//!   where (eq r0.name ?0)
//!   columns r0.id r0.name
//! root s0
//! ```

use std::fmt::Write;

use relata_schema::{datum_to_json, write_json_string};

use crate::{
    Command, CommandKind, Expr, ExprId, Ir, JoinKind, Limit, List, Nulls, Order, PageScope, RelSource, Select, Source,
    Transform,
};

impl Ir {
    /// The statement as text. [`parse`](Ir::parse) reads it back.
    pub fn dump(&self) -> String {
        let mut out = Dump { ir: self, out: String::new() };
        // Writing to a string cannot fail.
        let _ = out.everything();
        out.out
    }

    /// An expression as text.
    pub fn dump_expr(&self, expr: ExprId) -> String {
        let mut out = Dump { ir: self, out: String::new() };
        let _ = out.expr(expr);
        out.out
    }
}

struct Dump<'i> {
    ir: &'i Ir,
    out: String,
}

/// Whether a name can stand in the text form without quotes.
pub(crate) fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl Dump<'_> {
    fn name(&mut self, name: &str) -> std::fmt::Result {
        if is_plain(name) {
            self.out.push_str(name);
        } else {
            // As JSON writes a text, like the literals: the reader knows these escapes and no others.
            write_json_string(&mut self.out, name);
        }
        Ok(())
    }

    fn everything(&mut self) -> std::fmt::Result {
        let ir = self.ir;
        for table in &ir.tables {
            self.out.push_str("table ");
            self.name(ir.name(table.name))?;
            self.out.push_str(" (");
            for (i, column) in ir.columns(table.columns).iter().enumerate() {
                self.out.push_str(if i > 0 { ", " } else { "" });
                self.name(ir.name(column.name))?;
                let scale = column.scale.map_or(String::new(), |scale| format!("/{scale}"));
                write!(self.out, " {}{scale}{}", column.kind.name(), if column.null { "" } else { "!" })?;
            }
            self.out.push(')');
            for key in ir.keys(table.keys) {
                self.out.push_str(" key (");
                for (i, column) in ir.key(*key).iter().enumerate() {
                    write!(self.out, "{}{column}", if i > 0 { " " } else { "" })?;
                }
                self.out.push(')');
            }
            self.out.push('\n');
        }
        for (i, rel) in ir.rels.iter().enumerate() {
            write!(self.out, "r{i} = ")?;
            match rel.source {
                RelSource::Table(table) => write!(self.out, "t{}", table.index())?,
                RelSource::Derived(select) => write!(self.out, "s{}", select.index())?,
                RelSource::Unit => self.out.push_str("unit"),
                RelSource::Excluded(table) => write!(self.out, "excluded t{}", table.index())?,
                RelSource::Keys(kinds) => {
                    self.out.push_str("keys");
                    ir.kinds(kinds).iter().for_each(|kind| {
                        self.out.push(' ');
                        self.out.push_str(kind.name());
                    });
                }
            }
            for hint in ir.hints(rel.hints) {
                write!(self.out, " {} ", hint.kind.name())?;
                self.name(ir.name(hint.index))?;
            }
            self.out.push('\n');
        }
        for i in 0..ir.bind_count() {
            let bind = ir.bind(crate::BindId::new(i));
            write!(self.out, "?{i} = {} ", bind.kind.name())?;
            match bind.source {
                Source::Request(n) => write!(self.out, "request {n}")?,
                Source::Element(n, at) => write!(self.out, "element {n} {at}")?,
                Source::PageEnd { offset, limit } => write!(self.out, "page-end {offset} {limit}")?,
                Source::Keys(n) => write!(self.out, "keys {n}")?,
            }
            let ends = |start: bool, end: bool| format!("{} {}", u8::from(start), u8::from(end));
            match bind.transform {
                Transform::AsIs => {}
                Transform::Array => self.out.push_str(" array"),
                Transform::Spread => self.out.push_str(" spread"),
                Transform::JsonRows => self.out.push_str(" json-rows"),
                Transform::JsonLegs => self.out.push_str(" json-legs"),
                Transform::JsonPath { escapes } => {
                    self.out.push_str(if escapes { " json-path-escaped" } else { " json-path" });
                }
                Transform::LikeToGlob => self.out.push_str(" like-to-glob"),
                Transform::EscapeLike { open_start, open_end } => {
                    write!(self.out, " escape-like {}", ends(open_start, open_end))?;
                }
                Transform::EscapeGlob { open_start, open_end } => {
                    write!(self.out, " escape-glob {}", ends(open_start, open_end))?;
                }
            }
            self.out.push('\n');
        }
        for (i, select) in ir.selects.iter().enumerate() {
            self.select(i, select)?;
        }
        if let Some(root) = ir.root() {
            writeln!(self.out, "root s{}", root.index())?;
        }
        ir.command().map_or(Ok(()), |command| self.command(&command))
    }

    fn command(&mut self, command: &Command) -> std::fmt::Result {
        match command.kind {
            CommandKind::Insert => {
                self.out.push_str("insert");
                self.places(command.sets)?;
                write!(self.out, " rows {}", command.rows)?;
            }
            CommandKind::Update => {
                self.out.push_str("update");
                self.places(command.sets)?;
            }
            CommandKind::Delete => self.out.push_str("delete"),
            CommandKind::Truncate { cascade, restart } => {
                self.out.push_str("truncate");
                self.out.push_str(if cascade { " cascade" } else { "" });
                self.out.push_str(if restart { " restart" } else { "" });
            }
        }
        self.out.push('\n');
        if let Some(conflict) = command.conflict {
            write!(self.out, "  conflict r{}", conflict.excluded.index())?;
            self.places(conflict.target)?;
            self.out.push_str(" set");
            self.places(conflict.sets)?;
            self.out.push('\n');
            self.line("target-where", conflict.predicate.as_slice())?;
            self.line("update-where", conflict.filter.as_slice())?;
        }
        Ok(())
    }

    /// Columns by their places: ` (0 2)`.
    fn places(&mut self, columns: List<u16>) -> std::fmt::Result {
        self.out.push_str(" (");
        for (i, column) in self.ir.key(columns).iter().enumerate() {
            write!(self.out, "{}{column}", if i > 0 { " " } else { "" })?;
        }
        self.out.push(')');
        Ok(())
    }

    fn select(&mut self, number: usize, select: &Select) -> std::fmt::Result {
        writeln!(self.out, "s{number} = from r{}", select.from.index())?;
        for join in self.ir.joins(select.joins) {
            let kind = match join.kind {
                JoinKind::Inner => "inner",
                JoinKind::Left => "left",
                JoinKind::Lateral => "lateral",
            };
            write!(self.out, "  {kind} r{} on ", join.rel.index())?;
            self.expr(join.on)?;
            self.out.push('\n');
        }
        self.line("where", select.filter.as_slice())?;
        self.line("group", self.ir.exprs(select.group))?;
        self.line("having", select.having.as_slice())?;
        self.line("columns", self.ir.exprs(select.columns))?;
        if select.distinct {
            self.out.push_str("  distinct\n");
        }
        if !select.order.is_empty() {
            self.out.push_str("  order");
            self.orders(self.ir.orders(select.order))?;
            self.out.push('\n');
        }
        match select.page.limit {
            None => {}
            Some(Limit::Zero) => self.out.push_str("  limit zero\n"),
            Some(Limit::One) => self.out.push_str("  limit one\n"),
            Some(Limit::All) => self.out.push_str("  limit all\n"),
            Some(Limit::Bind(limit)) => self.line("limit", &[limit])?,
        }
        self.line("offset", select.page.offset.as_slice())?;
        if select.page.scope == PageScope::PerParent {
            self.out.push_str("  per-parent\n");
        }
        if let Some(lock) = select.lock {
            writeln!(self.out, "  lock {} {} r{}", lock.strength, lock.wait, lock.of.index())?;
        }
        Ok(())
    }

    fn line(&mut self, word: &str, exprs: &[ExprId]) -> std::fmt::Result {
        if exprs.is_empty() {
            return Ok(());
        }
        write!(self.out, "  {word}")?;
        for &expr in exprs {
            self.out.push(' ');
            self.expr(expr)?;
        }
        self.out.push('\n');
        Ok(())
    }

    fn orders(&mut self, orders: &[Order]) -> std::fmt::Result {
        for order in orders {
            let direction = if order.descending { "desc" } else { "asc" };
            let nulls = match order.nulls {
                Nulls::Default => "",
                Nulls::First => "-nulls-first",
                Nulls::Last => "-nulls-last",
            };
            write!(self.out, " ({direction}{nulls} ")?;
            self.expr(order.expr)?;
            self.out.push(')');
        }
        Ok(())
    }

    fn form(&mut self, head: &str, children: &[ExprId]) -> std::fmt::Result {
        write!(self.out, "({head}")?;
        for &child in children {
            self.out.push(' ');
            self.expr(child)?;
        }
        self.out.push(')');
        Ok(())
    }

    fn expr(&mut self, expr: ExprId) -> std::fmt::Result {
        let ir = self.ir;
        match ir.expr(expr) {
            Expr::Column { rel, column } => {
                write!(self.out, "r{}.", rel.index())?;
                if let RelSource::Table(table) | RelSource::Excluded(table) = ir.rel(rel).source
                    && let Some(column) = ir.columns(ir.table(table).columns).get(usize::from(column))
                    && is_plain(ir.name(column.name))
                {
                    return self.out.write_str(ir.name(column.name));
                }
                write!(self.out, "{column}")
            }
            Expr::Bind(bind) => write!(self.out, "?{}", bind.index()),
            Expr::Null => self.out.write_str("null"),
            Expr::Bool(value) => write!(self.out, "{value}"),
            Expr::Int(value) => write!(self.out, "{value}"),
            Expr::Literal(literal) => {
                let value = ir.literal(literal);
                write!(self.out, "(literal {})", datum_to_json(value, None))
            }
            Expr::And(list) => self.form("and", ir.exprs(list)),
            Expr::Or(list) => self.form("or", ir.exprs(list)),
            Expr::Not(child) => self.form("not", &[child]),
            Expr::Compare(comparison, left, right) => self.form(comparison.name(), &[left, right]),
            Expr::IsNull(child) => self.form("is-null", &[child]),
            Expr::IsBool(child, truth) => self.form(if truth { "is-true" } else { "is-false" }, &[child]),
            Expr::InList(child, list) => {
                let all: Vec<ExprId> = std::iter::once(child).chain(ir.exprs(list).iter().copied()).collect();
                self.form("in", &all)
            }
            Expr::InArray(child, bind) => {
                self.out.push_str("(in-array ");
                self.expr(child)?;
                write!(self.out, " ?{})", bind.index())
            }
            Expr::Between(child, low, high) => self.form("between", &[child, low, high]),
            Expr::Match(pattern, left, right) => self.form(&format!("match-{}", pattern.name()), &[left, right]),
            Expr::Glob(left, right) => self.form("glob", &[left, right]),
            Expr::Call(function, list) => self.form(function.name(), ir.exprs(list)),
            Expr::Aggregate { function, distinct, argument } => {
                let head = format!("agg-{}{}", function.name(), if distinct { "-distinct" } else { "" });
                self.form(&head, argument.as_slice())
            }
            Expr::Cast { expr, kind, precision, scale } => {
                self.form(&format!("cast {} {precision} {scale}", kind.name()), &[expr])
            }
            Expr::Exists(select) => write!(self.out, "(exists s{})", select.index()),
            Expr::InSelect(child, select) => {
                self.out.push_str("(in-select ");
                self.expr(child)?;
                write!(self.out, " s{})", select.index())
            }
            Expr::Quantified { comparison, all, left, select } => {
                write!(self.out, "({}-{} ", if all { "all" } else { "any" }, comparison.name())?;
                self.expr(left)?;
                write!(self.out, " s{})", select.index())
            }
            Expr::Row(list) => self.form("row", ir.exprs(list)),
            Expr::Scalar(select) => write!(self.out, "(scalar s{})", select.index()),
            Expr::RowNumber(window) => {
                let window = ir.window(window);
                self.out.push_str("(row-number ");
                self.form("by", ir.exprs(window.partition))?;
                self.orders(ir.orders(window.order))?;
                self.out.push(')');
                Ok(())
            }
        }
    }
}
