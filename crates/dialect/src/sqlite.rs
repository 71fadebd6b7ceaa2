//! SQLite. <https://www.sqlite.org/lang.html>

use crate::{
    Assignments, BindTyping, Capabilities, ConflictForm, CountForm, DatePartForm, DecimalForm, DeleteForm, FeedForm,
    FunctionNames, InSelectForm, IndexHintForm, IsolationForm, JsonForm, KeysForm, LimitForm, ListForm, LockForm,
    NullsForm, OwnTable, PatternForm, PerParentForm, Placeholder, QuantifiedForm, RealForm, RegexpForm, Returning,
    SearchForm, Subqueries, TransactionForm, TruncateForm, TypeNames,
    raw::Lexis,
    types::sqlite::{self, cast, column},
};

/// SQLite 3.41 and later (`unhex`), as it is embedded.
pub const SQLITE_3: Capabilities = Capabilities {
    name: "sqlite",
    id: 2,
    quote: '"',
    placeholder: Placeholder::Question,
    bind_typing: BindTyping::ByValue,
    limit: LimitForm::LimitOffset { unlimited: Some("-1"), prefix: "+" },
    list: ListForm::JsonEach,
    keys: KeysForm::List,
    feed: FeedForm::JsonEach,
    per_parent: PerParentForm::FirstKeys,
    pattern: PatternForm::GlobLike,
    lock: LockForm::None,
    // SQLite 3.51 makes a join of EXISTS and then counts OFFSET by joined rows: with three parents of which one has two
    // children, OFFSET 3 still answers a row. A unary plus keeps it a condition. The random requests found it.
    index_hints: IndexHintForm::IndexedBy,
    exists_prefix: "+",
    subqueries: Subqueries::Free,
    decimal: DecimalForm::Affinity { digits: 15 },
    count: CountForm::Lists,
    in_select: InSelectForm::Free,
    quantified: QuantifiedForm::Extremes,
    outer_in_derived: true,
    real: RealForm::Double,
    returning: Returning::ALL,
    conflict: ConflictForm::OnConflict,
    delete: DeleteForm::Alias,
    own_table: OwnTable::Readable,
    assignments: Assignments::Simultaneous,
    nulls: NullsForm::Words,
    functions: FunctionNames {
        // As wide as every instant is written.
        now: "strftime('%Y-%m-%d %H:%M:%f000+00:00', 'now')",
        random: "(random() / 18446744073709551616.0 + 0.5)",
        part: DatePartForm::Strftime,
        rounds_decimals: false,
        ..FunctionNames::STANDARD
    },
    regexp: RegexpForm::None,
    search: SearchForm::None,
    json: JsonForm::TypeOfPath,
    truncate: TruncateForm::Delete,
    default_values: " DEFAULT VALUES",
    transaction: TransactionForm {
        // A transaction that reads first and writes later fails at once where somebody else has written between, and no
        // timeout helps; one that begins as a writer waits. <https://www.sqlite.org/rescode.html#busy_snapshot>
        begin: "BEGIN IMMEDIATE",
        begin_read_only: "PRAGMA query_only = 1; BEGIN DEFERRED",
        end_read_only: "PRAGMA query_only = 0",
        isolation: IsolationForm::Strongest,
        deferrable: false,
        commit: "COMMIT",
        error_aborts: false,
        definitions_commit: false,
        probe: None,
    },
    lexis: Lexis { brackets: true, backticks: true, at_names: true, ..Lexis::STANDARD },
    sum_is_bigint: true,
    average_is_double: true,
    max_binds: 32_766,
    // There is no limit; what PostgreSQL keeps is a good one for schemas that move.
    identifier_bytes: 255,
    types: TypeNames {
        cast,
        column,
        check: sqlite::check,
        keeps: sqlite::keeps,
        has: sqlite::has,
        extremes: |_| true,
        extension: |_| None,
        json_column: |_| "",
        table_options: "",
        index_if_missing: true,
        numbered: "AUTOINCREMENT",
        numbered_is_key: true,
        bytes: ("X'", "'"),
        default: ("", ""),
        instant_zone: "+00:00",
        booleans: ("1", "0"),
    },
};
