//! Names and texts in quotes.

use relata::{
    Kind, Value,
    dialect::{
        Capabilities,
        print::{Writer, statement},
        raw::{Piece, scan},
    },
    ir::{Column, Ir, RelSource, Select, Table},
};

use super::{
    spelled::{Part, parts},
    text_of,
};

/// The longest name that is looked at.
const LONGEST: usize = 1_024;

/// A name and a text that are quoted for a database are read as what they are, and change nothing of what stands around
/// them. The input is the name of a table, that of a column and a text, each on a line; what is missing is what is there.
///
/// # Panics
///
/// When that is not so.
pub fn identifier(data: &[u8]) {
    let Some(text) = text_of(data).filter(|text| text.len() <= LONGEST) else { return };
    let (table, rest) = text.split_once('\n').unwrap_or((text, text));
    let (column, literal) = rest.split_once('\n').unwrap_or((rest, rest));
    for dialect in relata::dialect::ALL {
        let plain = spell("table", "column", "text", dialect);
        // The same parts as with plain names, which are put in place of one another.
        let expected: Vec<Part<'_>> = parts(&plain, dialect)
            .into_iter()
            .map(|part| match part {
                Part::Name(name) if name == "table" => Part::Name(table.to_owned()),
                Part::Name(name) if name == "column" => Part::Name(column.to_owned()),
                Part::Text(text) if text == "text" => Part::Text(literal.to_owned()),
                other => other,
            })
            .collect();
        assert!(expected.len() > 4, "{}: {plain}", dialect.name);
        let sql = spell(table, column, literal, dialect);
        assert_eq!(parts(&sql, dialect), expected, "{}: {sql}", dialect.name);
        // A scanner of SQL refuses a NUL, which the name of no model has.
        if !sql.contains('\0') {
            let found = scan(&sql, &dialect.lexis).unwrap_or_else(|error| panic!("{}: {error:?}\n{sql}", dialect.name));
            assert_eq!(found.pieces, [Piece::Text(sql.as_str())], "{}", dialect.name);
            assert_eq!(found.statements.len(), 1, "{}: {sql}", dialect.name);
        }
    }
}

/// Selects a column of a table, and a constant beside it.
fn spell(table: &str, column: &str, literal: &str, dialect: &'static Capabilities) -> String {
    let mut ir = Ir::default();
    let (name, column) = (ir.make_name(table), ir.make_name(column));
    let columns = ir.make_columns(&[Column { name: column, kind: Kind::Text, null: true, scale: None }]);
    let keys = ir.make_keys(&[]);
    let table = ir.make_table(Table { name, columns, keys });
    let rel = ir.make_rel(RelSource::Table(table));
    let selected = [ir.column(rel, 0), ir.schema_literal(&Value::from(literal.to_owned()))];
    let columns = ir.make_exprs(&selected);
    let root = ir.make_select(Select { columns, ..Select::from(rel) });
    ir.set_root(root);
    let (mut sql, mut spelled) = (String::new(), relata::dialect::print::Scratch::default());
    statement(&mut Writer::new(dialect, &mut sql, &mut spelled), &ir);
    sql
}
