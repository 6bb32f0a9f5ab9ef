//! Whether the guest has fetched its ACPI tables.

use vmsd_schema::VmState;

/// The state of the tables (`hw/i386/acpi-build.c`).
#[derive(Default, VmState)]
#[vmstate(name = "acpi_build", version = 1)]
pub(crate) struct AcpiBuild {
    patched: u8,
}
