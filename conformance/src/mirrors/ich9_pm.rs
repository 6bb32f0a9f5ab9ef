//! `ich9_pm` (hw/acpi/ich9.c): power management and ACPI hotplug of the `q35` machine, inside `ICH9LPC`.

use vmsd_schema::{Timer, VmState};

use super::acpi::{AcpiPciHpPciStatus, CpuHotplugState, MemHotplugState, MAX_HOTPLUG_BUS};

/// Bytes of each general-purpose event register (`ICH9_PMIO_GPE0_LEN`).
const GPE0_LEN: usize = 16;

/// The registers at PMBASE.
#[derive(Default, VmState)]
#[vmstate(name = "ich9_pm", version = 1)]
pub(crate) struct Ich9Pm {
    /// PM1 status.
    #[vmstate(name = "acpi_regs.pm1.evt.sts")]
    pm1_sts: u16,
    /// PM1 enable.
    #[vmstate(name = "acpi_regs.pm1.evt.en")]
    pm1_en: u16,
    /// PM1 control.
    #[vmstate(name = "acpi_regs.pm1.cnt.cnt")]
    pm1_cnt: u16,
    /// The PM timer's next overflow.
    #[vmstate(name = "acpi_regs.tmr.timer")]
    tmr_timer: Timer,
    /// The same, in ticks of the PM timer.
    #[vmstate(name = "acpi_regs.tmr.overflow_time")]
    tmr_overflow_time: i64,
    /// General-purpose event status.
    #[vmstate(name = "acpi_regs.gpe.sts")]
    gpe_sts: [u8; GPE0_LEN],
    /// General-purpose event enable.
    #[vmstate(name = "acpi_regs.gpe.en")]
    gpe_en: [u8; GPE0_LEN],
    /// SMI enable.
    smi_en: u32,
    /// SMI status.
    smi_sts: u32,
    /// Sent when memory hotplug is on.
    #[vmstate(subsection)]
    memhp: Option<Ich9PmMemhp>,
    /// Sent when the watchdog is on.
    #[vmstate(subsection)]
    tco: Option<Ich9PmTco>,
    /// Sent when CPU hotplug is not the legacy one; QEMU 11.1 always sends it.
    #[vmstate(subsection)]
    cpuhp: Option<Ich9PmCpuhp>,
    /// Sent when ACPI, not PCI Express, does PCI hotplug: machine types from 6.1 on.
    #[vmstate(subsection)]
    pcihp: Option<Ich9PmPcihp>,
}

/// Memory hotplug.
#[derive(Default, VmState)]
#[vmstate(name = "ich9_pm/memhp", version = 1)]
struct Ich9PmMemhp {
    #[vmstate(since = 1)]
    acpi_memory_hotplug: MemHotplugState,
}

/// The TCO watchdog.
#[derive(Default, VmState)]
#[vmstate(name = "ich9_pm/tco", version = 1)]
struct Ich9PmTco {
    #[vmstate(since = 1)]
    tco_regs: TcoIoRegs,
}

/// Registers of the watchdog (hw/acpi/tco.c).
#[derive(Default, VmState)]
#[vmstate(name = "tco io device status", version = 1, prefix = "tco.")]
struct TcoIoRegs {
    /// Reload.
    rld: u16,
    /// Data in.
    din: u8,
    /// Data out.
    dout: u8,
    /// Status 1.
    sts1: u16,
    /// Status 2.
    sts2: u16,
    /// Control 1.
    cnt1: u16,
    /// Control 2.
    cnt2: u16,
    /// Message 1.
    msg1: u8,
    /// Message 2.
    msg2: u8,
    /// Watchdog control.
    wdcnt: u8,
    /// The initial value.
    tmr: u16,
    /// Software-generated interrupts.
    #[vmstate(name = "sw_irq_gen")]
    sw_irq_gen: u8,
    /// When the watchdog bites.
    #[vmstate(name = "tco_timer")]
    tco_timer: Timer,
    /// The same, minus one when it is halted.
    #[vmstate(name = "expire_time")]
    expire_time: i64,
    /// How often it has.
    #[vmstate(name = "timeouts_no")]
    timeouts_no: u8,
}

/// CPU hotplug.
#[derive(Default, VmState)]
#[vmstate(name = "ich9_pm/cpuhp", version = 1)]
struct Ich9PmCpuhp {
    #[vmstate(since = 1)]
    cpuhp_state: CpuHotplugState,
}

/// PCI hotplug by ACPI.
#[derive(VmState)]
#[vmstate(
    name = "ich9_pm/pcihp",
    version = 1,
    prefix = "acpi_pci_hotplug.",
    default
)]
struct Ich9PmPcihp {
    /// The bus that the registers show. The guest writes any number; QEMU compares it at each use.
    hotplug_select: u32,
    #[vmstate(since = 1)]
    acpi_pcihp_pci_status: [AcpiPciHpPciStatus; MAX_HOTPLUG_BUS],
    /// The ACPI index of the slot that the registers show.
    acpi_index: u32,
}
