//! Rows that are there already: what a caller says of them, and the same in several requests for a database that cannot
//! say it in one.

use std::ops::Range;

use jiff::Timestamp;
use relata_schema::{Comparison, Datum, Error, ErrorKind, ModelView, Result};

use crate::{
    Bind, BindList, Call, Cursor, Encoder, Flags, Request, Section,
    write::{RowSet, insert, set, touch},
};

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
        let begins = self.bytes.is_empty();
        write(&mut Encoder::new(&mut self.bytes, &mut binds, model, begins))?;
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

/// What an insert says of rows that are there already, read from its own bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The unique key; empty: any.
    pub target: Vec<u16>,
    /// What is taken of the row that was to be inserted; empty: the row stays as it is.
    pub update: Vec<u16>,
    /// Whether the key is that of an index over some of the rows.
    pub has_predicate: bool,
    /// Whether the row that is there is asked.
    pub has_filter: bool,
}

impl Said {
    /// What an insert says; nothing when it does not.
    ///
    /// # Errors
    ///
    /// An internal error for bytes that are none.
    pub fn of(request: &Request<'_>) -> Result<Option<Said>> {
        let bytes = request.section(Section::Conflict);
        if bytes.is_empty() {
            return Ok(None);
        }
        let mut at = Cursor::new(bytes, 0);
        let (target, update, _) = (at.attributes()?, at.attributes()?, at.attributes()?);
        let has_predicate = !at.bytes()?.is_empty();
        at.stated()?;
        let has_filter = !at.bytes()?.is_empty();
        Ok(Some(Said { target, update, has_predicate, has_filter }))
    }

    /// Whether a row that gives these attributes may meet another unique key than the one that is said.
    pub fn may_meet_others(&self, model: ModelView<'_>, given: &[u16]) -> bool {
        !self.target.is_empty()
            && model.unique.iter().any(|key| {
                let is_target = key.len() == self.target.len() && key.iter().all(|a| self.target.contains(a));
                !is_target && key.iter().all(|attribute| given.contains(attribute))
            })
    }
}

/// The attributes that an insert gives, and the values row by row.
///
/// # Errors
///
/// An internal error for bytes that are none.
pub fn inserted<'r>(request: &'r Request<'_>) -> Result<RowSet<'r>> {
    let mut at = Cursor::new(request.section(Section::Values), 0);
    let (rows, attributes) = (at.u32()?, at.attributes()?);
    let first = request.first_bind(Section::Values);
    let cells = request.binds()[first..first + rows as usize * attributes.len()]
        .iter()
        .map(|bind| match bind {
            Bind::One(value) => Ok(value.borrowed()),
            _ => Err(Error::internal("a value of an insert is not one")),
        })
        .collect::<Result<_>>()?;
    Ok(RowSet { attributes, cells, rows })
}

/// An insert of some rows of an insert, which says nothing of rows that are there already. It answers with the same.
///
/// # Errors
///
/// An internal error for bytes that are none.
pub fn plain<'r>(request: &'r Request<'r>, rows: Range<usize>) -> Result<Request<'r>> {
    let RowSet { attributes, cells, .. } = inserted(request)?;
    let width = attributes.len();
    let cells = cells.into_iter().skip(rows.start * width).take(rows.len() * width).collect();
    let mut plain = insert(request.root(), RowSet { attributes, cells, rows: rows.len() as u32 }, None);
    plain.set_flags(Flags { call: Call::Insert, ..request.flags() });
    plain.copy_section(Section::Attributes, request);
    Ok(plain)
}

