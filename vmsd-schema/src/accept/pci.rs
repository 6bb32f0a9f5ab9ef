//! A PCI device's configuration space, compared with the target's own (`get_pci_config_device`).
//!
//! QEMU compares bits that the device marks and that neither the guest nor the hardware changes. Which those are it does not send; but
//! the header's are the same for every device, and a capability's follow from its kind.

use super::leaf::take;
use super::refusal::Refusal;
use super::walk::Step;
use super::wording::Said;
use crate::wire::Reader;

/// Compared bits of the header (`pci_init_cmask`): byte and mask.
const HEADER: [(usize, u8); 11] = [
    (0x00, 0xff),
    (0x01, 0xff),
    (0x02, 0xff),
    (0x03, 0xff),
    (0x06, 0x10), // status: whether there are capabilities
    (0x08, 0xff),
    (0x09, 0xff),
    (0x0a, 0xff),
    (0x0b, 0xff),
    (0x0e, 0xff), // header type, and whether there are more functions
    (CAPABILITIES, 0xff),
];

/// Compared bits of a bridge's windows (`pci_init_mask_bridge`).
const BRIDGE: [(usize, u8); 4] = [(0x1c, 0x0f), (0x1d, 0x0f), (0x24, 0x0f), (0x26, 0x0f)];

const CAPABILITIES: usize = 0x34;
const EXTENDED: usize = 0x100;

/// Capabilities by number.
const MSI: u8 = 0x05;
const VENDOR: u8 = 0x09;
pub(super) const MSIX: u8 = 0x11;

/// Extended capabilities by number.
const SERIAL_NUMBER: u8 = 0x03;
const ACCESS_CONTROL: u8 = 0x0d;
const ALTERNATIVE_ROUTING: u8 = 0x0e;
const ADDRESS_TRANSLATION: u8 = 0x0f;

/// The bits that are compared, by byte.
type Mask = Vec<(usize, u8)>;

/// Reads a space of `size` bytes and compares it with `local`.
pub(super) fn config(reader: &mut Reader<'_>, local: Option<&[u8]>, size: u64) -> Step {
    let at = reader.offset();
    let came = take(reader, usize::try_from(size).unwrap_or(usize::MAX))?;
    let Some((place, sent, own)) = local.and_then(|local| difference(came, local)) else {
        return Ok(());
    };
    let sentence = format!(
        "get_pci_config_device: Bad config data: i={place:#x} read: {sent:x} device: {own:x}"
    );
    let said = Said {
        lines: vec![sentence.clone()],
        apart: vec![sentence],
        chain: "Failed to load element of type pci config for config".to_owned(),
        ..Said::default()
    };
    let refusal = Refusal::new("pci-config-differs", at + place as u64, said);
    let refusal = refusal.between(
        format!("{sent:#04x} at {place:#x}"),
        format!("{own:#04x} at {place:#x}"),
    );
    Err(refusal.meaning(
        format!("the configuration space differs in {}", part(place)),
        "give both sides the same device at the same address, with the same properties",
    ))
}

/// Reads the levels of the pins, each of which is 0 or 1 (`get_pci_irq_state`).
pub(super) fn irq_state(reader: &mut Reader<'_>, size: u64) -> Step {
    for _ in 0..size / 4 {
        let at = reader.offset();
        let level = take(reader, 4)?
            .iter()
            .fold(0, |n: u32, byte| n << 8 | u32::from(*byte));
        if level > 1 {
            let sentence = format!("irq state {}: must be 0 or 1.", level as i32);
            let said = Said {
                lines: vec![sentence.clone()],
                apart: vec![sentence],
                chain: "Failed to load element of type pci irq state for irq_state".to_owned(),
                ..Said::default()
            };
            let refusal = Refusal::new("value-differs", at, said);
            let refusal = refusal.between(level.to_string(), "0 or 1");
            return Err(refusal.meaning(
                "the level of an interrupt pin is neither 0 nor 1",
                "capture the source again: no QEMU writes this",
            ));
        }
    }
    Ok(())
}

/// The first compared byte that differs: where, what came, what the target has.
fn difference(came: &[u8], local: &[u8]) -> Option<(usize, u8, u8)> {
    let mut mask = compared(local);
    mask.sort_unstable();
    mask.into_iter().find_map(|(at, mask)| {
        let (sent, own) = (*came.get(at)?, *local.get(at)?);
        ((sent ^ own) & mask != 0).then_some((at, sent, own))
    })
}

/// What the device with this space compares.
fn compared(local: &[u8]) -> Mask {
    let mut mask = HEADER.to_vec();
    let bridge = byte(local, 0x0e) & 0x7f == 1;
    if bridge {
        mask.extend(BRIDGE);
    }
    bars(local, if bridge { 2 } else { 6 }, &mut mask);
    for (at, id) in capabilities(local) {
        capability(local, at, id, &mut mask);
    }
    extended(local, &mut mask);
    mask
}

/// The type bits of a BAR. A BAR that is not there compares nothing, and looks like a memory BAR of 32 bits.
fn bars(local: &[u8], count: usize, mask: &mut Mask) {
    let mut number = 0;
    while number < count {
        let at = 0x10 + 4 * number;
        let low = byte(local, at);
        if low & 1 == 1 {
            mask.push((at, 0x03));
        } else if low & 0x0f != 0 {
            mask.push((at, 0x0f));
            number += usize::from(low & 0x06 == 0x04);
        }
        number += 1;
    }
}

