//! `xhci` and `xhci-sysbus` (hw/usb/hcd-xhci.c): a USB 3 controller, on PCI or mapped into memory.

use vmsd_schema::{Timer, VmState};

use super::pci::{Msix, PciDevice};

const PORTS: u32 = 8;
const SLOTS: u32 = 64;
const INTERRUPTERS: u32 = 16;

/// The PCI function.
#[derive(VmState)]
#[vmstate(name = "xhci", version = 1, minimum_version = 0, default)]
pub(crate) struct Xhci {
    #[vmstate(name = "parent_obj", default = PciDevice::express())]
    parent_obj: PciDevice,
    #[vmstate(name = "parent_obj", default = Msix::with_vectors(INTERRUPTERS as usize))]
    msix: Msix,
    #[vmstate(since = 1)]
    xhci: XhciCore,
}

/// The device of a machine without PCI (since 6.0).
#[derive(Default, VmState)]
#[vmstate(name = "xhci-sysbus", version = 1, minimum_version = 0)]
pub(crate) struct XhciSysbus {
    #[vmstate(since = 1)]
    xhci: XhciCore,
}

/// The controller. What a slot does stands in guest memory: QEMU reads it there after the load
/// (`usb_xhci_post_load`).
#[derive(VmState)]
#[vmstate(name = "xhci-core", version = 1, minimum_version = 0, default)]
struct XhciCore {
    /// Properties `p2` and `p3`, together.
    #[vmstate(skip, default = PORTS)]
    numports: u32,
    /// A property of the NEC controller.
    #[vmstate(skip, default = SLOTS)]
    numslots: u32,
    /// A property of the NEC controller.
    #[vmstate(skip, default = INTERRUPTERS)]
    numintrs: u32,
    #[vmstate(since = 1, len = numports, default = filled(PORTS))]
    ports: Vec<XhciPort>,
    #[vmstate(since = 1, len = numslots, default = filled(SLOTS))]
    slots: Vec<XhciSlot>,
    #[vmstate(since = 1, len = numintrs, uncompressed, default = filled(INTERRUPTERS))]
    intr: Vec<XhciInterrupter>,
    usbcmd: u32,
    usbsts: u32,
    dnctrl: u32,
    crcr_low: u32,
    crcr_high: u32,
    dcbaap_low: u32,
    dcbaap_high: u32,
    config: u32,
    mfindex_start: i64,
    mfwrap_timer: Timer,
    #[vmstate(since = 1)]
    cmd_ring: XhciRing,
}

/// A port.
#[derive(Default, VmState)]
#[vmstate(name = "xhci-port", version = 1, minimum_version = 0)]
struct XhciPort {
    portsc: u32,
}

/// Whether a slot has a device, and whether that has an address.
#[derive(Default, VmState)]
#[vmstate(name = "xhci-slot", version = 1, minimum_version = 0)]
struct XhciSlot {
    enabled: bool,
    addressed: bool,
}

/// A ring of events to the guest.
///
/// Behind `er_full_unused` QEMU's table has a queue for when the ring is full, behind a predicate that never holds
/// (`xhci_er_full`): the queue is no more, and the fields never come.
#[derive(Default, VmState)]
#[vmstate(name = "xhci-intr", version = 1, minimum_version = 0)]
struct XhciInterrupter {
    iman: u32,
    imod: u32,
    erstsz: u32,
    erstba_low: u32,
    erstba_high: u32,
    erdp_low: u32,
    erdp_high: u32,
    msix_used: bool,
    er_pcs: bool,
    er_start: u64,
    er_size: u32,
    er_ep_idx: u32,
    er_full_unused: bool,
}

/// The ring of commands from the guest.
#[derive(Default, VmState)]
#[vmstate(name = "xhci-ring", version = 1, minimum_version = 0)]
struct XhciRing {
    dequeue: u64,
    ccs: bool,
}

fn filled<T: Default>(count: u32) -> Vec<T> {
    (0..count).map(|_| T::default()).collect()
}
