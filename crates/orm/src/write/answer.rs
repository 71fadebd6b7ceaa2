//! The rows that a write answers with, where the database answers with none.
//!
//! Of an insert they are what was inserted, with the numbers that the database gave; of the update of one row, what it was
//! set to. Whatever that does not tell is read in the same transaction.

use relata_dialect::Capabilities;
use relata_driver::Numbered;
use relata_request::{
    Bind, Call, Cursor, Flags, Lock, Request, Section,
    conflict::{Said, by_keys, inserted, key_of},
    op,
    write::{RowSet, returning},
};
use relata_schema::{Datum, Error, Kind, ModelRef, ModelView, Result, Value};

use super::{
    in_transaction,
    send::{Sent, send_one},
};
use crate::{Executor, bind, run::statement};

/// Whether a request wants an answer that its statement does not give.
pub(super) fn is_missing(request: &Request<'_>, dialect: &Capabilities) -> bool {
    let given = match request.flags().call {
        Call::Insert => dialect.returning.insert,
        Call::Update => dialect.returning.update,
        Call::Delete => dialect.returning.delete,
        _ => true,
    };
    !given && !request.section(Section::Attributes).is_empty()
}

/// Sends a request and finds the answer out.
pub(super) fn send(on: &dyn Executor, request: &Request<'_>) -> Result<Sent> {
    match request.flags().call {
        Call::Insert if request.section(Section::Conflict).is_empty() => insert(on, request),
        Call::Insert => {
            // Which rows they are now, their unique key tells.
            let said =
                Said::of(request)?.ok_or_else(|| Error::internal("an insert says nothing of rows that are there"))?;
            let keys = (0..inserted(request)?.rows as usize)
                .map(|row| Ok(key_of(request, &said.target, row)?.into_iter().map(Datum::into_owned).collect()))
                .collect::<Result<Vec<Vec<Value>>>>()?;
            together(on, &mut |on| {
                let mut sent = send_one(on, request)?;
                sent.rows = read_by(on, request, &said.target, &keys, &wanted(&sent))?;
                Ok(sent)
            })
        }
        _ => changed(on, request),
    }
}

/// Runs in the transaction at hand, or in one of its own.
fn together(on: &dyn Executor, run: &mut dyn FnMut(&dyn Executor) -> Result<Sent>) -> Result<Sent> {
    let mut done = None;
    in_transaction(on, &mut |tx| {
        done = Some(run(tx)?);
        Ok(())
    })?;
    done.ok_or_else(|| Error::internal("a transaction did not run"))
}

/// Rows of a find, as the columns of its statement.
pub(super) fn read(on: &dyn Executor, find: &Request<'_>) -> Result<Vec<Vec<Value>>> {
    let plan = on.plans().get(find, on.dialect())?;
    let mut rows = Vec::new();
    on.with(&mut |session| {
        rows.clear();
        let step = &plan.steps[0];
        let params = bind::params(&step.binds, find.binds(), None)?;
        log::debug!(target: "relata::sql", "{}", step.sql);
        session.query(statement(&plan, 0), &params, &mut |row| {
            let shown = plan.slots[0].columns.clone();
            let values = shown.map(|i| row.get(i, step.kinds[i]).map(Datum::into_owned));
            rows.push(values.collect::<Result<Vec<Value>>>()?);
            Ok(())
        })
    })?;
    Ok(rows)
}

/// An insert: everything is known, but for what the database has made of a value that its column does not hold as it is.
fn insert(on: &dyn Executor, request: &Request<'_>) -> Result<Sent> {
    let model = request.root().clone();
    let view = model.view();
    let set = inserted(request)?;
    let kept = set
        .cells
        .chunks(set.attributes.len().max(1))
        .all(|row| set.attributes.iter().zip(row).all(|(&attribute, value)| is_kept(view, attribute, value)));
    if kept {
        let mut sent = send_one(on, request)?;
        sent.rows = known(view, &wanted(&sent), &set, sent.numbered)?;
        return Ok(sent);
    }
    let key = view.def().primary_key.clone();
    together(on, &mut |on| {
        let mut sent = send_one(on, request)?;
        let keys = known(view, &key, &set, sent.numbered)?;
        sent.rows = read_by(on, request, &key, &keys, &wanted(&sent))?;
        Ok(sent)
    })
}