/// The list of capabilities: place and number of each.
pub(super) fn capabilities(local: &[u8]) -> Vec<(usize, u8)> {
    let mut found = Vec::new();
    let mut at = usize::from(byte(local, CAPABILITIES));
    let listed = byte(local, 0x06) & 0x10 != 0;
    while listed && at >= 0x40 && found.len() < 48 {
        found.push((at, byte(local, at)));
        at = usize::from(byte(local, at + 1) & !3);
    }
    found
}

/// A capability: all of it, but for what the guest or the hardware writes.
fn capability(local: &[u8], at: usize, id: u8, mask: &mut Mask) {
    mask.extend([(at, 0xff), (at + 1, 0xff)]);
    let mut whole = |from: usize, to: usize| mask.extend((from..to).map(|byte| (at + byte, 0xff)));
    match id {
        0x01 | 0x13 => whole(2, 4), // power management, advanced features: the capabilities register
        MSI => mask.extend([(at + 2, 0x8e), (at + 3, 0xff)]),
        VENDOR => {
            let len = usize::from(byte(local, at + 2));
            // Of virtio's window into its own BARs (5) the guest writes BAR, offset, length and data.
            let virtio_window =
                byte(local, at + 3) == 5 && byte(local, 0) == 0xf4 && byte(local, 1) == 0x1a;
            whole(2, if virtio_window { 4 } else { len });
        }
        0x0d => whole(4, 8), // the subsystem behind a bridge
        0x10 => {
            whole(2, 8); // flags and device capabilities
            whole(12, 16); // link capabilities
            if byte(local, at + 3) & 1 == 1 {
                whole(20, 24); // slot capabilities, with the slot's number
            }
            if byte(local, at + 2) & 0x0f >= 2 {
                whole(36, 40); // device capabilities 2
                whole(44, 48); // link capabilities 2
            }
        }
        MSIX => {
            whole(2, 3);
            mask.push((at + 3, 0x3f)); // without enable and function mask
            mask.extend((4..12).map(|byte| (at + byte, 0xff)));
        }
        _ => {}
    }
}

/// Headers of extended capabilities, and what they say of the device rather than of its state.
fn extended(local: &[u8], mask: &mut Mask) {
    let mut at = EXTENDED;
    let mut left = 64;
    while at >= EXTENDED && left > 0 && local.len() > EXTENDED {
        let len = match byte(local, at) {
            SERIAL_NUMBER => 12,
            ACCESS_CONTROL | ALTERNATIVE_ROUTING | ADDRESS_TRANSLATION => 6, // the capability register
            _ => 4,
        };
        mask.extend((at..at + len).map(|byte| (byte, 0xff)));
        at = usize::from(byte(local, at + 3)) << 4 | usize::from(byte(local, at + 2)) >> 4;
        left -= 1;
    }
}

fn byte(local: &[u8], at: usize) -> u8 {
    local.get(at).copied().unwrap_or(0)
}

fn part(at: usize) -> &'static str {
    match at {
        0x00..=0x01 => "the vendor",
        0x02..=0x03 => "the device",
        0x06 | CAPABILITIES => "whether and where it has capabilities",
        0x08 => "the revision",
        0x09..=0x0b => "the class",
        0x0e => "the header type, which says whether there are more functions",
        0x10..=0x27 => "the type of a BAR",
        _ => "a capability",
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::indexing_slicing,
        reason = "of arrays that are as long as they say"
    )]

    use super::*;

    /// A device with an I/O BAR and MSI-X of three vectors.
    fn device() -> [u8; 256] {
        let mut space = [0; 256];
        space[..4].copy_from_slice(&[0xf4, 0x1a, 0x00, 0x10]);
        space[0x06] = 0x10;
        space[0x10] = 0x01;
        space[0x34] = 0x98;
        space[0x98..0xa4].copy_from_slice(&[0x11, 0x00, 0x02, 0x00, 1, 0, 0, 0, 1, 8, 0, 0]);
        space
    }

    #[test]
    fn what_the_guest_writes_is_not_compared() {
        let mut came = device();
        (came[0x04], came[0x11], came[0x3c], came[0x9b]) = (7, 0xc0, 11, 0x80);
        assert_eq!(difference(&came, &device()), None);
    }

    #[test]
    fn identity_bars_and_capabilities_are() {
        for (at, value) in [
            (0x02, 0x41),
            (0x0e, 0x80),
            (0x10, 0x00),
            (0x34, 0x84),
            (0x9a, 0x04),
        ] {
            let mut came = device();
            came[at] = value;
            assert_eq!(
                difference(&came, &device()),
                Some((at, value, device()[at]))
            );
        }
    }

    #[test]
    fn a_list_that_bites_its_tail_ends() {
        let mut space = device();
        space[0x99] = 0x98;
        assert_eq!(capabilities(&space).len(), 48);
        space[0x34] = 0xff;
        assert!(difference(&space, &device()).is_some());
    }
}
