//! Streams of a few records, and what comes out of them.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use conformance::files::container::Options;
use conformance::ram::extract::{extract, Failure, Request, What, MAX_SIZE};
use conformance::ram::open::Opener;
use conformance::reading::walk::Stop;

pub(crate) const PAGE: usize = 4096;
const SECTION: u32 = 2;

/// A stream that is being written.
pub(crate) struct Stream(pub(crate) Vec<u8>);

impl Stream {
    /// Header, and the START of RAM with these blocks.
    pub(crate) fn new(blocks: &[(&str, u64)]) -> Self {
        Self::with_configuration(&[], blocks)
    }

    pub(crate) fn with_configuration(configuration: &[u8], blocks: &[(&str, u64)]) -> Self {
        let mut stream = Self(b"QEVM\0\0\0\x03".to_vec());
        stream.0.extend(configuration);
        stream.start();
        let total: u64 = blocks.iter().map(|block| block.1).sum();
        stream.word(total | 4);
        for (name, len) in blocks {
            stream.name(name);
            stream.word(*len);
        }
        stream
    }

    /// The header of the START section alone.
    pub(crate) fn start(&mut self) {
        self.0.push(1);
        self.0.extend(SECTION.to_be_bytes());
        self.name("ram");
        self.0.extend([0, 0, 0, 0, 0, 0, 0, 4]);
    }

    pub(crate) fn word(&mut self, word: u64) {
        self.0.extend(word.to_be_bytes());
    }

    pub(crate) fn name(&mut self, name: &str) {
        self.0.push(name.len() as u8);
        self.0.extend(name.as_bytes());
    }

    /// Ends a section, and begins a PART or END (2, 3).
    pub(crate) fn next(&mut self, kind: u8) {
        self.end();
        self.0.push(kind);
        self.0.extend(SECTION.to_be_bytes());
    }

    fn end(&mut self) {
        self.word(0x10);
        self.0.push(0x7e);
        self.0.extend(SECTION.to_be_bytes());
    }

    /// A record with the name of its block.
    pub(crate) fn record(&mut self, flags: u64, offset: u64, block: &str, payload: &[u8]) {
        self.word(offset | flags);
        self.name(block);
        self.0.extend(payload);
    }

    pub(crate) fn xbzrle(&mut self, offset: u64, block: &str, delta: &[u8]) {
        let mut payload = vec![1];
        payload.extend((delta.len() as u16).to_be_bytes());
        payload.extend(delta);
        self.record(0x40, offset, block, &payload);
    }

    /// The stream with the END of RAM and its own.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.next(3);
        self.end();
        self.0.push(0);
        self.0
    }
}

/// A folder that goes when the test ends.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> = names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// What is extracted of the stream `main` here: bytes, and KiB on the disk.
    pub(crate) fn extract(&self, main: &str, what: What) -> Result<(Vec<u8>, u64), String> {
        let opener = Opener {
            path: self.0.path().join(main),
            options: Options::default(),
            page_size: None,
            channels: Vec::new(),
        };
        let path = self.0.path().join("out");
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)
            .unwrap();
        let request = Request {
            what,
            max_size: MAX_SIZE,
        };
        let extracted = extract(&opener, &request, &file, &mut |_| ());
        let outcome = match extracted {
            Ok(extracted) => {
                let bytes = fs::read(&path).unwrap();
                assert_eq!(bytes.len() as u64, extracted.len);
                Ok((bytes, fs::metadata(&path).unwrap().blocks() / 2))
            }
            Err(Failure::Sentence(sentence)) => Err(sentence),
            Err(Failure::Stop(Stop::Stream(error))) => Err(error.to_string()),
            Err(Failure::Stop(Stop::Input(error) | Stop::Output(error))) => Err(error.to_string()),
        };
        fs::remove_file(path).unwrap();
        outcome
    }
}

/// One block of a stream that stands alone.
pub(crate) fn block(stream: &[u8], name: &str) -> Result<(Vec<u8>, u64), String> {
    let folder = Folder::new();
    folder.write("main.qevm", stream);
    let outcome = folder.extract("main.qevm", What::Block(name.to_owned()));
    assert_eq!(folder.names(), ["main.qevm"]);
    outcome
}

/// A page that no two numbers have in common.
pub(crate) fn page(seed: u8) -> Vec<u8> {
    (0..PAGE)
        .map(|at| seed.wrapping_mul(31).wrapping_add((at % 251) as u8) | 1)
        .collect()
}

/// A page as zlib sends it, with its length.
pub(crate) fn compressed(page: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(page).unwrap();
    let packed = encoder.finish().unwrap();
    [&(packed.len() as u32).to_be_bytes()[..], &packed].concat()
}

/// Whether a packet is a SYNC, its normal pages with what fills them, and its zero pages.
pub(crate) type Packet<'p> = (bool, &'p [(u64, u8)], &'p [u64]);

/// A multifd channel of these packets.
pub(crate) fn channel(id: u8, packets: &[Packet<'_>]) -> Vec<u8> {
    let mut bytes = vec![0x11, 0x22, 0x33, 0x44, 0, 0, 0, 1];
    bytes.extend([0; 16]);
    bytes.push(id);
    bytes.resize(64, 0);
    for (sync, normal, zero) in packets {
        let start = bytes.len();
        bytes.extend([0x11, 0x22, 0x33, 0x44, 0, 0, 0, 1]);
        for word in [
            u32::from(*sync),
            128,
            normal.len() as u32,
            (normal.len() * PAGE) as u32,
        ] {
            bytes.extend(word.to_be_bytes());
        }
        bytes.extend(0u64.to_be_bytes());
        bytes.extend((zero.len() as u32).to_be_bytes());
        bytes.resize(start + 0x40, 0);
        bytes.extend(b"pc.ram");
        bytes.resize(start + 0x140, 0);
        for offset in normal.iter().map(|page| page.0).chain(zero.iter().copied()) {
            bytes.extend(offset.to_be_bytes());
        }
        bytes.resize(start + 0x540, 0);
        for (_, seed) in *normal {
            bytes.extend(page(*seed));
        }
    }
    bytes
}
