//! Spells selects.

use relata_ir::{Hint, Ir, JoinKind, Limit, List, Nulls, Order, RelId, RelSource, Select, SelectId};
use relata_schema::{IndexHint, Kind};

use super::{
    Writer,
    expr::{Level, expr, separated},
};
use crate::{FeedForm, IndexHintForm, LimitForm, LockForm};

/// Spells a statement whose root is a select.
pub fn query(w: &mut Writer<'_>, ir: &Ir) {
    if let Some(root) = ir.root() {
        select(w, ir, root);
    }
}

pub(super) fn select(w: &mut Writer<'_>, ir: &Ir, id: SelectId) {
    body(w, ir, &ir.select(id), false);
}

/// The columns of a derived table have names; those of a statement are read by position.
fn derived(w: &mut Writer<'_>, ir: &Ir, id: SelectId) {
    body(w, ir, &ir.select(id), true);
}

fn body(w: &mut Writer<'_>, ir: &Ir, select: &Select, named: bool) {
    w.word(if select.distinct { "SELECT DISTINCT " } else { "SELECT " });
    for (i, &column) in ir.exprs(select.columns).iter().enumerate() {
        if i > 0 {
            w.word(", ");
        }
        expr(w, ir, column, Level::Open);
        if named {
            w.word(" AS ");
            w.column_alias(i);
        }
    }
    w.word(" FROM ");
    relation(w, ir, select.from);
    for join in ir.joins(select.joins) {
        w.word(match join.kind {
            JoinKind::Inner => " INNER JOIN ",
            JoinKind::Left => " LEFT JOIN ",
            JoinKind::Lateral => " CROSS JOIN LATERAL ",
        });
        relation(w, ir, join.rel);
        if join.kind != JoinKind::Lateral {
            w.word(" ON ");
            expr(w, ir, join.on, Level::Open);
        }
    }
    if let Some(filter) = select.filter {
        w.word(" WHERE ");
        expr(w, ir, filter, Level::Open);
    }
    if !select.group.is_empty() {
        w.word(" GROUP BY ");
        separated(w, ir, select.group, ", ", Level::Open);
    }
    if let Some(having) = select.having {
        w.word(" HAVING ");
        expr(w, ir, having, Level::Open);
    }
    order_by(w, ir, select.order, " ORDER BY ");
    limit(w, ir, select);
    lock(w, ir, select);
}

/// A table and its alias.
pub(super) fn table(w: &mut Writer<'_>, ir: &Ir, id: RelId) {
    relation(w, ir, id);
}

fn relation(w: &mut Writer<'_>, ir: &Ir, id: RelId) {
    let rel = ir.rel(id);
    match rel.source {
        RelSource::Table(table) => w.name_of(ir, ir.table(table).name),
        RelSource::Excluded(_) => return w.word("excluded"),
        RelSource::Derived(inner) => {
            w.word("(");
            derived(w, ir, inner);
            w.word(")");
        }
        RelSource::Unit => w.word("(SELECT 1)"),
        RelSource::Keys(kinds) => return feed(w, ir, id, ir.kinds(kinds)),
    }
    w.word(" AS ");
    w.table_alias(usize::from(rel.alias));
    hints(w, ir, ir.hints(rel.hints));
}

/// What is said of indexes, those of one word together.
fn hints(w: &mut Writer<'_>, ir: &Ir, hints: &[Hint]) {
    if w.dialect.index_hints == IndexHintForm::IndexedBy {
        for hint in hints {
            w.word(" INDEXED BY ");
            w.name_of(ir, hint.index);
        }
        return;
    }
    for alike in hints.chunk_by(|left, right| left.kind == right.kind) {
        w.word(match alike[0].kind {
            IndexHint::Use => " USE INDEX (",
            IndexHint::Force => " FORCE INDEX (",
            IndexHint::Ignore => " IGNORE INDEX (",
        });
        for (i, hint) in alike.iter().enumerate() {
            if i > 0 {
                w.word(", ");
            }
            w.name_of(ir, hint.index);
        }
        w.word(")");
    }
}

