//! `Fifo8`: QEMU's ring of bytes, a part of many devices (QEMU: util/fifo8.c).

use vmsd_schema::VmState;

/// A ring of `capacity` bytes (`vmstate_fifo8`).
#[derive(VmState)]
#[vmstate(name = "Fifo8", version = 1, default)]
pub(crate) struct Fifo8 {
    #[vmstate(since = 1, buffer, len = capacity, default = vec![0; 16])]
    data: Vec<u8>,
    /// The index of the oldest byte.
    #[vmstate(validate = Self::head_is_in_the_ring)]
    head: u32,
    #[vmstate(max = self.capacity)]
    num: u32,
    /// Never sent. A device whose ring is not a serial port's sets it before it loads.
    #[vmstate(skip, default = 16)]
    capacity: u32,
}

impl Fifo8 {
    fn head_is_in_the_ring(&self, _version: u32) -> bool {
        self.head < self.capacity.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vmsd_schema::{load, save, ErrorKind};

    #[test]
    fn head_and_count_stay_in_the_ring() {
        let quiet = save(&mut Fifo8::default(), 1).unwrap();
        assert_eq!(quiet.len(), 16 + 4 + 4);
        for (offset, bad, kind) in [(19, 16, ErrorKind::Validation), (23, 17, ErrorKind::Bound)] {
            let mut bytes = quiet.clone();
            bytes[offset] = bad;
            assert_eq!(
                load(&mut Fifo8::default(), &bytes, 1).unwrap_err().kind(),
                kind
            );
        }
    }
}
