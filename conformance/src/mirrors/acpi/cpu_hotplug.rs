//! `CPU hotplug state` (hw/acpi/cpu.c): the registers through which a guest finds new CPUs.

use vmsd_schema::VmState;

/// The registers, and what they show of each possible CPU.
#[derive(VmState)]
#[vmstate(name = "CPU hotplug state", version = 1, default)]
pub(crate) struct CpuHotplugState {
    /// The CPU that the registers show. The guest writes any number; QEMU compares it at each use.
    selector: u32,
    /// What the data registers mean.
    command: u8,
    /// How many CPUs there can be: `maxcpus` of `-smp`. It is never sent.
    #[vmstate(skip, default = 1)]
    dev_count: u32,
    /// Each possible CPU.
    #[vmstate(len = dev_count, default = vec![AcpiCpuStatus::default()])]
    devs: Vec<AcpiCpuStatus>,
}

/// One possible CPU.
#[derive(Default, VmState)]
#[vmstate(name = "CPU hotplug device state", version = 1)]
struct AcpiCpuStatus {
    /// The guest has yet to see that the CPU came.
    is_inserting: bool,
    /// The guest has yet to see that the CPU shall go.
    is_removing: bool,
    /// The event that the guest reports on.
    ost_event: u32,
    /// What it reports.
    ost_status: u32,
}
