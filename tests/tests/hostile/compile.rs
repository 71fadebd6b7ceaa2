//! From requests to statements, and what must hold of each.

use std::{collections::BTreeSet, sync::Arc};

use relata::{
    DynFind, ErrorKind, ModelSet, Result, SchemaDoc,
    dialect::Capabilities,
    planner::{Options, Planner},
    request::{Request, doc::RequestDoc},
};
use serde_json::Value as Json;

use crate::lexer::{Token, lex};

/// A statement, and how many values it is sent with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    pub sql: String,
    pub binds: usize,
}

/// The statements of a request.
pub(crate) fn plan(request: &Request<'_>, dialect: &'static Capabilities) -> Result<Vec<Statement>> {
    let plan = Planner::new().plan(request, dialect, &Options::default())?;
    Ok(plan.steps.iter().map(|step| Statement { sql: step.sql.to_string(), binds: step.placeholders() }).collect())
}

/// The statements of a document.
pub(crate) fn document(
    models: &Arc<ModelSet>,
    request: &Json,
    dialect: &'static Capabilities,
) -> Result<Vec<Statement>> {
    let doc = RequestDoc::from_json(request)?;
    let mut found = Vec::new();
    for (_, request) in DynFind::from_doc(models, doc).requests()? {
        found.extend(plan(&request, dialect)?);
    }
    Ok(found)
}

/// The models of a schema document.
pub(crate) fn models(schema: &Json) -> Result<Arc<ModelSet>> {
    SchemaDoc::from_json(schema)?.build()
}

/// The statements that create the tables of a set.
pub(crate) fn tables(models: &Arc<ModelSet>, dialect: &'static Capabilities) -> Result<Vec<Statement>> {
    let views: Vec<_> = models.views().collect();
    let texts = relata::migrate::create_missing(&views, dialect)?;
    Ok(texts.into_iter().map(|sql| Statement { sql, binds: 0 }).collect())
}

/// Whether an error says what is wrong with the request or the schema, rather than that something broke.
pub(crate) fn is_named(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Schema
            | ErrorKind::UnknownModel
            | ErrorKind::UnknownAttribute
            | ErrorKind::UnknownAssociation
            | ErrorKind::Request
            | ErrorKind::TypeMismatch
            | ErrorKind::Unsupported
            | ErrorKind::LimitExceeded
            | ErrorKind::Document
            | ErrorKind::Validation
            | ErrorKind::NotNullViolation
    )
}

/// Reads a statement as the database does: one statement, no comment, and as many placeholders as values.
///
/// # Errors
///
/// What does not hold.
pub(crate) fn well_formed(statement: &Statement, database: &str) -> std::result::Result<Vec<Token>, String> {
    let tokens = lex(&statement.sql, database).map_err(|error| format!("{error}\n{}", statement.sql))?;
    if let Some(comment) = tokens.iter().find(|token| matches!(token, Token::Comment(_))) {
        return Err(format!("{comment:?} in {}", statement.sql));
    }
    if tokens.contains(&Token::Symbol(';')) {
        return Err(format!("several statements: {}", statement.sql));
    }
    let mut numbers: BTreeSet<usize> = BTreeSet::new();
    let mut questions = 0;
    for token in &tokens {
        if let Token::Placeholder(written) = token {
            match written.strip_prefix('$').map(str::parse) {
                Some(Ok(number)) => {
                    numbers.insert(number);
                }
                _ if written == "?" => questions += 1,
                _ => return Err(format!("the placeholder {written} in {}", statement.sql)),
            }
        }
    }
    let placeholders = questions + numbers.len();
    if placeholders != statement.binds || numbers.iter().next_back().is_some_and(|last| *last != numbers.len()) {
        return Err(format!("{placeholders} placeholders for {} values: {}", statement.binds, statement.sql));
    }
    Ok(tokens)
}
