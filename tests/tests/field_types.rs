//! Types of the application's own in the fields of models.

use relata::{ErrorKind, Sql, prelude::*, schema::SqlType};
use relata_testkit::databases::databases;

#[derive(FieldType, Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Draft,
    InReview,
    #[field_type(label = "it's out")]
    Published,
}

#[derive(FieldType, Debug, Clone, PartialEq, Eq)]
struct Title(String);

#[derive(FieldType, Debug, Clone, Copy, PartialEq)]
struct Cents(i64);

#[derive(Model, Debug, Clone)]
#[model(table = "articles")]
struct Article {
    #[key(auto)]
    id: i64,
    title: Title,
    #[column(default = "draft")]
    state: State,
    before: Option<State>,
    #[column(type = "string(40)")]
    subtitle: Option<Title>,
    price: Option<Cents>,
}

#[test]
fn enums_and_newtypes_are_fields() {
    let model = model::<Article>();
    let ty = |name: &str| model.attributes[usize::from(model.attribute(name).unwrap())].ty.clone();
    let labels = SqlType::Enum(vec!["draft".to_owned(), "in_review".to_owned(), "it's out".to_owned()]);
    assert_eq!((ty("state"), ty("title"), ty("subtitle")), (labels, SqlType::Text, SqlType::String(40)));
    assert_eq!((ty("price"), State::InReview.label()), (SqlType::BigInt, "in_review"));
    for db in databases("field_types") {
        let name = db.dialect().name;
        relata::create_missing(&db, &[model]).unwrap();
        let title = |text: &str| Title(text.to_owned());
        let first = Article::create(&db, |article| article.title(title("a")).price(Cents(5))).unwrap();
        let mut first = Article::find().filter(Article::ID.eq(first.id)).required(&db).unwrap();
        assert_eq!((first.state, first.before, first.price), (State::Draft, None, Some(Cents(5))), "{name}");
        first.state = State::Published;
        first.before = Some(State::Draft);
        first.save(&db).unwrap();
        Article::create(&db, |article| article.title(title("b")).state(State::InReview)).unwrap();
        let titles = |find: relata::Find<'_, Article>| -> Vec<String> {
            find.order(Article::ID.asc()).all(&db).unwrap().into_iter().map(|article| article.title.0.clone()).collect()
        };
        assert_eq!(titles(Article::find().filter(Article::STATE.eq(State::Published))), ["a"], "{name}");
        assert_eq!(titles(Article::find().filter(Article::STATE.is_in([State::InReview, State::Draft]))), ["b"]);
        assert_eq!(titles(Article::find().filter(Article::BEFORE.eq(None::<State>))), ["b"], "{name}");
        assert_eq!(titles(Article::find().filter(Article::TITLE.gte(title("b")))), ["b"], "{name}");
        assert_eq!(titles(Article::find().filter(Article::PRICE.lt(Cents(6)))), ["a"], "{name}");
        let shown: Vec<(State, Title)> =
            Article::find().order(Article::ID.desc()).select((Article::STATE, Article::TITLE), &db).unwrap();
        assert_eq!(shown[1], (State::Published, title("a")), "{name}");
        // A label that only the table knows is an error of reading, and names the field.
        if name == "sqlite" {
            db.execute(Sql::trusted("PRAGMA ignore_check_constraints = 1"), ()).unwrap();
            db.execute(Sql::trusted("UPDATE articles SET state = 'gone'"), ()).unwrap();
            let error = Article::find().all(&db).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
            assert!(error.to_string().contains("Article.state") && error.to_string().contains("gone"), "{error}");
        }
    }
}
