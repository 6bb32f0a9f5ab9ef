//! Whole streams, by hand: the description at the tail and in a device of its own, broken or missing, and mirrors instead.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use vmsd_schema::decode::machine::{Layout, Machine, Measured, Options};
use vmsd_schema::decode::typed::{Mirror, Registry};
use vmsd_schema::decode::Reason;
use vmsd_schema::stream::Parser;
use vmsd_schema::wire::Writer;
use vmsd_schema::{Dialect, ErrorKind, Result, Value, VmState};

/// The keyboard controller's bytes on Alexander Graf's slides ("Debugging Live Migration").
const PCKBD: [u8; 4] = [0x00, 0x1c, 0x43, 0x00];

const EARLY: &str = r#"{ "devices" : [ { "name" : "pckbd", "instance_id" : 0, "vmsd_name" : "pckbd", "versions" : {
    "2" : { "fields" : [ { "name" : "old", "size" : 2, "type" : "uint16" } ] },
    "3" : { "fields" : [ { "name" : "kbd", "size" : 56, "type" : "struct", "struct" : { "version_id" : 3, "fields" : [
        { "name" : "write_cmd", "size" : 1, "type" : "uint8" }, { "name" : "status", "size" : 1, "type" : "uint8" },
        { "name" : "mode", "size" : 1, "type" : "uint8" }, { "name" : "pending", "size" : 1, "type" : "uint8" } ] } } ] }
    } } ] }"#;

const LATER: &str = r#"{"page_size": 4096, "devices": [{"name": "empty", "instance_id": 0, "vmsd_name": "empty", "version": 1, "fields": []}, {"name": "pckbd", "instance_id": 0, "vmsd_name": "pckbd", "version": 3, "fields": [{"name": "write_cmd", "type": "uint8", "size": 1}, {"name": "status", "type": "uint8", "size": 1}, {"name": "mode", "type": "uint8", "size": 1}, {"name": "pending", "type": "uint8", "size": 1}]}]}"#;

fn section(out: &mut Writer, id: u32, name: &str, version: u32, body: &[u8], footer: bool) {
    out.u8(0x04);
    out.u32(id);
    out.counted_string(name).unwrap();
    out.u32(0);
    out.u32(version);
    out.bytes(body);
    if footer {
        out.u8(0x7e);
        out.u32(id);
    }
}

fn header() -> Writer {
    let mut out = Writer::new();
    out.bytes(b"QEVM\0\0\0\x03");
    out
}

/// As on the slides: section 0x17, then the device that describes it, section 0x21. No footers in that age.
fn early() -> Vec<u8> {
    let mut out = header();
    section(&mut out, 0x17, "pckbd", 3, &PCKBD, false);
    let mut body = Writer::new();
    body.u32(u32::try_from(EARLY.len()).unwrap());
    body.bytes(b"Debug Migration\0");
    body.bytes(EARLY.as_bytes());
    section(&mut out, 0x21, "debug-migration", 1, body.as_bytes(), false);
    out.u8(0);
    out.into_bytes()
}

/// Behind a device without fields, so that the stream has shown that it has footers.
fn later(json: &str) -> Vec<u8> {
    let mut out = header();
    section(&mut out, 0x16, "empty", 1, b"", true);
    tail(out, json)
}

fn tail(mut out: Writer, json: &str) -> Vec<u8> {
    section(&mut out, 0x17, "pckbd", 3, &PCKBD, true);
    out.u8(0);
    out.u8(0x06);
    out.u32(u32::try_from(json.len()).unwrap());
    out.bytes(json.as_bytes());
    out.into_bytes()
}

fn read(bytes: &[u8]) -> Machine<'_> {
    Machine::read(bytes, Parser::new(), &(), Options::default())
}

fn status(machine: &Machine<'_>) -> Option<Value> {
    let section = machine.sections_named("pckbd").next()?;
    let value = machine.decode(section)?.unwrap().to_value();
    value.get("kbd").unwrap_or(&value).get("status").cloned()
}

#[test]
fn a_description_in_a_device_of_its_own() {
    let bytes = early();
    let machine = read(&bytes);
    assert!(
        machine.stopped.is_none() && machine.problems.is_empty(),
        "{machine:?}"
    );
    assert_eq!(
        status(&machine),
        Some(Value::Uint {
            bits: 8,
            value: 0x1c
        })
    );
    let [pckbd, debug] = machine.sections.as_slice() else {
        panic!("{machine:?}")
    };
    assert_eq!(
        (pckbd.header.id.0, pckbd.measured, pckbd.body),
        (0x17, Measured::Description, Some(&PCKBD[..]))
    );
    assert_eq!(
        (debug.header.id.0, debug.measured),
        (0x21, Measured::Grammar)
    );
    assert_eq!(machine.end, bytes.len() as u64);
}

