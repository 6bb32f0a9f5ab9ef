//! `virt_acpi_build` (hw/arm/virt-acpi-build.c): whether the guest has fetched its ACPI tables.

use vmsd_schema::VmState;

/// The state of the tables.
#[derive(Default, VmState)]
#[vmstate(name = "virt_acpi_build", version = 1)]
pub(crate) struct VirtAcpiBuild {
    patched: bool,
}
