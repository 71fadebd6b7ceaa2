//! Validation of the values that a call is about to write: everything that is wrong with them, at once.

use relata_schema::{
    Attribute, Check, Datum, Error, Failure, Kind, Result, Rule, SqlType, Value, Values, address_problem, is_exact,
    nearest_double, rounds_beyond_day, rounds_beyond_instants, system_problem,
};

use crate::Draft;

impl Values for Draft {
    fn value_of(&self, attribute: &str) -> Option<&Value> {
        self.get(attribute)
    }
}

/// Checks a draft: of a new record every attribute, of one that is there those that are set. `waiting` are attributes
/// that will be set before the statement is sent. What the types of attributes ask for is checked even where nobody
/// validates: databases differ in how much of it they see.
pub(crate) fn check(draft: &Draft, validate: bool, waiting: &[u16]) -> Result<()> {
    let view = draft.model();
    let mut failures = Vec::new();
    for (attribute, declared) in (0u16..).zip(&view.def().attributes) {
        if waiting.contains(&attribute) {
            continue;
        }
        match draft.value(attribute) {
            None => {
                let given_by_itself = declared.null
                    || declared.default.is_some()
                    || declared.generated.is_some()
                    || declared.auto_increment
                    || [view.created_at, view.updated_at].contains(&Some(attribute));
                if draft.is_new() && validate && !given_by_itself {
                    failures.push(failure(declared, "not_null", "it cannot be NULL".to_owned()));
                }
            }
            Some(value) => of_value(declared, value, validate, &mut failures),
        }
    }
    if validate {
        for rule in &view.def().rules {
            if let Err(message) = (rule.check)(draft) {
                failures.push(Failure { path: rule.name.clone(), rule: rule.name.clone(), message });
            }
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(Error::validation(failures).at(&view.name)) }
}

fn failure(declared: &Attribute, rule: &str, message: String) -> Failure {
    Failure { path: declared.name.clone(), rule: rule.to_owned(), message }
}

/// Checks one value.
pub(crate) fn of_value(declared: &Attribute, value: &Datum<'_>, validate: bool, failures: &mut Vec<Failure>) {
    if value.is_null() {
        if validate && !declared.null {
            failures.push(failure(declared, "not_null", "it cannot be NULL".to_owned()));
        }
        if validate {
            // NULL is no value that a rule could look at, but functions of the application may.
            for check in declared.checks.iter().filter(|check| matches!(check.rule, Rule::Custom { .. })) {
                of_rule(declared, check, value, failures);
            }
        }
        return;
    }
    if let Some(message) = of_type(&declared.ty, value) {
        return failures.push(failure(declared, "type", message));
    }
    if validate {
        declared.checks.iter().for_each(|check| of_rule(declared, check, value, failures));
    }
}

/// What the type says that not every database does.
#[inline]
fn of_type(ty: &SqlType, value: &Datum<'_>) -> Option<String> {
    match (ty, value) {
        // A text has no more characters than bytes.
        (SqlType::String(length), Datum::Text(text)) if text.len() <= *length as usize => None,
        (SqlType::Text, Datum::Text(_)) | (SqlType::BigInt, Datum::Int(_)) | (SqlType::Bool, Datum::Bool(_)) => None,
        (SqlType::Integer, Datum::Int(number)) if i32::try_from(*number).is_ok() => None,
        _ => of_any_type(ty, value),
    }
}

fn of_any_type(ty: &SqlType, value: &Datum<'_>) -> Option<String> {
    let kind = ty.kind();
    match (ty, value) {
        (SqlType::String(length), Datum::Text(text)) => {
            let found = text.chars().count();
            (found > *length as usize).then(|| format!("it has {found} characters, and at most {length} fit"))
        }
        (SqlType::Char(length), Datum::Text(text)) => {
            let found = text.chars().count();
            if found != usize::from(*length) {
                Some(format!("it has {found} characters, and {ty} is {length} of them"))
            } else {
                text.ends_with(' ').then(|| format!("it ends with a space, which {ty} does not keep"))
            }
        }
        (SqlType::SizedText(size), Datum::Text(text)) => too_long(text.len(), size.bytes()),
        (SqlType::SizedBytes(size), Datum::Bytes(bytes)) => too_long(bytes.len(), size.bytes()),
        (SqlType::Binary(length), Datum::Bytes(bytes)) => too_long(bytes.len(), usize::from(*length)),
        (SqlType::Geometry(_) | SqlType::Geography(_), Datum::Json(shape)) => system_problem(shape, ty),
        (SqlType::Array(element), Datum::Array(values)) => {
            values.iter().filter(|value| !value.is_null()).find_map(|value| of_type(element, value))
        }
        (SqlType::Range(of), Datum::Range(range)) => range.bounds().find_map(|value| of_type(&of.bound(), value)),
        (_, Datum::Text(text)) if kind != Kind::Text && kind.carrier() == Kind::Text => address_problem(kind, text),
        (SqlType::Enum(labels), Datum::Text(text)) => (!labels.iter().any(|label| label == text))
            .then(|| format!("\"{text}\" is none of its labels: {}", labels.join(", "))),
        (_, Datum::Int(number)) if kind.is_integer() => {
            let (least, most) = ty.limits()?;
            let fits = u64::try_from(*number).map_or(*number >= least, |number| number <= most);
            (!fits).then(|| format!("{number} is out of the range of {ty}"))
        }
        (_, Datum::UnsignedInt(number)) if kind.is_integer() => {
            let (_, most) = ty.limits()?;
            (*number > most).then(|| format!("{number} is out of the range of {ty}"))
        }
        (SqlType::Decimal { .. }, Datum::Int(number)) => of_type(ty, &Datum::Decimal((*number).into())),
        (SqlType::Decimal { precision, scale }, Datum::Decimal(decimal)) => {
            let whole = decimal.trunc().abs().mantissa();
            let digits = if whole == 0 { 0 } else { whole.ilog10() + 1 };
            let room = u32::from(precision.saturating_sub(*scale));
            (digits > room).then(|| format!("{decimal} is out of the range of {ty}"))
        }
        (SqlType::Decimal { precision, scale }, Datum::Double(double)) => {
            let end = 10_f64.powi(i32::from(precision.saturating_sub(*scale)));
            (double.is_nan() || double.abs() >= end).then(|| format!("{double} is out of the range of {ty}"))
        }
        (_, Datum::Int(number)) if kind == Kind::Double => {
            (!is_exact(*number)).then(|| format!("no double is the integer {number}"))
        }
        (_, Datum::Time(time)) if kind == Kind::Time => ty
            .scale()
            .filter(|scale| rounds_beyond_day(*time, *scale))
            .map(|_| format!("{time} is rounded to the end of the day by {ty}")),
        (_, Datum::Naive(naive)) if kind == Kind::Naive => ty
            .scale()
            .filter(|scale| naive.date() == jiff::civil::Date::MAX && rounds_beyond_day(naive.time(), *scale))
            .map(|_| format!("{naive} is rounded beyond the last day by {ty}")),
        (_, Datum::Instant(instant)) if kind == Kind::Instant => ty
            .scale()
            .filter(|scale| rounds_beyond_instants(*instant, *scale))
            .map(|_| format!("{instant} is rounded beyond the last instant by {ty}")),
        (_, Datum::Double(double)) if kind == Kind::Real => {
            let is_great = (*double as f32).is_infinite() && double.is_finite();
            is_great.then(|| format!("{double} is out of the range of {ty}"))
        }
        (_, Datum::Int(number)) if kind == Kind::Real => {
            let is_exact = (*number as f32) as i128 == i128::from(*number);
            (!is_exact).then(|| format!("no real is the integer {number}"))
        }
        (_, value) => {
            let found = value.kind()?;
            let fits = found == kind.carrier()
                || (kind.is_number() && found.is_number() && (!kind.is_integer() || found.is_integer()));
            (!fits).then(|| format!("{} is no value of {ty}", found.name()))
        }
    }
}

fn too_long(found: usize, most: usize) -> Option<String> {
    (found > most).then(|| format!("it has {found} bytes, and at most {most} fit"))
}

fn of_rule(declared: &Attribute, check: &Check, value: &Datum<'_>, failures: &mut Vec<Failure>) {
    let broken = match (&check.rule, value) {
        (Rule::Len { min, max }, value) => {
            let length = match value {
                Datum::Text(text) | Datum::Json(text) => text.chars().count(),
                Datum::Bytes(bytes) => bytes.len(),
                _ => return,
            };
            let fits = length >= *min && max.is_none_or(|max| length <= max);
            (!fits).then(|| match max {
                Some(max) => format!("its length is {length}, and {min} to {max} is allowed"),
                None => format!("its length is {length}, and at least {min} is asked for"),
            })
        }
        (Rule::Min(least), value) => (compare(value, least) == Some(std::cmp::Ordering::Less))
            .then(|| format!("it is less than {}", shown(least))),
        (Rule::Max(most), value) => (compare(value, most) == Some(std::cmp::Ordering::Greater))
            .then(|| format!("it is greater than {}", shown(most))),
        (Rule::Is(pattern), Datum::Text(text)) => {
            (!pattern.matches(text)).then(|| format!("it does not match {:?}", pattern.text()))
        }
        (Rule::IsNot(pattern), Datum::Text(text)) => {
            pattern.matches(text).then(|| format!("it matches {:?}", pattern.text()))
        }
        (Rule::NotEmpty, Datum::Text(text)) => text.trim().is_empty().then(|| "it is empty".to_owned()),
        (Rule::Email, Datum::Text(text)) => formats::email(text),
        (Rule::Url, Datum::Text(text)) => formats::url(text),
        (Rule::In(values), value) => (!values.iter().any(|known| equal(known, value)))
            .then(|| "it is none of the values that are allowed".to_owned()),
        (Rule::NotIn(values), value) => values
            .iter()
            .any(|known| equal(known, value))
            .then(|| "it is one of the values that are not allowed".to_owned()),
        (Rule::Custom { check, .. }, value) => check(&value.borrowed().into_owned()).err(),
        (rule, value) => {
            let kind = value.kind().map_or("NULL", Kind::name);
            Some(format!("the rule \"{}\" is for text, and this is {kind}", rule.name()))
        }
    };
    if let Some(message) = broken {
        failures.push(failure(declared, check.rule.name(), check.message.clone().unwrap_or(message)));
    }
}

fn shown(value: &Value) -> String {
    match relata_schema::datum_to_json(value, None) {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

fn equal(left: &Datum<'_>, right: &Datum<'_>) -> bool {
    compare(left, right).map_or(left == right, std::cmp::Ordering::is_eq)
}

/// The order of two values, numbers of any type among them.
fn compare(left: &Datum<'_>, right: &Datum<'_>) -> Option<std::cmp::Ordering> {
    use rust_decimal::Decimal;
    let number = |value: &Datum<'_>| match value {
        Datum::Int(v) => Some(Decimal::from(*v)),
        Datum::Decimal(v) => Some(*v),
        _ => None,
    };
    match (left, right) {
        (Datum::Double(left), right) => left.partial_cmp(&as_double(right)?),
        (left, Datum::Double(right)) => as_double(left)?.partial_cmp(right),
        (Datum::Text(left), Datum::Text(right)) => Some(left.cmp(right)),
        (Datum::Instant(left), Datum::Instant(right)) => Some(left.cmp(right)),
        (Datum::Naive(left), Datum::Naive(right)) => Some(left.cmp(right)),
        (Datum::Day(left), Datum::Day(right)) => Some(left.cmp(right)),
        (Datum::Time(left), Datum::Time(right)) => Some(left.cmp(right)),
        (left, right) => Some(number(left)?.cmp(&number(right)?)),
    }
}

fn as_double(value: &Datum<'_>) -> Option<f64> {
    match value {
        Datum::Double(v) => Some(*v),
        Datum::Int(v) => Some(*v as f64),
        Datum::Decimal(v) => Some(nearest_double(*v)),
        _ => None,
    }
}

/// Formats that others know better.
#[cfg(feature = "validators")]
mod formats {
    use email_address::{EmailAddress, Options};

    pub(super) fn email(text: &str) -> Option<String> {
        // With a domain of several parts, as an application means it: `a@b` is an address by the RFC.
        let options = Options::default().with_required_tld().without_domain_literal().without_display_text();
        EmailAddress::parse_with_options(text, options).is_err().then(|| "it is no email address".to_owned())
    }

    pub(super) fn url(text: &str) -> Option<String> {
        let is_url =
            url::Url::parse(text).is_ok_and(|url| url.has_host() && matches!(url.scheme(), "http" | "https" | "ftp"));
        (!is_url).then(|| "it is no URL".to_owned())
    }
}

/// A rule that cannot be checked does not hold.
#[cfg(not(feature = "validators"))]
mod formats {
    const OFF: &str = "it cannot be checked: relata was built without its feature \"validators\"";

    pub(super) fn email(_: &str) -> Option<String> {
        Some(OFF.to_owned())
    }

    pub(super) fn url(_: &str) -> Option<String> {
        Some(OFF.to_owned())
    }
}
