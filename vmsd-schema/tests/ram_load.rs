//! RAM records put into effect, as a destination of QEMU does: what memory holds at the end, for every form of a page.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use vmsd_schema::stream::{
    BlockIndex, Event, InstanceId, Name, Ram, RamBlockEntry, RamDestination, RamLoader, Section,
    SectionId, SectionKind, Stream, StreamBuilder,
};
use vmsd_schema::{Error, ErrorKind};

const PAGE: usize = 0x1000;
/// What memory holds that nobody wrote to: zeros, but so that a missing zero is seen.
const UNTOUCHED: u8 = 0xee;

struct Memory {
    blocks: Vec<Vec<u8>>,
    wanted: Vec<u32>,
}

impl Memory {
    fn of(wanted: &[u32]) -> Self {
        Self {
            blocks: Vec::new(),
            wanted: wanted.to_vec(),
        }
    }

    fn place(&mut self, block: BlockIndex, offset: u64, len: usize) -> &mut [u8] {
        assert!(self.wants(block), "{block:?} is not wanted");
        let at = usize::try_from(offset).unwrap();
        &mut self.blocks[block.0 as usize][at..at + len]
    }
}

impl RamDestination for Memory {
    type Error = Error;

    fn block(&mut self, entry: &RamBlockEntry<'_>) -> Result<(), Error> {
        let index = entry.index.0 as usize;
        if index == self.blocks.len() {
            self.blocks.push(Vec::new());
        }
        self.blocks[index].resize(usize::try_from(entry.used_length).unwrap(), UNTOUCHED);
        Ok(())
    }

    fn wants(&self, block: BlockIndex) -> bool {
        self.wanted.contains(&block.0)
    }

    fn write(&mut self, block: BlockIndex, offset: u64, bytes: &[u8]) -> Result<(), Error> {
        self.place(block, offset, bytes.len())
            .copy_from_slice(bytes);
        Ok(())
    }

    fn zero(&mut self, block: BlockIndex, offset: u64, len: u64) -> Result<(), Error> {
        self.place(block, offset, usize::try_from(len).unwrap())
            .fill(0);
        Ok(())
    }

    fn read(&mut self, block: BlockIndex, offset: u64, bytes: &mut [u8]) -> Result<(), Error> {
        bytes.copy_from_slice(self.place(block, offset, bytes.len()));
        Ok(())
    }

    /// As if packed were what a page repeats.
    fn inflate(&mut self, packed: &[u8], page: &mut [u8]) -> Result<(), Error> {
        for (to, from) in page.iter_mut().zip(packed.iter().cycle()) {
            *to = *from;
        }
        Ok(())
    }
}

fn ram() -> Section {
    Section::new(SectionId(2), "ram".into(), InstanceId(0), 4)
}

/// A stream of three blocks, of which two end in the middle of a page, and these records.
fn stream(records: impl FnOnce(&mut StreamBuilder)) -> Vec<u8> {
    let mut builder = StreamBuilder::new();
    builder.header();
    builder.section(SectionKind::Start, &ram()).unwrap();
    builder
        .ram_blocks(&[("a", 0x3000), ("odd", 0x1800), ("rest", 0x1800)])
        .unwrap();
    records(&mut builder);
    builder.ram_end().end_section().eof();
    builder.finish()
}

fn load(data: &[u8], memory: &mut Memory) -> Result<RamLoader, Error> {
    let mut loader = RamLoader::new();
    let mut stream = Stream::new(data);
    while let Some(event) = stream.next()? {
        if let Event::Ram(record) = event {
            loader.apply(&record, PAGE as u64, memory)?;
        }
    }
    Ok(loader)
}

/// A record that the builder has no word for: flags, the block's name unless it is the last one, and a body.
fn record(builder: &mut StreamBuilder, word: u64, name: &str, body: &[u8]) {
    builder.body(&word.to_be_bytes());
    if word & 0x20 == 0 {
        builder
            .body(&[u8::try_from(name.len()).unwrap()])
            .body(name.as_bytes());
    }
    builder.body(body);
}

const XBZRLE: u64 = 0x40;
const COMPRESSED: u64 = 0x100;
const CONTINUE: u64 = 0x20;

fn page_of(bytes: [u8; 2]) -> Vec<u8> {
    bytes.into_iter().cycle().take(PAGE).collect()
}

