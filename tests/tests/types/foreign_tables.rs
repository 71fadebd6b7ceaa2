//! Columns as others make them, a value of each, and how it is read.

/// What reading a value gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reads {
    /// The value, as JSON.
    Value(&'static str),
    /// An error that names the column.
    Error,
    /// Either: but no other value.
    ValueOrError(&'static str),
}

use Reads::{Error, Value, ValueOrError};

const ONE_TO_THREE: &str = "[{\"value\":1,\"inclusive\":true},{\"value\":3,\"inclusive\":false}]";
const EXACTLY: &str = "[{\"value\":\"1\",\"inclusive\":true},{\"value\":\"3\",\"inclusive\":false}]";

/// A column and a value of it.
pub(crate) struct Column {
    /// SQL that stands before the table is made.
    pub(crate) before: &'static str,
    pub(crate) ddl: &'static str,
    pub(crate) literal: &'static str,
    /// Read by a raw query, of the kind that the database has for it.
    pub(crate) raw: Reads,
    /// Read by a model whose attribute has a type.
    pub(crate) models: &'static [(&'static str, Reads)],
}

const fn column(
    ddl: &'static str,
    literal: &'static str,
    raw: Reads,
    models: &'static [(&'static str, Reads)],
) -> Column {
    Column { before: "", ddl, literal, raw, models }
}

const fn after(before: &'static str, column: Column) -> Column {
    Column { before, ..column }
}

/// SQLite keeps any value in any column.
pub(crate) const SQLITE: &[Column] = &[
    column("TEXT", "CAST(X'FFFE' AS TEXT)", Error, &[("text", Error), ("string(9)", Error), ("uuid", Error)]),
    column("TEXT", "CAST(X'61C328' AS TEXT)", Error, &[("text", Error), ("json", Error), ("enum('a')", Error)]),
    column("TEXT", "X'616263'", Value("\"YWJj\""), &[("text", Error), ("bytes", Value("\"YWJj\""))]),
    column("BLOB", "'abc'", Value("\"abc\""), &[("bytes", Error), ("text", Value("\"abc\""))]),
    column("INTEGER", "18446744073709551615", Value("1.8446744073709552e19"), &[("bigint", Error), ("integer", Error)]),
    column(
        "INTEGER",
        "9223372036854775807",
        Value("\"9223372036854775807\""),
        &[("bigint", Value("\"9223372036854775807\"")), ("boolean", Error)],
    ),
    column(
        "INTEGER",
        "1.5",
        Value("1.5"),
        &[("integer", Error), ("double", Value("1.5")), ("decimal(3,1)", Value("\"1.5\""))],
    ),
    column("INTEGER", "'abc'", Value("\"abc\""), &[("integer", Error), ("double", Error), ("decimal(3,1)", Error)]),
    column("INTEGER", "'12'", Value("12"), &[("integer", Value("12")), ("text", Error), ("timestamp", Error)]),
    column("TINYINT(1)", "1", Value("1"), &[("boolean", Value("true")), ("integer", Value("1"))]),
    column("TINYINT(1)", "2", Value("2"), &[("boolean", Error), ("integer", Value("2"))]),
    column("BOOLEAN", "'true'", Value("\"true\""), &[("boolean", Error)]),
    column(
        "REAL",
        "9e999",
        Value("\"inf\""),
        &[("double", Value("\"inf\"")), ("decimal(15,2)", Error), ("integer", Error)],
    ),
    column("REAL", "1e300", Value("1e300"), &[("double", Value("1e300")), ("decimal(15,2)", Error)]),
    column("TEXT", "'NaN'", Value("\"NaN\""), &[("double", Error), ("decimal(15,2)", Error)]),
    column(
        "TEXT",
        "'0.12345678901234567890123456789012345'",
        Value("\"0.12345678901234567890123456789012345\""),
        &[("decimal(15,2)", Error)],
    ),
    column(
        "TEXT",
        "'79228162514264337593543950336'",
        Value("\"79228162514264337593543950336\""),
        &[("decimal(15,0)", Error)],
    ),
    column(
        "DATETIME",
        "'0000-00-00 00:00:00'",
        Value("\"0000-00-00 00:00:00\""),
        &[("timestamp", Error), ("naive_timestamp", Error), ("date_only", Error)],
    ),
    column(
        "DATETIME",
        "'10000-01-01 00:00:00'",
        Value("\"10000-01-01 00:00:00\""),
        &[("timestamp", Error), ("naive_timestamp", Error)],
    ),
    column("DATETIME", "'infinity'", Value("\"infinity\""), &[("timestamp", Error), ("date_only", Error)]),
    column("DATETIME", "1706702400", Value("1706702400"), &[("timestamp", Error), ("integer", Value("1706702400"))]),
    column("DATETIME", "2460341.0", Value("2460341"), &[("timestamp", Error), ("date_only", Error)]),
    column(
        "DATETIME",
        "'2024-01-31 13:00:00+01:00'",
        Value("\"2024-01-31 13:00:00+01:00\""),
        &[
            ("timestamp(0)", Value("\"2024-01-31T12:00:00Z\"")),
            // A zone, a time of day, a day: what the type cannot hold is not dropped.
            ("naive_timestamp", Error),
            ("date_only", Error),
            ("time", Error),
        ],
    ),
    column(
        "DATETIME",
        "'2024-01-31 12:34:56'",
        Value("\"2024-01-31 12:34:56\""),
        &[
            ("timestamp(0)", Value("\"2024-01-31T12:34:56Z\"")),
            ("naive_timestamp(0)", Value("\"2024-01-31T12:34:56\"")),
            ("date_only", Error),
            ("time(0)", Error),
        ],
    ),
    column(
        "DATETIME",
        "'2024-01-31T12:00:00[Europe/Berlin]'",
        Value("\"2024-01-31T12:00:00[Europe/Berlin]\""),
        &[("timestamp", Error), ("naive_timestamp", Error)],
    ),
    column("TIME", "'24:00:00'", Value("\"24:00:00\""), &[("time", Error)]),
    column("TIME", "'838:59:59'", Value("\"838:59:59\""), &[("time", Error)]),
    column("TEXT", "'67e55044'", Value("\"67e55044\""), &[("uuid", Error)]),
    column(
        "TEXT",
        "NULL",
        Value("null"),
        &[("text", Value("null")), ("json", Value("null")), ("boolean", Value("null"))],
    ),
    column("TEXT", "''", Value("\"\""), &[("text", Value("\"\"")), ("integer", Error), ("date_only", Error)]),
];

