//! Keys of rows: which there are, which have come, and which a row belongs to.

use std::{hash::Hasher, ops::Range};

use hashbrown::HashTable;
use relata_driver::Row;
use relata_planner::{Feed, Slot};
use relata_schema::{Datum, Error, Kind, Result, Value};
use rustc_hash::{FxHashMap, FxHasher};

use crate::decode::kept;

/// No group, or no instance.
pub(crate) const NONE: u32 = u32::MAX;

/// The keys that a statement is fed with, and their numbers.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Keys that are one whole number each: nearly all.
    ints: FxHashMap<i64, u32>,
    /// Others, as bytes.
    others: FxHashMap<Vec<u8>, u32>,
}

impl Known {
    pub(crate) fn clear(&mut self) {
        self.ints.clear();
        self.others.clear();
    }

    fn len(&self) -> usize {
        self.ints.len() + self.others.len()
    }

    /// The number of a key. `bytes` are of no use afterwards.
    pub(crate) fn get<'k>(&self, key: impl Iterator<Item = &'k Value> + Clone, bytes: &mut Vec<u8>) -> Option<u32> {
        match one_int(key.clone()) {
            Some(int) => self.ints.get(&int).copied(),
            None => {
                bytes.clear();
                key.for_each(|value| write_key(bytes, value));
                self.others.get(bytes.as_slice()).copied()
            }
        }
    }

    /// Gives a key that has none its number.
    pub(crate) fn add<'k>(&mut self, key: impl Iterator<Item = &'k Value> + Clone) -> u32 {
        let number = self.len() as u32;
        match one_int(key.clone()) {
            Some(int) => _ = self.ints.insert(int, number),
            None => {
                let mut bytes = Vec::new();
                key.for_each(|value| write_key(&mut bytes, value));
                self.others.insert(bytes, number);
            }
        }
        number
    }
}

fn one_int<'k>(mut key: impl Iterator<Item = &'k Value>) -> Option<i64> {
    match (key.next(), key.next()) {
        (Some(Datum::Int(int)), None) => Some(*int),
        _ => None,
    }
}

/// The number of the key that a row of a fed statement belongs to, and what its first column says of it.
pub(crate) fn number_of_key(
    feed: &Feed,
    known: &Known,
    kind: Kind,
    row: &dyn Row,
    bytes: &mut Vec<u8>,
) -> Result<(u32, Value)> {
    let unknown = || Error::internal("a fed statement answered a key that it was not given");
    let said = kept(row, 0, kind)?;
    if feed.by_value {
        let number = known.get(std::iter::once(&said), bytes).ok_or_else(unknown)?;
        return Ok((number, said));
    }
    match said {
        Datum::Int(ordinal) => Ok((u32::try_from(ordinal - feed.first).map_err(|_| unknown())?, said)),
        _ => Err(Error::internal("a fed statement answered without the number of its key")),
    }
}

/// Which rows of joined slots have come already, by what tells them apart.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// By the slot, the group, and a key that is one whole number: nearly all.
    ints: FxHashMap<(u32, u32, i64), u32>,
    /// Others, as bytes.
    others: HashTable<SeenRow>,
    /// Their keys, one behind the other.
    keys: Vec<u8>,
    /// The key at hand.
    key: Vec<u8>,
    /// The one that was found last, of the first slot that was asked for: rows of a root come one after the other.
    last: Option<((u32, u32, i64), u32)>,
}

#[derive(Debug)]
struct SeenRow {
    hash: u64,
    slot: u32,
    group: u32,
    key: Range<usize>,
    instance: u32,
}

