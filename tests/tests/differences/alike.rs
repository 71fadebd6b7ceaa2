//! Ordinary calls that every database answers alike. Where one does not, that is a difference which the page must name, or
//! a mistake.

use relata::{Error, Executor, Sql, Value, request::doc::col};

use crate::{
    Ask,
    world::{World, either, word},
};

const fn alike(name: &'static str, requests: &'static [&'static str]) -> (&'static str, Ask) {
    (name, Ask::Requests(requests))
}

pub(crate) const ALIKE: &[(&str, Ask)] = &[
    alike(
        "an order of texts",
        &[
            r#"{"create":"Thing","values":[{"word":"a"},{"word":"A"},{"word":"b"},{"word":"ä"},{"word":"Ä"},{"word":"z"},{"word":"é"},{"word":"e\u0301"},{"word":"ß"},{"word":"😀"},{"word":"\uffff"},{"word":"a "},{"word":""},{"word":"aa"},{"word":"_"}]}"#,
            r#"{"model":"Thing","attributes":["word"],"order":["word"]}"#,
        ],
    ),
    alike(
        "an order with NULL first",
        &[
            r#"{"create":"Thing","values":[{"id":1,"n":2},{"id":2},{"id":3,"n":1}]}"#,
            r#"{"model":"Thing","attributes":["id"],"order":[["n","nulls first"]]}"#,
        ],
    ),
    alike(
        "a descending order with NULL last",
        &[
            r#"{"create":"Thing","values":[{"id":1,"n":2},{"id":2},{"id":3,"n":1}]}"#,
            r#"{"model":"Thing","attributes":["id"],"order":[["n","desc nulls last"]],"limit":2}"#,
        ],
    ),
    alike(
        "a descending order with NULL first",
        &[
            r#"{"create":"Thing","values":[{"id":1,"n":2},{"id":2},{"id":3,"n":1}]}"#,
            r#"{"model":"Thing","attributes":["id"],"order":[["n","desc nulls first"]],"offset":1}"#,
        ],
    ),
    alike(
        "orders of booleans, bytes and UUIDs",
        &[
            r#"{"create":"Thing","values":[{"id":1,"flag":true,"raw":"AQ==","token":"67e55044-10b1-426f-9247-bb680e5fe0c8"},{"id":2,"flag":false,"raw":"AP8=","token":"ffffffff-0000-0000-0000-000000000000"},{"id":3,"flag":true,"raw":"","token":"00000000-ffff-0000-0000-000000000000"}]}"#,
            r#"{"model":"Thing","attributes":["id"],"order":["flag",["raw","desc"],["token","desc"]]}"#,
        ],
    ),
    alike(
        "an equality of texts",
        &[
            r#"{"create":"Thing","values":[{"id":1,"word":"a"},{"id":2,"word":"A"},{"id":3,"word":"a "},{"id":4,"word":"á"},{"id":5,"word":"a"}]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"word":"a"},"order":["id"]}"#,
        ],
    ),
    alike(
        "an equality of one letter composed in two ways",
        &[
            r#"{"create":"Thing","values":[{"id":1,"word":"é"},{"id":2,"word":"e\u0301"}]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"word":"é"}}"#,
        ],
    ),
    alike(
        "comparisons of texts",
        &[
            r#"{"create":"Thing","values":[{"id":1,"word":"a"},{"id":2,"word":"B"},{"id":3,"word":"😀"},{"id":4,"word":"\uffff"},{"id":5,"word":""}]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"or":[{"word":{"gt":"z"}},{"word":{"between":["A","a"]}}]},"order":["id"]}"#,
        ],
    ),
    alike(
        "a comparison with an empty text",
        &[
            r#"{"create":"Thing","values":[{"id":1,"word":""},{"id":2},{"id":3,"word":" "}]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"word":""}}"#,
        ],
    ),
    alike(
        "comparisons with any and all of the values of a query",
        &[
            r#"{"create":"Thing","values":[{"id":1,"n":4,"price":"1.50"},{"id":2,"n":1,"price":"2.5"},{"id":3},{"id":4,"n":9}]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"n":{"gt":{"any":{"query":{"model":"Thing","attributes":["id"]}}}}},"order":["id"]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"not":{"id":{"lte":{"all":{"query":{"model":"Thing","attributes":["n"]}}}}}},"order":["id"]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"left":{"value":3},"gte":{"any":{"query":{"model":"Thing","attributes":["n"],"where":{"id":{"outer":"id"}}}}}},"order":["id"]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"price":{"lt":{"any":{"query":{"model":"Thing","attributes":["price"],"order":["id"],"limit":2}}}}},"order":["id"]}"#,
        ],
    ),
    alike(
        "texts within an expression, taken literally",
        &[
            r#"{"create":"Thing","values":[{"id":1,"word":"50%_\\*[x]?"},{"id":2,"word":""},{"id":3},{"id":4,"word":"ab"}]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"left":{"value":"50%_\\*[x]? and"},"starts_with":{"col":"word"}},"order":["id"]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"left":{"value":"50ab*[x]? and"},"starts_with":{"col":"word"}},"order":["id"]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"word":{"ends_with":{"fn":"lower","args":[{"col":"word"}]}}},"order":["id"]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"word":{"not_substring":{"fn":"upper","args":[{"col":"word"}]}}},"order":["id"]}"#,
        ],
    ),
    alike(
        "lists in which expressions stand",
        &[
            r#"{"create":"Thing","values":[{"id":1,"n":1},{"id":2,"n":1},{"id":3,"n":7},{"id":4}]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"n":{"in":[7,{"col":"id"}]}},"order":["id"]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"n":{"not_in":[7,{"col":"id"}]}},"order":["id"]}"#,
        ],
    ),
    alike(
        "an inequality and NULL",
        &[
            r#"{"create":"Thing","values":[{"id":1,"n":1},{"id":2},{"id":3,"n":2}]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"or":[{"n":{"ne":1}},{"not":{"n":{"gt":1}}}]},"order":["id"]}"#,
        ],
    ),
    alike(
        "a list and what is not in it",
        &[
            r#"{"create":"Thing","values":[{"id":1,"n":1},{"id":2},{"id":3,"n":3}]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"n":{"not_in":[1,2]}}}"#,
        ],
    ),
    alike(
        "a long list of integers of 64 bits",
        &[
            r#"{"create":"Thing","values":[{"id":1,"big":"9007199254740993"},{"id":2,"big":"9007199254740992"}]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"big":["9007199254740993",1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33]}}"#,
        ],
    ),
    alike(
        "patterns with each wildcard",
        &[
            r#"{"create":"Thing","values":[{"id":1,"word":"a"},{"id":2,"word":"ab"},{"id":3,"word":"a%"},{"id":4,"word":"😀"},{"id":5,"word":"A"}]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"or":[{"word":{"like":"_"}},{"word":{"like":"a\\%"}}]},"order":["id"]}"#,
        ],
    ),
    alike(
        "a pattern that looks like one of a shell",
        &[
            r#"{"create":"Thing","values":[{"id":1,"word":"a"},{"id":2,"word":"[a]"},{"id":3,"word":"*"}]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"or":[{"word":{"like":"[a]"}},{"word":{"like":"*"}}]},"order":["id"]}"#,
        ],
    ),
    alike(
        "beginnings, ends and parts taken literally",
        &[
            r#"{"create":"Thing","values":[{"id":1,"word":"5%_\\"},{"id":2,"word":"55__"},{"id":3,"word":"x5%"}]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"or":[{"word":{"starts_with":"5%_"}},{"word":{"ends_with":"5%"}},{"word":{"substring":"\\"}}]},"order":["id"]}"#,
        ],
    ),
    alike(
        "a pattern that folds ASCII",
        &[
            r#"{"create":"Thing","values":[{"id":1,"word":"Ann"},{"id":2,"word":"ANNA"},{"id":3,"word":"Hanna"}]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"word":{"ilike":"aNN%"}},"order":["id"]}"#,
        ],
    ),
    alike(
        "functions of ASCII texts",
        &[
            r#"{"create":"Thing","values":{"word":"  aB c "}}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"lower","args":[{"col":"word"}]},"a"],[{"fn":"upper","args":[{"col":"word"}]},"b"],[{"fn":"trim","args":[{"col":"word"}]},"c"],[{"fn":"length","args":[{"col":"word"}]},"d"],[{"fn":"concat","args":[{"col":"word"},{"value":"x"}]},"e"]]}"#,
        ],
    ),
    alike(
        "a trim of what is no space",
        &[
            r#"{"create":"Thing","values":{"word":"\ta\u00a0\n"}}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"trim","args":[{"col":"word"}]},"q"]]}"#,
        ],
    ),
    alike(
        "the length of letters beyond ASCII",
        &[
            r#"{"create":"Thing","values":{"word":"😀éa\u0301"}}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"length","args":[{"col":"word"}]},"q"]]}"#,
        ],
    ),
    alike(
        "a concatenation with NULL",
        &[
            r#"{"create":"Thing","values":{"word":"a"}}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"concat","args":[{"col":"word"},{"col":"long"}]},"q"],[{"fn":"coalesce","args":[{"col":"long"},{"col":"word"}]},"r"]]}"#,
        ],
    ),
    alike(
        "integer division of negative numbers",
        &[
            r#"{"create":"Thing","values":{"n":-7}}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"div","args":[{"col":"n"},{"value":2}]},"q"],[{"fn":"abs","args":[{"col":"n"}]},"r"]]}"#,
        ],
    ),
    alike(
        "sums and differences of decimals",
        &[
            r#"{"create":"Thing","values":{"price":"10.01"}}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"add","args":[{"col":"price"},{"value":"0.09"}]},"q"],[{"fn":"sub","args":[{"col":"price"},{"value":"0.01"}]},"r"],[{"fn":"mul","args":[{"col":"price"},{"value":3}]},"s"]]}"#,
        ],
    ),
    alike(
        "arithmetic of doubles",
        &[
            r#"{"create":"Thing","values":{"x":0.1}}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"add","args":[{"col":"x"},{"value":0.2}]},"q"],[{"fn":"div","args":[{"col":"x"},{"value":3}]},"r"]]}"#,
        ],
    ),
    alike(
        "a decimal compared with a double and an integer",
        &[
            r#"{"create":"Thing","values":[{"id":1,"price":"0.10","x":0.1,"n":0},{"id":2,"price":"2.00","x":2.5,"n":2}]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"or":[{"price":{"eq":{"col":"x"}}},{"price":{"eq":{"col":"n"}}}]},"order":["id"]}"#,
        ],
    ),
    alike(
        "casts that lose nothing",
        &[
            r#"{"create":"Thing","values":{"n":7,"big":"9007199254740993","price":"10.01","token":"67e55044-10b1-426f-9247-bb680e5fe0c8","word":"42"}}"#,
            r#"{"model":"Thing","attributes":[[{"cast":{"col":"big"},"as":"text"},"a"],[{"cast":{"col":"token"},"as":"text"},"b"],[{"cast":{"col":"n"},"as":"decimal(10,2)"},"c"],[{"cast":{"col":"price"},"as":"double"},"d"],[{"cast":{"col":"word"},"as":"integer"},"e"]]}"#,
        ],
    ),
    alike(
        "a cast of a value to a number",
        &[
            r#"{"create":"Thing","values":{"n":7}}"#,
            r#"{"model":"Thing","attributes":[[{"cast":{"value":"12"},"as":"integer"},"q"],[{"cast":{"value":"1.5"},"as":"double"},"r"]]}"#,
        ],
    ),
    ("over 1,000 conditions side by side", Ask::Call(crate::calls::many_conditions)),
    alike(
        "aggregates of no rows",
        &[
            r#"{"model":"Thing","attributes":[[{"fn":"count"},"a"],[{"fn":"count","args":[{"col":"n"}]},"b"],[{"fn":"sum","args":[{"col":"n"}]},"c"],[{"fn":"avg","args":[{"col":"price"}]},"d"],[{"fn":"min","args":[{"col":"word"}]},"e"],[{"fn":"max","args":[{"col":"day"}]},"f"]]}"#,
        ],
    ),
    alike("groups of no rows", &[r#"{"model":"Thing","attributes":["n",[{"fn":"count"},"k"]],"group":["n"]}"#]),
    alike(
        "aggregates of NULL only",
        &[
            r#"{"create":"Thing","values":[{"id":1},{"id":2}]}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"count"},"a"],[{"fn":"count","args":[{"col":"n"}]},"b"],[{"fn":"sum","args":[{"col":"price"}]},"c"],[{"fn":"max","args":[{"col":"at"}]},"d"]]}"#,
        ],
    ),
    alike(
        "sums and averages of integers and decimals",
        &[
            r#"{"create":"Thing","values":[{"n":7,"price":"0.10"},{"n":2147483647,"price":"0.20"},{"n":null,"price":"0.30"}]}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"sum","args":[{"col":"n"}]},"a"],[{"fn":"avg","args":[{"col":"n"}]},"b"],[{"fn":"sum","args":[{"col":"price"}]},"c"]]}"#,
        ],
    ),
    alike(
        "the least and the greatest of each kind that has an order",
        &[
            r#"{"create":"Thing","values":[{"word":"b","n":1,"x":2.5,"price":"1.00","at":"2024-01-31T12:00:00Z","day":"2024-01-31"},{"word":"B","n":2,"x":-1,"price":"-1.00","at":"1969-01-31T12:00:00Z","day":"1969-01-31"}]}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"min","args":[{"col":"word"}]},"a"],[{"fn":"max","args":[{"col":"n"}]},"b"],[{"fn":"min","args":[{"col":"x"}]},"c"],[{"fn":"min","args":[{"col":"price"}]},"d"],[{"fn":"max","args":[{"col":"at"}]},"e"],[{"fn":"min","args":[{"col":"day"}]},"f"]]}"#,
        ],
    ),
    alike(
        "different values are counted",
        &[
            r#"{"create":"Thing","values":[{"word":"a"},{"word":"A"},{"word":"a "},{"word":"a"},{"word":null}]}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"count","args":[{"col":"word"}],"distinct":true},"q"]]}"#,
        ],
    ),
    alike(
        "groups of texts and of NULL",
        &[
            r#"{"create":"Thing","values":[{"word":"a"},{"word":"A"},{"word":"a"},{"word":null},{"word":null}]}"#,
            r#"{"model":"Thing","attributes":["word",[{"fn":"count"},"k"]],"group":["word"],"order":[["word","nulls first"]]}"#,
        ],
    ),
    alike(
        "a distinct find",
        &[
            r#"{"create":"Thing","values":[{"n":1,"flag":true},{"n":1,"flag":true},{"n":1,"flag":false}]}"#,
            r#"{"model":"Thing","attributes":["n","flag"],"distinct":true,"order":["n","flag"]}"#,
        ],
    ),
    alike(
        "a condition on groups",
        &[
            r#"{"create":"Thing","values":[{"n":1,"big":5},{"n":1,"big":6},{"n":2,"big":7}]}"#,
            r#"{"model":"Thing","attributes":["n",[{"fn":"sum","args":[{"col":"big"}]},"s"]],"group":["n"],"having":{"left":{"fn":"count"},"gt":1}}"#,
        ],
    ),
    alike(
        "a test for true, and for NULL",
        &[
            r#"{"create":"Thing","values":[{"id":1,"flag":true},{"id":2,"flag":false},{"id":3}]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"flag":{"is_not":true}},"order":["id"]}"#,
        ],
    ),
    alike(
        "a document tested for NULL",
        &[
            r#"{"create":"Thing","values":[{"id":1,"doc":{}},{"id":2,"doc":null},{"id":3,"doc":[]}]}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"doc":{"ne":null}},"order":["id"]}"#,
        ],
    ),
    ("the null of a document is not NULL", Ask::Call(null_of_a_document)),
    alike(
        "a limit of all rows, and an offset",
        &[
            r#"{"create":"Thing","values":[{"id":1},{"id":2},{"id":3}]}"#,
            r#"{"model":"Thing","attributes":["id"],"limit":9223372036854775807,"offset":1,"order":["id"]}"#,
        ],
    ),
    alike(
        "instants and days in an answer",
        &[
            r#"{"create":"Thing","values":{"at":"2024-06-30T23:59:59.999999+02:00","day":"0001-01-01","noon":"1969-12-31T23:59:59Z"}}"#,
            r#"{"model":"Thing","attributes":["at","day","noon"]}"#,
        ],
    ),
    alike(
        "an instant compared with another zone's",
        &[
            r#"{"create":"Thing","values":{"id":1,"at":"2024-01-31T12:00:00Z"}}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"at":"2024-01-31T13:00:00+01:00"}}"#,
        ],
    ),
    alike(
        "an instant before 2000 that is finer than microseconds",
        &[
            r#"{"create":"Thing","values":{"at":"1969-12-31T23:59:59.1234567Z"}}"#,
            r#"{"model":"Thing","attributes":["at"]}"#,
        ],
    ),
    alike(
        "bytes that are no text",
        &[
            r#"{"create":"Thing","values":{"id":1,"raw":"/wCA"}}"#,
            r#"{"model":"Thing","attributes":["id","raw"],"where":{"raw":"/wCA"}}"#,
        ],
    ),
    alike(
        "parents and their children in one answer",
        &[
            r#"{"create":"Parent","values":[{"id":1,"code":"a"},{"id":2,"code":"b"}]}"#,
            r#"{"create":"Child","values":[{"id":1,"code":"x","parent_id":1},{"id":2,"code":"y","parent_id":1}]}"#,
            r#"{"model":"Parent","attributes":["code"],"include":[{"association":"children","attributes":["code"],"order":[["code","desc"]],"limit":1}],"order":["id"]}"#,
        ],
    ),
    alike(
        "a condition along a path",
        &[
            r#"{"create":"Parent","values":[{"id":1,"code":"a"},{"id":2,"code":"b"}]}"#,
            r#"{"create":"Child","values":[{"code":"x","parent_id":1},{"code":"y","parent_id":2}]}"#,
            r#"{"model":"Parent","attributes":["code"],"where":{"$children.code$":"y"}}"#,
        ],
    ),
    alike("a create without a value", &[r#"{"create":"Parent","values":{}}"#]),
    alike(
        "a create with the key 0",
        &[r#"{"create":"Parent","values":{"id":0,"code":"a"}}"#, r#"{"model":"Parent","attributes":["id"]}"#],
    ),
    alike(
        "a create with a negative key",
        &[
            r#"{"create":"Parent","values":{"id":-5,"code":"a"}}"#,
            r#"{"create":"Parent","values":{"code":"b"},"returning":["id"]}"#,
        ],
    ),
    alike(
        "an update that changes nothing counts its rows",
        &[r#"{"create":"Thing","values":[{"n":1},{"n":1}]}"#, r#"{"update":"Thing","set":{"n":1},"where":{"n":1}}"#],
    ),
    alike(
        "an update sees the row as it was",
        &[
            r#"{"create":"Thing","values":{"n":1,"big":10}}"#,
            r#"{"update":"Thing","set":{"n":{"fn":"add","args":[{"col":"n"},{"value":1}]},"big":{"col":"n"}},"all":true}"#,
            r#"{"model":"Thing","attributes":["n","big"]}"#,
        ],
    ),
    alike(
        "an update of a unique column row by row",
        &[
            r#"{"create":"Parent","values":[{"id":1,"code":"a"},{"id":2,"code":"aa"}]}"#,
            r#"{"update":"Parent","set":{"code":{"fn":"concat","args":[{"col":"code"},{"value":"a"}]}},"all":true}"#,
        ],
    ),
    alike(
        "an increment of NULL",
        &[
            r#"{"create":"Thing","values":{"id":1}}"#,
            r#"{"increment":"Thing","by":{"n":5},"where":{"id":1}}"#,
            r#"{"model":"Thing","attributes":["n"]}"#,
        ],
    ),
    alike(
        "a destroy with a limit and an order",
        &[
            r#"{"create":"Thing","values":[{"id":1,"n":3},{"id":2,"n":1},{"id":3,"n":2}]}"#,
            r#"{"destroy":"Thing","order":["n"],"limit":1,"all":true}"#,
            r#"{"model":"Thing","attributes":["id"],"order":["id"]}"#,
        ],
    ),
    alike(
        "an upsert of a row that is there",
        &[
            r#"{"create":"Parent","values":{"id":1,"code":"a","n":1}}"#,
            r#"{"upsert":"Parent","values":{"code":"a","n":2},"update":["n"]}"#,
        ],
    ),
    alike(
        "a violated unique key",
        &[r#"{"create":"Parent","values":{"code":"a"}}"#, r#"{"create":"Parent","values":{"code":"a"}}"#],
    ),
    alike("a violated foreign key", &[r#"{"create":"Child","values":{"code":"x","parent_id":99}}"#]),
    alike(
        "a parent whose children are there",
        &[
            r#"{"create":"Parent","values":{"id":1,"code":"a"}}"#,
            r#"{"create":"Child","values":{"code":"x","parent_id":1}}"#,
            r#"{"destroy":"Parent","where":{"id":1}}"#,
        ],
    ),
    alike("a text over its length", &[r#"{"create":"Parent","values":{"code":"123456789012345678901"}}"#]),
    alike(
        "keys of text that look alike",
        &[
            r#"{"create":"Word","values":[{"word":"a"},{"word":"A"},{"word":"a "},{"word":"á"},{"word":""}]}"#,
            r#"{"count":"Word"}"#,
        ],
    ),
    ("raw values of integers and texts", Ask::Call(raw_values)),
    ("a transaction that is rolled back", Ask::Call(rolled_back)),
];

/// A text cast as a value, and as what a column holds.
pub(crate) fn cast_of_a_value(world: &World<'_>) -> String {
    let cast = |what: &str| {
        let request =
            format!("{{\"model\":\"Thing\",\"attributes\":[[{{\"cast\":{what},\"as\":\"integer\"}},\"q\"]]}}");
        either(world.ask(&request))
    };
    world.ask("{\"create\":\"Thing\",\"values\":{\"word\":\"1.9\"}}").unwrap();
    (cast("{\"value\":\"1.9\"}") == cast("{\"col\":\"word\"}")).to_string()
}

fn null_of_a_document(world: &World<'_>) -> String {
    let things = world.model("Thing");
    let null = Value::Json("null".into());
    things.create(world.db, things.draft().with("doc", null)).unwrap();
    let found = things.find().filter(col("doc").is_null()).count(world.db).unwrap();
    format!("{found} {}", either(world.ask("{\"model\":\"Thing\",\"attributes\":[\"doc\"]}")))
}

fn raw_values(world: &World<'_>) -> String {
    world.ask("{\"create\":\"Thing\",\"values\":{\"id\":1,\"n\":7,\"word\":\"a\",\"x\":0.5}}").unwrap();
    let sql = format!("SELECT id, n, word, x, NULL AS none FROM {} WHERE n = ?", world.table("things"));
    let rows = world.db.query(Sql::trusted(&sql), (7,)).values().unwrap();
    format!("{:?}", rows[0].values().map(|(_, value)| value.clone()).collect::<Vec<_>>())
}

fn rolled_back(world: &World<'_>) -> String {
    let words = world.model("Word");
    let done: relata::Result<()> = world.db.transaction(|tx| {
        words.create(tx, words.draft().with("word", "a"))?;
        Err(Error::application(std::io::Error::other("no")))
    });
    format!("{} {}", word(&done.unwrap_err()), words.find().count(world.db).unwrap())
}