/// Reads the rows that have these keys, in the order of the keys, which is not that of a find.
fn read_by(
    on: &dyn Executor,
    request: &Request<'_>,
    attributes: &[u16],
    keys: &[Vec<Value>],
    wanted: &[u16],
) -> Result<Vec<Vec<Value>>> {
    let mut find = Request::new(request.root().clone());
    find.set_flags(Flags { paranoid: false, scoped: false, ..find.flags() });
    let columns = once(&[attributes, wanted].concat());
    returning(&mut find, &columns);
    by_keys(&mut find, attributes, borrowed(keys));
    let place = |attribute: &u16| columns.iter().position(|known| known == attribute).unwrap_or_default();
    let rows = read(on, &find)?;
    let of_key = |key: &Vec<Value>| {
        let same = |row: &&Vec<Value>| {
            attributes.iter().zip(key).all(|(attribute, value)| crate::into_value::same(&row[place(attribute)], value))
        };
        // Where the table's own collation takes other words for the same, the one row that there is is meant.
        let found = rows.iter().find(same).or_else(|| rows.first().filter(|_| keys.len() == 1));
        let found = found.ok_or_else(|| Error::internal("a row that was written is gone"))?;
        Ok(wanted.iter().map(|attribute| found[place(attribute)].clone()).collect())
    };
    keys.iter().map(of_key).collect()
}

fn once(attributes: &[u16]) -> Vec<u16> {
    let mut found: Vec<u16> = Vec::new();
    for attribute in attributes {
        if !found.contains(attribute) {
            found.push(*attribute);
        }
    }
    found
}

/// The attributes that are answered, in order.
fn wanted(sent: &Sent) -> Vec<u16> {
    sent.plan.slots[0].fields.iter().filter_map(|field| field.attribute).collect()
}

/// A find of rows of the model whatever hides them, with the attributes that a request answers with.
fn find_of<'q>(model: &ModelRef, request: &Request<'q>) -> Request<'q> {
    let mut find = Request::new(model.clone());
    find.set_flags(Flags { paranoid: false, scoped: false, ..find.flags() });
    find.copy_section(Section::Attributes, request);
    find
}

/// The values of some attributes of rows that were inserted.
fn known(
    view: ModelView<'_>,
    attributes: &[u16],
    set: &RowSet<'_>,
    numbered: Option<Numbered>,
) -> Result<Vec<Vec<Value>>> {
    let width = set.attributes.len();
    let mut rows = Vec::with_capacity(set.rows as usize);
    for row in 0..set.rows as usize {
        let value = |attribute: &u16| {
            if let Some(place) = set.attributes.iter().position(|given| given == attribute) {
                return Ok(as_kept(view, *attribute, set.cells[row * width + place].clone().into_owned()));
            }
            let declared = &view.def().attributes[usize::from(*attribute)];
            if declared.auto_increment {
                let numbers = numbered.ok_or_else(|| Error::internal("the database says no number of a new row"))?;
                return Ok(Datum::Int(numbers.first + numbers.step * row as i64));
            }
            Ok(as_kept(view, *attribute, declared.default.clone().unwrap_or(Datum::Null)))
        };
        rows.push(attributes.iter().map(value).collect::<Result<_>>()?);
    }
    Ok(rows)
}

/// Whether the column of an attribute holds a value as it is.
fn is_kept(view: ModelView<'_>, attribute: u16, value: &Datum<'_>) -> bool {
    let ty = &view.attributes[usize::from(attribute)].ty;
    let fits = |nanoseconds: i32| {
        let digits = u32::from(ty.scale().unwrap_or(6).min(6));
        nanoseconds % 10_i32.pow(9 - digits) == 0
    };
    match value {
        Datum::Decimal(value) => {
            ty.kind() != Kind::Decimal || value.normalize().scale() <= u32::from(ty.scale().unwrap_or(0))
        }
        // What else is a number in another kind of column is the database's to convert.
        Datum::Double(_) => ty.kind() == Kind::Double,
        Datum::Real(_) => ty.kind() == Kind::Real,
        Datum::Instant(value) => fits(value.subsec_nanosecond()),
        Datum::Naive(value) => fits(value.subsec_nanosecond()),
        Datum::Time(value) => fits(value.subsec_nanosecond()),
        // The server writes a document in its own way.
        Datum::Json(_) => false,
        _ => true,
    }
}

/// A value with as many digits behind its point as its column has.
fn as_kept(view: ModelView<'_>, attribute: u16, value: Value) -> Value {
    let ty = &view.attributes[usize::from(attribute)].ty;
    match (value, ty.kind()) {
        (Datum::Decimal(mut value), Kind::Decimal) => {
            value.rescale(u32::from(ty.scale().unwrap_or(0)));
            Datum::Decimal(value)
        }
        (Datum::Int(value), Kind::Decimal) => {
            let mut value = rust_decimal::Decimal::from(value);
            value.rescale(u32::from(ty.scale().unwrap_or(0)));
            Datum::Decimal(value)
        }
        (Datum::Int(value), Kind::Double) => Datum::Double(value as f64),
        (Datum::Int(value), Kind::Real) => Datum::Real(value as f32),
        (value, _) => value,
    }
}

