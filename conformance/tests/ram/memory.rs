//! What memory holds after a stream.

use conformance::ram::address::MemoryMap;
use conformance::ram::extract::What;
use conformance::ram::Form;

use crate::writer::{block, channel, compressed, page, Folder, Stream, PAGE};

fn at(bytes: &[u8], number: usize) -> &[u8] {
    &bytes[number * PAGE..][..PAGE]
}

#[test]
fn the_last_write_of_a_page_stands() {
    let mut stream = Stream::new(&[("pc.ram", 1 << 20), ("other", 0x1000)]);
    stream.next(2);
    for number in 0..4 {
        stream.record(8, number * 0x1000, "pc.ram", &page(number as u8));
    }
    stream.record(2, 0x4000, "pc.ram", &[0]);
    stream.record(8, 0, "other", &page(99));
    stream.next(2);
    stream.xbzrle(0, "pc.ram", &[2, 3, b'a', b'b', b'c']);
    stream.record(0x100, 0x1000, "pc.ram", &compressed(&page(77)));
    stream.record(2, 0x2000, "pc.ram", &[0]);
    stream.record(8, 0x3000, "pc.ram", &page(50));
    stream.xbzrle(0x3000, "pc.ram", &[0, 1, 7]);
    stream.xbzrle(0x4000, "pc.ram", &[9, 1, 5]);
    stream.xbzrle(0, "pc.ram", &[3, 1, b'X']);
    let (bytes, kib) = block(&stream.finish(), "pc.ram").unwrap();
    let mut first = page(0);
    first[2..5].copy_from_slice(b"aXc");
    let mut fourth = page(50);
    fourth[0] = 7;
    let mut fifth = vec![0; PAGE];
    fifth[9] = 5;
    assert_eq!(at(&bytes, 0), first);
    assert_eq!(at(&bytes, 1), page(77));
    assert_eq!(at(&bytes, 2), [0; PAGE]);
    assert_eq!(at(&bytes, 3), fourth);
    assert_eq!(at(&bytes, 4), fifth);
    assert!(bytes[5 * PAGE..].iter().all(|byte| *byte == 0));
    assert_eq!(bytes.len(), 1 << 20);
    // Four pages hold something; one was written and turned zero.
    assert!(kib <= 20, "{kib} KiB");
}

#[test]
fn runs_of_pages_come_as_they_were_sent() {
    let mut stream = Stream::new(&[("pc.ram", 64 * PAGE as u64)]);
    stream.next(2);
    stream.record(8, 0, "pc.ram", &page(200));
    // Continued: up, back, zero over what was just written, a page of zeros sent as it is.
    for (offset, seed) in [(1, 1), (2, 2), (3, 3), (1, 4), (2, 5), (9, 9)] {
        stream.word((offset * PAGE as u64) | 0x28);
        stream.0.extend(page(seed));
    }
    for offset in [3, 2, 20] {
        stream.word((offset * PAGE as u64) | 0x22);
        stream.0.push(0);
    }
    for offset in [9, 10] {
        stream.word((offset * PAGE as u64) | 0x28);
        stream.0.extend([0; PAGE]);
    }
    stream.word((11 * PAGE as u64) | 0x28);
    stream.0.extend(page(11));
    let (bytes, kib) = block(&stream.finish(), "pc.ram").unwrap();
    for number in 0..64 {
        let expected = match number {
            0 => page(200),
            1 => page(4),
            11 => page(11),
            _ => vec![0; PAGE],
        };
        assert_eq!(at(&bytes, number), expected, "page {number}");
    }
    assert!(kib <= 16, "{kib} KiB");
}

#[test]
fn what_postcopy_discards_is_gone_until_it_is_sent_again() {
    let mut stream = Stream::new(&[("pc.ram", 4 * PAGE as u64)]);
    stream.next(2);
    for number in 0..4 {
        stream.record(8, number * 0x1000, "pc.ram", &page(number as u8 + 1));
    }
    stream.word(0x10);
    stream.0.extend([0x7e, 0, 0, 0, 2]);
    // POSTCOPY_RAM_DISCARD: version, name, NUL, one range.
    stream.0.extend([8, 0, 6, 0, 25, 0, 6]);
    stream.0.extend(b"pc.ram\0");
    stream.word(0x1000);
    stream.word(0x2000);
    stream.0.extend([2, 0, 0, 0, 2]);
    stream.record(8, 0x2000, "pc.ram", &page(33));
    let (bytes, _) = block(&stream.finish(), "pc.ram").unwrap();
    let expected = [page(1), vec![0; PAGE], page(33), page(4)].concat();
    assert!(bytes == expected);
}

/// The configuration section of a mapped-ram stream.
fn mapped_configuration() -> Vec<u8> {
    let mut bytes = vec![7, 0, 0, 0, 8];
    bytes.extend(b"pc-q35-9");
    bytes.push(5);
    let name = b"configuration/capabilities";
    bytes.push(name.len() as u8);
    bytes.extend(name);
    bytes.extend([0, 0, 0, 1, 0, 0, 0, 1, 10]);
    bytes.extend(b"mapped-ram");
    bytes
}

