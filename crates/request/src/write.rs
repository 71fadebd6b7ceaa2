//! What writes have in common, whichever surface they come from: rows of values, keys that conflict, and what a model
//! keeps by itself (timestamps, a version, soft deletion).

use jiff::{Timestamp, tz::TimeZone};
use relata_schema::{Datum, Error, ErrorKind, Function, Generated, Kind, ModelRef, ModelView, Result, Value};
use uuid::Uuid;

pub use crate::conflict::{Conditions, OnConflict, Said, UpsertBy, conflict_target};
use crate::{Call, Encoder, Request, Section};

/// What a row gives: attributes and values.
pub type Given<'q> = Vec<(u16, Datum<'q>)>;

/// Rows of values for the same attributes.
#[derive(Debug, Clone, PartialEq)]
pub struct RowSet<'q> {
    /// The attributes, in the order of the model.
    pub attributes: Vec<u16>,
    /// The values, row by row.
    pub cells: Vec<Datum<'q>>,
    /// How many rows.
    pub rows: u32,
}

impl<'q> RowSet<'q> {
    /// One row. What is given twice has the second value.
    pub fn of(mut row: Given<'q>) -> Self {
        row.sort_by_key(|(attribute, _)| *attribute);
        let (mut attributes, mut cells) = (Vec::with_capacity(row.len()), Vec::with_capacity(row.len()));
        for (attribute, cell) in row {
            if attributes.last() == Some(&attribute) {
                cells.pop();
            } else {
                attributes.push(attribute);
            }
            cells.push(cell);
        }
        RowSet { attributes, cells, rows: 1 }
    }
}

/// The moment of a write, as an attribute keeps it: no finer than its precision, so that what was written is what is
/// read back.
pub fn stamp(model: ModelView<'_>, attribute: u16, now: Timestamp) -> Value {
    let ty = &model.attributes[usize::from(attribute)].ty;
    let digits = ty.scale().unwrap_or(6).min(6);
    let step = 10_i128.pow(u32::from(9 - digits));
    let nanoseconds = now.as_nanosecond();
    let cut = Timestamp::from_nanosecond(nanoseconds - nanoseconds.rem_euclid(step)).unwrap_or(now);
    match ty.kind() {
        Kind::Naive => Datum::Naive(TimeZone::UTC.to_datetime(cut)),
        Kind::Day => Datum::Day(TimeZone::UTC.to_datetime(cut).date()),
        Kind::Time => Datum::Time(TimeZone::UTC.to_datetime(cut).time()),
        _ => Datum::Instant(cut),
    }
}

/// Makes rows of one shape of rows that each give what they give. Where one row gives an attribute and another does not,
/// the other has the attribute's default, or NULL. Only a number that the database gives cannot be stood in for: rows
/// with and without it are sets of their own. Rows keep their order within a set.
pub fn row_sets<'q>(model: ModelView<'_>, rows: Vec<Given<'q>>) -> Vec<RowSet<'q>> {
    let numbered: Vec<u16> = (0u16..)
        .zip(&model.def().attributes)
        .filter(|(_, attribute)| attribute.auto_increment)
        .map(|(i, _)| i)
        .collect();
    let mut sets: Vec<(Vec<u16>, Vec<Given<'q>>)> = Vec::new();
    for row in rows {
        let own: Vec<u16> =
            numbered.iter().copied().filter(|number| row.iter().any(|(given, _)| given == number)).collect();
        match sets.last_mut() {
            Some((known, rows)) if *known == own => rows.push(row),
            _ => sets.push((own, vec![row])),
        }
    }
    let sets = sets.into_iter().map(|(_, rows)| row_set(model, rows));
    // A row of defaults only is a statement of its own.
    sets.flat_map(|set| {
        let copies = if set.attributes.is_empty() { set.rows } else { 1 };
        let rows = if set.attributes.is_empty() { 1 } else { set.rows };
        std::iter::repeat_n(RowSet { rows, ..set }, copies as usize)
    })
    .collect()
}

fn row_set<'q>(model: ModelView<'_>, rows: Vec<Given<'q>>) -> RowSet<'q> {
    let mut attributes: Vec<u16> = rows.iter().flatten().map(|(attribute, _)| *attribute).collect();
    attributes.sort_unstable();
    attributes.dedup();
    let count = rows.len() as u32;
    let mut cells = Vec::with_capacity(attributes.len() * rows.len());
    for mut row in rows {
        row.sort_by_key(|(attribute, _)| *attribute);
        let mut given = row.into_iter().peekable();
        for &attribute in &attributes {
            let mut value = None;
            while let Some((_, found)) = given.next_if(|(next, _)| *next == attribute) {
                value = Some(found);
            }
            let default = || model.attributes[usize::from(attribute)].default.clone().unwrap_or(Datum::Null);
            cells.push(value.unwrap_or_else(default));
        }
    }
    RowSet { attributes, cells, rows: count }
}

/// What is new of a new row.
#[derive(Clone, Copy)]
pub struct Fresh<'f> {
    /// The moment.
    pub now: Timestamp,
    /// Makes a UUID: of version 7 where that is said, else of version 4.
    pub uuid: &'f dyn Fn(bool) -> Uuid,
}

