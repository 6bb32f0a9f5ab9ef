//! `arm_gic` (hw/intc/arm_gic_common.c): the interrupt controller of up to eight processors, versions 1 and 2.

use vmsd_schema::VmState;

/// Processors; all are sent, however many there are.
const CPUS: usize = 8;
/// Interrupts.
const IRQS: usize = 1020;
/// Those that each processor has for itself.
const INTERNAL: usize = 32;

/// The controller.
#[derive(VmState)]
#[vmstate(name = "arm_gic", version = 12, default)]
pub(crate) struct ArmGic {
    ctlr: u32,
    cpu_ctlr: [u32; CPUS],
    #[vmstate(since = 1)]
    irq_state: Box<[IrqState; IRQS]>,
    irq_target: [u8; IRQS],
    priority1: [[u8; CPUS]; INTERNAL],
    priority2: [u8; IRQS - INTERNAL],
    /// Who sent an interrupt to whom.
    sgi_pending: [[u8; CPUS]; 16],
    priority_mask: [u16; CPUS],
    running_priority: [u16; CPUS],
    current_pending: [u16; CPUS],
    bpr: [u8; CPUS],
    abpr: [u8; CPUS],
    apr: [[u32; CPUS]; 4],
    nsapr: [[u32; CPUS]; 4],
    #[vmstate(subsection)]
    virt_state: Option<VirtState>,
}

/// An interrupt: a bit for each processor.
#[derive(Default, VmState)]
#[vmstate(name = "arm_gic_irq_state", version = 1)]
struct IrqState {
    enabled: u8,
    pending: u8,
    active: u8,
    level: u8,
    /// One processor takes it, or all do.
    model: bool,
    edge_trigger: bool,
    group: u8,
}

/// What a hypervisor and its guests see; sent where the controller has it.
#[derive(VmState)]
#[vmstate(name = "arm_gic_virt_state", version = 1, default)]
struct VirtState {
    h_hcr: [u32; CPUS],
    h_misr: [u32; CPUS],
    /// List registers: interrupts for the guests.
    h_lr: [[u32; CPUS]; 64],
    h_apr: [u32; CPUS],
    /// The guests' side of the processors.
    cpu_ctlr: [u32; CPUS],
    priority_mask: [u16; CPUS],
    running_priority: [u16; CPUS],
    current_pending: [u16; CPUS],
    bpr: [u8; CPUS],
    abpr: [u8; CPUS],
}
