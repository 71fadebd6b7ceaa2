//! What holds of every plan, whatever was asked.

use relata::{
    dialect::{Capabilities, raw::scan},
    ir::Source,
    planner::{Options, PASSES, Plan, Planner, Step},
    request::{Bind, Request},
    schema::Datum,
};

use super::{accepted, spelled::placeholders};

/// Plans a request for every database, with all passes and without any, and checks what comes of it.
pub(super) fn planned_everywhere(request: &Request<'_>) {
    let all = Options { verify: true, ..Options::default() };
    let none = Options { without: PASSES.iter().map(|pass| pass.name).collect(), ..all.clone() };
    // One planner for all: a plan that was refused must leave nothing behind for the next.
    let mut planner = Planner::new();
    for dialect in relata::dialect::ALL {
        for options in [&all, &none] {
            if let Some(plan) = accepted(planner.plan(request, dialect, options), dialect.name) {
                check(&plan, request, dialect);
            }
        }
    }
}

fn check(plan: &Plan, request: &Request<'_>, dialect: &'static Capabilities) {
    for (number, step) in plan.steps.iter().enumerate() {
        check_text(step, dialect);
        check_binds(step, request.binds());
        assert_eq!(step.feed.is_some(), number > 0, "only the first statement is fed with nothing: {}", step.sql);
        if let Some(feed) = &step.feed {
            let above = plan.slots[feed.slot].step;
            assert!(above < number, "step {number} is fed by step {above}");
            let width = plan.steps[above].kinds.len();
            assert!(feed.columns.iter().all(|&column| usize::from(column) < width), "{feed:?} of {width} columns");
            assert_eq!(feed.columns.len(), feed.kinds.len(), "{feed:?}");
        }
    }
    // What a write answers with is read from it only where the database answers; else there are no columns to look at.
    if plan.call.writes() {
        return;
    }
    for slot in &plan.slots {
        let width = plan.steps[slot.step].kinds.len();
        let shown = slot.through.iter().map(|through| (&through.columns, &through.fields));
        for (columns, fields) in shown.chain([(&slot.columns, &slot.fields)]) {
            assert!(columns.end <= width, "{slot:?} of {width} columns");
            assert_eq!(columns.len(), fields.len(), "{slot:?}");
        }
        assert!(slot.identity.iter().all(|&column| usize::from(column) < width), "{slot:?} of {width} columns");
    }
}

/// A text is one statement, and has as many placeholders as there will be values.
pub(super) fn check_text(step: &Step, dialect: &'static Capabilities) {
    let sql = &step.sql;
    assert_eq!(placeholders(sql, dialect), step.placeholders(), "{}: {sql}", dialect.name);
    // A constant of the schema may have a NUL, which a scanner of SQL refuses.
    if !sql.contains('\0') {
        let found = scan(sql, &dialect.lexis).unwrap_or_else(|error| panic!("{}: {error:?}\n{sql}", dialect.name));
        assert_eq!(found.statements.len(), 1, "{}: {sql}", dialect.name);
    }
}

/// Every placeholder names a bind that the request has, of the form that it needs.
fn check_binds(step: &Step, binds: &[Bind<'_>]) {
    let bind = |number: u32| binds.get(number as usize);
    let is_count = |number: u32| matches!(bind(number), Some(Bind::One(Datum::Int(_))));
    for (i, def) in step.binds.iter().enumerate() {
        let fits = match def.source {
            Source::Request(number) => {
                // The rows of an insert take what is so much further on.
                let rows = step.repeated.filter(|rows| i < rows.width);
                let further = rows.map_or(0, |rows| rows.width * rows.rows.saturating_sub(1));
                number as usize + further < binds.len()
            }
            Source::Element(number, _) => matches!(bind(number), Some(Bind::Many(list)) if !list.is_empty()),
            Source::PageEnd { offset, limit } => is_count(offset) && is_count(limit),
            Source::Keys(_) => step.feed.is_some(),
        };
        assert!(fits, "{def:?} of {} binds: {}", binds.len(), step.sql);
    }
}
