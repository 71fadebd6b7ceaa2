//! MySQL. <https://dev.mysql.com/doc/refman/9.7/en/sql-statements.html>

use crate::{
    Assignments, BindTyping, Capabilities, ConflictForm, CountForm, DatePartForm, DecimalForm, DeleteForm, FeedForm,
    FunctionNames, InSelectForm, IndexHintForm, IsolationForm, JsonForm, KeysForm, LimitForm, ListForm, LockForm,
    NullsForm, OwnTable, PatternForm, PerParentForm, Placeholder, QuantifiedForm, RealForm, RegexpForm, Returning,
    SearchForm, Subqueries, TransactionForm, TruncateForm, TypeNames,
    raw::Lexis,
    types::mysql::{self, cast, column, json_column},
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
    keys: KeysForm::Placeholders(4096),
    feed: FeedForm::JsonTable,
    per_parent: PerParentForm::Lateral,
    pattern: PatternForm::LikeLower,
    lock: LockForm::Rows { strengths: [" FOR UPDATE", " FOR UPDATE", " FOR SHARE", " FOR SHARE"], of: true },
    index_hints: IndexHintForm::Words,
    exists_prefix: "",
    // MySQL 9.7 makes joins of them, and then finds rows twice beside JSON_TABLE, and rows that do not meet an EXISTS in an
    // outer join; MariaDB 10.11 overlooks an IN in a join within an EXISTS. The random requests found all three.
    subqueries: Subqueries::Guarded,
    // "div_precision_increment": a quotient has four digits more than what is divided.
    decimal: DecimalForm::ExactButQuotients,
    count: CountForm::Tests,
    in_select: InSelectForm::NoLimit,
    quantified: QuantifiedForm::AnyAll,
    // From 8.0.14 on: "Derived Tables".
    outer_in_derived: true,
    real: RealForm::Double,
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
        column: |ty, is_key| column(ty, is_key, "COLLATE utf8mb4_0900_bin", "SRID "),
        check: mysql::check,
        keeps: mysql::keeps,
        has: mysql::has,
        extremes: |_| true,
        extension: |_| None,
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
