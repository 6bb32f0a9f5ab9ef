//! The framing of every stream in the corpus: walked to its last byte with nothing guessed, the same in pieces as at once,
//! and rebuilt byte for byte.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};

use vmsd_schema::decode::measure;
use vmsd_schema::schema::{DeviceForm, StreamDescription};
use vmsd_schema::stream::{locate, Chunk, Event, Parser, Stream, StreamBuilder};
use vmsd_schema::wire::Reader;
use vmsd_schema::{Error, ErrorKind};

/// What the description says of each section, in the stream's order.
struct Devices<'d>(HashMap<(String, u32), VecDeque<&'d DeviceForm>>);

impl<'d> Devices<'d> {
    fn of(description: &'d StreamDescription) -> Self {
        let mut devices: HashMap<_, VecDeque<_>> = HashMap::new();
        for device in &description.devices {
            devices
                .entry((device.name.clone(), device.instance_id))
                .or_default()
                .push_back(&device.form);
        }
        Self(devices)
    }

    /// The length of the body that the stream waits for.
    fn measure(&mut self, stream: &Stream<'_>) -> Result<usize, Error> {
        let section = stream.parser().current_section().unwrap();
        let name = section.idstr().to_string();
        let form = self
            .0
            .get_mut(&(name.clone(), section.instance.0))
            .and_then(VecDeque::pop_front);
        let len = match form {
            Some(DeviceForm::Vmsd(description)) => {
                let mut body: Reader<'_> = stream.body();
                measure(description, &mut body).map_err(|error| error.inside(name))?
            }
            Some(DeviceForm::Opaque { size }) => *size,
            None => {
                return Err(Error::new(
                    ErrorKind::Unknown,
                    format!("{name} is not described"),
                ))
            }
        };
        Ok(usize::try_from(len).unwrap())
    }
}

struct Walked<'a> {
    events: Vec<Event<'a>>,
    /// Of each device, in the stream's order.
    bodies: Vec<&'a [u8]>,
}

fn parser(description: &StreamDescription) -> Parser {
    match description.page_size {
        0 => Parser::new(),
        bytes => Parser::new().with_page_size(bytes).unwrap(),
    }
}

fn description(data: &[u8]) -> StreamDescription {
    let found =
        locate::description_at_tail(data).expect("every stream of the corpus has a description");
    StreamDescription::from_json(found.json, 0).unwrap()
}

fn walk<'a>(data: &'a [u8], description: &StreamDescription) -> Result<Walked<'a>, Error> {
    let mut devices = Devices::of(description);
    let mut stream = Stream::with_parser(data, parser(description));
    let mut walked = Walked {
        events: Vec::new(),
        bodies: Vec::new(),
    };
    while let Some(event) = stream.next()? {
        walked.events.push(event);
        if stream.parser().awaits_body() {
            let len = devices.measure(&stream)?;
            walked.bodies.push(stream.body_done(len)?);
        }
    }
    assert_eq!(stream.offset(), data.len() as u64);
    Ok(walked)
}

fn in_pieces(data: &[u8], mut parser: Parser, walked: &Walked<'_>, seed: &mut u64) {
    let (mut events, mut bodies) = (walked.events.iter(), walked.bodies.iter());
    let (mut from, mut to) = (0, 0);
    loop {
        if parser.awaits_body() {
            let len = bodies.next().unwrap().len();
            parser.body_done(len as u64).unwrap();
            from += len;
            to = to.max(from);
        }
        match parser.parse(&data[from..to], to == data.len()).unwrap() {
            Chunk::NeedMoreData(missing) => {
                *seed = seed
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let piece = usize::try_from(*seed >> 51).unwrap();
                to = (to + piece.max(missing.min(1 << 16))).min(data.len());
            }
            Chunk::Parsed { consumed, event } => {
                assert_eq!(Some(&event), events.next());
                from += consumed;
            }
            Chunk::End => break,
        }
    }
    assert_eq!((from, events.next()), (data.len(), None));
}

fn rebuilt(walked: &Walked<'_>) -> Vec<u8> {
    let mut builder = StreamBuilder::new();
    let mut bodies = walked.bodies.iter();
    for event in &walked.events {
        builder.event(event).unwrap();
        if matches!(event, Event::Section(header) if !header.grammar.is_self_delimiting()) {
            builder.body(bodies.next().unwrap());
        }
    }
    builder.finish()
}

/// Streams without a description: their bodies have no measure here.
const UNDESCRIBED: [&str; 5] = [
    "machine-2.0",
    "no-section-vmdesc",
    "no-vmdesc",
    "novmdesc",
    "postcopy",
];

fn streams(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            streams(&path, found);
        } else if path.to_str().is_some_and(|path| {
            path.ends_with(".qevm.zst") && !UNDESCRIBED.iter().any(|name| path.contains(name))
        }) {
            found.push(path);
        }
    }
}

#[test]
fn every_stream_of_the_corpus_is_walked_alike_and_rebuilt() {
    let mut paths = Vec::new();
    streams(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/streams"),
        &mut paths,
    );
    assert!(paths.len() > 300, "only {} streams", paths.len());
    paths.sort();
    let mut seed = 1;
    for path in paths {
        let data = zstd::decode_all(std::fs::File::open(&path).unwrap()).unwrap();
        let description = description(&data);
        let walked =
            walk(&data, &description).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        in_pieces(&data, parser(&description), &walked, &mut seed);
        assert!(rebuilt(&walked) == data, "{}", path.display());
    }
}
