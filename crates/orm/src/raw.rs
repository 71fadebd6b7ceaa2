//! SQL that the application writes itself: its values are binds, found by a scanner, and never part of the text.

use relata_dialect::{
    Placeholder,
    raw::{Marker, Piece, Transaction, scan},
};
use relata_driver::{Param, Row, Session, Statement};
use relata_planner::{Field, Share, Slot};
use relata_schema::{Datum, Error, ErrorKind, Kind, ModelRef, Result};

use crate::{DynRecord, Executor, FromDatum, Hydrate, Record};

/// Text of SQL. A literal of the program is one by itself; of any other text the application says by
/// [`trusted`](Sql::trusted) that no part of it comes from a stranger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sql<'s>(&'s str);

impl<'s> From<&'static str> for Sql<'s> {
    fn from(text: &'static str) -> Sql<'s> {
        Sql(text)
    }
}

impl<'s> Sql<'s> {
    /// Text that was put together when the program ran.
    ///
    /// Whoever writes this vouches for the text: a value in it that somebody else has chosen is an injection. Values
    /// belong into binds.
    pub fn trusted(text: &'s str) -> Sql<'s> {
        Sql(text)
    }
}

/// A value for a marker.
#[derive(Debug, Clone, PartialEq)]
pub enum RawBind<'q> {
    /// One value.
    One(Datum<'q>),
    /// As many placeholders as there are values, with commas between: `IN (:ids)`.
    List(Vec<Datum<'q>>),
}

impl<'q, V: Into<Datum<'q>>> From<V> for RawBind<'q> {
    fn from(value: V) -> Self {
        RawBind::One(value.into())
    }
}

/// The values of a list, for `IN (:ids)`.
pub fn list<'q, V: Into<Datum<'q>>>(values: impl IntoIterator<Item = V>) -> RawBind<'q> {
    RawBind::List(values.into_iter().map(Into::into).collect())
}

/// Values and, where they have some, their names.
pub type Binds<'q> = Vec<(Option<&'q str>, RawBind<'q>)>;

/// The values of raw SQL: by position `(1, "x")`, or by name `[("id", 1)]`. `()` is none.
pub trait IntoBinds<'q> {
    /// Names, where they have some, and values.
    fn into_binds(self) -> Binds<'q>;
}

impl<'q> IntoBinds<'q> for () {
    fn into_binds(self) -> Binds<'q> {
        Vec::new()
    }
}

impl<'q, V: Into<RawBind<'q>>, const N: usize> IntoBinds<'q> for [(&'q str, V); N] {
    fn into_binds(self) -> Binds<'q> {
        self.into_iter().map(|(name, value)| (Some(name), value.into())).collect()
    }
}

impl<'q> IntoBinds<'q> for Vec<RawBind<'q>> {
    fn into_binds(self) -> Binds<'q> {
        self.into_iter().map(|value| (None, value)).collect()
    }
}

impl<'q> IntoBinds<'q> for Vec<(&'q str, RawBind<'q>)> {
    fn into_binds(self) -> Binds<'q> {
        self.into_iter().map(|(name, value)| (Some(name), value)).collect()
    }
}

macro_rules! tuples {
    ($(($($name:ident . $index:tt),+);)+) => {
        $(
            impl<'q, $($name: Into<RawBind<'q>>),+> IntoBinds<'q> for ($($name,)+) {
                fn into_binds(self) -> Binds<'q> {
                    vec![$((None, self.$index.into())),+]
                }
            }

            impl<$($name: FromDatum),+> FromRawRow for ($($name,)+) {
                fn from_raw(row: &dyn Row) -> Result<Self> {
                    Ok(($(by_place::<$name>(row, $index)?,)+))
                }
            }
        )+
    };
}

tuples! {
    (A.0);
    (A.0, B.1);
    (A.0, B.1, C.2);
    (A.0, B.1, C.2, D.3);
    (A.0, B.1, C.2, D.3, E.4);
    (A.0, B.1, C.2, D.3, E.4, F.5);
    (A.0, B.1, C.2, D.3, E.4, F.5, G.6);
    (A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7);
}

