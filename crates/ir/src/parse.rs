//! Reads the text form of a statement back, for tests of passes and for fuzzing.

use relata_schema::{Aggregate, Comparison, Error, ErrorKind, Function, IndexHint, Kind, Pattern, Result, Value};

use crate::{
    BindDef, Column, ExprId, Hint, Ir, Join, JoinKind, Limit, Lock, Nulls, Order, PageScope, RelId, RelSource, Select,
    SelectId, Source, Table, TableId, Transform,
};

/// How deep expressions of the text form may be nested.
const MAX_DEPTH: usize = 256;

impl Ir {
    /// Reads what [`dump`](Ir::dump) writes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Document`] with the line.
    pub fn parse(text: &str) -> Result<Ir> {
        let mut ir = Ir::default();
        let mut open: Option<(SelectId, Select)> = None;
        // Relations name selects that come after them, and selects name one another: ids are their numbers.
        for _ in text.lines().filter(|line| line.starts_with('s')) {
            ir.make_select(Select::from(RelId::new(0)));
        }
        for (number, line) in text.lines().enumerate() {
            let at = |error: Error| error.at(format!("line {}", number + 1));
            let mut tokens = Tokens::new(line).map_err(at)?;
            if line.trim().is_empty() {
                continue;
            }
            if line.starts_with("  ") {
                match open.as_mut() {
                    Some((_, select)) => clause(&mut ir, select, &mut tokens).map_err(at)?,
                    None => super::parse_command::clause(&mut ir, &mut tokens).map_err(at)?,
                }
                tokens.end().map_err(at)?;
                continue;
            }
            if let Some((id, select)) = open.take() {
                ir.set_select(id, select);
            }
            let word = tokens.next().map_err(at)?;
            open = top(&mut ir, &word, &mut tokens).map_err(at)?;
            tokens.end().map_err(at)?;
        }
        if let Some((id, select)) = open {
            ir.set_select(id, select);
        }
        Ok(ir)
    }
}

pub(crate) fn bad(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Document, message)
}

/// Words, strings, and the marks `(`, `)`, `,` of a line.
pub(crate) struct Tokens {
    tokens: Vec<String>,
    at: usize,
}

impl Tokens {
    fn new(line: &str) -> Result<Tokens> {
        let mut tokens = Vec::new();
        let mut rest = line.trim();
        while let Some(first) = rest.chars().next() {
            let len = match first {
                '(' | ')' | ',' => 1,
                '"' => string_prefix(rest)?,
                _ => rest.find(|c: char| c.is_whitespace() || "(),".contains(c)).unwrap_or(rest.len()),
            };
            tokens.push(rest[..len].to_owned());
            rest = rest[len..].trim_start();
        }
        Ok(Tokens { tokens, at: 0 })
    }

    pub(crate) fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    pub(crate) fn next(&mut self) -> Result<String> {
        let token = self.tokens.get(self.at).cloned().ok_or_else(|| bad("the line ends too early"))?;
        self.at += 1;
        Ok(token)
    }

    pub(crate) fn accept(&mut self, token: &str) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn demand(&mut self, token: &str) -> Result<()> {
        if self.accept(token) { Ok(()) } else { Err(bad(format!("here belongs {token:?}, not {:?}", self.peek()))) }
    }

    fn end(&self) -> Result<()> {
        match self.peek() {
            None => Ok(()),
            Some(more) => Err(bad(format!("{more:?} is too much"))),
        }
    }

    pub(crate) fn number<T: std::str::FromStr>(&mut self) -> Result<T> {
        let token = self.next()?;
        token.parse().map_err(|_| bad(format!("{token:?} is not a number here")))
    }

    pub(crate) fn id(&mut self, prefix: char) -> Result<usize> {
        let token = self.next()?;
        id(&token, prefix)
    }
}

fn id(token: &str, prefix: char) -> Result<usize> {
    token
        .strip_prefix(prefix)
        .and_then(|digits| digits.parse::<u16>().ok())
        .map(usize::from)
        .ok_or_else(|| bad(format!("here belongs {prefix} and a number, not {token:?}")))
}

