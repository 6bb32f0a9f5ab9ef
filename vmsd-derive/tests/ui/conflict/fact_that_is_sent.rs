//! A fact is the destination's own; a field of the stream needs a predicate.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    there: bool,
    #[vmstate(exists = there)]
    a: u8,
}

fn main() {}
