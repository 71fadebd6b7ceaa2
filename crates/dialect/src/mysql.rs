//! MySQL. <https://dev.mysql.com/doc/refman/9.7/en/sql-statements.html>

use relata_schema::{Kind, SqlType};

use crate::{
    Assignments, BindTyping, Capabilities, ConflictForm, DatePartForm, DecimalForm, DeleteForm, FeedForm,
    FunctionNames, IsolationForm, JsonForm, LimitForm, ListForm, LockForm, NullsForm, OwnTable, PatternForm,
    PerParentForm, Placeholder, RegexpForm, Returning, SearchForm, Subqueries, TransactionForm, TruncateForm,
    TypeNames, raw::Lexis,
};

/// MySQL 8.0.19 and later (`VALUES ... AS`, `JSON_TABLE`, `LATERAL`, checks that are enforced).
pub const MYSQL_8_0: Capabilities = Capabilities {
    name: "mysql",
    id: 3,
    quote: '`',
    placeholder: Placeholder::Question,
    // A decimal is sent as text, and a text beside a decimal would be compared as a double.
    bind_typing: BindTyping::DecimalsAreText,
    limit: LimitForm::LimitOffset { unlimited: Some("18446744073709551615"), prefix: "" },
    list: ListForm::JsonTable,
    feed: FeedForm::JsonTable,
    per_parent: PerParentForm::Lateral,
    pattern: PatternForm::LikeLower,
    lock: LockForm::Rows { strengths: [" FOR UPDATE", " FOR UPDATE", " FOR SHARE", " FOR SHARE"], of: true },
    exists_prefix: "",
    // MySQL 9.7 makes joins of them, and then finds rows twice beside JSON_TABLE, and rows that do not meet an EXISTS in an
    // outer join; MariaDB 10.11 overlooks an IN in a join within an EXISTS. The random requests found all three.
    subqueries: Subqueries::Guarded,
    // "div_precision_increment": a quotient has four digits more than what is divided.
    decimal: DecimalForm::ExactButQuotients,
    returning: Returning::NONE,
    conflict: ConflictForm::DuplicateKeyAlias,
    delete: DeleteForm::Alias,
    own_table: OwnTable::Derived,
    assignments: Assignments::InOrder,
    nulls: NullsForm::Least,
    functions: FunctionNames {
        concat: None,
        length: "char_length(",
        integer_division: " DIV ",
        now: "now(6)",
        random: "rand()",
        part: DatePartForm::Named,
        rounds_decimals: true,
    },
    regexp: RegexpForm::RegexpLike,
    search: SearchForm::MatchAgainst,
    json: JsonForm::TypeOfExtract,
    // TRUNCATE commits what the transaction has done so far, and fails where another table refers to this one.
    truncate: TruncateForm::Delete,
    default_values: " () VALUES ()",
    transaction: TransactionForm {
        begin: "START TRANSACTION",
        begin_read_only: "START TRANSACTION READ ONLY",
        end_read_only: "",
        isolation: IsolationForm::Before,
        deferrable: false,
        commit: "COMMIT",
        error_aborts: false,
        definitions_commit: true,
        probe: Some("SAVEPOINT relata_probe; RELEASE SAVEPOINT relata_probe"),
    },
    lexis: Lexis {
        backticks: true,
        backslash_strings: true,
        hash_comments: true,
        double_quoted_strings: true,
        ..Lexis::STANDARD
    },
    // It is a decimal without a fraction, and read as an integer.
    sum_is_bigint: true,
    average_is_double: false,
    max_binds: 65_535,
    identifier_bytes: 64,
    types: TypeNames {
        cast,
        column: |ty, is_key| column(ty, is_key, "COLLATE utf8mb4_0900_bin"),
        json_column,
        table_options: " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin",
        index_if_missing: false,
        numbered: "AUTO_INCREMENT",
        numbered_is_key: false,
        bytes: ("X'", "'"),
        // A text without a length has a default only where it is an expression.
        default: ("(", ")"),
        instant_zone: "",
        booleans: ("TRUE", "FALSE"),
    },
};

/// MySQL 9.7.
pub const MYSQL_9_7: Capabilities = Capabilities { ..MYSQL_8_0 };

pub(crate) fn cast(kind: Kind, precision: u8, scale: u8) -> String {
    match kind {
        Kind::Bool | Kind::SmallInt | Kind::Integer | Kind::BigInt => "SIGNED",
        Kind::Double => "DOUBLE",
        Kind::Decimal if precision > 0 => return format!("DECIMAL({precision}, {scale})"),
        // The most digits before the point that leave enough behind it.
        Kind::Decimal => "DECIMAL(65, 30)",
        Kind::Instant | Kind::Naive => "DATETIME(6)",
        Kind::Day => "DATE",
        Kind::Time => "TIME(6)",
        Kind::Json => "JSON",
        Kind::Bytes => "BINARY",
        Kind::Text | Kind::Uuid => "CHAR",
    }
    .to_owned()
}

/// Text compares by code point, and spaces at its end count.
pub(crate) fn column(ty: &SqlType, is_key: bool, collation: &str) -> String {
    match ty {
        SqlType::Bool => "BOOLEAN".to_owned(),
        SqlType::SmallInt => "SMALLINT".to_owned(),
        SqlType::Integer => "INT".to_owned(),
        SqlType::BigInt => "BIGINT".to_owned(),
        SqlType::String(length) => format!("VARCHAR({length}) {collation}"),
        // A key has a length: what is longer is refused, and not cut.
        SqlType::Text if is_key => format!("VARCHAR(255) {collation}"),
        SqlType::Text => format!("LONGTEXT {collation}"),
        SqlType::Enum(labels) => {
            let longest = labels.iter().map(|label| label.chars().count()).max().unwrap_or(1).max(1);
            format!("VARCHAR({longest}) {collation}")
        }
        SqlType::Uuid => format!("CHAR(36) {collation}"),
        SqlType::Decimal { precision, scale } => format!("DECIMAL({precision}, {scale})"),
        // TIMESTAMP ends in 2038; the connection's time zone is UTC, so nothing is lost.
        SqlType::Timestamp(p) | SqlType::NaiveTimestamp(p) => format!("DATETIME({p})"),
        SqlType::Time(p) => format!("TIME({p})"),
        other => match other.kind() {
            Kind::Bytes if is_key => "VARBINARY(255)".to_owned(),
            Kind::Bytes => "LONGBLOB".to_owned(),
            kind => cast(kind, 0, 0),
        },
    }
}

/// Everything but integers and doubles stands in JSON as text: a number there is a double.
pub(crate) fn json_column(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool | Kind::SmallInt | Kind::Integer | Kind::BigInt => "BIGINT",
        Kind::Double => "DOUBLE",
        Kind::Decimal => "DECIMAL(65, 30)",
        Kind::Instant | Kind::Naive => "DATETIME(6)",
        Kind::Day => "DATE",
        Kind::Time => "TIME(6)",
        Kind::Text | Kind::Uuid | Kind::Json | Kind::Bytes => "LONGTEXT",
    }
}
