//! Spells expressions.

use relata_ir::{Expr, ExprId, Ir, List, RelId, RelSource, SelectId, Transform};
use relata_schema::{Aggregate, Comparison, Function, Kind, Pattern};

use super::{Writer, json, query};
use crate::{ConflictForm, DatePartForm, ListForm, RegexpForm, SearchForm};

/// How tightly the place around an expression binds; an expression that binds less is put in parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Anything goes.
    Open,
    /// Between `OR`.
    Or,
    /// Between `AND`.
    And,
    /// After `NOT`.
    Not,
    /// Beside a comparison or inside of `IS`, `IN`, `BETWEEN`, `LIKE`.
    Operand,
    /// Beside an arithmetic operator.
    Term,
}

fn level(expr: Expr) -> Level {
    match expr {
        Expr::Or(_) => Level::Or,
        Expr::And(_) => Level::And,
        Expr::Not(_) => Level::Not,
        Expr::Compare(..)
        | Expr::IsNull(_)
        | Expr::IsBool(..)
        | Expr::InList(..)
        | Expr::InArray(..)
        | Expr::InSelect(..)
        | Expr::Quantified { .. }
        | Expr::Between(..)
        | Expr::Match(..)
        | Expr::Glob(..) => Level::Not,
        Expr::Call(
            Function::Add | Function::Sub | Function::Mul | Function::Div | Function::Mod | Function::Concat,
            _,
        ) => Level::Operand,
        Expr::Call(function, _) if function.is_of_collections() => Level::Not,
        _ => Level::Term,
    }
}

pub(super) fn expr(w: &mut Writer<'_>, ir: &Ir, id: ExprId, around: Level) {
    let node = ir.expr(id);
    match node {
        // Nearly all there is, and never in parentheses.
        Expr::Column { rel, column } => return column_name(w, ir, rel, column),
        Expr::Bind(bind) => return w.placeholder(bind),
        _ => {}
    }
    // What binds as tightly as its place may stand there only if the operator is associative; ours are put in
    // parentheses when they are not, by asking for the next level.
    let parentheses = level(node) < around;
    if parentheses {
        w.word("(");
    }
    bare(w, ir, node);
    if parentheses {
        w.word(")");
    }
}

