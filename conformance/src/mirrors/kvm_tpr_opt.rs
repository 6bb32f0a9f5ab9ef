//! The option ROM that keeps the task priority of 32-bit Windows guests out of the hypervisor.

use vmsd_schema::{Unused, VmState};

/// The ROM's state (`hw/i386/vapic.c`; earlier `kvmvapic.c`). The name is qemu-kvm's.
#[derive(Default, VmState)]
#[vmstate(name = "kvm-tpr-opt", version = 1)]
pub(crate) struct KvmTprOpt {
    rom_state: GuestRom,
    state: u32,
    real_tpr_addr: u32,
    rom_state_vaddr: u32,
    vapic_paddr: u32,
    rom_state_paddr: u32,
}

/// The table at the head of the ROM, as the guest sees it.
#[derive(Default, VmState)]
#[vmstate(name = "kvmvapic-guest-rom", version = 1)]
struct GuestRom {
    /// The ROM's signature, which is never sent.
    unused: Unused<8>,
    vaddr: u32,
    fixup_start: u32,
    fixup_end: u32,
    vapic_vaddr: u32,
    vapic_size: u32,
    vcpu_shift: u32,
    real_tpr_addr: u32,
    /// For one processor.
    up: Handlers,
    /// For several.
    mp: Handlers,
}

/// Addresses of the routines that replace accesses to the task priority register.
#[derive(Default, VmState)]
#[vmstate(name = "kvmvapic-handlers", version = 1)]
struct Handlers {
    set_tpr: u32,
    set_tpr_eax: u32,
    get_tpr: [u32; 8],
    get_tpr_stack: u32,
}
