//! Numbers and names that nobody means well.

use conformance::ram::address::MemoryMap;
use conformance::ram::extract::What;
use conformance::ram::Form;

use crate::writer::{block, channel, page, Folder, Stream, PAGE};

fn refused(stream: &[u8], name: &str) -> String {
    block(stream, name).unwrap_err()
}

#[test]
fn a_block_without_end_needs_leave() {
    let stream = Stream::new(&[("pc.ram", 1 << 62)]).finish();
    let said = refused(&stream, "pc.ram");
    assert!(said.contains("--max-size allows 17592186044416"), "{said}");
    let folder = Folder::new();
    folder.write("main.qevm", &stream);
    let texts = ["0xfffffffffffff000=pc.ram,0,0x2000".to_owned()];
    let map = Some(MemoryMap::given(&texts).unwrap());
    let form = Form::Raw;
    let said = folder.extract("main.qevm", What::Whole { form, map });
    assert!(said.unwrap_err().contains("address space"));
}

#[test]
fn pages_far_apart_cost_what_they_hold() {
    const LEN: u64 = 8 << 40;
    let mut stream = Stream::new(&[("pc.ram", LEN)]);
    stream.next(2);
    for number in 0..2000 {
        stream.record(2, (number * (LEN / 2000)) & !0xfff, "pc.ram", &[0]);
    }
    // All of it is discarded at once: nothing goes through it page by page.
    let mut discard = vec![8, 0, 6, 0, 25, 0, 6];
    discard.extend(b"pc.ram\0");
    discard.extend(0u64.to_be_bytes());
    discard.extend(LEN.to_be_bytes());
    discard[4] = (discard.len() - 5) as u8;
    stream.record(8, 0, "pc.ram", &page(1));
    stream.word(0x10);
    stream.0.extend([0x7e, 0, 0, 0, 2]);
    stream.0.extend(&discard);
    stream.0.extend([2, 0, 0, 0, 2]);
    stream.record(8, LEN - 0x1000, "pc.ram", &page(2));
    let folder = Folder::new();
    folder.write("main.qevm", &stream.finish());
    let opener = conformance::ram::open::Opener {
        path: folder.write("main", &[]).with_file_name("main.qevm"),
        options: conformance::files::container::Options::default(),
        page_size: None,
        channels: Vec::new(),
    };
    let memory = conformance::ram::compare::Memory::load(&opener, &mut |_| ()).unwrap();
    let changes = conformance::ram::compare::compare(&memory, &memory).unwrap();
    assert_eq!(changes, []);
}

#[test]
fn what_leaves_its_block_is_refused_with_its_place() {
    let mut stream = Stream::new(&[("pc.ram", 0x4000)]);
    stream.next(2);
    let bad = stream.0.len();
    stream.record(8, 0x4000, "pc.ram", &page(1));
    let said = refused(&stream.finish(), "pc.ram");
    assert!(said.contains(&format!("Illegal RAM offset 4000: block pc.ram has 0x4000 bytes (the page size is 4096, which is assumed: the stream does not say it) (at offset {bad:#x}, in ram)")), "{said}");

    let mut stream = Stream::new(&[("pc.ram", 0x4000)]);
    stream.next(2);
    stream.xbzrle(0, "pc.ram", &[0xff, 0x1f, 2, 1, 2]);
    let said = refused(&stream.finish(), "pc.ram");
    assert!(
        said.contains("Failed to decompress XBZRLE page at 0"),
        "{said}"
    );

    let mut stream = Stream::new(&[("pc.ram", 0x4000)]);
    stream.next(2);
    stream.record(0x100, 0, "pc.ram", &[0, 0, 0, 3, 1, 2, 3]);
    let said = refused(&stream.finish(), "pc.ram");
    assert!(said.contains("a compressed page is damaged"), "{said}");
}

#[test]
fn channels_are_checked_against_the_blocks() {
    let main = || {
        let mut stream = Stream::new(&[("pc.ram", 2 * PAGE as u64)]);
        stream.word(0x200);
        stream.next(2);
        stream.word(0x200);
        stream.finish()
    };
    let said = |channels: &[Vec<u8>]| {
        let folder = Folder::new();
        folder.write("guest.main", &main());
        for (number, bytes) in channels.iter().enumerate() {
            folder.write(&format!("guest.{number}"), bytes);
        }
        let what = What::Block("pc.ram".to_owned());
        folder.extract("guest.main", what).unwrap_err()
    };
    assert!(said(&[]).contains("--channel FILE"), "{}", said(&[]));
    let beyond = channel(0, &[(true, &[], &[]), (true, &[(0x2000, 1)], &[])]);
    let beyond = said(&[beyond]);
    assert!(beyond.contains("Illegal RAM offset 2000"), "{beyond}");
    let second = said(&[channel(1, &[(true, &[], &[])])]);
    assert!(second.contains("number 0 is not there"), "{second}");
    let mut cut = channel(0, &[(true, &[], &[]), (true, &[(0, 1)], &[])]);
    cut.truncate(cut.len() - 10);
    let cut = said(&[cut]);
    assert!(
        cut.contains("guest.0") && cut.contains("the input ends"),
        "{cut}"
    );
}

#[test]
fn no_name_of_the_stream_becomes_one_of_a_file() {
    for name in ["../../../escape", "/etc/passwd", "a\0b", "..", "C:\\x"] {
        let mut stream = Stream::new(&[(name, 0x1000)]);
        stream.next(2);
        stream.record(8, 0, name, &page(5));
        let shown = name.replace('\0', "\\0").replace('\u{0}', "");
        let stream = stream.finish();
        // `block` also asserts that nothing else is in the folder.
        let outcome = block(&stream, name).or_else(|_| block(&stream, &shown));
        if let Ok((bytes, _)) = outcome {
            assert_eq!(bytes, page(5));
        }
    }
}

#[test]
fn a_stream_that_ends_within_memory_gives_no_file() {
    let mut stream = Stream::new(&[("pc.ram", 0x4000)]);
    stream.next(2);
    stream.record(8, 0, "pc.ram", &page(1));
    let mut bytes = stream.finish();
    bytes.truncate(bytes.len() - 30);
    let said = refused(&bytes, "pc.ram");
    assert!(said.contains("at offset"), "{said}");
}
