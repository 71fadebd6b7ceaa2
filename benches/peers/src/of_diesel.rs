//! diesel: the type of a query is its tree. Text and binds are collected in two walks.

use diesel::{
    alias,
    dsl::{avg, count},
    pg::{Pg, PgMetadataLookup, PgQueryBuilder, PgTypeMetadata},
    prelude::*,
    query_builder::{QueryBuilder, QueryFragment, bind_collector::RawBytesBindCollector},
    sql_types::Bool,
};

diesel::table! {
    users (id) {
        id -> BigInt,
        name -> Text,
        email -> Text,
        status -> Text,
        age -> Integer,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    posts (id) {
        id -> BigInt,
        title -> Text,
        body -> Text,
        published -> Bool,
        author_id -> BigInt,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    comments (id) {
        id -> BigInt,
        body -> Text,
        post_id -> BigInt,
        author_id -> BigInt,
    }
}

diesel::joinable!(comments -> posts (post_id));
diesel::allow_tables_to_appear_in_same_query!(users, posts, comments);

/// Types of the server that no workload asks for.
struct NoLookup;

impl PgMetadataLookup for NoLookup {
    fn lookup_type(&mut self, _: &str, _: Option<&str>) -> PgTypeMetadata {
        unreachable!("every type here is known")
    }
}

/// The text and the binds of a query.
pub type Rendered = (String, RawBytesBindCollector<Pg>);

fn rendered(query: &impl QueryFragment<Pg>) -> Rendered {
    let mut text = PgQueryBuilder::default();
    query.to_sql(&mut text, &Pg).unwrap();
    (text.finish(), binds(query))
}

/// What is left to do where the text is cached by the type of the query.
fn binds(query: &impl QueryFragment<Pg>) -> RawBytesBindCollector<Pg> {
    let mut binds = RawBytesBindCollector::new();
    query.collect_binds(&mut binds, &mut NoLookup, &Pg).unwrap();
    binds
}

/// Defines a workload twice: as text and binds, and as binds alone, which is what diesel does for a query of a type that
/// it has prepared before.
macro_rules! workloads {
    ($($name:ident, $warm:ident($($argument:ident: $ty:ty),*) => $query:expr;)+) => {
        $(
            pub fn $name($($argument: $ty),*) -> Rendered {
                rendered(&$query)
            }

            pub fn $warm($($argument: $ty),*) -> RawBytesBindCollector<Pg> {
                binds(&$query)
            }
        )+
    };
}

fn moment(n: u64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp_micros(n as i64).unwrap()
}

alias!(users as authors: Authors, users as commenters: Commenters);

workloads! {
    by_key, by_key_warm(n: u64) => users::table.filter(users::id.eq(n as i64)).select(users::all_columns);

    filtered, filtered_warm(n: u64) => users::table
        .filter(users::status.eq("active"))
        .filter(users::age.between(n as i32 % 20, 65))
        .filter(users::name.like("a%").or(users::email.like("%@example.org")))
        .order((users::name.asc(), users::id.asc()))
        .limit(20)
        .offset((n % 100) as i64)
        .select(users::all_columns);

    joined, joined_warm(n: u64) => posts::table
        .left_join(authors.on(authors.field(users::id).eq(posts::author_id)))
        .left_join(comments::table.on(comments::post_id.eq(posts::id)))
        .left_join(commenters.on(commenters.field(users::id).eq(comments::author_id)))
        .filter(posts::published.eq(true))
        .filter(posts::author_id.gt(n as i64))
        .order(posts::id.asc())
        .select((
            posts::all_columns,
            authors.fields(users::all_columns).nullable(),
            comments::all_columns.nullable(),
            commenters.fields(users::all_columns).nullable(),
        ));

    page, page_warm(n: u64) => posts::table
        .left_join(comments::table)
        .filter(posts::id.eq_any(
            posts::table
                .filter(posts::published.eq(true))
                .order(posts::id.desc())
                .limit(20)
                .offset((n % 100) as i64)
                .select(posts::id),
        ))
        .order(posts::id.desc())
        .select((posts::all_columns, comments::all_columns.nullable()));

    grouped, grouped_warm(n: u64) => users::table
        .filter(users::age.gt(18))
        .group_by(users::status)
        .having(count(users::id).gt((n % 10) as i64))
        .order(users::status.asc())
        .select((users::status, count(users::id), avg(users::age)));

    inserted, inserted_warm(n: u64) => diesel::insert_into(users::table)
        .values((
            users::id.eq(n as i64),
            users::name.eq("Ann"),
            users::email.eq("ann@example.org"),
            users::status.eq("active"),
            users::age.eq(30),
            users::created_at.eq(moment(n)),
        ))
        .returning(users::id);

    listed, listed_warm(ids: &[i64]) => users::table.filter(users::id.eq_any(ids)).select(users::all_columns);

    updated, updated_warm(n: u64) => diesel::update(users::table.filter(users::id.eq(n as i64))).set((
        users::name.eq("Ann"),
        users::email.eq("ann@example.org"),
        users::age.eq(n as i32 % 100),
    ));
}

pub fn inserted_many(n: u64) -> Rendered {
    let rows: Vec<_> = (0..1_000)
        .map(|row| {
            (
                users::id.eq((n + row) as i64),
                users::name.eq("Ann"),
                users::email.eq("ann@example.org"),
                users::status.eq("active"),
                users::age.eq(30),
                users::created_at.eq(moment(n)),
            )
        })
        .collect();
    rendered(&diesel::insert_into(users::table).values(rows))
}

type Boxed = Box<dyn BoxableExpression<users::table, Pg, SqlType = Bool>>;

pub fn tree(n: u64) -> Rendered {
    fn level(n: i64, depth: i64) -> Boxed {
        let mut group: Option<Boxed> = None;
        let mut add = |next: Boxed| {
            group = Some(match group.take() {
                None => next,
                Some(group) if depth % 2 == 0 => Box::new(group.or(next)),
                Some(group) => Box::new(group.and(next)),
            });
        };
        for place in 0..5 {
            add(Box::new(users::id.gt(n + depth * 10 + place)));
            add(Box::new(users::age.lt((place + depth) as i32)));
        }
        if depth > 1 {
            add(level(n, depth - 1));
        }
        group.unwrap()
    }
    rendered(&users::table.filter(level(n as i64, 20)).select(users::all_columns))
}
