//! The embedded corpus is green, a wrong device is not, and the README shows what compiles.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use conformance::conform::{corpus, Check, Skip};
use conformance::Suite;
use vmsd_schema::VmState;

#[test]
fn every_mirror_agrees_with_every_embedded_stream() {
    let report = Suite::embedded().run();
    report.assert_green();
    assert_eq!(report.versions(), ["5.2", "7.2", "10.0", "11.1"]);
    assert!(
        report.rows().count() >= 39,
        "{} devices",
        report.rows().count()
    );
    for row in report.rows() {
        assert!(
            row.cells.iter().all(Option::is_some),
            "{} is not in all four versions",
            row.device
        );
    }
}

#[derive(Default, VmState)]
#[vmstate(name = "i8254", version = 3)]
struct TooShort {
    count: u32,
}

#[derive(Default, VmState)]
#[vmstate(name = "port92", version = 1)]
struct WrongName {
    port: u8,
}

#[derive(Default, VmState)]
#[vmstate(name = "port92", version = 1)]
struct Forgetful {
    #[vmstate(with = Forgets)]
    outport: u8,
}

/// Loads what is there and saves its complement.
enum Forgets {}

impl vmsd_schema::Codec<u8> for Forgets {
    fn shape() -> vmsd_schema::schema::Shape {
        vmsd_schema::schema::Shape::leaf("uint8", 1)
    }

    fn save(value: &mut u8, writer: &mut vmsd_schema::wire::Writer) -> vmsd_schema::Result<()> {
        writer.u8(!*value);
        Ok(())
    }

    fn load(value: &mut u8, loader: &mut vmsd_schema::Loader<'_>) -> vmsd_schema::Result<()> {
        *value = loader.u8()?;
        Ok(())
    }

    fn describe(
        value: &mut u8,
        describer: &mut vmsd_schema::vmstate::Describer,
    ) -> vmsd_schema::Result<()> {
        let shown = vmsd_schema::Value::Uint {
            bits: 8,
            value: u64::from(*value),
        };
        describer.leaf("uint8", shown, |writer| Self::save(value, writer))
    }
}

#[test]
fn a_device_that_disagrees_is_found() {
    let stream = corpus::streams().swap_remove(0);
    let found = |suite: Suite| {
        let report = suite.with(stream.clone()).run();
        report
            .findings()
            .iter()
            .filter_map(|finding| finding.check)
            .collect::<Vec<_>>()
    };
    assert_eq!(found(Suite::new().device::<TooShort>()), [Check::Consumes]);
    let wrong_name = found(Suite::new().device::<WrongName>());
    assert!(wrong_name.contains(&Check::Values) && wrong_name.contains(&Check::Description));
    assert!(wrong_name.contains(&Check::Reference));
    assert!(found(Suite::new().device::<Forgetful>()).contains(&Check::Reproduces));
}

#[test]
fn a_mirror_is_applied_where_its_device_is() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../corpus/streams/machines");
    let skipped = |machine: &str| {
        let path = format!("{folder}/{machine}.qevm.zst");
        let bytes = std::fs::read(path).unwrap();
        let report = Suite::mirrors().only_known().stream(machine, &bytes).run();
        report.assert_green();
        let of = |skip| report.skipped().get(&skip).cloned().unwrap_or_default();
        [Skip::OtherDevice, Skip::OtherVersion].map(|skip| of(skip).into_keys().collect::<Vec<_>>())
    };
    let nothing = Vec::<String>::new();
    // Of RISC-V's processor even the version is that of an x86.
    assert_eq!(
        skipped("riscv64-11.1.virt"),
        [vec!["cpu".to_owned()], nothing.clone()]
    );
    assert_eq!(
        skipped("ppc-11.1.g3beige"),
        [vec!["cpu".to_owned(), "ide".to_owned()], nothing.clone()]
    );
    // An IBM Z starts with the same field as an x86.
    assert_eq!(
        skipped("s390x-11.1.s390-ccw-virtio-11.1"),
        [nothing.clone(), vec!["cpu".to_owned()]]
    );
    assert_eq!(skipped("x86_64-11.1.q35"), [nothing.clone(), nothing]);
}

#[test]
fn at_least_ten_mirrors_know_an_older_layout() {
    let mirrors = conformance::mirrors::registry();
    let mut older: Vec<_> = mirrors
        .mirrors()
        .iter()
        .filter(|mirror| mirror.minimum_version < mirror.version)
        .map(|mirror| mirror.name)
        .collect();
    older.dedup();
    assert!(older.len() >= 10, "{older:?}");
}

#[test]
fn the_readme_shows_the_test_that_is_compiled() {
    let (readme, test) = (include_str!("../../README.md"), include_str!("vmstate.rs"));
    let shown = &test[test.find("use conformance").unwrap()..];
    assert!(
        readme.contains(shown.trim_end()),
        "README.md and conformance/tests/vmstate.rs differ"
    );
}
