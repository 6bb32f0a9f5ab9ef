//! The part of `virtio-iommu` (hw/virtio/virtio-iommu.c): translates the addresses of devices.

use std::collections::BTreeMap;

use crate::codec::virtio::{ConfigField, DevicePart};
use crate::VmState;

/// Its own part.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio-iommu-device", version = 2)]
pub struct Iommu {
    /// By number.
    #[vmstate(gtree, since = 2)]
    pub domains: BTreeMap<u64, Domain>,
    /// Whether devices of no domain go by untranslated.
    #[vmstate(name = "config.bypass", since = 2)]
    pub bypass: u8,
}

impl DevicePart for Iommu {
    const CONFIG: Option<&'static [ConfigField]> = Some(&[
        ConfigField::number("page_size_mask", 8),
        ConfigField::number("input_range.start", 8),
        ConfigField::number("input_range.end", 8),
        ConfigField::number("domain_range.start", 4),
        ConfigField::number("domain_range.end", 4),
        ConfigField::number("probe_size", 4),
        ConfigField::number("bypass", 1),
        ConfigField::bytes("reserved", 3),
    ]);
}

/// Devices that share a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "domain", version = 2)]
pub struct Domain {
    /// Its number.
    pub id: u32,
    /// The table.
    #[vmstate(gtree, since = 1)]
    pub mappings: BTreeMap<Interval, Mapping>,
    /// The devices.
    #[vmstate(qlist, since = 1)]
    pub endpoint_list: Vec<Endpoint>,
    /// Whether there is no table.
    #[vmstate(since = 2)]
    pub bypass: bool,
}

/// Addresses of a device.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, VmState)]
#[vmstate(name = "interval", version = 1)]
pub struct Interval {
    /// The first.
    pub low: u64,
    /// The last.
    pub high: u64,
}

/// Where they lead.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "mapping", version = 1)]
pub struct Mapping {
    /// The guest's memory.
    pub phys_addr: u64,
    /// Bit 0: may be read; bit 1: may be written.
    pub flags: u32,
}

/// A device.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "endpoint", version = 1)]
pub struct Endpoint {
    /// Its number.
    pub id: u32,
}
