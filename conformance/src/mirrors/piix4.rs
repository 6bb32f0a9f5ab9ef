//! `PIIX4` (hw/isa/piix.c): the ISA bridge of the `malta` machine, and of `pc` with `x-south-bridge=piix4-isa`.

use vmsd_schema::{Result, VmState};

use super::pci::PciDevice;

/// The bridge.
#[derive(Default, VmState)]
#[vmstate(name = "PIIX4", version = 3, minimum_version = 2, post_load = Self::post_load)]
pub(crate) struct Piix4 {
    dev: PciDevice,
    /// The reset control register at port 0xcf9.
    #[vmstate(since = 3)]
    rcr: u8,
}

impl Piix4 {
    /// Version 2 does not have the register: it is zero (`piix4_post_load`).
    fn post_load(&mut self, version: u32) -> Result<()> {
        if version == 2 {
            self.rcr = 0;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_2() {
        let mut bridge = Piix4 {
            rcr: 6,
            ..Piix4::default()
        };
        let newer = vmsd_schema::save(&mut bridge, 3).unwrap();
        let older = newer.strip_suffix(&[6]).unwrap();
        assert_eq!(older.len(), 4 + 256 + 16);
        vmsd_schema::load(&mut bridge, older, 2).unwrap();
        assert_eq!(bridge.rcr, 0);
        assert_eq!(vmsd_schema::save(&mut bridge, 2).unwrap(), older);
    }
}
