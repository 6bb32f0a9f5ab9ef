//! What the power management of both PC chipsets has in common: the hotplug controllers and the APM ports.

mod apm;
mod cpu_hotplug;
mod memory_hotplug;
mod pci_hotplug;

pub(crate) use apm::ApmState;
pub(crate) use cpu_hotplug::CpuHotplugState;
pub(crate) use memory_hotplug::MemHotplugState;
pub(crate) use pci_hotplug::{AcpiPciHpPciStatus, MAX_HOTPLUG_BUS};
