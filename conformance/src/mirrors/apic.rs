//! The local interrupt controller of an x86 processor.

use vmsd_schema::VmState;

/// The APIC (`hw/intc/apic_common.c`), whether QEMU, KVM or the hypervisor emulates it.
#[derive(Default, VmState)]
#[vmstate(name = "apic", version = 3)]
pub(crate) struct Apic {
    apicbase: u32,
    id: u8,
    arb_id: u8,
    tpr: u8,
    spurious_vec: u32,
    log_dest: u8,
    dest_mode: u8,
    isr: [u32; 8],
    tmr: [u32; 8],
    irr: [u32; 8],
    lvt: [u32; 6],
    esr: u32,
    icr: [u32; 2],
    divide_conf: u32,
    /// A shift: `apic_mem_write` makes it of three bits.
    #[vmstate(max = 7)]
    count_shift: i32,
    initial_count: u32,
    initial_count_load_time: i64,
    next_time: i64,
    /// A timer, but sent as a plain integer.
    timer_expiry: i64,
    #[vmstate(subsection)]
    sipi: Option<Sipi>,
}

/// Sent while the processor waits for its start-up interrupt.
#[derive(Default, VmState)]
#[vmstate(name = "apic_sipi", version = 1)]
struct Sipi {
    sipi_vector: i32,
    wait_for_sipi: i32,
}
