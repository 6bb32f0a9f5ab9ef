//! `ich9_pm` (hw/acpi/ich9.c): power management and ACPI hotplug of the `q35` machine, inside `ICH9LPC`.

use vmsd_schema::{Timer, VmState};

use super::acpi::{AcpiPciHpPciStatus, CpuHotplugState, MemHotplugState, MAX_HOTPLUG_BUS};

/// Bytes of each general-purpose event register (`ICH9_PMIO_GPE0_LEN`).
const GPE0_LEN: usize = 16;

/// The registers at PMBASE.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "ich9_pm", version = 1)]
pub struct Ich9Pm {
    /// PM1 status.
    #[vmstate(name = "acpi_regs.pm1.evt.sts")]
    pub pm1_sts: u16,
    /// PM1 enable.
    #[vmstate(name = "acpi_regs.pm1.evt.en")]
    pub pm1_en: u16,
    /// PM1 control.
    #[vmstate(name = "acpi_regs.pm1.cnt.cnt")]
    pub pm1_cnt: u16,
    /// The PM timer's next overflow.
    #[vmstate(name = "acpi_regs.tmr.timer")]
    pub tmr_timer: Timer,
    /// The same, in ticks of the PM timer.
    #[vmstate(name = "acpi_regs.tmr.overflow_time")]
    pub tmr_overflow_time: i64,
    /// General-purpose event status.
    #[vmstate(name = "acpi_regs.gpe.sts")]
    pub gpe_sts: [u8; GPE0_LEN],
    /// General-purpose event enable.
    #[vmstate(name = "acpi_regs.gpe.en")]
    pub gpe_en: [u8; GPE0_LEN],
    /// SMI enable.
    pub smi_en: u32,
    /// SMI status.
    pub smi_sts: u32,
    /// Sent when memory hotplug is on.
    #[vmstate(subsection)]
    pub memhp: Option<Ich9PmMemhp>,
    /// Sent when the watchdog is on.
    #[vmstate(subsection)]
    pub tco: Option<Ich9PmTco>,
    /// Sent when CPU hotplug is the modern one. From 11.1 on it always is.
    #[vmstate(subsection)]
    pub cpuhp: Option<Ich9PmCpuhp>,
    /// Sent when ACPI, not PCI Express, does PCI hotplug: machine types from 6.1 on.
    #[vmstate(subsection)]
    pub pcihp: Option<Ich9PmPcihp>,
}

/// Memory hotplug.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "ich9_pm/memhp", version = 1)]
pub struct Ich9PmMemhp {
    /// The controller.
    pub acpi_memory_hotplug: MemHotplugState,
}

/// The TCO watchdog.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "ich9_pm/tco", version = 1)]
pub struct Ich9PmTco {
    /// Its registers.
    pub tco_regs: TcoIoRegs,
}

/// Registers of the watchdog (hw/acpi/tco.c).
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "tco io device status", version = 1)]
pub struct TcoIoRegs {
    /// Reload.
    #[vmstate(name = "tco.rld")]
    pub rld: u16,
    /// Data in.
    #[vmstate(name = "tco.din")]
    pub din: u8,
    /// Data out.
    #[vmstate(name = "tco.dout")]
    pub dout: u8,
    /// Status 1.
    #[vmstate(name = "tco.sts1")]
    pub sts1: u16,
    /// Status 2.
    #[vmstate(name = "tco.sts2")]
    pub sts2: u16,
    /// Control 1.
    #[vmstate(name = "tco.cnt1")]
    pub cnt1: u16,
    /// Control 2.
    #[vmstate(name = "tco.cnt2")]
    pub cnt2: u16,
    /// Message 1.
    #[vmstate(name = "tco.msg1")]
    pub msg1: u8,
    /// Message 2.
    #[vmstate(name = "tco.msg2")]
    pub msg2: u8,
    /// Watchdog control.
    #[vmstate(name = "tco.wdcnt")]
    pub wdcnt: u8,
    /// The initial value.
    #[vmstate(name = "tco.tmr")]
    pub tmr: u16,
    /// Software-generated interrupts.
    pub sw_irq_gen: u8,
    /// When the watchdog bites.
    pub tco_timer: Timer,
    /// The same, minus one when it is halted.
    pub expire_time: i64,
    /// How often it has.
    pub timeouts_no: u8,
}

/// CPU hotplug.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "ich9_pm/cpuhp", version = 1)]
pub struct Ich9PmCpuhp {
    /// The controller.
    pub cpuhp_state: CpuHotplugState,
}

/// PCI hotplug by ACPI.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(name = "ich9_pm/pcihp", version = 1, default)]
pub struct Ich9PmPcihp {
    /// The bus that the registers show. The guest writes any number; QEMU compares it at each use.
    #[vmstate(name = "acpi_pci_hotplug.hotplug_select")]
    pub hotplug_select: u32,
    /// Each bus.
    #[vmstate(name = "acpi_pci_hotplug.acpi_pcihp_pci_status")]
    pub pci_status: [AcpiPciHpPciStatus; MAX_HOTPLUG_BUS],
    /// The ACPI index of the slot that the registers show.
    #[vmstate(name = "acpi_pci_hotplug.acpi_index")]
    pub acpi_index: u32,
}