/// The update that an insert asks for where its row `row` is there already: under its own condition, and that of the
/// default scope where that holds. It answers with nothing.
///
/// # Errors
///
/// An internal error for bytes that are none.
pub fn updating<'r>(request: &'r Request<'r>, row: usize, now: Timestamp) -> Result<Request<'r>> {
    let said = Said::of(request)?.ok_or_else(|| Error::internal("an insert says nothing of rows that are there"))?;
    let model = request.root().clone();
    let mut update = Request::new(model.clone());
    update.set_flags(Flags { call: Call::Update, paranoid: false, scoped: request.flags().scoped, ..update.flags() });
    let values = row_of(request, row)?;
    for &(attribute, ref value) in values.iter().filter(|(attribute, _)| said.target.contains(attribute)) {
        update.write(Section::Filter, |out| {
            out.compare(Comparison::Eq as u8);
            out.column(attribute);
            out.value(value.clone());
            Ok(())
        });
    }
    let mut at = Cursor::new(request.section(Section::Conflict), 0);
    for _ in 0..3 {
        at.attributes()?;
    }
    at.bytes()?;
    at.stated()?;
    let filter = at.bytes()?;
    let binds = &request.binds()[request.first_bind(Section::Conflict)..];
    update.write(Section::Filter, |out| {
        out.raw(filter, binds.iter().map(Bind::borrowed));
        Ok(())
    });
    let view = model.view();
    let mut assigned = Vec::new();
    for (attribute, value) in values {
        if said.update.contains(&attribute) {
            set(&mut update, attribute, value);
            assigned.push(attribute);
        }
    }
    // Only the version is left to the update itself: the time is among what was to be inserted, unless it is silent.
    assigned.extend(view.updated_at);
    touch(&mut update, &assigned, now);
    Ok(update)
}

/// The rows that have the values of an insert for the unique key that it names, whether they are deleted, hidden or not.
///
/// # Errors
///
/// An internal error for bytes that are none.
pub fn meeting<'r>(request: &'r Request<'r>, target: &[u16], rows: Range<usize>, scoped: bool) -> Result<Request<'r>> {
    let mut find = Request::new(request.root().clone());
    find.set_flags(Flags { paranoid: false, scoped, ..find.flags() });
    find.copy_section(Section::Attributes, request);
    let keys = rows.map(|row| key_of(request, target, row)).collect::<Result<Vec<_>>>()?;
    by_keys(&mut find, target, keys);
    Ok(find)
}

/// The values of a key of a row of an insert.
///
/// # Errors
///
/// An internal error for bytes that are none.
pub fn key_of<'r>(request: &'r Request<'_>, target: &[u16], row: usize) -> Result<Vec<Datum<'r>>> {
    let values = row_of(request, row)?;
    let value = |attribute: &u16| {
        let found = values.iter().find(|(given, _)| given == attribute);
        found.map(|(_, value)| value.clone()).ok_or_else(|| Error::internal("a row does not give its unique key"))
    };
    target.iter().map(value).collect()
}

/// Adds that the values of some attributes are those of one of the keys.
pub fn by_keys<'q>(request: &mut Request<'q>, attributes: &[u16], keys: Vec<Vec<Datum<'q>>>) {
    request.write(Section::Filter, |out| {
        // A key with NULL in it is that of no other row.
        let keys = keys.into_iter().filter(|key| !key.iter().any(Datum::is_null));
        if let [attribute] = attributes {
            let place = out.test();
            out.column(*attribute);
            return out.list(place, false, BindList::Data(keys.flatten().collect()));
        }
        let mut any = out.open(true);
        for key in keys {
            let mut all = out.open(false);
            for (&attribute, value) in attributes.iter().zip(key) {
                out.compare(Comparison::Eq as u8);
                out.column(attribute);
                out.value(value);
                out.member(&mut all)?;
            }
            out.close(all);
            out.member(&mut any)?;
        }
        out.close(any);
        Ok(())
    });
}

fn row_of<'r>(request: &'r Request<'_>, row: usize) -> Result<Vec<(u16, Datum<'r>)>> {
    let RowSet { attributes, cells, .. } = inserted(request)?;
    let width = attributes.len();
    Ok(attributes.into_iter().zip(cells.into_iter().skip(row * width)).collect())
}
