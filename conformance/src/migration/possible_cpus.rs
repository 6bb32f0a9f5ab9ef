//! How many CPUs a PC can have: no field of a quiet machine says it before QEMU 11, but its firmware tables do.
//!
//! QEMU keeps the ACPI tables that it builds in a RAM block of their own (`acpi_add_rom_blob`). The MADT among them has an entry
//! for each CPU that there can be, plugged or not (`pc_madt_cpu_entry`; ACPI 6.5, 5.2.12).

use std::ops::ControlFlow;

use vmsd_schema::decode::machine::Machine;
use vmsd_schema::stream::{Event, PageKind, Ram, Stream};

/// The block that holds the tables one behind the other.
const BLOCK: &str = "/rom@etc/acpi/tables";

/// How much of it is looked at; QEMU lets it grow to 2 MiB.
const MAX_TABLES: usize = 0x20_0000;

/// As many as the tables in a stream list, where it has their pages as they are; `data` is what `machine` was read from.
#[must_use]
pub(super) fn possible_cpus(machine: &Machine<'_>, data: &[u8]) -> Option<u64> {
    let mut blocks = machine.ram.blocks.iter();
    let place = blocks.position(|block| block.name == BLOCK && block.bytes > 0)?;
    listed(&tables(data, place))
}

/// What the stream holds of block number `place`.
fn tables(data: &[u8], place: usize) -> Vec<u8> {
    let mut tables = Vec::new();
    let mut put = |offset: u64, bytes: &[u8]| {
        let Ok(offset) = usize::try_from(offset) else {
            return;
        };
        let end = offset.saturating_add(bytes.len());
        if end > MAX_TABLES {
            return;
        }
        if tables.len() < end {
            tables.resize(end, 0);
        }
        if let Some(room) = tables.get_mut(offset..end) {
            room.copy_from_slice(bytes);
        }
    };
    each_record(data, |record| match record {
        Ram::Page(page) if page.block.0 as usize == place && page.kind == PageKind::Normal => {
            put(page.offset, page.data);
        }
        Ram::MappedPages {
            block,
            offset,
            bytes,
            ..
        } if block.0 as usize == place => put(*offset, bytes),
        _ => {}
    });
    tables
}

/// The records of guest memory, up to the first device.
fn each_record(data: &[u8], mut each: impl FnMut(&Ram<'_>)) {
    let mut stream = Stream::new(data);
    let mut step = || match stream.next() {
        Ok(Some(Event::Ram(record))) => {
            each(&record);
            ControlFlow::Continue(())
        }
        Ok(Some(_)) if !stream.parser().awaits_body() => ControlFlow::Continue(()),
        _ => ControlFlow::Break(()),
    };
    while step().is_continue() {}
}

/// The CPUs in the MADT, which may stand anywhere.
fn listed(tables: &[u8]) -> Option<u64> {
    const SIGNATURE: &[u8] = b"APIC";
    let mut places = tables.windows(SIGNATURE.len()).enumerate();
    places.find_map(|(at, bytes)| {
        let madt = tables.get(at..).filter(|_| bytes == SIGNATURE)?;
        cpus_of(madt)
    })
}

/// The CPUs of the MADT that `bytes` begin with, if it is one: its entries end where it does. The sum of its bytes is the
/// firmware's to make.
fn cpus_of(bytes: &[u8]) -> Option<u64> {
    const HEADER: usize = 44;
    const LOCAL_APIC: u8 = 0;
    const LOCAL_X2APIC: u8 = 9;
    let len = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?);
    let table = bytes.get(..usize::try_from(len).ok()?)?;
    let mut entries = table.get(HEADER..)?;
    let mut cpus = 0;
    while let [kind, len, ..] = *entries {
        entries = entries.get(usize::from(len)..).filter(|_| len >= 2)?;
        cpus += u64::from(matches!(kind, LOCAL_APIC | LOCAL_X2APIC));
    }
    (entries.is_empty() && cpus > 0).then_some(cpus)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CPU: [u8; 8] = [0, 8, 0, 0, 1, 0, 0, 0];
    const PLACE_FOR_ONE: [u8; 8] = [0, 8, 1, 1, 0, 0, 0, 0];
    const X2APIC: [u8; 16] = [9, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0];
    const IO_APIC: [u8; 12] = [1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    fn madt(entries: &[u8]) -> Vec<u8> {
        let len = 44 + u32::try_from(entries.len()).expect("short");
        let mut table = [b"APIC".as_slice(), &len.to_le_bytes()].concat();
        table.resize(44, 7);
        table.extend(entries);
        table
    }

    #[test]
    fn each_local_apic_is_a_cpu() {
        let entries = [&CPU[..], &PLACE_FOR_ONE, &IO_APIC, &X2APIC].concat();
        let tables = [b"an APIC, not a table".to_vec(), madt(&entries)].concat();
        assert_eq!(listed(&tables), Some(3));
    }

    #[test]
    fn what_is_no_madt_tells_nothing() {
        let whole = madt(&CPU);
        assert_eq!(listed(&whole), Some(1));
        for len in 0..whole.len() {
            assert_eq!(listed(&whole[..len]), None, "cut to {len}");
        }
        assert_eq!(listed(&madt(&[0, 0])), None, "an entry without a length");
        assert_eq!(
            listed(&madt(&[&CPU[..], &[0]].concat())),
            None,
            "half an entry"
        );
        assert_eq!(listed(&madt(&IO_APIC)), None, "no CPU at all");
    }
}
