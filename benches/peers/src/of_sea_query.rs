//! sea-query: statements are built as trees and rendered.

use sea_query::{
    Alias, Cond, Condition, Expr, ExprTrait, Func, Iden, JoinType, Order, PostgresQueryBuilder, Query, Values,
};

#[derive(Iden, Clone, Copy)]
enum Users {
    Table,
    Id,
    Name,
    Email,
    Status,
    Age,
    CreatedAt,
}

#[derive(Iden, Clone, Copy)]
enum Posts {
    Table,
    Id,
    Title,
    Body,
    Published,
    AuthorId,
    CreatedAt,
}

#[derive(Iden, Clone, Copy)]
enum Comments {
    Table,
    Id,
    Body,
    PostId,
    AuthorId,
}

const USERS: [Users; 6] = [Users::Id, Users::Name, Users::Email, Users::Status, Users::Age, Users::CreatedAt];
const POSTS: [Posts; 6] = [Posts::Id, Posts::Title, Posts::Body, Posts::Published, Posts::AuthorId, Posts::CreatedAt];
const COMMENTS: [Comments; 4] = [Comments::Id, Comments::Body, Comments::PostId, Comments::AuthorId];

fn moment(n: u64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp_micros(n as i64).unwrap()
}

pub fn by_key(n: u64) -> (String, Values) {
    Query::select()
        .columns(USERS)
        .from(Users::Table)
        .and_where(Expr::col(Users::Id).eq(n as i64))
        .build(PostgresQueryBuilder)
}

pub fn filtered(n: u64) -> (String, Values) {
    Query::select()
        .columns(USERS)
        .from(Users::Table)
        .and_where(Expr::col(Users::Status).eq("active"))
        .and_where(Expr::col(Users::Age).between(n as i32 % 20, 65))
        .cond_where(
            Cond::any().add(Expr::col(Users::Name).like("a%")).add(Expr::col(Users::Email).like("%@example.org")),
        )
        .order_by(Users::Name, Order::Asc)
        .order_by(Users::Id, Order::Asc)
        .limit(20)
        .offset(n % 100)
        .build(PostgresQueryBuilder)
}

pub fn joined(n: u64) -> (String, Values) {
    let (author, commenter) = (Alias::new("a"), Alias::new("ca"));
    Query::select()
        .columns(POSTS.map(|column| (Posts::Table, column)))
        .columns(USERS.map(|column| (author.clone(), column)))
        .columns(COMMENTS.map(|column| (Comments::Table, column)))
        .columns(USERS.map(|column| (commenter.clone(), column)))
        .from(Posts::Table)
        .join_as(
            JoinType::LeftJoin,
            Users::Table,
            author.clone(),
            Expr::col((author.clone(), Users::Id)).equals((Posts::Table, Posts::AuthorId)),
        )
        .left_join(Comments::Table, Expr::col((Comments::Table, Comments::PostId)).equals((Posts::Table, Posts::Id)))
        .join_as(
            JoinType::LeftJoin,
            Users::Table,
            commenter.clone(),
            Expr::col((commenter.clone(), Users::Id)).equals((Comments::Table, Comments::AuthorId)),
        )
        .and_where(Expr::col((Posts::Table, Posts::Published)).eq(true))
        .and_where(Expr::col((Posts::Table, Posts::AuthorId)).gt(n as i64))
        .order_by((Posts::Table, Posts::Id), Order::Asc)
        .build(PostgresQueryBuilder)
}

pub fn page(n: u64) -> (String, Values) {
    let page = Alias::new("p");
    let inner = Query::select()
        .columns(POSTS)
        .from(Posts::Table)
        .and_where(Expr::col(Posts::Published).eq(true))
        .order_by(Posts::Id, Order::Desc)
        .limit(20)
        .offset(n % 100)
        .take();
    Query::select()
        .columns(POSTS.map(|column| (page.clone(), column)))
        .columns(COMMENTS.map(|column| (Comments::Table, column)))
        .from_subquery(inner, page.clone())
        .left_join(Comments::Table, Expr::col((Comments::Table, Comments::PostId)).equals((page.clone(), Posts::Id)))
        .order_by((page, Posts::Id), Order::Desc)
        .build(PostgresQueryBuilder)
}

pub fn grouped(n: u64) -> (String, Values) {
    Query::select()
        .column(Users::Status)
        .expr(Func::count(Expr::col(Users::Id)))
        .expr(Func::avg(Expr::col(Users::Age)))
        .from(Users::Table)
        .and_where(Expr::col(Users::Age).gt(18))
        .group_by_col(Users::Status)
        .and_having(Expr::expr(Func::count(Expr::col(Users::Id))).gt((n % 10) as i64))
        .order_by(Users::Status, Order::Asc)
        .build(PostgresQueryBuilder)
}

pub fn inserted(n: u64) -> (String, Values) {
    Query::insert()
        .into_table(Users::Table)
        .columns(USERS)
        .values_panic([
            (n as i64).into(),
            "Ann".into(),
            "ann@example.org".into(),
            "active".into(),
            30.into(),
            moment(n).into(),
        ])
        .returning_col(Users::Id)
        .build(PostgresQueryBuilder)
}

pub fn inserted_many(n: u64) -> (String, Values) {
    let mut insert = Query::insert();
    insert.into_table(Users::Table).columns(USERS);
    for row in 0..1_000 {
        insert.values_panic([
            ((n + row) as i64).into(),
            "Ann".into(),
            "ann@example.org".into(),
            "active".into(),
            30.into(),
            moment(n).into(),
        ]);
    }
    insert.build(PostgresQueryBuilder)
}

pub fn listed(ids: &[i64]) -> (String, Values) {
    Query::select()
        .columns(USERS)
        .from(Users::Table)
        .and_where(Expr::col(Users::Id).is_in(ids.iter().copied()))
        .build(PostgresQueryBuilder)
}

pub fn updated(n: u64) -> (String, Values) {
    Query::update()
        .table(Users::Table)
        .values([
            (Users::Name, "Ann".into()),
            (Users::Email, "ann@example.org".into()),
            (Users::Age, (n as i32 % 100).into()),
        ])
        .and_where(Expr::col(Users::Id).eq(n as i64))
        .build(PostgresQueryBuilder)
}

pub fn tree(n: u64) -> (String, Values) {
    fn level(n: i64, depth: i64) -> Condition {
        let mut group = if depth % 2 == 0 { Cond::any() } else { Cond::all() };
        for place in 0..5 {
            group = group.add(Expr::col(Users::Id).gt(n + depth * 10 + place));
            group = group.add(Expr::col(Users::Age).lt((place + depth) as i32));
        }
        if depth > 1 { group.add(level(n, depth - 1)) } else { group }
    }
    Query::select().columns(USERS).from(Users::Table).cond_where(level(n as i64, 20)).build(PostgresQueryBuilder)
}
