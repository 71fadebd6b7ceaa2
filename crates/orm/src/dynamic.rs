//! Finds of models that are defined at run time, and requests that come as documents.

use std::sync::Arc;

use relata_dialect::Capabilities;
use relata_planner::{Options, Planner};
use relata_request::{
    Call, Request,
    doc::{
        AttributesDoc, CallDoc, FindDoc, IncludeDoc, OrderDoc, RequestDoc, ScopeDoc, SelectDoc, WhereDoc, encode_find,
        encode_write,
    },
    write::Fresh,
};
use relata_schema::{Datum, Error, ModelRef, ModelSet, Result, datum_to_json};
use serde_json::Value as Json;

use crate::{
    DynRecord, Event, Executor, FromDatum, JsonSink,
    find::sql_of,
    hooks::{self, Subject},
    run,
};

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

    /// The statements for a database, one a line: of every request behind it. No connection is needed.
    ///
    /// # Errors
    ///
    /// What is wrong with it for the model, or what the database cannot do.
    pub fn to_sql(&self, dialect: &'static Capabilities) -> Result<String> {
        let texts: Vec<String> =
            self.requests()?.iter().map(|(_, request)| sql_of(request, dialect)).collect::<Result<_>>()?;
        Ok(texts.join("\n"))
    }

    /// How each edge is loaded and why, one a line.
    ///
    /// # Errors
    ///
    /// What is wrong with it for the model, or what the database cannot do.
    pub fn explain(&self, dialect: &'static Capabilities) -> Result<String> {
        Ok(Planner::new().plan(&self.request()?, dialect, &Options::default())?.explain())
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
            let requests = encode_write(&self.doc, self.model()?, &Fresh::EXAMPLE)?;
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
        self.found_by(run::run, on)
    }

    fn found_by(
        &self,
        run: impl FnOnce(&dyn Executor, &Request<'_>, &mut dyn crate::Sink) -> Result<()>,
        on: &impl Executor,
    ) -> Result<Vec<DynRecord>> {
        let model = self.model()?;
        let mut rows = DynRecord::collector(model.clone());
        run(on, &self.request()?, &mut rows)?;
        let mut rows = rows.into_collected();
        hooks::run(on, model.view(), Event::AfterFind, Subject::Found(&mut rows))?;
        Ok(rows)
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    ///
    /// As [`all`](DynFind::all).
    pub fn one(&self, on: &impl Executor) -> Result<Option<DynRecord>> {
        Ok(self.found_by(run::run_first, on)?.into_iter().next())
    }

    /// Scopes of the model by their names, in place of the default one. Without any name, none at all.
    #[must_use]
    pub fn scope<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        let scopes = names.into_iter().map(|name| ScopeDoc { name: name.to_owned(), args: Vec::new() });
        self.doc.find.scope.get_or_insert_default().extend(scopes);
        self
    }

    /// Soft-deleted rows too.
    #[must_use]
    pub fn with_deleted(mut self) -> Self {
        self.doc.find.paranoid = Some(false);
        self
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