/// The length of the quoted string at the start of a text.
fn string_prefix(text: &str) -> Result<usize> {
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return Ok(i + 1),
            _ => escaped = c == '\\' && !escaped,
        }
    }
    Err(bad("a string is not closed"))
}

/// What a token means: one in quotes with the escapes of JSON.
fn unquoted(token: &str) -> String {
    let Some(inner) = token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return token.to_owned() };
    let mut out = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        let escaped = if c == '\\' { characters.next() } else { None };
        match escaped {
            None => out.push(c),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => {
                let digits: String = characters.by_ref().take(4).collect();
                out.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            Some(other) => out.push(other),
        }
    }
    out
}

fn kind(token: &str) -> Result<Kind> {
    Kind::from_name(token).ok_or_else(|| bad(format!("there is no kind {token:?}")))
}

fn top(ir: &mut Ir, word: &str, tokens: &mut Tokens) -> Result<Option<(SelectId, Select)>> {
    match word.chars().next() {
        _ if word == "table" => table(ir, tokens).map(|()| None),
        _ if matches!(word, "insert" | "update" | "delete" | "truncate") => {
            super::parse_command::command(ir, word, tokens).map(|()| None)
        }
        _ if word == "root" => {
            let root = tokens.id('s')?;
            ir.set_root(select_id(ir, root)?);
            Ok(None)
        }
        Some('r') => {
            if id(word, 'r')? != ir.rels.len() {
                return Err(bad("relations are numbered in order"));
            }
            tokens.demand("=")?;
            let source = rel_source(ir, tokens)?;
            let rel = ir.make_rel(source);
            let mut hints = Vec::new();
            while let Some(kind) = tokens.peek().and_then(IndexHint::from_name) {
                tokens.next()?;
                let index = unquoted(&tokens.next()?);
                hints.push(Hint { kind, index: ir.make_name(&index) });
            }
            if !hints.is_empty() {
                ir.set_hints(rel, &hints);
            }
            Ok(None)
        }
        Some('?') => {
            if id(word, '?')? != ir.bind_count() {
                return Err(bad("binds are numbered in order"));
            }
            tokens.demand("=")?;
            let bind = bind(tokens)?;
            ir.make_bind(bind);
            Ok(None)
        }
        Some('s') => {
            let id = select_id(ir, id(word, 's')?)?;
            tokens.demand("=")?;
            tokens.demand("from")?;
            let from = tokens.id('r')?;
            Ok(Some((id, Select::from(rel_id(ir, from)?))))
        }
        _ => Err(bad(format!("{word:?} begins nothing"))),
    }
}

fn select_id(ir: &Ir, index: usize) -> Result<SelectId> {
    if index < ir.selects.len() { Ok(SelectId::new(index)) } else { Err(bad(format!("there is no select s{index}"))) }
}

pub(crate) fn rel_id(ir: &Ir, index: usize) -> Result<RelId> {
    if index < ir.rels.len() { Ok(RelId::new(index)) } else { Err(bad(format!("there is no relation r{index}"))) }
}

fn table(ir: &mut Ir, tokens: &mut Tokens) -> Result<()> {
    let name = unquoted(&tokens.next()?);
    let name = ir.make_name(&name);
    let (mut columns, mut keys) = (Vec::new(), Vec::new());
    tokens.demand("(")?;
    loop {
        let name = unquoted(&tokens.next()?);
        let name = ir.make_name(&name);
        let word = tokens.next()?;
        let (word, null) = word.strip_suffix('!').map_or((word.as_str(), true), |word| (word, false));
        let (word, scale) = match word.split_once('/') {
            None => (word, None),
            Some((word, scale)) => (word, Some(scale.parse().map_err(|_| bad("a scale is a number"))?)),
        };
        columns.push(Column { name, kind: kind(word)?, null, scale });
        if !tokens.accept(",") {
            break;
        }
    }
    tokens.demand(")")?;
    while tokens.accept("key") {
        tokens.demand("(")?;
        let mut key: Vec<u16> = Vec::new();
        while !tokens.accept(")") {
            let column = tokens.number()?;
            if usize::from(column) >= columns.len() {
                return Err(bad("a key names a column that is not there"));
            }
            key.push(column);
        }
        keys.push(ir.make_key(&key));
    }
    let table = Table { name, columns: ir.make_columns(&columns), keys: ir.make_keys(&keys) };
    ir.make_table(table);
    Ok(())
}

