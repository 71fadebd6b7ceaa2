//! What is said of indexes, where the database takes it. Changes nothing.

use relata_dialect::{Capabilities, IndexHintForm};
use relata_ir::{Ir, Made};
use relata_schema::{Error, ErrorKind, IndexHint, Result};

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "index_hints", concerns: Made::HINT, run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    for rel in ir.rel_ids() {
        let hints = ir.hints(ir.rel(rel).hints);
        let says = |kind| hints.iter().any(|hint| hint.kind == kind);
        let refused = match (dialect.index_hints, hints) {
            (_, []) => continue,
            (IndexHintForm::Words, _) if says(IndexHint::Use) && says(IndexHint::Force) => {
                "takes indexes to be used or to be forced, and not both"
            }
            (IndexHintForm::Words, _) => continue,
            (IndexHintForm::IndexedBy, [only]) if only.kind == IndexHint::Force => continue,
            (IndexHintForm::IndexedBy, _) => "takes one index by force, and nothing else that is said of indexes",
            (IndexHintForm::None, _) => "chooses its indexes by itself",
        };
        return Err(Error::new(ErrorKind::Unsupported, format!("{} {refused}", dialect.name))
            .help("leave it out for this database"));
    }
    Ok(false)
}
