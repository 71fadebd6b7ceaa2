//! What writes have in common, whichever surface they come from: rows of values, keys that conflict, and what a model
//! keeps by itself (timestamps, a version, soft deletion).

use jiff::{Timestamp, tz::TimeZone};
use relata_schema::{Datum, Error, ErrorKind, Function, Kind, ModelRef, ModelView, Result, Value};

use crate::{Bind, Call, Encoder, Request, Section};

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

/// What becomes of a row that is there already.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OnConflict {
    /// The unique key by which it is there; empty: any.
    pub target: Vec<u16>,
    /// The condition of the unique index, where it is over some of the rows.
    pub predicate: Conditions,
    /// What it takes of the row that was to be inserted; empty: it stays as it is.
    pub update: Vec<u16>,
    /// Only where this holds of the row as it is; else it stays so.
    pub filter: Conditions,
}

/// Conditions on the rows of a model that were written before the request is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Conditions {
    bytes: Vec<u8>,
    binds: Vec<Bind<'static>>,
}

impl Conditions {
    /// Adds conditions, which all must hold.
    ///
    /// # Errors
    ///
    /// Those of the conditions.
    pub fn write<'q>(
        &mut self,
        model: ModelView<'_>,
        write: impl FnOnce(&mut Encoder<'_, 'q>) -> Result<()>,
    ) -> Result<()> {
        let mut binds: Vec<Bind<'q>> = Vec::new();
        write(&mut Encoder::new(&mut self.bytes, &mut binds, model))?;
        self.binds.extend(binds.into_iter().map(Bind::into_owned));
        Ok(())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn binds(&self) -> &[Bind<'static>] {
        &self.binds
    }
}

/// What a caller says of a row that may be there already. What is not said follows from what is given.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UpsertBy {
    /// The unique key; the first of which everything is given, if nothing is said.
    pub target: Option<Vec<u16>>,
    /// The condition of the unique index, where it is over some of the rows.
    pub predicate: Conditions,
    /// What is updated; everything that is given but the key, if nothing is said.
    pub update: Option<Vec<u16>>,
    /// Only where this holds of the row as it is.
    pub filter: Conditions,
}

impl UpsertBy {
    /// The attributes of the unique key.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`] for a key that is none, and for the condition of an index whose attributes are not said.
    pub fn key(&self, model: ModelView<'_>, given: &[u16]) -> Result<Vec<u16>> {
        match (&self.target, self.predicate.is_empty()) {
            (target, true) => conflict_target(model, given, target.as_deref()),
            // An index over some of the rows is known to the database alone, which says if there is none.
            (Some(target), false) => Ok(target.clone()),
            (None, false) => {
                let error = Error::new(ErrorKind::Request, "the condition of an index is said, and not its attributes");
                Err(error.at(&model.name).help("name the attributes of the index"))
            }
        }
    }

    /// What becomes of a row that gives these attributes, and is there already.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`] for a key that is none, for what is updated and not given, and for a condition that has
    /// nothing to decide.
    pub fn resolve(&self, model: ModelView<'_>, given: &[u16], silent: bool) -> Result<OnConflict> {
        let target = self.key(model, given)?;
        let mut update = match &self.update {
            Some(update) => update.clone(),
            None => given.iter().copied().filter(|attribute| !target.contains(attribute)).collect(),
        };
        check_given(model, given, &update)?;
        if let Some(updated) =
            model.updated_at.filter(|updated| !silent && !update.is_empty() && !update.contains(updated))
        {
            update.push(updated);
        }
        let conflict = OnConflict { target, predicate: self.predicate.clone(), update, filter: self.filter.clone() };
        conflict.check(model)?;
        Ok(conflict)
    }
}

impl OnConflict {
    /// That the condition has something to decide.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Request`] where nothing is updated.
    pub fn check(&self, model: ModelView<'_>) -> Result<()> {
        if self.update.is_empty() && !self.filter.is_empty() {
            return Err(Error::new(
                ErrorKind::Request,
                "a condition says which rows are updated, and nothing of them is",
            )
            .at(&model.name)
            .help("name what is updated, or leave the condition out"));
        }
        Ok(())
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

/// Adds what the model keeps by itself to a new row, where it is not given: when it was created and updated.
pub fn stamp_new<'q>(model: ModelView<'_>, row: &mut Given<'q>, now: Timestamp) {
    for attribute in [model.created_at, model.updated_at].into_iter().flatten() {
        if !row.iter().any(|(given, _)| *given == attribute) {
            row.push((attribute, stamp(model, attribute, now)));
        }
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
    let model = request.root().clone();
    let view = model.view();
    if let Some(updated) = view.updated_at.filter(|updated| !assigned.contains(updated)) {
        set(request, updated, stamp(view, updated, now));
    }
    if let Some(version) = view.version.filter(|version| !assigned.contains(version)) {
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

/// That a row gives everything that one which is there already would take of it: what nobody gave must not write over
/// what is there.
fn check_given(model: ModelView<'_>, given: &[u16], update: &[u16]) -> Result<()> {
    let upkeep = [model.created_at, model.updated_at];
    let missing = update.iter().find(|attribute| !given.contains(attribute) && !upkeep.contains(&Some(**attribute)));
    match missing {
        None => Ok(()),
        Some(&missing) => {
            let name = &model.attributes[usize::from(missing)].name;
            Err(Error::new(
                ErrorKind::Request,
                format!("a row that is there already would take \"{name}\", which is not given"),
            )
            .at(&model.name)
            .help("give it a value in every row, or leave it out of what is updated"))
        }
    }
}

/// The unique key by which a row may be there already: what is said, or the first key of which everything is given.
///
/// # Errors
///
/// [`ErrorKind::Request`] when what is said is no unique key, or none is given.
pub fn conflict_target(model: ModelView<'_>, given: &[u16], said: Option<&[u16]>) -> Result<Vec<u16>> {
    let names = |attributes: &[u16]| {
        let names: Vec<&str> = attributes.iter().map(|&a| model.attributes[usize::from(a)].name.as_str()).collect();
        names.join(", ")
    };
    let keys = || model.unique.iter().map(|key| format!("({})", names(key))).collect::<Vec<_>>().join(", ");
    match said {
        Some(said) => {
            let is_key = model
                .unique
                .iter()
                .any(|key| key.len() == said.len() && key.iter().all(|attribute| said.contains(attribute)));
            if is_key {
                return Ok(said.to_vec());
            }
            Err(Error::new(ErrorKind::Request, format!("({}) is no unique key of {}", names(said), model.name))
                .at(&model.name)
                .help(format!("there are: {}", keys())))
        }
        None => {
            let found = model.unique.iter().find(|key| key.iter().all(|attribute| given.contains(attribute)));
            found.cloned().ok_or_else(|| {
                Error::new(ErrorKind::Request, "no unique key is given by which a row could be there already")
                    .at(&model.name)
                    .help(format!("give the attributes of one of: {}", keys()))
            })
        }
    }
}
