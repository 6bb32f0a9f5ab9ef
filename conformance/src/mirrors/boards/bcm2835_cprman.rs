//! The clock tree of the Raspberry Pi (hw/misc/bcm2835_cprman.c): `bcm2835-cprman` and what is in it.

use vmsd_schema::VmState;

use crate::mirrors::clock::Clock;

/// The clocks that a multiplexer chooses from.
const SOURCES: usize = 10;
/// Registers, some of them unused.
const REGISTERS: usize = 0x2000 / 4;

/// The registers.
#[derive(VmState)]
#[vmstate(name = "bcm2835-cprman", version = 1, default)]
pub(crate) struct Bcm2835Cprman {
    #[vmstate(default = Box::new([0; REGISTERS]))]
    regs: Box<[u32; REGISTERS]>,
}

/// A phase-locked loop.
#[derive(Default, VmState)]
#[vmstate(name = "bcm2835-cprman-pll", version = 1)]
pub(crate) struct Bcm2835CprmanPll {
    xosc_in: Clock,
}

/// One of a loop's outputs.
#[derive(Default, VmState)]
#[vmstate(name = "bcm2835-cprman-pll-channel", version = 1)]
pub(crate) struct Bcm2835CprmanPllChannel {
    pll_in: Clock,
}

/// A choice of clocks.
#[derive(VmState)]
#[vmstate(name = "bcm2835-cprman-clock-mux", version = 1, default)]
pub(crate) struct Bcm2835CprmanClockMux {
    #[vmstate(default = [(); SOURCES].map(|()| Some(Box::default())))]
    srcs: [Option<Box<Clock>>; SOURCES],
}

/// The choice of one display's clock.
#[derive(Default, VmState)]
#[vmstate(name = "bcm2835-cprman-dsi0hsck-mux", version = 1)]
pub(crate) struct Bcm2835CprmanDsi0hsckMux {
    plla_in: Clock,
    plld_in: Clock,
}
