//! A fuzzer for where there is no nightly toolchain: changes seeds at random, and keeps the input that breaks a property.
//!
//! `cargo run --release -p vmsd-fuzz --example soak -- TARGET SECONDS [INPUT-TO-KEEP]`. It knows nothing of coverage; libFuzzer does.
//! It prints how many inputs it tried, and ends with status 1 at the first that breaks.

#![allow(clippy::print_stdout, reason = "what it is for")]

use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs};

use vmsd_fuzz::{mutator, seeds, TARGETS};
use vmsd_schema::arbitrary::{entropy, Unstructured};

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let seconds = arguments
        .next()
        .and_then(|word| word.parse().ok())
        .unwrap_or(60);
    let Some((target, run)) = TARGETS.iter().find(|(target, _)| *target == name) else {
        eprintln!("no target `{name}`");
        return ExitCode::from(2);
    };
    let inputs: Vec<Vec<u8>> = seeds::all()
        .into_iter()
        .filter(|seed| seed.target == *target)
        .map(|seed| seed.bytes)
        .collect();
    let start = Instant::now();
    let mut tried = 0_u64;
    while start.elapsed() < Duration::from_secs(seconds) {
        let input = changed(&inputs, tried, target.starts_with("qevm_"));
        tried += 1;
        if panic::catch_unwind(AssertUnwindSafe(|| run(&input))).is_err() {
            let kept = arguments.next().unwrap_or_else(|| format!("{target}.find"));
            let written = fs::write(&kept, &input);
            println!(
                "{target}: input {tried} breaks it, after {:.1} s: {kept} ({} bytes, {written:?})",
                start.elapsed().as_secs_f32(),
                input.len()
            );
            return ExitCode::FAILURE;
        }
    }
    let rate = tried as f64 / start.elapsed().as_secs_f64();
    println!("{target}: {tried} inputs, {rate:.0} a second");
    ExitCode::SUCCESS
}

/// A seed, with a few bytes changed or one thing of the stream.
fn changed(inputs: &[Vec<u8>], number: u64, streams: bool) -> Vec<u8> {
    let random = entropy(number, 48);
    let mut u = Unstructured::new(&random);
    let place = u.choose_index(inputs.len()).unwrap_or(0);
    let mut input = inputs.get(place).cloned().unwrap_or_default();
    if streams && u.ratio(1, 8).unwrap_or(false) {
        let (size, room) = (input.len(), 2 * input.len());
        input.resize(room, 0);
        // The mutator leaves other numbers to libFuzzer.
        let seed = u.arbitrary::<u32>().unwrap_or(0) & !7;
        let size = mutator::stream(&mut input, size, room, seed).unwrap_or(size);
        input.truncate(size);
        return input;
    }
    for _ in 0..u.int_in_range(0..=3).unwrap_or(0) {
        let at = u.choose_index(input.len()).unwrap_or(0);
        if let Some(byte) = input.get_mut(at) {
            *byte = u.arbitrary().unwrap_or(0);
        }
    }
    input
}
