//! `pmsmb` (hw/i2c/pm_smbus.c): the SMBus controller inside the PIIX4 and the ICH9.

use vmsd_schema::VmState;

/// Bytes of a block transfer (`PM_SMBUS_MAX_MSG_SIZE`).
const MAX_MSG_SIZE: usize = 32;

/// The controller's registers and the transfer that is going on.
#[derive(Default, VmState)]
#[vmstate(name = "pmsmb", version = 1)]
pub(crate) struct PmSmBus {
    /// Host status.
    smb_stat: u8,
    /// Host control.
    smb_ctl: u8,
    /// The command byte.
    smb_cmd: u8,
    /// The target's address.
    smb_addr: u8,
    /// The first data byte; of a block its length.
    smb_data0: u8,
    /// The second data byte.
    smb_data1: u8,
    /// The next byte of the block; one past the last is allowed, and QEMU wraps it before use.
    #[vmstate(max = MAX_MSG_SIZE)]
    smb_index: u32,
    /// The block.
    smb_data: [u8; MAX_MSG_SIZE],
    /// Auxiliary control.
    smb_auxctl: u8,
    /// The byte of a block that goes byte by byte.
    smb_blkdata: u8,
    /// I2C rather than SMBus.
    i2c_enable: bool,
    /// The command is complete.
    op_done: bool,
    /// An I2C block read goes on.
    in_i2c_block_read: bool,
    /// Reading the status starts the transfer.
    start_transaction_on_status_read: bool,
}
