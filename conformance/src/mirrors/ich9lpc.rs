//! `ICH9LPC` (hw/isa/lpc_ich9.c): the ISA bridge of the `q35` machine.

use vmsd_schema::VmState;

use super::acpi::ApmState;
use super::ich9_pm::Ich9Pm;
use super::pci::PciDevice;

/// Bytes of the chip configuration space at RCBA (`ICH9_CC_SIZE`).
const CC_SIZE: usize = 16 * 1024;

/// The bridge, with power management inside.
#[derive(VmState)]
#[vmstate(name = "ICH9LPC", version = 1, default)]
pub(crate) struct Ich9Lpc {
    d: PciDevice,
    /// The APM ports.
    apm: ApmState,
    /// Power management; its subsections stand right behind it.
    pm: Ich9Pm,
    /// Chip configuration.
    chip_config: Box<[u8; CC_SIZE]>,
    /// The level of the system control interrupt.
    sci_level: u32,
    /// Sent when the register is not zero.
    #[vmstate(subsection)]
    rst_cnt: Option<Ich9LpcRstCnt>,
    /// Sent when the firmware has looked for SMI features.
    #[vmstate(subsection)]
    smi_feat: Option<Ich9LpcSmiFeat>,
}

/// The reset control register at port 0xcf9.
#[derive(Default, VmState)]
#[vmstate(name = "ICH9LPC/rst_cnt", version = 1)]
struct Ich9LpcRstCnt {
    rst_cnt: u8,
}

/// SMI features that machine and firmware agreed on through fw_cfg.
#[derive(Default, VmState)]
#[vmstate(name = "ICH9LPC/smi_feat", version = 1)]
struct Ich9LpcSmiFeat {
    /// What the firmware asked for, little-endian as it wrote it.
    smi_guest_features_le: [u8; 8],
    /// Whether it was granted.
    smi_features_ok: u8,
    /// What is in force.
    smi_negotiated_features: u64,
}