impl std::fmt::Debug for Fresh<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fresh({})", self.now)
    }
}

impl Fresh<'static> {
    /// For what is looked at and not sent: the start of 1970, and the UUID that is all zeros.
    pub const EXAMPLE: Fresh<'static> = Fresh { now: Timestamp::UNIX_EPOCH, uuid: &|_| Uuid::nil() };
}

/// Adds what the model keeps by itself to a new row, where it is not given: when it was created and updated, and what is
/// made for each row.
pub fn stamp_new<'q>(model: ModelView<'_>, row: &mut Given<'q>, fresh: &Fresh<'_>) {
    let made = (0u16..).zip(&model.def().attributes).filter_map(|(i, declared)| Some((i, declared.generated?)));
    let kept = [model.created_at, model.updated_at].into_iter().flatten().map(|i| (i, Generated::Now));
    for (attribute, generated) in kept.chain(made) {
        if row.iter().any(|(given, _)| *given == attribute) {
            continue;
        }
        let value = match generated {
            Generated::Now => stamp(model, attribute, fresh.now),
            Generated::Uuid | Generated::UuidV7 => Datum::Uuid((fresh.uuid)(generated == Generated::UuidV7)),
        };
        row.push((attribute, value));
    }
}

/// An insert of rows.
pub fn insert<'q>(model: &ModelRef, mut set: RowSet<'q>, conflict: Option<&OnConflict>) -> Request<'q> {
    if set.attributes.is_empty() && conflict.is_some() {
        // Not every database has words for a row of defaults that may be there already: one default is spelled out.
        let view = model.view();
        let plain = view
            .def()
            .attributes
            .iter()
            .position(|declared| !declared.auto_increment && (declared.null || declared.default.is_some()));
        if let Some(place) = plain {
            let default = view.def().attributes[place].default.clone().unwrap_or(Datum::Null);
            set = RowSet { attributes: vec![place as u16], cells: vec![default], rows: 1 };
        }
    }
    if let Some(conflict) = conflict {
        // What a row that is there takes is part of the new one, also where nobody gives it.
        let missing = conflict.update.iter().copied().filter(|update| !set.attributes.contains(update)).collect();
        set = with_defaults(model.view(), set, missing);
    }
    // A row of nothing but a number that the database gives is never there already.
    let conflict = conflict.filter(|_| !set.attributes.is_empty());
    let mut request = Request::new(model.clone());
    let flags = crate::Flags { call: Call::Insert, ..request.flags() };
    request.set_flags(flags);
    request.write(Section::Values, |out| {
        out.insert(&set.attributes, set.rows);
        set.cells.into_iter().for_each(|cell| out.cell(cell));
        Ok(())
    });
    if let Some(conflict) = conflict {
        on_conflict(&mut request, conflict);
    }
    request
}

/// Says what becomes of a row that is there already.
fn on_conflict(request: &mut Request<'_>, conflict: &OnConflict) {
    let counted = request.root().view().version;
    let mut update: Vec<u16> = Vec::with_capacity(conflict.update.len());
    for &attribute in &conflict.update {
        // The version counts the writes, whatever was to be inserted.
        if Some(attribute) != counted && !update.contains(&attribute) {
            update.push(attribute);
        }
    }
    let version: Vec<u16> = counted.into_iter().filter(|_| !update.is_empty()).collect();
    request.write(Section::Conflict, |out| out.conflict(conflict, &update, &version));
}

/// Rows with further attributes, which have their defaults.
fn with_defaults<'q>(model: ModelView<'_>, set: RowSet<'q>, missing: Vec<u16>) -> RowSet<'q> {
    let declared = |attribute: &u16| &model.def().attributes[usize::from(*attribute)];
    let missing: Vec<u16> = missing.into_iter().filter(|attribute| !declared(attribute).auto_increment).collect();
    if missing.is_empty() || set.attributes.is_empty() {
        return set;
    }
    let width = set.attributes.len();
    let mut cells = Vec::with_capacity(set.cells.len() + missing.len() * set.rows as usize);
    for (i, cell) in set.cells.into_iter().enumerate() {
        cells.push(cell);
        if i % width == width - 1 {
            cells.extend(missing.iter().map(|attribute| declared(attribute).default.clone().unwrap_or(Datum::Null)));
        }
    }
    let attributes = set.attributes.into_iter().chain(missing).collect();
    RowSet { attributes, cells, rows: set.rows }
}

/// Answers with these attributes of the rows that were changed.
pub fn returning(request: &mut Request<'_>, attributes: &[u16]) {
    request.write(Section::Attributes, |out| {
        out.explicit_selection();
        attributes.iter().for_each(|&attribute| out.select_attribute(attribute));
        Ok(())
    });
}

