//! `ide`: a PCI IDE controller with two buses of two drives (QEMU: hw/ide/pci.c; piix3-ide, piix4-ide …).

use vmsd_schema::VmState;

use super::ide_bus::IdeBus;
use super::ide_drive::IdeDrive;
use super::pci::PciDevice;

/// A PCI IDE controller (`vmstate_ide_pci`).
#[derive(Default, VmState)]
#[vmstate(name = "ide", version = 3, minimum_version = 0)]
pub(crate) struct Ide {
    parent_obj: PciDevice,
    bmdma: [Bmdma; 2],
    #[vmstate(since = 1)]
    bus: [IdeBus; 2],
    #[vmstate(since = 3, name = "bus[0].ifs")]
    primary: [IdeDrive; 2],
    #[vmstate(since = 3, name = "bus[1].ifs")]
    secondary: [IdeDrive; 2],
}

/// The bus master DMA engine of one bus (`vmstate_bmdma`).
#[derive(Default, VmState)]
#[vmstate(name = "ide bmdma", version = 3, minimum_version = 0)]
struct Bmdma {
    cmd: u8,
    /// The status register, with bits 3 to 6 of the bus's error status in the place of its own. When one of its own is
    /// set, the register follows in a subsection (`ide_bmdma_pre_save`).
    migration_compat_status: u8,
    addr: u32,
    migration_retry_sector_num: i64,
    migration_retry_nsector: u32,
    /// Old versions stored more than 0 and 1 here; the last bit counts (`ide_pci_post_load`).
    migration_retry_unit: u8,
    #[vmstate(subsection)]
    current: Option<BmdmaCurrent>,
    #[vmstate(subsection)]
    status: Option<BmdmaStatus>,
}

/// A transfer that stopped inside a descriptor (`vmstate_bmdma_current`).
#[derive(Default, VmState)]
#[vmstate(name = "ide bmdma_current", version = 1)]
struct BmdmaCurrent {
    cur_addr: u32,
    cur_prd_last: u32,
    cur_prd_addr: u32,
    cur_prd_len: u32,
}

/// The real status register (`vmstate_bmdma_status`).
#[derive(Default, VmState)]
#[vmstate(name = "ide bmdma/status", version = 1)]
struct BmdmaStatus {
    status: u8,
}

#[cfg(test)]
mod tests {
    use super::*;
    use vmsd_schema::{load, save};

    #[test]
    fn old_versions_send_fewer_parts() {
        let pci = 4 + 256 + 16;
        for (version, len) in [
            (0, pci + 2 * 19),
            (1, pci + 2 * (19 + 2)),
            (2, pci + 2 * (19 + 2)),
            (3, pci + 2 * (19 + 2) + 4 * 28),
        ] {
            let bytes = save(&mut Ide::default(), version).unwrap();
            assert_eq!(bytes.len(), len, "version {version}");
            load(&mut Ide::default(), &bytes, version).unwrap();
        }
    }
}
