//! Fills the cells of one database: each value in each way in, and in each way out.

use std::{collections::BTreeSet, ops::Bound, sync::Arc};

use jiff::civil::{Date, DateTime, Time};

use relata::{
    Database, Draft, DynFind, DynModel, DynRecord, ErrorKind, Executor, Instant, Kind, ModelSet, Range, Result,
    SchemaDoc, Sql, SqlType, Value,
    orm::{FromDatum, insert_rows, json_of_plan},
    planner::{Options, Plan, Planner},
    request::{
        Request, Section,
        doc::{RequestDoc, col},
    },
    schema::{Comparison, ModelRef},
};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{
    exceptions::{self, EXCEPTIONS, Happens, REFUSALS},
    expected::{self, Expected},
    json::Doc,
    values::{Case, Class, Subject, subjects},
};

/// What was found.
pub(crate) struct Report {
    pub(crate) cells: usize,
    pub(crate) failures: Vec<String>,
}

/// What became of a value on one way.
#[derive(Debug, Clone, PartialEq)]
enum Seen {
    /// As it should be.
    Right,
    /// An error of the call that writes.
    Refused(ErrorKind),
    /// An error of the call that reads.
    Unreadable(ErrorKind),
    /// Something else came back, which this says.
    Wrong(String),
}

type Findings = Vec<(&'static str, Seen)>;

/// The ways in. The number of a way, and one more, is the key of the row.
const WAYS: [&str; 6] = ["create", "insert_rows", "create_many", "update", "save", "document"];

/// A table of one type.
struct Ground<'d> {
    db: &'d Database,
    name: &'static str,
    ty: SqlType,
    table: String,
    models: Arc<ModelSet>,
    cells: DynModel,
    /// Finds by an equality; the values are those of the request.
    equal: Plan,
}

/// Fills every cell.
pub(crate) fn run(db: &Database) -> Report {
    let mut report = Report { cells: 0, failures: Vec::new() };
    let mut used: BTreeSet<usize> = BTreeSet::new();
    for (number, subject) in subjects().into_iter().enumerate() {
        report.cells += subject.cases.len();
        match Ground::new(db, number, &subject) {
            Ok(ground) => {
                for case in &subject.cases {
                    report.failures.extend(ground.check(case, &subject.ty, &mut used));
                }
            }
            Err(error) => {
                let stated = exceptions::without_table(db.dialect().name, subject.kind());
                match stated.filter(|_| error.kind() == ErrorKind::Unsupported) {
                    Some(place) => {
                        used.insert(place);
                    }
                    None => report.failures.push(format!("{}: there is no table: {error:?}", subject.ty)),
                }
            }
        }
    }
    for (place, exception) in EXCEPTIONS.iter().enumerate() {
        if exception.databases.contains(&db.dialect().name) && !used.contains(&place) {
            report.failures.push(format!("the exception \"{}\" does not happen any more", exception.row));
        }
    }
    report
}

/// A find of the keys of rows whose value equals one.
fn equality<'q>(model: &ModelRef, value: &'q Value) -> Request<'q> {
    let mut request = Request::new(model.clone());
    request.write(Section::Attributes, |out| {
        out.explicit_selection();
        out.select_attribute(0);
        Ok(())
    });
    request.write(Section::Filter, |out| {
        out.compare(Comparison::Eq as u8);
        out.column(1);
        out.value(value.borrowed());
        Ok(())
    });
    request
}

