//! The bus between an IDE or AHCI controller and its drives (QEMU: hw/ide/core.c).

use vmsd_schema::VmState;

/// One bus (`vmstate_ide_bus`).
#[derive(Default, VmState)]
#[vmstate(name = "ide_bus", version = 1)]
pub(crate) struct IdeBus {
    cmd: u8,
    /// The selected drive: an index into two.
    #[vmstate(max = 1)]
    unit: u8,
    #[vmstate(subsection)]
    error: Option<IdeBusError>,
}

/// A request that failed and waits to be tried again (`vmstate_ide_error_status`).
#[derive(VmState)]
#[vmstate(name = "ide_bus/error", version = 2, minimum_version = 1, default)]
struct IdeBusError {
    error_status: i32,
    #[vmstate(since = 2)]
    retry_sector_num: i64,
    #[vmstate(since = 2)]
    retry_nsector: u32,
    #[vmstate(since = 2, validate = Self::retry_unit_is_a_drive, default = Self::NO_UNIT)]
    retry_unit: u8,
}

impl IdeBusError {
    /// What `retry_unit` is when nothing waits (`ide_clear_retry`).
    const NO_UNIT: u8 = 0xff;

    /// QEMU takes the drive by this index when it goes on (`bmdma_active_if`).
    fn retry_unit_is_a_drive(&self, _version: u32) -> bool {
        matches!(self.retry_unit, 0 | 1 | Self::NO_UNIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vmsd_schema::load;

    #[test]
    fn version_1_of_an_error_does_not_say_where_to_go_on() {
        let bytes = b"\xca\x01\x05\x0dide_bus/error\0\0\0\x01\0\0\0\x28";
        let mut bus = IdeBus::default();
        load(&mut bus, bytes, 1).unwrap();
        let error = bus.error.unwrap();
        assert_eq!(
            (error.error_status, error.retry_unit),
            (0x28, IdeBusError::NO_UNIT)
        );
    }
}
