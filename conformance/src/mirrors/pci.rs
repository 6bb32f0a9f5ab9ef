//! What PCI devices have in common: the configuration space, MSI-X and the error log, which stand in the tables of
//! the devices themselves.

mod aer;
mod msix;

pub(crate) use aer::PcieAerLog;
pub(crate) use msix::Msix;
pub(crate) use vmsd_schema::codec::PciDevice;
