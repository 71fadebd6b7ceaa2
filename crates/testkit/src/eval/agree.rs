//! Whether an answer is one that the contract allows.

use serde_json::Value as Json;

use super::Answer;

/// Compares an expected answer with an actual one. Rows of equal rank may come in any order; doubles may differ in the
/// ninth digit, because a sum in another order of rows does.
///
/// # Errors
///
/// The path to the first difference, with what was expected there and what is.
pub fn agrees(expected: &Answer, actual: &Json) -> Result<(), String> {
    at("$", expected, actual)
}

fn at(path: &str, expected: &Answer, actual: &Json) -> Result<(), String> {
    match (expected, actual) {
        (Answer::Scalar(value), _) if same(value, actual) => Ok(()),
        (Answer::Object(fields), Json::Object(object)) => {
            let asked: Vec<&str> = fields.iter().map(|(key, _)| key.as_str()).collect();
            let given: Vec<&str> = object.keys().map(String::as_str).collect();
            if asked != given {
                return Err(format!("{path}: expected the keys {asked:?}, found {given:?}"));
            }
            for ((key, field), value) in fields.iter().zip(object.values()) {
                at(&format!("{path}.{key}"), field, value)?;
            }
            Ok(())
        }
        (Answer::List { rows, ranks }, Json::Array(actual_rows)) => list(path, rows, ranks, actual_rows),
        _ => Err(format!("{path}: expected {}, found {actual}", expected.to_json())),
    }
}

fn list(path: &str, rows: &[Answer], ranks: &[u32], actual: &[Json]) -> Result<(), String> {
    if rows.len() != actual.len() {
        let expected = Answer::List { rows: rows.to_vec(), ranks: ranks.to_vec() }.to_json();
        let (many, found) = (rows.len(), actual.len());
        let shown = Json::Array(actual.to_vec());
        return Err(format!("{path}: expected {many} rows, found {found}: expected {expected}, found {shown}"));
    }
    let mut start = 0;
    while start < rows.len() {
        let tied = ranks[start..].iter().take_while(|rank| **rank == ranks[start]).count();
        tie(path, start, &rows[start..start + tied], &actual[start..start + tied])?;
        start += tied;
    }
    Ok(())
}

/// Rows that tie: each expected row takes an actual one that agrees with it. The first that agrees will do, since rows
/// that agree with one expected row agree with one another.
fn tie(path: &str, start: usize, rows: &[Answer], actual: &[Json]) -> Result<(), String> {
    if let ([row], [value]) = (rows, actual) {
        return at(&format!("{path}[{start}]"), row, value);
    }
    let end = start + rows.len();
    let mut free: Vec<&Json> = actual.iter().collect();
    for row in rows {
        match free.iter().position(|value| at("", row, value).is_ok()) {
            Some(index) => {
                free.remove(index);
            }
            None => {
                let shown = Json::Array(free.into_iter().cloned().collect());
                return Err(format!("{path}[{start}..{end}]: expected {} among {shown}", row.to_json()));
            }
        }
    }
    Ok(())
}

fn same(expected: &Json, actual: &Json) -> bool {
    match (expected, actual) {
        // An expected integer has to be written as one, and only a double is compared with tolerance.
        (Json::Number(e), Json::Number(a)) if e.is_f64() => match (e.as_f64(), a.as_f64()) {
            (Some(e), Some(a)) => close(e, a),
            _ => false,
        },
        (Json::Array(e), Json::Array(a)) => e.len() == a.len() && e.iter().zip(a).all(|(e, a)| same(e, a)),
        (Json::Object(e), Json::Object(a)) => {
            e.len() == a.len() && e.iter().all(|(key, e)| a.get(key).is_some_and(|a| same(e, a)))
        }
        _ => expected == actual,
    }
}

/// Numbers that cancel to nothing leave an error that is large relative to what is left, hence the absolute part.
fn close(expected: f64, actual: f64) -> bool {
    (expected - actual).abs() <= 1e-9 * expected.abs().max(actual.abs()) + 1e-12
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Answer, agrees};

    fn rows(values: &[i64], ranks: &[u32]) -> Answer {
        let rows = values.iter().map(|value| Answer::Object(vec![("id".to_owned(), Answer::Scalar(json!(value)))]));
        Answer::List { rows: rows.collect(), ranks: ranks.to_vec() }
    }

    #[test]
    fn rows_of_one_rank_come_in_any_order() {
        let expected = rows(&[1, 2, 3], &[0, 0, 1]);
        assert_eq!(agrees(&expected, &json!([{"id": 2}, {"id": 1}, {"id": 3}])), Ok(()));
        assert!(agrees(&expected, &json!([{"id": 1}, {"id": 3}, {"id": 2}])).is_err());
        assert!(agrees(&expected, &json!([{"id": 1}, {"id": 1}, {"id": 3}])).is_err());
        assert!(agrees(&expected, &json!([{"id": 1}, {"id": 2}])).is_err());
    }

    #[test]
    fn a_difference_says_where_it_is() {
        let expected = rows(&[1, 2], &[0, 1]);
        let error = agrees(&expected, &json!([{"id": 1}, {"id": 3}]));
        assert_eq!(error, Err("$[1].id: expected 2, found 3".to_owned()));
        let error = agrees(&expected, &json!([{"id": 1}, {"key": 2}]));
        assert_eq!(error, Err("$[1]: expected the keys [\"id\"], found [\"key\"]".to_owned()));
    }

    #[test]
    fn doubles_agree_and_integers_are_exact() {
        assert!(agrees(&Answer::Scalar(json!(0.3)), &json!(0.1 + 0.2)).is_ok());
        assert!(agrees(&Answer::Scalar(json!(2.0)), &json!(2)).is_ok());
        assert!(agrees(&Answer::Scalar(json!(2)), &json!(2.0)).is_err());
        assert!(agrees(&Answer::Scalar(json!("1.50")), &json!("1.5")).is_err());
    }
}
