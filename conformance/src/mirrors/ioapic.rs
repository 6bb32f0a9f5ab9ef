//! The interrupt controller that stands before the local ones.

use vmsd_schema::{Unused, VmState};

/// The I/O APIC (`hw/intc/ioapic_common.c`).
#[derive(Default, VmState)]
#[vmstate(name = "ioapic", version = 3, minimum_version = 1)]
pub(crate) struct Ioapic {
    id: u8,
    ioregsel: u8,
    /// Of qemu-kvm's version 2.
    #[vmstate(since = 2)]
    unused: Unused<8>,
    #[vmstate(since = 2)]
    irr: u32,
    ioredtbl: [u64; 24],
}
