//! A drive on an IDE or AHCI bus: disk, CD-ROM, or the place of one (QEMU: hw/ide/core.c).

use vmsd_schema::VmState;

/// One drive (`vmstate_ide_drive`).
#[derive(Clone, Debug, VmState)]
#[vmstate(name = "ide_drive", version = 3, minimum_version = 0, default)]
pub struct IdeDrive {
    pub mult_sectors: i32,
    pub identify_set: i32,
    #[vmstate(buffer, exists = Self::is_identify_set)]
    pub identify_data: [u8; 512],
    pub feature: u8,
    pub error: u8,
    pub nsector: u32,
    pub sector: u8,
    pub lcyl: u8,
    pub hcyl: u8,
    pub hob_feature: u8,
    pub hob_sector: u8,
    pub hob_nsector: u8,
    pub hob_lcyl: u8,
    pub hob_hcyl: u8,
    pub select: u8,
    pub status: u8,
    pub lba48: u8,
    pub sense_key: u8,
    pub asc: u8,
    #[vmstate(since = 3)]
    pub cdrom_changed: u8,
    #[vmstate(subsection)]
    pub pio_state: Option<IdeDrivePioState>,
    #[vmstate(subsection)]
    pub tray_state: Option<IdeDriveTrayState>,
    #[vmstate(subsection)]
    pub gesn_state: Option<IdeDriveGesnState>,
}

impl IdeDrive {
    fn is_identify_set(&self, _version: u32) -> bool {
        self.identify_set != 0
    }
}

/// A transfer in the middle of the data port (`vmstate_ide_drive_pio_state`).
#[derive(Clone, Debug, VmState)]
#[vmstate(name = "ide_drive/pio_state", version = 1, default)]
pub struct IdeDrivePioState {
    pub req_nb_sectors: i32,
    #[vmstate(since = 1, len = io_buffer_total_len)]
    pub io_buffer: Vec<u8>,
    #[vmstate(max = self.io_buffer_total_len)]
    pub cur_io_buffer_offset: i32,
    /// QEMU builds pointers into the buffer from the two.
    #[vmstate(max = self.io_buffer_total_len - self.cur_io_buffer_offset)]
    pub cur_io_buffer_len: i32,
    /// What comes after the transfer: an index into a table of six functions (`transfer_end_table`).
    #[vmstate(max = 5)]
    pub end_transfer_fn_idx: u8,
    pub elementary_transfer_size: i32,
    pub packet_transfer_size: i32,
    /// Never sent: 256 sectors and 4 bytes (`ide_init1`).
    #[vmstate(skip, default = 256 * 512 + 4)]
    pub io_buffer_total_len: i32,
}

/// The tray of a CD-ROM that is open or locked (`vmstate_ide_tray_state`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "ide_drive/tray_state", version = 1)]
pub struct IdeDriveTrayState {
    pub tray_open: bool,
    pub tray_locked: bool,
}

/// Events that the guest has not asked for yet with GET EVENT STATUS NOTIFICATION (`vmstate_ide_atapi_gesn_state`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "ide_drive/atapi/gesn_state", version = 1)]
pub struct IdeDriveGesnState {
    #[vmstate(name = "events.new_media")]
    pub new_media: bool,
    #[vmstate(name = "events.eject_request")]
    pub eject_request: bool,
}
