//! `arm_gicv3` (hw/intc/arm_gicv3_common.c): the interrupt controller of 64-bit machines, versions 3 and 4.

use vmsd_schema::VmState;

/// Words of a bitmap of interrupts.
const WORDS: usize = 32;
/// Interrupts.
const IRQS: usize = 1020;

/// The distributor, and what belongs to each processor.
#[derive(VmState)]
#[vmstate(name = "arm_gicv3", version = 1, priority = GicV3, default)]
pub(crate) struct ArmGicv3 {
    gicd_ctlr: u32,
    gicd_statusr: [u32; 2],
    group: [u32; WORDS],
    grpmod: [u32; WORDS],
    enabled: [u32; WORDS],
    pending: [u32; WORDS],
    active: [u32; WORDS],
    level: [u32; WORDS],
    edge_trigger: [u32; WORDS],
    gicd_ipriority: [u8; IRQS],
    gicd_irouter: Box<[u64; IRQS]>,
    gicd_nsacr: [u32; 64],
    #[vmstate(skip, default = 1)]
    num_cpu: u32,
    #[vmstate(len = num_cpu, default = vec![ArmGicv3Cpu::default()])]
    cpu: Vec<ArmGicv3Cpu>,
    /// Always sent since 2.12.
    #[vmstate(subsection)]
    gicd_no_migration_shift_bug: Option<NoMigrationShiftBug>,
    /// Sent where interrupts may be non-maskable.
    #[vmstate(subsection)]
    gicd_nmi: Option<GicdNmi>,
}

/// The redistributor and the interface of a processor.
#[derive(Default, VmState)]
#[vmstate(name = "arm_gicv3_cpu", version = 1)]
struct ArmGicv3Cpu {
    level: u32,
    gicr_ctlr: u32,
    gicr_statusr: [u32; 2],
    gicr_waker: u32,
    gicr_propbaser: u64,
    gicr_pendbaser: u64,
    gicr_igroupr0: u32,
    gicr_ienabler0: u32,
    gicr_ipendr0: u32,
    gicr_iactiver0: u32,
    edge_trigger: u32,
    gicr_igrpmodr0: u32,
    gicr_nsacr: u32,
    gicr_ipriorityr: [u8; 32],
    icc_ctlr_el1: [u64; 2],
    icc_pmr_el1: u64,
    icc_bpr: [u64; 3],
    icc_apr: [[u64; 4]; 3],
    icc_igrpen: [u64; 3],
    icc_ctlr_el3: u64,
    #[vmstate(subsection)]
    virt: Option<Virt>,
    /// Sent when it is not 7 (`icc_sre_el1_reg_needed`).
    #[vmstate(subsection)]
    sre_el1: Option<SreEl1>,
    #[vmstate(subsection)]
    gicv4: Option<Gicv4>,
    #[vmstate(subsection)]
    nmi: Option<Nmi>,
}

/// What a hypervisor sees; sent where the processor has list registers.
#[derive(Default, VmState)]
#[vmstate(name = "arm_gicv3_cpu/virt", version = 1)]
struct Virt {
    ich_apr: [[u64; 4]; 3],
    ich_hcr_el2: u64,
    ich_lr_el2: [u64; 16],
    ich_vmcr_el2: u64,
}

/// Whether the system registers are on.
#[derive(Default, VmState)]
#[vmstate(name = "arm_gicv3_cpu/sre_el1", version = 1)]
struct SreEl1 {
    icc_sre_el1: u64,
}

/// Tables of version 4.
#[derive(Default, VmState)]
#[vmstate(name = "arm_gicv3_cpu/gicv4", version = 1)]
struct Gicv4 {
    gicr_vpropbaser: u64,
    gicr_vpendbaser: u64,
}

/// Non-maskable interrupts of a processor.
#[derive(Default, VmState)]
#[vmstate(name = "arm_gicv3_cpu/nmi", version = 1)]
struct Nmi {
    gicr_inmir0: u32,
}

/// The bitmaps are where they belong. QEMU under KVM once sent them shifted.
#[derive(Default, VmState)]
#[vmstate(name = "arm_gicv3/gicd_no_migration_shift_bug", version = 1)]
struct NoMigrationShiftBug {
    gicd_no_migration_shift_bug: bool,
}

/// Non-maskable interrupts of the machine.
#[derive(Default, VmState)]
#[vmstate(name = "arm_gicv3/gicd_nmi", version = 1)]
struct GicdNmi {
    nmi: [u32; WORDS],
}