#[test]
fn of_mapped_ram_only_the_bitmap_counts() {
    const LEN: u64 = 100 * PAGE as u64;
    let mut stream = Stream(b"QEVM\0\0\0\x03".to_vec());
    stream.0.extend(mapped_configuration());
    stream.start();
    stream.word((LEN + 0x1000) | 4);
    for (name, len, set) in [
        ("pc.ram", LEN, vec![0u64, 63, 64, 99]),
        ("other", 0x1000, vec![0]),
    ] {
        stream.name(name);
        stream.word(len);
        let bitmap_at = stream.0.len() as u64 + 28;
        let words = (len / 0x1000).div_ceil(64);
        let pages_at = (bitmap_at + words * 8).next_multiple_of(1 << 20);
        stream.0.extend([0, 0, 0, 1]);
        for word in [0x1000, bitmap_at, pages_at] {
            stream.word(word);
        }
        let mut bitmap = vec![0u64; words as usize];
        for number in &set {
            bitmap[(number / 64) as usize] |= 1 << (number % 64);
        }
        for word in bitmap {
            stream.0.extend(word.to_le_bytes());
        }
        stream.0.resize(pages_at as usize, 0xee);
        for number in 0..len / 0x1000 {
            stream.0.extend(page(number as u8));
        }
    }
    let bytes = stream.finish();
    let (memory, kib) = block(&bytes, "pc.ram").unwrap();
    for number in 0..100 {
        let expected = if [0, 63, 64, 99].contains(&number) {
            page(number as u8)
        } else {
            vec![0; PAGE]
        };
        assert_eq!(at(&memory, number), expected, "page {number}");
    }
    assert!(kib <= 24, "{kib} KiB");
    assert_eq!(block(&bytes, "other").unwrap().0, page(0));
}

#[test]
fn channels_keep_step_with_the_main_channel() {
    let mut stream = Stream::new(&[("pc.ram", 8 * PAGE as u64)]);
    stream.word(0x200);
    stream.next(2);
    stream.record(2, 0x3000, "pc.ram", &[0]);
    stream.word(0x200);
    stream.next(2);
    stream.record(8, 0x4000, "pc.ram", &page(44));
    stream.word(0x200);
    let folder = Folder::new();
    folder.write("guest.main.qevm", &stream.finish());
    // The same pages on either channel, in turn: only the marks say which is later.
    let first = channel(
        0,
        &[
            (true, &[], &[]),
            (false, &[(0, 10), (0x1000, 11), (0x4000, 14)], &[]),
            (true, &[(0x2000, 12)], &[]),
            (true, &[(0x1000, 31)], &[0x2000]),
        ],
    );
    let second = channel(
        1,
        &[
            (true, &[], &[]),
            (true, &[(0x5000, 15)], &[]),
            (false, &[(0, 20)], &[0x5000]),
            (true, &[(0x3000, 23)], &[]),
        ],
    );
    folder.write("guest.b.multifd", &first);
    folder.write("guest.a.multifd", &second);
    let what = || What::Block("pc.ram".to_owned());
    let (bytes, _) = folder.extract("guest.main.qevm", what()).unwrap();
    for (number, seed) in [Some(20), Some(31), None, Some(23), Some(44), None]
        .into_iter()
        .enumerate()
    {
        let expected = seed.map_or(vec![0; PAGE], page);
        assert_eq!(at(&bytes, number), expected, "page {number}");
    }
}

#[test]
fn memory_is_placed_by_address_in_each_form() {
    let mut stream = Stream::new(&[("low", 2 * PAGE as u64), ("high", PAGE as u64)]);
    stream.next(2);
    stream.record(8, 0, "low", &page(1));
    stream.record(8, 0x1000, "low", &page(2));
    stream.record(8, 0, "high", &page(3));
    let folder = Folder::new();
    folder.write("main.qevm", &stream.finish());
    let texts = ["0x5000=high", "0=low,0,0x1000", "0x3000=low,0x1000"].map(str::to_owned);
    let whole = |form| What::Whole {
        form,
        map: Some(MemoryMap::given(&texts).unwrap()),
    };
    let (raw, _) = folder.extract("main.qevm", whole(Form::Raw)).unwrap();
    let zero = vec![0; PAGE];
    let pages = [page(1), zero.clone(), zero.clone(), page(2), zero, page(3)];
    assert_eq!(raw, pages.concat());

    let (lime, _) = folder.extract("main.qevm", whole(Form::Lime)).unwrap();
    let mut expected = Vec::new();
    for (first, last, seed) in [
        (0u64, 0xfffu64, 1),
        (0x3000, 0x3fff, 2),
        (0x5000, 0x5fff, 3),
    ] {
        expected.extend(b"EMiL\x01\0\0\0");
        expected.extend(first.to_le_bytes());
        expected.extend(last.to_le_bytes());
        expected.extend([0; 8]);
        expected.extend(page(seed));
    }
    assert_eq!(lime, expected);

    let (elf, _) = folder.extract("main.qevm", whole(Form::Elf)).unwrap();
    assert_eq!(elf[..7], *b"\x7fELF\x02\x01\x01");
    let word = |at: usize| u64::from_le_bytes(elf[at..at + 8].try_into().unwrap());
    assert_eq!(elf[56], 3, "program headers");
    for (number, (address, seed)) in [(0, 1), (0x3000, 2), (0x5000, 3)].into_iter().enumerate() {
        let header = 64 + 56 * number;
        assert_eq!(elf[header], 1, "PT_LOAD");
        assert_eq!((word(header + 24), word(header + 32)), (address, 0x1000));
        assert_eq!(elf[word(header + 8) as usize..][..PAGE], page(seed));
    }
}