fn rel_source(ir: &mut Ir, tokens: &mut Tokens) -> Result<RelSource> {
    let word = tokens.next()?;
    Ok(match word.as_str() {
        "unit" => RelSource::Unit,
        "excluded" => {
            let table = tokens.next()?;
            RelSource::Excluded(table_id(ir, &table)?)
        }
        "keys" => {
            let mut kinds = Vec::new();
            while tokens.peek().is_some() {
                kinds.push(kind(&tokens.next()?)?);
            }
            RelSource::Keys(ir.make_kinds(&kinds))
        }
        select if select.starts_with('s') => RelSource::Derived(select_id(ir, id(select, 's')?)?),
        table => RelSource::Table(table_id(ir, table)?),
    })
}

fn table_id(ir: &Ir, token: &str) -> Result<TableId> {
    let index = id(token, 't')?;
    if index < ir.tables.len() { Ok(TableId::new(index)) } else { Err(bad(format!("there is no table t{index}"))) }
}

fn bind(tokens: &mut Tokens) -> Result<BindDef> {
    let kind = kind(&tokens.next()?)?;
    let source = match tokens.next()?.as_str() {
        "request" => Source::Request(tokens.number()?),
        "element" => Source::Element(tokens.number()?, tokens.number()?),
        "page-end" => Source::PageEnd { offset: tokens.number()?, limit: tokens.number()? },
        "keys" => Source::Keys(tokens.number()?),
        other => return Err(bad(format!("a bind does not come from {other:?}"))),
    };
    let flag = |tokens: &mut Tokens| tokens.number::<u8>().map(|flag| flag != 0);
    let transform = match tokens.peek().map(str::to_owned).as_deref() {
        None => return Ok(BindDef { source, kind, transform: Transform::AsIs }),
        Some(word) => {
            tokens.next()?;
            match word {
                "array" => Transform::Array,
                "spread" => Transform::Spread,
                "json-rows" => Transform::JsonRows,
                "json-legs" => Transform::JsonLegs,
                "json-path" => Transform::JsonPath { escapes: false },
                "json-path-escaped" => Transform::JsonPath { escapes: true },
                "like-to-glob" => Transform::LikeToGlob,
                "escape-like" => Transform::EscapeLike { open_start: flag(tokens)?, open_end: flag(tokens)? },
                "escape-glob" => Transform::EscapeGlob { open_start: flag(tokens)?, open_end: flag(tokens)? },
                other => return Err(bad(format!("there is no transform {other:?}"))),
            }
        }
    };
    Ok(BindDef { source, kind, transform })
}

