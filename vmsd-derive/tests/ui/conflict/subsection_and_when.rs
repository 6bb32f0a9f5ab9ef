//! `Some` is sent, `None` is not: nothing else decides.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev/sub", version = 1)]
struct Sub {
    a: u8,
}

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    n: u8,
    #[vmstate(subsection, since = 1)]
    a: Option<Sub>,
    #[vmstate(subsection, exists = Self::there)]
    b: Option<Sub>,
    #[vmstate(subsection, len = n)]
    c: Option<Sub>,
    #[vmstate(subsection, name = "dev/sub")]
    d: Option<Sub>,
}

fn main() {}
