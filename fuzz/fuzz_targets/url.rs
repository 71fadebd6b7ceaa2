//! No URL makes a driver panic or say the password.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| relata_testkit::fuzz::url(data));
