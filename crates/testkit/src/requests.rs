//! Random requests on a world.

use relata::{
    Kind, SqlType,
    request::doc::{
        AttributesDoc, CallDoc, ExprDoc, FindDoc, IncludeDoc, NullsDoc, OpDoc, OperandDoc, OrderDoc, RequestDoc,
        SelectDoc, ThroughDoc, WhereDoc,
    },
    schema::{ModelView, datum_to_json},
};
use serde_json::Value as Json;

use crate::{tape::Tape, world::World, world::value};

/// A request drawn from a tape.
pub fn request(world: &World, tape: &mut Tape<'_>) -> RequestDoc {
    let names = ["Author", "Book", "Note", "Tag", "Profile", "Tagging"];
    let model = tape.pick(&names).copied().unwrap_or("Author");
    let view = world.models.view(model).or_else(|| world.models.views().next());
    let Some(view) = view else {
        return RequestDoc { call: CallDoc::Find, model: model.to_owned(), find: FindDoc::default() };
    };
    let mut find = FindDoc::default();
    let call = match tape.below(12) {
        8 => CallDoc::Count,
        9 => CallDoc::FindAndCount,
        10 => {
            let numbers: Vec<&str> = view
                .attributes
                .iter()
                .filter(|attribute| attribute.ty.kind().is_number())
                .map(|attribute| attribute.name.as_str())
                .collect();
            let function = tape.pick(&["sum", "min", "max", "avg", "count"]).copied().unwrap_or("count");
            match tape.pick(&numbers) {
                Some(attribute) => {
                    CallDoc::Aggregate { function: function.to_owned(), attribute: (*attribute).to_owned() }
                }
                None => CallDoc::Count,
            }
        }
        11 => {
            grouped(view, tape, &mut find);
            return RequestDoc { call: CallDoc::Find, model: model.to_owned(), find };
        }
        _ => CallDoc::Find,
    };
    for _ in 0..tape.below(3) {
        if let Some(include) = include(view, tape, 0)
            && !find.include.iter().any(|other| other.association == include.association)
        {
            find.include.push(include);
        }
    }
    if tape.often(150) {
        find.filter = Some(condition(view, tape, 0));
    }
    if view.paranoid.is_some() && tape.often(40) {
        find.paranoid = Some(false);
    }
    if matches!(call, CallDoc::Find | CallDoc::FindAndCount) {
        for _ in 0..tape.below(3) {
            find.order.push(order(view, tape));
        }
        if tape.often(90) {
            find.limit = Some(tape.below(5) as u64);
        }
        if tape.often(60) {
            find.offset = Some(tape.below(4) as u64);
        }
        if find.include.is_empty() && call == CallDoc::Find && tape.often(40) {
            distinct(view, tape, &mut find);
        } else if tape.often(50) {
            find.attributes = Some(attributes(view, tape));
        }
    }
    RequestDoc { call, model: model.to_owned(), find }
}

fn attributes(view: ModelView<'_>, tape: &mut Tape<'_>) -> AttributesDoc {
    if tape.often(80) {
        let exclude = tape.pick(&view.attributes).map(|attribute| attribute.name.clone()).into_iter().collect();
        let include = match scalar(view, tape) {
            Some((expr, _)) => vec![SelectDoc::Aliased(expr, "extra".to_owned())],
            None => Vec::new(),
        };
        return AttributesDoc::Adjust { include, exclude };
    }
    let mut names: Vec<SelectDoc> = Vec::new();
    for _ in 0..1 + tape.below(3) {
        if let Some(attribute) = tape.pick(&view.attributes) {
            let item = SelectDoc::Name(attribute.name.clone());
            if !names.contains(&item) {
                names.push(item);
            }
        }
    }
    if tape.often(90)
        && let Some((expr, _)) = scalar(view, tape)
    {
        names.push(SelectDoc::Aliased(expr, "extra".to_owned()));
    }
    AttributesDoc::List(names)
}

fn distinct(view: ModelView<'_>, tape: &mut Tape<'_>, find: &mut FindDoc) {
    let mut names: Vec<SelectDoc> = Vec::new();
    for _ in 0..1 + tape.below(2) {
        if let Some(attribute) = tape.pick(&view.attributes) {
            let item = SelectDoc::Name(attribute.name.clone());
            if !names.contains(&item) {
                names.push(item);
            }
        }
    }
    find.distinct = true;
    find.order.clear();
    if let (true, Some(SelectDoc::Name(name))) = (tape.often(128), names.first()) {
        find.order.push(OrderDoc {
            expr: ExprDoc::Column(vec![name.clone()]),
            descending: tape.often(100),
            nulls: nulls(tape),
        });
    }
    find.attributes = Some(AttributesDoc::List(names));
}