impl<'d> Ground<'d> {
    fn new(db: &'d Database, number: usize, subject: &Subject) -> Result<Ground<'d>> {
        let table = format!("cells_{number}");
        let doc: SchemaDoc = serde_json::from_value(json!({ "models": { "Cell": {
            "table": table,
            "attributes": { "id": { "type": "bigint", "primary_key": true }, "v": { "type": subject.ty } },
        } } }))
        .unwrap();
        let models = doc.build()?;
        relata::create_missing(db, &models.views().collect::<Vec<_>>())?;
        let cells = DynModel::of(&models, "Cell")?;
        // Documents are not compared; then the plan is of the first other thing that is.
        let sample = Value::Null;
        let request = match subject.kind() {
            kind if !kind.is_compared() => Request::new(cells.model().clone()),
            _ => equality(cells.model(), &sample),
        };
        let equal = Planner::new().plan(&request, db.dialect(), &Options::default())?;
        let name = db.dialect().name;
        Ok(Ground { db, name, ty: subject.sql_type(), table, models, cells, equal })
    }

    /// What is wrong with a cell.
    fn check(&self, case: &Case, ty: &str, used: &mut BTreeSet<usize>) -> Option<String> {
        let stated = exceptions::stated(self.name, case.class, self.ty.kind());
        let happens = match stated {
            Some((_, exception)) => exception.happens,
            None if case.class.is_kept() => Happens::Kept,
            None => Happens::Refused(REFUSALS),
        };
        let findings = self.cell(case, happens);
        self.clear();
        let wrong: Vec<String> = findings
            .iter()
            .filter(|(way, seen)| !conforms(happens, way, seen))
            .map(|(way, seen)| format!("{way}: {seen:?}"))
            .collect();
        if wrong.is_empty() {
            used.extend(stated.map(|(place, _)| place));
            return None;
        }
        Some(format!("{ty}, {}: {happens:?} is stated, but {}", case.shown(), wrong.join("; ")))
    }

    fn clear(&self) {
        let sql = format!("DELETE FROM {}", self.table);
        self.db.execute(Sql::trusted(&sql), ()).unwrap();
    }

    fn cell(&self, case: &Case, happens: Happens) -> Findings {
        let is_kept = !matches!(happens, Happens::Refused(_));
        let expected = is_kept.then(|| expected::of(self.name, &self.ty, &case.value));
        let mut findings = Vec::new();
        let mut stored = Vec::new();
        for (key, way) in (1_i64..).zip(WAYS) {
            let Some(written) = self.write(way, key, case) else { continue };
            let seen = match (written, &expected) {
                (Err(error), _) => Seen::Refused(error.kind()),
                (Ok(answer), Some(expected)) => {
                    stored.push(key);
                    answer.map_or(Seen::Right, |answer| self.compare(&answer, expected))
                }
                (Ok(_), None) => {
                    stored.push(key);
                    Seen::Wrong("it was written".to_owned())
                }
            };
            findings.push((way, seen));
        }
        findings.push(("what is left", self.left(&stored)));
        match &expected {
            Some(expected) if !stored.is_empty() => {
                findings.extend(self.readings(&stored, expected));
                if self.ty.kind().is_compared() {
                    findings.extend(self.conditions(&stored, case, expected));
                }
            }
            // What should not be there is shown as it is.
            None if !stored.is_empty() => {
                let found = self.records().map(|values| format!("{values:?}"));
                let found: String = found.unwrap_or_else(|error| format!("{error}")).chars().take(120).collect();
                findings.push(("and read", Seen::Wrong(found)));
            }
            _ => {}
        }
        findings
    }

    fn draft(&self, key: i64, value: &Value) -> Draft {
        self.cells.draft().with("id", key).with("v", value.clone())
    }

    /// Writes a value, and answers with what the call says of the row; nothing where the value has no such way.
    fn write(&self, way: &str, key: i64, case: &Case) -> Option<Result<Option<Answer>>> {
        let (db, value) = (self.db, &case.value);
        let of_record =
            |record: DynRecord| -> Result<Option<Answer>> { Ok(Some(Answer::Value(record.get("v")?.clone()))) };
        Some(match way {
            "create" => self.cells.create(db, self.draft(key, value)).and_then(of_record),
            "insert_rows" => {
                let row = vec![Value::Int(key), value.clone()];
                insert_rows(db, self.cells.model().clone(), &["id", "v"], &[row]).map(|_| None)
            }
            "create_many" => self
                .cells
                .create_many(db, vec![self.draft(key, value)])
                .and_then(|records| of_record(records.into_iter().next().unwrap())),
            "update" => {
                self.blank(key);
                let change = self.cells.update().set("v", value.clone()).unwrap().filter(col("id").eq(key));
                change.run(db).map(|touched| {
                    assert_eq!(touched, 1);
                    None
                })
            }
            "save" => {
                let mut record = self.blank(key);
                record.set("v", value.clone()).unwrap();
                record.save(db).and_then(|_| of_record(record))
            }
            _ => {
                let form = document_form(value).filter(|_| case.class.has_document())?;
                let text = format!("{{\"create\":\"Cell\",\"values\":{{\"id\":{key},\"v\":{form}}}}}");
                self.ask(&text).map(|answer| Doc::read(&answer).key("v").cloned().map(Answer::Document))
            }
        })
    }

    /// A row without a value.
    fn blank(&self, key: i64) -> DynRecord {
        self.cells.create(self.db, self.cells.draft().with("id", key)).unwrap()
    }

    /// Runs a request that comes as text.
    fn ask(&self, text: &str) -> Result<String> {
        let json: Json = serde_json::from_str(text).unwrap();
        DynFind::from_doc(&self.models, RequestDoc::from_json(&json)?).json(self.db)
    }

    /// Whether a value was left by a call that failed.
    fn left(&self, stored: &[i64]) -> Seen {
        let keys: Vec<String> = stored.iter().map(i64::to_string).chain(["0".to_owned()]).collect();
        let sql =
            format!("SELECT count(*) FROM {} WHERE v IS NOT NULL AND id NOT IN ({})", self.table, keys.join(", "));
        let left: Option<(i64,)> = self.db.query(Sql::trusted(&sql), ()).one().unwrap();
        if left == Some((0,)) { Seen::Right } else { Seen::Wrong(format!("{left:?} rows")) }
    }

    fn records(&self) -> Result<Vec<Value>> {
        let records = self.cells.find().order(col("id").asc()).all(self.db)?;
        let records = records.into_iter().filter(|record| !record.get("v").is_ok_and(Value::is_null));
        records.map(|record| record.get("v").cloned()).collect()
    }

    /// The values that are there, in each way out.
    fn readings(&self, stored: &[i64], expected: &Expected) -> Findings {
        let keys: Vec<String> = stored.iter().map(i64::to_string).collect();
        let keys = keys.join(", ");
        let sql = format!("SELECT v FROM {} WHERE id IN ({keys}) ORDER BY id", self.table);
        let records = || -> Result<Vec<Answer>> {
            let find = self.cells.find().filter(col("id").is_in(stored.to_vec())).order(col("id").asc());
            let found = find.all(self.db)?;
            found.iter().map(|record| record.get("v").cloned().map(Answer::Value)).collect()
        };
        let documents = || -> Result<Vec<Answer>> {
            let find = self.cells.find().filter(col("id").is_in(stored.to_vec())).order(col("id").asc());
            let Doc::List(rows) = Doc::read(&find.json(self.db)?) else { return Ok(Vec::new()) };
            Ok(rows.iter().filter_map(|row| row.key("v").cloned().map(Answer::Document)).collect())
        };
        let untyped = || -> Result<Vec<Answer>> {
            let rows = self.db.query(Sql::trusted(&sql), ()).values()?;
            rows.iter().map(|row| row.get("v").cloned().map(Answer::Natural)).collect()
        };
        let typed = || self.typed(&sql).map(|values| values.into_iter().map(Answer::Value).collect::<Vec<_>>());
        let mut findings = vec![
            ("record", self.all(stored.len(), records(), expected)),
            ("json", self.all(stored.len(), documents(), expected)),
            ("raw values", self.all(stored.len(), untyped(), expected)),
        ];
        if self.ty.kind() != Kind::Json {
            findings.push(("raw tuple", self.all(stored.len(), typed(), expected)));
        }
        findings
    }

    /// Whether that many answers are all what they should be.
    fn all(&self, count: usize, answers: Result<Vec<Answer>>, expected: &Expected) -> Seen {
        match answers {
            Err(error) => Seen::Unreadable(error.kind()),
            Ok(answers) if answers.len() != count => Seen::Wrong(format!("{} of {count} rows", answers.len())),
            Ok(answers) => {
                let mut seen = answers.iter().map(|answer| self.compare(answer, expected));
                seen.find(|seen| *seen != Seen::Right).unwrap_or(Seen::Right)
            }
        }
    }

    /// The column as the Rust type of its kind.
    fn typed(&self, sql: &str) -> Result<Vec<Value>> {
        match self.ty.kind() {
            Kind::Bool => self.tuples(sql, Value::Bool),
            Kind::SmallInt | Kind::Integer | Kind::BigInt => self.tuples(sql, Value::Int),
            Kind::Double => self.tuples(sql, Value::Double),
            Kind::Decimal => self.tuples(sql, Value::Decimal),
            Kind::Text | Kind::Json => self.tuples::<String>(sql, Value::from),
            Kind::Uuid => self.tuples(sql, Value::Uuid),
            Kind::Instant => self.tuples(sql, Value::Instant),
            Kind::Naive => self.tuples(sql, Value::Naive),
            Kind::Day => self.tuples(sql, Value::Day),
            Kind::Time => self.tuples(sql, Value::Time),
            Kind::Bytes => self.tuples::<Vec<u8>>(sql, Value::from),
            Kind::Real => self.tuples(sql, Value::Real),
            Kind::UnsignedBigInt => self.tuples(sql, Value::UnsignedInt),
            Kind::IntegerRange => self.tuples::<Range<i32>>(sql, Value::from),
            Kind::BigIntRange => self.tuples::<Range<i64>>(sql, Value::from),
            Kind::DecimalRange => self.tuples::<Range<Decimal>>(sql, Value::from),
            Kind::InstantRange => self.tuples::<Range<Instant>>(sql, Value::from),
            Kind::NaiveRange => self.tuples::<Range<DateTime>>(sql, Value::from),
            Kind::DayRange => self.tuples::<Range<Date>>(sql, Value::from),
            Kind::BoolArray => self.tuples::<Vec<Option<bool>>>(sql, Value::from),
            Kind::SmallIntArray => self.tuples::<Vec<Option<i16>>>(sql, Value::from),
            Kind::IntegerArray => self.tuples::<Vec<Option<i32>>>(sql, Value::from),
            Kind::BigIntArray => self.tuples::<Vec<Option<i64>>>(sql, Value::from),
            Kind::RealArray => self.tuples::<Vec<Option<f32>>>(sql, Value::from),
            Kind::DoubleArray => self.tuples::<Vec<Option<f64>>>(sql, Value::from),
            Kind::DecimalArray => self.tuples::<Vec<Option<Decimal>>>(sql, Value::from),
            Kind::TextArray => self.tuples::<Vec<Option<String>>>(sql, Value::from),
            Kind::UuidArray => self.tuples::<Vec<Option<Uuid>>>(sql, Value::from),
            Kind::InstantArray => self.tuples::<Vec<Option<Instant>>>(sql, Value::from),
            Kind::NaiveArray => self.tuples::<Vec<Option<DateTime>>>(sql, Value::from),
            Kind::DayArray => self.tuples::<Vec<Option<Date>>>(sql, Value::from),
            Kind::TimeArray => self.tuples::<Vec<Option<Time>>>(sql, Value::from),
            Kind::BytesArray => self.tuples::<Vec<Option<Vec<u8>>>>(sql, Value::from),
            Kind::CiText => self.tuples::<String>(sql, Value::from),
            // Their Rust types are those of what they are carried as, which no column says.
            _ => {
                let rows = self.db.query(Sql::trusted(sql), ()).values()?;
                rows.iter().map(|row| row.get("v").cloned()).collect()
            }
        }
    }

    fn tuples<T: FromDatum>(&self, sql: &str, wrap: fn(T) -> Value) -> Result<Vec<Value>> {
        let rows: Vec<(Option<T>,)> = self.db.query(Sql::trusted(sql), ()).all()?;
        Ok(rows.into_iter().map(|(value,)| value.map_or(Value::Null, wrap)).collect())
    }

    /// Conditions that must find the rows again, and one that must not.
    fn conditions(&self, stored: &[i64], case: &Case, expected: &Expected) -> Findings {
        let found = |answer: Result<String>, wanted: &[i64]| match answer {
            Err(error) => Seen::Unreadable(error.kind()),
            Ok(answer) if keys(&answer) == wanted => Seen::Right,
            Ok(answer) => Seen::Wrong(format!("{:?} is found", keys(&answer))),
        };
        let bound = |value: &Value| json_of_plan(self.db, &self.equal, &equality(self.cells.model(), value));
        let mut findings = Vec::new();
        if !expected.record.is_null() {
            findings.push(("condition", found(bound(&expected.record), stored)));
        }
        if let Some(form) = document_form(&expected.record).filter(|_| case.class.has_document()) {
            let of = |test: &str| {
                let ids: Vec<String> = stored.iter().map(i64::to_string).collect();
                let ids = ids.join(",");
                format!("{{\"model\":\"Cell\",\"attributes\":[\"id\"],\"where\":{{\"id\":[{ids}],\"v\":{test}}}}}")
            };
            // An object would be one of operators.
            let value = if form.starts_with('{') { format!("{{\"value\":{form}}}") } else { form.clone() };
            findings.push(("document condition", found(self.ask(&of(&value)), stored)));
            let is_single = !matches!(expected.record, Value::Array(_) | Value::Range(_));
            if !expected.record.is_null() && is_single && !self.is_far_double(&expected.record) {
                // More than are written one by one: they are one bind, where they can be.
                let list = format!("[{}]", vec![form.as_str(); 33].join(","));
                findings.push(("list condition", found(self.ask(&of(&list)), stored)));
            }
        }
        // What is cut to microseconds is cut in a condition too; what is only finer than the column equals nothing in it.
        let is_clock = matches!(self.ty.kind(), Kind::Instant | Kind::Naive | Kind::Time);
        let is_visible = !is_clock || self.ty.scale() != Some(6);
        // MySQL rounds a time of day before it compares it with a column of fewer digits.
        let is_rounded = self.name == "sqlite" || (self.name == "mysql" && self.ty.kind() == Kind::Time);
        if case.class == Class::Finer && is_visible && !is_rounded {
            findings.push(("finer condition", found(bound(&case.value), &[])));
        }
        findings
    }

    /// SQLite reads doubles far from 1 inexactly where they stand in the JSON of a list.
    fn is_far_double(&self, value: &Value) -> bool {
        self.name == "sqlite" && matches!(value, Value::Double(v) if !(1e-200..=1e170).contains(&v.abs()))
    }

    fn compare(&self, answer: &Answer, expected: &Expected) -> Seen {
        let document = |text: &str| expected::document(self.name, text);
        let is_right = match (answer, &expected.record) {
            (Answer::Document(found), Value::Json(text)) => *found == document(text),
            (Answer::Document(found), _) => *found == expected.answer,
            (Answer::Value(Value::Json(found)), Value::Json(text))
            | (Answer::Natural(Value::Json(found) | Value::Text(found)), Value::Json(text)) => {
                found == text || Doc::read(found) == document(text)
            }
            (Answer::Value(found), record) => is_same(found, record),
            (Answer::Natural(found), _) => is_same(found, &expected.natural),
        };
        if is_right {
            return Seen::Right;
        }
        Seen::Wrong(format!("{answer:?}").chars().take(120).collect())
    }
}

/// What a call answers with.
#[derive(Debug, Clone)]
enum Answer {
    /// A value of the kind of its attribute.
    Value(Value),
    /// A value of the kind that the database has for it.
    Natural(Value),
    /// JSON.
    Document(Doc),
}

/// Whether two values are one: no number is itself here.
fn is_same(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Double(found), Value::Double(expected)) => found == expected || (found.is_nan() && expected.is_nan()),
        (Value::Real(found), Value::Real(expected)) => found == expected || (found.is_nan() && expected.is_nan()),
        (found, expected) => found == expected,
    }
}

