//! `Fifo8`: QEMU's ring of bytes, a part of many devices (QEMU: util/fifo8.c).

use vmsd_schema::VmState;

/// A ring of `capacity` bytes (`vmstate_fifo8`).
#[derive(Clone, Debug, VmState)]
#[vmstate(name = "Fifo8", version = 1, default)]
pub struct Fifo8 {
    #[vmstate(since = 1, buffer, len = capacity, default = vec![0; 16])]
    pub data: Vec<u8>,
    /// The index of the oldest byte.
    #[vmstate(validate = Self::head_is_in_the_ring)]
    pub head: u32,
    #[vmstate(max = self.capacity)]
    pub num: u32,
    /// Never sent. A device whose ring is not a serial port's sets it before it loads.
    #[vmstate(skip, default = 16)]
    pub capacity: u32,
}

impl Fifo8 {
    fn head_is_in_the_ring(&self, _version: u32) -> bool {
        self.head < self.capacity.max(1)
    }
}
