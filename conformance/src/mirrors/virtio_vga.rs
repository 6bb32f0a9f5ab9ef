//! `virtio-vga` (hw/display/virtio-vga.c): the VGA core of a `virtio-gpu` card that a BIOS can use. The card behind it has
//! a section of its own, the PCI device included.

use vmsd_schema::VmState;

use super::vga::Vga;

/// The core.
#[derive(Default, VmState)]
#[vmstate(name = "virtio-vga", version = 2)]
pub(crate) struct VirtioVga {
    vga: Vga,
}
