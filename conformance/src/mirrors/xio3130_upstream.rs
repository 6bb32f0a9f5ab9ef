//! `xio3130-express-upstream-port` (hw/pci-bridge/xio3130_upstream.c): the upper side of a PCI Express switch.

use vmsd_schema::VmState;

use super::pci::{PciDevice, PcieAerLog};

/// The port.
#[derive(VmState)]
#[vmstate(name = "xio3130-express-upstream-port", version = 1, priority = PciBus, default)]
pub(crate) struct Xio3130Upstream {
    #[vmstate(name = "parent_obj.parent_obj", default = PciDevice::express())]
    pci: PciDevice,
    #[vmstate(name = "parent_obj.parent_obj.exp.aer_log")]
    aer_log: PcieAerLog,
}