fn grouped(view: ModelView<'_>, tape: &mut Tape<'_>, find: &mut FindDoc) {
    let mut items = Vec::new();
    if tape.often(200) {
        let key = match to_many_path(view, tape) {
            Some(path) if tape.often(80) => ExprDoc::Column(path),
            _ => match tape.pick(&view.attributes) {
                Some(attribute) => ExprDoc::Column(vec![attribute.name.clone()]),
                None => return,
            },
        };
        items.push(SelectDoc::Aliased(key.clone(), "k".to_owned()));
        find.group.push(key);
    }
    items.push(SelectDoc::Aliased(
        ExprDoc::Function { name: "count".to_owned(), args: Vec::new(), distinct: false },
        "n".to_owned(),
    ));
    let numbers: Vec<&str> = view
        .attributes
        .iter()
        .filter(|attribute| attribute.ty.kind().is_number())
        .map(|attribute| attribute.name.as_str())
        .collect();
    if let (true, Some(number)) = (tape.often(150), tape.pick(&numbers)) {
        let function = tape.pick(&["sum", "min", "max", "avg"]).copied().unwrap_or("max");
        let args = vec![ExprDoc::Column(vec![(*number).to_owned()])];
        let distinct = tape.often(40);
        items.push(SelectDoc::Aliased(ExprDoc::Function { name: function.to_owned(), args, distinct }, "a".to_owned()));
    }
    if tape.often(70) {
        find.having = Some(WhereDoc::Test {
            left: ExprDoc::Alias("n".to_owned()),
            op: if tape.often(128) { OpDoc::Gt } else { OpDoc::Lte },
            right: OperandDoc::Value(Json::from(tape.below(3))),
        });
    }
    if tape.often(100) {
        find.filter = Some(condition(view, tape, 1));
    }
    if tape.often(100) {
        find.order.push(OrderDoc {
            expr: ExprDoc::Column(vec!["n".to_owned()]),
            descending: tape.often(128),
            nulls: None,
        });
    }
    if tape.often(60) {
        find.limit = Some(tape.below(4) as u64);
    }
    find.attributes = Some(AttributesDoc::List(items));
}

fn include(view: ModelView<'_>, tape: &mut Tape<'_>, depth: usize) -> Option<IncludeDoc> {
    let association = tape.pick(&view.def().associations)?;
    let index = view.association(&association.name)?;
    let target = view.target(index).ok()?;
    let mut include = IncludeDoc { association: association.name.clone(), ..IncludeDoc::default() };
    if depth < 2 {
        for _ in 0..tape.below(3) {
            if let Some(inner) = self::include(target, tape, depth + 1)
                && !include.find.include.iter().any(|other| other.association == inner.association)
            {
                include.find.include.push(inner);
            }
        }
    }
    if tape.often(70) {
        include.find.filter = Some(condition(target, tape, 1));
    }
    match tape.below(6) {
        4 => include.required = Some(true),
        5 => include.required = Some(false),
        _ => {}
    }
    if association.kind.is_to_many() {
        if tape.often(80) {
            include.find.order.push(order(target, tape));
        }
        if tape.often(60) {
            include.find.limit = Some(tape.below(4) as u64);
        }
        if tape.often(30) {
            include.find.offset = Some(tape.below(3) as u64);
        }
    }
    if tape.often(30) {
        include.find.attributes =
            Some(if tape.often(100) { AttributesDoc::List(Vec::new()) } else { attributes(target, tape) });
    }
    if target.paranoid.is_some() && tape.often(40) {
        include.find.paranoid = Some(false);
    }
    if let (true, Ok(Some(junction))) = (tape.often(120), view.through(index)) {
        include.through = Some(ThroughDoc {
            attributes: tape.often(100).then(|| AttributesDoc::List(Vec::new())),
            filter: tape.often(100).then(|| condition(junction, tape, 2)),
            paranoid: tape.often(60).then_some(false),
        });
    }
    Some(include)
}

