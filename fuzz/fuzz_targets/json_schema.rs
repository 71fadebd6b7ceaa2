//! The JSON document of a schema survives, and has tables and finds or is refused.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| relata_testkit::fuzz::json_schema(data));
