//! RAM sections made by hand: what is accepted, and what is refused in QEMU's words.

use super::{flag, PageKind, PageSize, PageSizeSource, Ram};
use crate::error::{Error, ErrorKind};
use crate::limits::MAX_RAM_BLOCKS;
use crate::stream::{
    Command, Event, InstanceId, MappedRam, Parser, PostcopyAdvise, Section, SectionId, SectionKind,
    Stream, StreamBuilder,
};
use crate::wire::Writer;

const PAGE: [u8; 4096] = [0xa5; 4096];

fn ram() -> Section {
    Section::new(SectionId(2), "ram".into(), InstanceId(0), 4)
}

/// A stream whose RAM section has these bytes behind a list of two blocks.
fn stream(records: &[u8]) -> Vec<u8> {
    let mut builder = StreamBuilder::new();
    builder
        .header()
        .section(SectionKind::Start, &ram())
        .unwrap();
    builder
        .ram_blocks(&[("pc.ram", 0x4000), ("vga", 0x1000)])
        .unwrap();
    builder.body(records).ram_end().end_section().eof();
    builder.finish()
}

fn records(data: &[u8], parser: Parser) -> Result<Vec<Ram<'_>>, Error> {
    let mut stream = Stream::with_parser(data, parser);
    let mut records = Vec::new();
    while let Some(event) = stream.next()? {
        if let Event::Ram(record) = event {
            records.push(record);
        }
    }
    Ok(records)
}

fn refused(data: &[u8]) -> Error {
    records(data, Parser::new()).unwrap_err()
}