/// A path of one or two edges to an attribute, included or not.
fn to_many_path(view: ModelView<'_>, tape: &mut Tape<'_>) -> Option<Vec<String>> {
    let association = tape.pick(&view.def().associations)?;
    let target = view.target(view.association(&association.name)?).ok()?;
    let mut path = vec![association.name.clone()];
    let mut last = target;
    if tape.often(60)
        && let Some(second) = tape.pick(&target.def().associations)
    {
        path.push(second.name.clone());
        last = target.target(target.association(&second.name)?).ok()?;
    }
    path.push(tape.pick(&last.def().attributes)?.name.clone());
    Some(path)
}

fn type_of(view: ModelView<'_>, path: &[String]) -> Option<(SqlType, bool)> {
    let (attribute, steps) = path.split_last()?;
    let mut at = view;
    for step in steps {
        at = at.target(at.association(step)?).ok()?;
    }
    let attribute = at.attributes.get(usize::from(at.attribute(attribute)?))?;
    Some((attribute.ty.clone(), attribute.null))
}

/// A condition on rows of another model, or one that compares several expressions at once.
fn query(view: ModelView<'_>, tape: &mut Tape<'_>, depth: usize) -> Option<WhereDoc> {
    let of = |model: &str, filter: Option<WhereDoc>| RequestDoc {
        call: CallDoc::Find,
        model: model.to_owned(),
        find: FindDoc { filter, ..FindDoc::default() },
    };
    let column = |name: &str| ExprDoc::Column(vec![name.to_owned()]);
    let asks = tape.below(5);
    if asks == 0 {
        // Several at once.
        let (one, two) = (tape.pick(&view.def().attributes)?, tape.pick(&view.def().attributes)?);
        let row = |tape: &mut Tape<'_>| Json::Array(vec![json(&one.ty, tape), json(&two.ty, tape)]);
        let left = ExprDoc::Row(vec![column(&one.name), column(&two.name)]);
        let ops = [OpDoc::Eq, OpDoc::Ne, OpDoc::Gt, OpDoc::Gte, OpDoc::Lt, OpDoc::Lte];
        return Some(if tape.often(128) {
            let right = OperandDoc::List((0..tape.below(4)).map(|_| row(tape)).collect());
            WhereDoc::Test { left, op: if tape.often(128) { OpDoc::In } else { OpDoc::NotIn }, right }
        } else {
            WhereDoc::Test { left, op: ops[tape.below(6)], right: OperandDoc::Value(row(tape)) }
        });
    }
    if asks < 3 {
        // The rows of an association, without its help.
        let association = tape.pick(&view.def().associations)?;
        let index = view.association(&association.name)?;
        let (link, target) = (view.link(index).ok()?, view.target(index).ok()?);
        if link.through.is_some() {
            return None;
        }
        let mut filter: Vec<WhereDoc> = link
            .target
            .iter()
            .zip(&link.source)
            .map(|(&inner, &outer)| WhereDoc::Test {
                left: column(&target.attributes[usize::from(inner)].name),
                op: OpDoc::Eq,
                right: OperandDoc::Expr(ExprDoc::Outer(view.attributes[usize::from(outer)].name.clone())),
            })
            .collect();
        if tape.often(128) {
            filter.push(condition(target, tape, depth + 1));
        }
        let mut inner = of(&target.name, Some(WhereDoc::All(filter)));
        if asks == 1 {
            return Some(WhereDoc::Exists(Box::new(inner)));
        }
        let numbers: Vec<&str> = target
            .attributes
            .iter()
            .filter(|attribute| attribute.ty.kind().is_integer())
            .map(|attribute| attribute.name.as_str())
            .collect();
        let attribute = (*tape.pick(&numbers)?).to_owned();
        match tape.below(3) {
            0 => inner.call = CallDoc::Count,
            1 => inner.call = CallDoc::Aggregate { function: "max".to_owned(), attribute },
            _ => {
                inner.find.attributes = Some(AttributesDoc::List(vec![SelectDoc::Name(attribute)]));
                inner.find.order = by_key(target);
            }
        }
        let own = view.attributes.iter().find(|attribute| attribute.ty.kind().is_integer())?;
        let op = [OpDoc::Eq, OpDoc::Gt, OpDoc::Lte][tape.below(3)];
        let right = OperandDoc::Expr(ExprDoc::Query(Box::new(inner)));
        return Some(WhereDoc::Test { left: column(&own.name), op, right });
    }
    // The values of an attribute of any model.
    let attribute = tape.pick(&view.def().attributes)?;
    let names = ["Author", "Book", "Note", "Tag", "Profile", "Tagging"];
    let other = view.sibling(tape.pick(&names)?).ok()?;
    let other = other.view();
    let same: Vec<&str> = other
        .attributes
        .iter()
        .filter(|other| other.ty.kind() == attribute.ty.kind() && other.ty.kind().is_compared())
        .map(|other| other.name.as_str())
        .collect();
    let values = (*tape.pick(&same)?).to_owned();
    let filter = tape.often(150).then(|| condition(other, tape, depth + 1));
    let mut inner = of(&other.name, filter);
    inner.find.attributes = Some(AttributesDoc::List(vec![SelectDoc::Name(values)]));
    if tape.often(60) {
        inner.find.order = by_key(other);
        inner.find.limit = Some(tape.below(4) as u64);
    }
    if tape.often(64) {
        let op = [OpDoc::Gt, OpDoc::Gte, OpDoc::Lt, OpDoc::Lte, OpDoc::Ne, OpDoc::Eq][tape.below(6)];
        // What is `in` and `not_in` is written so.
        let all = if op == OpDoc::Ne { false } else { op == OpDoc::Eq || tape.often(128) };
        let right = OperandDoc::Quantified { all, query: Box::new(inner) };
        return Some(WhereDoc::Test { left: column(&attribute.name), op, right });
    }
    let op = if tape.often(128) { OpDoc::In } else { OpDoc::NotIn };
    let right = OperandDoc::Expr(ExprDoc::Query(Box::new(inner)));
    Some(WhereDoc::Test { left: column(&attribute.name), op, right })
}

