//! Running a plan on a connection.

use relata_driver::{Row, Session, Statement};
use relata_planner::{Plan, Step};
use relata_request::{Bind, Request};
use relata_schema::{Error, ErrorKind, Result, Value};

use crate::{
    DynRecord, Event, Executor, Sink,
    bind::{Keys, params},
    hooks::{self, Subject},
    place::Places,
    stage::Forest,
};

/// Plans a request, runs it, and hands the rows to a sink.
pub(crate) fn run(on: &dyn Executor, request: &Request<'_>, sink: &mut dyn Sink) -> Result<()> {
    let hooked = hooked(on, request, Event::BeforeFind)?;
    let request = hooked.as_ref().unwrap_or(request);
    run_plan(on, &*on.plans().get(request, on.dialect())?, request, sink)
}

/// The same for the first row alone.
pub(crate) fn run_first(on: &dyn Executor, request: &Request<'_>, sink: &mut dyn Sink) -> Result<()> {
    let hooked = hooked(on, request, Event::BeforeFind)?;
    let request = hooked.as_ref().unwrap_or(request);
    let (Some(limit), offset) = request.page() else {
        return run_plan(on, &*on.plans().get_first(request, on.dialect())?, request, sink);
    };
    let mut cut = request.with_all();
    cut.set_page(Some(limit.min(1)), offset);
    run_plan(on, &*on.plans().get(&cut, on.dialect())?, &cut, sink)
}

/// The same, where every row of the answer is one of the root, so that none is kept.
pub(crate) fn run_direct(on: &dyn Executor, request: &Request<'_>, sink: &mut dyn Sink) -> Result<()> {
    let hooked = hooked(on, request, Event::BeforeFind)?;
    let request = hooked.as_ref().unwrap_or(request);
    let plan = on.plans().get(request, on.dialect())?;
    if !is_direct(&plan) {
        let message = "rows of this find are put together of several, and are not there until the last has come";
        let error = Error::new(ErrorKind::Request, message).at(&request.root().view().name);
        return Err(error.help("find in batches; or include nothing of which a row has many"));
    }
    on.with(&mut |session| stream(&plan, request.binds(), true, session, sink))
        .map_err(|error| error.at(&request.root().view().name))
}

fn run_plan(on: &dyn Executor, plan: &Plan, request: &Request<'_>, sink: &mut dyn Sink) -> Result<()> {
    on.with(&mut |session| steps(plan, request.binds(), session, sink))
        .map_err(|error| error.at(&request.root().view().name))
}

