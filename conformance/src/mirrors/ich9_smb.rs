//! `ich9_smb` (hw/i2c/smbus_ich9.c): the SMBus function of the `q35` machine.

use vmsd_schema::VmState;

use super::pci::PciDevice;
use super::pm_smbus::PmSmBus;

/// The function.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(name = "ich9_smb", version = 1, default)]
pub struct Ich9Smb {
    /// The PCI device.
    pub dev: PciDevice,
    /// Machine types from 3.0 on migrate the SMBus.
    #[vmstate(skip, default = true)]
    pub migrates_smbus: bool,
    /// Interrupts rather than SMIs.
    #[vmstate(exists = migrates_smbus)]
    pub irq_enabled: bool,
    /// The SMBus controller.
    #[vmstate(exists = migrates_smbus)]
    pub smb: PmSmBus,
}
