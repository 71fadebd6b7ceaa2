//! Spells statements that change rows.

use relata_ir::{Command, CommandKind, Conflict, Expr, Ir, List, RelId, RelSource, Select};

use super::{
    Writer,
    expr::{Level, expr},
    query::{query, table},
};
use crate::{ConflictForm, DeleteForm};

/// Spells a statement: a query, or a command.
pub fn statement(w: &mut Writer<'_>, ir: &Ir) {
    let (Some(command), Some(root)) = (ir.command(), ir.root()) else { return query(w, ir) };
    let select = ir.select(root);
    match command.kind {
        CommandKind::Insert => insert(w, ir, &select, &command),
        CommandKind::Update => {
            w.word("UPDATE ");
            table(w, ir, select.from);
            w.word(" SET ");
            assignments(w, ir, &select, command.sets, 0);
            condition(w, ir, &select);
        }
        CommandKind::Delete => {
            w.word("DELETE FROM ");
            if w.dialect.delete == DeleteForm::Alias {
                table(w, ir, select.from);
            } else {
                name_of(w, ir, select.from);
                own_name(w, ir, select.from);
            }
            condition(w, ir, &select);
        }
        CommandKind::Truncate { cascade, restart } => {
            w.word("TRUNCATE TABLE ");
            name_of(w, ir, select.from);
            w.word(if restart { " RESTART IDENTITY" } else { "" });
            w.word(if cascade { " CASCADE" } else { "" });
        }
    }
    let returned = &ir.exprs(select.columns)[command.written()..];
    for (i, &column) in returned.iter().enumerate() {
        w.word(if i == 0 { " RETURNING " } else { ", " });
        // What is returned are columns of the one table: not every database knows its alias here.
        if let Some(name) = ir.column_name(column) {
            w.name_of(ir, name);
        }
    }
}

fn condition(w: &mut Writer<'_>, ir: &Ir, select: &Select) {
    if let Some(filter) = select.filter {
        w.word(" WHERE ");
        expr(w, ir, filter, Level::Open);
    }
}

fn name_of(w: &mut Writer<'_>, ir: &Ir, rel: RelId) {
    if let RelSource::Table(table) | RelSource::Excluded(table) = ir.rel(rel).source {
        w.name_of(ir, ir.table(table).name);
    }
}

/// The names of some columns of the table, in parentheses.
fn names(w: &mut Writer<'_>, ir: &Ir, rel: RelId, places: List<u16>) {
    w.word("(");
    for (i, &place) in ir.key(places).iter().enumerate() {
        if i > 0 {
            w.word(", ");
        }
        column_name(w, ir, rel, place);
    }
    w.word(")");
}

fn column_name(w: &mut Writer<'_>, ir: &Ir, rel: RelId, place: u16) {
    if let RelSource::Table(table) = ir.rel(rel).source {
        w.name_of(ir, ir.columns(ir.table(table).columns)[usize::from(place)].name);
    }
}

/// `"a" = value, ...`: the values are the columns of the select from `first` on.
fn assignments(w: &mut Writer<'_>, ir: &Ir, select: &Select, sets: List<u16>, first: usize) {
    let values = &ir.exprs(select.columns)[first..];
    for (i, (&place, &value)) in ir.key(sets).iter().zip(values).enumerate() {
        if i > 0 {
            w.word(", ");
        }
        column_name(w, ir, select.from, place);
        w.word(" = ");
        expr(w, ir, value, Level::Open);
    }
}

fn insert(w: &mut Writer<'_>, ir: &Ir, select: &Select, command: &Command) {
    w.word("INSERT INTO ");
    name_of(w, ir, select.from);
    if command.sets.is_empty() {
        w.word(w.dialect.default_values);
    } else {
        w.word(" ");
        names(w, ir, select.from, command.sets);
        w.word(" VALUES ");
        let template: Vec<_> = ir.exprs(select.columns)[..command.sets.len()]
            .iter()
            .filter_map(|&value| match ir.expr(value) {
                Expr::Bind(bind) => Some(bind),
                _ => None,
            })
            .collect();
        for row in 0..command.rows as usize {
            w.word(if row > 0 { ", (" } else { "(" });
            w.row(&template, row);
            w.word(")");
        }
    }
    if let Some(conflict) = &command.conflict {
        own_name(w, ir, select.from);
        match w.dialect.conflict {
            ConflictForm::OnConflict => on_conflict(w, ir, select, conflict, command.sets.len()),
            ConflictForm::DuplicateKeyAlias => {
                w.word(" AS excluded");
                on_duplicate_key(w, ir, select, conflict, command.sets.len());
            }
            ConflictForm::DuplicateKeyValues => on_duplicate_key(w, ir, select, conflict, command.sets.len()),
        }
    }
}

/// From here on the table goes by its own name.
fn own_name(w: &mut Writer<'_>, ir: &Ir, rel: RelId) {
    let rel = ir.rel(rel);
    if let RelSource::Table(table) = rel.source {
        w.by_name(usize::from(rel.alias), ir.table(table).name);
    }
}

fn on_duplicate_key(w: &mut Writer<'_>, ir: &Ir, select: &Select, conflict: &Conflict, first: usize) {
    w.word(" ON DUPLICATE KEY UPDATE ");
    assignments(w, ir, select, conflict.sets, first);
}

fn on_conflict(w: &mut Writer<'_>, ir: &Ir, select: &Select, conflict: &Conflict, first: usize) {
    w.word(" ON CONFLICT");
    if !conflict.target.is_empty() {
        w.word(" ");
        names(w, ir, select.from, conflict.target);
        if let Some(predicate) = conflict.predicate {
            w.word(" WHERE ");
            w.bare_columns(true);
            expr(w, ir, predicate, Level::Open);
            w.bare_columns(false);
        }
    }
    if conflict.sets.is_empty() {
        return w.word(" DO NOTHING");
    }
    w.word(" DO UPDATE SET ");
    assignments(w, ir, select, conflict.sets, first);
    if let Some(filter) = conflict.filter {
        w.word(" WHERE ");
        expr(w, ir, filter, Level::Open);
    }
}
