//! A predicate decides alone.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 2)]
struct Dev {
    #[vmstate(since = 2, exists = Self::there)]
    a: u8,
}

impl Dev {
    fn there(&self, _version: u32) -> bool {
        true
    }
}

fn main() {}
