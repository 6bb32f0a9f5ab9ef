//! The framing of whole streams, made by hand so that they have everything in them: what is parsed in pieces is what is
//! parsed at once, what is parsed is rebuilt byte for byte, and no cut or changed byte does more than end in an error.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use vmsd_schema::stream::{
    Chunk, Command, Event, InstanceId, Name, Parser, PostcopyAdvise, Ram, Section, SectionId,
    SectionKind, Stream, StreamBuilder,
};
use vmsd_schema::Error;

const PAGE: [u8; 4096] = [0x5a; 4096];
/// Every device of these streams has so many bytes.
const BODY: &[u8] = &[0xd0, 0xd1, 0xd2];
/// Miri takes a thousand times as long: it looks at some of the places.
const STEP: usize = if cfg!(miri) { 89 } else { 1 };
const CAPABILITIES: &[u8] = b"\x05\x1aconfiguration/capabilities\0\0\0\x01\0\0\0\x01";

fn section(id: u32, idstr: &str, version: u32) -> Section {
    Section::new(SectionId(id), idstr.into(), InstanceId(0), version)
}

/// A precopy stream: every form of page, every command that may stand there, devices, description, padding.
fn precopy(mut builder: StreamBuilder) -> Result<Vec<u8>, Error> {
    let ram = section(2, "ram", 4);
    builder.header().machine("pc")?;
    builder.body(b"\x05\x1econfiguration/target-page-bits\0\0\0\x01\0\0\0\x0c");
    builder
        .body(b"\x05\x12configuration/uuid\0\0\0\x01")
        .body(&[9; 16]);
    builder
        .command(Command::OpenReturnPath)?
        .command(Command::Ping(1))?;
    builder
        .section(SectionKind::Start, &ram)?
        .ram_blocks(&[("pc.ram", 0x4000), ("vga", 0x1000)])?;
    builder.ram_end().end_section();
    builder.full(9, "0000:00:03.0/virtio-mem-device-early", 0, 1, BODY)?;
    builder.section(SectionKind::Part, &ram)?;
    builder
        .page(Some(Name::from("pc.ram")), 0, &PAGE)?
        .zero_page(None, 0x1000)?;
    builder
        .body(&[0, 0, 0, 0, 0, 0, 0, 0x40, 3])
        .body(b"vga")
        .body(&[1, 0, 3, 0, 1, 0x38]);
    builder.body(&[0, 0, 0, 0, 0, 0, 1, 0x20, 0, 0, 0, 2, 0x78, 0x9c]);
    builder
        .body(&[0, 0, 0, 0, 0, 0, 2, 0])
        .ram_end()
        .end_section();
    builder.command(Command::SwitchoverStart)?;
    builder
        .section(SectionKind::End, &ram)?
        .ram_end()
        .end_section();
    builder
        .full(3, "timer", 0, 2, BODY)?
        .full(0x21, "0000:00:01.1/ide", 0, 3, BODY)?;
    builder
        .eof()
        .description("{\"devices\": []}")?
        .body(&[0; 7]);
    Ok(builder.finish())
}