fn bare(w: &mut Writer<'_>, ir: &Ir, node: Expr) {
    match node {
        Expr::Column { rel, column } => column_name(w, ir, rel, column),
        Expr::Bind(bind) => w.placeholder(bind),
        Expr::Null => w.word("NULL"),
        Expr::Bool(value) => w.boolean(value),
        Expr::Int(value) => w.number(i64::from(value)),
        Expr::Literal(literal) => w.literal(ir.literal(literal)),
        Expr::And(list) => group(w, ir, ir.exprs(list), " AND ", Level::And),
        Expr::Or(list) => group(w, ir, ir.exprs(list), " OR ", Level::Or),
        Expr::Not(child) => not(w, ir, child),
        Expr::Compare(comparison, left, right) => {
            expr(w, ir, left, Level::Operand);
            comparison_word(w, comparison);
            expr(w, ir, right, Level::Operand);
        }
        Expr::IsNull(child) => postfix(w, ir, child, " IS NULL"),
        Expr::IsBool(child, truth) => {
            expr(w, ir, child, Level::Operand);
            w.word(if truth { " IS TRUE" } else { " IS FALSE" });
        }
        Expr::InList(child, list) => in_list(w, ir, child, list, " IN ("),
        Expr::InArray(child, bind) if ir.bind(bind).transform == Transform::Spread => {
            expr(w, ir, child, Level::Operand);
            w.word(" IN (");
            w.placeholder_of_each(bind);
            w.word(")");
        }
        Expr::InArray(child, bind) => {
            expr(w, ir, child, Level::Operand);
            match w.dialect.list {
                ListForm::Any => {
                    w.word(" = ANY(");
                    w.placeholder(bind);
                    w.word(")");
                }
                ListForm::JsonTable => {
                    let kind = ir.bind(bind).kind;
                    w.word(if kind == Kind::Bytes { " IN (SELECT unhex(" } else { " IN (SELECT " });
                    w.column_alias(1);
                    w.word(if kind == Kind::Bytes { ") FROM JSON_TABLE(" } else { " FROM JSON_TABLE(" });
                    w.placeholder(bind);
                    w.word(", '$[*]' COLUMNS (");
                    w.column_alias(1);
                    w.word(" ");
                    w.word((w.dialect.types.json_column)(kind));
                    w.word(" PATH '$')) AS ");
                    w.alias('j', 0);
                    w.word(")");
                }
                ListForm::JsonEach => {
                    // Bytes have no form of their own in JSON; the driver writes them as hexadecimal digits.
                    let bytes = ir.bind(bind).kind == Kind::Bytes;
                    w.word(if bytes {
                        " IN (SELECT unhex(value) FROM json_each("
                    } else {
                        " IN (SELECT value FROM json_each("
                    });
                    w.placeholder(bind);
                    w.word("))");
                }
            }
        }
        Expr::InSelect(child, select) => {
            expr(w, ir, child, Level::Operand);
            subquery(w, ir, " IN (", select);
        }
        Expr::Quantified { comparison, all, left, select } => {
            expr(w, ir, left, Level::Operand);
            comparison_word(w, comparison);
            subquery(w, ir, if all { "ALL (" } else { "ANY (" }, select);
        }
        Expr::Row(list) => {
            w.word("(");
            separated(w, ir, list, ", ", Level::Open);
            w.word(")");
        }
        Expr::Between(child, low, high) => between(w, ir, child, " BETWEEN ", low, high),
        Expr::Match(pattern, left, right) => matches(w, ir, pattern, left, right, false),
        Expr::Glob(left, right) => infix(w, ir, left, " GLOB ", right),
        Expr::Call(function, list) => call(w, ir, function, list),
        Expr::Aggregate { function, distinct, argument } => {
            w.word(match function {
                Aggregate::Count => "count(",
                Aggregate::Sum => "sum(",
                Aggregate::Min => "min(",
                Aggregate::Max => "max(",
                Aggregate::Avg => "avg(",
            });
            if distinct {
                w.word("DISTINCT ");
            }
            match argument {
                Some(argument) => expr(w, ir, argument, Level::Open),
                None => w.word("*"),
            }
            w.word(")");
        }
        Expr::Cast { expr: child, kind, precision, scale } => {
            w.word("CAST(");
            expr(w, ir, child, Level::Open);
            w.word(" AS ");
            let name = (w.dialect.types.cast)(kind, precision, scale);
            w.type_name(&name);
            w.word(")");
        }
        Expr::Exists(select) => {
            w.word(w.dialect.exists_prefix);
            subquery(w, ir, "EXISTS (", select);
        }
        Expr::Scalar(select) => subquery(w, ir, "(", select),
        Expr::RowNumber(window) => {
            let window = ir.window(window);
            w.word("row_number() OVER (PARTITION BY ");
            separated(w, ir, window.partition, ", ", Level::Open);
            query::order_by(w, ir, window.order, " ORDER BY ");
            w.word(")");
        }
    }
}

/// The members of a group. A parser makes a tree of them that is as deep as they are many, and some have a limit: many
/// stand in parentheses, so many at a time.
fn group(w: &mut Writer<'_>, ir: &Ir, members: &[ExprId], word: &'static str, around: Level) {
    const AT_ONCE: usize = 256;
    if members.len() <= AT_ONCE {
        for (i, &member) in members.iter().enumerate() {
            if i > 0 {
                w.word(word);
            }
            // A member that is an OR inside of an AND is put in parentheses by its level.
            expr(w, ir, member, around);
        }
        return;
    }
    let size = members.len().div_ceil(AT_ONCE).max(AT_ONCE);
    for (i, part) in members.chunks(size).enumerate() {
        if i > 0 {
            w.word(word);
        }
        w.word("(");
        group(w, ir, part, word, around);
        w.word(")");
    }
}

pub(super) fn separated(w: &mut Writer<'_>, ir: &Ir, list: List<ExprId>, separator: &'static str, around: Level) {
    for (i, &member) in ir.exprs(list).iter().enumerate() {
        if i > 0 {
            w.word(separator);
        }
        // A member that is an OR inside of an AND is put in parentheses by its level.
        expr(w, ir, member, around);
    }
}

fn infix(w: &mut Writer<'_>, ir: &Ir, left: ExprId, word: &'static str, right: ExprId) {
    expr(w, ir, left, Level::Operand);
    w.word(word);
    expr(w, ir, right, Level::Operand);
}

fn postfix(w: &mut Writer<'_>, ir: &Ir, child: ExprId, word: &'static str) {
    expr(w, ir, child, Level::Operand);
    w.word(word);
}

fn subquery(w: &mut Writer<'_>, ir: &Ir, head: &'static str, select: SelectId) {
    w.word(head);
    query::select(w, ir, select);
    w.word(")");
}

