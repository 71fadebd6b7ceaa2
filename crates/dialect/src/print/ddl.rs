//! Spells statements that make tables.

use relata_ir::CreateTable;
use relata_schema::{SqlType, Value};

use super::Writer;
use crate::ColumnCheck;

/// Spells the creation of a table.
pub fn create_table(w: &mut Writer<'_>, table: &CreateTable<'_>) {
    w.word(if table.if_missing { "CREATE TABLE IF NOT EXISTS " } else { "CREATE TABLE " });
    w.name(table.table);
    w.word(" (");
    let mut key_is_declared = false;
    for (i, column) in table.columns.iter().enumerate() {
        w.word(if i > 0 { ", " } else { "" });
        w.name(column.name);
        w.word(" ");
        let ty = (w.dialect.types.column)(column.ty, table.is_key(column.name));
        w.type_name(&ty);
        if column.auto_increment {
            let numbered = w.dialect.types.numbered;
            if w.dialect.types.numbered_is_key && table.primary_key == [column.name] {
                w.word(" PRIMARY KEY ");
                w.word(numbered);
                key_is_declared = true;
            } else if !w.dialect.types.numbered_is_key {
                w.word(" ");
                w.word(numbered);
            }
        }
        if !column.null {
            w.word(" NOT NULL");
        }
        if let Some(default) = &column.default {
            let (before, after) = w.dialect.types.default;
            w.word(" DEFAULT ");
            w.word(before);
            w.literal(default.0);
            w.word(after);
        }
        if let SqlType::Enum(labels) = column.ty {
            w.word(" CHECK (");
            w.name(column.name);
            w.word(" IN (");
            for (i, label) in labels.iter().enumerate() {
                w.word(if i > 0 { ", " } else { "" });
                w.literal(&Value::from(label.clone()));
            }
            w.word("))");
        }
        match (w.dialect.types.check)(column.ty) {
            None => {}
            Some(ColumnCheck::Between(least, most)) => {
                w.word(" CHECK (");
                w.name(column.name);
                w.word(" BETWEEN ");
                w.number(least);
                w.word(" AND ");
                w.literal(&Value::UnsignedInt(most));
                w.word(")");
            }
            Some(ColumnCheck::Length(length)) => {
                w.word(" CHECK (");
                w.word(w.dialect.functions.length);
                w.name(column.name);
                w.word(") = ");
                w.number(length.into());
                w.word(")");
            }
            Some(ColumnCheck::AtMost(bytes)) => {
                w.word(" CHECK (length(");
                w.name(column.name);
                w.word(") <= ");
                w.number(bytes.into());
                w.word(")");
            }
        }
    }
    if !key_is_declared {
        w.word(", PRIMARY KEY ");
        names(w, &table.primary_key);
    }
    for unique in &table.unique {
        w.word(", UNIQUE ");
        names(w, unique);
    }
    if !w.dialect.types.index_if_missing {
        for index in &table.indexes {
            w.word(", INDEX ");
            w.name(&index.name);
            w.word(" ");
            names(w, &index.columns);
        }
    }
    for key in &table.foreign_keys {
        w.word(", FOREIGN KEY ");
        names(w, &key.columns);
        w.word(" REFERENCES ");
        w.name(key.table);
        w.word(" ");
        names(w, &key.references);
        match key.on_delete {
            Some("cascade") => w.word(" ON DELETE CASCADE"),
            Some("set null") => w.word(" ON DELETE SET NULL"),
            Some("restrict") => w.word(" ON DELETE RESTRICT"),
            _ => {}
        }
    }
    w.word(")");
    w.word(w.dialect.types.table_options);
}

fn names(w: &mut Writer<'_>, names: &[&str]) {
    w.word("(");
    for (i, name) in names.iter().enumerate() {
        w.word(if i > 0 { ", " } else { "" });
        w.name(name);
    }
    w.word(")");
}

/// Spells the creation of an index where it is missing.
pub fn create_index(w: &mut Writer<'_>, name: &str, table: &str, columns: &[&str]) {
    w.word("CREATE INDEX IF NOT EXISTS ");
    w.name(name);
    w.word(" ON ");
    w.name(table);
    w.word(" ");
    names(w, columns);
}

/// Spells the installation of an extension where it is missing.
pub fn create_extension(w: &mut Writer<'_>, name: &str) {
    w.word("CREATE EXTENSION IF NOT EXISTS ");
    w.name(name);
}
