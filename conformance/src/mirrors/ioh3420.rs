//! `ioh-3240-express-root-port` (hw/pci-bridge/ioh3420.c): a slot of the Intel 5520; the digits of the name are QEMU's own.

use vmsd_schema::VmState;

use super::pci::{PciDevice, PcieAerLog};

/// The port.
#[derive(VmState)]
#[vmstate(name = "ioh-3240-express-root-port", version = 1, priority = PciBus, default)]
pub(crate) struct Ioh3420 {
    #[vmstate(name = "parent_obj.parent_obj.parent_obj", default = PciDevice::express())]
    pci: PciDevice,
    #[vmstate(name = "parent_obj.parent_obj.parent_obj.exp.aer_log")]
    aer_log: PcieAerLog,
}
