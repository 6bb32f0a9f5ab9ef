//! What the numbers of a log mean: registers of PCI, features of virtio, kinds of memory blocks.

use super::Facts;

/// Adds what follows from the facts that were told.
pub(super) fn derive(facts: &mut Facts) {
    let own = |name: &str| facts.get(name).map(str::to_owned);
    let (section, vmsd, field) = (own("section"), own("vmsd"), own("field"));
    let name = match (&vmsd, &field) {
        (Some(vmsd), Some(field)) => format!("{vmsd}:{field}"),
        (_, Some(field)) => field.clone(),
        _ => "a value".to_owned(),
    };
    let (register, block) = (own("register"), own("block"));
    let features = missing(
        own("sent").as_deref(),
        own("local").as_deref(),
        section.as_deref().unwrap_or_default(),
    );
    if let Some(device) = section.or(vmsd) {
        facts.set("device", &device);
    }
    facts.set("name", &name);
    if let Some(register) = register.as_deref().and_then(hexadecimal) {
        facts.set("register_means", &register_means(register));
    }
    if let Some(block) = block {
        let (means, advice) = block_means(&block);
        facts.set("block_means", means);
        facts.set("block_do", advice);
    }
    facts.set("features", &features);
}

fn hexadecimal(text: &str) -> Option<u128> {
    u128::from_str_radix(text.strip_prefix("0x").unwrap_or(text), 16).ok()
}

/// What a register of the configuration space is.
fn register_means(register: u128) -> String {
    let what = match register {
        0x00..=0x03 => "the vendor and device ID: the target has another device model at this address",
        0x04..=0x05 => "the command register",
        0x06..=0x07 => "the status register: only one side has a list of capabilities",
        0x08 => "the revision: a property of the device or the machine type decides it",
        0x09..=0x0b => "the class: the target has another kind of device at this address",
        0x0c..=0x0d => "the cache line and latency registers",
        0x0e => "the header type: multifunction=, or a bridge on one side only",
        0x10..=0x27 => "a base address register: the size or kind of the device's memory or ports differs (legacy or modern virtio, MSI-X, memory sizes)",
        0x2c..=0x2f => "the subsystem IDs: a property or the machine type decides them",
        0x30..=0x33 => "the ROM's base address: one side has a ROM of another size, or none (romfile=, rombar=)",
        0x34 => "the pointer to the capabilities: one side has another list (MSI, MSI-X, PCI Express, legacy or modern virtio)",
        0x3c..=0x3d => "the interrupt line and pin",
        0x40..=0xff => "a capability: its kind, place or size differs (MSI-X vectors=, PCI Express, power management, legacy or modern virtio)",
        0x100..=0xfff => "a capability of PCI Express (AER, ARI, ACS, SR-IOV)",
        _ => "beyond the configuration space",
    };
    format!("register {register:#x} is {what}")
}

/// Names of features that were sent and are not allowed.
fn missing(sent: Option<&str>, allowed: Option<&str>, section: &str) -> String {
    let (Some(sent), Some(allowed)) = (sent.and_then(hexadecimal), allowed.and_then(hexadecimal))
    else {
        return String::new();
    };
    let missing = sent & !allowed;
    let own = DEVICES
        .iter()
        .find(|(device, _)| section.ends_with(device))
        .map_or([].as_slice(), |(_, names)| names);
    let bits = (0..128_u32).filter(|bit| missing >> bit & 1 == 1);
    let names = bits.map(|bit| {
        let known = own.iter().chain(&ALL).find(|(own, _)| *own == bit);
        known.map_or_else(|| format!("bit {bit}"), |(_, name)| (*name).to_owned())
    });
    names.collect::<Vec<_>>().join(", ")
}

/// Properties by the bit of their feature (Virtual I/O Device specification, sections 5 and 6).
const DEVICES: [(&str, &[(u32, &str)]); 2] = [
    (
        "virtio-net",
        &[
            (0, "csum"),
            (1, "guest_csum"),
            (2, "ctrl_guest_offloads"),
            (3, "host_mtu"),
            (5, "mac"),
            (7, "guest_tso4"),
            (8, "guest_tso6"),
            (9, "guest_ecn"),
            (10, "guest_ufo"),
            (11, "host_tso4"),
            (12, "host_tso6"),
            (13, "host_ecn"),
            (14, "host_ufo"),
            (15, "mrg_rxbuf"),
            (16, "status"),
            (17, "ctrl_vq"),
            (18, "ctrl_rx"),
            (19, "ctrl_vlan"),
            (20, "ctrl_rx_extra"),
            (21, "guest_announce"),
            (22, "mq"),
            (23, "ctrl_mac_addr"),
            (54, "guest_uso4"),
            (55, "guest_uso6"),
            (56, "host_uso"),
            (57, "hash"),
            (60, "rss"),
            (61, "guest_rsc_ext"),
            (62, "failover"),
            (63, "speed"),
        ],
    ),
    (
        "virtio-blk",
        &[
            (1, "size_max"),
            (2, "seg_max"),
            (4, "geometry"),
            (5, "read-only"),
            (6, "blk_size"),
            (7, "scsi"),
            (9, "write-cache"),
            (10, "topology"),
            (11, "config-wce"),
            (12, "num-queues"),
            (13, "discard"),
            (14, "write-zeroes"),
            (17, "zoned"),
        ],
    ),
];

const ALL: [(u32, &str); 11] = [
    (24, "notify_on_empty"),
    (27, "any_layout"),
    (28, "indirect_desc"),
    (29, "event_idx"),
    (32, "disable-modern (version 1)"),
    (33, "iommu_platform"),
    (34, "packed"),
    (35, "in_order"),
    (36, "order_platform"),
    (38, "notification_data"),
    (40, "queue_reset"),
];

/// What a block of guest memory is, and what decides its size.
fn block_means(block: &str) -> (&'static str, &'static str) {
    let ends = |end: &str| block.ends_with(end);
    if block.starts_with("/rom@etc/") {
        (
            "the firmware's tables have another size: devices, CPUs or the machine type differ",
            "start the target with the source's machine type, devices and -smp",
        )
    } else if ends(".rom") {
        (
            "the device's ROM file has another size",
            "give the device the same romfile= on both sides, or rombar=0 on both",
        )
    } else if ends("vram") || ends(".vgamem") || ends("fifo") {
        (
            "the display adapter has another amount of memory",
            "give the display the same vgamem_mb=, ram_size_mb= or vram_size_mb= on both sides",
        )
    } else if ends(".bios")
        || ends(".flash0")
        || ends(".flash1")
        || ends(".pflash")
        || block.contains("flash")
    {
        (
            "the firmware file has another size",
            "use the same firmware files on both sides, or pad them to the same size",
        )
    } else {
        (
            "the guest has another amount of memory (-m, -object memory-backend-…, DIMMs)",
            "start the target with the source's -m and memory backends",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_have_the_names_of_their_properties() {
        assert_eq!(
            missing(Some("0x103"), Some("0x1"), "0000:00:03.0/virtio-net"),
            "guest_csum, guest_tso6"
        );
        let wide = [
            "0x00000000000000000000000400000000",
            "0x00000000000000000000000000000000",
        ];
        assert_eq!(
            missing(Some(wide[0]), Some(wide[1]), "virtio-rng"),
            "packed"
        );
    }

    #[test]
    fn registers_and_blocks_are_told_apart() {
        assert!(register_means(0).contains("another device model"));
        assert!(block_means("0000:00:03.0/e1000.rom").1.contains("romfile"));
        assert!(block_means("pc.ram").1.contains("-m"));
    }
}
