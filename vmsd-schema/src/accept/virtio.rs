//! The field of type `virtio`: a device's state behind its transport, which no description explains (`virtio_load`).

use std::fmt;

use super::leaf::{skip, take};
use super::pci;
use super::refusal::Refusal;
use super::virtio_mem::Place;
use super::walk::{Step, Walk};
use super::wording::Said;
use crate::schema::FieldEntry;
use crate::wire::Reader;

/// Bytes of `PCIDevice` around its configuration space: a version before it, four interrupt levels behind it.
const PCI_VERSION: usize = 4;
const PCI_IRQS: u64 = 16;

/// `VIRTIO_QUEUE_MAX`
const MAX_QUEUES: u32 = 1024;

/// Reads the transport's part and checks it against the target's own; the rest is as long as the source says.
pub(super) fn load(
    walk: &mut Walk<'_>,
    reader: &mut Reader<'_>,
    local: Option<&[u8]>,
    sent: Option<&FieldEntry>,
) -> Step {
    let at = reader.offset();
    let mut ahead = reader.clone();
    transport(&mut ahead, local.unwrap_or_default())
        .map_err(|refusal| refusal.inside("PCIDevice", "config"))?;
    let sides = Blob::read(reader.rest()).zip(local.and_then(Blob::read));
    let mut more = 0;
    if let Some((came, own)) = &sides {
        if let Some(refusal) = came.refused_by(own, walk.chained(), at) {
            return Err(refusal);
        }
        more = map_differs(came, own, walk, reader);
    }
    let Some(sent) = sent else {
        let message = "the source does not describe how long this device's state is";
        return Err(Refusal::unknown("value-opaque", reader.offset(), message));
    };
    let len = sent.size.saturating_add_signed(more);
    skip(reader, len, || format!("{len} bytes"))
}

/// How many bytes more the target reads, since it goes by a map of ports of its own length.
fn map_differs(came: &Blob<'_>, own: &Blob<'_>, walk: &mut Walk<'_>, reader: &Reader<'_>) -> i64 {
    let (Some(sent), Some(read)) = (came.port_words(), own.port_words()) else {
        return 0;
    };
    if sent != read {
        walk.differ(
            "array-length-changed",
            format!("a map of {} bytes", 4 * sent),
            format!("a map of {} bytes", 4 * read),
            "the map of ports is as long as each side's max_ports says",
            reader,
        );
    }
    4 * (i64::from(read) - i64::from(sent))
}

/// What of the field is compared with the target's own.
#[derive(Debug)]
struct Blob<'b> {
    /// Entries of each queue.
    queues: Vec<u32>,
    /// Behind the queues: the device's own part.
    device: &'b [u8],
    /// virtio's number of the device type.
    kind: u16,
}

impl<'b> Blob<'b> {
    /// Reads a device on PCI.
    fn read(bytes: &'b [u8]) -> Option<Self> {
        let size = [256_usize, 4096]
            .into_iter()
            .find(|size| is_pci(bytes, *size))?;
        let mut reader = Reader::new(bytes);
        reader.skip(PCI_VERSION).ok()?;
        let space = reader.bytes(size).ok()?;
        reader.skip(16).ok()?;
        let vectors = msix_vectors(space);
        if let Some(vectors) = vectors {
            reader.skip(16 * vectors + vectors.div_ceil(8) + 2).ok()?;
        }
        reader.skip(1 + 1 + 2 + 4).ok()?; // status, interrupt, selected queue, features
        let config = reader.u32().ok()?;
        reader.skip(usize::try_from(config).ok()?).ok()?;
        let count = reader.u32().ok().filter(|count| *count <= MAX_QUEUES)?;
        let mut queues = Vec::new();
        for _ in 0..count {
            queues.push(reader.u32().ok()?);
            reader
                .skip(8 + 2 + if vectors.is_some() { 2 } else { 0 })
                .ok()?;
        }
        let device = reader.rest();
        Some(Self {
            queues,
            device,
            kind: kind(space),
        })
    }

