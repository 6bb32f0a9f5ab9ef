//! `ich9_smb` (hw/i2c/smbus_ich9.c): the SMBus function of the `q35` machine.

use vmsd_schema::VmState;

use super::pci::PciDevice;
use super::pm_smbus::PmSmBus;

/// The function.
#[derive(VmState)]
#[vmstate(name = "ich9_smb", version = 1, default)]
pub(crate) struct Ich9Smb {
    dev: PciDevice,
    /// Machine types from 3.0 on migrate the SMBus; QEMU 11.1 has no others.
    #[vmstate(skip, default = true)]
    migrates_smbus: bool,
    /// Interrupts rather than SMIs.
    #[vmstate(exists = migrates_smbus)]
    irq_enabled: bool,
    #[vmstate(exists = migrates_smbus)]
    smb: PmSmBus,
}

impl Ich9Smb {
    /// On machine types up to 2.12.
    pub(crate) fn without_smbus() -> Self {
        Self {
            migrates_smbus: false,
            ..Self::default()
        }
    }
}
