//! Matching of texts.
//!
//! Every pattern becomes `LIKE` or `ILIKE` where the first respects case, and `GLOB` or `LIKE` where it does not; where there
//! is only a `LIKE` that respects case, both sides are made small to fold it. A text
//! that is taken literally becomes a pattern on its way to the database: the shape never sees it. Of an expression the
//! database makes the pattern itself.

use relata_dialect::{Capabilities, PatternForm, RegexpForm, SearchForm};
use relata_ir::{BindDef, Expr, ExprId, Ir, Made, Transform};
use relata_schema::{Error, ErrorKind, Function, Kind, Pattern, Result, Value};

use super::Legalization;

pub(crate) const LEGALIZATION: Legalization = Legalization { name: "pattern", concerns: Made::MATCH, run };

fn run(ir: &mut Ir, dialect: &'static Capabilities) -> Result<bool> {
    if ir.made_exprs().all(|expr| stays(ir, dialect, expr)) {
        return Ok(false);
    }
    let (mut changed, mut refused, mut missing, mut no_column) = (false, false, false, false);
    let mut no_text = None;
    for id in ir.select_ids() {
        ir.rewrite_select(id, &mut |ir, expr| {
            let Expr::Match(pattern, text, value) = ir.expr(expr) else { return expr };
            if pattern != Pattern::Match {
                no_text = no_text.or([text, value].into_iter().find_map(|side| other_than_text(ir, side)));
            }
            match pattern {
                Pattern::Regexp | Pattern::Iregexp => {
                    missing |= dialect.regexp == RegexpForm::None;
                    return expr;
                }
                Pattern::Match => {
                    missing |= dialect.search == SearchForm::None;
                    no_column |= dialect.search == SearchForm::MatchAgainst && ir.column_name(text).is_none();
                    return expr;
                }
                _ => {}
            }
            let (open_start, open_end) = match pattern {
                Pattern::StartsWith => (false, true),
                Pattern::EndsWith => (true, false),
                _ => (true, true),
            };
            let literal = matches!(pattern, Pattern::StartsWith | Pattern::EndsWith | Pattern::Substring);
            // Text whose case does not count is matched so, where LIKE folds it too.
            let folds = ir.kind(text) == Some(Kind::CiText);
            let new = match (dialect.pattern, literal, pattern) {
                (PatternForm::GlobLike, true, _) if folds => {
                    let value = literal_pattern(ir, value, Wildcards::Like, open_start, open_end);
                    Some(ir.matches(Pattern::Ilike, text, value))
                }
                (PatternForm::GlobLike, false, Pattern::Like) if folds => Some(ir.matches(Pattern::Ilike, text, value)),
                (PatternForm::LikeIlike | PatternForm::LikeLower, true, _) => {
                    let value = literal_pattern(ir, value, Wildcards::Like, open_start, open_end);
                    Some(ir.matches(Pattern::Like, text, value))
                }
                (PatternForm::GlobLike, true, _) => {
                    let value = literal_pattern(ir, value, Wildcards::Glob, open_start, open_end);
                    Some(ir.glob(text, value))
                }
                (PatternForm::GlobLike, false, Pattern::Like) => {
                    transformed(ir, value, Transform::LikeToGlob).map(|value| ir.glob(text, value))
                }
                (PatternForm::LikeLower, false, Pattern::Ilike) => {
                    let text = ir.call(Function::Lower, &[text]);
                    let value = ir.call(Function::Lower, &[value]);
                    Some(ir.matches(Pattern::Like, text, value))
                }
                _ => return expr,
            };
            refused |= new.is_none();
            changed |= new.is_some();
            new.unwrap_or(expr)
        });
    }
    if let Some(kind) = no_text {
        let message = format!("a pattern and what it matches are text, and one is of type {}", kind.name());
        return Err(Error::new(ErrorKind::TypeMismatch, message).help("cast it to text, or compare it"));
    }
    if missing {
        let message =
            format!("{} has no regular expressions and no full text search for ordinary tables", dialect.name);
        return Err(Error::new(ErrorKind::Unsupported, message).help("match with like, or in the application"));
    }
    if no_column {
        let message = format!("{} searches the full text of columns only", dialect.name);
        return Err(Error::new(ErrorKind::Unsupported, message).help("name a column that has a FULLTEXT index"));
    }
    if refused {
        let message = format!("{} matches case only against a pattern that is a value", dialect.name);
        return Err(Error::new(ErrorKind::Unsupported, message)
            .help("pass the pattern as a value, or use ilike, which takes an expression"));
    }
    Ok(changed)
}

/// Whether an expression is no match, or one that the database has as it is.
fn stays(ir: &Ir, dialect: &Capabilities, expr: Expr) -> bool {
    let Expr::Match(pattern, text, value) = expr else { return true };
    dialect.pattern == PatternForm::LikeIlike
        && matches!(pattern, Pattern::Like | Pattern::Ilike)
        && other_than_text(ir, text).or(other_than_text(ir, value)).is_none()
}

/// The kind of an expression that is known to be no text.
fn other_than_text(ir: &Ir, expr: ExprId) -> Option<Kind> {
    ir.kind(expr).filter(|kind| !kind.is_text())
}

/// The value as a bind that is transformed on its way; none when it is not a bind.
fn transformed(ir: &mut Ir, value: ExprId, transform: Transform) -> Option<ExprId> {
    match ir.expr(value) {
        Expr::Bind(bind) => {
            let bind = ir.bind(bind);
            Some(ir.bind_expr(BindDef { transform, ..bind }))
        }
        _ => None,
    }
}

/// What stands for any text in a pattern, and what makes a text of it again.
#[derive(Clone, Copy)]
enum Wildcards {
    /// `%` and `_`, behind a backslash.
    Like,
    /// `*`, `?` and `[`, within brackets.
    Glob,
}

/// The pattern of what is taken literally: a bind becomes one on its way, and of an expression its wildcards are escaped
/// where it is.
fn literal_pattern(ir: &mut Ir, value: ExprId, wildcards: Wildcards, open_start: bool, open_end: bool) -> ExprId {
    let (transform, escapes, any) = match wildcards {
        // What escapes is escaped first.
        Wildcards::Like => {
            let escapes = [("\\", "\\\\"), ("%", "\\%"), ("_", "\\_")];
            (Transform::EscapeLike { open_start, open_end }, escapes, "%")
        }
        Wildcards::Glob => {
            let escapes = [("[", "[[]"), ("*", "[*]"), ("?", "[?]")];
            (Transform::EscapeGlob { open_start, open_end }, escapes, "*")
        }
    };
    if let Some(bind) = transformed(ir, value, transform) {
        return bind;
    }
    let text = |ir: &mut Ir, text: &'static str| ir.schema_literal(&Value::Text(text.into()));
    // Functions of text whose case does not count are others, and read what is put in for patterns of their own.
    let folds = ir.kind(value) == Some(Kind::CiText);
    let mut escaped = if folds { ir.cast(value, Kind::Text, 0, 0) } else { value };
    for (from, to) in escapes {
        let arguments = [escaped, text(ir, from), text(ir, to)];
        escaped = ir.call(Function::Replace, &arguments);
    }
    let mut parts = Vec::with_capacity(3);
    if open_start {
        parts.push(text(ir, any));
    }
    parts.push(escaped);
    if open_end {
        parts.push(text(ir, any));
    }
    ir.call(Function::Concat, &parts)
}
