//! A drive on an IDE or AHCI bus: disk, CD-ROM, or the place of one (QEMU: hw/ide/core.c).

use vmsd_schema::VmState;

/// One drive (`vmstate_ide_drive`).
#[derive(VmState)]
#[vmstate(name = "ide_drive", version = 3, minimum_version = 0, default)]
pub(crate) struct IdeDrive {
    mult_sectors: i32,
    identify_set: i32,
    #[vmstate(buffer, exists = Self::is_identify_set)]
    identify_data: [u8; 512],
    feature: u8,
    error: u8,
    nsector: u32,
    sector: u8,
    lcyl: u8,
    hcyl: u8,
    hob_feature: u8,
    hob_sector: u8,
    hob_nsector: u8,
    hob_lcyl: u8,
    hob_hcyl: u8,
    select: u8,
    status: u8,
    lba48: u8,
    sense_key: u8,
    asc: u8,
    #[vmstate(since = 3)]
    cdrom_changed: u8,
    #[vmstate(subsection)]
    pio_state: Option<IdeDrivePioState>,
    #[vmstate(subsection)]
    tray_state: Option<IdeDriveTrayState>,
    #[vmstate(subsection)]
    gesn_state: Option<IdeDriveGesnState>,
}

impl IdeDrive {
    fn is_identify_set(&self, _version: u32) -> bool {
        self.identify_set != 0
    }
}

/// A transfer in the middle of the data port (`vmstate_ide_drive_pio_state`).
#[derive(VmState)]
#[vmstate(name = "ide_drive/pio_state", version = 1, default)]
struct IdeDrivePioState {
    req_nb_sectors: i32,
    #[vmstate(since = 1, len = io_buffer_total_len)]
    io_buffer: Vec<u8>,
    #[vmstate(max = self.io_buffer_total_len)]
    cur_io_buffer_offset: i32,
    /// QEMU builds pointers into the buffer from the two.
    #[vmstate(max = self.io_buffer_total_len - self.cur_io_buffer_offset)]
    cur_io_buffer_len: i32,
    /// What comes after the transfer: an index into a table of six functions (`transfer_end_table`).
    #[vmstate(max = 5)]
    end_transfer_fn_idx: u8,
    elementary_transfer_size: i32,
    packet_transfer_size: i32,
    /// Never sent: 256 sectors and 4 bytes (`ide_init1`).
    #[vmstate(skip, default = 256 * 512 + 4)]
    io_buffer_total_len: i32,
}

/// The tray of a CD-ROM that is open or locked (`vmstate_ide_tray_state`).
#[derive(Default, VmState)]
#[vmstate(name = "ide_drive/tray_state", version = 1)]
struct IdeDriveTrayState {
    tray_open: bool,
    tray_locked: bool,
}

/// Events that the guest has not asked for yet with GET EVENT STATUS NOTIFICATION (`vmstate_ide_atapi_gesn_state`).
#[derive(Default, VmState)]
#[vmstate(name = "ide_drive/atapi/gesn_state", version = 1, prefix = "events.")]
struct IdeDriveGesnState {
    new_media: bool,
    eject_request: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use vmsd_schema::{load, save, ErrorKind};

    #[test]
    fn the_cursor_of_a_transfer_stays_in_its_buffer() {
        let mut quiet = IdeDrivePioState {
            io_buffer: vec![0; 131_076],
            ..IdeDrivePioState::default()
        };
        let quiet = save(&mut quiet, 1).unwrap();
        let behind = 4 + 131_076;
        for (offset, name, bad) in [
            (behind, "cur_io_buffer_offset", 0x7f),
            (behind + 4, "cur_io_buffer_len", 0xff),
            (behind + 8, "end_transfer_fn_idx", 6),
        ] {
            let mut bytes = quiet.clone();
            bytes[offset] = bad;
            let error = load(&mut IdeDrivePioState::default(), &bytes, 1).unwrap_err();
            assert_eq!(
                (error.kind(), error.path().as_str()),
                (ErrorKind::Bound, name)
            );
        }
    }

    #[test]
    fn version_2_does_not_send_cdrom_changed() {
        let bytes = save(&mut IdeDrive::default(), 2).unwrap();
        assert_eq!(bytes.len(), 27);
        load(&mut IdeDrive::default(), &bytes, 2).unwrap();
    }
}
