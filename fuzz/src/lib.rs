//! Fuzz targets as functions: each takes any bytes and asserts a property.
//!
//! With `cargo fuzz` a target is driven by libFuzzer; on stable the same program replays the files it is given, and
//! `cargo test` runs every property over the corpus.

#![forbid(unsafe_code)]

pub mod qevm_parse;

/// The program around a property: libFuzzer's entry, or a `main` that replays files.
#[macro_export]
macro_rules! target {
    ($run:path) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|data: &[u8]| $run(data));

        #[cfg(not(fuzzing))]
        fn main() {
            for file in std::env::args_os().skip(1) {
                match std::fs::read(&file) {
                    Ok(data) => $run(&data),
                    Err(error) => eprintln!("{}: {error}", file.display()),
                }
            }
        }
    };
}
