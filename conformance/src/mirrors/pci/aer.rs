//! `PCIE_AER_ERROR_LOG` (hw/pci/pcie_aer.c): errors that a PCI Express port has logged and not yet reported.

use vmsd_schema::VmState;

/// The log.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(name = "PCIE_AER_ERROR_LOG", version = 1, default)]
pub struct PcieAerLog {
    /// Errors in the log.
    pub log_num: u16,
    /// Room in the log: the property `aer_log_max`. More errors than room were CVE-2013-4529.
    #[vmstate(equal, validate = Self::log_num_fits, default = 8)]
    pub log_max: u16,
    /// The errors, oldest first.
    #[vmstate(len = log_num)]
    pub log: Vec<PcieAerErr>,
}

/// One error.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "PCIE_AER_ERROR", version = 1)]
pub struct PcieAerErr {
    /// Which error: a bit of the status register.
    pub status: u32,
    /// The function that found it.
    pub source_id: u16,
    /// Whether it is correctable, and whether header and prefix are there.
    pub flags: u16,
    /// The header of the packet.
    pub header: [u32; 4],
    /// Its prefix.
    pub prefix: [u32; 4],
}

impl PcieAerLog {
    fn log_num_fits(&self, _version: u32) -> bool {
        self.log_num <= self.log_max
    }
}