/// The keys that a find has answered with, in order.
fn keys(answer: &str) -> Vec<i64> {
    let rows: Vec<Json> = serde_json::from_str(answer).unwrap();
    let mut keys: Vec<i64> = rows.iter().map(|row| row["id"].as_i64().unwrap()).collect();
    keys.sort_unstable();
    keys
}

/// Whether what was seen on a way is what happens.
fn conforms(happens: Happens, way: &str, seen: &Seen) -> bool {
    match (happens, seen) {
        (Happens::Refused(kinds), Seen::Refused(kind)) => kinds.contains(kind),
        (Happens::Refused(_), seen) => way == "what is left" && *seen == Seen::Right,
        (Happens::KeptAsText, Seen::Unreadable(kind)) => way == "json" && *kind == ErrorKind::Decode,
        (Happens::KeptAsText, seen) => way != "json" && *seen == Seen::Right,
        (Happens::Kept | Happens::NoTable, seen) => *seen == Seen::Right,
    }
}

/// A value as a document writes it; nothing where it has no such form.
fn document_form(value: &Value) -> Option<String> {
    let quoted = |text: String| Some(Json::String(text).to_string());
    match value {
        Value::Null => Some("null".to_owned()),
        Value::Bool(v) => Some(v.to_string()),
        Value::Int(v) if v.unsigned_abs() < 1 << 53 => Some(v.to_string()),
        Value::Int(v) => quoted(v.to_string()),
        Value::Double(v) if v.is_finite() => Some(format!("{v:?}")),
        Value::Double(_) => None,
        Value::Decimal(v) => quoted(v.to_string()),
        Value::Text(v) => quoted(v.to_string()),
        Value::Bytes(v) => quoted(expected::base64(v)),
        Value::Uuid(v) => quoted(v.to_string()),
        Value::Instant(v) => quoted(v.to_string()),
        Value::Naive(v) => quoted(v.to_string()),
        Value::Day(v) => quoted(v.to_string()),
        Value::Time(v) => quoted(v.to_string()),
        Value::Json(v) => Some(v.to_string()),
        Value::UnsignedInt(v) => quoted(v.to_string()),
        Value::Real(v) if v.is_finite() => Some(format!("{v:?}")),
        Value::Real(_) => None,
        Value::Array(values) => {
            let values: Option<Vec<String>> = values.iter().map(document_form).collect();
            Some(format!("[{}]", values?.join(",")))
        }
        Value::Range(range) => match &**range {
            Range::Empty => Some("[]".to_owned()),
            Range::Between(lower, upper) => Some(format!("[{},{}]", bound_form(lower)?, bound_form(upper)?)),
        },
    }
}

fn bound_form(bound: &Bound<Value>) -> Option<String> {
    Some(match bound {
        Bound::Included(value) => format!("{{\"value\":{},\"inclusive\":true}}", document_form(value)?),
        Bound::Excluded(value) => format!("{{\"value\":{},\"inclusive\":false}}", document_form(value)?),
        Bound::Unbounded => "null".to_owned(),
    })
}
