//! The five releases as they were, and one that never was: that the matrix says of each pair what their code does.
//!
//! A real crate has its older releases in its version control alone. Here they stand beside each other, so that every
//! verdict can be held against real code on both sides.

#![allow(missing_docs, reason = "the present release has the words")]
#![allow(clippy::unwrap_used, reason = "a test may end in a panic")]

mod attempt;
mod release_1;
mod release_2;
mod release_3;
mod release_4;

use std::path::PathBuf;

use conformance::releases::{Kind, Pair};
use conformance::Releases;
use uart_example as release_5;
use vmsd_schema::compat::{Matrix, Mode, Verdict};
use vmsd_schema::decode::typed::State;
use vmsd_schema::schema::SchemaSet;
use vmsd_schema::{load, save, Export, Timer, VmState};

/// A release: its schemas, what it sends, and whether it loads what another sent.
struct Release {
    name: &'static str,
    schemas: SchemaSet,
    version: u32,
    sends: Vec<Vec<u8>>,
    loads: fn(&[u8], u32) -> bool,
}

fn release<S: VmState + State + Default + 'static>(
    name: &'static str,
    mut values: Vec<S>,
) -> Release {
    Release {
        name,
        schemas: Export::new().device::<S>().into_set(),
        version: S::VERSION,
        sends: values
            .iter_mut()
            .map(|value| save(value, S::VERSION).unwrap())
            .collect(),
        loads: |bytes, version| load(&mut S::default(), bytes, version).is_ok(),
    }
}

const FIFO: [u8; 16] = *b"0123456789abcdef";

/// The port of a release: just reset, and with its FIFO full.
macro_rules! uart {
    ($release:ident { $($field:ident: $value:expr),* }) => {
        vec![
            $release::Uart::default(),
            $release::Uart { divider: 12, used: 16, $($field: $value,)* },
        ]
    };
}

fn releases() -> Vec<Release> {
    let timer = Timer { deadline: Some(7) };
    vec![
        release(
            "1.0.0",
            uart!(release_1 {
                line: 3,
                fifo: FIFO
            }),
        ),
        release(
            "2.0.0",
            uart!(release_2 {
                line: 3,
                fifo: FIFO,
                scratch: 9
            }),
        ),
        release(
            "3.0.0",
            uart!(release_3 {
                line: 3,
                fifo: FIFO,
                scratch: 9,
                timeout: Some(release_3::Timeout { deadline: timer })
            }),
        ),
        release(
            "4.0.0",
            uart!(release_4 {
                line_control: 3,
                fifo: FIFO,
                scratch: 9,
                timeout: Some(release_4::Timeout { deadline: timer })
            }),
        ),
        release(
            "5.0.0",
            uart!(release_5 {
                line_control: 3,
                fifo: FIFO,
                scratch: 9,
                fifo_rest: FIFO,
                timeout: Some(release_5::Timeout { deadline: timer })
            }),
        ),
    ]
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_baselines_are_those_of_the_releases() {
    for release in releases() {
        let path = folder().join(format!("schemas/{}.json", release.name));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, release.schemas.to_json()).unwrap();
        }
        let baseline = std::fs::read_to_string(&path).unwrap();
        assert_eq!(baseline, release.schemas.to_json(), "{}", path.display());
    }
}

#[test]
fn the_matrix_says_what_the_code_of_both_sides_does() {
    let releases = releases();
    let sets: Vec<_> = releases
        .iter()
        .map(|release| (release.name.to_owned(), release.schemas.clone()))
        .collect();
    let matrix = Matrix::of(&sets, Mode::Full);
    let mut told = Vec::new();
    for (from, source) in releases.iter().enumerate() {
        let mut row = String::new();
        for (to, target) in releases.iter().enumerate() {
            let loads = |bytes: &Vec<u8>| (target.loads)(bytes, source.version);
            let loaded = source.sends.iter().filter(|bytes| loads(bytes)).count();
            let verdict = matrix
                .cell(from, to)
                .map_or(Verdict::Loads, |cell| cell.verdict);
            let expected = match verdict {
                Verdict::Loads => loaded == source.sends.len(),
                Verdict::Breaks => loaded == 0,
                // With the FIFO full there is a timeout to send, after reset there is none.
                _ => loaded == 1,
            };
            assert!(
                expected,
                "{} to {}: {verdict}, {loaded} loaded",
                source.name, target.name
            );
            row.push_str(match verdict {
                Verdict::Loads => "+",
                Verdict::Breaks => "-",
                _ => "?",
            });
        }
        told.push(row);
    }
    assert_eq!(
        told,
        ["+++++", "-++++", "-?+++", "-?+++", "----+"],
        "each row is a source, each column a target"
    );
}