/// PostgreSQL says of which type a column is.
pub(crate) const POSTGRES: &[Column] = &[
    column("timestamptz", "'infinity'", Error, &[("timestamp", Error)]),
    column("timestamptz", "'-infinity'", Error, &[("timestamp", Error)]),
    column("timestamp", "'infinity'", Error, &[("naive_timestamp", Error)]),
    column("date", "'infinity'", Error, &[("date_only", Error)]),
    column("date", "'-infinity'", Error, &[("date_only", Error), ("text", Error)]),
    column("date", "'0044-03-15 BC'", Value("\"-000043-03-15\""), &[("date_only", Value("\"-000043-03-15\""))]),
    column("date", "'4714-11-24 BC'", Value("\"-004713-11-24\""), &[("date_only", Value("\"-004713-11-24\""))]),
    column(
        "timestamptz",
        "'0044-03-15 12:00:00 BC'",
        Value("\"-000043-03-15T12:00:00.000000Z\""),
        &[("timestamp(0)", Value("\"-000043-03-15T12:00:00Z\"")), ("naive_timestamp", Error)],
    ),
    column("timestamptz", "'294276-12-31'", Error, &[("timestamp", Error)]),
    column("timestamp", "'10000-01-01'", Error, &[("naive_timestamp", Error)]),
    column(
        "timestamp",
        "'9999-12-31 23:59:59.999999'",
        Value("\"9999-12-31T23:59:59.999999\""),
        &[("naive_timestamp", Value("\"9999-12-31T23:59:59.999999\"")), ("timestamp", Error)],
    ),
    column("timestamptz", "'9999-12-31 23:59:59.999999+00'", Error, &[("timestamp", Error)]),
    column("date", "'5874897-12-31'", Error, &[("date_only", Error)]),
    column("time", "'24:00:00'", Error, &[("time", Error)]),
    column("timetz", "'12:00:00+01'", Error, &[("time", Error), ("text", Error)]),
    column("interval", "'1 day'", Error, &[("time", Error), ("text", Error)]),
    column("numeric", "'NaN'", Error, &[("decimal(10,2)", Error), ("double", ValueOrError("\"NaN\""))]),
    column("numeric", "'Infinity'", Error, &[("decimal(10,2)", Error)]),
    column("numeric", "'-Infinity'", Error, &[("decimal(10,2)", Error)]),
    column(
        "numeric",
        "'1e28'",
        Value("\"10000000000000000000000000000\""),
        &[("decimal(28,0)", Value("\"10000000000000000000000000000\""))],
    ),
    // More digits than a decimal has: none is dropped.
    column(
        "numeric",
        "'0.12345678901234567890123456789012345'",
        Error,
        &[("decimal(28,28)", Error), ("double", ValueOrError("0.12345678901234568"))],
    ),
    column("numeric", "'12345678901234567890.123456789012345'", Error, &[("decimal(28,10)", Error)]),
    column("numeric", "'1e-30'", Error, &[("decimal(28,28)", Error), ("double", ValueOrError("1e-30"))]),
    column("numeric", "'79228162514264337593543950336'", Error, &[("decimal(28,0)", Error)]),
    column("numeric", "'1e40'", Error, &[("decimal(28,0)", Error), ("double", ValueOrError("1e40"))]),
    column("double precision", "'NaN'", Value("\"NaN\""), &[("double", Value("\"NaN\"")), ("decimal(10,2)", Error)]),
    column("double precision", "'-Infinity'", Value("\"-inf\""), &[("double", Value("\"-inf\""))]),
    column(
        "real",
        "0.1",
        Value("0.1"),
        &[("real", Value("0.1")), ("double", Value("0.10000000149011612")), ("decimal(10,2)", Error)],
    ),
    column(
        "bigint",
        "9223372036854775807",
        Value("\"9223372036854775807\""),
        &[
            ("bigint", Value("\"9223372036854775807\"")),
            ("decimal(28,0)", Value("\"9223372036854775807\"")),
            ("boolean", Error),
            ("text", Error),
        ],
    ),
    column("boolean", "true", Value("true"), &[("boolean", Value("true")), ("integer", Error), ("text", Error)]),
    column("bit(1)", "B'1'", Error, &[("boolean", Error), ("text", Error), ("bytes", Error)]),
    column("money", "'12.34'", Error, &[("decimal(10,2)", Error), ("text", Error), ("double", Error)]),
    column("inet", "'10.0.0.1'", Value("\"10.0.0.1\""), &[("inet", Value("\"10.0.0.1\"")), ("text", Error)]),
    column("cidr", "'10.0.0.0/8'", Value("\"10.0.0.0/8\""), &[("cidr", Value("\"10.0.0.0/8\"")), ("text", Error)]),
    column(
        "macaddr",
        "'08:00:2b:01:02:03'",
        Value("\"08:00:2b:01:02:03\""),
        &[("macaddr", Value("\"08:00:2b:01:02:03\"")), ("text", Error)],
    ),
    column("xml", "'<a/>'", Error, &[("text", Error)]),
    column("point", "'(1,2)'", Error, &[("text", Error), ("bytes", Error)]),
    column("polygon", "'((0,0),(1,1),(1,0))'", Error, &[("text", Error)]),
    column(
        "integer[]",
        "'{1}'",
        Value("[1]"),
        &[("array(integer)", Value("[1]")), ("array(bigint)", Value("[1]")), ("integer", Error), ("text", Error)],
    ),
    column("integer[]", "'{{1,2},{3,4}}'", Error, &[("array(integer)", Error)]),
    column("integer[]", "'[5:6]={1,2}'", Value("[1,2]"), &[("array(integer)", Value("[1,2]"))]),
    column("point[]", "'{\"(1,2)\"}'", Error, &[("array(text)", Error)]),
    column("varchar(3)[]", "'{a,NULL}'", Value("[\"a\",null]"), &[("array(text)", Value("[\"a\",null]"))]),
    column(
        "int4range",
        "'[1,2]'",
        Value(ONE_TO_THREE),
        &[("range(integer)", Value(ONE_TO_THREE)), ("range(decimal)", Value(EXACTLY)), ("text", Error)],
    ),
    column("int4multirange", "'{[1,2)}'", Error, &[("range(integer)", Error)]),
    column("tsvector", "'a b'", Value("\"'a' 'b'\""), &[("tsvector", Value("\"'a' 'b'\"")), ("text", Error)]),
    column("oid", "1", Error, &[("bigint", Error)]),
    column("\"char\"", "'a'", Error, &[("text", Error)]),
    column("char(4)", "'a'", Value("\"a   \""), &[("text", Value("\"a   \""))]),
    column("name", "'a'", Value("\"a\""), &[("text", Value("\"a\""))]),
    column("json", "'{\"a\" :  1.00}'", Value("{\"a\":1.00}"), &[("json", Value("{\"a\":1.00}")), ("text", Error)]),
    column("jsonb", "'1e400'", Value("1e400"), &[("json", Value("1e400"))]),
    column(
        "uuid",
        "'67e55044-10b1-426f-9247-bb680e5fe0c8'",
        Value("\"67e55044-10b1-426f-9247-bb680e5fe0c8\""),
        &[("uuid", Value("\"67e55044-10b1-426f-9247-bb680e5fe0c8\"")), ("text", Error), ("bytes", Error)],
    ),
    column("text", "''", Value("\"\""), &[("text", Value("\"\"")), ("bytes", Error), ("json", Error)]),
    column("text", "NULL", Value("null"), &[("text", Value("null")), ("integer", Value("null"))]),
    after(
        "CREATE TYPE mood AS ENUM ('sad', 'it''s ok');",
        column(
            "mood",
            "'it''s ok'",
            Value("\"it's ok\""),
            &[("text", Value("\"it's ok\"")), ("enum('sad','it''s ok')", Value("\"it's ok\""))],
        ),
    ),
    after(
        "CREATE DOMAIN positive AS integer CHECK (VALUE > 0);",
        column("positive", "7", Value("7"), &[("integer", Value("7"))]),
    ),
    after("CREATE TYPE pair AS (a int, b int);", column("pair", "'(1,2)'", Error, &[("text", Error)])),
    after(
        "CREATE EXTENSION IF NOT EXISTS citext;",
        column("citext", "'aB'", Value("\"aB\""), &[("text", Value("\"aB\""))]),
    ),
    after(
        "CREATE EXTENSION IF NOT EXISTS ltree;",
        column("ltree", "'a.b'", ValueOrError("\"a.b\""), &[("text", ValueOrError("\"a.b\""))]),
    ),
    after(
        "CREATE EXTENSION IF NOT EXISTS hstore;",
        column(
            "hstore",
            "'a=>1'",
            Value("{\"a\":\"1\"}"),
            &[("hstore", Value("{\"a\":\"1\"}")), ("json", Error), ("text", Error)],
        ),
    ),
];

