//! The plain model: what every operation does to tables that are ordered maps, and to copies of their rows.
//!
//! It knows no SQL and none of the code that is tested. What a statement refuses is said in the order in which
//! databases find it: what a unique key forbids while rows are written, what a foreign key forbids when they are.

use super::{
    hands::{Hands, Held},
    operations::{Action, Association, Bulk, BulkKind, Duplicates, Filter, New, Operation},
    rows::{AnyRow, Key, Moment, PairRow, PostRow, ProfileRow, Row, Table, TagRow, UserRow},
    tables::{Keys, Tables},
};

/// Why an operation is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Unique,
    ForeignKey,
    Stale,
    NotFound,
    Request,
    Validation,
    Unsupported,
}

/// What an operation answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Nothing,
    /// Whether anything was written.
    Wrote(bool),
    Count(u64),
    Rows(Vec<AnyRow>),
    /// The row, and whether it was created.
    Found(AnyRow, bool),
}

/// The database and the application.
#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    pub(crate) tables: Tables,
    pub(crate) hands: Hands,
}

impl Model {
    /// Does an operation. What is refused leaves the tables as they were.
    pub(crate) fn apply(&mut self, operation: &Operation, now: Moment, keys: &mut Keys) -> Result<Answer, Refusal> {
        let before = self.tables.clone();
        let answer = match operation {
            Operation::Create { new, slot, .. } => self.create(new, *slot, now, keys),
            Operation::CreateMany { table, rows, duplicates, individually } => {
                self.create_many(*table, rows, *duplicates, *individually, now, keys)
            }
            Operation::Upsert { new, keep } => match new.table() {
                Table::Users => self.upsert::<UserRow>(new, *keep, now, keys),
                Table::Posts => self.upsert::<PostRow>(new, *keep, now, keys),
                Table::Tags => self.upsert::<TagRow>(new, *keep, now, keys),
                Table::Pairs => self.upsert::<PairRow>(new, *keep, now, keys),
                Table::Profiles => self.upsert::<ProfileRow>(new, *keep, now, keys),
            },
            Operation::FindOrCreate { new: new @ New::Tag(_), above } => {
                self.find_or_create::<TagRow>(new, *above, now, keys)
            }
            Operation::FindOrCreate { new, above } => self.find_or_create::<UserRow>(new, *above, now, keys),
            Operation::Held { table, slot, action } => match table {
                Table::Users => self.held::<UserRow>(*slot, action, now),
                Table::Posts => self.held::<PostRow>(*slot, action, now),
                Table::Tags => self.held::<TagRow>(*slot, action, now),
                Table::Pairs => self.held::<PairRow>(*slot, action, now),
                Table::Profiles => self.held::<ProfileRow>(*slot, action, now),
            },
            Operation::Bulk(bulk) => match bulk.table {
                Table::Users => self.bulk::<UserRow>(bulk, now),
                Table::Posts => self.bulk::<PostRow>(bulk, now),
                Table::Tags => self.bulk::<TagRow>(bulk, now),
                Table::Pairs => self.bulk::<PairRow>(bulk, now),
                Table::Profiles => self.bulk::<ProfileRow>(bulk, now),
            },
            Operation::Link(link) => match link.association {
                Association::Author => self.link_author(link, now, keys),
                Association::Posts => self.link_posts(link, now, keys),
                Association::Profile => self.link_profile(link, now, keys),
                Association::Tags => self.link_tags(link, now, keys),
            },
            Operation::Truncate => {
                self.tables.pairs.clear();
                Ok(Answer::Nothing)
            }
        };
        if answer.is_err() {
            self.tables = before;
        }
        answer
    }

    fn create(&mut self, new: &New, slot: Option<usize>, now: Moment, keys: &mut Keys) -> Result<Answer, Refusal> {
        let row = self.tables.create(new, now, keys)?;
        if let Some(slot) = slot {
            match row.clone() {
                AnyRow::Users(row) => self.hands.users[slot] = Some(Held::of(row)),
                AnyRow::Posts(row) => self.hands.posts[slot] = Some(Held::of(row)),
                AnyRow::Tags(row) => self.hands.tags[slot] = Some(Held::of(row)),
                AnyRow::Pairs(row) => self.hands.pairs[slot] = Some(Held::of(row)),
                AnyRow::Profiles(row) => self.hands.profiles[slot] = Some(Held::of(row)),
            }
        }
        Ok(Answer::Rows(vec![row]))
    }

    fn create_many(
        &mut self,
        table: Table,
        rows: &[New],
        duplicates: Duplicates,
        individually: bool,
        now: Moment,
        keys: &mut Keys,
    ) -> Result<Answer, Refusal> {
        let Some(first) = rows.first() else { return Ok(Answer::Rows(Vec::new())) };
        let (target, given) = (target_of(table), first.given());
        if duplicates == Duplicates::Update && !target.iter().all(|name| given.contains(name)) {
            return Err(Refusal::Request);
        }
        let nested = rows.iter().any(New::has_nested);
        if (nested || individually) && duplicates != Duplicates::Fail {
            return Err(Refusal::Unsupported);
        }
        let tables = &mut self.tables;
        let written = if nested || individually {
            rows.iter().map(|new| tables.create(new, now, keys)).collect::<Result<Vec<AnyRow>, Refusal>>()?
        } else {
            match table {
                Table::Users => tables.create_set::<UserRow>(rows, duplicates, now, keys)?,
                Table::Posts => tables.create_set::<PostRow>(rows, duplicates, now, keys)?,
                Table::Tags => tables.create_set::<TagRow>(rows, duplicates, now, keys)?,
                Table::Pairs => tables.create_set::<PairRow>(rows, duplicates, now, keys)?,
                Table::Profiles => tables.create_set::<ProfileRow>(rows, duplicates, now, keys)?,
            }
        };
        Ok(Answer::Rows(written))
    }

