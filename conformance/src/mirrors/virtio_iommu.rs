//! `virtio-iommu` (hw/virtio/virtio-iommu.c): translates the addresses of devices.

use std::collections::BTreeMap;

use vmsd_schema::VmState;

use super::virtio::{behind_buses, Blob, ConfigField, DevicePart, VirtioDevice};

/// The unit. Version 1 of QEMU 5.2 knows no bypass and does not load in later ones.
#[derive(VmState)]
#[vmstate(name = "virtio-iommu", version = 2, priority = Iommu)]
pub(crate) struct VirtioIommu {
    #[vmstate(with = Blob)]
    virtio: VirtioDevice<Iommu>,
}

behind_buses!(VirtioIommu);

/// Its own part.
#[derive(Default, VmState)]
#[vmstate(name = "virtio-iommu-device", version = 2)]
struct Iommu {
    /// By number.
    #[vmstate(gtree, since = 2)]
    domains: BTreeMap<u64, Domain>,
    /// Whether devices of no domain go by untranslated.
    #[vmstate(name = "config.bypass", since = 2)]
    bypass: u8,
}

impl DevicePart for Iommu {
    const CONFIG: &'static [ConfigField] = &[
        ConfigField::number("page_size_mask", 8),
        ConfigField::number("input_range.start", 8),
        ConfigField::number("input_range.end", 8),
        ConfigField::number("domain_range.start", 4),
        ConfigField::number("domain_range.end", 4),
        ConfigField::number("probe_size", 4),
        ConfigField::number("bypass", 1),
        ConfigField::bytes("reserved", 3),
    ];
}

/// Devices that share a table.
#[derive(Default, VmState)]
#[vmstate(name = "domain", version = 2)]
struct Domain {
    id: u32,
    /// The table.
    #[vmstate(gtree, since = 1)]
    mappings: BTreeMap<Interval, Mapping>,
    /// The devices.
    #[vmstate(qlist, since = 1)]
    endpoint_list: Vec<Endpoint>,
    /// Whether there is no table.
    #[vmstate(since = 2)]
    bypass: bool,
}

/// Addresses of a device.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, VmState)]
#[vmstate(name = "interval", version = 1)]
struct Interval {
    low: u64,
    high: u64,
}

/// Where they lead.
#[derive(Default, VmState)]
#[vmstate(name = "mapping", version = 1)]
struct Mapping {
    phys_addr: u64,
    flags: u32,
}

/// A device.
#[derive(Default, VmState)]
#[vmstate(name = "endpoint", version = 1)]
struct Endpoint {
    id: u32,
}