/// A negation, in the word that the negated has of its own where it has one.
fn not(w: &mut Writer<'_>, ir: &Ir, child: ExprId) {
    match ir.expr(child) {
        Expr::IsNull(inner) => postfix(w, ir, inner, " IS NOT NULL"),
        Expr::InList(inner, list) => in_list(w, ir, inner, list, " NOT IN ("),
        Expr::Between(inner, low, high) => between(w, ir, inner, " NOT BETWEEN ", low, high),
        Expr::Match(pattern, left, right) => matches(w, ir, pattern, left, right, true),
        Expr::Exists(select) => subquery(w, ir, "NOT EXISTS (", select),
        Expr::InSelect(inner, select) => {
            expr(w, ir, inner, Level::Operand);
            subquery(w, ir, " NOT IN (", select);
        }
        _ => {
            w.word("NOT (");
            expr(w, ir, child, Level::Open);
            w.word(")");
        }
    }
}

fn in_list(w: &mut Writer<'_>, ir: &Ir, child: ExprId, list: List<ExprId>, word: &'static str) {
    expr(w, ir, child, Level::Operand);
    w.word(word);
    separated(w, ir, list, ", ", Level::Open);
    w.word(")");
}

fn between(w: &mut Writer<'_>, ir: &Ir, child: ExprId, word: &'static str, low: ExprId, high: ExprId) {
    expr(w, ir, child, Level::Operand);
    w.word(word);
    expr(w, ir, low, Level::Operand);
    w.word(" AND ");
    expr(w, ir, high, Level::Operand);
}

fn matches(w: &mut Writer<'_>, ir: &Ir, pattern: Pattern, left: ExprId, right: ExprId, negated: bool) {
    match pattern {
        Pattern::Regexp | Pattern::Iregexp => return regexp(w, ir, pattern == Pattern::Iregexp, left, right, negated),
        Pattern::Match => return search(w, ir, left, right, negated),
        _ => {}
    }
    let folds = pattern == Pattern::Ilike && w.dialect.pattern == crate::PatternForm::LikeIlike;
    let word = match (folds, negated) {
        (true, false) => " ILIKE ",
        (true, true) => " NOT ILIKE ",
        (false, false) => " LIKE ",
        (false, true) => " NOT LIKE ",
    };
    infix(w, ir, left, word, right);
    if w.dialect.pattern == crate::PatternForm::GlobLike {
        w.word(" ESCAPE '\\'");
    }
}

fn regexp(w: &mut Writer<'_>, ir: &Ir, folds: bool, left: ExprId, right: ExprId, negated: bool) {
    match w.dialect.regexp {
        RegexpForm::None | RegexpForm::Tilde => {
            let word = match (folds, negated) {
                (false, false) => " ~ ",
                (false, true) => " !~ ",
                (true, false) => " ~* ",
                (true, true) => " !~* ",
            };
            infix(w, ir, left, word, right);
        }
        RegexpForm::RegexpLike => {
            w.word(if negated { "NOT regexp_like(" } else { "regexp_like(" });
            expr(w, ir, left, Level::Open);
            w.word(", ");
            expr(w, ir, right, Level::Open);
            w.word(if folds { ", 'i')" } else { ", 'c')" });
        }
        RegexpForm::Regexp => {
            expr(w, ir, left, Level::Operand);
            w.word(if negated { " NOT REGEXP concat(" } else { " REGEXP concat(" });
            w.word(if folds { "'(?i)', " } else { "'(?-i)', " });
            expr(w, ir, right, Level::Open);
            w.word(")");
        }
    }
}

fn search(w: &mut Writer<'_>, ir: &Ir, left: ExprId, right: ExprId, negated: bool) {
    w.word(if negated { "NOT (" } else { "" });
    match w.dialect.search {
        SearchForm::None | SearchForm::TsVector => {
            let is_ready = ir.kind(left) == Some(Kind::TsVector);
            w.word(if is_ready { "" } else { "to_tsvector('simple', " });
            expr(w, ir, left, if is_ready { Level::Term } else { Level::Open });
            w.word(if is_ready { "" } else { ")" });
            w.word(" @@ plainto_tsquery('simple', ");
            expr(w, ir, right, Level::Open);
            w.word(")");
        }
        SearchForm::MatchAgainst => {
            w.word("MATCH (");
            expr(w, ir, left, Level::Open);
            w.word(") AGAINST (");
            expr(w, ir, right, Level::Open);
            w.word(")");
        }
    }
    w.word(if negated { ")" } else { "" });
}