fn words(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

#[test]
fn every_form_of_a_page_is_lent_with_its_block() {
    let mut out = Writer::new();
    let named = |out: &mut Writer, word: u64, name: &str| {
        out.u64(word);
        out.counted_string(name).unwrap();
    };
    named(&mut out, 0x1000 | flag::PAGE, "pc.ram");
    out.bytes(&PAGE);
    out.u64(0x2000 | flag::ZERO | flag::CONTINUE);
    out.u8(0);
    named(&mut out, flag::XBZRLE, "vga");
    out.bytes(&[1, 0, 3, 0, 1, 0x38]);
    out.u64(flag::COMPRESS_PAGE | flag::CONTINUE);
    out.bytes(&[0, 0, 0, 2, 0x78, 0x9c]);
    out.u64(flag::HOOK);
    out.u64(flag::MULTIFD_FLUSH);
    let data = stream(out.as_bytes());
    let records = records(&data, Parser::new()).unwrap();
    let pages: Vec<_> = records
        .iter()
        .filter_map(|record| match record {
            Ram::Page(page) => Some((page.block.0, page.offset, page.kind, page.data.len())),
            _ => None,
        })
        .collect();
    assert_eq!(
        pages,
        [
            (0, 0x1000, PageKind::Normal, 4096),
            (0, 0x2000, PageKind::Zero, 0),
            (1, 0, PageKind::Xbzrle, 3),
            (1, 0, PageKind::Compressed, 2),
        ]
    );
    for record in &records {
        if let Ram::Page(page) = record {
            let at = usize::try_from(page.data_at()).unwrap();
            assert_eq!(&data[at..at + page.data.len()], page.data);
        }
    }
    let assumed = PageSize {
        bytes: 4096,
        source: PageSizeSource::Assumed,
    };
    assert!(
        matches!(records[0], Ram::MemSize { total: 0x5000, page_size, .. } if page_size == assumed)
    );
}

#[test]
fn a_page_against_the_rules_is_refused_in_qemus_words() {
    let name = b"\x06pc.ram".as_slice();
    let cases: [(Vec<u8>, &str); 9] = [
        (
            words(&[0x0a]),
            "Unknown combination of migration flags: 0xa",
        ),
        (
            words(&[0x01]),
            "Unknown combination of migration flags: 0x1",
        ),
        (
            words(&[0x400]),
            "Unknown combination of migration flags: 0x400",
        ),
        (words(&[0x28]), "Ack, bad migration stream!"),
        (
            [&words(&[0x4008]), name].concat(),
            "Illegal RAM offset 4000",
        ),
        (
            [&words(&[0x08]), b"\x02rm".as_slice()].concat(),
            "Can't find block rm",
        ),
        (
            [&words(&[0x02]), name, &[7]].concat(),
            "Found a zero page with value 7",
        ),
        (
            [&words(&[0x40]), name, &[2, 0, 0]].concat(),
            "Failed to decompress XBZRLE page at 0 - wrong compression",
        ),
        (
            [&words(&[0x100]), name, &[0, 0, 0x20, 0]].concat(),
            "Invalid compressed data length: 8192",
        ),
    ];
    for (bytes, message) in cases {
        let error = refused(&stream(&bytes));
        assert_eq!(error.kind(), ErrorKind::Ram);
        assert!(error.message().starts_with(message), "{error}");
        assert_eq!(error.path(), "ram");
    }
    let long = [&words(&[0x40])[..], name, &[1, 0x10, 1]].concat();
    assert!(refused(&stream(&long)).message().contains("len overflow"));
}

#[test]
fn the_current_block_outlives_the_section() {
    let mut builder = StreamBuilder::new();
    builder
        .header()
        .section(SectionKind::Start, &ram())
        .unwrap();
    builder.ram_blocks(&[("a", 0x1000), ("b", 0x1000)]).unwrap();
    builder
        .zero_page(Some("b".into()), 0)
        .unwrap()
        .ram_end()
        .end_section();
    builder.section(SectionKind::End, &ram()).unwrap();
    builder
        .zero_page(None, 0)
        .unwrap()
        .ram_end()
        .end_section()
        .eof();
    let records = records(builder.as_bytes(), Parser::new()).unwrap();
    let blocks: Vec<u32> = records
        .iter()
        .filter_map(|record| match record {
            Ram::Page(page) => Some(page.block.0),
            _ => None,
        })
        .collect();
    assert_eq!(blocks, [1, 1]);
}

/// A block list with its own total, behind what stands before the section.
fn listed(before: &StreamBuilder, total: u64, entries: &[u8]) -> Vec<u8> {
    let mut builder = StreamBuilder::new();
    builder
        .header()
        .body(before.as_bytes())
        .section(SectionKind::Start, &ram())
        .unwrap();
    builder
        .body(&words(&[total | flag::MEM_SIZE]))
        .body(entries)
        .ram_end()
        .end_section()
        .eof();
    builder.finish()
}

fn entry(name: &str, words: &[u64]) -> Vec<u8> {
    let mut out = Writer::new();
    out.counted_string(name).unwrap();
    words.iter().for_each(|word| out.u64(*word));
    out.into_bytes()
}

#[test]
fn a_total_that_does_not_add_up_is_refused() {
    let nothing = StreamBuilder::new();
    let short = listed(&nothing, 0x2000, &entry("a", &[0x1000]));
    assert!(refused(&short)
        .message()
        .starts_with("Unknown ramblock \"\", cannot accept migration"));
    let long = listed(&nothing, 0x1000, &entry("a", &[0x2000]));
    assert_eq!(
        refused(&long).message(),
        "RAM block a has 8192 bytes, but only 4096 of the total are left"
    );
}

#[test]
fn blocks_are_bounded() {
    let entries: Vec<u8> = (0..=MAX_RAM_BLOCKS)
        .flat_map(|i| entry(&i.to_string(), &[0]))
        .collect();
    assert_eq!(
        refused(&listed(&StreamBuilder::new(), 0x1000, &entries)).kind(),
        ErrorKind::Limit
    );
}

fn advise(page_size_summary: u64) -> StreamBuilder {
    let mut before = StreamBuilder::new();
    let advise = PostcopyAdvise {
        page_size_summary,
        target_page_size: 4096,
    };
    before
        .command(Command::PostcopyAdvise(Some(advise)))
        .unwrap();
    before
}

fn blocks(data: &[u8]) -> Vec<(Option<u64>, Option<u64>)> {
    records(data, Parser::new())
        .unwrap()
        .iter()
        .filter_map(|record| match record {
            Ram::Block(entry) => Some((entry.page_size, entry.guest_address)),
            _ => None,
        })
        .collect()
}

#[test]
fn the_page_size_word_is_inferred_from_the_advice() {
    const HUGE: u64 = 0x20_0000;
    let mixed = [entry("mem", &[2 * HUGE, HUGE]), entry("rom", &[0x1000])].concat();
    let data = listed(&advise(HUGE | 0x1000), 2 * HUGE + 0x1000, &mixed);
    assert_eq!(blocks(&data), [(Some(HUGE), None), (None, None)]);
    let last = [entry("rom", &[0x1000]), entry("mem", &[2 * HUGE, HUGE])].concat();
    let data = listed(&advise(HUGE | 0x1000), 2 * HUGE + 0x1000, &last);
    assert_eq!(blocks(&data), [(None, None), (Some(HUGE), None)]);
    // Where all blocks are of the host's page size nobody writes the word.
    let plain = [entry("a", &[0x1000]), entry("b", &[0x1000])].concat();
    assert_eq!(
        blocks(&listed(&advise(0x1000), 0x2000, &plain)),
        [(None, None); 2]
    );
}

#[test]
fn a_guest_address_is_told_from_a_page_size() {
    const HUGE: u64 = 0x20_0000;
    let mut before = StreamBuilder::new();
    before.body(b"\x07\0\0\0\x02pc\x05\x1aconfiguration/capabilities\0\0\0\x01\0\0\0\x01\x0fx-ignore-shared");
    before.body(advise(HUGE | 0x1000).as_bytes());
    let entries = [
        entry("a", &[HUGE, HUGE, 0]),
        entry("b", &[0x1000, HUGE]),
        entry("c", &[HUGE, HUGE, HUGE]),
        entry("d", &[0x1000, HUGE]),
    ]
    .concat();
    let data = listed(&before, 2 * HUGE + 0x2000, &entries);
    assert_eq!(
        blocks(&data),
        [
            (Some(HUGE), Some(0)),
            (None, Some(HUGE)),
            (Some(HUGE), Some(HUGE)),
            (None, Some(HUGE))
        ]
    );
}

fn mapped(base: u64, header: [u64; 3], version: u32) -> Vec<u8> {
    let mut builder = StreamBuilder::new();
    builder.header();
    builder.body(
        b"\x07\0\0\0\x02pc\x05\x1aconfiguration/capabilities\0\0\0\x01\0\0\0\x01\x0amapped-ram",
    );
    builder.section(SectionKind::Start, &ram()).unwrap();
    builder
        .body(&words(&[0x2000 | flag::MEM_SIZE]))
        .body(&entry("a", &[0x2000]));
    builder
        .body(&version.to_be_bytes())
        .body(&words(&header))
        .body(&[3, 0, 0, 0, 0, 0, 0, 0]);
    let pages = usize::try_from(header[2].saturating_sub(base)).unwrap_or(0);
    let gap = pages.saturating_sub(builder.as_bytes().len()).min(0x1_0000);
    builder.body(&vec![0; gap]).body(&PAGE).body(&PAGE);
    builder.ram_end().end_section().eof();
    builder.finish()
}

#[test]
fn a_mapped_block_is_where_the_file_says() {
    for base in [0, 0x1000] {
        // Behind header, configuration, section header, total and entry.
        let bitmap = base + 125;
        let data = mapped(base, [4096, bitmap, 0x3000], 1);
        let records = records(&data, Parser::new().with_base(base)).unwrap();
        let header = MappedRam {
            version: 1,
            page_size: 4096,
            bitmap_offset: bitmap,
            pages_offset: 0x3000,
        };
        assert!(
            matches!(&records[1], Ram::Block(entry) if entry.mapped == Some(header)),
            "{records:?}"
        );
        assert!(matches!(records[2], Ram::MappedBitmap { at, bytes: [3, ..], .. } if at == bitmap));
        assert!(matches!(records[3], Ram::MappedGap { .. }));
        assert!(
            matches!(records[4], Ram::MappedPages { at: 0x3000, offset: 0, bytes, .. } if bytes.len() == 0x2000)
        );
        assert!(matches!(records[5], Ram::Eos { .. }));
    }
}

#[test]
fn a_mapped_header_against_the_rules_is_refused() {
    let cases = [
        (
            2,
            [4096, 125, 0x3000],
            "Migration mapped-ram capability version not supported (expected <= 1, got 2)",
        ),
        (
            1,
            [0, 125, 0x3000],
            "mapped-ram header has invalid page_size 0 (expected 4096)",
        ),
        (
            1,
            [8191, 125, 0x3000],
            "mapped-ram header has invalid page_size 8191 (expected 4096)",
        ),
        (
            1,
            [4096, 125, 0x3001],
            "Error reading ramblock a pages, region has bad alignment: mapped-ram header: pages_offset 0x3001 is not that of a page",
        ),
        (
            1,
            [4096, 124, 0x3000],
            "mapped-ram header: bitmap_offset 0x7c lies before the header's end at 0x7d",
        ),
        (
            1,
            [4096, 0x3000, 0x3000],
            "mapped-ram header: pages_offset 0x3000 lies before the end of the bitmap at bitmap_offset 0x3000",
        ),
        (
            1,
            [4096, u64::MAX, 0x3000],
            "mapped-ram header: pages_offset 0x3000 lies before the end of the bitmap at bitmap_offset 0xffffffffffffffff",
        ),
    ];
    for (version, header, message) in cases {
        let error = refused(&mapped(0, header, version));
        assert_eq!((error.kind(), error.message()), (ErrorKind::Ram, message));
    }
    let far = refused(&mapped(0, [4096, 125, !0xfff], 1));
    assert!(
        far.message()
            .starts_with("mapped-ram header: pages_offset 0xfffffffffffff000"),
        "{far}"
    );
    let cut = refused(&mapped(0, [4096, 125, 1 << 40], 1));
    assert_eq!(cut.kind(), ErrorKind::Truncated);
}

#[test]
fn page_records_are_refused_in_a_mapped_file() {
    let mut data = mapped(0, [4096, 125, 0x3000], 1);
    let eos = data.len() - 6 - 8;
    data[eos..eos + 8].copy_from_slice(&words(&[0x1008])[..]);
    assert_eq!(refused(&data).message(), "Unexpected RAM flags: 8");
}