    fn refused_by(&self, own: &Self, bounded: bool, at: u64) -> Option<Box<Refusal>> {
        let mut sizes = self.queues.iter().enumerate().filter(|_| bounded);
        let above = sizes.find_map(|(queue, sent)| {
            let most = own.queues.get(queue).copied().unwrap_or(0);
            (*sent > most).then_some((queue, *sent, most))
        });
        if let Some((queue, sent, most)) = above {
            let sentence = format!("VQ {queue} vring.num {sent} exceeds allocated max {most}");
            let refusal = Refusal::new("queue-too-large", at, said(sentence))
                .between(sent.to_string(), most.to_string());
            return Some(refusal.meaning(
                "the target has fewer queues, or shorter ones",
                "give both sides the same number and size of queues",
            ));
        }
        if let (Some(sent), Some(local)) = (self.memory(), own.memory()) {
            return sent.refused_by(&local, at);
        }
        let (sent, local) = (
            self.ports(own.port_words()?)?,
            own.ports(own.port_words()?)?,
        );
        if sent.map == local.map && sent.ids.iter().all(|id| local.ids.contains(id)) {
            return None;
        }
        let refusal = Refusal::new("ports-differ", at, Said::default());
        let refusal = refusal.between(sent.to_string(), local.to_string());
        Some(refusal.meaning(
            "the target has other ports",
            "give both sides the same ports under the same numbers",
        ))
    }

    /// Where a memory device lies.
    fn memory(&self) -> Option<Place> {
        const MEMORY: u16 = 24;
        (self.kind == MEMORY)
            .then(|| Place::read(self.device))
            .flatten()
    }

    /// Words of a serial device's map of ports: one for 32 of those that it can have.
    fn port_words(&self) -> Option<u32> {
        const SERIAL: u16 = 3;
        let mut reader = Some(Reader::new(self.device)).filter(|_| self.kind == SERIAL)?;
        reader.skip(2 + 2).ok()?;
        Some(reader.u32().ok()?.div_ceil(32).min(MAX_QUEUES))
    }

    /// The ports of a serial device, as one that has a map of so many words reads them (`virtio_serial_load_device`).
    fn ports(&self, words: u32) -> Option<Ports> {
        let mut reader = Reader::new(self.device);
        reader.skip(2 + 2 + 4).ok()?;
        let mut ports = Ports::default();
        for _ in 0..words {
            ports.map.push(reader.u32().ok()?);
        }
        let count = reader.u32().ok()?;
        for _ in 0..count.min(MAX_QUEUES) {
            ports.ids.push(reader.u32().ok()?);
            reader.skip(1 + 1).ok()?;
            if reader.u32().ok()? != 0 {
                break; // a request in flight, which is as long as it says
            }
        }
        Some(ports)
    }
}

/// Which ports a serial device has.
#[derive(Debug, Default)]
struct Ports {
    /// A bit for each number that is taken.
    map: Vec<u32>,
    /// The numbers of those that are listed.
    ids: Vec<u32>,
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ports {:?}, map {:#x?}", self.ids, self.map)
    }
}

fn said(sentence: String) -> Said {
    Said {
        lines: vec![sentence.clone()],
        apart: vec![sentence],
        chain: "Failed to load element of type virtio for virtio".to_owned(),
        ..Said::default()
    }
}

/// The number of a device type: behind the modern base, or in the subsystem of a transitional device.
fn kind(space: &[u8]) -> u16 {
    let word = |at: usize| match space.get(at..at + 2) {
        Some([low, high]) => u16::from_le_bytes([*low, *high]),
        _ => 0,
    };
    const MODERN: u16 = 0x1040;
    match word(2) {
        id @ MODERN.. => id - MODERN,
        _ => word(0x2e),
    }
}

/// Vectors of MSI-X, if the device has it.
fn msix_vectors(space: &[u8]) -> Option<usize> {
    let (at, _) = pci::capabilities(space)
        .into_iter()
        .find(|(_, id)| *id == pci::MSIX)?;
    match space.get(at + 2..at + 4) {
        Some([low, high]) => Some(usize::from(u16::from_le_bytes([*low, *high]) & 0x7ff) + 1),
        _ => None,
    }
}

/// A device on PCI: its configuration space.
fn transport(reader: &mut Reader<'_>, local: &[u8]) -> Step {
    let Some(size) = [256_usize, 4096]
        .into_iter()
        .find(|size| is_pci(local, *size))
    else {
        return Ok(());
    };
    take(reader, PCI_VERSION)?;
    let own = local.get(PCI_VERSION..PCI_VERSION + size);
    pci::config(reader, own, size as u64)?;
    skip(reader, PCI_IRQS, String::new)
}

/// Version 2, virtio's vendor, and interrupt levels that are levels.
fn is_pci(local: &[u8], size: usize) -> bool {
    const START: [u8; 6] = [0, 0, 0, 2, 0xf4, 0x1a];
    let levels = local.get(PCI_VERSION + size..PCI_VERSION + size + 16);
    local.starts_with(&START)
        && levels.is_some_and(|levels| {
            levels
                .chunks(4)
                .all(|level| matches!(level, [0, 0, 0, 0 | 1]))
        })
}
