//! `serial`: a serial port with a 16550A on the ISA bus (QEMU: hw/char/serial.c and hw/char/serial-isa.c).

use vmsd_schema::{Error, ErrorKind, Result, Timer, VmState};

use super::fifo8::Fifo8;

/// The ISA device (`vmstate_isa_serial`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "serial", version = 3, minimum_version = 2)]
pub struct IsaSerial {
    pub state: Serial,
}

/// The 16550A (`vmstate_serial`).
#[derive(Clone, Debug, VmState)]
#[vmstate(name = "serial", version = 3, minimum_version = 2, post_load = Self::post_load, default)]
pub struct Serial {
    #[vmstate(since = 2)]
    pub divider: u16,
    pub rbr: u8,
    pub ier: u8,
    pub iir: u8,
    pub lcr: u8,
    pub mcr: u8,
    #[vmstate(default = Self::THRE | Self::TEMT)]
    pub lsr: u8,
    pub msr: u8,
    pub scr: u8,
    #[vmstate(since = 3)]
    pub fcr_vmstate: u8,
    #[vmstate(subsection)]
    pub thr_ipending: Option<SerialThrIpending>,
    #[vmstate(subsection)]
    pub tsr: Option<SerialTsr>,
    #[vmstate(subsection)]
    pub recv_fifo: Option<SerialRecvFifo>,
    #[vmstate(subsection)]
    pub xmit_fifo: Option<SerialXmitFifo>,
    #[vmstate(subsection)]
    pub fifo_timeout_timer: Option<SerialFifoTimeoutTimer>,
    #[vmstate(subsection)]
    pub timeout_ipending: Option<SerialTimeoutIpending>,
    #[vmstate(subsection)]
    pub poll: Option<SerialPoll>,
}

impl Serial {
    /// Line status: the transmitter takes a byte.
    const THRE: u8 = 0x20;
    /// Line status: the transmitter is empty.
    const TEMT: u8 = 0x40;

    /// A byte that is still to be sent and an empty transmitter exclude each other (`serial_post_load`).
    fn post_load(&mut self, version: u32) -> Result<()> {
        if version < 3 {
            self.fcr_vmstate = 0;
        }
        let retries = self.tsr.as_ref().map_or(0, |tsr| tsr.tsr_retry);
        let empty = self.lsr & Self::TEMT != 0;
        match (retries, empty) {
            (0, true) | (1.., false) => Ok(()),
            (0, false) => Err(inconsistent("tsr not empty, tsr_retry=0".to_owned())),
            (1.., true) => Err(inconsistent(format!("tsr empty, tsr_retry={retries}"))),
        }
    }
}

fn inconsistent(what: String) -> Error {
    Error::new(ErrorKind::Validation, format!("inconsistent state in serial device ({what})"))
}

/// Whether the "transmitter takes a byte" interrupt is due, where `iir` tells another (`vmstate_serial_thr_ipending`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "serial/thr_ipending", version = 1)]
pub struct SerialThrIpending {
    pub thr_ipending: i32,
}

/// A byte that the backend did not take yet (`vmstate_serial_tsr`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "serial/tsr", version = 1)]
pub struct SerialTsr {
    pub tsr_retry: u32,
    pub thr: u8,
    pub tsr: u8,
}

/// Received bytes (`vmstate_serial_recv_fifo`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "serial/recv_fifo", version = 1)]
pub struct SerialRecvFifo {
    #[vmstate(since = 1)]
    pub recv_fifo: Fifo8,
}

/// Bytes to send (`vmstate_serial_xmit_fifo`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "serial/xmit_fifo", version = 1)]
pub struct SerialXmitFifo {
    #[vmstate(since = 1)]
    pub xmit_fifo: Fifo8,
}

/// When received bytes below the trigger level raise an interrupt (`vmstate_serial_fifo_timeout_timer`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "serial/fifo_timeout_timer", version = 1)]
pub struct SerialFifoTimeoutTimer {
    pub fifo_timeout_timer: Timer,
}

/// That interrupt is due (`vmstate_serial_timeout_ipending`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "serial/timeout_ipending", version = 1)]
pub struct SerialTimeoutIpending {
    pub timeout_ipending: i32,
}

/// Modem lines that are watched (`vmstate_serial_poll`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "serial/poll", version = 1)]
pub struct SerialPoll {
    pub poll_msl: i32,
    pub modem_status_poll: Timer,
}