fn every_form(builder: &mut StreamBuilder) {
    let page = page_of([1, 2]);
    builder.page(Some(Name::from("a")), 0, &page).unwrap();
    builder.zero_page(None, 0x1000).unwrap();
    record(
        builder,
        0x2000 | COMPRESSED | CONTINUE,
        "",
        &[0, 0, 0, 2, 7, 8],
    );
    // Two bytes stay, three are new, and so to the end of the page.
    record(
        builder,
        XBZRLE | CONTINUE,
        "",
        &[1, 0, 5, 2, 3, 0xa, 0xb, 0xc],
    );
    builder
        .page(Some(Name::from("odd")), 0x1000, &page)
        .unwrap();
    record(
        builder,
        0x1000 | XBZRLE,
        "odd",
        &[1, 0, 4, 0xff, 0x0f, 1, 0xd],
    );
    builder.zero_page(Some(Name::from("odd")), 0).unwrap();
}

#[test]
fn every_form_of_a_page_ends_in_memory() {
    let mut memory = Memory::of(&[0, 1]);
    load(&stream(every_form), &mut memory).unwrap();
    let mut a = page_of([1, 2]);
    a[2..5].copy_from_slice(&[0xa, 0xb, 0xc]);
    a.extend([0; PAGE]);
    a.extend(page_of([7, 8]));
    let mut odd = vec![0; PAGE];
    odd.extend(&page_of([1, 2])[..0x800]);
    odd[0x17ff] = 0xd;
    assert!(memory.blocks[0] == a);
    assert!(memory.blocks[1] == odd);
}

#[test]
fn what_is_beyond_the_end_of_a_block_is_nobodys() {
    type Records = fn(&mut StreamBuilder);
    let cases: [(Records, [u8; 2]); 2] = [
        (
            |builder| {
                builder.zero_page(Some(Name::from("odd")), 0x1000).unwrap();
            },
            [0, 0],
        ),
        (
            |builder| record(builder, 0x1000 | COMPRESSED, "odd", &[0, 0, 0, 2, 7, 8]),
            [7, 8],
        ),
    ];
    for (records, fill) in cases {
        let mut memory = Memory::of(&[1]);
        load(&stream(records), &mut memory).unwrap();
        assert_eq!(memory.blocks[1].len(), 0x1800);
        assert!(memory.blocks[1][..0x1000]
            .iter()
            .all(|byte| *byte == UNTOUCHED));
        assert!(memory.blocks[1][0x1000..] == page_of(fill)[..0x800]);
    }
}

#[test]
fn a_block_that_is_not_wanted_is_not_touched() {
    let mut memory = Memory::of(&[1]);
    load(&stream(every_form), &mut memory).unwrap();
    assert!(memory.blocks[0].iter().all(|byte| *byte == UNTOUCHED));
    assert!(memory.blocks[1].iter().all(|byte| *byte != UNTOUCHED));
}

#[test]
fn a_damaged_delta_names_the_page_and_the_place() {
    // 4096 bytes stay, and one more is there.
    let delta = [1, 0, 4, 0x80, 0x20, 1, 9];
    let data = stream(|builder| record(builder, 0x1000 | XBZRLE, "a", &delta));
    let error = load(&data, &mut Memory::of(&[0, 1])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ram);
    assert!(
        error
            .message()
            .starts_with("Failed to decompress XBZRLE page at 1000"),
        "{error}"
    );
    let at = usize::try_from(error.offset().unwrap()).unwrap();
    let start = data
        .windows(delta.len())
        .position(|window| window == delta)
        .unwrap();
    assert!((start + 3..start + delta.len()).contains(&at), "{at:#x}");
}

/// A block in a mapped file: its header, its bitmap, its pages.
fn mapped_block(builder: &mut StreamBuilder, name: &str, bits: u8, pages: &[u8]) {
    let len = (pages.len() as u64).to_be_bytes();
    builder.body(&[1]).body(name.as_bytes());
    builder.body(&len).body(&[0, 0, 0, 1]);
    let bitmap = builder.as_bytes().len() as u64 + 24;
    let at = (bitmap + 8).next_multiple_of(PAGE as u64);
    builder.body(&[PAGE as u64, bitmap, at].map(u64::to_be_bytes).concat());
    builder.body(&[bits, 0, 0, 0, 0, 0, 0, 0]);
    let gap = usize::try_from(at).unwrap() - builder.as_bytes().len();
    builder.body(&vec![0x11; gap]).body(pages);
}

