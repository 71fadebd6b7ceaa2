//! The bytes of a request have a plan or are refused.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| relata_testkit::fuzz::request_bytes(data));
