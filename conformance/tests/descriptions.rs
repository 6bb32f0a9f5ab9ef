//! Streams of the corpus, by the description they carry: the JSON comes out as it went in, every body ends where the
//! description says, and the shape of QEMU's script is what the script printed. Every fourth stream is enough here.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use std::fs::File;
use std::path::{Path, PathBuf};

use conformance::report::analyze::{analyze, sections};
use vmsd_schema::decode::machine::{Machine, Measured, Options};
use vmsd_schema::stream::Parser;

/// Streams without a description: nothing here to compare.
const UNDESCRIBED: [&str; 3] = ["machine-2.0", "no-vmdesc", "postcopy"];

fn corpus() -> Vec<PathBuf> {
    let streams = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/streams");
    let entries = |path: &Path| {
        std::fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().path())
    };
    let files = entries(&streams).flat_map(|kind| entries(&kind).collect::<Vec<_>>());
    let mut files: Vec<_> = files
        .filter(|file| file.to_str().unwrap().ends_with(".qevm.zst"))
        .filter(|file| {
            !UNDESCRIBED
                .iter()
                .any(|name| file.to_str().unwrap().contains(name))
        })
        .collect();
    files.sort();
    files.into_iter().step_by(4).collect()
}

fn unpack(path: &Path) -> Vec<u8> {
    zstd::decode_all(File::open(path).unwrap()).unwrap()
}

#[test]
fn streams_of_the_corpus() {
    let files = corpus();
    assert!(files.len() > 75, "{} streams", files.len());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let compared: usize = std::thread::scope(|scope| {
        let workers: Vec<_> = files
            .chunks(files.len().div_ceil(threads))
            .map(|files| scope.spawn(|| files.iter().filter(|file| check(file)).count()))
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .sum()
    });
    assert!(compared > 75, "{compared} compared with the script");
}

/// Whether the script's output is there to compare with.
fn check(file: &Path) -> bool {
    let bytes = unpack(file);
    let machine = Machine::read(&bytes, Parser::new(), &(), Options::default());
    let name = file.display();
    assert!(
        machine.stopped.is_none(),
        "{name}: {}",
        machine.stopped.unwrap()
    );
    assert!(
        machine.problems.is_empty(),
        "{name}: {:?}",
        machine.problems
    );
    assert_eq!(machine.end, bytes.len() as u64, "{name}");

    let description = machine.description.as_ref().unwrap();
    let json = description.content.to_json(description.dialect);
    let at = usize::try_from(description.at).unwrap();
    assert!(
        bytes[at..].starts_with(json.as_bytes()),
        "{name}: the JSON differs"
    );

    for section in &machine.sections {
        assert_ne!(
            section.measured,
            Measured::Guessed,
            "{name}: {}",
            section.name
        );
        let Some(body) = machine.decode(section) else {
            continue;
        };
        assert_eq!(
            body.unwrap().bytes.len() as u64,
            section.len,
            "{name}: {}",
            section.name
        );
    }
    let configuration = machine.configuration.as_ref().unwrap();
    assert!(machine.decode_configuration().unwrap().is_ok(), "{name}");
    if let Some(described) = &description.content.configuration {
        assert_eq!(*described, configuration.layout, "{name}");
    }

    let expected = file
        .to_str()
        .unwrap()
        .replace(".qevm.zst", ".analyze.json.zst");
    if Path::new(&expected).exists() {
        let expected: serde_json::Value =
            serde_json::from_slice(&unpack(Path::new(&expected))).unwrap();
        let shown = serde_json::to_value(analyze(sections(&machine)).unwrap()).unwrap();
        assert!(shown == expected, "{name}: not what the script prints");
        return true;
    }
    false
}