/// The keys of the parents: column 0 numbers them from zero.
fn feed(w: &mut Writer<'_>, ir: &Ir, id: RelId, kinds: &[Kind]) {
    let alias = usize::from(ir.rel(id).alias);
    let binds: Vec<_> = (0..ir.bind_count())
        .map(relata_ir::BindId::new)
        .filter(|&bind| matches!(ir.bind(bind).source, relata_ir::Source::Keys(_)))
        .collect();
    match w.dialect.feed {
        FeedForm::Unnest => {
            w.word("unnest(");
            for (i, (&bind, &kind)) in binds.iter().zip(kinds).enumerate() {
                if i > 0 {
                    w.word(", ");
                }
                w.word("CAST(");
                w.placeholder(bind);
                w.word(" AS ");
                let name = (w.dialect.types.cast)(kind, 0, 0);
                w.type_name(&name);
                w.word("[])");
            }
            w.word(") WITH ORDINALITY AS ");
            w.table_alias(alias);
            w.word("(");
            for i in 1..=kinds.len() {
                w.column_alias(i);
                w.word(", ");
            }
            w.column_alias(0);
            w.word(")");
        }
        FeedForm::JsonTable => {
            let has_bytes = kinds.contains(&Kind::Bytes);
            if has_bytes {
                // Bytes have no form of their own in JSON; the driver writes them as hexadecimal digits.
                w.word("(SELECT ");
                w.column_alias(0);
                for (i, &kind) in kinds.iter().enumerate() {
                    w.word(if kind == Kind::Bytes { ", unhex(" } else { ", " });
                    w.column_alias(i + 1);
                    w.word(if kind == Kind::Bytes { ") AS " } else { " AS " });
                    w.column_alias(i + 1);
                }
                w.word(" FROM ");
            }
            w.word("JSON_TABLE(");
            if let [bind, ..] = binds[..] {
                w.placeholder(bind);
            }
            w.word(", '$[*]' COLUMNS (");
            w.column_alias(0);
            w.word(" FOR ORDINALITY");
            for (i, &kind) in kinds.iter().enumerate() {
                w.word(", ");
                w.column_alias(i + 1);
                w.word(" ");
                w.word((w.dialect.types.json_column)(kind));
                w.word(" PATH '$");
                if kinds.len() > 1 {
                    w.word("[");
                    w.number(i as i64);
                    w.word("]");
                }
                w.word("'");
            }
            w.word(")) AS ");
            if has_bytes {
                w.alias('j', 0);
                w.word(") AS ");
            }
            w.table_alias(alias);
        }
        FeedForm::JsonEach => {
            w.word("(SELECT key AS ");
            w.column_alias(0);
            for (i, &kind) in kinds.iter().enumerate() {
                w.word(", ");
                let hex = kind == Kind::Bytes;
                if hex {
                    w.word("unhex(");
                }
                if kinds.len() == 1 {
                    w.word("value");
                } else {
                    w.word("json_extract(value, '$[");
                    w.number(i as i64);
                    w.word("]')");
                }
                if hex {
                    w.word(")");
                }
                w.word(" AS ");
                w.column_alias(i + 1);
            }
            w.word(" FROM json_each(");
            if let [bind, ..] = binds[..] {
                w.placeholder(bind);
            }
            w.word(")) AS ");
            w.table_alias(alias);
        }
    }
}

pub(super) fn order_by(w: &mut Writer<'_>, ir: &Ir, orders: List<Order>, word: &'static str) {
    for (i, order) in ir.orders(orders).iter().enumerate() {
        w.word(if i == 0 { word } else { ", " });
        expr(w, ir, order.expr, Level::Open);
        if order.descending {
            w.word(" DESC");
        }
        match order.nulls {
            Nulls::Default => {}
            Nulls::First => w.word(" NULLS FIRST"),
            Nulls::Last => w.word(" NULLS LAST"),
        }
    }
}

fn limit(w: &mut Writer<'_>, ir: &Ir, select: &Select) {
    let LimitForm::LimitOffset { unlimited, prefix } = w.dialect.limit;
    match select.page.limit {
        Some(Limit::Zero) => w.word(" LIMIT 0"),
        Some(Limit::One) => w.word(" LIMIT 1"),
        Some(Limit::All) => {
            w.word(" LIMIT ");
            w.word(unlimited.unwrap_or("ALL"));
        }
        Some(Limit::Bind(limit)) => {
            w.word(" LIMIT ");
            w.word(prefix);
            expr(w, ir, limit, Level::Term);
        }
        None => {
            if let (Some(unlimited), Some(_)) = (unlimited, select.page.offset) {
                w.word(" LIMIT ");
                w.word(unlimited);
            }
        }
    }
    if let Some(offset) = select.page.offset {
        w.word(" OFFSET ");
        w.word(prefix);
        expr(w, ir, offset, Level::Term);
    }
}

fn lock(w: &mut Writer<'_>, ir: &Ir, select: &Select) {
    if let (Some(lock), LockForm::Rows { strengths, of }) = (select.lock, w.dialect.lock) {
        w.word(strengths[usize::from(lock.strength.min(3))]);
        if of {
            w.word(" OF ");
            w.table_alias(usize::from(ir.rel(lock.of).alias));
        }
        w.word(["", " SKIP LOCKED", " NOWAIT"][usize::from(lock.wait.min(2))]);
    }
}
