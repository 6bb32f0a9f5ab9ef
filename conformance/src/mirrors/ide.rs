//! `ide`: a PCI IDE controller with two buses of two drives (QEMU: hw/ide/pci.c; piix3-ide, piix4-ide …).

use vmsd_schema::VmState;

use super::ide_bus::IdeBus;
use super::ide_drive::IdeDrive;
use super::pci::PciDevice;

/// A PCI IDE controller (`vmstate_ide_pci`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "ide", version = 3, minimum_version = 0)]
pub struct Ide {
    pub parent_obj: PciDevice,
    pub bmdma: [Bmdma; 2],
    #[vmstate(since = 1)]
    pub bus: [IdeBus; 2],
    #[vmstate(since = 3, name = "bus[0].ifs")]
    pub primary: [IdeDrive; 2],
    #[vmstate(since = 3, name = "bus[1].ifs")]
    pub secondary: [IdeDrive; 2],
}

/// The bus master DMA engine of one bus (`vmstate_bmdma`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "ide bmdma", version = 3, minimum_version = 0)]
pub struct Bmdma {
    pub cmd: u8,
    /// The status register, with two of its bits taken for the bus's error status. When the guest has set one of the
    /// two, the register follows in a subsection.
    pub migration_compat_status: u8,
    pub addr: u32,
    pub migration_retry_sector_num: i64,
    pub migration_retry_nsector: u32,
    /// Old versions stored more than 0 and 1 here; the last bit counts (`ide_pci_post_load`).
    pub migration_retry_unit: u8,
    #[vmstate(subsection)]
    pub current: Option<BmdmaCurrent>,
    #[vmstate(subsection)]
    pub status: Option<BmdmaStatus>,
}

/// A transfer that stopped inside a descriptor (`vmstate_bmdma_current`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "ide bmdma_current", version = 1)]
pub struct BmdmaCurrent {
    pub cur_addr: u32,
    pub cur_prd_last: u32,
    pub cur_prd_addr: u32,
    pub cur_prd_len: u32,
}

/// The real status register (`vmstate_bmdma_status`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "ide bmdma/status", version = 1)]
pub struct BmdmaStatus {
    pub status: u8,
}