/// Something that a row of raw SQL can be read as: a tuple by position, or a projection by the names of its columns.
pub trait FromRawRow: Sized {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`] when a value is of another type, [`ErrorKind::NotLoaded`] when there is no such column.
    fn from_raw(row: &dyn Row) -> Result<Self>;
}

fn by_place<T: FromDatum>(row: &dyn Row, place: usize) -> Result<T> {
    if place >= row.columns() {
        let message = format!("the row has {} columns, and one more is read", row.columns());
        return Err(Error::new(ErrorKind::NotLoaded, message).help("select as many as the tuple has"));
    }
    row.get(place, T::KIND).and_then(T::from_datum).map_err(|error| error.at(row.name(place)))
}

/// Reads a column by its name: the derive macro of projections calls it.
///
/// # Errors
///
/// [`ErrorKind::NotLoaded`] when there is no such column, [`ErrorKind::Decode`] when its value is of another type.
pub fn by_name<T: FromDatum>(row: &dyn Row, name: &str) -> Result<T> {
    let place = (0..row.columns()).find(|&place| row.name(place) == name).ok_or_else(|| {
        let error = Error::new(ErrorKind::NotLoaded, format!("the row has no column \"{name}\""));
        error.near(name, (0..row.columns()).map(|place| row.name(place)))
    })?;
    by_place(row, place)
}

/// Sends a text with its values.
type Send<'s> = dyn FnMut(&mut dyn Session, &str, &[Param<'_>]) -> Result<()> + 's;

/// A raw query: what its rows become is said by how it is run.
#[must_use = "nothing is sent until it runs"]
pub struct RawQuery<'e, 'q, E> {
    on: &'e E,
    sql: Sql<'q>,
    binds: Binds<'q>,
}

impl<'e, 'q, E: Executor> RawQuery<'e, 'q, E> {
    pub(crate) fn new(on: &'e E, sql: Sql<'q>, binds: Binds<'q>) -> Self {
        RawQuery { on, sql, binds }
    }

    /// The rows, as tuples or projections.
    ///
    /// # Errors
    ///
    /// Markers and values that do not fit, what the database says, or a value of another type.
    pub fn all<R: FromRawRow>(self) -> Result<Vec<R>> {
        let mut rows = Vec::new();
        self.each(&mut |row| {
            rows.push(R::from_raw(row)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    ///
    /// As [`all`](RawQuery::all).
    pub fn one<R: FromRawRow>(self) -> Result<Option<R>> {
        Ok(self.all()?.into_iter().next())
    }

    /// The rows, as values by the names of their columns, each of the type that the database has for it.
    ///
    /// # Errors
    ///
    /// As [`all`](RawQuery::all); a column of a type that relata does not read.
    pub fn values(self) -> Result<Vec<DynRecord>> {
        let mut rows: Vec<DynRecord> = Vec::new();
        let mut fields: Option<Share<Field>> = None;
        self.each(&mut |row| {
            let columns = 0..row.columns();
            let values = columns.clone().map(|place| match row.natural(place) {
                Ok(value) => Ok(value.into_owned()),
                Err(error) => Err(error.at(row.name(place))),
            });
            let values = values.collect::<Result<_>>()?;
            // A procedure may answer with several sets of rows, each with names of its own.
            let are_of = |fields: &Share<Field>| {
                fields.len() == columns.len() && fields.iter().enumerate().all(|(place, f)| *f.name == *row.name(place))
            };
            // Each value says its own kind.
            let field = |place| Field { name: row.name(place).into(), kind: Kind::Text, scale: None, attribute: None };
            let own = match fields.take().filter(are_of) {
                Some(fields) => fields,
                None => Share::of(columns.map(field).collect()),
            };
            rows.push(DynRecord::of_values(fields.insert(own).clone(), values));
            Ok(())
        })?;
        Ok(rows)
    }

    /// The rows, as records of a model: the names of columns, or of attributes, say which is which.
    ///
    /// # Errors
    ///
    /// As [`all`](RawQuery::all); [`ErrorKind::NotLoaded`] when a column of the model is missing.
    pub fn records<M: Hydrate>(self) -> Result<Vec<Record<M>>> {
        let model = ModelRef::Static(M::def());
        let slot = slot_of(&model);
        let mut rows = Vec::new();
        self.each(&mut |row| {
            let places = places_of(&model, row)?;
            rows.push(Record::stored(M::read(&slot, &Placed { row, places: &places })?));
            Ok(())
        })?;
        Ok(rows)
    }

    /// Runs a statement that returns no rows; says how many it touched.
    ///
    /// # Errors
    ///
    /// Markers and values that do not fit, or what the database says.
    pub fn execute(self) -> Result<u64> {
        let mut touched = 0;
        self.run(&mut |session, sql, params| {
            touched = session.execute(Statement::once(sql), params)?;
            Ok(())
        })?;
        Ok(touched)
    }

    fn each(&self, each: &mut dyn FnMut(&dyn Row) -> Result<()>) -> Result<()> {
        self.run(&mut |session, sql, params| session.query(Statement::once(sql), params, each))
    }

    fn run(&self, run: &mut Send<'_>) -> Result<()> {
        let dialect = self.on.dialect();
        let scanned = scan(self.sql.0, &dialect.lexis)?;
        let [opening] = scanned.statements.as_slice() else {
            let message = format!("the text has {} statements, and one is run", scanned.statements.len());
            return Err(Error::new(ErrorKind::Request, message).help("run a text of several, without binds, by batch"));
        };
        if let Some(control) = opening.transaction() {
            let (what, help) = match control {
                Transaction::Begins => ("begins a transaction", "call transaction() or begin()"),
                Transaction::Ends => {
                    ("ends a transaction", "return from the transaction, or call commit() or rollback()")
                }
                Transaction::Savepoint => ("is about a savepoint", "call transaction() or begin() on the transaction"),
            };
            return Err(
                Error::new(ErrorKind::Transaction, format!("the statement {what}, behind relata's back")).help(help)
            );
        }
        let (text, order) = self.spell(&scanned.pieces, dialect.placeholder)?;
        if order.len() > dialect.max_binds {
            let message =
                format!("the statement has {} binds, and {} takes {}", order.len(), dialect.name, dialect.max_binds);
            return Err(Error::new(ErrorKind::LimitExceeded, message).help("send the values in several statements"));
        }
        let params: Vec<Param<'_>> =
            order.iter().map(|value| Param::given(value, value.kind().unwrap_or(Kind::Text))).collect();
        log::debug!(target: "relata::sql", "{text}");
        match self.on.transaction_at_hand() {
            Some(tx) => tx.with_raw(opening.first, &mut |session| run(session, &text, &params)),
            None => self.on.with(&mut |session| run(session, &text, &params)),
        }
    }

    /// The text with the database's own placeholders, and their values in order.
    fn spell(&self, pieces: &[Piece<'_>], placeholder: Placeholder) -> Result<(String, Vec<&Datum<'q>>)> {
        let (mut text, mut order): (String, Vec<&Datum<'q>>) =
            (String::with_capacity(self.sql.0.len() + 16), Vec::new());
        let mut used = vec![false; self.binds.len()];
        // The numbers that a value has got already: one value is one parameter, wherever it stands.
        let mut numbers: Vec<Option<usize>> = vec![None; self.binds.len()];
        let mut next = 0;
        for piece in pieces {
            let marker = match piece {
                Piece::Text(part) => {
                    text.push_str(part);
                    continue;
                }
                Piece::Marker(marker) => *marker,
            };
            let place = self.place(marker, &mut next)?;
            used[place] = true;
            let values = match &self.binds[place].1 {
                RawBind::One(value) => std::slice::from_ref(value),
                RawBind::List(values) if values.is_empty() => {
                    return Err(Error::new(ErrorKind::Request, "a list is empty, and IN () is no SQL")
                        .help("leave the condition out, or do not send the statement"));
                }
                RawBind::List(values) => values,
            };
            let first = match (placeholder, numbers[place]) {
                (Placeholder::Dollar, Some(known)) => known,
                _ => {
                    order.extend(values);
                    numbers[place] = Some(order.len() - values.len());
                    order.len() - values.len()
                }
            };
            for i in 0..values.len() {
                text.push_str(if i > 0 { ", " } else { "" });
                match placeholder {
                    Placeholder::Question => text.push('?'),
                    Placeholder::Dollar => text.push_str(&format!("${}", first + i + 1)),
                }
            }
        }
        if let Some(unused) = used.iter().position(|used| !used) {
            let name = self.binds[unused]
                .0
                .as_ref()
                .map_or_else(|| format!("number {}", unused + 1), |name| format!("\"{name}\""));
            return Err(Error::new(ErrorKind::Request, format!("the value {name} has no marker in the text"))
                .help("a question mark that is an operator is written ??"));
        }
        Ok((text, order))
    }

    fn place(&self, marker: Marker<'_>, next: &mut usize) -> Result<usize> {
        let missing = |what: String| {
            Err(Error::new(ErrorKind::Request, format!("the text has {what}, for which there is no value"))
                .help(format!("{} values are given", self.binds.len())))
        };
        match marker {
            Marker::Positional => {
                *next += 1;
                if *next > self.binds.len() || self.binds[*next - 1].0.is_some() {
                    return missing(format!("the marker number {next}"));
                }
                Ok(*next - 1)
            }
            Marker::Numbered(number) => {
                let place = usize::from(number) - 1;
                if place >= self.binds.len() || self.binds[place].0.is_some() {
                    return missing(format!("the marker number {number}"));
                }
                Ok(place)
            }
            Marker::Named(name) => {
                let found = self.binds.iter().position(|(known, _)| *known == Some(name));
                found.map_or_else(|| missing(format!("the marker \"{name}\"")), Ok)
            }
        }
    }
}

/// What a record of a model reads: its attributes in order.
fn slot_of(model: &ModelRef) -> Slot {
    let view = model.view();
    let fields =
        (0..view.def().attributes.len() as u16).map(|attribute| Field::of_attribute(view, attribute)).collect();
    Slot::of_fields(fields)
}

/// Where the columns of a model stand in a row.
fn places_of(model: &ModelRef, row: &dyn Row) -> Result<Vec<usize>> {
    let view = model.view();
    let find = |name: &str| (0..row.columns()).find(|&place| row.name(place) == name);
    let places = view.def().attributes.iter().map(|declared| {
        find(&declared.column).or_else(|| find(&declared.name)).ok_or_else(|| {
            Error::new(ErrorKind::NotLoaded, format!("the row has no column \"{}\"", declared.column))
                .at(format!("{}.{}", view.name, declared.name))
                .help("select every column of the model, or read a tuple or projection")
        })
    });
    places.collect()
}

/// A row whose columns stand elsewhere.
struct Placed<'r> {
    row: &'r dyn Row,
    places: &'r [usize],
}

impl Row for Placed<'_> {
    fn get(&self, column: usize, kind: Kind) -> Result<Datum<'_>> {
        self.row.get(self.places[column], kind)
    }

    fn is_null(&self, column: usize) -> bool {
        self.row.is_null(self.places[column])
    }
}
