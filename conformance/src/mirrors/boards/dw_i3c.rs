//! `dw.i3c` (hw/i3c/dw-i3c.c, QEMU 11): Synopsys' I3C controller, as Aspeed has it.

use vmsd_schema::VmState;

/// Registers, some of them unused.
const REGISTERS: usize = 0x1000 / 4;

/// The registers.
#[derive(VmState)]
#[vmstate(name = "dw.i3c", version = 1, default)]
pub(crate) struct DwI3c {
    #[vmstate(default = Box::new([0; REGISTERS]))]
    regs: Box<[u32; REGISTERS]>,
}
