//! `vga`: the standard graphics card on the PCI bus (QEMU: hw/display/vga-pci.c and hw/display/vga.c).

use vmsd_schema::VmState;

use super::pci::PciDevice;

/// The PCI card (`vmstate_vga_pci`).
#[derive(Default, VmState)]
#[vmstate(name = "vga", version = 2)]
pub(crate) struct PciVga {
    dev: PciDevice,
    vga: Vga,
}

/// The VGA core that all of QEMU's cards share (`vmstate_vga_common`).
#[derive(VmState)]
#[vmstate(name = "vga", version = 2, default)]
pub(crate) struct Vga {
    latch: u32,
    sr_index: u8,
    /// The sequencer; QEMU has room for 256 registers and sends the eight that exist.
    #[vmstate(buffer, range = ..8)]
    sr: [u8; 256],
    gr_index: u8,
    #[vmstate(buffer, range = ..16)]
    gr: [u8; 256],
    ar_index: u8,
    #[vmstate(buffer)]
    ar: [u8; 21],
    ar_flip_flop: i32,
    cr_index: u8,
    #[vmstate(buffer)]
    cr: [u8; 256],
    msr: u8,
    fcr: u8,
    st00: u8,
    st01: u8,
    dac_state: u8,
    /// Red, green or blue: an index into three, which QEMU uses as it comes (`vga_ioport_write`).
    #[vmstate(max = 2)]
    dac_sub_index: u8,
    dac_read_index: u8,
    dac_write_index: u8,
    #[vmstate(buffer)]
    dac_cache: [u8; 3],
    #[vmstate(buffer)]
    palette: [u8; 768],
    bank_offset: i32,
    #[vmstate(equal, default = 1)]
    is_vbe_vmstate: u8,
    vbe_index: u16,
    vbe_regs: [u16; 10],
    vbe_start_addr: u32,
    vbe_line_offset: u32,
    vbe_bank_mask: u32,
    #[vmstate(subsection)]
    endian: Option<VgaEndian>,
}

/// A frame buffer whose byte order is not the target's (`vmstate_vga_endian`).
#[derive(Default, VmState)]
#[vmstate(name = "vga.endian", version = 1)]
struct VgaEndian {
    big_endian_fb: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use vmsd_schema::{load, save, ErrorKind};

    #[test]
    fn the_palette_is_not_overrun() {
        let mut bytes = save(&mut Vga::default(), 2).unwrap();
        let dac_sub_index = 4 + (1 + 8) + (1 + 16) + (1 + 21) + 4 + (1 + 256) + 4 + 1;
        bytes[dac_sub_index] = 3;
        let error = load(&mut Vga::default(), &bytes, 2).unwrap_err();
        assert_eq!(
            (error.kind(), error.path().as_str()),
            (ErrorKind::Bound, "dac_sub_index")
        );
    }
}
