//! The JSON document of a schema.

use std::sync::Arc;

use relata::{
    DynFind, ModelSet, ModelView, SchemaDoc, SqlType,
    dialect::{
        Capabilities,
        raw::{Piece, scan},
    },
    request::doc::IncludeDoc,
};

use super::{accepted, json_of, plans::planned_everywhere};

/// The most includes of one find.
const INCLUDES: usize = 8;

/// A schema that is read survives being written and read again. One that can be built can be exported, and what was
/// exported builds the same; its tables and its finds have statements for every database, or are refused.
///
/// # Panics
///
/// When that is not so.
pub fn json_schema(data: &[u8]) {
    let Some(json) = json_of(data) else { return };
    let Some(doc) = accepted(SchemaDoc::from_json(&json), "reading it") else { return };
    assert_eq!(written_and_read(&doc), doc);
    let Some(models) = accepted(doc.build(), "building it") else { return };
    let exported = models.to_doc();
    let again = written_and_read(&exported).build().unwrap_or_else(|error| panic!("{error:?}: {exported:?}"));
    assert_eq!(again.to_doc(), exported);
    for attribute in models.models().iter().flat_map(|model| &model.attributes) {
        let again = SqlType::parse(&attribute.ty.to_string()).unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(again, attribute.ty);
    }
    tables(&models);
    finds(&models);
}

fn written_and_read(doc: &SchemaDoc) -> SchemaDoc {
    let written = serde_json::to_value(doc).unwrap_or_else(|error| panic!("{error}: {doc:?}"));
    SchemaDoc::from_json(&written).unwrap_or_else(|error| panic!("{error:?}: {written}"))
}

/// Names, labels and defaults stay inside of their quotes, whatever is in them.
fn tables(models: &Arc<ModelSet>) {
    let views: Vec<ModelView<'_>> = models.views().collect();
    for dialect in relata::dialect::ALL {
        let made = accepted(relata::migrate::create_missing(&views, dialect), dialect.name);
        made.iter().flatten().for_each(|sql| plain_statement(sql, dialect));
    }
}

fn plain_statement(sql: &str, dialect: &'static Capabilities) {
    // A default may have a NUL, which a scanner of SQL refuses.
    if sql.contains('\0') {
        return;
    }
    let found = scan(sql, &dialect.lexis).unwrap_or_else(|error| panic!("{}: {error:?}\n{sql}", dialect.name));
    assert_eq!(found.pieces, [Piece::Text(sql)], "{}", dialect.name);
    assert_eq!(found.statements.len(), 1, "{}: {sql}", dialect.name);
}

/// Every model with its default scope and what it is associated with.
fn finds(models: &Arc<ModelSet>) {
    for model in models.models() {
        let includes = model
            .associations
            .iter()
            .take(INCLUDES)
            .map(|association| IncludeDoc { association: association.name.clone(), ..IncludeDoc::default() });
        let find = includes.fold(DynFind::of(models, &model.name), DynFind::include);
        if let Some(request) = accepted(find.request(), &model.name) {
            planned_everywhere(&request);
        }
    }
}