/// All attributes of a model.
pub fn every_attribute(model: ModelView<'_>) -> Vec<u16> {
    (0..model.attributes.len() as u16).collect()
}

/// Makes an update of a request for rows.
pub fn update(request: &mut Request<'_>) {
    let flags = crate::Flags { call: Call::Update, ..request.flags() };
    request.set_flags(flags);
}

/// Sets an attribute to a value.
pub fn set<'q>(request: &mut Request<'q>, attribute: u16, value: Datum<'q>) {
    request.write(Section::Values, |out| {
        out.assign(attribute);
        out.value(value);
        Ok(())
    });
}

/// Adds what the model keeps by itself to an update, where it is not set already: when it was updated, and one more to
/// its version.
pub fn touch(request: &mut Request<'_>, assigned: &[u16], now: Timestamp) {
    touch_unless(request, |attribute| assigned.contains(&attribute), now);
}

/// The same, where what is left alone is said by a function.
pub fn touch_unless(request: &mut Request<'_>, left_alone: impl Fn(u16) -> bool, now: Timestamp) {
    let model = request.root().clone();
    let view = model.view();
    if let Some(updated) = view.updated_at.filter(|updated| !left_alone(*updated)) {
        set(request, updated, stamp(view, updated, now));
    }
    if let Some(version) = view.version.filter(|version| !left_alone(*version)) {
        request.write(Section::Values, |out| {
            out.assign(version);
            one_more(out, version);
            Ok(())
        });
    }
}

fn one_more(out: &mut Encoder<'_, '_>, attribute: u16) {
    let kind = out.model.kind(attribute);
    out.function(Function::Add as u8, 2);
    out.column(attribute);
    out.value_of(kind, Datum::Int(1));
}

/// Adds a number to an attribute. What is no number, and a fraction where the attribute has none, is a mistake of the
/// request.
pub fn add<'q>(request: &mut Request<'q>, attribute: u16, by: Datum<'q>, down: bool) {
    request.write(Section::Values, |out| {
        let kind = out.model.kind(attribute);
        let fits = match by.kind() {
            Some(found) => kind.is_number() && found.is_number() && (found.is_integer() || !kind.is_integer()),
            None => false,
        };
        if !fits {
            let declared = &out.model.attributes[usize::from(attribute)];
            let found = by.kind().map_or("NULL", Kind::name);
            let message = format!("{found} is not added to {}", declared.ty);
            return Err(Error::new(ErrorKind::TypeMismatch, message)
                .at(format!("{}.{}", out.model.name, declared.name))
                .help("only numbers are counted"));
        }
        out.assign(attribute);
        out.function(if down { Function::Sub } else { Function::Add } as u8, 2);
        out.column(attribute);
        out.value_of(kind, by);
        Ok(())
    });
}

/// Makes a removal of a request for rows: where the model is paranoid and nobody forces it, they are marked as deleted.
/// `silent` leaves the time of the last update alone.
pub fn destroy(request: &mut Request<'_>, force: bool, silent: bool, now: Timestamp) {
    let model = request.root().clone();
    match model.view().paranoid.filter(|_| !force) {
        None => {
            // What is forced is gone, whether it was marked as deleted or not.
            let paranoid = request.flags().paranoid && !force;
            let flags = crate::Flags { call: Call::Delete, paranoid, ..request.flags() };
            request.set_flags(flags);
        }
        Some(deleted) => {
            update(request);
            set(request, deleted, stamp(model.view(), deleted, now));
            touch(request, &left_alone(model.view(), deleted, silent), now);
        }
    }
}

/// What a soft deletion or its undoing does not touch by itself.
fn left_alone(model: ModelView<'_>, deleted: u16, silent: bool) -> Vec<u16> {
    std::iter::once(deleted).chain(model.updated_at.filter(|_| silent)).collect()
}

/// Makes the soft-deleted rows among those of a request visible again.
///
/// `is_one` says that the request is for one row by its key, which is restored whether it is deleted or not.
///
/// # Errors
///
/// [`ErrorKind::Request`] where the model is not paranoid.
pub fn restore(request: &mut Request<'_>, silent: bool, is_one: bool, now: Timestamp) -> Result<()> {
    let model = request.root().clone();
    let view = model.view();
    let Some(deleted) = view.paranoid else {
        let message = format!("rows of {} are not soft-deleted: the model is not paranoid", view.name);
        return Err(Error::new(ErrorKind::Request, message).at(&view.name).help("there is nothing to restore"));
    };
    let flags = crate::Flags { call: Call::Update, paranoid: false, ..request.flags() };
    request.set_flags(flags);
    if !is_one {
        // A restore without a condition concerns the rows that are deleted, which is what it says.
        request.write(Section::Filter, |out| {
            let place = out.test();
            out.column(deleted);
            out.head(place, &[crate::op::NOT_NULL]);
            Ok(())
        });
    }
    request.write(Section::Values, |out| {
        out.assign(deleted);
        out.null();
        Ok(())
    });
    touch(request, &left_alone(view, deleted, silent), now);
    Ok(())
}
