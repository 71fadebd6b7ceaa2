//! The rows of the page that tests of their own show: they take several connections, or minutes of a server.

/// The cells of types say of each type whether there is a table of it.
const CELLS: &[&str] = &[
    "types::sqlite_keeps_each_value_or_refuses_it",
    "types::postgres_keeps_each_value_or_refuses_it",
    "types::mysql_keeps_each_value_or_refuses_it",
    "types::mariadb_keeps_each_value_or_refuses_it",
];

pub(crate) const TESTS: &[(&str, &[&str])] = &[
    (
        "isolation levels weaker than serializable",
        &[
            "transactions::a_level_does_what_it_says_on_every_server",
            "transactions::the_level_is_that_of_one_transaction",
        ],
    ),
    ("writers at the same time", &["threads::a_second_writer_of_a_file_waits_and_sees_what_the_first_wrote"]),
    (
        "a lock that is waited for in vain",
        &[
            "faults::a_file_that_somebody_else_writes_is_busy_until_he_is_done",
            "faults::a_lock_or_a_statement_that_takes_too_long_is_a_timeout",
            "faults::a_lock_that_mysql_and_mariadb_wait_for_in_vain_fails_the_transaction",
        ],
    ),
    ("two transactions that wait for one another", &["threads::of_two_that_wait_for_one_another_one_is_told"]),
    (
        "unique indexes over some of the rows",
        &[
            "documents::rows_that_are_there_are_found_by_an_index_over_some_of_them",
            "many::an_upsert_goes_by_an_index_over_some_of_the_rows",
        ],
    ),
    ("decimals of any number of digits", CELLS),
    ("64-bit integers without a sign", CELLS),
    ("text whose case does not count", CELLS),
    ("addresses, search vectors and hstore", CELLS),
    ("shapes", &["collections::shapes_are_kept"]),
    ("indexes that a find names", &["options::an_index_is_named_and_nothing_more"]),
    ("arrays", CELLS),
    ("ranges", CELLS),
];
