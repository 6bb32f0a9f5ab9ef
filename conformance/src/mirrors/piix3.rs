//! `PIIX3` (hw/isa/piix.c): the ISA bridge of the `pc` machine.

use vmsd_schema::VmState;

use super::pci::PciDevice;

/// The bridge and the PCI interrupts that it routes.
#[derive(Default, VmState)]
#[vmstate(name = "PIIX3", version = 3, minimum_version = 2)]
pub(crate) struct Piix3 {
    dev: PciDevice,
    /// The levels of the PCI interrupt lines, which the bus sends too.
    #[vmstate(since = 3)]
    pci_irq_levels_vmstate: [i32; 4],
    /// Sent when the register is not zero.
    #[vmstate(subsection)]
    rcr: Option<Piix3Rcr>,
}

/// The reset control register at port 0xcf9.
#[derive(Default, VmState)]
#[vmstate(name = "PIIX3/rcr", version = 1)]
struct Piix3Rcr {
    /// Bit 1: hard reset; bit 2: reset now.
    rcr: u8,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Version 2 ends with the PCI device; the bus sends the levels of the lines.
    #[test]
    fn version_2() {
        let config = (0..=255).map(|at| if at == 4 { 7 } else { 0 });
        let older: Vec<u8> = [0, 0, 0, 2]
            .into_iter()
            .chain(config)
            .chain([0; 16])
            .collect();
        let mut bridge = Piix3 {
            pci_irq_levels_vmstate: [1, 0, 0, 1],
            ..Piix3::default()
        };
        vmsd_schema::load(&mut bridge, &older, 2).unwrap();
        assert_eq!(vmsd_schema::save(&mut bridge, 2).unwrap(), older);
        let newer = vmsd_schema::save(&mut bridge, 3).unwrap();
        assert_eq!(
            newer.strip_prefix(&older[..]).unwrap(),
            [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
        );
    }
}