fn clause(ir: &mut Ir, select: &mut Select, tokens: &mut Tokens) -> Result<()> {
    let word = tokens.next()?;
    match word.as_str() {
        "inner" | "left" | "lateral" => {
            let kind = match word.as_str() {
                "inner" => JoinKind::Inner,
                "left" => JoinKind::Left,
                _ => JoinKind::Lateral,
            };
            let rel = tokens.id('r')?;
            let rel = rel_id(ir, rel)?;
            tokens.demand("on")?;
            let on = expr(ir, tokens, 0)?;
            let mut joins = ir.joins(select.joins).to_vec();
            joins.push(Join { kind, rel, on });
            select.joins = ir.make_joins(&joins);
        }
        "where" => select.filter = Some(expr(ir, tokens, 0)?),
        "having" => select.having = Some(expr(ir, tokens, 0)?),
        "group" | "columns" => {
            let mut list = Vec::new();
            while tokens.peek().is_some() {
                list.push(expr(ir, tokens, 0)?);
            }
            let list = ir.make_exprs(&list);
            *(if word == "group" { &mut select.group } else { &mut select.columns }) = list;
        }
        "distinct" => select.distinct = true,
        "order" => {
            let orders = orders(ir, tokens, 0)?;
            select.order = ir.make_orders(&orders);
        }
        "limit" => {
            select.page.limit = Some(match tokens.peek() {
                Some("zero") => {
                    tokens.next()?;
                    Limit::Zero
                }
                Some("one") => {
                    tokens.next()?;
                    Limit::One
                }
                Some("all") => {
                    tokens.next()?;
                    Limit::All
                }
                _ => Limit::Bind(expr(ir, tokens, 0)?),
            });
        }
        "offset" => select.page.offset = Some(expr(ir, tokens, 0)?),
        "per-parent" => select.page.scope = PageScope::PerParent,
        "lock" => {
            let (strength, wait, of) = (tokens.number()?, tokens.number()?, tokens.id('r')?);
            select.lock = Some(Lock { strength, wait, of: rel_id(ir, of)? });
        }
        other => return Err(bad(format!("there is no clause {other:?}"))),
    }
    Ok(())
}

fn orders(ir: &mut Ir, tokens: &mut Tokens, depth: usize) -> Result<Vec<Order>> {
    let mut orders = Vec::new();
    while tokens.accept("(") {
        let word = tokens.next()?;
        let (direction, nulls) = match word.split_once("-nulls-") {
            None => (word.as_str(), Nulls::Default),
            Some((direction, "first")) => (direction, Nulls::First),
            Some((direction, _)) => (direction, Nulls::Last),
        };
        let descending = match direction {
            "asc" => false,
            "desc" => true,
            other => return Err(bad(format!("there is no direction {other:?}"))),
        };
        let expr = expr(ir, tokens, depth + 1)?;
        tokens.demand(")")?;
        orders.push(Order { expr, descending, nulls });
    }
    Ok(orders)
}

fn rest(ir: &mut Ir, tokens: &mut Tokens, depth: usize) -> Result<Vec<ExprId>> {
    let mut list = Vec::new();
    while !tokens.accept(")") {
        list.push(expr(ir, tokens, depth)?);
    }
    Ok(list)
}

fn bind_id(ir: &Ir, token: &str) -> Result<crate::BindId> {
    let index = id(token, '?')?;
    if index < ir.bind_count() { Ok(crate::BindId::new(index)) } else { Err(bad(format!("there is no bind {token}"))) }
}

pub(crate) fn expr(ir: &mut Ir, tokens: &mut Tokens, depth: usize) -> Result<ExprId> {
    if depth > MAX_DEPTH {
        return Err(Error::new(ErrorKind::LimitExceeded, "the expression is nested too deep"));
    }
    let token = tokens.next()?;
    if token == "(" {
        return form(ir, tokens, depth + 1);
    }
    match token.as_str() {
        "null" => return Ok(ir.null()),
        "true" | "false" => return Ok(ir.boolean(token == "true")),
        _ => {}
    }
    if token.starts_with('?') {
        let bind = bind_id(ir, &token)?;
        return Ok(ir.bind_ref(bind));
    }
    if let Some((rel, column)) = token.split_once('.') {
        let rel = rel_id(ir, id(rel, 'r')?)?;
        let column = match column.parse::<u16>() {
            Ok(column) => Some(column),
            Err(_) => match ir.rel(rel).source {
                RelSource::Table(table) | RelSource::Excluded(table) => ir
                    .columns(ir.table(table).columns)
                    .iter()
                    .position(|known| ir.name(known.name) == column)
                    .map(|i| i as u16),
                _ => None,
            },
        };
        return column.map(|column| ir.column(rel, column)).ok_or_else(|| bad(format!("there is no column {token}")));
    }
    token.parse().map(|int| ir.int(int)).map_err(|_| bad(format!("{token:?} is no expression")))
}

