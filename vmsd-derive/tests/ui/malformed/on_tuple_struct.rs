//! Fields have names: they stand in the description.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev(u8, u8);

fn main() {}