    fn upsert<R: Row>(&mut self, new: &New, keep: bool, now: Moment, keys: &mut Keys) -> Result<Answer, Refusal> {
        if new.has_nested() {
            // As of many rows that may be there: what belongs to a row that is left alone has no place.
            return Err(Refusal::Unsupported);
        }
        let row = R::of(new, now)?;
        let given = new.given();
        if !R::TARGET.iter().all(|name| given.contains(name)) {
            return Err(Refusal::Request);
        }
        let Some(key) = self.tables.clash(&row) else {
            let row = self.tables.create_one(row, keys)?;
            return Ok(Answer::Rows(vec![row.into()]));
        };
        let names: Vec<&str> = given.into_iter().filter(|name| !keep && !R::TARGET.contains(name)).collect();
        if names.is_empty() {
            return Ok(Answer::Rows(Vec::new()));
        }
        let written = self.tables.write_over(&key, &names, &row, now, keys);
        self.tables.references()?;
        Ok(Answer::Rows(written.into_iter().map(Into::into).collect()))
    }

    fn find_or_create<R: Row>(
        &mut self,
        new: &New,
        above: Option<i32>,
        now: Moment,
        keys: &mut Keys,
    ) -> Result<Answer, Refusal> {
        let row = R::of(new, now)?;
        let Some(key) = self.tables.clash(&row) else {
            return Ok(Answer::Found(self.tables.create_one(row, keys)?.into(), true));
        };
        let found = R::rows(&self.tables).get(&key).cloned().ok_or(Refusal::NotFound)?;
        if above.is_some_and(|score| !found.meets(&Filter::ScoreAbove(score))) {
            // The row that stands in the way is not the one that is meant.
            return Err(Refusal::Unique);
        }
        keys.known(R::TABLE, &key);
        Ok(Answer::Found(found.into(), false))
    }

    fn held<R: Row>(&mut self, slot: usize, action: &Action, now: Moment) -> Result<Answer, Refusal> {
        if let Action::Take(key) = action {
            let row = R::rows(&self.tables).get(key).cloned().ok_or(Refusal::NotFound)?;
            R::held(&mut self.hands)[slot] = Some(Held::of(row.clone()));
            return Ok(Answer::Rows(vec![row.into()]));
        }
        let Some(mut held) = R::held(&mut self.hands)[slot].clone() else { panic!("the place {slot} is empty") };
        let answer = self.tables.act(&mut held, action, now);
        R::held(&mut self.hands)[slot] = Some(held);
        answer
    }

    fn bulk<R: Row>(&mut self, bulk: &Bulk, now: Moment) -> Result<Answer, Refusal> {
        let is_unlimited = bulk.limit.is_none();
        let asks = !bulk.filters.is_empty() || bulk.all || bulk.kind == BulkKind::Restore;
        if !asks || (bulk.order.is_some() && is_unlimited) || (bulk.kind == BulkKind::Restore && !R::PARANOID) {
            return Err(Refusal::Request);
        }
        let is_visible = |row: &R| match bulk.kind {
            BulkKind::Restore => row.deleted_at().is_some(),
            BulkKind::DestroyForGood => true,
            BulkKind::Update | BulkKind::Destroy => bulk.with_deleted || row.deleted_at().is_none(),
        };
        let mut rows: Vec<R> = R::rows(&self.tables)
            .values()
            .filter(|row| is_visible(row) && bulk.filters.iter().all(|filter| row.meets(filter)))
            .cloned()
            .collect();
        if let Some((by, descending)) = bulk.order {
            // Of equal ones the lower key is first, whichever way the order goes.
            rows.sort_by(|left, right| {
                let order = left.rank(by).cmp(&right.rank(by));
                if descending { order.reverse() } else { order }
            });
        }
        rows.truncate(bulk.limit.unwrap_or(usize::MAX));
        rows.sort_by_key(Row::key);
        let keys: Vec<Key> = rows.iter().map(Row::key).collect();
        let marks = bulk.kind == BulkKind::Destroy && R::PARANOID;
        for row in &mut rows {
            match bulk.kind {
                BulkKind::Update => bulk.edits.iter().for_each(|edit| row.edit(edit)),
                BulkKind::Restore => row.set_deleted_at(None),
                BulkKind::Destroy if marks => row.set_deleted_at(Some(now)),
                // They are gone, and are answered as they were.
                BulkKind::Destroy | BulkKind::DestroyForGood => continue,
            }
            row.touch(now);
        }
        if matches!(bulk.kind, BulkKind::Update | BulkKind::Restore) || marks {
            self.tables.replace(keys.into_iter().zip(rows.iter().cloned()).collect())?;
        } else {
            self.tables.remove::<R>(&keys);
        }
        Ok(if bulk.returning {
            Answer::Rows(rows.into_iter().map(Into::into).collect())
        } else {
            Answer::Count(rows.len() as u64)
        })
    }
}

fn target_of(table: Table) -> &'static [&'static str] {
    match table {
        Table::Users => UserRow::TARGET,
        Table::Posts => PostRow::TARGET,
        Table::Tags => TagRow::TARGET,
        Table::Pairs => PairRow::TARGET,
        Table::Profiles => ProfileRow::TARGET,
    }
}