fn by_key(view: ModelView<'_>) -> Vec<OrderDoc> {
    let name = |&key: &u16| view.attributes[usize::from(key)].name.clone();
    let item = |name: String| OrderDoc { expr: ExprDoc::Column(vec![name]), descending: false, nulls: None };
    view.primary_key.iter().map(name).map(item).collect()
}

fn condition(view: ModelView<'_>, tape: &mut Tape<'_>, depth: usize) -> WhereDoc {
    if depth < 2
        && tape.often(24)
        && let Some(asked) = query(view, tape, depth)
    {
        return asked;
    }
    match tape.below(if depth < 3 { 9 } else { 5 }) {
        5 | 6 => {
            let members = (0..tape.below(4)).map(|_| condition(view, tape, depth + 1)).collect();
            if tape.often(128) { WhereDoc::Any(members) } else { WhereDoc::All(members) }
        }
        7 => WhereDoc::Not(Box::new(condition(view, tape, depth + 1))),
        8 => match to_many_path(view, tape) {
            Some(path) => test(view, path, tape),
            None => WhereDoc::All(Vec::new()),
        },
        _ => match tape.pick(&view.def().attributes) {
            Some(attribute) => test(view, vec![attribute.name.clone()], tape),
            None => WhereDoc::All(Vec::new()),
        },
    }
}

fn json(ty: &SqlType, tape: &mut Tape<'_>) -> Json {
    let value = value(ty, false, tape);
    datum_to_json(&value, ty.scale())
}