#[test]
fn what_was_renamed_and_what_has_grown_keep_their_values() {
    let mut old = release_1::Uart {
        divider: 12,
        line: 3,
        used: 16,
        fifo: FIFO,
    };
    let bytes = save(&mut old, 1).unwrap();
    let mut new = release_5::Uart::default();
    load(&mut new, &bytes, 1).unwrap();
    assert_eq!(
        (new.divider, new.line_control, new.used, new.fifo),
        (12, 3, 16, FIFO)
    );
    assert_eq!((new.scratch, new.fifo_rest), (0, [0; 16]));
}

#[test]
fn the_attempt_breaks_and_its_bytes_say_so_too() {
    let scratch = std::env::temp_dir().join(format!("uart-example-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).unwrap();
    for release in releases() {
        let name = format!("{}.json", release.name);
        std::fs::copy(folder().join("schemas").join(&name), scratch.join(&name)).unwrap();
    }
    let attempt = Releases::new(&scratch, "6.0.0").device::<attempt::Uart>();
    let unknown = attempt.clone().bless(false).run();
    assert!(unknown
        .findings
        .iter()
        .any(|finding| finding.kind == Kind::Baseline));
    let report = attempt.bless(true).run();
    std::fs::remove_dir_all(&scratch).unwrap();
    let places: Vec<_> = report
        .findings
        .iter()
        .map(|finding| (finding.kind, finding.place.as_str()))
        .collect();
    let pairs =
        ["1.0.0", "2.0.0", "3.0.0", "4.0.0", "5.0.0"].map(|from| format!("{from} to 6.0.0"));
    for pair in &pairs {
        assert!(
            places.contains(&(Kind::Reasoned, pair.as_str())),
            "{pair}: {report}"
        );
    }
    assert!(
        places.iter().all(|(kind, _)| *kind == Kind::Reasoned),
        "the bytes agree with the rules: {report}"
    );
    // Release 5.0.0 sends as many bytes as the attempt reads: they load, and `scratch` is a byte of the FIFO.
    let caught = |pair: &&Pair| pair.refused > 0 || pair.misread > 0;
    let older: Vec<_> = report
        .pairs
        .iter()
        .filter(|pair| pair.writer != "6.0.0")
        .collect();
    assert!(older.len() > 5 && older.iter().all(caught), "{report}");
    let last = older.last().unwrap();
    assert!(last.refused == 0 && last.misread > 0, "{report}");
}

#[test]
fn forward_is_reasoned_and_proven_as_well() {
    let report = Releases::new(folder().join("schemas"), "5.0.0")
        .device::<release_5::Uart>()
        .mode(Mode::Full)
        .run();
    let kinds = |kind: Kind| {
        report
            .findings
            .iter()
            .filter(move |finding| finding.kind == kind)
    };
    assert!(
        kinds(Kind::Reasoned).all(|finding| finding.place.starts_with("5.0.0 to")),
        "{report}"
    );
    assert!(kinds(Kind::Reasoned).count() >= 4, "{report}");
    assert_eq!(kinds(Kind::Proven).count(), 0, "{report}");
    let forward: Vec<_> = report
        .pairs
        .iter()
        .filter(|pair| pair.writer == "5.0.0" && pair.reader != "5.0.0")
        .collect();
    // Release 1.0.0 has no subsection, and none of them has version 3. What is saved at their own version loads.
    let loads = |reader: &str, version: u32| {
        forward
            .iter()
            .any(|pair| pair.reader == reader && pair.version == version && pair.loaded > 0)
    };
    assert!(
        loads("4.0.0", 2) && loads("1.0.0", 1) && !loads("4.0.0", 3),
        "{report}"
    );
}

#[test]
fn the_attempt_that_the_readme_shows_is_this_one() {
    let path = folder().join("attempt.json");
    let now = Export::new().device::<attempt::Uart>().to_json();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), now);
}