/// A part of a moment: its name in SQL, and in `strftime`.
fn part(w: &mut Writer<'_>, ir: &Ir, name: &'static str, format: &'static str, list: List<ExprId>) {
    let (before, between, after) = match w.dialect.functions.part {
        DatePartForm::Extract => ("CAST(floor(extract(", " FROM ", ")) AS integer)"),
        DatePartForm::Strftime => ("CAST(strftime('", "', ", ") AS INTEGER)"),
        DatePartForm::Named => ("", "(", ")"),
    };
    w.word(before);
    w.word(if w.dialect.functions.part == DatePartForm::Strftime { format } else { name });
    w.word(between);
    separated(w, ir, list, ", ", Level::Open);
    w.word(after);
}

fn call(w: &mut Writer<'_>, ir: &Ir, function: Function, list: List<ExprId>) {
    match function {
        Function::Now => return w.word(w.dialect.functions.now),
        Function::Random => return w.word(w.dialect.functions.random),
        Function::Year => return part(w, ir, "year", "%Y", list),
        Function::Month => return part(w, ir, "month", "%m", list),
        Function::Day => return part(w, ir, "day", "%d", list),
        Function::Hour => return part(w, ir, "hour", "%H", list),
        Function::Minute => return part(w, ir, "minute", "%M", list),
        Function::Second => return part(w, ir, "second", "%S", list),
        Function::JsonText
        | Function::JsonNumber
        | Function::JsonBool
        | Function::JsonPresent
        | Function::JsonContains
        | Function::JsonAnyKey
        | Function::JsonAllKeys => return json::call(w, ir, function, list),
        _ => {}
    }
    if function.is_of_collections() {
        return separated(w, ir, list, of_collections(function), Level::Operand);
    }
    let names = w.dialect.functions;
    let are_integers = || ir.exprs(list).iter().all(|&member| ir.kind(member).is_some_and(Kind::is_integer));
    let (operator, name) = match function {
        Function::Add => (" + ", ""),
        Function::Sub => (" - ", ""),
        Function::Mul => (" * ", ""),
        Function::Div if are_integers() => (names.integer_division, ""),
        Function::Div => (" / ", ""),
        Function::Concat => (names.concat.unwrap_or_default(), if names.concat.is_some() { "" } else { "concat(" }),
        Function::Lower => ("", "lower("),
        Function::Upper => ("", "upper("),
        Function::Length => ("", names.length),
        Function::Trim => ("", "trim("),
        Function::Abs => ("", "abs("),
        Function::Coalesce => ("", "coalesce("),
        Function::Mod => (" % ", ""),
        Function::Round => ("", "round("),
        Function::Nullif => ("", "nullif("),
        Function::Replace => ("", "replace("),
        // What has no name here was spelled above.
        _ => ("", "substr("),
    };
    if name.is_empty() {
        return separated(w, ir, list, operator, Level::Term);
    }
    w.word(name);
    separated(w, ir, list, ", ", Level::Open);
    w.word(")");
}

/// The operators of arrays and ranges. <https://www.postgresql.org/docs/15/functions-range.html>
fn of_collections(function: Function) -> &'static str {
    match function {
        Function::Contains => " @> ",
        Function::Overlap => " && ",
        Function::Adjacent => " -|- ",
        Function::StrictLeft => " << ",
        Function::StrictRight => " >> ",
        Function::NoExtendRight => " &< ",
        _ => " &> ",
    }
}

fn comparison_word(w: &mut Writer<'_>, comparison: Comparison) {
    match comparison {
        Comparison::Eq => w.word(" = "),
        Comparison::Ne => w.word(" <> "),
        Comparison::Lt => w.word(" < "),
        Comparison::Lte => w.word(" <= "),
        Comparison::Gt => w.word(" > "),
        Comparison::Gte => w.word(" >= "),
    }
}

fn column_name(w: &mut Writer<'_>, ir: &Ir, rel: RelId, column: u16) {
    let node = ir.rel(rel);
    let name = |table| ir.columns(ir.table(table).columns)[usize::from(column)].name;
    match node.source {
        RelSource::Table(table) => {
            w.qualifier(ir, usize::from(node.alias));
            w.name_of(ir, name(table));
        }
        RelSource::Excluded(table) if w.dialect.conflict == ConflictForm::DuplicateKeyValues => {
            w.word("VALUES(");
            w.name_of(ir, name(table));
            w.word(")");
        }
        RelSource::Excluded(table) => {
            w.word("excluded.");
            w.name_of(ir, name(table));
        }
        _ => {
            w.qualifier(ir, usize::from(node.alias));
            w.column_alias(usize::from(column));
        }
    }
}
