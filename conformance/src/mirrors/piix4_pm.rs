//! `piix4_pm` (hw/acpi/piix4.c): power management, SMBus and ACPI hotplug of the `pc` machine.
//!
//! Which of its hotplug fields exist follows from properties of the device and of the machine type, not from a
//! version: they are facts of the destination.

use vmsd_schema::{Timer, VmState};

use super::acpi::{AcpiPciHpPciStatus, ApmState, CpuHotplugState, MemHotplugState, MAX_HOTPLUG_BUS};
use super::pci::PciDevice;
use super::pm_smbus::PmSmBus;

/// The function.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(name = "piix4_pm", version = 3, default)]
pub struct Piix4Pm {
    /// The PCI device.
    pub parent_obj: PciDevice,
    /// PM1 status.
    #[vmstate(name = "ar.pm1.evt.sts")]
    pub pm1_sts: u16,
    /// PM1 enable.
    #[vmstate(name = "ar.pm1.evt.en")]
    pub pm1_en: u16,
    /// PM1 control.
    #[vmstate(name = "ar.pm1.cnt.cnt")]
    pub pm1_cnt: u16,
    /// The APM ports.
    pub apm: ApmState,
    /// Machine types from 3.0 on migrate the SMBus.
    #[vmstate(skip, default = true)]
    pub migrates_smbus: bool,
    /// The SMBus controller.
    #[vmstate(exists = migrates_smbus)]
    pub smb: PmSmBus,
    /// The PM timer's next overflow.
    #[vmstate(name = "ar.tmr.timer")]
    pub tmr_timer: Timer,
    /// The same, in ticks of the PM timer.
    #[vmstate(name = "ar.tmr.overflow_time")]
    pub tmr_overflow_time: i64,
    /// General-purpose events.
    #[vmstate(name = "ar.gpe")]
    pub gpe: Gpe,
    /// Hotplug of the root bus alone: `acpi-pci-hotplug-with-bridge-support=off`.
    #[vmstate(skip)]
    pub root_hotplug: bool,
    /// The root bus. The name is that of the C expression.
    #[vmstate(name = "acpi_pci_hotplug.acpi_pcihp_pci_status[0x0]", exists = root_hotplug)]
    pub root_status: PciStatus,
    /// Hotplug of every bus.
    #[vmstate(skip, default = true)]
    pub bridge_hotplug: bool,
    /// The bus that the registers show. The guest writes any number; QEMU compares it at each use.
    #[vmstate(name = "acpi_pci_hotplug.hotplug_select", exists = bridge_hotplug)]
    pub hotplug_select: u32,
    /// Each bus.
    #[vmstate(name = "acpi_pci_hotplug.acpi_pcihp_pci_status", exists = bridge_hotplug)]
    pub pci_status: [AcpiPciHpPciStatus; MAX_HOTPLUG_BUS],
    /// Machine types after 6.2 migrate the index; its predicate never held before (`x-not-migrate-acpi-index`).
    #[vmstate(skip, default = true)]
    pub migrates_acpi_index: bool,
    /// The ACPI index of the slot that the registers show.
    #[vmstate(name = "acpi_pci_hotplug.acpi_index", exists = migrates_acpi_index)]
    pub acpi_index: u32,
    /// Sent when memory hotplug is on.
    #[vmstate(subsection)]
    pub memhp: Option<Piix4PmMemhp>,
    /// Sent when CPU hotplug is the modern one. From 11.1 on it always is.
    #[vmstate(subsection)]
    pub cpuhp: Option<Piix4PmCpuhp>,
}

/// Four event bytes, written as two words of the host's byte order.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "gpe", version = 1)]
pub struct Gpe {
    /// Status.
    pub sts: u16,
    /// Enable.
    pub en: u16,
}

/// The slots of the root bus, where hotplug knows no other.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "pci_status", version = 1)]
pub struct PciStatus {
    /// Slots whose device came.
    pub up: u32,
    /// Slots whose device shall go.
    pub down: u32,
}

/// Memory hotplug.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "piix4_pm/memhp", version = 1)]
pub struct Piix4PmMemhp {
    /// The controller.
    pub acpi_memory_hotplug: MemHotplugState,
}

/// CPU hotplug.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "piix4_pm/cpuhp", version = 1)]
pub struct Piix4PmCpuhp {
    /// The controller.
    pub cpuhp_state: CpuHotplugState,
}
