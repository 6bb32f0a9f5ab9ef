//! Any bytes behind a block list are records of guest memory, or an error: every page lies in its block, the fast way over
//! pages gives what the slow way gives, and what was read is written alike.
//!
//! The first byte of an input chooses the form of the stream: mapped-ram or not, and the section.

use vmsd_schema::stream::{
    Configuration, ConfigurationBody, ConfigurationSubsection, Event, InstanceId, PageKind, Parser,
    Ram, RamPage, Section, SectionId, SectionKind, Stream, StreamBuilder,
};

/// Small pages make small inputs; flags take ten bits.
const PAGE_BITS: u32 = 10;
const PAGE: u64 = 1 << PAGE_BITS;
const BLOCKS: [(&str, u64); 2] = [("pc.ram", 64 * PAGE), ("vga.vram", 8 * PAGE)];

/// The property.
///
/// # Panics
/// If it does not hold.
pub fn run(data: &[u8]) {
    let Some((form, records)) = data.split_first() else {
        return;
    };
    let Some(stream) = stream(*form, records) else {
        return;
    };
    let slow = slow(&stream);
    let fast = fast(&stream);
    assert_eq!(slow, fast, "the fast way over pages is another way");
}

/// Header, configuration, the block list, and the records in a section that ends where they do.
fn stream(form: u8, records: &[u8]) -> Option<Vec<u8>> {
    let mapped = form & 1 != 0;
    let mut bodies = vec![ConfigurationBody::TargetPageBits(PAGE_BITS)];
    if mapped {
        bodies.push(ConfigurationBody::Capabilities(vec!["mapped-ram".into()]));
    }
    let subsections = bodies.into_iter().map(|body| ConfigurationSubsection {
        at: 0,
        version: 1,
        body,
    });
    let configuration = Configuration {
        at: 0,
        machine: "pc".into(),
        subsections: subsections.collect(),
    };
    let section = Section::new(SectionId(2), "ram".into(), InstanceId(0), 4);
    let mut builder = StreamBuilder::new();
    builder.header();
    builder.event(&Event::Configuration(configuration)).ok()?;
    builder.section(SectionKind::Start, &section).ok()?;
    if form & 2 == 0 && !mapped {
        builder.ram_blocks(&BLOCKS).ok()?.ram_end().end_section();
        builder.section(SectionKind::End, &section).ok()?;
    }
    builder.body(records);
    Some(builder.finish())
}

/// Every record, one after the other.
fn slow(data: &[u8]) -> Vec<RamPage<'_>> {
    let mut stream = Stream::new(data);
    let mut builder = StreamBuilder::new();
    let mut pages = Vec::new();
    while let Ok(Some(event)) = stream.next() {
        assert!(event.at() <= data.len() as u64);
        if builder.event(&event).is_err() {
            panic!("a record that was read cannot be written: {event:?}");
        }
        if let Event::Ram(Ram::Page(page)) = &event {
            place(page, stream.parser());
            pages.push(*page);
        }
        if stream.parser().awaits_body() {
            break;
        }
    }
    let read = usize::try_from(stream.offset()).unwrap_or(usize::MAX);
    assert_eq!(
        Some(builder.as_bytes()),
        data.get(..read),
        "records change when they are written"
    );
    pages
}

fn place(page: &RamPage<'_>, parser: &Parser) {
    let block = parser.blocks().get(page.block.0 as usize);
    let Some(block) = block else {
        panic!("a page of a block that is not there: {page:?}");
    };
    let size = parser.page_size().bytes;
    assert!(
        page.offset + size <= block.used_length.next_multiple_of(size),
        "a page behind its block: {page:?}"
    );
    match page.kind {
        PageKind::Normal => assert_eq!(page.data.len() as u64, size),
        PageKind::Zero => assert!(page.data.is_empty()),
        PageKind::Compressed | PageKind::Xbzrle => {}
    }
}

/// Runs of pages, and the records between them.
fn fast(data: &[u8]) -> Vec<RamPage<'_>> {
    let mut stream = Stream::new(data);
    let mut pages = Vec::new();
    loop {
        stream.pages(|page| pages.push(page));
        match stream.next() {
            Ok(Some(Event::Ram(Ram::Page(page)))) => pages.push(page),
            Ok(Some(_)) if !stream.parser().awaits_body() => {}
            _ => return pages,
        }
    }
}
