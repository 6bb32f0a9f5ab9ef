//! `uhci` (hw/usb/hcd-uhci.c): a USB 1.1 controller, of the PIIX or the ICH9.

use vmsd_schema::{Timer, VmState};

use super::pci::PciDevice;

const PORTS: u8 = 2;

/// The controller. Transfers stand in guest memory and are not sent.
#[derive(VmState)]
#[vmstate(name = "uhci", version = 3, minimum_version = 1, default)]
pub(crate) struct Uhci {
    dev: PciDevice,
    #[vmstate(equal, default = PORTS)]
    num_ports_vmstate: u8,
    #[vmstate(since = 1)]
    ports: [UhciPort; PORTS as usize],
    cmd: u16,
    status: u16,
    intr: u16,
    frnum: u16,
    fl_base_addr: u32,
    #[vmstate(default = 64)]
    sof_timing: u8,
    status2: u8,
    frame_timer: Timer,
    /// When the next frame ends. QEMU takes the next millisecond where it is not sent (`uhci_post_load`).
    #[vmstate(since = 2)]
    expire_time: i64,
    #[vmstate(since = 3)]
    pending_int_mask: u32,
}

/// A port.
#[derive(Default, VmState)]
#[vmstate(name = "uhci port", version = 1)]
struct UhciPort {
    ctrl: u16,
}

#[cfg(test)]
mod tests {
    use super::*;
    use vmsd_schema::{load, save, ErrorKind};

    #[test]
    fn old_versions_send_fewer_parts() {
        let pci = 4 + 256 + 16;
        for (version, more) in [(1, 27), (2, 35), (3, 39)] {
            let bytes = save(&mut Uhci::default(), version).unwrap();
            assert_eq!(bytes.len(), pci + more, "version {version}");
            load(&mut Uhci::default(), &bytes, version).unwrap();
        }
    }

    #[test]
    fn the_number_of_ports_is_the_destinations() {
        let mut bytes = save(&mut Uhci::default(), 3).unwrap();
        bytes[4 + 256 + 16] = 3;
        let error = load(&mut Uhci::default(), &bytes, 3).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Mismatch);
    }
}
