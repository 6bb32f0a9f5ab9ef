//! A predicate is `fn(&Self, u32) -> bool`.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(exists = Self::there)]
    a: u8,
    #[vmstate(validate = Self::missing)]
    b: u8,
}

impl Dev {
    fn there(&self) -> bool {
        true
    }
}

fn main() {}