/// An update or removal of rows that a condition picks: which they are is read first, and locked.
fn changed(on: &dyn Executor, request: &Request<'_>) -> Result<Sent> {
    let model = request.root().clone();
    let view = model.view();
    let key = view.def().primary_key.clone();
    let removes = request.flags().call == Call::Delete;
    // What is wrong with the request is said before anything is read.
    let plan = on.plans().get(request, on.dialect())?;
    together(on, &mut |on| {
        let mut pick = request.with_call(Call::Find);
        pick.clear(Section::Attributes);
        pick.set_flags(Flags { lock: Some(Lock { strength: 0, wait: 0 }), ..pick.flags() });
        let mut columns = key.clone();
        if removes {
            // What is gone afterwards is read now.
            columns.extend(plan.slots[0].fields.iter().filter_map(|field| field.attribute));
        }
        let places = once(&columns);
        returning(&mut pick, &places);
        if request.page() != (None, None) {
            pick.set_page(request.page().0, request.page().1);
        }
        let picked = read(on, &pick)?;
        let keys: Vec<Vec<Value>> = picked.iter().map(|row| row[..key.len()].to_vec()).collect();
        if keys.is_empty() {
            return Ok(Sent { affected: 0, plan: plan.clone(), rows: Vec::new(), numbered: None });
        }
        let mut write: Request<'_> = Request::new(model.clone());
        write.set_flags(Flags { paranoid: false, scoped: false, lock: None, ..request.flags() });
        by_keys(&mut write, &key, borrowed(&keys));
        write.borrow_section(Section::Values, request);
        let done = send_one(on, &write)?;
        let place = |attribute: &u16| places.iter().position(|known| known == attribute).unwrap_or_default();
        let wanted: Vec<u16> = plan.slots[0].fields.iter().filter_map(|field| field.attribute).collect();
        let rows = if removes {
            picked.iter().map(|row| wanted.iter().map(|attribute| row[place(attribute)].clone()).collect()).collect()
        } else {
            let mut find = find_of(&model, request);
            by_keys(&mut find, &key, borrowed(&keys));
            read(on, &find)?
        };
        Ok(Sent { affected: done.affected, plan: plan.clone(), rows, numbered: None })
    })
}

fn borrowed(keys: &[Vec<Value>]) -> Vec<Vec<Datum<'_>>> {
    keys.iter().map(|key| key.iter().map(Datum::borrowed).collect()).collect()
}

/// Sends an update of the one row of a key. `version` is what the version was before, and so one less than it is now.
pub(super) fn send_by_key(
    on: &dyn Executor,
    request: &Request<'_>,
    key: &[(u16, Value)],
    version: Option<i64>,
) -> Result<Sent> {
    if !is_missing(request, on.dialect()) {
        return super::send::send(on, request);
    }
    let model = request.root().clone();
    let assigned = assignments(request, version)?;
    let wanted = |sent: &Sent| -> Option<Vec<Value>> {
        let fields = sent.plan.slots[0].fields.iter().filter_map(|field| field.attribute);
        fields
            .map(|attribute| {
                let (_, value) = assigned.iter().find(|(known, _)| *known == attribute)?;
                let value = value.as_ref()?;
                is_kept(model.view(), attribute, value).then(|| as_kept(model.view(), attribute, value.clone()))
            })
            .collect()
    };
    let plan = on.plans().get(request, on.dialect())?;
    let probe = Sent { affected: 0, plan, rows: Vec::new(), numbered: None };
    if let Some(values) = wanted(&probe) {
        let mut sent = send_one(on, request)?;
        if sent.affected > 0 {
            sent.rows.push(values);
        }
        return Ok(sent);
    }
    together(on, &mut |on| {
        let mut sent = send_one(on, request)?;
        if sent.affected > 0 {
            let mut find = find_of(&model, request);
            let (attributes, values): (Vec<u16>, Vec<Datum<'_>>) =
                key.iter().map(|(attribute, value)| (*attribute, value.borrowed())).unzip();
            by_keys(&mut find, &attributes, vec![values]);
            sent.rows = read(on, &find)?;
        }
        Ok(sent)
    })
}

/// What an update sets, and to what where that is a value.
fn assignments(request: &Request<'_>, version: Option<i64>) -> Result<Vec<(u16, Option<Value>)>> {
    let counted = request.root().view().version;
    let mut at = Cursor::new(request.section(Section::Values), request.first_bind(Section::Values) as u32);
    let mut found = Vec::new();
    while !at.is_done() {
        let attribute = at.u16()?;
        let value = match at.peek() {
            Some(op::BIND) => {
                at.byte()?;
                at.byte()?;
                match request.binds().get(at.next_bind() as usize) {
                    Some(Bind::One(value)) => Some(value.clone().into_owned()),
                    _ => None,
                }
            }
            Some(op::NULL) => {
                at.byte()?;
                Some(Datum::Null)
            }
            _ => {
                at.skip_expression()?;
                version.filter(|_| counted == Some(attribute)).map(|version| Datum::Int(version + 1))
            }
        };
        found.push((attribute, value));
    }
    Ok(found)
}
