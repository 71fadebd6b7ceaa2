//! Answers as tables and as comma-separated values.

use comfy_table::{Table, presets};
use relata::{Error, ErrorKind};
use serde_json::{Map, Value as Json};

/// The rows of an answer: those of a find, of the page of a find and count, or the one row of an aggregate.
fn rows(answer: &Json) -> Vec<&Map<String, Json>> {
    match answer {
        Json::Array(rows) => rows.iter().filter_map(Json::as_object).collect(),
        Json::Object(object) => match object.get("rows").and_then(Json::as_array) {
            Some(rows) => rows.iter().filter_map(Json::as_object).collect(),
            None => vec![object],
        },
        _ => Vec::new(),
    }
}

fn columns<'r>(rows: &[&'r Map<String, Json>]) -> Vec<&'r str> {
    rows.first().map(|row| row.keys().map(String::as_str).collect()).unwrap_or_default()
}

/// A value in a cell: what is nested stands a line a row.
fn cell(value: Option<&Json>) -> String {
    match value {
        None => String::new(),
        Some(Json::Null) => "–".to_owned(),
        Some(Json::String(text)) => text.clone(),
        Some(Json::Array(rows)) => rows.iter().map(nested).collect::<Vec<_>>().join("\n"),
        Some(object @ Json::Object(_)) => nested(object),
        Some(other) => other.to_string(),
    }
}

fn nested(value: &Json) -> String {
    match value {
        Json::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| match value {
                    Json::Array(rows) => {
                        format!("{name}: [{}]", rows.iter().map(nested).collect::<Vec<_>>().join(" | "))
                    }
                    Json::Object(_) => format!("{name}: ({})", nested(value)),
                    other => format!("{name}: {}", cell(Some(other))),
                })
                .collect();
            fields.join(", ")
        }
        other => cell(Some(other)),
    }
}

/// The answer as a table of at most that width.
pub(crate) fn table(answer: &Json, width: u16) -> String {
    let rows = rows(answer);
    let columns = columns(&rows);
    let mut out = String::new();
    if let Some(count) = answer.get("count").filter(|_| answer.get("rows").is_some()) {
        out.push_str(&format!("{count} in all, {} on this page\n", rows.len()));
    }
    if rows.is_empty() {
        out.push_str("(no rows)");
        return out;
    }
    let mut table = Table::new();
    table
        .load_preset(presets::UTF8_BORDERS_ONLY)
        .set_content_arrangement(comfy_table::ContentArrangement::Dynamic)
        .set_width(width)
        .set_header(columns.iter());
    for row in &rows {
        table.add_row(columns.iter().map(|column| cell(row.get(*column))));
    }
    out.push_str(&table.to_string());
    out
}

/// The answer as comma-separated values with a line of names; what is nested stands as JSON.
pub(crate) fn csv(answer: &Json) -> Result<String, Error> {
    let rows = rows(answer);
    let columns = columns(&rows);
    let failed =
        |error: &dyn std::fmt::Display| Error::new(ErrorKind::Document, format!("it cannot be written: {error}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    if !columns.is_empty() {
        writer.write_record(&columns).map_err(|error| failed(&error))?;
    }
    for row in &rows {
        let cells = columns.iter().map(|column| match row.get(*column) {
            None | Some(Json::Null) => String::new(),
            Some(Json::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        });
        writer.write_record(cells).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}
