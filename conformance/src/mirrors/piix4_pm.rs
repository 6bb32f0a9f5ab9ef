//! `piix4_pm` (hw/acpi/piix4.c): power management, SMBus and ACPI hotplug of the `pc` machine.
//!
//! Which of its hotplug fields exist follows from properties of the device and of the machine type, not from a
//! version: they are facts of the destination.

use vmsd_schema::{Timer, VmState};

use super::acpi::{
    AcpiPciHpPciStatus, ApmState, CpuHotplugState, MemHotplugState, MAX_HOTPLUG_BUS,
};
use super::pci::PciDevice;
use super::pm_smbus::PmSmBus;

/// The function.
#[derive(VmState)]
#[vmstate(name = "piix4_pm", version = 3, default)]
pub(crate) struct Piix4Pm {
    parent_obj: PciDevice,
    /// PM1 status.
    #[vmstate(name = "ar.pm1.evt.sts")]
    pm1_sts: u16,
    /// PM1 enable.
    #[vmstate(name = "ar.pm1.evt.en")]
    pm1_en: u16,
    /// PM1 control.
    #[vmstate(name = "ar.pm1.cnt.cnt")]
    pm1_cnt: u16,
    /// The APM ports.
    apm: ApmState,
    /// Machine types from 3.0 on migrate the SMBus; QEMU 11.1 has no others.
    #[vmstate(skip, default = true)]
    migrates_smbus: bool,
    #[vmstate(exists = migrates_smbus)]
    smb: PmSmBus,
    /// The PM timer's next overflow.
    #[vmstate(name = "ar.tmr.timer")]
    tmr_timer: Timer,
    /// The same, in ticks of the PM timer.
    #[vmstate(name = "ar.tmr.overflow_time")]
    tmr_overflow_time: i64,
    /// General-purpose events.
    #[vmstate(name = "ar.gpe", since = 2)]
    gpe: Gpe,
    /// Hotplug of the root bus alone: `acpi-pci-hotplug-with-bridge-support=off`.
    #[vmstate(skip)]
    root_hotplug: bool,
    /// The root bus. The name is that of the C expression.
    #[vmstate(name = "acpi_pci_hotplug.acpi_pcihp_pci_status[0x0]", exists = root_hotplug)]
    root_status: PciStatus,
    /// Hotplug of every bus.
    #[vmstate(skip, default = true)]
    bridge_hotplug: bool,
    /// The bus that the registers show. The guest writes any number; QEMU compares it at each use.
    #[vmstate(name = "acpi_pci_hotplug.hotplug_select", exists = bridge_hotplug)]
    hotplug_select: u32,
    #[vmstate(name = "acpi_pci_hotplug.acpi_pcihp_pci_status", exists = bridge_hotplug)]
    pci_status: [AcpiPciHpPciStatus; MAX_HOTPLUG_BUS],
    /// Machine types after 6.2 migrate the index; its predicate never held before (`x-not-migrate-acpi-index`).
    #[vmstate(skip, default = true)]
    migrates_acpi_index: bool,
    /// The ACPI index of the slot that the registers show.
    #[vmstate(name = "acpi_pci_hotplug.acpi_index", exists = migrates_acpi_index)]
    acpi_index: u32,
    /// Sent when memory hotplug is on.
    #[vmstate(subsection)]
    memhp: Option<Piix4PmMemhp>,
    /// Sent when CPU hotplug is not the legacy one; QEMU 11.1 always sends it.
    #[vmstate(subsection)]
    cpuhp: Option<Piix4PmCpuhp>,
}

impl Piix4Pm {
    /// On machine types up to 6.2.
    pub(crate) fn without_acpi_index() -> Self {
        Self {
            migrates_acpi_index: false,
            ..Self::default()
        }
    }

    /// With `acpi-pci-hotplug-with-bridge-support=off`.
    pub(crate) fn without_bridge_hotplug() -> Self {
        Self {
            root_hotplug: true,
            bridge_hotplug: false,
            ..Self::without_acpi_index()
        }
    }

    /// On machine types up to 2.12.
    pub(crate) fn without_smbus() -> Self {
        Self {
            migrates_smbus: false,
            ..Self::without_acpi_index()
        }
    }
}

/// Four event bytes, written as two words of the host's byte order.
#[derive(Default, VmState)]
#[vmstate(name = "gpe", version = 1)]
struct Gpe {
    /// Status.
    sts: u16,
    /// Enable.
    en: u16,
}

/// The slots of the root bus, where hotplug knows no other.
#[derive(Default, VmState)]
#[vmstate(name = "pci_status", version = 1)]
struct PciStatus {
    /// Slots whose device came.
    up: u32,
    /// Slots whose device shall go.
    down: u32,
}

/// Memory hotplug.
#[derive(Default, VmState)]
#[vmstate(name = "piix4_pm/memhp", version = 1)]
struct Piix4PmMemhp {
    #[vmstate(since = 1)]
    acpi_memory_hotplug: MemHotplugState,
}

/// CPU hotplug.
#[derive(Default, VmState)]
#[vmstate(name = "piix4_pm/cpuhp", version = 1)]
struct Piix4PmCpuhp {
    #[vmstate(since = 1)]
    cpuhp_state: CpuHotplugState,
}
