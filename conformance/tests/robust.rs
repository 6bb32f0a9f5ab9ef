//! Real streams, cut at every byte and with every byte changed: each gives an error or a report, never a panic.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use std::io::{self, Cursor, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use conformance::diff::{diff, Side};
use conformance::files::container::{Content, Source};
use conformance::files::input::Input;
use conformance::reading::contents::devices;
use conformance::reading::outline::Outline;
use conformance::reading::walk::{Stop, Walk};
use conformance::report::hexdump::{Dump, Options};
use conformance::report::{decode, Styles};
use conformance::rewrite::strip::{Mode, Strip};

/// A stream, whether it keeps its description, and the distance of the bytes that are cut at and changed.
struct Case {
    path: &'static str,
    described: bool,
    step: usize,
}

/// Small ones, at every byte. The last is a PC without its description, where mirrors and the search for ends take over;
/// it is too large for every byte.
const CASES: [Case; 4] = [
    Case {
        path: "machines/avr-11.1.arduino-uno.qevm.zst",
        described: true,
        step: 1,
    },
    Case {
        path: "machines/microblaze-11.1.xlnx-zynqmp-pmu.qevm.zst",
        described: true,
        step: 1,
    },
    Case {
        path: "machines/m68k-11.1.virt-7.2.qevm.zst",
        described: true,
        step: 1,
    },
    Case {
        path: "matrix/pc-q35-5.2.bare.from-7.2.qevm.zst",
        described: false,
        step: 23,
    },
];

fn stream(path: &str, described: bool) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../corpus/streams");
    let bytes = zstd::decode_all(std::fs::File::open(folder.join(path)).unwrap()).unwrap();
    let end = bytes
        .windows(7)
        .rposition(|window| window.starts_with(&[0, 6]) && window[6] == b'{')
        .unwrap();
    if described {
        bytes
    } else {
        bytes[..=end].to_vec()
    }
}

/// Everything that can be done with a stream. Whether it could be read.
fn everything(bytes: &[u8]) -> bool {
    let input = || Input {
        name: String::new(),
        layers: Vec::new(),
        content: Content::Stream,
        source: Source::pipe(Cursor::new(bytes.to_vec())),
        file_len: None,
    };
    let styles = Styles::default();
    let mut sink = io::sink();
    let mut walk = Walk::new(input(), None).unwrap();
    let Ok(outline) = Outline::of(&mut walk, &mut |_| ()) else {
        return false;
    };
    let all = devices(&walk, &outline);
    let refs: Vec<_> = all.iter().collect();
    decode::text(&refs, &mut sink, &styles, false).unwrap();
    let side = Side {
        outline: &outline,
        devices: &all,
    };
    assert_eq!(diff(&side, &side), []);
    let mut out = Counter(0);
    let mut again = Walk::new(input(), None).unwrap();
    let mut strip = Strip::new(&mut out, Mode::Scrub);
    let copied = again.run(&mut |step| strip.step(&step), &mut |_| ());
    assert!(!matches!(copied, Err(Stop::Output(_))));
    assert_eq!(
        out.0,
        again.offset(),
        "a scrubbed stream is as long as it was"
    );
    let mut dump = Dump::new(&mut sink, &styles, Options::default());
    let _ = Walk::new(input(), None)
        .unwrap()
        .run(&mut |step| dump.step(&step), &mut |_| ());
    outline.complete
}

/// Counts what is written.
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs `check` for each number below `count` on all processors.
fn each(count: usize, check: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return;
                }
                check(number);
            });
        }
    });
}

#[test]
fn a_stream_that_is_cut_anywhere_gives_an_error_or_a_report() {
    for Case {
        path,
        described,
        step,
    } in CASES
    {
        let bytes = stream(path, described);
        assert!(everything(&bytes), "{path} is whole");
        each(bytes.len() / step, |number| {
            everything(&bytes[..number * step]);
        });
    }
}

#[test]
fn a_stream_with_any_byte_changed_gives_an_error_or_a_report() {
    for Case {
        path,
        described,
        step,
    } in CASES
    {
        let bytes = stream(path, described);
        each(bytes.len() / step, |number| {
            let mut changed = bytes.clone();
            // Bits of all weights, in turn.
            changed[number * step] ^= [0xff, 0x01, 0x80, 0x10][number % 4];
            everything(&changed);
        });
    }
}
