//! What selects is a number on the wire: `TryFrom` says which numbers there are, `From` what is written.

use vmsd_schema::{codec, VmState};

#[derive(Clone, Copy, Default)]
enum Mode {
    #[default]
    Command,
}

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(with = codec::Selector<u32>)]
    mode: Mode,
}

fn main() {
    let _ = Mode::Command;
}
