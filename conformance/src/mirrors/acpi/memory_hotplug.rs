//! `memory hotplug state` (hw/acpi/memory_hotplug.c): the registers through which a guest finds new DIMMs.

use vmsd_schema::VmState;

/// The registers, and what they show of each slot.
#[derive(Default, VmState)]
#[vmstate(name = "memory hotplug state", version = 1)]
pub(crate) struct MemHotplugState {
    /// The slot that the registers show. The guest writes any number; QEMU compares it at each use.
    selector: u32,
    /// How many slots there are: `slots` of `-m`. It is never sent.
    #[vmstate(skip)]
    dev_count: u32,
    #[vmstate(len = dev_count)]
    devs: Vec<MemStatus>,
}

/// One slot.
#[derive(Default, VmState)]
#[vmstate(name = "memory hotplug device state", version = 1)]
struct MemStatus {
    /// There is a DIMM.
    is_enabled: bool,
    /// The guest has yet to see it.
    is_inserting: bool,
    /// The event that the guest reports on.
    ost_event: u32,
    /// What it reports.
    ost_status: u32,
}
