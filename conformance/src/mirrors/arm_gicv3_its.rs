//! `arm_gicv3_its` (hw/intc/arm_gicv3_its_common.c): makes interrupts of messages. Its tables stand in guest memory.

use vmsd_schema::VmState;

/// The registers.
#[derive(Default, VmState)]
#[vmstate(name = "arm_gicv3_its", version = 0, priority = GicV3Its)]
pub(crate) struct ArmGicv3Its {
    ctlr: u32,
    iidr: u32,
    cbaser: u64,
    cwriter: u64,
    creadr: u64,
    baser: [u64; 8],
}
