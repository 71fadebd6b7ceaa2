//! Lists and keys that are one bind: the database's own array, or a JSON array.

use relata_dialect::{Capabilities, FeedForm, ListForm};
use relata_ir::{BindDef, BindId, Ir, Made, Source, Transform};
use relata_schema::Result;

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "list", concerns: Made::LIST, run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    let mut changed = false;
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