const UNSET: &str = "SET sql_mode = '';";

/// What both of them have.
pub(crate) const MYSQL_AND_MARIADB: &[Column] = &[
    column(
        "BIGINT UNSIGNED",
        "18446744073709551615",
        Value("\"18446744073709551615\""),
        &[
            ("bigint unsigned", Value("\"18446744073709551615\"")),
            ("bigint", Error),
            ("decimal(20,0)", Value("\"18446744073709551615\"")),
            ("text", Error),
        ],
    ),
    column(
        "BIGINT UNSIGNED",
        "9223372036854775807",
        Value("\"9223372036854775807\""),
        &[("bigint", Value("\"9223372036854775807\""))],
    ),
    column("INT UNSIGNED", "4294967295", Value("4294967295"), &[("bigint", Value("4294967295")), ("text", Error)]),
    column("INT(5) ZEROFILL", "7", Value("7"), &[("integer", Value("7"))]),
    after(UNSET, column("DATE", "'0000-00-00'", Error, &[("date_only", Error), ("text", Error)])),
    after(UNSET, column("DATE", "'2024-02-00'", Error, &[("date_only", Error)])),
    after(UNSET, column("DATE", "'0000-01-01'", Error, &[("date_only", ValueOrError("\"0000-01-01\""))])),
    after(
        UNSET,
        column("DATETIME(6)", "'0000-00-00 00:00:00'", Error, &[("timestamp", Error), ("naive_timestamp", Error)]),
    ),
    after(UNSET, column("TIMESTAMP NULL", "'0000-00-00 00:00:00'", Error, &[("timestamp", Error)])),
    after("SET sql_mode = 'ALLOW_INVALID_DATES';", column("DATE", "'2024-02-31'", Error, &[("date_only", Error)])),
    column("DATE", "'9999-12-31'", Value("\"9999-12-31\""), &[("date_only", Value("\"9999-12-31\"")), ("time", Error)]),
    column(
        "DATETIME(6)",
        "'9999-12-31 23:59:59.999999'",
        Value("\"9999-12-31T23:59:59.999999\""),
        &[("naive_timestamp", Value("\"9999-12-31T23:59:59.999999\"")), ("timestamp", Error)],
    ),
    column(
        "DATETIME(6)",
        "'2024-01-31 12:34:56.789012'",
        Value("\"2024-01-31T12:34:56.789012\""),
        &[
            ("timestamp", Value("\"2024-01-31T12:34:56.789012Z\"")),
            // The time of day is not dropped, nor the day.
            ("date_only", Error),
            ("time", Error),
            ("text", Error),
        ],
    ),
    after(
        "SET time_zone = '+00:00';",
        column(
            "TIMESTAMP(6) NULL",
            "'2024-01-31 12:34:56.789012'",
            Value("\"2024-01-31T12:34:56.789012\""),
            &[
                ("timestamp", Value("\"2024-01-31T12:34:56.789012Z\"")),
                ("naive_timestamp", Value("\"2024-01-31T12:34:56.789012\"")),
            ],
        ),
    ),
    column("TIME(6)", "'838:59:59'", Error, &[("time", Error), ("text", Error)]),
    column("TIME(6)", "'-838:59:59'", Error, &[("time", Error)]),
    column("TIME(6)", "'24:00:00'", Error, &[("time", Error)]),
    column("TIME(6)", "'23:59:59.999999'", Value("\"23:59:59.999999\""), &[("time", Value("\"23:59:59.999999\""))]),
    column("YEAR", "2155", Value("2155"), &[("integer", Value("2155")), ("text", Error), ("date_only", Error)]),
    column("YEAR", "0", Value("0"), &[("integer", Value("0"))]),
    column(
        "BIT(1)",
        "b'1'",
        Value("\"AQ==\""),
        &[("boolean", Value("true")), ("bytes", Value("\"AQ==\"")), ("integer", ValueOrError("1")), ("text", Error)],
    ),
    column("BIT(1)", "b'0'", Value("\"AA==\""), &[("boolean", Value("false")), ("text", Error)]),
    // Bits are no digits, though some look like them.
    column(
        "BIT(8)",
        "49",
        Value("\"MQ==\""),
        &[
            ("integer", ValueOrError("49")),
            ("boolean", ValueOrError("true")),
            ("decimal(5,0)", ValueOrError("\"49\"")),
            ("text", Error),
        ],
    ),
    column("BIT(8)", "48", Value("\"MA==\""), &[("boolean", ValueOrError("true")), ("integer", ValueOrError("48"))]),
    column("BIT(64)", "18446744073709551615", Value("\"//////////8=\""), &[("bigint", Error), ("text", Error)]),
    column("TINYINT(1)", "1", Value("1"), &[("boolean", Value("true")), ("integer", Value("1"))]),
    // Anything but zero is true to the server; the document of differences says so.
    column("TINYINT(1)", "2", Value("2"), &[("boolean", Value("true")), ("integer", Value("2"))]),
    column("TINYINT(1)", "-128", Value("-128"), &[("smallint", Value("-128"))]),
    column(
        "ENUM('a','it''s')",
        "'it''s'",
        Value("\"it's\""),
        &[("text", Value("\"it's\"")), ("enum('a','it''s')", Value("\"it's\"")), ("integer", Error)],
    ),
    after(UNSET, column("ENUM('a','b')", "'zzz'", Value("\"\""), &[("text", Value("\"\""))])),
    column("SET('a','b')", "'b,a'", Value("\"a,b\""), &[("text", Value("\"a,b\""))]),
    column(
        "GEOMETRY",
        "ST_GeomFromText('POINT(0 0)')",
        Value("{\"type\":\"Point\",\"coordinates\":[0,0]}"),
        &[("text", Error), ("bytes", Value("\"AAAAAAEBAAAAAAAAAAAAAAAAAAAAAAAAAA==\""))],
    ),
    column(
        "POINT",
        "ST_GeomFromText('POINT(1 2)')",
        Value("{\"type\":\"Point\",\"coordinates\":[1,2]}"),
        &[("geometry", Value("{\"type\":\"Point\",\"coordinates\":[1,2]}")), ("text", Error), ("json", Error)],
    ),
    column("VARCHAR(10) CHARACTER SET latin1", "'é€'", Value("\"é€\""), &[("text", Value("\"é€\""))]),
    column("VARCHAR(10) CHARACTER SET latin1", "_latin1 0xE9", Value("\"é\""), &[("text", Value("\"é\""))]),
    column("VARCHAR(10) CHARACTER SET utf16", "'é😀'", Value("\"é😀\""), &[("text", Value("\"é😀\""))]),
    column(
        "VARBINARY(10)",
        "0xFFFE",
        Value("\"//4=\""),
        &[("text", Error), ("bytes", Value("\"//4=\"")), ("uuid", Error)],
    ),
    column("BLOB", "0xC328", Value("\"wyg=\""), &[("text", Error), ("json", Error), ("bytes", Value("\"wyg=\""))]),
    column("BINARY(4)", "'a'", Value("\"YQAAAA==\""), &[("bytes", Value("\"YQAAAA==\"")), ("integer", Error)]),
    column(
        "BINARY(16)",
        "0x67e5504410b1426f9247bb680e5fe0c8",
        Value("\"Z+VQRBCxQm+SR7toDl/gyA==\""),
        &[("uuid", Value("\"67e55044-10b1-426f-9247-bb680e5fe0c8\"")), ("text", Error)],
    ),
    // Sixteen letters are no sixteen bytes.
    column(
        "CHAR(16)",
        "'abcdefghijklmnop'",
        Value("\"abcdefghijklmnop\""),
        &[("uuid", Error), ("text", Value("\"abcdefghijklmnop\""))],
    ),
    // More digits than a decimal has: none is dropped.
    column(
        "DECIMAL(65,30)",
        "1.123456789012345678901234567891",
        Error,
        &[("decimal(28,28)", Error), ("double", ValueOrError("1.1234567890123457"))],
    ),
    column("DECIMAL(65,0)", "79228162514264337593543950336", Error, &[("decimal(28,0)", Error)]),
    column("DECIMAL(65,30)", "12.5", Value("\"12.5\""), &[("decimal(28,2)", Value("\"12.50\""))]),
    column("FLOAT", "0.1", Value("0.1"), &[("real", Value("0.1")), ("double", Value("0.10000000149011612"))]),
    column("DOUBLE", "1e300", Value("1e300"), &[("double", Value("1e300")), ("decimal(28,2)", Error)]),
    column(
        "INT",
        "7",
        Value("7"),
        &[("text", Error), ("uuid", Error), ("date_only", Error), ("json", Error), ("bytes", Error)],
    ),
    column(
        "VARCHAR(9)",
        "'x'",
        Value("\"x\""),
        &[("integer", Error), ("double", Error), ("boolean", Error), ("time", Error)],
    ),
    column("VARCHAR(9)", "''", Value("\"\""), &[("text", Value("\"\"")), ("integer", Error), ("date_only", Error)]),
    column("VARCHAR(9)", "NULL", Value("null"), &[("text", Value("null")), ("bytes", Value("null"))]),
];