fn form(ir: &mut Ir, tokens: &mut Tokens, depth: usize) -> Result<ExprId> {
    let head = tokens.next()?;
    match head.as_str() {
        "exists" | "scalar" => {
            let select = tokens.id('s')?;
            let select = select_id(ir, select)?;
            tokens.demand(")")?;
            return Ok(if head == "exists" { ir.exists(select) } else { ir.scalar(select) });
        }
        "literal" => {
            let token = tokens.next()?;
            tokens.demand(")")?;
            let value = match token.parse::<i64>() {
                Ok(int) => Value::Int(int),
                Err(_) => Value::Text(unquoted(&token).into()),
            };
            return Ok(ir.schema_literal(&value));
        }
        "in-array" => {
            let left = expr(ir, tokens, depth)?;
            let token = tokens.next()?;
            let bind = bind_id(ir, &token)?;
            tokens.demand(")")?;
            return Ok(ir.in_array_ref(left, bind));
        }
        "in-select" => {
            let left = expr(ir, tokens, depth)?;
            let select = tokens.id('s')?;
            let select = select_id(ir, select)?;
            tokens.demand(")")?;
            return Ok(ir.in_select(left, select));
        }
        quantified if quantified.starts_with("any-") || quantified.starts_with("all-") => {
            let (word, comparison) = quantified.split_at(4);
            let comparison = Comparison::from_name(comparison)
                .ok_or_else(|| bad(format!("there is no comparison {comparison:?}")))?;
            let left = expr(ir, tokens, depth)?;
            let select = tokens.id('s')?;
            let select = select_id(ir, select)?;
            tokens.demand(")")?;
            return Ok(ir.quantified(comparison, word == "all-", left, select));
        }
        "cast" => {
            let kind = kind(&tokens.next()?)?;
            let (precision, scale) = (tokens.number()?, tokens.number()?);
            let inner = expr(ir, tokens, depth)?;
            tokens.demand(")")?;
            return Ok(ir.cast(inner, kind, precision, scale));
        }
        "row-number" => {
            tokens.demand("(")?;
            tokens.demand("by")?;
            let partition = rest(ir, tokens, depth)?;
            let order = orders(ir, tokens, depth)?;
            tokens.demand(")")?;
            return Ok(ir.row_number(&partition, &order));
        }
        _ => {}
    }
    let args = rest(ir, tokens, depth)?;
    if let Some(name) = head.strip_prefix("agg-") {
        let (name, distinct) = name.strip_suffix("-distinct").map_or((name, false), |name| (name, true));
        let function = Aggregate::from_name(name).ok_or_else(|| bad(format!("there is no aggregate {name:?}")))?;
        return Ok(ir.aggregate(function, distinct, args.first().copied()));
    }
    if let Some(pattern) = head.strip_prefix("match-").and_then(Pattern::from_name)
        && let [left, right] = args[..]
    {
        return Ok(ir.matches(pattern, left, right));
    }
    if let (Some(comparison), [left, right]) = (Comparison::from_name(&head), &args[..]) {
        return Ok(ir.compare(comparison, *left, *right));
    }
    if let Some(function) = Function::from_name(&head)
        && args.len() >= function.arity().0
    {
        return Ok(ir.call(function, &args));
    }
    match (head.as_str(), &args[..]) {
        ("and", members) => Ok(ir.and(members)),
        ("or", members) => Ok(ir.or(members)),
        ("row", members) if members.len() > 1 => Ok(ir.row(members)),
        ("not", [child]) => Ok(ir.not(*child)),
        ("is-null", [child]) => Ok(ir.is_null(*child)),
        ("is-true", [child]) => Ok(ir.is_bool(*child, true)),
        ("is-false", [child]) => Ok(ir.is_bool(*child, false)),
        ("in", [child, list @ ..]) => Ok(ir.in_list(*child, list)),
        ("between", [child, low, high]) => Ok(ir.between(*child, *low, *high)),
        ("glob", [left, right]) => Ok(ir.glob(*left, *right)),
        _ => Err(bad(format!("there is no form {head:?} of {} arguments", args.len()))),
    }
}
