//! The rows of the page that requests show.

use crate::{Ask, Row};

const fn row(
    name: &'static str,
    requests: &'static [&'static str],
    means: &'static [(&'static str, &'static str)],
) -> Row {
    Row { name, ask: Ask::Requests(requests), means }
}

pub(crate) const ROWS: &[Row] = &[
    row(
        "place of NULL in an order, unless said",
        &[
            r#"{"create":"Thing","values":[{"id":1},{"id":2,"n":1}]}"#,
            r#"{"model":"Thing","attributes":["id"],"order":["n"]}"#,
        ],
        &[(r#"[{"id":1},{"id":2}]"#, "first when ascending"), (r#"[{"id":2},{"id":1}]"#, "last when ascending")],
    ),
    row(
        "a query with a limit, of a row outside of it",
        &[
            r#"{"create":"Thing","values":[{"id":1,"n":1},{"id":2,"n":1}]}"#,
            r#"{"model":"Thing","attributes":["id"],"order":["id"],"where":{"id":{"in":{"query":{"model":"Thing",
                "attributes":["id"],"where":{"n":{"outer":"n"}},"order":["id"],"limit":1}}}}}"#,
        ],
        &[(r#"[{"id":1}]"#, "works")],
    ),
    row(
        "an aggregate compared with any or all of the values of a query",
        &[
            r#"{"create":"Thing","values":[{"id":1,"n":1},{"id":2,"n":5}]}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"max","args":[{"col":"n"}]},"most"]],
                "having":{"left":{"fn":"max","args":[{"col":"n"}]},"gt":{"any":{"query":{"model":"Thing","attributes":["id"]}}}}}"#,
        ],
        &[(r#"[{"most":5}]"#, "works")],
    ),
    row(
        "division by zero in a find",
        &[
            r#"{"create":"Thing","values":{"n":7}}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"div","args":[{"col":"n"},{"value":0}]},"q"]]}"#,
        ],
        &[(r#"[{"q":null}]"#, "NULL")],
    ),
    row(
        "division by zero in a write",
        &[
            r#"{"create":"Thing","values":{"n":7}}"#,
            r#"{"update":"Thing","set":{"n":{"fn":"div","args":[{"col":"n"},{"value":0}]}},"all":true}"#,
        ],
        &[(r#"{"affected":1}"#, "NULL")],
    ),
    row(
        "a cast of text that is no number, in a find",
        &[
            r#"{"create":"Thing","values":[{"id":1,"word":"aB"},{"id":2,"word":"12abc"},{"id":3,"word":"1.9"}]}"#,
            r#"{"model":"Thing","attributes":[[{"cast":{"col":"word"},"as":"integer"},"q"]],"order":["id"]}"#,
        ],
        &[(r#"[{"q":0},{"q":12},{"q":1}]"#, "the number that it begins with, or 0")],
    ),
    row(
        "a cast of text that is no number, in a write",
        &[
            r#"{"create":"Thing","values":{"word":"aB"}}"#,
            r#"{"update":"Thing","set":{"n":{"cast":{"col":"word"},"as":"integer"}},"all":true}"#,
            r#"{"model":"Thing","attributes":["n"]}"#,
        ],
        &[(r#"[{"n":0}]"#, "the number that it begins with, or 0")],
    ),
    row(
        "a cast of text to an integer beyond 64 bits",
        &[
            r#"{"create":"Thing","values":{"word":"99999999999999999999"}}"#,
            r#"{"model":"Thing","attributes":[[{"cast":{"col":"word"},"as":"bigint"},"q"]]}"#,
        ],
        &[(r#"[{"q":"9223372036854775807"}]"#, "the greatest there is"), (r#"[{"q":-1}]"#, "-1")],
    ),
    row(
        "a cast to a narrower integer",
        &[
            r#"{"create":"Thing","values":{"big":"9007199254740993"}}"#,
            r#"{"model":"Thing","attributes":[[{"cast":{"col":"big"},"as":"smallint"},"q"]]}"#,
        ],
        &[(r#"[{"q":"9007199254740993"}]"#, "64 bits")],
    ),
    row(
        "a cast to a decimal that does not hold the number",
        &[
            r#"{"create":"Thing","values":{"big":"12345678901"}}"#,
            r#"{"model":"Thing","attributes":[[{"cast":{"col":"big"},"as":"decimal(10,2)"},"q"]]}"#,
        ],
        &[(r#"[{"q":"12345678901.00"}]"#, "the number"), (r#"[{"q":"99999999.99"}]"#, "the greatest there is")],
    ),
    row(
        "integer arithmetic beyond the column's width",
        &[
            r#"{"create":"Thing","values":{"n":7}}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"add","args":[{"col":"n"},{"value":2147483647}]},"q"]]}"#,
        ],
        &[(r#"[{"q":2147483654}]"#, "64 bits")],
    ),
    row(
        "integer arithmetic beyond 64 bits",
        &[
            r#"{"create":"Thing","values":{"big":7}}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"add","args":[{"col":"big"},{"value":9223372036854775807}]},"q"]]}"#,
        ],
        &[("decode", "a decode error")],
    ),
    row(
        "a sum of integers beyond 64 bits",
        &[
            r#"{"create":"Thing","values":[{"big":"9223372036854775807"},{"big":1}]}"#,
            r#"{"aggregate":"sum","model":"Thing","attribute":"big"}"#,
        ],
        &[("decode", "a decode error")],
    ),
    row(
        "a product of doubles beyond their range",
        &[
            r#"{"create":"Thing","values":{"x":1e300}}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"mul","args":[{"col":"x"},{"col":"x"}]},"q"]]}"#,
        ],
        &[(r#"[{"q":"inf"}]"#, "infinite")],
    ),
    row(
        "a sum of doubles beyond their range",
        &[
            r#"{"create":"Thing","values":[{"x":1e308},{"x":1e308}]}"#,
            r#"{"aggregate":"sum","model":"Thing","attribute":"x"}"#,
        ],
        &[(r#"{"sum":"inf"}"#, "infinite")],
    ),
    row(
        "the last digits of a sum or average of doubles",
        &[
            r#"{"create":"Thing","values":[{"x":0.1},{"x":0.1},{"x":0.1},{"x":0.1},{"x":0.1},{"x":0.1},{"x":0.1},{"x":0.1},{"x":0.1},{"x":0.1}]}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"sum","args":[{"col":"x"}]},"q"]]}"#,
        ],
        &[(r#"[{"q":1.0}]"#, "compensated"), (r#"[{"q":0.9999999999999999}]"#, "rounded at each step")],
    ),
    row(
        "a 64-bit integer compared with a double",
        &[
            r#"{"create":"Thing","values":{"id":1,"big":"9007199254740993","x":9007199254740992}}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"big":{"col":"x"}}}"#,
        ],
        &[("[]", "exactly"), (r#"[{"id":1}]"#, "as doubles")],
    ),
    row(
        "quotients of decimals",
        &[
            r#"{"create":"Thing","values":{"price":"10.01"}}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"div","args":[{"col":"price"},{"value":3}]},"q"]]}"#,
        ],
        &[
            (r#"[{"q":"3.336666666666667"}]"#, "computed as doubles"),
            (r#"[{"q":"3.3366666666666667"}]"#, "exact to 16 digits and more"),
        ],
    ),
    row(
        "products of decimals",
        &[
            r#"{"create":"Thing","values":{"id":1,"price":"0.10"}}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"left":{"fn":"mul","args":[{"col":"price"},{"col":"price"}]},"eq":"0.01"}}"#,
        ],
        &[("[]", "computed as doubles"), (r#"[{"id":1}]"#, "exact")],
    ),
    row(
        "sums of decimals in `having` and `order`",
        &[
            r#"{"create":"Thing","values":[{"price":"0.10"},{"price":"0.10"},{"price":"0.10"}]}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"count"},"k"]],"having":{"left":{"fn":"sum","args":[{"col":"price"}]},"eq":"0.30"}}"#,
        ],
        &[("[]", "computed as doubles"), (r#"[{"k":3}]"#, "exact")],
    ),
    row(
        "a decimal finer than its column",
        &[
            r#"{"create":"Thing","values":{"id":1,"price":"1.005"}}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"price":"1.005"}}"#,
        ],
        &[(r#"[{"id":1}]"#, "kept as it is"), ("[]", "rounded")],
    ),
    row(
        "an instant finer than its column",
        &[
            r#"{"create":"Thing","values":{"id":1,"noon":"2024-01-31T12:00:00.7Z"}}"#,
            r#"{"model":"Thing","attributes":["id",[{"fn":"coalesce","args":[{"col":"noon"},{"col":"at"}]},"q"]]}"#,
        ],
        &[
            (r#"[{"id":1,"q":"2024-01-31T12:00:00.700000Z"}]"#, "kept to the microsecond"),
            (r#"[{"id":1,"q":"2024-01-31T12:00:01.000000Z"}]"#, "rounded"),
            (r#"[{"id":1,"q":"2024-01-31T12:00:00.000000Z"}]"#, "cut"),
        ],
    ),
    row(
        "a computed value that its column does not hold",
        &[
            r#"{"create":"Thing","values":{"big":9000000000}}"#,
            r#"{"update":"Thing","set":{"n":{"col":"big"}},"all":true}"#,
        ],
        &[(r#"{"affected":1}"#, "kept")],
    ),
    row(
        "`like` against an expression",
        &[
            r#"{"create":"Thing","values":{"id":1,"word":"a"}}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"word":{"like":{"col":"word"}}}}"#,
        ],
        &[(r#"[{"id":1}]"#, "works")],
    ),
    row(
        "a pattern that ends with a backslash",
        &[
            r#"{"create":"Thing","values":{"id":1,"word":"a\\"}}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"word":{"like":"a\\"}}}"#,
        ],
        &[(r#"[{"id":1}]"#, "it stands for itself")],
    ),
    row(
        "folding of case beyond ASCII",
        &[
            r#"{"create":"Thing","values":{"word":"Äa"}}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"lower","args":[{"col":"word"}]},"q"],[{"fn":"upper","args":[{"col":"word"}]},"r"]]}"#,
        ],
        &[(r#"[{"q":"Äa","r":"ÄA"}]"#, "ASCII only"), (r#"[{"q":"äa","r":"ÄA"}]"#, "letters of every script")],
    ),
    row(
        "text with a NUL character",
        &[r#"{"create":"Thing","values":{"word":"a\u0000b"},"returning":["word"]}"#],
        &[(r#"{"word":"a\u0000b"}"#, "kept")],
    ),
    row(
        "the length of a text with a NUL character",
        &[
            r#"{"create":"Thing","values":{"word":"a\u0000b"}}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"length","args":[{"col":"word"}]},"q"]]}"#,
        ],
        &[(r#"[{"q":1}]"#, "up to it"), (r#"[{"q":3}]"#, "of all")],
    ),
    row(
        "the sign of zero",
        &[r#"{"create":"Thing","values":{"x":-0.0}}"#, r#"{"model":"Thing","attributes":["x"]}"#],
        &[(r#"[{"x":0.0}]"#, "lost"), (r#"[{"x":-0.0}]"#, "kept")],
    ),
    row(
        "days before the year 1",
        &[r#"{"create":"Thing","values":{"day":"-000043-03-15"},"returning":["day"]}"#],
        &[(r#"{"day":"-000043-03-15"}"#, "kept")],
    ),
    row(
        "days before 24 November 4714 BC",
        &[r#"{"create":"Thing","values":{"day":"-005000-01-01"},"returning":["day"]}"#],
        &[(r#"{"day":"-005000-01-01"}"#, "kept")],
    ),
    row(
        "the keys of a JSON object",
        &[r#"{"create":"Thing","values":{"doc":{"b":1,"aa":2,"a":3}}}"#, r#"{"model":"Thing","attributes":["doc"]}"#],
        &[
            (r#"[{"doc":{"b":1,"aa":2,"a":3}}]"#, "as written"),
            (r#"[{"doc":{"a":3,"b":1,"aa":2}}]"#, "by length, then by letters"),
        ],
    ),
    row(
        "two attributes that are exchanged in one update",
        &[
            r#"{"create":"Thing","values":{"n":1,"big":2}}"#,
            r#"{"update":"Thing","set":{"n":{"col":"big"},"big":{"col":"n"}},"all":true}"#,
            r#"{"model":"Thing","attributes":["n","big"]}"#,
        ],
        &[(r#"[{"n":2,"big":1}]"#, "works")],
    ),
    row(
        "`truncate` with cascade or restart of numbers",
        &[r#"{"truncate":"Child","cascade":true,"restart_identity":true}"#],
        &[("{}", "works")],
    ),
    row(
        "`truncate` of a table that others refer to",
        &[
            r#"{"create":"Parent","values":{"id":1,"code":"a"}}"#,
            r#"{"create":"Child","values":{"code":"x","parent_id":1}}"#,
            r#"{"truncate":"Parent"}"#,
        ],
        &[("foreign_key_violation", "what refers to a row is checked")],
    ),
    row(
        "a unique and a foreign key violated by one row",
        &[
            r#"{"create":"Parent","values":{"id":1,"code":"a"}}"#,
            r#"{"create":"Child","values":{"code":"x","parent_id":1}}"#,
            r#"{"create":"Child","values":{"code":"x","parent_id":99}}"#,
        ],
        &[("unique_violation", "the unique key is said"), ("foreign_key_violation", "the foreign key is said")],
    ),
    row(
        "the same key twice in one `update_on_duplicate`",
        &[
            r#"{"create":"Parent","values":{"id":1,"code":"a"}}"#,
            r#"{"create":"Parent","values":[{"code":"a","n":1},{"code":"a","n":2}],"update_on_duplicate":["n"],"conflict_attributes":["code"]}"#,
            r#"{"model":"Parent","attributes":["n"]}"#,
        ],
        &[(r#"[{"n":2}]"#, "the last one stays")],
    ),
    row(
        "numbers after a key that was given by hand",
        &[
            r#"{"create":"Parent","values":{"id":100,"code":"a"}}"#,
            r#"{"create":"Parent","values":{"code":"b"},"returning":["id"]}"#,
        ],
        &[(r#"{"id":101}"#, "go on behind it"), (r#"{"id":1}"#, "go on where they were")],
    ),
    row(
        "row locks",
        &[r#"{"create":"Thing","values":{"id":1}}"#, r#"{"model":"Thing","attributes":["id"],"lock":"update"}"#],
        &[(r#"[{"id":1}]"#, "work")],
    ),
    row(
        "a long list of days of which one is before the year 1",
        &[
            r#"{"create":"Thing","values":{"id":1,"day":"2020-01-01"}}"#,
            r#"{"model":"Thing","attributes":["id"],"where":{"day":{"not_in":["-000001-06-01","2024-01-01","2024-01-02","2024-01-03","2024-01-04","2024-01-05","2024-01-06","2024-01-07","2024-01-08","2024-01-09","2024-01-10","2024-01-11","2024-01-12","2024-01-13","2024-01-14","2024-01-15","2024-01-16","2024-01-17","2024-01-18","2024-01-19","2024-01-20","2024-01-21","2024-01-22","2024-01-23","2024-01-24","2024-01-25","2024-01-26","2024-01-27","2024-01-28","2024-01-29","2024-01-30","2024-01-31","2024-02-01","2024-02-02"]}}}"#,
        ],
        &[("[{\"id\":1}]", "is asked as any other"), ("[]", "nothing is found")],
    ),
    row(
        "the greatest boolean",
        &[
            r#"{"create":"Thing","values":{"flag":true}}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"max","args":[{"col":"flag"}]},"q"]]}"#,
        ],
        &[("[{\"q\":true}]", "works")],
    ),
    row(
        "the greatest UUID",
        &[
            r#"{"create":"Thing","values":{"token":"67e55044-10b1-426f-9247-bb680e5fe0c8"}}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"max","args":[{"col":"token"}]},"q"]]}"#,
        ],
        &[("[{\"q\":\"67e55044-10b1-426f-9247-bb680e5fe0c8\"}]", "works")],
    ),
    row(
        "the greatest bytes",
        &[
            r#"{"create":"Thing","values":{"raw":"AQ=="}}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"max","args":[{"col":"raw"}]},"q"]]}"#,
        ],
        &[("[{\"q\":\"AQ==\"}]", "works")],
    ),
    row(
        "the greatest document",
        &[
            r#"{"create":"Thing","values":{"doc":{"a":1}}}"#,
            r#"{"model":"Thing","attributes":[[{"fn":"max","args":[{"col":"doc"}]},"q"]]}"#,
        ],
        &[("[{\"q\":{\"a\":1}}]", "works")],
    ),
];
