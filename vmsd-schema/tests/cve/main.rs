//! The holes that were found in QEMU's own loaders: one stream for each CVE, on a device of that shape.
//!
//! `corpus/cve/NAME.hex` holds the stream with a good value, which loads and is written again, and the values that did
//! the harm, each of which is refused: `NAME.error` has the words, a line for each. `BLESS=1` writes it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

mod allocation;
mod arm;
mod hex;
mod pc;
mod ppc;
mod ram;
mod ssi;
mod usb;
mod virtio;
mod virtqueue;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use vmsd_schema::stream::{Event, Grammar, Stream};
use vmsd_schema::{save, Error, ErrorKind, Loader, VmState};

/// What a load may allocate beside what the bytes of the stream justify: the error itself.
const OVERHEAD: usize = 1024;
/// Bytes in memory for one on the wire: a mark of a list may stand for an element that takes 8 times what it sends.
const PER_BYTE: usize = 16;

macro_rules! cves {
    ($($name:ident: $refused:expr;)*) => {
        $(#[test]
        fn $name() {
            check(&file(stringify!($name)), $refused);
        })*

        const ALL: &[&str] = &[$(stringify!($name)),*];
    };
}

cves! {
    cve_2013_4148: device::<virtio::Net>;
    cve_2013_4149: device::<virtio::Net>;
    cve_2013_4150: device::<virtio::Net>;
    cve_2013_4151: device::<virtio::Virtio>;
    cve_2013_4526: device::<pc::Ahci>;
    cve_2013_4527: device::<pc::Hpet>;
    cve_2013_4529: device::<pc::AerLog>;
    cve_2013_4530: device::<ssi::Pl022>;
    cve_2013_4531: device::<arm::Cpu>;
    cve_2013_4532: device::<arm::StellarisEnet>;
    cve_2013_4533: device::<ssi::Pxa2xxSsp>;
    cve_2013_4534: device::<ppc::OpenPic>;
    cve_2013_4535: device::<virtqueue::Blk>;
    cve_2013_4536: device::<virtqueue::Blk>;
    cve_2013_4537: device::<ssi::SsiSd>;
    cve_2013_4538: device::<ssi::Ssd0323>;
    cve_2013_4539: device::<arm::Tsc2102>;
    cve_2013_4540: device::<arm::Scoop>;
    cve_2013_4541: device::<usb::UsbDevice>;
    cve_2013_4542: device::<virtqueue::ScsiDisk>;
    cve_2013_6399: device::<virtio::Virtio>;
    cve_2014_0182: device::<virtio::Virtio>;
    cve_2014_3461: device::<usb::UsbDevice>;
    cve_2014_7840: ram::walk;
    cve_2017_16845: device::<pc::Ps2Keyboard>;
}

/// No stream without a test: the corpus has those above, and nothing else.
#[test]
fn every_stream_has_a_test() {
    let mut found: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    found.sort();
    let expected: Vec<_> = ALL
        .iter()
        .flat_map(|name| ["error", "hex"].map(|kind| file(name).with_extension(kind)))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(ALL.len(), 25);
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/cve")
}

fn file(test: &str) -> PathBuf {
    folder().join(test.to_uppercase().replace('_', "-") + ".hex")
}

/// The good stream passes `load`, the others do not, in the words beside the file.
fn check(file: &Path, load: fn(&[u8]) -> Result<(), Error>) {
    let streams = hex::streams(&fs::read_to_string(file).unwrap());
    load(&streams.good).unwrap();
    assert!(!streams.hostile.is_empty(), "nothing to refuse");
    let mut words = String::new();
    for hostile in &streams.hostile {
        let error = load(hostile).unwrap_err();
        let kinds = [
            ErrorKind::Bound,
            ErrorKind::Count,
            ErrorKind::Mismatch,
            ErrorKind::Ram,
        ];
        assert!(kinds.contains(&error.kind()), "{error:?}");
        writeln!(words, "{error}").unwrap();
    }
    let beside = file.with_extension("error");
    if env::var_os("BLESS").is_some() {
        fs::write(&beside, &words).unwrap();
    }
    assert_eq!(fs::read_to_string(&beside).unwrap(), words);
}

/// Loads the one device of `stream` into its default, as QEMU loads into a device that was just made, and checks that
/// it writes what it read.
fn device<S: VmState + Default>(bytes: &[u8]) -> Result<(), Error> {
    let mut stream = Stream::new(bytes);
    let section = loop {
        match stream.next()?.unwrap() {
            Event::Section(header) if header.grammar == Grammar::Device => {
                break header.section;
            }
            _ => {}
        }
    };
    assert!(section.idstr().to_string().ends_with(S::NAME));
    let mut state = S::default();
    let mut loader = Loader::new(stream.body());
    let (loaded, allocated) = allocation::during(|| state.load(&mut loader, section.version));
    assert!(
        allocated <= OVERHEAD + PER_BYTE * bytes.len(),
        "{allocated} bytes were allocated for a stream of {}",
        bytes.len()
    );
    loaded?;
    let body = stream.body_done(loader.consumed())?;
    assert_eq!(save(&mut state, section.version)?, body);
    while stream.next()?.is_some() {}
    assert!(stream.rest().is_empty());
    Ok(())
}
