//! What is done with a damaged stream, and what every error of it must name.

use std::io;
use std::ops::Deref;
use std::sync::Arc;

use conformance::files::container::{self, error_of, Options, Source};
use conformance::files::input::Input;
use conformance::migration::judge::{check, Judge, Reading as Known};
use conformance::migration::side::Side;
use conformance::reading::contents::devices;
use conformance::reading::measure::Measurer;
use conformance::reading::outline::Outline;
use conformance::reading::walk::{Stop, Walk};
use conformance::report::subject::Subject;
use conformance::report::{decode, inspect, Styles};
use vmsd_schema::decode::machine::{Machine, Options as Reading};
use vmsd_schema::decode::typed::Registry;
use vmsd_schema::stream::Parser;
use vmsd_schema::Error;

/// The front part of a file.
pub(super) struct Front {
    bytes: Arc<Vec<u8>>,
    len: usize,
}

impl Deref for Front {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// Looks at the first `len` bytes as `vmsd inspect` and `vmsd decode` do. Says how many errors there were.
pub(super) fn read(bytes: &Arc<Vec<u8>>, len: usize) -> usize {
    let front = Front {
        bytes: Arc::clone(bytes),
        len,
    };
    let opened = match container::open(Source::bytes(front), &Options::default()) {
        Ok(opened) => opened,
        Err(error) => return is_named_io(&error),
    };
    let input = Input {
        name: String::new(),
        layers: opened.layers,
        content: opened.content,
        source: opened.source,
        file_len: Some(len as u64),
    };
    let layers = input.layers.clone();
    let mut walk = match Walk::new(input, None) {
        Ok(walk) => walk,
        Err(stop) => return is_named_stop(&stop),
    };
    let outline = match Outline::of(&mut walk, &mut |_| ()) {
        Ok(outline) => outline,
        Err(stop) => return is_named_stop(&stop),
    };
    let subject = Subject {
        name: "",
        layers: &layers,
        file_len: Some(len as u64),
        outline: &outline,
        description: walk.measurer().and_then(Measurer::description),
        dialect: None,
    };
    let (mut sink, styles) = (io::sink(), Styles::default());
    inspect::text(&subject, &mut sink, &styles).unwrap();
    let all = devices(&walk, &outline);
    let refs: Vec<_> = all.iter().collect();
    decode::text(&refs, &mut sink, &styles, false).unwrap();
    let errors = all.iter().filter_map(|device| device.error());
    // What a device says of its bytes stands under the device; it need not repeat its name.
    let in_devices = errors.inspect(|error| has_place(error)).count();
    let found = outline.findings.iter();
    found.inspect(|error| is_named(error)).count() + in_devices
}

/// Looks at `bytes` through the typed mirrors.
pub(super) fn read_typed(bytes: &[u8], registry: &Registry) -> usize {
    let machine = Machine::read(bytes, Parser::new(), registry, Reading { guess: true });
    let errors = machine.problems.iter().chain(&machine.stopped);
    let mut count = errors.inspect(|error| is_named(error)).count();
    for section in &machine.sections {
        if let Some(Err(error)) = machine.decode(section) {
            has_place(&error);
            count += 1;
        }
    }
    count
}

/// Checks `bytes` against the stream that they were, in both directions.
pub(super) fn judge(bytes: Vec<u8>, judge: &Judge, target: &Known<'_>) {
    let source = Side {
        stream: Some(bytes),
        ..Side::default()
    };
    let source = judge.read(&source);
    let _ = check(&source, target);
    let _ = check(target, &source);
}

fn is_named_stop(stop: &Stop) -> usize {
    match stop {
        Stop::Stream(error) => is_named(error),
        Stop::Input(error) => return is_named_io(error),
        Stop::Output(error) => panic!("nothing is written: {error}"),
    }
    1
}

fn is_named_io(error: &io::Error) -> usize {
    match error_of(error) {
        Some(error) => is_named(error),
        None => panic!("no error of ours: {error}"),
    }
    1
}

fn is_named(error: &Error) {
    has_place(error);
    assert!(!error.path().is_empty(), "in no section: {error}");
}

fn has_place(error: &Error) {
    assert!(error.offset().is_some(), "nowhere: {error}");
}
