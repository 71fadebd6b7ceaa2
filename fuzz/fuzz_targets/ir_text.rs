//! The text form of a statement survives.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| relata_testkit::fuzz::ir_text(data));
