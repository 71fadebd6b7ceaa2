//! What an operation is as calls of the library, and what it answers in the words of the model.

use relata::{orm::Change, prelude::*, request::typed};

use super::{
    kept::{Kept, Records, fill_tag, fill_user},
    model::Answer,
    models::{Post, PostTag, Profile, Tag, User},
    operations::{Action, Association, Bulk, BulkKind, Duplicates, Edit, Link, LinkAction, New, Operation},
    rows::{AnyRow, Row, Table},
    tables::Keys,
};

/// What an operation has answered, and the numbers of the rows that are in the answer.
pub(crate) struct Done {
    pub(crate) answer: Answer,
    pub(crate) keys: Keys,
}

impl From<Answer> for Done {
    fn from(answer: Answer) -> Done {
        Done { answer, keys: Keys::default() }
    }
}

impl Done {
    /// Rows that were created, or may have been.
    fn rows<'r, M: Kept>(records: impl IntoIterator<Item = &'r Record<M>>) -> Done {
        let (mut rows, mut keys): (Vec<AnyRow>, Keys) = (Vec::new(), Keys::default());
        for record in records {
            record.collect_keys(&mut keys);
            rows.push(record.plain().into());
        }
        Done { answer: Answer::Rows(rows), keys }
    }
}

/// Calls a function for the model of a table.
macro_rules! of_table {
    ($table:expr, $function:ident($($argument:expr),*)) => {
        match $table {
            Table::Users => $function::<User, _>($($argument),*),
            Table::Posts => $function::<Post, _>($($argument),*),
            Table::Tags => $function::<Tag, _>($($argument),*),
            Table::Pairs => $function::<PostTag, _>($($argument),*),
            Table::Profiles => $function::<Profile, _>($($argument),*),
        }
    };
}

/// Does an operation.
pub(crate) fn perform<E: Executor>(on: &E, records: &mut Records, operation: &Operation) -> relata::Result<Done> {
    match operation {
        Operation::Create { new, as_record, slot } => {
            of_table!(new.table(), create(on, records, new, *as_record, *slot))
        }
        Operation::CreateMany { table, rows, duplicates, individually } => {
            of_table!(table, create_many(on, rows, *duplicates, *individually))
        }
        Operation::Upsert { new, keep } => of_table!(new.table(), upsert(on, new, *keep)),
        Operation::FindOrCreate { new, above } => find_or_create(on, new, *above),
        Operation::Held { table, slot, action } => of_table!(table, act(on, records, *slot, action)),
        Operation::Bulk(change) => of_table!(change.table, bulk(on, change)),
        Operation::Link(change) => {
            let done = link(on, records, change);
            if done.is_err() && change.association == Association::Author {
                records.posts[change.parent] = None;
            }
            done
        }
        Operation::Truncate => {
            PostTag::truncate(on)?;
            Ok(Answer::Nothing.into())
        }
    }
}

fn create<M: Kept, E: Executor>(
    on: &E,
    records: &mut Records,
    new: &New,
    as_record: bool,
    slot: Option<usize>,
) -> relata::Result<Done> {
    let record = match M::fresh(new).filter(|_| as_record) {
        Some(fresh) => {
            let mut record = Record::new(fresh);
            assert!(record.save(on)?, "a new record has nothing to save");
            record
        }
        None => M::create(on, |draft| M::fill(draft, new))?,
    };
    let done = Done::rows([&record]);
    if let Some(slot) = slot {
        M::places(records)[slot] = Some(record);
    }
    Ok(done)
}

fn create_many<M: Kept, E: Executor>(
    on: &E,
    rows: &[New],
    duplicates: Duplicates,
    individually: bool,
) -> relata::Result<Done> {
    let drafts: Vec<M::Draft> = rows.iter().map(|new| M::fill(M::draft(), new)).collect();
    let mut many = M::create_many(drafts);
    many = match duplicates {
        Duplicates::Fail => many,
        Duplicates::Ignore => many.ignore_duplicates(),
        Duplicates::Update => M::of_duplicates(many),
    };
    if individually {
        many = many.individually();
    }
    Ok(Done::rows(&many.run(on)?))
}

fn upsert<M: Kept, E: Executor>(on: &E, new: &New, keep: bool) -> relata::Result<Done> {
    let mut upsert = M::upsert(|draft| M::fill(draft, new));
    if keep {
        upsert = upsert.keep();
    }
    Ok(Done::rows(&upsert.run(on)?))
}

fn find_or_create<E: Executor>(on: &E, new: &New, above: Option<i32>) -> relata::Result<Done> {
    match new {
        New::User(user) => {
            let mut find = User::find().filter(User::EMAIL.eq(user.email.clone()));
            if let Some(score) = above {
                find = find.filter(User::SCORE.gt(score));
            }
            let (record, created) = User::find_or_create(on, &find, |draft| fill_user(draft, user))?;
            Ok(found(&record, created))
        }
        New::Tag(tag) => {
            let find = Tag::find().filter(Tag::NAME.eq(tag.name.clone()));
            let (record, created) = Tag::find_or_create(on, &find, |draft| fill_tag(draft, tag))?;
            Ok(found(&record, created))
        }
        other => panic!("{other:?} is found by no unique key"),
    }
}

