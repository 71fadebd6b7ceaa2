//! Values that are made anew for each row: the moment, and UUIDs.

use relata::{DynModel, Instant, SchemaDoc, prelude::*, request::doc::RequestDoc};
use relata_testkit::databases::databases;
use serde_json::{Value as Json, json};
use uuid::Uuid;

#[derive(Model, Debug, Clone)]
#[model(table = "orders")]
struct Order {
    #[key]
    #[column(default = uuid_v7)]
    id: Uuid,
    #[column(default = uuid)]
    token: Uuid,
    #[column(default = now)]
    placed_at: Instant,
    title: String,
    #[has_many(key = order_id)]
    items: Many<Item>,
}

#[derive(Model, Debug, Clone)]
#[model(table = "items")]
struct Item {
    #[key]
    #[column(default = uuid)]
    id: Uuid,
    order_id: Uuid,
    #[column(default = now)]
    day: jiff::civil::Date,
}

#[test]
fn rows_are_given_keys_and_moments() {
    let noon: Instant = "2024-02-29T12:00:00.123456Z".parse().unwrap();
    for db in databases("generated") {
        let name = db.dialect().name;
        let db = db.with_clock(move || noon);
        relata::create_missing(&db, &[model::<Order>(), model::<Item>()]).unwrap();
        let first = Order::create(&db, |order| order.title("a")).unwrap();
        assert_eq!((first.id.get_version_num(), first.token.get_version_num()), (7, 4), "{name}");
        assert_eq!(first.placed_at, noon, "{name}");
        let kept = Order::find().filter(Order::ID.eq(first.id)).one(&db).unwrap().unwrap();
        assert_eq!((kept.token, kept.placed_at, kept.title.as_str()), (first.token, noon, "a"), "{name}");
        // What is given is taken.
        let own = Uuid::from_u128(7);
        let given = Order::create(&db, |order| order.id(own).title("b")).unwrap();
        assert_eq!(given.id, own, "{name}");
        // Each row of many has its own, and children know the key of their parent.
        let many = Order::create_many((0..3).map(|i| Order::draft().title(format!("{i}")))).run(&db).unwrap();
        let mut keys: Vec<Uuid> = many.iter().map(|order| order.id).collect();
        keys.dedup();
        assert_eq!(keys.len(), 3, "{name}");
        let graph = Order::create(&db, |order| order.title("c").items(|item| item)).unwrap();
        let item = Item::find().filter(Item::ORDER_ID.eq(graph.id)).one(&db).unwrap().unwrap();
        assert_eq!((item.day, item.id.get_version_num()), (jiff::civil::date(2024, 2, 29), 4), "{name}");
    }
}

#[test]
fn documents_name_what_is_made() {
    let doc: SchemaDoc = relata::to_doc(&[model::<Order>(), model::<Item>()]);
    let json = serde_json::to_value(&doc).unwrap();
    assert_eq!(json["models"]["Order"]["attributes"]["id"]["default"], json!({ "fn": "uuid_v7" }));
    let doc: SchemaDoc = serde_json::from_value(json).unwrap();
    let models = doc.build().unwrap();
    for db in databases("generated_documents") {
        relata::create_missing(&db, &models.views().collect::<Vec<_>>()).unwrap();
        let request = json!({ "create": "Order", "values": [{ "title": "a" }, { "title": "b" }] });
        let find = DynFind::from_doc(&models, RequestDoc::from_json(&request).unwrap());
        // What is looked at is the same every time.
        assert_eq!(find.requests().unwrap()[0].1.binds(), find.requests().unwrap()[0].1.binds());
        let made: Json = serde_json::from_str(&find.json(&db).unwrap()).unwrap();
        assert_ne!(made[0]["id"], made[1]["id"], "{}", db.dialect().name);
        let orders = DynModel::of(&models, "Order").unwrap();
        let one = orders.create(&db, orders.draft().with("title", "c")).unwrap();
        assert!(!one.get("token").unwrap().is_null());
    }
    for wrong in [json!({ "fn": "uuid" }), json!({ "fn": "nothing" })] {
        let json = json!({ "models": { "A": { "attributes": { "n": { "type": "integer", "default": wrong } } } } });
        let doc: Result<SchemaDoc, _> = serde_json::from_value(json);
        assert!(doc.unwrap().build().is_err());
    }
}
