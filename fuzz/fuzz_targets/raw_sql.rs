//! SQL that an application writes comes back from its parts.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| relata_testkit::fuzz::raw_sql(data));
