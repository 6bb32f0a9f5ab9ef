//! An enum that selects converts from and into its number.

use vmsd_schema::VmState;

#[derive(Clone, Copy, Default)]
enum Mode {
    #[default]
    Command,
    Data,
}

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(with = vmsd_schema::codec::Selector<u32>)]
    mode: Mode,
}

fn main() {}
