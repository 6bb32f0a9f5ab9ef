//! `pmsmb` (hw/i2c/pm_smbus.c): the SMBus controller inside the PIIX4 and the ICH9.

use vmsd_schema::VmState;

/// Bytes of a block transfer (`PM_SMBUS_MAX_MSG_SIZE`).
const MAX_MSG_SIZE: usize = 32;

/// The controller's registers and the transfer that is going on.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "pmsmb", version = 1)]
pub struct PmSmBus {
    /// Host status.
    pub smb_stat: u8,
    /// Host control.
    pub smb_ctl: u8,
    /// The command byte.
    pub smb_cmd: u8,
    /// The target's address.
    pub smb_addr: u8,
    /// The first data byte; of a block its length.
    pub smb_data0: u8,
    /// The second data byte.
    pub smb_data1: u8,
    /// The next byte of the block; one past the last is allowed, and QEMU wraps it before use.
    #[vmstate(max = MAX_MSG_SIZE)]
    pub smb_index: u32,
    /// The block.
    pub smb_data: [u8; MAX_MSG_SIZE],
    /// Auxiliary control.
    pub smb_auxctl: u8,
    /// The byte of a block that goes byte by byte.
    pub smb_blkdata: u8,
    /// I2C rather than SMBus.
    pub i2c_enable: bool,
    /// The command is complete.
    pub op_done: bool,
    /// An I2C block read goes on.
    pub in_i2c_block_read: bool,
    /// Reading the status starts the transfer.
    pub start_transaction_on_status_read: bool,
}