/// The request as the hooks of an event have made it; nothing where there are none, which is nearly always.
fn hooked(on: &dyn Executor, request: &Request<'_>, event: Event) -> Result<Option<Request<'static>>> {
    let root = request.root().clone();
    if !on.database().hooks().any(root.view(), &[event]) {
        return Ok(None);
    }
    let mut own = request.with_call(request.flags().call).into_owned();
    hooks::run(on, root.view(), event, Subject::Rows(&mut own))?;
    own.check()?;
    Ok(Some(own))
}

/// Runs the steps of a plan.
pub(crate) fn steps(plan: &Plan, binds: &[Bind<'_>], session: &mut dyn Session, sink: &mut dyn Sink) -> Result<()> {
    if is_direct(plan) {
        return stream(plan, binds, false, session, sink);
    }
    if sink.keeps() {
        let mut places = Places::new(plan);
        for number in 0..plan.steps.len() {
            let keys = places.keys(plan, number);
            let mut placer = places.placer(plan, number, sink);
            step(plan, number, binds, keys.as_deref(), session, &mut |row| placer.row(row))?;
        }
        return Ok(());
    }
    let mut forest = Forest::new(plan);
    for number in 0..plan.steps.len() {
        let keys = forest.keys(plan, number);
        let mut collector = forest.collector(plan, number);
        step(plan, number, binds, keys.as_deref(), session, &mut |row| collector.row(row))?;
    }
    forest.emit(plan, sink)
}

/// Runs a step, fed with the keys that there are.
fn step(
    plan: &Plan,
    number: usize,
    binds: &[Bind<'_>],
    keys: Option<&[Value]>,
    session: &mut dyn Session,
    each: &mut dyn FnMut(&dyn Row) -> Result<()>,
) -> Result<()> {
    let step = &plan.steps[number];
    let (Some(keys), Some(feed)) = (keys, &step.feed) else {
        let params = params(&step.binds, binds, None)?;
        log::debug!(target: "relata::sql", "{}", step.sql);
        return session.query(statement(plan, number), &params, each);
    };
    let at_once = step.spread.map_or(keys.len(), |spread| spread.most);
    for keys in keys.chunks(at_once.max(1)) {
        let placeholders = step.spread.map_or(1, |spread| spread.placeholders(keys.len()));
        let values = keys.iter().map(Value::borrowed).collect();
        let keys = Keys { values, kinds: &feed.kinds, placeholders };
        let params = params(&step.binds, binds, Some(&keys))?;
        let text = step.spread.map(|spread| step.text_for(spread, placeholders));
        let mut statement = statement(plan, number);
        if let Some(text) = &text {
            // Each text is prepared by itself: the powers of two tell them apart.
            let key = statement.key.map(|(plan, step)| (plan, step | (placeholders.ilog2() + 1) << STEP_BITS));
            statement = Statement { sql: text, key, ..statement };
        }
        log::debug!(target: "relata::sql", "{}", statement.sql);
        session.query(statement, &params, each)?;
    }
    Ok(())
}

/// Runs the only step of a plan whose rows go to the sink as they come.
fn stream(
    plan: &Plan,
    binds: &[Bind<'_>],
    streams: bool,
    session: &mut dyn Session,
    sink: &mut dyn Sink,
) -> Result<()> {
    let step = &plan.steps[0];
    let params = params(&step.binds, binds, None)?;
    log::debug!(target: "relata::sql", "{}", step.sql);
    let statement = Statement { streams, ..statement(plan, 0) };
    session.query(statement, &params, &mut |row| direct(plan, 0, row, sink))
}

/// What the number of a step takes of the key of a statement.
const STEP_BITS: u32 = 16;

pub(crate) fn statement(plan: &Plan, step: usize) -> Statement<'_> {
    let Step { sql, cut_by_value, .. } = &plan.steps[step];
    Statement { sql, key: Some((plan.id, step as u32)), streams: false, cut_by_value: *cut_by_value }
}

/// Whether every row of the only statement is one row of the root, whose joined edges have one row: then rows go to the
/// sink as they come, and nothing is kept.
fn is_direct(plan: &Plan) -> bool {
    plan.steps.len() == 1 && plan.slots[0].identity.is_empty()
}

fn direct(plan: &Plan, slot: usize, row: &dyn Row, sink: &mut dyn Sink) -> Result<()> {
    let layout = &plan.slots[slot];
    let below = sink.row(layout, row)?;
    for child in layout.children.iter().map(|&child| usize::from(child)) {
        let edge = &plan.slots[child];
        let is_there = !edge.identity.iter().any(|&column| row.is_null(usize::from(column)));
        below.open(edge, usize::from(is_there))?;
        if is_there {
            direct(plan, child, row, below)?;
        }
        below.close(edge)?;
    }
    below.end()
}

/// Runs a request that answers one value.
pub(crate) fn value<T>(
    on: &dyn Executor,
    request: &Request<'_>,
    read: impl Fn(relata_schema::Datum<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let hooked = hooked(on, request, Event::BeforeCount)?;
    let request = hooked.as_ref().unwrap_or(request);
    let plan = on.plans().get(request, on.dialect())?;
    if plan.grouped {
        return Err(Error::new(ErrorKind::Request, "groups have no single number")
            .at(&request.root().view().name)
            .help("find the groups, and take their number"));
    }
    let mut found = None;
    on.with(&mut |session| {
        let step = &plan.steps[0];
        let params = params(&step.binds, request.binds(), None)?;
        log::debug!(target: "relata::sql", "{}", step.sql);
        let kind = *step.kinds.first().ok_or_else(|| Error::internal("a plan has no columns"))?;
        session.query(statement(&plan, 0), &params, &mut |row| {
            found = Some(read(row.get(0, kind)?)?);
            Ok(())
        })
    })
    .map_err(|error| error.at(&request.root().view().name))?;
    Ok(found)
}

/// Runs a find and its count in one snapshot.
pub(crate) fn find_and_count(on: &dyn Executor, request: &Request<'_>, sink: &mut dyn Sink) -> Result<u64> {
    let hooked = hooked(on, request, Event::BeforeFind)?;
    let request = hooked.as_ref().unwrap_or(request);
    let counting = request.with_call(relata_request::Call::Count);
    let plan = on.plans().get(request, on.dialect())?;
    let at = |error: Error| error.at(&request.root().view().name);
    if plan.grouped {
        let error = Error::new(ErrorKind::Unsupported, "groups are not found and counted in one call yet");
        return Err(at(error.help("find the groups without a limit, and take their number")));
    }
    if request.flags().lock.is_some() {
        let error =
            Error::new(ErrorKind::Request, "a page and its count are read from a snapshot, which locks nothing");
        return Err(at(error.help("find and lock the rows, and count apart")));
    }
    let count_plan = on.plans().get(&counting, on.dialect())?;
    let mut total = 0u64;
    on.with_snapshot(&mut |session| {
        steps(&plan, request.binds(), session, sink)?;
        let params = params(&count_plan.steps[0].binds, counting.binds(), None)?;
        session.query(statement(&count_plan, 0), &params, &mut |row| {
            if let relata_schema::Datum::Int(count) = row.get(0, relata_schema::Kind::BigInt)? {
                total = u64::try_from(count).unwrap_or_default();
            }
            Ok(())
        })
    })
    .map_err(|error| error.at(&request.root().view().name))?;
    Ok(total)
}

/// Runs a plan that the caller has made, and answers with JSON text: for tools that compare plans.
///
/// # Errors
///
/// What the database says.
pub fn json_of_plan(on: &impl Executor, plan: &Plan, request: &Request<'_>) -> Result<String> {
    let mut sink = crate::JsonSink::new();
    on.with(&mut |session| steps(plan, request.binds(), session, &mut sink))?;
    Ok(sink.finish())
}

/// Runs a plan that the caller has made, and answers with dynamic records: for tools that compare plans.
///
/// # Errors
///
/// What the database says.
pub fn records_of_plan(on: &impl Executor, plan: &Plan, request: &Request<'_>) -> Result<Vec<DynRecord>> {
    let mut sink = DynRecord::collector(request.root().clone());
    on.with(&mut |session| steps(plan, request.binds(), session, &mut sink))?;
    Ok(sink.into_collected())
}
