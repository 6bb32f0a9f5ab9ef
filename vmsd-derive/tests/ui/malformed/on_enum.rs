//! Fields have names: they stand in the description.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
enum Dev {
    On,
    Off,
}

fn main() {}