/// The other live sections, and the old-style devices with a grammar.
fn live() -> Result<Vec<u8>, Error> {
    let mut builder = StreamBuilder::new();
    builder.header().machine("s390-ccw-virtio")?;
    let full = |builder: &mut StreamBuilder, id, idstr: &str, version, body: &[u8]| {
        builder.full(id, idstr, 0, version, body).map(drop)
    };
    let htab = [&[0, 0, 0, 0, 0, 0, 0, 8, 0, 1, 0, 0][..], &[3; 16], &[0; 8]].concat();
    let attributes = [
        &[0, 0, 0, 0, 0, 0, 0x10, 2, 0, 0, 0, 0, 0, 0, 0, 2, 7, 7][..],
        &[0, 0, 0, 0, 0, 0, 0, 1],
    ]
    .concat();
    let bitmap = [&[0x80, 0x1c, 1, b'd', 1, b'b'][..], &[0, 1, 0, 0, 1, 0x01]].concat();
    let vfio: Vec<u8> = [0xffff_ffff_ef10_0004u64, 3]
        .iter()
        .flat_map(|word| word.to_be_bytes())
        .collect();
    let vfio = [
        &vfio[..],
        &[1, 2, 3],
        &0xffff_ffff_ef10_0001u64.to_be_bytes(),
    ]
    .concat();
    full(&mut builder, 3, "spapr/htab", 1, &htab)?;
    full(&mut builder, 4, "s390-storage_attributes", 0, &attributes)?;
    full(&mut builder, 5, "s390-skeys", 1, &attributes)?;
    full(
        &mut builder,
        6,
        "todclock",
        1,
        &[1, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    )?;
    full(&mut builder, 7, "dirty-bitmap", 1, &bitmap)?;
    full(
        &mut builder,
        8,
        "block",
        1,
        &[0, 0, 0, 0, 0, 0, 0, 9, 1, b'd', 0, 0, 0, 0, 0, 0, 0, 2],
    )?;
    builder
        .section(SectionKind::Start, &section(9, "0000:00:04.0/vfio", 1))?
        .body(&vfio)
        .end_section();
    full(&mut builder, 10, "0000:00:04.0/vfio", 1, BODY)?;
    full(
        &mut builder,
        0x21,
        "debug-migration",
        1,
        b"\0\0\0\x13Debug Migration\0{ }",
    )?;
    builder.eof();
    Ok(builder.finish())
}

fn postcopy() -> Result<Vec<u8>, Error> {
    let ram = section(2, "ram", 4);
    let advise = PostcopyAdvise {
        page_size_summary: 0x20_1000,
        target_page_size: 4096,
    };
    let mut builder = StreamBuilder::new();
    builder
        .header()
        .machine("pc")?
        .body(CAPABILITIES)
        .body(b"\x0fx-ignore-shared");
    builder.command(Command::PostcopyAdvise(Some(advise)))?;
    builder
        .section(SectionKind::Start, &ram)?
        .body(&0x20_0004u64.to_be_bytes());
    builder
        .body(b"\x01m")
        .body(&[0x20_0000u64.to_be_bytes(); 2].concat())
        .body(&[0; 8]);
    builder.ram_end().end_section();
    builder
        .body(&[8, 0, 6, 0, 20, 0, 1, b'm', 0])
        .body(&[0; 16]);
    let mut package = StreamBuilder::new();
    package
        .command(Command::PostcopyListen)?
        .full(3, "timer", 0, 2, BODY)?;
    package.command(Command::PostcopyRun)?.body(&[0x55; 3]);
    builder.packaged(&package)?;
    builder
        .section(SectionKind::End, &ram)?
        .zero_page(Some(Name::from("m")), 0x1000)?
        .ram_end()
        .end_section();
    builder.eof();
    Ok(builder.finish())
}

fn mapped() -> Result<Vec<u8>, Error> {
    let mut builder = StreamBuilder::new();
    builder
        .header()
        .machine("pc")?
        .body(CAPABILITIES)
        .body(b"\x0amapped-ram");
    builder
        .section(SectionKind::Start, &section(1, "ram", 4))?
        .body(&0x2004u64.to_be_bytes());
    builder
        .body(b"\x01m")
        .body(&0x2000u64.to_be_bytes())
        .body(&[0, 0, 0, 1]);
    let bitmap = builder.as_bytes().len() as u64 + 24 + 5;
    builder.body(&[4096, bitmap, 0x1000].map(u64::to_be_bytes).concat());
    builder.body(&[0; 5]).body(&[3, 0, 0, 0, 0, 0, 0, 0]);
    builder
        .body(&vec![0xee; 0x1000 - builder.as_bytes().len()])
        .body(&PAGE)
        .body(&PAGE);
    builder
        .ram_end()
        .end_section()
        .full(3, "timer", 0, 2, BODY)?
        .eof();
    Ok(builder.finish())
}

fn streams() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("precopy", precopy(StreamBuilder::new()).unwrap()),
        (
            "without footers",
            precopy(StreamBuilder::new().without_footers()).unwrap(),
        ),
        ("live", live().unwrap()),
        ("postcopy", postcopy().unwrap()),
        ("mapped", mapped().unwrap()),
    ]
}

fn whole(data: &[u8]) -> Result<Vec<Event<'_>>, Error> {
    let mut stream = Stream::new(data);
    let mut events = Vec::new();
    loop {
        if stream.parser().awaits_body() {
            stream.body_done(BODY.len())?;
        }
        match stream.next()? {
            Some(event) => events.push(event),
            None => return Ok(events),
        }
    }
}

