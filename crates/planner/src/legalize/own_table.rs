//! Writes that look at the table that they change, where its rows must be put aside first.

use relata_dialect::{Capabilities, OwnTable};
use relata_ir::{CommandKind, Ir, Limit, Made, Page, RelSource, Select};
use relata_schema::Result;

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "own_table", concerns: Made::COMMAND, run };

/// Each further mention of the table becomes a derived table of all its columns. A limit, even of all rows, keeps the
/// server from merging it into the query around it.
fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    let (Some(command), Some(root)) = (ir.command(), ir.root()) else { return Ok(false) };
    let reads = matches!(command.kind, CommandKind::Update | CommandKind::Delete);
    if dialect.own_table == OwnTable::Readable || !reads {
        return Ok(false);
    }
    let target = ir.select(root).from;
    let RelSource::Table(table) = ir.rel(target).source else { return Ok(false) };
    // What is read of it in a derived table is put aside already.
    let aside: Vec<_> = ir
        .rel_ids()
        .filter_map(|rel| match ir.rel(rel).source {
            RelSource::Derived(inner) if ir.select(inner).page.cuts() => Some(ir.select(inner).from),
            _ => None,
        })
        .collect();
    let name = ir.table(table).name;
    let name = ir.name(name).to_owned();
    let others: Vec<_> = ir
        .rel_ids()
        .filter(|&rel| rel != target && !aside.contains(&rel))
        .filter_map(|rel| match ir.rel(rel).source {
            RelSource::Table(other) if ir.name(ir.table(other).name) == name => Some((rel, other)),
            _ => None,
        })
        .collect();
    for &(rel, table) in &others {
        let inner = ir.make_rel(RelSource::Table(table));
        let width = ir.width(inner) as u16;
        let columns: Vec<_> = (0..width).map(|column| ir.column(inner, column)).collect();
        let mut select = Select::from(inner);
        select.columns = ir.make_exprs(&columns);
        select.page = Page { limit: Some(Limit::All), ..Page::ALL };
        let select = ir.make_select(select);
        ir.set_rel(rel, RelSource::Derived(select));
    }
    Ok(!others.is_empty())
}
