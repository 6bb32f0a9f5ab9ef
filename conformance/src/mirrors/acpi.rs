//! What the power management of both PC chipsets has in common: the hotplug controllers and the APM ports.

mod apm;
mod cpu_hotplug;
mod memory_hotplug;
mod pci_hotplug;

pub use apm::ApmState;
pub use cpu_hotplug::{AcpiCpuStatus, CpuHotplugState};
pub use memory_hotplug::{MemHotplugState, MemStatus};
pub use pci_hotplug::{AcpiPciHpPciStatus, MAX_HOTPLUG_BUS};
