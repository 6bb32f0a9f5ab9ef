//! One compile shows every mistake, each at its word, and nothing about the missing impl.

use vmsd_schema::VmState;

#[derive(Default, VmState)]
#[vmstate(name = "dev", version = "1", minimum_version = 2, post_laod = Self::check)]
struct Dev {
    #[vmstate(since = two)]
    a: u8,
    #[vmstate(skip, timer)]
    b: i64,
    c: Vec<u8>,
    #[vmstate(len = count)]
    d: Vec<u8>,
    #[vmstate(subsection)]
    e: u8,
    #[vmstate(timer, equal)]
    f: i64,
}

#[derive(VmState)]
#[vmstate(name = "parent", version = 1)]
struct Parent {
    dev: Dev,
}

fn main() {}
