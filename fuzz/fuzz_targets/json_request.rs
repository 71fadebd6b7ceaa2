//! The JSON document of a request survives, and has a plan or is refused.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| relata_testkit::fuzz::json_request(data));
