//! An enum that selects says which numbers it has.

use vmsd_schema::{codec, VmState};

#[derive(Clone, Copy)]
enum Mode {
    Command,
    Data,
}

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(with = codec::Selector<u8>)]
    mode: Mode,
}

fn main() {}
