//! Finds of models that are defined at run time, and requests that come as documents.

use std::sync::Arc;

use relata_driver::Row;
use relata_planner::Slot;
use relata_request::{
    Call, Request,
    doc::{
        AttributesDoc, CallDoc, FindDoc, IncludeDoc, OrderDoc, RequestDoc, SelectDoc, WhereDoc, encode_find,
        encode_write,
    },
};
use relata_schema::{Datum, Error, ErrorKind, ModelRef, ModelSet, Result, Value, datum_to_json};
use serde_json::Value as Json;

use crate::{Executor, FromDatum, JsonSink, Sink, run};

/// A find of a model that is defined at run time.
///
/// ```no_run
/// use relata_orm::{Database, DynFind};
/// use relata_request::doc::col;
/// # fn main() -> Result<(), relata_schema::Error> {
/// # let models = relata_schema::ModelSet::new(Vec::new())?;
/// let db = Database::open("sqlite::memory:")?;
/// for user in DynFind::of(&models, "User").filter(col("score").gt(10)).limit(5).all(&db)? {
///     println!("{:?}", user.get("name")?);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct DynFind {
    models: Arc<ModelSet>,
    doc: RequestDoc,
}

impl DynFind {
    /// All rows of a model of a set.
    pub fn of(models: &Arc<ModelSet>, model: &str) -> DynFind {
        DynFind::from_doc(models, RequestDoc { call: CallDoc::Find, model: model.to_owned(), find: FindDoc::default() })
    }

    /// What a document asks for.
    pub fn from_doc(models: &Arc<ModelSet>, doc: RequestDoc) -> DynFind {
        DynFind { models: models.clone(), doc }
    }

    /// Only rows for which the condition holds. Said twice, both must hold.
    #[must_use]
    pub fn filter(mut self, condition: WhereDoc) -> Self {
        self.doc.find.filter = Some(match self.doc.find.filter.take() {
            None => condition,
            Some(WhereDoc::All(mut members)) => {
                members.push(condition);
                WhereDoc::All(members)
            }
            Some(earlier) => WhereDoc::All(vec![earlier, condition]),
        });
        self
    }

    /// Loads an association along.
    #[must_use]
    pub fn include(mut self, include: IncludeDoc) -> Self {
        self.doc.find.include.push(include);
        self
    }

    /// The order; said twice, the second decides where the first does not.
    #[must_use]
    pub fn order(mut self, order: OrderDoc) -> Self {
        self.doc.find.order.push(order);
        self
    }

    /// Only these attributes.
    #[must_use]
    pub fn attributes<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        let names = names.into_iter().map(|name| SelectDoc::Name(name.to_owned())).collect();
        self.doc.find.attributes = Some(AttributesDoc::List(names));
        self
    }

    /// At most that many root rows, whatever is included.
    #[must_use]
    pub fn limit(mut self, limit: u64) -> Self {
        self.doc.find.limit = Some(limit);
        self
    }

    /// Skips that many root rows.
    #[must_use]
    pub fn offset(mut self, offset: u64) -> Self {
        self.doc.find.offset = Some(offset);
        self
    }

    /// The request behind it.
    ///
    /// # Errors
    ///
    /// What is wrong with it for the model.
    pub fn request(&self) -> Result<Request<'static>> {
        encode_find(&self.doc, self.model()?)
    }

    /// Every request behind it, each with a word for what it is of: the find and the count of a `find_and_count`, the
    /// statements of a write. Where the model keeps timestamps, the start of 1970 stands for the moment.
    ///
    /// # Errors
    ///
    /// What is wrong with it for the model.
    pub fn requests(&self) -> Result<Vec<(&'static str, Request<'static>)>> {
        if let CallDoc::Write(write) = &self.doc.call {
            let requests = encode_write(&self.doc, self.model()?, jiff::Timestamp::UNIX_EPOCH)?;
            return Ok(requests.into_iter().map(|request| (write.action.name(), request)).collect());
        }
        let request = self.request()?;
        let counting =
            (self.doc.call == CallDoc::FindAndCount).then(|| ("count", request.with_call(Call::Count).into_owned()));
        Ok(std::iter::once(("find", request)).chain(counting).collect())
    }

    fn model(&self) -> Result<ModelRef> {
        self.models.model(&self.doc.model)
    }

    /// All rows.
    ///
    /// # Errors
    ///
    /// What is wrong with the find, or what the database says.
    pub fn all(&self, on: &impl Executor) -> Result<Vec<DynRecord>> {
        let mut rows = DynRecord::default();
        let request = self.request()?;
        run::run(on, &request, &mut rows)?;
        Ok(rows.edges.pop().map(|(_, _, rows)| rows).unwrap_or_default())
    }

    /// How many root rows there are.
    ///
    /// # Errors
    ///
    /// What is wrong with the find, or what the database says.
    pub fn count(&self, on: &impl Executor) -> Result<u64> {
        let request = self.request()?;
        let count = run::value(on, &request.with_call(Call::Count), i64::from_datum)?;
        count.and_then(|count| u64::try_from(count).ok()).ok_or_else(|| Error::internal("a count answered no number"))
    }

    /// The answer as JSON text, in the form of the document's call: an array for a find, `{"count": ...}` for a count.
    ///
    /// # Errors
    ///
    /// What is wrong with the request, or what the database says.
    pub fn json(&self, on: &impl Executor) -> Result<String> {
        if let CallDoc::Write(write) = &self.doc.call {
            return crate::write_doc::json(on, &self.model()?, &self.doc, write);
        }
        let request = self.request()?;
        let grouped = !self.doc.find.group.is_empty();
        match &self.doc.call {
            CallDoc::Find | CallDoc::Write(_) => rows_json(on, &request),
            CallDoc::Count if grouped => rows_json(on, &request),
            CallDoc::Count => {
                let count = run::value(on, &request, i64::from_datum)?.unwrap_or_default();
                Ok(format!("{{\"count\":{count}}}"))
            }
            CallDoc::FindAndCount => {
                let mut sink = JsonSink::new();
                let count = run::find_and_count(on, &request, &mut sink)?;
                Ok(format!("{{\"count\":{count},\"rows\":{}}}", sink.finish()))
            }
            CallDoc::Aggregate { function, attribute } => {
                let model = self.model()?;
                let view = model.view();
                let scale = view
                    .attribute(attribute)
                    .filter(|_| function != "avg")
                    .and_then(|attribute| view.attributes[usize::from(attribute)].ty.scale());
                let value = run::value(on, &request, |datum: Datum<'_>| Ok(datum_to_json(&datum, scale)))?;
                Ok(format!("{{{}:{}}}", Json::from(function.as_str()), value.unwrap_or(Json::Null)))
            }
        }
    }
}

