//! From canonical IR to IR that a database can say. One capability, one file.
//!
//! What the database cannot say is refused here, by name. Behind this stage the printer only spells.

mod aggregate;
mod assignments;
mod bind_type;
mod conflict;
mod counted;
mod decimal;
mod in_select;
mod index_hints;
mod json;
mod kinds;
mod list;
mod lock;
mod nulls;
mod outer_rows;
mod own_table;
mod pattern;
mod per_parent;
mod quantified;
mod real;
mod returning;
mod round;
mod subqueries;
mod truncate;

use relata_dialect::Capabilities;
use relata_ir::{Ir, Made};

use relata_schema::Result;
pub(crate) use returning::answers;

/// A legalization: says whether it changed anything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Legalization {
    pub name: &'static str,
    /// Nodes without which it has nothing to do: it is not run where none of them was made.
    pub concerns: Made,
    pub run: fn(&mut Ir, &'static Capabilities) -> Result<bool>,
}

/// The legalizations, in the order in which they run: what makes new nodes before what looks at all of them.
pub(crate) const LEGALIZATIONS: &[Legalization] = &[
    kinds::LEGALIZATION,
    index_hints::LEGALIZATION,
    lock::LEGALIZATION,
    truncate::LEGALIZATION,
    returning::LEGALIZATION,
    conflict::LEGALIZATION,
    own_table::LEGALIZATION,
    assignments::LEGALIZATION,
    per_parent::LEGALIZATION,
    pattern::LEGALIZATION,
    real::LEGALIZATION,
    aggregate::LEGALIZATION,
    round::LEGALIZATION,
    json::LEGALIZATION,
    decimal::LEGALIZATION,
    list::LEGALIZATION,
    quantified::LEGALIZATION,
    counted::LEGALIZATION,
    in_select::LEGALIZATION,
    outer_rows::LEGALIZATION,
    subqueries::LEGALIZATION,
    nulls::LEGALIZATION,
    bind_type::LEGALIZATION,
];
