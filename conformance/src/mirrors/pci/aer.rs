//! `PCIE_AER_ERROR_LOG` (hw/pci/pcie_aer.c): errors that a PCI Express port has logged and not yet reported.

use vmsd_schema::VmState;

/// The log.
#[derive(VmState)]
#[vmstate(name = "PCIE_AER_ERROR_LOG", version = 1, default)]
pub(crate) struct PcieAerLog {
    /// Errors in the log.
    log_num: u16,
    /// Room in the log: the property `aer_log_max`. More errors than room were CVE-2013-4529.
    #[vmstate(equal, validate = Self::log_num_fits, default = 8)]
    log_max: u16,
    /// The errors, oldest first.
    #[vmstate(len = log_num)]
    log: Vec<PcieAerErr>,
}

/// One error.
#[derive(Default, VmState)]
#[vmstate(name = "PCIE_AER_ERROR", version = 1)]
struct PcieAerErr {
    /// Which error: a bit of the status register.
    status: u32,
    /// The function that found it.
    source_id: u16,
    /// Whether it is correctable, and whether header and prefix are there.
    flags: u16,
    /// The header of the packet.
    header: [u32; 4],
    /// Its prefix.
    prefix: [u32; 4],
}

impl PcieAerLog {
    fn log_num_fits(&self, _version: u32) -> bool {
        self.log_num <= self.log_max
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vmsd_schema::ErrorKind;

    fn load(log_num: u8, log_max: u8) -> vmsd_schema::Result<PcieAerLog> {
        let mut bytes = vec![0, log_num, 0, log_max];
        bytes.resize(4 + 40 * usize::from(log_num), 0);
        let mut log = PcieAerLog::default();
        vmsd_schema::load(&mut log, &bytes, 1)?;
        Ok(log)
    }

    #[test]
    fn the_log_holds_what_the_destination_has_room_for() {
        assert_eq!(load(8, 8).unwrap().log.len(), 8);
        assert_eq!(load(9, 8).err().unwrap().kind(), ErrorKind::Validation);
        assert_eq!(load(9, 16).err().unwrap().kind(), ErrorKind::Mismatch);
    }
}