fn rows_json(on: &impl Executor, request: &Request<'_>) -> Result<String> {
    let mut sink = JsonSink::new();
    run::run(on, request, &mut sink)?;
    Ok(sink.finish())
}

/// A row of a model that is defined at run time: values by name, and the rows of what was included.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DynRecord {
    values: Vec<(String, Value)>,
    /// The key, whether it is one row, and the rows.
    edges: Vec<(String, bool, Vec<DynRecord>)>,
}

impl DynRecord {
    pub(crate) fn of_values(values: Vec<(String, Value)>) -> DynRecord {
        DynRecord { values, ..DynRecord::default() }
    }

    /// A value by attribute or alias.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotLoaded`] when it was not selected.
    pub fn get(&self, name: &str) -> Result<&Value> {
        self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value).ok_or_else(|| {
            Error::new(ErrorKind::NotLoaded, format!("\"{name}\" was not selected"))
                .near(name, self.values.iter().map(|(known, _)| known.as_str()))
        })
    }

    /// The rows of an include by its key.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotLoaded`] when it was not included.
    pub fn rows(&self, key: &str) -> Result<&[DynRecord]> {
        self.edges.iter().find(|(known, ..)| known == key).map(|(.., rows)| rows.as_slice()).ok_or_else(|| {
            Error::new(ErrorKind::NotLoaded, format!("\"{key}\" was not included"))
                .near(key, self.edges.iter().map(|(known, ..)| known.as_str()))
        })
    }

    /// The row of an include of one, if there is one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotLoaded`] when it was not included.
    pub fn row_of(&self, key: &str) -> Result<Option<&DynRecord>> {
        self.rows(key).map(<[_]>::first)
    }

    /// Names and values, in the order selected.
    pub fn values(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl Sink for DynRecord {
    fn open(&mut self, slot: &Slot) -> Result<()> {
        self.edges.push((slot.key.clone(), slot.single, Vec::new()));
        Ok(())
    }

    fn row<'s>(&'s mut self, slot: &Slot, row: &dyn Row) -> Result<&'s mut dyn Sink> {
        let mut record = DynRecord::default();
        for (i, field) in slot.fields.iter().enumerate() {
            let value = row.get(slot.columns.start + i, field.kind).map_err(|error| error.at(&field.name))?;
            record.values.push((field.name.clone(), value.into_owned()));
        }
        if let Some(through) = &slot.through {
            let mut junction = DynRecord::default();
            for (i, field) in through.fields.iter().enumerate() {
                let value = row.get(through.columns.start + i, field.kind).map_err(|error| error.at(&field.name))?;
                junction.values.push((field.name.clone(), value.into_owned()));
            }
            record.edges.push((through.key.clone(), true, vec![junction]));
        }
        if self.edges.is_empty() {
            // The root's rows come without an edge being opened.
            self.edges.push((String::new(), false, Vec::new()));
        }
        let rows = self.edges.last_mut().map(|(.., rows)| rows);
        match rows {
            Some(rows) => {
                rows.push(record);
                rows.last_mut().map(|last| last as &mut dyn Sink).ok_or_else(|| Error::internal("a row is gone"))
            }
            None => Err(Error::internal("a row has no edge")),
        }
    }
}