impl Seen {
    /// The instance of a slot that is in a row, or what `add` makes of one that has not come; and whether it is that.
    pub(crate) fn find_or(
        &mut self,
        slot: usize,
        group: u32,
        row: &dyn Row,
        layout: &Slot,
        kinds: &[Kind],
        add: impl FnOnce() -> u32,
    ) -> Result<(u32, bool)> {
        let place = slot as u32;
        if let &[column] = &*layout.identity
            && let kind @ (Kind::SmallInt | Kind::Integer | Kind::BigInt) = kinds[usize::from(column)]
            && let Some(int) = row.int(usize::from(column), kind)?
        {
            let key = (place, group, int);
            if let Some((last, instance)) = self.last
                && last == key
            {
                return Ok((instance, false));
            }
            let mut is_new = false;
            let instance = *self.ints.entry(key).or_insert_with(|| {
                is_new = true;
                add()
            });
            if self.last.is_none_or(|((last, ..), _)| last == place) {
                self.last = Some((key, instance));
            }
            return Ok((instance, is_new));
        }
        self.key.clear();
        for &column in &layout.identity {
            let column = usize::from(column);
            write_key(&mut self.key, &row.get(column, kinds[column])?);
        }
        let mut hasher = FxHasher::default();
        hasher.write_u64(u64::from(place) << 32 | u64::from(group));
        hasher.write(&self.key);
        let hash = hasher.finish();
        let Seen { others, keys, key, .. } = self;
        let is_it = |row: &SeenRow| {
            row.hash == hash && row.slot == place && row.group == group && keys[row.key.clone()] == **key
        };
        if let Some(row) = others.find(hash, is_it) {
            return Ok((row.instance, false));
        }
        let start = keys.len();
        keys.extend_from_slice(key);
        let row = SeenRow { hash, slot: place, group, key: start..keys.len(), instance: add() };
        Ok((others.insert_unique(hash, row, |row| row.hash).get().instance, true))
    }
}

/// Appends a value so that two keys are equal as bytes only if they are equal value by value: each has its class and
/// its length.
pub(crate) fn write_key(out: &mut Vec<u8>, value: &Datum<'_>) {
    let text = |out: &mut Vec<u8>, tag: u8, bytes: &[u8]| {
        out.push(tag);
        out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        out.extend_from_slice(bytes);
    };
    match value {
        Datum::Null => out.push(0),
        Datum::Bool(v) => out.extend_from_slice(&[1, u8::from(*v)]),
        Datum::Int(v) => {
            out.push(2);
            out.extend_from_slice(&v.to_le_bytes());
        }
        Datum::Double(v) => {
            out.push(3);
            out.extend_from_slice(&v.to_bits().to_le_bytes());
        }
        Datum::Decimal(v) => text(out, 4, v.normalize().to_string().as_bytes()),
        Datum::Text(v) => text(out, 5, v.as_bytes()),
        Datum::Bytes(v) => text(out, 6, v),
        Datum::Uuid(v) => text(out, 7, v.as_bytes()),
        Datum::Instant(v) => text(out, 8, &v.as_nanosecond().to_le_bytes()),
        Datum::Naive(v) => text(out, 9, v.to_string().as_bytes()),
        Datum::Day(v) => text(out, 10, v.to_string().as_bytes()),
        Datum::Time(v) => text(out, 11, v.to_string().as_bytes()),
        Datum::Json(v) => text(out, 12, v.as_bytes()),
        Datum::UnsignedInt(v) => match i64::try_from(*v) {
            Ok(v) => write_key(out, &Datum::Int(v)),
            Err(_) => text(out, 13, &v.to_le_bytes()),
        },
        Datum::Real(v) => text(out, 14, &v.to_bits().to_le_bytes()),
        Datum::Array(values) => {
            out.push(15);
            out.extend_from_slice(&(values.len() as u32).to_le_bytes());
            values.iter().for_each(|value| write_key(out, value));
        }
        Datum::Range(range) => text(out, 16, format!("{range:?}").as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sequelize joins the values of a composite key as text: ("1", "11") and ("11", "1") become one.
    #[test]
    fn keys_that_differ_value_by_value_differ_as_bytes() {
        let key = |values: &[Value]| {
            let mut bytes = Vec::new();
            values.iter().for_each(|value| write_key(&mut bytes, value));
            bytes
        };
        assert_ne!(key(&["1".into(), "11".into()]), key(&["11".into(), "1".into()]));
        assert_ne!(key(&["a\u{5}".into(), "b".into()]), key(&["a".into(), "\u{5}b".into()]));
        assert_ne!(key(&[Value::Null, "a".into()]), key(&["a".into(), Value::Null]));
        assert_ne!(key(&[Value::Int(1)]), key(&[Value::Bool(true)]));
        assert_eq!(key(&[Value::Decimal("1.50".parse().unwrap())]), key(&[Value::Decimal("1.5".parse().unwrap())]));
    }
}
