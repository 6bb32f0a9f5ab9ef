//! `memory hotplug state` (hw/acpi/memory_hotplug.c): the registers through which a guest finds new DIMMs.

use vmsd_schema::VmState;

/// The registers, and what they show of each slot.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "memory hotplug state", version = 1)]
pub struct MemHotplugState {
    /// The slot that the registers show. The guest writes any number; QEMU compares it at each use.
    pub selector: u32,
    /// How many slots there are: `slots` of `-m`. It is never sent.
    #[vmstate(skip)]
    pub dev_count: u32,
    /// Each slot.
    #[vmstate(len = dev_count)]
    pub devs: Vec<MemStatus>,
}

/// One slot.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "memory hotplug device state", version = 1)]
pub struct MemStatus {
    /// There is a DIMM.
    pub is_enabled: bool,
    /// The guest has yet to see it.
    pub is_inserting: bool,
    /// The event that the guest reports on.
    pub ost_event: u32,
    /// What it reports.
    pub ost_status: u32,
}
