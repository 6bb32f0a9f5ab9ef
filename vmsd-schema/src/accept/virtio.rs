//! The field of type `virtio`: a device's state behind its transport, which no description explains (`virtio_load`).

use super::pci;
use super::refusal::Refusal;
use super::walk::{skip, take, Step, Walk};
use crate::schema::FieldEntry;
use crate::wire::Reader;

/// Bytes of `PCIDevice` around its configuration space: a version before it, four interrupt levels behind it.
const PCI_VERSION: usize = 4;
const PCI_IRQS: u64 = 16;

/// Reads the transport's part and checks it against the target's own; the rest is as long as the source says.
pub(super) fn load(
    walk: &mut Walk<'_>,
    reader: &mut Reader<'_>,
    local: Option<&[u8]>,
    read: &FieldEntry,
    sent: Option<&FieldEntry>,
) -> Step {
    let mut ahead = reader.clone();
    transport(&mut ahead, local.unwrap_or_default()).map_err(|refusal| {
        let refusal = refusal.inside("PCIDevice", "config");
        refusal.inside(vmsd_of(walk), "virtio")
    })?;
    let Some(sent) = sent else {
        let message = "the source does not describe how long this device's state is";
        return Err(Refusal::unknown("value-opaque", reader.offset(), message));
    };
    let _ = read;
    skip(reader, sent.size, || format!("{} bytes", sent.size))
}

fn vmsd_of<'w>(_: &'w Walk<'_>) -> &'w str {
    "virtio"
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
