//! MariaDB. <https://mariadb.com/kb/en/sql-statements/>

use crate::{
    Assignments, Capabilities, ConflictForm, DeleteForm, LockForm, OwnTable, PerParentForm, RegexpForm, Returning,
    TypeNames, mysql::MYSQL_8_0, types::mysql::column,
};

/// MariaDB 10.6 and later (`JSON_TABLE`, `SKIP LOCKED`).
pub const MARIADB_10_6: Capabilities = Capabilities {
    name: "mariadb",
    id: 4,
    regexp: RegexpForm::Regexp,
    per_parent: PerParentForm::RowNumber,
    lock: LockForm::Rows {
        strengths: [" FOR UPDATE", " FOR UPDATE", " LOCK IN SHARE MODE", " LOCK IN SHARE MODE"],
        of: false,
    },
    // There is RETURNING for an update from 13.0 on.
    returning: Returning { insert: true, update: false, delete: true },
    conflict: ConflictForm::DuplicateKeyValues,
    // An alias may stand there from 11.6 on.
    delete: DeleteForm::OwnName,
    own_table: OwnTable::Readable,
    // MDEV-19078.
    outer_in_derived: false,
    // The connection says so: `SIMULTANEOUS_ASSIGNMENT`.
    assignments: Assignments::Simultaneous,
    types: TypeNames {
        column: |ty, is_key| column(ty, is_key, "COLLATE utf8mb4_nopad_bin", "REF_SYSTEM_ID="),
        table_options: " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin",
        ..MYSQL_8_0.types
    },
    ..MYSQL_8_0
};

/// MariaDB 10.11.
pub const MARIADB_10_11: Capabilities = Capabilities { ..MARIADB_10_6 };

/// MariaDB 11.8.
pub const MARIADB_11_8: Capabilities = Capabilities { ..MARIADB_10_11 };