/// Feeds the parser pieces of the sizes that `piece` says and compares each event with `expected`.
fn in_pieces(
    data: &[u8],
    expected: &[Event<'_>],
    mut piece: impl FnMut() -> usize,
) -> Result<(), Error> {
    let mut parser = Parser::new();
    let mut expected = expected.iter();
    let (mut from, mut to) = (0, 0);
    loop {
        if parser.awaits_body() {
            parser.body_done(BODY.len() as u64)?;
            from += BODY.len();
            to = to.max(from);
        }
        match parser.parse(&data[from..to], to == data.len())? {
            Chunk::NeedMoreData(missing) => {
                assert!(
                    missing > 0 && to < data.len(),
                    "more is wanted than there is"
                );
                to = (to + piece()).min(data.len());
            }
            Chunk::Parsed { consumed, event } => {
                assert_eq!(Some(&event), expected.next());
                from += consumed;
            }
            Chunk::End => break,
        }
    }
    assert_eq!((expected.next(), from), (None, data.len()));
    Ok(())
}

#[test]
fn parsed_in_pieces_is_parsed_at_once() {
    let mut seed = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = move |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(1 + seed % below).unwrap()
    };
    for (name, data) in streams() {
        let events = whole(&data).unwrap_or_else(|error| panic!("{name}: {error}"));
        in_pieces(&data, &events, || 1).unwrap();
        for below in [3, 50, 700, 5000] {
            in_pieces(&data, &events, || random(below)).unwrap();
        }
    }
}

#[test]
fn parsed_is_rebuilt_byte_for_byte() {
    for (name, data) in streams() {
        let mut builder = StreamBuilder::new();
        let mut stream = Stream::new(&data);
        while let Some(event) = stream.next().unwrap() {
            builder.event(&event).unwrap();
            if stream.parser().awaits_body() {
                builder.body(stream.body_done(BODY.len()).unwrap());
            }
        }
        assert!(builder.finish() == data, "{name}");
    }
}

#[test]
fn every_offset_is_where_the_thing_stands() {
    for (name, data) in streams() {
        let mut stream = Stream::new(&data);
        loop {
            if stream.parser().awaits_body() {
                stream.body_done(BODY.len()).unwrap();
            }
            let at = stream.offset();
            let Some(event) = stream.next().unwrap() else {
                break;
            };
            assert_eq!(event.at(), at, "{name}: {event:?}");
        }
        assert_eq!(stream.offset(), data.len() as u64, "{name}");
    }
}

#[test]
fn a_cut_stream_ends_in_an_error_or_where_nothing_is_missing() {
    for (name, data) in streams() {
        let full = whole(&data).unwrap();
        let end = full
            .iter()
            .rev()
            .find(|event| matches!(event, Event::Eof { .. }))
            .unwrap()
            .at();
        for len in (0..data.len()).step_by(STEP) {
            match whole(&data[..len]) {
                // QEMU has all it needs at the end mark.
                Ok(_) => assert!(len as u64 > end, "{name} cut at {len}"),
                Err(error) => assert!(
                    error.offset().unwrap() <= len as u64,
                    "{name} cut at {len}: {error}"
                ),
            }
        }
    }
}

#[test]
fn a_changed_byte_ends_in_an_error_or_in_other_events() {
    for (name, mut data) in streams() {
        let before = whole(&data).map(|events| format!("{events:?}")).unwrap();
        for at in (0..data.len()).step_by(STEP) {
            if data[at..].len() > 64 && data[at..].starts_with(&[data[at]; 64]) {
                continue; // inside a page
            }
            let old = data[at];
            for new in [0, 0xff, old ^ 0x01, old ^ 0x10, old ^ 0x80] {
                data[at] = new;
                match whole(&data) {
                    // Bodies are not events.
                    Ok(events) if new != old && !BODY.contains(&old) => {
                        assert_ne!(
                            format!("{events:?}"),
                            before,
                            "{name}: {at:#x} {old:#x} to {new:#x}"
                        );
                    }
                    Ok(_) => {}
                    Err(error) => assert!(
                        error.offset().unwrap() <= data.len() as u64,
                        "{name}: {error}"
                    ),
                }
            }
            data[at] = old;
        }
    }
}

#[test]
fn pages_in_a_run_are_the_pages_one_by_one() {
    for (name, data) in streams() {
        let mut stream = Stream::new(&data);
        let mut events = Vec::new();
        let mut in_runs = 0;
        loop {
            if stream.parser().awaits_body() {
                stream.body_done(BODY.len()).unwrap();
            }
            stream.pages(|page| {
                in_runs += 1;
                events.push(Event::Ram(Ram::Page(page)));
            });
            match stream.next().unwrap() {
                Some(event) => events.push(event),
                None => break,
            }
        }
        assert_eq!(events, whole(&data).unwrap(), "{name}");
        assert_eq!(
            in_runs > 0,
            name == "precopy" || name == "without footers",
            "{name}"
        );
    }
}
