//! One or the other.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(exists = Self::there, compressed, uncompressed)]
    a: [u8; 2],
}

impl Dev {
    fn there(&self, _version: u32) -> bool {
        true
    }
}

fn main() {}
