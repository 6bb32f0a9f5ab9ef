//! Fuzz targets as functions: each takes any bytes and asserts a property.
//!
//! With `cargo fuzz` a target is driven by libFuzzer; on stable the same program replays the files it is given, and
//! `cargo test` runs every property over the corpus, over made-up input, and over every find of the past.

#![forbid(unsafe_code)]

pub mod compat_check;
pub mod containers;
pub mod derive_values;
pub mod described_decode;
pub mod explain_log;
pub mod mutator;
pub mod qevm_parse;
pub mod qevm_roundtrip;
pub mod ram_records;
pub mod schema_json;
pub mod seeds;
pub mod typed_load;

/// A property: it returns, or it panics.
pub type Property = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: [(&str, Property); 10] = [
    ("qevm_parse", qevm_parse::run),
    ("qevm_roundtrip", qevm_roundtrip::run),
    ("described_decode", described_decode::run),
    ("typed_load", typed_load::run),
    ("derive_values", derive_values::run),
    ("schema_json", schema_json::run),
    ("compat_check", compat_check::run),
    ("ram_records", ram_records::run),
    ("containers", containers::run),
    ("explain_log", explain_log::run),
];

/// Whether an input is among the one in `count` on which a property also does what takes long. The input alone decides: a find
/// is found again.
pub(crate) fn one_in(count: usize, data: &[u8]) -> bool {
    let sum = data
        .iter()
        .fold(0_usize, |sum, byte| sum + usize::from(*byte));
    sum % count == 0
}

/// The program around a property: libFuzzer's entry, or a `main` that replays files. A second path is what changes an
/// input, where bytes alone would not get far.
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
    ($run:path, $mutate:path) => {
        $crate::target!($run);

        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            match $mutate(data, size, max_size, seed) {
                Some(size) => size,
                None => libfuzzer_sys::fuzzer_mutate(data, size, max_size),
            }
        });
    };
}
