//! `vga`: the standard graphics card on the PCI bus (QEMU: hw/display/vga-pci.c and hw/display/vga.c).

use vmsd_schema::VmState;

use super::pci::PciDevice;

/// The PCI card (`vmstate_vga_pci`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "vga", version = 2)]
pub struct PciVga {
    pub dev: PciDevice,
    pub vga: Vga,
}

/// The VGA core that all of QEMU's cards share (`vmstate_vga_common`).
#[derive(Clone, Debug, VmState)]
#[vmstate(name = "vga", version = 2, default)]
pub struct Vga {
    pub latch: u32,
    pub sr_index: u8,
    /// The sequencer; QEMU has room for 256 registers and sends the eight that exist.
    #[vmstate(buffer, range = ..8)]
    pub sr: [u8; 256],
    pub gr_index: u8,
    #[vmstate(buffer, range = ..16)]
    pub gr: [u8; 256],
    pub ar_index: u8,
    #[vmstate(buffer)]
    pub ar: [u8; 21],
    pub ar_flip_flop: i32,
    pub cr_index: u8,
    #[vmstate(buffer)]
    pub cr: [u8; 256],
    pub msr: u8,
    pub fcr: u8,
    pub st00: u8,
    pub st01: u8,
    pub dac_state: u8,
    /// Red, green or blue: an index into three, which QEMU uses as it comes (`vga_ioport_write`).
    #[vmstate(max = 2)]
    pub dac_sub_index: u8,
    pub dac_read_index: u8,
    pub dac_write_index: u8,
    #[vmstate(buffer)]
    pub dac_cache: [u8; 3],
    #[vmstate(buffer)]
    pub palette: [u8; 768],
    pub bank_offset: i32,
    #[vmstate(equal, default = 1)]
    pub is_vbe_vmstate: u8,
    pub vbe_index: u16,
    pub vbe_regs: [u16; 10],
    pub vbe_start_addr: u32,
    pub vbe_line_offset: u32,
    pub vbe_bank_mask: u32,
    #[vmstate(subsection)]
    pub endian: Option<VgaEndian>,
}

/// A frame buffer whose byte order is not the target's (`vmstate_vga_endian`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "vga.endian", version = 1)]
pub struct VgaEndian {
    pub big_endian_fb: bool,
}
