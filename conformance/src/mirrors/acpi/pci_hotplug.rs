//! `acpi_pcihp_pci_status` (hw/acpi/pcihp.c): the slots of one PCI bus that ACPI plugs and unplugs.

use vmsd_schema::VmState;

/// Buses that ACPI hotplug can serve (`ACPI_PCIHP_MAX_HOTPLUG_BUS`).
pub(crate) const MAX_HOTPLUG_BUS: usize = 256;

/// One bit for each slot of a bus.
#[derive(Default, VmState)]
#[vmstate(name = "acpi_pcihp_pci_status", version = 1)]
pub(crate) struct AcpiPciHpPciStatus {
    /// Slots whose device came.
    up: u32,
    /// Slots whose device shall go.
    down: u32,
}
