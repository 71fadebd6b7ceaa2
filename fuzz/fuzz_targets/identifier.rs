//! Names and texts stay inside of their quotes.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| relata_testkit::fuzz::identifier(data));
