//! `ehci` and `ehci-sysbus` (hw/usb/hcd-ehci.c): a USB 2.0 controller, on PCI or mapped into memory.

use vmsd_schema::{Timer, VmState};

use super::pci::PciDevice;

/// The PCI function.
#[derive(Default, VmState)]
#[vmstate(name = "ehci", version = 2, minimum_version = 1)]
pub(crate) struct Ehci {
    pcidev: PciDevice,
    #[vmstate(since = 2)]
    ehci: EhciCore,
}

/// The device of a machine without PCI.
#[derive(Default, VmState)]
#[vmstate(name = "ehci-sysbus", version = 2, minimum_version = 1)]
pub(crate) struct EhciSysbus {
    #[vmstate(since = 2)]
    ehci: EhciCore,
}

/// The controller. Its queues stand in guest memory: QEMU walks the schedule anew when the machine runs
/// (`usb_ehci_vm_state_change`).
#[derive(Default, VmState)]
#[vmstate(
    name = "ehci-core",
    version = 2,
    minimum_version = 1,
    pre_save = Self::pre_save
)]
struct EhciCore {
    usbcmd: u32,
    usbsts: u32,
    #[vmstate(since = 2)]
    usbsts_pending: u32,
    #[vmstate(since = 2)]
    usbsts_frindex: u32,
    usbintr: u32,
    frindex: u32,
    ctrldssegment: u32,
    periodiclistbase: u32,
    asynclistaddr: u32,
    configflag: u32,
    #[vmstate(name = "portsc[0]")]
    portsc0: u32,
    #[vmstate(name = "portsc[1]")]
    portsc1: u32,
    #[vmstate(name = "portsc[2]")]
    portsc2: u32,
    #[vmstate(name = "portsc[3]")]
    portsc3: u32,
    #[vmstate(name = "portsc[4]")]
    portsc4: u32,
    #[vmstate(name = "portsc[5]")]
    portsc5: u32,
    frame_timer: Timer,
    last_run_ns: u64,
    async_stepdown: u32,
    /// States of the two schedules.
    astate: u32,
    pstate: u32,
    a_fetch_addr: u32,
    p_fetch_addr: u32,
}

impl EhciCore {
    /// Nanoseconds of a microframe.
    const MICROFRAME: u64 = 125_000;

    /// Old versions know whole frames only (`usb_ehci_pre_save`).
    fn pre_save(&mut self) -> vmsd_schema::Result<()> {
        let beyond = self.frindex % 8;
        self.frindex -= beyond;
        self.last_run_ns = self
            .last_run_ns
            .wrapping_sub(u64::from(beyond) * Self::MICROFRAME);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vmsd_schema::{load, save};

    #[test]
    fn a_frame_that_has_begun_is_sent_from_its_start() {
        let mut busy = Ehci::default();
        busy.ehci.frindex = 0x1005;
        busy.ehci.last_run_ns = 1_000_000;
        let bytes = save(&mut busy, 2).unwrap();
        let mut loaded = Ehci::default();
        load(&mut loaded, &bytes, 2).unwrap();
        assert_eq!(
            (loaded.ehci.frindex, loaded.ehci.last_run_ns),
            (0x1000, 375_000)
        );
    }
}
