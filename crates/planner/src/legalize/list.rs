//! Lists and keys that are one bind: the database's own array, a JSON array, or a placeholder for each.

use relata_dialect::{Capabilities, FeedForm, KeysForm, ListForm};
use relata_ir::{BindDef, BindId, Expr, Ir, Made, Source, Transform};
use relata_schema::Result;

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "list", concerns: Made::LIST, run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    let mut changed = false;
    if matches!(dialect.keys, KeysForm::Placeholders(_)) {
        let in_keys = |expr| match expr {
            Expr::InArray(_, list) if matches!(ir.bind(list).source, Source::Keys(_)) => Some(list),
            _ => None,
        };
        // What nothing refers to any more is marked too: of those that are left there is one.
        for list in ir.made_exprs().filter_map(in_keys).collect::<Vec<_>>() {
            changed |= ir.bind(list).transform != Transform::Spread;
            ir.set_bind(list, BindDef { transform: Transform::Spread, ..ir.bind(list) });
        }
    }
    for id in (0..ir.bind_count()).map(BindId::new) {
        let bind = ir.bind(id);
        let json = match bind.source {
            Source::Keys(_) => dialect.feed != FeedForm::Unnest,
            _ => dialect.list != ListForm::Any,
        };
        if bind.transform == Transform::Array && json {
            ir.set_bind(id, BindDef { transform: Transform::JsonRows, ..bind });
            changed = true;
        }
    }
    Ok(changed)
}
