//! `usb-hub` (hw/usb/dev-hub.c): a USB 1.1 hub of up to eight ports.

use vmsd_schema::{Timer, VmState};

use super::usb::UsbDevice;

/// The hub; the places of all eight ports are sent, whatever the property `ports` says.
#[derive(Default, VmState)]
#[vmstate(name = "usb-hub", version = 1)]
pub(crate) struct UsbHub {
    dev: UsbDevice,
    ports: [UsbHubPort; 8],
    /// Sent when the hub switches the power of its ports (`port-power=on`).
    #[vmstate(subsection)]
    port_timer: Option<PortTimer>,
}

/// What the guest reads of a port.
#[derive(Default, VmState)]
#[vmstate(name = "usb-hub-port", version = 1)]
struct UsbHubPort {
    #[vmstate(name = "wPortStatus")]
    status: u16,
    #[vmstate(name = "wPortChange")]
    change: u16,
}

/// When ports that were switched on report what is plugged in.
#[derive(Default, VmState)]
#[vmstate(name = "usb-hub/port-timer", version = 1)]
struct PortTimer {
    port_timer: Timer,
}
