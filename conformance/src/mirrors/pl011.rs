//! `pl011` (hw/char/pl011.c): ARM's serial port.

use vmsd_schema::VmState;

use super::clock::Clock;
use super::retired::Uint32Before10;

/// Characters that wait for the guest.
const FIFO: usize = 16;

/// The port.
#[derive(Default, VmState)]
#[vmstate(name = "pl011", version = 2)]
pub(crate) struct Pl011 {
    /// The character last read.
    #[vmstate(with = Uint32Before10, renamed(Qemu10_0 = "unused"))]
    readbuff: u32,
    flags: u32,
    lcr: u32,
    rsr: u32,
    cr: u32,
    dmacr: u32,
    int_enabled: u32,
    int_level: u32,
    read_fifo: [u32; FIFO],
    ilpr: u32,
    ibrd: u32,
    fbrd: u32,
    ifl: u32,
    /// Checked by QEMU since 7.2 (`pl011_post_load`).
    #[vmstate(max = FIFO - 1)]
    read_pos: i32,
    #[vmstate(max = FIFO)]
    read_count: i32,
    read_trigger: i32,
    /// Sent by machine types from 5.2 on (`migrate-clk`).
    #[vmstate(subsection)]
    clock: Option<Pl011Clock>,
}

/// The clock that the bit rate is divided from.
#[derive(Default, VmState)]
#[vmstate(name = "pl011/clock", version = 1)]
struct Pl011Clock {
    clk: Clock,
}

#[cfg(test)]
mod tests {
    use super::*;
    use vmsd_schema::{load, save, ErrorKind};

    #[test]
    fn the_cursor_stays_in_the_fifo() {
        let quiet = save(&mut Pl011::default(), 2).unwrap();
        let (read_pos, read_count) = (8 * 4 + FIFO * 4 + 4 * 4, 9 * 4 + FIFO * 4 + 4 * 4);
        for (offset, bad) in [
            (read_pos, -1),
            (read_pos, 16),
            (read_count, -1),
            (read_count, 17),
        ] {
            let mut bytes = quiet.clone();
            bytes[offset..offset + 4].copy_from_slice(&i32::to_be_bytes(bad));
            let error = load(&mut Pl011::default(), &bytes, 2).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Bound);
        }
    }
}
