//! Every property holds for every stream of the corpus, for its beginnings, and for damaged ones.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use std::fs;
use std::path::Path;

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
fn qevm_parse_holds_on_the_corpus() {
    let streams = streams(|path| path.contains("/matrix/") && path.contains(".bare."));
    assert!(!streams.is_empty());
    streams
        .iter()
        .for_each(|stream| vmsd_fuzz::qevm_parse::run(stream));
}

#[test]
fn qevm_parse_holds_on_damaged_streams() {
    let streams = streams(|path| path.contains("pc-i440fx-5.2.bare.from-7.2"));
    let stream = streams.first().unwrap();
    for step in 0..200 {
        let at = stream.len() * step / 200;
        vmsd_fuzz::qevm_parse::run(&stream[..at]);
        let mut damaged = stream.clone();
        damaged[at] ^= 1 << (step % 8);
        vmsd_fuzz::qevm_parse::run(&damaged);
    }
}
