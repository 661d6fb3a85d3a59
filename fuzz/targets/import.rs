#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dsl_fuzz::import(bytes));
