//! Once is enough, in one attribute or in two.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1, version = 2)]
#[vmstate(name = "dev")]
struct Dev {
    #[vmstate(since = 1, since = 1)]
    a: u8,
    #[vmstate(timer, timer)]
    b: i64,
}

fn main() {}
