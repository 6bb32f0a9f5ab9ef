//! `xlnx.zdma` (hw/dma/xlnx-zdma.c): a channel of Xilinx' DMA engine.

use vmsd_schema::VmState;

/// Registers.
const REGISTERS: usize = 0x204 / 4;

/// The channel.
#[derive(VmState)]
#[vmstate(name = "xlnx.zdma", version = 1, default)]
pub(crate) struct XlnxZdma {
    #[vmstate(default = [0; REGISTERS])]
    regs: [u32; REGISTERS],
    state: u32,
    #[vmstate(name = "dsc_src.words")]
    source: [u32; 4],
    #[vmstate(name = "dsc_dst.words")]
    destination: [u32; 4],
}
