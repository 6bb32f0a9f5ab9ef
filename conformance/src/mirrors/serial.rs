//! `serial`: a serial port, a 16550A (QEMU: hw/char/serial.c, hw/char/serial-isa.c and hw/char/serial-mm.c).

use vmsd_schema::{Error, ErrorKind, Result, Timer, VmState};

use super::fifo8::Fifo8;

/// The device around the chip: on the ISA bus (`vmstate_isa_serial`), or mapped into memory (`vmstate_serial_mm`). QEMU
/// calls both `serial`.
#[derive(VmState)]
#[vmstate(name = "serial", version = 3, minimum_version = 2, default)]
pub(crate) struct SerialDevice {
    #[vmstate(exists = on_isa_bus)]
    state: Serial,
    #[vmstate(exists = Self::is_mapped)]
    serial: Serial,
    #[vmstate(skip, default = true)]
    on_isa_bus: bool,
}

impl SerialDevice {
    /// A device that is mapped into memory.
    pub(crate) fn mapped() -> Self {
        Self {
            on_isa_bus: false,
            ..Self::default()
        }
    }

    fn is_mapped(&self, _version: u32) -> bool {
        !self.on_isa_bus
    }
}

/// The 16550A (`vmstate_serial`).
#[derive(VmState)]
#[vmstate(name = "serial", version = 3, minimum_version = 2, post_load = Self::post_load, default)]
struct Serial {
    #[vmstate(since = 2)]
    divider: u16,
    rbr: u8,
    ier: u8,
    iir: u8,
    lcr: u8,
    mcr: u8,
    #[vmstate(default = Self::THRE | Self::TEMT)]
    lsr: u8,
    msr: u8,
    scr: u8,
    #[vmstate(since = 3)]
    fcr_vmstate: u8,
    #[vmstate(subsection)]
    thr_ipending: Option<SerialThrIpending>,
    #[vmstate(subsection)]
    tsr: Option<SerialTsr>,
    #[vmstate(subsection)]
    recv_fifo: Option<SerialRecvFifo>,
    #[vmstate(subsection)]
    xmit_fifo: Option<SerialXmitFifo>,
    #[vmstate(subsection)]
    fifo_timeout_timer: Option<SerialFifoTimeoutTimer>,
    #[vmstate(subsection)]
    timeout_ipending: Option<SerialTimeoutIpending>,
    #[vmstate(subsection)]
    poll: Option<SerialPoll>,
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
    Error::new(
        ErrorKind::Validation,
        format!("inconsistent state in serial device ({what})"),
    )
}

/// Whether the "transmitter takes a byte" interrupt is due, where `iir` tells another (`vmstate_serial_thr_ipending`).
#[derive(Default, VmState)]
#[vmstate(name = "serial/thr_ipending", version = 1)]
struct SerialThrIpending {
    thr_ipending: i32,
}

/// A byte that the backend did not take yet (`vmstate_serial_tsr`).
#[derive(Default, VmState)]
#[vmstate(name = "serial/tsr", version = 1)]
struct SerialTsr {
    tsr_retry: u32,
    thr: u8,
    tsr: u8,
}

/// Received bytes (`vmstate_serial_recv_fifo`).
#[derive(Default, VmState)]
#[vmstate(name = "serial/recv_fifo", version = 1)]
struct SerialRecvFifo {
    #[vmstate(since = 1)]
    recv_fifo: Fifo8,
}

/// Bytes to send (`vmstate_serial_xmit_fifo`).
#[derive(Default, VmState)]
#[vmstate(name = "serial/xmit_fifo", version = 1)]
struct SerialXmitFifo {
    #[vmstate(since = 1)]
    xmit_fifo: Fifo8,
}

/// When received bytes below the trigger level raise an interrupt (`vmstate_serial_fifo_timeout_timer`).
#[derive(Default, VmState)]
#[vmstate(name = "serial/fifo_timeout_timer", version = 1)]
struct SerialFifoTimeoutTimer {
    fifo_timeout_timer: Timer,
}

/// That interrupt is due (`vmstate_serial_timeout_ipending`).
#[derive(Default, VmState)]
#[vmstate(name = "serial/timeout_ipending", version = 1)]
struct SerialTimeoutIpending {
    timeout_ipending: i32,
}

/// Modem lines that are watched (`vmstate_serial_poll`).
#[derive(Default, VmState)]
#[vmstate(name = "serial/poll", version = 1)]
struct SerialPoll {
    poll_msl: i32,
    modem_status_poll: Timer,
}

#[cfg(test)]
mod tests {
    use super::*;
    use vmsd_schema::{load, save, ErrorKind};

    #[test]
    fn a_byte_to_send_and_an_empty_transmitter_exclude_each_other() {
        let quiet = save(&mut SerialDevice::default(), 3).unwrap();
        let mut busy = quiet.clone();
        busy[7] = 0; // lsr
        let error = load(&mut SerialDevice::default(), &busy, 3).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Validation);

        let tsr = [b"\x05\x0aserial/tsr\0\0\0\x01".as_slice(), b"\0\0\0\x01AB"].concat();
        busy.extend_from_slice(&tsr);
        let mut loaded = SerialDevice::default();
        load(&mut loaded, &busy, 3).unwrap();
        assert_eq!(save(&mut loaded, 3).unwrap(), busy);

        let empty = [quiet, tsr].concat();
        let error = load(&mut SerialDevice::default(), &empty, 3).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Validation);
    }
}