/// Six pages and a half, of which some are in the file; the others are zero, whatever stands there.
#[test]
fn mapped_pages_are_those_of_the_bitmap() {
    const LEN: usize = 0x6800;
    const BITS: u8 = 0b101_1010;
    let pages: Vec<u8> = (0..LEN)
        .map(|at| u8::try_from(1 + at / PAGE).unwrap())
        .collect();
    let mut builder = StreamBuilder::new();
    builder.header().machine("pc").unwrap();
    builder
        .body(b"\x05\x1aconfiguration/capabilities\0\0\0\x01\0\0\0\x01")
        .body(b"\x0amapped-ram");
    builder.section(SectionKind::Start, &ram()).unwrap();
    builder.body(&0x8004u64.to_be_bytes());
    mapped_block(&mut builder, "n", 1, &[3; 0x1800]);
    mapped_block(&mut builder, "m", BITS, &pages);
    builder.ram_end().end_section().eof();
    let data = builder.finish();
    let expected: Vec<u8> = (0..LEN)
        .map(|at| {
            if BITS >> (at / PAGE) & 1 == 1 {
                pages[at]
            } else {
                0
            }
        })
        .collect();
    let mut memory = Memory::of(&[1]);
    load(&data, &mut memory).unwrap();
    assert!(memory.blocks[0].iter().all(|byte| *byte == UNTOUCHED));
    assert!(memory.blocks[1] == expected);
    let mut memory = Memory::of(&[0, 1]);
    let mut loader = load(&data, &mut memory).unwrap();
    assert!(memory.blocks[0] == [vec![3; PAGE], vec![0; 0x800]].concat());
    assert!(memory.blocks[1] == expected);
    // In pieces that end within pages, and of a block that is not the one whose bitmap was read.
    for size in [1, 0x800, 0x1800, 0x2000] {
        memory.blocks[1].fill(UNTOUCHED);
        for (piece, bytes) in pages.chunks(size).enumerate() {
            let record = Ram::MappedPages {
                at: 0,
                block: BlockIndex(1),
                offset: (piece * size) as u64,
                bytes,
            };
            loader.apply(&record, PAGE as u64, &mut memory).unwrap();
        }
        assert!(memory.blocks[1] == expected, "{size}");
    }
    let other = Ram::MappedPages {
        at: 0,
        block: BlockIndex(0),
        offset: 0,
        bytes: &pages,
    };
    loader.apply(&other, PAGE as u64, &mut memory).unwrap();
    let bitmap = Ram::MappedBitmap {
        at: 0,
        block: BlockIndex(0),
        bytes: &[0; 8],
    };
    loader.apply(&bitmap, PAGE as u64, &mut memory).unwrap();
    let again = Ram::MappedPages {
        at: 0,
        block: BlockIndex(1),
        offset: 0,
        bytes: &pages,
    };
    memory.blocks[1].fill(UNTOUCHED);
    loader.apply(&again, PAGE as u64, &mut memory).unwrap();
    assert!(memory.blocks[1] == expected);
}

#[test]
fn what_is_discarded_is_zero_and_lies_within_its_block() {
    let mut memory = Memory::of(&[1]);
    let mut loader = load(&stream(|_| {}), &mut memory).unwrap();
    loader
        .discard(BlockIndex(1), 0x1000, 0x800, &mut memory)
        .unwrap();
    assert!(memory.blocks[1][..0x1000]
        .iter()
        .all(|byte| *byte == UNTOUCHED));
    assert!(memory.blocks[1][0x1000..].iter().all(|byte| *byte == 0));
    loader
        .discard(BlockIndex(0), 0, 0x3000, &mut memory)
        .unwrap();
    for (block, start, len) in [
        (1, 0x1000, 0x801),
        (1, 1, u64::MAX),
        (3, 0, 1),
        (0, 0x3000, 1),
    ] {
        let refused = loader.discard(BlockIndex(block), start, len, &mut memory);
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Ram);
    }
}

#[test]
fn a_page_from_elsewhere_is_cut_where_its_block_ends() {
    let mut memory = Memory::of(&[1]);
    let mut loader = load(&stream(|_| {}), &mut memory).unwrap();
    let page = page_of([5, 6]);
    let mut put = |block, offset, data: Option<&[u8]>, memory: &mut Memory| {
        loader.whole_page(BlockIndex(block), offset, data, PAGE as u64, memory)
    };
    put(1, 0, None, &mut memory).unwrap();
    put(1, 0x1000, Some(&page), &mut memory).unwrap();
    assert!(memory.blocks[1][..0x1000].iter().all(|byte| *byte == 0));
    assert!(memory.blocks[1][0x1000..] == page[..0x800]);
    put(1, 0x1000, None, &mut memory).unwrap();
    assert!(memory.blocks[1][0x1000..].iter().all(|byte| *byte == 0));
    put(0, 0, Some(&page), &mut memory).unwrap();
    for (block, offset) in [(1, 0x1800), (1, u64::MAX), (7, 0)] {
        let error = put(block, offset, None, &mut memory).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Ram);
        assert!(error.message().contains(&format!("{offset:x}")), "{error}");
    }
}
