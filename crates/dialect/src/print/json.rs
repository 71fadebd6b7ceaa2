//! Spells questions to JSON documents.
//!
//! A place in a document is read as one kind of value: where something else stands there, and where nothing does, it is
//! NULL. So nothing is converted that might not convert, and all databases agree. The path is a value like any other.

use relata_ir::{ExprId, Ir, List};
use relata_schema::Function;

use super::{
    Writer,
    expr::{Level, expr},
};
use crate::JsonForm;

pub(super) fn call(w: &mut Writer<'_>, ir: &Ir, function: Function, list: List<ExprId>) {
    let &[document, argument] = ir.exprs(list) else { return };
    match w.dialect.json {
        JsonForm::Jsonb => jsonb(w, ir, function, document, argument),
        JsonForm::TypeOfPath => type_of_path(w, ir, function, document, argument),
        JsonForm::TypeOfExtract => type_of_extract(w, ir, function, document, argument),
    }
}

/// Two expressions with words before, between and behind them.
fn two(w: &mut Writer<'_>, ir: &Ir, words: [&'static str; 3], first: ExprId, second: ExprId) {
    w.word(words[0]);
    expr(w, ir, first, Level::Term);
    w.word(words[1]);
    expr(w, ir, second, Level::Term);
    w.word(words[2]);
}

fn jsonb(w: &mut Writer<'_>, ir: &Ir, function: Function, document: ExprId, argument: ExprId) {
    let at = |w: &mut Writer<'_>, before, operator, after| {
        two(w, ir, [before, operator, after], document, argument);
    };
    let (path, text) = (" #> CAST(", " #>> CAST(");
    match function {
        Function::JsonText => {
            at(w, "CASE jsonb_typeof(", path, " AS text[])) WHEN 'string' THEN ");
            at(w, "", text, " AS text[]) END");
        }
        Function::JsonNumber => {
            at(w, "CASE jsonb_typeof(", path, " AS text[])) WHEN 'number' THEN CAST(");
            at(w, "", text, " AS text[]) AS double precision) END");
        }
        Function::JsonBool => {
            at(w, "CASE jsonb_typeof(", path, " AS text[])) WHEN 'boolean' THEN CAST(");
            at(w, "", text, " AS text[]) AS boolean) END");
        }
        Function::JsonPresent => at(w, "coalesce(jsonb_typeof(", path, " AS text[])) <> 'null', FALSE)"),
        Function::JsonContains => {
            w.word("jsonb_contains(CAST(");
            expr(w, ir, document, Level::Open);
            w.word(" AS jsonb), CAST(");
            expr(w, ir, argument, Level::Open);
            w.word(" AS jsonb))");
        }
        Function::JsonAnyKey => two(w, ir, ["jsonb_exists_any(", ", CAST(", " AS text[]))"], document, argument),
        _ => two(w, ir, ["jsonb_exists_all(", ", CAST(", " AS text[]))"], document, argument),
    }
}

fn type_of_path(w: &mut Writer<'_>, ir: &Ir, function: Function, document: ExprId, argument: ExprId) {
    let kind = |w: &mut Writer<'_>, before, after| two(w, ir, [before, ", ", after], document, argument);
    match function {
        Function::JsonText => {
            kind(w, "CASE json_type(", ") WHEN 'text' THEN ");
            kind(w, "json_extract(", ") END");
        }
        Function::JsonNumber => {
            kind(w, "CASE WHEN json_type(", ") IN ('integer', 'real') THEN CAST(");
            kind(w, "json_extract(", ") AS REAL) END");
        }
        Function::JsonBool => kind(w, "CASE json_type(", ") WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"),
        Function::JsonPresent => kind(w, "coalesce(json_type(", ") <> 'null', 0)"),
        Function::JsonAnyKey => {
            w.word("EXISTS (SELECT 1 FROM json_each(");
            expr(w, ir, document, Level::Open);
            w.word(") AS \"k\" WHERE \"k\".key IN (SELECT value FROM json_each(");
            expr(w, ir, argument, Level::Open);
            w.word(")))");
        }
        // What contains what is refused before.
        _ => {
            w.word("NOT EXISTS (SELECT 1 FROM json_each(");
            expr(w, ir, argument, Level::Open);
            w.word(") AS \"k\" WHERE \"k\".value NOT IN (SELECT key FROM json_each(");
            expr(w, ir, document, Level::Open);
            w.word(")))");
        }
    }
}

fn type_of_extract(w: &mut Writer<'_>, ir: &Ir, function: Function, document: ExprId, argument: ExprId) {
    let at = |w: &mut Writer<'_>, before, after| two(w, ir, [before, ", ", after], document, argument);
    match function {
        // Words of the server have a collation of their own; as bytes they are compared with any.
        Function::JsonText => {
            at(w, "CASE WHEN CAST(json_type(json_extract(", ")) AS BINARY) = 'STRING' THEN ");
            at(w, "CAST(json_unquote(json_extract(", ")) AS CHAR) END");
        }
        Function::JsonNumber => {
            at(
                w,
                "CASE WHEN CAST(json_type(json_extract(",
                ")) AS BINARY) IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', ",
            );
            at(w, "'DECIMAL') THEN CAST(json_unquote(json_extract(", ")) AS DOUBLE) END");
        }
        Function::JsonBool => {
            at(w, "CASE WHEN CAST(json_type(json_extract(", ")) AS BINARY) = 'BOOLEAN' THEN ");
            at(w, "CAST(json_unquote(json_extract(", ")) AS BINARY) = 'true' END");
        }
        Function::JsonPresent => {
            at(w, "coalesce(CAST(json_type(json_extract(", ")) AS BINARY) <> 'NULL', FALSE)");
        }
        Function::JsonContains => at(w, "json_contains(", ")"),
        Function::JsonAnyKey => two(w, ir, ["json_overlaps(json_keys(", "), ", ")"], document, argument),
        _ => two(w, ir, ["json_contains(json_keys(", "), ", ")"], document, argument),
    }
}
