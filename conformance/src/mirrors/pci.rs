//! What PCI devices have in common: the configuration space, MSI-X and the error log, which stand in the tables of
//! the devices themselves.

mod aer;
mod device;
mod msix;

pub(crate) use aer::PcieAerLog;
pub(crate) use device::{config_has, PciDevice, CAP_EXPRESS};
pub(crate) use msix::Msix;
