//! PowerPC's interrupt controller, as far as its processors; timers and messages follow in QEMU's.

use vmsd_schema::VmState;

/// `OPENPIC_MAX_IRQ`
const SOURCES: usize = 264;
/// `MAX_CPU`
const CPUS: usize = 32;
/// `IRQQUEUE_SIZE_BITS`: the sources, in whole words.
const QUEUE_BITS: u32 = 320;

#[derive(VmState)]
#[vmstate(name = "openpic", version = 3, default)]
pub(super) struct OpenPic {
    gcr: u32,
    vir: u32,
    pir: u32,
    spve: u32,
    tfrr: u32,
    max_irq: u32,
    #[vmstate(len = max_irq)]
    src: [IrqSource; SOURCES],
    #[vmstate(equal, default = 1)]
    nb_cpus: u32,
    #[vmstate(len = nb_cpus)]
    dst: [IrqDest; CPUS],
}

#[derive(Default, VmState)]
#[vmstate(name = "openpic_irqsource", version = 0)]
struct IrqSource {
    ivpr: u32,
    idr: u32,
    destmask: u32,
    last_cpu: i32,
    pending: i32,
}

#[derive(Default, VmState)]
#[vmstate(name = "openpic_irqdest", version = 0)]
struct IrqDest {
    ctpr: i32,
    raised: IrqQueue,
    servicing: IrqQueue,
    outputs_active: [u32; 5],
}

#[derive(VmState)]
#[vmstate(name = "openpic_irq_queue", version = 0, default)]
struct IrqQueue {
    #[vmstate(bitmap, len = queue_size)]
    queue: [u64; 5],
    next: i32,
    priority: i32,
    #[vmstate(skip, default = QUEUE_BITS)]
    queue_size: u32,
}