/// What only MySQL has.
pub(crate) const MYSQL: &[Column] = &[
    column(
        "JSON",
        "'{\"b\": 1.00, \"a\": 1e2}'",
        Value("{\"a\":100,\"b\":1}"),
        &[("json", Value("{\"a\":100,\"b\":1}"))],
    ),
    column("VECTOR(2)", "STRING_TO_VECTOR('[1,2]')", Error, &[("text", Error), ("bytes", Value("\"AACAPwAAAEA=\""))]),
];

/// What only MariaDB has.
pub(crate) const MARIADB: &[Column] = &[
    column(
        "JSON",
        "'{\"b\": 1.00, \"a\": 1e2}'",
        Value("\"{\\\"b\\\": 1.00, \\\"a\\\": 1e2}\""),
        &[("json", Value("{\"a\":100,\"b\":1}"))],
    ),
    column(
        "UUID",
        "'67e55044-10b1-426f-9247-bb680e5fe0c8'",
        Value("\"67e55044-10b1-426f-9247-bb680e5fe0c8\""),
        &[
            ("uuid", Value("\"67e55044-10b1-426f-9247-bb680e5fe0c8\"")),
            ("text", Value("\"67e55044-10b1-426f-9247-bb680e5fe0c8\"")),
        ],
    ),
    column("INET6", "'::1'", Value("\"::1\""), &[("text", Value("\"::1\"")), ("uuid", Error)]),
];