fn test(view: ModelView<'_>, path: Vec<String>, tape: &mut Tape<'_>) -> WhereDoc {
    let Some((ty, _)) = type_of(view, &path) else { return WhereDoc::All(Vec::new()) };
    let left = ExprDoc::Column(path);
    let right = |tape: &mut Tape<'_>| OperandDoc::Value(json(&ty, tape));
    let (op, right) = match tape.below(12) {
        0 | 1 => (OpDoc::Eq, right(tape)),
        2 => (OpDoc::Ne, right(tape)),
        3 => (OpDoc::Is, OperandDoc::Value(Json::Null)),
        4 => (OpDoc::IsNot, OperandDoc::Value(Json::Null)),
        5 => (if tape.often(128) { OpDoc::Gt } else { OpDoc::Lte }, right(tape)),
        6 | 7 => {
            let size = [0, 1, 2, 3, 5, 40][tape.below(6)];
            let list = (0..size).map(|_| json(&ty, tape)).collect();
            (if tape.often(128) { OpDoc::In } else { OpDoc::NotIn }, OperandDoc::List(list))
        }
        8 => {
            let ends = OperandDoc::Range(Box::new(right(tape)), Box::new(right(tape)));
            (if tape.often(128) { OpDoc::Between } else { OpDoc::NotBetween }, ends)
        }
        9 if ty.kind() == Kind::Text => {
            let patterns = ["a%", "%b", "_nn", "%\\%%", "a\\_b", "ANN", "", "%[%", "%"];
            let pattern = tape.pick(&patterns).copied().unwrap_or("%");
            let op = [OpDoc::Like, OpDoc::NotLike, OpDoc::Ilike, OpDoc::NotIlike][tape.below(4)];
            (op, OperandDoc::Value(pattern.into()))
        }
        10 if ty.kind() == Kind::Text => {
            let op = [
                OpDoc::StartsWith,
                OpDoc::EndsWith,
                OpDoc::Substring,
                OpDoc::NotStartsWith,
                OpDoc::NotEndsWith,
                OpDoc::NotSubstring,
            ][tape.below(6)];
            let texts: Vec<_> = view.attributes.iter().filter(|other| other.ty.kind() == Kind::Text).collect();
            if tape.often(80)
                && let Some(other) = tape.pick(&texts)
            {
                let right = OperandDoc::Expr(ExprDoc::Column(vec![other.name.clone()]));
                return WhereDoc::Test { left, op, right };
            }
            let text = tape.pick(&["a", "b", "%", "_", "", "\\", "nn"]).copied().unwrap_or("a");
            (op, OperandDoc::Value(text.into()))
        }
        11 => match view.attributes.iter().find(|other| other.ty == ty) {
            Some(other) => (OpDoc::Eq, OperandDoc::Expr(ExprDoc::Column(vec![other.name.clone()]))),
            None => (OpDoc::Eq, right(tape)),
        },
        _ if ty.kind() == Kind::Bool => (OpDoc::Is, OperandDoc::Value(Json::Bool(tape.often(128)))),
        _ => (OpDoc::Gte, right(tape)),
    };
    WhereDoc::Test { left, op, right }
}

/// An expression of one value, and its kind.
fn scalar(view: ModelView<'_>, tape: &mut Tape<'_>) -> Option<(ExprDoc, Kind)> {
    let attribute = tape.pick(&view.def().attributes)?;
    let column = ExprDoc::Column(vec![attribute.name.clone()]);
    let call = |name: &str, args: Vec<ExprDoc>| ExprDoc::Function { name: name.to_owned(), args, distinct: false };
    Some(match attribute.ty.kind() {
        Kind::Text => match tape.below(5) {
            0 => (call("lower", vec![column]), Kind::Text),
            1 => (call("upper", vec![column]), Kind::Text),
            2 => (call("length", vec![column]), Kind::Integer),
            3 => (call("concat", vec![column, ExprDoc::Value("!".into())]), Kind::Text),
            _ => (call("coalesce", vec![column, ExprDoc::Value("none".into())]), Kind::Text),
        },
        Kind::Integer => match tape.below(4) {
            0 => (call("abs", vec![column]), Kind::Integer),
            1 => (call("add", vec![column, ExprDoc::Value(1.into())]), Kind::Integer),
            2 => (call("mul", vec![column, ExprDoc::Value(3.into())]), Kind::Integer),
            _ => (call("div", vec![column, ExprDoc::Value(2.into())]), Kind::Integer),
        },
        kind => (column, kind),
    })
}

fn nulls(tape: &mut Tape<'_>) -> Option<NullsDoc> {
    match tape.below(5) {
        3 => Some(NullsDoc::First),
        4 => Some(NullsDoc::Last),
        _ => None,
    }
}

fn order(view: ModelView<'_>, tape: &mut Tape<'_>) -> OrderDoc {
    let path = match tape.below(4) {
        3 => to_many_path(view, tape),
        _ => None,
    };
    let expr = match path {
        Some(path) => ExprDoc::Column(path),
        None => match scalar(view, tape) {
            Some((expr, _)) if tape.often(60) => expr,
            _ => ExprDoc::Column(vec![tape.pick(&view.attributes).map(|a| a.name.clone()).unwrap_or_default()]),
        },
    };
    OrderDoc { expr, descending: tape.often(110), nulls: nulls(tape) }
}
