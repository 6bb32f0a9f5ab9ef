//! The bus between an IDE or AHCI controller and its drives (QEMU: hw/ide/core.c).

use vmsd_schema::VmState;

/// One bus (`vmstate_ide_bus`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "ide_bus", version = 1)]
pub struct IdeBus {
    pub cmd: u8,
    /// The selected drive: an index into two.
    #[vmstate(max = 1)]
    pub unit: u8,
    #[vmstate(subsection)]
    pub error: Option<IdeBusError>,
}

/// A request that failed and waits to be tried again (`vmstate_ide_error_status`).
#[derive(Clone, Debug, VmState)]
#[vmstate(name = "ide_bus/error", version = 2, minimum_version = 1, default)]
pub struct IdeBusError {
    pub error_status: i32,
    #[vmstate(since = 2)]
    pub retry_sector_num: i64,
    #[vmstate(since = 2)]
    pub retry_nsector: u32,
    #[vmstate(since = 2, validate = Self::retry_unit_is_a_drive, default = Self::NO_UNIT)]
    pub retry_unit: u8,
}

impl IdeBusError {
    /// What `retry_unit` is when nothing waits (`ide_clear_retry`).
    pub const NO_UNIT: u8 = 0xff;

    /// QEMU takes the drive by this index when it goes on (`bmdma_active_if`).
    fn retry_unit_is_a_drive(&self, _version: u32) -> bool {
        matches!(self.retry_unit, 0 | 1 | Self::NO_UNIT)
    }
}
