//! Every property holds for the corpus, for damaged streams, for made-up input, and for every find of the past.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use std::fs;
use std::path::Path;

use proptest::prelude::{any, proptest, ProptestConfig};
use proptest::test_runner::RngSeed;
use vmsd_fuzz::TARGETS;
use vmsd_schema::arbitrary::{entropy, Unstructured};

/// Streams of the corpus whose name passes `wanted`, without their compression.
fn streams(wanted: impl Fn(&str) -> bool) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/streams");
    let mut files: Vec<_> = fs::read_dir(root)
        .unwrap()
        .flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .filter(|path| {
            path.to_str()
                .is_some_and(|path| path.ends_with(".qevm.zst") && wanted(path))
        })
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| zstd::decode_all(fs::File::open(file).unwrap()).unwrap())
        .collect()
}

#[test]
fn streams_hold_on_the_corpus() {
    let streams = streams(|path| path.contains("/matrix/") && path.contains(".bare."));
    assert!(!streams.is_empty());
    for stream in &streams {
        vmsd_fuzz::qevm_parse::run(stream);
        vmsd_fuzz::qevm_roundtrip::run(stream);
    }
}

#[test]
fn streams_hold_when_they_are_damaged() {
    let streams = streams(|path| path.contains("pc-i440fx-5.2.bare.from-7.2"));
    let stream = streams.first().unwrap();
    for step in 0..200 {
        let at = stream.len() * step / 200;
        let mut damaged = stream.clone();
        damaged[at] ^= 1 << (step % 8);
        for input in [&stream[..at], &damaged] {
            vmsd_fuzz::qevm_parse::run(input);
            vmsd_fuzz::qevm_roundtrip::run(input);
        }
    }
}

/// The seeds are what the fuzzers start from; each target has some.
#[test]
fn seeds_hold() {
    let seeds = vmsd_fuzz::seeds::all();
    for (name, run) in TARGETS {
        let mut own = seeds.iter().filter(|seed| seed.target == name).peekable();
        assert!(own.peek().is_some(), "{name} has no seed");
        own.for_each(|seed| run(&seed.bytes));
    }
}

/// A seed with bytes changed, for each target.
#[test]
fn damaged_seeds_hold() {
    for (number, seed) in vmsd_fuzz::seeds::all().iter().enumerate() {
        let (_, run) = TARGETS
            .iter()
            .find(|(name, _)| *name == seed.target)
            .unwrap();
        let random = entropy(number as u64, 64);
        let mut u = Unstructured::new(&random);
        let mut bytes = seed.bytes.clone();
        for _ in 0..1 + number % 4 {
            let at = u.choose_index(bytes.len()).unwrap_or(0);
            bytes[at] = u.arbitrary().unwrap_or(0);
        }
        run(&bytes);
    }
}

/// The generator reaches the mirrors: of most of them it makes values that load.
#[test]
fn most_mirrors_have_made_up_values() {
    let registry = conformance::mirrors::registry();
    let mut without = Vec::new();
    for mirror in registry.mirrors() {
        for version in mirror.minimum_version..=mirror.version {
            let loaded = (0..40_u64).filter(|seed| {
                // Some entropy ends early: what follows is zeros, which every check accepts.
                let random = entropy(*seed, 16 << (seed % 8));
                vmsd_fuzz::derive_values::value(mirror, version, &mut Unstructured::new(&random))
            });
            if loaded.count() == 0 {
                without.push(format!("{} {version} {}", mirror.name, mirror.preset));
            }
        }
    }
    assert!(without.len() * 4 < registry.mirrors().len(), "{without:#?}");
}

/// Inputs that broke a target once, as `corpus/regressions/NAME.TARGET`; their causes stand beside them.
#[test]
fn finds_of_the_past_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/regressions");
    let Ok(files) = fs::read_dir(folder) else {
        return;
    };
    for file in files {
        let path = file.unwrap().path();
        let target = path.extension().and_then(|name| name.to_str());
        let found = TARGETS.iter().find(|(name, _)| Some(*name) == target);
        if let Some((_, run)) = found {
            run(&fs::read(&path).unwrap());
        }
    }
}

proptest! {
    // A test repeats itself; searching on is what the fuzzers do.
    #![proptest_config(ProptestConfig {
        cases: 256,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn properties_hold_for_any_bytes(data in proptest::collection::vec(any::<u8>(), 0..600)) {
        for (_, run) in TARGETS {
            run(&data);
        }
    }

    #[test]
    fn save_and_load_are_the_identity(number in any::<u16>(), data in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let input = [&number.to_le_bytes(), data.as_slice()].concat();
        vmsd_fuzz::derive_values::run(&input);
    }
}