fn found<M: Kept>(record: &Record<M>, created: bool) -> Done {
    let mut keys = Keys::default();
    record.collect_keys(&mut keys);
    Done { answer: Answer::Found(record.plain().into(), created), keys }
}

/// Changes the fields of a record.
fn edit<M: Kept>(model: &mut M, edits: &[Edit]) {
    let mut row = model.plain();
    edits.iter().for_each(|edit| row.edit(edit));
    model.assign(row);
}

fn act<M: Kept, E: Executor>(on: &E, records: &mut Records, slot: usize, action: &Action) -> relata::Result<Done> {
    let place = &mut M::places(records)[slot];
    if let Action::Take(key) = action {
        let record = M::with_key(key).required(on)?;
        let row: AnyRow = record.plain().into();
        *place = Some(record);
        return Ok(Answer::Rows(vec![row]).into());
    }
    let Some(record) = place.as_mut() else { panic!("the place {slot} is empty") };
    let answer = match action {
        Action::Take(_) => panic!("what is taken was not in hand"),
        Action::Edit(edits) => {
            edit::<M>(record, edits);
            Answer::Nothing
        }
        Action::Save(edits) => {
            if !edits.is_empty() {
                edit::<M>(record, edits);
            }
            Answer::Wrote(record.save(on)?)
        }
        Action::Update(edits) => Answer::Wrote(record.update(on, |model| edit(model, edits))?),
        Action::Increment(by) => {
            let Some(column) = M::COUNTED else { panic!("nothing of it is counted") };
            record.increment(column, *by, on)?;
            Answer::Nothing
        }
        Action::Destroy => {
            record.destroy(on)?;
            Answer::Nothing
        }
        Action::DestroyForGood => {
            record.destroy_for_good(on)?;
            Answer::Nothing
        }
        Action::Restore => {
            record.restore(on)?;
            Answer::Nothing
        }
        Action::Reload => {
            record.reload(on, M::with_related)?;
            let mut rows: Vec<AnyRow> = vec![record.plain().into()];
            rows.extend(record.loaded_rows()?);
            Answer::Rows(rows)
        }
    };
    Ok(answer.into())
}

fn bulk<M: Kept, E: Executor>(on: &E, bulk: &Bulk) -> relata::Result<Done> {
    let mut change: Change<'static, M> = match bulk.kind {
        BulkKind::Update => M::update(),
        BulkKind::Destroy => M::destroy(),
        BulkKind::DestroyForGood => M::destroy().force(),
        BulkKind::Restore => M::restore(),
    };
    for edit in &bulk.edits {
        change = M::assigned(change, edit);
    }
    for filter in &bulk.filters {
        change = M::filtered(change, filter);
    }
    if bulk.all {
        change = change.all();
    }
    if bulk.with_deleted {
        change = change.with_deleted();
    }
    if let Some((by, descending)) = bulk.order {
        change = M::ordered(change, by, descending);
    }
    if let Some(limit) = bulk.limit {
        change = change.limit(limit as u64);
    }
    if !bulk.returning {
        return Ok(Answer::Count(change.run(on)?).into());
    }
    // In which order a statement answers with rows is the database's to say.
    let mut rows: Vec<M::Row> = change.returning(on)?.iter().map(|record| record.plain()).collect();
    rows.sort_by_key(Row::key);
    Ok(Answer::Rows(rows.into_iter().map(Into::into).collect()).into())
}

fn link<E: Executor>(on: &E, records: &mut Records, link: &Link) -> relata::Result<Done> {
    let Records { users, posts, tags, profiles, .. } = records;
    match link.association {
        Association::Author => change_links(on, in_hand(posts, link.parent), Post::AUTHOR, users, link),
        Association::Posts => change_links(on, in_hand(users, link.parent), User::POSTS, posts, link),
        Association::Profile => change_links(on, in_hand(users, link.parent), User::PROFILE, profiles, link),
        Association::Tags => change_links(on, in_hand(posts, link.parent), Post::TAGS, tags, link),
    }
}

fn change_links<M: Kept, N: Kept, E: Executor>(
    on: &E,
    parent: &mut Record<M>,
    association: typed::Association<M, N>,
    children: &[Option<Record<N>>],
    link: &Link,
) -> relata::Result<Done> {
    let mut links = parent.links(association);
    if link.destroying {
        links = links.destroying();
    }
    if let Some(weight) = link.weight {
        links = links.through(PostTag::WEIGHT, weight);
    }
    let answer = match &link.action {
        LinkAction::Add(slots) => {
            links.add(&chosen(children, slots), on)?;
            Answer::Nothing
        }
        LinkAction::Remove(slots) => Answer::Count(links.remove(&chosen(children, slots), on)?),
        LinkAction::Set(slots) => {
            links.set(&chosen(children, slots), on)?;
            Answer::Nothing
        }
        LinkAction::Create(new) => {
            let record = links.create(on, |draft| N::fill(draft, new))?;
            return Ok(Done::rows([&record]));
        }
    };
    Ok(answer.into())
}

fn in_hand<M>(records: &mut [Option<Record<M>>], slot: usize) -> &mut Record<M> {
    records[slot].as_mut().unwrap_or_else(|| panic!("the place {slot} is empty"))
}

fn chosen<'c, N>(children: &'c [Option<Record<N>>], slots: &[usize]) -> Vec<&'c Record<N>> {
    slots.iter().filter_map(|slot| children[*slot].as_ref()).collect()
}
