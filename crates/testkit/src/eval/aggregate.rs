//! Aggregates: from the values of a group to one.

use relata::request::doc::ExprDoc;
use relata::schema::{Datum, Value};
use rust_decimal::Decimal;

use super::{
    compare::{compare, refuse_json, same_cells, to_double},
    expression::Env,
    names::has_aggregate,
    tree::Tree,
};

impl Tree<'_> {
    /// The value of an aggregate over the group at hand. NULLs are left out; `count` with no argument counts rows.
    pub(super) fn aggregate(
        &self,
        name: &str,
        args: &[ExprDoc],
        distinct: bool,
        env: &Env<'_, '_>,
    ) -> Result<Value, String> {
        let Some(group) = env.group else {
            return Err(format!("{name} stands where there is no group"));
        };
        let arg = match args {
            [] if name == "count" && !distinct => return Ok(Datum::Int(group.len() as i64)),
            [arg] if !has_aggregate(arg) => arg,
            _ => return Err(format!("{name} takes one argument, and no aggregate")),
        };
        let mut values: Vec<Value> = Vec::new();
        for rows in group {
            let value = self.value(arg, None, &Env::of(env.base, rows))?;
            if value != Datum::Null {
                values.push(value);
            }
        }
        if distinct || matches!(name, "min" | "max") {
            refuse_json(&values)?;
        }
        if distinct {
            let mut different: Vec<Value> = Vec::new();
            for value in values {
                if !different.iter().any(|seen| same_cells(std::slice::from_ref(seen), std::slice::from_ref(&value))) {
                    different.push(value);
                }
            }
            values = different;
        }
        match name {
            "count" => Ok(Datum::Int(values.len() as i64)),
            "sum" => sum(&values),
            "avg" => average(&values),
            "min" => extreme(values, false),
            "max" => extreme(values, true),
            _ => Err(format!("there is no aggregate {name}")),
        }
    }
}

/// NULL of no values, as SQL has it.
fn sum(values: &[Value]) -> Result<Value, String> {
    let Some(first) = values.first() else { return Ok(Datum::Null) };
    let overflow = || "sum overflows".to_owned();
    match first {
        Datum::Int(_) => i64::try_from(integers(values)?).map(Datum::Int).map_err(|_| overflow()),
        Datum::Decimal(_) => Ok(Datum::Decimal(decimals(values)?.ok_or_else(overflow)?)),
        Datum::Double(_) => Ok(Datum::Double(doubles(values)?)),
        other => Err(format!("there is no sum of {other:?}")),
    }
}

fn average(values: &[Value]) -> Result<Value, String> {
    let Some(first) = values.first() else { return Ok(Datum::Null) };
    // Exact as long as it can be: the only rounding is the one at the end.
    let sum = match first {
        Datum::Int(_) => integers(values)? as f64,
        Datum::Decimal(_) => to_double(&Datum::Decimal(decimals(values)?.ok_or("avg overflows")?))?,
        _ => doubles(values)?,
    };
    Ok(Datum::Double(sum / values.len() as f64))
}

fn integers(values: &[Value]) -> Result<i128, String> {
    let mut sum = 0_i128;
    for value in values {
        match value {
            Datum::Int(number) => sum += i128::from(*number),
            other => return Err(format!("{other:?} among integers")),
        }
    }
    Ok(sum)
}

fn decimals(values: &[Value]) -> Result<Option<Decimal>, String> {
    let mut sum = Some(Decimal::ZERO);
    for value in values {
        match value {
            Datum::Decimal(number) => sum = sum.and_then(|sum| sum.checked_add(*number)),
            other => return Err(format!("{other:?} among decimals")),
        }
    }
    Ok(sum)
}

fn doubles(values: &[Value]) -> Result<f64, String> {
    let mut sum = 0.0;
    for value in values {
        sum += to_double(value)?;
    }
    Ok(sum)
}

fn extreme(values: Vec<Value>, greatest: bool) -> Result<Value, String> {
    let mut best = Datum::Null;
    for value in values {
        let better = match compare(&value, &best)? {
            None => true,
            Some(order) if greatest => order.is_gt(),
            Some(order) => order.is_lt(),
        };
        if better {
            best = value;
        }
    }
    Ok(best)
}