#[test]
fn a_description_at_the_tail() {
    let bytes = later(LATER);
    let machine = read(&bytes);
    assert!(
        machine.stopped.is_none() && machine.problems.is_empty(),
        "{machine:?}"
    );
    assert_eq!(
        status(&machine),
        Some(Value::Uint {
            bits: 8,
            value: 0x1c
        })
    );
    let description = machine.description.as_ref().unwrap();
    assert_eq!(
        (description.dialect, description.content.page_size),
        (Dialect::Qemu7_2, 4096)
    );
    assert_eq!(
        &bytes[usize::try_from(description.at).unwrap()..],
        LATER.as_bytes()
    );
    assert_eq!(machine.footers, Some(true));
}

#[test]
fn a_description_that_does_not_fit_is_named_with_both_sides() {
    let bytes = later(&LATER.replace("\"version\": 3", "\"version\": 2"));
    let stopped = read(&bytes).stopped.unwrap();
    let message =
        "the section has version 3, and the description version 2 (at offset 0x33, in pckbd)";
    assert_eq!(stopped.to_string(), message);
    let bytes = later(&LATER.replace(
        "\"type\": \"uint8\", \"size\": 1}]",
        "\"type\": \"uint16\", \"size\": 2}]",
    ));
    let stopped = read(&bytes).stopped.unwrap();
    assert_eq!(
        stopped.message(),
        "the body takes 5 bytes by its layout, and no footer of section 23 follows"
    );
}

#[derive(Default, VmState)]
#[vmstate(name = "pckbd", version = 3)]
struct Pckbd {
    write_cmd: u8,
    status: u8,
    mode: u8,
    pending: u8,
}

#[test]
fn mirrors_read_what_nothing_describes() {
    let registry = Registry::new([Mirror::of::<Pckbd>()]);
    let broken = tail(header(), &LATER.replace("uint8", "uint\x08"));
    let mut unknown = header();
    section(&mut unknown, 0x17, "pckbd", 3, &PCKBD, true);
    section(&mut unknown, 0x18, "i8259", 1, &[0; 16], true);
    unknown.u8(0);
    let unknown = unknown.into_bytes();

    let machine = Machine::read(&broken, Parser::new(), &registry, Options::default());
    assert!(machine.stopped.is_none(), "{:?}", machine.stopped);
    assert_eq!(machine.problems[0].kind(), ErrorKind::Description);
    assert_eq!(
        status(&machine),
        Some(Value::Uint {
            bits: 8,
            value: 0x1c
        })
    );
    assert_eq!(machine.sections[0].measured, Measured::Mirror);

    let machine = Machine::read(&unknown, Parser::new(), &registry, Options::default());
    assert_eq!(
        status(&machine),
        Some(Value::Uint {
            bits: 8,
            value: 0x1c
        })
    );
    let stopped = machine.stopped.unwrap();
    assert_eq!(
        (stopped.kind(), stopped.path().as_str()),
        (ErrorKind::Unknown, "i8259")
    );
    assert_eq!(
        stopped.message(),
        "the stream has no description, and there is no mirror of the device"
    );

    let machine = Machine::read(&unknown, Parser::new(), &(), Options { guess: true });
    assert!(machine.stopped.is_none(), "{:?}", machine.stopped);
    for section in &machine.sections {
        assert_eq!(
            (section.measured, &section.layout),
            (Measured::Guessed, &Layout::Unknown(Reason::Type))
        );
    }
    assert_eq!(
        machine
            .sections
            .iter()
            .map(|section| section.len)
            .collect::<Vec<_>>(),
        [4, 16]
    );
}

#[test]
fn a_damaged_stream_gives_a_machine_up_to_where_it_stopped() {
    for whole in [early(), later(LATER)] {
        for cut in 0..whole.len() {
            let machine = read(&whole[..cut]);
            assert!(machine.end <= cut as u64);
            if let Some(error) = machine.stopped {
                assert!(error.offset().is_some_and(|at| at <= cut as u64), "{error}");
            }
        }
        for at in 0..whole.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] ^= change;
                for guess in [false, true] {
                    let machine = Machine::read(&bytes, Parser::new(), &(), Options { guess });
                    for section in &machine.sections {
                        machine.decode(section).map(Result::unwrap);
                    }
                }
            }
        }
    }
}
